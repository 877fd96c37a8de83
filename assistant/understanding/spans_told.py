"""What each word of a question was used for, where the form that made the plan says nothing of its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan, Span, SpanRole
from assistant.understanding.chart import Element
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import World
from assistant.understanding.fragments import meanings_of
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SemanticQuery

KIND_ROLES: dict[str, SpanRole] = {"metric": "metric", "dimension": "dimension", "value": "value", "segment": "segment"}
RANKING = frozenset({"top", "bottom", "good", "bad", "sort", "sorting", "ascending", "descending"})
COMPARING = frozenset({"versus", "compare", "compared", "growth", "than"})
TYING = frozenset({"by", "per", "and", "of", "from", "how_many", "each", "list", "link_any", "filler"})
LONGEST_SMALL = 3


def with_spans(plan: Plan, tokens: Sequence[Token], world: World) -> Plan:
    """The plan with the use of each word: as it was told, or else by what the words mean in the query."""
    if plan.spans or not tokens:
        return plan
    told = (_span(element, tokens, plan.query, world) for element in meanings_of(tokens, world))
    return replace(plan, spans=tuple(told))


def _span(element: Element, tokens: Sequence[Token], query: SemanticQuery, world: World) -> Span:
    said = tokens[element.first : element.behind]
    role, target = _use(element, query, world)
    return Span(said[0].start, said[-1].end, " ".join(token.raw for token in said), role, target)


def _use(element: Element, query: SemanticQuery, world: World) -> tuple[SpanRole, str]:
    """The role of some words and what they name; a condition where they limit without a name of their own."""
    meant = next((one for one in element.concepts if _is_meant(one, query, world)), None)
    if meant is not None:
        role = KIND_ROLES.get(meant.kind, "dimension")
        return role, str(meant.value) if role == "value" else meant.target
    if element.time is not None:
        return "time", next((period.label for period in element.time.readings), "")
    if element.grain:
        return "grain", element.grain
    if element.cues & RANKING:
        return "order", min(element.cues & RANKING)
    if element.cues & COMPARING:
        return "comparison", min(element.cues & COMPARING)
    words = set(element.text.casefold().split())
    idle = words <= world.language.fillers or (bool(element.cues) and element.cues <= TYING)
    return ("filler", "") if idle else ("condition", "")


def _is_meant(concept: Concept, query: SemanticQuery, world: World) -> bool:
    """Whether a query has what a word names: a number, a field, a value of one, or the things themselves."""
    filters = tuple(_all_filters(query.filters))
    if concept.kind == "value":
        return any(one.field == concept.target and concept.value in one.values for one in filters)
    named = {*query.metrics, *(one.field for one in query.group_by), *(one.by for one in query.order_by)}
    named |= {one.field for one in filters} | {one.metric for one in query.shares}
    things = {query.entity, *(one.entity for one in filters)} | {world.nouns.counted.get(name, "") for name in named}
    return concept.target in (things - {""} if concept.kind == "noun" else named)


def _all_filters(filters: Sequence[Filter]) -> Iterator[Filter]:
    for one in filters:
        yield one
        yield from _all_filters(one.where)
