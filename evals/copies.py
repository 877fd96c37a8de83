"""Changed copies of a database, on which a right query keeps agreeing with its gold and a lucky one does not.

The copies hold at most a few thousand rows a table, so that a re-check is quick on any database:

* `thinned`  three quarters of the rows; some rows of child tables twice, under keys of their own; some links that lead
  nowhere; all numbers of a row that are no keys moved together to another row; rows in another order
* `mixed`    every column that is no key drawn anew from its own values, from the constants that the queries compare it
  with, from their neighbours, and sometimes NULL: combinations that the real data happens not to hold
* `shuffled` all rows as they are, in another order: for golds that depend on it
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from warehouse import derive_database, query_trusted

SCHEMAS = ("main", "core", "mart", "meta")
ROWS = 3000
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "UINTEGER", "UBIGINT")
_KEY_ENDINGS = ("id", "code", "key", "no", "number")
_COMMON_ENDING = 6  # letters: "custid" at the end of both names
_TIMES = ("DATE", "TIMESTAMP")
Constants = Mapping[tuple[str, str], Sequence[str]]
"""SQL literals by (table, column), both in lower case: what the queries compare that column with."""


@dataclass(frozen=True)
class Column:
    """A column with its type; `key` when every row has its own value; `link` names the key column it points to."""

    name: str
    type: str
    key: bool = False
    link: tuple[str, str] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.type.startswith(_NUMBERS)

    @property
    def is_time(self) -> bool:
        """Whether it holds days or moments."""
        return self.type.startswith(_TIMES)

    @property
    def quoted(self) -> str:
        """The name for SQL."""
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True)
class TableFacts:
    """A table with its columns and its number of rows."""

    schema: str
    name: str
    rows: int
    columns: tuple[Column, ...] = field(default=())

    @property
    def source(self) -> str:
        """The table in the attached source database, for SQL."""
        return f"source.{_quote(self.schema)}.{_quote(self.name)}"

    @property
    def target(self) -> str:
        """The table in the copy, for SQL."""
        return f"{_quote(self.schema)}.{_quote(self.name)}"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=64)
def tables_of(database: Path) -> tuple[TableFacts, ...]:
    """Tables of a database with their keys and links, found from declared types and from the data."""
    listed = query_trusted(
        database,
        "SELECT c.schema_name, c.table_name, c.column_name, c.data_type FROM duckdb_columns() c "
        "WHERE c.database_name = 'live' AND NOT c.internal AND c.schema_name IN ('main', 'core', 'mart', 'meta') "
        "ORDER BY c.schema_name, c.table_name, c.column_index",
    ).rows
    names: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, kind in listed:
        names.setdefault((schema, table), []).append((column, kind))
    keyed = [_with_keys(database, place, columns) for place, columns in names.items()]
    return tuple(_with_links(database, table, keyed) for table in keyed)


def _with_keys(database: Path, place: tuple[str, str], columns: list[tuple[str, str]]) -> TableFacts:
    """The table with its unique columns marked; a unique number with fractions, a day or a long text is no key."""
    schema, table = place
    distinct = ", ".join(f"count(DISTINCT {_quote(name)})" for name, _ in columns)
    counts = query_trusted(database, f"SELECT count(*), {distinct} FROM {_quote(schema)}.{_quote(table)}").rows[0]
    rows = counts[0]
    marked = [
        Column(name, kind, key=rows > 1 and unique == rows and kind.startswith(("VARCHAR", "UUID", *_NUMBERS[:5])))
        for (name, kind), unique in zip(columns, counts[1:], strict=True)
    ]
    return TableFacts(schema, table, rows, tuple(marked))


def _with_links(database: Path, table: TableFacts, others: Sequence[TableFacts]) -> TableFacts:
    """The table with every column marked that points to another table's key, by its name and by its values."""
    keys = [(other, column) for other in others if other.name != table.name for column in other.columns if column.key]
    linked = [replace(column, link=_link(database, table, column, keys)) for column in table.columns]
    return replace(table, columns=tuple(linked))


def _link(
    database: Path, table: TableFacts, column: Column, keys: Sequence[tuple[TableFacts, Column]]
) -> tuple[str, str] | None:
    """The key that the column points to: alike in name, and holding at least half of the column's values."""
    if column.key or not column.name.lower().endswith(_KEY_ENDINGS):
        return None
    for other, key in sorted(keys, key=lambda pair: pair[1].name.lower() != column.name.lower()):
        if _same_name(column.name, other.name, key.name) and _held(database, table, column, other, key):
            return other.name, key.name
    return None


def _same_name(name: str, table: str, key: str) -> bool:
    """Whether a column's name names the key: the same, the table's name before it, or a long common ending."""
    ours, theirs = name.lower().replace("_", ""), key.lower().replace("_", "")
    if ours == theirs or ours in (f"{table.lower()}{theirs}", f"{table.lower().removesuffix('s')}{theirs}"):
        return True
    common = 0
    while common < min(len(ours), len(theirs)) and ours[-1 - common] == theirs[-1 - common]:
        common += 1
    return common >= _COMMON_ENDING


def _held(database: Path, table: TableFacts, column: Column, other: TableFacts, key: Column) -> bool:
    """Whether at least half of the column's values are values of the key."""
    ours = (
        f"SELECT DISTINCT CAST({column.quoted} AS VARCHAR) AS v FROM {table.target} WHERE {column.quoted} IS NOT NULL"
    )
    theirs = f"SELECT CAST({key.quoted} AS VARCHAR) FROM {other.target}"
    row = query_trusted(database, f"SELECT count(*), count(*) FILTER (v IN ({theirs})) FROM ({ours})").rows[0]
    return row[0] > 0 and 2 * row[1] >= row[0]


def copies(database: Path, room: Path, constants: Constants, seeds: Iterable[int] = (1, 2)) -> tuple[Path, ...]:
    """Perturbed copies of the database in `room`, made if they are not there: one thinned and one mixed a seed."""
    found: list[Path] = []
    for seed in seeds:
        found.append(_copy(database, room, f"thinned-{seed}", [_thinned(t, seed) for t in tables_of(database)]))
        mixed = [statement for t in tables_of(database) for statement in _mixed(t, seed, constants)]
        found.append(_copy(database, room, f"mixed-{seed}", mixed))
    return tuple(found)


def random_databases(database: Path, room: Path, constants: Constants, count: int) -> tuple[Path, ...]:
    """Random databases of the same schema, independent of the copies: other seeds and other numbers of rows."""
    found: list[Path] = []
    for number in range(count):
        seed = 1000 + number * 13
        drawn = [s for t in tables_of(database) for s in _mixed(t, seed, constants, rows=5 + seed * 7 % 60)]
        found.append(_copy(database, room, f"random-{number}", drawn))
    return tuple(found)


def shuffled(database: Path, room: Path) -> Path:
    """The same data with the rows of every table in another order."""
    statements = [
        f"CREATE TABLE {t.target} AS SELECT * FROM {t.source} ORDER BY hash(rowid + 17)" for t in tables_of(database)
    ]
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


def _thinned(table: TableFacts, seed: int) -> str:
    """SQL of the thinned copy of one table."""
    measures = [c for c in table.columns if c.is_number and not c.key and c.link is None and not _names_a_key(c)]
    own = ", ".join(_thinned_column(column, column in measures) for column in table.columns)
    share = min(75, max(1, 100 * ROWS // max(table.rows, 1)))
    return f"""CREATE TABLE {table.target} AS
WITH kept AS (SELECT *, rowid AS _row FROM {table.source} WHERE hash(rowid, {seed}) % 100 < {share}),
doubled AS (
  SELECT *, 0 AS _again FROM kept
  UNION ALL SELECT *, 1 AS _again FROM kept WHERE {_is_child(table)} AND hash(_row, {seed + 1}) % 5 = 0),
numbered AS (
  SELECT *, row_number() OVER (ORDER BY _row, _again) AS _at,
    row_number() OVER (ORDER BY hash(_row, _again, {seed + 2})) AS _other FROM doubled)
SELECT {own} FROM numbered AS a JOIN numbered AS b ON b._other = a._at ORDER BY hash(a._at, {seed + 3})"""


def _thinned_column(column: Column, moved: bool) -> str:
    """The column's value: taken from another row for measures, fresh for a doubled key, else as it was."""
    name = column.quoted
    if column.key and column.is_number:
        return f"a.{name} + a._again * 1000003 AS {name}"
    if column.key:
        return (
            f"CASE WHEN a._again = 1 THEN CAST(a.{name} AS VARCHAR) || '+' ELSE CAST(a.{name} AS VARCHAR) END AS {name}"
        )
    return f"{'b' if moved else 'a'}.{name} AS {name}"


def _is_child(table: TableFacts) -> str:
    return "true" if any(column.link for column in table.columns) else "false"


def _names_a_key(column: Column) -> bool:
    """Whether the name says that the numbers are identifiers."""
    return column.name.lower().endswith(("id", "_key", "code", "number", "year"))


def _mixed(table: TableFacts, seed: int, constants: Constants, rows: int = 0) -> list[str]:
    """SQL of the mixed copy of one table: an empty table of the same shape, then rows of values drawn by column."""
    rows = rows or max(8, min(table.rows, 400))
    drawn = [_drawn(table, column, at * 101 + seed, constants) for at, column in enumerate(table.columns)]
    pools = ", ".join(f"p{at} AS (SELECT list(v) AS pool FROM ({pool}))" for at, (pool, _) in enumerate(drawn))
    values = ", ".join(f"{value.replace('$pool', f'p{at}.pool')} AS c{at}" for at, (_, value) in enumerate(drawn))
    sources = ", ".join(f"p{at}" for at in range(len(drawn)))
    return [
        f"CREATE TABLE {table.target} AS SELECT * FROM {table.source} LIMIT 0",
        f"INSERT INTO {table.target} WITH {pools} SELECT {values} FROM range({rows}) AS r(i), {sources}",
    ]


def _drawn(table: TableFacts, column: Column, seed: int, constants: Constants) -> tuple[str, str]:
    """The pool of values of a column, and the expression that draws one of them for row `i`."""
    name, source = column.quoted, table.source
    if column.key:
        return f"SELECT {name} AS v FROM {source} ORDER BY hash({name}, 5)", _next_key(column)
    values = [f"SELECT v FROM (SELECT DISTINCT {name} AS v FROM {source} USING SAMPLE 60 ROWS (reservoir, {seed}))"]
    for constant in constants.get((table.name.lower(), column.name.lower()), ()):
        values += [f"SELECT {near} AS v" for near in _near(column, constant)]
    pool = f"SELECT v FROM ({' UNION ALL '.join(values)}) ORDER BY hash(CAST(v AS VARCHAR), {seed})"
    pick = f"list_extract($pool, CAST(1 + hash(i, {seed}) % greatest(len($pool), 1) AS INTEGER))"
    return pool, f"CASE WHEN hash(i, {seed + 7}) % 12 = 0 THEN NULL ELSE {pick} END"


def _next_key(column: Column) -> str:
    """The expression that gives row `i` a key of its own, also when there are more rows than known keys."""
    known, round_ = "list_extract($pool, 1 + i % len($pool))", "(i // len($pool))"
    if column.is_number:
        return f"{known} + {round_} * 1000003"
    return f"CASE WHEN {round_} = 0 THEN CAST({known} AS VARCHAR) ELSE CAST({known} AS VARCHAR) || '+' || {round_} END"


def _near(column: Column, constant: str) -> list[str]:
    """SQL of the constant and of its neighbours in the column's type; NULL where it does not fit."""
    value = f"TRY_CAST({constant} AS {column.type})"
    found = [value] * 4
    if column.is_number:
        found += [f"{value} + 1", f"{value} - 1"]
    if column.is_time:
        found += [
            f"CAST({value} + INTERVAL 1 DAY AS {column.type})",
            f"CAST({value} - INTERVAL 1 DAY AS {column.type})",
        ]
        found += [] if column.type == "DATE" else [f"CAST({value} + INTERVAL 9 HOUR AS {column.type})"]
    return found
