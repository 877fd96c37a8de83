"""Candidates to one outcome: the plan when one reading stands out, a question back when two do, else a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding.asking import Outcome, ask_metric, ask_partial, ask_period, ask_share, clarify
from assistant.understanding.confidence import calibration
from assistant.understanding.draft import Draft, World
from assistant.understanding.own_numbers import is_of_its_thing, of_the_same_rows
from assistant.understanding.queries import Candidate
from assistant.understanding.readings import Readings, plan_of
from assistant.understanding.refusing import refuse, refuse_fault, refuse_leftovers

MOST_TOLD = 12


def decide(question: str, readings: Sequence[Readings], world: World) -> Outcome:
    """One outcome for all spellings of a question."""
    found = [(candidate, reading.spelling) for reading in readings for candidate in reading.best]
    plans: dict[object, Plan] = {}
    for candidate, spelling in found:
        plans.setdefault(candidate.query, plan_of(candidate, spelling))
    if len(readings) > 1:
        return _decide_spelling(question, readings, list(plans.values()), world)
    if len(plans) == 1:
        return _as_sure(question, next(iter(plans.values())), world)
    own = [plan for plan in plans.values() if is_of_its_thing(plan, readings[0].spelling.tokens, world)]
    own = own or of_the_same_rows(list(plans.values()), world)
    if len(own) == 1:
        return _as_sure(question, own[0], world)
    if plans:
        return clarify(question, list(plans.values()), _ambiguous_words([c for c, _ in found]), world)
    return _as_typed(_without_plan(question, readings[0], world), readings[0])


def _as_typed(outcome: Outcome, readings: Readings) -> Outcome:
    """A refusal with the words as they were typed: nobody knows the one that they were taken for."""
    if not isinstance(outcome, Refusal) or not readings.spelling.corrections:
        return outcome
    typed = {read.casefold(): said for said, read in readings.spelling.corrections}
    words = tuple(" ".join(typed.get(one.casefold(), one) for one in phrase.split()) for phrase in outcome.words)
    sentence = outcome.sentence
    for old, new in zip(outcome.words, words, strict=True):
        sentence = sentence.replace(f"'{old}'", f"'{new}'")
    return replace(outcome, words=words, sentence=sentence)


def _as_sure(question: str, plan: Plan, world: World) -> Plan | Clarification:
    """The plan, told as unsure when it is, or asked back when it is more likely wrong than can be answered for."""
    known, language = calibration(), world.language
    if plan.confidence < known.ask_below:
        return Clarification(question, language.message("is_it_meant"), (), world.options([plan]))
    if plan.confidence < known.unsure_below:
        return replace(plan, notes=(*plan.notes, language.message("unsure")))
    return plan


def _decide_spelling(question: str, readings: Sequence[Readings], plans: list[Plan], world: World) -> Outcome:
    """A misspelt word that is equally close to several names is never decided for the person."""
    words = tuple(typed for reading in readings for typed, _ in reading.spelling.corrections)[:1]
    if len(plans) > 1:
        sentence = world.language.message("spelled_alike", word=words[0])
        return Clarification(question, sentence, words, world.options(plans))
    return refuse(question, "UNKNOWN_WORDS", world, words)


def _ambiguous_words(found: Sequence[Candidate]) -> tuple[str, ...]:
    """The words of the best reading that the two best readings take differently."""
    draft, first, second = found[0].draft, found[0].query, found[1].query
    if first.time_range != second.time_range:
        places = [at for at in draft.uses if draft.kind(at) == "time"]
    elif first.metrics != second.metrics:
        places = [at for at, choices in draft.metrics if len(choices) > 1]
    elif first.filters != second.filters:
        fields = {
            f.field for f in (*first.filters, *second.filters) if f not in first.filters or f not in second.filters
        }
        places = [at for at in draft.uses if fields <= {c.target for c in draft.concepts(at, "value")}]
    else:
        places = [at for at, choices in draft.groups if len(choices) > 1]
    return tuple(draft.elements[at].text for at in sorted(places)[:1])


def _without_plan(question: str, readings: Readings, world: World) -> Outcome:
    """No reading stands: ask for what is missing when that is clear, otherwise refuse with the reason."""
    if readings.faults:
        return refuse_fault(question, readings.faults[0], world)
    if not readings.stuck:
        return refuse(question, "OUT_OF_DOMAIN", world)
    for ask in (ask_metric, ask_period, ask_share, ask_partial):
        asked = ask(question, readings, world)
        if asked is not None:
            return asked
    return refuse_leftovers(question, *min(readings.stuck[:MOST_TOLD], key=lambda one: _silence(*one, world)), world)


def _silence(draft: Draft, left: Sequence[int], world: World) -> int:
    """How little the words left over tell of what is missing: "yearly plan" before the "many" of a torn "how many"."""
    small = world.language.small_words
    idle = [at for at in left if set(draft.elements[at].text.casefold().split()) <= small]
    return 0 if len(idle) < len(left) else 1 + any(draft.elements[at].unknown for at in idle)
