"""Turns of a conversation that were answered with something else than what was asked: heeded now, or refused."""

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from tests.test_talk_named_again import last, query

MONTHS = ("revenue in April", "and in May?", "by month this year")


def test_a_whole_sentence_keeps_nothing_of_the_turns_before(shop: Assistant) -> None:
    refused = last(shop, *MONTHS, "revenue by channel for the best customers")
    assert isinstance(refused, Refusal), refused
    assert query(shop, *MONTHS, "by channel").metrics == ("net_revenue",)


def test_those_counted_by_what_they_are_have_names(shop: Assistant) -> None:
    for counted in ("how many customers are at risk", "customers at risk by country"):
        found = query(shop, counted, "who are they")
        assert found.entity == "customer"
        assert [(one.field, one.values) for one in found.filters] == [("at_risk", (True,))]


def test_a_city_of_customers_is_none_of_a_store(shop: Assistant) -> None:
    best = ("revenue by store", "the best one")
    assert isinstance(last(shop, *best, "its city"), Refusal)
    assert [one.field for one in query(shop, "top country by revenue", "its cities").group_by] == ["customer.city"]


def test_a_field_that_is_also_a_value_is_told_of_the_thing(shop: Assistant) -> None:
    found = query(shop, "which product sold best", "its brand")
    assert [one.field for one in found.group_by] == ["product.brand"]
    assert [one.field for one in found.filters] == ["product.product_name"]


@pytest.mark.parametrize(
    ("turns", "same"),
    [
        (("revenue by month", "from January 2026"), ("revenue by month since January 2026",)),
        (("monthly revenue from January 2026",), ("revenue by month since January 2026",)),
        (("revenue by country", "from January 2026"), ("revenue by country in January 2026",)),
    ],
)
def test_a_course_of_time_begins_where_it_is_said(
    shop: Assistant, turns: tuple[str, ...], same: tuple[str, ...]
) -> None:
    assert query(shop, *turns) == query(shop, *same)


def test_what_those_counted_did_is_not_what_all_did(shop: Assistant) -> None:
    found = query(shop, "new customers last month", "where do they come from", "how many ordered")
    held = [(one.field, one.op, one.values, one.entity) for one in found.filters]
    assert held == [("new_customers", "ge", (1,), "customer")]
    assert found.metrics == ("orders",)
    for turns in (("how many subscribers do we have", "their average age"), ("tickets in May", "their revenue")):
        assert isinstance(last(shop, *turns), Refusal), turns
    assert query(shop, "customers in Germany", "their revenue") == query(shop, "revenue in Germany")
    assert query(shop, "revenue by country", "their refund rate").metrics == ("refund_rate",)


def test_a_part_of_a_year_is_held_against_that_of_the_year_before(shop: Assistant) -> None:
    compared = query(shop, "revenue 2025 vs 2024", "only Q1").compare
    assert compared is not None
    assert compared.kind == "previous_year"


def test_all_groups_are_shown_again(shop: Assistant) -> None:
    turns = ("revenue by country", "show Germany only", "show all again")
    assert query(shop, *turns) == query(shop, "revenue by country")


def test_he_is_the_one_of_whom_the_answer_told(shop: Assistant) -> None:
    best = last(shop, "which agent solved the most tickets")
    assert isinstance(best, Answer)
    name = str(best.result.rows[0][0])
    found = query(shop, "which agent solved the most tickets", "how many tickets did he solve last month")
    assert found == query(shop, f"how many tickets did {name} solve last month")


def test_he_is_nobody_behind_a_list(shop: Assistant) -> None:
    assert isinstance(last(shop, "solved tickets by agent", "how many did he lose"), Refusal)
