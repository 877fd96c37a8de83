"""Whether a query can be answered by a model: every reason why not, at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from semantic_layer.case_rules import of_case
from semantic_layer.errors import QueryError, QueryFault, UnsafeQuery, suggest
from semantic_layer.metric_types import UnavailableMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.query import COHORT_AGE, METRIC_TIME, Filter, SemanticQuery
from semantic_layer.query_rules import MEANING_RULES, Rule
from semantic_layer.reach_rules import REACH_RULES
from semantic_layer.resolution import leaves, of_each_group, visible_fields, visible_metrics, visible_segments
from semantic_layer.role_rules import ROLE_RULES

UNSAFE_CODES = frozenset(
    {
        "E_NO_PATH",
        "E_AMBIGUOUS_PATH",
        "E_UNAGGREGATED_FINER_GRAIN_REFERENCE",
        "E_MIXED_PREDICATE_LEVEL",
        "E_MIXED_ROLES",
        "E_UNSAFE_REAGGREGATION",
    }
)


def check(layer: SemanticLayer, query: SemanticQuery) -> None:
    """Nothing when `layer` can answer `query`.

    Raises `QueryError` with every fault; `UnsafeQuery` when the query is well formed but an answer would repeat or lose
    rows. Names are checked first: what depends on them is told only when they all exist.
    """
    for case in query.cases:
        check(layer, of_case(query, case))
    spread = of_each_group(query)
    for rules in (_NAME_RULES, (*MEANING_RULES, *REACH_RULES, *ROLE_RULES)):
        faults = [fault for rule in rules for fault in rule(layer, spread)]
        if faults:
            unsafe = all(fault.code in UNSAFE_CODES for fault in faults)
            raise (UnsafeQuery if unsafe else QueryError)(*dict.fromkeys(faults))


def stands(layer: SemanticLayer, query: SemanticQuery) -> bool:
    """Whether `layer` can answer `query`."""
    try:
        check(layer, query)
    except QueryError:
        return False
    return True


def _something(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if not query.metrics and not query.entity:
        sentence = "The query asks for no metric."
        yield QueryFault("E_EMPTY_AGGREGATION_QUERY", sentence, visible_metrics(layer)[:3])


def _metric_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = visible_metrics(layer)
    top = (query.top.by,) if query.top else ()
    shares = (name for one in query.shares for name in (one.metric, one.of) if name)
    beside = (*shares, *(one.metric for one in query.ranks), *top)
    for name in dict.fromkeys((*query.metrics, *beside)):
        if name not in known:
            yield _unknown(layer, "metric", name, known)


def _field_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = (*visible_fields(layer), *visible_segments(layer), METRIC_TIME, COHORT_AGE)
    for one in query.group_by:
        names = visible_metrics(layer) if one.entity else known
        if one.field not in names:
            yield _unknown(layer, "metric" if one.entity else "field", one.field, names)


def _filter_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = (*visible_fields(layer), *visible_metrics(layer), *visible_segments(layer), METRIC_TIME, COHORT_AGE)
    narrowing = (row.field for one in query.group_by for row in one.where)
    for name in (*(named for one in query.filters for named in _named_by(one)), *narrowing):
        if name not in known:
            yield _unknown(layer, "field or metric", name, known)


def _named_by(one: Filter) -> Iterator[str]:
    """The fields and metrics that a filter names."""
    for part in one.alternatives:
        yield from (row.field for row in (part, *part.where))
        if part.other:
            yield part.other


def _unknown(layer: SemanticLayer, kind: str, name: str, known: Iterable[str]) -> QueryFault:
    if name in layer.inactive:
        return QueryFault("E_INACTIVE", f"`{name}` is defined but not active: {layer.inactive[name]}")
    known = list(known)
    by_last = [full for full in known if full.rpartition(".")[2] == name.rpartition(".")[2]]
    return QueryFault("E_NAME_NOT_FOUND", f"There is no {kind} `{name}`.", tuple(by_last[:3]) or suggest(name, known))


def _via_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    filters = [part for one in query.filters for part in one.alternatives]
    rows = (row for one in (*filters, *query.group_by) for row in one.where)
    for via in (one.via for one in (*query.group_by, *filters, *rows) if one.via):
        for name in via.split("/"):
            if name not in layer.relationships:
                yield _unknown(layer, "relationship", name, layer.relationships)


def _entity_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    keyed = [name for name, dataset in layer.datasets.items() if dataset.primary_key]
    asked = (*(part for one in query.filters for part in one.alternatives), *query.group_by)
    for name in dict.fromkeys((query.entity, *(one.entity for one in asked))):
        if name and name not in layer.datasets:
            yield _unknown(layer, "entity", name, keyed)
        elif name and name not in keyed:
            yield QueryFault(
                "E_PRIMARY_KEY_REQUIRED", f"`{name}` has no primary key, so its rows cannot be told apart."
            )


def _computed(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """A metric that is known by name only, asked for itself or inside another."""
    held = (one.field for one in (*query.filters, *query.group_by))
    names = [name for name in dict.fromkeys((*query.metrics, *held)) if name in layer.metrics]
    for name in names:
        title = layer.metrics[name].title
        for leaf in leaves(layer, name):
            if isinstance(leaf, UnavailableMetric):
                why = "needs" if leaf.name == name else f"because `{leaf.title}` needs"
                yield QueryFault("E_NOT_COMPUTED", f"{title}: not computed yet, {why} {leaf.needs}")


_NAME_RULES: tuple[Rule, ...] = (
    _something, _metric_names, _field_names, _filter_names, _via_names, _entity_names, _computed
)  # fmt: skip
