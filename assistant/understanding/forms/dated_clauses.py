"""Numbers of things told apart by a day of their own: "customers who joined in 2022 by country"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer import Plan, Span
from assistant.understanding.dates import Clock
from assistant.understanding.entities.dated import dated
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from assistant.understanding.forms.asking import Asking
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Filter

SURE_NAME = 0.9


def dated_clauses(asking: Asking) -> Plan | None:
    """The plan of the question without the clause, under the condition that it tells; None for any other question."""
    for begun, clause in _clauses(asking):
        plan = asking.read((*asking.tokens[:begun], *asking.tokens[clause.at :])) or _without_scope(
            asking, begun, clause
        )
        if plan is None or not (plan.query.metrics or plan.query.entity):
            continue
        query = plan.query.model_copy(update={"filters": (*plan.query.filters, *clause.filters)})
        if asking.stands(query) and not _is_bound_already(plan, clause):
            return replace(plan, query=query, spans=(*plan.spans, *_spans(asking, clause)))
    return None


def _without_scope(asking: Asking, begun: int, clause: Found) -> Plan | None:
    """The plan without ", for members (who joined in 2022)" where the members are what is counted anyway."""
    start = next((at for at in range(begun - 1, 0, -1) if asking.tokens[at].text == "for"), 0)
    nouns = [name for at in range(start, begun) for name, behind in asking.words.nouns(at) if behind == begun]
    plan = asking.read((*asking.tokens[:start], *asking.tokens[clause.at :])) if start and nouns else None
    owned = plan is not None and any(asking.world.reach.facts(name) <= set(nouns) for name in plan.query.metrics)
    return plan if owned else None


def _clauses(asking: Asking) -> Iterator[tuple[int, Found]]:
    """Every noun with such a clause behind it: where the clause begins, and what it says."""
    words = asking.words
    for at in range(len(asking.tokens)):
        for dataset, behind in words.nouns(at):
            for clause in (*dated(words, Found(behind, entity=dataset)), *_by_field(words, behind, dataset)):
                own = all(one.field.partition(".")[0] == dataset for one in clause.filters)
                if clause.filters and own:
                    yield behind, clause


def _by_field(words: Words, at: int, dataset: str) -> Iterator[Found]:
    """ "whose join date is in May": a period of the day named."""
    if at >= len(words.tokens) or words.tokens[at].text != "whose":
        return
    clock = Clock(words.tokens, words.world.language, words.world.as_of)
    for concepts, behind in words.concepts(at + 1, "dimension", SURE_NAME):
        fields = {c.target for c in concepts if words.world.layer.fields[c.target].kind == "time"}
        own = [field for field in fields if field.partition(".")[0] == dataset]
        phrase = time_phrase(clock, words.skip(behind, "being"))
        if len(own) == 1 and phrase is not None and len(phrase.readings) == 1:
            span = phrase.readings[0].clipped(words.world.as_of)
            ends = (("ge", span.start), ("lt", span.end))
            bounds = [Filter.model_validate({"field": own[0], "op": op, "values": (day,)}) for op, day in ends if day]
            yield Found(at, entity=dataset).used(at, phrase.behind, "time", own[0]).filtered(*bounds)
        return


def _spans(asking: Asking, clause: Found) -> Iterator[Span]:
    for first, behind, role, target in clause.spans:
        tokens = asking.tokens[first:behind]
        yield Span(tokens[0].start, tokens[-1].end, " ".join(token.raw for token in tokens), role, target)


def _is_bound_already(plan: Plan, clause: Found) -> bool:
    """Whether the rest of the question bounds the same day, which then may be meant for another clause."""
    return bool({one.field for one in plan.query.filters} & {one.field for one in clause.filters})
