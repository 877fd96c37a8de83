"""Rows of what happens, asked for by name: "list open tickets", "which subscriptions were cancelled last month"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, Outcome, said
from assistant.understanding.forms.listed_rows import Sorting, counted, day_of, listed
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, SemanticQuery

MOST_BEFORE = 3
PLAIN = {"metrics": (), "filters": (), "time_range": None}


def things_of_days(asking: Asking) -> Outcome | None:
    """The things that the question without its first word counts by their own day: "list the orders of 2009"."""
    return rows_asked(asking, things=True)


def rows_asked(asking: Asking, things: bool = False) -> Outcome | None:
    """The rows that the question without its first word counts, newest first; None for any other question."""
    behind = asking.end(0, "rows_asked")
    if behind is None or behind >= len(asking.tokens) or any(asking.found("counting")):
        return None  # "list the number of rides"
    plan = asking.read((*asking.made("how many", 0), *asking.tokens[behind:]))
    dataset = counted(plan, asking.world, things)
    if plan is None or not dataset or not _is_named(asking, behind, plan, dataset) or _is_broken_down(asking):
        return None
    day = day_of(asking.world, dataset, plan.query.metrics[0])
    return listed(asking, plan, Sorting(day, known=False)) if day.startswith(f"{dataset}.") else None


def members_asked(asking: Asking) -> Plan | None:
    """Those whom a number of them counts by what they did: "which customers churned in May"; None for other questions.

    "Who churned in May?" asks for those of the one kind of persons there is.
    """
    if any(asking.found("counting")):
        return None  # "who had how many orders"
    behind = next((end for name in ("rows_asked", "members_asked") if (end := asking.end(0, name)) is not None), None)
    who = asking.end(0, "asking_who")
    entities = [name for name, one in asking.world.layer.datasets.items() if one.entity]
    if who is not None and len(entities) == 1:
        title = asking.world.layer.datasets[entities[0]].title
        return _counted_by(asking, asking.made(title, 0), asking.tokens[who:], entities[0])
    rest = asking.tokens[behind:] if behind is not None else ()
    places = range(behind or 0, min((behind or 0) + MOST_BEFORE, len(asking.tokens))) if rest else range(0)
    named = (name for at in places for name, _ in asking.words.nouns(at) if name in entities)
    entity = next(named, "")
    return _counted_by(asking, (), rest, entity) if entity else None


def _counted_by(asking: Asking, noun: Sequence[Token], rest: Sequence[Token], entity: str) -> Plan | None:
    """Those of an entity whom the number counts that "how many" asks for before some words."""
    world = asking.world
    plan = asking.read((*asking.made("how many", 0), *noun, *rest)) if rest else None
    if plan is None or len(plan.query.metrics) != 1 or plan.query.model_copy(update=PLAIN) != SemanticQuery():
        return None
    (metric,), plain = plan.query.metrics, world.language.forms.plain
    counts = plain(world.layer.metrics[metric].unit) == plain(world.layer.datasets[entity].title.casefold())
    if not counts or metric == world.nouns.count_of(entity):
        return None
    done = Filter(field=metric, op="ge", values=(1,), time_range=plan.query.time_range)
    names = tuple(GroupBy(field=name) for name in world.nouns.names(entity))
    found = SemanticQuery(entity=entity, group_by=names, filters=(*plan.query.filters, done))
    return replace(plan, query=found, asked=None) if asking.stands(found) else None


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
