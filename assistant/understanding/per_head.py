"""What falls on each person: "per head" and "per capita" as "per customer", where people are of one kind."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token


def with_heads(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with a head behind "per" under the name of the one entity that people are; others as they are."""
    entities = [name for name, dataset in world.layer.datasets.items() if dataset.entity]
    if len(entities) != 1:
        return list(tokens)
    heads, per, name = set(world.language.words("heads")), world.language.cued("per"), entities[0].replace("_", " ")
    found: list[Token] = []
    for at, token in enumerate(tokens):
        told = at > 0 and token.text in heads and tokens[at - 1].text in per
        found += world.language.tokens_at(name, token) if told else [token]
    return found
