"""What is known of the data beside its rows: how far each table reaches, which checks failed, what people noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from warehouse import Engine, Policy, SQLRejected, validate


@dataclass(frozen=True)
class Freshness:
    """How fresh one table is: its last event, and when it was loaded; times in UTC."""

    table: str
    latest: datetime | None
    loaded_at: datetime | None


@dataclass(frozen=True)
class Finding:
    """One check of a table: of which kind, what was found (`value`), what it is held against, and in words.

    `day` is the day that it is about, None when it is about the whole table.
    """

    table: str
    kind: str
    told: str
    value: float | None
    threshold: float
    passed: bool
    day: date | None


@dataclass(frozen=True)
class Event:
    """What people noted: from the first to the last day, both included."""

    first: date
    last: date
    title: str
    kind: str


@dataclass(frozen=True)
class DataState:
    """The state of one snapshot; tables by their bare names."""

    freshness: Mapping[str, Freshness] = field(default_factory=dict[str, Freshness])
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def ends(self) -> Mapping[str, datetime]:
        """How far the events of each table reach; tables without a time are left out."""
        return {name: one.latest for name, one in self.freshness.items() if one.latest}


def read_state(engine: Engine, policy: Policy) -> DataState:
    """The state of the snapshot that the engine answers from, as far as it tells and the policy lets be seen."""
    fresh = (
        Freshness(str(source).rsplit(".", 1)[-1], latest, loaded)
        for source, latest, loaded in _rows(engine, policy, _FRESHNESS, "source_freshness")
    )
    findings = tuple(Finding(*row) for row in _rows(engine, policy, _FINDINGS, "quality_check", "load_mapping"))
    return DataState(
        {one.table: one for one in fresh}, findings, tuple(_events(_rows(engine, policy, _NOTES, "annotation")))
    )


_FRESHNESS = "SELECT source, max_event_at, last_loaded_at FROM source_freshness"
_FINDINGS = (
    "SELECT coalesce(m.core_table, split_part(q.subject, '.', 2)) AS read_by, q.kind, q.told, q.value, q.threshold,"
    ' q.passed, q."day" FROM quality_check AS q LEFT JOIN load_mapping AS m ON m.source = q.subject'
)
_NOTES = 'SELECT title, kind, "day" FROM annotation ORDER BY title, kind, "day"'


def _rows(engine: Engine, policy: Policy, sql: str, *tables: str) -> Iterator[tuple[Any, ...]]:
    if any(table not in engine.schema for table in tables):
        return
    try:
        yield from engine.run(validate(sql, engine.schema, policy)).rows
    except SQLRejected:
        return  # what this viewer may not see is not told


def _events(rows: Iterator[tuple[Any, ...]]) -> Iterator[Event]:
    """Days that follow each other under one title, as one event."""
    for (title, kind), group in groupby(rows, key=lambda row: (row[0], row[1])):
        days = sorted({row[2] for row in group})
        for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - timedelta(days=pair[0])):
            found = [day for _, day in run]
            yield Event(found[0], found[-1], title, kind)
