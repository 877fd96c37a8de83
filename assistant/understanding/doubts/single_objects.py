"""Doubts of bounds on one thing: "who won a deal over 20k" asks for each deal's worth, not for how many there were."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.chart import amount_of
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import is_count

BOUNDS = frozenset({"gt", "ge", "lt", "le"})
FARTHEST = 5
"""How many words stand at most between the thing and its number: "a deal that was worth more than 20k"."""

MOST_BETWEEN = 3


def _bound_of_one(asked: Doubted) -> Iterator[Doubt]:
    """A bound on how many there were, or on what all are worth, where the words bound one of them."""
    metrics = asked.world.layer.metrics
    bounds = [one for one in asked.query.filters if one.field in metrics and one.op in BOUNDS and not one.where]
    for at in range(2, len(asked.tokens)):
        number = amount_of(asked.text(at))
        if number is None or all(number not in one.values for one in bounds):
            continue
        thing = next((i for i in range(at - 1, max(at - 1 - FARTHEST, 0), -1) if _is_thing(asked, i)), None)
        if thing is not None and _is_one(asked, thing):
            yield Doubt(raw(asked.tokens[thing - 1 : at + 1]), "bound_of_one")


def _is_thing(asked: Doubted, at: int) -> bool:
    return any(concept.kind == "noun" for concept in asked.concepts(at))


def _is_one(asked: Doubted, at: int) -> bool:
    """Whether a thing stands in the singular behind an article, perhaps with a value between: "an open deal"."""
    articles = asked.words("articles") | {"a", "an"}
    if "average" in asked.cues(at - 1):
        return False  # "an average order value above 60"
    before = asked.text(at - 1) if asked.text(at - 1) in articles else asked.text(at - 2)
    return not asked.is_plural(at) and before in articles


def _most_of_one(asked: Doubted) -> Iterator[Doubt]:
    """A ranking by how many there are, where the words ask for one by its size: "who has the largest open deal"."""
    layer, reach = asked.world.layer, asked.world.reach
    counts = [one.by for one in asked.query.order_by if one.by in layer.metrics and is_count(layer, one.by)]
    ranked = {fact for name in counts for fact in reach.facts(name)}
    for at in range(len(asked.tokens) - 1) if ranked else ():
        if asked.text(at) not in asked.words("sizes_of_one"):
            continue
        for place in range(at + 1, min(at + 1 + MOST_BETWEEN, len(asked.tokens))):
            things = {concept.target for concept in asked.concepts(place) if concept.kind == "noun"}
            if things & ranked and not asked.is_plural(place) and _ends_phrase(asked, place + 1):
                yield Doubt(raw(asked.tokens[at : place + 1]), "most_of_one")


def _ends_phrase(asked: Doubted, at: int) -> bool:
    """Whether no noun follows that the thing only tells more of: "the largest customer base"."""
    pointing = {word for group in asked.world.language.data["relative"].values() for word in group}
    ends = asked.text(at) in asked.world.language.fillers | pointing
    return not asked.text(at).isalpha() or ends or bool(asked.cues(at))


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_bound_of_one, _most_of_one)
