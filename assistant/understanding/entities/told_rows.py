"""Conditions on what things have or belong to: "pets owned by students older than 20", "a visit to a museum opened ..".

What is said behind the noun of something else is said of that: its numbers, days and letters, not those of the things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.entities import dated, holding, told_first, years
from assistant.understanding.entities.amounts import aged
from assistant.understanding.entities.beside_fields import beside_other
from assistant.understanding.entities.conditions import with_number, with_value
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.kinds import kinds
from assistant.understanding.entities.links import fits_deed, is_had, reaches, verb
from assistant.understanding.entities.words import Words
from semantic_layer import Filter

MOST_TOLD = 2
CONDITIONS: tuple[Callable[[Words, Found], Iterator[Found]], ...] = (
    with_number,
    told_first.bound_first,
    told_first.degree_last,
    told_first.of_age,
    told_first.numbered_alike,
    holding.numbered,
    holding.spelt,
    beside_other,
    dated.dated,
    years.in_year,
    aged,
    holding.flagged,
    holding.happened,
    with_value,
)


def with_told_rows(words: Words, found: Found) -> Iterator[Found]:
    """ "who have a pet older than 3", "that did not have a concert in 2014": of what they have, one or none is so."""
    if found.group or words.at_end(found.at):
        return
    for start, made, none in _links(words, found):
        for inner in _others(words, words.skip(start, "empty")):
            dataset, behind = inner.entity, inner.at
            had = is_had(words, dataset, found.entity) and fits_deed(words, made, dataset, found.entity)
            if dataset == found.entity or not (had or (not none and reaches(words, found.entity, dataset))):
                continue
            named = found.used(found.at, behind, "dimension", dataset)
            bare = [(inner, inner.filters)] if inner.filters and none else []
            for told, filters in (*bare, *_told(words, inner, 0)):
                bound = [_of_thing(one, found.entity, none=none) if had else one for one in filters]
                more = named.used(behind, told.at, "condition", dataset) if told.at > behind else named
                yield more.filtered(*bound)
            yield from _of_both_years(words, named, dataset) if had and not none else ()


def _others(words: Words, at: int) -> Iterator[Found]:
    """The other thing by its noun, or by a kind of it: "a cat" of pets that have a type."""
    for dataset, behind in words.nouns(at):
        yield Found(behind, entity=dataset)
    for dataset, kept, behind in kinds(words, at):
        yield Found(_as_such(words, behind, dataset), entity=dataset, filters=(kept,))


def _as_such(words: Words, at: int, dataset: str) -> int:
    """Past "as a pet" behind a kind of pets."""
    again = words.phrase(at, "as_field")
    ends = [end for noun, end in words.nouns(words.skip(again, "articles")) if noun == dataset] if again else []
    return ends[0] if ends else at


def rows_of_group(words: Words, found: Found) -> Iterator[Found]:
    """ "(cities that have more than one) employee under age 30": what is said of the rows that are counted by group."""
    owner = found.group.partition(".")[0]
    counted = owner and found.metrics == (words.world.nouns.count_of(owner),)
    behind = max((end for _, end, _, _ in found.spans), default=0)
    if not counted or found.at != behind or not any((owner, behind) in words.nouns(at) for at in range(behind)):
        return
    for told, filters in _told(words, Found(found.at, entity=owner), 0):
        yield found.used(found.at, told.at, "condition", owner).filtered(*filters)


def _of_both_years(words: Words, found: Found, dataset: str) -> Iterator[Found]:
    for told, *pair in years.of_both_years(words, Found(found.at, entity=dataset)):
        both = [_of_thing(one, found.entity, none=False) for one in pair]
        yield found.used(found.at, told.at, "condition", dataset).filtered(*both)


def _links(words: Words, found: Found) -> Iterator[tuple[int, str, bool]]:
    """Where the noun of something else may stand: behind a verb or a preposition, or behind words that deny it."""
    at, made = verb(words, found)
    if at > found.at:
        yield at, made, False
    denied = words.phrase(words.skip(found.at, "relatives", "empty"), "denials")
    if denied is not None:
        verb_at, made = verb(words, found.moved(denied))
        yield verb_at, made, True


def _told(words: Words, inner: Found, depth: int) -> Iterator[tuple[Found, tuple[Filter, ...]]]:
    """What is said of the other thing itself, in one condition or two."""
    for start in dict.fromkeys((inner.at, words.skip(inner.at, "relatives"))):
        for condition in CONDITIONS:
            for told in condition(words, inner.moved(start)):
                if told.at > inner.at and all(_is_own(one, inner.entity) for one in told.filters) and told.filters:
                    yield told, told.filters
                    if depth + 1 < MOST_TOLD:
                        yield from _told(words, told, depth + 1)


def _is_own(one: Filter, dataset: str) -> bool:
    return one.field.partition(".")[0] == dataset and not (one.entity or one.than)


def _of_thing(one: Filter, entity: str, *, none: bool) -> Filter:
    return one.model_copy(update={"entity": entity, "none": none})
