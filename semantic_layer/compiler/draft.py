"""A query on its way to SQL: what the passes hand from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.metric_types import Metric
from semantic_layer.model import SemanticLayer
from semantic_layer.query import Bands, Filter, SemanticQuery, TimeRange
from semantic_layer.resolution import Key
from semantic_layer.spans import CalendarRules, Shift

Role = Literal["dimension", "time", "metric", "previous", "change", "change_ratio", "share", "rank", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of the result: what it is, of what, and how to write it.

    `ref` is the metric's name or the field's full name (`metric_time` for the common time); `grain` is that of a time;
    `decimals` are the digits after the point that the metric asks for. `bands` tell that a number stands for the band
    that begins with it, `whole` that such numbers have no parts ("18 to 24" ends before 25).
    """

    name: str
    role: Role
    ref: str
    label: str = ""
    unit: str = ""
    format: str = ""
    grain: str = ""
    decimals: int | None = None
    bands: Bands | None = None
    whole: bool = False


@dataclass(frozen=True)
class TopSet:
    """The values of key `field` that stay, a clause of the WITH that holds them, and the word for all others.

    With `together` their rows stay and are no group of their own.
    """

    name: str
    field: str
    within: tuple[str, ...]
    others_label: str
    together: Key | None = None


@dataclass(frozen=True)
class Scope:
    """Which rows are aggregated by what: grouping columns, row conditions, and a span of each metric's own time.

    With `spine` every bucket of the span has a row.
    """

    keys: tuple[Key, ...]
    filters: tuple[Filter, ...] = ()
    span: TimeRange | None = None
    spine: bool = False
    top: TopSet | None = None

    @property
    def time(self) -> Key | None:
        """The grouping by each metric's own time, when there is one."""
        return next((key for key in self.keys if key.is_metric_time), None)


@dataclass(frozen=True)
class Part:
    """One aggregate sub-query: a name in WITH, its grouping columns, the metrics it holds.

    No rows mean 0 for the metrics in `zero`; those in `never_null` are 0 by themselves where the part has a row. A part
    that is met through the calendar (`earlier`) adds no rows to those of others.
    """

    name: str
    keys: tuple[Key, ...]
    metrics: tuple[str, ...]
    zero: frozenset[str] = frozenset()
    never_null: frozenset[str] = frozenset()
    earlier: Shift | None = None


@dataclass
class Frame:
    """A relation under construction: FROM and JOINs, and the expressions that can be selected from it.

    `leaves` are metrics by name, `previous` the same for the other span of a comparison; `zero` as in `Part`.
    """

    source: exp.Select
    keys: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    leaves: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    previous: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    zero: frozenset[str] = frozenset()

    def relation(self) -> exp.Expr:
        """The relation it reads, when it reads one only."""
        return self.source.args["from_"].this.copy()


@dataclass
class Draft:
    """The query, the WITH clauses made so far, and the statement that will stand on them.

    `asked` is the query as it came, where `query` is what is computed for each bucket first.
    """

    layer: SemanticLayer
    query: SemanticQuery
    as_of: date
    builders: Mapping[str, Builder]
    sets: MemberSets
    keys: tuple[Key, ...]
    frame: Frame
    ctes: dict[str, exp.Select] = field(default_factory=dict[str, exp.Select])
    columns: list[Column] = field(default_factory=list[Column])
    scope: Scope = Scope(())
    conditions: list[exp.Expr] = field(default_factory=list[exp.Expr])
    statement: exp.Select = field(default_factory=exp.Select)
    facts: dict[str, None] = field(default_factory=dict[str, None])
    members: dict[tuple[object, ...], str] = field(default_factory=dict[tuple[object, ...], str])
    notes: dict[str, None] = field(default_factory=dict[str, None])
    previous_span: TimeRange | None = None
    asked: SemanticQuery | None = None

    @property
    def zone(self) -> str:
        """The time zone in which days are counted; empty for the clock of the data."""
        return self.query.time_zone or self.layer.definitions.time_zone

    @property
    def rules(self) -> CalendarRules:
        """How weeks and fiscal years run in this model."""
        settings = self.layer.definitions
        return CalendarRules(settings.week_start == "sunday", settings.fiscal_year_start_month)

    @property
    def data_end(self) -> date:
        """The day after the last complete day of data."""
        return self.as_of + timedelta(days=1)

    def add(self, name: str, select: exp.Select) -> str:
        """Put `select` in the WITH clause; returns the name it got, which is no table's and no other clause's."""
        layer = self.layer
        tables = {one.source.lower() for one in layer.datasets.values()} | layer.schema.keys()
        taken = tables | self.ctes.keys() | layer.datasets.keys() | layer.relationships.keys()
        number = 1
        free = name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        self.ctes[free] = select
        return free


@dataclass(frozen=True)
class MemberSets:
    """How sets of entities are made: those of a segment, by their own metric, by the rows they have.

    `number` makes the set of all of them with the metric of each, as `number`.
    """

    segment: Callable[[Draft, str], str]
    metric: Callable[[Draft, str, Filter], str]
    rows: Callable[[Draft, str, tuple[Filter, ...]], str]
    number: Callable[[Draft, Key], str]


Builder = Callable[[Draft, Scope, tuple[Metric, ...]], Part]


def read(name: str, keys: Iterable[str], leaves: Iterable[str], zero: frozenset[str] = frozenset()) -> Frame:
    """A frame over one clause of the WITH."""
    own: dict[str, exp.Expr] = {key: sql.column(key, name) for key in keys}
    values: dict[str, exp.Expr] = {leaf: sql.column(leaf, name) for leaf in leaves}
    return Frame(sql.selected([], sql.table(name)), own, values, zero=zero)
