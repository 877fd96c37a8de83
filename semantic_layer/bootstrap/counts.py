"""How many there are: rows, different ids, things that have a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from semantic_layer.bootstrap.figure import Figure, sql_name
from semantic_layer.bootstrap.keys import is_line, reference, repeated_id
from semantic_layer.bootstrap.kinds import is_personal
from semantic_layer.bootstrap.naming import is_another, is_called, phrase, plain_name, plural, without_header
from semantic_layer.bootstrap.phrasings import done_to_make
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.model import Measure

_MOST_WORDS = 6
_FEW = 12  # different codes up to this many are categories, which nobody counts


def count_rows(subject: Subject) -> Figure:
    """The number of rows, called by what a row is."""
    whole = without_header(subject.noun, subject.nouns)
    nouns = [noun for noun in dict.fromkeys((subject.noun, whole, _key_noun(subject))) if noun]
    if not nouns or _repeated(subject):
        noun = subject.table.noun
        return _counted(subject, phrase((*noun, "rows")), (phrase((*noun, "records")), phrase((*noun, "lines"))), ())
    words = [plural(noun) for noun in nouns]
    others = [text for noun in nouns for text in _reworded_plurals(noun, subject.nouns)]
    done = done_to_make(nouns[0]) if subject.is_event else ""
    said = (*words, f"{phrase(nouns[0])} count", *((done,) if done else ()), *others)
    return _counted(subject, words[0], said, nouns[0])


def _repeated(subject: Subject) -> Column | None:
    """The id that several rows share, of what the table is called after: its rows are no count of those."""
    return repeated_id(subject.table, subject.key) if subject.noun else None


def _counted(subject: Subject, things: str, others: Sequence[str], entity: Words) -> Figure:
    name = plain_name(things, f"{subject.name}_rows")
    return Figure(
        subject.name,
        Measure(name=name, agg="count", description=f"Rows of `{subject.table.name}`."),
        f"Number of {things}",
        tuple(dict.fromkeys((things, *others)))[:_MOST_WORDS],
        "integer",
        "rows",
        unit=things,
        entity=entity,
    )


def _key_noun(subject: Subject) -> Words:
    """What the key calls a row, when the table has a longer name for it ("order" of customer_orders.order_id)."""
    named = reference(subject.key[0].words) if len(subject.key) == 1 else None
    other = named is not None and named.entity in subject.nouns  # rows that say more of permits are no permits
    return named.entity if named and named.marked and not other else ()


def _reworded_plurals(noun: Words, nouns: Collection[Words]) -> Iterator[str]:
    for other in vocabulary().rewordings(noun):
        if not is_another(other, noun, nouns):
            yield plural(tuple(other.split()))


def count_entities(subject: Subject) -> Iterator[Figure]:
    """Distinct values of ids that have no table of their own, or that several rows of their own table share."""
    repeated = _repeated(subject)
    if repeated is not None:
        yield _distinct(subject, repeated, plural(subject.noun), subject.noun)
    for column in subject.having("identifier", "category"):
        named = reference(column.own)
        called = is_called(named.entity)
        telling = named.marked and named.entity and column.figures.distinct > (1 if called else _FEW)
        alone = subject.key == (column,) or column.figures.unique or is_personal(column, subject.table.noun)
        if telling and not alone and not is_line(column):
            entity = named.entity if called else column.own
            yield _distinct(subject, column, plural(entity), entity)


def _distinct(subject: Subject, column: Column, things: str, entity: Words) -> Figure:
    others = [] if "with" in entity else list(_reworded_plurals(entity, subject.nouns))
    return Figure(
        subject.name,
        Measure(name=plain_name(things, "distinct"), agg="count_distinct", expression=sql_name(subject, column)),
        f"Number of {things}",
        (things, f"distinct {things}", f"unique {things}", *others),
        "integer",
        "entities",
        unit=things,
        entity=entity,
    )


def count_linked(subject: Subject) -> Iterator[Figure]:
    """How many of the things that rows link to have a row: customers with orders."""
    if not subject.is_event or not subject.noun:
        return
    for link in subject.links:
        column, noun = link.columns[0], link.to.noun
        special = link.is_self or link.is_role or len(link.columns) > 1 or column.figures.unique
        if not special and is_called(noun, "person_nouns", "thing_nouns"):
            things = f"{plural(noun)} with {plural(subject.noun)}"
            yield _distinct(subject, column, things, (*noun, "with", *subject.noun))
