"""What a follow-up changes of the query before it: each slot is kept, replaced, joined or taken away by rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.understanding import Said
from semantic_layer import (
    METRIC_TIME,
    Comparison,
    Filter,
    GroupBy,
    OrderBy,
    SemanticQuery,
    Share,
    TimeRange,
    Top,
    is_funnel,
    step_shares,
)

MEMBERSHIP = ("in", "not_in")


@dataclass(frozen=True)
class Manner:
    """How the words of a follow-up bind: `adds` joins to what is there, `replaces` puts the new in place of the old.

    Without either the usual sense holds: a new value of the same field, another metric or another period replaces; a
    breakdown replaces one of its own sort. With `narrows` ("just countries") no other breakdown stays.
    """

    adds: bool = False
    replaces: bool = False
    narrows: bool = False


def merge(base: SemanticQuery, said: Said, manner: Manner) -> SemanticQuery | None:
    """The base with what was said; None when nothing was said that changes anything."""
    if not said.slots:
        return None
    query = uncut(base) if _asks_anew(said, manner) else base
    if "metrics" in said.slots:
        query = with_metrics(query, said.query.metrics, adds=manner.adds)
    if "groups" in said.slots:
        query = _with_groups(query, said, manner)
    if "filters" in said.slots:
        query = query.model_copy(update={"filters": merged_filters(query.filters, said.query.filters, manner.adds)})
    query = _with_times(query, said)
    if "ranking" in said.slots:
        query = _ranked(query, said)
    if "shares" in said.slots:
        cases = _cases(said) if not query.group_by else ()
        if not query.group_by and not cases:
            return None  # a share of nothing that was told
        query = query.model_copy(update={"shares": shares_of(query, cases)})
    return with_default_order(_of_the_same_whole(query, base) if "shares" not in said.slots else query)


def _of_the_same_whole(query: SemanticQuery, base: SemanticQuery) -> SemanticQuery:
    """The shares told before, of the same whole when some of their groups are picked: "only high" of all priorities."""
    grouped = {group.field for group in base.group_by} & {group.field for group in query.group_by}
    new = [one for one in query.filters if one not in base.filters and one.field in grouped]
    picked = tuple(dict.fromkeys(one.field for one in new if one.op in ("in", "not_null") and not one.entity))
    if not picked or any(one.of or one.within for one in query.shares):
        return query
    wider = tuple(one.model_copy(update={"apart_from": (*one.apart_from, *picked)}) for one in query.shares)
    return query.model_copy(update={"shares": wider})


def shares_of(query: SemanticQuery, cases: tuple[str, ...] = ()) -> tuple[Share, ...]:
    """Each number as a share of all groups; in the course of time of all cases there were at each one."""
    timed = bool(query.group_by) and all(group.field == METRIC_TIME for group in query.group_by)
    kept = tuple(f.field for f in query.filters if f.op == "in" and not f.entity) if timed else ()
    within = (METRIC_TIME,) if kept else ()
    return tuple(Share(metric=name, within=within, apart_from=kept or cases) for name in query.metrics)


def _cases(said: Said) -> tuple[str, ...]:
    """The fields whose values are the case that a share is of: "share of new"."""
    return tuple(dict.fromkeys(f.field for f in said.query.filters if f.op == "in" and not f.entity))


def _asks_anew(said: Said, manner: Manner) -> bool:
    """ "and order value by channel" behind a top ten: another number by another breakdown, of which all are asked."""
    return {"metrics", "groups"} <= said.slots and "ranking" not in said.slots and not manner.adds


def uncut(query: SemanticQuery) -> SemanticQuery:
    """The query without its cut, and without the conditions that only kept the unknown out of it."""
    if query.limit is None and query.top is None:
        return query
    grouped = {group.field for group in query.group_by}
    kept = tuple(f for f in query.filters if not (f.op == "not_null" and f.field in grouped))
    return query.model_copy(update={"filters": kept, "order_by": (), "limit": None, "skip": 0, "top": None})


def with_metrics(query: SemanticQuery, names: tuple[str, ...], adds: bool = False) -> SemanticQuery:
    """The query with other metrics, or with more of them; what spoke of the old metric speaks of the new one."""
    if adds:
        return query.model_copy(update={"metrics": tuple(dict.fromkeys((*query.metrics, *names)))})
    old, new = query.metrics, names[0]
    order = tuple(o.model_copy(update={"by": new}) if o.by in old else o for o in query.order_by)
    top = query.top and query.top.model_copy(update={"by": new if query.top.by in old else query.top.by})
    shares = (Share(metric=new),) if query.shares and not is_funnel(query) else ()
    parts = {"metrics": names, "order_by": order, "top": top, "shares": shares, "ranks": (), "pivot": None, "cases": ()}
    return query.model_copy(update=parts)


def without_group(query: SemanticQuery, fields: Iterable[str]) -> SemanticQuery:
    """The query without some of its breakdown, and without what only made sense with it."""
    gone = frozenset(fields)
    kept = tuple(group for group in query.group_by if group.field not in gone)
    filters = tuple(f for f in query.filters if not (f.op == "not_null" and f.field in gone))
    order = tuple(o for o in query.order_by if o.by not in gone and (kept or query.entity))
    top: Top | None = None if query.top and gone & {query.top.field, *query.top.within} else query.top
    limit = query.limit if kept or query.entity else None
    shares = query.shares if kept else tuple(one for one in query.shares if one.of)
    parts = {"group_by": kept, "filters": filters, "order_by": order, "top": top, "limit": limit, "shares": shares}
    return query.model_copy(update=parts)


def _with_groups(query: SemanticQuery, said: Said, manner: Manner) -> SemanticQuery:
    """Another breakdown: time takes the place of time, a category that of a category, unless words say otherwise."""
    new = tuple(group for group in said.query.group_by if group not in query.group_by)
    if not new:
        others = {group.field for group in query.group_by if group not in said.query.group_by}
        return without_group(query, others) if manner.narrows or _cuts(said) else query
    names, cut = {group.field for group in new}, _cuts(said)
    old = [group for group in query.group_by if group not in said.query.group_by]  # what is named again stays
    if cut or (manner.narrows and not manner.adds):
        gone = {group.field for group in old}
    else:
        gone = {group.field for group in old if _gives_way(group, new, manner)}
    limit, order, told = query.limit, query.order_by, query.shares
    query = without_group(query, gone)
    kept = query.group_by
    merged = (*(g for g in new if g.grain), *kept, *(g for g in new if not g.grain))
    known = tuple(f for f in said.query.filters if f.op == "not_null" and f.field in names)
    if limit is not None and limit > 1 and len(merged) == 1:
        known = (*known, *(Filter(field=g.field, op="not_null") for g in new if g.field != METRIC_TIME))
        query = query.model_copy(update={"limit": limit, "order_by": order})
    filters = tuple(dict.fromkeys((*query.filters, *known)))
    within = tuple(group.field for group in merged)
    cases = tuple(one.model_copy(update={"within": within}) for one in told if one.is_of_case and not one.of)
    return query.model_copy(update={"group_by": merged, "filters": filters, "shares": cases or query.shares})


def _cuts(said: Said) -> bool:
    return "ranking" in said.slots and said.query.limit is not None


def _gives_way(old: GroupBy, new: tuple[GroupBy, ...], manner: Manner) -> bool:
    """Whether an old breakdown makes room for a new one: the same field, or the same sort, unless words add."""
    if any(old.field == group.field for group in new):
        return True
    return not manner.adds and (manner.replaces or any(_same_sort(old, group) for group in new))


def _same_sort(old: GroupBy, new: GroupBy) -> bool:
    return bool(old.grain) == bool(new.grain) and (old.bands is None) == (new.bands is None)


def merged_filters(old: tuple[Filter, ...], new: tuple[Filter, ...], adds: bool) -> tuple[Filter, ...]:
    """The conditions together: one field has one set of values, or one of values left out."""
    found = list(old)
    for condition in new:
        if condition.op == "not_null" and condition in found:
            continue
        at = next((i for i, other in enumerate(found) if _about_the_same(other, condition)), None)
        if at is None:
            found.append(condition)
        else:
            found[at] = _joined(found[at], condition, adds)
    return tuple(dict.fromkeys(found))


def _about_the_same(old: Filter, new: Filter) -> bool:
    alike = (old.field, old.via, old.entity) == (new.field, new.via, new.entity)
    return alike and (old.op in MEMBERSHIP) == (new.op in MEMBERSHIP) and old.op != "not_null"


def _joined(old: Filter, new: Filter, adds: bool) -> Filter:
    kept = tuple(value for value in old.values if value not in new.values)
    if (old.op, new.op) == ("in", "not_in") and kept and len(kept) < len(old.values):
        return old.model_copy(update={"values": kept})
    if old.op == new.op and old.op in MEMBERSHIP and (adds or new.op == "not_in"):
        return old.model_copy(update={"values": (*kept, *new.values)})
    if (old.op, new.op) == ("not_in", "in") and adds and kept:
        return old.model_copy(update={"values": kept})
    return new


def _with_times(query: SemanticQuery, said: Said) -> SemanticQuery:
    if "compare" in said.slots:
        span = said.query.time_range if "time" in said.slots else query.time_range
        return query.model_copy(update={"time_range": span, "compare": said.query.compare})
    if "time" in said.slots:
        return with_period(query, said.query.time_range)
    return query


def with_period(query: SemanticQuery, span: TimeRange | None) -> SemanticQuery:
    """The query for another period; a comparison with the period right before goes along, any other range does not."""
    if span is not None and any(group.entity for group in query.group_by):
        return _period_of_each(query, span)
    if (within := _period_of_deeds(query)) is not None and span is not None:
        moved = (f.model_copy(update={"time_range": span}) if f.time_range == within else f for f in query.filters)
        return query.model_copy(update={"filters": tuple(moved)})
    compare = query.compare
    if compare is not None and compare.kind == "range":
        then, now = compare.range, query.time_range
        follows = bool(then and now and then.end == now.start)
        yearly = follows and span is not None and _is_year(then) and _is_year(now) and _is_within(span, now)
        kind = "previous_year" if yearly else "previous_period"
        compare = Comparison(kind=kind) if follows and span is not None else None
    return query.model_copy(update={"time_range": span, "compare": compare if span is not None else None})


def _is_year(span: TimeRange | None) -> bool:
    """Whether a period is a whole year of the calendar."""
    first, last = (span.start, span.end) if span is not None else (None, None)
    return first is not None and last is not None and last == first.replace(year=first.year + 1) and first.month == 1


def _is_within(span: TimeRange | None, whole: TimeRange | None) -> bool:
    """Whether a period is a part of another one."""
    if span is None or whole is None or not (span.start and span.end and whole.start and whole.end):
        return False
    return whole.start <= span.start and span.end <= whole.end


def _period_of_each(query: SemanticQuery, span: TimeRange) -> SemanticQuery:
    """The query with the numbers of each entity, and the conditions on the same numbers, for another period."""
    told = {"time_range": span}
    groups = tuple(group.model_copy(update=told) if group.entity else group for group in query.group_by)
    names = {(group.field, group.entity) for group in groups}
    filters = (one.model_copy(update=told) if (one.field, one.entity) in names else one for one in query.filters)
    return query.model_copy(update={"group_by": groups, "filters": tuple(filters)})


def _period_of_deeds(query: SemanticQuery) -> TimeRange | None:
    """The one period that only limits what each one did ("women who ordered in May"); None for any other query."""
    listed = query.entity and not query.metrics
    spans = [f.time_range for f in query.filters if (f.entity or listed) and f.time_range is not None]
    return spans[0] if spans and query.time_range is None and all(span == spans[0] for span in spans) else None


def _ranked(query: SemanticQuery, said: Said) -> SemanticQuery:
    """The asked order and cut; words of order alone keep the cut that is there."""
    kept = query.order_by[0].by if query.order_by and not said.ranks and said.query.order_by else ""
    kept = kept if kept in query.metrics else ""
    column = query.order_by[0].column if kept and query.compare else "value"
    told = {"column": column} if column != "value" else {}
    timed = any(group.field == METRIC_TIME for group in query.group_by)
    names = tuple(
        o if timed and o.by == METRIC_TIME else o.model_copy(update={"by": kept or _by(query, o.by), **told})
        for o in said.query.order_by
    )
    limit = said.query.limit if said.query.limit is not None else query.limit
    known = tuple(f for f in said.query.filters if f.op == "not_null" and f not in query.filters)
    filters = (*query.filters, *known) if said.query.limit is not None else query.filters
    parts = {"order_by": names, "limit": limit, "top": said.query.top, "filters": filters}
    return query.model_copy(update=parts)


def _by(query: SemanticQuery, name: str) -> str:
    return name if name in query.metrics or not query.metrics else query.metrics[0]


def with_default_order(query: SemanticQuery) -> SemanticQuery:
    """One category is sorted by its number; a course of time runs forward, and so do bands."""
    grouped = len(query.group_by) == 1 and query.group_by[0].grain is None and query.group_by[0].bands is None
    if query.metrics and not query.order_by and (grouped or query.entity):
        return query.model_copy(update={"order_by": (OrderBy(by=query.metrics[0]),)})
    if query.limit is None and query.top is None and any(group.grain for group in query.group_by):
        return query.model_copy(update={"order_by": ()})
    return query


@dataclass(frozen=True)
class Removal:
    """What a follow-up takes away: metrics, breakdowns, conditions (by field), the period, the cut."""

    metrics: frozenset[str] = field(default_factory=frozenset[str])
    groups: frozenset[str] = field(default_factory=frozenset[str])
    filters: frozenset[str] = field(default_factory=frozenset[str])
    period: bool = False
    compare: bool = False
    limit: bool = False


def remove(query: SemanticQuery, removal: Removal) -> SemanticQuery | None:
    """The query without those parts; None when it would measure nothing or nothing changes."""
    metrics = tuple(name for name in query.metrics if name not in removal.metrics)
    if not metrics and not query.entity:
        return None
    changed = without_group(query, removal.groups)
    if metrics != query.metrics:
        order = tuple(o for o in changed.order_by if o.by in metrics or o.by not in query.metrics)
        told = step_shares(metrics) if is_funnel(query) and len(metrics) > 1 else changed.shares
        shares = tuple(s for s in told if s.metric in metrics and (not s.of or s.of in metrics))
        changed = changed.model_copy(update={"metrics": metrics, "order_by": order, "shares": shares})
    grouped = {group.field for group in changed.group_by}
    cut = {"not_null"} if removal.limit else set[str]()
    kept = (f for f in changed.filters if not (f.op in cut and f.field in grouped))
    filters = tuple(f for f in kept if f.field not in removal.filters or f.op == "not_null")
    compare = None if removal.compare or removal.period else changed.compare
    span = None if removal.period else changed.time_range
    limit = None if removal.limit else changed.limit
    parts = {"filters": filters, "time_range": span, "compare": compare, "limit": limit}
    changed = with_default_order(changed.model_copy(update=parts))
    return None if changed == query else changed
