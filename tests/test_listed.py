"""Lists of customers: what they show beside keys, who sees it, and what a wrong declaration is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.conversation import Conversation
from semantic_layer import DefinitionError, Viewer, load, shipped_definitions
from tests.conftest import AS_OF
from warehouse import query_trusted

RULES = """
version: 1
datasets:
  - name: customer
    source: customer
    policy: {hidden_fields: [full_name], except_roles: [admin]}
"""
RISK = """
SELECT customer_id, full_name, s.risk_reason, segment, region, s.days_silent
FROM core.customer JOIN mart.customer_standing AS s USING (customer_id)
WHERE s.is_at_risk AND region = 'North' AND NOT is_internal AND NOT is_deleted ORDER BY customer_id
"""


@pytest.fixture(scope="module")
def house(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("listed")
    (home / "warehouse").mkdir()
    os.link(demo_home / "warehouse" / "live.duckdb", home / "warehouse" / "live.duckdb")
    (home / "definitions").mkdir()
    (home / "definitions" / "rules.yml").write_text(RULES, encoding="utf-8")
    assistant = Assistant.open(replace(read_settings({}, home), as_of=AS_OF, workers=1))
    yield assistant
    assistant.close()


def listed(assistant: Assistant, question: str) -> Answer:
    answer = assistant.ask(question)
    assert isinstance(answer, Answer), answer.sentence
    return answer


def test_a_list_shows_names_reasons_and_what_the_definitions_say(house: Assistant) -> None:
    answer = listed(house, "which customers in the North are at risk of churning?")
    rows = sorted(tuple(row) for row in answer.result.rows)
    assert rows == [tuple(row) for row in query_trusted(house.settings.home / "warehouse" / "live.duckdb", RISK).rows]
    assert [column.name for column in answer.columns] == [
        "customer_id", "full_name", "risk_reason", "segment", "region", "days_silent"
    ]  # fmt: skip


def test_the_sentence_says_what_the_list_was_narrowed_to_and_the_segment_is_defined(house: Assistant) -> None:
    answer = listed(house, "which customers in the North are at risk of churning?")
    assert answer.sentence.endswith("customers match (Region: North, at risk of churning).")
    assert [one.label for one in answer.definitions] == ["At risk of churning"]
    assert "By a rule, no score" in answer.definitions[0].text


def test_a_list_that_names_its_fields_shows_those_only(house: Assistant) -> None:
    answer = listed(house, "list customers in the North with their city")
    assert [column.name for column in answer.columns] == ["customer_id", "full_name", "city"]


def test_a_hidden_name_is_not_shown(house: Assistant) -> None:
    one = house.for_viewer(Viewer("ann", frozenset({"analyst"})))
    answer = listed(one, "which customers in the North are at risk of churning?")
    assert "full_name" not in [column.name for column in answer.columns]


def test_what_a_list_cannot_show_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = tmp_path / "mine.yml"
    wrong.write_text(
        "version: 1\nsegments:\n  - name: up\n    label: Northern\n    entity: customer\n    description: North.\n"
        "    filters: [{field: customer.region, op: in, values: [North]}]\n    shows: [orders.channel]\n",
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as caught:
        load([*shipped_definitions(), wrong])
    (fault,) = caught.value.faults
    assert (Path(fault.file).name, fault.line) == ("mine.yml", 8)
    assert "channel" in fault.message


SOLD = "status <> 'cancelled' AND NOT is_test"
LAST_YEAR = "ordered_at >= DATE '2025-01-01' AND ordered_at < DATE '2026-01-01'"
RANKED = {
    "top 3 enterprise customers by revenue": "SELECT customer_id, full_name, sum(net_amount) FROM core.orders "
    f"JOIN core.customer USING (customer_id) WHERE {SOLD} AND segment = 'Enterprise' GROUP BY ALL "
    "ORDER BY 3 DESC LIMIT 3",
    "which at-risk customers spent the most last year": "SELECT customer_id, full_name, sum(net_amount) "
    "FROM core.orders JOIN core.customer USING (customer_id) JOIN mart.customer_standing USING (customer_id) "
    f"WHERE {SOLD} AND is_at_risk AND {LAST_YEAR} GROUP BY ALL ORDER BY 3 DESC LIMIT 10",
    "best selling Beauty products last month": "SELECT p.name, sum(i.net_amount) FROM core.order_item i "
    "JOIN core.orders o USING (order_id) JOIN core.product p USING (product_id) "
    f"WHERE {SOLD} AND category = 'Beauty' AND ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01' "
    "GROUP BY ALL ORDER BY 2 DESC LIMIT 10",
    "revenue of at-risk customers last year": "SELECT sum(net_amount) FROM core.orders "
    f"JOIN mart.customer_standing USING (customer_id) WHERE {SOLD} AND is_at_risk AND {LAST_YEAR}",
}


@pytest.mark.parametrize("question", RANKED)
def test_what_is_ranked_may_be_narrowed_by_a_word_before_it(house: Assistant, question: str) -> None:
    rows = query_trusted(house.settings.home / "warehouse" / "live.duckdb", RANKED[question]).rows
    assert [row[-1] for row in listed(house, question).result.rows] == [row[-1] for row in rows]
    assert {row[0] for row in listed(house, question).result.rows} == {row[0] for row in rows}


def test_who_are_of_a_kind_are_shown_and_not_counted(house: Assistant) -> None:
    count = "SELECT count(*) FROM core.customer WHERE segment = 'Enterprise' AND NOT is_internal AND NOT is_deleted"
    rows = query_trusted(house.settings.home / "warehouse" / "live.duckdb", count).rows
    for question in ("show me our enterprise customers", "who are our enterprise customers?"):
        assert len(listed(house, question).result.rows) == rows[0][0]


def test_a_period_that_nothing_in_a_list_takes_is_not_dropped(house: Assistant) -> None:
    assert not isinstance(house.ask("which customers lapsed in May"), Answer)


ROWS = {
    "list open tickets": "SELECT ticket_id FROM core.ticket WHERE status <> 'solved'",
    "which subscriptions were cancelled last month": "SELECT subscription_id FROM core.subscription "
    "WHERE cancelled_at >= DATE '2026-05-01' AND cancelled_at < DATE '2026-06-01'",
    "list all orders above 400 euros in June": f"SELECT order_id FROM core.orders WHERE {SOLD} AND net_amount > 400 "
    "AND ordered_at >= DATE '2026-06-01' AND ordered_at < DATE '2026-07-01'",
}


@pytest.mark.parametrize("question", ROWS)
def test_rows_that_are_asked_for_are_listed_and_not_counted(house: Assistant, question: str) -> None:
    rows = query_trusted(house.settings.home / "warehouse" / "live.duckdb", ROWS[question]).rows
    answer = listed(house, question)
    assert sorted(row[0] for row in answer.result.rows) == sorted(row[0] for row in rows)
    assert len(answer.columns) >= 4


def test_two_names_side_by_side_of_which_one_is_guessed_are_a_third_thing(house: Assistant) -> None:
    assert not isinstance(house.ask("unsubscribe rate by campaign type"), Answer)


def test_in_a_conversation_a_period_moves_that_of_the_rows_and_none_is_dropped(house: Assistant) -> None:
    conversation = Conversation()
    house.ask("which subscriptions were cancelled last month", conversation=conversation)
    april = house.ask("and in April?", conversation=conversation)
    within = "cancelled_at >= DATE '2026-04-01' AND cancelled_at < DATE '2026-05-01'"
    sql = f"SELECT count(*) FROM core.subscription WHERE {within}"
    rows = query_trusted(house.settings.home / "warehouse" / "live.duckdb", sql).rows
    assert isinstance(april, Answer)
    assert len(april.result.rows) == rows[0][0]
    conversation = Conversation()
    house.ask("list open tickets", conversation=conversation)
    assert not isinstance(house.ask("and last week's", conversation=conversation), Answer)


def test_what_belongs_to_each_one_is_no_condition(house: Assistant) -> None:
    conversation = Conversation()
    house.ask("show me our loyal customers in the North", conversation=conversation)
    assert not isinstance(house.ask("with their email", conversation=conversation), Answer)


def test_one_name_for_each_key_is_drawn_and_told_by_the_name(house: Assistant) -> None:
    answer = listed(house, "top 3 enterprise customers by revenue")
    assert answer.chart.kind == "bar"
    first = answer.result.rows[0]
    assert str(first[1]) in answer.sentence
    assert str(first[0]) not in answer.sentence


def test_a_verb_that_asks_is_a_name_behind_a_preposition_or_an_article(house: Assistant) -> None:
    sql = (
        "SELECT sum(clicks) FROM core.marketing_spend WHERE channel = 'Display' "
        "AND date >= DATE '2026-05-01' AND date < DATE '2026-06-01'"
    )
    rows = query_trusted(house.settings.home / "warehouse" / "live.duckdb", sql).rows
    assert listed(house, "clicks on display ads in May 2026").result.rows == rows
    assert listed(house, "please display ad clicks in May 2026").result.rows != rows


def test_a_number_that_is_to_be_listed_is_no_list_of_rows(house: Assistant) -> None:
    answer = house.ask("list the number of open tickets")
    assert not isinstance(answer, Answer) or answer.plan is None or not answer.plan.query.entity
