"""What is said of an unfinished period: alone, beside as much of another one, beside a whole one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import semantic_layer
from assistant.answer import Plan
from assistant.caveats import of_plan
from semantic_layer import Comparison, GroupBy, SemanticQuery, TimeRange, load

SHIPPED = Path(semantic_layer.__file__).parent / "definitions"
TODAY = date(2026, 5, 20)
SO_FAR = TimeRange(start=date(2026, 5, 1), end=date(2026, 5, 21), partial=True)


def said_of(asked: TimeRange, compare: TimeRange | None) -> list[str]:
    beside = Comparison(kind="range", range=compare) if compare else None
    query = SemanticQuery(metrics=("orders",), time_range=asked, compare=beside)
    notes = of_plan(load(sorted(SHIPPED.glob("*.yml"))), Plan(query=query), TODAY)
    return [note.sentence for note in notes if note.code == "PARTIAL_PERIOD"]


@pytest.mark.parametrize(
    ("compare", "ending"),
    [
        (None, "data up to 20 May 2026."),
        (TimeRange(start=date(2026, 4, 1), end=date(2026, 4, 21)), "as much of the other period."),
        (TimeRange(start=date(2026, 4, 1), end=date(2026, 5, 1)), "with a whole period."),
    ],
)
def test_an_unfinished_period_says_what_it_stands_beside(compare: TimeRange | None, ending: str) -> None:
    (sentence,) = said_of(SO_FAR, compare)
    assert sentence.endswith(ending)


def test_days_still_to_come_are_not_compared() -> None:
    whole, before = (TimeRange(start=date(2026, month, 1), end=date(2026, month + 1, 1)) for month in (5, 4))
    (sentence,) = said_of(whole, before)
    assert sentence.endswith("with a whole period.")


@pytest.mark.parametrize(("as_of", "told"), [(date(2026, 6, 30), "30 Jun 2026."), (date(2026, 6, 12), "whole period.")])
def test_months_beside_months_are_whole_where_the_data_ends_with_one(as_of: date, told: str) -> None:
    asked = SemanticQuery(
        metrics=("orders",),
        group_by=(GroupBy(field="metric_time", grain="month"),),
        time_range=TimeRange(start=date(2026, 1, 1), end=as_of + timedelta(days=1), partial=True),
        compare=Comparison(kind="previous_year"),
    )
    notes = of_plan(load(sorted(SHIPPED.glob("*.yml"))), Plan(asked), as_of)
    (sentence,) = [note.sentence for note in notes if note.code == "PARTIAL_PERIOD"]
    assert sentence.endswith(told)
