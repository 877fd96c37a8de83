"""Customers: found by what is known of them, told about under the viewer's rights, listed by rules and kept so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.customers import (
    CustomerReader,
    NoList,
    SegmentError,
    SegmentShelf,
    UnknownCustomer,
    condition_choices,
    customer_query,
    filter_of,
    find_customers,
    list_customers,
    offer_in_questions,
    read_profile,
    read_timeline,
    with_condition,
    write_csv,
)
from assistant.store import Store
from semantic_layer import Filter, OrderBy, SemanticQuery, load_workspace
from warehouse import Policy, TableRule

GERMANS = SemanticQuery(entity="customer", filters=(Filter(field="customer.country", op="in", values=("Germany",)),))
NO_CONTACT = Policy({"customer": TableRule("country = 'Germany'", frozenset({"primary_email", "primary_phone"}))})


@pytest.fixture(scope="module")
def assistant(shop: Assistant) -> Assistant:
    return shop


@pytest.fixture(scope="module")
def reader(assistant: Assistant) -> CustomerReader:
    return CustomerReader.of(assistant)


@pytest.fixture(scope="module")
def data(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(demo_home / "warehouse" / "live.duckdb"), read_only=True)
    connection.execute("SET search_path = 'main,core,mart'")
    yield connection
    connection.close()


def one(data: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = data.execute(sql).fetchone()
    assert row is not None
    return row


# --- search


def test_a_customer_is_found_by_number_address_and_name(
    reader: CustomerReader, data: duckdb.DuckDBPyConnection
) -> None:
    number, name, email = one(
        data,
        "SELECT customer_id, full_name, primary_email FROM customer WHERE NOT is_deleted AND primary_email IS NOT NULL"
        " AND full_name LIKE '% %' ORDER BY customer_id LIMIT 1",
    )
    for said in (number, number.lower(), email, f"  {email.upper()} ", name, " ".join(reversed(name.split()))):
        assert number in [row["customer_id"] for row in find_customers(reader, said).rows], said
    assert find_customers(reader, email).rows[0]["customer_id"] == number


def test_text_of_a_search_stays_text(reader: CustomerReader) -> None:
    for said in ("'; DROP TABLE customer; --", "%", "_", "\\", "\x00", "x" * 5000, "🙂"):
        assert find_customers(reader, said).rows == (), said


def test_nothing_typed_shows_who_ordered_last(reader: CustomerReader, data: duckdb.DuckDBPyConnection) -> None:
    last = one(data, "SELECT max(last_order_at) FROM customer WHERE NOT is_deleted")[0]
    found = find_customers(reader, " ", limit=3)
    assert found.more
    assert len(found.rows) == 3
    assert found.rows[0]["last_order_at"] == last


def test_hidden_columns_are_neither_searched_nor_told(reader: CustomerReader, data: duckdb.DuckDBPyConnection) -> None:
    number, email = one(
        data,
        "SELECT customer_id, primary_email FROM customer WHERE country = 'Germany' AND primary_email IS NOT NULL"
        " AND NOT is_deleted ORDER BY 1 LIMIT 1",
    )
    narrow = replace(reader, policy=NO_CONTACT)
    assert find_customers(reader, email).rows
    assert find_customers(narrow, email).rows == ()
    (row,) = find_customers(narrow, number).rows
    assert "primary_email" not in row
    foreign = one(data, "SELECT customer_id FROM customer WHERE country = 'France' AND NOT is_deleted LIMIT 1")[0]
    assert find_customers(narrow, foreign).rows == ()


# --- profile


def test_a_profile_tells_the_same_as_the_tables(reader: CustomerReader, data: duckdb.DuckDBPyConnection) -> None:
    number, orders, revenue = one(
        data, "SELECT customer_id, orders_n, net_revenue FROM customer_360 ORDER BY orders_n DESC, 1 LIMIT 1"
    )
    found = read_profile(reader, number)
    facts = {fact.name: fact.value for group in found.groups for fact in group.facts}
    assert (facts["orders_n"], facts["net_revenue"]) == (orders, revenue)
    ordered = one(data, f"SELECT count(*) FROM orders WHERE customer_id = '{number}'")[0]
    told = read_timeline(reader, number)
    assert told.counts["order"] == ordered
    assert [moment.at for moment in told.moments] == sorted((m.at for m in told.moments), reverse=True)
    only = read_timeline(reader, number, ("order",), limit=5)
    assert [moment.kind for moment in only.moments] == ["order"] * min(5, ordered)
    assert only.counts == told.counts


def test_a_score_is_told_with_its_reason(reader: CustomerReader, data: duckdb.DuckDBPyConnection) -> None:
    number, days, gap = one(
        data,
        "SELECT customer_id, days_silent, usual_gap_days FROM customer_standing WHERE risk_reason = 'silence'"
        " ORDER BY 1 LIMIT 1",
    )
    mark = next(mark for mark in read_profile(reader, number).marks if mark.name == "at_risk")
    assert (mark.reason, mark.values["days"], mark.values["gap"]) == ("silence", days, gap)


def test_a_profile_keeps_what_the_viewer_may_not_see(reader: CustomerReader, data: duckdb.DuckDBPyConnection) -> None:
    narrow = replace(reader, policy=NO_CONTACT)
    german, french = (
        one(data, f"SELECT customer_id FROM customer WHERE country = '{land}' AND primary_email IS NOT NULL LIMIT 1")[0]
        for land in ("Germany", "France")
    )
    names = {fact.name for group in read_profile(narrow, german).groups for fact in group.facts}
    assert "country" in names
    assert not names & {"primary_email", "primary_phone"}
    for number in (french, "C999999", "'; --"):
        with pytest.raises(UnknownCustomer):
            read_profile(narrow, number)


# --- lists


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("customers in Germany", "SELECT count(*) FROM customer WHERE country = 'Germany' AND {live}"),
        ("which customers are in Berlin", "SELECT count(*) FROM customer WHERE city = 'Berlin' AND {live}"),
        (
            "customers in Germany with more than 3 orders",
            "SELECT count(*) FROM customer WHERE country = 'Germany' AND {live} AND (SELECT count(*) FROM orders o"
            " WHERE o.customer_id = customer.customer_id AND o.status <> 'cancelled' AND NOT o.is_test) > 3",
        ),
        (
            "customers who have not ordered in 90 days",
            "SELECT count(*) FROM customer WHERE {live} AND NOT EXISTS (FROM orders o WHERE o.customer_id ="
            " customer.customer_id AND o.status <> 'cancelled' AND NOT o.is_test AND o.ordered_at >= '2026-04-02')",
        ),
    ],
)
def test_a_list_asked_for_in_words(
    assistant: Assistant, reader: CustomerReader, data: duckdb.DuckDBPyConnection, question: str, sql: str
) -> None:
    found = list_customers(reader, customer_query(reader, assistant.ask(question)))
    assert found.total == one(data, sql.format(live="NOT is_internal AND NOT is_deleted"))[0]
    assert len(found.rows) == min(50, found.total)


@pytest.mark.parametrize(
    "question", ["net revenue by month", "customers by country", "new customers last month", "xqz"]
)
def test_what_is_no_list_is_said(assistant: Assistant, reader: CustomerReader, question: str) -> None:
    with pytest.raises(NoList):
        customer_query(reader, assistant.ask(question))


def test_conditions_are_clicked_together(
    assistant: Assistant, reader: CustomerReader, data: duckdb.DuckDBPyConnection
) -> None:
    choices = {one.name: one for one in condition_choices(reader, assistant.values)}
    assert "customer.full_name" not in choices
    assert "Germany" in choices["customer.country"].values
    query = with_condition(reader, GERMANS, filter_of(choices["orders"], "ge", ["2"]))
    query = with_condition(reader, query, filter_of(choices["loyal"], "eq", ["yes"]))
    expected = one(
        data,
        "SELECT count(*) FROM customer JOIN customer_standing s USING (customer_id) WHERE country = 'Germany'"
        " AND s.orders_n >= 2 AND s.is_loyal AND NOT is_internal AND NOT is_deleted",
    )[0]
    assert list_customers(reader, query).total == expected > 0
    for op, said in (("ge", ["many"]), ("ge", [" "]), ("in", ["1"])):
        with pytest.raises(NoList):
            filter_of(choices["orders"], op, said)


def test_a_file_holds_the_whole_list_in_order(reader: CustomerReader, data: duckdb.DuckDBPyConnection) -> None:
    query = GERMANS.model_copy(update={"metrics": ("net_revenue",), "order_by": (OrderBy(by="net_revenue"),)})
    out = io.StringIO()
    written = write_csv(reader, query, {"customer_id": "Number"}, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    live = "country = 'Germany' AND NOT is_internal AND NOT is_deleted"
    assert written == len(rows) == one(data, f"SELECT count(*) FROM customer WHERE {live}")[0]
    assert len({row["Number"] for row in rows}) == written
    amounts = [float(row["Net revenue"] or -1) for row in rows]
    assert amounts == sorted(amounts, reverse=True)


def test_a_list_obeys_the_readers_rights(reader: CustomerReader) -> None:
    everybody = SemanticQuery(entity="customer")
    narrow = replace(reader, policy=NO_CONTACT)
    assert list_customers(narrow, everybody).total == list_customers(reader, GERMANS).total
    assert "primary_email" not in list_customers(narrow, everybody).columns


# --- segments


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[SegmentShelf]:
    store = Store.open(read_settings(home=tmp_path), by="ann")
    yield SegmentShelf(store)
    store.close()


def test_a_segment_is_saved_found_and_removed(shelf: SegmentShelf) -> None:
    made = shelf.save("  Our   Germans ", "customers in Germany", GERMANS)
    assert (made.name, made.by) == ("Our Germans", "ann")
    assert shelf.all() == (made,)
    for name in ("our germans", " ", "x" * 81):
        with pytest.raises(SegmentError):
            shelf.save(name, "", GERMANS)
    shelf.remove(made.id)
    assert shelf.all() == ()
    with pytest.raises(SegmentError):
        shelf.one(made.id)


def test_a_segment_is_used_in_questions(reader: CustomerReader, shelf: SegmentShelf, tmp_path: Path) -> None:
    made = shelf.save("Home crowd", "customers in Germany", GERMANS)
    name = offer_in_questions(tmp_path, reader.engine.schema, reader.layer, made)
    assert shelf.offered_as(made.id, name).offered == "home_crowd"
    layer = load_workspace(tmp_path, reader.engine.schema)
    assert layer.segments["home_crowd"].filters == GERMANS.filters
    with pytest.raises(SegmentError, match="already means"):
        offer_in_questions(tmp_path, reader.engine.schema, layer, made)
    before = (tmp_path / "definitions" / "saved_segments.yml").read_text(encoding="utf-8")
    whole = SemanticQuery(entity="customer")
    for wrong in (replace(made, name="Loyal"), replace(made, name="4 ever"), replace(made, name="All", query=whole)):
        with pytest.raises(SegmentError):
            offer_in_questions(tmp_path, reader.engine.schema, layer, wrong)
    assert (tmp_path / "definitions" / "saved_segments.yml").read_text(encoding="utf-8") == before
