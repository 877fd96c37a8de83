"""What is compared: an answer's table, and what was expected with its order and its cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evals.comparison.bags import Row
from evals.comparison.cells import Canonical, Tolerance, canonical


@dataclass(frozen=True)
class Table:
    """Rows with their column names, as an engine gave them; `truncated` when a limit of the system cut them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False

    @cached_property
    def vectors(self) -> tuple[tuple[Canonical, ...], ...]:
        """The columns in canonical form."""
        return tuple(tuple(canonical(row[at]) for row in self.rows) for at in range(len(self.columns)))


@dataclass(frozen=True)
class Cut:
    """The part of a ranked list that was asked for: `limit` rows after `offset`; no limit keeps all the rest."""

    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True)
class Expected:
    """What is right: the gold's rows before any cut, the rank of each by the order keys, and the cut.

    Rows of one rank are tied. `ordered` asks for the order to be checked. Columns not in `optional` are required.
    """

    table: Table
    ranks: tuple[int, ...] = ()
    cut: Cut = Cut()
    ordered: bool = False
    optional: frozenset[int] = frozenset()

    @property
    def required(self) -> tuple[int, ...]:
        """Positions of the columns that an answer must have."""
        return tuple(at for at in range(len(self.table.columns)) if at not in self.optional)

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """Indices of the rows inside the cut, as the gold itself would show them."""
        everything = range(len(self.table.rows))
        stop = None if self.cut.limit is None else self.cut.offset + self.cut.limit
        return tuple(everything[self.cut.offset : stop])

    @cached_property
    def tied_groups(self) -> tuple[TiedGroup, ...]:
        """The ranks that the cut goes through: rows of which any may stand for the others."""
        if not self.ranks:
            return ()
        shown = set(self.shown)
        members: dict[int, list[int]] = {}
        for index, rank in enumerate(self.ranks):
            members.setdefault(rank, []).append(index)
        groups = [(rows, sum(row in shown for row in rows)) for rows in members.values()]
        return tuple(TiedGroup(tuple(rows), inside) for rows, inside in groups if 0 < inside < len(rows))

    @cached_property
    def certain(self) -> tuple[int, ...]:
        """Indices of the rows that every right answer must show."""
        loose = {row for group in self.tied_groups for row in group.rows}
        return tuple(row for row in self.shown if row not in loose)


@dataclass(frozen=True)
class TiedGroup:
    """Rows tied at a cut, and how many of them lie inside it; showing all of them is right, too."""

    rows: tuple[int, ...]
    inside: int


@dataclass(frozen=True)
class CompareRules:
    """How strictly two tables are compared; `scale` lists factors that count as the same number."""

    tolerance: Tolerance = field(default_factory=Tolerance)
    allow_extra_columns: bool = True
    scale: tuple[float, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Whether an answer is right, and if not, why.

    `exact` is a match without extra columns. `mapping` pairs gold columns with answer columns. `missing` and `extra`
    are row numbers of the gold and of the answer that found no partner; `tied` tells that a tie was taken into account.
    """

    matches: bool
    exact: bool = False
    reasons: tuple[str, ...] = ()
    mapping: tuple[tuple[int, int], ...] = ()
    extra_columns: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    tied: bool = field(default=False)


def rows_of(vectors: Sequence[Sequence[Canonical]], count: int) -> list[Row]:
    """Rows made of columns; `count` rows, also when there is no column."""
    return [tuple(vector[at] for vector in vectors) for at in range(count)]
