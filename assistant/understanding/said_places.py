"""Small words that only point at a place: "over in Austria", "down in the south", "orders out of Spain"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token, tokenize

LONGEST_PLACE = 3
NONE = (0, "")

Pointer = tuple[int, str]
"""How many words point at a place, and the word that is meant by them; none when they add nothing."""


def with_plain_places(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens without adverbs that point at a place: "down in the south" is in the south, "up north" in the north.

    "Up" and "down" stay where they tell how a number moved.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        size, link = _pointer(tokens, at, world) if at else NONE
        if size and link:
            fresh = tokenize(link, world.language.forms)[0]
            found.append(Token(tokens[at].start, tokens[at].end, link, *fresh.word[1:]))
        elif not size:
            found.append(tokens[at])
        at += max(size, 1)
    return found


def _pointer(tokens: Sequence[Token], at: int, world: World) -> Pointer:
    words, said = world.language.words, [token.text for token in tokens]
    out, of, source = words("out_of")
    if said[at : at + 2] == [out, of] and _is_place(tokens, at + 2, world):
        return 2, source
    if said[at] not in words("place_adverbs") or not _points(said, at, world):
        return NONE
    links = words("place_links")
    if said[at + 1 : at + 2] and said[at + 1] in links and _is_place(tokens, at + 2, world):
        return 1, ""
    plain = said[at] in world.language.data["directions"] and said[at + 1 : at + 2] != []
    if not plain or said[at + 1] in world.language.determiners or not _is_place(tokens, at + 1, world):
        return NONE  # "over the counter" may be what a place is called
    return 1, "" if said[at - 1] in links else links[0]


def _points(said: Sequence[str], at: int, world: World) -> bool:
    """Whether an adverb can only point, and is no part of the verb before it: "came back in May", "are up in May"."""
    words = world.language.words
    if said[at - 1] in words("dwelling_verbs"):
        return True
    if said[at] in world.language.data["directions"]:  # "sales are down in the south"
        return said[at - 1] in words("place_links")
    return said[at - 1] not in words("returning_verbs")


def _is_place(tokens: Sequence[Token], at: int, world: World) -> bool:
    """Whether a value of the data and no number stands here, an article apart."""
    start = at + 1 if at < len(tokens) and tokens[at].text in world.language.determiners else at
    for behind in range(min(start + LONGEST_PLACE, len(tokens)), start, -1):
        kinds = {str(concept.kind) for concept in world.lexicon.lookup(list(tokens[start:behind]))}
        if kinds:
            return "value" in kinds and kinds <= {"value", "dimension", "noun"}
    return False
