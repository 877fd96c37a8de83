"""Clauses on a day of the things themselves that a verb names: "hired after 2017", "who joined in 2022"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.dates import Clock
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, reaches
from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Dimension, Filter, TimeRange

YEARS = range(1000, 3000)
SIDES = {"before": "lt", "after": "gt", "since": "ge", "in": "eq", "until": "le", "from": "ge"}


def dated(words: Words, found: Found) -> Iterator[Found]:
    """ "physicians hired after 2017", "transactions by customers who joined in 2022"."""
    if found.group:
        return
    start = words.skip(found.at, "relatives", "happened")
    yield from _by_deed(words, found, start, found.entity)
    linked = words.skip(found.at, *LINKING)
    for dataset, behind in words.nouns(linked):
        if dataset != found.entity and reaches(words, found.entity, dataset):
            named = found.used(linked, behind, "dimension", dataset)
            yield from _by_deed(words, named, words.skip(behind, "relatives", "happened"), dataset)


def day_of(words: Words, at: int, dataset: str) -> str:
    """The one day or year of a dataset's rows that a verb names, empty without one."""
    if at >= len(words.tokens):
        return ""
    token, language = words.tokens[at], words.world.language
    said = {token.text, token.plain, *(_stem(word) for word in (token.bare, *language.same_deed(token.bare)))}
    fields = [
        field.name
        for field in words.world.layer.datasets[dataset].fields
        if not (field.hidden or field.implied) and _is_day(field) and _deed(words, field.name, dataset) & said
    ]
    return f"{dataset}.{fields[0]}" if len(fields) == 1 else ""


def _is_day(field: Dimension) -> bool:
    return field.kind == "time" or (field.kind == "number" and "year" in field.name.split("_"))


def _deed(words: Words, name: str, dataset: str) -> set[str]:
    """The one word of a field's name that is neither its thing nor "date" ("hire date", "customer join date")."""
    lists, noun = word_lists(), dataset.split("_")
    parts = [part for part in name.split("_") if part not in lists["day_words"] | {"year"} and part not in noun]
    return {parts[0], _stem(words.world.language.bare(parts[0]))} if len(parts) == 1 else set()


def _stem(word: str) -> str:
    """ "hire" and "hired" alike."""
    return word.removesuffix("e")


def _by_deed(words: Words, found: Found, start: int, dataset: str) -> Iterator[Found]:
    field = day_of(words, start, dataset)
    if not field:
        return
    at = start + 1
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
            limits = tuple(_limits(field, phrase.readings[0].clipped(words.world.as_of)))
            if limits:
                yield found.used(start, phrase.behind, "time", field).filtered(*limits)
            return


def _limits(field: str, period: TimeRange) -> Iterator[Filter]:
    if period.start is not None:
        yield Filter(field=field, op="ge", values=(period.start,))
    if period.end is not None:
        yield Filter(field=field, op="lt", values=(period.end,))


def _of_year(words: Words, found: Found, field: str) -> Iterator[Found]:
    said = words.tokens[found.at].text if found.at < len(words.tokens) else ""
    operator = SIDES.get(said, "")
    year = words.number(found.at + 1) if operator else None
    if year is not None and year[0] in YEARS:
        bound = Filter.model_validate({"field": field, "op": operator, "values": (int(year[0]),)})
        yield found.used(found.at, year[1], "condition", operator).filtered(bound)
