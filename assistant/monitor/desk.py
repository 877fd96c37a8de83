"""Everything that is watched, read once and judged day by day: the same for tonight's pass and for a replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from assistant.monitor import moved, whole
from assistant.monitor.calendar import days_of
from assistant.monitor.causes import Cause
from assistant.monitor.feedback import factor_of, is_muted
from assistant.monitor.freshness import stopped_on
from assistant.monitor.monitors import Monitor
from assistant.monitor.recipes import SENSITIVITY
from assistant.monitor.records import SLICE_KINDS, Adjustment, Finding, Incident, Track
from assistant.monitor.screening import Board, screen, still_apart
from assistant.monitor.slicing import Cut, cutting_fields, read_slices, table_of_slices
from assistant.monitor.telling import Money, Told, style_of_metric, tell
from assistant.monitor.watching import Watch
from assistant.monitor.whole import Watched, watch_whole
from semantic_layer import QueryError, RatioMetric, TimeRange
from warehouse import QueryFailed, SQLRejected

Progress = Callable[[str, float], None]
SLICE_HISTORY = 546
REMEMBERED = 56
"""Days for which the slice of an incident that is over is left out of the search: its own past is still odd."""
_MONEY_DAYS = 28


@dataclass(frozen=True)
class Failure:
    """A monitor that could not be computed, and why."""

    monitor: Monitor
    reason: str


class Desk:
    """The series and slices of all monitors up to a day; `findings_on` and `is_off` judge any of the `days`."""

    def __init__(self, watch: Watch, monitors: Sequence[Monitor], steps: Sequence[Adjustment], days: Sequence[date]):
        self.watch, self.monitors, self.steps, self.days = watch, tuple(monitors), tuple(steps), list(days)
        self.watched: dict[str, Watched] = {}
        self.boards: dict[str, Board] = {}
        self.failures: list[Failure] = []
        self._money: dict[str, Money | None] = {}
        self._heads: dict[str, Cause] = {}

    def read(self, progress: Progress | None = None) -> Desk:
        """The desk with everything read; a monitor that cannot be read is kept as a failure and stops no other."""
        for number, monitor in enumerate(self.monitors):
            if progress is not None:
                progress(monitor.name, number / len(self.monitors))
            try:
                self.watched[monitor.name] = watch_whole(self.watch, monitor, self.steps, self.days[-1])
                self._read_slices(monitor)
            except (QueryError, QueryFailed, SQLRejected) as error:
                self.failures.append(Failure(monitor, str(error)))
        return self

    def _read_slices(self, monitor: Monitor) -> None:
        if monitor.slices != "auto" or monitor.has_limit or monitor.metric in self.boards:
            return
        last = self.days[-1] - timedelta(days=monitor.delay_days)
        first = last - timedelta(days=SLICE_HISTORY - 1)
        fixed = {one.field for one in monitor.filters}
        fields = cutting_fields(
            self.watch.layer, monitor.metric, TimeRange(start=first, end=last), self.watch.vocabulary
        )
        cut = Cut(monitor.metric, tuple(one for one in fields if one not in fixed), first, last, monitor.filters)
        try:
            table = read_slices(self.watch.layer, self.watch.ask, cut)
        except QueryError:
            return  # a metric whose parts cannot be shown apart is watched as a whole
        if table is None or not table.leaves.amounts.any():
            return
        usable = ~days_of(self.watch.calendar(monitor.metric, self.steps), first, SLICE_HISTORY).special
        judged = [self._number(monitor, first, day) for day in self.days]
        board = Board.of(table, usable, [day for day in judged if 0 <= day < SLICE_HISTORY])
        by_people = {str(one.where): (one.where, factor_of(self.steps, monitor.metric, one.where)) for one in self.steps
                     if one.what == "threshold" and one.metric == monitor.metric}  # fmt: skip
        board.factors = (({}, SENSITIVITY[monitor.sensitivity]), *by_people.values())
        self.boards[monitor.metric] = board

    @staticmethod
    def _number(monitor: Monitor, first: date, day: date) -> int:
        return (day - timedelta(days=monitor.delay_days) - first).days

    def _day(self, metric: str, day: date) -> int:
        monitor = self.monitor_of(metric)
        return self._number(monitor, self.boards[metric].whole.leaves.starts[0], day)

    def monitor_of(self, metric: str) -> Monitor:
        """The monitor whose slices of a metric are watched."""
        found = (one for one in self.monitors if one.metric == metric and one.slices == "auto" and not one.has_limit)
        return next(found)

    # --- judging

    def findings_on(self, day: date, known: Sequence[Incident]) -> list[Finding]:
        """What is worth telling on a day, the surest of each kind first; muted slices are left out.

        `known` are the incidents that last or ended lately: their slices are no news and do not disturb the rest.
        """
        stopped = stopped_on(self.watch, self.monitors, day)
        blind = {metric for one in stopped for metric in one.metrics}
        found = [one for name, one in self.watched.items() if one.monitor.metric not in blind
                 for one in self._whole(name, day)]  # fmt: skip
        found += self._slices(day, known, blind)
        told = [one for one in found if not is_muted(self.steps, one.metric, one.where, day)]
        return [*(one.finding for one in stopped), *told]

    def _whole(self, name: str, day: date) -> list[Finding]:
        watched = self.watched[name]
        told = [self._tell_whole(watched, one) for one in whole.findings_on(watched, day, self.steps)]
        good = self.watch.layer.metrics[watched.monitor.metric].good_direction
        record = whole.record_on(watched, day) if good == "up" and watched.monitor.slices == "auto" else None
        return [*told, *([tell(self.watch, record, Told("month"))] if record else [])]

    def _tell_whole(self, watched: Watched, found: Finding) -> Finding:
        row, at = whole.row_of(watched, found), whole.bucket_of(watched, found)
        track = whole.track_of(watched, row, at) if row is not None and at is not None else Track()
        told = Told(watched.monitor.grain, money=self._money_of(found.metric))
        kept = tell(self.watch, found, told)
        return replace(kept, evidence=replace(kept.evidence, track=track))

    def _slices(self, day: date, known: Sequence[Incident], blind: set[str]) -> list[Finding]:
        gone = [one.found.where for one in known if one.found.where and one.found.kind in SLICE_KINDS]
        days: dict[str, int] = {}
        for metric, board in self.boards.items():
            number = self._day(metric, day)
            if metric not in blind and 0 <= number < SLICE_HISTORY:
                board.take_out(())
                days[metric] = number
        found = [self._tell_slice(metric, cause, days[metric])
                 for metric, causes in screen(self.boards, days, gone).items() for cause in causes]  # fmt: skip
        return sorted((one for one in found if self._wanted(one)), key=lambda one: -one.confidence)

    def _wanted(self, found: Finding) -> bool:
        monitor = self.monitor_of(found.metric)
        amount = abs((found.value or 0.0) - (found.expected or 0.0))
        return monitor.direction in ("either", found.direction) and amount >= monitor.minimum_amount

    def _tell_slice(self, metric: str, cause: Cause, day: int) -> Finding:
        board, monitor = self.boards[metric], self.monitor_of(metric)
        found = moved.finding_of(board, monitor, cause, day, self.watch.layer.metrics[metric].good_direction)
        told = Told(
            "day", cause.head.span, cause.head.alone, self._money_of(metric), self._share(board, found, day, cause)
        )
        kept, self._heads[found.key] = tell(self.watch, found, told), cause
        also = tuple(", ".join(one.where.values()) for one in cause.folded[:5])
        track = moved.track_of_slice(board, found, cause.head.span, day)
        return replace(kept, evidence=replace(kept.evidence, track=track, also=also))

    @staticmethod
    def _share(board: Board, found: Finding, day: int, cause: Cause) -> float:
        """How much of the whole metric a slice's change is."""
        here = table_of_slices(board.whole, [found.where], cause.gone)
        span = slice(day - cause.head.span + 1, day + 1)
        part = float(here.values[-1, 0, span].sum() / max(here.total[-1, span].sum(), 1e-9))
        return part * abs((found.value or 0.0) / found.expected - 1) if found.expected else part

    def echo_of(self, found: Finding, opened: Sequence[Incident], day: date) -> Incident | None:
        """The incident of the same day without whose rows a slice of another metric would not stand apart any more."""
        cause = self._heads.get(found.key)
        if cause is None or found.kind not in SLICE_KINDS:
            return None
        number = self._day(found.metric, day)
        board = self.boards[found.metric]
        others = (one for one in opened if one.found.kind in SLICE_KINDS and one.found.metric != found.metric)
        for one in others:
            if not still_apart(board, number, cause.head, [*cause.gone, one.found.where]):
                return one
        return None

    def is_off(self, one: Incident, day: date) -> bool | None:
        """Whether an incident still shows on a day; None when its monitor is gone or could not be read."""
        found = one.found
        if found.kind in SLICE_KINDS:
            board = self.boards.get(found.metric)
            number = self._day(found.metric, day) if board is not None else -1
            return moved.still_moved(board, found, number) if board is not None and number >= 0 else None
        if found.kind == "stopped":
            return any(stop.finding.key == found.key for stop in stopped_on(self.watch, self.monitors, day))
        if found.kind == "failed":
            return any(failure.monitor.name == found.monitor for failure in self.failures)
        watched = self.watched.get(found.monitor)
        return whole.is_off(watched, found, day, self.steps) if watched is not None else None

    def has_new_bucket(self, one: Incident, day: date) -> bool:
        """Whether a day ends a bucket of what an incident is about: of a weekly monitor only one in seven does."""
        watched = self.watched.get(one.found.monitor)
        if watched is None or one.found.kind in SLICE_KINDS:
            return True
        return watched.place(day) > watched.place(day - timedelta(days=1))

    def was_off(self, one: Incident) -> bool | None:
        """Whether what was told of a bucket holds with the data of now; None when it cannot be said."""
        watched = self.watched.get(one.found.monitor)
        if watched is None or one.found.kind not in ("spike", "threshold", "goal"):
            return None
        return whole.was_off(watched, one.found, self.steps)

    # --- worth

    def _money_of(self, metric: str) -> Money | None:
        if metric not in self._money:
            self._money[metric] = _money(self.watch, metric)
        return self._money[metric]


def _money(watch: Watch, metric: str) -> Money | None:
    """What one unit of a count is worth by the money that the definitions divide by it ("average order value")."""
    for name, ratio in watch.layer.metrics.items():
        if isinstance(ratio, RatioMetric) and ratio.denominator == metric and not ratio.hidden:
            style = style_of_metric(watch, ratio.numerator)
            if style.currency and style_of_metric(watch, name).currency:
                each = _latest(watch, name)
                return Money(each, watch.layer.metrics[ratio.numerator].title, style) if each else None
    return None


def _latest(watch: Watch, metric: str) -> float | None:
    from semantic_layer import SemanticQuery

    end = watch.as_of + timedelta(days=1)
    span = TimeRange(start=end - timedelta(days=_MONEY_DAYS), end=end)
    try:
        row = next(iter(watch.ask(SemanticQuery(metrics=(metric,), time_range=span))), {})
    except (QueryError, QueryFailed, SQLRejected):
        return None
    value = row.get(metric)
    return float(value) if value is not None and np.isfinite(float(value)) else None
