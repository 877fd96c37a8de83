"""Groups taken together, the top ones as one, one metric as a share of another, a metric against the other span."""

from __future__ import annotations

import pytest

from semantic_layer import QueryError, check, to_sql
from tests.hard_cases.answers import AS_OF, asked, model, rows_of, same_rows, truth

SEGMENT = {"field": "customers.segment"}
JUNE = {"start": "2025-06-01", "end": "2025-07-01"}
MAY = {"start": "2025-05-01", "end": "2025-06-01"}
OF_CUSTOMERS = "FROM orders JOIN customers USING (customer_id)"


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


def over(metric, value, op="gt"):
    return {"field": metric, "op": op, "values": [value]}


CASES = {
    "how many segments have more than so many orders": (
        ask("orders", per_group={"fields": ["customers.segment"]}, filters=[over("orders", 50)]),
        f"""SELECT count(*) FROM (SELECT segment {OF_CUSTOMERS} WHERE segment IS NOT NULL GROUP BY 1 HAVING count(*) >
        50)""",
    ),
    "how many customers of each segment spent so much": (
        ask("revenue", by=[SEGMENT], per_group={"fields": ["customers.customer_id"]}, filters=[over("revenue", 1000)]),
        f"""SELECT segment, count(*) FILTER (v > 1000) FROM (SELECT segment, customer_id, sum(amount) v {OF_CUSTOMERS}
        GROUP BY 1, 2) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "the average of each segment": (
        ask("orders", per_group={"fields": ["customers.segment"], "agg": "average"}, time_range=JUNE),
        f"""SELECT avg(n) FROM (SELECT segment, count(*) n {OF_CUSTOMERS} WHERE segment IS NOT NULL AND
        month(ordered_at) = 6 GROUP BY 1)""",
    ),
    "the gap between the highest and the lowest segment, with both": (
        ask("revenue", per_group={"fields": ["customers.segment"], "agg": "gap"}, time_range=JUNE),
        f"""SELECT max(v) - min(v), max(v), min(v) FROM (SELECT segment, sum(amount) v {OF_CUSTOMERS} WHERE segment IS
        NOT
        NULL AND month(ordered_at) = 6 GROUP BY 1)""",
    ),
    "the gap of an average, by month": (
        ask("average_order", by=[{"field": "metric_time", "grain": "month"}],
            per_group={"fields": ["customers.segment"], "agg": "gap"}),
        f"""SELECT m, max(v) - min(v), max(v), min(v) FROM (SELECT date_trunc('month', ordered_at)::DATE m, segment,
        sum(amount) / count(*) v {OF_CUSTOMERS} WHERE segment IS NOT NULL GROUP BY 1, 2) GROUP BY 1 ORDER BY 1""",
    ),
    "so much of one metric per thousand of another": (
        ask("refunds", "orders", by=[SEGMENT], shares=[{"metric": "refunds", "of": "orders", "per": 1000}]),
        """SELECT segment, sum(refund), count(*), 1000 * sum(refund) / count(*) FROM orders LEFT JOIN customers USING
        (customer_id) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "the median of each customer": (
        ask("revenue", per_group={"fields": ["customers.customer_id"], "agg": "median"}),
        f"SELECT median(n) FROM (SELECT customer_id, sum(amount) n {OF_CUSTOMERS} GROUP BY 1)",
    ),
    "how many segments sold more than in the month after": (
        ask("revenue", per_group={"fields": ["customers.segment"]}, time_range=MAY,
            compare={"kind": "range", "range": JUNE}, filters=[{"field": "revenue", "op": "gt", "than": "previous"}]),
        f"""SELECT count(*) FROM (SELECT segment, sum(amount) FILTER (month(ordered_at) = 5) n, sum(amount) FILTER
        (month(ordered_at) = 6) p {OF_CUSTOMERS} WHERE segment IS NOT NULL GROUP BY 1) WHERE coalesce(n, 0) >
        coalesce(p, 0)""",
    ),
    "which segments sold less than in the month before": (
        ask("revenue", by=[SEGMENT], time_range=JUNE, compare={"kind": "range", "range": MAY},
            filters=[{"field": "revenue", "op": "lt", "than": "previous"}]),
        """SELECT segment, n, p, n - p, (n - p) / p FROM (SELECT segment, sum(amount) FILTER (month(ordered_at) = 6) n,
        sum(amount) FILTER (month(ordered_at) = 5) p FROM orders LEFT JOIN customers USING (customer_id) GROUP BY 1)
        WHERE coalesce(n, 0) < coalesce(p, 0) ORDER BY 1 NULLS LAST""",
    ),
    "which segments sold at least half of what they sold in the month before": (
        ask("revenue", by=[SEGMENT], time_range=JUNE, compare={"kind": "range", "range": MAY},
            filters=[{"field": "revenue", "op": "ge", "than": "previous", "values": [0.5]}]),
        """SELECT segment, n, p, n - p, (n - p) / p FROM (SELECT segment, sum(amount) FILTER (month(ordered_at) = 6) n,
        sum(amount) FILTER (month(ordered_at) = 5) p FROM orders LEFT JOIN customers USING (customer_id) GROUP BY 1)
        WHERE coalesce(n, 0) >= 0.5 * nullif(p, 0) ORDER BY 1 NULLS LAST""",
    ),
    "what the ten best customers have together, as a share of all": (
        ask("revenue", top={"field": "customers.customer_id", "by": "revenue", "n": 10},
            shares=[{"metric": "revenue"}]),
        f"""SELECT sum(v), sum(v) / (SELECT sum(amount) FROM orders) FROM (SELECT customer_id, sum(amount) v
        {OF_CUSTOMERS} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10)""",
    ),
    "what a tenth of the customers have": (
        ask("revenue", top={"field": "customers.customer_id", "by": "revenue", "n": 10, "percent": True}),
        f"""SELECT sum(v) FROM (SELECT sum(amount) v, row_number() OVER (ORDER BY sum(amount) DESC, customer_id) place,
        count(*) OVER () n {OF_CUSTOMERS} GROUP BY customer_id) WHERE place <= ceil(n * 0.1)""",
    ),
    "orders of the customers with the most revenue, by segment": (
        ask("orders", by=[SEGMENT], time_range=JUNE,
            top={"field": "customers.customer_id", "by": "revenue", "n": 5}),
        f"""SELECT segment, count(*) {OF_CUSTOMERS} WHERE month(ordered_at) = 6 AND customer_id IN (SELECT customer_id
        {OF_CUSTOMERS} WHERE month(ordered_at) = 6 GROUP BY 1 ORDER BY sum(amount) DESC, 1 LIMIT 5) GROUP BY 1
        ORDER BY 1 NULLS LAST""",
    ),
    "one value against all others, rows without a value among them": (
        ask("orders", "average_order", by=[{**SEGMENT, "apart": ["smb"]}]),
        """SELECT CASE WHEN segment = 'smb' THEN 'smb' ELSE '(all others)' END, count(*), sum(amount) / count(*) FROM
        orders LEFT JOIN customers USING (customer_id) GROUP BY 1 ORDER BY 1""",
    ),
    "one metric as a share of another": (
        ask("refunds", "revenue", by=[SEGMENT], shares=[{"metric": "refunds", "of": "revenue"}]),
        """SELECT segment, coalesce(sum(refund), 0), sum(amount), coalesce(sum(refund), 0) / sum(amount) FROM orders
        LEFT JOIN customers USING (customer_id) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_groups_together_give_what_hand_written_sql_gives(case):
    query, expected = case
    assert same_rows(rows_of(query), truth(expected))


def test_what_the_columns_are_called():
    def labels(query):
        return [(one.name, one.label) for one in to_sql(model(), query, as_of=AS_OF).columns]

    counted = ask("orders", per_group={"fields": ["customers.segment"]}, filters=[over("orders", 50)])
    assert labels(counted) == [("groups", "Number of segments")]
    average = ask("orders", per_group={"fields": ["customers.customer_id"], "agg": "average"})
    assert labels(average) == [("orders", "Average orders per customer that has any")]
    part = ask("refunds", "revenue", shares=[{"metric": "refunds", "of": "revenue"}])
    assert labels(part)[-1] == ("refunds_of_revenue", "Refunds as a share of revenue")


def test_that_values_without_rows_are_not_counted_is_said():
    few = ask("orders", per_group={"fields": ["customers.segment"]}, filters=[over("orders", 2, "lt")])
    assert to_sql(model(), few, as_of=AS_OF).notes == ("Only values of segment that have any orders are counted.",)


PER = {"fields": ["customers.segment"]}
OF = [{"metric": "refunds", "of": "revenue"}]
BEST = {"field": "customers.customer_id", "by": "revenue", "n": 3}
REFUSED = [
    (ask("revenue", by=[{"field": "orders.ordered_at", "apart": ["2025-06-01"]}]), "E_GROUP_APART"),
    (ask("revenue", per_group=PER, compare={}, time_range=JUNE), "E_PER_GROUP"),
    (ask("revenue", per_group=PER, shares=[{"metric": "revenue"}]), "E_PER_GROUP"),
    (ask("average_order", per_group={**PER, "agg": "average"}), "E_PER_GROUP"),
    (ask("revenue", per_group={"fields": ["orders.ordered_at"]}), "E_PER_GROUP"),
    (ask("revenue", per_group=PER, limit=1), "E_LIMIT"),
    (ask("revenue", by=[SEGMENT], per_group=PER), "E_NAME_COLLISION"),
    (ask("revenue", per_group={"fields": ["customers.sgment"]}), "E_NAME_NOT_FOUND"),
    (ask("revenue", top=BEST, compare={}, time_range=JUNE), "E_TOP"),
    (ask("running_revenue", top=BEST), "E_TOP"),
    (ask("revenue", top=BEST, filters=[over("revenue", 5)]), "E_TOP"),
    (ask("revenue", top={**BEST, "n": 100, "percent": True}), "E_LIMIT"),
    (ask("refunds", shares=OF), "E_ORDER_NOT_IN_QUERY"),
    (ask("orders", "revenue", shares=[{"metric": "orders", "of": "revenue"}]), "E_SHARE_UNITS"),
    (ask("refunds", "revenue", shares=[{**OF[0], "apart_from": ["customers.segment"]}],
         filters=[{"field": "customers.segment", "op": "in", "values": ["x"]}]), "E_SHARE"),
    (ask("average_order", "revenue", shares=[{"metric": "average_order", "of": "revenue"}]), "E_SHARE_NOT_ADDITIVE"),
    (ask("average_order", "orders", shares=[{"metric": "average_order", "of": "orders", "per": 1}]),
     "E_SHARE_NOT_ADDITIVE"),
    (ask("orders", shares=[{"metric": "orders", "per": 100}]), "E_SHARE"),
    (ask("revenue", by=[SEGMENT], filters=[{"field": "revenue", "op": "gt", "than": "previous"}]),
     "E_COMPARE_NEEDS_PERIOD"),
    *((ask("revenue", by=[SEGMENT], time_range=JUNE, compare={"kind": "range", "range": MAY},
           filters=[{"field": "revenue", "op": "gt", "than": "previous", "values": values}]), "E_FILTER_VALUE")
      for values in ([0], [-1.5], [1, 2], ["much"])),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_what_has_no_one_meaning_is_refused(query, code):
    with pytest.raises(QueryError) as caught:
        check(model(), query)
    assert code in [fault.code for fault in caught.value.faults]
