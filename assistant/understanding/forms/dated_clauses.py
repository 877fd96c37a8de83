"""Numbers of things told apart by a day of their own: "customers who joined in 2022 by country"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.answer import Plan, Span
from assistant.understanding.dates import Clock
from assistant.understanding.entities.dated import dated
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from assistant.understanding.forms.asking import Asking
from assistant.understanding.periods import Period
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Filter

SURE_NAME, DEED_NAME = 0.9, 0.8
LONGEST_NAME = 4


def dated_clauses(asking: Asking) -> Plan | None:
    """The plan of the question without the clause, under the condition that it tells; None for any other question."""
    return _without_clauses(asking, (*_by_deeds(asking), *_by_fields(asking)))


def own_days(asking: Asking) -> Plan | None:
    """ "revenue of customers whose first order was in May": all that they brought, and not those first orders."""
    said = asking.world.language.words("possessive_relatives")
    clauses = [one for one in _by_fields(asking) if asking.tokens[one[0]].text in said]
    return _without_clauses(asking, clauses or _broken_down(asking))


def _broken_down(asking: Asking) -> list[tuple[int, Found]]:
    """ "revenue by product for products launched in 2026": clauses that the ordinary reading takes for a breakdown."""
    clauses = list(_by_deeds(asking))
    ordinary = asking.read(asking.tokens) if clauses else None
    shown = {group.field for group in ordinary.query.group_by} if ordinary is not None else set[str]()
    return [one for one in clauses if shown & {bound.field for bound in one[1].filters}]


def _without_clauses(asking: Asking, clauses: Iterable[tuple[int, Found]]) -> Plan | None:
    for begun, clause in clauses:
        plan = asking.read((*asking.tokens[:begun], *asking.tokens[clause.at :])) or _without_scope(
            asking, begun, clause
        )
        if plan is None or not (plan.query.metrics or plan.query.entity):
            continue
        query = plan.query.model_copy(update={"filters": (*plan.query.filters, *clause.filters)})
        if asking.stands(query) and not (_is_bound_already(plan, clause) or _is_led_by(asking, begun, clause)):
            return replace(plan, query=query, spans=(*plan.spans, *_spans(asking, clause)))
    return None


def _is_led_by(asking: Asking, begun: int, clause: Found) -> bool:
    """ "bookings by passengers whose ...": each of them, or what they did?"""
    whose = asking.tokens[begun].text in asking.world.language.words("possessive_relatives")
    before = next((at for at in range(begun) if whose and (clause.entity, begun) in asking.words.nouns(at)), 0)
    return before > 0 and "by" in asking.world.language.cues.get(asking.tokens[before - 1].text, ())


def _without_scope(asking: Asking, begun: int, clause: Found) -> Plan | None:
    """The plan without ", for members (who joined in 2022)" where the members are what is counted anyway."""
    start = next((at for at in range(begun - 1, 0, -1) if asking.tokens[at].text == "for"), 0)
    nouns = [name for at in range(start, begun) for name, behind in asking.words.nouns(at) if behind == begun]
    plan = asking.read((*asking.tokens[:start], *asking.tokens[clause.at :])) if start and nouns else None
    owned = plan is not None and any(asking.world.reach.facts(name) <= set(nouns) for name in plan.query.metrics)
    return plan if owned else None


def _by_deeds(asking: Asking) -> Iterator[tuple[int, Found]]:
    """Every noun with a deed and its time behind it: where the clause begins, and what it says."""
    for at in range(len(asking.tokens)):
        for dataset, behind in asking.words.nouns(at):
            for clause in dated(asking.words, Found(behind, entity=dataset)):
                own = all(one.field.partition(".")[0] == dataset for one in clause.filters)
                if clause.filters and own:
                    yield behind, clause


def _by_fields(asking: Asking) -> Iterator[tuple[int, Found]]:
    """Every noun with a clause behind it that names a day of its own."""
    for at in range(len(asking.tokens)):
        for dataset, behind in asking.words.nouns(at):
            yield from ((behind, clause) for clause in _by_field(asking.words, behind, dataset) if clause.filters)


def _by_field(words: Words, at: int, dataset: str) -> Iterator[Found]:
    """ "whose join date is in May", "whose first order was then", "who last ordered before May": a day of its own."""
    clock = Clock(words.tokens, words.world.language, words.world.as_of, noted=words.world.noted)
    for field, behind in _days(words, at, dataset):
        start = words.skip(behind, "being")
        placed = start < len(words.tokens) and words.tokens[start].text in words.world.language.words("time_places")
        phrase = time_phrase(clock, start + placed)
        if phrase is not None and len(phrase.readings) == 1 and _is_settled(words, start, phrase.readings[0]):
            span = phrase.readings[0].whole()
            ends = (("ge", span.start), ("lt", span.end))
            bounds = [Filter.model_validate({"field": field, "op": op, "values": (day,)}) for op, day in ends if day]
            yield Found(at, entity=dataset).used(at, phrase.behind, "time", field).filtered(*bounds)
            return


def _is_settled(words: Words, at: int, span: Period) -> bool:
    """Whether a month without a year is one that is over: "is due in July" may be the next one, or any."""
    present = at > 0 and words.tokens[at - 1].text in words.world.language.words("present_copulas")
    return not (present and span.yearless)


def _days(words: Words, at: int, dataset: str) -> Iterator[tuple[str, int]]:
    """The day of a dataset's rows that is named from here on, also without "date": "whose first order".

    Without "whose" a deed names it together with which one it was: "who last ordered", "first seen".
    """
    if at < len(words.tokens) and words.tokens[at].text in words.world.language.words("possessive_relatives"):
        yield from _day_named(words, at + 1, dataset, SURE_NAME)
        return
    start = words.skip(at, "relatives", "being")
    if start < len(words.tokens) and words.tokens[start].text in words.world.language.data["ordinals"]:
        yield from _day_named(words, start, dataset, DEED_NAME)


def _day_named(words: Words, at: int, dataset: str, least: float) -> Iterator[tuple[str, int]]:
    """The one day of a dataset's rows that the most words from here name, with the place behind them."""
    date = words.world.language.tokens_at("date", words.tokens[0])
    for behind in range(min(at + LONGEST_NAME, len(words.tokens)), at, -1):
        for said in (words.tokens[at:behind], (*words.tokens[at:behind], *date)):
            called = [c for c in words.world.lexicon.lookup(said) if c.kind == "dimension" and c.weight >= least]
            fields = {c.target for c in called if words.world.layer.fields[c.target].kind == "time"}
            own = [field for field in fields if field.partition(".")[0] == dataset]
            if len(own) == 1:
                yield own[0], behind
                return


def _spans(asking: Asking, clause: Found) -> Iterator[Span]:
    for first, behind, role, target in clause.spans:
        tokens = asking.tokens[first:behind]
        yield Span(tokens[0].start, tokens[-1].end, " ".join(token.raw for token in tokens), role, target)


def _is_bound_already(plan: Plan, clause: Found) -> bool:
    """Whether the rest of the question bounds the same day, which then may be meant for another clause."""
    return bool({one.field for one in plan.query.filters} & {one.field for one in clause.filters})
