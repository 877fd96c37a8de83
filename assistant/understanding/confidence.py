"""How sure a reading is: what speaks against it, weighed by how often such readings were wrong.

The weights stand in `confidence.yml`, written by `python -m evals calibrate` from judged answers of the developing
suites: a logistic regression whose weights may only lower the confidence, so that nothing doubtful makes a plan surer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.shipped import shipped

if TYPE_CHECKING:
    from assistant.understanding.queries import Candidate
    from assistant.understanding.spelling import Spelling

WEIGHTS = Path(__file__).parent / "confidence.yml"
SIMPLE = 3  # parts of a query that need no explaining
DOUBTS = ("misspelt", "guessed", "inexact", "absorbed", "stand_in", "left_open", "parts")

Doubts = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Calibration:
    """Weights by doubt, the log-odds of a reading without doubts, and where a plan is told as unsure or asked back."""

    base: float
    weights: Mapping[str, float]
    unsure_below: float
    ask_below: float


def doubts_of(candidate: Candidate, spelling: Spelling) -> Doubts:
    """What speaks against a reading, and how much of it: only what there is.

    Misspelt words; guesses of the reader (`Draft.penalty`); words less than exactly called so; unknown words taken as
    part of a name; stand-ins; what the reader settled by itself and said so; how many parts the query has.
    """
    draft, query = candidate.draft, candidate.query
    used = [draft.elements[at] for at, use in draft.uses.items() if at >= 0 and use[0] != "filler"]
    inexact = sum(1 - max(c.weight for c in element.concepts) for element in used if element.concepts)
    absorbed = sum(draft.elements[at].unknown for at, use in draft.uses.items() if at >= 0 and use[0] == "filler")
    parts = len(query.metrics) + len(query.group_by) + len(query.filters) + (query.compare is not None)
    found = {
        "misspelt": float(len(spelling.corrections)),
        "guessed": draft.penalty,
        "inexact": inexact,
        "absorbed": float(absorbed),
        "stand_in": float(candidate.asked is not None),
        "left_open": float(len(draft.notes)),
        "parts": float(max(0, parts - SIMPLE)),
    }
    return tuple((name, round(amount, 3)) for name, amount in found.items() if amount > 0)


@cache
def calibration() -> Calibration:
    """The weights that come with the product."""
    data = shipped(WEIGHTS)
    return Calibration(data["base"], data["weights"], data["unsure_below"], data["ask_below"])


def confidence(doubts: Doubts) -> float:
    """The chance that a reading with these doubts is right, from 0 to 1."""
    known = calibration()
    odds = known.base - sum(known.weights.get(name, 0.0) * amount for name, amount in doubts)
    return round(1 / (1 + exp(-odds)), 3)
