"""What people's verdicts change: logged steps that raise a threshold, take days out, or mute a slice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from assistant.errors import StoreError
from assistant.monitor.incidents import close, incident, note_verdict
from assistant.monitor.records import Adjustment, Incident, Verdict

if TYPE_CHECKING:
    from assistant.store import Store

STEP = 1.15
"""By what one "wrong" multiplies the threshold of that series."""
BACK = 1 / 1.05
"""By what one "useful" does, as long as the threshold stands above where it began."""
MOST = 2.0


@dataclass(frozen=True)
class Step:
    """A change of behaviour to be logged; see `Adjustment`."""

    what: Literal["threshold", "expected", "mute"]
    metric: str
    where: Mapping[str, str]
    value: float = 0.0
    first: date | None = None
    last: date | None = None
    reason: str = ""
    incident_id: str = ""


def give(store: Store, incident_id: str, verdict: Verdict, text: str = "") -> Incident:
    """The incident with its verdict, and the step that follows from it taken.

    "expected" closes it and takes its days out of what is alerted on and learned; "wrong" closes it and raises the
    threshold of that series; "useful" lowers a raised threshold a little.
    """
    known = note_verdict(store, incident(store, incident_id).id, verdict, text)
    found = known.found
    reason = text or f"verdict on: {found.title}"
    if verdict == "expected":
        take_step(store, Step("expected", found.metric, found.where, 0.0, found.first, found.last, reason, known.id))
    elif verdict == "wrong":
        take_step(store, Step("threshold", found.metric, found.where, STEP, reason=reason, incident_id=known.id))
    elif factor_of(adjustments(store), found.metric, found.where) > 1:
        take_step(store, Step("threshold", found.metric, found.where, BACK, reason=reason, incident_id=known.id))
    return close(store, known.id, text) if verdict != "useful" and known.is_live else known


def mute(store: Store, metric: str, where: Mapping[str, str], until: date | None = None, text: str = "") -> Adjustment:
    """Nothing more is told of a slice (of a whole metric, when `where` is empty) until that day, or for good."""
    return take_step(store, Step("mute", metric, where, last=until, reason=text))


def take_step(store: Store, step: Step) -> Adjustment:
    """The step as logged."""
    from assistant.store import monitor_tables

    made = Adjustment(
        uuid4().hex, step.what, step.metric, dict(step.where), step.value, step.first, step.last, store.by,
        datetime.now(UTC).replace(tzinfo=None), step.reason, step.incident_id,
    )  # fmt: skip
    where = json.dumps(dict(sorted(step.where.items())), ensure_ascii=False)
    row = {**vars(made), "where": where, "undone_by": ""}
    with store.writing() as connection:
        connection.execute(monitor_tables.adjustment.insert().values(row))
    return made


def undo(store: Store, adjustment_id: str) -> None:
    """Nothing; the step does not count any more. Raises StoreError when there is none that counts."""
    from assistant.store import monitor_tables

    told = monitor_tables.adjustment
    with store.writing() as connection:
        counting = told.update().where(told.c.id == adjustment_id, told.c.undone_by == "")
        done = connection.execute(counting.values(undone_by=store.by or "somebody")).rowcount
    if not done:
        raise StoreError(f"There is no step {adjustment_id!r} that counts. `tellwise monitor mute --list` lists them.")


def adjustments(store: Store) -> tuple[Adjustment, ...]:
    """The steps that count, oldest first."""
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.adjustment
    rows = store.rows(select(told).where(told.c.undone_by == "").order_by(told.c.at, told.c.id))
    return tuple(
        Adjustment(r.id, r.what, r.metric, json.loads(r.where), r.value, r.first, r.last, r.by, r.at, r.reason,
                   r.incident_id)
        for r in rows
    )  # fmt: skip


def factor_of(steps: Sequence[Adjustment], metric: str, where: Mapping[str, str]) -> float:
    """By what the threshold of a series is multiplied: from 1 to `MOST`."""
    factor = 1.0
    for one in steps:
        if one.what == "threshold" and one.metric == metric and one.where == where:
            factor = min(max(factor * one.value, 1.0), MOST)
    return factor


def is_muted(steps: Sequence[Adjustment], metric: str, where: Mapping[str, str], day: date) -> bool:
    """Whether a slice, or one that it lies in, is muted on a day."""
    return any(
        one.what == "mute" and one.metric == metric and one.where.items() <= where.items()
        and (one.last is None or day <= one.last)
        for one in steps
    )  # fmt: skip
