"""Checks of loaded data, and where a table's rows come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.service.cli import main
from tests.sources_world import GOOD, HEADER, World
from warehouse import BuildError, QualityCheck, SourcesInvalid, live_path, quality_checks, table_lineage

PRODUCTS = """  products:
    table: refund
    files: refunds.csv
    columns:
      refund_id: id
      order_id: order
      order_item_id: line
      quantity: {value: 1}
      amount: amount
      reason: why
      refunded_at: day
"""
REFUNDS = "id,order,line,amount,why,day\nr1,1,1-1,2,late,2026-01-09\nr2,99,99-1,300,late,2026-01-09\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.write("orders.csv", GOOD + "3,2026-01-07,x,paid\n")
    world.write("refunds.csv", REFUNDS)
    return world


def checks(world: World) -> dict[tuple[str, str, str], QualityCheck]:
    return {(one.subject, one.kind, one.column): one for one in quality_checks(live_path(world.warehouse))}


def test_findings_are_held_against_their_thresholds(world: World) -> None:
    expect = (
        "    expect:\n      fresh_within_hours: 24\n      min_rows: 3\n"
        "      max_missing: {customer_id: 0.5}\n      ranges: {gross_amount: [0, 15]}\n"
    )
    world.orders_from("orders.csv", expect + PRODUCTS)
    report = world.load()
    found = checks(world)
    failed = {place for place, check in found.items() if not check.passed}
    assert failed == {
        ("shop_orders", "freshness", ""),  # the last order is of January 2026
        ("shop_orders", "missing", "customer_id"),
        ("shop_orders", "range", "gross_amount"),
        ("shop_orders", "quarantine", ""),
        ("core.refund", "reference", "order_id"),
    }
    assert {(one.subject, one.kind, one.column) for one in report.alarms} == failed
    assert found["shop_orders", "volume", ""].value == 3
    assert found["shop_orders", "missing", "customer_id"].value == 1.0
    assert found["shop_orders", "range", "gross_amount"].value == 1
    assert found["shop_orders", "quarantine", ""].value == pytest.approx(1 / 3)
    assert found["core.refund", "reference", "order_id"].value == 0.5
    assert found["core.orders", "key", "order_id"].passed


def test_a_load_of_far_fewer_rows_than_usual_is_told(world: World) -> None:
    world.orders_from("orders.csv")
    for day in range(1, 5):
        rows = 10 if day < 4 else 4
        world.write("orders.csv", HEADER + "".join(f"{day}-{n},2026-01-0{day},1,paid\n" for n in range(rows)))
        world.load()
    found = checks(world)["shop_orders", "volume", "usual"]
    assert (found.value, found.threshold, found.passed) == (4, 5, False)


def test_columns_that_are_not_there_cannot_be_expected(world: World) -> None:
    world.orders_from("orders.csv", "    expect: {max_missing: {custmer_id: 0.5}}\n")
    with pytest.raises(SourcesInvalid, match="did you mean customer_id"):
        world.load()


def test_lineage_tells_systems_sources_files_and_columns(world: World) -> None:
    world.orders_from("orders.csv")
    world.load()
    found = table_lineage(live_path(world.warehouse), "orders")
    assert (found.rows, found.systems) == (2, (("shop", 2),))
    source = found.sources[0]
    assert (source.source, source.rows, source.quarantined, source.files) == ("shop_orders", 2, 1, ("orders.csv",))
    assert ("order_id", "no") in source.columns
    assert ("channel", "'web'") in source.columns
    assert source.loaded_at is not None
    with pytest.raises(BuildError, match=r"There is no table core\.nothing"):
        table_lineage(live_path(world.warehouse), "nothing")


def test_the_lineage_of_a_metric_is_that_of_its_tables(world: World) -> None:
    world.orders_from("orders.csv")
    world.load()
    world.write(
        "definitions/orders.yml",
        "datasets:\n  - {name: orders, source: orders, measures: [{name: rows, agg: count}]}\n"
        "metrics:\n  - {name: order_rows, type: simple, measure: orders.rows}\n",
    )
    result = CliRunner().invoke(main, ["--home", str(world.folder), "lineage", "order_rows"])
    assert result.exit_code == 0, result.output
    assert "core.orders: 2 rows (shop 2)" in result.output
    assert "    file orders.csv" in result.output
    assert "    ordered_at <- day" in result.output
