"""The one seam through which data is read: a validated statement in, rows out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from warehouse.guard import ValidatedSQL

Schema = Mapping[str, Mapping[str, str]]
"""`{table: {column: type}}`, types as the engine spells them; what the guard and the semantic layer are given."""


@dataclass(frozen=True)
class Limits:
    """What one statement may use: wall seconds, megabytes of process memory, rows handed back."""

    seconds: float = 10.0
    memory_mb: int = 1024
    rows: int = 10_000


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
        """Rows of the statement; raises QueryFailed, QueryTimeout or QueryTooLarge."""
        ...

    def close(self) -> None:
        """Release every process and file; further runs raise QueryFailed."""
        ...
