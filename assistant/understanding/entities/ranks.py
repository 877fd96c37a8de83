"""Clauses that put things in an order or count beside them: the most, the newest, alphabetical, the number of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.dates import Clock
from assistant.understanding.entities import beside
from assistant.understanding.entities.computing import number_over
from assistant.understanding.entities.conditions import leading_value
from assistant.understanding.entities.dated import is_day
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import amount, count_of_each, fits_deed, only_of_some, reaches, verb
from assistant.understanding.entities.words import SIZE, Words
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Filter, OrderBy, implied_metric, linking

MONEY = "price|cost|fee|amount|total"
RATINGS = frozenset({"rating", "ratings", "score", "stars"})
AGES = frozenset({"oldest", "eldest"})
QUANTITIES = frozenset({"quantity", "qty"})


def most(words: Words, found: Found) -> Iterator[Found]:
    """ "who placed the most orders", "with the highest price": the first by a count, a metric or a field."""
    if not found.is_plain_list:
        return
    at, made = verb(words, found)
    for role, descending in (("most", True), ("least", False)):
        behind = words.phrase(at, role)
        if behind is not None and not is_of_size(words, behind):
            start = words.skip(behind, "empty")
            ranked = found.moved(at).used(at, behind, "order", role)
            yield from _by_count(words, ranked.moved(start), descending, made)
            yield from (
                _by_made(words, ranked.moved(start), descending, made)
                if made
                else _by_number(words, ranked.moved(start), descending)
            )
    yield from _by_day(words, found.moved(at))
    yield from _by_degree(words, found.moved(at))
    best = words.phrase(at, "best")
    if best is not None and not made:  # the best price may be the lowest, the best rating is the highest
        rated = list(_by_number(words, found.moved(words.skip(best, "empty")), True))
        yield from (one for one in rated if one.order and RATINGS.intersection(one.order.by.split("_")))


def is_of_size(words: Words, at: int) -> bool:
    """ "the largest gift": behind an adjective of size one thing is large, and not many are."""
    nouns = words.nouns(at)
    ends = (one for start in (at - 1, at - 2) if start >= 0 for one in words.extremes(start))
    sized = any(measure == SIZE and end == at for measure, _, end in ends) if nouns else False
    return sized and all(not words.is_plural(end - 1) for _, end in nouns)


def most_often(words: Words, found: Found) -> Iterator[Found]:
    """ "who visits most often", "which shop has a sale most frequently"."""
    if not found.is_plain_list:
        return
    at, made = verb(words, found)
    named = [(dataset, at, behind) for dataset, behind in words.nouns(at) if made in ("", dataset)]
    for dataset, first, behind in [*named, *([(made, found.at, at)] if made else [])]:
        for role, descending in (("oftenest", True), ("seldomest", False)):
            last = words.phrase(behind, role)
            if last is not None and reaches(words, dataset, found.entity):
                ranked = found.used(behind, last, "order", role)
                yield from (
                    one.moved(last) for one in _by_count_of(words, ranked, dataset, (first, behind), descending)
                )


def _by_count(words: Words, found: Found, descending: bool, made: str) -> Iterator[Found]:
    for kind in leading_value(words, found):
        (mark,) = [one for one in kind.filters if one.entity == "?"]
        rows = replace(kind, filters=(*found.filters, mark.model_copy(update={"entity": ""})))
        if words.nouns(rows.at) and words.nouns(rows.at)[0][0] == mark.field.partition(".")[0]:
            yield from _by_count(words, rows, descending, made)
    quantities = list(_by_quantity(words, found, descending, made))  # units before how many different products
    yield from quantities
    for dataset, behind in words.nouns(found.at) if not quantities else ():
        if fits_deed(words, made, dataset, found.entity):
            yield from _by_count_of(words, found, dataset, (found.at, behind), descending)


def _by_quantity(words: Words, found: Found, descending: bool, made: str) -> Iterator[Found]:
    """ "who bought the most products", "the least amount of goods": the units that lines of what was made hold."""
    units = words.phrase(found.at, "quantities")
    start = words.skip(units, "empty") if units is not None else found.at
    for dataset, behind in words.nouns(start):
        lines = linking(words.world.layer, dataset, found.entity) if dataset != found.entity else ""
        fields = words.world.layer.datasets[lines].fields if lines not in ("", made) else ()
        quantities = [field.name for field in fields if field.kind == "number" and _is_quantity(field.name)]
        if made and reaches(words, lines or made, made) and len(quantities) == 1:
            metric = implied_metric(words.world.layer, f"{lines}.{quantities[0]}", "sum")
            order = OrderBy(by=metric, descending=descending)
            ranked = replace(found, metrics=(metric,), order=order, limit=found.cut or 1, fewest=not descending)
            yield ranked.used(found.at, behind, "metric", metric)


def _by_made(words: Words, found: Found, descending: bool, made: str) -> Iterator[Found]:
    """ "who booked the most seats": a number that the rows hold which the verb makes."""
    for field, behind in own_fields(words, found.at, made) if reaches(words, made, found.entity) else ():
        summed = words.world.layer.fields[field].kind == "number" and made != found.entity
        metric = implied_metric(words.world.layer, field, "sum") if summed else ""
        if metric:
            order = OrderBy(by=metric, descending=descending)
            ranked = replace(found, metrics=(metric,), order=order, limit=found.cut or 1, fewest=not descending)
            yield ranked.used(found.at, behind, "metric", metric)


def _is_quantity(name: str) -> bool:
    return name.rpartition("_")[2] in QUANTITIES


def _by_count_of(words: Words, found: Found, dataset: str, said: tuple[int, int], descending: bool) -> Iterator[Found]:
    count = count_of_each(words, dataset, found.entity)
    if count:
        order = OrderBy(by=count, descending=descending)
        ordered = replace(found, order=order, limit=found.cut or 1, fewest=not descending)
        yield replace(ordered, metrics=(count,)).used(*said, "metric", count)


def _by_number(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    """By a field of the things themselves, else by a metric, else by a sum over what they have."""
    own = list(_by_field(words, found, descending)) or list(_by_metric(words, found, descending))
    own = own or list(_by_number_over(words, found, descending))
    own = own or list(beside.by_number_beside(words, found, descending=descending))
    yield from own or _by_sum(words, found, descending)


def _by_sum(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    """ "with the lowest total cost": the sum of the one number field so called of what belongs to the things."""
    total = words.phrase(found.at, "sums")
    start = words.skip(total, "empty") if total is not None else found.at
    sums = {
        (implied_metric(words.world.layer, field, "sum"), end)
        for dataset in words.world.layer.datasets
        if dataset != found.entity and reaches(words, dataset, found.entity)
        for field, behind in own_fields(words, start, dataset)
        if words.world.layer.fields[field].kind == "number"
        for end in _of_whole(words, behind, dataset, told=total is not None)
    }
    if len(sums) == 1:
        ((metric, behind),) = sums
        order = OrderBy(by=metric, descending=descending)
        ordered = replace(found, metrics=(metric,), order=order, limit=found.cut or 1)
        yield ordered.used(found.at, behind, "metric", metric)


def _of_whole(words: Words, at: int, dataset: str, *, told: bool) -> list[int]:
    """The places behind "quantity of items"; the field alone only where a total was asked for."""
    genitive = words.phrase(at, "genitive")
    ends = [end for one, end in words.nouns(words.skip(genitive, "empty")) if one == dataset] if genitive else []
    return ends[:1] or ([at] if told else [])


def spent(words: Words, found: Found) -> Iterator[Found]:
    """ "who spent the most on treatments": the sum of the one amount of money that their rows hold."""
    paying = words.phrase(words.skip(found.at, "relatives", "empty"), "paying") if found.is_plain_list else None
    for role, descending in (("most", True), ("least", False)) if paying is not None else ():
        behind = words.phrase(paying or 0, role)
        outlay = words.phrase(behind, "outlay") if behind is not None else None
        for dataset, end in words.nouns(words.skip(outlay, "empty")) if outlay is not None else ():
            field = words.field_called(MONEY, dataset) if reaches(words, dataset, found.entity) else ""
            if field and dataset != found.entity:
                metric = implied_metric(words.world.layer, field, "sum")
                order = OrderBy(by=metric, descending=descending)
                ranked = replace(found, metrics=(metric,), order=order, limit=found.cut or 1)
                yield ranked.used(found.at, end, "metric", metric)


def _by_metric(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    for concepts, behind in words.concepts(found.at, "metric", 0.9):
        for concept in concepts:
            if concept.target not in words.world.nouns.counted:
                order = OrderBy(by=concept.target, descending=descending)
                ordered = replace(found, order=order, limit=found.cut or 1)
                shown = tuple(dict.fromkeys((concept.target, *found.metrics)))
                yield replace(ordered, metrics=shown).used(found.at, behind, "metric", concept.target)


def _by_number_over(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    """ "with the highest average charge": a number over the rows that each of the things has."""
    metric, behind = number_over(words, found.at)
    if metric and words.world.reach.distance([metric], found.entity):
        order = OrderBy(by=metric, descending=descending)
        ordered = replace(
            found, order=order, limit=found.cut or 1, metrics=tuple(dict.fromkeys((metric, *found.metrics)))
        )
        yield ordered.used(found.at, behind, "metric", metric)


def _by_field(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    for field, behind in own_fields(words, found.at, found.entity):
        if words.world.layer.fields[field].kind in ("number", "time"):
            known = found.filtered(Filter(field=field, op="not_null"))
            order = OrderBy(by=field, descending=descending)
            yield replace(known, order=order, limit=found.cut or 1).used(found.at, behind, "dimension", field)


def _by_day(words: Words, found: Found) -> Iterator[Found]:
    """ "with the earliest founding year", "with the latest start date": the first by a day or a year of their own."""
    for role, descending in (("latest", True), ("earliest", False)):
        behind = words.phrase(found.at, role)
        for one in _by_field(words, found.moved(words.skip(behind, "empty")), descending) if behind is not None else ():
            if one.order and is_day(words.world.layer.fields[one.order.by]):
                yield one.used(found.at, behind or 0, "order", role).moved(one.at)


def _by_degree(words: Words, found: Found) -> Iterator[Found]:
    """ "with the longest running time", "with the oldest age": the first by the number that an adjective is said of."""
    for _, role, behind in words.extremes(found.at):
        for one in _by_field(words, found.moved(words.skip(behind, "empty")), role == "most"):
            if one.order and words.world.layer.fields[one.order.by].kind == "number":
                yield one.used(found.at, behind, "order", role).moved(one.at)


def cut_by(words: Words, found: Found) -> Iterator[Found]:
    """ "the top 3 products by price": the first few by what follows."""
    by = words.phrase(found.at, "by") if found.cut and found.is_plain_list else None
    if by is not None:
        start = words.skip(by, "empty")
        yield from _by_number(words, found.moved(start), True)
        counted = words.phrase(start, "counting")
        yield from _by_count(words, found.moved(words.skip(counted or start, "empty")), True, "")


def in_period(words: Words, found: Found) -> Iterator[Found]:
    """ "... in March 2026": the days of what is counted for each thing."""
    if not found.metrics or found.period is not None or found.newest:
        return
    for start in dict.fromkeys((found.at, words.skip(found.at, "ties"))):
        phrase = time_phrase(Clock(words.tokens, words.world.language, words.world.as_of), start)
        if phrase is not None and len(phrase.readings) == 1:
            period = phrase.readings[0].clipped(words.world.as_of)
            yield replace(found, period=period).used(start, phrase.behind, "time", period.label)


def newest(words: Words, found: Found) -> Iterator[Found]:
    """ "who made the latest order", "who made an order most recently"."""
    if found.counting or found.order is not None:
        return
    at, made = verb(words, found)
    for role, descending in (("latest", True), ("earliest", False)):
        behind = words.phrase(at, role)
        if behind is not None:
            ordered = found.used(at, behind, "order", role)
            yield from _newest_of(words, ordered.moved(words.skip(behind, "empty")), descending, made)
    start = words.skip(at, "empty")
    for dataset, behind in words.nouns(start):
        last = words.phrase(behind, "recently")
        if last is not None and made in ("", dataset) and _is_dated(words, dataset, found.entity):
            named = found.used(start, behind, "dimension", dataset).used(behind, last, "order", "latest")
            yield replace(named, newest=(dataset, _by_time(words, dataset, True)))


def _newest_of(words: Words, found: Found, descending: bool, made: str) -> Iterator[Found]:
    old = any(token.text in AGES for token in words.tokens[max(0, found.at - 2) : found.at])
    for dataset, behind in words.nouns(found.at):
        if old and words.world.layer.datasets[dataset].entity:
            continue  # the oldest teacher is not the one hired first
        if made in ("", dataset) and _is_dated(words, dataset, found.entity):
            yield replace(found, newest=(dataset, _by_time(words, dataset, descending))).used(
                found.at, behind, "dimension", dataset
            )


def _by_time(words: Words, dataset: str, descending: bool) -> OrderBy:
    return OrderBy(by=f"{dataset}.{words.world.layer.datasets[dataset].time}", descending=descending)


def _is_dated(words: Words, dataset: str, entity: str) -> bool:
    found = words.world.layer.datasets[dataset]
    own_time = bool(found.time) and "." not in str(found.time)
    return own_time and len(found.primary_key) == 1 and dataset != entity and reaches(words, dataset, entity)


def of_group(words: Words, found: Found) -> Iterator[Found]:
    """ "... used by the most customers", "... with more than 3 customers": values told apart by a count."""
    if not found.group or found.metrics:
        return
    at = words.skip(found.at, "passive", "empty", "relatives", "ties")
    for role, descending in (("most", True), ("least", False)):
        behind = words.phrase(at, role)
        for count, end in _group_counts(words, found, behind):
            ordered = replace(found, metrics=(count,), order=OrderBy(by=count, descending=descending), limit=1)
            yield ordered.used(at, end, "order", count)
    for bounded, operator, number in amount(words, found.moved(at)):
        for count, end in _group_counts(words, found, bounded.at):
            limit = Filter.model_validate({"field": count, "op": operator, "values": (number,)})
            yield replace(bounded, metrics=(count,)).filtered(limit).used(bounded.at, end, "metric", count)


def _group_counts(words: Words, found: Found, at: int | None) -> Iterator[tuple[str, int]]:
    owner = found.group.partition(".")[0]
    for dataset, end in words.nouns(words.skip(at, "empty")) if at is not None else ():
        count = count_of_each(words, dataset, owner) or (words.world.nouns.count_of(owner) if dataset == owner else "")
        if count:
            yield count, end


def and_count(words: Words, found: Found) -> Iterator[Found]:
    """ "all shops and the number of products of each": a count to show beside."""
    counted = words.phrase(words.skip(found.at, "ties", "joins"), "counting")
    again = bool(found.order and found.metrics == (found.order.by,))  # "... with the most pets and the number of pets"
    if counted is None or found.group or found.counting or (found.metrics and not again):
        return
    for dataset, behind in words.nouns(words.skip(counted, "empty")):
        count = count_of_each(words, dataset, found.entity)
        if count and found.metrics in ((), (count,)):
            some = not (found.order or found.filters) and only_of_some(words)
            yield replace(found, metrics=(count,), some=some).used(counted, behind, "metric", count)
