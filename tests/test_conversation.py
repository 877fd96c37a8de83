"""Follow-ups made whole: what is kept, added, replaced, removed, pointed at, taken back, and what is asked back."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answer import Answer, Clarification, Explanation, Plan, Refusal
from assistant.assistant import Assistant
from assistant.conversation import Conversation
from assistant.conversation.followup import FollowUp
from assistant.conversation.keeping import loses_number
from assistant.conversation.phrases import load_phrases
from assistant.conversation.turns import Turn
from semantic_layer import SemanticQuery


@pytest.fixture(scope="module")
def assistant(shop: Assistant) -> Assistant:
    return shop


DIALOGUES = {
    "kept and narrowed": [
        ("revenue last month", "Net revenue · May 2026"),
        ("and by country?", "Net revenue · by country · May 2026 · highest first"),
        ("only Germany", "Net revenue · by country · Country: Germany · May 2026 · highest first"),
        ("France instead", "Net revenue · by country · Country: France · May 2026 · highest first"),
        ("also Spain", "Net revenue · by country · Country: France, Spain · May 2026 · highest first"),
        ("without France", "Net revenue · by country · Country: Spain · May 2026 · highest first"),
        ("all countries", "Net revenue · by country · May 2026 · highest first"),
        ("overall", "Net revenue · May 2026"),
    ],
    "a cut stays with its breakdown": [
        (
            "top 10 brands by units sold in 2025",
            "Units sold · by brand · Brand: not empty · 2025 · highest first · first 10",
        ),
        ("and average order value by channel", "Average order value · by sales channel · 2025 · highest first"),
    ],
    "overall without a breakdown": [
        ("average order value", "Average order value · all time"),
        ("for men", "Average order value · Gender: male · all time"),
        ("and overall", "Average order value · all time"),
    ],
    "what those have is no number": [
        ("abandoned carts in May", "Abandoned carts · May 2026"),
        ("their value", "?"),
        ("orders with a coupon", "Orders with a coupon · May 2026"),
        ("without a coupon", "?"),
    ],
    "a rate of what was counted": [
        ("how many orders were cancelled in May", "Cancelled orders · May 2026"),
        ("rate", "Cancellation rate · May 2026"),
    ],
    "a breakdown that the new number has not": [
        ("marketing spend by channel last month", "Marketing spend · by marketing channel · May 2026 · highest first"),
        ("cost per new customer", "?"),
    ],
    "other people than before": [
        ("revenue for women in Germany", "Net revenue · Gender: female · Country: Germany · all time"),
        ("men", "Net revenue · Gender: male · Country: Germany · all time"),
    ],
    "the order that is there": [
        ("average order value by country", "Average order value · by country · all time · highest first"),
        ("sort by orders", "Average order value · Orders · by country · all time · highest first by orders"),
        (
            "top 3",
            "Average order value · Orders · by country · Country: not empty · all time · highest first by orders · "
            "first 3",
        ),
    ],
    "periods": [
        ("orders in 2025", "Orders · 2025"),
        ("per month", "Orders · by month · 2025"),
        ("make it quarterly", "Orders · by quarter · 2025"),
        ("and the year before", "Orders · by quarter · 2024"),
        ("only March", "Orders · by quarter · March 2024"),
        ("same month last year", "Orders · by quarter · March 2023"),
        ("all time", "Orders · by quarter · all time"),
    ],
    "numbers": [
        ("revenue by channel in May", "Net revenue · by sales channel · May 2026 · highest first"),
        ("and orders?", "Orders · by sales channel · May 2026 · highest first"),
        ("add revenue", "Orders · Net revenue · by sales channel · May 2026 · highest first by orders"),
        ("drop orders", "Net revenue · by sales channel · May 2026 · highest first"),
        ("replace revenue with orders", "Orders · by sales channel · May 2026 · highest first"),
        ("as percentages", "Orders · share of orders · by sales channel · May 2026 · highest first"),
    ],
    "order and cut": [
        (
            "top 10 brands by units sold in 2025",
            "Units sold · by brand · Brand: not empty · 2025 · highest first · first 10",
        ),
        (
            "top 3 of those",
            "Units sold · by brand · Brand: not empty · 2025 · highest first · first 3",
        ),
        ("now the bottom 2", "Units sold · by brand · Brand: not empty · 2025 · lowest first · first 2"),
        ("the other way round", "Units sold · by brand · Brand: not empty · 2025 · highest first · first 2"),
        (
            "sort alphabetically",
            "Units sold · by brand · Brand: Lunara, Oakline · 2025 · lowest first by brand",  # these two, not others
        ),
    ],
    "the period of what each one did": [
        (
            "how many women ordered in May?",
            "Customers · Gender: female · Orders: ≥ 1 per customer in May 2026 · all time",
        ),
        ("and in April?", "Customers · Gender: female · Orders: ≥ 1 per customer in April 2026 · all time"),
    ],
    "how many did something": [
        ("customers in Germany", "Customers · Country: Germany · all time"),
        (
            "how many ordered in May",
            "Customers · Country: Germany · Orders: ≥ 1 per customer in May 2026 · all time",
        ),
        ("customers in Germany", "Customers · Country: Germany · all time"),
        (
            "how many are subscribers?",  # as many subscriptions is another number
            "Customers · Country: Germany · Active subscriptions: ≥ 1 per customer · all time",
        ),
        ("orders by country in May", "Orders · by country · May 2026 · highest first"),
        ("rank them", "?"),
    ],
    "words that promise a change": [
        ("customers at risk in Germany", "Customers · At risk of churning: yes · Country: Germany · all time"),
        (
            "how many are women?",
            "Customers · At risk of churning: yes · Country: Germany · Gender: female · all time",
        ),
        ("tickets by topic in May", "Support tickets · by topic · May 2026 · highest first"),
        ("who has the most?", "?"),
        ("hide the open rate", "?"),
        ("oldest first", "?"),
        ("compare them", "?"),
    ],
    "comparisons": [
        ("orders in May", "Orders · May 2026"),
        ("compare with the month before", "Orders · May 2026 · compared with the period before"),
        ("only via app", "Orders · Sales channel: app · May 2026 · compared with the period before"),
        ("and in April?", "Orders · Sales channel: app · April 2026 · compared with the period before"),
        ("remove the comparison", "Orders · Sales channel: app · April 2026"),
        (
            "vs web",
            "Orders · by sales channel · Sales channel: app, web · April 2026 · highest first",
        ),
    ],
    "a number of its own": [
        (
            "top 3 brands by units sold in 2025",
            "Units sold · by brand · Brand: not empty · 2025 · highest first · first 3",
        ),
        (
            "average order value by channel this quarter vs last quarter",
            "Average order value · by sales channel · Q2 2026 · compared with Q1 2026 · highest first",
        ),
        ("revenue by channel in May", "Net revenue · by sales channel · May 2026 · highest first"),
        ("and per order?", "Average order value · by sales channel · May 2026 · highest first"),
    ],
    "two numbers with one noun": [
        ("gross and net revenue in May", "Gross revenue · Net revenue · May 2026"),
        ("new and returning customers in May", "New customers · Returning customers · May 2026"),
    ],
    "correction, undo, another topic": [
        ("gross revenue last month", "Gross revenue · May 2026"),
        ("no, I meant net", "Net revenue · May 2026"),
        ("undo", "Gross revenue · May 2026"),
        ("not gross, net", "Net revenue · May 2026"),
        ("never mind, orders instead", "Orders · May 2026"),
        ("how many tickets did we get in 2025?", "Support tickets · 2025"),
        ("by team rather than channel", "?"),
        ("by team", "Support tickets · by support team · 2025 · highest first"),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_each_turn_is_read_as_a_whole_question(assistant: Assistant, name: str) -> None:
    conversation = Conversation()
    for question, expected in DIALOGUES[name]:
        outcome = assistant.ask(question, conversation=conversation)
        if expected == "?":
            assert isinstance(outcome, Refusal), (question, outcome)
        else:
            assert isinstance(outcome, Answer), (question, outcome)
            assert outcome.interpretation.sentence == expected, question


@pytest.mark.parametrize(
    ("measured", "question", "lost"),
    [
        ("net_revenue", "average order value by channel", True),
        ("average_order_value", "average order value by channel", False),
        ("average_order_value", "net revenue by channel", False),  # its numerator
        ("net_revenue", "orders by channel", False),  # "orders" may say where to look
    ],
)
def test_a_number_named_by_its_name_is_never_lost(
    assistant: Assistant, measured: str, question: str, lost: bool
) -> None:
    room = assistant.understanding
    base, tokens = SemanticQuery(metrics=(measured,)), room.tokens(question)
    follow_up = FollowUp(question, tokens, Turn("?", "answer", base), base, room, load_phrases())
    alone = room.plan(question)
    assert isinstance(alone, Plan)
    assert loses_number(Plan(base), alone, follow_up) is lost


def rows(assistant: Assistant, sql: str) -> set[tuple[object, ...]]:
    outcome = assistant.run_sql(sql)
    assert isinstance(outcome, Answer)
    return set(outcome.result.rows)


def test_that_country_is_the_one_row_of_the_answer_before(assistant: Assistant) -> None:
    conversation = assistant.replay(["which country had the most orders in 2025?"])
    answer = assistant.ask("split that country by channel", conversation=conversation)
    assert isinstance(answer, Answer)
    counted = """SELECT o.channel, count(*) FROM orders o JOIN customer c ON c.customer_id = o.customer_id
        WHERE o.status <> 'cancelled' AND NOT o.is_test AND year(o.ordered_at) = 2025 AND c.country = (
            SELECT c.country FROM orders o JOIN customer c ON c.customer_id = o.customer_id
            WHERE o.status <> 'cancelled' AND NOT o.is_test AND year(o.ordered_at) = 2025 AND c.country IS NOT NULL
            GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) GROUP BY 1"""
    assert set(answer.result.rows) == rows(assistant, counted)


def test_their_means_the_rows_of_the_ranking_before(assistant: Assistant) -> None:
    conversation = assistant.replay(["top 3 countries by revenue last year"])
    shown = {row[0] for row in conversation.turns[-1].rows}
    answer = assistant.ask("their average order value", conversation=conversation)
    assert isinstance(answer, Answer)
    assert {row[0] for row in answer.result.rows} == shown
    assert len(shown) == 3


def test_the_number_behind_their_is_the_number_asked_for(assistant: Assistant) -> None:
    conversation = assistant.replay(["top 3 countries by revenue last year"])
    shown = {row[0] for row in conversation.turns[-1].rows}
    answer = assistant.ask("their orders by month", conversation=conversation)
    assert isinstance(answer, Answer)
    assert answer.plan
    assert answer.plan.query.metrics == ("orders",)
    assert {value for one in answer.plan.query.filters for value in one.values} == shown


def test_what_those_rows_own_is_asked_for_and_not_the_rows(assistant: Assistant) -> None:
    conversation = Conversation()
    listed = assistant.ask("top 5 customers by net revenue", conversation=conversation)
    owned = assistant.ask("those customers' tickets", conversation=conversation)
    assert isinstance(listed, Answer)
    assert isinstance(owned, Answer)
    assert owned.plan
    assert owned.plan.query.metrics == ("tickets",)
    assert {v for f in owned.plan.query.filters for v in f.values} == {row[0] for row in listed.result.rows}


def test_a_reference_that_may_be_several_things_is_asked_back_and_answered_by_number(assistant: Assistant) -> None:
    conversation = assistant.replay(["revenue by country last quarter"])
    asked = assistant.ask("split that country by channel", conversation=conversation)
    assert isinstance(asked, Clarification)
    second = asked.options[1].plan.query
    answer = assistant.ask("the second one", conversation=conversation)
    assert isinstance(answer, Answer)
    assert answer.plan is not None
    assert answer.plan.query == second


def test_an_offered_reading_is_picked_by_its_words(assistant: Assistant) -> None:
    conversation = assistant.replay(["click rate in May"])
    options = conversation.pending
    assert len(options) > 1
    answer = assistant.ask("e-mail click rate", conversation=conversation)
    assert isinstance(answer, Answer)
    assert answer.plan is not None
    assert answer.plan.query.metrics == ("email_click_rate",)


@pytest.mark.parametrize(
    "question",
    [
        "and by planet?",
        "only Mordor",
        "split that spaceship by channel",
        "without the sparkle",
        "remove Mordor",
        "both",
    ],
)
def test_a_word_without_a_place_is_never_dropped(assistant: Assistant, question: str) -> None:
    conversation = assistant.replay(["revenue last month"])
    outcome = assistant.ask(question, conversation=conversation)
    assert isinstance(outcome, Refusal | Clarification), outcome


def test_what_is_refused_leaves_the_conversation_where_it_was(assistant: Assistant) -> None:
    conversation = assistant.replay(["orders by country this week", "and what did the flux capacitor earn?"])
    answer = assistant.ask("last week then", conversation=conversation)
    assert isinstance(answer, Answer)
    assert answer.interpretation.sentence == "Orders · by country · 22 Jun 2026 – 28 Jun 2026 · highest first"


def test_the_same_rows_as_a_table(assistant: Assistant) -> None:
    conversation = assistant.replay(["revenue by month in 2025"])
    answer = assistant.ask("as a table", conversation=conversation)
    assert isinstance(answer, Answer)
    assert answer.chart.kind == "table"
    bars = assistant.ask("as a stacked bar chart", conversation=conversation)
    assert isinstance(bars, Answer)
    assert any(caveat.code == "CHART_UNFIT" for caveat in bars.caveats)
    refused = assistant.ask("as a pie chart", conversation=conversation)
    assert isinstance(refused, Refusal)


def test_words_about_the_answer_before(assistant: Assistant) -> None:
    conversation = assistant.replay(["refund amount last quarter"])
    meaning = assistant.ask("how is that calculated?", conversation=conversation)
    assert isinstance(meaning, Explanation)
    assert meaning.definitions[0].name == "refund_amount"
    assert isinstance(assistant.ask("undo", conversation=conversation), Refusal)
    assert isinstance(assistant.ask("start over", conversation=conversation), Explanation)
    assert conversation.base is None


def test_a_bare_month_of_another_year_is_asked_back(assistant: Assistant) -> None:
    conversation = assistant.replay(["orders in November 2025"])
    asked = assistant.ask("and in May?", conversation=conversation)
    assert isinstance(asked, Clarification)
    assert [option.label for option in asked.options] == ["Orders · May 2026", "Orders · May 2025"]


def test_without_a_conversation_nothing_is_remembered(assistant: Assistant) -> None:
    assistant.ask("revenue last month")
    assert not isinstance(assistant.ask("and by country?"), Answer)


def documented() -> list[str]:
    page = (Path(__file__).parent.parent / "docs" / "conversations.md").read_text(encoding="utf-8")
    table = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    return [question for question in table if question != "you say"]


@pytest.mark.parametrize("question", documented())
def test_what_the_documentation_promises(assistant: Assistant, question: str) -> None:
    conversation = assistant.replay(["revenue by country last quarter"])
    outcome = assistant.ask(question, conversation=conversation)
    assert isinstance(outcome, Answer | Explanation), outcome
