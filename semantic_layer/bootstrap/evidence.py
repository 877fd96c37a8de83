"""What a proposal rests on: plain figures about tables, measured by whoever can read the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Pair = tuple[str, str, str, str]
"""(table, column, other table, other column)"""


class ColumnFigures(Protocol):
    """What is known of a column's values.

    `distinct` may be approximate; `unique` is exact and tells that no value stands twice (missing ones aside).
    `samples` are the most frequent values as text.
    """

    @property
    def type(self) -> str:
        """The database's type."""
        ...

    @property
    def nulls(self) -> int:
        """Number of missing values."""
        ...

    @property
    def distinct(self) -> int:
        """Number of different values."""
        ...

    @property
    def min(self) -> Any:
        """The smallest value."""
        ...

    @property
    def max(self) -> Any:
        """The largest value."""
        ...

    @property
    def samples(self) -> tuple[str, ...]:
        """Frequent values."""
        ...

    @property
    def unique(self) -> bool:
        """Whether no value stands twice."""
        ...


class TableFigures(Protocol):
    """A table's number of rows and the figures of its columns, in the table's order."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        ...

    @property
    def columns(self) -> Mapping[str, ColumnFigures]:
        """Columns by name."""
        ...


Profiles = Mapping[str, TableFigures]


@dataclass(frozen=True)
class Survey:
    """What to measure before proposing: pairs of columns to compare, and SQL by name that gives one number each."""

    pairs: frozenset[Pair] = frozenset()
    checks: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Evidence:
    """What was measured of a `Survey`.

    `inclusion`: the share (0 to 1) of a column's distinct values that the other column holds. `counts`: the number that
    each check gave. What is missing counts as not known.
    """

    inclusion: Mapping[Pair, float] = field(default_factory=dict[Pair, float])
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
