"""Which column refers to which table: judged by names first, then by whether the values are found there.

Whole numbers from 1 to N are found in every other such column, so that inclusion alone never makes a link; the weaker
the name, the more of the values must be found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from semantic_layer.bootstrap.evidence import Evidence, Pair
from semantic_layer.bootstrap.keys import (
    LIKELY,
    Reference,
    is_identifier,
    key_grade,
    key_of_another,
    names_noun,
    reference,
    single_key,
)
from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.vocabulary import Words, vocabulary

EXACT, SAME, ROLE, PART, SYNONYM, TAIL, GUESS, CODES = 1.0, 0.9, 0.8, 0.7, 0.6, 0.55, 0.5, 0.4
_NEEDED = {EXACT: 0.75, SAME: 0.75, ROLE: 0.9, PART: 0.95, SYNONYM: 0.98, TAIL: 0.98, GUESS: 0.98, CODES: 1.0}
REPORTING = ("report", "to")
_FEWEST_CODES = 3
"""The share of a column's values that must be found, by how well its name fits."""
_NUMERIC = ("integer", "number")


@dataclass(frozen=True)
class Link:
    """Rows of `table` refer to rows of `to`; `entity` is what the column calls them.

    `grade` is how well the names fit, `found` the share of distinct values that the other table has (None when there
    are no values to look up).
    """

    table: Table
    columns: tuple[Column, ...]
    to: Table
    to_columns: tuple[Column, ...]
    entity: Words
    grade: float
    found: float | None

    @property
    def is_role(self) -> bool:
        """Whether the column says in which role the other row stands ("billing address"), not only what it is."""
        return self.grade in (ROLE, GUESS, CODES)

    @property
    def is_self(self) -> bool:
        """Whether both rows are of the same table."""
        return self.table.name == self.to.name


@dataclass(frozen=True)
class Target:
    """A column that can be referred to; `is_primary` when it is its table's key, `is_shared` when another's as well."""

    table: Table
    key: Column
    is_primary: bool
    is_shared: bool = False


def targets(tables: Sequence[Table]) -> tuple[Target, ...]:
    """The key of every table, and other columns that identify its rows."""
    found: list[Target] = []
    for table in tables:
        primary = single_key(table, tables)
        if primary:
            found.append(Target(table, primary, True))
        elif shared := key_of_another(table, tables):
            found.append(Target(table, shared, True, True))
        others = (column for column in table.columns if column.is_key and column != primary and is_identifier(column))
        found.extend(Target(table, column, False) for column in others)
    return tuple(found)


def candidates(tables: Sequence[Table]) -> Iterator[tuple[Table, Column, Target, float]]:
    """Every pair of a column and a key whose names and types would let the one refer to the other, with the grade."""
    known = targets(tables)
    for table in tables:
        own = single_key(table, tables)
        for column in table.columns:
            if column == own and key_grade(column, table, tables) >= LIKELY:
                continue
            for target in known:
                if target.key is not column and (grade := _grade(table, column, target)):
                    yield table, column, target, grade


def pairs(tables: Sequence[Table]) -> frozenset[Pair]:
    """The pairs of columns whose values have to be compared to find the links."""
    return frozenset(
        (table.name, column.name, target.table.name, target.key.name)
        for table, column, target, _ in candidates(tables)
        if not column.is_empty and target.table.rows
    )


def find_links(tables: Sequence[Table], evidence: Evidence) -> tuple[Link, ...]:
    """The links that names and values agree on, at most one for a column; equally good ones cancel each other."""
    best: dict[tuple[str, str], list[Link]] = {}
    for table, column, target, grade in candidates(tables):
        link = _proven(table, column, target, grade, evidence.inclusion)
        if link:
            best.setdefault((table.name, column.name), []).append(link)
    chosen = (_best(links) for links in best.values())
    return tuple(link for link in chosen if link and not _is_mirror(link, best))


def _best(links: Sequence[Link]) -> Link | None:
    top = max(link.grade for link in links)
    first = [link for link in links if link.grade == top]
    if top == GUESS:
        first = [link for link in first if not link.is_self or _of_people(link.to) or _is_ranked(link)] or first
        first = [link for link in first if not _are_served(link.to)] or first
    owned = [link for link in first if link.entity == link.to.noun or _is_ranked(link)] or first
    return owned[0] if len({link.to.name for link in owned}) == 1 else None


def _are_served(table: Table) -> bool:
    """Whether the rows of a table are people who are served, who manage and supervise nobody."""
    return vocabulary().has("customer_nouns", table.noun[-1:]) or table.noun[-1:] in (("owner",), ("pupil",))


def _is_ranked(link: Link) -> bool:
    """Whether a column names whom people of one table are under in it: the manager of an employee."""
    ranked = vocabulary().within("ranks_of_staff", reference(link.columns[0].own).entity)
    people = ranked == REPORTING or (_of_people(link.to) and not _are_served(link.to))
    return link.is_self and bool(ranked) and people


def _of_people(table: Table) -> bool:
    """Whether the rows of a table are people, who have managers and mentors among themselves."""
    known = vocabulary()
    return any(known.has(name, table.noun[-1:]) for name in ("person_nouns", "people_tables"))


def _is_mirror(link: Link, found: Mapping[tuple[str, str], Sequence[Link]]) -> bool:
    """The way back of a one-to-one link that has the better name the other way round."""
    back = found.get((link.to.name, link.to_columns[0].name), ())
    return any(
        other.to.name == link.table.name and other.to_columns == link.columns and other.grade > link.grade
        for other in back
    )


def _proven(table: Table, column: Column, target: Target, grade: float, inclusion: Mapping[Pair, float]) -> Link | None:
    found = inclusion.get((table.name, column.name, target.table.name, target.key.name))
    if found is None:
        if grade < SAME or not (column.is_empty or target.table.rows == 0):
            return None
    elif found < (_NEEDED[grade] if _same_kind(column, target.key) else _NEEDED[GUESS]):
        return None
    entity = reference(column.own).entity or reference(column.words).entity or column.own
    return Link(table, (column,), target.table, (target.key,), entity, grade, found)


def _grade(table: Table, column: Column, target: Target) -> float:
    """How well the names fit, 0 when they do not or when the types cannot be compared."""
    if column.kind not in ("text", *_NUMERIC) or (column.kind == "number" and not column.is_whole):
        return 0
    names = [reference(words) for words in dict.fromkeys((column.own, column.words))]
    grade = max(_named_grade(table, column, name, target) for name in names)
    comparable = _same_kind(column, target.key) or grade >= SAME
    return grade if comparable else 0


def _same_kind(column: Column, key: Column) -> bool:
    return (column.kind == "text") == (key.kind == "text")


def _named_grade(table: Table, column: Column, name: Reference, target: Target) -> float:
    if not name.entity:
        return 0
    same_words = column.words == target.key.words
    if not target.is_primary:
        called = same_words and name.marked and _ends(name.entity, target.table.noun)
        return EXACT if called and target.table.name != table.name else 0
    if target.table.name == table.name:
        return _self_grade(column, name, target)
    if target.is_shared and (not name.marked or not names_noun(name.entity, target.table.noun)):
        return 0  # a number that several tables share leads to the one that it is called by
    if names_noun(name.entity, target.table.noun) and _fits(column, name, target):
        return EXACT
    if same_words:
        return SAME
    return _loose_grade(column, name, target)


def _fits(column: Column, name: Reference, target: Target) -> bool:
    """A column called like the thing itself refers to it by name ("product" to products.product) or by number."""
    key = reference(target.key.words)
    return name.marked or not key.marked or (column.kind in _NUMERIC and target.key.kind in _NUMERIC)


def _loose_grade(column: Column, name: Reference, target: Target) -> float:
    noun, key = target.table.noun, reference(target.key.words).entity
    if name.marked and not _is_counter(column):
        if _ends(name.entity, noun) or (key and _ends(name.entity, key)):
            return ROLE
        if _ends(noun, name.entity) or noun[: len(name.entity)] == name.entity:
            return PART
        if any(tuple(other.split()) == noun for other in vocabulary().rewordings(name.entity)):
            return SYNONYM
    if not name.marked and column.kind == target.key.kind == "text":
        return _unmarked_grade(name.entity, noun) or _grade_of_codes(column, target)
    return GUESS if _is_people(column, name, target.table) else 0


def _unmarked_grade(entity: Words, noun: Words) -> float:
    """A text without an id word: the end of the noun alone ("channel" to TV channels), or the noun in a role of it."""
    if len(entity) < len(noun) and _ends(noun, entity):
        return TAIL
    return GUESS if len(entity) > len(noun) and _ends(entity, noun) else 0


def _grade_of_codes(column: Column, target: Target) -> float:
    """Several texts in a role of their own ("origin", "major") that may be the codes by which others are known."""
    several = column.figures.distinct >= _FEWEST_CODES and not column.is_key
    return CODES if several and reference(target.key.words).marked and target.table.name != column.table else 0


def _is_counter(column: Column) -> bool:
    """Numbers of lines, houses and the like only refer to something when their whole name says so."""
    return column.words[-1:] in (("number",), ("no",))


def _self_grade(column: Column, name: Reference, target: Target) -> float:
    """A reference to the same table names a role before its key ("next stage id"), or the role alone ("reports to")."""
    known, key = vocabulary(), reference(target.key.words).entity
    if column.words == target.key.words or column.figures.distinct < 1:
        return 0
    for whole in (target.table.noun, key):
        if name.marked and whole and _ends(name.entity, whole) and len(name.entity) > len(whole):
            return ROLE
    role = known.within("self_roles", column.own)
    if not role or column.own[: len(role)] != role:
        return 0
    rest = reference(column.own[len(role) :])
    if not rest.entity:
        return GUESS
    return ROLE if _ends(target.table.noun, rest.entity) or (key and _ends(key, rest.entity)) else 0


def _is_people(column: Column, name: Reference, target: Table) -> bool:
    known, noun = vocabulary(), target.noun
    listed = known.has("people_tables", noun) or known.has("people_tables", noun[-1:])
    if not listed and not any(known.has("people_columns", one.own) for one in target.columns):
        return False
    entity = tuple(known.singular(word) for word in name.entity)
    called = known.has("people_roles", column.own) or bool(known.ends("people_roles", entity))
    called = called or (name.marked and entity[-1:] == ("by",))  # "placed by id"
    return called and (name.marked or column.kind in _NUMERIC)


def _ends(words: Words, end: Words) -> bool:
    return bool(end) and words[-len(end) :] == end
