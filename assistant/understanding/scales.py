"""Large numbers as people write them: "two thousand five hundred", "half a million", "between 10 and 20k"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

PLAIN, SCALED = re.compile(r"\d+(?:\.\d+)?$"), re.compile(r"(\d+(?:\.\d+)?)([km])$")


def with_large_numbers(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with numbers of several words in digits, and with ranges in the size of their second number."""
    scales = language.data["scales"]
    if any(token.text in scales or token.text in language.data["number_words"] for token in tokens):
        tokens = _in_digits(tokens, language)
    return _with_shared_letters(tokens, language)


@dataclass
class _Told:
    """A number while its words are read: what is complete, what a scale may still multiply, and the last scale."""

    complete: float = 0
    open: float | None = None
    scale: float = 0

    @property
    def value(self) -> float:
        return self.complete + (self.open or 0)

    def adds(self, value: float) -> bool:
        """Whether the word goes on with the number: "twenty" and "five", "three hundred" and "forty"."""
        before = self.open or 0
        tens = 20 <= before < 100 and before % 10 == 0 and value < 10
        if self.open is not None and not tens and not (before >= 100 and self.scale and value < 100):
            return False
        self.open = before + value
        return True

    def multiplies(self, scale: float) -> None:
        if scale >= 1000:
            self.complete, self.open = self.complete + (1 if self.open is None else self.open) * scale, None
        else:
            self.open = (1 if self.open is None else self.open) * scale
        self.scale = scale


def _in_digits(tokens: Sequence[Token], language: Language) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        told, behind = _told(tokens, at, language, opened=bool(found) and found[-1].text in _opening(language))
        if behind > at + 1:
            found.append(_digits(tokens[at], tokens[behind - 1], told.value))
            _in_one_size(found, told, language)
        else:
            found.append(tokens[at])
            behind = at + 1
        at = behind
    return found


def _told(tokens: Sequence[Token], at: int, language: Language, opened: bool) -> tuple[_Told, int]:
    """The number that begins here, and the place behind its last word."""
    told = _Told()
    told.open, at = _opener(tokens, at, language)
    first = at
    while at < len(tokens):
        word = tokens[at].text
        scale, value = _scale(word, language), _small(word, language, digits=at == first)
        goes_on = told.scale and not opened and _goes_on(tokens, at, language)
        if scale:
            told.multiplies(scale)
        elif not goes_on and (value is None or not told.adds(value)):
            break
        at += 1
    return told, at


def _opener(tokens: Sequence[Token], at: int, language: Language) -> tuple[float | None, int]:
    """ "a thousand", "half a million": how many of the scale that follows, and where it stands."""
    words = [token.text for token in tokens[at : at + 3]]
    if len(words) > 1 and words[0] in language.data["one_of"] and _scale(words[1], language):
        return 1, at + 1
    if len(words) > 2 and words[0] in language.data["half_of"] and words[1] in language.data["one_of"]:
        return (0.5, at + 2) if _scale(words[2], language) else (None, at)
    return None, at


def _goes_on(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """ "two hundred and five": the rest of the number behind "and", which is no larger number of its own."""
    if tokens[at].text not in language.data["number_joins"] or at + 1 >= len(tokens):
        return False
    rest = _small(tokens[at + 1].text, language, digits=False)
    return rest is not None and not (at + 2 < len(tokens) and _scale(tokens[at + 2].text, language))


def _scale(word: str, language: Language) -> float | None:
    scale = language.data["scales"].get(word) or language.data["number_words"].get(word)
    return scale if scale and (scale >= 100 or word in language.data["dozens"]) else None


def _small(word: str, language: Language, digits: bool = True) -> float | None:
    if PLAIN.match(word):
        return float(word) if digits else None
    return language.data["number_words"].get(word) if word not in language.data["vague_numbers"] else None


def _digits(first: Token, last: Token, value: float) -> Token:
    text = str(int(value)) if value == int(value) else str(value)
    return replace(first, end=last.end, raw=text, text=text, plain=text, bare=text)


def _in_one_size(found: list[Token], told: _Told, language: Language) -> None:
    """ "between one and two thousand": the number before in the size of the one that was just added."""
    if len(found) < 4 or found[-4].text not in _opening(language) or found[-2].text not in _joining(language):
        return
    smaller = _small(found[-3].text, language)
    if smaller is not None and told.scale and smaller * told.scale < told.value:
        found[-3] = _digits(found[-3], found[-3], smaller * told.scale)


def _with_shared_letters(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with the first number of a range in the size of the second, where it is the smaller one as written."""
    found = list(tokens)
    for at in range(1, len(found) - 2):
        larger = SCALED.match(found[at + 2].text)
        smaller = PLAIN.match(found[at].text)
        ranged = found[at - 1].text in _opening(language) and found[at + 1].text in _joining(language)
        if ranged and larger and smaller and float(found[at].text) < float(larger.group(1)):
            text = f"{found[at].text}{larger.group(2)}"
            found[at] = replace(found[at], raw=text, text=text, plain=text, bare=text)
    return found


def _opening(language: Language) -> list[str]:
    return language.data["time_words"]["from"]


def _joining(language: Language) -> list[str]:
    return language.data["time_words"]["to"]
