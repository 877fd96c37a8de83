"""Words written without their vowels, as names of columns shorten them ("crd" of card, "chnl" of channel)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

_VOWELS = frozenset("aeiou")
_SHORTEST = 3


def vowelless(words: Iterable[str], singular: Callable[[str], str]) -> Mapping[str, str]:
    """The word that each short form stands for, where only one of the words is written so."""
    found: dict[str, set[str]] = {}
    for word in words:
        if word.isalpha() and word.isascii():
            found.setdefault(_consonants(word), set()).add(singular(word))
    whole = {short: _root(meant) for short, meant in found.items() if len(short) >= _SHORTEST}
    return {short: word for short, word in whole.items() if word and word != short}


def _root(words: set[str]) -> str:
    """The one word, or the one that the others are forms of ("record" of "recorded"); empty for several."""
    root = min(words, key=lambda word: (len(word), word))
    return root if all(word.startswith(root) for word in words) else ""


def _consonants(word: str) -> str:
    """The first letter and the consonants behind it, each once where it is doubled."""
    found = word[:1]
    for letter in word[1:]:
        found += "" if letter in _VOWELS or letter == found[-1] else letter
    return found
