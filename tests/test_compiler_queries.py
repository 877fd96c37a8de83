"""What a query may ask beyond metrics by dimensions: sets of entities, lists, shares, ranks, tops, calendars."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer import Definitions, QueryError, SemanticLayer, UnsafeQuery, check
from tests.hard_cases.answers import asked, compiled, database, model, rows_of, same_rows, truth

MONTH = {"field": "metric_time", "grain": "month"}
SEGMENT = {"field": "customers.segment"}
CANCELLED = {"field": "orders.status", "op": "eq", "values": ["cancelled"]}
MANY = {"field": "orders", "op": "ge", "values": [4]}
NONE_SINCE_JUNE = {"field": "orders", "op": "eq", "values": [0], "time_range": {"start": "2025-06-01"}}


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


def is_true(segment):
    return {"field": segment, "op": "eq", "values": [True]}


FREQUENT = "(SELECT customer_id FROM orders WHERE customer_id IS NOT NULL GROUP BY 1 HAVING count(*) >= 4)"
WITH_CUSTOMERS = "orders LEFT JOIN customers USING (customer_id)"
CASES = {
    "tickets of customers with a cancelled order": (
        ask("tickets", filters=[CANCELLED]),
        "SELECT count(*) FROM tickets WHERE customer_id IN (SELECT customer_id FROM orders WHERE status = 'cancelled')",
    ),
    "two conditions on the same order": (
        ask("tickets", filters=[CANCELLED, {"field": "orders.amount", "op": "gt", "values": [300]}]),
        """SELECT count(*) FROM tickets WHERE customer_id IN (SELECT customer_id FROM orders WHERE status = 'cancelled'
        AND amount > 300)""",
    ),
    "customers without a cancelled order": (
        ask("tickets", "orders", filters=[{**CANCELLED, "entity": "customers", "none": True}]),
        """SELECT (SELECT count(*) FROM tickets WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE status =
        'cancelled' AND customer_id IS NOT NULL)), (SELECT count(*) FROM orders WHERE customer_id IS NOT NULL AND
        customer_id NOT IN (SELECT customer_id FROM orders WHERE status = 'cancelled' AND customer_id IS NOT NULL))""",
    ),
    "all orders of customers with a cancelled one": (
        ask("revenue", filters=[{**CANCELLED, "entity": "customers"}]),
        """SELECT sum(amount) FROM orders WHERE customer_id IN (SELECT customer_id FROM orders WHERE status =
        'cancelled')""",
    ),
    "orders that hold an item of a category": (
        ask("revenue", filters=[{"field": "order_items.category", "op": "eq", "values": ["hw"], "entity": "orders"}]),
        "SELECT sum(amount) FROM orders WHERE order_id IN (SELECT order_id FROM order_items WHERE category = 'hw')",
    ),
    "tickets of customers with many orders": (
        ask("tickets", by=[SEGMENT], filters=[{**MANY, "entity": "customers"}]),
        f"""SELECT segment, count(*) FROM tickets JOIN customers USING (customer_id) WHERE customer_id IN {FREQUENT}
        GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "a segment as a filter": (
        ask("revenue", "tickets", filters=[is_true("frequent")]),
        f"""SELECT (SELECT sum(amount) FROM orders WHERE customer_id IN {FREQUENT}), (SELECT count(*) FROM tickets WHERE
        customer_id IN {FREQUENT})""",
    ),
    "a segment as a dimension; orders without a customer are in neither": (
        ask("orders", by=[{"field": "frequent"}]),
        f"""SELECT CASE WHEN customer_id IS NULL THEN NULL ELSE customer_id IN {FREQUENT} END, count(*) FROM orders
        GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "a segment of segments": (
        ask("customers", filters=[is_true("quiet_frequent")]),
        f"""SELECT count(*) FROM customers WHERE customer_id IN {FREQUENT} AND customer_id NOT IN (SELECT customer_id
        FROM orders WHERE ordered_at >= '2025-06-01' AND customer_id IS NOT NULL)""",
    ),
    "who is outside a segment": (
        ask("customers", filters=[{"field": "cancelled_once", "op": "eq", "values": [False]}]),
        """SELECT count(*) FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE status =
        'cancelled' AND customer_id IS NOT NULL)""",
    ),
    "customers with many orders and none since June": (
        asked(entity="customers", metrics=["orders", "revenue"], group_by=[{"field": "customers.name"}],
              filters=[MANY, NONE_SINCE_JUNE]),
        f"""SELECT customer_id, name, count(*), sum(amount) FROM orders JOIN customers USING (customer_id) WHERE
        customer_id IN {FREQUENT} AND customer_id NOT IN (SELECT customer_id FROM orders WHERE ordered_at >=
        '2025-06-01' AND customer_id IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 2""",
    ),
    "every customer is on the list, also those without a row": (
        asked(entity="customers", metrics=["orders", "revenue", "average_order", "tickets"]),
        """SELECT customer_id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id), (SELECT sum(amount)
        FROM orders o WHERE o.customer_id = c.customer_id), (SELECT avg(amount) FROM orders o WHERE o.customer_id =
        c.customer_id), (SELECT count(*) FROM tickets t WHERE t.customer_id = c.customer_id) FROM customers c
        ORDER BY 1""",
    ),
    "customers without any order": (
        asked(entity="customers", filters=[{"field": "orders", "op": "eq", "values": [0]}]),
        "SELECT customer_id FROM customers WHERE customer_id % 10 = 0 ORDER BY 1",
    ),
    "the members of a segment in one region, largest first": (
        asked(entity="customers", metrics=["revenue"], filters=[is_true("frequent"),
              {"field": "regions.region_name", "op": "eq", "values": ["EU"]}], order_by=[{"by": "revenue"}], limit=3),
        f"""SELECT customer_id, sum(amount) r FROM orders JOIN customers USING (customer_id) WHERE region_id = 1 AND
        customer_id IN {FREQUENT} GROUP BY 1 ORDER BY r DESC, 1 LIMIT 3""",
    ),
    "customers with a cancelled order, and what they spent on those": (
        asked(entity="customers", metrics=["revenue"], filters=[CANCELLED]),
        """SELECT customer_id, sum(amount) FROM orders WHERE status = 'cancelled' AND customer_id IS NOT NULL GROUP BY 1
        ORDER BY 1""",
    ),
    "an attribute with the name of the key": (
        asked(entity="tickets", group_by=[{"field": "tickets.ticket_id"}, {"field": "customers.ticket_id"}],
              filters=[{"field": "tickets.csat", "op": "eq", "values": [1]}]),
        "SELECT ticket_id, customer_id FROM tickets WHERE csat = 1 ORDER BY 1",
    ),
    "a list in a period": (
        asked(entity="customers", metrics=["orders"], time_range={"start": "2025-06-01", "end": "2025-07-01"},
              filters=[{"field": "orders", "op": "gt", "values": [1]}]),
        """SELECT customer_id, count(*) FROM orders WHERE month(ordered_at) = 6 AND customer_id IS NOT NULL GROUP BY 1
        HAVING count(*) > 1 ORDER BY 1""",
    ),
    "orders of the last thirty days": (
        ask("orders", filters=[{"field": "metric_time", "op": "last", "values": ["30 days"]}]),
        "SELECT count(*) FROM orders WHERE ordered_at >= '2025-06-01' AND ordered_at < '2025-07-01'",
    ),
    "what is not of the last three months": (
        ask("customers", filters=[{"field": "customers.signup_date", "op": "not_last", "values": ["3 months"]}]),
        "SELECT count(*) FROM customers WHERE signup_date < '2025-04-01' OR signup_date >= '2025-07-01'",
    ),
    "customers with an order in the last two weeks": (
        asked(entity="customers", filters=[{"field": "orders", "op": "ge", "values": [1], "last": "2 weeks"}]),
        """SELECT DISTINCT customer_id FROM orders WHERE ordered_at >= '2025-06-17' AND ordered_at < '2025-07-01' AND
        customer_id IS NOT NULL ORDER BY 1""",
    ),
    "shares of the whole": (
        ask("revenue", by=[SEGMENT], shares=[{"metric": "revenue"}]),
        f"""SELECT segment, sum(amount) v, v / (SELECT sum(amount) FROM orders) FROM {WITH_CUSTOMERS} GROUP BY 1
        ORDER BY 1 NULLS LAST""",
    ),
    "shares of each month, of the largest three segments of all": (
        ask("revenue", by=[MONTH, SEGMENT], shares=[{"metric": "revenue", "within": ["month"]}],
            order_by=[{"by": "revenue", "column": "share"}], limit=3),
        f"""SELECT m, s, v, v / sum(v) OVER (PARTITION BY m) x FROM (SELECT date_trunc('month', ordered_at)::DATE m,
        segment s, sum(amount) v FROM {WITH_CUSTOMERS} GROUP BY 1, 2) ORDER BY x DESC, m, s NULLS LAST LIMIT 3""",
    ),
    "a share of distinct customers is of all of them": (
        ask("buyers", by=[{"field": "orders.status"}], shares=[{"metric": "buyers"}]),
        """SELECT status, count(DISTINCT customer_id) v, v / (SELECT count(DISTINCT customer_id) FROM orders)
        FROM orders GROUP BY 1 ORDER BY 1""",
    ),
    "a share under a filter on a metric is still of the whole": (
        ask("revenue", by=[SEGMENT], shares=[{"metric": "revenue"}],
            filters=[{"field": "revenue", "op": "gt", "values": [9000]}]),
        f"""SELECT segment, sum(amount) v, v / (SELECT sum(amount) FROM orders) FROM {WITH_CUSTOMERS} GROUP BY 1
        HAVING v > 9000 ORDER BY 1 NULLS LAST""",
    ),
    "ranks within each month": (
        ask("orders", by=[MONTH, SEGMENT], ranks=[{"metric": "orders", "within": ["metric_time"]}]),
        f"""SELECT m, s, n, rank() OVER (PARTITION BY m ORDER BY n DESC) FROM (SELECT date_trunc('month',
        ordered_at)::DATE m, segment s, count(*) n FROM {WITH_CUSTOMERS} GROUP BY 1, 2) ORDER BY 1, 2 NULLS LAST""",
    ),
    "the two largest segments, month by month": (
        ask("revenue", by=[MONTH, SEGMENT], top={"field": "segment", "by": "revenue", "n": 2}),
        f"""WITH t AS (SELECT segment s FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY sum(amount) DESC LIMIT 2)
        SELECT date_trunc('month', ordered_at)::DATE, segment, sum(amount) FROM {WITH_CUSTOMERS} WHERE EXISTS (SELECT 1
        FROM t WHERE s IS NOT DISTINCT FROM segment) GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST""",
    ),
    "the largest segment of each status": (
        ask("revenue", by=[{"field": "orders.status"}, SEGMENT],
            top={"field": "customers.segment", "by": "revenue", "n": 1, "within": ["orders.status"]}),
        f"""SELECT status, segment, v FROM (SELECT status, segment, sum(amount) v FROM {WITH_CUSTOMERS} GROUP BY 1, 2)
        QUALIFY row_number() OVER (PARTITION BY status ORDER BY v DESC, segment) = 1 ORDER BY 1""",
    ),
    "the two largest segments and the rest together": (
        ask("revenue", "buyers", "average_order", by=[SEGMENT],
            top={"field": "segment", "by": "revenue", "n": 2, "others": True}),
        f"""WITH t AS (SELECT segment s FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY sum(amount) DESC LIMIT 2)
        SELECT CASE WHEN segment IN (SELECT s FROM t) THEN segment ELSE '(all others)' END, sum(amount),
        count(DISTINCT customer_id), avg(amount) FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY 1""",
    ),
    "statuses side by side, month by month": (
        ask("revenue", "orders", by=[MONTH, {"field": "orders.status"}],
            pivot={"field": "status", "values": ["paid", "cancelled", "lost"]}),
        """SELECT date_trunc('month', ordered_at)::DATE, sum(amount) FILTER (status = 'paid'), sum(amount)
        FILTER (status = 'cancelled'), NULL, nullif(count(*) FILTER (status = 'paid'), 0),
        nullif(count(*) FILTER (status = 'cancelled'), 0), NULL FROM orders GROUP BY 1 ORDER BY 1""",
    ),
    "members and others side by side": (
        ask("average_order", by=[{"field": "frequent"}], pivot={"field": "frequent", "values": [True, False]}),
        f"""SELECT avg(amount) FILTER (customer_id IN {FREQUENT}), avg(amount) FILTER (customer_id NOT IN {FREQUENT})
        FROM orders""",
    ),
    "every month of a period has a row": (
        ask("revenue", "orders", by=[MONTH], time_range={"start": "2025-03-01", "end": "2025-07-01"}, fill="spine"),
        """SELECT make_date(2025, k, 1), (SELECT sum(amount) FROM orders WHERE month(ordered_at) = k), (SELECT count(*)
        FROM orders WHERE month(ordered_at) = k) FROM (SELECT unnest([3, 4, 5, 6]) k) ORDER BY 1""",
    ),
    "every week for every segment, up to the end of the data": (
        ask("orders", by=[{"field": "metric_time", "grain": "week"}, SEGMENT], time_range={"start": "2025-06-04"},
            fill="spine"),
        """SELECT w, s, (SELECT count(*) FROM orders LEFT JOIN customers c USING (customer_id) WHERE ordered_at >=
        '2025-06-04' AND date_trunc('week', ordered_at) = w AND c.segment IS NOT DISTINCT FROM s) FROM (SELECT
        unnest(generate_series(DATE '2025-06-02', DATE '2025-06-30', INTERVAL 7 DAY))::DATE w), (SELECT DISTINCT segment
        s FROM orders JOIN customers USING (customer_id) WHERE ordered_at >= '2025-06-04') ORDER BY 1, 2 NULLS LAST""",
    ),
    "no row for months after the end of the data": (
        ask("tickets", by=[MONTH], time_range={"start": "2025-05-01", "end": "2025-12-01"}, fill="spine"),
        """SELECT date_trunc('month', opened_at)::DATE, count(*) FROM tickets WHERE month(opened_at) IN (5, 6)
        GROUP BY 1 ORDER BY 1""",
    ),
    "a running total goes on through an empty month": (
        ask("running_revenue", by=[MONTH], time_range={"start": "2025-03-01", "end": "2025-06-01"}, fill="spine"),
        """SELECT make_date(2025, k, 1), (SELECT sum(amount) FROM orders WHERE month(ordered_at) <= k) FROM
        (SELECT unnest([3, 4, 5]) k) ORDER BY 1""",
    ),
    "periods that are cut are marked": (
        ask("orders", by=[MONTH], time_range={"start": "2025-05-10"}, mark_partial=True),
        """SELECT date_trunc('month', ordered_at)::DATE m, count(*), m = DATE '2025-05-01' OR m >= DATE '2025-07-01'
        FROM orders WHERE ordered_at >= '2025-05-10' GROUP BY 1 ORDER BY 1""",
    ),
    "hours of another zone": (
        ask("orders", by=[{"field": "metric_time", "grain": "hour"}], time_zone="Asia/Tokyo",
            time_range={"start": "2025-03-02", "end": "2025-03-03"}),
        """SELECT date_trunc('hour', ordered_at + INTERVAL 9 HOUR), count(*) FROM orders WHERE ordered_at + INTERVAL 9
        HOUR >= '2025-03-02' AND ordered_at + INTERVAL 9 HOUR < '2025-03-03' GROUP BY 1 ORDER BY 1""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_queries_give_what_hand_written_sql_gives(name):
    query, sql = CASES[name]
    found = rows_of(query, as_of=date(2025, 6, 30))
    assert found
    assert same_rows(found, truth(sql)), compiled(query).sql


def settings(**changes) -> SemanticLayer:
    return SemanticLayer(model().definitions.model_copy(update=changes), schema=model().schema)


def test_weeks_may_start_on_sunday():
    found = rows_of(ask("orders", by=[{"field": "metric_time", "grain": "week"}]), settings(week_start="sunday"))
    sql = "SELECT ordered_at::DATE - (dayofweek(ordered_at))::INTEGER, count(*) FROM orders GROUP BY 1 ORDER BY 1"
    assert same_rows(found, truth(sql))


@pytest.mark.parametrize("month", [1, 4, 10, 12])
def test_fiscal_years_start_where_the_model_says(month):
    found = rows_of(
        ask("orders", by=[{"field": "metric_time", "grain": "fiscal_year"}]), settings(fiscal_year_start_month=month)
    )
    sql = f"""SELECT CASE WHEN month(ordered_at) >= {month} THEN make_date(2025, {month}, 1) ELSE
    make_date(2024, {month}, 1) END, count(*) FROM orders GROUP BY 1 ORDER BY 1"""
    assert same_rows(found, truth(sql))


def test_the_zone_of_the_model_counts_days_unless_the_query_says_otherwise():
    query = ask("orders", time_range={"start": "2025-03-02", "end": "2025-03-03"})
    tokyo = settings(time_zone="Asia/Tokyo")
    sql = "SELECT count(*) FROM orders WHERE ordered_at >= '2025-03-01 15:00' AND ordered_at < '2025-03-02 15:00'"
    assert rows_of(query, tokyo) == truth(sql)
    assert rows_of(query.model_copy(update={"time_zone": "UTC"}), tokyo) == rows_of(query)


def test_a_period_that_runs_past_the_data_is_compared_with_as_many_days():
    query = ask("orders", time_range={"start": "2025-06-01", "end": "2025-07-01"}, compare={})
    made = compiled(query, as_of=date(2025, 6, 10))
    assert (made.previous.start, made.previous.end) == (date(2025, 5, 1), date(2025, 5, 11))


def test_how_a_filter_on_another_fact_was_read_is_told():
    made = compiled(ask("tickets", filters=[CANCELLED]))
    assert made.notes == ("Read as: customers that have at least one row of orders meeting the filter.",)


REFUSED = [
    (ask("tickets", "revenue", filters=[CANCELLED]), "E_MIXED_PREDICATE_LEVEL"),
    (ask("revenue", filters=[{"field": "order_items.category", "op": "eq", "values": ["hw"]}]),
     "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"),
    (ask("revenue", filters=[{**CANCELLED, "entity": "regionss"}]), "E_NAME_NOT_FOUND"),
    (ask("revenue", filters=[{**CANCELLED, "none": True}]), "E_FILTER_ENTITY"),
    (ask("revenue", filters=[NONE_SINCE_JUNE]), "E_FILTER_ENTITY"),
    (ask("items", filters=[{**CANCELLED, "entity": "tickets"}]), "E_NO_PATH"),
    (ask("revenue", filters=[{"field": "frequent", "op": "gt", "values": [True]}]), "E_FILTER_VALUE"),
    (ask("revenue", filters=[{"field": "metric_time", "op": "last", "values": ["a while"]}]), "E_FILTER_VALUE"),
    (ask("revenue", filters=[{"field": "orders.status", "op": "last", "values": ["2 days"]}]), "E_FILTER_VALUE"),
    (asked(entity="customers", compare={}, time_range={"start": "2025-01-01", "end": "2025-02-01"}, metrics=["orders"]),
     "E_ENTITY_LIST"),
    (asked(entity="customers", group_by=[MONTH], metrics=["orders"]), "E_ENTITY_LIST"),
    (asked(entity="customers", time_range={"start": "2025-01-01"}), "E_PERIOD_UNUSED"),
    (asked(entity="customers", group_by=[{"field": "orders.status"}]), "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"),
    (asked(entity="tickets", metrics=["orders"]), "E_NO_PATH"),
    (asked(entity="orders", metrics=["orders_per_customer_of_all"]), "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"),
    (ask("average_order", by=[SEGMENT], shares=[{"metric": "average_order"}]), "E_SHARE_NOT_ADDITIVE"),
    (ask("median_order", by=[SEGMENT], shares=[{"metric": "median_order"}]), "E_SHARE_NOT_ADDITIVE"),
    (ask("revenue", by=[SEGMENT], shares=[{"metric": "orders"}]), "E_ORDER_NOT_IN_QUERY"),
    (ask("revenue", by=[SEGMENT], ranks=[{"metric": "revenue", "within": ["month"]}]), "E_ORDER_NOT_IN_QUERY"),
    (ask("revenue", by=[SEGMENT], top={"field": "name", "by": "revenue", "n": 2}), "E_ORDER_NOT_IN_QUERY"),
    (ask("revenue", by=[SEGMENT], top={"field": "segment", "by": "revenue", "n": 0}), "E_LIMIT"),
    (ask("revenue", by=[SEGMENT], top={"field": "segment", "by": "tickts", "n": 1}), "E_NAME_NOT_FOUND"),
    (ask("revenue", by=[SEGMENT], pivot={"field": "name", "values": ["x"]}), "E_ORDER_NOT_IN_QUERY"),
    (ask("revenue", by=[SEGMENT], pivot={"field": "segment", "values": ["smb"]}, limit=3), "E_PIVOT"),
    (ask("revenue", by=[SEGMENT], pivot={"field": "segment", "values": ["smb"]}, order_by=[{"by": "revenue"}]),
     "E_PIVOT"),
    (ask("running_revenue", by=[MONTH], filters=[{"field": "metric_time", "op": "ge", "values": ["2025-05-01"]}]),
     "E_FILTER_TIME"),
    (ask("revenue", by=[MONTH], compare={},
         filters=[{"field": "orders.ordered_at", "op": "ge", "values": ["2025-05-01"]}]),
     "E_FILTER_TIME"),
    (asked(entity="customers", metrics=["orders"],
           filters=[{"field": "metric_time", "op": "last", "values": ["1 week"]}]),
     "E_FILTER_TIME"),
    (ask("orders", filters=[{"field": "customers.customer_id", "op": "eq", "values": ["seven"]}]), "E_FILTER_VALUE"),
    (ask("orders", filters=[{"field": "customers.customer_id", "op": "like", "values": ["7%"]}]), "E_FILTER_VALUE"),
    (ask("revenue", by=[SEGMENT], fill="spine"), "E_FILL_NEEDS_PERIOD"),
    (ask("revenue", by=[MONTH], fill="spine"), "E_FILL_NEEDS_PERIOD"),
    (ask("revenue", mark_partial=True), "E_FILL_NEEDS_PERIOD"),
    (ask("revenue", time_zone="Europe/Berln"), "E_TIME_ZONE"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_what_has_no_one_meaning_is_refused(query, code):
    with pytest.raises(QueryError) as caught:
        check(model(), query)
    assert code in [fault.code for fault in caught.value.faults]


def test_a_refused_mixture_says_how_to_mean_one_thing():
    with pytest.raises(UnsafeQuery) as caught:
        check(model(), ask("tickets", "revenue", filters=[CANCELLED]))
    assert caught.value.faults[0].suggestions == ("customers",)
    check(model(), ask("tickets", "revenue", filters=[{**CANCELLED, "entity": "customers"}]))


def test_a_zone_needs_to_know_whether_a_time_is_a_clock():
    layer = SemanticLayer(model().definitions)
    with pytest.raises(QueryError, match=r"E_TIME_ZONE: Whether `orders\.ordered_at` shows a clock is not known"):
        check(layer, ask("revenue", by=[MONTH], time_zone="Asia/Tokyo"))


def test_columns_beside_a_metric_say_what_they_are():
    query = ask("revenue", by=[MONTH, SEGMENT], shares=[{"metric": "revenue"}], ranks=[{"metric": "revenue"}],
                mark_partial=True)  # fmt: skip
    assert [(column.name, column.role) for column in compiled(query).columns][2:] == [
        ("revenue", "metric"),
        ("revenue_share", "share"),
        ("revenue_rank", "rank"),
        ("is_partial", "flag"),
    ]


def with_calendar() -> SemanticLayer:
    """The model with weeks of seven days from 3 January on, put together in periods of 4, 4 and 5 weeks."""
    retail = {
        "name": "retail",
        "source": "retail_days",
        "day": "ds",
        "grains": {"retail_week": "week_start", "retail_period": "period_start"},
    }
    now = Definitions.model_validate({**model().definitions.model_dump(by_alias=True), "calendars": [retail]})
    return SemanticLayer(now, schema=model().schema)


CALENDAR = """CREATE OR REPLACE TEMP TABLE retail_days AS SELECT ds, DATE '2025-01-03' + w * 7 week_start,
DATE '2025-01-03' + (w // 13 * 13 + CASE WHEN w % 13 < 4 THEN 0 WHEN w % 13 < 8 THEN 4 ELSE 8 END) * 7 period_start
FROM (SELECT ds, ((ds - DATE '2025-01-03') // 7)::INTEGER w FROM time_spine WHERE ds >= '2025-01-03')"""


def test_periods_of_a_calendar_in_a_table():
    con = database().cursor()
    con.execute(CALENDAR)
    query = ask("revenue", "balance", by=[{"field": "metric_time", "calendar": "retail_period"}])
    made = compiled(query, with_calendar())
    found = con.execute(made.sql).fetchall()
    sql = """SELECT p, (SELECT sum(amount) FROM orders JOIN retail_days ON ds = ordered_at::DATE WHERE period_start =
    p), (SELECT sum(balance) FROM balances WHERE snapshot_date = (SELECT max(snapshot_date) FROM balances JOIN
    retail_days ON ds = snapshot_date WHERE period_start = p)) FROM (SELECT period_start p FROM orders JOIN retail_days
    ON ds = ordered_at::DATE UNION SELECT period_start FROM balances JOIN retail_days ON ds = snapshot_date)
    ORDER BY 1"""
    assert found == con.execute(sql).fetchall()
    assert [column.name for column in made.columns] == ["retail_period", "revenue", "balance"]
    con.execute("DROP TABLE temp.retail_days")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ask("revenue", by=[{"field": "metric_time", "calendar": "retail_perid"}]), "E_NAME_NOT_FOUND"),
        (ask("revenue", by=[{"field": "metric_time", "calendar": "retail_week", "grain": "day"}]), "E_CALENDAR_GRAIN"),
        (ask("revenue", by=[{"field": "metric_time", "calendar": "retail_week"}], compare={}), "E_CALENDAR_GRAIN"),
        (ask("running_revenue", by=[{"field": "metric_time", "calendar": "retail_week"}]), "E_CALENDAR_GRAIN"),
        (ask("revenue", by=[{"field": "orders.status", "calendar": "retail_week"}]), "E_GRAIN_NOT_TIME"),
    ],
)
def test_what_periods_of_a_table_cannot_do_is_refused(query, code):
    with pytest.raises(QueryError) as caught:
        check(with_calendar(), query)
    assert code in [fault.code for fault in caught.value.faults]


def test_weeks_a_year_earlier_are_52_weeks_earlier():
    con = database().cursor()
    con.execute(
        """CREATE OR REPLACE TEMP TABLE tickets AS FROM main.tickets UNION ALL
        SELECT * REPLACE (opened_at - INTERVAL 364 DAY AS opened_at) FROM main.tickets"""
    )
    query = ask("tickets", by=[{"field": "metric_time", "grain": "week"}], compare={"kind": "previous_year"})
    found = con.execute(compiled(query).sql).fetchall()
    con.execute("DROP TABLE temp.tickets")
    here = [row for row in found if row[0] >= date(2025, 1, 1)]
    assert len(here) > 30
    assert all(row[1] == row[2] for row in here)


def test_pivoted_columns_tell_their_value():
    query = ask("revenue", by=[MONTH, SEGMENT], pivot={"field": "customers.segment", "values": ["smb", "mid"]})
    assert [(column.name, column.ref, column.label) for column in compiled(query).columns] == [
        ("month", "metric_time", "Month"),
        ("revenue_1", "revenue", "Revenue: smb"),
        ("revenue_2", "revenue", "Revenue: mid"),
    ]
