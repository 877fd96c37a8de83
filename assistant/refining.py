"""An answer changed without words: the alternatives of each of its chips, and what may be asked next.

Every alternative is a whole query, made by replacing a part of the one that was answered and held against the semantic
layer, so that what is offered can be answered. No text is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice

from assistant.answer import Part
from assistant.understanding import interpret
from assistant.understanding.periods import Period, add_months, unit_start
from semantic_layer import (
    METRIC_TIME,
    Comparison,
    Filter,
    GroupBy,
    OrderBy,
    QueryError,
    SemanticLayer,
    SemanticQuery,
    TimeRange,
    check,
    is_funnel,
    parts,
    step_shares,
)

MOST_CHOICES, MOST_TRIED, MOST_VALUES, MOST_STEPS = 40, 80, 60, 3
GRAINS = ("day", "week", "month", "quarter", "year")
LIMITS = (5, 10, 20, 50)
Values = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class World:
    """What alternatives are made from: the layer, the values of its fields, and the last day of data."""

    layer: SemanticLayer
    values: Values
    as_of: date


@dataclass(frozen=True)
class Choice:
    """One alternative: `key` says what kind of change it is (a screen words it), `label` names what of the data."""

    key: str
    query: SemanticQuery
    label: str = ""

    @property
    def id(self) -> str:
        """What names the choice: the same for the same query, so that a late click never means another one."""
        return sha256(self.query.model_dump_json().encode()).hexdigest()[:16]


def chips(world: World, query: SemanticQuery) -> tuple[Part, ...]:
    """The parts of a query that can be changed, in reading order."""
    return interpret(world.layer, query, world.as_of).parts


def alternatives(world: World, query: SemanticQuery, place: int) -> tuple[Choice, ...]:
    """What can stand in the place of a chip; nothing for a place that is not there."""
    found = chips(world, query)
    if not 0 <= place < len(found):
        return ()
    part = found[place]
    nth = sum(one.kind == part.kind for one in found[:place])
    return tuple(_possible(world, query, _MENUS[part.kind](world, query, part, nth)))


def additions(world: World, query: SemanticQuery, kind: str) -> tuple[Choice, ...]:
    """What can be added to a query: a breakdown, a condition on a field (then its values), a comparison."""
    if kind.startswith("filter:"):
        return tuple(_possible(world, query, _conditions(world, query, kind.partition(":")[2])))
    made = {"dimension": _breakdowns, "comparison": _comparisons}.get(kind)
    return tuple(_possible(world, query, made(world, query))) if made else ()


def filterable(world: World, query: SemanticQuery) -> tuple[tuple[str, str], ...]:
    """(name, title) of the fields with known values that a condition of this query can be on."""
    taken = {condition.field for condition in query.filters}
    tried = ((name, _first_value(world, name)) for name in _fields(world, query) if name not in taken)
    fitting = ((name, _with(query, filters=(*query.filters, f))) for name, f in tried if f is not None)
    found = islice((name for name, one in fitting if _fits(world, one)), MOST_CHOICES)
    return tuple((name, world.layer.fields[name].title) for name in found)


def next_steps(world: World, query: SemanticQuery) -> tuple[Choice, ...]:
    """A few questions that go on from an answer: over time, by a dimension, against the year before."""
    if query.entity or not query.metrics:
        return ()
    grouped = {group.field for group in query.group_by}
    steps: list[Iterable[Choice]] = []
    if METRIC_TIME not in grouped and not query.compare:
        steps.append([_over_time(query)])
    if not grouped - {METRIC_TIME}:
        broken_down = (one for one in _breakdowns(world, query) if one.key == "by")
        steps.append(islice(_possible(world, query, broken_down), 1))
    steps.append(one for one in _comparisons(world, query) if one.key == "previous_year")
    steps.append(_before(query))
    return tuple(islice((one for step in steps for one in _possible(world, query, step)), MOST_STEPS))


# --- what fits


def _possible(world: World, query: SemanticQuery, choices: Iterable[Choice]) -> Iterator[Choice]:
    """Those of the choices that change something and that the layer can answer."""
    tried = islice((one for one in choices if one.query != query), MOST_TRIED)
    yield from islice((one for one in tried if _fits(world, one.query)), MOST_CHOICES)


def _fits(world: World, query: SemanticQuery) -> bool:
    with suppress(QueryError):
        check(world.layer, query)
        return True
    return False


def _with(query: SemanticQuery, **changes: object) -> SemanticQuery:
    return query.model_copy(update=changes)


# --- metrics


def _metrics(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    if nth >= len(query.metrics):  # a share: it goes with its metric
        return
    old = query.metrics[nth]
    if len(query.metrics) > 1:
        rest = tuple(name for name in query.metrics if name != old)
        shares = step_shares(rest) if is_funnel(query) and len(rest) > 1 else query.shares
        yield Choice("remove", _with(_without_order(query, old), metrics=rest, shares=shares), part.label)
    for name in _akin(world.layer, old):
        if name not in query.metrics:
            yield Choice("metric", _swapped(query, old, name), world.layer.metrics[name].title)


def _akin(layer: SemanticLayer, name: str) -> list[str]:
    """The other metrics, those that share most of what they are made of first."""
    own = set(parts(layer, name))
    shown = [m for m in layer.metrics.values() if not m.hidden and m.type != "unavailable" and m.name != name]
    words = set(name.split("_"))
    alike = {m.name: (len(own & set(parts(layer, m.name))), len(words & set(m.name.split("_")))) for m in shown}
    return sorted(alike, key=lambda one: alike[one], reverse=True)


def _swapped(query: SemanticQuery, old: str, new: str) -> SemanticQuery:
    def named(name: str) -> str:
        return new if name == old else name

    return _with(
        query,
        metrics=tuple(named(name) for name in query.metrics),
        order_by=tuple(one.model_copy(update={"by": named(one.by)}) for one in query.order_by),
        shares=tuple(one.model_copy(update={"metric": named(one.metric), "of": named(one.of)}) for one in query.shares),
        ranks=tuple(one.model_copy(update={"metric": named(one.metric)}) for one in query.ranks),
        top=query.top.model_copy(update={"by": named(query.top.by)}) if query.top else None,
    )


def _without_order(query: SemanticQuery, name: str) -> SemanticQuery:
    return _with(query, order_by=tuple(one for one in query.order_by if one.by != name))


# --- breakdowns


def _groups(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    same = [group for group in query.group_by if bool(group.grain) == (part.kind == "grain")]
    place = nth - (1 if query.entity and part.kind == "dimension" else 0)
    if not 0 <= place < len(same):
        return
    old = same[place]
    rest = tuple(group for group in query.group_by if group != old)
    yield Choice("remove", _with(_without_order(query, old.field), group_by=rest), part.label)
    if old.grain:
        yield from (
            Choice(f"grain_{grain}", _regrouped(query, old, old.model_copy(update={"grain": grain})))
            for grain in GRAINS
        )
        return
    taken = {group.field for group in query.group_by}
    for name in _fields(world, query):
        if name not in taken:
            yield Choice("by", _regrouped(query, old, GroupBy(field=name)), world.layer.fields[name].title)


def _regrouped(query: SemanticQuery, old: GroupBy, new: GroupBy) -> SemanticQuery:
    order = tuple(one.model_copy(update={"by": new.field}) if one.by == old.field else one for one in query.order_by)
    return _with(query, group_by=tuple(new if one == old else one for one in query.group_by), order_by=order)


def _breakdowns(world: World, query: SemanticQuery) -> Iterator[Choice]:
    taken = {group.field for group in query.group_by}
    if METRIC_TIME not in taken:
        yield _over_time(query)
    for name in _fields(world, query):
        if name not in taken:
            grouped = _with(query, group_by=(*query.group_by, GroupBy(field=name)))
            sorted_ = OrderBy(by=query.metrics[0]) if query.metrics and not query.group_by else None
            ordered = _with(grouped, order_by=(sorted_,)) if sorted_ and not query.order_by else grouped
            yield Choice("by", ordered, world.layer.fields[name].title)


def _over_time(query: SemanticQuery) -> Choice:
    span = query.time_range
    days = (span.end - span.start).days if span and span.start and span.end else 1000
    grain = "day" if days <= 45 else "week" if days <= 120 else "month"
    ordered = (OrderBy(by=METRIC_TIME, descending=False),)
    group = (GroupBy(field=METRIC_TIME, grain=grain), *query.group_by)
    return Choice(f"grain_{grain}", _with(query, group_by=group, order_by=ordered, limit=None, top=None))


def _fields(world: World, query: SemanticQuery) -> list[str]:
    """Fields with few known values: those of the tables that the metrics are counted in first, then the fewest."""
    made_of = (world.layer.metrics[part] for name in query.metrics for part in parts(world.layer, name))
    near = {str(getattr(metric, "measure", "")).partition(".")[0] for metric in made_of}
    near |= {one.field.partition(".")[0] for one in (*query.group_by, *query.filters)}
    sized = [name for name in world.values if 1 < len(world.values[name]) <= MOST_VALUES and name in world.layer.fields]
    return sorted(sized, key=lambda name: (name.partition(".")[0] not in near, len(world.values[name]) > 12))


# --- conditions


def _filters(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    if nth >= len(query.filters):
        return
    old = query.filters[nth]
    rest = tuple(one for place, one in enumerate(query.filters) if place != nth)
    yield Choice("remove", _with(query, filters=rest), part.label)
    opposite = {"in": "not_in", "not_in": "in", "eq": "ne", "ne": "eq"}.get(old.op)
    if opposite and not old.entity:
        yield Choice("not" if opposite in ("not_in", "ne") else "only", _refiltered(query, nth, {"op": opposite}))
    if old.op in ("in", "eq", "not_in", "ne") and not old.entity:
        for value, _ in world.values.get(old.field, ())[:MOST_VALUES]:
            yield Choice("value", _refiltered(query, nth, {"values": (value,)}), value)


def _refiltered(query: SemanticQuery, place: int, changes: Mapping[str, object]) -> SemanticQuery:
    changed = Filter.model_validate(query.filters[place].model_dump() | dict(changes))
    return _with(query, filters=(*query.filters[:place], changed, *query.filters[place + 1 :]))


def _conditions(world: World, query: SemanticQuery, field: str) -> Iterator[Choice]:
    for value, _ in world.values.get(field, ())[:MOST_VALUES]:
        condition = Filter(field=field, op="in", values=(value,))
        yield Choice("value", _with(query, filters=(*query.filters, condition)), value)


def _first_value(world: World, field: str) -> Filter | None:
    known = world.values.get(field, ())
    return Filter(field=field, op="in", values=(known[0][0],)) if known else None


# --- periods and comparisons


def _periods(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    del part, nth
    for key, span in presets(world.as_of):
        yield Choice(f"period_{key}", with_period(query, span))


def presets(as_of: date) -> tuple[tuple[str, TimeRange | None], ...]:
    """(key, span) of the periods that people look at most, by the last day of data."""
    found: list[tuple[str, TimeRange | None]] = []
    for unit, months in (("month", 1), ("quarter", 3), ("year", 12)):
        start = unit_start(as_of, unit)
        found.append((f"this_{unit}", Period(start, add_months(start, months), unit, "").clipped(as_of)))
        found.append((f"last_{unit}", TimeRange(start=add_months(start, -months), end=start)))
    tomorrow = as_of + timedelta(days=1)
    found += [(f"days_{days}", TimeRange(start=tomorrow - timedelta(days=days), end=tomorrow)) for days in (7, 30, 90)]
    this_month = unit_start(as_of, "month")
    found.append(("months_12", TimeRange(start=add_months(this_month, -12), end=this_month)))
    return (*found, ("all", None))


def with_period(query: SemanticQuery, span: TimeRange | None) -> SemanticQuery:
    """The query for another period; a comparison with fixed days goes, since it belonged to the old one."""
    keeps = span is not None and query.compare is not None and query.compare.kind != "range"
    return _with(query, time_range=span, compare=query.compare if keeps else None)


def _compared(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    del nth
    yield Choice("remove", _with(query, compare=None), part.label)
    yield from _comparisons(world, query)


def _comparisons(world: World, query: SemanticQuery) -> Iterator[Choice]:
    del world
    if query.time_range is not None and query.time_range.start is not None:
        yield Choice("previous_period", _with(query, compare=Comparison(kind="previous_period")))
        yield Choice("previous_year", _with(query, compare=Comparison(kind="previous_year")))


def _before(query: SemanticQuery) -> Iterator[Choice]:
    """The same question for the time just before."""
    span = query.time_range
    if span is None or span.start is None or span.end is None or span.partial or query.compare:
        return
    whole = span.start.day == 1 and span.end.day == 1
    months = (span.end.year - span.start.year) * 12 + span.end.month - span.start.month
    start = add_months(span.start, -months) if whole else span.start - (span.end - span.start)
    yield Choice("before", _with(query, time_range=TimeRange(start=start, end=span.start)))


# --- order and cut


def _orders(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    del world, part
    if nth < len(query.order_by):
        old = query.order_by[nth]
        turned = old.model_copy(update={"descending": not old.descending})
        order = (*query.order_by[:nth], turned, *query.order_by[nth + 1 :])
        yield Choice("lowest" if old.descending else "highest", _with(query, order_by=order))


def _limits(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    del world, nth
    yield Choice("remove", _with(query, limit=None, top=None, skip=0), part.label)
    for count in LIMITS:
        cut = {"top": query.top.model_copy(update={"n": count})} if query.top else {"limit": count}
        yield Choice("first", _with(query, **cut), str(count))


def _nothing(world: World, query: SemanticQuery, part: Part, nth: int) -> Iterator[Choice]:
    del world, query, part, nth
    yield from ()


_MENUS: Mapping[str, Callable[[World, SemanticQuery, Part, int], Iterator[Choice]]] = {
    "metric": _metrics,
    "dimension": _groups,
    "grain": _groups,
    "period": _periods,
    "filter": _filters,
    "comparison": _compared,
    "order": _orders,
    "limit": _limits,
    "segment": _nothing,
}
