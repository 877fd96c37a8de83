"""Buckets of time taken together: averages and medians over them, how many there are, running totals."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer import QueryError, check, to_sql, with_implied
from tests.hard_cases.answers import AS_OF, asked, model, rows_of, same_rows, truth

MONTH = {"field": "metric_time", "grain": "month"}
SEGMENT = {"field": "customers.segment"}
JUNE = {"start": "2025-06-01", "end": "2025-07-01"}
DAYS = "(SELECT unnest(generate_series(DATE '{}', DATE '{}', INTERVAL 1 DAY))::DATE AS d)"
BIG = {"field": "revenue", "op": "gt", "values": [500]}
WITH_CUSTOMERS = "orders LEFT JOIN customers USING (customer_id)"


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


CASES = {
    "an average day counts those without rows": (
        ask("revenue", per_bucket={"grain": "day"}, time_range=JUNE),
        "SELECT sum(amount) / 30 FROM orders WHERE ordered_at >= '2025-06-01' AND ordered_at < '2025-07-01'",
    ),
    "the median day of a month": (
        ask("orders", per_bucket={"grain": "day", "agg": "median"}, time_range=JUNE),
        f"""SELECT median(n) FROM (SELECT d, count(order_id) n FROM {DAYS.format("2025-06-01", "2025-06-30")} LEFT JOIN
        orders ON ordered_at::DATE = d GROUP BY 1)""",
    ),
    "an average week is seven average days": (
        ask("orders", per_bucket={"grain": "week"}, time_range=JUNE),
        "SELECT count(*) * 7 / 30.0 FROM orders WHERE ordered_at >= '2025-06-01' AND ordered_at < '2025-07-01'",
    ),
    "for the median week those cut by the period are left out": (
        ask("orders", per_bucket={"grain": "week", "agg": "median"}, time_range=JUNE),
        f"""SELECT median(n) FROM (SELECT date_trunc('week', d) w, count(order_id) n FROM
        {DAYS.format("2025-06-02", "2025-06-29")} LEFT JOIN orders ON ordered_at::DATE = d GROUP BY 1)""",
    ),
    "each segment's average month, also of one that bought in few": (
        ask("orders", by=[SEGMENT], per_bucket={"grain": "month"}, time_range={"start": "2025-01-01"}),
        f"SELECT segment, count(*) / 12.0 FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "the average day of each month": (
        ask("revenue", by=[MONTH], per_bucket={"grain": "day"},
            time_range={"start": "2025-05-01", "end": "2025-07-01"}),
        """SELECT date_trunc('month', ordered_at)::DATE m, sum(amount) / day(last_day(m)) FROM orders WHERE month(
        ordered_at) IN (5, 6) GROUP BY 1 ORDER BY 1""",
    ),
    "how many days were large": (
        ask("revenue", per_bucket={"grain": "day", "agg": "count"}, filters=[BIG]),
        "SELECT count(*) FROM (SELECT 1 FROM orders GROUP BY ordered_at::DATE HAVING sum(amount) > 500)",
    ),
    "how many days were small, those without any order too": (
        ask("orders", per_bucket={"grain": "day", "agg": "count"}, time_range=JUNE,
            filters=[{"field": "orders", "op": "lt", "values": [1]}]),
        "SELECT 30 - count(DISTINCT ordered_at::DATE) FROM orders WHERE month(ordered_at) = 6",
    ),
    "a segment without a large day has none": (
        ask("revenue", by=[SEGMENT], per_bucket={"grain": "day", "agg": "count"},
            filters=[{"field": "revenue", "op": "gt", "values": [10_000_000]}]),
        f"SELECT DISTINCT segment, 0 FROM {WITH_CUSTOMERS} ORDER BY 1 NULLS LAST",
    ),
    "a running total": (
        ask("revenue", by=[MONTH], running={}),
        """SELECT m, sum(v) OVER (ORDER BY m) FROM (SELECT date_trunc('month', ordered_at)::DATE m, sum(amount) v
        FROM orders GROUP BY 1) ORDER BY 1""",
    ),
    "a running total begins with the period": (
        ask("orders", by=[MONTH], running={}, time_range={"start": "2025-05-01", "end": "2025-08-01"}),
        """SELECT m, sum(v) OVER (ORDER BY m) FROM (SELECT date_trunc('month', ordered_at)::DATE m, count(*) v FROM
        orders WHERE month(ordered_at) BETWEEN 5 AND 7 GROUP BY 1) ORDER BY 1""",
    ),
    "each segment runs by itself": (
        ask("orders", by=[MONTH, SEGMENT], running={}),
        f"""SELECT m, s, sum(v) OVER (PARTITION BY s ORDER BY m) FROM (SELECT date_trunc('month', ordered_at)::DATE m,
        segment s, count(*) v FROM {WITH_CUSTOMERS} GROUP BY 1, 2) ORDER BY 1, 2 NULLS LAST""",
    ),
    "a 7-day average looks back before the period": (
        ask("revenue", by=[{"field": "metric_time", "grain": "day"}], running={"agg": "average", "last": 7},
            fill="spine", time_range=JUNE),
        f"""SELECT d, (SELECT coalesce(sum(amount), 0) / 7 FROM orders WHERE ordered_at >= d - 6 AND ordered_at < d + 1)
        FROM {DAYS.format("2025-06-01", "2025-06-30")} ORDER BY 1""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_buckets_together_give_what_hand_written_sql_gives(case):
    query, expected = case
    assert same_rows(rows_of(query), truth(expected))


def test_an_unfinished_month_is_no_month():
    query = ask("orders", per_bucket={"grain": "month"}, time_range={"start": "2025-05-01", "end": "2025-09-01"})
    whole = "SELECT count(*) / 2.0 FROM orders WHERE month(ordered_at) IN (5, 6)"
    assert same_rows(rows_of(query, as_of=date(2025, 7, 20)), truth(whole))


def test_what_the_columns_are_called():
    query = ask("orders", per_bucket={"grain": "day"}, time_range=JUNE)
    column = to_sql(model(), query, as_of=AS_OF).columns[0]
    assert (column.name, column.label, column.format) == ("orders", "Average orders per day", "decimal")
    counted = ask("revenue", per_bucket={"grain": "day", "agg": "count"}, filters=[BIG])
    assert [one.label for one in to_sql(model(), counted, as_of=AS_OF).columns] == ["Days"]


REFUSED = [
    (ask("average_order", per_bucket={"grain": "day"}), "E_NOT_ADDITIVE_IN_TIME"),
    (ask("buyers", by=[MONTH], running={}), "E_NOT_ADDITIVE_IN_TIME"),
    (ask("revenue", per_bucket={"grain": "day", "agg": "count"}), "E_PER_BUCKET"),
    (ask("revenue", per_bucket={"grain": "day"}, filters=[BIG]), "E_PER_BUCKET"),
    (ask("revenue", by=[MONTH], per_bucket={"grain": "week"}), "E_PER_BUCKET"),
    (ask("revenue", per_bucket={"grain": "week"}, time_range={"start": "2025-06-03", "end": "2025-06-09"}),
     "E_PER_BUCKET"),
    (ask("revenue", per_bucket={"grain": "day"}, compare={}, time_range=JUNE), "E_ALONG_TIME"),
    (ask("revenue", running={}), "E_RUNNING"),
    (ask("revenue", by=[MONTH], running={"agg": "average"}), "E_RUNNING"),
    (ask("revenue", by=[MONTH], running={}, filters=[BIG]), "E_RUNNING"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_what_cannot_be_taken_together_is_refused(query, code):
    with pytest.raises(QueryError) as caught:
        check(model(), query)
    assert code in [fault.code for fault in caught.value.faults]


def test_an_average_day_of_the_weekend_is_one_of_those_days_not_of_all():
    weekend = {"field": "orders.ordered_at_weekday", "op": "in", "values": ["Saturday", "Sunday"]}
    query = ask("orders", per_bucket={"grain": "day"}, time_range=JUNE, filters=[weekend])
    expected = f"""SELECT avg(n) FROM (SELECT d, count(order_id) n FROM {DAYS.format("2025-06-01", "2025-06-30")}
    LEFT JOIN orders ON ordered_at::DATE = d WHERE isodow(d) >= 6 GROUP BY 1)"""
    assert same_rows(rows_of(query, with_implied(model())), truth(expected))


def test_weekdays_come_from_monday_on():
    query = ask("orders", by=[{"field": "orders.ordered_at_weekday"}, SEGMENT])
    days = list(dict.fromkeys(row[0] for row in rows_of(query, with_implied(model()))))
    expected = truth("SELECT DISTINCT dayname(ordered_at), isodow(ordered_at) FROM orders ORDER BY 2")
    assert days == [row[0] for row in expected]


def test_weekdays_of_numbers_from_two_tables_stand_in_order():
    query = ask("orders", "items", by=[{"field": "orders.ordered_at_weekday"}])
    days = [row[0] for row in rows_of(query, with_implied(model()))]
    expected = truth("SELECT DISTINCT dayname(ordered_at), isodow(ordered_at) FROM orders ORDER BY 2")
    assert days == [row[0] for row in expected]
