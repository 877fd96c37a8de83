"""Who of two does more of something: "who bought more in 2025, men or women?" asks for the number of each side."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

LONGEST_SIDE = 3
LONGEST_OPENING = 2
PAUSES = frozenset({",", ":"})
Sides = tuple[int, int, int]
"""The places of the first word, of the one between both sides, and of the one behind their last word."""


def with_sides_asked(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens of "who VERB more ..., A or B" as "do A or B VERB more ..."; any others as they are.

    A and B are values of one field, so that the people of each side are meant and no single ones.
    """
    language = world.language
    start = opening(tokens, world)
    more = {token.text for token in tokens[start : start + 3]} & set(language.data["comparative_words"])
    found = sides(tokens, start, world) if start and more else None
    if found is None:
        return list(tokens)
    first, _, behind = found
    end = first - 1 if tokens[first - 1].text in PAUSES else first
    doing = language.tokens_at(language.words("present")[0], tokens[0])
    return [*doing, *tokens[first:behind], *tokens[start:end], *tokens[behind:]]


def opening(tokens: Sequence[Token], world: World) -> int:
    """How many words ask which side it is: "who", "what", "which people"; none for any other beginning."""
    if not tokens:
        return 0
    words = world.language.words
    if tokens[0].text in words("asking_persons"):
        return 1
    persons = {*words("persons"), *words("person_nouns")}
    if len(tokens) == 1 or tokens[0].text not in words("side_openings"):
        return 0
    named = tokens[0].text in words("asking_which") and not persons.isdisjoint({tokens[1].text, tokens[1].plain})
    return LONGEST_OPENING if named else int(tokens[1].text not in words("auxiliaries"))


def sides(tokens: Sequence[Token], start: int, world: World) -> Sides | None:
    """Where "A or B" stands, two values of one field; None without."""
    joints = [at for at in range(start, len(tokens)) if "or" in world.language.cues.get(tokens[at].text, ())]
    for at in joints:
        for before in range(LONGEST_SIDE, 0, -1):
            for after in range(LONGEST_SIDE, 0, -1):
                first, second = tokens[max(at - before, start) : at], tokens[at + 1 : at + 1 + after]
                if _fields(first, world) & _fields(second, world):
                    return at - len(first), at, at + 1 + len(second)
    return None


def _fields(tokens: Sequence[Token], world: World) -> set[str]:
    return {one.target for one in world.lexicon.lookup(list(tokens)) if one.kind == "value"} if tokens else set()
