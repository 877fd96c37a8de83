"""How things stand: the numbers that the definitions put first, beside those of the period before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Clarification, Plan
from assistant.understanding.draft import MOST_OPTIONS
from assistant.understanding.forms.asking import Asking
from assistant.understanding.headlines import headline_metrics
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery

MOST = 6


def overview(asking: Asking) -> Plan | Clarification | None:
    """ "what changed this week?", "how are we doing?": the headline numbers; None for other questions.

    "How is Germany doing?" says no number: all of them for Germany are the first of the readings to choose from.
    """
    start = asking.past(0, "politely")
    behind = asking.end(start, "overview")
    if behind is None:
        return _of_some(asking, start)
    return _told(asking, (), _period(asking, asking.past(behind, "overview_of")))


def _of_some(asking: Asking, start: int) -> Clarification | None:
    """ "how is Germany doing this month?", "is the North growing?": which number of what a value tells is meant."""
    opened = asking.end(start, "some_open")
    if opened is None:
        return None
    named = asking.past(opened, "some_articles")
    values = {end: found for found, end in asking.words.concepts(named, "value")}
    ends = {end: behind for end in values if (behind := asking.end(end, "some_close")) is not None}
    counted = {end for end in ends if asking.end(end, "some_growing") and isinstance(values[end][0].value, bool)}
    ends = {end: behind for end, behind in ends.items() if end not in counted}  # of VIPs, it is their number that grows
    if not ends:
        return None
    some = [*asking.made("for", opened), *asking.tokens[opened : max(ends)]]
    every = _told(asking, some, _period(asking, ends[max(ends)]))
    if every is None:
        return None
    single = (replace(every, query=every.query.model_copy(update={"metrics": (n,)})) for n in every.query.metrics)
    options = asking.world.options([every, *single][:MOST_OPTIONS])
    return Clarification(asking.question, asking.world.language.message("no_metric_choice"), (), options)


def _told(asking: Asking, some: Sequence[Token], period: list[Token] | None) -> Plan | None:
    """The headline numbers of a period beside those before it, of some rows or of all; None where none is."""
    told = headline_metrics(asking.world) if period is not None else ()
    plans = [plan for name in told if (plan := _moved(asking, name, some, period or [])) is not None]
    same = [plan for plan in plans if _times(plan.query) == _times(plans[0].query)]
    if not same or bool(some) != bool(same[0].query.filters):
        return None
    names = tuple(plan.query.metrics[0] for plan in same)[:MOST]
    query = same[0].query.model_copy(update={"metrics": names, "order_by": ()})
    note = asking.world.language.message("headlines")
    plan = Plan(query, notes=(note,), confidence=same[0].confidence)
    return plan if asking.stands(query) else None


def _times(query: SemanticQuery) -> tuple[object, object, object]:
    return query.time_range, query.compare, query.filters


def _period(asking: Asking, at: int) -> list[Token] | None:
    """The words of the period: this month without any; "since last week" is this week; None for other words."""
    rest = [token for token in asking.tokens[at:] if token.text not in ("so", "far")]
    if not rest or asking.past(at, "lately") == len(asking.tokens):
        return asking.made("this month", 0)
    since = asking.end(at, "since_last")
    if since is not None and since == len(asking.tokens) - 1:
        return [*asking.made("this", 0), *rest[-1:]]
    return list(rest)


def _moved(asking: Asking, name: str, some: Sequence[Token], period: list[Token]) -> Plan | None:
    """Whether one number rose in the period, as it is asked in words; None when those hold more than a period."""
    metric = asking.world.layer.metrics[name]
    plan = asking.read([*asking.made(f"did {metric.title}", 0), *some, *asking.made("rise", 0), *period])
    if plan is None or plan.query.compare is None or plan.query.time_range is None:
        return None
    query = plan.query
    kept = {"metrics": query.metrics, "time_range": query.time_range, "compare": query.compare}
    plain = query.model_copy(update={"order_by": ()}) == SemanticQuery(**kept, filters=query.filters if some else ())
    return plan if plain and set(query.metrics) <= {name, *metric.stand_ins} else None
