"""Follow-ups that ask for the answer before as a part of something."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import shares_of, with_metrics
from assistant.conversation.phrases import words_of
from assistant.conversation.population import is_cut
from semantic_layer import RatioMetric, Share, SimpleMetric


def read_share(follow_up: FollowUp) -> Reading | None:
    """Each group as its share of all of them."""
    phrases, words = follow_up.phrases, follow_up.words
    size = phrases.opens(words, "ratios")
    total = size and phrases.is_one(words[size:], "totals")
    if not phrases.is_one(words, "shares") and not total:
        return None
    base, layer = follow_up.base, follow_up.understanding.world.layer
    if len(base.group_by) != 1 or not all(_adds_up(layer, name) for name in base.metrics) or not base.metrics:
        return follow_up.refuse("no_share")
    return Plan(base.model_copy(update={"shares": shares_of(base)}))


def _adds_up(layer: object, name: str) -> bool:
    metric = layer.metrics[name]  # type: ignore[attr-defined]  # a SemanticLayer
    if not isinstance(metric, SimpleMetric):
        return False
    return layer.measures[metric.measure].agg in ("sum", "count", "count_distinct")  # type: ignore[attr-defined]  # same


def read_asked_share(follow_up: FollowUp) -> Reading | None:
    """ "what share is that?": of all groups, of all without the one condition, or the ratio that it is part of.

    Where two of them could be meant, which one is asked back.
    """
    phrases, base = follow_up.phrases, follow_up.base
    said = (follow_up.words, words_of(follow_up.rest))
    if len(base.metrics) != 1 or not any(phrases.is_one(words, "asked_share") for words in said):
        return None
    adds = _adds_up(follow_up.understanding.world.layer, base.metrics[0])
    cases = [one.field for one in base.filters if "." in one.field and not one.entity]
    queries = [with_metrics(base, (name,)) for name in _rates(follow_up)]
    if adds and len(base.group_by) == 1:
        queries.append(base.model_copy(update={"shares": (Share(metric=base.metrics[0]),)}))
        group = base.group_by[0].field
        each = Share(metric=base.metrics[0], within=(group,), apart_from=tuple(case for case in cases if case != group))
        queries += [base.model_copy(update={"shares": (each,)})] if each.apart_from else []
    elif adds and not base.group_by and len(cases) == len(base.filters) == 1:
        queries.append(base.model_copy(update={"shares": (Share(metric=base.metrics[0], apart_from=(cases[0],)),)}))
    plans = [Plan(query) for query in queries if follow_up.stands(query)]
    if not plans or is_cut(base):
        return follow_up.refuse("no_share")
    return plans[0] if len(plans) == 1 else follow_up.ask_which(plans)


def _rates(follow_up: FollowUp) -> list[str]:
    """The ratios of the layer that the number before is the upper part of; all tickets are no part of the orders."""
    world, above = follow_up.understanding.world, follow_up.base.metrics[0]
    metrics, counted = world.layer.metrics.values(), world.nouns.counted
    ratios = [metric for metric in metrics if isinstance(metric, RatioMetric) and not metric.hidden]
    parts = (one for one in ratios if one.numerator == above and one.format == "percent")
    return [one.name for one in parts if above not in counted or one.denominator not in counted]


def read_rate(follow_up: FollowUp) -> Reading | None:
    """ "rate" alone: the ratio of the layer that the number before is the upper part of."""
    language, layer = follow_up.understanding.world.language, follow_up.understanding.world.layer
    told = [word for word in follow_up.words if word not in language.fillers]
    bare = {word for word in language.words("share_words") if "share" not in language.cues.get(word, ())}
    if not told or not set(told) <= bare or len(follow_up.base.metrics) != 1:
        return None
    above = follow_up.base.metrics[0]
    metrics = (metric for metric in layer.metrics.values() if isinstance(metric, RatioMetric) and not metric.hidden)
    found = [metric.name for metric in metrics if metric.numerator == above]
    if len(found) != 1:
        return follow_up.refuse("no_ratio", words=follow_up.text())
    return Plan(with_metrics(follow_up.base, (found[0],)))


def read_ratio(follow_up: FollowUp) -> Reading | None:
    """ "as a share of tickets": the ratio of the layer that divides the number before by that one."""
    phrases, words = follow_up.phrases, follow_up.words
    size = phrases.opens(words, "ratios")
    if not size or len(follow_up.base.metrics) != 1:
        return None
    rest = follow_up.tokens[size:]
    world = follow_up.understanding.world
    below = {c.target for e in follow_up.understanding.meanings(rest) for c in e.concepts if c.kind == "metric"}
    nouns = {c.target for e in follow_up.understanding.meanings(rest) for c in e.concepts if c.kind == "noun"}
    below |= {count for noun in nouns if (count := world.nouns.count_of(noun))}
    above = follow_up.base.metrics[0]
    found = [
        metric.name
        for metric in world.layer.metrics.values()
        if isinstance(metric, RatioMetric) and metric.numerator == above and metric.denominator in below
    ]
    if len(found) == 1:
        return Plan(with_metrics(follow_up.base, (found[0],)))
    if "relative" in words_of(rest[:1]) or not below:
        return None
    text = " ".join(token.raw for token in follow_up.tokens)
    return follow_up.refuse("no_ratio", words=text)
