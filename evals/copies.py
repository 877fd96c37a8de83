"""Changed copies of a database, on which a right query keeps agreeing with its gold and a lucky one does not.

The copies hold at most a few thousand rows a table, so that a re-check is quick on any database. They respect what the
data respects: keys stay unique, links lead somewhere, and NULL stands only where one was seen.

* `thinned`  part of the rows; some rows of child tables twice, under keys of their own; the amounts of a row moved
  together to another row; rows in another order
* `mixed`    every column drawn anew from its own values, from the constants that the queries compare it with, and from
  their neighbours: combinations that the real data happens not to hold
* `shuffled` all rows as they are, in another order: for golds that depend on it
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.facts import Column, TableFacts, quote, tables_of
from warehouse import derive_database

SCHEMAS = ("main", "core", "mart", "meta")
ROWS = 3000
MIXED_ROWS = 400
_SHORT_LIST = 100  # rows
Constants = Mapping[tuple[str, str], Sequence[str]]
"""SQL literals by (table, column), both in lower case: what the queries compare that column with."""


@dataclass(frozen=True)
class Draw:
    """How a mixed copy is drawn: its seed, constants to hold, rows a table (0: as many as there are, within bounds).

    `loose` forgets what the data respects: NULL may stand in every column that is no key, and links may lead nowhere.
    """

    seed: int
    constants: Constants = field(default_factory=dict)
    rows: int = 0
    loose: bool = False


def copies(database: Path, room: Path, constants: Constants, seeds: Iterable[int] = (1, 2)) -> tuple[Path, ...]:
    """Changed copies of the database in `room`, made if they are not there: one thinned and one mixed a seed."""
    tables = tables_of(database)
    found: list[Path] = []
    for seed in seeds:
        found.append(_copy(database, room, f"thinned-{seed}", [_thinned(table, tables, seed) for table in tables]))
        found.append(_copy(database, room, f"mixed-{seed}", mixed(tables, Draw(seed, constants))))
    return tuple(found)


def random_databases(
    database: Path, room: Path, constants: Constants, count: int, *, loose: bool = False
) -> tuple[Path, ...]:
    """Random databases of the same schema, independent of the copies: other seeds and other numbers of rows."""
    tables, found = tables_of(database), []
    for number in range(count):
        seed = 1000 + number * 13
        drawn = mixed(tables, Draw(seed, constants, 5 + seed * 7 % 60, loose))
        found.append(_copy(database, room, f"{'loose' if loose else 'random'}-{number}", drawn))
    return tuple(found)


def shuffled(database: Path, room: Path) -> Path:
    """The same data with the rows of every table in another order."""
    order = "ORDER BY hash(rowid + 17)"
    statements = [f"CREATE TABLE {t.target} AS SELECT * FROM {t.source} {order}" for t in tables_of(database)]
    return _copy(database, room, "shuffled", statements)


def _copy(database: Path, room: Path, name: str, statements: list[str]) -> Path:
    """The copy made by the statements; its name tells what it was made from, so that it is never out of date."""
    stamp = database.stat()
    seed = json.dumps([str(database), stamp.st_size, stamp.st_mtime_ns, statements])
    target = room / f"{name}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}.duckdb"
    if not target.is_file():
        for old in room.glob(f"{name}-*.duckdb"):
            old.unlink()
        schemas = [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS]
        derive_database(database, target, [*schemas, *statements])
    return target


def _thinned(table: TableFacts, tables: Sequence[TableFacts], seed: int) -> str:
    """SQL of the thinned copy of one table; a row whose parent was left out goes with it."""
    own = ", ".join(_thinned_column(column) for column in table.columns)
    share = _share(table, tables)
    parents = "".join(f" AND {_parent_kept(column, tables)}" for column in table.links)
    again = "true" if table.links and not table.bridge else "false"
    chance = f"hash(t.rowid, {seed}, {_text(table.name)}) % 100"
    return f"""CREATE TABLE {table.target} AS
WITH kept AS (SELECT t.*, t.rowid AS _row FROM {table.source} AS t WHERE {chance} < {share}{parents}),
doubled AS (
  SELECT *, 0 AS _again FROM kept
  UNION ALL SELECT *, 1 AS _again FROM kept WHERE {again} AND hash(_row, {seed + 1}) % 5 = 0),
numbered AS (
  SELECT *, row_number() OVER (ORDER BY _row, _again) AS _at,
    row_number() OVER (ORDER BY hash(_row, _again, {seed + 2})) AS _other FROM doubled)
SELECT {own} FROM numbered AS a JOIN numbered AS b ON b._other = a._at ORDER BY hash(a._at, {seed + 3})"""


def _share(table: TableFacts, tables: Sequence[TableFacts]) -> int:
    """The percentage of rows kept: all of a short list that others point to, most of what has parents, else a part."""
    pointed_to = any(column.link and column.link.table == table.name for other in tables for column in other.columns)
    if pointed_to and table.rows <= _SHORT_LIST:
        return 100
    return 85 if table.links else min(80, max(1, 100 * ROWS // max(table.rows, 1)))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _parent_kept(column: Column, tables: Sequence[TableFacts]) -> str:
    """The condition that what a row points to is in the copy, or was not there in the first place."""
    parent = _parent(column, tables)
    if parent is None or column.link is None:
        return "true"
    name, key = f"t.{column.quoted}", quote(column.link.column)
    text, keys = f"CAST({name} AS VARCHAR)", f"SELECT CAST({key} AS VARCHAR) FROM"  # a link may be of another type
    held = f"{name} IS NULL OR {text} IN ({keys} {parent.target})"
    return f"({held} OR {text} NOT IN ({keys} {parent.source}))" if column.link.orphans else f"({held})"


def _parent(column: Column, tables: Sequence[TableFacts]) -> TableFacts | None:
    """The table that a column points to, when it is made before the column's own."""
    return next((t for t in tables if column.link and t.name == column.link.table), None)


def _thinned_column(column: Column) -> str:
    """The column's value: taken from another row for amounts, fresh for a doubled key, else as it was."""
    name = column.quoted
    if column.key and column.is_number:
        return f"a.{name} + a._again * 1000003 AS {name}"
    if column.key:
        return f"CAST(a.{name} AS VARCHAR) || CASE WHEN a._again = 1 THEN '+' ELSE '' END AS {name}"
    return f"{'b' if column.is_measure else 'a'}.{name} AS {name}"


def mixed(tables: Sequence[TableFacts], draw: Draw) -> list[str]:
    """SQL of a mixed copy: empty tables of the same shape, then rows of values drawn column by column."""
    return [statement for table in tables for statement in _mixed_table(table, tables, draw)]


def _mixed_table(table: TableFacts, tables: Sequence[TableFacts], draw: Draw) -> list[str]:
    rows = draw.rows or max(8, min(table.rows, MIXED_ROWS))
    drawn = [_drawn(table, column, tables, draw) for column in table.columns]
    pools = ", ".join(f"p{at} AS (SELECT list(v) AS pool FROM ({pool}))" for at, (pool, _) in enumerate(drawn))
    values = ", ".join(f"{value.replace('$pool', f'p{at}.pool')} AS c{at}" for at, (_, value) in enumerate(drawn))
    sources = ", ".join(f"p{at}" for at in range(len(drawn)))
    together = ", ".join(f"c{at}" for at, column in enumerate(table.columns) if column.link)
    unique = f" QUALIFY row_number() OVER (PARTITION BY {together}) = 1" if table.bridge and not draw.loose else ""
    selected = f"SELECT {values} FROM range({rows}) AS r(i), {sources}"
    return [
        f"CREATE TABLE {table.target} AS SELECT * FROM {table.source} LIMIT 0",
        f"INSERT INTO {table.target} WITH {pools} SELECT * FROM ({selected}){unique}",
    ]


def _drawn(table: TableFacts, column: Column, tables: Sequence[TableFacts], draw: Draw) -> tuple[str, str]:
    """The pool of values of a column, and the expression that draws one of them for row `i`."""
    name, source = column.quoted, table.source
    seed = draw.seed + 101 * table.columns.index(column)
    if column.key:
        return f"SELECT {name} AS v FROM {source} ORDER BY hash({name}, 5)", _next_key(column)
    values = _pool(table, column, tables, draw)
    pool = f"SELECT v FROM ({' UNION ALL '.join(values)}) WHERE v IS NOT NULL ORDER BY hash(CAST(v AS VARCHAR), {seed})"
    pick = f"list_extract($pool, CAST(1 + hash(i, {seed}) % greatest(len($pool), 1) AS INTEGER))"
    if not column.nullable and not draw.loose:
        return pool, pick
    return pool, f"CASE WHEN hash(i, {seed + 7}) % 12 = 0 THEN NULL ELSE {pick} END"


def _pool(table: TableFacts, column: Column, tables: Sequence[TableFacts], draw: Draw) -> list[str]:
    """The values a column may take: keys of the copy for a link, else its own and the constants with neighbours."""
    name, source = column.quoted, table.source
    own = f"SELECT v FROM (SELECT DISTINCT {name} AS v FROM {source} USING SAMPLE 60 ROWS (reservoir, {draw.seed}))"
    parent = _parent(column, tables)
    if parent is not None and column.link is not None and not draw.loose:
        keys = f"SELECT CAST({quote(column.link.column)} AS {column.type}) AS v FROM {parent.target}"
        return [keys, own] if column.link.orphans else [keys]
    constants = draw.constants.get((table.name.lower(), column.name.lower()), ())
    return [own] + [f"SELECT {near} AS v" for constant in constants for near in _near(column, constant)]


def _next_key(column: Column) -> str:
    """The expression that gives row `i` a key of its own, also when there are more rows than known keys."""
    known, again = "list_extract($pool, 1 + i % len($pool))", "(i // len($pool))"
    if column.is_number:
        return f"{known} + {again} * 1000003"
    return f"CAST({known} AS VARCHAR) || CASE WHEN {again} = 0 THEN '' ELSE '+' || {again} END"


def _near(column: Column, constant: str) -> list[str]:
    """SQL of the constant, several times, and of its neighbours in the column's type; NULL where it does not fit."""
    value = f"TRY_CAST({constant} AS {column.type})"
    found = [value] * 4
    if column.is_number:
        found += [f"{value} + 1", f"{value} - 1"]
    if column.is_time:
        found += [f"CAST({value} + INTERVAL {days} DAY AS {column.type})" for days in (1, -1)]
    if column.is_time and column.type != "DATE":
        found += [f"CAST({value} + INTERVAL 9 HOUR AS {column.type})"]
    return found
