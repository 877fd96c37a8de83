"""Metrics whose rows the demo company has not: the shape of their tables, and their numbers over rows made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from semantic_layer import (
    QueryError,
    SemanticLayer,
    SemanticQuery,
    check,
    load,
    read_goldens,
    shipped_definitions,
    shipped_goldens,
    to_sql,
)
from tests.test_metric_referees import plain

SCHEMA = Path(__file__).parent.parent / "warehouse" / "schema"
TODAY = date(2026, 3, 31)


class World:
    """Every declared table, empty at first and without its constraints, and the model over them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        for schema in ("core", "mart", "meta"):
            self.connection.execute(f"CREATE SCHEMA {schema}")
        self.connection.execute("SET search_path = 'main,core,mart'")
        for path in [*(SCHEMA / "core").glob("*.sql"), *(SCHEMA / "mart").glob("*.sql")]:
            declared = path.read_text(encoding="utf-8").partition("\n);\n")[0] + "\n)"
            self.connection.execute(declared.replace(" NOT NULL", ""))
        sql = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name IN ('core', 'mart')"
        schema: dict[str, dict[str, str]] = {}
        for table, column, kind in self.connection.execute(sql).fetchall():
            schema.setdefault(table, {})[column] = kind
        self.layer: SemanticLayer = load(shipped_definitions(), schema)

    def insert(self, table: str, *rows: dict[str, Any]) -> None:
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            self.connection.execute(f"INSERT INTO core.{table} ({names}) VALUES ({marks})", list(row.values()))

    def ask(self, metric: str, **query: Any) -> list[tuple[Any, ...]]:
        asked = SemanticQuery.model_validate({"metrics": [metric], **query})
        return self.connection.execute(to_sql(self.layer, asked, as_of=TODAY).sql).fetchall()

    def value(self, metric: str, **query: Any) -> Any:
        return self.ask(metric, **query)[0][-1]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    found = World()
    for number in range(1, 9):
        found.insert("customer", {"customer_id": f"C{number}", "is_internal": False, "is_deleted": False,
                                  "country": "Germany" if number < 5 else "France"})  # fmt: skip
    orders = [("C1", "2026-03-05", 60), ("C2", "2026-03-20", 40), ("C3", "2026-03-06", 100), ("C5", "2026-03-08", 30)]
    for number, (customer, day, amount) in enumerate(orders):
        found.insert("orders", {"order_id": f"O{number}", "customer_id": customer, "ordered_at": day, "order_seq": 1,
                                "status": "completed", "is_test": False, "net_amount": amount})  # fmt: skip
    for number, variant in enumerate(["new"] * 4 + ["control"] * 4, start=1):
        found.insert("experiment_assignment", {"experiment_id": "E1", "unit_id": f"C{number}", "variant": variant,
                                               "customer_id": f"C{number}", "assigned_at": "2026-03-01"})  # fmt: skip
    yield found
    found.connection.close()


def test_every_metric_of_the_model_is_active_when_all_tables_are_there(world: World) -> None:
    assert world.layer.inactive == {}
    missing = [name for name, one in world.layer.metrics.items() if one.type == "unavailable"]
    assert missing == ["app_retention", "sentiment_index", "multi_touch_attribution", "predicted_clv"]


def test_uplift_is_counted_over_everyone_who_was_drawn(world: World) -> None:
    # of four treated C1 and C3 ordered within 14 days, C2 after them; of four controls C5
    assert world.value("treated_conversion_rate") == 2 / 4
    assert world.value("control_conversion_rate") == 1 / 4
    assert world.value("personalisation_uplift") == pytest.approx((0.5 - 0.25) / 0.25)
    assert world.value("uplift_difference") == pytest.approx(0.25)
    assert world.value("uplift_margin") == pytest.approx(1.96 * (0.5 * 0.5 / 4 + 0.25 * 0.75 / 4) ** 0.5)
    assert world.value("split_imbalance") == 0


def test_uplift_can_be_told_by_experiment(world: World) -> None:
    world.insert("experiment", {"experiment_id": "E1", "name": "Bigger button"})
    found = world.ask("personalisation_uplift", group_by=[{"field": "experiment.experiment_name"}])
    assert found == [("Bigger button", pytest.approx(1.0))]


def test_effort_is_the_mean_of_seven_point_answers(world: World) -> None:
    for number, (score, top) in enumerate([(7, 7), (4, 7), (None, 7), (5, 5)]):
        world.insert("survey_response", {"response_id": f"R{number}", "customer_id": "C1", "type": "ces",
                                         "score": score, "scale_min": 1, "scale_max": top,
                                         "responded_at": "2026-03-02"})  # fmt: skip
    assert world.value("ces") == (7 + 4) / 2
    assert world.ask("ces", group_by=[{"field": "customer.country"}]) == [("Germany", 5.5)]


def test_calls_are_counted_and_waited_for(world: World) -> None:
    world.insert("agent", {"agent_id": "G1", "name": "Ann", "team": "First"})
    for number, wait in enumerate([10, 20, 90]):
        call = {"call_id": f"L{number}", "agent_id": "G1", "started_at": "2026-03-03", "wait_s": wait}
        world.insert("call", call)
    assert world.ask("calls", group_by=[{"field": "agent.team"}]) == [("First", 3)]
    assert world.value("call_wait_time") == 20


def test_use_of_the_product_is_summed(world: World) -> None:
    for feature, events in (("search", 3), ("export", 5)):
        world.insert("product_usage", {"customer_id": "C1", "date": "2026-03-04", "feature": feature, "events": events})
    assert world.value("product_use") == 8
    assert sorted(world.ask("product_use", group_by=[{"field": "product_usage.feature"}])) == [
        ("export", 5),
        ("search", 3),
    ]


def test_share_of_wallet_is_of_customers_with_an_estimate_only(world: World) -> None:
    for customer, spend in (("C1", 200), ("C3", 200)):
        world.insert("wallet_estimate", {"customer_id": customer, "category": "all", "period": "2026-03-01",
                                         "est_spend": spend, "method": "survey"})  # fmt: skip
    march = {"time_range": {"start": "2026-03-01", "end": "2026-04-01"}}
    assert world.value("share_of_wallet", **march) == pytest.approx((60 + 100) / 400)  # not (60+40+100+30) / 400
    assert world.value("share_of_wallet", **march, group_by=[{"field": "customer.country"}]) == pytest.approx(0.4)


def test_satisfaction_is_no_share_of_those_who_kept_silent(world: World) -> None:
    for number, (score, top) in enumerate([(5, 5), (4, 5), (3, 5), (None, 5), (7, 7)]):
        world.insert("survey_response", {"response_id": f"S{number}", "customer_id": "C2", "type": "csat",
                                         "score": score, "scale_min": 1, "scale_max": top, "responded_at": "2026-03-02",
                                         "sent_at": "2026-03-01"})  # fmt: skip
    assert world.value("csat") == pytest.approx(2 / 3)  # the answer on the scale of 7 is on another scale
    assert world.value("csat_response_rate") == pytest.approx(4 / 5)


def test_the_golden_queries_hold_over_these_rows(world: World) -> None:
    goldens = read_goldens(path for path in shipped_goldens() if path.stem == "journeys")
    asked = [(one, to_sql(world.layer, one.query, as_of=TODAY).sql) for one in goldens]
    different = [
        (one.metric, one.group_by)
        for one, sql in asked
        if plain(world.connection.execute(sql).fetchall()) != plain(world.connection.execute(one.sql).fetchall())
    ]
    assert different == []
    assert all(world.value(one.metric) is not None for one in goldens if not one.group_by)


@pytest.mark.parametrize(
    ("metric", "needed"),
    [
        ("share_of_wallet", "estimates of what each customer spends"),
        ("personalisation_uplift", "randomised experiment"),
        ("predicted_clv", "fitted model"),
        ("clv_to_cac", "`Predicted customer lifetime value` needs a fitted model"),
        ("sentiment_index", "texts scored by a named model"),
        ("multi_touch_attribution", "credits of all touchpoints"),
        ("calls", "calls of the contact centre"),
    ],
)
def test_what_nobody_computes_is_refused_with_what_it_needs(metric: str, needed: str, demo_home: Path) -> None:
    con = duckdb.connect(str(demo_home / "warehouse" / "live.duckdb"), read_only=True)
    sql = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name IN ('core', 'mart')"
    schema: dict[str, dict[str, str]] = {}
    for table, column, kind in con.execute(sql).fetchall():
        schema.setdefault(table, {})[column] = kind
    con.close()
    with pytest.raises(QueryError, match="E_NOT_COMPUTED") as caught:
        check(load(shipped_definitions(), schema), SemanticQuery(metrics=(metric,)))
    assert needed in str(caught.value)
    assert "not computed yet" in str(caught.value)


def test_names_are_not_kept_for_tables_of_another_kind() -> None:
    layer = load(shipped_definitions(), {"payments": {"id": "VARCHAR"}})
    assert layer.metrics == {}
    assert "share_of_wallet" in layer.inactive
