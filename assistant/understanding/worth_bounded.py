"""Things told apart by what each is worth: "how many carts were worth over 200 euros", and not what all are worth."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.quantities import is_number
from assistant.understanding.tokens import Token

FARTHEST = 4


def with_worth_bounded(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens without "were worth" between things and a bound, where a number is called by these words, too."""
    found = list(tokens)
    for at in range(len(found) - 1, 0, -1):
        if found[at].text in world.language.words("value_words") and _is_bound(found, at + 1, world):
            start = _led_from(found, at, world)
            if start and _is_number_of_all(found[start - 1], found[at], world):
                del found[start : at + 1]
    return found


def _is_bound(tokens: Sequence[Token], at: int, world: World) -> bool:
    """Whether a word for a bound stands here, and its number soon behind it."""
    cues = ("cmp_gt", "cmp_ge", "cmp_lt", "cmp_le")
    bounds = frozenset().union(*map(world.language.cued, cues))
    said = {" ".join(token.text for token in tokens[at : at + size]) for size in (1, 2, 3)}
    near = tokens[at + 1 : at + FARTHEST]
    return bool(said & bounds) and any(is_number(token, world.language) for token in near)


def _led_from(tokens: Sequence[Token], at: int, world: World) -> int:
    """The place of the first word that only leads to "worth": "that were worth"."""
    leading = {*world.language.words("copulas"), *world.language.words("relatives")}
    while at > 0 and tokens[at - 1].text in leading:
        at -= 1
    return at


def _is_number_of_all(thing: Token, worth: Token, world: World) -> bool:
    """Whether the two words together name a number: "carts worth" is that of all carts."""
    return any(concept.kind == "metric" for concept in world.lexicon.lookup([thing, worth]))
