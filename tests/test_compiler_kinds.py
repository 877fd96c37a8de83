"""Metrics over windows, offsets, levels, conversions, retention and entities, against hand-written SQL."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer import QueryError, SemanticLayer, check
from tests.hard_cases.answers import asked, compiled, database, model, rows_of, same_rows, truth

MONTH = {"field": "metric_time", "grain": "month"}
DAY = {"field": "metric_time", "grain": "day"}
SEGMENT = {"field": "customers.segment"}
AGE = {"field": "cohort_age"}
SPRING = {"start": "2025-03-01", "end": "2025-07-01"}


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


def span(start, end):
    return {"start": start, "end": end}


MONTHS = "(SELECT DISTINCT date_trunc('month', ordered_at)::DATE m FROM orders)"
WITH_CUSTOMERS = "orders LEFT JOIN customers USING (customer_id)"
CASES = {
    "running total in a period counts what came before it": (
        ask("running_revenue", by=[MONTH], time_range=SPRING),
        f"""SELECT m, (SELECT sum(amount) FROM orders WHERE ordered_at < m + INTERVAL 1 MONTH) FROM {MONTHS}
        WHERE m >= '2025-03-01' AND m < '2025-07-01' ORDER BY 1""",
    ),
    "running total by segment": (
        ask("running_revenue", by=[MONTH, SEGMENT]),
        """SELECT m, s, (SELECT sum(amount) FROM orders o LEFT JOIN customers c USING (customer_id) WHERE
        c.segment IS NOT DISTINCT FROM s AND ordered_at < m + INTERVAL 1 MONTH) FROM (SELECT DISTINCT
        date_trunc('month', ordered_at)::DATE m, segment s FROM orders LEFT JOIN customers USING (customer_id))
        ORDER BY 1, 2 NULLS LAST""",
    ),
    "running counts of distinct customers, of rows and of the largest": (
        ask("running_buyers", "running_orders", "largest_so_far", by=[MONTH]),
        f"""SELECT m, (SELECT count(DISTINCT customer_id) FROM orders WHERE ordered_at < m + INTERVAL 1 MONTH),
        (SELECT count(*) FROM orders WHERE ordered_at < m + INTERVAL 1 MONTH),
        (SELECT max(amount) FROM orders WHERE ordered_at < m + INTERVAL 1 MONTH) FROM {MONTHS} ORDER BY 1""",
    ),
    "running distinct customers of each status, also in months without a new one": (
        ask("running_buyers", by=[MONTH, {"field": "orders.status"}]),
        """SELECT m, s, (SELECT count(DISTINCT customer_id) FROM orders WHERE status = s AND ordered_at < m + INTERVAL 1
        MONTH) FROM (SELECT DISTINCT date_trunc('month', ordered_at)::DATE m, status s FROM orders) ORDER BY 1, 2""",
    ),
    "a median over thirty days": (
        ask("median_of_30_days", by=[DAY]),
        """SELECT d, (SELECT median(amount) FROM orders WHERE ordered_at::DATE > d - 30 AND ordered_at::DATE <= d) FROM
        (SELECT DISTINCT ordered_at::DATE d FROM orders) ORDER BY 1""",
    ),
    "seven days at the end of each month": (
        ask("revenue_7_days", by=[MONTH]),
        f"""SELECT m, (SELECT sum(amount) FROM orders WHERE ordered_at < m + INTERVAL 1 MONTH AND
        ordered_at >= m + INTERVAL 1 MONTH - INTERVAL 7 DAY) FROM {MONTHS} ORDER BY 1""",
    ),
    "three months of buyers": (
        ask("buyers_3_months", by=[MONTH]),
        f"""SELECT m, (SELECT count(DISTINCT customer_id) FROM orders WHERE ordered_at < m + INTERVAL 1 MONTH AND
        ordered_at >= m - INTERVAL 2 MONTH) FROM {MONTHS} ORDER BY 1""",
    ),
    "quarter to date by day": (
        ask("revenue_quarter_to_date", by=[DAY]),
        """SELECT d, (SELECT sum(amount) FROM orders WHERE ordered_at::DATE <= d AND
        ordered_at >= date_trunc('quarter', d)) FROM (SELECT DISTINCT ordered_at::DATE d FROM orders) ORDER BY 1""",
    ),
    "windows that end with a period": (
        ask("revenue_7_days", "revenue_quarter_to_date", "running_revenue",
            time_range=span("2025-05-01", "2025-06-11")),
        """SELECT sum(amount) FILTER (ordered_at >= '2025-06-04'), sum(amount) FILTER (ordered_at >= '2025-04-01'),
        sum(amount) FROM orders WHERE ordered_at < '2025-06-11'""",
    ),
    "a filter on a running total": (
        ask("running_orders", by=[MONTH], filters=[{"field": "orders.status", "op": "eq", "values": ["paid"]}]),
        """SELECT m, (SELECT count(*) FROM orders WHERE status = 'paid' AND ordered_at < m + INTERVAL 1 MONTH) FROM
        (SELECT DISTINCT date_trunc('month', ordered_at)::DATE m FROM orders WHERE status = 'paid') ORDER BY 1""",
    ),
    "the month before, alone": (
        ask("revenue_month_before", by=[MONTH]),
        """WITH m AS (SELECT date_trunc('month', ordered_at)::DATE d, sum(amount) v FROM orders GROUP BY 1)
        SELECT a.d, b.v FROM m a LEFT JOIN m b ON b.d = a.d - INTERVAL 1 MONTH ORDER BY 1""",
    ),
    "the month before beside the month, by segment": (
        ask("revenue", "revenue_month_before", by=[MONTH, SEGMENT]),
        f"""WITH m AS (SELECT date_trunc('month', ordered_at)::DATE d, segment s, sum(amount) v FROM {WITH_CUSTOMERS}
        GROUP BY 1, 2) SELECT a.d, a.s, a.v, b.v FROM m a LEFT JOIN m b ON b.d = a.d - INTERVAL 1 MONTH AND b.s IS NOT
        DISTINCT FROM a.s ORDER BY 1, 2 NULLS LAST""",
    ),
    "a ratio as it was a month before": (
        ask("average_order", "average_order_month_before", by=[MONTH], time_range=SPRING),
        """WITH m AS (SELECT date_trunc('month', ordered_at)::DATE d, avg(amount) v FROM orders GROUP BY 1)
        SELECT a.d, a.v, b.v FROM m a LEFT JOIN m b ON b.d = a.d - INTERVAL 1 MONTH WHERE a.d >= '2025-03-01' AND
        a.d < '2025-07-01' ORDER BY 1""",
    ),
    "a period as it was a month before": (
        ask("revenue", "revenue_month_before", by=[SEGMENT], time_range=span("2025-06-01", "2025-07-01")),
        f"""SELECT segment, sum(amount) FILTER (month(ordered_at) = 6), sum(amount) FILTER (month(ordered_at) = 5) FROM
        {WITH_CUSTOMERS} WHERE month(ordered_at) IN (5, 6) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "days a week before": (
        ask("orders", "orders_week_before", by=[DAY]),
        """WITH d AS (SELECT ordered_at::DATE d, count(*) n FROM orders GROUP BY 1) SELECT a.d, a.n, b.n FROM d a LEFT
        JOIN d b ON b.d = a.d - 7 ORDER BY 1""",
    ),
    "the first day of each month": (
        ask("opening_balance", by=[MONTH]),
        """SELECT date_trunc('month', snapshot_date)::DATE, sum(balance) FROM balances WHERE day(snapshot_date) = 10
        GROUP BY 1 ORDER BY 1""",
    ),
    "a level by segment is that of the common last day, also under a filter": (
        ask("balance", filters=[{"field": "customers.customer_id", "op": "in", "values": [7, 14, 1]}]),
        "SELECT sum(balance) FROM balances WHERE customer_id = 1 AND snapshot_date = '2025-06-25'",
    ),
    "customers without a balance on the last day have none": (
        ask("balance", by=[{"field": "customers.customer_id"}]),
        "SELECT customer_id, balance FROM balances WHERE snapshot_date = '2025-06-25' ORDER BY 1",
    ),
    "each customer's own last day": (
        ask("own_last_balance", by=[SEGMENT]),
        """SELECT segment, sum(balance) FROM balances b JOIN customers USING (customer_id) WHERE snapshot_date = (SELECT
        max(snapshot_date) FROM balances c WHERE c.customer_id = b.customer_id) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "the mean of the daily sums": (
        ask("mean_balance", by=[{"field": "metric_time", "grain": "quarter"}]),
        """SELECT q, sum(v) / count(*) FROM (SELECT date_trunc('quarter', snapshot_date)::DATE q, snapshot_date,
        sum(balance) v FROM balances GROUP BY 1, 2) GROUP BY 1 ORDER BY 1""",
    ),
    "a level at the end of a period, and by a time field of its own": (
        ask("balance", by=[{"field": "balances.snapshot_date", "grain": "quarter"}],
            time_range=span("2025-02-01", "2025-05-20")),
        """SELECT date_trunc('quarter', snapshot_date)::DATE, sum(balance) FROM balances WHERE snapshot_date IN
        ('2025-03-25', '2025-05-10') GROUP BY 1 ORDER BY 1""",
    ),
    "a level beside a flow": (
        ask("balance", "revenue", by=[MONTH]),
        """SELECT m, (SELECT sum(balance) FROM balances WHERE day(snapshot_date) = 25 AND
        date_trunc('month', snapshot_date) = m), (SELECT sum(amount) FROM orders WHERE date_trunc('month', ordered_at)
        = m) FROM (SELECT date_trunc('month', snapshot_date)::DATE m FROM balances UNION SELECT
        date_trunc('month', ordered_at)::DATE FROM orders) ORDER BY 1""",
    ),
    "conversion by segment and month of the first event": (
        ask("signup_conversion", "converted_signups", "signups", by=[SEGMENT, MONTH]),
        """SELECT segment, date_trunc('month', s.event_at)::DATE m, avg(c), sum(c)::BIGINT, count(*) FROM (SELECT *,
        EXISTS (SELECT 1 FROM events p WHERE p.event_type = 'purchase' AND p.customer_id = e.customer_id AND p.event_at
        BETWEEN e.event_at AND e.event_at + INTERVAL 7 DAY)::INTEGER c FROM events e WHERE event_type = 'signup') s JOIN
        customers USING (customer_id) GROUP BY 1, 2 ORDER BY 2, 1 NULLS LAST""",
    ),
    "retention as a share": (
        ask("retention", by=[MONTH, AGE]),
        """SELECT m, k, n / size FROM (SELECT date_trunc('month', signup_date)::DATE m, date_diff('month', signup_date,
        event_at) k, count(DISTINCT customer_id) n FROM customers JOIN events USING (customer_id) WHERE event_type =
        'purchase' GROUP BY 1, 2) JOIN (SELECT date_trunc('month', signup_date)::DATE m, count(*) size FROM customers
        GROUP BY 1) USING (m) WHERE k >= 0 ORDER BY 1, 2""",
    ),
    "retention by segment over all cohorts": (
        ask("retained", by=[SEGMENT, AGE]),
        """SELECT segment, date_diff('month', signup_date, event_at) k, count(DISTINCT customer_id) FROM customers JOIN
        events USING (customer_id) WHERE event_type = 'purchase' GROUP BY 1, 2 HAVING k >= 0
        ORDER BY 1 NULLS LAST, 2""",
    ),
    "orders of each customer, taken together": (
        ask("orders_per_customer", "repeat_customers", "repeat_share", "p90_revenue_per_customer"),
        """SELECT avg(n), count(*) FILTER (n >= 2), count(*) FILTER (n >= 2) / count(*), quantile_cont(r, 0.9) FROM
        (SELECT customer_id, count(*) n, sum(amount) r FROM orders WHERE customer_id IS NOT NULL GROUP BY 1)""",
    ),
    "orders of each customer by month": (
        ask("orders_per_customer", "repeat_share", by=[MONTH]),
        """SELECT m, avg(n), count(*) FILTER (n >= 2) / count(*) FROM (SELECT date_trunc('month', ordered_at)::DATE m,
        customer_id, count(*) n FROM orders WHERE customer_id IS NOT NULL GROUP BY 1, 2) GROUP BY 1 ORDER BY 1""",
    ),
    "every customer counts, also those without an order": (
        ask("orders_per_customer_of_all", "large_basket_share", by=[SEGMENT]),
        """SELECT segment, avg(n), count(*) FILTER (n >= 2 AND a > 250) / count(*) FROM (SELECT segment, customer_id,
        count(order_id) n, avg(amount) a FROM customers LEFT JOIN orders USING (customer_id) GROUP BY 1, 2) GROUP BY 1
        ORDER BY 1 NULLS LAST""",
    ),
    "every customer counts, also those without an order in the period": (
        ask("orders_per_customer_of_all", time_range=span("2025-06-01", "2025-07-01")),
        "SELECT count(*) / 60 FROM orders WHERE month(ordered_at) = 6 AND customer_id IS NOT NULL",
    ),
    "a comparison of a metric over entities": (
        ask("repeat_customers", time_range=span("2025-06-01", "2025-07-01"), compare={}),
        """SELECT a, b, a - b, (a - b) / b FROM (SELECT count(*) FILTER (n6 >= 2) a, count(*) FILTER (n5 >= 2) b FROM
        (SELECT customer_id, count(*) FILTER (month(ordered_at) = 6) n6, count(*) FILTER (month(ordered_at) = 5) n5 FROM
        orders WHERE customer_id IS NOT NULL GROUP BY 1))""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_metrics_of_every_kind_give_what_hand_written_sql_gives(name):
    query, sql = CASES[name]
    found = rows_of(query)
    assert found
    assert same_rows(found, truth(sql)), compiled(query).sql


def test_a_window_may_close_with_its_end_or_just_before():
    """One customer bought exactly seven days after signing up."""
    con = database().cursor()
    con.execute("CREATE OR REPLACE TEMP TABLE events AS SELECT * FROM main.events WHERE event_type = 'signup'")
    con.execute(
        "INSERT INTO events SELECT 999, customer_id, 'purchase', event_at + INTERVAL 7 DAY FROM main.events LIMIT 1"
    )
    made = compiled(ask("signup_conversion", "signup_conversion_open"))
    found = con.execute(made.sql).fetchall()
    con.execute("DROP TABLE temp.events")
    assert found == [(1 / 60, 0.0)]


def test_cohorts_are_not_judged_by_periods_that_are_not_over():
    """Seen in mid June, nobody can have been active in the whole of June."""
    found = rows_of(ask("retention", by=[AGE]), as_of=date(2025, 6, 15))
    sql = """SELECT k, count(DISTINCT customer_id) / (SELECT count(*) FROM customers WHERE
    date_diff('month', signup_date, DATE '2025-06-01') > k) FROM (SELECT customer_id, date_diff('month', signup_date,
    event_at) k FROM customers JOIN events USING (customer_id) WHERE event_type = 'purchase' AND
    event_at < '2025-06-01')
    WHERE k >= 0 GROUP BY 1 ORDER BY 1"""
    assert same_rows(found, truth(sql))


def test_a_rolling_window_of_the_running_month_ends_with_the_data():
    found = rows_of(ask("revenue_7_days", by=[MONTH], time_range={"start": "2025-06-01"}), as_of=date(2025, 6, 20))
    sql = "SELECT sum(amount) FROM orders WHERE ordered_at >= '2025-06-14' AND ordered_at < '2025-06-21'"
    assert found[0] == (date(2025, 6, 1), truth(sql)[0][0])


REFUSED = [
    (ask("revenue_month_before"), "E_COMPARE_NEEDS_PERIOD"),
    (ask("revenue_month_before", by=[{"field": "metric_time", "grain": "year"}]), "E_OFFSET_GRAIN"),
    (ask("orders_week_before", by=[MONTH]), "E_OFFSET_GRAIN"),
    (ask("running_revenue", by=[MONTH, {"field": "metric_time", "grain": "year"}]), "E_COMPARE_GRAINS"),
    (ask("retention"), "E_COHORT_AGE"),
    (ask("retention", "revenue", by=[AGE]), "E_COHORT_AGE"),
    (ask("orders_per_customer_of_all", by=[MONTH]), "E_NO_TIME"),
    (ask("orders_per_customer_of_all", by=[{"field": "orders.status"}]), "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"),
    (ask("signup_conversion", by=[{"field": "orders.status"}]), "E_NO_PATH"),
]


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_what_a_kind_cannot_tell_is_refused(query, code):
    with pytest.raises(QueryError) as caught:
        check(model(), query)
    assert caught.value.code == code


def test_a_state_of_today_has_no_history():
    now = model().definitions
    metrics = tuple(one.model_copy(update={"time": "none"}) if one.name == "orders" else one for one in now.metrics)
    layer = SemanticLayer(now.model_copy(update={"metrics": metrics}), schema=model().schema)
    assert rows_of(ask("orders"), layer) == [(184,)]
    with pytest.raises(QueryError, match="E_NO_TIME: `orders` is known as of today only; it has no history by date"):
        check(layer, ask("orders", by=[MONTH]))
