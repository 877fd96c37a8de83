"""General words of a language, read from its data file: nothing here knows a metric, a table or a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from assistant.shipped import shipped
from assistant.understanding.language.translating import Translation, translation
from assistant.understanding.language.wordings import Wordings, wording, wordings
from assistant.understanding.phrase_lists import openings
from assistant.understanding.tokens import Forms, Token, fold_case, name_tokens, phrase_keys, tokenize
from assistant.wording import FIRST, answers

MOST_NAMES_KEPT = 20_000
ADDED_TO = ("irregular",)
"""Tables of the base language that a further language adds to, instead of having its own."""


@dataclass(frozen=True)
class Language:
    """The words of one language, keyed for look-up.

    `cues` maps the key of a phrase to the cue it stands for; `longest_cue` is how many tokens the longest one has.
    `reader` is the locale in which is spoken of the questions. What is worked out of a list of the data file is kept.
    """

    forms: Forms
    fillers: frozenset[str]
    determiners: frozenset[str]
    silent: frozenset[str]
    known: frozenset[str]
    links: Mapping[str, frozenset[str]]
    cues: Mapping[str, tuple[str, ...]]
    unsupported: Mapping[str, str]
    longest_cue: int
    translation: Translation
    data: Mapping[str, Any] = field(repr=False)
    reader: str = FIRST

    def tokens(self, text: str) -> list[Token]:
        """The words and signs of a text, in the words of the language whose grammar is used."""
        return self.translation.read(tokenize(text, self.forms), self.forms)

    def tokens_at(self, text: str, place: Token) -> list[Token]:
        """The words and signs of a text of ours, standing where a word of the question stands."""
        return [replace(token, start=place.start, end=place.end) for token in self.tokens(text)]

    def name_tokens(self, name: str) -> list[Token]:
        """The words and signs of a name as `tokens` gives them, but for their places."""
        return self.translation.read(name_tokens(name, self.forms), self.forms)

    def message(self, name: str, **parts: str | int) -> str:
        """A sentence shown to people, in the reader's language, with its parts filled in."""
        return answers(self.reader).say(f"understanding.{name}", parts)

    @cached_property
    def words(self) -> Callable[[str], tuple[str, ...]]:
        """Gives one word list of the data file."""
        return cache(lambda name: tuple(str(word) for word in self.data[name]))

    @cached_property
    def bares(self) -> Callable[[str], frozenset[str]]:
        """Gives the words of a list without inflection."""
        return cache(lambda name: frozenset(self.bare(word) for word in self.words(name)))

    @cached_property
    def cued(self) -> Callable[[str], frozenset[str]]:
        """Gives the phrases that may stand for a cue."""
        return cache(lambda cue: frozenset(phrase for phrase, cues in self.cues.items() if cue in cues))

    @cached_property
    def cue_openings(self) -> Callable[[str], Mapping[str, int]]:
        """Gives the words that the phrases of a cue begin with."""
        return cache(lambda cue: openings(self.cued(cue)))

    @cached_property
    def spelt(self) -> Callable[[str], tuple[tuple[str, ...], ...]]:
        """Gives the phrases of a list as the words they are made of, the longest ones first."""
        return cache(self._spelt)

    @cached_property
    def plains(self) -> Callable[[str], tuple[str, ...]]:
        """Gives the words of a name, parted by blanks, in their plain form."""
        return lru_cache(MOST_NAMES_KEPT)(lambda name: tuple(map(self.forms.plain, name.casefold().split())))

    @cached_property
    def timed(self) -> Callable[[str, str], Mapping[str, tuple[tuple[str, ...], ...]]]:
        """Gives the phrases of a group of words about time by their first word, the longest ones first."""
        return cache(self._timed)

    @cached_property
    def unit_names(self) -> frozenset[str]:
        """What units of time are called."""
        return frozenset(str(name) for names in self.data["units"].values() for name in names)

    @cached_property
    def holidays(self) -> Mapping[str, tuple[tuple[tuple[str, ...], dict[str, int]], ...]]:
        """The named days of the year by their first word: all words of the name, and the rule for its date."""
        found: dict[str, list[tuple[tuple[str, ...], dict[str, int]]]] = {}
        for name, rule in self.data["holidays"].items():
            words = tuple(str(name).split())
            found.setdefault(words[0], []).append((words, rule))
        return {first: tuple(days) for first, days in found.items()}

    def _spelt(self, name: str) -> tuple[tuple[str, ...], ...]:
        longest_first = sorted(self.words(name), key=len, reverse=True)
        return tuple(tuple(token.text for token in tokenize(phrase, self.forms)) for phrase in longest_first)

    def _timed(self, group: str, name: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        listed = (re.findall(r"[^\W_]+|[^\w\s]", fold_case(str(phrase))) for phrase in self.data[group][name])
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(map(tuple, listed), key=len, reverse=True):
            found.setdefault(phrase[0], []).append(phrase)
        return {first: tuple(phrases) for first, phrases in found.items()}

    def key(self, text: str) -> str:
        """Look-up key of a phrase of this language: its surface, without inflection."""
        return surface_key(tokenize(text, self.forms))

    def is_ordinary(self, token: Token) -> bool:
        """Whether the language knows the word, so that it is never taken for a misspelt name."""
        return token.text in self.fillers or token.text in self.known or token.text in self._time_words()

    def has_meaning(self, token: Token) -> bool:
        """Whether the language itself gives the word a meaning that may change an answer, or knows that it has one."""
        linked = any(token.text in group for group in self.links.values())
        return self.is_ordinary(token) or linked or token.text in self.cues

    def bare(self, word: str) -> str:
        """One word without inflection."""
        return self.forms.bare(self.forms.plain(word))

    def unit_words(self, unit: str) -> tuple[str, ...]:
        """What people call a unit of measure."""
        return tuple(str(word) for word in self.data["unit_words"].get(unit, ()))

    def same_deed(self, word: str) -> frozenset[str]:
        """The bare words for the same deed as a verb, seen from either side: what is bought is sold."""
        return next((deed for deed in self._deeds if word in deed), frozenset())

    def one_deed(self, word: str) -> str:
        """One word for all words of a deed: "convert" for "conversion"."""
        return self._chosen.get(word, word)

    @cached_property
    def _chosen(self) -> dict[str, str]:
        named = (
            [self.bare(str(word)) for word in group] for group in (*self.data["verb_nouns"], self.data["share_words"])
        )
        return {word: group[0] for group in named for word in group}

    @cached_property
    def _deeds(self) -> tuple[frozenset[str], ...]:
        groups = (*self.data["deeds"], *self.data["verb_nouns"])
        return tuple(frozenset(self.bare(str(word)) for word in group) for group in groups)

    def measures_of(self, word: str, own: bool) -> tuple[str, ...]:
        """What is measured when somebody does something: "we sold" asks for sales, "we spent" for costs."""
        table = self.data["verb_measures"]["own" if own else "others"]
        return next((tuple(nouns) for verb, nouns in table.items() if self.bare(verb) == word), ())

    def counts_of(self, word: str) -> tuple[str, ...]:
        """The nouns that count how often somebody did something: "bought" counts purchases."""
        table = self.data["verb_counts"]
        return next((tuple(nouns) for verb, nouns in table.items() if self.bare(verb) == word), ())

    @cached_property
    def rewrites(self) -> Wordings:
        """Phrases and the one form they are read in, in the order in which they are tried."""
        return wordings(wording(str(old), str(new)) for old, new in self.data["rewrites"].items())

    @cached_property
    def persons(self) -> frozenset[str]:
        """Words for people in general, whoever they are in the layer."""
        return frozenset(self.words("persons"))

    @cached_property
    def grading(self) -> frozenset[str]:
        """Words before an adjective that ask or tell how much of it there is: "how long", "most valuable"."""
        ranked = {word for word, cues in self.cues.items() if {"top", "bottom", "how_big"} & set(cues)}
        return frozenset(self.words("degree_words")) | ranked

    @cached_property
    def function_words(self) -> frozenset[str]:
        """Words that never tell one phrase from another: articles and links."""
        linked = {word for group in self.links.values() for word in group}
        return self.silent | self.determiners | linked | frozenset(self.words("phrase_fillers"))

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Words that tell nobody what a question lacks: function words, and those that questions begin with."""
        asking = {"how", "how_many", "how_much", "how_big", "which"}
        asked = {word for phrase, cues in self.cues.items() if asking & set(cues) for word in phrase.split()}
        return self.function_words | self.persons | asked

    def agent_verb(self, token: Token) -> str:
        """The verb of a word for those who do it ("subscribers" -> "subscrib"), empty for other words."""
        for ending in self.words("agent_endings"):
            stem = token.plain.removesuffix(ending)
            if stem != token.plain and len(stem) >= 3:
                return self.forms.bare(stem)
        return ""

    def _time_words(self) -> frozenset[str]:
        return time_words(self.data["code"])


def surface_key(tokens: list[Token]) -> str:
    """Key of a phrase by its spelling alone."""
    return " ".join(token.text for token in tokens)


@cache
def load_language(code: str = "en") -> Language:
    """The language of a data file beside this module; raises FileNotFoundError for one that is not shipped."""
    data = _read(code)
    forms = Forms(
        irregular=data["irregular"],
        verbs=data["irregular_verbs"],
        spelling=data["spelling"],
        endings=data["spelling_endings"],
        keep=frozenset(data["keep_form"]),
        closed=frozenset(data.get("closed_words", ())),
    )
    cues, longest = _cue_table(data["cues"], forms)
    return Language(
        forms=forms,
        fillers=frozenset(data["fillers"].split()),
        determiners=frozenset(data["determiners"]),
        silent=frozenset(data["silent"]),
        known=frozenset(data["known"].split()),
        links={role: frozenset(_key(p, forms) for p in phrases) for role, phrases in data["links"].items()},
        cues=cues,
        unsupported={_key(p, forms): rule for rule, phrases in data["unsupported"].items() for p in phrases},
        longest_cue=longest,
        translation=translation(data, forms),
        data=data,
        reader=code,
    )


def spoken_to(code: str, reader: str) -> Language:
    """The language of a data file, speaking to its reader in the language of another locale."""
    return replace(load_language(code), reader=reader)


def languages() -> tuple[str, ...]:
    """The codes of the languages that questions may be asked in."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.yml")))


def _read(code: str) -> dict[str, Any]:
    """The data of a language; what a language with a `base` does not say itself is that of the base."""
    here = Path(__file__).parent
    data: dict[str, Any] = shipped(here / f"{code}.yml")
    parts = sorted((here / "rewordings" / code).glob("*.yml"))
    if parts:
        data["rewrites"] = {old: new for part in parts for old, new in shipped(part).items()}
    if "base" in data:
        base = _read(str(data["base"]))
        both = {name: {**base[name], **data.get(name, {})} for name in ADDED_TO}
        data = {**base, **data, **both}
    return {**data, "code": code}


def _key(phrase: str, forms: Forms) -> str:
    return surface_key(tokenize(str(phrase), forms))


def _cue_table(table: Mapping[str, list[str]], forms: Forms) -> tuple[dict[str, tuple[str, ...]], int]:
    """Every cue phrase with the cues it may stand for, and the length of the longest."""
    found: dict[str, tuple[str, ...]] = {}
    longest = 1
    for cue, phrases in table.items():
        for phrase in phrases:
            tokens = tokenize(str(phrase), forms)
            longest = max(longest, len(tokens))
            key = surface_key(tokens)
            found[key] = (*found.get(key, ()), cue)
    return found, longest


@cache
def time_words(code: str) -> frozenset[str]:
    """Single words that speak of time, for spelling and for keeping names apart from them."""
    data = load_language(code).data
    words: set[str] = set(data["months"]) | set(data["weekdays"]) | set(data["grain_adverbs"]) | set(data["to_date"])
    for group in ("units", "relative", "time_words"):
        for phrases in data[group].values():
            words.update(str(phrase) for phrase in phrases if str(phrase).isalpha())
    return frozenset(words) | set(data["number_words"]) | {str(word) for word in data["ordinals"]}


__all__ = ["Language", "languages", "load_language", "phrase_keys", "spoken_to", "surface_key", "time_words"]
