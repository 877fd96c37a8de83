"""A model's wording of an answer: what the record holds may be said, everything else falls back to the sentence."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.prose import Facts, facts_of, facts_of_sentence, facts_together, faults_of, worded
from assistant.answer import Answer
from assistant.shape import Context
from semantic_layer import Comparison, GroupBy, SemanticQuery, TimeRange
from tests.canned import ADDITIVE, AS_OF, BEFORE, CATEGORY, CHANGE, RATIO, REVENUE, SEPTEMBER, answer

VOCABULARY = ("Chairs", "Lamps", "Tables", "Acme Corp", "North", "web shop")
ROWS: list[tuple[Any, ...]] = [
    ("Chairs", Decimal("420000.40")),
    ("Lamps", Decimal(80_000)),
    ("Tables", Decimal(19_500)),
]
QUERY = SemanticQuery(metrics=("net_revenue",), group_by=(GroupBy(field="product.category"),), time_range=SEPTEMBER)


def ranked(rows: list[tuple[Any, ...]] = ROWS) -> tuple[Answer, Facts]:
    given_ = answer("revenue by category", (CATEGORY, REVENUE), rows, QUERY)
    return given_, facts_of(given_, Context(QUERY, AS_OF, ADDITIVE), VOCABULARY)


def moved() -> Facts:
    query = SemanticQuery(metrics=("net_revenue",), time_range=SEPTEMBER, compare=Comparison())
    row = (Decimal("1234567.40"), Decimal("1100000.00"), Decimal("134567.40"), 0.1223340)
    given_ = answer("revenue against before", (REVENUE, BEFORE, CHANGE, RATIO), [row], query)
    return facts_of(given_, Context(query, AS_OF, ADDITIVE), VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "Chairs lead with €420,000, about 81% of the total.",
        "In September 2026, Chairs brought in 420 thousand, Lamps 80,000 and Tables 19,500.",
        "Lamps made €80,000 while Tables made €19,500.",
        "The highest is Chairs; the lowest is Tables.",
        "All three categories together made €519,500.",
        "Net revenue in September was strongest for Chairs.",
    ],
)
def test_what_the_answer_holds_may_be_worded_freely(text: str) -> None:
    _, facts = ranked()
    assert faults_of(text, facts) == ()
    assert worded(text, facts) == text


@pytest.mark.parametrize(
    "text",
    [
        "Chairs lead with €420,500.",
        "Chairs made 90% of the total.",
        "Lamps made €420,000.",
        "Chairs made €80,000 and Lamps €420,000.",
        "Tables lead the ranking.",
        "Chairs came last, the lowest of all.",
        "Acme leads with €420,000.",
        "The web shop made €420,000.",
        "Revenue in October 2026 was €420,000.",
        "On 3 September 2026 Chairs made €420,000.",
        "Chairs made €420,000 because prices went up.",
        "Chairs grew to €420,000.",
        "Chairs made more than half of it, €420,000.",
        'Chairs ("the big seller") made €420,000.',
        "Chairs made €420,000. See https://evil.example/x",
        "Chairs made €420,000 ![x](y)",
        "Chairs made €420,000; mail jo.doe@example.com",
        "Four categories were sold.",
        "Chairs made €420,000. " * 60,
        "",
    ],
)
def test_what_the_answer_does_not_hold_brings_back_the_sentence(text: str) -> None:
    given_, facts = ranked()
    assert worded(text, facts) == given_.sentence


def test_a_change_has_its_direction() -> None:
    facts = moved()
    assert faults_of("Net revenue rose by 12% to €1.23 million in September.", facts) == ()
    assert faults_of("Net revenue rose by €134,567.", facts) == ()
    for text in ("Net revenue fell by 12%.", "Net revenue fell to €1.23 million.", "Net revenue rose by 14%."):
        assert faults_of(text, facts), text


def test_an_alert_is_held_to_its_own_sentence() -> None:
    sentence = "Refunds in North fell by 34% to 1,204 EUR on 12 June 2026, against 1,824 EUR expected (1,610 to 2,050)."
    facts = facts_of_sentence(sentence, ["Refunds", "North"])
    assert faults_of("On 12 June 2026 refunds in North fell by 34%, to 1,204 EUR; 1,824 were expected.", facts) == ()
    for text in (
        "Refunds in North rose by 34%.", "Refunds in South fell by 34%.", "On 13 June 2026 refunds fell.",
        "Refunds fell by 43%.", "Refunds fell to 1,402 EUR.", "Refunds fell because of the campaign.",
    ):  # fmt: skip
        assert faults_of(text, facts), text


def test_several_answers_are_told_together() -> None:
    _, first = ranked()
    both = facts_together([first, moved()])
    assert faults_of("Chairs made €420,000, and in all net revenue rose by 12%.", both) == ()
    assert faults_of("Chairs made €420,000, and in all net revenue rose by 13%.", both)


THINGS = ("Chairs", "Lamps", "Tables", "Desks", "Rugs", "Sofas")
NAMES = st.lists(st.sampled_from(THINGS), min_size=2, max_size=6, unique=True)
AMOUNTS = st.decimals(min_value=1, max_value=10_000_000, places=2)


@given(NAMES, st.data())
def test_the_deterministic_sentence_always_passes(names: list[str], data: st.DataObject) -> None:
    rows = [(name, data.draw(AMOUNTS)) for name in names]
    given_, facts = ranked(rows)
    assert faults_of(given_.sentence, facts) == ()


@given(NAMES, st.data())
def test_a_number_moved_by_more_than_rounding_never_passes(names: list[str], data: st.DataObject) -> None:
    rows = [(name, data.draw(AMOUNTS)) for name in names]
    _, facts = ranked(rows)
    name, value = data.draw(st.sampled_from(rows))
    factor = data.draw(st.decimals(min_value="1.06", max_value=9, places=2))
    wrong = value * factor if data.draw(st.booleans()) else value / factor
    allowed = {value, sum(amount for _, amount in rows), Decimal(len(rows)), Decimal(2026), Decimal(30), Decimal(9)}
    if any(abs(wrong - one) <= Decimal("0.06") * one for one in allowed):
        return
    assert faults_of(f"{name} made {wrong:,.2f} EUR.", facts)


@given(NAMES, st.data())
def test_the_amount_of_another_group_never_passes(names: list[str], data: st.DataObject) -> None:
    rows = [(name, Decimal(1000 * 3**at)) for at, name in enumerate(names)]
    _, facts = ranked(rows)
    one, other = data.draw(st.permutations(rows))[:2]
    assert faults_of(f"{one[0]} made {other[1]:,} EUR.", facts)
    assert faults_of(f"{one[0]} made {one[1]:,} EUR.", facts) == ()


@given(st.text(max_size=60), st.integers(min_value=11, max_value=10**7))
def test_no_text_smuggles_a_number_in(around: str, wrong: int) -> None:
    _, facts = ranked()
    held = {420_000, 80_000, 19_500, 519_500, 2026, 30}
    if any(abs(wrong - one) <= 0.06 * one for one in held) or re.search(r"\d", around):
        return
    text = f"{around} {wrong} {around}"
    assert worded(text, facts) == facts.sentence


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_a_day_outside_the_answer_never_passes(day: date) -> None:
    query = SemanticQuery(metrics=("net_revenue",), time_range=TimeRange(start=date(2026, 9, 1), end=date(2026, 10, 1)))
    given_ = answer("revenue", (REVENUE,), [(Decimal(5000),)], query)
    facts = facts_of(given_, Context(query, AS_OF, ADDITIVE))
    if day not in (date(2026, 9, 1), date(2026, 9, 30), AS_OF):
        assert faults_of(f"Net revenue was 5,000 EUR on {day.isoformat()}.", facts)
