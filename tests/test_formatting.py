"""Numbers, money, shares, days and durations as people read them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from assistant.formatting import (
    Style,
    bucket,
    cell,
    compact,
    day,
    duration,
    known_locale,
    number,
    shorten,
    signed,
    span,
    steady,
    style_of,
    unit_label,
)
from semantic_layer import Column

EURO, YEN = Style("currency", "EUR"), Style("currency", "JPY")
SHARE, POINTS, COUNT, PLAIN = Style("percent"), Style("points"), Style("integer"), Style("decimal")
MINUTES = Style("duration", "minutes")


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (Decimal("1234567.49"), EURO, "€1,234,567"),
        (Decimal("1234567.50"), EURO, "€1,234,568"),
        (Decimal("999.994"), EURO, "€999.99"),
        (Decimal("0.005"), EURO, "€0.01"),
        (Decimal("-12.345"), EURO, "-€12.35"),
        (-0.001, EURO, "€0.00"),
        (1234.5, YEN, "¥1,235"),
        (0.25, SHARE, "25.0%"),
        (0.1235, SHARE, "12.4%"),
        (0.00012, SHARE, "0.012%"),
        (0, SHARE, "0.0%"),
        (-0.021, POINTS, "-2.1 pp"),
        (12_345, COUNT, "12,345"),
        (4.5, COUNT, "4.5"),
        (3.14159, PLAIN, "3.14"),
        (2.0, PLAIN, "2"),
        (0.0042, PLAIN, "0.0042"),
        (1234.56, PLAIN, "1,235"),
        (10**15, COUNT, "1,000,000,000,000,000"),
        (None, EURO, "–"),
        (float("nan"), EURO, "–"),
        (float("inf"), PLAIN, "–"),
        (True, COUNT, "–"),
        (12.5, Style("currency", "points"), "12.5"),
        (12.5, Style("decimal", "", 3), "12.500"),
    ],
)
def test_a_number_is_written_as_its_kind(value: Any, style: Style, text: str) -> None:
    assert number(value, style) == text


def test_a_change_shows_its_sign() -> None:
    assert [signed(value, EURO) for value in (5, -5, 0)] == ["+€5.00", "-€5.00", "€0.00"]


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (1_234_567, EURO, "€1.23M"),
        (45_210, COUNT, "45.2K"),
        (999_999_999, EURO, "€1B"),
        (9_999, COUNT, "9,999"),
        (0.5, SHARE, "50.0%"),
        (-45_210, EURO, "-€45.2K"),
    ],
)
def test_a_compact_number_has_three_digits(value: float, style: Style, text: str) -> None:
    assert compact(value, style) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (135, "minutes", "2 h 15 min"),
        (0.2, "minutes", "12 s"),
        (59.99, "seconds", "1 min"),
        (3599.9, "seconds", "1 h"),
        (26, "hours", "1 d 2 h"),
        (-90, "minutes", "-1 h 30 min"),
        (0, "days", "0 s"),
        (3, "parsecs", "3 parsecs"),
    ],
)
def test_a_duration_has_two_parts(value: float, unit: str, text: str) -> None:
    assert duration(value, unit) == text


@pytest.mark.parametrize(
    ("grain", "short", "long"),
    [
        ("hour", "1 Sep 2026, 00:00", "1 September 2026, 00:00"),
        ("day", "1 Sep 2026", "1 September 2026"),
        ("week", "1–7 Sep 2026", "1–7 Sep 2026"),
        ("month", "Sep 2026", "September 2026"),
        ("quarter", "Q3 2026", "Q3 2026"),
        ("half", "H2 2026", "H2 2026"),
        ("year", "2026", "2026"),
    ],
)
def test_a_bucket_is_named_by_its_grain(grain: str, short: str, long: str) -> None:
    assert bucket(date(2026, 9, 1), grain) == short
    assert bucket(datetime(2026, 9, 1), grain, long=True) == long


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "16–22 Nov 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 Nov – 6 Dec 2026"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 Dec 2025 – 4 Jan 2026"),
        (date(2026, 1, 4), date(2026, 1, 4), "4 Jan 2026"),
    ],
)
def test_a_span_names_each_part_once(first: date, last: date, text: str) -> None:
    assert span(first, last) == text


def test_another_language_writes_its_own_way() -> None:
    assert number(Decimal("1234567.8"), Style("currency", "EUR", None, "de")) == "1.234.568\xa0€"
    assert number(0.123, Style("percent", locale="de")) == "12,3\xa0%"
    assert day(date(2026, 3, 5), "de") == "5. März 2026"
    assert bucket(date(2026, 9, 1), "month", "de", long=True) == "September 2026"
    assert known_locale("de-AT") == "de_AT"
    assert known_locale("no such place") == "en"


def test_roles_decide_how_a_column_is_written() -> None:
    rate = Column("r", "change", "rate", "Rate", "", "percent")
    assert style_of(rate) == POINTS
    assert style_of(Column("r", "change_ratio", "revenue", "Change", "EUR", "currency")) == SHARE
    assert style_of(Column("r", "rank", "revenue", "Rank", "EUR", "currency")) == COUNT
    assert [unit_label(style) for style in (EURO, SHARE, MINUTES)] == ["€", "%", "minutes"]


def test_a_table_cell_says_when_there_is_nothing() -> None:
    region, revenue = (
        Column("region", "dimension", "c.region", "Region"),
        Column("r", "metric", "r", "R", "EUR", "currency"),
    )
    assert cell(None, region, PLAIN) == "(none)"
    assert cell(None, revenue, EURO) == "–"
    assert cell(float("nan"), revenue, EURO) == "–"
    assert cell(2024, region, PLAIN) == "2024"
    assert cell(["a", 1], region, PLAIN) == "['a', 1]"


def test_a_moment_is_never_shown_as_its_day_alone() -> None:
    moment = Column("at", "time", "at", "At", "", "", "day")
    assert cell(datetime(2026, 9, 1, 14, 5, 9), moment, PLAIN) == "1 Sep 2026, 14:05:09"
    assert cell(datetime(2026, 9, 1), moment, PLAIN) == "1 Sep 2026"


def test_digits_stay_steady_down_a_column() -> None:
    small, middle, large = ([Decimal("9.5"), Decimal("120")], [Decimal("9.5"), Decimal("1200")], [9.5, 12_000])
    assert [number(value, steady(EURO, small)) for value in small] == ["€9.50", "€120.00"]
    assert [number(value, steady(EURO, middle)) for value in middle] == ["€9.50", "€1,200.00"]
    assert [number(value, steady(EURO, large)) for value in large] == ["€10", "€12,000"]


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert shorten("x" * 80) == "x" * 80
    assert shorten("x" * 81) == "x" * 79 + "…"
