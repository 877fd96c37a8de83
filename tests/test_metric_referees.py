"""Every metric of the shipped model against hand-written SQL over the demo company, and the wrong readings of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import duckdb
import pytest

from semantic_layer import (
    SemanticLayer,
    SemanticQuery,
    load,
    read_goldens,
    shipped_definitions,
    shipped_goldens,
    to_sql,
)
from tests.conftest import AS_OF

REAL = "status <> 'cancelled' AND NOT is_test"
PEOPLE = "NOT is_internal AND NOT is_deleted"


class Company:
    """The demo company and its model: rows of a query, rows of SQL."""

    def __init__(self, database: Path):
        self.connection = duckdb.connect(str(database), read_only=True)
        self.connection.execute("SET search_path = 'main,core,mart,meta'")
        sql = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name IN ('core', 'mart')"
        schema: dict[str, dict[str, str]] = {}
        for table, column, kind in self.connection.execute(sql).fetchall():
            schema.setdefault(table, {})[column] = kind
        self.layer: SemanticLayer = load(shipped_definitions(), schema)

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(text).fetchall()

    def ask(self, query: SemanticQuery) -> list[tuple[Any, ...]]:
        return self.sql(to_sql(self.layer, query, as_of=AS_OF).sql)

    def value(self, metric: str, **query: Any) -> Any:
        return self.ask(SemanticQuery.model_validate({"metrics": [metric], **query}))[0][0]

    def number(self, text: str) -> Any:
        return self.sql(text)[0][0]


@pytest.fixture(scope="module")
def company(demo_home: Path) -> Iterator[Company]:
    found = Company(demo_home / "warehouse" / "live.duckdb")
    yield found
    found.connection.close()


def plain(rows: list[tuple[Any, ...]]) -> list[str]:
    """Rows to the cent and beyond, in any order; groups in which there is nothing are left out of both sides."""
    kept = [row for row in rows if len(row) == 1 or row[-1] not in (None, 0)]
    return sorted(repr([_rounded(value) for value in row]) for row in kept)


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float | Decimal):
        return str(None) if isnan(value) else round(float(value), 6)  # 0 / 0 is empty
    return str(value)


@pytest.mark.parametrize("file", shipped_goldens(), ids=lambda path: path.stem)
def test_metrics_agree_with_hand_written_sql(company: Company, file: Path) -> None:
    different = [
        (golden.metric, golden.segment, golden.group_by)
        for golden in read_goldens([file])
        if company.layer.metrics[golden.metric].type != "unavailable"
        and plain(company.ask(golden.query)) != plain(company.sql(golden.sql))
    ]
    assert different == []


def test_every_metric_has_a_golden_in_total_and_broken_down(company: Company) -> None:
    goldens = read_goldens(shipped_goldens())
    total = {one.metric for one in goldens if not one.group_by}
    broken_down = {one.metric for one in goldens if one.group_by}
    shown = {name for name, one in company.layer.metrics.items() if not one.hidden and one.type != "unavailable"}
    by_age = {"cohort_retention"}
    assert shown - total - by_age == {"clv_to_cac"}
    assert shown - broken_down == {"clv_to_cac", "payback_months"}


# wrong readings: each gives another number here, so that taking it for the right one is noticed


def test_a_ratio_is_a_ratio_of_sums_and_no_mean_of_ratios(company: Company) -> None:
    right = company.number(f"SELECT sum(net_amount) / count(*) FROM orders WHERE {REAL}")
    wrong = company.number(
        f"SELECT avg(v) FROM (SELECT sum(net_amount) / count(*) AS v FROM orders WHERE {REAL} GROUP BY channel)"
    )
    assert company.value("average_order_value") == pytest.approx(right, abs=1e-9)
    assert abs(right - wrong) > 0.01


def test_nps_is_no_mean_over_groups(company: Company) -> None:
    answers = "survey_response JOIN customer USING (customer_id) WHERE type = 'nps' AND score IS NOT NULL"
    share = "100.0 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(*)"
    wrong = company.number(f"SELECT avg(v) FROM (SELECT {share} AS v FROM {answers} GROUP BY country)")
    assert company.value("nps") == pytest.approx(company.number(f"SELECT {share} FROM {answers}"))
    assert abs(company.value("nps") - wrong) > 0.1


def test_net_is_gross_less_discounts_and_refunds(company: Company) -> None:
    gross, discounts, net = (company.value(name) for name in ("gross_revenue", "discounts", "net_revenue"))
    refunded = company.number(f"SELECT sum(refund_amount) FROM orders WHERE {REAL}")
    assert net == gross - discounts - refunded
    assert net < gross - discounts < gross


def test_one_number_less_another_takes_it_off_in_each_row(company: Company) -> None:
    share = {"metric": "deals_won", "of": "deals_lost", "less": True}
    query = {
        "metrics": ["deals_won", "deals_lost"],
        "group_by": [{"field": "opportunity.deal_owner"}],
        "shares": [share],
    }
    won, lost = (f"count(*) FILTER (stage = '{stage}' AND closed_at IS NOT NULL)" for stage in ("Won", "Lost"))
    expected = company.sql(f"SELECT owner, {won}, {lost}, {won} - {lost} FROM opportunity GROUP BY owner")
    assert sorted(company.ask(SemanticQuery.model_validate(query))) == sorted(expected)


def test_revenue_counts_orders_without_a_customer(company: Company) -> None:
    inner = company.number(f"SELECT sum(net_amount) FROM orders JOIN customer USING (customer_id) WHERE {REAL}")
    assert company.value("net_revenue") > inner
    assert company.value("revenue_from_known_customers") == inner


def test_customers_leave_out_staff_and_the_forgotten(company: Company) -> None:
    everyone = company.number("SELECT count(*) FROM customer")
    listed = company.ask(SemanticQuery.model_validate({"entity": "customer"}))
    assert company.value("customers") == len(listed) == company.number(f"SELECT count(*) FROM customer WHERE {PEOPLE}")
    assert len(listed) < everyone


def test_a_new_customer_is_dated_by_the_first_order_that_stood(company: Company) -> None:
    by_month = {"group_by": [{"field": "metric_time", "grain": "month"}]}
    found = company.ask(SemanticQuery.model_validate({"metrics": ["new_customers"], **by_month}))
    of_orders = "SELECT date_trunc('month', first)::DATE, count(*) FROM (SELECT min(ordered_at) AS first FROM orders o"
    real = f"JOIN customer c USING (customer_id) WHERE {PEOPLE} AND {{}} GROUP BY customer_id) GROUP BY 1"
    assert plain(found) == plain(company.sql(f"{of_orders} {real.format(REAL)}"))
    assert plain(found) != plain(company.sql(f"{of_orders} {real.format('TRUE')}"))
    seen = f"SELECT date_trunc('month', first_seen_at)::DATE, count(*) FROM customer WHERE {PEOPLE} GROUP BY 1"
    assert plain(found) != plain(company.sql(seen))


def test_the_value_of_a_cart_is_no_order_value(company: Company) -> None:
    assert company.value("average_cart_value") == pytest.approx(
        company.number("SELECT sum(value) / count(*) FROM cart")
    )
    assert abs(company.value("average_cart_value") - company.value("average_order_value")) > 1


def test_open_carts_are_not_abandoned_nor_in_the_base(company: Company) -> None:
    wrong = company.number("SELECT count(*) FILTER (status <> 'converted') / count(*) FROM cart")
    assert company.value("cart_abandonment_rate") != pytest.approx(wrong, abs=1e-6)


def test_cost_per_acquisition_counts_orders_and_cac_new_customers(company: Company) -> None:
    spend = company.number("SELECT sum(cost) FROM marketing_spend")
    won = company.number("SELECT sum(cost) FROM marketing_spend WHERE purpose = 'acquisition'")
    orders = company.number(f"SELECT count(*) FROM orders WHERE {REAL} AND campaign_id IS NOT NULL")
    new = company.number(f"SELECT count(*) FROM customer WHERE {PEOPLE} AND first_order_at IS NOT NULL")
    assert company.value("cost_per_attributed_order") == pytest.approx(float(spend) / orders)
    assert company.value("customer_acquisition_cost") == pytest.approx(float(won) / new)
    assert company.value("cost_per_attributed_order") != pytest.approx(float(spend) / new, abs=0.01)


def test_roas_is_attributed_revenue_and_not_all_of_it(company: Company) -> None:
    assert company.value("roas") < company.value("marketing_efficiency_ratio")


@pytest.mark.parametrize(
    "metric", ["roas", "cost_per_attributed_order", "attributed_revenue", "channel_cac", "customer_acquisition_cost"]
)
def test_attribution_is_named(company: Company, metric: str) -> None:
    found = company.layer.metrics[metric]
    assert "last touch" in found.description.lower()
    assert any("last touch" in text.lower() for text in found.caveats)


def test_channel_cac_goes_by_the_campaign_that_brought_the_customer(company: Company) -> None:
    by = {"group_by": [{"field": "campaign.campaign_channel"}]}
    asked = SemanticQuery.model_validate({"metrics": ["paid_new_customers"], **by})
    brought = (
        "SELECT k.channel, count(*) FROM customer c JOIN campaign k ON k.campaign_id = c.acquisition_campaign_id "
        f"WHERE {PEOPLE} AND first_order_at IS NOT NULL GROUP BY 1"
    )
    assert plain(company.ask(asked)) == plain(company.sql(brought))


@pytest.mark.parametrize("metric", ["churn_rate", "retention_rate", "lost_customers", "retained_customers"])
def test_the_window_of_churn_is_stated(company: Company, metric: str) -> None:
    assert "90 days" in company.layer.metrics[metric].description


def test_churn_and_retention_add_up_to_one(company: Company) -> None:
    assert company.value("churn_rate") + company.value("retention_rate") == pytest.approx(1)
    subscriptions = company.value("subscription_churn_rate") + company.value("subscription_retention_rate")
    assert subscriptions == pytest.approx(1)


def test_who_comes_within_the_month_is_not_in_its_churn(company: Company) -> None:
    month = {"start": "2026-05-01", "end": "2026-06-01"}
    asked = company.value("churn_rate", time_range=month)
    bought = f"SELECT customer_id FROM orders WHERE {REAL} AND ordered_at >= DATE '{{}}' - 90 AND ordered_at < '{{}}'"
    start, end = (bought.format(day, day) for day in ("2026-05-01", "2026-06-01"))
    ours = f"customer WHERE {PEOPLE} AND customer_id IN ({start})"
    right = company.number(
        f"SELECT count(*) FILTER (customer_id NOT IN ({end} AND customer_id > '')) / count(*) FROM {ours}"
    )
    netted = company.number(
        f"SELECT 1 - (SELECT count(*) FROM customer WHERE {PEOPLE} AND customer_id IN ({end})) / count(*) FROM {ours}"
    )
    assert asked == pytest.approx(right)
    assert abs(asked - netted) > 0.01


def test_net_revenue_retention_leaves_out_what_is_new(company: Company) -> None:
    month = {"start": "2026-05-01", "end": "2026-06-01"}
    with_new = company.number(
        "SELECT (SELECT sum(mrr_delta) FROM subscription_event WHERE \"at\" < '2026-06-01') / "
        "(SELECT sum(mrr_delta) FROM subscription_event WHERE \"at\" < '2026-05-01')"
    )
    assert company.value("net_revenue_retention", time_range=month) <= 1.0 < with_new


def test_renewals_are_divided_by_the_terms_that_ended(company: Company) -> None:
    of_all = company.value("renewals") / company.number("SELECT count(*) FROM subscription")
    assert company.value("renewal_rate") <= 1 < of_all


def test_lifetime_value_says_what_it_counts(company: Company) -> None:
    assert company.value("historical_ltv") < company.value("historical_ltv_revenue")
    assert "contribution" in company.layer.metrics["historical_ltv"].description.lower()
    young = company.number(
        "SELECT sum(net_amount) / count(DISTINCT customer_id) FROM orders JOIN customer USING (customer_id) "
        f"WHERE {REAL} AND ordered_at < first_order_at + INTERVAL 90 DAY"
    )
    assert company.value("ltv_90_days") != pytest.approx(float(young), abs=0.01)  # those without their 90 days are out


def test_the_scale_of_a_survey_counts(company: Company) -> None:
    assert "5" in company.layer.metrics["csat"].description
    assert company.value("csat") != pytest.approx(company.value("csat_mean") / 5, abs=1e-3)


def test_months_of_a_cohort_that_are_not_over_are_empty(company: Company) -> None:
    cohort = {"field": "customer.first_order_at", "grain": "month"}
    query = {"metrics": ["cohort_retention"], "group_by": [cohort, {"field": "cohort_age"}]}
    found = {(row[0], row[1]): row[2] for row in company.ask(SemanticQuery.model_validate(query))}
    assert {value for (_, age), value in found.items() if age == 0} == {1.0}
    last = date(2026, 6, 1)
    beyond = [
        value
        for (month, age), value in found.items()
        if value is not None and (month.year * 12 + month.month + age) > last.year * 12 + last.month
    ]
    assert beyond == []
