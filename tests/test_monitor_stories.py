"""The demo company's six planted stories are found in time, in the right slice, and little else is told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.monitor.records import Finding, Incident
from assistant.monitor.watching import watching
from assistant.service.load_command import build_demo_company
from evals.monitoring.stories import DAYS, Replay, Story, found_by, is_right, others, read_stories, replay, table

AS_OF = date(2026, 6, 30)
STORY = Story("north", frozenset({"repeat_orders"}), frozenset({"north"}), date(2026, 5, 20), AS_OF)


def told(day: date, where: dict[str, str], metric: str = "repeat_orders") -> Incident:
    found = Finding("m", metric, "slice", "down", day, day, where, title=f"{metric} {where}")
    return Incident(str(day), "open", found, None, None, day)  # type: ignore[arg-type]  # times do not count here


@pytest.mark.parametrize(
    ("day", "where", "metric", "is_found", "is_other"),
    [
        (date(2026, 6, 20), {"customer.region": "North"}, "repeat_orders", True, False),
        (date(2026, 5, 19), {"customer.region": "North"}, "repeat_orders", False, True),
        (date(2026, 6, 20), {"customer.region": "South"}, "repeat_orders", False, True),
        (date(2026, 6, 20), {"customer.region": "North"}, "orders", False, False),
        (date(2026, 6, 20), {}, "repeat_orders", False, False),
    ],
)
def test_a_story_is_found_by_its_metric_its_slice_and_its_days(
    day: date, where: dict[str, str], metric: str, is_found: bool, is_other: bool
) -> None:
    one = told(day, where, metric)
    assert (found_by(STORY, [one]) is one) is is_found
    assert (one in others([STORY], [one])) is is_other


def test_the_headline_must_be_the_slice_itself() -> None:
    assert is_right(STORY, told(AS_OF, {"customer.region": "North"}))
    assert not is_right(STORY, told(AS_OF, {"customer.region": "South"}))


def test_the_table_says_what_is_missed_and_how_much_else_was_told() -> None:
    days = tuple(AS_OF - timedelta(days=n) for n in range(30))
    missed, good = table([STORY], Replay((), days))
    assert "missed" in missed
    assert not good
    found, good = table([STORY], Replay((told(AS_OF, {"customer.region": "North"}),), days))
    assert good
    assert "0 others" in found


@pytest.mark.deep
def test_the_planted_stories_are_found_and_little_else(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    build_demo_company(settings, AS_OF, 20_000, 7)
    with watching(settings) as watch:
        days = [AS_OF - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        text, good = table(read_stories(tmp_path), replay(watch, settings, days))
    assert good, text
