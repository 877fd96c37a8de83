"""A rate named where another part is asked: "what percentage of abandoned carts came from mobile devices".

The words are those of the abandonment rate, but what is behind the verb is the part that is asked for. "The
conversion rate of visitors coming from Instagram" names the rate itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Plan, Span
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token, tokenize
from semantic_layer import RatioMetric, Share, SimpleMetric, stands


def part_behind_verb(plan: Plan, tokens: Sequence[Token], world: World) -> Plan:
    """The rows that the words of a rate count, shared by the condition behind a verb; any other plan as it is."""
    query = plan.query
    named = next((span for span in plan.spans if span.role == "metric" and span.target in query.metrics), None)
    if named is None or len(query.metrics) != 1 or query.shares or query.group_by or query.compare:
        return plan
    if not isinstance(world.layer.metrics[named.target], RatioMetric):
        return plan
    counted = _counted(named, world)
    verb = next((token for token in tokens if token.start >= named.end), None)
    if not counted or verb is None or verb.text not in world.language.words("stemming_verbs"):
        return plan
    cases = tuple(dict.fromkeys(one.field for one in query.filters if one.op == "in" and not one.entity))
    if len(cases) != len(query.filters) or len(cases) != 1 or not _is_behind(plan, cases[0], verb):
        return plan
    share = Share(metric=counted, apart_from=cases)
    told = query.model_copy(update={"metrics": (counted,), "shares": (share,), "order_by": ()})
    spans = tuple(replace(span, target=counted) if span is named else span for span in plan.spans)
    return replace(plan, query=told, spans=spans) if stands(world.layer, told) else plan


def _counted(named: Span, world: World) -> str:
    """The number that is called by the words behind "percentage of"; empty for a name without these."""
    words = tokenize(named.text, world.language.forms)
    first, rest = (words[0].text if words else ""), words[1:]
    if first not in world.language.words("share_words"):  # "conversion rate of visitors" is asked for by its own name
        return ""
    if len(rest) < 2 or rest[0].text not in world.language.words("genitive"):
        return ""
    found = [c.target for c in world.lexicon.lookup(rest[1:]) if c.kind == "metric"]
    counts = [one for one in found if isinstance(world.layer.metrics[one], SimpleMetric)]
    return counts[0] if len(set(counts)) == 1 else ""


def _is_behind(plan: Plan, field: str, verb: Token) -> bool:
    """Whether the value of the condition stands behind the verb."""
    told = (span for span in plan.spans if span.role == "value" and span.target.startswith(f"{field}="))
    return any(span.start >= verb.end for span in told)
