"""What a changed copy of a database must respect: its tables, their keys, what points where, what is never NULL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from warehouse import Read, trusted_reader

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_NUMBERS = (*_WHOLE, "FLOAT", "DOUBLE", "DECIMAL")
_TIMES = ("DATE", "TIMESTAMP")
_KEY_ENDINGS = ("id", "code", "key", "no", "number")
_COMMON_ENDING = 6  # letters: "custid" at the end of both names


@dataclass(frozen=True)
class Link:
    """What a column points to; `orphans` when some of its values are not there."""

    table: str
    column: str
    orphans: bool = False


@dataclass(frozen=True)
class Column:
    """A column with its type; `key` when every row has its own value, `nullable` when a NULL was seen.

    A key may be a link as well: each of its rows belongs to another row of the other table.
    """

    name: str
    type: str
    key: bool = False
    nullable: bool = False
    link: Link | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.type.startswith(_NUMBERS)

    @property
    def is_time(self) -> bool:
        """Whether it holds days or moments."""
        return self.type.startswith(_TIMES)

    @property
    def is_measure(self) -> bool:
        """Whether it holds amounts: numbers that identify nothing and are no year."""
        names_a_key = self.name.lower().endswith((*_KEY_ENDINGS, "year"))
        return self.is_number and not self.key and self.link is None and not names_a_key

    @property
    def quoted(self) -> str:
        """The name for SQL."""
        return quote(self.name)


@dataclass(frozen=True)
class TableFacts:
    """A table with its columns and number of rows; `bridge` when its links together are unique and it has no key."""

    schema: str
    name: str
    rows: int
    columns: tuple[Column, ...] = field(default=())
    bridge: bool = False

    @property
    def first_key(self) -> Column | None:
        """The column by which others point to this table: the first that tells its rows apart."""
        return next((column for column in self.columns if column.key), None)

    @property
    def links(self) -> tuple[Column, ...]:
        """The columns that point to other tables."""
        return tuple(column for column in self.columns if column.link)

    @property
    def source(self) -> str:
        """The table in the attached source database, for SQL."""
        return f"source.{quote(self.schema)}.{quote(self.name)}"

    @property
    def target(self) -> str:
        """The table in the copy, for SQL."""
        return f"{quote(self.schema)}.{quote(self.name)}"


def quote(name: str) -> str:
    """The name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def tables_of(database: Path) -> tuple[TableFacts, ...]:
    """Tables of a database, those that others point to first; found from the data and remembered."""
    return _tables_of(database, database.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _tables_of(database: Path, stamp: int) -> tuple[TableFacts, ...]:
    del stamp  # it only tells this file from the next one under the same name
    with trusted_reader(database) as read:
        return _parents_first(_found(read))


def _found(read: Read) -> list[TableFacts]:
    """The tables of an open database with all facts, in any order."""
    listed = read(
        "SELECT c.schema_name, c.table_name, c.column_name, c.data_type FROM duckdb_columns() c "
        "WHERE c.database_name = 'live' AND NOT c.internal AND c.schema_name IN ('main', 'core', 'mart', 'meta') "
        "ORDER BY c.schema_name, c.table_name, c.column_index",
    ).rows
    names: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, kind in listed:
        names.setdefault((schema, table), []).append((column, kind))
    keyed = [_with_keys(read, place, columns) for place, columns in names.items()]
    return [_with_bridge(read, _with_links(read, table, keyed)) for table in keyed]


def _with_keys(read: Read, place: tuple[str, str], columns: list[tuple[str, str]]) -> TableFacts:
    """The table with its unique columns marked; a unique number with fractions or a unique day is no key."""
    schema, table = place
    counts = ", ".join(f"count({quote(name)}), count(DISTINCT {quote(name)})" for name, _ in columns)
    found = read(f"SELECT count(*), {counts} FROM {quote(schema)}.{quote(table)}").rows[0]
    rows = found[0]
    marked: list[Column] = []
    for at, (name, kind) in enumerate(columns):
        present, distinct = found[1 + 2 * at], found[2 + 2 * at]
        key = rows > 1 and distinct == rows and kind.startswith(("VARCHAR", "UUID", *_WHOLE))
        marked.append(Column(name, kind, key, nullable=present < rows))
    return TableFacts(schema, table, rows, tuple(marked))


def _with_links(read: Read, table: TableFacts, others: Sequence[TableFacts]) -> TableFacts:
    """The table with every column marked that points to another table's first key, by its name and by its values."""
    keys = [(other, other.first_key) for other in others if other.name != table.name and other.first_key]
    linked = [replace(column, link=_link(read, table, column, keys)) for column in table.columns]
    return replace(table, columns=tuple(linked))


def _link(read: Read, table: TableFacts, column: Column, keys: Sequence[tuple[TableFacts, Column]]) -> Link | None:
    """The key that the column points to: alike in name, and holding at least half of the column's values."""
    if column == table.first_key or not column.name.lower().endswith(_KEY_ENDINGS):
        return None
    for other, key in sorted(keys, key=lambda pair: pair[1].name.lower() != column.name.lower()):
        if _same_name(column.name, other.name, key.name):
            values, held = _held(read, table, column, other, key)
            if values and 2 * held >= values:
                return Link(other.name, key.name, orphans=held < values)
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


def _held(read: Read, table: TableFacts, column: Column, other: TableFacts, key: Column) -> tuple[int, int]:
    """How many different values the column has, and how many of them are values of the key."""
    ours = (
        f"SELECT DISTINCT CAST({column.quoted} AS VARCHAR) AS v FROM {table.target} WHERE {column.quoted} IS NOT NULL"
    )
    theirs = f"SELECT CAST({key.quoted} AS VARCHAR) FROM {other.target}"
    row = read(f"SELECT count(*), count(*) FILTER (v IN ({theirs})) FROM ({ours})").rows[0]
    return row[0], row[1]


def _with_bridge(read: Read, table: TableFacts) -> TableFacts:
    """The table, marked as a bridge when its links together tell its rows apart and no single column does."""
    if any(column.key for column in table.columns) or not table.links:
        return table
    together = ", ".join(column.quoted for column in table.links)
    sql = f"SELECT count(*) FROM (SELECT DISTINCT {together} FROM {table.target})"
    return replace(table, bridge=read(sql).rows[0][0] == table.rows)


def _parents_first(tables: Sequence[TableFacts]) -> tuple[TableFacts, ...]:
    """The tables in an order in which each stands behind those it points to, circles aside."""
    placed: dict[str, TableFacts] = {}
    waiting = list(tables)
    while waiting:
        ready = [t for t in waiting if all(c.link is None or c.link.table in placed for c in t.columns)]
        for table in ready or waiting[:1]:
            placed[table.name] = table
            waiting.remove(table)
    return tuple(placed.values())
