"""Lists of phrases, looked for at a place of a question by the word that stands there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from assistant.understanding.tokens import Token


def openings(phrases: Iterable[str]) -> Mapping[str, int]:
    """The words that phrases begin with, each with the number of words of the longest phrase that begins so."""
    found: dict[str, int] = {}
    for phrase in phrases:
        first, size = phrase.partition(" ")[0], phrase.count(" ") + 1
        found[first] = max(size, found.get(first, 0))
    return found


def longest_at(tokens: Sequence[Token], at: int, phrases: Collection[str], begun: Mapping[str, int]) -> int | None:
    """The place behind the longest of the phrases that starts at a place, None without one; `begun` their openings."""
    size = begun.get(tokens[at].text, 0) if at < len(tokens) else 0
    for end in range(min(at + size, len(tokens)), at, -1):
        if " ".join(token.text for token in tokens[at:end]) in phrases:
            return end
    return None
