"""A plan that a model filled in, held to the definitions, the data and the viewer's rights before anything is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rapidfuzz import process

from assistant.agent.desk import World
from assistant.agent.errors import UnusableReply
from assistant.agent.retrieval import Values
from assistant.agent.shape import Filled, query_of
from semantic_layer import QueryError, SemanticLayer, SemanticQuery, check

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_SPAN = re.compile(r"(?<![\w.])\d+(?=[\s-]+(?:hours?|days?|weeks?|months?|quarters?|years?)\b)", re.IGNORECASE)


def accepted(filled: Filled, world: World) -> SemanticQuery:
    """The query of a filled plan; raises UnusableReply or QueryError, saying what has to be mended."""
    query = spelt(query_of(filled, world.layer), world.values)
    check(world.layer, query)
    if not world.sees_personal:
        _require_impersonal(query, world.layer)
    return query


def spelt(query: SemanticQuery, known: Values) -> SemanticQuery:
    """The query with values as the data spells them; raises UnusableReply for values that it does not hold."""
    filters = []
    for one in query.filters:
        held = {value.lower(): value for value, _ in known.get(one.field, ())}
        if not held or one.op in ("last", "not_last"):
            filters.append(one)
            continue
        values = tuple(_spelt(one.field, value, held) if isinstance(value, str) else value for value in one.values)
        filters.append(one.model_copy(update={"values": values}))
    return query.model_copy(update={"filters": tuple(filters)})


def _spelt(field: str, value: str, held: Mapping[str, str]) -> str:
    if value.lower() not in held:
        near = [match for match, _, _ in process.extract(value.lower(), list(held), limit=3)]
        raise UnusableReply(f"{field} has no value {value!r}. Near ones: {', '.join(held[one] for one in near)}.")
    return held[value.lower()]


def _require_impersonal(query: SemanticQuery, layer: SemanticLayer) -> None:
    """Nothing when no personal field is named; a model never hands those out, whatever it was told to do."""
    named = [one.field for one in (*query.group_by, *query.filters)] + [one.by for one in query.order_by]
    personal = [name for name in named if name in layer.fields and layer.fields[name].pii]
    if personal:
        raise UnusableReply(f"{personal[0]} is personal data, which is not given out here.")


def unused(question: str, named: Mapping[str, tuple[str, ...]], used: str) -> Iterator[str]:
    """What a question names (values of the data, by field, and numbers) and the written queries do not use."""
    said = used.lower()
    for field, values in named.items():
        if not any(value.lower() in said for value in values):
            yield f"{values[0]!r} ({field})"
    dated = '"start":"' in said or '"end":"' in said  # "the last 12 months" stand in a plan as days
    for number in _NUMBER.findall(_SPAN.sub(" ", question) if dated else question):
        if not re.search(rf"(?<!\d){re.escape(number)}(?!\d)", said):
            yield number


def mending(error: UnusableReply | QueryError) -> str:
    """What is wrong with a plan, in words for the model."""
    if isinstance(error, UnusableReply):
        return str(error)
    return " ".join(f"{one.code}: {one.sentence} {', '.join(one.suggestions)}".strip() for one in error.faults)
