"""What the monitor keeps: incidents with their evidence, the alerts to send, what people decided, and its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

State = Literal["open", "acknowledged", "snoozed", "resolved", "withdrawn", "reopened"]
Kind = Literal["spike", "drift", "slice", "opportunity", "threshold", "goal", "record", "stopped", "failed"]
SLICE_KINDS: tuple[Kind, ...] = ("slice", "opportunity")
"""What is found in a part of a metric's rows, by several days judged together."""
Severity = Literal["high", "medium", "low"]
AlertEvent = Literal["opened", "reopened", "resolved", "withdrawn"]
Verdict = Literal["useful", "expected", "wrong"]

LIVE: tuple[State, ...] = ("open", "acknowledged", "snoozed", "reopened")
"""States in which an incident goes on."""


@dataclass(frozen=True)
class Driver:
    """One part of where a change comes from: a sentence, what it is about, and how much it gives (metric's unit)."""

    text: str
    label: str = ""
    amount: float | None = None


@dataclass(frozen=True)
class Track:
    """The last buckets of what was watched, for a chart: all tuples are of one length, None where nothing is known."""

    starts: tuple[date, ...] = ()
    values: tuple[float | None, ...] = ()
    expected: tuple[float | None, ...] = ()
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What an incident rests on.

    `query` is the semantic query (JSON) that shows it and `sql` what it compiles to; `question` goes on in the chat;
    `also` tells what else of the same cause was found, `notes` which annotations lie near it.
    """

    query: str = ""
    sql: str = ""
    question: str = ""
    drivers: tuple[Driver, ...] = ()
    also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    track: Track = field(default_factory=Track)


@dataclass(frozen=True)
class Finding:
    """Something worth telling, before it becomes an incident or joins one.

    `where` is the slice (field "dataset.name" to value; empty for the whole). `first` and `last` are the first days of
    the first and last bucket that are off. `value`, `expected`, `lower` and `upper` are of the last bucket (of the
    whole window for a slice) in the metric's unit; `worth` is value less expected in money where that can be told,
    `confidence` is 0..1. `hour` is that of an hourly bucket. `title` and `sentence` are what people read.
    """

    monitor: str
    metric: str
    kind: Kind
    direction: Literal["up", "down", "either"]
    first: date
    last: date
    where: Mapping[str, str] = field(default_factory=dict[str, str])
    score: float = 0.0
    confidence: float = 0.0
    value: float | None = None
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None
    worth: float | None = None
    severity: Severity = "medium"
    title: str = ""
    sentence: str = ""
    owner: str = ""
    channel: str = ""
    evidence: Evidence = field(default_factory=Evidence)
    hour: int | None = None

    @property
    def key(self) -> str:
        """What makes two findings one incident while it lasts: metric, slice and direction."""
        where = ",".join(f"{name}={self.where[name]}" for name in sorted(self.where))
        kind = self.kind if self.kind in ("threshold", "goal", "record", "stopped", "failed") else "change"
        return f"{self.monitor if kind != 'change' else ''}|{self.metric}|{where}|{self.direction}|{kind}"


@dataclass(frozen=True)
class Incident:
    """A finding with its life: state, who holds it, since when. Times are UTC, days are of the data."""

    id: str
    state: State
    found: Finding
    opened_at: datetime
    touched_at: datetime
    opened_on: date
    acknowledged_by: str = ""
    snoozed_until: date | None = None
    verdict: Verdict | None = None
    normal_buckets: int = 0

    @property
    def is_live(self) -> bool:
        """Whether it goes on."""
        return self.state in LIVE


@dataclass(frozen=True)
class Alert:
    """One message that is due, written together with the change that it tells; `number` grows, `key` is unique."""

    number: int
    key: str
    incident_id: str
    event: AlertEvent
    at: datetime
    day: date
    title: str
    text: str
    severity: Severity
    owner: str
    channel: str


@dataclass(frozen=True)
class Happening:
    """One line in the log of an incident: what was done, by whom, and what they said."""

    incident_id: str
    at: datetime
    by: str
    what: str
    text: str


@dataclass(frozen=True)
class Adjustment:
    """A logged step by which the monitor behaves otherwise from now on; only those that are not undone count.

    `what` is "threshold" (`value` multiplies it), "expected" (days `first` to `last` are neither alerted on nor
    learned) or "mute" (nothing is told until `last`, or for good).
    """

    id: str
    what: Literal["threshold", "expected", "mute"]
    metric: str
    where: Mapping[str, str]
    value: float
    first: date | None
    last: date | None
    by: str
    at: datetime
    reason: str
    incident_id: str = ""


@dataclass(frozen=True)
class Run:
    """One pass over the monitors: for which day, how much was watched, what it took, what came of it."""

    id: str
    day: date
    started_at: datetime
    seconds: float
    monitors: int
    series: int
    queries: int
    opened: int
    resolved: int
    error: str = ""
