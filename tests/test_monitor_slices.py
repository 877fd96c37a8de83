"""Slices: what is unusual for a family, discoveries among many, a cause told once, and who has moved since when."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assistant.monitor.calibration import discoveries, fit_tail, p_values, surprises
from assistant.monitor.causes import touches
from assistant.monitor.monitors import Monitor
from assistant.monitor.moved import finding_of, onset, still_moved
from assistant.monitor.screening import Board, screen
from assistant.monitor.slicing import table_of, table_of_slices, without
from assistant.monitor.windows import View, ends_for, parting
from evals.monitoring.slices import DAYS, FALLS_FROM, messages, planted_leaves


@pytest.fixture(scope="module")
def board() -> Board:
    """800 slices of a day's orders; those of channel 1 fall by a third on day 380."""
    return Board.of(table_of("orders", planted_leaves(3, 1)), np.ones(DAYS, bool), range(FALLS_FROM, DAYS))


def test_tails_are_read_from_the_past() -> None:
    rng = np.random.default_rng(1)
    normal, heavy = fit_tail(rng.normal(0, 2, 20_000)), fit_tail(stats.t(3).rvs(20_000, random_state=1))
    assert normal is not None
    assert heavy is not None
    assert normal.freedom >= 30
    assert normal.scale == pytest.approx(2, rel=0.05)
    assert heavy.freedom <= 4
    assert p_values(np.array([4.0]), normal)[0] == pytest.approx(2 * stats.norm.sf(2), rel=0.15)
    assert fit_tail(np.full(29, 1.0)) is None


def test_discoveries_follow_benjamini_and_hochberg() -> None:
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.9, np.nan])
    told = stats.false_discovery_control(p[:5]) <= 0.05  # an implementation of its own
    assert discoveries(p, 0.05)[:5].tolist() == told.tolist() == [True, True, False, False, False]
    assert not discoveries(p, 0.05)[5]
    assert not discoveries(np.array([]), 0.1).any()


def test_a_series_that_always_jumps_surprises_less_than_one_that_never_does() -> None:
    rng = np.random.default_rng(2)
    scores = np.abs(np.concatenate([rng.normal(0, 1, (40, 200)), 4 * rng.normal(0, 1, (40, 200))]))
    scores[0, 150] = scores[40, 150] = 7.0
    told = surprises(scores, ["calm"] * 40 + ["wild"] * 40, 150)
    assert told[0]
    assert not told[40]


def test_a_slice_is_held_against_what_the_rest_did(board: Board) -> None:
    place = board.table.where.index({"orders.channel": "channel 1"})
    found = parting(board.table, board.usable, View(7), ends_for([386, 300], 7))
    then, now = found.change[place, found.at(300)], found.change[place, found.at(386)]
    assert now == pytest.approx(-0.33, abs=0.03)
    assert abs(then) < 0.05
    assert found.score[place, found.at(386)] < -10


def test_what_comes_later_changes_no_score(board: Board) -> None:
    table = board.whole
    noise = table.values.copy()
    noise[:, :, 300:] = 7.0
    changed = type(table)(table.metric, table.leaves, table.where, table.families, noise, table.total, table.is_share)
    ends = ends_for([299], 14)
    before, after = (parting(one, board.usable, View(14, True), ends).score for one in (table, changed))
    assert np.array_equal(before, after, equal_nan=True)


def test_a_slice_that_comes_and_goes_is_not_judged(board: Board) -> None:
    table = table_of("orders", board.whole.leaves)
    values = table.values.copy()
    values[:, 0, 100:200] = values[:, 0, 250:350] = 0
    changed = type(table)(table.metric, table.leaves, table.where, table.families, values, table.total, table.is_share)
    score = parting(changed, board.usable, View(14), ends_for([386], 14)).score[:, -1]
    assert np.isnan(score[0])
    assert np.isfinite(score[1:]).any()


@pytest.mark.deep
@pytest.mark.parametrize("causes", [1, 2])
def test_one_cause_over_two_hundred_slices_is_one_message(causes: int) -> None:
    told = messages(3, causes)
    assert len(told) == causes
    assert any(where["orders.channel"] == "channel 1" for where in told if "orders.channel" in where)


def test_a_fallen_channel_is_one_cause_with_its_day_and_its_size(board: Board) -> None:
    found = screen({"orders": board}, {"orders": 390})
    (cause,) = found["orders"]
    assert cause.head.where == {"orders.channel": "channel 1"}
    assert len(cause.folded) >= 20  # its parts, and what seems to rise beside it
    here = table_of_slices(board.whole, [cause.head.where], cause.gone)
    assert abs(onset(here, cause.head, 390) - FALLS_FROM) <= 1
    told = finding_of(board, Monitor("orders", "orders"), cause, 390, "up")
    assert (told.kind, told.direction) == ("slice", "down")
    assert told.value is not None
    assert told.expected is not None
    assert told.lower is not None
    assert told.upper is not None
    assert told.lower < told.expected < told.upper
    assert told.value < told.lower
    assert still_moved(board, told, 395)


def test_without_its_cause_nothing_is_left(board: Board) -> None:
    left = without(board.whole, [{"orders.channel": "channel 1"}])
    whole = board.whole.total[0] - board.whole.values[0, board.whole.where.index({"orders.channel": "channel 1"})]
    assert np.array_equal(left.total[0], whole)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a.channel": "Paid Search"}, {"b.channel": "paid search", "b.country": "Germany"}, True),
        ({"a.os": "iOS"}, {"a.os": "Android"}, False),
        ({}, {"a.os": "iOS"}, False),
    ],
)
def test_slices_touch_when_one_lies_in_the_other(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    assert touches(one, other) is same
