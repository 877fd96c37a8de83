"""Who did most of what has a number of its own: "lost the most customers" asks for the most lost customers."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

EXTREMES = frozenset({"top", "bottom"})


def with_deeds_ranked(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with a deed put before its things, behind "the most", where both together are called a number.

    "Lost" alone would be read as a fall of the customers there are.
    """
    found, falls = list(tokens), world.language.data["ranked_falls"]
    for at in range(len(found) - 2):
        extreme = at + 1 + (found[at + 1].text in world.language.determiners)
        if found[at].text not in falls or extreme + 1 >= len(found):
            continue
        ranked = EXTREMES & set(world.language.cues.get(found[extreme].text, ()))
        if ranked and _is_metric([found[at], found[extreme + 1]], world):
            return [*found[:at], *found[at + 1 : extreme + 1], found[at], *found[extreme + 1 :]]
    return found


def _is_metric(tokens: list[Token], world: World) -> bool:
    """Whether the words together are the name of a number of things."""
    return any(
        concept.kind == "metric" and concept.weight > HEAD_WORD and not concept.inflected
        for concept in world.lexicon.lookup(tokens)
    )
