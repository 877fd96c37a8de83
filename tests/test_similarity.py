"""Names near to words that nothing is called: offered, never taken; and all of it without a network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding import Contents, Similar, Understanding, ValuesIndex, load_language, write_index
from semantic_layer import with_implied
from tests.understanding_layer import TODAY, VALUES, rental, rental_layer


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return rental(tmp_path_factory.mktemp("layer"))


def test_names_are_found_by_their_rare_words(shop: Understanding) -> None:
    assert shop.similar.nearest("membership tiering")[0].name == "member.tier"
    assert {near.name for near in shop.similar.nearest("cancelled journeys")} >= {"rides"}
    assert shop.similar.nearest("weather forecast") == ()


def test_likeness_is_between_nothing_and_the_same(shop: Understanding) -> None:
    near = shop.similar.nearest("ride fees")
    assert near[0].name == "ride_fees"
    assert near[0].likeness == 1.0
    assert all(0 < one.likeness <= 1 for one in near)


def test_hidden_and_personal_names_are_never_offered(tmp_path: Path) -> None:
    layer = rental_layer(tmp_path)
    now = layer.definitions
    metrics = tuple(m.model_copy(update={"hidden": m.name == "ride_fees"}) for m in now.metrics)
    hidden = type(layer)(now.model_copy(update={"metrics": metrics}), layer.inactive, layer.schema)
    assert "ride_fees" not in {near.name for near in Similar(hidden, load_language()).nearest("ride fees", 9)}


def test_a_refusal_is_never_turned_into_an_answer(shop: Understanding) -> None:
    refused = shop.plan("distances flown by city")
    assert isinstance(refused, Refusal)
    outcome = shop.helped(refused)
    assert not isinstance(outcome, Plan)
    if isinstance(outcome, Clarification):
        assert 1 <= len(outcome.options) <= 4


def test_a_refusal_that_is_final_stays(shop: Understanding) -> None:
    refused = shop.plan("delete all rides")
    assert isinstance(refused, Refusal)
    assert shop.helped(refused) == refused


def test_a_word_like_a_name_is_asked_back_with_the_reading(shop: Understanding) -> None:
    refused = Refusal("fee levelness by city", "UNKNOWN_WORDS", "", ("fee levelness",))
    outcome = shop.helped(refused)
    assert isinstance(outcome, Clarification)
    assert "fee levelness" in outcome.sentence
    assert ("fee_per_ride",) in [option.plan.query.metrics for option in outcome.options]


def test_understanding_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", closed)
    monkeypatch.setattr(socket, "create_connection", closed)
    monkeypatch.setattr(socket, "getaddrinfo", closed)
    path = tmp_path / "values.db"
    contents = Contents([("member.town", ["Ostrava"])], [("member.member_id", [("M1", "M1")])])
    write_index(path, contents, b"salt", load_language().forms)
    shop = Understanding(with_implied(rental_layer(tmp_path)), VALUES, TODAY, ValuesIndex(path))
    for question in ("members in Ostrva", "rides of M1", "rides by city last month"):
        assert isinstance(shop.plan(question), Plan)
    refused = shop.plan("rides by flurb")
    assert isinstance(refused, Refusal)
    assert isinstance(shop.helped(refused), Refusal | Clarification)
