"""Doubts of a share that is also the name of a rate: "share of discounts by channel" may be that in all discounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted
from semantic_layer import OrderBy, RatioMetric, SemanticQuery, Share, adds_up, stands

LONGEST_SHARE = 3  # "percentage of refunds"


def _rate_or_part(asked: Doubted) -> Iterator[Doubt]:
    """The rate within each group, or the part of the total: where what the share is of is an amount of its own."""
    query, metrics = asked.query, asked.world.layer.metrics
    if len(query.metrics) != 1 or not query.group_by or query.shares or query.compare or query.top:
        return
    rate, asked_first = metrics[query.metrics[0]], asked.plan.asked.metrics if asked.plan.asked else ()
    named = {rate.name, *asked_first}
    spans = [span for span in asked.plan.spans if span.role == "metric" and span.target in named]
    for span in spans if isinstance(rate, RatioMetric) and rate.format == "percent" else ():
        told = (_shared(query, amount) for amount in _amounts(asked, span.text))
        other = next((one for one in told if stands(asked.world.layer, one)), None)
        if other is not None:
            yield Doubt((span.text,), "rate_or_part", (query, other))


def _rate_or_origin(asked: Doubted) -> Iterator[Doubt]:
    """ "percentage of refunds from app orders": the rate of app orders, or the part of all refunds that came so."""
    query, layer = asked.query, asked.world.layer
    cases = [one for one in query.filters if one.op == "in" and not one.entity]
    plain = len(query.metrics) == len(cases) == len(query.filters) == 1 and not (query.group_by or query.shares)
    spans = [one for one in asked.plan.spans if plain and one.role == "metric" and one.target == query.metrics[0]]
    for span in spans if plain and isinstance(layer.metrics[query.metrics[0]], RatioMetric) else ():
        words = asked.world.language.tokens(span.text)
        behind = next((token for token in asked.said if token.start >= span.end), None)
        origin = behind is not None and behind.text in asked.words("through_words")
        counted = [c.target for c in asked.concepts_of(words[2:]) if c.kind == "metric" and adds_up(layer, c.target)]
        if len(words) == LONGEST_SHARE and words[0].text in asked.words("share_words") and origin and counted:
            share = Share(metric=counted[0], apart_from=(cases[0].field,))
            part = query.model_copy(update={"metrics": (counted[0],), "shares": (share,)})
            yield Doubt((span.text,), "rate_or_part", (query, part))


def _amounts(asked: Doubted, named: str) -> list[str]:
    """The amounts that words call with one for a share before or behind it; none for any other name."""
    words, layer = asked.world.language.tokens(named), asked.world.layer
    parts, genitive = asked.words("part_words"), asked.words("genitive")
    if len(words) > 2 and words[0].text in parts and words[1].text in genitive:
        rest = words[2:]
    elif len(words) > 1 and words[-1].text in parts:
        rest = words[:-1]
    else:
        return []
    found = [c.target for c in asked.concepts_of(rest) if c.kind == "metric" and adds_up(layer, c.target)]
    plain = [name for name in found if len(rest) == 1 or layer.metrics[name].format == "currency"]
    return [one for name in plain for one in (name, *layer.metrics[name].stand_ins)]


def _shared(query: SemanticQuery, amount: str) -> SemanticQuery:
    timed = any(group.grain for group in query.group_by)
    order = () if timed else (OrderBy(by=amount),)
    return query.model_copy(update={"metrics": (amount,), "shares": (Share(metric=amount),), "order_by": order})


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_rate_or_part, _rate_or_origin)
