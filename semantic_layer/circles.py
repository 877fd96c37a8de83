"""Names that lead back to themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def circle(start: str, known: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The way from `start` back to it along `known`; empty when there is none."""
    waiting: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
    seen: set[str] = set()
    while waiting:
        name, way = waiting.pop()
        for step in known[name]:
            if step == start:
                return (*way, start)
            if step not in seen:
                seen.add(step)
                waiting.append((step, (*way, step)))
    return ()
