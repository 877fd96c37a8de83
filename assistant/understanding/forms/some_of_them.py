"""A second question that asks for a part of the first: "how many orders in May, and how many of them from Germany"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, SemanticQuery, Share


def some_of_them(asking: Asking) -> Plan | None:
    """Those of the part beside all the others, with shares; None where nothing or something else is asked of them.

    Both together are what the first question counts, so the part and the whole can be read off.
    """
    texts = {token.text for token in asking.tokens}
    if not texts & phrases()["pointing_at_them"]:
        return None
    for at, behind in asking.found("how_many_of_them"):
        start = at - 1 if asking.tokens[at - 1].text in phrases()["before_second"] else at
        first = asking.read(asking.tokens[:start]) if start > 1 else None
        counts = first is not None and all(name in asking.world.nouns.counted for name in first.query.metrics)
        if first is not None and counts and len(first.query.metrics) == 1 and not first.query.group_by:
            return _beside_others(asking, first, asking.tokens[behind:])
    return None


def _beside_others(asking: Asking, first: Plan, said: Sequence[Token]) -> Plan | None:
    found = (_set_apart(asking, first.query, part) for part in _parts(asking, first, said))
    return next((replace(first, query=query) for query in found if asking.stands(query)), None)


def _parts(asking: Asking, first: Plan, said: Sequence[Token]) -> Iterator[Filter]:
    """The one condition on rows that the second question adds to the first."""
    layer, (counted,) = asking.world.layer, first.query.metrics
    for name in (layer.metrics[counted].title, layer.datasets[asking.world.nouns.counted[counted]].title):
        subject = asking.made(name, 0)
        plan = asking.read([*asking.made("how many", 0), *subject, *said])
        if plan is None or plan.notes or plan.query.time_range not in (None, first.query.time_range):
            continue
        freed = plan.query.model_copy(update={"filters": (), "time_range": None})
        more = [one for one in plan.query.filters if one not in first.query.filters]
        if (
            freed == SemanticQuery(metrics=first.query.metrics)
            and len(more) == 1
            and _tells_rows_apart(asking, more[0])
        ):
            yield more[0]


def _tells_rows_apart(asking: Asking, part: Filter) -> bool:
    """Whether a condition gives each row a group: values of a field, or being in a segment."""
    if part.entity or part.time_range or part.where or part.than:
        return False
    if part.field in asking.world.layer.segments:
        return part.op == "eq"
    return part.op in ("in", "eq") and all(isinstance(value, str) for value in part.values)


def _set_apart(asking: Asking, query: SemanticQuery, part: Filter) -> SemanticQuery:
    segment = part.field in asking.world.layer.segments
    apart = () if segment else tuple(str(value) for value in part.values)
    group = GroupBy(field=part.field, via=part.via, apart=apart)
    shares = tuple(Share(metric=name) for name in query.metrics)
    return query.model_copy(update={"group_by": (group,), "shares": shares})
