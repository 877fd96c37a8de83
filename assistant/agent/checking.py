"""A plan that a model filled in, held to the definitions, the data and the viewer's rights before anything is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz import process

from assistant.agent.desk import World
from assistant.agent.errors import UnusableReply
from assistant.agent.retrieval import Values, stem, words_of
from assistant.agent.shape import Filled, query_of
from semantic_layer import Filter, QueryError, SemanticLayer, SemanticQuery, substitute

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_SPAN = re.compile(r"(?<![\w.])\d+(?=[\s-]+(?:hours?|days?|weeks?|months?|quarters?|years?)\b)", re.IGNORECASE)


def accepted(filled: Filled, world: World) -> SemanticQuery:
    """The query of a filled plan; raises UnusableReply or QueryError, saying what has to be mended."""
    query = spelt(query_of(filled, world.layer), world.values)
    substitute(world.layer, query)  # a metric with a declared stand-in may be split as that one can
    if not world.sees_personal:
        _require_impersonal(query, world.layer)
    return query


def spelt(query: SemanticQuery, known: Values) -> SemanticQuery:
    """The query with values as the data spells them; raises UnusableReply for values that it does not hold."""
    return query.model_copy(update={"filters": tuple(_condition_spelt(one, known) for one in query.filters)})


def _condition_spelt(one: Filter, known: Values) -> Filter:
    one = one.model_copy(update={"where": tuple(_condition_spelt(row, known) for row in one.where)})
    held = {value.lower(): value for value, _ in known.get(one.field, ())}
    if not held or one.op in ("last", "not_last"):
        return one
    values = tuple(_spelt(one.field, value, held) if isinstance(value, str) else value for value in one.values)
    return one.model_copy(update={"values": values})


def _spelt(field: str, value: str, held: Mapping[str, str]) -> str:
    if value.lower() not in held:
        near = [match for match, _, _ in process.extract(value.lower(), list(held), limit=3)]
        raise UnusableReply(f"{field} has no value {value!r}. Near ones: {', '.join(held[one] for one in near)}.")
    return held[value.lower()]


def _require_impersonal(query: SemanticQuery, layer: SemanticLayer) -> None:
    """Nothing when no personal field is named; a model never hands those out, whatever it was told to do."""
    named = [*_fields_of(query), *(one.by for one in query.order_by)]
    personal = [name for name in named if name in layer.fields and layer.fields[name].pii]
    if personal:
        raise UnusableReply(f"{personal[0]} is personal data, which is not given out here.")


@dataclass(frozen=True)
class Used:
    """What carries a question: the queries or SQL as text, what the names in them are called, and their days."""

    text: str
    called: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()


def used_by(queries: Sequence[SemanticQuery], layer: SemanticLayer, sql: Sequence[str] = ()) -> Used:
    """What some queries and texts of SQL use of a question."""
    named = {name for query in queries for name in _names_in(query)}
    known = [found for name in named for found in (layer.metrics.get(name), layer.fields.get(name)) if found]
    texts = [text for one in known for text in (one.name, one.title, *one.synonyms)]
    called = frozenset(stem(word) for text in texts for word in words_of(text.replace("_", " ")))
    written = [*(query.model_dump_json() for query in queries), *sql]
    return Used("\n".join(written), called, frozenset(day for query in queries for day in _days_of(query)))


def _names_in(query: SemanticQuery) -> Iterator[str]:
    yield from query.metrics
    yield from _fields_of(query)


def _fields_of(query: SemanticQuery) -> Iterator[str]:
    """Every name that a query groups, narrows or takes together by."""
    yield from (one.field for one in query.group_by)
    for one in query.filters:
        yield from (one.field, *(row.field for row in one.where))
    yield from (*(query.per_group.fields if query.per_group else ()), *((query.top.field,) if query.top else ()))


def _days_of(query: SemanticQuery) -> Iterator[date]:
    """The first and last days of a query's spans, those that it compares with included."""
    asked, compared = query.time_range, query.compare
    for span in (asked, compared.range if compared else None, *(one.time_range for one in query.filters)):
        if span is not None:
            yield from (day for day in (span.start, span.end and span.end - timedelta(days=1)) if day)
    if compared is not None and compared.kind == "previous_year" and asked is not None:
        yield from (date(day.year - 1, 1, 1) for day in (asked.start, asked.end) if day)


def unused(question: str, named: Mapping[str, tuple[str, ...]], used: Used) -> Iterator[str]:
    """What a question names (values of the data, by field, and numbers) and nothing that was used accounts for.

    A value is also accounted for when a metric or field that was used is called by its words ("cancelled" by
    `cancellation_rate`), a number when it stands in a day of a span.
    """
    said = used.text.lower()
    for field, values in named.items():
        left = [value for value in values if not (used.days and _is_day(value, question))]
        if left and not any(value.lower() in said or _is_called(value, used.called) for value in left):
            yield f"{left[0]!r} ({field})"
    numbers = {number for day in used.days for number in (day.year, day.month, day.day)}
    for number in _NUMBER.findall(_SPAN.sub(" ", question) if used.days else question):
        if not re.search(rf"(?<!\d){re.escape(number)}(?!\d)", said) and not (
            number.isdigit() and int(number) in numbers
        ):
            yield number


def _is_called(value: str, called: frozenset[str]) -> bool:
    words = words_of(value)
    return bool(words) and all(stem(word) in called for word in words)


def _is_day(value: str, question: str) -> bool:
    """Whether a value is the first word of a named day in the question: no colour in "Black Friday"."""
    return bool(re.search(rf"\b{re.escape(value)}\s+{_WEEKDAY}\b", question, re.IGNORECASE))


def mending(error: UnusableReply | QueryError) -> str:
    """What is wrong with a plan, in words for the model."""
    if isinstance(error, UnusableReply):
        return str(error)
    return " ".join(f"{one.code}: {one.sentence} {', '.join(one.suggestions)}".strip() for one in error.faults)
