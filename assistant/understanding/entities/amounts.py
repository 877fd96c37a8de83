"""Clauses that bound what a row is worth, how old it is, how long it took, and when what is counted happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assistant.understanding.dates import Clock
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, amount
from assistant.understanding.entities.own_period import day_of_state
from assistant.understanding.entities.words import Words
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Filter, TimeRange

WORTH = "value|worth|amount|total|price|cost|fee"
BIRTH = frozenset({"birth_date", "date_of_birth", "birthdate", "dob", "birthday"})
PREPOSITIONS = frozenset({"in", "during", "within", "on"})
AGES = range(10, 111)
MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}


def worth(words: Words, found: Found) -> Iterator[Found]:
    """ "orders over 200 euros": the one amount of money that a row of what happens holds."""
    if found.group or words.world.layer.datasets[found.entity].entity:
        return
    field = words.field_called(WORTH, found.entity)
    for bounded, operator, number in amount(words, found) if field else ():
        end = words.phrase(bounded.at, "currency")
        told = words.world.layer.fields[field]
        plain = words.at_end(bounded.at) or bool(words.phrase(bounded.at, "joins")) or _is_time(words, bounded.at)
        if end is not None or (told.format == "currency" and plain):
            bound = Filter.model_validate({"field": field, "op": operator, "values": (number,)})
            yield bounded.moved(end or bounded.at).filtered(bound)


def spent_over(words: Words, found: Found) -> Iterator[Found]:
    """ "who spent more than 1000 euros": what each of them spent in all."""
    start = words.phrase(words.skip(found.at, "relatives", "empty", "joins"), "paying")
    if start is None or found.group or found.newest:
        return
    for bounded, operator, number in amount(words, found.moved(start)):
        metric = _spent(words, start - 1, found.entity)
        end = words.phrase(bounded.at, "currency") or bounded.at
        if metric:
            told = {"field": metric, "op": operator, "values": (number,), "entity": found.entity}
            until = words.skip(end, "until_then") if _lacking(words, found) else end
            yield bounded.moved(until).filtered(Filter.model_validate(told))


def _lacking(words: Words, found: Found) -> bool:
    """Whether they did nothing in a time that lasts until today: then all that they spent was spent before it."""
    spans = [one.time_range for one in found.filters if (one.op, one.values) == ("eq", (0,)) and one.time_range]
    return any(span.end is None or (words.world.as_of - span.end).days < 1 for span in spans)


def _spent(words: Words, at: int, entity: str) -> str:
    """The one metric of money that a verb of paying asks for and that each thing has."""
    language = words.world.language
    for noun in language.measures_of(words.tokens[at].bare, False):
        named = [c.target for c in words.world.lexicon.lookup(tuple(language.tokens(noun))) if c.kind == "metric"]
        each = [name for name in named if words.world.reach.distance([name], entity)]
        if len(each) == 1 and words.world.layer.metrics[each[0]].format == "currency":
            return each[0]
    return ""


def aged(words: Words, found: Found) -> Iterator[Found]:
    """ "customers older than 60", "aged 18 to 25": by the date of birth, whole years on the last day of the data."""
    fields = () if found.group else words.world.layer.datasets[found.entity].fields
    births = [field.name for field in fields if field.kind == "time" and field.name in BIRTH]
    if len(births) != 1 or words.phrase(words.skip(found.at, *LINKING), "age_of") is None:
        return
    field, start = f"{found.entity}.{births[0]}", words.skip(found.at, *LINKING)
    degree = words.degree(start)
    number = words.number(degree[2]) if degree is not None and degree[0] == "age" else None
    if degree is not None and number is not None:
        end = words.phrase(number[1], "units") or number[1]
        yield found.used(start, end, "condition", field).filtered(*_born(words, field, degree[1], int(number[0])))
    for bounded, operator, years in amount(words, found.moved(start)):
        end = words.phrase(bounded.at, "units")
        if (
            end is None
            and _of_people(words, start)
            and years in AGES
            and _ends_here(words, words.skip(bounded.at, "trailing"))
        ):
            end = bounded.at  # "women over 60"
        if end is not None and operator in ("gt", "ge", "lt", "le"):
            yield bounded.moved(end).filtered(*_born(words, field, operator, int(years)))
    span = _ages(words, start)
    if span is not None:
        low, high, end = span
        limits = (*_born(words, field, "ge", low), *_born(words, field, "le", high))
        yield found.used(start, end, "condition", field).filtered(*limits)


def _of_people(words: Words, at: int) -> bool:
    """Whether "over", "under" stand right behind what people are called, or what they are said to be."""
    led = at > 0 and (words.phrase(at - 1, "people") is not None or words.phrase(at - 1, "being") == at)
    return led and words.phrase(at, "bound_age") is not None


def _ends_here(words: Words, at: int) -> bool:
    """Whether nothing more is said, or another condition follows."""
    return words.at_end(at) or words.phrase(at, "joins") is not None or words.tokens[at].text == "or"


def _ages(words: Words, at: int) -> tuple[int, int, int] | None:
    """ "aged 18 to 25", "between 18 and 25 years old"."""
    said = words.tokens[at].text if at < len(words.tokens) else ""
    low = words.number(at + 1) if said in ("aged", "between") else None
    joined = words.tokens[low[1]].text if low is not None and low[1] < len(words.tokens) else ""
    high = words.number(low[1] + 1) if low is not None and joined in ("to", "and", "-", "–") else None
    if low is None or high is None:
        return None
    units = words.phrase(high[1], "units")
    return (int(low[0]), int(high[0]), units or high[1]) if said == "aged" or units is not None else None


def _born(words: Words, field: str, operator: str, years: int) -> Iterator[Filter]:
    """The condition on a birthday: older than 60 is 61 or more, younger than 30 has not turned 30."""
    last = {"gt": years + 1, "ge": years}.get(operator)
    if last is not None:
        yield Filter(field=field, op="le", values=(_years_before(words.world.as_of, last),))
    else:
        turned = years if operator == "lt" else years + 1
        yield Filter(field=field, op="gt", values=(_years_before(words.world.as_of, turned),))


def _years_before(day: date, years: int) -> date:
    at = day.year - years
    return date(at, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=at)


def lasting(words: Words, found: Found) -> Iterator[Found]:
    """ "tickets that took more than two days to resolve": a number of minutes of theirs, in the unit said."""
    start = words.skip(found.at, "relatives")
    if found.group or start >= len(words.tokens) or words.tokens[start].text not in ("took", "take", "takes", "taking"):
        return
    forms = words.world.language.forms
    longer = start + 2 if words.tokens[start + 1 : start + 2] and words.tokens[start + 1].text == "longer" else 0
    for bounded, operator, number in _lasting_amounts(words, found, start, longer):
        unit = forms.plain(words.tokens[bounded.at].text) if bounded.at < len(words.tokens) else ""
        at = words.skip(bounded.at + 1, "empty")
        field = _field_for(words, found.entity, at) if unit in MINUTES and at < len(words.tokens) else ""
        if field:
            bound = Filter.model_validate({"field": field, "op": operator, "values": (number * MINUTES[unit],)})
            yield bounded.used(start, at + 1, "condition", field).filtered(bound)


def _lasting_amounts(words: Words, found: Found, start: int, longer: int) -> Iterator[tuple[Found, str, float | int]]:
    if longer and words.tokens[longer : longer + 1] and words.tokens[longer].text == "than":
        number = words.number(longer + 1)
        if number is not None:
            yield found.moved(number[1]), "gt", number[0]
    else:
        yield from (
            (replace(found, at=one.at), operator, number)
            for one, operator, number in amount(words, found.moved(start + 1))
        )


def _field_for(words: Words, entity: str, at: int) -> str:
    """The number of minutes that is named after a deed ("to solve"), empty when there is not just one."""
    language = words.world.language
    said = language.same_deed(words.tokens[at].text) | {words.tokens[at].bare}
    fields = [
        field for field in words.world.layer.datasets[entity].fields if field.kind == "number" and not field.hidden
    ]
    timed = [field for field in fields if field.unit == "minutes"]
    named = [
        field.name
        for field in timed
        if said
        & {language.bare(word) for text in (field.name.replace("_", " "), *field.synonyms) for word in text.split()}
    ]
    return f"{entity}.{named[0]}" if len(named) == 1 else ""


def in_span(words: Words, found: Found) -> Iterator[Found]:
    """ "... with no order this year": the days of what the last condition counts; of what happens, its own days."""
    if found.group or found.metrics or found.newest:
        return
    for start in _time_starts(words, found.at):
        phrase = time_phrase(Clock(words.tokens, words.world.language, words.world.as_of), start)
        if phrase is None or len(phrase.readings) != 1:
            continue
        period = phrase.readings[0].clipped(words.world.as_of)
        told = found.used(start, phrase.behind, "time", period.label)
        last = found.filters[-1] if found.filters else None
        if last is not None and last.field in words.world.layer.metrics and not last.time_range:
            own = last.model_copy(update={"time_range": period, "entity": found.entity})
            yield replace(told, filters=(*found.filters[:-1], own))
        elif last is not None and "." in last.field and not last.entity:
            yield from _own_days(words, told, period)


def _own_days(words: Words, found: Found, period: TimeRange) -> Iterator[Found]:
    if words.world.layer.datasets[found.entity].entity:
        return
    field = day_of_state(words.world, found.entity, found.filters)
    if field and period.start is not None and period.end is not None:
        first = Filter(field=field, op="ge", values=(period.start,))
        yield found.filtered(first, Filter(field=field, op="lt", values=(period.end,)))


def _is_time(words: Words, at: int) -> bool:
    clock = Clock(words.tokens, words.world.language, words.world.as_of)
    return any(time_phrase(clock, start) is not None for start in _time_starts(words, at))


def _time_starts(words: Words, at: int) -> tuple[int, ...]:
    """Where a time may begin: here, or behind a preposition."""
    before = words.tokens[at].text in PREPOSITIONS if at < len(words.tokens) else False
    return (at, at + 1) if before else (at,)
