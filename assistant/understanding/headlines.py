"""The numbers that the definitions put first: those of the questions that they offer to everybody."""

from __future__ import annotations

from assistant.understanding.draft import World
from assistant.understanding.lexicon import LONGEST_PHRASE

NAMED = 0.89  # a name or a synonym as declared


def headline_metrics(world: World) -> tuple[str, ...]:
    """The metrics that the example questions of the layer name, in their order, each once; none that stands in."""
    layer = world.layer
    found = dict.fromkeys(_named(question, world) for question in layer.definitions.ai_context.examples)
    standing = {other for name in found if name for other in layer.metrics[name].stand_ins}
    return tuple(name for name in found if name and name not in standing)


def _named(question: str, world: World) -> str:
    """The metric with the longest name in a question; empty without one."""
    tokens = world.language.tokens(question)
    for size in range(LONGEST_PHRASE, 0, -1):
        for at in range(len(tokens) - size + 1):
            found = [one for one in world.lexicon.lookup(tokens[at : at + size]) if one.kind == "metric"]
            best = max(found, key=lambda one: one.weight, default=None)
            if best is not None and best.weight >= NAMED:
                return best.target
    return ""
