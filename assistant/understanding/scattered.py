"""Metrics whose words lie apart in the question: "how many deals did each rep win" asks for "deals won"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from assistant.understanding.chart import Cover, Element, covers
from assistant.understanding.concepts import Concept
from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.language import time_words
from assistant.understanding.own_filters import mentions
from assistant.understanding.segments import owner
from assistant.understanding.tokens import Token, tokenize
from semantic_layer import RatioMetric, SemanticLayer, SimpleMetric

MOST_PHRASES, MOST_WORDS = 6, 5
SCATTERED_COST, SYNONYM_COST, FORM_COST = 0.15, 0.1, 0.1
NOUN, SHARE = "noun:", "share:"
COUNTING, NEVER_COUNTED = frozenset({"top", "bottom", "how_many"}), frozenset({"duration", "currency", "percent"})


@dataclass(frozen=True)
class Phrase:
    """A declared phrase of a metric as a set of words; nouns of the layer stand for all their synonyms."""

    metric: Concept
    words: frozenset[str]
    forms: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Words:
    """What each word of the question may contribute: the tokens it stands in, empty for a noun that is only implied."""

    places: Mapping[str, tuple[int, ...]]

    def has(self, phrase: Phrase) -> bool:
        """Whether every word of the phrase is there."""
        return phrase.words <= self.places.keys()


def _by_rarest(phrases: Sequence[Phrase]) -> Mapping[str, list[int]]:
    """The places of phrases by the one of their words that the fewest phrases have."""
    often = Counter(word for phrase in phrases for word in phrase.words)
    found: dict[str, list[int]] = defaultdict(list)
    for at, phrase in enumerate(phrases):
        found[min(phrase.words, key=lambda word: (often[word], word))].append(at)
    return found


class Scattered:
    """The phrases of one layer by their words; built once."""

    def __init__(self, world: World):
        self._world = world
        averages = (word for word, cues in world.language.cues.items() if "average" in cues)
        self._averages = frozenset(world.language.bare(word) for word in averages)
        self._times = time_words(world.language.data["code"])
        self._kept_keys: dict[tuple[str, str, str], tuple[str, ...]] = {}
        self._entities = tuple(name for name, dataset in world.layer.datasets.items() if dataset.entity)
        phrases = tuple(dict.fromkeys(self._declared(world.layer)))
        declared = {phrase.words for phrase in phrases if not world.layer.metrics[phrase.metric.target].implied}
        self._phrases = tuple(  # "spent on marketing" is the spend, not how many rows of it there are
            phrase
            for phrase in phrases
            if phrase.words not in declared or not world.layer.metrics[phrase.metric.target].implied
        )
        self._by_rarest = _by_rarest(self._phrases)

    def covers(self, tokens: Sequence[Token], clock: Clock) -> tuple[Cover, ...]:
        """Covers of the question in which the words of one metric are gathered, the longest phrases first."""
        words = self._said(tokens)
        near = sorted({at for word in words.places for at in self._by_rarest.get(word, ())})
        found = [self._phrases[at] for at in near if words.has(self._phrases[at])]
        found = [phrase for phrase in found if not self._is_counted_thing(phrase, words, tokens)]
        longest = [p for p in found if not any(p.words < other.words for other in found)]
        longest.sort(key=lambda phrase: (-len(phrase.words), phrase.metric.target))
        result: list[Cover] = []
        for phrase in islice(longest, MOST_PHRASES):
            fixed = self._fixed(phrase, words, tokens)
            if fixed is not None:
                result.extend(covers(tokens, self._world.lexicon, clock, fixed)[:2])
        return tuple(result)

    def _fixed(self, phrase: Phrase, words: Words, tokens: Sequence[Token]) -> dict[int, Element] | None:
        """The elements that the words of a phrase become: the metric at a noun or the first, fillers elsewhere."""
        places = sorted({at for word in phrase.words for at in words.places[word]})
        if any(self._is_listed(tokens, at) for at in places) or not any(self._is_open(tokens[at]) for at in places):
            return None
        if not self._suits(phrase, tokens, places) or self._spans_number(tokens, places):
            return None
        if any(tokens[at].text == "per" and at + 1 not in places for at in places):
            return None  # "spend per order" is no spend per customer
        if any(self._is_edge(tokens, at) for at in places) or self._is_set_against(tokens[places[0] : places[-1]]):
            return None
        head = next((at for at in places if self._is_noun(tokens[at])), places[0])
        fixed = {at: Element(at, at + 1, tokens[at].raw, 1.2, cues=frozenset({"filler"})) for at in places}
        other = len(phrase.forms - {token.plain for token in tokens})
        concept = replace(phrase.metric, weight=phrase.metric.weight - SCATTERED_COST - FORM_COST * other)
        fixed[head] = Element(head, head + 1, tokens[head].raw, 1.0, concepts=(concept,), word=tokens[head].bare)
        return fixed

    def _suits(self, phrase: Phrase, tokens: Sequence[Token], places: Sequence[int]) -> bool:
        """Whether the words can make up this name here: no stock, no frequency of others, no other condition."""
        if self._is_stock(tokens, places) or self._is_frequency_of_others(phrase, tokens):
            return False
        metric = phrase.metric.target
        if self._is_described(phrase, tokens, places) or self._is_object(metric, tokens):
            return False
        if self._tears_unit(tokens, places):
            return False
        language = self._world.language
        shares = any("share" in language.cues.get(tokens[at].text, ()) for at in places)
        rates = language.words("share_words")  # "the success rate of transactions" is no number of shares
        shares = shares or any(tokens[at].text in rates and tokens[at].plain not in phrase.forms for at in places)
        if shares and self._world.layer.metrics[metric].format != "percent":
            return False  # "what share of customers" is not "how customers rate"
        if shares and not self._names_whole(metric, tokens):
            return False  # "share of tickets" is no share of orders with a ticket
        if shares and self._is_split(metric, tokens, places):
            return False  # "share of gross margin by brand" is no margin rate
        return not any(self._narrows_alone(metric, tokens[at]) for at in places)

    def _is_counted_thing(self, phrase: Phrase, words: Words, tokens: Sequence[Token]) -> bool:
        """ "who answered the most tickets": things are counted, not how long they take or how many people did it."""
        people = any(word.removeprefix(NOUN) in self._entities for word in phrase.words)
        distinct = people and self._counts_distinct(phrase.metric.target)
        if self._world.layer.metrics[phrase.metric.target].format not in NEVER_COUNTED and not distinct:
            return False
        places = {at for word in phrase.words for at in words.places[word]}
        things = (at for at in places if self._is_noun(tokens[at]) and tokens[at].text != tokens[at].plain)
        things = (at for at in things if not (distinct and self._is_person(tokens[at])))
        cues = self._world.language.cues
        led = (" ".join(one.text for one in tokens[at - size : at]) for at in things for size in (1, 2) if at >= size)
        return any(not COUNTING.isdisjoint(cues.get(said, ())) for said in led)

    def _counts_distinct(self, name: str) -> bool:
        metric = self._world.layer.metrics[name]
        return isinstance(metric, SimpleMetric) and self._world.layer.measures[metric.measure].agg == "count_distinct"

    def _is_person(self, token: Token) -> bool:
        named = {c.target for c in self._world.lexicon.lookup([token]) if c.kind == "noun"}
        return token.text in self._world.language.persons or not named.isdisjoint(self._entities)

    def _is_split(self, metric: str, tokens: Sequence[Token], places: Sequence[int]) -> bool:
        """Whether an amount that has a name of its own is shared out among groups."""
        layer, cues = self._world.layer, self._world.language.cues
        grouped = any({"by", "per", "each", "every"} & {token.text, *cues.get(token.text, ())} for token in tokens)
        named = self._world.lexicon.lookup(tokens[places[1] : places[-1] + 1]) if grouped and len(places) > 1 else ()
        others = (layer.metrics[c.target] for c in named if c.kind == "metric" and c.target != metric)
        return any(other.format == "currency" for other in others)

    def _names_whole(self, metric: str, tokens: Sequence[Token]) -> bool:
        """Whether what a rate is told of is said, where only its part, which is of other rows, is named."""
        found = self._world.layer.metrics[metric]
        if not isinstance(found, RatioMetric):
            return True
        part, base = (set(self._world.reach.facts(name)) for name in (found.numerator, found.denominator))
        said = {c.target for token in tokens for c in self._world.lexicon.lookup([token]) if c.kind == "noun"}
        return base <= part or bool(base & said) or not part & said

    def _is_frequency_of_others(self, phrase: Phrase, tokens: Sequence[Token]) -> bool:
        """ "how often did customers complain" is no number of complaints by order: what it is by is not said."""
        metric, language = self._world.layer.metrics[phrase.metric.target], self._world.language
        often = any(
            t.text in language.words("frequency_degrees")
            and at
            and tokens[at - 1].text in language.words("degree_words")
            for at, t in enumerate(tokens)
        )
        if not often or not isinstance(metric, RatioMetric):
            return False
        part, base = (set(self._world.reach.facts(name)) for name in (metric.numerator, metric.denominator))
        said = {c.target for token in tokens for c in self._world.lexicon.lookup([token]) if c.kind == "noun"}
        persons = any(token.text in language.persons for token in tokens)
        of = self._world.layer.metrics[metric.denominator]
        if isinstance(of, SimpleMetric) and self._world.layer.measures[of.measure].agg == "count_distinct":
            return not (persons or said & set(self._entities))  # of who did it, not of rows
        return not (base <= part or base & said)

    def _tears_unit(self, tokens: Sequence[Token], places: Sequence[int]) -> bool:
        """ "tickets of the weekly newsletter": what has a rhythm is the thing behind it."""
        adverbs = self._world.language.data["grain_adverbs"]
        torn = (at for at in range(places[0], places[-1] + 1) if tokens[at].text in adverbs)
        pairs = [(at, at + 1) for at in torn if self._world.lexicon.lookup(tokens[at + 1 : at + 2]) or at + 1 in places]
        if any((first in places) != (second in places) for first, second in pairs):
            return True
        return any(self._limits_another(tokens, at) for at in places if at + 1 not in places)

    def _limits_another(self, tokens: Sequence[Token], at: int) -> bool:
        """ "subscription campaigns": a word that makes a compound with the noun behind it, and no name of its own."""
        behind = at + 1 < len(tokens) and self._is_noun(tokens[at + 1])
        return behind and not self._world.lexicon.lookup(tokens[at : at + 2])

    def _is_described(self, phrase: Phrase, tokens: Sequence[Token], places: Sequence[int]) -> bool:
        """ "satisfied customers": things that are so, and not the rate of it."""
        asked = any(t.text in self._world.language.words("degree_words") for t in tokens)
        asked = asked or any("share" in self._world.language.cues.get(t.text, ()) for t in tokens)
        if asked or not self._is_ratio(phrase.metric.target) or len(places) != 2 or places[1] - places[0] != 1:
            return False
        described, thing = tokens[places[0]], tokens[places[1]]
        ending = described.text.endswith(self._world.language.words("participle_endings"))
        return ending and self._is_noun(thing) and thing.text != thing.plain

    def _is_object(self, name: str, tokens: Sequence[Token]) -> bool:
        """ "what did people buy": what was bought, and not how many people bought."""
        words, metric = self._world.language.words, self._world.layer.metrics[name]
        asked = len(tokens) > 1 and "which" in self._world.language.cues.get(tokens[0].text, ())
        return asked and tokens[1].text in words("doing") and metric.format == "integer"

    def _narrows_alone(self, metric: str, token: Token) -> bool:
        """ "orders from web": a value of the very rows counted that the metric's own definition does not mention."""
        found = self._world.lexicon.lookup([token])
        facts = self._world.reach.facts(metric)
        values = [c for c in found if c.kind == "value" and c.target.partition(".")[0] in facts]
        if not values or any(c.kind != "value" for c in found):
            return False
        return not any(mentions(self._world.layer, metric, str(c.value)) for c in values)

    def _is_open(self, token: Token) -> bool:
        """Whether a word has no meaning of its own in the layer, so that it must belong to a longer name."""
        language, found = self._world.language, self._world.lexicon.lookup([token])
        if token.text in language.data["adjectives"] or "share" in language.cues.get(token.text, ()):
            return True
        small = token.text in language.fillers or token.text in language.function_words or token.text in language.cues
        idle = all(concept.inflected or concept.kind == "value" for concept in found)
        return idle if found else token.text.isalpha() and not small

    def _is_listed(self, tokens: Sequence[Token], at: int) -> bool:
        """ "which customers bought": the rows are asked for, not their number."""
        asked = at > 0 and "which" in self._world.language.cues.get(tokens[at - 1].text, ())
        return asked and self._is_noun(tokens[at])

    def _is_edge(self, tokens: Sequence[Token], at: int) -> bool:
        """ "at the end of May": where a period ends, not what ended."""
        edge = tokens[at].text in self._world.language.words("edges")
        return edge and at + 1 < len(tokens) and tokens[at + 1].text == "of"

    def _is_set_against(self, tokens: Sequence[Token]) -> bool:
        """Whether two things are set against each other: the words of one name lie on one side."""
        return any("versus" in self._world.language.cues.get(token.text, ()) for token in tokens)

    def _spans_number(self, tokens: Sequence[Token], places: Sequence[int]) -> bool:
        """Whether a number lies between, other than one compared with: "won fewer than 30 deals"."""
        between = tokens[places[0] + 1 : places[-1]]
        if not any(token.text[0].isdigit() for token in between):
            return False
        compared = " ".join(token.text for token in between[:-1])
        cues = self._world.language.cues.get(compared, ())
        return not (between[-1].text.isdigit() and any(cue.startswith("cmp_") for cue in cues))

    def _is_noun(self, token: Token) -> bool:
        return any(concept.kind == "noun" for concept in self._world.lexicon.lookup([token]))

    def _said(self, tokens: Sequence[Token]) -> Words:
        places: dict[str, tuple[int, ...]] = {}
        persons = [at for at, token in enumerate(tokens) if token.text in self._world.language.persons]
        for at in range(1, len(tokens)):
            if tokens[at].text in self._world.language.words("heads"):  # "per head"
                places.update({NOUN + entity: (at - 1, at) for entity in self._entities})
                places["per"] = (at - 1,)
        named = self._named(tokens)
        for at, token in enumerate(tokens):
            for word in self._keys(token) if at not in named else ():
                places.setdefault(word, (at,))
            for word in self._measures(tokens, at):
                places.setdefault(word, (at - 1, at))
            if persons and persons[0] < at:
                places.setdefault(f"agent:{token.bare}", (persons[0], at))
            if "share" in self._world.language.cues.get(token.text, ()):
                places.setdefault(SHARE, (at,))
            if token.text in self._world.language.words("per_words"):
                places.setdefault("per", (at,))
        for dataset in self._implied(tokens):
            places.setdefault(NOUN + dataset, ())
        return Words(places)

    def _named(self, tokens: Sequence[Token]) -> set[int]:
        """The places in values and fields of two words that are no words of their own: nobody paid in "paid search"."""
        found: set[int] = set()
        small = self._world.language.silent | self._world.language.fillers
        for at in range(len(tokens) - 1):
            if tokens[at].text in small or tokens[at + 1].text in small:
                continue
            concepts = self._world.lexicon.lookup(tokens[at : at + 2])
            if concepts and all(self._is_name(c) for c in concepts):
                found |= {place for place in (at, at + 1) if not self._is_noun(tokens[place])}
        return found

    def _is_name(self, concept: Concept) -> bool:
        """Whether a meaning is a value, or a field that groups: "loyalty tier", but not the number "deal value"."""
        if "." not in concept.target or concept.inflected:
            return False
        groups = concept.kind == "dimension" and self._world.layer.fields[concept.target].kind == "categorical"
        return groups or concept.kind == "value"

    def _implied(self, tokens: Sequence[Token]) -> Iterator[str]:
        """Entities that a value stands for: "women" are customers."""
        for token in tokens:
            for concept in self._world.lexicon.lookup([token]):
                dataset = owner(self._world.layer, concept.target)
                if concept.kind == "value" and self._world.layer.datasets[dataset].entity and token.text != token.plain:
                    yield dataset

    def _measures(self, tokens: Sequence[Token], at: int) -> tuple[str, ...]:
        """The words that an adjective asks for: "how fast" asks for a time."""
        if at == 0 or tokens[at - 1].text not in self._world.language.words("degree_words"):
            return ()
        named = self._world.language.data["adjectives"].get(tokens[at].text, ())
        return tuple(self._world.language.one_deed(self._world.language.bare(str(word))) for word in named)

    def _own_keys(self, token: Token) -> list[str]:
        """The keys of a word of a name, which many names have."""
        word = (token.raw, token.plain, token.bare)
        if word not in self._kept_keys:
            self._kept_keys[word] = tuple(self._keys(token))
        return list(self._kept_keys[word])

    def _keys(self, token: Token) -> Iterator[str]:
        if not token.text.isalpha() or token.text in self._world.language.function_words:
            return
        # "returning" says more than "return": only other verb endings are undone
        states = self._world.language.words("state_verbs")  # "opened" is no "open", either
        kept = token.text.endswith("ing") or (token.text.endswith("ed") and token.bare in states)
        yield self._world.language.one_deed(token.plain if kept else token.bare)
        for concept in self._world.lexicon.lookup([token]):
            if concept.kind == "noun":
                yield NOUN + concept.target

    def _is_stock(self, tokens: Sequence[Token], places: Sequence[int]) -> bool:
        """ "how many products do we sell" asks for how many there are, not for how many were sold."""
        words = [token.text for token in tokens[: places[-1]]]
        present = any(word in self._world.language.words("present") for word in words)
        subject = any(word in self._world.language.words("we") for word in words)
        return present and subject and "many" in words and not any(token.text in self._times for token in tokens)

    def _without_average(self, telling: list[list[str]]) -> list[list[str]]:
        """The words but for "average", unless only who does what is left: "customers spend" is no average."""
        kept = [keys for keys in telling if keys[0] not in self._averages]
        doers = {NOUN + entity for entity in self._entities}
        plain = len(kept) == len(("who", "what")) and any(not doers.isdisjoint(keys) for keys in kept)
        return telling if plain or not kept else kept

    def _is_ratio(self, name: str) -> bool:
        return isinstance(self._world.layer.metrics[name], RatioMetric)

    def _declared(self, layer: SemanticLayer) -> Iterator[Phrase]:
        for metric in layer.metrics.values():
            for rank, text in enumerate(
                ()
                if metric.hidden or metric.ai_context.in_order
                else (metric.name.replace("_", " "), metric.label, *metric.synonyms)
            ):
                yield from self._variants(text, Concept("metric", metric.name, 1.0 if rank < 2 else 0.9))

    def _variants(self, text: str, concept: Concept) -> Iterator[Phrase]:
        """The word sets of a phrase: each noun of the layer as its own word or as any of its synonyms."""
        tokens = [t for t in tokenize(text, self._world.language.forms) if t.text.isalpha()]
        telling = [self._own_keys(token) for token in tokens if token.text not in self._world.language.function_words]
        if any(char.isdigit() for char in text):  # "p90 response time" is no response time
            return
        if any("share" in self._world.language.cues.get(token.text, ()) for token in tokens[:1]):
            telling = [[SHARE], *telling]  # "share of satisfied customers" is no number of satisfied customers
        if len(telling) == 1 and len(tokens) == 1 and (verb := self._world.language.agent_verb(tokens[0])):
            yield Phrase(concept, frozenset({f"agent:{verb}"}))
        if self._is_ratio(concept.target):  # "spend per order" is an average already
            telling = self._without_average(telling)
        forms = frozenset(t.plain for t in tokens if t.text not in self._world.language.function_words)
        if 2 <= len(telling) <= MOST_WORDS:
            for words in product(*telling):
                strange = any(word.startswith(NOUN) for word in words)
                weight = concept.weight - (SYNONYM_COST if strange else 0)
                yield Phrase(concept.but(weight=weight), frozenset(words), forms)
