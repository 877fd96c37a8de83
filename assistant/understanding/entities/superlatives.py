"""Adjectives of degree: "the oldest member", "the 5 most expensive books", "the patient with the longest stay"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.dated import began
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.kinds_named import kinds_named
from assistant.understanding.entities.links import LINKING, reaches
from assistant.understanding.entities.words import SIZE, Words
from semantic_layer import Filter, OrderBy, SimpleMetric

MOST_SHOWN = 10
AGED = ("age", "newness")
ENDS = (("most", True), ("least", False))


def superlatives(words: Words, found: Found) -> Iterator[Found]:
    """ "the oldest member", "the three oldest members", "the 5 most expensive books"."""
    number = words.number(found.at)
    start, cut = (words.skip(number[1], "empty"), int(number[0])) if number is not None else (found.at, 0)
    for measure, role, said in words.extremes(start):
        after = words.number(said) if not cut else None
        last, few = (after[1], int(after[0])) if after is not None else (said, cut)
        for dataset, behind in words.nouns(words.skip(last, "empty")):
            said_by = _said_by(words, measure, dataset, behind)
            ranked = (said_by[0], True) if said_by else measured(words, measure, dataset)
            if ranked is not None and (few or number is None):
                asked = replace(found, cut=few or (MOST_SHOWN if words.is_plural(behind - 1) else 0))
                picked = first_row(asked, dataset, ranked[0], (role == "most") == ranked[1])
                yield picked.used(found.at, said_by[1] if said_by else behind, "order", ranked[0])
        for dataset, kind, behind in kinds_named(words, words.skip(last, "empty")):
            ranked = measured(words, measure, dataset)
            if ranked is not None and (few or number is None):
                cut = few or (MOST_SHOWN if words.is_plural(behind - 1) else 0)
                picked = first_row(replace(found, cut=cut), dataset, ranked[0], (role == "most") == ranked[1])
                yield picked.filtered(kind).used(found.at, behind, "order", ranked[0])


def _said_by(words: Words, measure: str, dataset: str, at: int) -> tuple[str, int] | None:
    """ "(the cheapest model) by daily rate": the number of theirs that is named, with the place behind."""
    by = at + 1 if at < len(words.tokens) and words.tokens[at].text == "by" and measure not in AGED else None
    numbers = (
        (field, end)
        for field, end in (own_fields(words, by, dataset) if by is not None else ())
        if words.world.layer.fields[field].kind == "number"
    )
    return next(numbers, None)


def are_most(words: Words, found: Found) -> Iterator[Found]:
    """ "(which vehicle) is the oldest": the superlative behind the things."""
    if not found.is_plain_list or found.metrics or found.newest:
        return
    start = words.skip(found.at, "relatives", "empty")
    for measure, role, said in words.extremes(start) if start > found.at else ():
        ranked = measured(words, measure, found.entity)
        if ranked is not None and words.at_end(said):
            yield first_row(found, found.entity, ranked[0], (role == "most") == ranked[1]).used(
                found.at, said, "order", ranked[0]
            )


def with_the_most(words: Words, found: Found) -> Iterator[Found]:
    """ "the client with the most expensive order": whose the first row of what belongs to them is."""
    if not found.is_plain_list or found.metrics or found.newest or found.cut:
        return
    start = words.skip(found.at, *LINKING)
    for measure, role, said in words.extremes(start) if start > found.at else ():
        for dataset, behind in words.nouns(words.skip(said, "empty")):
            ranked = measured(words, measure, dataset)
            if ranked is not None and _belongs(words, dataset, found.entity) and not words.is_plural(behind - 1):
                order = OrderBy(by=ranked[0], descending=(role == "most") == ranked[1])
                yield replace(found, newest=(dataset, order)).used(start, behind, "order", ranked[0])


def with_the_row(words: Words, found: Found) -> Iterator[Found]:
    """ "who handled the claim with the largest amount", "who paid the highest fee": whose the first row by it is."""
    if not found.is_plain_list or found.metrics or found.newest or found.cut:
        return
    start = words.skip(found.at, *LINKING)
    for dataset, behind in words.nouns(start) if start > found.at else ():
        nesting = words.phrase(behind, "nesting")
        if nesting is not None and _belongs(words, dataset, found.entity) and not words.is_plural(behind - 1):
            inner = found.used(start, behind, "dimension", dataset).moved(words.skip(nesting, "owning", "being"))
            yield from _by_row(words, inner, (dataset,))
    if start > found.at:
        telling = tuple(name for name in words.world.layer.datasets if _belongs(words, name, found.entity))
        by_row = (one for one in _by_row(words, found.moved(start), telling) if _is_never_summed(words, one))
        yield from (replace(one, rank=one.rank + 1) for one in by_row)  # a number of each of them goes first
    paying = words.phrase(words.skip(found.at, "relatives", "empty"), "paying")
    if paying is not None:
        telling = tuple(name for name in words.world.layer.datasets if _belongs(words, name, found.entity))
        yield from _by_row(words, found.moved(paying), telling)


def _is_never_summed(words: Words, found: Found) -> bool:
    """Whether the number by which a row is the first is one that does not add up: a score, and no amount."""
    field = found.newest[1].by if found.newest is not None else "."
    layer, (owner, _, name) = words.world.layer, field.partition(".")
    told = {name, layer.fields[field].sql}
    declared = [one for one in layer.metrics.values() if isinstance(one, SimpleMetric) and not one.implied]
    own = [layer.measures[one.measure] for one in declared if one.measure.startswith(f"{owner}.")]
    summed = any(one.agg == "sum" and one.expression in told for one in own)
    return layer.fields[field].kind == "number" and not summed


def _by_row(words: Words, found: Found, datasets: tuple[str, ...]) -> Iterator[Found]:
    """The first row of one of these datasets, by the one number or day of theirs that follows "the highest"."""
    for role, descending in ENDS:
        behind = words.phrase(found.at, role)
        start = words.skip(behind, "empty") if behind is not None else 0
        ranked = [
            (dataset, field, end)
            for dataset in datasets
            for field, end in (own_fields(words, start, dataset) if behind is not None else ())
            if words.world.layer.fields[field].kind in ("number", "time")
        ]
        for dataset, field, end in ranked if len({one[1] for one in ranked}) == 1 else ():
            order = OrderBy(by=field, descending=descending)
            yield replace(found, newest=(dataset, order)).used(found.at, end, "order", field)
    yield from _by_row_day(words, found, datasets) if len(datasets) == 1 else ()


def _by_row_day(words: Words, found: Found, datasets: tuple[str, ...]) -> Iterator[Found]:
    """ "(the fault) with the latest date": by the time at which rows are counted."""
    time = words.world.layer.datasets[datasets[0]].time or "."
    for role, descending in (("latest", True), ("earliest", False)) if "." not in time else ():
        behind = words.phrase(found.at, role)
        end = words.phrase(behind, "day_words") if behind is not None else None
        if end is not None:
            order = OrderBy(by=f"{datasets[0]}.{time}", descending=descending)
            yield replace(found, newest=(datasets[0], order)).used(found.at, end, "order", order.by)


def _belongs(words: Words, dataset: str, entity: str) -> bool:
    """Whether each row of a dataset, told by one key, is of one thing of another."""
    one_key = len(words.world.layer.datasets[dataset].primary_key) == 1
    return dataset != entity and one_key and reaches(words, dataset, entity)


def measured(words: Words, measure: str, dataset: str) -> tuple[str, bool] | None:
    """The field of a dataset that an adjective measures, and whether more of it is more: the oldest was born first."""
    field = words.field_called(measure, dataset) or words.linked_field(measure, dataset)
    field = field or (_only_number(words, dataset) if measure == SIZE else "")
    born = "" if field or measure not in AGED else began(words, dataset, built=measure == "newness")
    return (field or born, bool(field)) if field or born else None


def _only_number(words: Words, dataset: str) -> str:
    """The one number that rows of a dataset have, by which a gift is large; empty where they have more or none."""
    found = words.world.layer.datasets[dataset]
    keys = {*found.primary_key, *found.key_fields}
    numbers = [one.name for one in found.fields if one.kind == "number" and not one.hidden and one.name not in keys]
    return f"{dataset}.{numbers[0]}" if len(numbers) == 1 and not found.entity else ""


def first_row(found: Found, dataset: str, field: str, descending: bool) -> Found:
    """The first row of a dataset by a field of its own."""
    known = found.filtered(Filter(field=field, op="not_null"))
    return replace(known, entity=dataset, order=OrderBy(by=field, descending=descending), limit=found.cut or 1)
