"""Visits joined to customers by device and time: from a sign-in on, shortly before the first, never on shared ones."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from warehouse import BuildError, Stitched, StitchRules, stitch_visitors

Seen = tuple[str, str | None, str | None, str | None]  # key, device, when, who signed in


def stitched(seen: list[Seen], rules: StitchRules | None = None) -> tuple[Stitched, dict[str, tuple[object, object]]]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE seen (event_key VARCHAR, device_id VARCHAR, seen_at TIMESTAMP, customer_id VARCHAR)")
        con.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", seen)
        found = stitch_visitors(con, "seen", "whose", rules)
        return found, {
            row[0]: row[1:] for row in con.execute("SELECT event_key, customer_id, method FROM whose").fetchall()
        }


def test_a_device_is_whose_sign_in_was_last() -> None:
    found, whose = stitched(
        [
            ("long before", "d1", "2026-01-01 10:00", None),
            ("before", "d1", "2026-02-20 10:00", None),
            ("ann in", "d1", "2026-03-01 10:00", "ann"),
            ("after ann", "d1", "2026-03-09 10:00", None),
            ("ben in", "d1", "2026-04-01 10:00", "ben"),
            ("after ben", "d1", "2026-09-01 10:00", None),
            ("other device", "d2", "2026-03-02 10:00", None),
            ("no device", None, "2026-03-02 10:00", None),
            ("cara, no device", None, "2026-03-01 10:00", "cara"),
        ]
    )
    assert whose == {
        "long before": (None, None),
        "before": ("ann", "before sign-in"),
        "ann in": ("ann", "signed in"),
        "after ann": ("ann", "device"),
        "ben in": ("ben", "signed in"),
        "after ben": ("ben", "device"),
        "other device": (None, None),
        "no device": (None, None),
        "cara, no device": ("cara", "signed in"),
    }
    assert found == Stitched(9, signed_in=3, by_device=2, before_sign_in=1, anonymous=3, shared_devices=0)


def test_the_days_before_a_sign_in_are_counted_to_the_minute() -> None:
    seen: list[Seen] = [
        ("at the edge", "d", "2026-02-22 10:00", None),
        ("past it", "d", "2026-02-22 09:59", None),
        ("in", "d", "2026-03-01 10:00", "ann"),
        ("the same moment", "d", "2026-03-01 10:00", None),
    ]
    _, whose = stitched(seen, StitchRules(before_first=timedelta(days=7)))
    assert [whose[key][0] for key, *_ in seen] == ["ann", None, "ann", "ann"]


def test_a_device_of_many_is_nobodys() -> None:
    signed: list[Seen] = [(f"in {name}", "kiosk", f"2026-03-0{at} 10:00", name) for at, name in enumerate("abc", 1)]
    visit: Seen = ("visit", "kiosk", "2026-03-05 10:00", None)
    assert stitched([*signed, visit], StitchRules(shared_by=3))[1]["visit"] == ("c", "device")
    found, whose = stitched([*signed, visit], StitchRules(shared_by=2))
    assert whose["visit"] == (None, None)
    assert whose["in b"] == ("b", "signed in")
    assert (found.shared_devices, found.anonymous) == (1, 1)


def test_a_sign_in_without_a_time_says_nothing_of_other_visits() -> None:
    _, whose = stitched([("in", "d", None, "ann"), ("visit", "d", "2026-03-05 10:00", None), ("lost", "d", None, None)])
    assert whose == {"in": ("ann", "signed in"), "visit": (None, None), "lost": (None, None)}


def test_visits_without_what_is_needed_are_refused() -> None:
    with duckdb.connect() as con, pytest.raises(BuildError, match="has no column device_id, seen_at, customer_id"):
        stitch_visitors(con, "(SELECT 1 AS event_key)", "whose")
