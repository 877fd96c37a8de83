"""Words that no table knows, read as the one word for the same thing that a table does know."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from assistant.understanding.draft import World
from assistant.understanding.retold.words import lists
from assistant.understanding.tokens import Token

LONGEST = 3
KNOWN = frozenset({"noun", "dimension", "metric"})


def with_kin(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with every strange word said as the tables say it; a word of which they know several kin stays."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        behind, put = _put_at(tokens, at, world)
        found += put or tokens[at:behind]
        at = behind
    return found


def _put_at(tokens: Sequence[Token], at: int, world: World) -> tuple[int, list[Token]]:
    """The place behind a strange phrase with what it is read as; the next place and nothing where none begins."""
    for end in range(min(at + LONGEST, len(tokens)), at, -1):
        said = tokens[at:end]
        text = " ".join(token.text for token in said)
        groups = [group for group, forms in zip(_groups(), _forms(), strict=True) if text in forms]
        if not groups or _is_known(said, world):
            continue
        known = dict.fromkeys(one for group in groups for one in group if _names(one, world))
        meant = {target for one in known for target in _names(one, world)}
        if len(meant) == 1:
            one = next(iter(known))
            plural = all(text not in group for group in groups)
            return end, world.language.tokens_at(_several(one) if plural else one, said[0])
    return at + 1, []


def _is_known(said: Sequence[Token], world: World) -> bool:
    """Whether the tables have a name or a value of these words, or the language a use for them."""
    if world.lexicon.lookup(said):
        return True
    return all(world.lexicon.has_word(token.bare) for token in said)


def _names(text: str, world: World) -> frozenset[str]:
    """What a word is a whole name of: datasets first, else fields."""
    meant = [c for c in world.lexicon.lookup(world.language.tokens(text)) if c.kind in KNOWN and not c.inflected]
    nouns = {c.target for c in meant if c.kind == "noun"}
    nouns |= {world.nouns.counted[c.target] for c in meant if c.target in world.nouns.counted}
    return frozenset(nouns or {c.target for c in meant if c.kind == "dimension"})


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(word) for word in group) for group in lists()["kin"])


@cache
def _forms() -> tuple[frozenset[str], ...]:
    """The words of every group, also of several things."""
    return tuple(frozenset((*group, *map(_several, group))) for group in _groups())


def _several(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x", "z")) else "s")
