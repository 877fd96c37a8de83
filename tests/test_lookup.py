"""Questions about one customer of the demo company, and who may find whom."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import reading
from assistant.answer import Answer, Clarification, Refusal
from assistant.assistant import Assistant
from assistant.config import read_settings
from tests.conftest import AS_OF
from warehouse import Person, query_trusted

RULES = """
version: 1
datasets:
  - name: customer
    source: customer
    policy: {rows: region = viewer.region, hidden_fields: [phone_number], except_roles: [admin]}
"""
VIEWER = 'name = "ann"\nroles = ["analyst"]\n[attributes]\nregion = "North"\n'
ONE = """
SELECT customer_id, full_name, primary_email, primary_phone FROM core.customer
WHERE region {0} 'North' AND NOT is_internal AND NOT is_deleted AND customer_type = 'person'
  AND primary_phone IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY full_name) = 1 AND count(*) OVER (PARTITION BY primary_phone) = 1
  AND count(*) OVER (PARTITION BY primary_email) = 1 ORDER BY customer_id LIMIT 1
"""


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lookup")
    (home / "warehouse").mkdir()
    os.link(demo_home / "warehouse" / "live.duckdb", home / "warehouse" / "live.duckdb")
    (home / "definitions").mkdir()
    (home / "definitions" / "rules.yml").write_text(RULES)
    (home / "ann.toml").write_text(VIEWER)
    return home


@pytest.fixture(scope="module")
def everyone(home: Path) -> Iterator[Assistant]:
    (home / "all.toml").write_text('name = "boss"\nroles = ["admin"]\n')
    opened = Assistant.open(replace(read_settings({}, home), as_of=AS_OF, viewer=str(home / "all.toml")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def limited(home: Path) -> Iterator[Assistant]:
    opened = Assistant.open(replace(read_settings({}, home), as_of=AS_OF, viewer=str(home / "ann.toml")))
    yield opened
    opened.close()


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    return list(query_trusted(home / "warehouse" / "live.duckdb", sql).rows)


@pytest.mark.parametrize("way", [0, 1, 2, 3], ids=["id", "name", "e-mail", "phone"])
def test_orders_of_one_customer(home: Path, everyone: Assistant, way: int) -> None:
    one = rows(home, ONE.format("="))[0]
    sql = f"SELECT count(*) FROM core.orders WHERE customer_id = '{one[0]}' AND status <> 'cancelled' AND NOT is_test"
    answer = everyone.ask(f"orders of {one[way]}")
    assert isinstance(answer, Answer), answer
    assert answer.result.rows[0][0] == rows(home, sql)[0][0]


def test_the_profile_of_one_customer(home: Path, everyone: Assistant) -> None:
    one = rows(home, ONE.format("="))[0]
    answer = everyone.ask(f"show me customer {one[0]}")
    assert isinstance(answer, Answer)
    assert len(answer.result.rows) == 1
    assert answer.result.rows[0][0] == one[0]
    assert not {str(one[1]), str(one[2]), str(one[3])} & {str(value) for value in answer.result.rows[0]}


def test_two_of_one_name_are_never_decided_between(home: Path, everyone: Assistant) -> None:
    sql = """SELECT full_name, count(*) FROM core.customer WHERE NOT is_internal AND NOT is_deleted
             AND customer_type = 'person' GROUP BY 1 HAVING count(*) = 2 ORDER BY 1 LIMIT 1"""
    asked = everyone.ask(f"orders of {rows(home, sql)[0][0]}")
    assert isinstance(asked, Clarification)
    assert len(asked.options) == 2


def test_a_viewer_finds_those_they_may_see_only(home: Path, limited: Assistant) -> None:
    own, other = rows(home, ONE.format("="))[0], rows(home, ONE.format("<>"))[0]
    assert isinstance(limited.ask(f"orders of {own[2]}"), Answer)
    for text in other[:3]:
        outcome = limited.ask(f"orders of {text}")
        assert isinstance(outcome, Refusal)
        assert str(other[0]) not in outcome.sentence or text == other[0]


def test_a_hidden_field_finds_nobody(home: Path, limited: Assistant) -> None:
    own = rows(home, ONE.format("="))[0]
    assert isinstance(limited.ask(f"orders of {own[3]}"), Refusal)


def test_existence(everyone: Assistant) -> None:
    assert isinstance(everyone.ask("do we have any customers in Berlin"), Answer)
    refused = everyone.ask("do we have any customers in Atlantis")
    assert isinstance(refused, Refusal)
    assert refused.words == ("Atlantis",)


def test_an_index_is_written_once_for_a_snapshot_and_a_viewer(home: Path, everyone: Assistant) -> None:
    assert everyone.index
    before = everyone.index.path.stat().st_mtime_ns
    again = Assistant.open(everyone.settings)
    again.close()
    assert again.index
    assert (again.index.path, again.index.path.stat().st_mtime_ns) == (everyone.index.path, before)


def test_a_wide_field_is_in_the_index(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 20)
    monkeypatch.setattr(reading, "PAGE", 30)
    opened = Assistant.open(replace(read_settings({}, home), as_of=AS_OF, viewer=str(home / "all.toml")))
    cities = {str(row[0]) for row in rows(home, "SELECT DISTINCT city FROM core.customer WHERE city IS NOT NULL")}
    rare = rows(home, "SELECT city FROM core.customer WHERE city IS NOT NULL GROUP BY 1 ORDER BY count(*), 1 LIMIT 1")[
        0
    ][0]
    answer = opened.ask(f"customers in {rare}")
    opened.close()
    assert opened.index
    assert opened.index.values >= len(cities)
    assert isinstance(answer, Answer)
    assert answer.plan
    assert [f.values for f in answer.plan.query.filters] == [(rare,)]


def test_a_workspace_that_cannot_be_written_still_answers(home: Path, everyone: Assistant, tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("not a folder")
    source = reading.Source(everyone.engine, everyone.layer, everyone.policy, "now")
    assert reading.open_index(tmp_path, source, ()) is None


def test_forgetting_takes_the_index_with_it(tmp_path: Path) -> None:
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / "values-a-b.db").write_text("C1")
    person = Person("C1", frozenset(), frozenset(), frozenset())
    assert [one.rows for one in reading.forget_in_index(tmp_path, person, "ann", rehearse=True)] == [1]
    assert (tmp_path / "vectors" / "values-a-b.db").exists()
    assert [one.rows for one in reading.forget_in_index(tmp_path, person, "ann", rehearse=False)] == [1]
    assert not (tmp_path / "vectors" / "values-a-b.db").exists()
