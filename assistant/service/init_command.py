"""`tellwise init`: looks at the loaded tables and writes, or brings up to date, starting definitions for them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from assistant.config import Settings
from assistant.errors import NothingToAsk
from semantic_layer import DefinitionError, Fault, SemanticLayer, data_checks, data_faults, load_workspace
from semantic_layer.bootstrap import (
    BrokenMemory,
    Evidence,
    Memory,
    Merged,
    Proposal,
    Retired,
    merge,
    propose,
    read_memory,
    remember,
    retire,
    survey,
    to_yaml,
)
from warehouse import Schema, check, inclusion, profile, query_trusted, snapshot_info

FILE = "tables.yml"
MEMORY = "tables.proposed.json"
_TABLES = """
    SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()
    UNION ALL SELECT schema_name, view_name FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal
    ORDER BY 1, 2"""


@dataclass(frozen=True)
class Tables:
    """The person's own tables in the snapshot at `path`, and all tables that can be asked.

    `has_core` tells that the customer tables are there which the shipped model is about.
    """

    path: Path
    names: tuple[str, ...]
    schema: Schema
    has_core: bool

    @property
    def own_schema(self) -> dict[str, dict[str, str]]:
        """Columns and types of the person's own tables."""
        return {name: dict(columns) for name, columns in self.schema.items() if name in self.names}


def write_starting_definitions(settings: Settings, schema: Schema, force: bool) -> None:
    """Propose definitions for the person's own tables and write them, merged with an edited file unless `force`.

    Raises NothingToAsk when no table was loaded, DefinitionError when definition files are wrong in themselves,
    BrokenMemory when the record beside the file cannot be read. The file is replaced whole or left as it was.
    """
    tables = _tables(settings, schema)
    click.echo(f"Looking at {_count(len(tables.names), 'table')}: {', '.join(tables.names[:8])}{_dots(tables.names)}")
    proposal = propose_for(tables.path, tables.names, _shipped(tables))
    path = settings.definitions / FILE
    if force or not path.exists():
        _write_anew(settings, path, proposal, tables)
    else:
        _bring_up_to_date(settings, path, proposal, tables)
    _tell_broken_keys(settings, tables)


def propose_for(path: Path, names: Collection[str] | None, beside: SemanticLayer | None = None) -> Proposal:
    """A proposed model for tables of the database file at `path` (all, when no names are given).

    Raises SnapshotMissing or QueryFailed when the data cannot be read.
    """
    profiles = profile(path, names)
    wanted = survey(profiles)
    return propose(profiles, Evidence(inclusion(path, wanted.pairs), check(path, wanted.checks)), beside)


def _tables(settings: Settings, schema: Schema) -> Tables:
    path = snapshot_info(settings.warehouse).path
    found = query_trusted(path, _TABLES).rows
    names = tuple(str(name) for place, name in found if place == "main")
    if not names:
        raise NothingToAsk(
            "There are no tables of your own to propose definitions for. Load some first: `tellwise load NAME FILE`."
        )
    return Tables(path, names, schema, has_core=any(place == "core" for place, _ in found))


def _shipped(tables: Tables) -> SemanticLayer | None:
    """The model that comes with the product, where the data has its customer tables."""
    return load_workspace(None, tables.schema) if tables.has_core else None


def _write_anew(settings: Settings, path: Path, proposal: Proposal, tables: Tables) -> None:
    text = to_yaml(proposal)
    if found := _faults(settings, text, tables.schema):
        raise DefinitionError(found)
    if path.exists():
        shutil.copyfile(path, path.with_suffix(".yml.bak"))
        click.echo(f"The file as it was is kept as {path.with_suffix('.yml.bak')}.")
    _save(path, text, remember(proposal, Memory(), tables.own_schema))
    click.echo(_told(path, proposal))


def _bring_up_to_date(settings: Settings, path: Path, proposal: Proposal, tables: Tables) -> None:
    memory = _memory(path.with_name(MEMORY))
    text, today = path.read_text(encoding="utf-8"), date.today().isoformat()
    gone = _retire_lost(settings, text, memory, tables)
    memory = replace(memory, retired=memory.retired | gone.identities)
    merged = merge(gone.text, proposal, memory, today)
    if found := _faults(settings, merged.text, tables.schema):
        raise DefinitionError(found)
    _save(path, merged.text, remember(proposal, memory, tables.own_schema))
    click.echo(_told_merged(path, merged, gone))


def _retire_lost(settings: Settings, text: str, memory: Memory, tables: Tables) -> Retired:
    """The file without what lost its data; what is wrong for other reasons is for the person to mend."""
    then = {**memory.schema, **tables.schema}
    both = {name: {**memory.schema.get(name, {}), **columns} for name, columns in then.items()}
    if found := _faults(settings, text, both):
        raise DefinitionError(found)
    return retire(text, lambda candidate: _faults(settings, candidate, tables.schema), date.today().isoformat())


def _faults(settings: Settings, text: str, schema: Mapping[str, Mapping[str, str]]) -> Sequence[Fault]:
    """What is wrong with the workspace's definitions when `text` is the file of the tables."""
    with tempfile.TemporaryDirectory(prefix="tellwise-init-") as room:
        trial = Path(room) / "definitions"
        trial.mkdir()
        for other in settings.definitions.glob("*.y*ml"):
            if other.name != FILE:
                shutil.copyfile(other, trial / other.name)
        (trial / FILE).write_text(text, encoding="utf-8")
        try:
            load_workspace(Path(room), schema)
        except DefinitionError as error:
            return [replace(one, file=one.file.replace(str(trial), str(settings.definitions))) for one in error.faults]
    return []


def _memory(path: Path) -> Memory:
    if not path.exists():
        return Memory()
    try:
        return read_memory(path.read_text(encoding="utf-8"))
    except (BrokenMemory, UnicodeDecodeError) as error:
        raise BrokenMemory(f"{path}: {error} Delete it to go on; deleted entries are then proposed again.") from error


def _save(path: Path, text: str, memory: Memory) -> None:
    """The record first: were the file written alone, everything in it would pass for the person's own words."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for target, content in ((path.with_name(MEMORY), memory.to_json()), (path, text)):
        building = target.with_name(f".{target.name}.new")
        building.write_text(content, encoding="utf-8")
        os.replace(building, target)


def _tell_broken_keys(settings: Settings, tables: Tables) -> None:
    layer = load_workspace(settings.home, tables.schema)
    for fault in data_faults(layer, check(tables.path, data_checks(layer))):
        if fault.severe:
            click.echo(f"Note: {fault.sentence}")


def _told(path: Path, proposal: Proposal) -> str:
    model = proposal.definitions
    fields = sum(len(dataset.fields) for dataset in model.datasets)
    return "\n".join(
        (
            f"Wrote {path}: {_count(len(model.datasets), 'dataset')}, {_count(len(model.relationships), 'link')}, "
            f"{_count(fields, 'field')}, {_count(len(model.metrics), 'metric')}.",
            *_unsure(proposal.doubts),
            'Next: read the file, then ask: `tellwise ask "..."`; `tellwise metrics` lists what can be asked.',
        )
    )


def _unsure(doubts: Sequence[str]) -> list[str]:
    if not doubts:
        return []
    return [f"Unsure of {_count(len(doubts), 'point')} (also on top of the file):", *(f"  - {one}" for one in doubts)]


def _told_merged(path: Path, merged: Merged, gone: Retired) -> str:
    lines = [f"Brought {path} up to date: {len(merged.added)} added, {len(merged.updated)} changed."]
    lines += [f"  added {identity}" for identity in merged.added[:20]]
    lines += [f"  ... and {len(merged.added) - 20} more" for _ in merged.added[20:21]]
    lines += [f"  changed {place}" for place in merged.updated]
    lines += [f"  kept as you have it: {place}" for place in merged.kept]
    lines += [f"  commented out: {reason}" for reason in gone.reasons]
    if merged.deleted:
        lines.append(f"  {_count(len(merged.deleted), 'entry')} that you deleted stayed deleted.")
    return "\n".join(lines)


def _count(number: int, thing: str) -> str:
    plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{number} {thing if number == 1 else plural}"


def _dots(names: Sequence[str]) -> str:
    return ", ..." if len(names) > 8 else ""
