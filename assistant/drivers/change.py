"""Why one metric moved from one period to another: what to ask for, and what the rows say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.drivers.leaves import Key, Leaves, leaves_of, leaves_of_ratio
from assistant.drivers.scan import Slice, gains_by_dimension, scan
from assistant.drivers.splits import Factor, mix_and_rate, split_product, split_sum
from assistant.shape import is_additive
from semantic_layer import (
    Comparison,
    GroupBy,
    OrderBy,
    RatioMetric,
    SemanticLayer,
    SemanticQuery,
    check,
    parts,
    stands,
)
from warehouse import QueryTooLarge

Row = Mapping[str, Any]
Ask = Callable[[SemanticQuery], Sequence[Row]]
"""Rows of a query, each by column name; raises QueryTooLarge when there are more than it may give."""
Kind = Literal["sum", "ratio", "other"]

MOST_DIMENSIONS, MOST_TOGETHER = 24, 5
LEAST_VALUES, MOST_VALUES = 2, 40
NOTHING = ""  # the name of a group without a value


@dataclass(frozen=True)
class Contribution:
    """What one group of the best dimension gives to the change; for a ratio, how much of it by the mix of groups."""

    value: str
    amount: float
    mix: float = 0.0


@dataclass(frozen=True)
class ChangeExplained:
    """A change and where it comes from.

    `slices` are the groups that moved apart from the rest (fields by name), `factors` the product that the metric is,
    `contributions` those of the groups of `dimension`, the largest first; they add up to the change, when `kind` is not
    "other". `shown` asks for the metric by that dimension beside the period before.
    """

    metric: str
    now: float
    then: float
    kind: Kind
    shown: SemanticQuery
    dimension: str = ""
    slices: tuple[Slice, ...] = ()
    factors: tuple[Factor, ...] = ()
    contributions: tuple[Contribution, ...] = ()


def explain_change(
    layer: SemanticLayer, ask: Ask, query: SemanticQuery, vocabulary: Mapping[str, int]
) -> ChangeExplained | None:
    """Where the change of the query's first metric comes from, or None when one of both periods has no value.

    `query` has a period; it is compared as it says, or with the period before. `vocabulary` tells how many values each
    field ("dataset.field") has. Raises QueryError when the metric cannot be compared.
    """
    whole = query.model_copy(
        update={"metrics": query.metrics[:1], "group_by": (), "order_by": (), "limit": None, "top": None, "shares": (),
                "compare": query.compare or Comparison()}
    )  # fmt: skip
    check(layer, whole)
    metric = whole.metrics[0]
    kind = kind_of(layer, metric)
    dimensions = splitting_fields(layer, whole, vocabulary) if kind != "other" else ()
    asked = _Asked(whole, kind, _largest_table(layer, ask, whole, dimensions) if dimensions else None)
    total = asked.total() or _pair(next(iter(ask(whole)), {}), metric)
    if total is None:
        return None
    found = ChangeExplained(metric, total[1], total[0], kind, whole, factors=_factors(layer, ask, whole))
    return _by_groups(found, asked.table) if asked.table else found


def kind_of(layer: SemanticLayer, name: str) -> Kind:
    """Whether groups of the metric add up, are a ratio of such sums, or neither."""
    metric = layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return "ratio" if is_additive(layer, metric.numerator) and is_additive(layer, metric.denominator) else "other"
    return "sum" if is_additive(layer, name) else "other"


def _pair(row: Row, metric: str) -> tuple[float, float] | None:
    """(then, now), where both are numbers."""
    then, now = row.get(f"{metric}_previous"), row.get(metric)
    return None if then is None or now is None else (float(then), float(now))


def splitting_fields(
    layer: SemanticLayer, query: SemanticQuery, vocabulary: Mapping[str, int], most: int = MOST_DIMENSIONS
) -> tuple[str, ...]:
    """Fields that the metric can be split by, near ones first.

    Those that the question fixed are left out, and those that the metric is defined by or that are computed from what
    happened (a customer's standing today): they would explain it by itself.
    """
    home = _home(layer, query.metrics[0])
    computed = _extensions(layer)
    meant = _named_in_definition(layer, query.metrics[0])
    fixed = {one.field for one in query.filters} | {field for field in vocabulary if field.partition(".")[2] in meant}
    fitting = [
        field
        for field, count in vocabulary.items()
        if LEAST_VALUES <= count <= MOST_VALUES
        and field not in fixed
        and field.partition(".")[0] not in computed
        and _splits(layer, query, field)
    ]
    return tuple(sorted(fitting, key=lambda field: field.partition(".")[0] != home)[:most])


def _extensions(layer: SemanticLayer) -> frozenset[str]:
    """Datasets with one row for each row of another, which is what people count: what is computed about it."""
    links = layer.relationships.values()
    ones = {one.to for one in links if set(one.from_columns) == set(layer.datasets[one.from_].primary_key)}
    return frozenset(name for name in ones if not layer.datasets[name].entity)


def _named_in_definition(layer: SemanticLayer, name: str) -> frozenset[str]:
    """Words in the formulas and filters of a metric and of what it is made of."""
    texts: list[str] = []
    for part in parts(layer, name):
        metric = layer.metrics[part]
        if metric.type == "simple":
            measure = layer.measures[metric.measure]
            texts += [metric.filter, measure.filter, measure.expression]
    words = frozenset(re.findall(r"\w+", " ".join(texts)))
    fields = layer.datasets[_home(layer, name)].fields if _home(layer, name) else ()
    behind = words.union(*(re.findall(r"\w+", one.expression) for one in fields if one.name in words))
    return behind | {one.name for one in fields if behind & set(re.findall(r"\w+", one.expression))}


def _home(layer: SemanticLayer, name: str) -> str:
    metric = layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return _home(layer, metric.numerator)
    return metric.measure.partition(".")[0] if metric.type == "simple" else ""


def _splits(layer: SemanticLayer, query: SemanticQuery, field: str) -> bool:
    return stands(layer, query.model_copy(update={"group_by": (GroupBy(field=field),)}))


def _factors(layer: SemanticLayer, ask: Ask, query: SemanticQuery) -> tuple[Factor, ...]:
    """The metric as a count times an amount for each ("orders x average order value"), when the model has that."""
    name = query.metrics[0]
    for ratio_name, ratio in layer.metrics.items():
        if isinstance(ratio, RatioMetric) and ratio.numerator == name and not ratio.hidden and _is_near(layer, ratio):
            wanted = query.model_copy(update={"metrics": (ratio.denominator, ratio_name)})
            if not stands(layer, wanted):
                continue
            row = next(iter(ask(wanted)), {})
            pairs = [(one, _pair(row, one)) for one in wanted.metrics]
            if all(pair is not None for _, pair in pairs):
                return split_product([(one, *pair) for one, pair in pairs if pair is not None])
    return ()


def _is_near(layer: SemanticLayer, ratio: RatioMetric) -> bool:
    """Whether both sides count rows of one dataset, so that the product is a way to see the metric."""
    return _home(layer, ratio.numerator) == _home(layer, ratio.denominator) != ""


def _by_groups(found: ChangeExplained, table: _Table) -> ChangeExplained:
    leaves = table.leaves()
    slices = scan(leaves)
    best = _best_dimension(gains_by_dimension(leaves), slices, table)
    shown = found.shown.model_copy(update={"group_by": (GroupBy(field=best),), "order_by": (_by_change(found),)})
    return replace(found, shown=shown, dimension=best, slices=slices, contributions=table.contributions(best))


def _largest_table(layer: SemanticLayer, ask: Ask, whole: SemanticQuery, fields: tuple[str, ...]) -> _Table:
    """The groups by all of the fields at once, or by the first of them when there would be too many groups."""
    for count in range(len(fields), 1, -1):
        try:
            return _table(layer, ask, whole, fields[:count])
        except QueryTooLarge:
            continue
    return _table(layer, ask, whole, fields[:1])


def _table(layer: SemanticLayer, ask: Ask, whole: SemanticQuery, fields: tuple[str, ...]) -> _Table:
    name = whole.metrics[0]
    metric = layer.metrics[name]
    names = (metric.numerator, metric.denominator) if isinstance(metric, RatioMetric) else (name,)
    groups = tuple(GroupBy(field=field) for field in fields)
    rows = ask(whole.model_copy(update={"metrics": names, "group_by": groups}))
    columns = _columns_of(rows, names)
    return _Table(fields, names, [(_key(row, columns), row) for row in rows])


def _by_change(found: ChangeExplained) -> OrderBy:
    return OrderBy(by=found.metric, column="change", descending=found.now >= found.then)


def _columns_of(rows: Sequence[Row], names: Iterable[str]) -> tuple[str, ...]:
    """The columns of the groups: those that come before the metrics, in the order asked for."""
    if not rows:
        return ()
    own = {f"{name}{end}" for name in names for end in ("", "_previous", "_change", "_change_ratio")}
    return tuple(column for column in rows[0] if column not in own)


def _key(row: Row, columns: Sequence[str]) -> Key:
    return tuple(NOTHING if row[column] is None else str(row[column]) for column in columns)


@dataclass(frozen=True)
class _Asked:
    """What was asked of the database: the whole, and its groups where it has some."""

    whole: SemanticQuery
    kind: Kind
    table: _Table | None

    def total(self) -> tuple[float, float] | None:
        """(then, now) as the groups add up to, which saves a pass over the rows; None where they cannot say it."""
        if self.table is None or self.kind != "sum":
            return None
        then, now = self.table.known("_previous"), self.table.known("")
        return (math.fsum(then), math.fsum(now)) if then and now else None


@dataclass(frozen=True)
class _Table:
    """Rows by all dimensions at once, of a sum (one metric) or of a ratio (numerator and denominator)."""

    dimensions: tuple[str, ...]
    names: tuple[str, ...]
    rows: Sequence[tuple[Key, Row]]

    def leaves(self) -> Leaves:
        """The finest groups, for the scan."""
        if len(self.names) == 1:
            return leaves_of(self.dimensions, self._sums("", self._whole), self._sums("_previous", self._whole))
        return leaves_of_ratio(self.dimensions, self._ratios("", self._whole), self._ratios("_previous", self._whole))

    def contributions(self, dimension: str) -> tuple[Contribution, ...]:
        """What each value of a dimension gives to the change, the largest first."""
        place = self.dimensions.index(dimension)

        def one(key: Key) -> Key:
            return (key[place],)

        if len(self.names) == 1:
            split = split_sum(self._sums("_previous", one), self._sums("", one))
            given = [Contribution(key[0], amount) for key, amount in split.items()]
        else:
            parts = mix_and_rate(self._ratios("_previous", one), self._ratios("", one))
            given = [Contribution(key[0], part.rate + part.mix, part.mix) for key, part in parts.items()]
        return tuple(sorted(given, key=lambda item: -abs(item.amount)))

    def known(self, end: str) -> list[float]:
        """What is known of the first metric's groups, now ("") or before ("_previous")."""
        column = f"{self.names[0]}{end}"
        return [float(row[column]) for _, row in self.rows if row[column] is not None]

    @staticmethod
    def _whole(key: Key) -> Key:
        return key

    def _sums(self, end: str, group: Callable[[Key], Key]) -> dict[Key, float]:
        return {key: pair[0] for key, pair in self._added(end, group).items()}

    def _ratios(self, end: str, group: Callable[[Key], Key]) -> dict[Key, tuple[float, float]]:
        return {key: (pair[0], pair[1]) for key, pair in self._added(end, group).items()}

    def _added(self, end: str, group: Callable[[Key], Key]) -> dict[Key, list[float]]:
        sums: dict[Key, list[float]] = {}
        columns = [f"{name}{end}" for name in self.names]
        for key, row in self.rows:
            values = [float(row[column] or 0) for column in columns]
            into = sums.setdefault(group(key), values)
            if into is not values:
                into[:] = [sum(pair) for pair in zip(into, values, strict=True)]
        return sums


def _best_dimension(gains: Mapping[str, float], slices: Sequence[Slice], table: _Table) -> str:
    """The dimension that explains most alone, among those of the strongest slice when there is one.

    One whose rows without a value gave most of the change says little: "by industry: no industry +30,772".
    """
    named = [field for field in gains if not slices or field in slices[0].where]
    telling = [field for field in named if not _is_mostly_unknown(table.contributions(field))]
    return max(telling or named, key=lambda field: gains[field])


def _is_mostly_unknown(contributions: Sequence[Contribution]) -> bool:
    """Whether the rows without a value moved most, and the way the whole did."""
    whole = math.fsum(one.amount for one in contributions)
    return any(one.value == NOTHING and one.amount * whole > 0 for one in contributions[:1])
