"""Definition files to a checked `SemanticLayer`; everything wrong in them is told at once, with file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from semantic_layer.activation import deactivate, is_shipped
from semantic_layer.entries import Entries, merge
from semantic_layer.errors import DefinitionError, Fault
from semantic_layer.funnels import broken_funnels
from semantic_layer.model import SemanticLayer
from semantic_layer.segment_rules import broken_segments, unshowable, without_segments
from semantic_layer.timing import is_time_zone
from semantic_layer.validation import validate
from semantic_layer.yaml_source import Document, read_document

Schema = Mapping[str, Mapping[str, str]]
_SHIPPED = Path(__file__).parent / "definitions"


def shipped_definitions() -> tuple[Path, ...]:
    """The YAML files of the customer model that comes with the product, in name order."""
    return tuple(sorted(_SHIPPED.glob("*.yml")))


def load(paths: Sequence[Path], schema: Schema | None = None) -> SemanticLayer:
    """The model of all `paths` together; what a later file names again replaces what an earlier one said.

    A dataset named again with the same `source` keeps the fields and measures that the later file does not name. What
    the shipped model defines over missing tables, columns or names becomes inactive, with the reason; the same in any
    other file is a fault. Tables and columns are looked up only when a `schema` is given. Raises `DefinitionError` with
    every fault of every file.
    """
    return _assemble([read_document(Path(path)) for path in paths], schema)


def load_workspace(
    directory: Path | None, schema: Schema | None, language: str = "", reader: str = ""
) -> SemanticLayer:
    """The shipped model overlaid with `directory`/definitions/*.yml; those alone when one of them `extends: none`.

    With a `language` ("de") the shipped model has its words of that language, too, when there are some; with the locale
    of a `reader` its labels (which `in_language` puts in the place of its own).
    Raises `DefinitionError` with every fault of every file.
    """
    own = sorted((Path(directory) / "definitions").glob("*.y*ml")) if directory else []
    documents = [read_document(path) for path in own]
    alone = any(document.data.get("extends") == "none" for document in documents)
    texts = (*_words_of(language), *_labels_of(reader))
    shipped = [] if alone else [read_document(path) for path in (*shipped_definitions(), *texts)]
    return _assemble([*shipped, *documents], schema)


def _words_of(language: str) -> tuple[Path, ...]:
    path = _SHIPPED / "words" / f"{language}.yml"
    return (path,) if language and path.is_file() else ()


def _labels_of(locale: str) -> tuple[Path, ...]:
    path = _SHIPPED / "labels" / f"{locale.replace('-', '_').partition('_')[0]}.yml"
    return (path,) if locale and path.is_file() else ()


def _assemble(documents: list[Document], schema: Schema | None) -> SemanticLayer:
    for document in documents:
        _check_zone(document)
    entries = merge(documents)
    faults = [fault for document in documents for fault in document.faults]
    if faults:
        raise DefinitionError(faults)
    known = {table.lower(): {c.lower(): t for c, t in columns.items()} for table, columns in (schema or {}).items()}
    tables = known if schema is not None else None
    entries, inactive = deactivate(entries, tables, _SHIPPED)
    found: list[Fault] = validate(entries, tables, inactive)
    if found:
        raise DefinitionError(found)
    layer = _with_segments(entries, inactive, known)
    if wrong := list(broken_funnels(layer, entries)):
        raise DefinitionError(wrong)
    return layer


def _check_zone(document: Document) -> None:
    zone = document.data.get("time_zone")
    if isinstance(zone, str) and zone and not is_time_zone(zone):
        document.fault(("time_zone",), f"there is no time zone `{zone}`.", "Write one such as `Europe/Berlin`.")


def _with_segments(entries: Entries, inactive: dict[str, str], tables: Schema) -> SemanticLayer:
    """The model with the segments it can answer; raises `DefinitionError` for a user's segment that it cannot."""
    layer = SemanticLayer(entries.definitions(), inactive, tables)
    broken = broken_segments(layer, entries)
    if not broken:
        if wrong := [fault for entry, fault in unshowable(layer, entries) if not is_shipped(entry, _SHIPPED)]:
            raise DefinitionError(wrong)
        return layer
    faults = [
        entry.fault(reason, "", ("filters",)) for entry, reason in broken.values() if not is_shipped(entry, _SHIPPED)
    ]
    if faults:
        raise DefinitionError(faults)
    reasons = {name: reason for name, (_, reason) in broken.items()}
    return _with_segments(without_segments(entries, set(broken)), {**inactive, **reasons}, tables)
