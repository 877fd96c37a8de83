"""Whether a query can be answered by a model: every reason why not, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from semantic_layer.errors import QueryError, QueryFault, UnsafeQuery, suggest
from semantic_layer.model import Dimension, SemanticLayer, SimpleMetric
from semantic_layer.query import METRIC_TIME, Filter, SemanticQuery
from semantic_layer.resolution import (
    as_moment,
    asked_metrics,
    fact,
    is_metric_filter,
    keys,
    leaves,
    route_to,
    time_of,
    visible_fields,
    visible_metrics,
)

UNSAFE_CODES = frozenset({"E_NO_PATH", "E_AMBIGUOUS_PATH", "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"})
Rule = Callable[[SemanticLayer, SemanticQuery], Iterator[QueryFault]]
_TEXT_OPERATORS = {"like", "not_like"}
_ORDERED = {"gt", "ge", "lt", "le", "between"}
_SUB_DAY = "hour"


def check(layer: SemanticLayer, query: SemanticQuery) -> None:
    """Nothing when `layer` can answer `query`.

    Raises `QueryError` with every fault; `UnsafeQuery` when the query is well formed but an answer would repeat or lose
    rows. Names are checked first: what depends on them is told only when they all exist.
    """
    for rules in (_NAMES, _MEANING):
        faults = [fault for rule in rules for fault in rule(layer, query)]
        if faults:
            unsafe = all(fault.code in UNSAFE_CODES for fault in faults)
            raise (UnsafeQuery if unsafe else QueryError)(*dict.fromkeys(faults))


def _something(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if not query.metrics:
        sentence = "The query asks for no metric."
        yield QueryFault("E_EMPTY_AGGREGATION_QUERY", sentence, visible_metrics(layer)[:3])


def _metric_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = visible_metrics(layer)
    for name in query.metrics:
        if name not in known:
            yield _unknown(layer, "metric", name, known)


def _field_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = visible_fields(layer)
    for name in (one.field for one in query.group_by):
        if name != METRIC_TIME and name not in known:
            yield _unknown(layer, "field", name, [*known, METRIC_TIME])


def _filter_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    fields, metrics = visible_fields(layer), visible_metrics(layer)
    for name in (one.field for one in query.filters):
        if name != METRIC_TIME and name not in fields and name not in metrics:
            yield _unknown(layer, "field or metric", name, [*fields, *metrics, METRIC_TIME])


def _unknown(layer: SemanticLayer, kind: str, name: str, known: Iterable[str]) -> QueryFault:
    if name in layer.inactive:
        return QueryFault("E_INACTIVE", f"`{name}` is defined but not active: {layer.inactive[name]}")
    known = list(known)
    by_last = [full for full in known if full.rpartition(".")[2] == name.rpartition(".")[2]]
    return QueryFault("E_NAME_NOT_FOUND", f"There is no {kind} `{name}`.", tuple(by_last[:3]) or suggest(name, known))


def _via_names(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for via in (one.via for one in (*query.group_by, *query.filters) if one.via):
        for name in via.split("/"):
            if name not in layer.relationships:
                yield _unknown(layer, "relationship", name, layer.relationships)


def _asked_twice(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    names = [*(key.name for key in keys(query)), *query.metrics]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield QueryFault("E_NAME_COLLISION", f"`{name}` is asked for more than once.")


def _grains(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for one in query.group_by:
        if one.field == METRIC_TIME:
            if not one.grain:
                yield QueryFault(
                    "E_GRAIN_MISSING", "Grouping by `metric_time` needs a grain.", ("day", "week", "month")
                )
        elif one.grain and layer.fields[one.field].kind != "time":
            yield QueryFault("E_GRAIN_NOT_TIME", f"`{one.field}` is not a time and has no {one.grain}.")


def _filters(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for one in query.filters:
        wrong = _wrong_count(one) or _wrong_kind(one, _kind(layer, one))
        if wrong:
            yield QueryFault("E_FILTER_VALUE", wrong)


def _kind(layer: SemanticLayer, one: Filter) -> str:
    if one.field == METRIC_TIME:
        return "time"
    if is_metric_filter(layer, one):
        return "number"
    found: Dimension = layer.fields[one.field]
    return found.kind


def _wrong_count(one: Filter) -> str:
    wanted = {"between": 2, "is_null": 0, "not_null": 0}.get(one.op, 1)
    given = len(one.values)
    if one.op in ("in", "not_in"):
        return "" if given else f"The filter on `{one.field}` lists no values."
    return "" if given == wanted else f"`{one.op}` on `{one.field}` needs {wanted} values, not {given}."


def _wrong_kind(one: Filter, kind: str) -> str:
    if one.op in _TEXT_OPERATORS and kind != "categorical":
        return f"`{one.op}` compares text, but `{one.field}` is a {kind}."
    if one.op in _ORDERED and kind == "boolean":
        return f"`{one.op}` cannot compare `{one.field}`, which is true or false."
    fits = _FITS.get(kind)
    wrong = next((value for value in one.values if fits and not fits(value)), None)
    return "" if wrong is None else f"`{one.field}` is a {kind}; {wrong!r} is not."


def _is_moment(value: object) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and as_moment(value) is not None)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < 1e300


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


_FITS: dict[str, Callable[[object], bool]] = {"time": _is_moment, "number": _is_number, "boolean": _is_boolean}


def _times(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    fields = (*(one.field for one in query.group_by), *(one.field for one in query.filters))
    if query.time_range is None and METRIC_TIME not in fields:
        return
    for leaf in leaves(layer, asked_metrics(layer, query)):
        if not time_of(layer, leaf):
            sentence = f"`{leaf.name}` has no time, so it cannot be asked for a period or by time."
            yield QueryFault("E_NO_TIME", sentence)


def _hours(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for one in query.group_by:
        if one.grain != _SUB_DAY:
            continue
        timed = leaves(layer, asked_metrics(layer, query))
        names = [time_of(layer, leaf) for leaf in timed] if one.field == METRIC_TIME else [one.field]
        for name in names:
            if name and _column_type(layer, name) == "DATE":
                yield QueryFault("E_GRAIN_TOO_FINE", f"`{name}` holds days; it has no hours.", ("day",))


def _column_type(layer: SemanticLayer, ref: str) -> str:
    dataset, _, name = ref.partition(".")
    if dataset not in layer.datasets:
        return ""
    columns = layer.schema.get(layer.datasets[dataset].source.lower(), {})
    return columns.get(layer.fields[ref].sql.lower() if ref in layer.fields else name, "").upper()


def _paths(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    rows = (one for one in query.filters if not is_metric_filter(layer, one))
    wanted = [(one.field, one.via) for one in (*query.group_by, *rows) if one.field != METRIC_TIME]
    for leaf in leaves(layer, asked_metrics(layer, query)):
        for ref, via in dict.fromkeys(wanted):
            yield from _path(layer, leaf, ref, via)


def _path(layer: SemanticLayer, leaf: SimpleMetric, ref: str, via: str) -> Iterator[QueryFault]:
    try:
        route_to(layer, fact(leaf), ref, via)
    except UnsafeQuery as error:
        found = error.faults[0]
        sentence = f"`{leaf.name}` cannot be broken down or filtered by `{ref}`. {found.sentence}"
        yield QueryFault(found.code, sentence, found.suggestions or _alternatives(layer, ref, found.code, leaf))


def _alternatives(layer: SemanticLayer, ref: str, code: str, leaf: SimpleMetric) -> tuple[str, ...]:
    """Metrics of the same unit that can be broken down by `ref`."""
    if code == "E_AMBIGUOUS_PATH":
        return ()
    target = ref.partition(".")[0]
    fitting = [
        name
        for name in visible_metrics(layer)
        if layer.metrics[name].unit == leaf.unit
        and all(layer.graph.reaches(fact(part), target) for part in leaves(layer, (name,)))
    ]
    return tuple(fitting[:3])


def _comparison(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if query.compare is None:
        return
    if query.compare.kind == "range":
        yield from _explicit_range(query)
    elif not _time_grouped(query) and not (query.time_range and query.time_range.start and query.time_range.end):
        sentence = "A comparison needs a period with a start and an end, or a grouping by time."
        yield QueryFault("E_COMPARE_NEEDS_PERIOD", sentence)
    if sum(one.field == METRIC_TIME for one in query.group_by) > 1:
        yield QueryFault("E_COMPARE_GRAINS", "A comparison can be grouped by one grain of time only.")


def _explicit_range(query: SemanticQuery) -> Iterator[QueryFault]:
    other = query.compare.range if query.compare else None
    if other is None or other.start is None or other.end is None:
        yield QueryFault("E_COMPARE_NEEDS_PERIOD", "A comparison with a range needs its start and its end.")
    elif _time_grouped(query) and not (query.time_range and query.time_range.start):
        yield QueryFault("E_COMPARE_NEEDS_PERIOD", "To match bucket by bucket, the query's own period needs a start.")


def _time_grouped(query: SemanticQuery) -> bool:
    return any(one.field == METRIC_TIME for one in query.group_by)


def _order(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = [*query.metrics, *(one.field for one in query.group_by), *(key.name for key in keys(query))]
    for one in query.order_by:
        if one.by not in known:
            sentence = f"The query is sorted by `{one.by}`, which it does not ask for."
            yield QueryFault("E_ORDER_NOT_IN_QUERY", sentence, suggest(one.by, known))
        elif one.column != "value" and (query.compare is None or one.by not in query.metrics):
            yield QueryFault("E_ORDER_NOT_IN_QUERY", f"`{one.by}` has no `{one.column}` here: nothing is compared.")


def _limit(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if query.limit is not None and query.limit < 1:
        yield QueryFault("E_LIMIT", f"A limit of {query.limit} rows leaves nothing.")


_NAMES: tuple[Rule, ...] = (_something, _metric_names, _field_names, _filter_names, _via_names)
_MEANING: tuple[Rule, ...] = (
    _asked_twice, _grains, _filters, _times, _hours, _paths, _comparison, _order, _limit,
)  # fmt: skip
