"""A file or folder of another tool to definitions of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from semantic_layer.errors import DefinitionError, Fault
from semantic_layer.interchange.cube import read_cube
from semantic_layer.interchange.draft import Draft, Schema
from semantic_layer.interchange.finishing import Imported, finished, pruned
from semantic_layer.interchange.items import Item
from semantic_layer.interchange.lookml import read_lookml_model
from semantic_layer.interchange.lookml_source import read_lookml
from semantic_layer.interchange.metricflow import read_metricflow
from semantic_layer.interchange.ossie import read_ossie
from semantic_layer.interchange.report import Remark
from semantic_layer.interchange.snowflake import read_snowflake
from semantic_layer.yaml_source import Document, read_document

_MOST_FILES = 2000
_MOST_BYTES = 20_000_000
_SCRIPT = "a model in JavaScript would have to be executed; write it as YAML."
_DASHBOARD = "dashboards have no place in a model of Tellwise."
_SKIPPED = {".git", "node_modules", "target", "dbt_packages", ".venv"}


@dataclass(frozen=True)
class Format:
    """A format that can be read: what it is, which files, and who reads them.

    `unread` tells of files that belong to the format by their ending and cannot be read.
    """

    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Draft, list[Item]], None]
    documents: Callable[[Path], Document] = read_document
    unread: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class ImportOptions:
    """How to import: the SQL dialect of the original's database, what the definitions stand on, and how much.

    `extends` is `shipped` when they add to the model that comes with the product. With `only_loaded` what stands on
    tables that the warehouse does not have is left out.
    """

    dialect: str = ""
    extends: Literal["shipped", "none"] = "none"
    only_loaded: bool = False


FORMATS: Mapping[str, Format] = {
    "ossie": Format("Apache Ossie semantic model (YAML or JSON)", (".yml", ".yaml", ".json"), read_ossie),
    "dbt": Format("a dbt project with semantic models (MetricFlow)", (".yml", ".yaml"), read_metricflow),
    "cube": Format("a Cube data model (YAML)", (".yml", ".yaml"), read_cube, unread={".js": _SCRIPT}),
    "lookml": Format(
        "LookML views and explores", (".lkml",), read_lookml_model, read_lookml, {".dashboard.lookml": _DASHBOARD}
    ),
    "snowflake": Format("a semantic model of Snowflake (YAML)", (".yml", ".yaml"), read_snowflake),
}


def import_model(form: str, path: Path, schema: Schema | None = None, options: ImportOptions | None = None) -> Imported:
    """The model in the file or folder `path`, read as one of `FORMATS`, as definitions that load.

    `schema` are the tables of the warehouse, used to find tables and types. Raises DefinitionError with file, line and
    remedy when nothing can be read.
    """
    reader, options = FORMATS[form], options or ImportOptions()
    draft = Draft(dialect=options.dialect, schema=schema or {})
    faults: list[Fault] = []
    items: list[Item] = []
    for file in _files(path, reader.suffixes):
        document = reader.documents(file)
        if document.faults:
            faults.extend(document.faults)
        else:
            items.append(Item(document, (), document.data, draft.remarks))
    if not items:
        raise DefinitionError(
            faults or [Fault(str(path), 1, f"there is no file of {reader.title}.", "Check the path.")]
        )
    draft.remarks.extend(_unread(fault) for fault in faults)
    for ending, why in reader.unread.items() if path.is_dir() else ():
        others = _files(path, (ending,))
        draft.remarks.extend(Remark("lost", one.name, why, str(one), 1, "file") for one in others)
    reader.read(draft, items)
    if not draft.datasets:
        raise DefinitionError([_nothing(path, reader.title, draft.remarks)])
    return finished(pruned(draft), form, options.extends, options.only_loaded)


def _unread(fault: Fault) -> Remark:
    """A file that is left out; files that are templates are no YAML before they are rendered."""
    text = Path(fault.file).read_bytes()[:_MOST_BYTES]
    if b"{%" in text:
        why = "the file is a template, which is never executed; import what the tool renders from it."
        return Remark("lost", "file", why, fault.file, fault.line, "template")
    return Remark("lost", "file", f"{fault.message} {fault.remedy}".strip(), fault.file, fault.line, "file")


def _nothing(path: Path, title: str, remarks: Sequence[Remark]) -> Fault:
    first = next(iter(remarks), None)
    why = f" {first.what}: {first.why}" if first else ""
    file, line = (first.file, first.line) if first and first.file else (str(path), 1)
    return Fault(file, line, f"no dataset can be read as {title}.{why}", "Check the format and the file.")


def _files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = [
        one
        for one in sorted(path.rglob("*"))
        if one.is_file() and one.name.endswith(suffixes) and not _SKIPPED & set(one.relative_to(path).parts)
    ]
    if len(found) > _MOST_FILES or sum(one.stat().st_size for one in found) > _MOST_BYTES:
        message = f"the folder holds more than {_MOST_FILES} files or {_MOST_BYTES:,} bytes of them."
        raise DefinitionError([Fault(str(path), 1, message, "Name a smaller folder.")])
    return found
