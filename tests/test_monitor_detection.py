"""The detector: nothing later changes a score, special days are left alone, odd series are survived in silence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from assistant.errors import SettingsError
from assistant.monitor.calendar import Calendar, Note, days_of, special_days
from assistant.monitor.detection import Days, score
from assistant.monitor.recipes import DAILY, HOURLY
from assistant.monitor.series import bucket_starts
from assistant.monitor.transform import LOG, PLAIN, RATE, ROOT, scale_of
from assistant.shape import next_bucket

LENGTH = 300
PLAIN_DAYS = Days(np.zeros(LENGTH, bool))


def steady(rng: np.random.Generator, level: float = 5000, length: int = LENGTH) -> np.ndarray:
    """A weekly season with five percent of noise."""
    week = np.tile([1.0, 1.05, 1.0, 0.95, 1.1, 1.3, 0.7], length // 7 + 1)[:length]
    return level * week * rng.lognormal(0, 0.05, length)


def alerts(values: np.ndarray, days: Days = PLAIN_DAYS) -> list[int]:
    found = np.nan_to_num(score(values[None, :], days, DAILY).score[0]) > DAILY.threshold
    return np.flatnonzero(found).tolist()


def test_a_fall_by_half_on_one_day_is_seen_on_that_day() -> None:
    values = steady(np.random.default_rng(9))
    values[200] *= 0.5
    assert alerts(values) == [200]


def test_a_weekend_is_no_surprise() -> None:
    assert not alerts(steady(np.random.default_rng(2)))


def test_what_was_expected_is_told_in_the_unit_of_the_values() -> None:
    values = steady(np.random.default_rng(1))
    values[200] *= 0.5
    told = score(values[None, :], PLAIN_DAYS, DAILY)
    usual = 5000 * [1.0, 1.05, 1.0, 0.95, 1.1, 1.3, 0.7][200 % 7]
    assert told.expected[0, 200] == pytest.approx(usual, rel=0.08)
    assert values[200] < told.lower[0, 200] < told.expected[0, 200] < told.upper[0, 200]
    assert told.direction[0, 200] == -1


def test_a_slow_drift_is_seen_within_three_weeks() -> None:
    values = steady(np.random.default_rng(3))
    values[200:] *= 0.988 ** np.arange(LENGTH - 200)
    found = alerts(values)
    assert found
    assert 200 <= found[0] <= 221


def test_a_special_day_is_neither_told_nor_learned_from() -> None:
    special = np.zeros(LENGTH, bool)
    special[200] = True
    values = steady(np.random.default_rng(4))
    odd = values.copy()
    odd[200] *= 4
    plain, told = (score(one[None, :], Days(special), DAILY) for one in (values, odd))
    assert np.isnan(told.score[0, 200])
    assert np.array_equal(plain.score[0, 201:], told.score[0, 201:])


def test_a_month_end_that_comes_every_month_is_learned() -> None:
    days = days_of(Calendar(shopping=False), date(2024, 1, 1), 730)
    values = steady(np.random.default_rng(5), length=730)
    values[days.recurring[0]] *= 1.5
    found = [at for at in alerts(values, days) if at > 240 and days.recurring[0][at]]
    assert not found


def test_a_missing_day_is_no_zero() -> None:
    values = steady(np.random.default_rng(6))
    values[[150, 200, 201]] = np.nan
    assert not alerts(values)


def test_the_future_changes_no_past_score() -> None:
    rng = np.random.default_rng(7)
    values = np.array([steady(rng, level) for level in (5000, 12, 300)])
    noise = values.copy()
    noise[:, 220:] = rng.gamma(1, 1000, noise[:, 220:].shape)
    before, after = (score(one, PLAIN_DAYS, DAILY) for one in (values, noise))
    for name in ("score", "direction", "expected", "lower", "upper"):
        assert np.array_equal(getattr(before, name)[:, :220], getattr(after, name)[:, :220], equal_nan=True)


def test_a_series_is_scored_alike_alone_and_among_others() -> None:
    rng = np.random.default_rng(8)
    values = np.array([steady(rng), steady(rng, 40), steady(rng, 900)])
    values[1, :90] = np.nan
    together = score(values, PLAIN_DAYS, DAILY).score
    alone = np.concatenate([score(row[None, :], PLAIN_DAYS, DAILY).score for row in values])
    assert np.array_equal(together, alone, equal_nan=True)


ODD = {
    "constant": np.full(LENGTH, 70.0),
    "zero": np.zeros(LENGTH),
    "huge": np.full(LENGTH, 1e12) * np.random.default_rng(1).lognormal(0, 0.03, LENGTH),
    "negative": -steady(np.random.default_rng(2)),
    "mostly missing": np.where(np.random.default_rng(3).random(LENGTH) < 0.6, np.nan, steady(np.random.default_rng(3))),
    "all missing": np.full(LENGTH, np.nan),
    "young": np.where(np.arange(LENGTH) < LENGTH - 30, np.nan, 50.0),
    "rare": (np.random.default_rng(4).random(LENGTH) < 0.02).astype(float),
    "a rate of nothing or all": np.random.default_rng(5).integers(0, 2, LENGTH).astype(float),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_series_raise_no_storm(name: str) -> None:
    assert len(alerts(ODD[name])) <= 1


def test_one_outlier_in_a_constant_series_is_told_once() -> None:
    values = np.full(LENGTH, 70.0)
    values[200] = 1e9
    assert alerts(values) == [200]


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="one entry per bucket"):
        score(np.zeros((2, 10)), PLAIN_DAYS, DAILY)


def test_scales_follow_sign_size_and_kind() -> None:
    assert scale_of(np.array([5.0, -1.0])) is PLAIN
    assert scale_of(np.array([0.2, 0.3, np.nan])) is RATE
    assert scale_of(np.array([3.0, 9.0, 12.0])) is ROOT
    assert scale_of(np.array([300.0, 900.0])) is LOG
    assert scale_of(np.array([np.nan])) is PLAIN
    for scale in (PLAIN, RATE, ROOT, LOG):
        assert scale.back(scale.to(np.array([0.25, 0.5]))) == pytest.approx([0.25, 0.5])


def test_holidays_shopping_days_and_notes_are_special() -> None:
    calendar = Calendar(("US",), notes=(Note(date(2025, 11, 10), date(2025, 11, 11), "Relaunch"),))
    named = special_days(calendar, date(2025, 11, 1), 61)
    assert {named[date(2025, 11, day)] for day in (28,)} == {"Black Friday"}
    assert date(2025, 12, 1) in named  # Cyber Monday
    assert named[date(2025, 11, 10)] == "Relaunch"
    assert date(2025, 12, 25) in named
    assert date(2025, 11, 12) not in named


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(SettingsError, match="XX"):
        special_days(Calendar(("XX",)), date(2025, 1, 1), 3)


@pytest.mark.parametrize(
    ("last", "grain", "newest"),
    [
        (date(2026, 6, 30), "day", date(2026, 6, 30)),
        (date(2026, 6, 30), "week", date(2026, 6, 22)),  # Tuesday: the week of the 29th is not over
        (date(2026, 6, 28), "week", date(2026, 6, 22)),  # Sunday
        (date(2026, 6, 29), "month", date(2026, 5, 1)),
        (date(2026, 6, 30), "month", date(2026, 6, 1)),
    ],
)
def test_only_whole_buckets_are_read(last: date, grain: str, newest: date) -> None:
    starts = bucket_starts(last, 3, grain)  # type: ignore[arg-type]  # the parameter's type is a literal
    assert starts[-1] == newest
    assert [next_bucket(one, grain) for one in starts[:-1]] == list(starts[1:])


def test_weeks_may_begin_on_sunday() -> None:
    assert bucket_starts(date(2026, 6, 27), 2, "week", sunday=True) == (date(2026, 6, 14), date(2026, 6, 21))


def test_hours_have_the_season_of_a_day() -> None:
    rng, hours = np.random.default_rng(11), np.arange(24 * 30)
    values = (300 + 200 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, 10, len(hours)))[None, :]
    values[0, 500] += 100
    told = np.nan_to_num(score(values, Days(np.zeros(len(hours), bool)), HOURLY).score[0])
    assert np.flatnonzero(told > HOURLY.threshold).tolist() == [500]


def test_shifts_of_few_counts_are_seen_within_two_weeks() -> None:
    rng = np.random.default_rng(12)
    values = rng.poisson(9, (40, LENGTH)).astype(float)
    values[:, 200:] = rng.poisson(16, (40, LENGTH - 200))
    told = np.nan_to_num(score(values, Days(np.zeros(LENGTH, bool)), DAILY).score) > DAILY.threshold
    assert told[:, 200:215].any(1).sum() >= 36
    assert told[:, 120:200].any(1).sum() <= 40 * 80 / 365 * 0.5 * 2  # twice of half a false alert a series and year
