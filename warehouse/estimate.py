"""What a statement will cost, as the engine's own planner estimates it, before it is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class Estimate:
    """Rows that the planner expects to read from each stored table, and the number of steps of its plan."""

    reads: tuple[tuple[str, int], ...]
    steps: int

    @property
    def rows(self) -> int:
        """Rows read in all."""
        return sum(rows for _, rows in self.reads)


def estimate_of(plan: str) -> Estimate:
    """The estimate in a plan that DuckDB wrote as JSON."""
    steps = list(_steps(json.loads(plan)))
    reads: dict[str, int] = {}
    for step in steps:
        told = cast("dict[str, Any]", step.get("extra_info") or {})
        if "Table" in told:
            name = str(told["Table"]).rpartition(".")[2]
            reads[name] = reads.get(name, 0) + int(str(told.get("Estimated Cardinality") or 0))
    return Estimate(tuple(reads.items()), len(steps))


def _steps(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in cast("list[Any]", node):
            yield from _steps(one)
    elif isinstance(node, dict):
        step = cast("dict[str, Any]", node)
        yield step
        yield from _steps(step.get("children") or [])
