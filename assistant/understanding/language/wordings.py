"""Wordings and the one form they are read in: the small pattern language of the files in `rewordings/`.

A phrase is matched word by word: `a|b` is either word, `a?` or `a|b?` may be missing, `*` is any one word and `**` one
to three words of one clause, the fewest that fit. A `^` before all stands for the start of the question. In the new
form the first star takes what the first star took, and so on; a star too many takes once more what the last one took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def needed(self) -> list[frozenset[str]]:
        """The words of which one must be there, for each part that may not be missing."""
        return [part.words for part in self.parts if part.words and not part.optional]

    def match(self, tokens: Sequence[Token], at: int) -> tuple[int, Taken] | None:
        """Where the phrase that begins at a token ends, and what its stars took; None when it does not stand there."""
        return _match(self.parts, tokens, at)


@dataclass(frozen=True)
class Wordings:
    """The lines of the table in their order; `openers` are the places of the lines by a word that they need.

    Each line stands under the words of the part with the fewest of them, a line that needs no word under the empty one.
    """

    listed: tuple[Wording, ...]
    openers: Mapping[str, tuple[int, ...]]

    def fitting(self, said: Collection[str], start: int) -> list[int]:
        """The places from a start on of the lines that have all words they need among those said, in order."""
        near = {at for word in ("", *said) for at in self.openers.get(word, ()) if at >= start}
        return sorted(at for at in near if not any(part.isdisjoint(said) for part in self.listed[at].needed))


def wordings(listed: Iterable[Wording]) -> Wordings:
    """The table of these lines."""
    lines = tuple(listed)
    found: dict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        for word in min(line.needed, key=len, default=("",)):
            found[word].append(at)
    return Wordings(lines, {word: tuple(places) for word, places in found.items()})


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
