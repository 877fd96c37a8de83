"""Numbers put in bands: every row in just one of them, whatever else is asked beside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from semantic_layer import Bands, QueryError, check
from tests.hard_cases.answers import asked, compiled, model, rows_of, same_rows, truth

AMOUNT = {"field": "orders.amount"}
JUNE = {"start": "2025-06-01", "end": "2025-07-01"}
OF_EACH = {"field": "orders", "entity": "customers"}
PER_CUSTOMER = "(SELECT c.customer_id, c.segment, count(o.order_id) n FROM customers c LEFT JOIN orders o USING (customer_id) GROUP BY 1, 2)"  # noqa: E501  # one sub-query


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


def banded(field, **bands):
    return {**field, "bands": bands}


CASES = {
    "edges, open at both ends": (
        ask("orders", by=[banded(AMOUNT, edges=[50, 100, 250])]),
        """SELECT CASE WHEN amount < 50 THEN 0 WHEN amount < 100 THEN 50 WHEN amount < 250 THEN 100
        WHEN amount >= 250 THEN 250 END, count(*) FROM orders GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "steps": (
        ask("orders", "revenue", by=[banded(AMOUNT, width=50)]),
        """SELECT CAST(floor(amount / 50) * 50 AS BIGINT), count(*), sum(amount) FROM orders GROUP BY 1
        ORDER BY 1 NULLS LAST""",
    ),
    "steps with an open band above": (
        ask("orders", by=[banded(AMOUNT, width=50, top=200)]),
        """SELECT least(CAST(floor(amount / 50) * 50 AS BIGINT), 200), count(*) FROM orders WHERE amount IS NOT NULL
        GROUP BY 1 ORDER BY 1""",
    ),
    "steps below and above a start": (
        ask("orders", by=[banded({"field": "orders.net_of_refund"}, width=40, start=10)]),
        """SELECT CAST(floor((amount - coalesce(refund, 0) - 10) / 40) * 40 + 10 AS BIGINT), count(*) FROM orders
        GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "within a period, by another dimension, as a share of each": (
        ask("orders", by=[{"field": "customers.segment"}, banded(AMOUNT, edges=[100])], time_range=JUNE,
            shares=[{"metric": "orders", "within": ["customers.segment"]}]),
        """SELECT segment, CASE WHEN amount >= 100 THEN 100 ELSE 0 END band, count(*),
        count(*) / sum(count(*)) OVER (PARTITION BY segment) FROM orders LEFT JOIN customers USING (customer_id)
        WHERE month(ordered_at) = 6 GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2""",
    ),
    "a number of each customer, none for those without": (
        ask("customers", by=[banded(OF_EACH, width=1, top=4)]),
        f"SELECT least(n, 4), count(*) FROM {PER_CUSTOMER} GROUP BY 1 ORDER BY 1",
    ),
    "another metric by a number of each customer; orders of nobody stand apart": (
        ask("revenue", by=[banded(OF_EACH, edges=[3, 6])]),
        f"""SELECT CASE WHEN n >= 6 THEN 6 WHEN n >= 3 THEN 3 WHEN n < 3 THEN 0 END, sum(amount) FROM orders
        LEFT JOIN {PER_CUSTOMER} USING (customer_id) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "a number of each customer of some rows in a period": (
        ask("customers", by=[banded({**OF_EACH, "time_range": JUNE, "where": [
            {"field": "orders.status", "op": "in", "values": ["paid"]}]}, width=1)],
            filters=[{"field": "customers.segment", "op": "in", "values": ["smb"]}]),
        """SELECT n, count(*) FROM (SELECT c.customer_id, count(o.order_id) n FROM customers c LEFT JOIN (SELECT * FROM
        orders WHERE status = 'paid' AND month(ordered_at) = 6) o USING (customer_id) WHERE segment = 'smb' GROUP BY 1)
        GROUP BY 1 ORDER BY 1""",
    ),
    "a sum of each customer is unknown for those without a row": (
        ask("customers", by=[banded({"field": "revenue", "entity": "customers", "time_range": JUNE}, width=200)]),
        """SELECT CAST(floor(v / 200) * 200 AS BIGINT), count(*) FROM (SELECT c.customer_id, sum(amount) v FROM
        customers c LEFT JOIN (SELECT * FROM orders WHERE month(ordered_at) = 6) o USING (customer_id) GROUP BY 1)
        GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "against the period before": (
        ask("orders", by=[banded(AMOUNT, edges=[100])], time_range=JUNE, compare={"kind": "previous_period"}),
        """SELECT b, n, p, n - p, (n - p) / p FROM (SELECT CASE WHEN amount >= 100 THEN 100 ELSE 0 END b,
        count(*) FILTER (month(ordered_at) = 6) n, count(*) FILTER (month(ordered_at) = 5) p FROM orders GROUP BY 1)
        ORDER BY 1""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bands_give_what_hand_written_sql_gives(case):
    query, expected = case
    assert same_rows(rows_of(query), truth(expected))


EDGES = st.lists(st.integers(-50, 400), min_size=1, max_size=8, unique=True).map(sorted)
STEPS = st.sampled_from([0.1, 0.25, 1, 5, 7.5, 50, 1000])


@settings(max_examples=12, deadline=None)
@given(EDGES, STEPS)
def test_every_row_is_in_the_one_band_around_it(edges, width):
    for bands in ({"edges": edges}, {"width": width}):
        told = Bands.model_validate(bands)
        query = ask("orders", by=[banded({"field": "orders.net_of_refund"}, **bands)])
        found = rows_of(query)
        assert sum(row[1] for row in found) == truth("SELECT count(*) FROM orders")[0][0]
        for lower, count in found:
            low, high = told.around(lower) if lower is not None else (None, None)
            within = [f"net >= {low}" if low is not None else "", f"net < {round(high, 6)}" if high is not None else ""]
            where = " AND ".join(one for one in within if one) if lower is not None else "net IS NULL"
            expected = f"SELECT count(*) FROM (SELECT amount - coalesce(refund, 0) net FROM orders) WHERE {where}"
            assert (lower, count) == (lower, truth(expected)[0][0])


def test_columns_tell_their_bands():
    column = compiled(ask("customers", by=[banded(OF_EACH, width=1, top=4)])).columns[0]
    assert (column.name, column.label, column.whole) == ("orders_band", "Orders per customer", True)
    assert column.bands == Bands(width=1, top=4)


@pytest.mark.parametrize(
    "bands", [{}, {"edges": [1], "width": 2}, {"edges": [2, 1]}, {"width": 0}, {"width": 50, "top": 120}]
)
def test_bands_that_are_none(bands):
    with pytest.raises(ValidationError):
        Bands.model_validate(bands)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ask("orders", by=[banded({"field": "customers.segment"}, width=5)]), "E_BANDS"),
        (ask("orders", by=[banded({"field": "customers.signup_date", "grain": "day"}, width=5)]), "E_BANDS"),
        (ask("orders", by=[{"field": "orders", "entity": "customers"}]), "E_BANDS"),
        (ask("orders", by=[banded(AMOUNT, width=5)], top={"field": "orders.amount", "by": "orders", "n": 3}),
         "E_BANDS"),
        (ask("orders", by=[banded({"field": "nothing", "entity": "customers"}, width=5)]), "E_NAME_NOT_FOUND"),
        (ask("orders", by=[banded({"field": "orders", "entity": "nobody"}, width=5)]), "E_NAME_NOT_FOUND"),
        (ask("customers", by=[banded(AMOUNT, width=5)]), "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"),
        (ask("orders", by=[banded({"field": "orders", "entity": "order_items"}, width=5)]),
         "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"),
    ],
)  # fmt: skip
def test_what_has_no_bands(query, code):
    with pytest.raises(QueryError) as refused:
        check(model(), query)
    assert refused.value.code == code
