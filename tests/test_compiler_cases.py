"""Columns of a metric with conditions of their own: each is the metric filtered alone, over the same groups."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semantic_layer import QueryError, check, to_sql
from tests.hard_cases.answers import AS_OF, asked, model, rows_of, same_rows, truth

SEGMENT, REGION = {"field": "customers.segment"}, {"field": "regions.region_name", "via": "customer_region"}
MONTH = {"field": "metric_time", "grain": "month"}


def status(*values):
    return {"field": "orders.status", "op": "in", "values": list(values)}


def case(metric, label, *filters):
    return {"metric": metric, "label": label, "filters": list(filters)}


PAID, CANCELLED = (case("revenue", name, status(name)) for name in ("paid", "cancelled"))
BOTH = [PAID, CANCELLED]


def of_customers(column):
    return f"""SELECT {column}, sum(amount) FILTER (status = 'paid'), sum(amount) FILTER (status = 'cancelled')
        FROM orders LEFT JOIN customers USING (customer_id) GROUP BY 1 ORDER BY 1 NULLS LAST"""


TRUE = {
    "in one row": (
        asked(metrics=["revenue"], cases=BOTH),
        "SELECT sum(amount) FILTER (status = 'paid'), sum(amount) FILTER (status = 'cancelled') FROM orders",
    ),
    "by segment": (asked(metrics=["revenue"], group_by=[SEGMENT], cases=BOTH), of_customers("segment")),
    "a count of one, beside another metric": (
        asked(
            metrics=["orders", "tickets"], group_by=[SEGMENT], cases=[case("orders", "cancelled", status("cancelled"))]
        ),
        """SELECT s, coalesce(o, 0), coalesce(t, 0) FROM (SELECT segment s, count(*) o FROM orders LEFT JOIN customers
        USING (customer_id) WHERE status = 'cancelled' GROUP BY 1) FULL JOIN (SELECT segment z, count(*) t FROM tickets
        LEFT JOIN customers USING (customer_id) GROUP BY 1) ON s IS NOT DISTINCT FROM z ORDER BY 1 NULLS LAST""",
    ),
    "by month under a condition for all": (
        asked(metrics=["revenue"], group_by=[MONTH], cases=BOTH, filters=[
            {"field": "customers.segment", "op": "in", "values": ["smb"]}]),
        """SELECT date_trunc('month', ordered_at)::DATE, sum(amount) FILTER (status = 'paid'),
        sum(amount) FILTER (status = 'cancelled') FROM orders JOIN customers USING (customer_id) WHERE segment = 'smb'
        GROUP BY 1 ORDER BY 1""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("one", TRUE.values(), ids=TRUE)
def test_cases_give_what_hand_written_sql_gives(one):
    query, expected = one
    assert same_rows(rows_of(query), truth(expected))


@settings(max_examples=25, deadline=None)
@given(
    metric=st.sampled_from(["revenue", "orders", "buyers", "average_order"]),
    groups=st.lists(st.sampled_from([SEGMENT, REGION, MONTH]), max_size=2, unique_by=lambda one: one["field"]),
    under=st.lists(st.just({"field": "customers.segment", "op": "in", "values": ["smb", "mid"]}), max_size=1),
)
def test_each_column_is_the_metric_filtered_alone(metric, groups, under):
    """For every group and metric; and the parts of what adds up come to the whole."""
    told = {"group_by": groups, "filters": under}
    cases = [case(metric, name, status(name)) for name in ("paid", "cancelled")]
    width = len(groups)
    found = {row[:width]: row[width:] for row in rows_of(asked(metrics=[metric], cases=cases, **told))}
    for at, name in enumerate(("paid", "cancelled")):
        filters = [*under, status(name)]
        alone = rows_of(asked(metrics=[metric], group_by=groups, filters=filters))
        assert {row[:width]: row[width] for row in alone if row[width]} == {k: v[at] for k, v in found.items() if v[at]}
    if metric in ("revenue", "orders"):
        whole = rows_of(asked(metrics=[metric], **told))
        assert {row[:width]: row[width] for row in whole} == {k: sum(x or 0 for x in v) for k, v in found.items()}


def test_what_the_columns_are_called():
    query = asked(metrics=["revenue"], group_by=[SEGMENT], cases=BOTH)
    told = [(one.name, one.label, one.role) for one in to_sql(model(), query, as_of=AS_OF).columns]
    assert told[1:] == [("revenue_1", "Revenue (paid)", "metric"), ("revenue_2", "Revenue (cancelled)", "metric")]


JUNE = {"start": "2025-06-01", "end": "2025-07-01"}
OVER = {"field": "revenue", "op": "gt", "values": [5]}
REFUSED = [
    (asked(metrics=["revenue"], cases=BOTH, time_range=JUNE, compare={}), "E_CASES"),
    (asked(metrics=["revenue"], group_by=[SEGMENT], cases=BOTH, shares=[{"metric": "revenue"}]), "E_CASES"),
    (asked(metrics=["revenue"], group_by=[SEGMENT], cases=BOTH, filters=[OVER]), "E_CASES"),
    (asked(metrics=["orders"], cases=BOTH), "E_CASES"),
    (asked(metrics=["revenue", "tickets"], group_by=[{"field": "orders.status"}], cases=BOTH),
     "E_NO_PATH"),
    (asked(metrics=["revenue"], cases=[case("revenue", "odd", {**status("x"), "field": "orders.odd"})]),
     "E_NAME_NOT_FOUND"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_what_cannot_stand_side_by_side_is_refused(query, code):
    with pytest.raises(QueryError) as caught:
        check(model(), query)
    assert code in [fault.code for fault in caught.value.faults]
