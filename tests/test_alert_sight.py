"""What a viewer may know of an incident: everything, the number that they would get themselves, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.alert_sight import Onlooker
from assistant.assistant import Assistant
from assistant.monitor.records import Evidence, Finding
from assistant.running import Runner
from semantic_layer import Filter, SemanticQuery
from warehouse import Policy, TableRule


@pytest.fixture(scope="module")
def whole(shop: Assistant) -> Assistant:
    return shop


@pytest.fixture(scope="module")
def german(whole: Assistant) -> Assistant:
    """Somebody who sees the customers of one country, and the orders of those alone."""
    found = Assistant(whole.engine, whole.settings)
    mine = "customer_id IN (SELECT customer_id FROM customer WHERE country = 'Germany')"
    found.policy = Policy({"customer": TableRule("country = 'Germany'"), "orders": TableRule(mine)})
    found.runner = Runner(replace(found.runner.ground, policy=found.policy))
    return found


def finding(country: str, query: bool = True) -> Finding:
    filters = (Filter(field="customer.country", op="in", values=(country,)),)
    asked = SemanticQuery(metrics=("orders",), filters=filters).model_dump_json() if query else ""
    return Finding("m", "orders", "drift", "down", date(2026, 6, 1), date(2026, 6, 1), evidence=Evidence(query=asked))


def test_a_viewer_knows_what_they_would_get_themselves(whole: Assistant, german: Assistant) -> None:
    onlooker = Onlooker(whole)
    assert onlooker.sight(whole, finding("France")) == "all"
    assert onlooker.sight(german, finding("Germany")) == "number"
    assert onlooker.sight(german, finding("France")) == "nothing"
    assert onlooker.sight(german, finding("Germany", query=False)) == "nothing"


def test_a_server_for_one_viewer_judges_the_same(german: Assistant) -> None:
    onlooker = Onlooker(german)
    assert onlooker.sight(german, finding("Germany")) == "number"
    assert onlooker.sight(german, finding("France")) == "nothing"
