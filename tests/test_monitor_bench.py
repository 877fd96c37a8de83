"""The bench of the monitor tells the truth: what it plants, how it judges alerts made by hand, how it reads labels."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from evals.monitoring.driver_cases import KINDS, make_cases
from evals.monitoring.gates import Gate, most
from evals.monitoring.generator import KINDS as CHANGES
from evals.monitoring.generator import NULL, SCORED_FROM, START, Size, hours_of_days, make_suite
from evals.monitoring.judging import delay, false_rate, precision, recall, tallies
from evals.monitoring.real import Counts, Labelled, counted, cross_fold, microsoft, numenta


def test_two_changes_a_series_far_apart_and_away_from_holidays() -> None:
    suite = make_suite(5)
    special = np.flatnonzero(suite.days.special)
    assert [bool(one) for one in suite.planted] == [False] * 40 + [True] * 75
    for first, second in suite.planted[40:]:
        assert second.day - first.day >= 80
        assert all(np.abs(special - one.day).min() > 1 for one in (first, second))
        assert first.day > SCORED_FROM
    spread = Counter(one.kind for planted in suite.planted for one in planted)
    assert set(spread) == set(CHANGES)
    assert max(spread.values()) - min(spread.values()) <= 6


def test_the_same_seed_gives_the_same_series() -> None:
    size = Size(clean=4, disturbed=4, days=380)
    assert np.array_equal(make_suite(3, size).values, make_suite(3, size).values)
    assert not np.array_equal(make_suite(3, size).values, make_suite(4, size).values)


def test_clean_years_have_holidays_again_month_ends_and_days_of_23_and_25_hours() -> None:
    hours = hours_of_days(START, NULL.days)
    assert sorted(Counter(hours.tolist()).items()) == [(23.0, 3), (24.0, NULL.days - 6), (25.0, 3)]
    suite = make_suite(2, Size(clean=4, disturbed=0, days=800, months=True))
    fourths = [(date(year, 7, 4) - START).days for year in (2024, 2025)]
    assert all(suite.days.special[day] for day in fourths)
    assert suite.days.recurring[0][30]  # the 31st of January


def test_alerts_are_judged_as_by_hand() -> None:
    suite = make_suite(6, Size(clean=1, disturbed=1, days=400))
    first, second = suite.planted[1]
    quiet = next(day for day in range(200, 300) if not suite.days.special[day])
    alerts = np.zeros((2, 400), bool)
    alerts[0, [quiet, quiet + 3]] = True  # a false one; the second falls into its week of quiet
    alerts[1, first.day] = True
    rows = tallies(suite, alerts, gate=True)
    assert recall(rows) == 0.5
    assert delay(rows) == 0
    assert sum(row.false for row in rows) == 1
    years = 2 * (400 - SCORED_FROM) / 365
    assert false_rate(rows) == pytest.approx(1 / years)
    assert precision(rows) == pytest.approx(1.0 / (1.0 + 1 / years))
    assert second.day > first.day


def test_causes_are_where_they_are_said_to_be_and_parts_add_up() -> None:
    cases = make_cases(4, 6, 3)
    assert [len(case.causes) for case in cases] == [1] * 6 + [2] * 3
    assert {case.kind for case in cases} == set(KINDS)
    assert all(case.residual() < 1e-9 for case in cases)
    for case in (one for one in cases[:6] if one.kind == "count"):
        (cause,) = case.causes
        leaves = case.leaves()
        places = [(leaves.dimensions.index(name), int(code)) for name, code in cause.items()]
        inside = np.all([leaves.codes[:, place] == code for place, code in places], axis=0)
        moved = leaves.now[inside].sum() / leaves.then[inside].sum()
        assert moved < 0.8 or moved > 1.25


def test_gates_say_whether_they_are_met() -> None:
    assert Gate("recall", 0.7, 0.7).met
    assert not most("false", 0.51, 0.5).met
    assert str(most("false", 0.51, 0.5)).startswith("MISSED")


def hours(events: tuple[tuple[int, int], ...], length: int = 14 * 24 + 7 * 24) -> Labelled:
    return Labelled("x", np.zeros(length), events)


def test_an_hourly_event_is_found_once_and_what_lies_outside_is_false() -> None:
    scores = np.zeros(14 * 24 + 7 * 24)
    scores[[100, 340, 342, 400, 405, 450]] = (
        9.0  # before the warm-up; in the event, twice; false, and in its quiet; false
    )
    told = counted(hours(((338, 345), (500, 510))), scores, 4.0)
    assert told == Counts(found=1, events=2, false=2, weeks=1.0)
    assert (told.recall, told.precision) == (0.5, pytest.approx(1 / 3))
    assert told.f1 == pytest.approx(0.4)


def test_a_fold_is_judged_by_the_threshold_of_the_other() -> None:
    loud, still = np.zeros(504), np.zeros(504)
    loud[[340, 360, 380, 400]] = 8.0
    still[400] = 5.0
    told = cross_fold([hours(()), hours(((399, 402),))], [loud, still])
    # the first fold needs a threshold above 8, so the second finds nothing; the second needs none, so the first is loud
    assert (told.found, told.false) == (0, 4)


def test_real_sets_are_read_from_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "ms_cloud_monitoring" / "shop"
    folder.mkdir(parents=True)
    labels = [1 if hour in (20, 30, 60) else 0 for hour in range(100)]
    rows = [f"2020-01-{1 + hour // 24:02d} {hour % 24:02d}:00:00,{hour},{labels[hour]}" for hour in range(100)]
    (folder / "a.csv").write_text("\n".join(["TimeStamp,Value,Label", *rows[:50], *rows[52:]]), encoding="utf-8")
    (found,) = microsoft(tmp_path)
    assert found.events == ((17, 34), (57, 64))  # the first two lie nearer than twelve hours
    assert np.isnan(found.values[50:52]).all()
    assert found.values[60] == 60

    data, marks = tmp_path / "nab" / "data" / "realTweets", tmp_path / "nab" / "labels"
    data.mkdir(parents=True)
    marks.mkdir()
    lines = [f"2020-01-01 {minute // 60:02d}:{minute % 60:02d}:00,{minute}" for minute in range(0, 240, 30)]
    (data / "b.csv").write_text("\n".join(["timestamp,value", *lines]), encoding="utf-8")
    windows = {"realTweets/b.csv": [["2020-01-01 01:10:00.000000", "2020-01-01 02:40:00.000000"]]}
    (marks / "combined_windows.json").write_text(json.dumps(windows), encoding="utf-8")
    (found,) = numenta(tmp_path)
    assert found.values.tolist() == [15.0, 75.0, 135.0, 195.0]
    assert found.events == ((1, 3),)
