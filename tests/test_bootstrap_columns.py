"""What the bootstrap makes of single columns: times, flags, numbers, personal data, and names of every kind."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer import value_queries
from semantic_layer.bootstrap.kinds import how_to_add, is_personal
from semantic_layer.bootstrap.structure import read_tables
from semantic_layer.bootstrap.vocabulary import vocabulary
from tests.bootstrap_tables import found, table
from warehouse import query_trusted


@pytest.mark.parametrize(
    ("column", "adding"),
    [
        ("amount", "sum"),
        ("qty", "sum"),
        ("total_net_amt", "sum"),
        ("num_of_visits", "sum"),
        ("salary", "sum"),
        ("unit_price", "average"),
        ("price", "price"),
        ("price_in_dollars", "price"),
        ("extended_price", "sum"),
        ("age", "average"),
        ("csat_score", "average"),
        ("conversion_rate", "average"),
        ("discount_pct", "average"),
        ("balance", "level"),
        ("num_of_employees", "level"),
        ("zip", "never"),
        ("birth_year", "never"),
        ("phone", "never"),
        ("latitude", "never"),
        ("order_number", "never"),
        ("wobble", "unknown"),
    ],
)
def test_how_numbers_add_up_by_their_names(column: str, adding: str) -> None:
    assert how_to_add(read_tables(_Empty(column, "DOUBLE"))[0].columns[0]) == adding


class _Empty(dict[str, object]):
    """Profiles of one table without rows that has one column."""

    def __init__(self, column: str, kind: str, name: str = "things"):
        super().__init__({name: _Rows({column: _Column(kind)})})


class _Rows:
    rows = 0

    def __init__(self, columns: dict[str, object]):
        self.columns = columns


class _Column:
    nulls, distinct, min, max, samples, unique = 0, 0, None, None, (), False

    def __init__(self, kind: str):
        self.type = kind


@pytest.mark.parametrize(
    ("name", "column", "personal"),
    [
        ("customers", "email", True),
        ("customers", "name", True),
        ("orders", "customer_name", True),
        ("customers", "home_phone", True),
        ("customers", "billing_address_line2", True),
        ("staff", "surname", True),
        ("people", "soc_sec_id", True),
        ("people", "date_of_birth", True),
        ("products", "name", False),
        ("customers", "city", False),
        ("customers", "address_type", False),
        ("orders", "product_name", False),
    ],
)
def test_personal_data_is_told_by_names(name: str, column: str, personal: bool) -> None:
    one = read_tables(_Empty(column, "VARCHAR", name))[0]
    assert is_personal(one.columns[0], one.noun) is personal


# fmt: off
DATES = table(
    "events",
    60,
    id="i",
    iso="strftime(DATE '2024-01-01' + CAST(i AS INT), '%Y-%m-%d')",
    day_first="strftime(DATE '2024-01-01' + CAST(i AS INT), '%d/%m/%Y')",
    happened="20240100 + 1 + i % 28",
    seen_at="1704067200 + i * 3600",
    seen_ms="(1704067200 + i * 3600) * 1000",
    unclear_date="'0' || 1 + i % 9 || '/0' || 1 + i % 7 || '/2024'",
    mostly_date="CASE WHEN i = 60 THEN 'soon' ELSE strftime(DATE '2024-01-01' + CAST(i AS INT), '%Y-%m-%d') END",
    blank_date="CASE WHEN i % 5 = 0 THEN ' ' ELSE '2024-02-03' END",
    open_year="2000 + i % 20",
    version="'1.' || i",
    price="CAST(i * 0.5 AS VARCHAR)",
    score="CASE WHEN i = 3 THEN 'n/a' ELSE '7' END",
)
# fmt: on


def test_times_written_as_text_and_numbers_are_read_exactly() -> None:
    one = found(DATES)
    name = one.dataset("events").name
    for field in ("iso", "day_first"):
        assert one.field("events", field).kind == "time", field
        by_month = one.rows("events", f"{name}.{field}", "month")
        assert by_month == {date(2024, 1, 1): 30, date(2024, 2, 1): 29, date(2024, 3, 1): 1}
    for field in ("seen_at", "seen_ms"):
        by_day = one.rows("events", f"{name}.{field}", "day")
        assert by_day == {date(2024, 1, 1): 23, date(2024, 1, 2): 24, date(2024, 1, 3): 13}
    assert one.rows("events", f"{name}.blank_date", "day") == {date(2024, 2, 3): 48, None: 12}


def test_doubtful_dates_are_told() -> None:
    one = found(DATES)
    told = "\n".join(one.proposal.doubts)
    assert "events.unclear_date: its dates fit %d/%m/%Y and %m/%d/%Y; %d/%m/%Y was taken." in told
    assert "events.mostly_date: 1 of 60 values are no dates written as %Y-%m-%d; they count as empty." in told
    assert one.field("events", "version").kind == "categorical"
    assert one.field("events", "open_year").kind == "number"
    assert not any("year" in metric for metric in one.layer.metrics)


def test_numbers_stored_as_text_are_numbers_only_when_all_of_them_are() -> None:
    one = found(DATES)
    assert one.field("events", "price").kind == "number"
    assert one.rows("average_price") == {"average_price": 15.25}
    assert one.field("events", "score").kind == "categorical"


# fmt: off
FLAGS = (
    table(
        "members",
        40,
        member_id="i",
        is_active="i % 4 > 0",
        churned="['Yes', 'No'][1 + i % 2]",
        opted_in="i % 5 // 4",
        gender="i % 2",
        phone_service="['Yes', 'No', 'No phone'][1 + i % 3]",
        password="md5('' || i)",
        empty="NULL::VARCHAR",
        notes="'A long remark about this very member, number ' || i || ', who wrote to us again and again.'",
    ),
)
# fmt: on


def test_yes_and_no_in_every_spelling() -> None:
    one = found(*FLAGS)
    kinds = {field.name: field.kind for field in one.dataset("members").fields}
    assert [kinds[name] for name in ("is_active", "churned", "opted_in")] == ["boolean"] * 3
    assert [kinds[name] for name in ("gender", "phone_service")] == ["categorical"] * 2
    assert one.rows("members", "member.churned") == {True: 20, False: 20}
    assert one.rows("members", "member.opted_in") == {True: 8, False: 32}
    assert one.rows("churned_rate") == {"churned_rate": 0.5}
    assert one.rows("opted_in_rate") == {"opted_in_rate": 0.2}


def test_secrets_prose_and_empty_columns_are_kept_from_view() -> None:
    one = found(*FLAGS)
    assert one.field("members", "password").hidden
    assert one.field("members", "password").pii
    assert one.field("members", "notes").hidden
    assert "empty" not in {field.name for field in one.dataset("members").fields}
    assert any("left out" in doubt and "empty" in doubt for doubt in one.proposal.doubts)


# fmt: off
NASTY = (
    """CREATE TABLE "Order Items!" (
        "Order ID" BIGINT, "order_id" BIGINT, "ORDER-ID" VARCHAR, "group" VARCHAR, "select" DOUBLE, "Größe" VARCHAR,
        "数量" INTEGER, "🙂" VARCHAR, "1st amount" DOUBLE, "a""b" VARCHAR, "it's" VARCHAR, "day" DATE, "month" VARCHAR,
        "tags" VARCHAR[], "info" STRUCT(x INT), "value" VARCHAR, "n" VARCHAR)""",
    """INSERT INTO "Order Items!" SELECT i, i, 'X' || i, 'g' || i % 3, i * 1.5, 'gr', i, ':)', i * 2.0, 'q', 's',
        DATE '2024-01-01' + CAST(i AS INT), 'Jan', ['a'], {'x': 1}, 'v', '# [no' FROM range(1, 21) AS numbers(i)""",
    'CREATE TABLE "SELECT" (id INTEGER, metric_time TIMESTAMP, "order" INTEGER)',
    'CREATE TABLE "select_" (id INTEGER, amount DECIMAL(10,2))',
    "CREATE TABLE nothing_known (a VARCHAR, b INTEGER, c DATE)",
    "INSERT INTO nothing_known SELECT NULL, NULL, NULL FROM range(5)",
    'CREATE TABLE "表" (x INTEGER)',
    'CREATE TABLE "order_items" ("order id" BIGINT, amount DOUBLE)',
)
# fmt: on


def test_nasty_names_load_and_run() -> None:
    one = found(*NASTY)
    for sql in value_queries(one.layer, 5).values():
        query_trusted(one.path, sql)
    for metric in one.layer.metrics:
        one.rows(metric)
    items = one.dataset("Order Items!")
    by_field = {field.name: field for field in items.fields}
    assert len(by_field) == len(items.fields) == 15
    for field in items.fields:
        one.rows(items.measures[0].name, f"{items.name}.{field.name}", "month" if field.kind == "time" else None)
    assert by_field["order_id"].expression == ""  # the plain name is the column of that name, not a look-alike
    assert one.rows(items.measures[0].name, f"{items.name}.group") == {"g0": 6, "g1": 7, "g2": 7}
    assert {metric for metric in one.layer.metrics if metric in ("month", "day", "metric_time")} == set()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customeraddress", ("customer", "address")),
        ("CustomerID", ("customer", "id")),
        ("ord_dt", ("order", "date")),
        ("tot_amt", ("total", "amount")),
        ("orderDate", ("order", "date")),
        ("HTTPStatusCode", ("http", "status", "code")),
        ("addr2", ("address", "2")),
        ("notification", ("notification",)),
        ("assessment", ("assessment",)),
        ("chnl_cd", ("channel", "code")),
        ("gndr", ("gender",)),
        ("brnchs", ("branches",)),
        ("REG_DT", ("registration", "date")),
        ("acctStsCd", ("account", "status", "code")),
        ("zqd", ("zqd",)),
    ],
)
def test_names_are_taken_apart(name: str, words: tuple[str, ...]) -> None:
    known = vocabulary()
    assert known.expanded(known.split(name)) == words


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("customers", "customer"),
        ("addresses", "address"),
        ("categories", "category"),
        ("boxes", "box"),
        ("people", "person"),
        ("status", "status"),
        ("sizes", "size"),
        ("invoices", "invoice"),
        ("staff", "staff"),
    ],
)
def test_singular_and_plural(many: str, one: str) -> None:
    assert vocabulary().singular(many) == one
    assert vocabulary().singular(vocabulary().plural(one)) == one


def test_short_forms_of_a_table_and_remarks_in_brackets_are_written_out() -> None:
    columns = {
        "Patient": ("PatID", "PatName", "Smoker (Y/N)", "Weight (kg)"),
        "LabResult": ("ResID", "PatID", "Count (6-12)", "Age (1)", "Age (2)"),
    }
    profiles = {name: _Rows({column: _Column("INTEGER") for column in told}) for name, told in columns.items()}
    patient, result = read_tables(profiles)
    assert [" ".join(one.words) for one in patient.columns] == ["patient id", "patient name", "smoker", "weight kg"]
    told = [" ".join(one.words) for one in result.columns]
    assert told == ["lab result id", "patient id", "count", "age 1", "age 2"]
