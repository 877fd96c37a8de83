"""The door of the room: a question in, a plan, a question back or a refusal out, with no model and no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache, partial

from assistant.answer import Clarification, Explanation, Option, Plan, Refusal
from assistant.understanding.ahead import looking_ahead
from assistant.understanding.chart import Element
from assistant.understanding.closer_rows import with_closer_rows
from assistant.understanding.compounds import Compounds
from assistant.understanding.doubts import doubt, doubt_of_query, with_assumptions
from assistant.understanding.draft import World
from assistant.understanding.early import early_outcome
from assistant.understanding.entities import (
    asks_values,
    asks_whose,
    by_own_day,
    doubted,
    listed_instead,
    plan_entities,
    told_by_rows,
    tying_verbs,
)
from assistant.understanding.forms import Asking, read_first, read_form
from assistant.understanding.fragments import Fragment, meanings_of, read_fragment
from assistant.understanding.given import plan_by, without_definitions
from assistant.understanding.halves import half_answered
from assistant.understanding.happenings import Happening, named_days
from assistant.understanding.language import Language, load_language
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.lookup import (
    MOST_OFFERED,
    Mention,
    Named,
    card,
    mention,
    nobody,
    noted,
    readings,
    roles_lost,
    several,
)
from assistant.understanding.metric_words import context_words, word_pairs
from assistant.understanding.named_rates import part_behind_verb
from assistant.understanding.nouns import Nouns
from assistant.understanding.objects_bounded import with_bounded_objects
from assistant.understanding.one_sentence import all_groups, by_one_sentence
from assistant.understanding.outcome import decide
from assistant.understanding.own_words import in_own_words
from assistant.understanding.plain_words import plain_words
from assistant.understanding.predicates import PlainDeeds
from assistant.understanding.quoted import quoted_lost, with_letters_as_written
from assistant.understanding.rates_bracketed import by_bracketed_rate
from assistant.understanding.reach import Reach
from assistant.understanding.readings import Readings, is_of_today, read
from assistant.understanding.refusing import refuse
from assistant.understanding.remarks import without_remarks
from assistant.understanding.retold import retold
from assistant.understanding.roles_apart import Apart, as_done, as_having, by_links, roles_said, with_roles_apart
from assistant.understanding.running import past_of_today, still_running
from assistant.understanding.scattered import Scattered
from assistant.understanding.second_halves import with_second_half
from assistant.understanding.short_names import with_short_names_told
from assistant.understanding.similarity import Similar
from assistant.understanding.spans_told import with_spans
from assistant.understanding.spelling import Speller
from assistant.understanding.spreads import Spread
from assistant.understanding.suggesting import helped
from assistant.understanding.tokens import Token, tokenize
from assistant.understanding.tracing import Trace, losers_told, meanings_told, readings_told
from assistant.understanding.values_index import ValuesIndex
from assistant.understanding.whole_groups import with_all_groups
from semantic_layer import SemanticLayer

MOST_REMEMBERED = 32
RETRIED = frozenset({"UNKNOWN_WORDS", "NOT_AVAILABLE", "UNCLEAR_TIME", "NO_METRIC", "OUT_OF_DOMAIN", "UNSAFE"})

Reader = Callable[[tuple[Token, ...]], list[Readings]]


class Understanding:
    """Reads questions against one layer and one snapshot; built once, it holds the lexicon and the values' index.

    `values` maps `dataset.field` to the values stored there with their counts; `as_of` is what "today" means. `index`
    holds what is too much for memory: values of wide fields, and what identifies single rows. Questions are in
    `language_code`, and so is what is said of them; a `Language` says otherwise.
    """

    def __init__(
        self,
        layer: SemanticLayer,
        values: Mapping[str, Sequence[tuple[str, int]]],
        as_of: date,
        index: ValuesIndex | None = None,
        language_code: str | Language = "en",
    ):
        language = load_language(language_code) if isinstance(language_code, str) else language_code
        lexicon = Lexicon(layer, values, language, index if index and index.values else None)
        self._people = index if index and index.has_people else None
        self._apart = cache(lambda: self._reading_roles(values, index))
        nouns = Nouns(layer, lexicon, language, values)
        context = context_words(layer, lexicon, language)
        pairs = word_pairs(layer, language)
        self._world = World(
            layer,
            lexicon,
            Reach(layer),
            nouns,
            Compounds(layer, lexicon, language),
            language,
            as_of,
            context,
            pairs=pairs,
        )
        self._scattered = Scattered(self._world)
        self._deeds = PlainDeeds(layer, language)
        self.similar = Similar(layer, language)
        self._speller = Speller(lexicon, language, tying_verbs().union(*context.values()))
        self._forget()

    def _reading_roles(
        self, values: Mapping[str, Sequence[tuple[str, int]]], index: ValuesIndex | None
    ) -> tuple[Apart, Understanding]:
        """The layer with roles as things of their own, and what reads questions against it."""
        apart = with_roles_apart(self._world.layer)
        return apart, _OfRoles(apart.layer, values, self._world.as_of, index, self._world.language)

    def know(self, happenings: Sequence[Happening]) -> None:
        """Take days that people noted for times that questions name ("since the app launch")."""
        world = self._world
        self._world = replace(world, noted=named_days(happenings, world.language))
        words = {token.bare for one in happenings for token in self.tokens(f"{one.title} {one.kind}")}
        said = {world.language.bare(str(word)) for group in world.language.data["happening_words"] for word in group}
        self._speller = Speller(
            world.lexicon, world.language, tying_verbs().union(words, said, *world.context.values())
        )
        self._forget()

    def measure(self, spreads: Mapping[str, Spread]) -> None:
        """Take how far the numbers of fields lie apart, for bands that fit them."""
        self._world = replace(self._world, spreads=spreads)
        self._forget()

    def plan(self, question: str) -> Plan | Clarification | Explanation | Refusal:
        """The one reading of a question as a plan, the readings to choose from, what a word means, or why not."""
        return self._remembered(question)

    def _forget(self) -> None:
        """Remember no outcome but the next few: a sentence is also read alone, for each of those beside it."""
        self._remembered = lru_cache(MOST_REMEMBERED)(self._outcome_of)

    def _outcome_of(self, question: str) -> Plan | Clarification | Explanation | Refusal:
        asked, given = without_definitions(question)
        defined = plan_by(asked, given, self._by_words, self._world) if given else None
        outcome = defined or self._by_words(asked)
        return outcome if isinstance(outcome, Plan) else replace(outcome, question=question)

    def _by_words(self, question: str) -> Plan | Clarification | Explanation | Refusal:
        """The outcome of a question that defines nothing."""
        return self._plan(without_remarks(question, self._world.language))

    def _plan(self, question: str) -> Plan | Clarification | Explanation | Refusal:
        """The outcome of a question without its remarks."""
        tokens = plain_words(question, self._world, self._deeds)
        outcome = self._outcome(question, tokens)
        if isinstance(outcome, Refusal) and outcome.code in RETRIED:
            tokens, outcome = self._said_plainly(question, tokens, outcome)
        if not isinstance(outcome, Plan):
            return in_own_words(outcome, tokens, question)
        outcome = with_letters_as_written(question, with_all_groups(outcome, self._world))
        outcome = with_closer_rows(outcome, self._world)
        outcome = looking_ahead(part_behind_verb(outcome, tokens, self._world), tokens, self._world)
        past = past_of_today(question, outcome, tokens, self._world)
        past = past or half_answered(question, outcome, tokens, self._world)
        past = past or doubt(question, outcome, tokens, self._world)
        if past is not None:
            return in_own_words(past, tokens, question)
        told = with_spans(still_running(outcome, tokens, self._world), tokens, self._world)
        return with_short_names_told(with_assumptions(told, question, self._world), question, self._world)

    def _said_plainly(
        self, question: str, tokens: list[Token], refused: Refusal
    ) -> tuple[list[Token], Plan | Clarification | Explanation | Refusal]:
        """A refused question read again with the deeds of things in their one verb; the refusal when that is none."""
        plain = with_bounded_objects(plain_words(question, self._world, self._deeds, known=True), self._world)
        again = self._outcome(question, plain) if plain != tokens else refused
        if not isinstance(again, Plan):
            again = self._by_roles(question, tokens) or with_second_half(question, self.plan, self._world) or again
        if isinstance(again, Plan):
            return plain, again
        kept: tuple[list[Token], Plan | Clarification | Explanation | Refusal] = (tokens, refused)
        told = ((other, self._outcome(question, other)) for other in retold(tokens, self._world))
        shares = set(self._world.language.words("share_words")) & {token.text for token in tokens}
        plans = ((other, one) for other, one in told if isinstance(one, Plan) and (shares or not one.query.shares))
        return next(plans, kept)

    def _by_roles(self, question: str, tokens: list[Token]) -> Plan | None:
        """The plan of a question that says a role of a link ("by exit plaza"), None without one."""
        told = as_having(tokens, self._world.layer) or as_done(tokens, self._world)
        if not told and not roles_said(tokens, self._world.layer):
            return None
        apart, reader = self._apart()
        outcome = reader.plan(told or question)
        return by_links(outcome, apart, self._world.layer) if isinstance(outcome, Plan) else None

    def _outcome(self, question: str, tokens: list[Token]) -> Plan | Clarification | Explanation | Refusal:
        early = early_outcome(question, tokens, self._world)
        if early is not None:
            return early
        found = mention(question, tokens, self._world, self._people) if self._people else None
        if found is not None:
            return self._about(question, tokens, found)
        read_once = cache(self._read)  # forms and the ordinary reading ask the same of the same words
        asking = Asking(question, tuple(tokens), self._world, cache(partial(self._ordinary, question, read_once)))
        first = read_first(asking)
        if isinstance(first, Refusal):  # deeds that a form could not put together may be those of single things
            first = plan_entities(asking.tokens, self._world) or first
        outcome = first or self._ordinary(question, read_once, asking.tokens, parts=True)
        return outcome if isinstance(outcome, Plan) else read_form(asking, outcome) or outcome

    def _ordinary(
        self, question: str, reader: Reader, tokens: tuple[Token, ...], parts: bool = False
    ) -> Plan | Clarification | Refusal:
        """The outcome of a question without a form of its own; with `parts` also by one of its sentences."""
        read_as = reader(tokens)
        outcome = decide(question, read_as, self._world)
        if isinstance(outcome, Plan):
            outcome = all_groups(question, outcome, self.plan) if parts else outcome
        elif parts:
            whole = plan_entities(tokens, self._world) if _leaves_all_open(outcome) else None
            whole = whole or by_bracketed_rate(question, self.plan, self._world)
            outcome = whole or by_one_sentence(question, self.plan, self._world) or outcome
        if isinstance(outcome, Refusal) and all(is_of_today(one) for one in read_as):
            return by_own_day(tokens, self._world) or outcome
        if isinstance(outcome, Refusal) and outcome.code in RETRIED:
            return plan_entities(tokens, self._world) or outcome
        outcome = self._undoubted(question, outcome, tokens) if isinstance(outcome, Clarification) else outcome
        if isinstance(outcome, Clarification) or (isinstance(outcome, Plan) and _guesses_numbers(outcome, self._world)):
            listed = plan_entities(tokens, self._world)
            if listed is not None and self._is_what_was_asked(listed, outcome, tokens):
                return listed
        doubts = self._doubts(question, outcome, tokens) if isinstance(outcome, Plan) else ()
        if doubts:
            return plan_entities(tokens, self._world) or refuse(question, "UNKNOWN_WORDS", self._world, doubts)
        if isinstance(outcome, Plan):
            return listed_instead(outcome, tokens, self._world) or told_by_rows(outcome, tokens, self._world)
        return outcome

    def _undoubted(self, question: str, asked: Clarification, tokens: tuple[Token, ...]) -> Plan | Clarification:
        """The one reading of several that no doubt takes away; the choice as it is where more than one is left."""
        left = [one.plan for one in asked.options if not self._doubts(question, one.plan, tokens)]
        return left[0] if len(left) == 1 and len(asked.options) > 1 else asked

    def _is_what_was_asked(self, listed: Plan, outcome: Clarification | Plan, tokens: tuple[Token, ...]) -> bool:
        """Whether a plan of single things answers what an ordinary reading leaves open or guesses."""
        open_number = isinstance(outcome, Clarification) and not outcome.words
        values = open_number and asks_values(listed, tokens, self._world)
        named = _names_number(listed, outcome, self._world) and not asks_whose(outcome)
        return (not listed.query.metrics and not named) or asks_whose(outcome) or values

    def _doubts(self, question: str, plan: Plan, tokens: tuple[Token, ...]) -> tuple[str, ...]:
        return (*quoted_lost(question, plan), *doubted(plan, tokens, self._world))

    def _about(self, question: str, tokens: Sequence[Token], found: Mention) -> Plan | Clarification | Refusal:
        """The outcome of a question that names single rows: of one, or of each of the few of that name."""
        if not found.rows:
            return nobody(question, found, self._world)
        outcomes = [self._about_row(question, named, found) for named in readings(tokens, found, self._world)]
        plans = [outcome for outcome in outcomes[: MOST_OFFERED + 1] if isinstance(outcome, Plan)]
        if len(outcomes) == 1 or not plans:
            return outcomes[0]
        options = [Option(self._sentence(plan), plan) for plan in plans]
        return several(question, found, options, self._world)

    def _about_row(self, question: str, named: Named, found: Mention) -> Plan | Clarification | Refusal:
        whole = card(named)
        if whole is not None:
            return noted(whole, found, named)
        spellings = self._speller.spellings(named.tokens)
        outcome = decide(question, [read(one, named.world, self._scattered) for one in spellings], named.world)
        if isinstance(outcome, Refusal) and outcome.code in RETRIED:
            outcome = plan_entities(named.tokens, named.world) or outcome
        under = doubted(outcome, named.tokens, named.world) if isinstance(outcome, Plan) else ()
        if under:
            outcome = plan_entities(named.tokens, named.world) or refuse(question, "UNKNOWN_WORDS", named.world, under)
        if isinstance(outcome, Plan) and (lost := roles_lost(outcome, named)):
            again = plan_entities(named.tokens, named.world)
            kept = again if again and not roles_lost(again, named) else None
            outcome = kept or refuse(question, "UNKNOWN_WORDS", named.world, lost)
        return noted(outcome, found, named) if isinstance(outcome, Plan) else outcome

    def _sentence(self, plan: Plan) -> str:
        return self._world.told(plan.query)

    def helped(self, refusal: Refusal) -> Clarification | Refusal:
        """The refusal with questions near the one asked, or a few readings to choose from when a word is like names."""
        return helped(refusal, self.similar, self._world, self.plan)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The words and signs of a text."""
        return tuple(self._world.language.tokens(text))

    def follow(self, tokens: Sequence[Token], fragment: Fragment) -> Plan | Clarification | Refusal:
        """The words of a follow-up made whole beside the query before; every one of them is accounted for."""
        return read_fragment(replace(fragment, spellings=self._speller.spellings(tokens)), self._world)

    def unless_doubted(self, question: str, plan: Plan) -> Plan | Clarification | Refusal:
        """The plan of a follow-up, or what to say instead when it computes what nobody can ask for."""
        return doubt_of_query(question, plan, self._world) or plan

    def meanings(self, tokens: Sequence[Token]) -> tuple[Element, ...]:
        """What a few words mean by themselves, in order: concepts of the layer, times, grains, numbers."""
        return meanings_of(tokens, self._world)

    def meanings_on(self, text: str, as_of: date) -> tuple[Element, ...]:
        """What a few words meant on another day."""
        return meanings_of(self.tokens(text), replace(self._world, as_of=as_of))

    @property
    def world(self) -> World:
        """The layer with its words and distances."""
        return self._world

    def explain(self, question: str) -> Trace:
        """How `plan` comes to its outcome, for people who maintain the words of a layer."""
        tokens = plain_words(question, self._world, self._deeds)
        readings = [] if early_outcome(question, tokens, self._world) else self._read(tokens)
        told = readings_told(readings, self._world), losers_told(readings, self._world)
        words = tuple(token.text for token in tokens)
        return Trace(question, words, meanings_told(readings), *told, self.plan(question))

    def _read(self, tokens: Sequence[Token]) -> list[Readings]:
        return [read(spelling, self._world, self._scattered) for spelling in self._speller.spellings(tokens)]


class _OfRoles(Understanding):
    """Reads questions against a layer in which roles are things already."""

    def _by_roles(self, question: str, tokens: list[Token]) -> None:
        """None: there are no further roles."""


def _leaves_all_open(outcome: Clarification | Refusal) -> bool:
    """Whether a question back has nothing to choose from, or words were not understood."""
    return outcome.code == "UNKNOWN_WORDS" if isinstance(outcome, Refusal) else not (outcome.options or outcome.words)


def _names_number(listed: Plan, outcome: Clarification | Plan, world: World) -> bool:
    """Whether what a list shows is called as the number that every reading to choose from tells: "NPS of ..."."""
    options = outcome.options if isinstance(outcome, Clarification) else ()
    told = {name for option in options for name in option.plan.query.metrics}
    spans = [one for one in listed.spans if one.role == "dimension" and one.target != listed.query.entity]
    called = ({c.target for c in world.lexicon.lookup(world.language.tokens(span.text))} for span in spans)
    return len(told) == 1 and any(told <= one for one in called)


def _guesses_numbers(plan: Plan, world: World) -> bool:
    """Whether a number field that only was named is averaged in a breakdown: "the name and age of the members"."""
    named = [span for span in plan.spans if span.role == "metric" and plan.query.group_by]
    fields = world.layer.fields
    for span in named:
        concepts = world.lexicon.lookup(tokenize(span.text, world.language.forms))
        if any(c.kind == "dimension" and fields[c.target].kind == "number" and c.weight > 0.9 for c in concepts):
            return True
    return False
