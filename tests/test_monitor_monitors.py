"""Monitors: read and written with clear errors, made from sentences, tried on the last year, run over a workspace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from assistant.answer import Refusal
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.monitor import incidents as book
from assistant.monitor.backtest import backtest
from assistant.monitor.desk import Desk
from assistant.monitor.merging import merge
from assistant.monitor.monitors import FILE, Monitor, Watchlist, add_monitor, read_watchlist, remove_monitor
from assistant.monitor.records import Finding, Incident
from assistant.monitor.sentences import monitor_of
from assistant.monitor.series import Wanted, load_series
from assistant.monitor.tick import runs, tick
from assistant.monitor.watching import Watch
from assistant.monitor.whole import findings_on, watch_whole
from assistant.service.cli import main
from assistant.store import Store
from semantic_layer import Filter, SemanticQuery
from warehouse import publish, set_snapshot

FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
ODD_DAY = date(2026, 6, 30)
MODEL = """
version: 1
extends: none
datasets:
  - name: orders
    source: orders
    label: Orders
    time: day
    primary_key: [order_id]
    fields:
      - {name: day, type: time}
      - {name: region, label: Region}
      - {name: returned, type: boolean}
    measures:
      - {name: amount, agg: sum, expression: amount}
      - {name: orders, agg: count}
      - {name: returns, agg: count, filter: returned}
metrics:
  - {name: revenue, measure: orders.amount, unit: EUR, format: currency, good_direction: up, owner: Sales}
  - {name: orders, measure: orders.orders, unit: orders, format: integer, good_direction: up}
  - {name: returned_orders, measure: orders.returns, unit: orders, format: integer, good_direction: down}
  - {name: return_rate, type: ratio, numerator: returned_orders, denominator: orders, format: percent}
  - {name: order_value, type: ratio, numerator: revenue, denominator: orders, unit: EUR, format: currency}
"""


def days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def orders_of(day: date, number: int) -> int:
    """60 orders on most days, 40 at weekends, with a little noise; the last day has a third of that."""
    usual = (40 if day.weekday() >= 5 else 60) + (number * 7) % 5
    return usual // 3 if day == ODD_DAY else usual


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with orders of two regions whose last day is low."""
    made = tmp_path_factory.mktemp("watched")
    (made / "definitions").mkdir()
    (made / "definitions" / "model.yml").write_text(MODEL, encoding="utf-8")
    rows = [
        (f"{number}-{n}", day, ("North", "South")[n % 2], n % 10 == 0, 10.0)
        for number, day in enumerate(days()) for n in range(orders_of(day, number))
    ]  # fmt: skip
    with publish(made / "warehouse", start="empty") as connection:
        connection.execute(
            "CREATE TABLE orders (order_id TEXT, day DATE, region TEXT, returned BOOLEAN, amount DOUBLE)"
        )
        connection.execute(
            "INSERT INTO orders SELECT unnest($a), unnest($b), unnest($c), unnest($d), unnest($e)",
            dict(zip("abcde", (list(column) for column in zip(*rows, strict=True)), strict=True)),
        )
        set_snapshot(connection, "test", LAST)
    return made


@dataclass
class World:
    """A workspace opened, and what the monitor sees of it."""

    assistant: Assistant
    watch: Watch


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    opened = Assistant.open(Settings(home=home, query_rows=400_000))
    yield World(opened, Watch.of(opened))
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Settings(home=tmp_path), "monitor")
    yield opened
    opened.close()


def own(*monitors: Monitor) -> Watchlist:
    return Watchlist(monitors)


# --- the file


def test_a_monitor_is_added_and_removed_and_other_lines_stay(world: World, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("# ours\nversion: 1\nmonitors:\n  - name: first\n    metric: orders\n# the end\n", encoding="utf-8")
    narrow = Filter(field="orders.region", op="in", values=("North",))
    made = Monitor("low north", "return_rate", (narrow,), ("orders.region",), "week", below=0.2, owner="ann")
    add_monitor(tmp_path, world.assistant.layer, made)
    read = {one.name: one for one in read_watchlist(tmp_path, world.assistant.layer).monitors}
    assert read["low north"] == made
    assert "# ours" in path.read_text(encoding="utf-8")
    with pytest.raises(SettingsError, match="already"):
        add_monitor(tmp_path, world.assistant.layer, made)
    remove_monitor(tmp_path, "low north")
    assert path.read_text(encoding="utf-8").splitlines()[:5] == [
        "# ours",
        "version: 1",
        "monitors:",
        "  - name: first",
        "    metric: orders",
    ]
    with pytest.raises(SettingsError, match="Did you mean first"):
        remove_monitor(tmp_path, "furst")


def test_the_first_monitor_makes_the_file(world: World, tmp_path: Path) -> None:
    add_monitor(tmp_path, world.assistant.layer, Monitor("one", "orders"))
    add_monitor(tmp_path, world.assistant.layer, Monitor("two", "revenue", sensitivity="quiet"))
    assert [one.name for one in read_watchlist(tmp_path, world.assistant.layer).monitors if not one.shipped] == [
        "one",
        "two",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("monitors:\n  - metric: ordrs\n", r"yml:2: there is no metric 'ordrs'. Did you mean orders\?"),
        ("monitors:\n  - metric: orders\n    belw: 2\n", r"yml:2: a monitor has no 'belw'. Did you mean below\?"),
        ("monitors:\n  - metric: orders\n  - metric: orders\n    below: 20%\n", r"yml:3: `below` should be a number"),
        ("monitors:\n  - metric: orders\n    grain: hourly\n", r"`grain` is one of hour, day, week, month"),
        ("monitors:\n  - metric: orders\n    grain: hour\n", r"monitors\.yml:2: .*holds days; it has no hours"),
        ("monitors:\n  - metric: orders\n    slices: [orders.colour]\n", r"yml:2: .*colour.*Change the fields"),
        ("monitors:\n  - metric: orders\n    delay_days: -1\n", r"`delay_days` should be a whole number"),
        ("monitors:\n  - metric: orders\n    filters: [x]\n", r"`filters` cannot be read"),
        ("monitors: 7\n", r"yml:1: `monitors` must be a list"),
        ("monitor:\n  - metric: orders\n", r"unknown entry 'monitor'. Did you mean monitors\?"),
        ("monitors: [\n", r"not readable as YAML"),
        ("monitors:\n  - {name: a, metric: orders}\n  - {name: a, metric: revenue}\n", r"two monitors are called 'a'"),
        ("- 1\n", r"yml:1: this must hold"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_told_with_line_and_remedy(
    world: World, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        read_watchlist(tmp_path, world.assistant.layer)


# --- sentences


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("tell me when return rate falls below 20%", {"metric": "return_rate", "below": 0.2, "grain": "week"}),
        ("tell me when returned orders go above 20%", {"metric": "return_rate", "above": 0.2}),
        ("watch orders by region weekly", {"metric": "orders", "slices": ("orders.region",), "grain": "week"}),
        ("alert me if revenue looks odd", {"metric": "revenue", "direction": "either", "grain": "day"}),
        ("let me know if revenue in the North drops by more than 15%", {"direction": "down", "minimum_effect": 0.15}),
        ("warn me when orders exceed 1,200 per week", {"metric": "orders", "above": 1200.0, "grain": "week"}),
        ("notify me when revenue is under 2.5k a day", {"below": 2500.0, "grain": "day"}),
    ],
)
def test_a_sentence_makes_a_monitor(world: World, sentence: str, expected: dict[str, object]) -> None:
    made = monitor_of(sentence, world.assistant.understanding, world.assistant.layer)
    assert isinstance(made, Monitor), made
    assert {name: getattr(made, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("warn me when purple elephants rise", "purple"),
        ("tell me when revenue falls below 20%", "no percentage"),
        ("tell me when return rate falls below 20", "with %"),
        ("watch orders last month", "no period"),
        ("tell me", "Say what to watch"),
    ],
)
def test_what_a_sentence_leaves_open_is_refused(world: World, sentence: str, told: str) -> None:
    made = monitor_of(sentence, world.assistant.understanding, world.assistant.layer)
    assert isinstance(made, Refusal)
    assert told in made.sentence


# --- the last year


def test_a_limit_fires_once_for_each_time_it_is_passed(world: World) -> None:
    tested = backtest(world.watch, Monitor("weekends", "orders", below=50.0, slices="none"))
    low = [day for n, day in enumerate(days()) if orders_of(day, n) < 50 and day > LAST - timedelta(days=365)]
    begins = [day for day in low if day - timedelta(days=1) not in low]
    assert [one.last for one in tested.fired] == begins
    assert tested.sentence.startswith(f"It would have fired {len(begins)} times in the last year")
    ((_, track),) = tested.tracks
    assert len(track.starts) == len(track.values) >= 365


def test_a_surprise_is_found_with_its_range_and_nothing_else(world: World) -> None:
    tested = backtest(world.watch, Monitor("orders", "orders"))
    assert [one.last for one in tested.fired] == [ODD_DAY]
    found = tested.fired[0]
    assert found.value == orders_of(ODD_DAY, len(days()) - 1)
    assert found.lower is not None
    assert found.value < found.lower
    assert tested.sentence == "It would have fired once in the last year: 30 Jun 2026."


# --- hours


def hours_of(day: date, odd_hour: int | None = None) -> list[dict[str, object]]:
    """From 8 to 22 o'clock 60 to 200 orders an hour with a little noise, none at night; a third of that in one hour."""
    usual = {hour: 60 + 10 * min(hour - 7, 22 - hour) + (day.day * 7 + hour * 3) % 9 for hour in range(8, 22)}
    return [
        {"hour": datetime(day.year, day.month, day.day, hour), "orders": count // 3 if hour == odd_hour else count}
        for hour, count in usual.items()
    ]


@pytest.fixture(scope="module")
def hourly(world: World) -> Watch:
    """Forty days of hours up to the last of June; on the day before it 14 o'clock is low."""
    last, odd = LAST, LAST - timedelta(days=1)
    rows = [row for back in range(39, -1, -1) for row in hours_of(last - timedelta(days=back))]
    low = {row["hour"]: row for row in hours_of(odd, 14)}
    return replace(world.watch, ask=lambda _: [low.get(row["hour"], row) for row in rows])


def test_the_oddest_hour_of_a_day_is_told_with_its_hour_and_is_over_with_the_next_day(hourly: Watch) -> None:
    monitor, odd = Monitor("Orders", "orders", grain="hour", slices="none"), LAST - timedelta(days=1)
    desk = Desk(hourly, (monitor,), (), [odd, LAST]).read()
    (found,) = desk.findings_on(odd, ())
    assert (found.last, found.hour, found.kind, found.direction) == (odd, 14, "spike", "down")
    assert "at 14:00 on 29 Jun 2026" in found.sentence
    assert found.evidence.track.starts[-1] == odd
    lasting = Incident("one", "open", found, *[datetime(2026, 6, 30)] * 2, odd)
    assert [desk.is_off(lasting, day) for day in (odd, LAST)] == [True, False]
    assert desk.was_off(lasting) is True
    assert desk.findings_on(LAST, ()) == []


def test_hours_without_rows_count_zero_between_others_and_are_unknown_after_the_last(hourly: Watch) -> None:
    series = load_series(hourly.layer, hourly.ask, Wanted("orders", LAST, 48, "hour"))
    assert series.values[0, 24 + 3] == 0  # at night
    assert np.isnan(series.values[0, 24 + 22 :]).all()  # nothing came after 21 o'clock: nobody knows yet
    assert series.values[0, 24 + 8] == hours_of(LAST)[0]["orders"]


def test_a_back_test_by_hours_has_one_point_a_day(hourly: Watch) -> None:
    tested = backtest(hourly, Monitor("Orders", "orders", grain="hour", slices="none"), 10)
    assert [(one.last, one.hour) for one in tested.fired] == [(LAST - timedelta(days=1), 14)]
    assert len(tested.tracks[0][1].starts) == 10


@pytest.mark.parametrize(("orders", "told"), [(12, 0), (400, 1)])
def test_a_ratio_of_few_cases_tells_nothing_on_one_day(world: World, orders: int, told: int) -> None:
    def halved_at_last(query: SemanticQuery) -> list[dict[str, object]]:
        if query.metrics == ("orders",):
            return [{"day": day, "orders": orders} for day in days()]
        return [{"day": day, "order_value": 5.0 if day == LAST else 10.0 + day.day % 3} for day in days()]

    watched = watch_whole(replace(world.watch, ask=halved_at_last), Monitor("Value", "order_value"), (), LAST)
    assert len(findings_on(watched, LAST, ())) == told


# --- a pass


def test_a_pass_tells_once_and_again_nothing(world: World, store: Store) -> None:
    watchlist = own(
        Monitor("Orders", "orders", slices="none", owner="ann"), Monitor("Revenue", "revenue", slices="none")
    )
    done = tick(world.watch, store, watchlist, [LAST])
    (found,) = done.tally.opened  # revenue moved with the orders: one cause
    assert found.found.owner in ("ann", "")
    assert found.found.evidence.sql.upper().startswith(("SELECT", "WITH"))
    assert book.incident(store, found.id).found.evidence.also
    assert "expected" in found.found.sentence
    again = tick(world.watch, store, watchlist, [LAST])
    assert again.tally.opened == []
    assert len(book.alerts(store)) == 1
    assert [one.day for one in runs(store)] == [LAST, LAST]
    assert runs(store)[0].queries > 0


def test_what_is_back_to_normal_is_told_once(world: World, store: Store) -> None:
    watchlist = own(Monitor("Orders", "orders", slices="none", below=50.0))
    saturday = date(2026, 6, 27)
    desk = Desk(world.watch, watchlist.monitors, (), [saturday, saturday + timedelta(days=2)]).read()
    assert len(merge(store, desk, saturday).opened) == 1
    over = merge(store, desk, saturday + timedelta(days=2))
    assert [one.state for one in over.resolved] == ["resolved"]
    assert [one.event for one in book.alerts(store)] == ["opened", "resolved"]


def test_two_normal_buckets_end_it_however_often_one_of_them_is_looked_at(world: World, store: Store) -> None:
    odd = date(2026, 6, 16)

    def halved(query: object) -> object:
        rows = [dict(row) for row in world.watch.ask(query)]  # type: ignore[arg-type]  # as it came
        return [row | {"orders": 20} if odd in row.values() else row for row in rows]

    watch = replace(world.watch, ask=halved)  # type: ignore[arg-type]  # the rows of a query
    after = [odd + timedelta(days=days) for days in (1, 2)]
    desk = Desk(watch, own(Monitor("Orders", "orders", slices="none")).monitors, (), [odd, *after]).read()
    assert len(merge(store, desk, odd).opened) == 1
    assert not merge(store, desk, after[0]).resolved
    assert not merge(store, desk, after[0], again=True).resolved
    assert len(merge(store, desk, after[1]).resolved) == 1


def test_a_week_is_one_normal_bucket_on_all_of_its_days(world: World) -> None:
    monitor = Monitor("Orders", "orders", slices="none", grain="week")
    sunday = date(2026, 6, 21)
    desk = Desk(world.watch, own(monitor).monitors, (), [sunday + timedelta(days=1)]).read()
    found = Finding("Orders", "orders", "spike", "down", sunday, sunday)
    lasting = Incident("one", "open", found, *[datetime(2026, 6, 22)] * 2, sunday)
    assert [desk.has_new_bucket(lasting, sunday + timedelta(days=back)) for back in (-1, 0, 1)] == [False, True, False]


def test_data_that_arrives_late_takes_the_alert_back(world: World, store: Store) -> None:
    watchlist = own(Monitor("Orders", "orders", slices="none"))
    tick(world.watch, store, watchlist, [LAST])

    def mended(query: object) -> object:
        rows = [dict(row) for row in world.watch.ask(query)]  # type: ignore[arg-type]  # as it came
        for row in rows:
            if ODD_DAY in row.values():
                row["orders"] = 62
        return rows

    tally = merge(store, Desk(replace(world.watch, ask=mended), watchlist.monitors, (), [LAST]).read(), LAST)  # type: ignore[arg-type]  # the rows of a query
    assert [one.state for one in tally.withdrawn] == ["withdrawn"]
    assert [one.event for one in book.alerts(store)] == ["opened", "withdrawn"]


def test_a_source_that_stops_is_one_alert_and_its_metrics_are_not_judged(world: World, store: Store) -> None:
    stopped = datetime(2026, 6, 20, 12)
    late = replace(world.watch, ends={"orders": stopped}, gaps={"orders": 1.0})
    watchlist = own(Monitor("Orders", "orders", slices="none"), Monitor("Revenue", "revenue", slices="none"))
    done = tick(late, store, watchlist, [LAST])
    (found,) = done.tally.opened
    assert found.found.kind == "stopped"
    assert "20 Jun 2026" in found.found.sentence
    assert "revenue" in found.found.sentence
    assert tick(late, store, watchlist, [LAST]).tally.opened == []
    back = tick(world.watch, store, own(Monitor("Leads", "order_value", slices="none")), [LAST])
    assert [one.found.kind for one in back.tally.resolved] == ["stopped"]


def test_a_monitor_that_fails_is_told_and_stops_no_other(world: World, store: Store) -> None:
    broken = Monitor("Broken", "orders", (Filter(field="orders.nowhere", op="in", values=("x",)),), "none")
    done = tick(world.watch, store, own(broken, Monitor("Orders", "orders", slices="none")), [LAST])
    assert sorted(one.found.kind for one in done.tally.opened) == ["failed", "spike"]
    assert "Broken" in done.run.error


@pytest.mark.deep
@pytest.mark.parametrize("shape", ["constant", "zero", "gaps", "young", "negative", "huge", "outlier"])
def test_odd_series_crash_nothing_and_make_no_storm(world: World, store: Store, shape: str) -> None:
    rng = np.random.default_rng(5)

    def odd(query: object) -> object:
        rows = [dict(row) for row in world.watch.ask(query)]  # type: ignore[arg-type]  # as it came
        count = len(rows)
        values = {
            "constant": np.full(count, 7.0), "zero": np.zeros(count), "gaps": rng.normal(100, 5, count),
            "young": rng.normal(100, 5, count), "negative": rng.normal(-100, 5, count),
            "huge": rng.normal(1e12, 1e10, count), "outlier": rng.normal(100, 5, count),
        }[shape]  # fmt: skip
        if shape == "outlier" and count > 100:
            values[count // 2] = 1e9
        keep = {"gaps": rng.random(count) < 0.4, "young": np.arange(count) >= count - 30}.get(
            shape, np.ones(count, bool)
        )
        return [row | {"revenue": float(value)} for row, value, kept in zip(rows, values, keep, strict=True) if kept]

    watch = replace(world.watch, ask=odd)  # type: ignore[arg-type]  # the rows of a query
    days_on = [LAST - timedelta(days=back) for back in range(59, -1, -1)]
    desk = Desk(watch, (Monitor("Revenue", "revenue", slices="none"),), (), days_on).read()
    assert not desk.failures
    told = [one for day in days_on for one in merge(store, desk, day).opened]
    assert len(told) <= 1


# --- the command line


@pytest.mark.deep
def test_the_command_line_takes_a_monitor_through_its_life(home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(home, mine)
    (mine / FILE).write_text("shipped: false\nmonitors:\n  - {metric: orders, slices: none}\n", encoding="utf-8")

    def told(*arguments: str) -> str:
        done = CliRunner().invoke(main, ["--home", str(mine), "monitor", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    assert "1 new" in told("run")
    (found,) = json.loads(told("incidents", "--json"))
    assert found["found"]["metric"] == "orders"
    assert "Log:" in told("show", found["id"][:8])
    assert "acknowledged" in told("ack", found["id"][:8], "looking")
    assert "from now on: threshold orders" in told("feedback", found["id"][:8], "wrong", "noise")
    assert "Nothing is open" in told("incidents")
    assert "mute" in told("mute", "orders", "orders.region=North", "--until", "2026-12-31")
    assert "would have fired" in told("add", "tell", "me", "when", "orders", "fall", "below", "30", "daily")
    assert "below 30" in told("list")
    assert "data of 2026-06-30" in told("runs")
    refused = CliRunner().invoke(main, ["--home", str(mine), "monitor", "add", "watch", "purple", "elephants"])
    assert refused.exit_code == 4
