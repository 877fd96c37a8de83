"""A number asked for "both" or "each" of what the sentence before sets side by side.

"Is VIP25 used more than SAVE10? Number of orders for each this year" asks for the orders of both codes.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.understanding.chart import covers
from assistant.understanding.contexts import period_told
from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.rewriting import rewritten
from assistant.understanding.tokens import Token, tokenize

TWO = 2


@dataclass(frozen=True)
class Carried:
    """A sentence with the sides that the one before names, and what that one says beside them."""

    sentence: str
    rest: str


def with_sides(sentence: str, before: str, world: World) -> Carried | None:
    """The sentence with the two values that the one before names in the place of "both" or "each"; None without them.

    Behind "both" the field may be named that the values are of ("for both countries").
    """
    sides = _sides(before, world)
    place = _pointed(tokenize(sentence, world.language.forms), sides[0], world) if sides is not None else None
    if sides is None or place is None:
        return None
    _, named, rest = sides
    start, end, linked = place
    link = "" if linked else f"{world.language.words('pointing_link')[0]} "
    told = f" {world.language.words('against_words')[0]} ".join(named)
    whole = f"{sentence[:start]}{link}{told}{sentence[end:]}"
    period = period_told(before, world) if period_told(sentence, world) is None else None
    said = before[slice(*period)] if period is not None else ""
    return Carried(f"{whole.rstrip(' ?.!')} {said}" if said else whole, " ".join(rest.replace(said, "").split()))


def _sides(sentence: str, world: World) -> tuple[str, list[str], str] | None:
    """The field of the two values that a sentence sets side by side, both, and its other words; None for any other."""
    tokens = tuple(rewritten(tokenize(sentence, world.language.forms), world.language))
    found = covers(tokens, world.lexicon, Clock(tokens, world.language, world.as_of, noted=world.noted))
    cover = found[0] if found else ()
    named = [one for one in cover if any(c.kind == "value" for c in one.concepts)]
    if len(named) != TWO:
        return None
    fields = [{c.target for c in one.concepts if c.kind == "value"} for one in named]
    shared = sorted(fields[0] & fields[1])
    beside = world.language.cued("or") | world.language.cued("than") | world.language.cued("and")
    beside |= world.language.cued("more") | world.language.cued("good") | set(world.language.words("comparatives"))
    rest = [one.text for one in cover if one not in named and one.text.casefold() not in beside]
    return (shared[0], [one.text for one in named], " ".join((named[0].text, *rest))) if shared else None


def _pointed(tokens: list[Token], field: str, world: World) -> tuple[int, int, bool] | None:
    """Where "both", "each of them" or "both countries" stands, and whether a word ties it; None without it."""
    language = world.language
    places = [at for at, token in enumerate(tokens) if token.text in language.words("both_or_each")]
    if len(places) != 1:
        return None
    at = places[0]
    behind = at + 1
    while behind < len(tokens) and tokens[behind].text in language.words("of_them"):
        behind += 1
    if any(c.target == field for c in world.lexicon.lookup(tokens[behind : behind + 1])):
        behind += 1
    linked = at > 0 and tokens[at - 1].text in language.links["any"]
    return tokens[at].start, tokens[behind - 1].end, linked
