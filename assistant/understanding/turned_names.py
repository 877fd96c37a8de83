"""Names of fields said the other way round: "the code of the country" for the country code, "rank of losers"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

WHOLE_NAME = 0.95
LONGEST = 2  # words on either side of "of"
LEADING = frozenset({"each", "every", "per"})
KINDS = frozenset({"type", "kind", "category", "status", "class"})
COUNTING = frozenset({"number", "count", "total", "amount", "sum", "share", "percentage", "rate", "average", "list"})


def with_names_turned(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "A of the B" as "B A" where just that is what a field is called, and B is no thing of its own."""
    found = list(tokens)
    genitive = set(world.language.words("genitive"))
    for at in range(len(found) - 2, 0, -1):
        if found[at].text in genitive:
            found = _turned(found, at, world)
    return found


def _turned(tokens: list[Token], at: int, world: World) -> list[Token]:
    start = at + 1
    while start < len(tokens) and tokens[start].text in world.language.determiners:
        start += 1
    for size in range(LONGEST, 0, -1):
        head = tokens[max(0, at - size) : at]
        for end in range(min(start + LONGEST, len(tokens)), start, -1):
            owner = tokens[start:end]
            led = at > size and tokens[at - size - 1].text in LEADING
            if len(head) == size and _is_field(head, owner, world, led) and not _goes_on(tokens, start, end, world):
                more, last = _further(tokens, head, end, world)
                return [*tokens[: at - size], *_put(owner, head), *more, *tokens[last:]]
    return tokens


def _goes_on(tokens: list[Token], start: int, end: int, world: World) -> bool:
    """ "the names of the policy holders": whether the owner is but the beginning of what a thing is called."""
    longer = tokens[start : end + 1]
    return len(longer) > end - start and any(concept.kind == "noun" for concept in world.lexicon.lookup(longer))


def _further(tokens: list[Token], head: list[Token], end: int, world: World) -> tuple[list[Token], int]:
    """ "... of the loser and the winner": the same of another; with the place behind."""
    joined = tokens[end : end + 1]
    start = end + 1
    while start < len(tokens) and tokens[start].text in world.language.determiners:
        start += 1
    for last in range(min(start + LONGEST, len(tokens)), start, -1) if joined and joined[0].text == "and" else ():
        if _is_field(head, tokens[start:last], world):
            return [*joined, *_put(tokens[start:last], head)], last
    return [], end


def _put(owner: list[Token], head: list[Token]) -> list[Token]:
    """Both in the order of the name; the owner as it stands there ("losers" as "loser")."""
    single = [replace(token, text=token.plain) for token in owner]
    place = owner[-1]
    return [*single, *(replace(token, start=place.start, end=place.end) for token in head)]


def _is_field(head: Sequence[Token], owner: Sequence[Token], world: World, led: bool = False) -> bool:
    """Whether just that is a field; of a thing of its own only where each of the kinds is asked for."""
    if any(token.text in COUNTING or not token.text.isalpha() for token in (*head, *owner)):
        return False
    meant = world.lexicon.lookup([*owner, *head])
    whole = {c.target for c in meant if c.kind == "dimension" and c.weight >= WHOLE_NAME}
    of_kinds = led and len(head) == 1 and head[0].text in KINDS
    return bool(whole) and (of_kinds or not _is_thing(owner, world)) and not whole & _fields(head, world)


def _is_thing(owner: Sequence[Token], world: World) -> bool:
    """Whether words name things of their own or what one is called, as a whole or by the last of them."""
    concepts = (*world.lexicon.lookup(owner), *world.lexicon.lookup(owner[-1:]))
    return any(concept.kind in ("noun", "value") for concept in concepts)


def _fields(tokens: Sequence[Token], world: World) -> set[str]:
    """The fields that words name as a whole by themselves."""
    return {c.target for c in world.lexicon.lookup(tokens) if c.kind == "dimension" and c.weight >= WHOLE_NAME}
