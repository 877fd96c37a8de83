"""Changed copies respect what the data respects, and broken queries fall apart on them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evals.comparison import CompareRules, Table
from evals.copies import Needs, copies, random_databases, shuffled
from evals.facts import tables_of
from evals.mutants import campaign, summary
from evals.mutations import mutants
from evals.needs import needs_of
from evals.recheck import Copy, Pass, fallen
from tests.evals_world import BY_COUNTRY, REVENUE, shop
from warehouse import query_trusted, trusted_reader

ALL = Needs(frozenset({"customer", "orders"}))


@pytest.fixture(autouse=True)
def few_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.copies.MIXED_ROWS", (300, 40, 20, 10))
    monkeypatch.setattr("evals.copies.LOOSE_ROWS", (60, 15))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return Path(shop(tmp_path).database)


def one(database: Path, sql: str):
    return query_trusted(database, sql).rows[0][0]


def test_keys_links_and_nulls_are_found_in_the_data(database):
    customer, orders = tables_of(database)
    assert (customer.name, orders.name) == ("customer", "orders")
    facts = {column.name: (column.key, column.nullable, column.link is not None) for column in orders.columns}
    assert facts == {
        "order_id": (True, False, False),
        "customer_id": (False, False, True),
        "amount": (False, False, False),
        "ordered_at": (False, False, False),
    }


def test_copies_keep_keys_unique_and_links_whole_except_the_loose_ones(database, tmp_path):
    made = {path.stem.rpartition("-")[0]: path for path in copies(database, tmp_path / "room", ALL)}
    orphans = "SELECT count(*) FROM orders WHERE customer_id NOT IN (SELECT customer_id FROM customer)"
    for name, path in made.items():
        assert one(path, "SELECT count(*) - count(DISTINCT order_id) FROM orders") == 0
        loose = name.startswith("loose")
        assert loose or one(path, orphans) == 0
        assert loose or one(path, "SELECT count(*) FROM orders WHERE amount IS NULL OR customer_id IS NULL") == 0
    assert one(made["loose-1"], "SELECT count(*) FROM orders WHERE amount IS NULL") > 0
    assert one(made["thinned-1"], "SELECT count(*) FROM orders") != one(database, "SELECT count(*) FROM orders")


def test_the_same_needs_give_the_same_copies(database, tmp_path):
    first, again = (copies(database, tmp_path / room, ALL) for room in ("one", "two"))
    sql = "SELECT * FROM orders ORDER BY ALL"
    assert [query_trusted(path, sql).rows for path in first] == [query_trusted(path, sql).rows for path in again]


def test_mixed_copies_have_rows_on_both_sides_of_a_constant(database, tmp_path):
    needs = needs_of(["SELECT * FROM orders AS o WHERE o.amount >= 37 AND ordered_at < DATE '2026-03-01'"], database)
    assert needs.tables == {"orders"}
    mixed = copies(database, tmp_path / "room", needs)[2]
    amounts = {row[0] for row in query_trusted(mixed, "SELECT DISTINCT amount FROM orders").rows}
    days = {str(row[0]) for row in query_trusted(mixed, "SELECT DISTINCT ordered_at FROM orders").rows}
    assert {36.0, 37.0, 38.0} <= amounts
    assert {"2026-02-28", "2026-03-01", "2026-03-02"} <= days


def test_a_shuffled_copy_holds_the_same_rows_in_another_order(database, tmp_path):
    sql = "SELECT * FROM orders"
    before, after = query_trusted(database, sql).rows, query_trusted(shuffled(database, tmp_path / "room"), sql).rows
    assert before != after
    assert Counter(before) == Counter(after)


def test_random_databases_differ_from_each_other(database, tmp_path):
    found = random_databases(database, tmp_path / "room", ALL, 3)
    assert len({query_trusted(path, "SELECT sum(amount) FROM orders").rows for path in found}) == 3


def test_every_kind_of_fault_is_made():
    sql = (
        "SELECT DISTINCT c.country, sum(o.amount), max(o.ordered_at) FROM orders AS o JOIN customer AS c "
        "ON o.customer_id = c.customer_id WHERE o.amount > 20 AND c.country = 'DE' AND o.ordered_at >= '2026-01-01' "
        "GROUP BY c.country HAVING count(DISTINCT o.order_id) > 3 ORDER BY sum(o.amount) DESC LIMIT 3"
    )
    kinds = Counter(mutant.kind for mutant in mutants(sql))
    assert set(kinds) == {
        "dropped filter",
        "changed aggregate",
        "lost DISTINCT",
        "wrong join",
        "off-by-one",
        "turned condition",
        "other end of a ranking",
        "other column",
    }
    assert len({mutant.sql for mutant in mutants(sql)}) == sum(kinds.values())
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE customer (customer_id INT, country VARCHAR)")
        connection.execute("CREATE TABLE orders (order_id INT, customer_id INT, amount DOUBLE, ordered_at DATE)")
        for mutant in mutants(sql):
            if mutant.kind != "other column":  # an average of days is an error, and does not count
                connection.execute(mutant.sql)


def test_nothing_happens_behind_today_unless_the_data_reaches_that_far(database, tmp_path):
    late = {("orders", "ordered_at"): ["'2026-07-01'", "'2027-01-01'"]}
    last = "SELECT max(ordered_at) FROM orders"
    for until, latest in ((date(2026, 6, 30), date(2026, 6, 30)), (None, date(2027, 1, 2)), (date(2026, 1, 5), None)):
        made = copies(database, tmp_path / str(until), Needs(ALL.tables, late, until))
        found = max(one(path, last) for path in made)
        assert found == (latest or one(database, last))


def test_broken_queries_that_pass_on_the_data_fall_apart_on_copies(database, tmp_path, monkeypatch):
    monkeypatch.setattr("evals.mutants.RANDOM_DATABASES", 6)
    golds = [
        ("a", REVENUE + " WHERE amount > 5"),
        ("b", "SELECT count(DISTINCT customer_id) FROM orders WHERE amount < 500"),
        ("c", BY_COUNTRY),
    ]
    trials = campaign(golds, database, tmp_path / "room")
    counted = [trial for trial in trials if trial.runs and trial.different]
    assert sum(trial.passes for trial in counted) >= 2
    assert [trial.mutant.sql for trial in counted if trial.passes_copies] == []
    assert "all" in summary(trials)


VISITS = "(SELECT channel, count(*) AS n FROM visit GROUP BY 1)"
ORDERS = "(SELECT channel, count(*) AS n FROM bought GROUP BY 1)"
INNER = f"SELECT v.channel, o.n / v.n AS rate FROM {VISITS} v JOIN {ORDERS} o USING (channel)"
FULL = f"SELECT channel, coalesce(o.n, 0) / nullif(v.n, 0) AS rate FROM {VISITS} v FULL JOIN {ORDERS} o USING (channel)"


@pytest.mark.parametrize(
    ("gold", "answer", "found"),
    [
        (INNER, FULL, "zeros on mixed-1"),
        (INNER, FULL.replace("count(*)", "count(DISTINCT channel)"), "mixed-1"),
        (FULL, FULL, ""),
        ("SELECT max(channel) AS last FROM visit WHERE false", "SELECT channel FROM visit WHERE false", ""),
        ("SELECT max(channel) AS last FROM visit", "SELECT channel FROM visit WHERE false", "mixed-1"),
        ("SELECT channel FROM visit WHERE false", "SELECT max(channel) AS last FROM visit", "mixed-1"),
        (f"SELECT channel, n / 0 AS rate FROM {VISITS}", "SELECT channel, NULL AS rate FROM visit WHERE false", ""),
        (f"SELECT channel, n / 0 AS rate FROM {VISITS}", f"SELECT channel, n AS rate FROM {VISITS}", "mixed-1"),
    ],
)
def test_groups_without_a_figure_tell_nothing_and_zeros_are_told_apart(tmp_path, gold, answer, found):
    path = tmp_path / "mixed-1.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE visit AS SELECT unnest(['a', 'a', 'b', 'c']) AS channel")
        connection.execute("CREATE TABLE bought AS SELECT unnest(['a', 'b']) AS channel")
    with trusted_reader(path) as read:
        copy = Copy(read, lambda sql: Table(read(sql).columns, read(sql).rows))
        asked = Pass((gold,), answer, CompareRules())
        assert fallen([asked], [("mixed-1", copy)]).get(asked, "") == found
