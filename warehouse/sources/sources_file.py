"""`sources.yml` read and checked whole: every fault with its line, none of them hidden by the first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.errors import SourcesInvalid
from warehouse.references import NORMALISED
from warehouse.sources.core_tables import CoreTable, core_tables
from warehouse.sources.declared import Source, Sources
from warehouse.sources.mapping import filled

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_TAKEN = {"quarantine", "raw_person"}
_Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML in which no, yes, on and off are words, as columns may be named so, and days are text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith((":bool", ":timestamp"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_implicit_resolvers |= {
    first: [*_Loader.yaml_implicit_resolvers.get(first, []), ("tag:yaml.org,2002:bool", re.compile("true|false"))]
    for first in "tf"
}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    sources: dict[str, Source]


def read_sources(path: Path) -> Sources:
    """The declared sources; raises SourcesInvalid with all faults, each with file, line and remedy."""
    path = Path(path)
    content, lines = _read_yaml(path)
    try:
        entries = _File.model_validate(content).sources
    except ValidationError as error:
        raise SourcesInvalid(tuple(_told(path, lines, error))) from error
    faults = tuple(f"{path}:{_line(lines, place)}: {words}" for place, words in _faults(entries))
    if faults:
        raise SourcesInvalid(faults)
    return Sources(path.resolve().parent, entries)


def _read_yaml(path: Path) -> tuple[Any, dict[_Path, int]]:
    try:
        text = path.read_text(encoding="utf-8")
        node = cast("yaml.Node | None", yaml.compose(text, Loader=_Loader))  # pyright: ignore[reportUnknownMemberType]  # untyped
        content = yaml.load(text, Loader=_Loader)
    except FileNotFoundError as error:
        remedy = "Write one with `tellwise load --guess FILE`."
        raise SourcesInvalid((f"{path}: there is no such file. {remedy}",)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesInvalid((f"{path}: it cannot be read: {error}.",)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise SourcesInvalid((f"{path}:{line}: not readable as YAML: {problem}.",)) from error
    if node is None:
        raise SourcesInvalid((f"{path}: it is empty. Write one with `tellwise load --guess FILE`.",))
    lines: dict[_Path, int] = {}
    twice = [f"{path}:{line}: '{name}' stands here twice. Keep one." for name, line in _walk(node, (), lines)]
    if twice:
        raise SourcesInvalid(tuple(twice))
    return content, lines


def _walk(node: yaml.Node, place: _Path, lines: dict[_Path, int]) -> Iterator[tuple[str, int]]:
    """Fill in the line of every place; yields names that a mapping has twice, with their line."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        names = [str(key.value) for key, _ in node.value]
        for key, value in node.value:
            name = str(key.value)
            lines[(*place, name)] = key.start_mark.line + 1
            yield from _walk(value, (*place, name), lines)
        yield from ((name, lines[(*place, name)]) for name, count in Counter(names).items() if count > 1)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*place, number), lines)


def _line(lines: Mapping[_Path, int], place: _Path) -> int:
    while place not in lines and place:
        place = place[:-1]
    return lines.get(place, 1)


def _told(path: Path, lines: Mapping[_Path, int], error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        place = tuple("from" if part == "source" else part for part in fault["loc"])
        where = ".".join(str(part) for part in place) or "the file"
        words = fault["msg"]
        if fault["type"] == "extra_forbidden":
            words = f"there is no such setting{_near(str(place[-1]), _settings(place))}"
        yield f"{path}:{_line(lines, place)}: {where}: {words}."


def _settings(place: _Path) -> list[str]:
    return list(Source.model_fields) if len(place) == 3 else ["sources"] if len(place) == 1 else []


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _faults(entries: Mapping[str, Source]) -> Iterator[tuple[_Path, str]]:
    """What fits the form but cannot work, with its place."""
    owners: dict[tuple[str, str], str] = {}
    systems = [source.system or name for name, source in entries.items()]
    for name, source in entries.items():
        place = ("sources", name)
        if not _NAME.fullmatch(name) or name in _TAKEN:
            yield place, f"'{name}' cannot name a source. Use lower-case letters, digits and underscores."
        if sum((bool(source.files), bool(source.database), bool(source.api))) != 1:
            yield place, f"{name} needs exactly one of files, database and api."
        if bool(source.database) != bool(source.query):
            yield place, f"{name}: database and query belong together: an address, and one SELECT or a table's name."
        yield from ((place + at, f"{name}: {words}") for at, words in _mapping_faults(source))
        yield from ((place + at, f"{name}: {words}") for at, words in _owner_faults(source, systems))
        other = owners.setdefault((source.system or name, source.table or name), name)
        if other != name:
            yield place, f"{name} and {other} fill one table from one system. Give one of them another system."


def _mapping_faults(source: Source) -> Iterator[tuple[_Path, str]]:
    if source.table is None:
        if source.columns:
            yield ("columns",), "columns are mapped, but no table is named. Add table: and one of the core tables."
        if not source.key:
            yield (), "a source that fills no core table needs a key: the columns that identify a row."
        return
    table = core_tables().get(source.table)
    if table is None:
        near = _near(source.table, list(core_tables()))
        yield ("table",), f"there is no core table {source.table}{near or f'; there are {_list(core_tables())}'}."
        return
    if not source.key_columns(table.key):
        yield (), "no column identifies a row. Add key: and the columns that do."
    yield from _column_faults(source, table)
    for setting in ("max_missing", "ranges"):
        for name in getattr(source.expect, setting):
            if table.column(name) is None:
                near = _near(name, [column.name for column in table.columns])
                yield ("expect", setting, name), f"{table.name} has no column {name}{near}."


def _owner_faults(source: Source, systems: list[str]) -> Iterator[tuple[_Path, str]]:
    """`of` that names nobody would leave every row without its customer, and no one would notice."""
    for name, given in source.columns.items():
        known = [*dict.fromkeys(systems), *NORMALISED]
        place = ("columns", name, "of")
        if given.of and name != "customer_id":
            yield place, "of says whose ids a customer_id holds; no other column has it."
        elif given.of and given.of not in known:
            near = _near(given.of, known)
            yield place, f"there is no system {given.of}{near or f'. There are {_list(dict.fromkeys(known))}'}."


def _column_faults(source: Source, table: CoreTable) -> Iterator[tuple[_Path, str]]:
    for name, given in source.columns.items():
        place = ("columns", name)
        if table.column(name) is None:
            yield place, f"{table.name} has no column {name}{_near(name, [c.name for c in table.columns])}."
        if bool(given.source) == (given.value is not None):
            yield place, f"{name} needs either from or value."
    for column in table.columns:
        if column.required and column.name not in source.columns and filled(table.name, column.name) is None:
            words = f"{table.name}.{column.name} must be filled ({column.comment}). Map it, or write"
            yield ("columns",), f"{words} {column.name}: {{value: ...}}."


def _list(names: Mapping[str, Any]) -> str:
    return ", ".join(names)
