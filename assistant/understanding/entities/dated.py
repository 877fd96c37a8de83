"""Clauses on a day of the things themselves that a verb names: "hired after 2017", "who joined in 2022"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.dates import Clock
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, reaches
from assistant.understanding.entities.own_period import day_of_state
from assistant.understanding.entities.words import Words, deed_forms, word_lists
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Dimension, Filter, OrderBy, SimpleMetric, TimeRange, time_of

YEARS = range(1000, 3000)
SIDES = {"before": "lt", "after": "gt", "since": "ge", "in": "eq", "until": "le", "from": "ge"}


def dated(words: Words, found: Found) -> Iterator[Found]:
    """ "physicians hired after 2017", "transactions by customers who joined in 2022"."""
    if found.group:
        return
    start = words.skip(found.at, "relatives", "happened")
    yield from _by_deed(words, found, start, found.entity)
    yield from _by_happening(words, found)
    linked = words.skip(found.at, *LINKING)
    for dataset, behind in words.nouns(linked):
        if dataset != found.entity and reaches(words, found.entity, dataset):
            named = found.used(linked, behind, "dimension", dataset)
            yield from _by_deed(words, named, words.skip(behind, "relatives", "happened"), dataset)


def _by_happening(words: Words, found: Found) -> Iterator[Found]:
    """ "(the titles of the events) that took place after 2020-01-01": by the time at which rows are counted."""
    start = words.skip(found.at, "relatives")
    behind = words.phrase(start, "happening")
    field = day_of_state(words.world, found.entity, found.filters) if behind is not None else ""
    if behind is not None and field and not found.counting:
        yield from _within(words, found.used(start, behind, "condition", field), field)


def day_of(words: Words, at: int, dataset: str) -> str:
    """The one day or year of a dataset's rows that a verb names, empty without one."""
    if at >= len(words.tokens):
        return ""
    token, language = words.tokens[at], words.world.language
    said = {token.text, token.plain, *(_stem(word) for word in (token.bare, *language.same_deed(token.bare)))}
    days = [
        one for one in words.world.layer.datasets[dataset].fields if not (one.hidden or one.implied) and is_day(one)
    ]
    told = token.text not in word_lists()["by_the_way"]  # "from" is no verb
    kin = frozenset().union(*(group for group in deed_forms() if told and said & group))
    for meant in (said, kin):
        fields = [field.name for field in days if _deed(words, field, dataset) & meant]
        if fields:
            return f"{dataset}.{fields[0]}" if len(fields) == 1 else ""
    return ""


def done_first(words: Words, found: Found) -> Iterator[Found]:
    """ "(which club) was founded first", "hired most recently": the first or the last by the day that a verb names."""
    if not found.is_plain_list or found.metrics or found.newest:
        return
    start = words.skip(found.at, "relatives", "happened")
    field = day_of(words, start, found.entity)
    for role, descending in (("firstly", False), ("lastly", True)) if field else ():
        behind = words.phrase(start + 1, role)
        if behind is not None:
            yield _first_by(found.used(start, behind, "order", field), field, descending)


def _first_by(found: Found, field: str, descending: bool) -> Found:
    """The things with the first or the last day or year, where it is known."""
    known = found.filtered(Filter(field=field, op="not_null"))
    return replace(known, order=OrderBy(by=field, descending=descending), limit=found.cut or 1)


def began(words: Words, dataset: str, *, built: bool = False) -> str:
    """The one day or year from which the age of a dataset's rows counts: birth, or when it was built; empty without.

    With `built` births do not count: the newest member is not the youngest.
    """
    lists = word_lists()
    fields = [field for field in words.world.layer.datasets[dataset].fields if not field.hidden and is_day(field)]
    for role in ("origins",) if built else ("births", "origins"):
        named = [field.name for field in fields if lists[role].intersection(_parts(field))]
        if named:
            return f"{dataset}.{named[0]}" if len(named) == 1 else ""
    return _only_year(dataset, fields) if built or not _are_people(words, dataset) else ""


def _only_year(dataset: str, fields: Sequence[Dimension]) -> str:
    """The one day or year that things have, by which some are newer than others; none where it is a birth."""
    told = [field for field in fields if not field.implied]
    days = word_lists()["day_words"] | {"year", "years", *dataset.split("_")}
    plain = [field.name for field in told if set(field.name.split("_")) <= days]
    return f"{dataset}.{plain[0]}" if len(told) == len(plain) == 1 else ""


def _are_people(words: Words, dataset: str) -> bool:
    """Whether the rows are called by names that tell persons."""
    return any(field.listable for field in words.world.layer.datasets[dataset].fields)


def is_day(field: Dimension) -> bool:
    """Whether a field tells a day or a year."""
    year = holds_years(field) and bool({"year", "years"}.intersection(_parts(field)))
    return field.kind == "time" or year


def holds_years(field: Dimension) -> bool:
    """Whether a field may hold years: a number, or text that is known to be years."""
    return field.kind == "number" or (field.kind == "categorical" and field.unit == "year")


def as_year(words: Words, field: str, year: float) -> int | str:
    """A year as a field holds it; years of four digits keep their order as text."""
    return int(year) if words.world.layer.fields[field].kind == "number" else str(int(year))


def _parts(field: Dimension) -> tuple[str, ...]:
    """The words of a field's name and of its label, which writes short forms out ("dob")."""
    return (*field.name.split("_"), *field.label.casefold().split())


def _deed(words: Words, field: Dimension, dataset: str) -> set[str]:
    """The one word of a field's name that is neither its thing nor "date" ("hire date", "customer join date").

    Where the name is a short form, its label tells the word ("date of birth").
    """
    lists, noun = word_lists(), dataset.split("_")
    for name in (field.name.split("_"), field.label.casefold().split()):
        parts = [part for part in name if part not in lists["day_words"] | {"year", "of"} and part not in noun]
        if len(parts) == 1 and (parts[0] != field.name or not field.label.casefold().startswith("date of")):
            return {parts[0], _stem(words.world.language.bare(parts[0]))}
    return set()


def _stem(word: str) -> str:
    """ "hire" and "hired" alike."""
    return word.removesuffix("e")


def _by_deed(words: Words, found: Found, start: int, dataset: str) -> Iterator[Found]:
    field = day_of(words, start, dataset)
    if not field:
        return
    at = words.one_on(start + 1, "deed_tails")  # "signed up", "joined us"
    again = [behind for noun, behind in words.nouns(at) if noun == dataset]  # "became customers"
    told = found.used(start, at, "condition", field).moved(again[0] if again else at)
    if words.world.layer.fields[field].kind == "time":
        yield from _within(words, told, field)
    else:
        yield from _of_year(words, told, field)


def _within(words: Words, found: Found, field: str) -> Iterator[Found]:
    clock = Clock(words.tokens, words.world.language, words.world.as_of)
    for start in dict.fromkeys((found.at, words.skip(found.at, "within_days"))):
        phrase = time_phrase(clock, start)
        if phrase is not None and len(phrase.readings) == 1:
            if phrase.readings[0].yearless and _is_birth(words.world.layer.fields[field]):
                return  # "customers born in May": of any year, and not of this one
            limits = tuple(_limits(field, phrase.readings[0].clipped(words.world.as_of)))
            if limits:
                yield found.used(start, phrase.behind, "time", field).filtered(*limits)
            return


def _is_birth(field: Dimension) -> bool:
    return not word_lists()["births"].isdisjoint(_parts(field))


def _limits(field: str, period: TimeRange) -> Iterator[Filter]:
    if period.start is not None:
        yield Filter(field=field, op="ge", values=(period.start,))
    if period.end is not None:
        yield Filter(field=field, op="lt", values=(period.end,))


def _of_year(words: Words, found: Found, field: str) -> Iterator[Found]:
    span = _between(words, found.at)
    if span is not None:
        first, last, behind = span
        told = {"field": field, "op": "between", "values": (as_year(words, field, first), as_year(words, field, last))}
        yield found.used(found.at, behind, "condition", "between").filtered(Filter.model_validate(told))
    said = words.tokens[found.at].text if found.at < len(words.tokens) else ""
    operator = SIDES.get(said, "")
    year = words.number(words.skip(found.at + 1, "year_words")) if operator else None
    if year is not None and year[0] in YEARS:
        bound = Filter.model_validate({"field": field, "op": operator, "values": (as_year(words, field, year[0]),)})
        yield found.used(found.at, year[1], "condition", operator).filtered(bound)


def _between(words: Words, at: int) -> tuple[int, int, int] | None:
    """ "between 2000 and 2010", "from 2000 to 2010": both years and the place behind."""
    opened = at < len(words.tokens) and words.tokens[at].text in ("between", "from")
    first = words.number(at + 1) if opened else None
    joined = first[1] if first is not None and first[1] < len(words.tokens) else None
    last = words.number(joined + 1) if joined is not None and words.tokens[joined].text in ("and", "to") else None
    if first is None or last is None or first[0] not in YEARS or last[0] not in YEARS:
        return None
    return int(first[0]), int(last[0]), last[1]


def told_by_another_day(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "jobs delivered after March" answered for those in that state ordered then: they have a day for it."""
    clock = Clock(words.tokens, words.world.language, words.world.as_of)
    for at in range(len(words.tokens) - 1):
        valued = {c.target for concepts, end in words.concepts(at, "value") if end == at + 1 for c in concepts}
        said = [one for one in plan.query.filters if one.field in valued or one.op == "not_null"]
        days = {day_of(words, at, one.field.partition(".")[0]) for one in said if "." in one.field}
        starts = (at + 1, words.skip(at + 1, "within_days"))
        if any(_is_by_another(plan, day, words) for day in days) and any(time_phrase(clock, one) for one in starts):
            return (words.tokens[at].raw,)
    return ()


def _is_by_another(plan: Plan, day: str, words: Words) -> bool:
    """Whether a plan bounds the time by which rows are counted, where they have this other day."""
    layer, (dataset, _, name) = words.world.layer, day.partition(".")
    time = layer.datasets[dataset].time if day else ""
    counted = (layer.metrics[name] for name in plan.query.metrics)
    if any(day == time_of(layer, one) for one in counted if isinstance(one, SimpleMetric)):
        return False  # cancelled subscriptions are counted by the day on which they ended
    bounded = {one.field for one in plan.query.filters if one.op in ("ge", "gt", "lt", "le", "eq", "between")}
    timed = plan.query.time_range is not None or f"{dataset}.{time}" in bounded
    return bool(day) and name != time and timed and day not in bounded
