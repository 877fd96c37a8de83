"""Filters with alternatives, and filters that compare two fields; expected values come from hand-written SQL."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer import QueryError, check
from tests.hard_cases.answers import asked, model, rows_of, same_rows, truth

SMB = {"field": "customers.segment", "op": "eq", "values": ["smb"]}
CANCELLED = {"field": "orders.status", "op": "eq", "values": ["cancelled"]}
LARGE = {"field": "orders.amount", "op": "gt", "values": [300]}
MANY = {"field": "orders", "op": "ge", "values": [4], "entity": "customers"}
NETTED = {"field": "orders.net_of_refund", "op": "lt", "other": "orders.amount"}
AS_ONE = {
    "field": "customers.segment",
    "op": "eq",
    "other": "customers.segment",
    "where": [{"field": "customers.customer_id", "op": "in", "values": ["1"]}],
}


def ask(*filters, metrics=("orders",), **more):
    return asked(metrics=metrics, filters=filters, **more)


SEGMENT_OF_ONE = "segment = (SELECT segment FROM customers WHERE customer_id = 1)"
CASES = {
    "one of two conditions on different fields": (
        ask({**CANCELLED, "any_of": [LARGE]}),
        "SELECT count(*) FROM orders WHERE status = 'cancelled' OR amount > 300",
    ),
    "beside another condition": (
        ask({**CANCELLED, "any_of": [LARGE]}, SMB),
        "SELECT count(*) FROM orders JOIN customers USING (customer_id) WHERE (status = 'cancelled' OR amount > 300) "
        "AND segment = 'smb'",
    ),
    "of things by their fields, by what they have and by how many": (
        ask({**SMB, "any_of": [MANY, {**CANCELLED, "entity": "customers"}]}, metrics=("customers",)),
        "SELECT count(*) FROM customers WHERE segment = 'smb' OR customer_id IN (SELECT customer_id FROM orders "
        "WHERE customer_id IS NOT NULL GROUP BY 1 HAVING count(*) >= 4) OR customer_id IN (SELECT customer_id FROM "
        "orders WHERE status = 'cancelled')",
    ),
    "in a list of things that have no such row": (
        asked(entity="customers", filters=[{**SMB, "any_of": [{**CANCELLED, "entity": "customers", "none": True}]}]),
        "SELECT customer_id FROM customers WHERE segment = 'smb' OR customer_id NOT IN (SELECT customer_id FROM orders "
        "WHERE status = 'cancelled' AND customer_id IS NOT NULL)",
    ),
    "a field against another one": (
        ask(NETTED),
        "SELECT count(*) FROM orders WHERE amount - coalesce(refund, 0) < amount",
    ),
    "a field of rows that something has against another one": (
        ask({**NETTED, "entity": "customers"}, metrics=("customers",)),
        "SELECT count(*) FROM customers WHERE customer_id IN (SELECT customer_id FROM orders WHERE amount - "
        "coalesce(refund, 0) < amount)",
    ),
    "a moment against the day of what its row belongs to, as days": (
        ask({"field": "orders.ordered_at", "op": "gt", "other": "customers.signup_date"}),
        "SELECT count(*) FROM orders JOIN customers USING (customer_id) WHERE ordered_at::DATE > signup_date::DATE",
    ),
    "the same as a row that is told": (
        ask(AS_ONE, metrics=("customers",)),
        f"SELECT count(*) FROM customers WHERE {SEGMENT_OF_ONE}",
    ),
    "other than a row that is told": (
        ask({**AS_ONE, "op": "ne"}, metrics=("customers",)),
        f"SELECT count(*) FROM customers WHERE NOT ({SEGMENT_OF_ONE})",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_queries_give_what_hand_written_sql_gives(name):
    query, sql = CASES[name]
    assert same_rows(rows_of(query, as_of=date(2025, 6, 30)), truth(sql))


@pytest.mark.parametrize(
    ("one", "code"),
    [
        ({**SMB, "any_of": [{"field": "orders", "op": "ge", "values": [4]}]}, "E_FILTER_ENTITY"),
        ({**SMB, "any_of": [{**LARGE, "any_of": [CANCELLED]}]}, "E_FILTER_ENTITY"),
        ({**SMB, "any_of": [{"field": "customers.segmnt", "op": "eq", "values": ["smb"]}]}, "E_NAME_NOT_FOUND"),
        ({**SMB, "any_of": [{"field": "orders.amount", "op": "gt", "values": ["much"]}]}, "E_FILTER_VALUE"),
        ({**NETTED, "other": "orders.amont"}, "E_NAME_NOT_FOUND"),
        ({**NETTED, "other": "orders.ordered_at"}, "E_FILTER_VALUE"),
        ({**NETTED, "op": "between"}, "E_FILTER_VALUE"),
        ({**NETTED, "values": [3]}, "E_FILTER_VALUE"),
        ({**NETTED, "other": "revenue"}, "E_FILTER_ENTITY"),
        ({**NETTED, "other": "tickets.csat"}, "E_NO_PATH"),
        ({**AS_ONE, "op": "gt"}, "E_FILTER_ENTITY"),
    ],
)
def test_what_cannot_be_said_so_is_refused(one, code):
    with pytest.raises(QueryError) as found:
        check(model(), ask(one))
    assert code in {fault.code for fault in found.value.faults}
