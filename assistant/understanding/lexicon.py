"""Every phrase that the layer and its data give a meaning to, keyed for look-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from assistant.understanding.concepts import COMPOSED, EXACT, HEAD_WORD, INFLECTED, PEOPLE, Concept
from assistant.understanding.exchanging import Exchange
from assistant.understanding.language import Language, time_words
from assistant.understanding.namings import Namings
from assistant.understanding.single_named import agree, number_of
from assistant.understanding.tokens import Token, fold_case, phrase_keys
from assistant.understanding.values_index import ValuesIndex
from semantic_layer import SemanticLayer, SimpleMetric

LONGEST_PHRASE = 8
MOST_KEPT = 100_000
MOST_LOOKUPS_KEPT = 20_000
ORDINARY_VALUE = 0.85  # of a name made of words that mean something else, too
SHORT_VALUE, SHORT_CASE_COST, CASE_COST, SHORTEST_START = 3, 0.3, 0.1, 4


class Lexicon:
    """Phrases of one layer and one snapshot; look-up by tokens, and the words themselves for spelling."""

    def __init__(
        self,
        layer: SemanticLayer,
        values: Mapping[str, Sequence[tuple[str, int]]],
        language: Language,
        wide: ValuesIndex | None = None,
    ) -> None:
        self._layer, self._language, self._wide = layer, language, wide
        self._given: Mapping[str, Concept] = {}
        self._strange: dict[tuple[str, str], bool] = {}
        self._values: dict[str, tuple[str, ...]] = {}
        self._looked_up: dict[tuple[object, ...], tuple[Concept, ...]] = {}
        self._index: dict[str, list[Concept]] = defaultdict(list)
        self._exchange = Exchange(layer, language)
        self._exchanged: dict[str, list[Concept]] = defaultdict(list)
        self._fields: dict[str, list[Concept]] = defaultdict(list)
        self._words: dict[str, str] = {}
        self._metric_words: dict[str, set[str]] = defaultdict(set)
        self._own_words: dict[str, set[str]] = defaultdict(set)
        self._bare: set[str] = set()
        self._joining = self._small_words()
        self._function_words = self._closed_class()
        self._ordinary: dict[str, set[str]] = defaultdict(set)
        for phrase, concept in Namings(layer, language, self._function_words, self._exchange).all(values):
            self._add(phrase, concept)

    @property
    def words(self) -> Mapping[str, str]:
        """Every word of a phrase as it is spelt, with its bare form."""
        return self._words

    def knows(self, token: Token) -> bool:
        """Whether any phrase uses the word, in this or another form."""
        return token.bare in self._bare

    def has_word(self, bare: str) -> bool:
        """Whether any phrase has a word of this bare form."""
        return bare in self._bare

    def may_name(self, bare: str) -> bool:
        """Whether one word of this bare form, perhaps put together from several, may be looked up with any success."""
        return bare in self._index or bool(self._wide or self._given)

    def metrics_with(self, token: Token) -> tuple[str, ...]:
        """Metrics that have the word in one of their phrases, in the layer's order."""
        found = self._metric_words.get(token.bare, set())
        return tuple(name for name in self._layer.metrics if name in found)

    def is_near(self, metric: str, field: str) -> bool:
        """Whether a field belongs to the very dataset that a simple metric counts; unknown for other metrics."""
        found = self._layer.metrics[metric]
        return not isinstance(found, SimpleMetric) or found.measure.partition(".")[0] == field.partition(".")[0]

    def words_of(self, metric: str) -> frozenset[str]:
        """The bare words of all phrases of a metric."""
        return frozenset(self._own_words.get(metric, ()))

    def lookup(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        """The meanings of exactly these tokens, the best form of each meaning once; the last look-ups are kept."""
        if not tokens:
            return ()  # a value that is stored as "-" is no meaning of nothing
        opens = tokens[0].start == 0
        key = (opens, *[token.word for token in tokens])
        found = self._looked_up.get(key)
        if found is None:
            if len(self._looked_up) >= MOST_LOOKUPS_KEPT:
                self._looked_up.clear()
            found = self._looked_up[key] = self._meanings(tokens)
        return found

    def _meanings(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        wide, narrow = phrase_keys(self._telling(tokens))
        persons = len(tokens) == 1 and tokens[0].text in self._language.persons
        best: dict[tuple[str, str, str | bool, str], Concept] = {}
        for concept in self._index.get(wide) or self._other_nouns(tokens):
            same_form = concept.plain == narrow
            if concept.kind == "value" and not self._is_the_name(concept, tokens, same_form and not persons):
                continue
            if concept.kind == "metric" and len(tokens) > 1 and not self._is_shaped_so(concept, tokens):
                continue
            verb = not concept.plain.endswith(tokens[-1].plain)
            if concept.kind == "metric" and verb and len(tokens) > 1 and self._is_many(tokens[-1]):
                continue  # "customer orders" are no customers who ordered
            if persons and concept.weight <= HEAD_WORD:
                continue
            if concept.weight == PEOPLE and not persons and "each_one" in self._language.cues.get(tokens[0].text, ()):
                continue  # "individual products" are no individuals
            concept = _case_checked(concept, tokens)
            found = concept if same_form else concept.but(weight=concept.weight - INFLECTED, inflected=True)
            if found.identity not in best or best[found.identity].weight < found.weight:
                best[found.identity] = found
        for concept in (*self.wide_values(tokens), *self._given_here(narrow)):
            best.setdefault(concept.identity, concept)
        return (*best.values(), *self._without_ordinary(tokens, tuple(best.values())))

    def _is_many(self, token: Token) -> bool:
        """Whether a word speaks of things of a dataset, of several."""
        return token.text != token.plain and token.text not in self._language.persons and self._exchange.is_thing(token)

    def _other_nouns(self, tokens: Sequence[Token]) -> Iterator[Concept]:
        """The numbers that the words name with other nouns than the layer does, or that they only restate."""
        if len(tokens) < 2:
            return
        for wide, narrow, form in self._exchange.keys_said(tokens):
            for concept in self._exchanged.get(wide, ()):
                same = concept.plain == narrow and form in ("", self._layer.metrics[concept.target].format)
                if same:
                    yield concept.but(plain=phrase_keys(self._telling(tokens))[1])
        yield from self._kinds(tokens)
        for rest, affix in self._exchange.restated(tokens):
            for concept in self.lookup(rest):
                named = concept.kind == "metric" and concept.weight > HEAD_WORD and not concept.inflected
                if named and self._exchange.says_again(affix, concept.target):
                    plain = phrase_keys(self._telling(tokens))[1]
                    yield concept.but(weight=concept.weight - COMPOSED, plain=plain, shape=self._shape(tokens))

    def _kinds(self, tokens: Sequence[Token]) -> Iterator[Concept]:
        """The fields that the words name by another head: "type of product" for the product group."""
        plain, turned = phrase_keys(self._telling(tokens))[1], self._exchange.turned(tokens)
        exact = [concept for concept in self.lookup(turned) if concept.kind == "dimension"] if turned else []
        if exact:
            yield from (concept.but(plain=plain, weight=concept.weight - COMPOSED) for concept in exact)
            return
        for key in self._exchange.keys_of_kinds(tokens):
            yield from (concept.but(plain=plain) for concept in self._fields.get(key, ()))

    def wide_values(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        """The values of fields too wide to hold that are called exactly so.

        One made of words that mean something else, too, counts only when it is written as it is stored, and begins and
        ends with a capital.
        """
        if self._wide is None or not tokens or not any(sign.isalpha() for token in tokens for sign in token.text):
            return ()
        strange = any(self.is_strange(token) for token in tokens)
        if not strange and not (tokens[0].raw[:1].isupper() and tokens[-1].raw[:1].isupper()):
            return ()
        raw = " ".join(token.raw for token in tokens)
        return tuple(
            Concept("value", found.field, EXACT if strange else ORDINARY_VALUE, value=found.spelt)
            for found in self._wide.exact(phrase_keys(tokens)[1])
            if strange or found.spelt == raw
        )

    def values_of(self, field: str) -> tuple[str, ...]:
        """The values of a field that are held, as they are stored."""
        found = self._values.get(field)
        if found is None:
            told = (c for concepts in self._index.values() for c in concepts if c.kind == "value" and c.target == field)
            found = self._values[field] = tuple(dict.fromkeys(str(concept.value) for concept in told))
        return found

    def fields_with(self, ordinary: str) -> frozenset[str]:
        """The fields that hold a word as a value which is not looked up, because it is ordinary English ("live")."""
        return frozenset(self._ordinary.get(ordinary, ()))

    def is_strange(self, token: Token) -> bool:
        """Whether neither the layer nor the language has the word."""
        found = self._strange.get((token.text, token.bare))
        if found is None:
            found = not (self.knows(token) or self._language.has_meaning(token))
            if len(self._strange) < MOST_KEPT:
                self._strange[token.text, token.bare] = found
        return found

    def near_values(self, tokens: Sequence[Token]) -> tuple[str, ...]:
        """Values of wide fields that a misspelt or unfinished name may be, at most a few."""
        if self._wide is None:
            return ()
        key = phrase_keys(tokens)[1]
        near = self._wide.near(key) or [v for v in self._wide.starting(key) if _begins(v.spelt, tokens)]
        return tuple(dict.fromkeys(found.spelt for found in near))

    def giving(self, concepts: Mapping[str, Concept]) -> Lexicon:
        """This lexicon with a few meanings more, by the plain form of a token; the others are shared."""
        wider = copy(self)
        wider._given, wider._looked_up = concepts, {}
        return wider

    def _given_here(self, plain: str) -> tuple[Concept, ...]:
        found = self._given.get(plain)
        return () if found is None else (found,)

    def _without_ordinary(self, tokens: Sequence[Token], found: tuple[Concept, ...]) -> tuple[Concept, ...]:
        """What the words mean as ordinary English too: "orders placed" may be a name, or simply orders.

        A total of money is no such word: an "order total" is never how many orders there are.
        """
        telling = [token for token in tokens if token.text not in self._language.fillers]
        named = {concept.target for concept in found if concept.kind == "metric"}
        money = all(self._layer.metrics[name].format == "currency" for name in named)
        if not named or not telling or len(telling) == len(tokens):
            return ()
        if money and tokens[-1].text in self._language.words("count_suffixes"):
            return ()
        plain = [c for c in self.lookup(telling) if c.kind == "metric" and c.target not in named and not c.inflected]
        return tuple(plain) if tokens[-1] not in telling else ()

    def _small_words(self) -> frozenset[str]:
        language = self._language
        linked = {word for group in language.links.values() for word in group}
        return language.fillers | language.determiners | linked | set(language.words("comparatives"))

    def _closed_class(self) -> frozenset[str]:
        language = self._language
        kinds = language.cued("typical")  # "normal" is a priority as well as a usual day
        return self._joining | (set(language.cues) - kinds) | time_words(language.data["code"])

    def _add(self, phrase: str, concept: Concept) -> None:
        said = self._language.name_tokens(phrase)
        tokens = self._telling(said)
        if not tokens or len(tokens) > LONGEST_PHRASE:
            return
        if concept.kind == "value":
            ordinary = self._is_ordinary(tokens) and not self._is_telling(tokens)
            if ordinary and not (phrase.isupper() or self._is_proper(phrase, tokens, concept)):
                self._ordinary[phrase.casefold()].add(concept.target)
                return
            concept = concept.but(cased=ordinary or len(phrase) < 2, spelt=phrase)
        wide, narrow = phrase_keys(tokens)
        shape, number = (self._shape(tokens), self._number(said)) if concept.kind == "metric" else ("", "")
        self._index[wide].append(concept.but(plain=narrow, shape=shape, number=number))
        if concept.kind == "metric":
            for other, plain in self._exchange.keys_of_name(tokens, self._layer.metrics[concept.target]):
                composed = concept.but(weight=concept.weight - COMPOSED, plain=plain, shape=shape)
                self._exchanged[other].append(composed)
        if concept.kind == "dimension" and not concept.grain:
            for key in self._exchange.keys_of_field(tokens):
                self._fields[key].append(concept.but(weight=concept.weight - COMPOSED))
        self._learn(tokens, concept)

    def _is_ordinary(self, tokens: Iterable[Token]) -> bool:
        """Whether there are words of everyday grammar only."""
        return all(token.text in self._function_words or token.text.isdecimal() for token in tokens)

    def _is_telling(self, tokens: Sequence[Token]) -> bool:
        """Whether several words of grammar say something together: "in progress", and no time ("last month")."""
        times = time_words(self._language.data["code"])
        telling = [token.text for token in tokens if token.text not in self._joining]
        return len(tokens) > 1 and bool(telling) and not any(word in times or word.isdecimal() for word in telling)

    def _is_the_name(self, concept: Concept, tokens: Sequence[Token], same_form: bool) -> bool:
        """Whether a value is called exactly so: "open" is not "opened", "people" are no customers of type "person", a
        "single" order is none of the singles.
        """
        if concept.cased and not _is_written_as_stored(concept, tokens):
            return False
        return same_form and not self._is_another_word(concept, tokens)

    def _is_another_word(self, concept: Concept, tokens: Sequence[Token]) -> bool:
        """Whether words of grammar only look like a form of what a value is called; a day's name is no such word."""
        spelt = not concept.spelt or concept.spelt.casefold() == " ".join(token.text for token in tokens)
        return not spelt and self._is_ordinary(tokens) and not self._is_time(tokens)

    def _is_time(self, tokens: Iterable[Token]) -> bool:
        return time_words(self._language.data["code"]).issuperset(token.text for token in tokens)

    def _is_proper(self, phrase: str, tokens: Sequence[Token], concept: Concept) -> bool:
        """Whether a value of ordinary words is stored with capitals, so that "Display" is told from "display"."""
        capital = all(word[:1].isupper() for word in phrase.split())
        return capital and phrase == concept.value and not self._is_time(tokens)

    def _is_shaped_so(self, concept: Concept, tokens: Sequence[Token]) -> bool:
        return concept.shape == self._shape(tokens) and agree(concept.number, self._number(tokens))

    def _number(self, tokens: Sequence[Token]) -> str:
        return number_of(tokens, self._language.words("indefinite"))

    def _shape(self, tokens: Sequence[Token]) -> str:
        """What inflection says in a phrase: -ing forms ("returning rate" is no "return rate"), averages of many."""
        doing = sum(token.text.endswith("ing") and token.bare != token.plain for token in tokens)
        average = not self._language.cued("average").isdisjoint(token.text for token in tokens)
        states = self._language.words("state_verbs")
        done = sum(token.text.endswith("ed") and token.bare in states for token in tokens)  # "opened" is not "open"
        return (
            "g" * doing
            + "d" * done
            + ("s" if average and len(tokens) == 2 and tokens[-1].text != tokens[-1].plain else "")
        )

    def _telling(self, tokens: Iterable[Token]) -> list[Token]:
        given = list(tokens)
        telling = [token for token in given if token.text not in self._language.silent]
        return telling or given[:1] * (len(given) == 1)  # blood type "A" is no article

    def _learn(self, tokens: Iterable[Token], concept: Concept) -> None:
        for token in tokens:
            self._bare.add(token.bare)
            if token.text.isalpha() and token.text not in self._function_words:
                self._words.setdefault(token.text, token.bare)
                if concept.kind == "metric":
                    self._metric_words[token.bare].add(concept.target)
                    self._own_words[concept.target].add(token.bare)


def _case_checked(concept: Concept, tokens: Sequence[Token]) -> Concept:
    """A value in another case than the one it was typed in is less likely meant: "NL" is not the language "nl"."""
    raw = " ".join(token.raw for token in tokens)
    if not concept.spelt or raw == concept.spelt or raw.islower() or raw.casefold() != concept.spelt.casefold():
        return concept
    return concept.but(weight=concept.weight - (SHORT_CASE_COST if len(raw) <= SHORT_VALUE else CASE_COST))


def _begins(value: str, tokens: Sequence[Token]) -> bool:
    """Whether a value begins with these whole words."""
    said = fold_case("".join(token.raw for token in tokens))
    words = fold_case(value).split()
    return len(said) >= SHORTEST_START and said in {"".join(words[:size]) for size in range(1, len(words))}


def _is_written_as_stored(concept: Concept, tokens: Sequence[Token]) -> bool:
    """Whether a name of ordinary words is written like one: in capitals, or with its own inside a sentence."""
    if all(token.raw.isupper() for token in tokens):
        return True
    return len(concept.spelt) > 1 and tokens[0].start > 0 and [token.raw for token in tokens] == [concept.spelt]
