"""Doubts of conditions that do nothing, or nothing but hide what was asked: bounds on one total, times that exclude
each other, rows that lack a kind of event."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.own_filters import kept_values
from semantic_layer import Filter, SemanticQuery, SimpleMetric, time_of

ORDERED = frozenset({"gt", "ge", "lt", "le", "eq", "between"})
LATEST = "9999"


def _bound_of_total(asked: Doubted) -> Iterator[Doubt]:
    """ "share of tickets reopened at least twice" with a bound on the one total of all, which is met or not."""
    query = asked.query
    if query.group_by or query.entity or query.per_group or query.per_bucket or not query.metrics or query.compare:
        return
    for one in query.filters:
        if one.field in asked.world.layer.metrics and not one.entity and not one.than and one.op in ORDERED:
            yield Doubt((asked.world.layer.metrics[one.field].title,), "bound_of_total")


def _times_of_all(asked: Doubted) -> Iterator[Doubt]:
    """ "customers who ordered twice by country": each of them did so twice, and no country has two of them."""
    metrics, often = asked.world.layer.metrics, {"once", "times"}
    told = any(often & {asked.text(at), *asked.cues(at)} for at in range(len(asked.tokens)))
    for one in asked.query.filters if told and asked.query.group_by and not asked.query.entity else ():
        metric = metrics.get(one.field)
        people = isinstance(metric, SimpleMetric) and asked.world.layer.measures[metric.measure].agg == "count_distinct"
        if people and one.field in asked.query.metrics and not one.entity and one.op in ORDERED:
            yield Doubt((metrics[one.field].title,), "times_of_all")


def _times_apart(asked: Doubted) -> Iterator[Doubt]:
    """ "leads created in 2025 and converted in 2026" with both times of one day, which no row can have."""
    for field, spans in _spans(asked).items():
        start, end = max(first for first, _ in spans), min(last for _, last in spans)
        if start >= end:
            yield Doubt((asked.world.layer.fields[field].title,), "times_apart")


def _spans(asked: Doubted) -> dict[str, list[tuple[str, str]]]:
    """The days from which and before which each time must be, by its field; its own period is that of a metric."""
    layer, found = asked.world.layer, dict[str, list[tuple[str, str]]]()
    for one in asked.query.filters:
        timed = one.field in layer.fields and layer.fields[one.field].kind == "time" and not one.entity
        if timed and one.values and one.op in ("ge", "gt", "lt", "le"):
            day = str(one.values[0])
            found.setdefault(one.field, []).append((day, LATEST) if one.op in ("ge", "gt") else ("", day))
    period = asked.query.time_range
    for name in asked.query.metrics if period else ():
        metric = layer.metrics[name]
        time = time_of(layer, metric) if isinstance(metric, SimpleMetric) else ""
        if period and time in found:
            first = period.start.isoformat() if period.start else ""
            found[time].append((first, period.end.isoformat() if period.end else LATEST))
    return found


def _lacks_event(asked: Doubted) -> Iterator[Doubt]:
    """ "emails sent not delivered": of the events of sending none is one of delivery; the e-mails are meant."""
    layer = asked.world.layer
    denied = [one for one in asked.query.filters if one.op == "not_in" and not one.entity and one.field in layer.fields]
    for name in asked.query.metrics:
        metric = layer.metrics[name]
        if not isinstance(metric, SimpleMetric) or layer.measures[metric.measure].agg != "count_distinct":
            continue
        for one in denied:
            kept = kept_values(layer, name, one.field)
            if kept and kept.isdisjoint(str(value) for value in one.values):
                yield Doubt((", ".join(str(value) for value in one.values),), "lacks_event")


def _groups_without(asked: Doubted) -> Iterator[Doubt]:
    """ "sales people without a won deal": those who have none, and not their deals that were not won."""
    small = asked.world.language.determiners | {"any", "single"}
    groups = {group.field for group in asked.query.group_by}
    for at, one in asked.values():
        if one.op != "not_in" or one.field in groups:
            continue
        before = next((i for i in range(at - 1, -1, -1) if asked.text(i) not in small), -1)
        absent = before > 0 and "absent" in asked.cues(before)
        named = [c for first in (before - 1, before - 2) if absent for c in asked.concepts(first, before)]
        if any(c.kind == "dimension" and c.target in groups for c in named):
            yield Doubt(raw(asked.tokens[before - 1 : at + 2]), "groups_without")


def _none_of_some(asked: Doubted) -> Iterator[Doubt]:
    """ "returning customers who bought in May but not in April": a condition on rows narrows what was not done, too."""
    layer, reach = asked.world.layer, asked.world.reach
    if not asked.query.entity:
        return
    denied = [one for one in asked.query.filters if one.field in layer.metrics and _is_none(one)]
    facts = {fact for one in denied for fact in reach.facts(one.field)} - {asked.query.entity}
    for one in asked.query.filters:
        owner = one.field.partition(".")[0]
        if one.field in layer.fields and not one.entity and owner in facts:
            yield Doubt((", ".join(str(value) for value in one.values),), "none_of_some")


def _none_of_itself(asked: Doubted) -> Iterator[Doubt]:
    """ "how many tickets do those have who had no ticket": none, whoever they are."""
    query = asked.query
    for one in query.filters:
        same = one.time_range in (None, query.time_range) and one.entity and _is_none(one)
        if same and one.field in query.metrics and not query.group_by and not query.compare:
            yield Doubt((asked.world.layer.metrics[one.field].title,), "none_of_itself")


def _is_none(one: Filter) -> bool:
    return one.op == "eq" and one.values == (0,) and not one.where


def _period_of_which(asked: Doubted) -> Iterator[Doubt]:
    """ "customers with a ticket but no order in 2026": the ticket in 2026, too, or ever?"""
    query, layer = asked.query, asked.world.layer
    deeds = [one for one in query.filters if one.field in layer.metrics and (one.entity or query.entity)]
    own = asked.world.nouns.count_of(query.entity) if query.entity else ""  # visits in May that have no order
    timed = [one for one in deeds if one.time_range is not None and one.field != own]
    loose = [one for one in deeds if one.time_range is None and not one.last and _has_time(asked, one.field)]
    ends = bool(asked.tokens) and any(
        span.role == "time" and span.end >= asked.tokens[-1].start for span in asked.plan.spans
    )
    ever = (asked.words("once_words") - asked.words("having_words")) & {token.text for token in asked.said}
    if len(timed) == 1 and loose and ends and not ever:
        span = timed[0].time_range
        both = tuple(one.model_copy(update={"time_range": span}) if one in loose else one for one in query.filters)
        yield Doubt((span.label if span else "",), "period_of_which", (_with(query, both), query))


def _has_time(asked: Doubted, name: str) -> bool:
    metric = asked.world.layer.metrics[name]
    return isinstance(metric, SimpleMetric) and bool(time_of(asked.world.layer, metric)) and metric.time != "none"


def _with(query: SemanticQuery, filters: tuple[Filter, ...]) -> SemanticQuery:
    return query.model_copy(update={"filters": filters})


Rule = Callable[[Doubted], Iterator[Doubt]]
OF_QUERIES: tuple[Rule, ...] = (_bound_of_total, _times_apart, _lacks_event, _none_of_some, _none_of_itself)
RULES: tuple[Rule, ...] = (*OF_QUERIES, _times_of_all, _groups_without, _period_of_which)
