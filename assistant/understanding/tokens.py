"""Text to tokens, and words to their plain form, the same way for questions and for the names of a layer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?!\d)"  # ISO day
    r"|\d{4}-(?:0[1-9]|1[0-2])(?![\d-])"  # ISO month
    r"|\d{1,4}[./]\d{1,2}[./]\d{2,4}(?!\d)"  # numeric day
    r"|\d+(?:[.,]\d+)+(?![^\W\d_])"  # number with separators
    r"|[^\W_]+"
    r"|[&,;%+=<>#€$£/:*~^|\\\[\]{}@–—-]"
)
MOST_WORDS_KEPT, MOST_TEXTS_KEPT, LONGEST_KEPT = 20_000, 8192, 60
POSSESSIVE = re.compile(r"(?<=\w)['’`´]s?\b|(?<=s)['’](?=\s|$)")


@dataclass(frozen=True)
class Token:
    """One word or sign: its place in the text, its spelling in lower case, and its plain and bare forms.

    `plain` undoes the plural and unites spellings, `bare` undoes verb endings as well.
    """

    start: int
    end: int
    raw: str
    text: str
    plain: str
    bare: str

    @cached_property
    def word(self) -> tuple[str, str, str, str]:
        """The word apart from its place."""
        return self.raw, self.text, self.plain, self.bare


@dataclass(frozen=True)
class Forms:
    """How a language inflects: irregular nouns and verbs, spellings, endings that differ, and words to leave alone.

    `closed` are words with a hyphen that are read as the word without it ("e-mail"). `plain` gives a
    word in the singular and in one spelling; `bare` gives a plain form without verb endings, equal for
    "order", "ordered" and "ordering". Both remember the words that were seen last.
    """

    irregular: Mapping[str, str]
    verbs: Mapping[str, str]
    spelling: Mapping[str, str]
    endings: Mapping[str, str]
    keep: frozenset[str]
    closed: frozenset[str] = frozenset()

    @cached_property
    def plain(self) -> Callable[[str], str]:
        """Gives the word in the singular and in one spelling."""
        return lru_cache(MOST_WORDS_KEPT)(self._plain)

    @cached_property
    def bare(self) -> Callable[[str], str]:
        """Gives the plain form without verb endings."""
        return lru_cache(MOST_WORDS_KEPT)(self._bare)

    @cached_property
    def every(self) -> Callable[[str], tuple[str, str, str]]:
        """Gives a word as written in lower case, in its plain and in its bare form."""
        return lru_cache(MOST_WORDS_KEPT)(self._every)

    @cached_property
    def tokens(self) -> Callable[[str], tuple[Token, ...]]:
        """Gives the tokens of a text, kept for names and phrases, which are split again and again."""
        return lru_cache(MOST_TEXTS_KEPT)(self.split)

    def split(self, text: str) -> tuple[Token, ...]:
        """The tokens of a text."""
        spaced = POSSESSIVE.sub(lambda match: " " * len(match.group()), text)
        every = self.every
        found = [
            Token(match.start(), match.end(), match.group(), *every(match.group())) for match in TOKEN.finditer(spaced)
        ]
        return tuple(self._closed_up(found) if self.closed and "-" in spaced else found)

    def _closed_up(self, tokens: list[Token]) -> list[Token]:
        """The tokens with each word that is written with a hyphen or without as one: "e-mails" as "emails"."""
        for at in [at for at, token in enumerate(tokens[1:-1]) if token.text == "-"][::-1]:
            first, sign, last = tokens[at : at + 3]
            together = first.end == sign.start and sign.end == last.start
            if together and f"{first.text}-{last.plain}" in self.closed:
                raw = first.raw + last.raw
                tokens[at : at + 3] = [Token(first.start, last.end, raw, *self.every(raw))]
        return tokens

    def _every(self, raw: str) -> tuple[str, str, str]:
        text = fold_case(raw)
        plain = self.plain(text)
        return text, plain, self.bare(plain)

    def _plain(self, word: str) -> str:
        if word in self.irregular:
            return self.irregular[word]
        word = self._one_spelling(word)
        return self._one_spelling(_singular(word)) if word not in self.keep else word

    def _bare(self, plain: str) -> str:
        plain = self.verbs.get(plain, plain)
        if plain in self.keep or len(plain) < 4 or not plain.isalpha():
            return plain
        return _fold(_without_verb_ending(plain))

    def _one_spelling(self, word: str) -> str:
        word = self.spelling.get(word, word)
        for british, american in self.endings.items():
            if word.endswith(british) and len(word) > len(british) + 2:
                return word[: -len(british)] + american
        return word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


def _without_verb_ending(word: str) -> str:
    if word.endswith("ied"):
        return word[:-3] + "y"
    for ending, shortest in (("ing", 6), ("ed", 5)):
        if word.endswith(ending) and len(word) >= shortest:
            return word[: -len(ending)]
    return word


def _fold(word: str) -> str:
    """One form for doubled last letters and a silent e: "shipp" and "ship", "purchase" and "purchas"."""
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def fold_case(text: str) -> str:
    """Lower case without accents, for comparing words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def tokenize(text: str, forms: Forms) -> list[Token]:
    """The tokens of a text in order; possessive endings are dropped, other signs that carry no meaning too."""
    return list(forms.tokens(text) if len(text) <= LONGEST_KEPT else forms.split(text))


def name_tokens(name: str, forms: Forms) -> list[Token]:
    """The tokens of a name as `tokenize` gives them, but for their places: a layer has tens of thousands of names."""
    return [token for part in name.split() for token in forms.tokens(part)]


def phrase_keys(tokens: Iterable[Token]) -> tuple[str, str]:
    """Look-up keys of a phrase: by bare forms (wide) and by plain forms (narrow), spaces and hyphens left out."""
    kept = [token for token in tokens if token.text not in ("-", "–", "—", "/")]
    return "".join(token.bare for token in kept), "".join(token.plain for token in kept)
