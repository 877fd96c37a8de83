"""Plans of the ordinary reading that tell each thing by what another is called, or take a rank for a size."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import SimpleMetric

PLACED = frozenset({"rank", "ranking", "ranks", "position", "standing"})


def named_by_another(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "for each country, list its name and the number of makers" answered by the names of the makers."""
    world, keyed = words.world, {one.field.partition(".")[0] for one in plan.query.group_by}
    for at in range(len(words.tokens)) if plan.query.metrics else ():
        each = words.phrase(at, "for_each")
        for dataset, behind in words.nouns(each) if each is not None else ():
            finer = [name for name in keyed if name in world.layer.datasets and _is_finer(words, name, dataset)]
            alone = [place for place in range(behind, len(words.tokens)) if _is_name_alone(words, place)]
            if finer and alone:
                return (words.tokens[alone[0]].raw,)
    return ()


def _is_finer(words: Words, name: str, dataset: str) -> bool:
    """Whether a dataset's rows are not what each row of another has one of."""
    return name != dataset and words.world.reach.steps(dataset, name) is None


def _is_name_alone(words: Words, at: int) -> bool:
    """Whether "name" or "id" stands here without saying of what."""
    behind = next((end for role in ("names", "keys") if (end := words.phrase(at, role)) is not None), None)
    if behind is None or (at and words.nouns(at - 1)):
        return False
    genitive = words.phrase(behind, "genitive")
    return genitive is None or not words.nouns(words.skip(genitive, "empty"))


def rank_for_size(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the highest rank of the losers" answered with the largest number: the highest rank is the first."""
    layer = words.world.layer
    simple = [metric for name in plan.query.metrics if isinstance(metric := layer.metrics[name], SimpleMetric)]
    extremes = [layer.measures[metric.measure] for metric in simple]
    columns = {str(one.expression or "").casefold().split("_")[-1] for one in extremes if one.agg in ("max", "min")}
    ordered = {one.by.split("_")[-1].split(".")[-1] for one in plan.query.order_by}
    if not PLACED & (columns | ordered):
        return ()
    return tuple(token.raw for token in words.tokens if token.text in word_lists()["judged"])[:1]
