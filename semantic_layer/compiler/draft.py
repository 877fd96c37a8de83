"""A query on its way to SQL: what the passes hand from one to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.model import SemanticLayer, SimpleMetric
from semantic_layer.query import Filter, SemanticQuery, TimeRange
from semantic_layer.resolution import Key

Role = Literal["dimension", "time", "metric", "previous", "change", "change_ratio", "share", "rank", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of the result: what it is, of what, and how to write it.

    `ref` is the metric's name or the field's full name (`metric_time` for the common time); `grain` is that of a time.
    """

    name: str
    role: Role
    ref: str
    label: str = ""
    unit: str = ""
    format: str = ""
    grain: str = ""


@dataclass(frozen=True)
class Scope:
    """Which rows are aggregated by what: grouping columns, row conditions, and a span of each metric's own time."""

    keys: tuple[Key, ...]
    filters: tuple[Filter, ...] = ()
    span: TimeRange | None = None


@dataclass(frozen=True)
class Part:
    """One aggregate sub-query: a name in WITH, its grouping columns, the simple metrics it holds."""

    name: str
    keys: tuple[Key, ...]
    leaves: tuple[SimpleMetric, ...]


@dataclass
class Frame:
    """A relation under construction: FROM and JOINs, and the expressions that can be selected from it."""

    source: exp.Select
    keys: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    leaves: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    previous: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])


@dataclass
class Draft:
    """The query, the WITH clauses made so far, and the statement that will stand on them."""

    layer: SemanticLayer
    query: SemanticQuery
    as_of: date
    keys: tuple[Key, ...]
    frame: Frame
    ctes: dict[str, exp.Select] = field(default_factory=dict[str, exp.Select])
    columns: list[Column] = field(default_factory=list[Column])
    statement: exp.Select = field(default_factory=exp.Select)
    facts: dict[str, None] = field(default_factory=dict[str, None])
    previous_span: TimeRange | None = None

    def add(self, name: str, select: exp.Select) -> str:
        """Put `select` in the WITH clause; returns the name it got, which is no table's and no other clause's."""
        tables = {one.source.lower() for one in self.layer.datasets.values()}
        taken = tables | self.ctes.keys() | self.layer.schema.keys()
        number = 1
        free = name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        self.ctes[free] = select
        return free

    def read(self, name: str, keys: Iterable[str], leaves: Iterable[str]) -> Frame:
        """A frame over one clause of the WITH."""
        source = sql.selected([], sql.table(name))
        own = {key: sql.column(key, name) for key in keys}
        return Frame(source, dict[str, exp.Expr](own), {leaf: sql.column(leaf, name) for leaf in leaves})
