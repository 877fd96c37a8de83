"""What things do, said in the one verb that a layer's names know: "points racked up" read as "points earned"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from assistant.shipped import shipped
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token, name_tokens, tokenize
from semantic_layer import SemanticLayer

FOLDER = Path(__file__).parent / "language" / "predicates"
FAR_BEHIND, FAR_AHEAD = 9, 5
MOST_BESIDE = 2
"""How many words more than its verb the plain name of a deed has: "tickets we closed"."""
CLAUSE_ENDS = frozenset(",;:?!")
VOWELS = "aeiou"
BASE, DOING, DONE = "base", "doing", "done"


@dataclass(frozen=True)
class Deed:
    """One form of a verb with what belongs to it, the word it is read as, and whether it stands behind its thing."""

    words: tuple[str, ...]
    form: str
    read_as: str
    behind_only: bool = False


@dataclass(frozen=True)
class Thing:
    """What things of a kind are called, words before that add nothing, and what they do by each form's first word."""

    nouns: frozenset[str]
    epithets: frozenset[str]
    deeds: Mapping[str, tuple[Deed, ...]]


@dataclass(frozen=True)
class Predicates:
    """The things of a language, and words that may stand between a verb and its object."""

    things: tuple[Thing, ...]
    before_object: frozenset[str]
    places: Mapping[str, frozenset[str]]
    """Words by what they tell of the word behind them: whether it is a verb there."""


class PlainDeeds:
    """Reads the deeds of things in the verbs of one layer's names; built once for a layer."""

    def __init__(self, layer: SemanticLayer, language: Language):
        self._language = language
        self._predicates = predicates_of(str(language.data.get("base", language.data["code"])))
        self._phrases: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for metric in (metric for metric in layer.metrics.values() if not metric.hidden):
            for phrase in (metric.title, *metric.synonyms):
                for token in name_tokens(phrase, language.forms):
                    self._phrases[token.bare].add((metric.name, phrase))

    def read(self, tokens: Sequence[Token], known: bool = False) -> list[Token]:
        """The tokens with every deed of a thing in the verb by which a metric of the layer is called.

        A deed that names of the layer know as well stays as it is said, but with `known`.
        """
        found, texts = list(tokens), {token.text for token in tokens}
        for thing in self._predicates.things if self._predicates else ():
            if not texts.isdisjoint(thing.nouns) and not texts.isdisjoint(thing.deeds):
                found = self._read_plainly(found, thing, known)
        return found

    def _read_plainly(self, tokens: list[Token], thing: Thing, known: bool) -> list[Token]:
        assert self._predicates is not None
        found: list[Token] = []
        at = 0
        while at < len(tokens):
            deed = _deed_at(tokens, at, thing, self._predicates)
            if deed is None or not self._is_put_for(deed, thing, known):
                found.append(tokens[at])
                at += 1
                continue
            behind, between = _span_of(tokens, at, deed)
            fresh = tokenize(deed.read_as, self._language.forms)[0]
            found += [replace(fresh, start=tokens[at].start, end=tokens[at].end), *between]
            at = behind
        return self._without_epithets(found, thing) if known else found

    def _without_epithets(self, tokens: list[Token], thing: Thing) -> list[Token]:
        """ "loyalty points earned" as "points earned": what they are called is told by what was done."""
        bare = self._language.bare
        read_as = {bare(deed.read_as) for forms in thing.deeds.values() for deed in forms}
        if read_as.isdisjoint(token.bare for token in tokens):
            return tokens
        return [
            token
            for at, token in enumerate(tokens)
            if not (token.text in thing.epithets and at + 1 < len(tokens) and tokens[at + 1].text in thing.nouns)
        ]

    def _is_put_for(self, deed: Deed, thing: Thing, known: bool) -> bool:
        """Whether a metric is called by thing and verb, and no other one by the thing and the words said."""
        own = self._called(thing, (deed.read_as,))
        first = deed.words[0]
        if not own or deed.form == DOING or first in self._language.words("state_verbs"):
            return bool(own)
        said = self._called(thing, deed.words, only=True)
        # "dropped" tells how a number moved when it stands by itself, and "behind" what it is set against
        loose = len(deed.words) > 1 or first in self._language.cues
        return said <= own and (known or loose or not said)

    def _called(self, thing: Thing, words: Sequence[str], only: bool = False) -> set[str]:
        """The metrics that have a noun of the thing and all the words in one of their names, or `only` these."""
        bare = self._language.bare
        telling = [bare(word) for word in words if word not in self._language.silent]
        named: set[tuple[str, str]] = set()
        for noun in thing.nouns if telling else ():
            named |= self._phrases.get(bare(noun), set())
        for word in telling:
            named &= self._phrases.get(word, set())
        most = len(telling) + MOST_BESIDE
        return {name for name, phrase in named if not only or len(phrase.split()) <= most}


def _deed_at(tokens: Sequence[Token], at: int, thing: Thing, predicates: Predicates) -> Deed | None:
    """The longest form of a deed that begins at a token and has its thing in the same clause."""
    forms = thing.deeds.get(tokens[at].text, ())
    for deed in sorted(forms, key=lambda one: -len(one.words)):
        if _texts(tokens, at, len(deed.words)) != deed.words:
            if _is_parted(tokens, at, deed, thing, predicates):
                return deed
            continue
        noun = _noun_of(tokens, at, deed, thing, predicates)
        if noun is not None and _is_verb(tokens, at, deed, predicates.places):
            return deed
    return None


def _is_parted(tokens: Sequence[Token], at: int, deed: Deed, thing: Thing, predicates: Predicates) -> bool:
    """ "let the most deals slip", "brought how many deals home": the thing stands between a verb and its particle."""
    _, between = _span_of(tokens, at, deed)
    if len(deed.words) < 2 or not between or between[-1].text not in thing.nouns:
        return False
    small = all(one.text in predicates.before_object or one.text.isdigit() for one in between[:-1])
    return small and _is_verb(tokens, at, replace(deed, words=deed.words[:1]), predicates.places)


def _span_of(tokens: Sequence[Token], at: int, deed: Deed) -> tuple[int, list[Token]]:
    """Where a deed ends that begins at a token, and what stands between its verb and its particle."""
    rest = deed.words[1:]
    if _texts(tokens, at, len(deed.words)) == deed.words:
        return at + len(deed.words), []
    for place in range(at + 2, min(at + 2 + FAR_AHEAD, len(tokens))):
        if _texts(tokens, place, len(rest)) == rest:
            return place + len(rest), list(tokens[at + 1 : place])
    return at + 1, []


def _noun_of(tokens: Sequence[Token], at: int, deed: Deed, thing: Thing, predicates: Predicates) -> int | None:
    """The thing right behind the verb as its object, or else the nearest one before it in the clause."""
    others = frozenset[str]().union(*(one.nouns for one in predicates.things)) - thing.nouns
    first = at + len(deed.words)
    for place in range(first, min(first + FAR_AHEAD, len(tokens))):
        text = tokens[place].text
        if text in thing.nouns and not deed.behind_only:
            return place
        if text in others:
            return None
        if text not in predicates.before_object and not text.isdigit():
            break
    for place in range(at - 1, max(at - 1 - FAR_BEHIND, -1), -1):
        text = tokens[place].text
        if text in thing.nouns:
            return place
        if text in others or text in CLAUSE_ENDS:
            return None
    return None


def _is_verb(tokens: Sequence[Token], at: int, deed: Deed, places: Mapping[str, frozenset[str]]) -> bool:
    """Whether the form is a verb here: "did we open", "are expiring"; "open tickets" and "starting in May" are none."""
    before = [token.text for token in tokens[max(at - FAR_BEHIND, 0) : at]]
    following = tokens[at + len(deed.words)].text if at + len(deed.words) < len(tokens) else ""
    if deed.behind_only and (following.endswith("ed") or following in places["not_before"]):
        return False  # "points that got redeemed"
    if deed.form == BASE:
        return _is_plain_verb(before, deed.words[0], places)
    if deed.form == DOING:
        return before[-1:] == ["up"] or not places["being"].isdisjoint(before)
    return True


def _is_plain_verb(before: Sequence[str], verb: str, places: Mapping[str, frozenset[str]]) -> bool:
    last = before[-1] if before else ""
    if not places["holding"].isdisjoint(before):
        return False  # "how many tickets do we have open"
    if last == "to" or last in places["subjects"]:
        return True
    is_state = verb in places["states"]  # "can we see open tickets"
    return not is_state and not (places["helping"].isdisjoint(before) or last in places["no_verb_behind"])


def _texts(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[at : at + count])


@cache
def predicates_of(code: str) -> Predicates | None:
    """The predicates of a language; None for one that has none."""
    path = FOLDER / f"{code}.yml"
    if not path.exists():
        return None
    data: dict[str, Any] = shipped(path)
    places = {name: frozenset(map(str, words)) for name, words in data["places"].items()}
    things = tuple(_thing(one, data) for one in data["things"])
    return Predicates(things, frozenset(map(str, data["before_object"])), places)


def _thing(one: Mapping[str, Any], data: Mapping[str, Any]) -> Thing:
    deeds: dict[str, list[Deed]] = {}
    for part in ("deeds", "behind"):
        for read_as, verbs in one.get(part, {}).items():
            for verb in verbs:
                for deed in _forms(str(verb), str(read_as), part == "behind", data):
                    deeds.setdefault(deed.words[0], []).append(deed)
    nouns = frozenset(str(noun) for noun in one["nouns"])
    epithets = frozenset(str(word) for word in one.get("epithets", ()))
    return Thing(nouns, epithets, {first: tuple(forms) for first, forms in deeds.items()})


def _forms(verb: str, read_as: str, behind_only: bool, data: Mapping[str, Any]) -> list[Deed]:
    """Every form of a verb: as it is, with -s, in the past, as a participle and with -ing."""
    base, *rest = verb.split()
    past, participle = data["irregular"].get(base) or (_past(base, data), _past(base, data))
    forms = {base: BASE, _third(base): DONE, _doing(base, data): DOING, str(past): DONE, str(participle): DONE}
    return [Deed((word, *rest), form, read_as, behind_only) for word, form in forms.items()]


def _third(base: str) -> str:
    if base.endswith("y") and base[-2] not in VOWELS:
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def _past(base: str, data: Mapping[str, Any]) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in VOWELS:
        return base[:-1] + "ied"
    return base + (base[-1] if base in data["doubled"] else "") + "ed"


def _doing(base: str, data: Mapping[str, Any]) -> str:
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return base[:-1] + "ing"
    return base + (base[-1] if base in data["doubled"] else "") + "ing"
