"""The one seam through which data is read: a validated statement in, rows out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from warehouse.estimate import Estimate
from warehouse.guard import ValidatedSQL
from warehouse.policy import Schema

__all__ = ["Engine", "Estimate", "Limits", "Result", "Schema"]


@dataclass(frozen=True)
class Limits:
    """What one statement may use: wall seconds, megabytes of process memory, rows and megabytes handed back."""

    seconds: float = 10.0
    memory_mb: int = 1024
    rows: int = 10_000
    result_mb: int = 64

    def __post_init__(self) -> None:
        if min(self.seconds, self.memory_mb, self.rows, self.result_mb) <= 0:
            raise ValueError(f"Every limit must be more than zero: {self}")


@dataclass(frozen=True)
class Result:
    """Rows of one statement; `truncated` tells that more rows existed than the limit let through."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    seconds: float


class Engine(Protocol):
    """A place where validated SQL can be run."""

    @property
    def schema(self) -> Schema:
        """Tables and columns that a statement may name."""
        ...

    def run(self, sql: ValidatedSQL, limits: Limits | None = None) -> Result:
        """Rows of the statement; raises SnapshotMissing, QueryFailed, QueryTimeout or QueryTooLarge."""
        ...

    def estimate(self, sql: ValidatedSQL) -> Estimate:
        """What the statement would read, before it is run; raises what `run` raises."""
        ...

    def close(self) -> None:
        """Release every process and file; further runs raise QueryFailed."""
        ...
