"""Business English for reading names: what short forms stand for, plurals, synonyms, lists of telling words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from semantic_layer.bootstrap.vowelless import vowelless
from semantic_layer.yaml_source import read_document

Words = tuple[str, ...]
_Lists = Mapping[str, Sequence[str]]
_FILE = Path(__file__).parent / "words.yml"
_PARTS = re.compile(r"\d+(?:st|nd|rd|th)(?![^\W\d_])|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W_]", re.UNICODE)
_LONGEST_SPLIT = 40
_OTHER_SHAPES = (
    "abbreviations", "bare_units", "codes", "deed_nouns", "irregular", "number_abbreviations", "outcomes", "plurals",
    "state_forms", "status_codes", "synonyms", "synonyms_at_end", "text_abbreviations", "trade_nouns", "units", "words",
)  # fmt: skip
_SHORT = ("measuring_units",)
_SMALL = frozenset({"of", "to", "at", "by", "on"})
_JOINING = frozenset({"id", "no", "of", "to", "at", "by", "on"})


@dataclass(frozen=True)
class Vocabulary:
    """The word lists of `words.yml`; a list holds phrases of one or more words."""

    lists: Mapping[str, frozenset[Words]]
    abbreviations: Mapping[str, Words]
    of_texts: Mapping[str, str]
    of_numbers: Mapping[str, str]
    vowelless: Mapping[str, str]
    irregular: Mapping[str, str]
    plurals: Mapping[str, str]
    at_start: tuple[tuple[Words, Words], ...]
    at_end: tuple[tuple[Words, Words], ...]
    units: Mapping[str, str]
    bare_units: Mapping[str, Words]
    deed_nouns: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Words]]
    status_codes: Mapping[str, str]
    state_forms: tuple[Words, ...]
    outcomes: Mapping[str, str]
    known: frozenset[str]

    def has(self, name: str, words: Sequence[str]) -> bool:
        """Whether exactly these words are a phrase of the list."""
        return tuple(words) in self.lists[name]

    def within(self, name: str, words: Sequence[str]) -> Words:
        """The longest phrase of the list that stands in the words, empty when there is none."""
        found = (words[a:b] for a in range(len(words)) for b in range(len(words), a, -1))
        return max((tuple(one) for one in found if tuple(one) in self.lists[name]), key=len, default=())

    def ends(self, name: str, words: Sequence[str]) -> Words:
        """The longest phrase of the list that the words end with, empty when there is none."""
        return next((tuple(words[at:]) for at in range(len(words)) if tuple(words[at:]) in self.lists[name]), ())

    def singular(self, word: str) -> str:
        """The singular of an English noun; the word itself when it is none or unknown."""
        if word in self.irregular:
            return self.irregular[word]
        if len(word) > 4 and word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
            return word[:-2]
        if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
            return word[:-1]
        return word

    def plural(self, word: str) -> str:
        """The plural of an English noun."""
        if word in self.plurals:
            return self.plurals[word]
        if word.endswith("y") and word[-2:-1] not in ("", *"aeiou"):
            return word[:-1] + "ies"
        return word + ("es" if word.endswith(("s", "sh", "ch", "x", "z")) else "s")

    def split(self, name: str) -> Words:
        """The words of an identifier: at underscores, capitals and digits, and inside words written in one piece."""
        return tuple(word for part in self._joined(_PARTS.findall(name)) for word in self._pieces(part.lower()))

    def _joined(self, parts: Sequence[str]) -> Iterator[str]:
        """The parts of an identifier with a single letter put to the next one where both are a short form ("LName")."""
        rest = list(parts)
        while rest:
            part = rest.pop(0)
            both = part + rest[0] if len(part) == 1 and rest else ""
            yield both if both.lower() in self.abbreviations and rest.pop(0) else part

    def expanded(self, words: Iterable[str]) -> Words:
        """The words with short forms written out."""
        told, found = tuple(words), list[str]()
        at = 0
        while at < len(told):
            pair = self.abbreviations.get(" ".join(told[at : at + 2]), ())  # "reg no" is of no region
            found.extend(pair or self._in_full(told[at]))
            at += 2 if pair and at + 1 < len(told) else 1
        return tuple(found)

    def with_short(self, nouns: Mapping[str, str]) -> Vocabulary:
        """The vocabulary with short forms that stand for these nouns and for nothing else."""
        short = {**self.abbreviations, **{short: (noun,) for short, noun in nouns.items()}}
        texts = {word: full for word, full in self.of_texts.items() if word not in nouns}
        numbers = {word: full for word, full in self.of_numbers.items() if word not in nouns}
        return replace(self, abbreviations=short, of_texts=texts, of_numbers=numbers)

    def _in_full(self, word: str) -> Words:
        """What a short form stands for: as listed, or the one word written so without its vowels."""
        if word in self.abbreviations or word in self.known:
            return self.abbreviations.get(word, (word,))
        short = self.abbreviations.get(word[:-1], ()) if word.endswith("s") else ()
        if short:
            return (*short[:-1], self.plural(short[-1]))
        several = self.vowelless.get(word[:-1], "") if word.endswith("s") else ""
        return (self.vowelless.get(word) or (self.plural(several) if several else word),)

    def rewordings(self, phrase: Words) -> Iterator[str]:
        """The phrase with the words it starts or ends with exchanged for each of their synonyms."""
        for one, other in self.at_start:
            if phrase[: len(one)] == one:
                yield " ".join((*other, *phrase[len(one) :]))
        for one, other in self.at_end:
            if phrase[-len(one) :] == one:
                yield " ".join((*phrase[: -len(one)], *other))

    def _pieces(self, word: str) -> Words:
        """A word written in one piece as its words, when all of it is made of known words; itself otherwise."""
        if word in self.known or len(word) < 6 or len(word) > _LONGEST_SPLIT or not word.isascii():
            return (word,)
        best: list[Words | None] = [(), *[None] * len(word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 16), end):
                head, tail = best[start], word[start:end]
                if head is None or not self._is_piece(tail) or (head[-1:] and {head[-1], tail} <= _JOINING):
                    continue  # no name has two joining words in a row
                if best[end] is None or len(head) + 1 < len(best[end] or ()):
                    best[end] = (*head, tail)
        found = best[-1] or (word,)
        return (word,) if found[-1] in _SMALL else found  # "format" is no "form at"

    def _is_piece(self, text: str) -> bool:
        return (len(text) > 2 and text in self.known) or text in _JOINING


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary of `words.yml`, read once."""
    data = read_document(_FILE).data
    lists = {name: _phrases(data[name]) for name in data if name not in _OTHER_SHAPES}
    short = cast("Mapping[str, str]", data["abbreviations"])
    irregular = cast("Mapping[str, str]", data["irregular"])
    plurals = cast("Mapping[str, str]", data["plurals"])
    told = (phrases for name, phrases in lists.items() if name not in _SHORT)  # "m" takes no word apart
    known = {word for phrases in told for phrase in phrases for word in phrase}
    known |= {*short, *irregular, *irregular.values(), *plurals, *plurals.values(), *str(data["words"]).split()}
    known |= {word for text in short.values() for word in text.split()}
    return Vocabulary(
        lists=lists,
        abbreviations={name: tuple(text.split()) for name, text in short.items()},
        vowelless={
            **vowelless(str(data["trade_nouns"]).split(), lambda word: irregular.get(word, word)),
            **vowelless(known - short.keys(), lambda word: irregular.get(word, word)),
        },
        of_texts=cast("Mapping[str, str]", data["text_abbreviations"]),
        of_numbers=cast("Mapping[str, str]", data["number_abbreviations"]),
        irregular=irregular,
        plurals=plurals,
        at_start=_exchanges(data["synonyms"]),
        at_end=_exchanges(data["synonyms_at_end"]),
        units=cast("Mapping[str, str]", data["units"]),
        bare_units={str(unit): tuple(told) for unit, told in cast("_Lists", data["bare_units"]).items()},
        deed_nouns=cast("Mapping[str, str]", data["deed_nouns"]),
        codes=_codes(data["codes"]),
        status_codes=cast("Mapping[str, str]", data["status_codes"]),
        state_forms=tuple(tuple(group) for group in cast("Sequence[Sequence[str]]", data["state_forms"])),
        outcomes={text: name for name, texts in data["outcomes"].items() for text in texts},
        known=frozenset(known) | frozenset(word + "s" for word in known if word.isalpha() and not word.endswith("s")),
    )


def is_word(text: str) -> bool:
    """Whether a text is a word that we know, and no short form of one."""
    known = vocabulary()
    return text in known.known and text not in known.abbreviations


def _phrases(value: object) -> frozenset[Words]:
    return frozenset(tuple(str(phrase).split()) for phrase in cast("Sequence[object]", value))


def _codes(value: object) -> dict[str, dict[str, Words]]:
    """By the last word of a column's name, the words for its codes."""
    tables = cast("Mapping[str, Mapping[str, Sequence[str]]]", value)
    return {name: {str(code): tuple(words) for code, words in table.items()} for name, table in tables.items()}


def _exchanges(value: object) -> tuple[tuple[Words, Words], ...]:
    """Each word of each group with each other one of its group."""
    groups = cast("Sequence[Sequence[str]]", value)
    return tuple(
        (tuple(one.split()), tuple(other.split()))
        for group in groups
        for one in group
        for other in group
        if one != other
    )
