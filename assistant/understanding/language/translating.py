"""The phrases of a further language brought into those of the base language, whose grammar then reads the question.

A language file with a `base` says which phrase is read as which. Words that it does not name stay as they are, so that
the names of the layer, and words that nobody knows, go through untouched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.understanding.tokens import Forms, Token, tokenize

ANY = "*"
NUMBER = re.compile(r"\d+(?:[.,]\d+)+$")
DAY = re.compile(r"\d{1,4}\.\d{1,2}\.\d{2,4}$")


@dataclass(frozen=True)
class Phrase:
    """Words and the words that they are read as."""

    said: tuple[str, ...]
    meant: tuple[str, ...]


@dataclass(frozen=True)
class Translation:
    """The phrases of a language by their first word, longest first, and how it writes numbers."""

    phrases: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict[str, tuple[Phrase, ...]])
    thousands: str = ","
    decimal: str = "."

    def read(self, tokens: Sequence[Token], forms: Forms) -> list[Token]:
        """The tokens in the words of the base language; every one keeps its place in the text."""
        if not self.phrases and self.decimal == ".":
            return list(tokens)
        found: list[Token] = []
        at = 0
        while at < len(tokens):
            phrase = self._phrase_at(tokens, at)
            size = len(phrase.said) if phrase else 1
            span = tokens[at : at + size]
            found += _meant(phrase, span, forms) if phrase else [self._number(span[0])]
            at += size
        return found

    def _phrase_at(self, tokens: Sequence[Token], at: int) -> Phrase | None:
        for phrase in self.phrases.get(tokens[at].text, ()):
            span = tokens[at : at + len(phrase.said)]
            if len(span) == len(phrase.said) and all(
                w in (ANY, t.text) for w, t in zip(phrase.said, span, strict=True)
            ):
                return phrase
        return None

    def _number(self, token: Token) -> Token:
        """A number with the signs of the base language."""
        if self.decimal == "." or not NUMBER.match(token.text) or DAY.match(token.text):
            return token
        turned = token.text.replace(self.thousands, "").replace(self.decimal, ".")
        return replace(token, text=turned, plain=turned, bare=turned)


def _meant(phrase: Phrase, span: Sequence[Token], forms: Forms) -> list[Token]:
    """New words over the old ones, in capitals where those were."""
    kept = iter([token for word, token in zip(phrase.said, span, strict=True) if word == ANY])
    placed: list[Token] = []
    for at, word in enumerate(phrase.meant):
        fresh = next(kept) if word == ANY else tokenize(word, forms)[0]
        old = span[min(at, len(span) - 1)]
        raw = fresh.raw.capitalize() if word != ANY and old.raw[:1].isupper() else fresh.raw
        placed.append(replace(fresh, start=old.start, end=old.end, raw=raw))
    if len(placed) < len(span):
        placed[-1] = replace(placed[-1], end=span[-1].end)
    return placed


def translation(data: Mapping[str, object], forms: Forms) -> Translation:
    """The table of a language file; the one that changes nothing for a language without a base."""
    table = data.get("reads_as")
    if not isinstance(table, dict):
        return Translation()
    found: dict[str, list[Phrase]] = {}
    for meant, phrases in table.items():
        for said in phrases:
            words = _words(str(said), forms)
            found.setdefault(words[0], []).append(Phrase(words, _words(str(meant), forms)))
    ordered = {first: tuple(sorted(one, key=lambda p: -len(p.said))) for first, one in found.items()}
    numbers = data.get("numbers")
    signs = numbers if isinstance(numbers, dict) else {}
    return Translation(ordered, str(signs.get("thousands", ",")), str(signs.get("decimal", ".")))


def _words(text: str, forms: Forms) -> tuple[str, ...]:
    return tuple(word for part in text.split() for word in _split(part, forms))


def _split(part: str, forms: Forms) -> tuple[str, ...]:
    return (ANY,) if part == ANY else tuple(token.text for token in tokenize(part, forms))
