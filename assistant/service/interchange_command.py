"""`tellwise import` and `tellwise export`: definitions from and for other tools, and what is not the same there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import click

from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.service import load_command
from semantic_layer import DefinitionError, Exported, Fault, Imported, ImportOptions, Remark, export_ossie, import_model
from semantic_layer import load_workspace as load_definitions
from warehouse import DuckDBEngine, SnapshotMissing, snapshot_info

Schema = Mapping[str, Mapping[str, str]]
_KINDS = {
    "lost": "Left out",
    "changed": "Carried over in another form",
    "assumed": "Decided here, since the original does not say",
}
_SHOWN = 40


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and where to: `into` is a folder of one's own, None the workspace's definitions."""

    form: str
    path: Path
    name: str
    into: Path | None
    replace: bool
    only_report: bool
    options: ImportOptions


def import_definitions(settings: Settings, request: ImportRequest, as_json: bool) -> None:
    """Read the model, check it with the rest of the workspace, write it and tell what is not the same.

    Raises DefinitionError with file, line and remedy; nothing is written then.
    """
    schema = _schema(settings)
    found = import_model(request.form, request.path, schema, request.options)
    target = (request.into or settings.definitions) / f"{request.name}.yml"
    if not request.only_report:
        _check_target(target, request.replace)
        if request.into is None:
            _check_workspace(settings, schema, target, found)
        _write(target, found, request.into or settings.home / "imports", request.name)
    if as_json:
        click.echo(json.dumps(_as_data(found, target), indent=2, ensure_ascii=False))
        return
    click.echo(_told(found))
    if request.only_report:
        click.echo("Nothing was written.")
    else:
        click.echo(_written(target, request, found))


def _schema(settings: Settings) -> Schema:
    """The tables of the workspace's warehouse; none when nothing was loaded yet."""
    try:
        engine = DuckDBEngine(snapshot_info(settings.warehouse).path)
    except SnapshotMissing:
        return {}
    try:
        return engine.schema
    finally:
        engine.close()


def _check_target(target: Path, over: bool) -> None:
    if target.exists() and not over:
        raise SettingsError(f"{target} is there already. Give --replace (it is kept as .bak), or another --name.")


def _check_workspace(settings: Settings, schema: Schema, target: Path, found: Imported) -> None:
    """Raises DefinitionError when the workspace would not load with the file; tells about tables that are missing."""
    with tempfile.TemporaryDirectory(prefix="tellwise-import-") as room:
        trial = Path(room) / "definitions"
        trial.mkdir()
        for other in settings.definitions.glob("*.y*ml"):
            if other.name != target.name:
                shutil.copyfile(other, trial / other.name)
        (trial / target.name).write_text(found.text, encoding="utf-8")
        try:
            load_definitions(Path(room), schema or None)
        except DefinitionError as error:
            told = [_retold(one, trial / target.name, found, schema) for one in error.faults]
            at_home = [replace(one, file=one.file.replace(str(trial), str(settings.definitions))) for one in told]
            raise DefinitionError(at_home) from error


def _retold(fault: Fault, written: Path, found: Imported, schema: Schema) -> Fault:
    """The fault with its place in the original; where data is missing, with what to do about it."""
    origin = found.origin_of(fault.line) if fault.file == str(written) else None
    remedy = fault.remedy
    if fault.message.startswith(("there is no table", "table ")) and schema:
        remedy = (
            f"{remedy} Load it first (`tellwise load NAME FILE`), leave out what stands on it (--only-loaded), "
            "or write the definitions elsewhere (--into DIR)."
        ).strip()
    fault = replace(fault, remedy=remedy)
    return replace(fault, file=origin.file, line=origin.line) if origin else fault


def _write(target: Path, found: Imported, beside: Path, name: str) -> None:
    """The definitions, replaced whole, and beside them what has no place in a definition file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.copyfile(target, target.with_suffix(".yml.bak"))
    fresh = target.with_suffix(".yml.new")
    fresh.write_text(found.text, encoding="utf-8")
    fresh.replace(target)
    (beside / f"{name}.report.txt").write_text(
        "".join(f"{one.kind}: {one}\n" for one in found.remarks), encoding="utf-8"
    )
    if found.views:
        text = "\n".join(f"-- {one.why}\nCREATE VIEW {one.name} AS\n{one.sql};\n" for one in found.views)
        (beside / f"{name}.views.sql").write_text(text, encoding="utf-8")
    if found.verified:
        text = json.dumps([asdict(one) for one in found.verified], indent=2, ensure_ascii=False)
        (beside / f"{name}.verified.json").write_text(text, encoding="utf-8")


def _told(found: Imported) -> str:
    definitions = found.layer.definitions
    parts = (
        _count(len(definitions.datasets), "dataset"),
        _count(len(definitions.relationships), "relationship"),
        _count(sum(not one.hidden for one in definitions.metrics), "metric"),
    )
    lines = [f"Read {', '.join(parts)}."]
    for kind, title in _KINDS.items():
        lines += _listed(title, [one for one in found.remarks if one.kind == kind])
    return "\n".join(lines)


def _listed(title: str, remarks: Sequence[Remark]) -> list[str]:
    if not remarks:
        return []
    shown = [f"  {one}" for one in remarks[:_SHOWN]]
    more = len(remarks) - len(shown)
    return [f"{title} ({len(remarks)}):", *shown, *([f"  ... and {more} more; --json lists all."] if more else [])]


def _written(target: Path, request: ImportRequest, found: Imported) -> str:
    lines = [f"Written: {target}. It is yours to edit; the original is not read again."]
    if found.views:
        lines.append(f"SELECTs that the warehouse needs as tables: {request.name}.views.sql.")
    if found.verified:
        lines.append(f"Verified questions with their SQL, to ask and approve: {request.name}.verified.json.")
    if request.into is None and request.options.extends == "none":
        lines.append("It stands alone: the customer model of Tellwise is off while the file says `extends: none`.")
    lines.append("See what can be asked: tellwise metrics")
    return "\n".join(lines)


def _as_data(found: Imported, target: Path) -> dict[str, object]:
    return {
        "file": str(target),
        "datasets": list(found.layer.datasets),
        "metrics": [name for name, one in found.layer.metrics.items() if not one.hidden],
        "remarks": [asdict(one) for one in found.remarks],
        "views": [{"name": one.name, "sql": one.sql, "why": one.why} for one in found.views],
        "verified": [asdict(one) for one in found.verified],
    }


def export_definitions(settings: Settings, path: Path, plain: bool, root: Literal["model", "list"], over: bool) -> None:
    """Write the active definitions as an Ossie document and tell what other tools will not find in it.

    Raises DefinitionError when the definitions do not load, SettingsError when the file is there and `over` is false.
    """
    if path.exists() and not over:
        raise SettingsError(f"{path} is there already. Give --replace, or another name.")
    try:
        layer = load_command.read_layer(settings)
    except SnapshotMissing:
        layer = load_definitions(settings.home, None)
    made: Exported = export_ossie(layer, extensions=not plain, root=root)
    path.write_text(made.text, encoding="utf-8")
    click.echo(f"Written: {path}: {_count(len(layer.datasets), 'dataset')}, {_count(len(layer.metrics), 'metric')}.")
    kept = "Only Tellwise reads this back (extension TELLWISE)" if not plain else "Left out"
    click.echo("\n".join(_listed(kept, made.remarks)))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def check_dialect(dialect: str) -> None:
    """Raises UsageError for a dialect of SQL that cannot be read."""
    from sqlglot.dialects.dialect import Dialects

    known = [one.value for one in Dialects if one.value]
    if dialect and dialect.lower() not in known:
        raise click.UsageError(f"there is no dialect {dialect}. Known: {', '.join(sorted(known))}.")


def file_name(text: str) -> str:
    """The text as the name of a file."""
    kept = "".join(one if one.isalnum() or one in "-_" else "_" for one in text).strip("_")
    return kept or "imported"


def request_of(options: Mapping[str, Any]) -> ImportRequest:
    """The import that the command line's options ask for; raises UsageError for an unknown dialect."""
    check_dialect(options["dialect"])
    path: Path = options["path"]
    return ImportRequest(
        form=options["form"],
        path=path,
        name=file_name(options["name"] or path.resolve().name.split(".")[0]),
        into=options["into"],
        replace=options["over"],
        only_report=options["only_report"],
        options=ImportOptions(options["dialect"].lower(), options["extends"], options["only_loaded"]),
    )
