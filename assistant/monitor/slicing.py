"""A metric cut into slices of one and two dimensions, day by day, from one reading of its finest groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assistant.drivers import kind_of, splitting_fields
from assistant.monitor.series import Ask, cells_of
from semantic_layer import Filter, GroupBy, RatioMetric, SemanticLayer, SemanticQuery, TimeRange, is_count
from warehouse import QueryTooLarge

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Where = Mapping[str, str]

LEAST_COUNT = 200.0  # counts in the whole history: a slice with fewer is never tested
MOST_FIELDS = 30
_SAME = 0.9  # of a slice of one dimension: a part of it that is nearly all of it is not told apart from it


@dataclass(frozen=True)
class Leaves:
    """The finest groups by day: `codes` (rows, fields) into `names`, `day` (rows,), `amounts` (parts, rows).

    A sum has one part; a ratio has its numerator and its denominator. `unit` (parts,) is the amount of one count: an
    amount divided by it varies as a count does.
    """

    fields: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    codes: Ints
    day: Ints
    amounts: Floats
    unit: Floats
    starts: tuple[date, ...]

    def inside(self, where: Where) -> NDArray[np.bool_]:
        """Which rows lie in a slice; none, when a field of it was not read."""
        found = np.ones(len(self.day), bool)
        for name, value in where.items():
            place = self.fields.index(name) if name in self.fields else -1
            if place < 0 or value not in self.names[place]:
                return np.zeros(len(self.day), bool)
            found &= self.codes[:, place] == self.names[place].index(value)
        return found


@dataclass(frozen=True)
class SliceTable:
    """Slices by day: `values` (parts, slices, days), `total` (parts, days), `families` which dimensions each is of.

    `is_share` marks a ratio whose numerator counts some of its denominator. `where` names each slice.
    """

    metric: str
    leaves: Leaves
    where: tuple[Where, ...]
    families: tuple[tuple[str, ...], ...]
    values: Floats
    total: Floats
    is_share: bool = False

    @property
    def unit(self) -> Floats:
        """The amount of one count, by part."""
        return self.leaves.unit


@dataclass(frozen=True)
class Cut:
    """What to read: a metric, its rows, the fields to cut by (near ones first), and the days, both included."""

    metric: str
    fields: tuple[str, ...]
    first: date
    last: date
    filters: tuple[Filter, ...] = ()


def read_slices(layer: SemanticLayer, ask: Ask, cut: Cut) -> SliceTable | None:
    """The slices of a metric, or None when it cannot be cut; fewer fields when there are too many groups."""
    if kind_of(layer, cut.metric) == "other" or not cut.fields:
        return None
    count = len(cut.fields)
    while count:
        try:
            leaves = _read(layer, ask, cut, cut.fields[:count])
        except QueryTooLarge:
            count //= 2
            continue
        return table_of(cut.metric, leaves) if len(leaves.day) else None
    return None


def cutting_fields(
    layer: SemanticLayer, metric: str, span: TimeRange, vocabulary: Mapping[str, int]
) -> tuple[str, ...]:
    """Fields to cut a metric by: those of its own rows first, then in turn one of each dataset that they link to."""
    fields = splitting_fields(layer, SemanticQuery(metrics=(metric,), time_range=span), vocabulary, MOST_FIELDS)
    if not fields:
        return ()
    home = fields[0].partition(".")[0]
    turns: dict[str, int] = {}
    order: dict[str, int] = {}
    for name in fields:
        dataset = name.partition(".")[0]
        turns[dataset] = turns.get(dataset, -1) + 1
        order[name] = -1 if dataset == home else turns[dataset]
    return tuple(sorted(fields, key=lambda name: order[name]))


def _read(layer: SemanticLayer, ask: Ask, cut: Cut, fields: tuple[str, ...]) -> Leaves:
    metric = layer.metrics[cut.metric]
    names = (metric.numerator, metric.denominator) if isinstance(metric, RatioMetric) else (cut.metric,)
    query = SemanticQuery(
        metrics=names,
        group_by=(*(GroupBy(field=one) for one in fields), GroupBy(field="metric_time", grain="day")),
        filters=cut.filters,
        time_range=TimeRange(start=cut.first, end=cut.last + timedelta(days=1)),
    )
    rows = [cells_of(row, len(fields), names) for row in ask(query)]
    days = (cut.last - cut.first).days + 1
    day = np.array([(row[len(fields)] - cut.first).days for row in rows], np.int64)
    amounts = np.array([[float(row[len(fields) + 1 + n] or 0) for row in rows] for n in range(len(names))])
    codes, values = _coded([[row[place] for row in rows] for place in range(len(fields))])
    starts = tuple(cut.first + timedelta(days=n) for n in range(days))
    amounts = amounts.reshape(len(names), len(rows))
    units = [1.0 if is_count(layer, name) else _unit(part) for name, part in zip(names, amounts, strict=True)]
    return Leaves(fields, values, codes, day, amounts, np.array(units), starts)


def _unit(amounts: Floats) -> float:
    """The amount below which half of all that was summed lies: of a compound Poisson process, what one count weighs.

    Its variance over its mean would say the same, but groups of many unknown customers would count as one.
    """
    order = np.sort(np.abs(amounts))
    sums = np.cumsum(order)
    return float(order[np.searchsorted(sums, sums[-1] / 2)]) or 1.0 if sums.size and sums[-1] else 1.0


def _coded(columns: Sequence[Sequence[str]]) -> tuple[Ints, tuple[tuple[str, ...], ...]]:
    coded: list[Ints] = []
    names: list[tuple[str, ...]] = []
    for column in columns:
        numbers = {value: number for number, value in enumerate(dict.fromkeys(column))}
        coded.append(np.array([numbers[value] for value in column], np.int64))
        names.append(tuple(numbers))
    return np.array(coded, np.int64).reshape(len(columns), -1).T, tuple(names)


def table_of(metric: str, leaves: Leaves, depth: int = 1) -> SliceTable:
    """All slices of one field (of one and two, with `depth` 2) that hold enough to be tested."""
    found = list(_slices(leaves, depth))
    days, parts = len(leaves.starts), len(leaves.unit)
    total = np.array([np.bincount(leaves.day, part, days) for part in leaves.amounts], np.float64)
    values = np.array([one[2] for one in found]).reshape(len(found), parts, days).transpose(1, 0, 2)
    is_share = parts == 2 and bool((leaves.amounts[0] <= leaves.amounts[1]).all())
    where, families = tuple(one[1] for one in found), tuple(one[0] for one in found)
    return SliceTable(metric, leaves, where, families, values, total, is_share)


def _slices(leaves: Leaves, most: int) -> Iterator[tuple[tuple[str, ...], Where, Floats]]:
    """(fields, slice, amounts by day) of each slice that is large enough and is not nearly a larger one."""
    sizes: dict[tuple[str, str], float] = {}
    for depth in range(1, most + 1):
        for places in combinations(range(len(leaves.fields)), depth):
            names = tuple(leaves.fields[place] for place in places)
            for values, amounts in _group(leaves, places):
                size = float(min(amounts.sum(1) / leaves.unit))
                pairs = list(zip(names, values, strict=True))
                if size < LEAST_COUNT or "" in values:
                    continue
                if depth == 1:
                    sizes[pairs[0]] = size
                elif any(size > _SAME * sizes.get(pair, np.inf) for pair in pairs):
                    continue
                yield names, dict(pairs), amounts


def _group(leaves: Leaves, places: tuple[int, ...]) -> Iterator[tuple[tuple[str, ...], Floats]]:
    days = len(leaves.starts)
    widths = [len(leaves.names[place]) for place in places]
    code = np.zeros(len(leaves.day), np.int64)
    for place, width in zip(places, widths, strict=True):
        code = code * width + leaves.codes[:, place]
    size = int(np.prod(widths)) * days
    by_day = np.array([np.bincount(code * days + leaves.day, part, size) for part in leaves.amounts], np.float64)
    for number, amounts in enumerate(by_day.reshape(len(by_day), -1, days).transpose(1, 0, 2)):
        if amounts.any():
            at = np.unravel_index(number, widths)
            yield tuple(leaves.names[place][int(n)] for place, n in zip(places, at, strict=True)), amounts


def without(table: SliceTable, gone: Sequence[Where]) -> SliceTable:
    """The table with the rows of some slices taken out of everything: what the rest does on its own."""
    keep = ~np.any([table.leaves.inside(where) for where in gone], axis=0) if gone else None
    if keep is None or keep.all():
        return table
    old = table.leaves
    left = replace(old, codes=old.codes[keep], day=old.day[keep], amounts=old.amounts[:, keep])
    return table_of(table.metric, left)


def table_of_slices(table: SliceTable, wheres: Sequence[Where], gone: Sequence[Where]) -> SliceTable:
    """The same table for some slices only, without the rows of others; a slice may be left with nothing."""
    old = table.leaves
    keep = ~np.any([old.inside(where) for where in gone], axis=0) if gone else np.ones(len(old.day), bool)
    days, values = len(old.starts), np.zeros((len(old.unit), len(wheres), len(old.starts)))
    for number, where in enumerate(wheres):
        rows = keep & old.inside(where)
        values[:, number] = [np.bincount(old.day[rows], part[rows], days) for part in old.amounts]
    total = np.array([np.bincount(old.day[keep], part[keep], days) for part in old.amounts], np.float64)
    families = tuple(tuple(where) for where in wheres)
    return SliceTable(table.metric, old, tuple(wheres), families, values, total, table.is_share)
