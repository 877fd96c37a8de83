"""What is true of a demo company: the stories planted in its data, for those who check whether they were found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class Story:
    """One planted change: `metric` moved by `effect` (relative, -0.18 is 18% down) in `slice` from start to end.

    `slice` maps `table.column` to the value that is affected, `start` and `end` are days, both included. `also` gives
    the effect on further metrics of the same story.
    """

    name: str
    metric: str
    slice: Mapping[str, str]
    start: date
    end: date
    effect: float
    sentence: str
    also: Mapping[str, float]


@dataclass(frozen=True)
class Truth:
    """The company's settings and every story planted in it."""

    as_of: date
    seed: int
    customers: int
    days: int
    stories: tuple[Story, ...]

    def to_json(self) -> str:
        """The truth as indented JSON; days as YYYY-MM-DD."""
        return json.dumps(asdict(self), indent=2, default=date.isoformat)
