"""Follow-ups that leave out what things are meant, ask why by a pronoun, or which group moved most."""

import pytest

from assistant.answer import Answer, Outcome, Refusal
from assistant.assistant import Assistant
from assistant.conversation import Conversation
from semantic_layer import SemanticQuery
from tests.asking import plain, rows

COMPARED = ("tickets by topic in May compared to April",)
SPLIT, FALLS = ("revenue by category in May",), ("compare with the previous period", "sort by change ascending")


def last(shop: Assistant, *turns: str) -> Outcome:
    conversation = Conversation()
    for turn in turns[:-1]:
        shop.ask(turn, conversation=conversation)
    return shop.ask(turns[-1], conversation=conversation)


def query(shop: Assistant, *turns: str) -> SemanticQuery:
    outcome = last(shop, *turns)
    assert isinstance(outcome, Answer), outcome
    assert outcome.plan is not None
    return outcome.plan.query


@pytest.mark.parametrize(
    ("turns", "same"),
    [
        (("tickets by topic in May", "how long did they take to solve"), ("resolution time by topic in May",)),
        (("tickets about delivery", "how quickly were they answered"), ("first response time for delivery",)),
        (("customers at risk", "how old are they on average"), ("average age of customers at risk",)),
        (("customers at risk", "how often do they order"), ("orders per customer of customers at risk",)),
        (("revenue of women in May", "what do they buy"), ("what do women buy in May",)),
        (("customers in Berlin", "top 10 by number of orders"), ("top 10 customers in Berlin by number of orders",)),
        (("tickets in May", "who solved them"), ("solved tickets by agent in May",)),
        (("deals won this quarter", "who won them"), ("deals won by sales person this quarter",)),
        (("average order value for VIPs", "vs everyone else"), ("average order value of VIPs versus everyone else",)),
        (("revenue in Germany", "versus all other countries"), ("revenue in Germany versus all other countries",)),
        (("units by brand in May", "revenue"), ("revenue by brand in May",)),
        (("revenue by category in May", "as percentage of total"), ("share of revenue by category in May",)),
        (("margin by channel in May", "profit"), ("margin by channel in May",)),
        (("orders in June", "is that more than in May"), ("orders in June compared to May",)),
        (("top 5 products by revenue", "by margin"), ("top 5 products by margin",)),
        (("top 5 products by revenue", "by margin instead"), ("top 5 products by margin",)),
        ((*COMPARED, "which one grew the most"), (*COMPARED, "sort by change")),
        ((*SPLIT, "which of them fell the most"), (*SPLIT, *FALLS)),
    ],
)  # fmt: skip
def test_those_before_are_meant(shop: Assistant, turns: tuple[str, ...], same: tuple[str, ...]) -> None:
    found, expected = query(shop, *turns), query(shop, *same)
    assert found.model_copy(update={"filters": ()}) == expected.model_copy(update={"filters": ()})
    assert set(found.filters) == set(expected.filters)


@pytest.mark.parametrize("why", ["why did it change", "why is that", "why did it fall?", "what caused that"])
def test_why_of_a_pronoun_is_of_the_answer_before(shop: Assistant, why: str) -> None:
    before = query(shop, "revenue in May for Germany")
    explained = query(shop, "revenue in May for Germany", why)
    assert explained.compare is not None
    assert (explained.metrics, explained.filters, explained.time_range) == (
        before.metrics,
        before.filters,
        before.time_range,
    )


@pytest.mark.parametrize(
    "turns",
    [
        ("revenue by category", "which grew the most"),  # of no period, so nothing to compare with
        ("which customers are at risk", "why is that"),
        ("revenue in May", "which one grew the most"),
    ],
)
def test_what_has_nothing_beside_it_is_not_compared(shop: Assistant, turns: tuple[str, ...]) -> None:
    assert isinstance(last(shop, *turns), Refusal)


def test_the_largest_rise_stands_first(shop: Assistant) -> None:
    outcome = last(shop, "tickets by topic in May", "which one grew the most")
    assert isinstance(outcome, Answer)
    month = "count(*) FILTER (created_at >= '2026-0{}-01' AND created_at < '2026-0{}-01')"
    changes = f"SELECT topic, {month.format(5, 6)} - {month.format(4, 5)} AS change FROM ticket GROUP BY topic"
    best = plain(rows(shop, f"SELECT max(change) FROM ({changes})"))
    assert [(outcome.result.rows[0][3],)] == best
