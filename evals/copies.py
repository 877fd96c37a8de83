"""Changed copies of a database, on which a right query keeps agreeing with its gold and a lucky one does not.

The copies are small, so that a re-check is quick on any database. They respect what the
data respects: keys stay unique, links lead somewhere, and NULL stands only where one was seen. Kinds:

* `thinned`  part of the rows; some rows of child tables twice, under keys of their own; the amounts of a row moved
  together to another row; rows in another order
* `mixed`    every column drawn anew from its own values, from the constants that the queries compare it with, and from
  their neighbours: combinations that the real data happens not to hold
* `loose`    as mixed, but NULL stands in any column and links may lead nowhere. Two right queries may part here, one
  with an inner and one with an outer join; an answer that falls apart here alone is fragile, not lucky
* `shuffled` all rows as they are, in another order: for golds that depend on it
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from evals.facts import Column, TableFacts, quote, tables_of
from warehouse import derive_database

SCHEMAS = ("main", "core", "mart", "meta")
ROWS = 800  # rows kept of a table that points to nothing; what points to them follows
MIXED_ROWS = (
    300,
    150,
    80,
    40,
    20,
    10,
    200,
    100,
    60,
    30,
    15,
    8,
)  # rows a table: groups of many sizes, for conditions on counts
LOOSE_ROWS = (60, 30, 15, 8, 40, 20)
LOOSE = "loose"
_STALE = 24 * 3600  # seconds
_SHORT_LIST = 100  # rows
Constants = Mapping[tuple[str, str], Sequence[str]]
"""SQL literals by (table, column), both in lower case: what the queries compare that column with."""


@dataclass(frozen=True)
class Needs:
    """What the queries to be asked on copies need: their tables (lower case), and the constants they compare with.

    `until` is the day that counts as today: what lies behind it happens on no copy, unless the data has it, too.
    """

    tables: frozenset[str]
    constants: Constants = field(default_factory=dict)
    until: date | None = None


@dataclass(frozen=True)
class Draw:
    """How a mixed copy is drawn: its seed, constants to hold, rows a table.

    With `skewed` the first values of a column come up much more often than the last, so that groups differ in size.
    `loose` forgets what the data respects: NULL may stand in every column that is no key, and links may lead nowhere.
    """

    seed: int
    constants: Constants = field(default_factory=dict)
    until: date | None = None
    rows: int = 50
    skewed: bool = False
    loose: bool = False


def copies(database: Path, room: Path, needs: Needs) -> tuple[Path, ...]:
    """Changed copies of the database in `room`, made if they are not there: thinned ones, then mixed ones of those.

    The thinned copies do not depend on the queries, so that only the small mixed ones are made anew for new ones.
    """
    tables, constants = tables_of(database), needs.constants
    thinned = [_copy(database, room, f"thinned-{n}", [_thinned(t, tables, n) for t in tables]) for n in (1, 2)]
    needed = [table for table in tables if table.name.lower() in _with_parents(needs.tables, tables)]
    made: list[Path] = []
    for number, rows in enumerate(MIXED_ROWS, start=1):
        draw = Draw(number, constants, needs.until, rows, skewed=number % 2 == 0)
        made.append(_copy(thinned[0], room, f"mixed-{number}", mixed(needed, draw)))
    for number, rows in enumerate(LOOSE_ROWS, start=1):
        draw = Draw(100 + number, constants, needs.until, rows, skewed=number % 2 == 0, loose=True)
        made.append(_copy(thinned[0], room, f"{LOOSE}-{number}", mixed(needed, draw)))
    return (*thinned, *made)


def _with_parents(names: frozenset[str], tables: Sequence[TableFacts]) -> frozenset[str]:
    """The tables with all that they point to, directly or by way of others."""
    links = {table.name.lower(): {c.link.table.lower() for c in table.columns if c.link} for table in tables}
    found = set(names)
    waiting = list(names)
    while waiting:
        fresh = links.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return frozenset(found)


def random_databases(database: Path, room: Path, needs: Needs, count: int, *, loose: bool = False) -> tuple[Path, ...]:
    """Random databases of the same schema, independent of the copies: other seeds and other numbers of rows."""
    tables, found = tables_of(database), []
    for number in range(count):
        seed = 1000 + number * 13
        drawn = mixed(tables, Draw(seed, needs.constants, needs.until, 5 + seed * 7 % 60, loose=loose))
        found.append(_copy(database, room, f"{'random-loose' if loose else 'random'}-{number}", drawn))
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
            if time.time() - old.stat().st_mtime > _STALE:  # another run may be using a fresh one
                old.unlink(missing_ok=True)
        schemas = [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS]
        derive_database(database, target, [*schemas, *statements])
    return target


def _thinned(table: TableFacts, tables: Sequence[TableFacts], seed: int) -> str:
    """SQL of the thinned copy of one table; a row whose parent was left out goes with it."""
    own = ", ".join(_thinned_column(column) for column in table.columns)
    share, alone = _shares(table, tables)
    parents = "".join(f" AND {_parent_kept(column, _made_before(table, tables))}" for column in table.links)
    several = bool(table.links) and not table.bridge and not any(column.key for column in table.links)
    again = "true" if several else "false"
    kept = f"hash(t.rowid, {seed}, {_text(table.name)}) % 1000 < {_kept(table, share, alone)}{parents}"
    return f"""CREATE TABLE {table.target} AS
WITH kept AS (SELECT t.*, t.rowid AS _row FROM {table.source} AS t WHERE {kept}),
doubled AS (
  SELECT *, 0 AS _again FROM kept
  UNION ALL SELECT *, 1 AS _again FROM kept WHERE {again} AND hash(_row, {seed + 1}) % 5 = 0),
numbered AS (
  SELECT *, row_number() OVER (ORDER BY _row, _again) AS _at,
    row_number() OVER (ORDER BY hash(_row, _again, {seed + 2})) AS _other FROM doubled)
SELECT {own} FROM numbered AS a JOIN numbered AS b ON b._other = a._at ORDER BY hash(a._at, {seed + 3})"""


def _shares(table: TableFacts, tables: Sequence[TableFacts]) -> tuple[int, int]:
    """How many in a thousand rows are kept: of those that point to something, and of those that stand alone."""
    if _pointed_to(table, tables) and table.rows <= _SHORT_LIST:
        return 1000, 1000
    return 850, min(800, max(1, 1000 * ROWS // max(table.rows, 1)))


def _pointed_to(table: TableFacts, tables: Sequence[TableFacts]) -> bool:
    return any(column.link and column.link.table == table.name for other in tables for column in other.columns)


def _kept(table: TableFacts, share: int, alone: int) -> str:
    """The number of rows in a thousand that are kept, as SQL over a row of the table."""
    if not table.links:
        return str(alone)
    points = " OR ".join(f"t.{column.quoted} IS NOT NULL" for column in table.links)
    return f"CASE WHEN {points} THEN {share} ELSE {alone} END"


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


def _made_before(table: TableFacts, tables: Sequence[TableFacts]) -> Sequence[TableFacts]:
    """The tables that are in the copy when this one is made; links in a circle lead to later ones."""
    return tables[: tables.index(table)]


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
    rows = min(draw.rows, max(table.rows, 10))
    if draw.loose and _pointed_to(table, tables):
        rows = max(2, rows * 6 // 10)  # the rest of the keys is gone, so that some links lead nowhere
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
    if column.key and column.link:
        keys = " UNION ALL ".join(_pool(table, column, tables, draw))
        return f"SELECT v FROM ({keys}) ORDER BY hash(CAST(v AS VARCHAR), {seed})", "list_extract($pool, 1 + i)"
    if column.key:
        return f"SELECT {name} AS v FROM {source} ORDER BY hash({name}, 5)", _next_key(column)
    values = _pool(table, column, tables, draw)
    known = f"v IS NOT NULL{_not_to_come(table, column, draw)}"
    pool = f"SELECT v FROM ({' UNION ALL '.join(values)}) WHERE {known} ORDER BY hash(CAST(v AS VARCHAR), {seed})"
    chance = f"hash(i, {seed}) % 10000 / 10000"
    place = f"pow({chance}, 2.5)" if draw.skewed else f"({chance})"
    pick = f"list_extract($pool, CAST(1 + floor({place} * len($pool)) AS INTEGER))"
    if not column.nullable and not draw.loose:
        return pool, pick
    return pool, f"CASE WHEN hash(i, {seed + 7}) % 12 = 0 THEN NULL ELSE {pick} END"


def _pool(table: TableFacts, column: Column, tables: Sequence[TableFacts], draw: Draw) -> list[str]:
    """The values a column may take: keys of the copy for a link, else its own and the constants with neighbours."""
    name, source = column.quoted, table.source
    own = f"SELECT v FROM (SELECT DISTINCT {name} AS v FROM {source} USING SAMPLE 60 ROWS (reservoir, {draw.seed}))"
    parent = _parent(column, _made_before(table, tables))
    if parent is not None and column.link is not None and not draw.loose:
        keys = f"SELECT CAST({quote(column.link.column)} AS {column.type}) AS v FROM {parent.target}"
        return [keys, own] if column.link.orphans else [keys]
    constants = draw.constants.get((table.name.lower(), column.name.lower()), ())
    return [own] + [f"SELECT {near} AS v" for constant in constants for near in _near(column, constant)]


def _not_to_come(table: TableFacts, column: Column, draw: Draw) -> str:
    """The condition that a time is not behind today, unless the data reaches that far."""
    if not column.is_time or draw.until is None:
        return ""
    behind = draw.until + timedelta(days=1)
    return f" AND (v < DATE '{behind}' OR v <= (SELECT max({column.quoted}) FROM {table.source}))"


def _next_key(column: Column) -> str:
    """The expression that gives row `i` a key of its own, also when there are more rows than known keys."""
    known, again = "list_extract($pool, 1 + i % len($pool))", "(i // len($pool))"
    if column.is_number:
        return f"{known} + {again} * 7000003"  # another step than that of the thinned copies, from which keys come
    return f"CAST({known} AS VARCHAR) || CASE WHEN {again} = 0 THEN '' ELSE '+' || {again} END"


def _near(column: Column, constant: str) -> list[str]:
    """SQL of the constant, several times, and of its neighbours in the column's type; NULL where it does not fit."""
    value = f"TRY_CAST({constant} AS {column.type})"
    found = [value] * 4
    if column.is_number:
        found += [f"{value} + 1", f"{value} - 1"]
    if column.is_time:
        found += [f"CAST({value} + INTERVAL ({days}) DAY AS {column.type})" for days in (1, -1)]
    if column.is_time and column.type != "DATE":
        found += [f"CAST({value} + INTERVAL 9 HOUR AS {column.type})"]
    return found
