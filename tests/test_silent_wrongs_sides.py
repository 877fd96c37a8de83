"""Kinds told apart, whose something is, what a share is of: heeded, asked back or refused, never one wrong number."""

from __future__ import annotations

import pytest

from assistant.answer import Clarification, Refusal
from assistant.understanding import Understanding
from assistant.understanding.language.wordings import Wording
from tests.understanding_layer import read, shipped

VALUES = {
    "orders.channel": (("app", 5), ("web", 9), ("store", 7)),
    "customer.gender": (("female", 5), ("male", 4)),
    "customer.country": (("Germany", 5), ("France", 4)),
    "campaign.campaign_country": (("Germany", 5), ("France", 4)),
    "customer.city": (("Berlin", 3), ("Hamburg", 2)),
    "product.category": (("Shoes", 3), ("Beauty", 2)),
    "product.subcategory": (("Jackets", 3), ("Boots", 2)),
    "ticket.topic": (("delivery", 5), ("other", 4)),
    "ticket.channel": (("email", 5), ("chat", 4)),
}


@pytest.fixture(scope="module")
def shop() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("average order value of app and web orders", ["orders.channel"]),
        ("refund rate for Germany and France", ["customer.country"]),
        ("orders from the app and from the web", ["orders.channel"]),
        ("orders from the app and from the web by country", ["customer.country", "orders.channel"]),
        ("revenue from the app and the web", []),
        ("total revenue from the app and from the web", []),
        ("average order value of app and web orders combined", []),
        ("average order value of app or web orders", []),
        ("orders not from the app and not from the web", []),
        ("which country has the highest refund rate for app and web orders", ["customer.country"]),
    ],
)
def test_a_number_that_is_no_sum_is_told_for_each_kind(shop: Understanding, question: str, fields: list[str]) -> None:
    assert [group.field for group in read(shop, question).group_by] == fields


def test_a_bound_behind_a_persons_field_is_of_each_person(shop: Understanding) -> None:
    query = read(shop, "cities of customers with more than 8 orders")
    assert query.metrics == ("customers",)
    assert [(one.field, one.op, one.values, one.entity) for one in query.filters] == [
        ("orders", "gt", (8,), "customer")
    ]


def test_a_value_in_the_plural_behind_a_breakdown_is_where_it_was_done(shop: Understanding) -> None:
    query = read(shop, "revenue per weekday for stores")
    assert [group.field for group in query.group_by] == ["orders.ordered_at_weekday"]
    assert [(one.field, one.values) for one in query.filters] == [("orders.channel", ("store",))]


@pytest.mark.parametrize(
    ("question", "amount"),
    [
        ("share of discounts by channel", "discounts"),
        ("margin share by brand", "gross_margin"),
        ("discount share by brand", "product_discounts"),
        ("share of refunds by channel", "refunds"),
    ],
)
def test_a_share_that_is_a_rate_too_is_asked_back(shop: Understanding, question: str, amount: str) -> None:
    asked = shop.plan(question)
    assert isinstance(asked, Clarification), asked
    rate, part = (option.plan.query for option in asked.options if option.plan is not None)
    assert not rate.shares
    assert [one.metric for one in part.shares] == [amount]


def test_a_rate_with_its_whole_or_under_its_own_name_is_no_question(shop: Understanding) -> None:
    for question in ("share of discounts in gross revenue by channel", "discount rate by channel"):
        assert read(shop, question).metrics == ("discount_rate",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("age of orders", "age of orders"),
        ("size of orders", "size of orders"),
        ("tickets of the other channels", "other channels"),
        ("the other tickets by channel", "other tickets"),
        ("app orders and web orders", "web orders"),
        ("customers with an app order but no web order", "web order"),
        ("what is our revenue and who is our best customer", "who"),
    ],
)
def test_what_belongs_to_something_else_is_refused(shop: Understanding, question: str, words: str) -> None:
    refused = shop.plan(question)
    assert isinstance(refused, Refusal), refused
    assert refused.words == (words,)


def test_a_topic_called_other_is_named_with_its_field(shop: Understanding) -> None:
    assert [one.values for one in read(shop, "tickets about other topics").filters] == [("other",)]


def test_what_falls_on_each_head_is_of_each_customer(shop: Understanding) -> None:
    assert read(shop, "tickets per head") == read(shop, "tickets per customer")
    assert read(shop, "tickets per head").shares


def test_so_many_for_each_one_are_not_so_many_per_cent(shop: Understanding) -> None:
    bounds = [one.values for one in read(shop, "customers with more than 2 tickets per order").filters]
    assert bounds == [(2,)]


def test_a_noun_said_twice_parts_two_numbers(shop: Understanding) -> None:
    cases = read(shop, "customers in Germany and customers in France").cases
    assert [[one.values for one in case.filters] for case in cases] == [[("Germany",)], [("France",)]]


def _said(wording: Wording) -> str:
    """A question with the phrase of a line of the table, stars as a word that nobody knows, and one more of these."""
    words = [min(part.words) if part.words else "blorp" for part in wording.parts]
    return " ".join([*words, "grumfelt"])


def _names_own_words(shop: Understanding, wording: Wording) -> bool:
    question = _said(wording)
    outcome = shop.plan(question)
    words = outcome.words if isinstance(outcome, Refusal | Clarification) else ()
    return all(word in question.casefold() for phrase in words for word in phrase.casefold().split())


def test_a_refusal_names_the_words_of_the_question(shop: Understanding) -> None:
    for wording in shop.world.language.rewrites.listed[::200]:
        assert _names_own_words(shop, wording), _said(wording)
    refused = shop.plan("who orders more often than our grumfelts")
    assert isinstance(refused, Refusal), refused
    assert "more often than" in refused.sentence


@pytest.mark.deep
def test_every_rewritten_wording_is_refused_in_the_words_of_the_question(shop: Understanding) -> None:
    for wording in shop.world.language.rewrites.listed:
        assert _names_own_words(shop, wording), _said(wording)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("oldest customer in Germany and France", "Germany and France"),
        ("revenue in Berlin and France", "Berlin and France"),
        ("revenue of Shoes and Jackets", "Shoes and Jackets"),
        ("highest revenue day in Germany and in France", "Germany and in France"),
        ("revenue of Germany compared to all countries", "Germany compared to"),
        ("revenue and who are the top customers", "who"),
    ],
)
def test_two_that_are_not_one_condition_are_refused(shop: Understanding, question: str, words: str) -> None:
    refused = shop.plan(question)
    assert isinstance(refused, Refusal), refused
    assert refused.words == (words,)


def test_kinds_of_two_fields_that_one_row_has_both_of_narrow(shop: Understanding) -> None:
    fields = [one.field for one in read(shop, "female and German customers").filters]
    assert fields == ["customer.gender", "customer.country"]


def test_kinds_that_share_their_noun_are_of_one_field(shop: Understanding) -> None:
    for question in ("app and web orders in May", "how many app and web orders did we get in May"):
        query = read(shop, question)
        assert query.metrics == ("orders",)
        assert [(one.field, one.values) for one in query.filters] == [("orders.channel", ("app", "web"))]


def test_the_part_of_a_count_that_came_from_somewhere_is_no_rate(shop: Understanding) -> None:
    asked = shop.plan("percentage of refunds from the app")
    assert isinstance(asked, Clarification), asked
    assert [bool(one.plan.query.shares) for one in asked.options if one.plan is not None] == [False, True]
    assert read(shop, "share of refunds in Germany").metrics == ("refund_rate",)


@pytest.mark.parametrize(
    "question",
    ["open tickets older than 12000 years", "tickets over 99999 months", "tickets paid by at risk customers"],
)
def test_numbers_beyond_the_calendar_and_segments_end_in_words(shop: Understanding, question: str) -> None:
    assert shop.plan(question) is not None
