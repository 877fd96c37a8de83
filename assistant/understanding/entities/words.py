"""The words of these questions, and a cursor over the tokens of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.shipped import shipped
from assistant.understanding.chart import amount_of
from assistant.understanding.concepts import HEAD_WORD, Concept
from assistant.understanding.draft import World
from assistant.understanding.phrase_lists import longest_at, openings
from assistant.understanding.tokens import Token
from semantic_layer import Dimension

LONGEST = 7
SIZE = "size"
SIZES = ("area", "acreage", "hectares", "acres", "capacity", "population", "inhabitants")  # by which places are large
GROUPED = ("deed_forms", "same_units", "role_forms", "role_nouns")
TELLING = (
    "at_least",
    "more_than",
    "at_most",
    "less_than",
    "exactly",
    "most",
    "least",
    "latest",
    "earliest",
    "denials",
    "sorting",
    "ascending",
    "descending",
)
WORDS = Path(__file__).parent / "en.yml"
DEGREES = Path(__file__).parent / "degrees.en.yml"
Kind = str
SHORTEST_STEM, LONGEST_ENDING = 4, 5
DOERS = ("r", "er", "or")


@cache
def _content() -> Mapping[str, Any]:
    return shipped(WORDS)


@cache
def word_lists() -> Mapping[str, frozenset[str]]:
    """The word lists by name, each phrase in lower case."""
    listed = {name: phrases for name, phrases in _content().items() if name not in ("verbs", "unit_scales", *GROUPED)}
    lists = {name: frozenset(str(phrase) for phrase in phrases) for name, phrases in listed.items()}
    verbs = _content()["verbs"].items()
    return {**lists, "verbs": frozenset(form for verb, past in verbs for form in forms(verb, past))}


@cache
def _openings() -> Mapping[str, Mapping[str, int]]:
    return {name: openings(phrases) for name, phrases in word_lists().items()}


def _groups(name: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(str(word) for word in group) for group in _content()[name])


@cache
def same_units(word: str) -> frozenset[str]:
    """The other ways to say or to write a unit, itself among them; empty for what is none."""
    return next((group for group in _groups("same_units") if word in group), frozenset())


@cache
def deed_forms() -> tuple[frozenset[str], ...]:
    """Groups of verbs and nouns of one deed: "published" and "publication"."""
    return _groups("deed_forms")


@cache
def role_forms() -> tuple[frozenset[str], ...]:
    """Groups of words for one role: "departure", "leave" and "from"."""
    return _groups("role_forms")


@cache
def role_nouns() -> tuple[frozenset[str], ...]:
    """Groups of nouns for one role: "representative" and "rep"."""
    return _groups("role_nouns")


def tying_verbs() -> frozenset[str]:
    """The verbs that only tie things together, in every form: no misspelt nouns ("organised" is no organiser)."""
    return word_lists()["verbs"]


def forms(verb: str, irregular: Sequence[str] = ()) -> tuple[str, ...]:
    """A verb as it stands behind things: "own", "owns", "owned", "owning", with its irregular forms."""
    stem = verb[:-1] if verb.endswith("e") else verb
    third = verb + "es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else verb + "s"
    past = (f"{stem}ed",)
    if verb.endswith("y") and verb[-2] not in "aeiou":
        third, past = f"{verb[:-1]}ies", (f"{verb[:-1]}ied",)
    return (verb, third, f"{stem}ing", *(irregular or past))


@cache
def degrees() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Adjectives of degree: by "most", "least", "gt" and "lt", what each set of words measures."""
    content = shipped(DEGREES)
    return {
        role: {measure: frozenset(str(phrase) for phrase in phrases) for measure, phrases in table.items()}
        for role, table in content.items()
    }


@dataclass(frozen=True)
class Words:
    """The tokens of a question with look-ups at a place; every look-up gives what was found and the place behind."""

    tokens: tuple[Token, ...]
    world: World

    def phrase(self, at: int, role: str) -> int | None:
        """The place behind the longest phrase of a list that starts here, None without one."""
        return longest_at(self.tokens, at, word_lists()[role], _openings()[role])

    def skip(self, at: int, *roles: str) -> int:
        """The place behind all words here that only these lists know."""
        while True:
            ends = [end for role in roles if (end := self.phrase(at, role)) is not None]
            if "ties" in roles and self._is_verb(at):
                ends.append(at + 1)
            if "ties" in roles and (self.is_field_word(at) or self._is_kind(at)):
                return at
            is_article = self.tokens[at].text in word_lists()["articles"] if ends else False
            if not ends or (not is_article and self._opens_more(at, max(ends))):
                return at
            at = max(ends)

    def is_field_word(self, at: int) -> bool:
        """Whether a verb stands where a field of that name does: "id, make and model", "the make of the car"."""
        if not 0 < at < len(self.tokens) or (self.phrase(at, "ties") != at + 1 and self.phrase(at, "verbs") != at + 1):
            return False
        before, after = self.tokens[at - 1].text, self.tokens[at + 1 : at + 2]
        led = before in word_lists()["articles"] or before in word_lists()["joins"]
        goes_on = not after or after[0].text in word_lists()["joins"] or after[0].text == "of"
        named = (name.rpartition(".")[2] for name in self.world.layer.fields) if led and goes_on else ()
        return any(name.rpartition("_")[2] == self.tokens[at].plain for name in named)

    def _is_kind(self, at: int) -> bool:
        """Whether a word tells the kind of the thing behind it: "live concerts" where some of them are recorded."""
        for concepts, behind in self.concepts(at, "value") if self.phrase(at, "ties") == at + 1 else ():
            owners = {concept.target.partition(".")[0] for concept in concepts}
            if any(dataset in owners for dataset, _ in self.nouns(behind)):
                return True
        return False

    def one_on(self, at: int, *roles: str) -> int:
        """The place behind one phrase of these lists that starts here, the same place without one."""
        ends = [end for role in roles if (end := self.phrase(at, role)) is not None]
        return max((*ends, at + 1 if "ties" in roles and self._is_verb(at) else at))

    def _is_verb(self, at: int) -> bool:
        """Whether a word is a verb that only ties things together, and no name of the layer ("rent", "orders")."""
        if self.does(at):
            return True
        if self.phrase(at, "verbs") is None or self.deed(at) or self.concepts(at, "value"):
            return False  # "completed" may be a state that things are in
        token = self.tokens[at]
        if token.text.endswith("ing") and self._describes(at):
            return False
        meant = self.world.lexicon.lookup(self.tokens[at : at + 1])
        of_noun = bool(meant) and all(concept.inflected for concept in meant)  # "teaches" of teachings
        return token.text.endswith(("ed", "ing")) or of_noun or not self.world.lexicon.has_word(token.bare)

    def does(self, at: int) -> bool:
        """Whether a verb is what the things are called by that are named here ("set" of setters, "Ann set")."""
        doers = self.world.nouns.doers.get(self.tokens[at].bare, "") if at < len(self.tokens) else ""
        if not doers or self.nouns(at) or self.deed(at):
            return False
        return any(doers in self._owners(place) for place in range(len(self.tokens)) if place != at)

    def _owners(self, at: int) -> set[str]:
        """The datasets that phrases from a place name, by their noun or by a value."""
        values = {c.target.partition(".")[0] for concepts, _ in self.concepts(at, "value") for c in concepts}
        return values | {dataset for dataset, _ in self.nouns(at)}

    def _describes(self, at: int) -> bool:
        """Whether an -ing form tells which things are meant ("running riders"); "riders renting bikes" ties two."""
        if at == 0 or at + 1 >= len(self.tokens) or not self.nouns(at + 1):
            return False
        tied = self.nouns(at - 1) or self.phrase(at - 1, "being") or self.phrase(at - 1, "passive")
        return not tied and self.world.lexicon.has_word(self.tokens[at - 1].bare)

    def _opens_more(self, at: int, behind: int) -> bool:
        """Whether the words are the beginning of something that counts: "at least" is not "at"."""
        return any((self.phrase(at, role) or 0) > behind for role in TELLING)

    def concepts(self, at: int, kind: Kind, least: float = 0.0) -> list[tuple[tuple[Concept, ...], int]]:
        """The concepts of one kind that phrases from here name, longest phrase first."""
        found: list[tuple[tuple[Concept, ...], int]] = []
        if self.phrase(at, "possessives") is not None:  # the look-up would pass over "their"
            return found
        for end in range(min(at + LONGEST, len(self.tokens)), at, -1):
            done = self.tokens[end - 1].text.endswith(self.world.language.words("participle_endings"))
            meant = self.world.lexicon.lookup(self.tokens[at:end])
            named = [c for c in meant if c.kind == kind and c.weight >= least and not (done and _is_verb_of_a_name(c))]
            named = _without_codes(named, self.world) if kind == "value" else named
            if named and not (kind == "value" and self._is_thing(at, end)):
                best = max(concept.weight for concept in named)
                found.append((tuple(c for c in named if c.weight >= best - 0.2), end))
        return found

    def _is_thing(self, at: int, end: int) -> bool:
        """ "with a subscription", "a term of": behind an article a noun is a thing, not what something is called."""
        led = at > 0 and self.tokens[at - 1].text in self.world.language.words("indefinite")
        if led and end < len(self.tokens) and self.tokens[end].text == "of":
            return True
        last = end >= len(self.tokens) or not self.nouns(end)
        return led and last and bool(self.nouns(at))

    def nouns(self, at: int) -> list[tuple[str, int]]:
        """The datasets whose rows a phrase from here counts ("orders"), with the place behind."""
        found: list[tuple[str, int]] = []
        if self.phrase(at, "possessives") is not None:
            return found
        if doer := self._doer(at):
            return [(doer, at + 1)]
        for end in range(min(at + LONGEST, len(self.tokens)), at, -1):
            behind = self.phrase(end, "rows") or end  # "price records" are prices
            found.extend((dataset, behind) for dataset in self._counted(self.tokens[at:end]))
        return list(dict.fromkeys(found))

    def _doer(self, at: int) -> str:
        """The doer that a verb names before "by someone" ("directed by someone": a director), empty for any other."""
        somebody = 1 < at < len(self.tokens) and self.tokens[at].text in self.world.language.words("persons")
        return self.deed_of_noun(at - 2) if somebody and self.tokens[at - 1].text == "by" else ""

    def _counted(self, tokens: tuple[Token, ...]) -> list[str]:
        nouns = self.world.nouns
        named = [c for c in self.world.lexicon.lookup(tokens) if not c.inflected]
        datasets = [c.target for c in named if c.kind == "noun"]
        return [
            *datasets,
            *(nouns.counted[c.target] for c in named if c.kind == "metric" and c.target in nouns.counted),
        ]

    def deed(self, at: int) -> str:
        """The dataset whose rows a verb makes ("ordered" makes orders), empty for any other word."""
        found = self.world.lexicon.lookup(self.tokens[at : at + 1]) if at < len(self.tokens) else ()
        counted = self.world.nouns.counted
        made = {counted[c.target] for c in found if c.kind == "metric" and c.inflected and c.target in counted}
        return next(iter(made)) if len(made) == 1 else ""

    def sold(self, at: int) -> str:
        """The dataset that a verb of buying or selling makes by the other side's word ("sold" by "purchased")."""
        bare = self.world.language.bare(self.tokens[at].text)
        made = {
            self.world.nouns.counted[concept.target]
            for word in self.world.language.same_deed(bare)
            for concept in self.world.lexicon.lookup(tuple(self.world.language.tokens(word + "ed")))
            if concept.kind == "metric" and concept.target in self.world.nouns.counted
        }
        return next(iter(made)) if len(made) == 1 else ""

    def deed_of_noun(self, at: int) -> str:
        """The dataset that a verb's noun names ("prescribed" and prescriptions), empty for any other word."""
        bare = self.world.language.bare(self.tokens[at].text) if at < len(self.tokens) else ""
        stem = bare[: max(SHORTEST_STEM, len(bare) - 1)]
        names = self.world.layer.datasets if len(bare) >= SHORTEST_STEM else ()
        found = [name for name in names if _is_made_of(name, stem)]
        found = found or [name for name in names if _is_made_of(name.rpartition("_")[2], stem)]  # book translations
        found = found or [name for name in names if "_" in name and name.partition("_")[0] == bare]  # "likes drink"
        said = {self.tokens[at].text, bare} if at < len(self.tokens) else set[str]()
        kin = frozenset[str]().union(*(group for group in deed_forms() if said & group))
        doers = [name for name in found if name.startswith(bare) and name[len(bare) :] in DOERS]
        if doers == found:  # what was played is a game before it is a player
            found = [name for name in self.world.layer.datasets if name in kin] or found
        found = [name for name in found if name not in doers] or found  # who adopted has an adoption
        whole = min(found, key=len, default="")  # the shipments before the lines of them
        return whole if all(name == whole or name.startswith(f"{whole}_") for name in found) else ""

    def extremes(self, at: int) -> list[tuple[str, str, int]]:
        """Adjectives of degree here ("oldest"): what they measure, "most" or "least", and the place behind."""
        found: list[tuple[str, str, int]] = []
        said = [(end, self._said(at, end)) for end in range(at + 1, min(at + 4, len(self.tokens)) + 1)]
        for role in ("most", "least"):
            for measure, phrases in degrees()[role].items():
                found.extend((measure, role, end) for end, text in said if text in phrases)
        return found

    def degree(self, at: int) -> tuple[str, str, int] | None:
        """ "older than", "cheaper than": what is compared, the operator, and the place behind."""
        for operator in ("gt", "lt"):
            for measure, phrases in degrees()[operator].items():
                for end in range(min(at + 4, len(self.tokens)), at, -1):
                    if self._said(at, end) in phrases:
                        return measure, operator, end
        return None

    def field_called(self, measure: str, dataset: str) -> str:
        """The one number field of a dataset that is called like a measure ("age", or "price" and "cost")."""
        return self._called(measure.split("|"), dataset) or (self._called(SIZES, dataset) if measure == SIZE else "")

    def _called(self, names: Sequence[str], dataset: str) -> str:
        numbers = [one for one in self.world.layer.datasets[dataset].fields if one.kind == "number" and not one.hidden]
        named = [one for one in numbers if _is_called(one.name.split("_"), names, dataset)]
        named = named or [one for one in numbers if any(_is_called(told, names, dataset) for told in _other_words(one))]
        found = [f"{dataset}.{field.name}" for field in named]
        whole = [name for name in found if name.partition(".")[2] in names]  # the price before the price of fuel
        return found[0] if len(found) == 1 else whole[0] if len(whole) == 1 else ""

    def linked_field(self, measure: str, dataset: str) -> str:
        """The one number field called like a measure of people that stands in a table beside theirs ("age")."""
        reach, layer = self.world.reach, self.world.layer
        beside = [
            name for name in layer.datasets if reach.steps(dataset, name) == 1 and reach.steps(name, dataset) == 1
        ]
        found = [field for name in beside if (field := self.field_called(measure, name))]
        return found[0] if len(found) == 1 and measure == "age" else ""

    def unit_of(self, at: int, field: str) -> int:
        """The place behind the unit that a field's name ends with ("2500 kg" of a weight in kg); the same without."""
        said = same_units(self.tokens[at].text) if at < len(self.tokens) else frozenset[str]()
        told = self.world.layer.fields[field]
        return at + bool(said.intersection((*told.name.split("_"), *told.label.casefold().split(), told.unit)))

    def measured(self, number: float | int, at: int, field: str) -> tuple[float | int, int]:
        """A number in the unit of a field, and the place behind the unit said: "two hours" of minutes is 120."""
        behind = self.unit_of(at, field)
        said = self.tokens[at].text if behind == at and at < len(self.tokens) else ""
        told = self.world.layer.fields[field]
        for scale in _content()["unit_scales"]:
            sizes = {word: float(size) for size, group in scale.items() for word in group}
            own = {
                sizes[word]
                for word in (*told.name.split("_"), told.unit, *told.label.casefold().split())
                if word in sizes
            }
            if said in sizes and len(own) == 1:
                found = number * sizes[said] / own.pop()
                return (int(found) if found == int(found) else found), at + 1
        return number, behind

    def is_plural(self, at: int) -> bool:
        """Whether a noun is said of several."""
        return self.tokens[at].text != self.tokens[at].plain

    def _said(self, at: int, end: int) -> str:
        return " ".join(token.text for token in self.tokens[at:end])

    def number(self, at: int) -> tuple[float | int, int] | None:
        """A number in digits or words, with the place behind."""
        if at >= len(self.tokens):
            return None
        text = self.tokens[at].text
        amount = amount_of(text)
        spoken = self.world.language.data["number_words"].get(text)
        if amount is None and spoken is None:
            return None
        value = amount if amount is not None else float(spoken)
        return (int(value) if value == int(value) else value), at + 1

    def at_end(self, at: int) -> bool:
        """Whether nothing is left."""
        return at >= len(self.tokens)


def _without_codes(named: list[Concept], world: World) -> list[Concept]:
    """The values without the keys of tables whose other fields say the same: "CAR" and "Car" are of one row."""
    told = {concept.target.partition(".")[0] for concept in named if not _is_key(concept.target, world)}
    return [one for one in named if not (_is_key(one.target, world) and one.target.partition(".")[0] in told)]


def _is_key(target: str, world: World) -> bool:
    dataset, _, field = target.partition(".")
    return dataset in world.layer.datasets and world.layer.datasets[dataset].key_fields == (field,)


def _is_made_of(noun: str, stem: str) -> bool:
    """ "translat" and "translation"."""
    return noun.startswith(stem) and len(noun) - len(stem) <= LONGEST_ENDING


def _is_verb_of_a_name(concept: Concept) -> bool:
    """ "who returned the most": a verb that only sounds like the last word of a field's name ("new or returning")."""
    return concept.kind == "dimension" and concept.inflected and concept.weight < HEAD_WORD


def _other_words(field: Dimension) -> list[list[str]]:
    """The words of a field's label and synonyms ("length" of a column of milliseconds)."""
    return [text.casefold().split() for text in (field.label, *field.synonyms) if text]


def _is_called(parts: list[str], names: Sequence[str], dataset: str) -> bool:
    """Whether a field's name has one of the names as its head: "unit price", "cost of treatment", "weight in kg"."""
    while len(parts) > 1 and parts[-1] in word_lists()["unit_names"] and parts[-1] not in names:
        parts = parts[:-1]
    if SIZE in names and len(parts) > 1 and not set(parts) - {SIZE} <= set(dataset.split("_")):
        return False  # the size of something else ("household size") is not how big a thing is
    return parts[-1] in names or (len(parts) > 1 and parts[0] in names and parts[1] in ("of", "per"))
