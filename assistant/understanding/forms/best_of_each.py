"""What comes first in each group or time: "best month of every year", "top product per month", "best weekday by team".

The question without the words for the groups is read as an ordinary ranking; what the groups are, as a breakdown of the
number that ranks. Both are then one query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.tokens import Token
from semantic_layer import METRIC_TIME, Filter, GroupBy, OrderBy, SemanticQuery, SimpleMetric, Top, time_of

LONGEST_GROUP = 3
COARSER = ("hour", "day", "week", "month", "quarter", "half", "year")
Tokens = tuple[Token, ...]


@dataclass(frozen=True)
class Split:
    """The words for the groups ("year" of "in each year"), and the question without them."""

    groups: Tokens
    rest: Tokens


def best_of_each(asking: Asking) -> Plan | None:
    """The first few in each of the groups; None for any other question."""
    for split in _splits(asking):
        ranked = asking.read(split.rest)
        if ranked is None or not _ranks_one(ranked.query):
            continue
        within = _breakdown(asking, ranked.query.metrics[0], split.groups)
        query = _query(asking, ranked.query, within) if within is not None else None
        if query is not None and asking.stands(query):
            return replace(ranked, query=query, spans=(), asked=None)
    return None


def _splits(asking: Asking) -> Iterator[Split]:
    """Every way to take "of each year", "per month" or "each team's" out of the question."""
    tokens = asking.tokens
    for at, behind in asking.found("each_group"):
        for size in range(LONGEST_GROUP, 0, -1):
            groups, rest = tokens[behind : behind + size], tokens[behind + size :]
            owned = rest[:1] and rest[0].text in phrases()["owning"]
            if len(groups) == size and _names_groups(asking, groups):
                yield Split(groups, (*tokens[:at], *rest[bool(owned) :]))


def _names_groups(asking: Asking, tokens: Tokens) -> bool:
    units = {name for names in asking.world.language.data["units"].values() for name in names}
    named = any(c.kind in ("dimension", "noun", "metric") for c in asking.world.lexicon.lookup(tokens))
    return named or (len(tokens) == 1 and tokens[0].text in units)


def _ranks_one(query: SemanticQuery) -> bool:
    """Whether a query only ranks groups by one number and keeps the first few."""
    rest = {"metrics": (), "group_by": (), "filters": (), "time_range": None, "order_by": (), "limit": None}
    plain = query.model_copy(update=rest) == SemanticQuery()
    ordered = len(query.order_by) == 1 and query.order_by[0].by in query.metrics and query.order_by[0].column == "value"
    return plain and ordered and len(query.metrics) == 1 and bool(query.group_by) and query.limit is not None


def _breakdown(asking: Asking, metric: str, groups: Tokens) -> SemanticQuery | None:
    """The number broken down by the groups, as it is ordinarily read."""
    title = asking.world.layer.metrics[metric].title
    plan = asking.read([*asking.made(f"{title} by", 0), *groups])
    if plan is None or plan.notes or plan.query.metrics != (metric,) or not plan.query.group_by:
        return None
    rest = {"metrics": (), "group_by": (), "filters": (), "order_by": ()}
    return plan.query if plan.query.model_copy(update=rest) == SemanticQuery() else None


def _query(asking: Asking, ranked: SemanticQuery, within: SemanticQuery) -> SemanticQuery | None:
    own = _in_own_time(asking, ranked, within)
    if own is None or {group.field for group in own} & {group.field for group in within.group_by}:
        return None
    (metric,), order = ranked.metrics, ranked.order_by[0]
    known = [Filter(field=one.field, op="not_null") for one in (*own, *within.group_by) if "." in one.field]
    known = [one for one in known if asking.world.layer.fields[one.field].kind != "time"]
    return SemanticQuery(
        metrics=ranked.metrics,
        group_by=(*own, *within.group_by),
        filters=tuple(dict.fromkeys((*ranked.filters, *within.filters, *known))),
        time_range=ranked.time_range,
        top=Top(
            field=own[0].field,
            by=metric,
            n=ranked.limit or 1,
            within=tuple(dict.fromkeys(one.field for one in within.group_by)),
            descending=order.descending,
        ),
        order_by=() if within.group_by[0].field == METRIC_TIME else (OrderBy(by=metric, descending=order.descending),),
    )


def _in_own_time(asking: Asking, ranked: SemanticQuery, within: SemanticQuery) -> tuple[GroupBy, ...] | None:
    """What is ranked; months within years by the time of their rows. None where the units do not fit in each other."""
    first, outer = ranked.group_by[0], within.group_by[0]
    if METRIC_TIME not in (first.field, outer.field) or first.field != outer.field:
        return ranked.group_by
    layer = asking.world.layer
    measured = (layer.metrics[name] for name in asking.world.reach.leaves(ranked.metrics[0]))
    times = {time_of(layer, one) if isinstance(one, SimpleMetric) else "" for one in measured}
    grains = [one.grain for one in (first, outer)]
    fits = all(grain in COARSER for grain in grains) and COARSER.index(str(grains[0])) < COARSER.index(str(grains[1]))
    if not fits or "week" in grains or len(times) != 1 or "" in times:
        return None
    return (GroupBy(field=times.pop(), grain=first.grain),)
