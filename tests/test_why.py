"""Why-questions: the change is told as it is, and split into groups and factors that add up to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.drivers import explain_change
from assistant.why import tell_change
from semantic_layer import SemanticQuery, TimeRange
from warehouse import publish, set_snapshot

MODEL = """
version: 1
extends: none
datasets:
  - name: orders
    source: orders
    time: day
    primary_key: [order_id]
    fields:
      - {name: day, type: time}
      - {name: region}
      - {name: channel, label: Sales channel}
    measures:
      - {name: amount, agg: sum, expression: amount}
      - {name: orders, agg: count}
metrics:
  - {name: revenue, measure: orders.amount, unit: EUR, format: currency}
  - {name: orders, measure: orders.orders, unit: orders, format: integer}
  - {name: average_order, type: ratio, numerator: revenue, denominator: orders, unit: EUR, format: currency}
"""


def rows() -> list[tuple[str, str, str, date, float]]:
    """April and May 2026: two regions by two channels, 10 orders a day each at 10 EUR; in May the North halves."""
    made = []
    for number in range(61):
        day = date(2026, 4, 1) + timedelta(days=number)
        for region in ("North", "South"):
            for channel in ("Web", "Store"):
                count = 5 if region == "North" and day.month == 5 else 10
                made += [(f"{day}{region}{channel}{n}", region, channel, day, 10.0) for n in range(count)]
    return made


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home: Path = tmp_path_factory.mktemp("why")
    with publish(home / "warehouse", start="empty") as connection:
        connection.execute("CREATE TABLE orders(order_id TEXT, region TEXT, channel TEXT, day DATE, amount DOUBLE)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows())
        set_snapshot(connection, "files", date(2026, 5, 31))
    (home / "definitions").mkdir()
    (home / "definitions" / "model.yml").write_text(MODEL)
    opened = Assistant.open(Settings(home=home))
    yield opened
    opened.close()


def answered(assistant: Assistant, question: str, conversation: Conversation | None = None) -> Answer:
    outcome = assistant.ask(question, conversation=conversation)
    assert isinstance(outcome, Answer), outcome
    return outcome


def test_the_group_that_moved_is_named_with_its_part(assistant: Assistant) -> None:
    # April: 30 days x 40 orders x 10 EUR = 12,000; May: 31 x 30 x 10 = 9,300, of which North 3,100 after 6,000
    found = answered(assistant, "why did revenue fall in May 2026?")
    assert "€9,300" in found.sentence
    assert "North moved most on its own: -€2,900" in found.sentence
    assert "By region: North -€2,900, South +€200" in found.sentence
    assert "not what caused it" in found.sentence
    changes = {row[0]: float(row[3]) for row in found.result.rows}
    assert changes == {"North": -2900.0, "South": 200.0}


def test_the_factors_are_told(assistant: Assistant) -> None:
    found = answered(assistant, "why is revenue down in May 2026")
    assert "The change splits into orders -€2,700, average order €0" in found.sentence


@pytest.mark.parametrize(
    "question",
    [
        "Why has revenue dropped so much in May 2026?",
        "what caused the drop in revenue in May 2026",
        "how come revenue went down in May 2026?",
        "reasons for the decline of revenue in May 2026",
        "But why was revenue so low in May 2026?",
    ],
)
def test_people_ask_in_many_ways(assistant: Assistant, question: str) -> None:
    assert "North moved most on its own" in answered(assistant, question).sentence


def test_a_wrong_premise_is_corrected(assistant: Assistant) -> None:
    assert "It did not rise: it fell." in answered(assistant, "why did revenue grow in May 2026?").sentence


def test_without_a_period_the_last_whole_month_is_meant_and_said(assistant: Assistant) -> None:
    found = answered(assistant, "why did revenue fall?")
    assert "May 2026" in found.sentence
    assert any("No period was named" in caveat.sentence for caveat in found.caveats)


def test_why_after_an_answer_is_about_that_answer(assistant: Assistant) -> None:
    conversation = Conversation()
    assistant.ask("revenue in May 2026", conversation=conversation)
    assert "North moved most on its own" in answered(assistant, "why?", conversation).sentence


@pytest.mark.parametrize("question", ["why did the North fall?", "why is the North down so much?"])
def test_why_one_part_of_the_answer_fell_is_about_that_part(assistant: Assistant, question: str) -> None:
    conversation = Conversation()
    assistant.ask("revenue by region in May 2026", conversation=conversation)
    found = answered(assistant, question, conversation)
    # North: 31 x 10 x 10 = 3,100 after 30 x 20 x 10 = 6,000; its two channels lost the same
    assert "Revenue for North in May 2026 was €3,100, down 48.3% (€2,900)" in found.sentence


def test_why_a_part_that_nobody_knows_fell_is_refused(assistant: Assistant) -> None:
    conversation = Conversation()
    assistant.ask("revenue by region in May 2026", conversation=conversation)
    assert isinstance(assistant.ask("why did the moon fall?", conversation=conversation), Refusal)


def test_a_filter_of_the_question_is_kept(assistant: Assistant) -> None:
    found = answered(assistant, "why did revenue on the Web fall in May 2026?")
    assert "North moved most on its own: -€1,450" in found.sentence


@pytest.mark.parametrize(
    "question", ["why do customers choose us?", "why did purple elephants fall in May 2026?", "why is the sky blue"]
)
def test_what_is_no_change_of_a_number_is_not_explained(assistant: Assistant, question: str) -> None:
    assert isinstance(assistant.ask(question), Refusal)


def test_a_period_without_one_before_is_refused(assistant: Assistant) -> None:
    outcome = assistant.ask("why did revenue fall in April 2026?")
    assert isinstance(outcome, Refusal)
    assert "both periods" in outcome.sentence


def test_a_comparison_that_reaches_before_the_data_says_so(assistant: Assistant) -> None:
    whole = answered(assistant, "revenue in May 2026 compared with the previous month")
    assert not any(caveat.code == "BEFORE_DATA" for caveat in whole.caveats)
    cut = answered(assistant, "revenue in Q2 2026 compared with the previous quarter")
    assert any("begins on 1 Apr 2026" in caveat.sentence for caveat in cut.caveats)


def test_the_groups_say_the_total_so_that_the_rows_are_read_once(assistant: Assistant) -> None:
    asked: list[SemanticQuery] = []

    def ask(query: SemanticQuery) -> list[dict[str, object]]:
        asked.append(query)
        return assistant.runner.rows(query)

    period = TimeRange(start=date(2026, 5, 1), end=date(2026, 6, 1))
    wanted = SemanticQuery(metrics=("orders",), time_range=period)
    found = explain_change(assistant.layer, ask, wanted, {"orders.region": 2, "orders.channel": 2})
    assert found is not None
    assert (found.then, found.now) == (1200, 930)
    assert [len(query.group_by) for query in asked] == [2]


def test_rows_without_a_value_are_no_explanation_where_there_is_another_and_a_code_is_told_with_its_field(
    assistant: Assistant,
) -> None:
    # without a region 3 x 1,000 -> 3 x 1,200; es on the Web 300 -> 100; all others stay
    then = {(r, c): 1000 if r is None else 300 for r in (None, "es", "de") for c in ("Web", "Store", "Phone")}
    now = {key: 1200 if key[0] is None else count for key, count in then.items()} | {("es", "Web"): 100}

    def ask(query: SemanticQuery) -> list[dict[str, object]]:
        return [
            {"region": region, "channel": channel, "orders": now[region, channel], "orders_previous": count}
            for (region, channel), count in then.items()
        ]

    period = TimeRange(start=date(2026, 5, 1), end=date(2026, 6, 1))
    wanted = SemanticQuery(metrics=("orders",), time_range=period)
    found = explain_change(assistant.layer, ask, wanted, {"orders.region": 2, "orders.channel": 3})
    assert found is not None
    assert found.dimension == "orders.channel"
    told = tell_change(assistant.layer, found)
    assert told.startswith("Region es / sales channel Web moved most on its own: -200")
    assert "By sales channel: Store +200, Phone +200, Web 0." in told
