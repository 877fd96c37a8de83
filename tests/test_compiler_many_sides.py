"""Breakdowns by the many side: refused unless the model says what they mean, and then exactly that."""

from __future__ import annotations

import duckdb
import pytest

from semantic_layer import (
    DefinitionError,
    QueryError,
    SemanticLayer,
    UnsafeQuery,
    check,
    data_checks,
    data_faults,
    load,
    to_sql,
)
from tests.hard_cases.answers import AS_OF, asked, compiled, model, rows_of, same_rows, truth

CATEGORY = {"field": "order_items.category"}
MONTH = {"field": "metric_time", "grain": "month"}
SPLIT = "orders LEFT JOIN (SELECT DISTINCT order_id, category FROM order_items) USING (order_id)"


def deduped() -> SemanticLayer:
    """The model in which orders may be grouped by what their lines say."""
    now = model().definitions
    links = tuple(one.model_copy(update={"dedupe": one.name == "item_order"}) for one in now.relationships)
    return SemanticLayer(now.model_copy(update={"relationships": links}), schema=model().schema)


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


CASES = {
    "hard case 26, where the model allows it": (
        ask("revenue", by=[CATEGORY]),
        f"SELECT category, sum(amount) FROM {SPLIT} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "beside the quantity of the lines": (
        ask("revenue", "items", by=[CATEGORY]),
        f"""SELECT c, r, q FROM (SELECT category c, sum(amount) r FROM {SPLIT} GROUP BY 1) LEFT JOIN (SELECT category c,
        sum(qty) q FROM order_items GROUP BY 1) USING (c) ORDER BY 1 NULLS LAST""",
    ),
    "averages and distinct customers by month": (
        ask("average_order", "buyers", by=[CATEGORY, MONTH]),
        f"""SELECT category, date_trunc('month', ordered_at)::DATE m, avg(amount), count(DISTINCT customer_id)
        FROM {SPLIT} GROUP BY 1, 2 ORDER BY 2, 1 NULLS LAST""",
    ),
    "a running total": (
        ask("running_orders", by=[CATEGORY, MONTH]),
        f"""SELECT c, m, (SELECT count(*) FROM {SPLIT} WHERE category IS NOT DISTINCT FROM c AND ordered_at < m +
        INTERVAL 1 MONTH) FROM (SELECT DISTINCT category c, date_trunc('month', ordered_at)::DATE m FROM {SPLIT})
        ORDER BY 2, 1 NULLS LAST""",
    ),
    "a share is of all orders": (
        ask("revenue", by=[CATEGORY], shares=[{"metric": "revenue"}]),
        f"""SELECT category, sum(amount) v, v / (SELECT sum(amount) FROM orders) FROM {SPLIT} GROUP BY 1
        ORDER BY 1 NULLS LAST""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_distinct_value_counts_a_row_once(name):
    query, sql = CASES[name]
    assert same_rows(rows_of(query, deduped()), truth(sql)), compiled(query, deduped()).sql


def test_that_groups_overlap_is_told():
    made = compiled(ask("revenue", by=[CATEGORY]), deduped())
    assert made.notes == (
        "A row of orders counts once for each different value in its rows of order items, so groups overlap.",
    )


@pytest.mark.parametrize(
    "query",
    [
        ask("revenue", by=[CATEGORY], top={"field": "category", "by": "revenue", "n": 1, "others": True}),
        ask("customers", by=[CATEGORY]),
        ask("revenue", filters=[{**CATEGORY, "op": "eq", "values": ["hw"]}]),
        asked(entity="orders", group_by=[CATEGORY]),
    ],
)
def test_what_would_still_count_twice_is_refused(query):
    with pytest.raises(UnsafeQuery) as caught:
        check(deduped(), query)
    assert caught.value.code == "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"


BRIDGED = """\
version: 1
extends: none
datasets:
  - name: account
    source: account
    primary_key: [account_id]
    time: opened
    fields: [{name: kind}, {name: opened, type: time}]
    measures:
      - {name: balance, agg: sum, expression: balance}
      - {name: accounts, agg: count}
      - {name: kinds, agg: count_distinct, expression: kind}
      - {name: middle, agg: median, expression: balance}
  - name: person
    source: person
    primary_key: [person_id]
    fields: [{name: city}]
    measures: [{name: people, agg: count}]
  - name: holder
    source: holder
    primary_key: [account_id, person_id]
    bridge: {of: account, weight: part / 100.0}
    fields: [{name: role}]
relationships:
  - {name: holder_account, from: holder, to: account, from_columns: [account_id], to_columns: [account_id]}
  - {name: holder_person, from: holder, to: person, from_columns: [person_id], to_columns: [person_id]}
metrics:
  - {name: balance, measure: account.balance}
  - {name: accounts, measure: account.accounts}
  - {name: kinds, measure: account.kinds}
  - {name: middle, measure: account.middle}
  - {name: people, measure: person.people}
  - {name: balance_so_far, type: cumulative, metric: balance}
  - {name: mean_balance, type: ratio, numerator: balance, denominator: accounts}
"""
DATA = """
CREATE TABLE account AS FROM (VALUES (1, 'a', 100.00, DATE '2025-01-05'), (2, 'b', 50.00, DATE '2025-02-05'),
  (3, 'a', 30.00, DATE '2025-02-06')) t(account_id, kind, balance, opened);
CREATE TABLE person AS FROM (VALUES (1, 'Rome'), (2, 'Oslo'), (3, 'Rome')) t(person_id, city);
CREATE TABLE holder AS FROM (VALUES (1, 1, 60, 'first'), (1, 2, 40, 'second'), (2, 1, 50, 'first'),
  (2, 3, 50, 'second')) t(account_id, person_id, part, role);
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Accounts that several people hold, each a part of them; one that nobody holds."""
    path = tmp_path_factory.mktemp("bank") / "bank.yml"
    path.write_text(BRIDGED, encoding="utf-8")
    con = duckdb.connect()
    con.execute(DATA)
    return load([path]), con


def answer(bank, query):
    layer, con = bank
    return con.execute(to_sql(layer, query, as_of=AS_OF).sql).fetchall()


def test_a_bridge_divides_by_weight_and_adds_up_to_the_whole(bank):
    found = answer(bank, ask("balance", "accounts", "mean_balance", by=[{"field": "person.city"}]))
    assert [(city, float(balance), float(count)) for city, balance, count, _ in found] == [
        ("Oslo", 40.0, 0.4),
        ("Rome", 110.0, 1.6),
        (None, 30.0, 1.0),
    ]
    assert [round(row[3], 6) for row in found] == [100.0, 68.75, 30.0]
    assert sum(float(row[1]) for row in found) == float(answer(bank, ask("balance"))[0][0])


def test_a_bridge_by_its_own_fields_and_by_time(bank):
    found = answer(bank, ask("balance", by=[{"field": "holder.role"}, MONTH]))
    assert [(role, month.month, float(value)) for role, month, value in found] == [
        ("first", 1, 60.0),
        ("second", 1, 40.0),
        ("first", 2, 25.0),
        ("second", 2, 25.0),
        (None, 2, 30.0),
    ]


def test_distinct_counts_are_not_divided(bank):
    assert answer(bank, ask("kinds", by=[{"field": "person.city"}])) == [("Oslo", 1), ("Rome", 2), (None, 1)]


@pytest.mark.parametrize("metric", ["middle", "balance_so_far"])
def test_what_cannot_be_divided_is_refused(bank, metric):
    with pytest.raises(QueryError) as caught:
        check(bank[0], ask(metric, by=[{"field": "person.city"}]))
    assert caught.value.code == "E_UNSAFE_REAGGREGATION"


def test_a_bridge_divides_one_way_only(bank):
    with pytest.raises(UnsafeQuery):
        check(bank[0], ask("people", by=[{"field": "account.kind"}]))


def test_weights_that_do_not_add_up_are_found(bank):
    layer, con = bank
    checks = data_checks(layer)
    assert con.execute(checks["weights:holder"]).fetchone() == (0,)
    other = con.cursor()
    other.execute("CREATE OR REPLACE TEMP TABLE holder AS SELECT * REPLACE (part - 1 AS part) FROM main.holder")
    found = other.execute(checks["weights:holder"]).fetchone()
    other.execute("DROP TABLE temp.holder")
    assert found == (2,)
    assert data_faults(layer, {"weights:holder": 2})[0].severe


def test_a_bridge_of_nothing_is_told(tmp_path):
    path = tmp_path / "bank.yml"
    path.write_text(BRIDGED.replace("of: account", "of: acount"), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"there is no dataset `acount`\. Did you mean `account`"):
        load([path])
