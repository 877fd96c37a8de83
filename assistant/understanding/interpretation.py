"""A query in words: chips that say how a question was read, for any query, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from assistant.answer import Interpretation, Part
from assistant.understanding.language import load_language
from assistant.understanding.periods import add_units, unit_start
from semantic_layer import METRIC_TIME, Filter, GroupBy, OrderBy, SemanticLayer, SemanticQuery, Share, TimeRange

SIGNS = {
    "in": "", "eq": "", "not_in": "not ", "ne": "not ", "gt": "> ", "ge": "≥ ", "lt": "< ", "le": "≤ ",
    "between": "between ", "like": "like ", "not_like": "not like ", "is_null": "empty", "not_null": "not empty",
    "last": "in the last ", "not_last": "not in the last ",
}  # fmt: skip


def interpret(layer: SemanticLayer, query: SemanticQuery, as_of: date) -> Interpretation:
    """The chips of a query in reading order: metrics, breakdown, conditions, period, comparison, order, cut."""
    return Interpretation(tuple(_parts(layer, query, as_of)))


def _parts(layer: SemanticLayer, query: SemanticQuery, as_of: date) -> Iterator[Part]:
    if query.entity:
        yield Part("dimension", f"list of {_lower_first(layer.datasets[query.entity].title)}", query.entity)
    for name in query.metrics:
        yield Part("metric", layer.metrics[name].title, name)
    for share in query.shares:
        yield Part("metric", _share_label(layer, share), share.metric)
    for group in query.group_by:
        kind = "grain" if group.grain else "dimension"
        yield Part(kind, f"by {_group_label(layer, group)}", group.field)
    for condition in query.filters:
        label = _filter_label(layer, condition) + _filter_scope(layer, condition, as_of)
        yield Part("filter", label, condition.field)
    yield Part("period", period_label(query.time_range, as_of))
    if query.compare is not None:
        yield Part("comparison", _comparison_label(query, as_of), query.compare.kind)
    if query.top is not None:
        each = ", ".join(_lower_first(_title(layer, name)) for name in query.top.within)
        first = "first" if query.top.descending else "last"
        yield Part("limit", f"{first} {query.top.n}" + (f" of each {each}" if each else ""))
    for order in query.order_by:
        yield Part("order", _order_label(layer, query, order), order.by)
    yield from _cut_parts(query)


def _cut_parts(query: SemanticQuery) -> Iterator[Part]:
    if query.skip:
        yield Part("limit", f"leaving out the first {query.skip}")
    if query.limit is not None:
        yield Part("limit", f"first {query.limit}")


def _share_label(layer: SemanticLayer, share: Share) -> str:
    """ "share of sessions", "share of the sessions of any device"."""
    title = _lower_first(layer.metrics[share.metric].title)
    fields = " and ".join(_lower_first(_title(layer, name)) for name in share.apart_from)
    return f"share of {title} of any {fields}" if fields else f"share of {title}"


def _title(layer: SemanticLayer, name: str) -> str:
    if name in layer.metrics:
        return layer.metrics[name].title
    if name in layer.segments:
        return layer.segments[name].title
    return layer.fields[name].title if name in layer.fields else name.replace("_", " ")


def _group_label(layer: SemanticLayer, group: GroupBy) -> str:
    if group.field == METRIC_TIME:
        return str(group.grain or "time")
    title = _lower_first(_title(layer, group.field))
    role = f" ({group.via.replace('_', ' ')})" if group.via else ""
    return f"{title}{role}" + (f" by {group.grain}" if group.grain else "")


def _lower_first(title: str) -> str:
    """A title inside a line; abbreviations keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _filter_label(layer: SemanticLayer, condition: Filter) -> str:
    joint = " and " if condition.op == "between" else ", "
    values = joint.join(_value_label(value) for value in condition.values)
    return f"{_title(layer, condition.field)}: {SIGNS[condition.op]}{values}"


def _filter_scope(layer: SemanticLayer, condition: Filter, as_of: date) -> str:
    """What a condition on an entity holds for: each one of it, within a time of its own."""
    each = f" per {_lower_first(_singular(layer.datasets[condition.entity].title))}" if condition.entity else ""
    span = f" in {period_label(condition.time_range, as_of)}" if condition.time_range else ""
    return each + span + (f" in the last {condition.last}" if condition.last else "")


def _singular(title: str) -> str:
    return load_language().forms.plain(title.lower())


def _value_label(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def period_label(span: TimeRange | None, as_of: date) -> str:
    """A period as people name it: "October 2026", "Q3 2026", "1 Mar 2025 – 15 Apr 2025"; "all time" without one."""
    if span is None or (span.start is None and span.end is None):
        return "all time"
    if span.start is None:
        assert span.end is not None
        return f"up to {_day(span.end - timedelta(days=1))}"
    if span.end is None:
        return f"since {_day(span.start)}"
    last = span.end - timedelta(days=1)
    so_far = f" (so far, to {_day(min(last, as_of))})" if span.partial else ""
    return _named(span.start, _unit_end(span) if span.partial else span.end) + so_far


def _unit_end(span: TimeRange) -> date:
    """Where an unfinished calendar unit will end: the shortest one that starts there and outlasts the span."""
    assert span.start
    assert span.end
    ends = [end for unit in ("month", "quarter", "half", "year") if (end := _end_of(span.start, unit)) is not None]
    return next((end for end in ends if end >= span.end), span.end)


def _end_of(start: date, unit: str) -> date | None:
    return add_units(start, unit, 1) if unit_start(start, unit) == start else None


def _named(start: date, end: date) -> str:
    if end == _end_of(start, "year"):
        return str(start.year)
    if end == _end_of(start, "quarter"):
        return f"Q{(start.month + 2) // 3} {start.year}"
    if end == _end_of(start, "month"):
        return f"{start:%B %Y}"
    last = end - timedelta(days=1)
    if start == last:
        return _day(start)
    whole_months = start.day == 1 and end.day == 1
    return f"{start:%B %Y} – {last:%B %Y}" if whole_months else f"{_day(start)} – {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _comparison_label(query: SemanticQuery, as_of: date) -> str:
    assert query.compare is not None
    if query.compare.kind == "range":
        return f"compared with {period_label(query.compare.range, as_of)}"
    return "compared with " + ("a year before" if query.compare.kind == "previous_year" else "the period before")


def _order_label(layer: SemanticLayer, query: SemanticQuery, order: OrderBy) -> str:
    what = {"change": "change", "change_ratio": "relative change", "previous": "value before"}.get(order.column, "")
    several = len(query.metrics) > 1 or order.by not in query.metrics
    named = f" by {_lower_first(_title(layer, order.by))}" if several else ""
    column = f" by {what}" if what else ""
    return ("highest first" if order.descending else "lowest first") + named + column
