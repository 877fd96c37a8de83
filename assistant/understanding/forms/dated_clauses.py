"""Numbers of things told apart by a day of their own: "customers who joined in 2022 by country"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer import Plan, Span
from assistant.understanding.entities.dated import dated
from assistant.understanding.entities.found import Found
from assistant.understanding.forms.asking import Asking


def dated_clauses(asking: Asking) -> Plan | None:
    """The plan of the question without the clause, under the condition that it tells; None for any other question."""
    for begun, clause in _clauses(asking):
        plan = asking.read((*asking.tokens[:begun], *asking.tokens[clause.at :]))
        if plan is None or not (plan.query.metrics or plan.query.entity):
            continue
        query = plan.query.model_copy(update={"filters": (*plan.query.filters, *clause.filters)})
        if asking.stands(query) and not _is_bound_already(plan, clause):
            return replace(plan, query=query, spans=(*plan.spans, *_spans(asking, clause)))
    return None


def _clauses(asking: Asking) -> Iterator[tuple[int, Found]]:
    """Every noun with such a clause behind it: where the clause begins, and what it says."""
    words = asking.words
    for at in range(len(asking.tokens)):
        for dataset, behind in words.nouns(at):
            for clause in dated(words, Found(behind, entity=dataset)):
                own = all(one.field.partition(".")[0] == dataset for one in clause.filters)
                if clause.filters and own:
                    yield behind, clause


def _spans(asking: Asking, clause: Found) -> Iterator[Span]:
    for first, behind, role, target in clause.spans:
        tokens = asking.tokens[first:behind]
        yield Span(tokens[0].start, tokens[-1].end, " ".join(token.raw for token in tokens), role, target)


def _is_bound_already(plan: Plan, clause: Found) -> bool:
    """Whether the rest of the question bounds the same day, which then may be meant for another clause."""
    return bool({one.field for one in plan.query.filters} & {one.field for one in clause.filters})
