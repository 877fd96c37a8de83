"""What groups are to a degree, by the number that tells it: "are women happier than men", "who is more loyal, A or B".

A layer says so itself: a number that is called "how happy" tells who is happier, one that is called "likely to return
things" who is more likely to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.sides_asked import PAUSES, opening, sides
from assistant.understanding.tokens import Token

LONGEST_DEGREE = 5
DEGREES = ("less", "least", "more", "most")


@dataclass(frozen=True)
class _Degree:
    """Where a degree is said ("more satisfied"), what its number is called, and whether less or least of it."""

    first: int
    behind: int
    called: tuple[Token, ...]
    less: bool


def with_degrees(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens of a question that asks which group is what to a degree, by its number; any others as they are."""
    found = _than(tokens, world) or _of_both(tokens, world) or _ranked(tokens, world) or _of_all(tokens, world)
    return found or list(tokens)


def _than(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "are women happier than men" as "how happy women versus men"."""
    one = _degree(tokens, "degrees_of_two", world) if _opens(tokens, 0, world) else None
    if one is None or one.first < 2 or one.behind >= len(tokens) - 1:
        return []
    if tokens[one.behind].text != world.language.data["than"]:
        return []
    return [*one.called, *tokens[1 : one.first], *_said("versus", tokens[0], world), *tokens[one.behind + 1 :]]


def _of_both(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "who is more loyal, women or men" and "are women or men more loyal" as "how loyal women versus men"."""
    start = 0 if _opens(tokens, 0, world) else opening(tokens, world) or 1
    one = _degree(tokens, "degrees_of_two", world) if _opens(tokens, start, world) else None
    pair = sides(tokens, start, world) if one is not None else None
    if one is None or pair is None:
        return []
    first, joint, behind = pair
    rest = [*tokens[start + 1 : first], *tokens[behind : one.first], *tokens[max(one.behind, behind) :]]
    between = tokens[one.behind : first] if one.behind <= first else ()
    if any(token.text not in PAUSES for token in (*between, *(rest if first < one.first else ()))):
        return []
    two = [*tokens[first:joint], *_said("versus", tokens[0], world), *tokens[joint + 1 : behind]]
    return [*one.called, *two, *tokens[max(one.behind, behind) :]]


def _ranked(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "which country is the most loyal" as "which country has the highest how loyal"."""
    if not tokens or tokens[0].text not in world.language.words("side_openings"):
        return []
    one = _degree(tokens, "degrees_of_all", world)
    if one is None:
        return []
    named = one.first - (tokens[one.first - 1].text in world.language.determiners)
    if named < 3 or not _opens(tokens, named - 1, world):
        return []
    rank = _said("lowest" if one.less else "highest", tokens[named], world)
    return [*tokens[: named - 1], *rank, *one.called, *tokens[one.behind :]]


def _of_all(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "are our customers happy" as "how happy are our customers"."""
    if not _opens(tokens, 0, world):
        return []
    for at in range(2, len(tokens)):
        found = _called(tokens, at, world)
        if found is not None and _is_noun(tokens[at - 1], world):
            return [*found[0], *tokens[:at], *tokens[found[1] :]]
    return []


def _degree(tokens: Sequence[Token], forms: str, world: World) -> _Degree | None:
    """The first degree in a form, "more satisfied" or "happier" among those of two."""
    language, words = world.language, world.language.data[forms]
    for at in range(1, len(tokens)):
        told = str(words.get(tokens[at].text, ""))
        if not told:
            continue
        plain = told not in DEGREES
        said = [*tokens[:at], *language.tokens_at(told, tokens[at]), *tokens[at + 1 :]] if plain else tokens
        found = _called(said, at if plain else at + 1, world)
        if found is not None:
            return _Degree(at, found[1], found[0], told in DEGREES[:2])
    return None


def _called(tokens: Sequence[Token], at: int, world: World) -> tuple[tuple[Token, ...], int] | None:
    """The name of the number for the degree that is said here, with the place behind it; None without one."""
    how = _said("how", tokens[min(at, len(tokens) - 1)], world)
    likely = at < len(tokens) and tokens[at].text in world.language.words("likely_words")
    for behind in range(min(at + LONGEST_DEGREE, len(tokens)), at, -1):
        for name in ((*how, *tokens[at:behind]), *((tuple(tokens[at:behind]),) if likely else ())):
            found = [one for one in world.lexicon.lookup(list(name)) if one.kind == "metric" and one.weight > HEAD_WORD]
            if len(found) == 1:
                return tuple(_label(found[0].target, tokens[at], world)), behind
    return None


def _opens(tokens: Sequence[Token], at: int, world: World) -> bool:
    return at < len(tokens) and tokens[at].text in world.language.words("copulas")


def _is_noun(token: Token, world: World) -> bool:
    persons = {*world.language.words("persons"), *world.language.words("person_nouns")}
    named = any(one.kind in ("noun", "value") for one in world.lexicon.lookup([token]))
    return named or not persons.isdisjoint({token.text, token.plain})


def _label(metric: str, place: Token, world: World) -> list[Token]:
    return world.language.tokens_at(world.layer.metrics[metric].title, place)


def _said(name: str, place: Token, world: World) -> list[Token]:
    return world.language.tokens_at(str(world.language.data["degrees"][name]), place)
