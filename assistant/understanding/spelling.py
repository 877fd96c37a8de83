"""Misspelt words: what they are close to, never decided between two names that are equally close."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.understanding.language import Language, time_words
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import Token, tokenize

SHORTEST, TWO_EDITS_FROM, SUBSTITUTION_FROM = 4, 8, 6
MANY_EDITS_FROM = 9  # "costumer" has the letters of "customer"; "spenders" are no "speakers"
MOST_VARIANTS, LONGEST_NAME, MOST_TRIED = 4, 5, 4


@dataclass(frozen=True)
class Spelling:
    """A question with misspelt words replaced; `corrections` are (as typed, as read)."""

    tokens: tuple[Token, ...]
    corrections: tuple[tuple[str, str], ...] = ()


class Speller:
    """The words worth correcting to: those of the layer, and those about time, ranking and grouping."""

    def __init__(self, lexicon: Lexicon, language: Language, accepted: frozenset[str] = frozenset()):
        self._lexicon, self._language, self._accepted = lexicon, language, accepted
        self._cue_words = {word for cue in language.cues for word in cue.split()}
        self._chatter = set(str(language.data["chatter"]).split())
        self._named_days = {word for name in language.data["holidays"] for word in str(name).split()}
        words = dict(lexicon.words)
        for word in (*time_words(language.data["code"]), *self._content_cues()):
            if word.isalpha():
                words.setdefault(word, language.forms.bare(language.forms.plain(word)))
        self._words = {word: bare for word, bare in words.items() if len(word) >= SHORTEST}
        for word, bare in lexicon.words.items():
            if len(word) >= SHORTEST and not word.endswith("s"):
                self._words.setdefault(f"{word}s", bare)
        self._choices = sorted(self._words)
        spelt = tokenize(" ".join(self._words), language.forms)
        self._verbs = {verb for token in spelt if (verb := language.agent_verb(token))}

    def spellings(self, tokens: Sequence[Token]) -> tuple[Spelling, ...]:
        """The question as typed if every word is known, otherwise each way to correct it (at most four)."""
        found = {at: self._options(token) for at, token in enumerate(tokens)}
        doubtful = [at for at, token in enumerate(tokens) if found[at] != (token,) or self._lexicon.is_strange(token)]
        named = self._named_places(tokens, doubtful)
        options = [(token,) if at in named else found[at] for at, token in enumerate(tokens)]
        stuck = [at for at in doubtful if at not in named and found[at] == (tokens[at],)]
        slip = self._misspelt_value(tokens, stuck)
        if slip is not None:
            return slip
        variants = []
        for choice in list(product(*options))[:MOST_VARIANTS]:
            changed = tuple((old.raw, new.text) for old, new in zip(tokens, choice, strict=True) if old is not new)
            variants.append(Spelling(choice, changed))
        return tuple(variants)

    def _named_places(self, tokens: Sequence[Token], doubtful: Sequence[int]) -> set[int]:
        """Places inside a value of a wide field that stands there as it is: nothing in it is misspelt."""
        spans = {span for at in doubtful for span in _spans(tokens, at)}
        held = [range(*span) for span in spans if self._lexicon.wide_values(tokens[slice(*span)])]
        return {place for span in held for place in span}

    def _misspelt_value(self, tokens: Sequence[Token], stuck: Sequence[int]) -> tuple[Spelling, ...] | None:
        """The question with the value of a wide field that a name nobody knows is near to; None when there is none."""
        for at in stuck:
            if not tokens[at].text.isalpha():
                continue
            spans = [span for span in _spans(tokens, at) if all(map(self._lexicon.is_strange, tokens[slice(*span)]))]
            for first, last in spans[:MOST_TRIED]:
                near = self._lexicon.near_values(tokens[first:last])[:MOST_VARIANTS]
                if near:
                    return tuple(self._with_value(tokens, first, last, value) for value in near)
        return None

    def _with_value(self, tokens: Sequence[Token], first: int, last: int, value: str) -> Spelling:
        typed = " ".join(token.raw for token in tokens[first:last])
        plain = "".join(token.plain for token in tokenize(value, self._language.forms))
        whole = Token(tokens[first].start, tokens[last - 1].end, value, value.casefold(), plain, plain)
        return Spelling((*tokens[:first], whole, *tokens[last:]), ((typed, value),))

    def _content_cues(self) -> Iterable[str]:
        telling = {
            "average",
            "median",
            "by",
            "top",
            "bottom",
            "compare",
            "versus",
            "trend",
            "change",
            "change_up",
            "change_down",
            "exclude",
        }
        for phrase, cues in self._language.cues.items():
            if telling.intersection(cues) and " " not in phrase:
                yield phrase

    def _options(self, token: Token) -> tuple[Token, ...]:
        if not token.text.isalpha() or len(token.text) < SHORTEST or self._is_known(token):
            return (token,)
        near = self._nearest(token.text)
        if token.text in self._chatter:  # "does it matter" is no slip for "master", but to complain is a complaint
            near = {bare: word for bare, word in near.items() if word.startswith(token.text)}
        if not near:
            return (token,)
        forms = self._language.forms
        return tuple(_read_as(token, word, forms.plain(word), bare) for bare, word in sorted(near.items()))

    def _is_known(self, token: Token) -> bool:
        accepted = token.bare in self._accepted or token.text in self._accepted
        known = accepted or self._lexicon.knows(token) or token.text in self._cue_words
        return known or token.text in self._named_days or self._language.is_ordinary(token) or token.bare in self._verbs

    def _nearest(self, word: str) -> dict[str, str]:
        """The nearest words by bare form; short words may only miss, gain or swap a letter."""
        limit = 2 if len(word) >= TWO_EDITS_FROM else 1
        found = process.extract(word, self._choices, scorer=OSA.distance, score_cutoff=limit, limit=12)
        fair = [(choice, distance) for choice, distance, _ in found if _plausible(word, choice)]
        least = min((distance for _, distance in fair), default=0)
        near: dict[str, str] = {}
        for choice, distance in sorted(fair):
            loose = distance > 1 and len(word) < MANY_EDITS_FROM and sorted(word) != sorted(choice)
            if distance == least and (distance == 1 or choice not in self._cue_words) and not loose:
                near.setdefault(self._words[choice], choice)
        swapped = {bare: choice for bare, choice in near.items() if sorted(choice) == sorted(word)}
        return swapped if len(swapped) == 1 else near


def _spans(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    """The stretches around a place that a name may have, longest first."""
    for size in range(min(LONGEST_NAME, len(tokens)), 0, -1):
        for first in range(max(0, at - size + 1), min(at, len(tokens) - size) + 1):
            yield first, first + size


def _plausible(word: str, choice: str) -> bool:
    if abs(len(word) - len(choice)) > 1:  # "religion" is a word of its own, not a slip for "region"
        return False
    if word[0] != choice[0] and word[:2] != choice[1::-1]:
        return False
    if word.endswith("s") and len(word) <= SHORTEST and choice.endswith("s"):
        return False  # "bots" are none of the "boots"
    if word == f"{choice.removesuffix('s')}y":  # nor is "sticky" one for "stick"
        return False
    swapped = sorted(word) == sorted(choice)
    return len(word) >= SUBSTITUTION_FROM or len(word) != len(choice) or swapped


def _read_as(token: Token, word: str, plain: str, bare: str) -> Token:
    """The token as if it had been typed right, in capitals where it was."""
    raw = word.upper() if token.raw.isupper() else word.capitalize() if token.raw[0].isupper() else word
    return replace(token, raw=raw, text=word, plain=plain, bare=bare)
