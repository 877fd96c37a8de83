"""How a question was read, in at most 25 lines: the use of its words, their meanings, the readings, why others lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import World
from assistant.understanding.readings import Readings

MOST_LINES = {"Meanings": 8, "Readings": 3, "Lost": 8}
MOST_BESIDE = 4  # meanings of one word
WIDEST = 160


@dataclass(frozen=True)
class Trace:
    """How a question was read: the use of its words, the meanings they may have with their weights, the readings that
    stand with their scores, and why others lost.
    """

    question: str
    words: tuple[str, ...]
    meanings: tuple[str, ...]
    readings: tuple[str, ...]
    lost: tuple[str, ...]
    outcome: Plan | Clarification | Explanation | Refusal

    def __str__(self) -> str:
        """The trace as a few lines."""
        parts = (("Meanings", self.meanings), ("Readings", self.readings), ("Lost", self.lost))
        lines = [line for title, found in parts if found for line in _part(title, found)]
        used = [f"Used: {_used(self.outcome)}"] if isinstance(self.outcome, Plan) and self.outcome.spans else []
        sure = _told_sure(self.outcome) if isinstance(self.outcome, Plan) else ""
        head = [f"Words: {' '.join(self.words)}", *used]
        told = [*head, *lines, f"Outcome: {type(self.outcome).__name__}{sure}"]
        return "\n".join(_cut(line) for line in told)


def _part(title: str, found: Sequence[str]) -> Iterator[str]:
    yield f"{title}:"
    most = MOST_LINES[title]
    kept = found if len(found) <= most else found[: most - 1]
    yield from (f"  {line}" for line in kept)
    if len(kept) < len(found):
        yield f"  and {len(found) - len(kept)} more"


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def _used(plan: Plan) -> str:
    """Each word with what it was used for."""
    return " ".join(
        f"{span.text}[{' '.join(dict.fromkeys(part for part in (span.role, span.target) if part))}]"
        for span in plan.spans
    )


def _told_sure(plan: Plan) -> str:
    doubts = ", ".join(f"{name} {amount:g}" for name, amount in plan.doubts)
    return f", confidence {plan.confidence:.3f} ({f'doubts: {doubts}' if doubts else 'no doubts'})"


def meanings_told(readings: Sequence[Readings]) -> tuple[str, ...]:
    """One line for each stretch of words: what it may mean, the likeliest first."""
    found: dict[tuple[int, str], dict[str, float]] = {}
    for reading in readings:
        for draft in (*(c.draft for c in reading.best), *(draft for draft, _ in reading.stuck)):
            for element in draft.elements:
                for concept in element.concepts:
                    kept = found.setdefault((element.first, element.text), {})
                    name = _named(concept)
                    kept[name] = max(concept.weight, kept.get(name, 0.0))
    return tuple(f"{text} -> {_told(found[at, text])}" for at, text in sorted(found))


def _named(concept: Concept) -> str:
    return f"{concept.kind} {concept.target}" + (f"={concept.value}" if concept.value else "")


def _told(weights: dict[str, float]) -> str:
    ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(ordered) - MOST_BESIDE} more" if len(ordered) > MOST_BESIDE else ""
    return ", ".join(f"{name} ({weight:.2f})" for name, weight in ordered[:MOST_BESIDE]) + more


def readings_told(readings: Sequence[Readings], world: World) -> tuple[str, ...]:
    """The readings that stand, with their scores."""
    return tuple(f"{c.score:.2f} {world.told(c.query)}" for reading in readings for c in reading.best)


def losers_told(readings: Sequence[Readings], world: World) -> tuple[str, ...]:
    """Why each other reading lost: a lower score, a reason of the layer, or words that it had no use for."""
    beaten = [
        f"{c.score:.2f} {world.told(c.query)}: {reading.best[0].score - c.score:.2f} behind"
        for reading in readings
        for c in reading.beaten
    ]
    refused = [f"{fault.faults[0].sentence}" for reading in readings for fault in reading.faults]
    stuck = [
        "no use for: " + ", ".join(draft.elements[at].text for at in left) if left else "no number is named"
        for reading in readings
        for draft, left in reading.stuck
    ]
    return tuple(dict.fromkeys((*beaten, *refused, *stuck)))
