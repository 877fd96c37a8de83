"""Which picture a result gets, and that every picture can be drawn."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from assistant.charts import choose
from assistant.palette import DARK, LIGHT, Palette
from assistant.shape import Context
from assistant.ui.picture import svg
from semantic_layer import Column, Comparison, OrderBy, SemanticQuery, TimeRange
from tests.canned import (
    ADDITIVE,
    AS_OF,
    BASKET,
    BEFORE,
    CATEGORY,
    CHANGE,
    DAY,
    MONTH,
    ORDERS,
    RATE,
    RATIO,
    REGION,
    REVENUE,
    SEPTEMBER,
    months,
    result,
)

HOUR = Column("hour", "time", "metric_time", "Hour", "", "", "hour")
QUARTER = Column("quarter", "time", "metric_time", "Quarter", "", "", "quarter")
WEEKDAY = Column("weekday", "dimension", "orders.ordered_at_weekday", "Weekday of the order")
AT_HOUR = Column("hour_of_day", "dimension", "orders.ordered_at_hour_of_day", "Hour of the order")
WORD = Column("note", "metric", "note", "Note", "", "")
COMPARED = (REVENUE, BEFORE, CHANGE, RATIO)
TREND = [(start, Decimal(100 + i)) for i, start in enumerate(months(6))]


def chart(columns: tuple[Column, ...], rows: list[tuple[Any, ...]], **query: Any) -> Any:
    asked = SemanticQuery.model_validate({"metrics": ("net_revenue",), **query})
    return choose(columns, result(rows), Context(asked, AS_OF, ADDITIVE))


def values(spec: Any) -> list[dict[str, Any]]:
    return spec["data"]["values"]


ROWS_OF_TWO = [(region, kind, Decimal(10)) for region in "NSEW" for kind in ("Chairs", "Tables")]
DAYS = [(date(2024, 11, 22) + timedelta(days=i), i % 7) for i in range(400)]
HOURS = [(datetime(2026, 9, 1) + timedelta(hours=i), i) for i in range(48)]
NOW_AND_THEN = (Decimal(5), Decimal(4), Decimal(1), 0.25)
QUARTERS = [(date(2026, month, 1), *NOW_AND_THEN) for month in (1, 4, 7)]
LINES = [(start, region, Decimal(9)) for start in months(3) for region in "NS"]
ALIKE = [("a", Decimal(5), Decimal(1)), ("b", Decimal(5), Decimal(1))]
OTHER = Column("other", "dimension", "other", "Other")
LARGE = [(i, j, Decimal(1)) for i in range(20) for j in range(12)]
BY_TWO = [(start, region, "x", amount) for start, region, amount in LINES]
BELOW_ZERO = [("Chairs", Decimal(5)), ("Tables", Decimal(-3)), ("x", None)]
AGE = Column("cohort_age", "dimension", "cohort_age", "Months later", "", "integer", "month")
COHORTS = [(start, age, 1.0 if age == 0 else 0.3 - age / 100) for start in months(3) for age in range(3)]
PAIR = [("Chairs", Decimal(5)), ("Tables", Decimal(3))]
ZEROS = [("Chairs", Decimal(0)), ("Tables", Decimal(0))]

Case = tuple[str, tuple[Column, ...], list[tuple[Any, ...]], dict[str, Any]]
CASES: dict[str, Case] = {
    "trend": ("line", (MONTH, REVENUE), TREND, {}),
    "trend of a share": ("line", (MONTH, RATE), [(s, 0.03 + i / 1e4) for i, s in enumerate(months(6))], {}),
    "trend, then and now": ("line", (QUARTER, *COMPARED), QUARTERS, {"compare": Comparison(kind="previous_year")}),
    "trend by hour": ("line", (HOUR, ORDERS), HOURS, {}),
    "trend over many days": ("line", (DAY, ORDERS), DAYS, {}),
    "trend of metrics alike": ("line", (MONTH, REVENUE, BASKET), [(s, Decimal(9), Decimal(3)) for s in months(3)], {}),
    "trend by category": ("line", (MONTH, REGION, REVENUE), LINES, {}),
    "trend by two categories": ("table", (MONTH, REGION, CATEGORY, REVENUE), BY_TWO, {}),
    "trend with a month twice": ("table", (MONTH, REVENUE), [TREND[0], TREND[0], TREND[1]], {}),
    "one month": ("tile", (MONTH, REVENUE), TREND[:1], {}),
    "one number": ("tile", (REVENUE,), [(Decimal(5),)], {}),
    "one group": ("tile", (CATEGORY, REVENUE), PAIR[:1], {}),
    "ranking": ("bar", (CATEGORY, REVENUE), PAIR, {}),
    "ranking below zero": ("bar", (CATEGORY, REVENUE), BELOW_ZERO, {}),
    "ranking of nothing but zero": ("bar", (CATEGORY, REVENUE), ZEROS, {}),
    "then and now": ("grouped_bar", (REGION, *COMPARED), [(r, *NOW_AND_THEN) for r in "NS"], {"compare": Comparison()}),
    "metrics alike": ("grouped_bar", (CATEGORY, REVENUE, BASKET), ALIKE, {}),
    "metrics unlike": ("bar", (CATEGORY, REVENUE, ORDERS), [("a", Decimal(5), 1), ("b", Decimal(5), 1)], {}),
    "two categories that add up": ("stacked_bar", (REGION, CATEGORY, REVENUE), ROWS_OF_TWO, {}),
    "two categories of averages": ("grouped_bar", (REGION, CATEGORY, BASKET), ROWS_OF_TWO, {}),
    "two large categories": ("table", (REGION, CATEGORY, REVENUE), LARGE, {}),
    "cohorts by month": ("heat", (MONTH, AGE, RATE), COHORTS, {}),
    "cohorts by category": ("heat", (REGION, AGE, RATE), [("N", 0, 1.0), ("N", 1, 0.3), ("S", 0, 1.0)], {}),
    "all cohorts": ("bar", (AGE, RATE), [(0, 1.0), (1, 0.3)], {}),
    "three categories": ("table", (REGION, CATEGORY, OTHER, REVENUE), [("a", "b", i, Decimal(1)) for i in "xyz"], {}),
    "no rows": ("table", (CATEGORY, REVENUE), [], {}),
    "no values": ("table", (CATEGORY, REVENUE), [("a", None), ("b", None)], {}),
    "no metric": ("table", (CATEGORY, REGION), [("a", "b"), ("c", "d")], {}),
    "words for a metric": ("table", (CATEGORY, WORD), [("a", "b"), ("c", "d")], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_picture_fits_the_result(name: str) -> None:
    kind, columns, rows, query = CASES[name]
    assert chart(columns, rows, **query).kind == kind


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[0] not in ("tile", "table")])
def test_every_picture_is_valid_and_can_be_drawn(name: str) -> None:
    altair, vl_convert = pytest.importorskip("altair"), pytest.importorskip("vl_convert")
    _, columns, rows, query = CASES[name]
    spec = chart(columns, rows, **query).spec
    assert json.loads(json.dumps(spec)) == spec, "the specification is not plain JSON data"
    assert altair.Chart.from_dict(spec, validate=True)
    png = vl_convert.vegalite_to_png(spec, vl_version="6.4", allowed_base_urls=[])
    assert png.startswith(b"\x89PNG")
    assert len(png) > 2000


def test_cohorts_are_cells_shaded_by_what_is_left_after_the_first_period() -> None:
    spec = chart((MONTH, AGE, RATE), COHORTS).spec
    assert [(value["k"], value["s"]) for value in values(spec)[:2]] == [("Sep 2026", 0), ("Sep 2026", 1)]
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 0.29]
    assert values(spec)[1]["tip"] == "Sep 2026: 29.0% after 1 month"


def test_the_title_says_the_finding() -> None:
    drawn = chart((CATEGORY, REVENUE), [("Chairs", Decimal(5)), ("Tables", Decimal(3))])
    assert drawn.title.startswith("Net revenue was highest for Chairs")
    assert " ".join(drawn.spec["title"]["text"]) == drawn.title


def test_bars_keep_the_order_of_the_rows() -> None:
    rows = [("b", Decimal(1)), (None, Decimal(3)), ("a", Decimal(2))]
    spec = chart((CATEGORY, REVENUE), rows).spec
    assert [value["k"] for value in values(spec)] == ["b", "(none)", "a"]
    assert spec["encoding"]["y"]["sort"] == ["b", "(none)", "a"]


def test_equal_labels_stay_apart() -> None:
    rows = [("(none)", Decimal(1)), (None, Decimal(3)), ("x" * 50, Decimal(2)), ("x" * 60, Decimal(2))]
    keys = [value["k"] for value in values(chart((CATEGORY, REVENUE), rows).spec)]
    assert len(set(keys)) == 4
    assert keys[2].endswith("…")
    assert len(keys[2]) == 32


def test_a_cut_label_is_whole_in_its_tip() -> None:
    tips = [
        value["tip"] for value in values(chart((CATEGORY, REVENUE), [("x" * 50, Decimal(2)), ("y", Decimal(1))]).spec)
    ]
    assert tips[0] == "x" * 50 + ", Net revenue: €2.00"


def test_two_hundred_bars_become_thirty_and_a_note() -> None:
    spec = chart((CATEGORY, REVENUE), [(f"c{i}", Decimal(500 - i)) for i in range(200)]).spec
    assert len(values(spec)) == 30
    assert spec["title"]["subtitle"] == "The picture shows the first 30 of 200; the table has them all."


def test_the_eight_largest_lines_and_a_note() -> None:
    rows = [(start, f"r{i:02}", Decimal(100 - i)) for start in months(3) for i in range(12)]
    spec = chart((MONTH, REGION, REVENUE), rows).spec
    assert spec["encoding"]["color"]["scale"]["domain"] == [f"r{i:02}" for i in range(8)]
    assert "8 largest of 12" in spec["title"]["subtitle"]


def test_the_unfinished_month_is_dashed_and_hollow() -> None:
    spec = chart((MONTH, REVENUE), TREND).spec
    parts = [(value["t"][:7], value["part"], value["edge"]) for value in values(spec)[-3:]]
    assert parts == [("2026-09", False, False), ("2026-10", False, True), ("2026-11", True, True)]
    solid, dashed, full, hollow = spec["layer"]
    assert solid["transform"] == [{"filter": "!datum.part"}]
    assert dashed["mark"]["strokeDash"]
    assert full["mark"]["filled"]
    assert not hollow["mark"]["filled"]
    assert "Dashed" in spec["title"]["subtitle"]


def test_a_whole_month_is_not_dashed() -> None:
    asked = TimeRange(start=date(2026, 6, 1), end=date(2026, 11, 1))
    spec = chart((MONTH, REVENUE), TREND[:-1], time_range=asked).spec
    assert not any(value["part"] or value["edge"] for value in values(spec))
    assert "subtitle" not in spec["title"]


def test_a_missing_month_breaks_the_line() -> None:
    spec = chart((MONTH, REVENUE), [TREND[0], TREND[2], TREND[3]]).spec
    assert [value["v"] for value in values(spec)] == [100.0, None, 102.0, 103.0]


def test_times_are_drawn_in_utc_so_that_no_day_slips() -> None:
    spec = chart((MONTH, REVENUE), TREND).spec
    assert values(spec)[0]["t"] == "2026-06-01T00:00:00Z"
    assert spec["encoding"]["x"]["scale"]["type"] == "utc"


def test_the_past_is_grey_and_named() -> None:
    rows = [(r, Decimal(5), Decimal(4), Decimal(1), 0.25) for r in "NS"]
    color = chart((REGION, *COMPARED), rows, compare=Comparison(), time_range=SEPTEMBER).spec["encoding"]["color"][
        "scale"
    ]
    assert color == {"domain": ["September 2026", "the previous month"], "range": [LIGHT.series[0], LIGHT.muted]}


def test_the_metric_sorted_by_is_the_one_drawn() -> None:
    rows = [("a", Decimal(5), 1), ("b", Decimal(4), 2)]
    spec = chart((CATEGORY, REVENUE, ORDERS), rows, order_by=(OrderBy(by="orders"),)).spec
    assert [value["v"] for value in values(spec)] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("column", "high", "title", "expression"),
    [
        (REVENUE, 50_000, "Net revenue (€)", "$.3~s"),
        (REVENUE, 50, "Net revenue (€)", "$,.2~f"),
        (ORDERS, 50, "Orders", ",.2~f"),
        (RATE, 0.5, "Conversion rate (%)", ".0%"),
        (RATE, 0.02, "Conversion rate (%)", ".1%"),
    ],
)
def test_the_number_axis_has_its_unit(column: Column, high: float, title: str, expression: str) -> None:
    axis = chart((CATEGORY, column), [("a", high), ("b", 0)]).spec["encoding"]["x"]["axis"]
    assert axis["title"] == title
    assert f"'{expression}'" in axis["labelExpr"]


@pytest.mark.parametrize("name", ["metrics alike", "trend of metrics alike"])
def test_an_axis_of_several_numbers_names_none_of_them(name: str) -> None:
    _, columns, rows, query = CASES[name]
    assert '"title": "€"' in json.dumps(chart(columns, rows, **query).spec, ensure_ascii=False)
    assert f'"title": "{REVENUE.label}' not in json.dumps(chart(columns, rows, **query).spec, ensure_ascii=False)


def test_bars_start_at_zero() -> None:
    low, high = chart((CATEGORY, REVENUE), [("a", Decimal(100)), ("b", Decimal(99))]).spec["encoding"]["x"]["scale"][
        "domain"
    ]
    assert low == 0
    assert high > 100


def test_the_language_reaches_the_axes() -> None:
    asked = SemanticQuery(metrics=("net_revenue",))
    spec = choose((MONTH, REVENUE), result(TREND), Context(asked, AS_OF, ADDITIVE, "de")).spec
    assert spec is not None
    assert spec["config"]["locale"]["time"]["months"][2] == "März"
    assert spec["config"]["locale"]["number"]["currency"] == ["", "\xa0€"]


@pytest.mark.parametrize(("high", "written"), [(300_000, "300.000"), (3_000_000, "3 Mio."), (3e9, "3 Mrd.")])
def test_numbers_on_an_axis_are_shortened_as_the_language_does(high: float, written: str) -> None:
    asked = SemanticQuery(metrics=("net_revenue",))
    rows = result([("a", high), ("b", 0)])
    drawn = svg(choose((CATEGORY, REVENUE), rows, Context(asked, AS_OF, ADDITIVE, locale="de")).spec or {})
    assert f">{written} €<" in drawn.replace("\xa0", " ")
    assert "K €" not in drawn


# --- colours


def linear(color: str) -> list[float]:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(color: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(color), strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


# Machado, Oliveira, Fernandes 2009, severity 1.0
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def seen(color: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The colour in OKLab as such an eye sees it (Ottosson 2020)."""
    r, g, b = (max(0.0, sum(w * p for w, p in zip(row, linear(color), strict=True))) for row in matrix)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_their_ground(palette: Palette) -> None:
    for color in (*palette.series, palette.muted):
        assert contrast(color, palette.ground) >= 3, color
    for color in (palette.ink, palette.faint):
        assert contrast(color, palette.ground) >= 4.5, color


@pytest.mark.parametrize("eye", BLINDNESS)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stay_apart_for_every_eye(palette: Palette, eye: str) -> None:
    for one, other in combinations(palette.series, 2):
        assert math.dist(seen(one, BLINDNESS[eye]), seen(other, BLINDNESS[eye])) > 0.08, (one, other)


# --- weekdays and hours


def test_weekdays_and_hours_are_a_field_from_monday_on() -> None:
    rows = [(day, hour, 10 * hour) for day in ("Friday", "Monday", "Sunday") for hour in (9, 17)]
    drawn = chart((WEEKDAY, AT_HOUR, ORDERS), rows)
    assert drawn.kind == "heat"
    assert list(dict.fromkeys(value["k"] for value in values(drawn.spec))) == ["Monday", "Friday", "Sunday"]
    assert {value["s"] for value in values(drawn.spec)} == {9, 17}
    assert "Friday / 9" in next(value["tip"] for value in values(drawn.spec) if value["k"] == "Friday")


def test_all_weekdays_stand_in_their_order_and_the_first_few_in_that_of_the_answer() -> None:
    rows = [("Saturday", 9), ("Monday", 7), ("Wednesday", 3)]
    assert [one["k"] for one in values(chart((WEEKDAY, ORDERS), rows).spec)] == ["Monday", "Wednesday", "Saturday"]
    cut = chart((WEEKDAY, ORDERS), rows, limit=3, order_by=({"by": "orders", "descending": True},))
    assert [one["k"] for one in values(cut.spec)] == ["Saturday", "Monday", "Wednesday"]


def test_stacks_by_weekday_begin_on_monday() -> None:
    rows = [(day, region, Decimal(1)) for day in ("Sunday", "Monday") for region in "NS"]
    drawn = chart((WEEKDAY, REGION, REVENUE), rows)
    assert drawn.kind == "stacked_bar"
    assert list(dict.fromkeys(value["k"] for value in values(drawn.spec))) == ["Monday", "Sunday"]


def test_longer_numbers_behind_bars_have_more_room() -> None:
    asked, rows = SemanticQuery(metrics=("net_revenue",)), result([("a", 266_000), ("b", 0)])
    drawn = [choose((CATEGORY, REVENUE), rows, Context(asked, AS_OF, ADDITIVE, one)).spec or {} for one in ("en", "de")]
    scales = [spec["encoding"]["x"]["scale"] for spec in drawn]
    assert scales[0]["domain"] == [0.0, 266_000 * 1.2]
    assert scales[1]["domain"][1] > 266_000 * 1.3  # 266.000 € is longer than €266K
