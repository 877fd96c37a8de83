"""What an answer or a refusal states beside its rows: stand-ins, the period, the definitions, the reason."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta

from assistant.answer import Definition, Plan, Refusal, RefusalCode
from assistant.formatting import day, is_number, span
from assistant.retelling import retold, titled
from assistant.wording import Wording, answers
from semantic_layer import QueryError, SemanticLayer, SemanticQuery, TimeRange, formula, parts, substitute
from warehouse import QueryFailed, QueryTimeout, QueryTooLarge, Result, SQLRejected

_LOG = logging.getLogger(__name__)


def standing_in(layer: SemanticLayer, plan: Plan, words: Wording) -> Plan:
    """The plan, with stand-ins for metrics that cannot be broken down as asked, and a note that says so."""
    query = substitute(layer, plan.query)
    pairs = zip(plan.query.metrics, query.metrics, strict=True)
    swapped = [(layer.metrics[old].title, layer.metrics[new].title) for old, new in pairs if old != new]
    told = [{"asked": old, "used": words.lowered(new)} for old, new in swapped]
    notes = tuple(words.say("caveats.stand_in", one) for one in told)
    return replace(plan, query=query, asked=plan.asked or plan.query, notes=(*plan.notes, *notes)) if swapped else plan


def period_of(asked: TimeRange | None, locale: str) -> str:
    """The days of a span in words, both ends included; nothing when all data counts."""
    if asked is None or (asked.start is None and asked.end is None):
        return ""
    last = asked.end - timedelta(days=1) if asked.end else None
    if asked.start and last:
        return span(asked.start, last, locale)
    words = answers(locale)
    if asked.start:
        return words.say("since_label", {"first": day(asked.start, locale)})
    return words.say("until_label", {"last": day(last or date.max, locale)})


def meanings_in(layer: SemanticLayer, query: SemanticQuery) -> tuple[Definition, ...]:
    """What the metrics and the segments of a query mean."""
    named = dict.fromkeys(one.field for one in (*query.filters, *query.group_by) if one.field in layer.segments)
    groups = [layer.segments[name] for name in named]
    told = (Definition(one.name, one.title, one.description, "") for one in groups)
    return (*definitions_of(layer, query.metrics), *told)


def definitions_of(layer: SemanticLayer, names: tuple[str, ...]) -> tuple[Definition, ...]:
    """What the metrics mean, each followed by the metrics it is made of."""
    every = dict.fromkeys(part for name in names for part in parts(layer, name))
    return tuple(
        Definition(name, layer.metrics[name].title, layer.metrics[name].description, formula(layer, name))
        for name in every
    )


def ahead_of_data(plan: Plan, result: Result, as_of: date, locale: str) -> str:
    """Why an empty result of days to come is no answer: no data tells of them; empty when the result is one.

    Bookings may lie ahead, so that only a result without any number but zero is none.
    """
    asked = plan.query.time_range
    if not plan.query.metrics or asked is None or asked.start is None or asked.start <= as_of:
        return ""
    numbers = [value for row in result.rows for value in row if is_number(value)]
    if any(numbers):
        return ""
    words = answers(locale)
    return words.say("refusals.ahead", {"period": period_of(asked, locale), "last": day(as_of, locale)})


def not_computed(
    question: str, error: QueryError | SQLRejected | QueryFailed, layer: SemanticLayer, locale: str
) -> Refusal:
    """The refusal of a question whose own query failed: the reason is for the log, and nothing its reader could mend.

    What the layer says against a query, and what took too long or too much room, is told as it is.
    """
    if isinstance(error, QueryError | QueryTimeout | QueryTooLarge):
        told = refused(question, error, locale)
        return replace(told, sentence=titled(told.sentence, layer))
    _LOG.info("the query of %r could not be run: %s", question, error)
    code: RefusalCode = "SQL_REJECTED" if isinstance(error, SQLRejected) else "QUERY_FAILED"
    return Refusal(question, code, answers(locale).say("refusals.not_computed"))


def refused(question: str, error: QueryError | SQLRejected | QueryFailed, locale: str) -> Refusal:
    """The refusal that says why a query could not be carried out, with the names that would do, to who wrote it."""
    if isinstance(error, QueryError):
        suggestions = tuple(name for fault in error.faults for name in fault.suggestions)
        reason = "; ".join(retold(fault.sentence, locale) for fault in error.faults)
        return Refusal(question, "UNSAFE", reason, (), suggestions)
    if isinstance(error, SQLRejected):
        return Refusal(question, "SQL_REJECTED", retold(error.reason, locale))
    reason = retold(str(error), locale)
    if isinstance(error, QueryTimeout):
        return Refusal(question, "QUERY_FAILED", answers(locale).say("refusals.shorter", {"reason": reason}))
    return Refusal(question, "QUERY_FAILED", reason)
