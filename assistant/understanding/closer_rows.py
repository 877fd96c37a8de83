"""Conditions on what somebody did, kept with the deed: "customers who opened the May newsletter" opened that one."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from semantic_layer import Filter, SemanticQuery


def with_closer_rows(plan: Plan, world: World) -> Plan:
    """The plan with a condition that the rows of its one deed have by themselves, and people by a second role only.

    The campaign of an e-mail that was opened is no campaign by which the customer was won.
    """
    query = plan.query
    deeds = [one for one in query.filters if one.field in world.layer.metrics and not one.where]
    entity = query.entity or next((one.entity for one in deeds if one.entity), "")
    if not entity or len(deeds) != 1:
        return plan
    moved = tuple(one for one in query.filters if _is_closer(one, entity, deeds[0], world))
    return replace(plan, query=_moved(query, deeds[0], moved)) if moved else plan


def _is_closer(condition: Filter, entity: str, deed: Filter, world: World) -> bool:
    owner, links = condition.field.rpartition(".")[0], world.layer.relationships.values()
    if not owner or condition.entity or condition.via:
        return False
    own = [link for link in links if (link.from_, link.to) == (entity, owner)]
    facts = world.reach.facts(deed.field)
    near = [link for link in links if link.from_ in facts and link.to == owner and not link.secondary]
    return bool(own) and all(link.secondary for link in own) and len(near) == len(facts) == 1


def _moved(query: SemanticQuery, deed: Filter, moved: tuple[Filter, ...]) -> SemanticQuery:
    done = deed.model_copy(update={"where": moved})
    filters = tuple(done if one is deed else one for one in query.filters if one not in moved)
    return query.model_copy(update={"filters": filters})
