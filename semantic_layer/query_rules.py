"""What a query may say: rules that look at the query and the kinds of its names, not at how datasets are linked."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import date

from sqlglot import exp

from semantic_layer import band_rules, bucket_rules, case_rules, group_rules
from semantic_layer.errors import QueryFault, suggest
from semantic_layer.expressions import parse_expression
from semantic_layer.metric_types import DerivedMetric, SimpleMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.nodes import interval
from semantic_layer.query import COHORT_AGE, METRIC_TIME, Filter, SemanticQuery, Share
from semantic_layer.references import inputs
from semantic_layer.resolution import as_moment, asked_metrics, bases, is_apart, is_on_metric, is_windowed, keys
from semantic_layer.timing import column_type, is_time_zone

Rule = Callable[[SemanticLayer, SemanticQuery], Iterator[QueryFault]]
_TEXT_OPERATORS = {"like", "not_like"}
_ORDERED = {"gt", "ge", "lt", "le", "between"}
_RECENT = {"last", "not_last"}
_BETWEEN_FIELDS = {"gt", "ge", "lt", "le", "eq", "ne"}
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINY", "USMALL", "UINTEGER", "UBIGINT")
_NUMERIC = (*_WHOLE, "DECIMAL")
_NUMBER = re.compile(r"^\s*[-+]?[0-9]+(\.[0-9]+)?\s*$")
_ADDING = {"sum", "count", "count_distinct"}


def _asked_twice(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    names = [*(key.name for key in keys(query)), *query.metrics]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield QueryFault("E_NAME_COLLISION", f"`{name}` is asked for more than once.")


def _grains(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for one in query.group_by:
        grain = one.calendar or one.grain
        known = layer.fields.get(one.field)
        if one.calendar and one.grain:
            yield QueryFault("E_CALENDAR_GRAIN", f"`{one.field}` has either {one.grain} or {one.calendar}, not both.")
        if one.field == METRIC_TIME and not grain:
            yield QueryFault("E_GRAIN_MISSING", "Grouping by `metric_time` needs a grain.", ("day", "week", "month"))
        if one.field != METRIC_TIME and grain and (known is None or known.kind != "time"):
            yield QueryFault("E_GRAIN_NOT_TIME", f"`{one.field}` is not a time and has no {grain}.")


def _calendars(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Periods of a calendar table have no length, so nothing can be counted back or filled in by them."""
    for name in dict.fromkeys(one.calendar for one in query.group_by if one.calendar):
        known = layer.calendar_grains
        if name not in known:
            yield QueryFault("E_NAME_NOT_FOUND", f"There is no calendar period `{name}`.", suggest(name, known))
    by_calendar = any(one.calendar and one.field == METRIC_TIME for one in query.group_by)
    windowed = [one.name for one in bases(layer, asked_metrics(layer, query)) if is_windowed(one)]
    if by_calendar and (query.compare or query.fill != "none" or query.mark_partial or windowed):
        what = f"`{windowed[0]}`" if windowed else "comparing, filling or marking periods"
        yield QueryFault("E_CALENDAR_GRAIN", f"By the periods of a calendar table, {what} is not possible.")


def _filters(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    narrowing = (row for one in query.group_by for row in one.where)
    told = (part for one in query.filters for part in one.alternatives)
    for one in (*told, *narrowing):
        yield from (QueryFault("E_FILTER_VALUE", wrong) for row in (one, *one.where) if (wrong := _wrong(layer, row)))


def _wrong(layer: SemanticLayer, one: Filter) -> str:
    if one.other in layer.fields and _kind(layer, one) != layer.fields[one.other].kind:
        return f"`{one.field}` and `{one.other}` are of different kinds, so they cannot be compared."
    return _wrong_count(one) or _wrong_kind(one, _kind(layer, one)) or _wrong_type(layer, one)


def _kind(layer: SemanticLayer, one: Filter) -> str:
    if one.field == METRIC_TIME:
        return "time"
    if one.field == COHORT_AGE or is_on_metric(layer, one):
        return "number"
    return "boolean" if one.field in layer.segments else layer.fields[one.field].kind


def _wrong_count(one: Filter) -> str:
    if one.other:
        right = one.op in _BETWEEN_FIELDS and not (one.values or one.than)
        return (
            "" if right else f"`{one.other}` takes the place of a value: `{one.op}` on `{one.field}` does not fit it."
        )
    if one.than:
        right = one.op in ("gt", "ge", "lt", "le") and (not one.values or _is_times(one))
        return "" if right else f"`{one.than}` takes the place of a value: `{one.op}` on `{one.field}` does not fit it."
    wanted = {"between": 2, "is_null": 0, "not_null": 0}.get(one.op, 1)
    given = len(one.values)
    if one.op in ("in", "not_in", *_TEXT_OPERATORS):
        return "" if given else f"The filter on `{one.field}` lists no values."
    return "" if given == wanted else f"`{one.op}` on `{one.field}` needs {wanted} values, not {given}."


def _is_times(one: Filter) -> bool:
    """Whether one number tells how many times the other value is meant."""
    number = one.values[0]
    return one.than == "previous" and len(one.values) == 1 and isinstance(number, int | float) and number > 0


def _wrong_kind(one: Filter, kind: str) -> str:
    if one.than and kind != "number":
        return f"`{one.field}` is a {kind}, which has no average."
    if one.op in _TEXT_OPERATORS and kind != "categorical":
        return f"`{one.op}` compares text, but `{one.field}` is a {kind}."
    if one.op in _ORDERED and kind == "boolean":
        return f"`{one.op}` cannot compare `{one.field}`, which is true or false."
    if one.op in _RECENT:
        return _wrong_recent(one, kind)
    fits = _FITS.get(kind)
    wrong = next((value for value in one.values if fits and not fits(value)), None)
    return "" if wrong is None else f"`{one.field}` is a {kind}; {wrong!r} is not."


def holds_numbers(layer: SemanticLayer, field: str) -> bool:
    """Whether a category is kept as numbers (levels, codes), which can be compared."""
    known = layer.fields[field]
    kind = column_type(layer, field.partition(".")[0], known.sql) if known.kind == "categorical" else ""
    return kind.startswith(_NUMERIC)


def holds_whole_numbers(layer: SemanticLayer, field: str) -> bool:
    """Whether the numbers of a field are kept without parts, as far as the schema or its format tells."""
    known = layer.fields[field]
    kind = column_type(layer, field.partition(".")[0], known.sql)
    return known.format == "integer" or kind.startswith(_WHOLE)


def _wrong_type(layer: SemanticLayer, one: Filter) -> str:
    """Numbers kept as categories (codes) can be compared with numbers only."""
    known = layer.fields.get(one.field)
    if known is None or known.kind != "categorical":
        return ""
    kind = column_type(layer, one.field.partition(".")[0], known.sql)
    if not kind.startswith(_NUMERIC):
        return ""
    if one.op in _TEXT_OPERATORS:
        return f"`{one.op}` compares text, but `{one.field}` holds numbers."
    wrong = next((value for value in one.values if not _reads_as_number(value)), None)
    return "" if wrong is None else f"`{one.field}` holds numbers; {wrong!r} is not one."


def _reads_as_number(value: object) -> bool:
    return _is_number(value) or (isinstance(value, str) and _NUMBER.match(value) is not None)


def _wrong_recent(one: Filter, kind: str) -> str:
    if kind != "time":
        return f"`{one.op}` needs a time, but `{one.field}` is a {kind}."
    return "" if _is_interval(str(one.values[0])) else f"`{one.values[0]}` is not an interval such as `90 days`."


def _is_interval(text: str) -> bool:
    try:
        interval(text)
    except ValueError:
        return False
    return True


def _is_moment(value: object) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and as_moment(value) is not None)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < 1e300


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


_FITS: dict[str, Callable[[object], bool]] = {"time": _is_moment, "number": _is_number, "boolean": _is_boolean}


def _filter_shape(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for one in query.filters:
        if one.none and not one.entity:
            yield QueryFault("E_FILTER_ENTITY", f"`none` on `{one.field}` needs the entity that has no such row.")
        if one.entity and "." not in one.field and not is_on_metric(layer, one):
            yield QueryFault("E_FILTER_ENTITY", f"`{one.field}` cannot be asked of each `{one.entity}`.")
        if is_apart(one) and not (
            _is_of_told_rows(layer, one)
            or (is_on_metric(layer, one) and (one.entity or query.entity or _is_of_groups(query, one)))
        ):
            yield QueryFault("E_FILTER_ENTITY", _not_apart(one))
        if one.last and (one.time_range or not _is_interval(one.last)):
            yield QueryFault("E_FILTER_VALUE", f"`last` on `{one.field}` takes one interval such as `90 days`, alone.")
        yield from (_not_of_rows(one, row) for row in one.where if _is_more(layer, row))
        yield from _alternatives(layer, one)


def _alternatives(layer: SemanticLayer, one: Filter) -> Iterator[QueryFault]:
    """Alternatives are conditions on rows, or on the entity that each names; compared fields are both of a row."""
    for part in one.alternatives:
        if one.any_of and (part.any_of or (part.field not in layer.fields and not part.entity)):
            yield QueryFault("E_FILTER_ENTITY", f"`{part.field}` cannot be one of several conditions that suffice.")
        if part.other and not _are_of_row(layer, part):
            yield QueryFault("E_FILTER_ENTITY", f"`{part.field}` and `{part.other}` cannot be compared in a row.")


def _are_of_row(layer: SemanticLayer, one: Filter) -> bool:
    """Whether two fields are compared that a row has; one had by an entity has both of them itself."""
    own = one.field.partition(".")[0] == one.other.partition(".")[0]
    return one.field in layer.fields and one.other in layer.fields and (own or not one.entity)


def _is_of_told_rows(layer: SemanticLayer, one: Filter) -> bool:
    """Whether a field is compared with its average over rows told by their own fields."""
    owners = {row.field.partition(".")[0] for row in one.where}
    timed = bool(one.time_range or one.last)
    if one.other:
        return len(owners) == 1 and one.op in ("eq", "ne") and not (timed or one.entity)
    own = owners <= {one.field.partition(".")[0]}
    return one.than == "average" and one.field in layer.fields and own and not timed


def _is_more(layer: SemanticLayer, row: Filter) -> bool:
    """Whether a condition is on more than a field of single rows."""
    plain = row.model_copy(update={"field": "", "op": "in", "values": (), "via": ""})
    return row.field not in layer.fields or plain != Filter(field="", op="in")


def _is_of_groups(query: SemanticQuery, one: Filter) -> bool:
    """Whether a condition on some rows of a metric is of plain groups, which show the metric."""
    kept = {"metrics", "group_by", "filters", "time_range", "order_by", "limit", "skip", "time_zone"}
    plain = query.model_copy(update={name: getattr(SemanticQuery(), name) for name in kept}) == SemanticQuery()
    timed = one.time_range is not None or bool(one.last) or one.than is not None
    return plain and bool(query.group_by) and one.field in query.metrics and not timed


def _not_apart(one: Filter) -> str:
    if one.where:
        return f"Only a metric of each entity or group can have conditions of its own; `{one.field}` cannot here."
    return f"Only a metric of each entity can have a time of its own; `{one.field}` cannot here."


def _not_of_rows(one: Filter, row: Filter) -> QueryFault:
    sentence = f"Only conditions on fields of its rows narrow what `{one.field}` counts; `{row.field}` asks for more."
    return QueryFault("E_FILTER_ENTITY", sentence)


def _comparison(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if query.compare is None:
        return
    if query.compare.kind == "range":
        yield from _explicit_range(query)
    elif not _time_grouped(query) and not (query.time_range and query.time_range.start and query.time_range.end):
        sentence = "A comparison needs a period with a start and an end, or a grouping by time."
        yield QueryFault("E_COMPARE_NEEDS_PERIOD", sentence)
    if _grain_count(query) > 1:
        yield QueryFault("E_COMPARE_GRAINS", "A comparison can be grouped by one grain of time only.")


def _explicit_range(query: SemanticQuery) -> Iterator[QueryFault]:
    other = query.compare.range if query.compare else None
    if other is None or other.start is None or other.end is None:
        yield QueryFault("E_COMPARE_NEEDS_PERIOD", "A comparison with a range needs its start and its end.")
    elif _time_grouped(query) and not (query.time_range and query.time_range.start):
        yield QueryFault("E_COMPARE_NEEDS_PERIOD", "To match bucket by bucket, the query's own period needs a start.")


def _time_grouped(query: SemanticQuery) -> bool:
    return _grain_count(query) > 0


def _grain_count(query: SemanticQuery) -> int:
    return sum(one.field == METRIC_TIME for one in query.group_by)


def _spine(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if query.mark_partial and not _time_grouped(query):
        yield QueryFault("E_FILL_NEEDS_PERIOD", "Incomplete periods can be marked only when the query groups by time.")
    if query.fill == "none":
        return
    if _grain_count(query) != 1 or not (query.time_range and query.time_range.start):
        sentence = "Every bucket can be filled only for one grain of `metric_time` and a period with a start."
        yield QueryFault("E_FILL_NEEDS_PERIOD", sentence)


def _beside(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = [*(one.field for one in query.group_by), *(key.name for key in keys(query))]
    for one in (*query.shares, *query.ranks):
        if one.metric not in query.metrics:
            yield QueryFault("E_ORDER_NOT_IN_QUERY", f"`{one.metric}` is not among the metrics shown.", query.metrics)
        for name in one.within:
            if name not in known:
                yield QueryFault("E_ORDER_NOT_IN_QUERY", f"The query is not grouped by `{name}`.", suggest(name, known))
    for one in query.shares:
        yield from _apart(query, one)
        if not one.of and not adds_up(layer, one.metric):
            yield QueryFault("E_SHARE_NOT_ADDITIVE", f"`{one.metric}` is no part of a whole, so it has no share.")
    twice = [one.metric for one in query.ranks]
    for name in dict.fromkeys(name for name in twice if twice.count(name) > 1):
        yield QueryFault("E_NAME_COLLISION", f"The rank by `{name}` is asked for more than once.")


def _apart(query: SemanticQuery, share: Share) -> Iterator[QueryFault]:
    """That what a share leaves out of its total is no filter of the query."""
    filtered = [one.field for one in query.filters]
    for name in share.apart_from:
        if name not in filtered:
            yield QueryFault("E_ORDER_NOT_IN_QUERY", f"The query has no filter on `{name}`.", suggest(name, filtered))
    if any(one not in query.filters for one in share.apart):
        yield QueryFault("E_ORDER_NOT_IN_QUERY", "A share is apart from a filter that the query does not have.")


def adds_up(layer: SemanticLayer, name: str) -> bool:
    """True for sums and counts, and for sums and differences of them."""
    metric = layer.metrics[name]
    if isinstance(metric, SimpleMetric):
        return layer.measures[metric.measure].agg in _ADDING
    if not isinstance(metric, DerivedMetric):
        return False
    nodes = parse_expression(metric.expression).walk()
    plain = all(isinstance(node, exp.Add | exp.Sub | exp.Paren | exp.Column | exp.Identifier) for node in nodes)
    return plain and all(adds_up(layer, one) for one in inputs(metric))


def _top(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    top = query.top
    if top is None:
        return
    known = [*(one.field for one in query.group_by), *(key.name for key in keys(query))]
    for name in top.within:
        if name not in known:
            yield QueryFault("E_ORDER_NOT_IN_QUERY", f"The query is not grouped by `{name}`.", suggest(name, known))
    if top.n < 1:
        yield QueryFault("E_LIMIT", f"The top {top.n} leaves nothing.")
    if top.field in top.within:
        yield QueryFault("E_NAME_COLLISION", f"`{top.field}` cannot be cut within itself.")


def _pivot(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    pivot = query.pivot
    if pivot is None:
        return
    known = [*(one.field for one in query.group_by), *(key.name for key in keys(query))]
    if pivot.field not in known:
        yield QueryFault(
            "E_ORDER_NOT_IN_QUERY", f"The query is not grouped by `{pivot.field}`.", suggest(pivot.field, known)
        )
    if query.compare or query.shares or query.ranks or query.mark_partial or query.limit:
        yield QueryFault("E_PIVOT", "Only plain metrics can be turned into columns, without comparison or limit.")
    if any(one.by in (*query.metrics, pivot.field) for one in query.order_by):
        yield QueryFault("E_PIVOT", "Turned into columns, rows are sorted by the other dimensions only.")
    taken = {*known, *(one for one in layer.metrics if one in query.metrics)}
    for name in (f"{one}_{index + 1}" for one in query.metrics for index in range(len(pivot.values))):
        if name in taken:
            yield QueryFault("E_NAME_COLLISION", f"A column `{name}` is there already.")


def _entity_list(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if not query.entity:
        return
    asked = (
        ("compare", query.compare),
        ("shares", query.shares),
        ("top", query.top),
        ("pivot", query.pivot),
        ("fill", query.fill != "none"),
    )
    for name, value in asked:
        if value:
            yield QueryFault("E_ENTITY_LIST", f"A list of `{query.entity}` has no `{name}`.")
    if any(one.field in (METRIC_TIME, COHORT_AGE) for one in query.group_by):
        yield QueryFault("E_ENTITY_LIST", f"A list of `{query.entity}` has attributes, not periods.")


def _time_zone(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if query.time_zone and not is_time_zone(query.time_zone):
        close = suggest(query.time_zone, zoneinfo.available_timezones())
        yield QueryFault("E_TIME_ZONE", f"There is no time zone `{query.time_zone}`.", close)


def _order(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    known = [*query.metrics, *(one.field for one in query.group_by), *(key.name for key in keys(query))]
    beside = {
        "value": set(query.metrics),
        "share": {one.metric for one in query.shares},
        "rank": {one.metric for one in query.ranks},
    }
    for one in query.order_by:
        if one.by not in known:
            sentence = f"The query is sorted by `{one.by}`, which it does not ask for."
            yield QueryFault("E_ORDER_NOT_IN_QUERY", sentence, suggest(one.by, known))
        elif one.column != "value" and one.by not in beside.get(
            one.column, set(query.metrics if query.compare else ())
        ):
            why = "it is not asked for" if one.column in beside else "nothing is compared"
            yield QueryFault("E_ORDER_NOT_IN_QUERY", f"`{one.by}` has no `{one.column}` here: {why}.")


def _limit(_: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    if query.limit is not None and query.limit < 1:
        yield QueryFault("E_LIMIT", f"A limit of {query.limit} rows leaves nothing.")


MEANING_RULES: tuple[Rule, ...] = (
    _asked_twice,
    _grains,
    _calendars,
    _filters,
    _filter_shape,
    _comparison,
    _spine,
    _beside,
    _top,
    _pivot,
    bucket_rules.per_bucket,
    bucket_rules.running,
    group_rules.per_group,
    group_rules.top_together,
    group_rules.part_of,
    group_rules.than_previous,
    group_rules.told_apart,
    band_rules.bands,
    case_rules.cases,
    _entity_list,
    _time_zone,
    _order,
    _limit,
)
