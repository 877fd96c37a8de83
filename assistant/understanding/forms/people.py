"""Who is asked about at the beginning of a question: "gold members", "subscribers", "customers in Germany"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.everyone_else import segments_ending
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SemanticQuery


def people_named(asking: Asking, tokens: Sequence[Token]) -> tuple[Plan, str] | None:
    """The plan that counts those the words name, and their entity; None where no entity is counted.

    A noun that is counted by itself ("members", "subscribers") stands for the one segment of people called so.
    """
    plan = asking.read([*asking.made("number of", 0), *tokens])
    entity = counted_entity(asking.world, plan.query) if plan is not None else ""
    if plan is not None and entity:
        return plan, entity
    named = segments_ending(asking, tokens[-1:]) if plan is not None and tokens else set[str]()
    return _of_segment(asking, tokens[:-1], next(iter(named))) if len(named) == 1 else None


def _of_segment(asking: Asking, before: Sequence[Token], segment: str) -> tuple[Plan, str] | None:
    """Those of a segment under the conditions that stand before its name."""
    layer = asking.world.layer
    entity = layer.segments[segment].entity
    plan = asking.read([*asking.made("number of", 0), *before, *asking.made(layer.datasets[entity].title, 0)])
    if plan is None or plan.notes or counted_entity(asking.world, plan.query) != entity:
        return None
    inside = Filter(field=segment, op="eq", values=(True,))
    return replace(plan, query=plan.query.model_copy(update={"filters": (*plan.query.filters, inside)})), entity


def counted_entity(world: World, query: SemanticQuery) -> str:
    """The entity that is counted, perhaps under conditions; empty for any other number."""
    told = query.model_copy(update={"metrics": (), "filters": ()})
    if told != SemanticQuery() or len(query.metrics) != 1:
        return ""
    found = [name for name, dataset in world.layer.datasets.items() if dataset.entity]
    return next((name for name in found if world.nouns.count_of(name) == query.metrics[0]), "")
