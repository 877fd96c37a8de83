"""Whether the parts of one metric mean the same by a field: an order's own campaign is not the customer's first one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from semantic_layer.errors import QueryFault, UnsafeQuery
from semantic_layer.model import SemanticLayer
from semantic_layer.paths import Path
from semantic_layer.query import SemanticQuery
from semantic_layer.query_rules import Rule
from semantic_layer.resolution import asked_metrics, footprints, route_to


def _roles(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """A ratio whose parts reach a dataset on ways that say different things of it is no ratio of one thing.

    That is so where one part arrives through a dataset that the other reaches as well, and yet passes by. Who an
    entity is does not depend on the way, and a way that the query names is meant.
    """
    if query.entity:
        return
    grouped = [one.field for one in query.group_by if not one.via]
    fields = dict.fromkeys(
        [*grouped, *(part.field for one in query.filters for part in one.alternatives if not part.entity)]
    )
    for name in asked_metrics(layer, query):
        facts = dict.fromkeys(found.fact for found in footprints(layer, name))
        for field in fields if len(facts) > 1 else ():
            ways = [way for fact in facts if (way := _way(layer, fact, field))]
            if len(ways) == len(facts) and any(_passes_by(layer, *pair) for pair in permutations(ways, 2)):
                yield QueryFault("E_MIXED_ROLES", _told(layer, name, field, ways))


def _way(layer: SemanticLayer, fact: str, field: str) -> Path | None:
    if field not in layer.fields or layer.datasets[field.partition(".")[0]].entity:
        return None
    try:
        return route_to(layer, fact, field)
    except UnsafeQuery:
        return None


def _passes_by(layer: SemanticLayer, one: Path, other: Path) -> bool:
    """Whether `one` arrives through a dataset that `other` could have gone through, too, and has not."""
    if not one.links or not other.links or one.links[-1].name == other.links[-1].name:
        return False
    last = one.links[-1].from_
    return layer.graph.reaches(other.start, last) and last not in {link.from_ for link in other.links}


def _told(layer: SemanticLayer, name: str, field: str, ways: list[Path]) -> str:
    parts = " / ".join(layer.datasets[way.start].title for way in ways)
    return f"`{name}` cannot be told by `{field}`: its parts ({parts}) reach it in ways that mean different things."


ROLE_RULES: tuple[Rule, ...] = (_roles,)
