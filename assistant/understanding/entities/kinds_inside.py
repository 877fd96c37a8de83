"""Rows of a kind that are counted for each thing: "agents who solved no tickets in May" had none solved then."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery


def with_kind_inside(query: SemanticQuery, tokens: Sequence[Token], world: World) -> SemanticQuery:
    """The query with a condition on rows somebody has as one on the rows that are counted, where both are the same.

    As it is where words join two conditions: "agents with a solved ticket and more than 3 tickets".
    """
    language, metrics = world.language, world.layer.metrics
    if any({"and", "or"} & set(language.cues.get(token.text, ())) for token in tokens):
        return query
    kinds = [one for one in query.filters if one.entity and one.op == "in" and one.field in world.layer.fields]
    counts = [one for one in query.filters if one.field in metrics and one.time_range is not None and not one.where]
    if len(kinds) != 1 or len(counts) != 1 or kinds[0].none or counts[0].entity not in ("", kinds[0].entity):
        return query
    kind, count = kinds[0], counts[0]
    if world.reach.facts(count.field) != {kind.field.partition(".")[0]}:
        return query
    inside = count.model_copy(update={"where": (kind.model_copy(update={"entity": ""}),)})
    filters = tuple(inside if one is count else one for one in query.filters if one is not kind)
    return query.model_copy(update={"filters": filters})
