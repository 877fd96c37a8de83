"""Wordings and the one form they are read in: the small pattern language of the table `rewrites`.

A phrase is matched word by word: `a|b` is either word, `a?` or `a|b?` may be missing, `*` is any one word and `**` one
to three words of one clause, the fewest that fit. A `^` before all stands for the start of the question. In the new
form the first star takes what the first star took, and so on; a star too many takes once more what the last one took.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.understanding.tokens import Token

ANY, MANY, START, OPTIONAL, EITHER = "*", "**", "^", "?", "|"
MOST_WORDS = 3
CLAUSE_ENDS = frozenset(",.;:?!")

Taken = list[tuple[Token, ...]]
"""What each star of a phrase took."""


@dataclass(frozen=True)
class Part:
    """One word of a phrase: which words fit (none for a star), how many of them, and whether it may be missing."""

    words: frozenset[str] = frozenset()
    most: int = 1
    optional: bool = False

    @property
    def is_star(self) -> bool:
        """Whether any word fits."""
        return not self.words


@dataclass(frozen=True)
class Wording:
    """A phrase and the words it is read as; `opening` when it stands at the start of a question only."""

    parts: tuple[Part, ...]
    new: tuple[str, ...]
    opening: bool = False

    def may_stand_in(self, said: set[str]) -> bool:
        """Whether all that the phrase needs is among the words; a cheap look before it is searched for."""
        return not any(part.words and not part.optional and said.isdisjoint(part.words) for part in self.parts)

    def match(self, tokens: Sequence[Token], at: int) -> tuple[int, Taken] | None:
        """Where the phrase that begins at a token ends, and what its stars took; None when it does not stand there."""
        return _match(self.parts, tokens, at)


def wording(old: str, new: str) -> Wording:
    """One line of the table."""
    words = old.split()
    opening = words[0] == START
    return Wording(tuple(_part(word) for word in words[opening:]), tuple(new.split()), opening)


def _part(word: str) -> Part:
    if word in (ANY, MANY):
        return Part(most=1 if word == ANY else MOST_WORDS)
    optional = len(word) > 1 and word.endswith(OPTIONAL)
    spelt = word.removesuffix(OPTIONAL) if optional else word
    return Part(frozenset(spelt.split(EITHER)) if spelt != EITHER else frozenset({EITHER}), optional=optional)


def _match(parts: Sequence[Part], tokens: Sequence[Token], at: int) -> tuple[int, Taken] | None:
    """Word by word; the fewest words for a star that takes several, an optional word taken when it is there."""
    if not parts:
        return at, []
    part, rest = parts[0], parts[1:]
    for size in _sizes(part, tokens, at):
        found = _match(rest, tokens, at + size)
        if found is not None:
            end, taken = found
            return end, [tuple(tokens[at : at + size]), *taken] if part.is_star else taken
    return None


def _sizes(part: Part, tokens: Sequence[Token], at: int) -> list[int]:
    """How many words a part may take here, in the order of trying."""
    if not part.is_star:
        there = at < len(tokens) and tokens[at].text in part.words
        return [1] * there + [0] * part.optional
    if part.most == 1:
        return [1] * (at < len(tokens))
    sizes: list[int] = []
    for size, token in enumerate(islice(tokens, at, at + part.most), start=1):
        if token.text in CLAUSE_ENDS:
            break
        sizes.append(size)
    return sizes
