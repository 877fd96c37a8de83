"""Findings become incidents: one for each cause while it lasts, over when it is over, back when it comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.monitor import incidents as book
from assistant.monitor.causes import touches
from assistant.monitor.desk import REMEMBERED, Desk
from assistant.monitor.records import Finding, Incident
from assistant.monitor.telling import also_words, ended_words
from assistant.monitor.watching import Watch

if TYPE_CHECKING:
    from assistant.store import Store

NORMAL_BUCKETS = 2
RELAPSE_DAYS = 14
_ALSO = 12
_TOGETHER = 10  # days between two beginnings that may still be one cause
Explain = Callable[[Finding], Finding]
"""Adds the drivers to a finding that is about to be told."""


def _as_it_is(found: Finding) -> Finding:
    return found


@dataclass
class Tally:
    """What one pass did to the incidents."""

    opened: list[Incident] = field(default_factory=list[Incident])
    reopened: list[Incident] = field(default_factory=list[Incident])
    resolved: list[Incident] = field(default_factory=list[Incident])
    withdrawn: list[Incident] = field(default_factory=list[Incident])


def remembered(store: Store, day: date) -> tuple[Incident, ...]:
    """The incidents that last, and those that ended lately, whose slices are still odd in their own past."""
    ended = book.incidents(store, ("resolved",), since=day - timedelta(days=400), limit=1000)
    lately = [one for one in ended if one.found.last >= day - timedelta(days=REMEMBERED)]
    return (*book.incidents(store, limit=1000), *lately)


def merge(store: Store, desk: Desk, day: date, explain: Explain = _as_it_is, again: bool = False) -> Tally:
    """What the findings of a day do to the incidents; every turn is told once.

    `again`: the day was gone through before, so that a normal bucket of it was counted then.
    """
    tally, known = Tally(), remembered(store, day)
    found = desk.findings_on(day, known)
    seen: set[str] = set()
    for one in _causes_first(found, [monitor.metric for monitor in desk.monitors]):
        echo = desk.echo_of(one, tally.opened, day)
        if echo is not None:
            _fold_in(store, book.incident(store, echo.id), also_words(desk.watch, one))
            continue
        seen |= _place(store, desk.watch, one, (day, explain, tally))
    for incident in book.incidents(store, limit=1000):
        if incident.id not in seen:
            _follow(store, desk, incident, (day, tally), again)
    return tally


def _causes_first(found: Sequence[Finding], metrics: Sequence[str]) -> list[Finding]:
    """What stopped or broke first, then slices, which say where, then whole metrics; the surest first of each.

    Of findings of one slice the metric that is watched first (the parent) leads.
    """
    rank = {"stopped": 0, "failed": 0, "threshold": 1, "goal": 1}
    surest: dict[tuple[bool, str], float] = {}
    for one in found:
        key = (not one.where, str(sorted(one.where.items())) if one.where else one.key)
        surest[key] = max(surest.get(key, 0.0), one.confidence)

    def place(one: Finding) -> tuple[object, ...]:
        key = (not one.where, str(sorted(one.where.items())) if one.where else one.key)
        turn = metrics.index(one.metric) if one.metric in metrics else len(metrics)
        return rank.get(one.kind, 2), *(key[0], -surest[key]), turn, -one.confidence, one.metric

    return sorted(found, key=place)


def _place(store: Store, watch: Watch, found: Finding, how: tuple[date, Explain, Tally]) -> set[str]:
    """The ids of the incidents that a finding belongs to now."""
    day, explain, tally = how
    live = book.incidents(store, limit=1000)
    same = next((one for one in live if one.found.key == found.key), None)
    if same is not None:
        _go_on(store, same, found, (day, tally))
        return {same.id}
    cause = next((one for one in live if _is_one_cause(watch, one.found, found)), None)
    if cause is not None:
        _fold_in(store, cause, also_words(watch, found))
        return set()
    ended = book.incidents(store, ("resolved",), since=day - timedelta(days=400), limit=1000)
    before = next((one for one in ended if one.found.key == found.key and _lately(one, day)), None)
    told = explain(found)
    if before is not None and before.verdict is None:
        back = book.reopen(store, before.id, replace(told, monitor=before.found.monitor), day)
        tally.reopened.append(back)
        return {back.id}
    if any(_is_one_cause(watch, one.found, found) and _lately(one, day) for one in ended):
        return set()  # the echo of what is over
    made = book.open_incident(store, told, day)
    tally.opened.append(made)
    return {made.id}


def _lately(one: Incident, day: date) -> bool:
    return (day - one.found.last).days <= RELAPSE_DAYS


def _go_on(store: Store, known: Incident, found: Finding, how: tuple[date, Tally]) -> None:
    day, tally = how
    kept = replace(found, owner=known.found.owner, evidence=replace(known.found.evidence, track=found.evidence.track))
    if known.state == "snoozed" and known.snoozed_until is not None and day > known.snoozed_until:
        tally.reopened.append(book.reopen(store, known.id, kept, day))
        return
    book.update(store, known, kept)


def _fold_in(store: Store, cause: Incident, also: str) -> None:
    evidence = cause.found.evidence
    told = also.rsplit(":", 1)[0]
    if any(one.rsplit(":", 1)[0] == told for one in evidence.also) or len(evidence.also) >= _ALSO:
        return
    kept = replace(cause.found, evidence=replace(evidence, also=(*evidence.also, also)))
    book.update(store, cause, kept)


def _is_one_cause(watch: Watch, known: Finding, found: Finding) -> bool:
    """Whether a finding tells of the rows that an incident is about: the same slice, or rows of one kind at once."""
    plain = ("stopped", "failed", "threshold", "goal")
    if known.kind in plain or found.kind in plain:
        return False
    if known.kind == "record" or found.kind == "record":
        return known.kind == found.kind and known.last == found.last
    if found.where:  # a slice says more than a whole metric did
        return bool(known.where) and touches(known.where, found.where)
    near = abs((known.first - found.first).days) <= _TOGETHER or known.first <= found.first <= known.last
    return near and _home(watch, known.metric) == _home(watch, found.metric)


def _home(watch: Watch, metric: str) -> frozenset[str]:
    return frozenset(watch.sources(metric))


def _follow(store: Store, desk: Desk, known: Incident, how: tuple[date, Tally], again: bool) -> None:
    """An incident that was not found again: withdrawn, still off, or one bucket nearer to its end."""
    day, tally = how
    found = known.found
    if found.kind == "record":
        _end(store, desk.watch, known, how)
        return
    if desk.was_off(known) is False and known.normal_buckets == 0 and (day - found.last).days <= REMEMBERED:
        tally.withdrawn.append(book.withdraw(store, known.id, day, ended_words(desk.watch, found, "withdrawn")))
        return
    off = desk.is_off(known, day)
    if off is None:
        return
    if off:
        _still_off(store, known, how)
        return
    needed = 1 if found.kind in ("stopped", "failed", "threshold", "goal") else NORMAL_BUCKETS
    if needed > 1 and (again or not desk.has_new_bucket(known, day)):
        return
    if known.normal_buckets + 1 >= needed:
        _end(store, desk.watch, known, how)
    else:
        book.count_normal(store, known, known.normal_buckets + 1)


def _still_off(store: Store, known: Incident, how: tuple[date, Tally]) -> None:
    day, _ = how
    found = (
        replace(known.found, last=max(known.found.last, day))
        if known.found.kind in ("slice", "opportunity")
        else known.found
    )
    _go_on(store, known, found, how)


def _end(store: Store, watch: Watch, known: Incident, how: tuple[date, Tally]) -> None:
    day, tally = how
    if known.found.kind == "record":
        book.close(store, known.id, "told once")
        return
    tally.resolved.append(book.resolve(store, known.id, day, ended_words(watch, known.found, "resolved")))


def counts_of(tally: Tally) -> Mapping[str, int]:
    """How many incidents each turn of a pass made."""
    return {name: len(getattr(tally, name)) for name in ("opened", "reopened", "resolved", "withdrawn")}
