"""A further language is data: German questions give the plan that the same question gives in English."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding, load_language
from assistant.understanding.language import languages
from semantic_layer import load_workspace, with_implied

TODAY = date(2026, 6, 30)
VALUES = {"customer.country": (("Germany", 5), ("France", 3)), "orders.channel": (("web", 9), ("store", 4))}
PAIRS = [
    ("Umsatz nach Land im letzten Monat", "revenue by country last month"),
    ("Wie viele Kunden haben wir?", "how many customers do we have?"),
    ("Welche Länder haben die meisten Kunden?", "which countries have the most customers?"),
    ("Umsatz in Frankreich und Deutschland vor 3 Monaten", "revenue in France and Germany 3 months ago"),
    ("Durchschnittlicher Bestellwert pro Monat seit März 2026", "average order value per month since March 2026"),
    ("Umsatz ohne Deutschland", "revenue without Germany"),
    ("Bestellungen am 24.12.2025", "orders on 24.12.2025"),
    ("Wie viele Kunden haben mindestens zwölf Bestellungen?", "how many customers have at least twelve orders?"),
    ("Kunden mit mehr als 1.000 Bestellungen", "customers with more than 1,000 orders"),
    ("Kauftrichter nach Gerät im Mai", "checkout funnel by device in May"),
    ("Wo verlieren wir Besucher zwischen Besuch und Bestellung?", "where do we lose visitors between visit and order?"),
    ("Stornoquote dieses Jahr im Vergleich zum Vorjahr", "cancellation rate this year compared to last year"),
]


def understanding(code: str) -> Understanding:
    layer = with_implied(load_workspace(None, None, code))
    return Understanding(layer, VALUES, TODAY, language_code=code)


@pytest.fixture(scope="module")
def german() -> Understanding:
    return understanding("de")


@pytest.fixture(scope="module")
def english() -> Understanding:
    return understanding("en")


def query(outcome: object) -> object:
    assert isinstance(outcome, Plan), outcome
    return [(name, value) for name, value in _leaves(outcome.query.model_dump()) if name != "label"]


def _leaves(node: object, name: str = "") -> list[tuple[str, object]]:
    """Every value of a query with its name; the words of a period are a label only."""
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in _leaves(value, key)]
    if isinstance(node, tuple | list):
        return [(name, len(node)), *(leaf for value in node for leaf in _leaves(value, name))]
    return [(name, node)]


@pytest.mark.parametrize(("asked", "same"), PAIRS)
def test_the_same_plan_in_both_languages(german: Understanding, english: Understanding, asked: str, same: str) -> None:
    assert query(german.plan(asked)) == query(english.plan(same))


def test_english_names_are_understood_in_german(german: Understanding, english: Understanding) -> None:
    assert query(german.plan("net revenue nach country")) == query(english.plan("net revenue by country"))


def test_an_unknown_word_is_named_as_it_was_typed(german: Understanding) -> None:
    refused = german.plan("Umsatz nach Schuhgröße")
    assert isinstance(refused, Refusal)
    assert refused.words == ("Schuhgröße",)
    assert "zuordnen" in refused.sentence


def test_every_word_has_its_place_in_the_question(german: Understanding) -> None:
    asked = "Umsatz im letzten Monat"
    plan = german.plan(asked)
    assert isinstance(plan, Plan)
    assert [asked[span.start : span.end] for span in plan.spans] == ["Umsatz", "im", "letzten Monat"]


def test_german_words_mean_nothing_in_english(english: Understanding) -> None:
    assert isinstance(english.plan("Umsatz nach Land"), Refusal)


def test_no_word_of_a_language_pack_takes_another_meaning_twice() -> None:
    for code in languages():
        table = load_language(code).data.get("reads_as", {})
        said = [phrase for phrases in table.values() for phrase in phrases]
        assert {phrase for phrase in said if said.count(phrase) > 1} <= {"ihr"}


def test_the_code_names_no_further_language() -> None:
    folder = Path(__file__).parents[1]
    code = [path for room in ("assistant", "semantic_layer") for path in (folder / room).rglob("*.py")]
    assert not [path for path in code if '"de"' in path.read_text(encoding="utf-8") and "understanding" in path.parts]
    assert replace(load_language("de"), data={}).translation.phrases
