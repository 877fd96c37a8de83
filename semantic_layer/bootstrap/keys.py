"""What identifies a row: primary keys from exact uniqueness and from names, made of one column or of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.compiler import sqltree as sql

OWN, LIKELY, POSSIBLE = 3, 2, 1
_MOST_COMBINATIONS = 12
_WIDEST = 3


@dataclass(frozen=True)
class Reference:
    """A column's name read as a reference: `entity` is what it names ("customer" of `customer_id`).

    `marked` tells that it ends with a word such as id or code; without one, the column is called like the thing itself.
    """

    entity: Words
    marked: bool


def reference(words: Words) -> Reference:
    """The reference that a column of these words may be."""
    known = vocabulary()
    at = len(words)
    while at > 0 and known.has("id_words", words[at - 1 : at]):
        at -= 1
    return Reference(tuple(known.singular(word) for word in words[:at]), at < len(words))


def is_identifier(column: Column) -> bool:
    """Whether the column is called like something that identifies: it ends with id, key, code, number, ..."""
    return reference(column.words).marked and column.kind in ("text", "integer", "number") and _is_exact(column)


def _is_exact(column: Column) -> bool:
    return column.kind != "number" or column.is_whole


def primary_key(table: Table, tables: Sequence[Table], counts: Mapping[str, int]) -> tuple[Column, ...]:
    """The columns of the table's primary key, empty when none can be told."""
    single = single_key(table, tables) or key_of_another(table, tables)
    if single:
        return (single,)
    proven = (key for key in combined_keys(table, tables) if counts.get(check_name(table, key)) == 0)
    return next(proven, ())


def single_key(table: Table, tables: Sequence[Table]) -> Column | None:
    """The one column that is unique and called like a key of this table; None when there is none.

    Without rows to prove that it is unique, only its very own name makes a column the key.
    """
    graded = [(key_grade(column, table, tables), column) for column in table.columns if _may_be_key(column, table)]
    best = max(graded, key=lambda item: (item[0], -item[1].position), default=(0, None))
    return best[1] if best[0] >= (POSSIBLE if table.rows else OWN) else None


def repeated_id(table: Table, key: Sequence[Column]) -> Column | None:
    """The column that is the table's own id by its name while several rows share a value: rows are parts of those.

    None where one column tells the rows apart.
    """
    if len(key) == 1:
        return None
    named = (column for column in table.columns if is_identifier(column) and 1 < column.figures.distinct < table.rows)
    return next((column for column in named if _is_own_id(column, table)), None)


def _is_own_id(column: Column, table: Table) -> bool:
    named, own = reference(column.words), reference(column.own)
    return (own.marked and not own.entity) or (named.marked and named.entity == table.noun)


def key_of_another(table: Table, tables: Sequence[Table]) -> Column | None:
    """The first column when it is the key of another table and no two rows share it: one row for each of those."""
    first = table.columns[0] if table.columns else None
    if first is None or table.rows < 2 or not first.is_key or not _may_be_key(first, table):
        return None
    return first if is_identifier(first) and _is_key_elsewhere(first, table, tables) else None


def _may_be_key(column: Column, table: Table) -> bool:
    """Unique in the data, or not known to be otherwise because there is none."""
    unique = column.is_key or table.rows == 0
    return unique and column.kind in ("text", "integer", "number") and _is_exact(column)


def key_grade(column: Column, table: Table, tables: Sequence[Table]) -> int:
    """How well the name suits a key of this table: OWN, LIKELY, POSSIBLE, or 0 for not at all."""
    named = reference(column.words)
    if _is_own_id(column, table):
        return OWN
    if _is_of_another(named.entity, table, tables) or column.figures.distinct <= 1 < table.rows:
        return 0
    first = column.position == 0
    if named.marked and _belongs(named.entity, table):
        ends = table.noun[-len(named.entity) :] == named.entity
        made = first and ends and vocabulary().has("surrogate_words", column.words[-1:])
        return OWN if made else LIKELY  # "case id" before the "case number" of a court case
    if not named.marked:
        return POSSIBLE if first and _names_rows(column, named.entity, table) else 0
    return POSSIBLE if first else 0


def _is_of_another(entity: Words, table: Table, tables: Sequence[Table]) -> bool:
    return any(names_noun(entity, other.noun) for other in tables if other.name != table.name)


def names_noun(entity: Words, noun: Words) -> bool:
    """Whether the entity is exactly this noun, in full or by its initials ("po" of purchase order)."""
    return entity == noun or (len(noun) > 1 and entity == ("".join(word[:1] for word in noun),))


def _belongs(entity: Words, table: Table) -> bool:
    """Whether the entity is part of the table's name ("order" of customer orders, "mailing" of mailing campaigns)."""
    if not entity:
        return False
    return table.noun[-len(entity) :] == entity or table.noun[: len(entity)] == entity or names_noun(entity, table.noun)


def _names_rows(column: Column, entity: Words, table: Table) -> bool:
    """A first column without an id word is a key when it is called like the table, or is an unbroken list of texts."""
    if column.kind == "number" or table.rows < 2:
        return False
    called = entity == table.noun or _belongs(entity, table) or vocabulary().has("code_words", entity[-1:])
    return called or (column.kind == "text" and table.rows >= 5 and len(table.columns) > 1)


def combined_keys(table: Table, tables: Sequence[Table]) -> Iterator[tuple[Column, ...]]:
    """Sets of two or three columns that may identify a row together, the likeliest first."""
    if single_key(table, tables) or table.rows < 2:
        return
    parts = [column for column in table.columns if column.figures.nulls == 0 and _is_part(column, table, tables)]
    parts.sort(key=lambda column: (column.kind in ("date", "timestamp"), not is_line(column), column.position))
    found = 0
    for size in range(2, _WIDEST + 1):
        for key in combinations(parts, size):
            if found < _MOST_COMBINATIONS and _are_enough(key, table.rows):
                found += 1
                yield tuple(sorted(key, key=lambda column: column.position))


def _is_part(column: Column, table: Table, tables: Sequence[Table]) -> bool:
    """Dates, line numbers, machine-made ids, and what names another table; not just any code or number."""
    if column.figures.distinct <= 1 or column.is_key:
        return False
    if column.kind in ("date", "timestamp") or is_line(column) or vocabulary().has("code_words", column.own[-1:]):
        return True
    made = vocabulary().has("surrogate_words", column.words[-1:])
    if not is_identifier(column):
        return False
    return (
        made or _is_of_another(reference(column.own).entity, table, tables) or _is_key_elsewhere(column, table, tables)
    )


def _is_key_elsewhere(column: Column, table: Table, tables: Sequence[Table]) -> bool:
    keys = (single_key(other, tables) for other in tables if other.name != table.name)
    return any(key is not None and key.words == column.words for key in keys)


def is_line(column: Column) -> bool:
    """Whether the column numbers the parts of something: lines, positions, sequences."""
    named = reference(column.own).entity or column.own
    return column.kind == "integer" and vocabulary().has("line_words", named[-1:])


def _are_enough(key: Sequence[Column], rows: int) -> bool:
    several = 1
    for column in key:
        several *= column.figures.distinct
    return several >= rows


def check_name(table: Table, key: Sequence[Column]) -> str:
    """The name of the check that counts the repeats of a key."""
    return f"key:{table.name}:{','.join(column.name for column in key)}"


def repeats(table: Table, key: Sequence[Column]) -> str:
    """SQL giving how many values of the key stand more than once."""
    names = ", ".join(sql.name_of(column.name).sql(dialect=sql.DIALECT) for column in key)
    source = sql.name_of(table.name).sql(dialect=sql.DIALECT)
    return f"SELECT count(*) AS n FROM (SELECT 1 FROM {source} GROUP BY {names} HAVING count(*) > 1) AS repeated"
