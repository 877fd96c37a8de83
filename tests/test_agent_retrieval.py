"""What a model is shown of a catalogue: the right names, few of them, also when they are misspelt or said otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.agent import Catalogue, open_client
from assistant.agent.embedding import provided
from assistant.agent.retrieval import FIELDS, METRICS, SEGMENTS
from assistant.assistant import Assistant
from assistant.config import Settings
from evals.bench_retrieval import Wish, found_in, larger, more_definitions
from tests.openai_server import OpenAIServer


@pytest.fixture(scope="module")
def catalogue(shop: Assistant) -> Catalogue:
    return Catalogue(shop.layer, shop.values)


ASKED = [
    ("reveneu per counrty", {"net_revenue", "customer.country"}),
    ("how much did people spend by region", {"net_revenue", "customer.region"}),
    ("who has not bought anything", {"orders"}),
    ("orders from Austria", {"orders", "customer.country"}),
    ("revenue of C001065", {"net_revenue", "customer.customer_id"}),
    ("sales on weekends", {"net_revenue", "orders.ordered_at_weekday"}),
    ("how quickly do we answer tickets", {"first_response_time"}),
    ("top brands by turnover", {"product.brand", "net_revenue"}),
]


@pytest.mark.parametrize(("question", "wanted"), ASKED)
def test_the_right_names_are_shown(question: str, wanted: set[str], catalogue: Catalogue) -> None:
    shown = catalogue.excerpt(question)
    assert wanted <= {*shown.metrics, *shown.fields, *shown.segments}
    assert len(shown.metrics) <= METRICS
    assert len(shown.fields) <= FIELDS + len(shown.named) + 1
    assert len(shown.segments) <= SEGMENTS


def test_personal_fields_are_never_shown(shop: Assistant, catalogue: Catalogue) -> None:
    personal = {name for name, field in shop.layer.fields.items() if field.pii}
    shown = catalogue.excerpt("e-mail address, phone number, full name and date of birth of every customer")
    assert personal
    assert not personal & set(shown.fields)


def concept(text: str) -> tuple[float, float]:
    return (3.0, 0.0) if "zzqx" in text or "open rate" in text.lower() else (0.0, 2.0)


def test_a_provider_finds_names_by_its_own_embeddings(shop: Assistant, tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="the extra `agent` is not installed")
    with OpenAIServer([], embed=concept) as server:
        client = open_client(Settings(home=tmp_path, model="stub", model_url=server.url))
        assert client is not None
        catalogue = Catalogue(shop.layer, shop.values, provided(client, "vectors"))
        assert "email_open_rate" in catalogue.excerpt("zzqx of ann@example.com").metrics
        sent = [text for body in server.embedded for text in body["input"]]
        assert sent.count("zzqx of [e-mail]") == 1
        assert len((tmp_path / "logs" / "model-calls.jsonl").read_text().splitlines()) == len(server.embedded)
        server.embed = None
        away = Catalogue(shop.layer, shop.values, provided(client, "vectors"))
        assert "net_revenue" in away.excerpt("net revenue by country").metrics  # by its words
        client.close()


@pytest.mark.deep
def test_the_right_names_are_shown_among_thousands(shop: Assistant, tmp_path: Path) -> None:
    made = more_definitions()
    assert len(made["metrics"]) == 1000
    assert sum(len(one["fields"]) - 1 for one in made["datasets"]) == 5000
    layer = larger(tmp_path, shop.engine.schema)
    wishes = [Wish(question, frozenset(wanted)) for question, wanted in ASKED[1:]]
    found = found_in(Catalogue(layer, shop.values), wishes)
    assert found.metrics > 1000
    assert found.dimensions > 5000
    assert found.missed == ()
