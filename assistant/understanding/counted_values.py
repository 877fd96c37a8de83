"""Values counted as things: "how many shoes did we sell" asks how many units of Shoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.segments import owner
from assistant.understanding.tokens import Token, tokenize

LONGEST_VALUE = 3


def with_units(tokens: Sequence[Token], world: World) -> list[Token]:
    """The question with "units of" before a value that is said to be sold or bought; any other question as it is."""
    found, language = list(tokens), world.language
    traded = any(token.text in language.words("trading_verbs") for token in found)
    for at in range(2, len(found) - 1) if traded else ():
        counted = "how_many" in language.cues.get(f"{found[at - 2].text} {found[at - 1].text}", ())
        if counted and _is_sold(found, at, world):
            made = tokenize(language.words("units_of")[0], language.forms)
            return [
                *found[:at],
                *(replace(one, start=found[at].start, end=found[at].start) for one in made),
                *found[at:],
            ]
    return found


def _is_sold(tokens: Sequence[Token], at: int, world: World) -> bool:
    """Whether a value of things, not of people, stands here, with a word that helps a verb behind it."""
    helping = {*world.language.words("auxiliaries"), *world.language.silent, "from", "in"}
    for behind in range(at + 1, min(at + LONGEST_VALUE, len(tokens) - 1) + 1):
        named = world.lexicon.lookup(tokens[at:behind])
        values = [concept for concept in named if concept.kind == "value"]
        people = any(world.layer.datasets[owner(world.layer, c.target)].entity for c in values)
        if values and len(values) == len(named) and not people and tokens[behind].text in helping:
            return True
    return False
