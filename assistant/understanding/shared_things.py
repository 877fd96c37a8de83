"""Kinds that share their noun: "app and web orders" are the orders of both, though one has a name of its own."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

SIZE = 4  # "app and web orders"


def with_things_shared(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "A and B things" as "things of A and B" where only B has a number called so."""
    found, of = list(tokens), world.language.words("genitive")[0]
    for at in range(len(found) - SIZE + 1):
        first, joint, second, thing = found[at : at + SIZE]
        joined = {"and", "or", "versus"} & set(world.language.cues.get(joint.text, ()))
        if joined and _fields(first, world) & _fields(second, world) and _is_number_of_one(first, second, thing, world):
            found[at : at + SIZE] = [thing, *world.language.tokens_at(of, thing), first, joint, second]
    return found


def _fields(token: Token, world: World) -> set[str]:
    return {one.target for one in world.lexicon.lookup([token]) if one.kind == "value"}


def _is_number_of_one(first: Token, second: Token, thing: Token, world: World) -> bool:
    """Whether the second kind of things is the name of a number, and the first is none."""
    named = [[c for c in world.lexicon.lookup([kind, thing]) if c.kind == "metric"] for kind in (first, second)]
    things = any(c.kind in ("noun", "metric") for c in world.lexicon.lookup([thing]))
    return things and not named[0] and bool(named[1])
