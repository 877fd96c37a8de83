"""What a result looks like: which column is the time, which are categories, and which numbers belong together.

Charts and sentences are chosen from this and never from column names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import inf
from operator import itemgetter
from typing import Any, Literal

from assistant.formatting import Style, is_number, style_of
from assistant.wording import FIRST, answers
from semantic_layer import (
    METRIC_TIME,
    Column,
    Filter,
    SemanticLayer,
    SemanticQuery,
    SimpleMetric,
    TimeRange,
    is_together,
    role_title,
    time_of,
)
from warehouse import Result

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMERIC_ROLES = ("metric", "previous", "change", "change_ratio", "share", "rank")
_ADDITIVE = ("sum", "count")


@dataclass(frozen=True)
class Context:
    """What is known about a result besides its rows.

    `as_of` is the last complete day of data. `additive` names the metrics whose groups add up to the total: only those
    are stacked, or said to be a share of something; `percents` names filtered metrics written in percent, `counts`
    those that are whole numbers. `titles` are
    what the query's fields are called in another language than that of their names. `conditions` are what a list was
    narrowed to, in words; `keys` are the fields that are each the whole key of their dataset; `roles` are the titles
    of the links that conditions name. `doers` are the titles of those who must have done something, where the number
    is none of them. `days` are the times that conditions name.
    """

    query: SemanticQuery | None = None
    as_of: date | None = None
    additive: frozenset[str] = frozenset()
    locale: str = "en"
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    percents: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()
    conditions: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    doers: Mapping[str, str] = field(default_factory=dict[str, str])
    days: frozenset[str] = frozenset()

    @property
    def time_range(self) -> TimeRange | None:
        """The span of days that was asked about."""
        return self.query.time_range if self.query else None


def context(
    layer: SemanticLayer, query: SemanticQuery | None = None, as_of: date | None = None, locale: str = "en"
) -> Context:
    """A context with what the layer knows of the query's metrics."""
    names = query.metrics if query and not _is_no_part(query) else ()
    additive = frozenset(name for name in names if is_additive(layer, name))
    told = [part for one in query.filters for part in one.alternatives] if query else []
    formats = {one.field: layer.metrics[one.field].format for one in told if one.field in layer.metrics}
    percents, counts = (frozenset(n for n in formats if formats[n] == kind) for kind in ("percent", "integer"))
    titles = _titles(layer, query, locale)
    as_of = None if query and lies_ahead(layer, query) else as_of  # of days to come none is cut off by the data
    roles = {one.via: role_title(layer, one.via) for one in query.filters if one.via} if query else {}
    keys, doers = _keys(layer, query), _doers(layer, query)
    days = frozenset(name for one in told for name in _named_by(one) if _is_day(layer, name))
    return Context(
        query, as_of, additive, locale, titles, percents, counts, keys=keys, roles=roles, doers=doers, days=days
    )


def lies_ahead(layer: SemanticLayer, query: SemanticQuery) -> bool:
    """Whether the times that a query asks by are days that lie in the future as a rule."""
    times = {time_of(layer, one) for name in query.metrics if isinstance(one := layer.metrics[name], SimpleMetric)}
    grouped = {one.field for one in query.group_by if one.grain and one.field != METRIC_TIME}
    asked = grouped or times
    return bool(asked) and all(name in layer.fields and layer.fields[name].ahead for name in asked)


def _doers(layer: SemanticLayer, query: SemanticQuery | None) -> Mapping[str, str]:
    """The titles of the entities that conditions are on, where no number of the query counts them."""
    if query is None or not query.metrics:
        return {}
    metrics = [layer.metrics[name] for name in query.metrics]
    counted = {one.measure.partition(".")[0] for one in metrics if isinstance(one, SimpleMetric)}
    owners = {one.entity for one in query.filters if one.entity and one.field in layer.metrics} - counted
    return {name: layer.datasets[name].title for name in owners if layer.datasets[name].entity}


def _keys(layer: SemanticLayer, query: SemanticQuery | None) -> frozenset[str]:
    if query is None:
        return frozenset()
    shown = {one.field.partition(".")[0] for one in query.group_by if one.field in layer.fields} | {query.entity}
    keys = {name: layer.datasets[name].key_fields for name in shown if name in layer.datasets}
    return frozenset(f"{name}.{fields[0]}" for name, fields in keys.items() if len(fields) == 1)


def _titles(layer: SemanticLayer, query: SemanticQuery | None, locale: str) -> Mapping[str, str]:
    """What the fields and the entity of a query are called, where it is not said in the language of their names."""
    if query is None:
        return {}
    rows = [name for one in query.filters for part in one.alternatives for name in _named_by(part)]
    if answers(locale).locale == FIRST:  # only days are named after columns: "created at is before ..." is no English
        days = {name: layer.fields[name].title.lower() for name in rows if _is_day(layer, name)}
        return days | ({query.entity: layer.datasets[query.entity].title.lower()} if query.entity else {})
    known = (layer.fields, layer.metrics, layer.segments, layer.datasets)
    names = (*rows, *((query.entity,) if query.entity else ()))
    return {name: found[name].title for name in names for found in known if name in found}


def _named_by(one: Filter) -> Iterator[str]:
    """The fields and metrics that one condition names."""
    yield from (row.field for row in (one, *one.where))
    if one.other:
        yield one.other


def _is_day(layer: SemanticLayer, name: str) -> bool:
    return name in layer.fields and layer.fields[name].kind == "time"


def _is_no_part(query: SemanticQuery) -> bool:
    """Whether the groups of the result are no parts of a total: medians, and values that hold others."""
    return query.running is not None or (query.per_bucket is not None and query.per_bucket.agg != "average")


def is_additive(layer: SemanticLayer, name: str) -> bool:
    """Whether the groups of a metric add up to its total: a plain sum or count that is no level."""
    metric = layer.metrics.get(name)
    measure = layer.measures.get(metric.measure) if metric is not None and metric.type == "simple" else None
    return measure is not None and measure.agg in _ADDITIVE and measure.non_additive is None


def part_of_calendar(column: Column) -> Literal["weekday", "hour", ""]:
    """Which part of the calendar a column holds that the layer implies for the times of its rows; empty for others."""
    name = column.ref.rpartition(".")[2]
    return "weekday" if name.endswith("_weekday") else "hour" if name.endswith("_hour_of_day") else ""


def along_calendar(column: Column, value: Any) -> float:
    """Where a weekday (from Monday on) or an hour stands in its order; what is unknown stands last."""
    if part_of_calendar(column) == "weekday":
        return float(WEEK.index(value)) if value in WEEK else float(len(WEEK))
    return float(value) if is_number(value) else inf


@dataclass(frozen=True)
class Numbers:
    """One metric's columns by position: the value, and beside it what a comparison or a share added."""

    column: Column
    value: int
    previous: int | None = None
    change: int | None = None
    ratio: int | None = None
    share: int | None = None


@dataclass(frozen=True)
class Shape:
    """A result sorted by meaning: position of the time column, of the categories, and the metrics' numbers."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    time: int | None
    dimensions: tuple[int, ...]
    numbers: tuple[Numbers, ...]
    context: Context

    def style(self, position: int) -> Style:
        """How the numbers of a column are written."""
        return style_of(self.columns[position], self.context.locale)

    def values(self, position: int) -> Iterator[Any]:
        """The finite numbers of a column, in row order."""
        return (row[position] for row in self.rows if is_number(row[position]))

    @property
    def grain(self) -> str:
        """The grain of the time column, `day` when it says none."""
        return (self.columns[self.time].grain or "day") if self.time is not None else ""

    @property
    def main(self) -> Numbers:
        """The metric that counts: the one the question sorts by, otherwise the first."""
        query = self.context.query
        first_key = query.order_by[0].by if query and query.order_by else ""
        return next((item for item in self.numbers if item.column.ref == first_key), self.numbers[0])

    def is_additive(self, numbers: Numbers) -> bool:
        """Whether the groups of a metric add up to its total."""
        adds = (numbers.column.ref or numbers.column.name) in self.context.additive
        return adds and numbers.column.role != "share"


def shape_of(columns: Sequence[Column], result: Result, context: Context) -> Shape:
    """The result's shape; a column whose values are not numbers is never taken for a number."""
    usable = [_is_usable(columns, result, i) for i in range(len(columns))]
    roles: dict[str, list[int]] = {role: [] for role in (*NUMERIC_ROLES, "time", "dimension", "flag")}
    for position, column in enumerate(columns):
        roles[column.role].extend([position] if usable[position] else [])
    return Shape(
        columns=tuple(columns),
        rows=result.rows,
        time=roles["time"][0] if roles["time"] else None,
        dimensions=_named(columns, result, tuple(sorted((*roles["dimension"], *roles["time"][1:]))), context.keys),
        numbers=(
            *_parts(columns, roles, context.query),
            *(_numbers(columns, roles, i, context.query) for i in roles["metric"]),
        ),
        context=context,
    )


def _named(columns: Sequence[Column], result: Result, places: tuple[int, ...], keys: frozenset[str]) -> tuple[int, ...]:
    """The categories without a key beside the name of the same thing, where each name is that of one thing only."""
    if len(places) != 2 or {columns[place].ref in keys for place in places} != {True, False}:
        return places
    name = next(place for place in places if columns[place].ref not in keys)
    same = len({columns[place].ref.partition(".")[0] for place in places}) == 1
    shown = [row[name] for row in result.rows]
    apart = None not in shown and len(set(shown)) == len(shown) > 1  # one row says nothing of its name
    return (name,) if same and apart else places


def _is_usable(columns: Sequence[Column], result: Result, position: int) -> bool:
    present = [row[position] for row in result.rows if row[position] is not None]
    if columns[position].role == "time":
        return all(isinstance(value, date) for value in present)
    return columns[position].role not in NUMERIC_ROLES or all(_is_numeric(value) for value in present)


def _is_numeric(value: Any) -> bool:
    return is_number(value) or isinstance(value, float)


def _is_case(query: SemanticQuery | None, metric: str) -> bool:
    """Whether the share of one case, or of a case in each period, is what was asked: the share is the number then."""
    shares = query.shares if query else ()
    return any(one.metric == metric and one.is_of_case for one in shares)


def _parts(columns: Sequence[Column], roles: dict[str, list[int]], asked: SemanticQuery | None) -> tuple[Numbers, ...]:
    """Shares that were asked for besides the numbers they are made of: of another metric, of the top few in all."""
    if asked is None or not (any(one.of for one in asked.shares) or is_together(asked)):
        return ()
    return tuple(Numbers(columns[i], i) for i in roles["share"])


def _numbers(
    columns: Sequence[Column], roles: dict[str, list[int]], value: int, asked: SemanticQuery | None
) -> Numbers:
    ref = columns[value].ref or columns[value].name
    beside = {role: next((i for i in roles[role] if columns[i].ref == ref), None) for role in NUMERIC_ROLES}
    share = beside["share"]
    if share is not None and _is_case(asked, ref):
        return Numbers(columns[share], share)
    if asked is not None and any(one.of and one.metric == ref for one in asked.shares):
        return Numbers(columns[value], value)
    return Numbers(columns[value], value, beside["previous"], beside["change"], beside["change_ratio"], beside["share"])


def next_bucket(start: date, grain: str) -> date:
    """The first day after the bucket that starts on `start`; an unknown grain counts as a day."""
    first = start.date() if isinstance(start, datetime) else start
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(grain.removeprefix("fiscal_"))
    if months is None:
        return first + timedelta(days=7 if grain == "week" else 1)
    total = first.year * 12 + first.month - 1 + months
    return first.replace(year=total // 12, month=total % 12 + 1, day=1)


def timed_rows(shape: Shape) -> list[tuple[Any, ...]]:
    """Rows with a time and a value of the main metric, in the order of time."""
    time, value = shape.time or 0, shape.main.value
    return sorted((row for row in shape.rows if row[time] is not None and is_number(row[value])), key=itemgetter(time))


def whole_rows(shape: Shape) -> list[tuple[Any, ...]]:
    """The timed rows that can be held against each other: their bucket is known to be covered whole.

    When the question set no beginning, the data may begin within the first bucket, so that one is left out too.
    """
    time = shape.time or 0
    whole = [row for row in timed_rows(shape) if not is_partial(row[time], shape)]
    asked = shape.context.time_range
    starts_open = (asked is None or asked.start is None) and shape.grain not in ("day", "hour")
    later = [row for row in whole if row[time] != whole[0][time]]
    return later if starts_open and later else whole


def is_partial(start: date, shape: Shape) -> bool:
    """Whether a bucket of the shape's time is not covered whole by the data or by the period asked about."""
    first, end = (start.date() if isinstance(start, datetime) else start), next_bucket(start, shape.grain)
    asked = shape.context.time_range
    if asked and ((asked.start and first < asked.start) or (asked.end and end > asked.end)):
        return True
    return shape.context.as_of is not None and end > shape.context.as_of + timedelta(days=1)
