"""Conditions of which one suffices: "either in Bath or founded before 1950", on whatever fields they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from semantic_layer import Filter

Clause = Callable[[Words, Found], Iterator[Found]]
OF_CONDITIONS = ("filters", "at", "spans", "rank")


def with_alternatives(words: Words, before: Found, found: Found, clauses: tuple[Clause, ...]) -> Iterator[Found]:
    """The reading with what follows "or" as the other condition that suffices beside its last clause.

    `before` is the reading without that clause, which is the first one: with another before it, it is not said which
    of them the alternative is of; what stands before the noun is said of both ("female players who ...").
    """
    said = _or(words, found.at)
    first = _one_more(before, found)
    if said is None or first is None:
        return
    starts = dict.fromkeys((said, words.skip(said, "relatives", "empty")))
    for start in starts:
        for clause in clauses:
            for further in clause(words, replace(found, filters=before.filters, at=start)):
                second = _one_more(before, further)
                if second is None or further.at <= start:
                    continue
                kept = _either(first, second, words, found.entity)
                if kept is not None:
                    told = replace(further, filters=(*before.filters, kept), rank=max(found.rank, further.rank))
                    yield told
                    yield from with_alternatives(words, before, told, clauses)


def is_one_of_several(found: Found) -> bool:
    """Whether the last condition has alternatives, so that one more could be said of either."""
    return bool(found.filters and found.filters[-1].any_of)


def _or(words: Words, at: int) -> int | None:
    """The place behind "or", perhaps with a comma before it and "else" behind."""
    start = at + (at < len(words.tokens) and words.tokens[at].text == ",")
    return start + 1 if start < len(words.tokens) and words.tokens[start].text == "or" else None


def _one_more(before: Found, found: Found) -> Filter | None:
    """The one condition that a clause adds, where it adds nothing else."""
    alike = replace(found, **{name: getattr(before, name) for name in OF_CONDITIONS}) == before
    return found.filters[-1] if alike and len(found.filters) == len(before.filters) + 1 else None


def _either(first: Filter, second: Filter, words: Words, entity: str) -> Filter | None:
    """The first condition with the second one as its alternative; None where one has a time of its own."""
    parts = [_of_each(part, words, entity) for part in (*first.alternatives, second)]
    if any(part is None for part in parts):
        return None
    told = [part for part in parts if part is not None]
    return told[0].model_copy(update={"any_of": tuple(told[1:])})


def _of_each(one: Filter, words: Words, entity: str) -> Filter | None:
    """A condition that can stand beside others: one on a number of what things have is of each of them."""
    if one.time_range or one.last or one.where:
        return None
    on_metric = one.field in words.world.layer.metrics
    return one.model_copy(update={"entity": entity}) if on_metric and not one.entity else one
