"""Rows of what happens, asked for by name: "list open tickets", "which subscriptions were cancelled last month"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, Outcome, said
from assistant.understanding.forms.listed_rows import Sorting, counted, day_of, listed


def rows_asked(asking: Asking) -> Outcome | None:
    """The rows that the question without its first word counts, newest first; None for any other question."""
    behind = asking.end(0, "rows_asked")
    if behind is None or behind >= len(asking.tokens) or any(asking.found("counting")):
        return None  # "list the number of rides"
    plan = asking.read((*asking.made("how many", 0), *asking.tokens[behind:]))
    dataset = counted(plan, asking.world)
    if plan is None or not dataset or not _is_named(asking, behind, plan, dataset) or _is_broken_down(asking):
        return None
    day = day_of(asking.world, dataset, plan.query.metrics[0])
    return listed(asking, plan, Sorting(day, known=False)) if day.startswith(f"{dataset}.") else None


def _is_broken_down(asking: Asking) -> bool:
    """Whether the question as it stands ranks or breaks down: "list orders by country", "list the five largest"."""
    ordinary = asking.read(asking.tokens)
    if ordinary is None:
        return False
    query, nouns = ordinary.query, asking.world.nouns
    keys = asking.world.layer.datasets[query.entity].key_fields if query.entity else ()
    own = {*(f"{query.entity}.{key}" for key in keys), *(nouns.names(query.entity) if query.entity else ())}
    return query.limit is not None or any(one.field not in own for one in query.group_by)


def _is_named(asking: Asking, at: int, plan: Plan, dataset: str) -> bool:
    """Whether the rows themselves stand first, perhaps behind what they are: "open tickets", "orders", "lost deals"."""
    words = asking.words
    places = [words.skip(place, "empty") for place in range(at, min(at + 3, len(asking.tokens)))]
    named = any(name == dataset for place in places for name, _ in words.nouns(place))
    metric = asking.world.layer.metrics[plan.query.metrics[0]]
    phrases = (metric.title, *metric.synonyms)
    return named or any(said(asking.tokens[at:]).startswith(phrase.casefold()) for phrase in phrases)
