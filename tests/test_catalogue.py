"""The catalogue: found by their words, counted, and changed only by a proposal whose effects are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from assistant.boards import pin
from assistant.catalogue import (
    CannotChange,
    Change,
    Entry,
    Words,
    approve_change,
    changes,
    drafted,
    effects_of,
    entries,
    entry_yaml,
    find_entry,
    propose_change,
    provenance,
    read_entry,
    reject_change,
    search,
    with_words,
)
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.definition_changes import keep_history
from assistant.errors import Forbidden
from assistant.store import Store
from semantic_layer import changes_of, load, meaning_of, read_history, shipped_definitions
from tests.store_world import emptied
from tests.test_assistant import MODEL, found_company

SEGMENTS = """
segments:
  - name: northern
    label: Northern customers
    entity: customer
    filters: [{field: customer.region, op: in, values: [North]}]
"""

FUNNEL = (
    MODEL.replace("type: time}", "type: time}\n      - {name: amount_paid, expression: amount, type: number}")
    + """
  - {name: large_orders, measure: orders.orders, filter: orders.amount_paid > 15, unit: orders, format: integer}
funnels:
  - name: order_funnel
    label: Order funnel
    description: All orders, then the large ones.
    steps: [{metric: orders, label: Placed}, {metric: large_orders}]
"""
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = found_company(tmp_path_factory.mktemp("catalogue"), model=MODEL + SEGMENTS)
    assistant = Assistant.open(Settings(home=home))
    yield assistant
    assistant.close()


@pytest.fixture
def assistant(opened: Assistant) -> Assistant:
    """The workspace as it was at first: what an earlier test approved or kept is gone."""
    home = opened.settings.home
    for path in (*home.glob("definitions/zz-*"), *home.glob("definitions/words.yml"), home / "definitions-log.jsonl"):
        path.unlink(missing_ok=True)
    opened.settings = replace(opened.settings, review_by_other=False)
    opened.refresh()
    keep_history(home, opened.layer, date.today())
    return opened


@pytest.fixture(scope="module")
def kept(opened: Assistant) -> Iterator[Store]:
    store = Store.open(opened.settings, "ann")
    yield store
    store.close()


@pytest.fixture
def store(kept: Store) -> Store:
    return emptied(kept)


def answered(assistant: Assistant, question: str) -> Answer:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome
    return outcome


def synonym(assistant: Assistant, name: str, *words: str) -> Change:
    text = entry_yaml(assistant.layer, "metric", name)
    return drafted("metric", name, with_words(text, Words("What came in.", words, (), "Sales")), "people say so")


# --- looking up


def test_everything_that_may_be_asked_about_is_listed(assistant: Assistant) -> None:
    listed = {(one.kind, one.name) for one in entries(assistant)}
    assert {
        ("metric", "revenue"),
        ("segment", "northern"),
        ("dataset", "orders"),
        ("dimension", "customer.region"),
    } <= listed
    ratio = find_entry(entries(assistant), "metric", "average_order")
    assert ratio is not None
    assert ratio.formula == "revenue / orders"


def test_use_is_counted_over_everybodys_answers(assistant: Assistant, store: Store) -> None:
    for who in ("ann", "bob"):
        talk = Conversation()
        outcome = assistant.ask("revenue by region", conversation=talk)
        store.acting(who).save_turn(talk, talk.turns[-1], outcome)
    found = {one.name: one.used for one in entries(assistant, store)}
    assert (found["revenue"], found["customer.region"], found["orders"]) == (2, 2, 0)


def entry(name: str, title: str, synonyms: tuple[str, ...] = (), description: str = "", used: int = 0) -> Entry:
    return Entry("metric", name, title, description, synonyms=synonyms, used=used)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("net revenue", ["net", "gross"]),
        ("turnover", ["net"]),
        ("paid back", ["refund"]),
        ("revenu", ["gross", "net"]),
        ("zzz", []),
        ("", ["refund", "gross", "net"]),
    ],
)
def test_the_best_fit_comes_first(words: str, found: list[str]) -> None:
    known = [
        entry("gross", "Gross revenue", ("net revenue before refunds",)),
        entry("net", "Net revenue", ("turnover",)),
        entry("refund", "Refunds", (), "What was paid back to customers", used=5),
    ]
    assert [one.name for one in search(known, words)] == found


# --- changing


def test_a_synonym_is_proposed_seen_approved_and_used(assistant: Assistant, store: Store) -> None:
    assert isinstance(assistant.ask("takings in January 2026"), Refusal)
    made = propose_change(assistant, store, synonym(assistant, "revenue", "takings"))
    assert isinstance(assistant.ask("takings in January 2026"), Refusal)  # a proposal changes nothing
    (waiting,) = changes(store, "pending")
    assert (waiting, waiting.by) == (made, "ann")
    done = approve_change(assistant, store.acting("bob"), made.id, "fine")
    assert (done.status, done.decided_by, done.comment) == ("approved", "bob", "fine")
    assert float(answered(assistant, "takings in January 2026").result.rows[0][0]) == 30.0
    assert float(answered(assistant, "revenue in January 2026").result.rows[0][0]) == 30.0
    found = find_entry(entries(assistant), "metric", "revenue")
    assert found is not None
    assert (found.description, found.owner) == ("What came in.", "Sales")


def test_what_a_word_would_change_is_told_before(assistant: Assistant, store: Store) -> None:
    talk = Conversation()
    refused = assistant.ask("takings in January 2026", conversation=talk)
    store.save_turn(talk, talk.turns[-1], refused)
    pin(assistant, store, answered(assistant, "revenue by region"))
    path = assistant.settings.definitions / "words.yml"
    path.write_text("version: 1\nextends: none\nsynonyms: {orders: [deals]}\n")
    talk = Conversation()
    deals = assistant.ask("deals in January 2026", conversation=talk)
    store.save_turn(talk, talk.turns[-1], deals)
    found = effects_of(assistant, store, synonym(assistant, "revenue", "takings", "deals"))
    assert [(one.question, one.source) for one in found.reread] == [("deals in January 2026", "asked")]
    assert found.reread[0].before.startswith("Orders")
    assert found.reread[0].after != found.reread[0].before
    assert not found.other_numbers
    assert found.checked == 2
    assert any("deals" in doubt for doubt in found.findings)
    assert any("takings" in sentence for one in found.differences for sentence in one.sentences)


def test_a_formula_that_gives_other_numbers_is_told_with_them(assistant: Assistant, store: Store) -> None:
    pin(assistant, store, answered(assistant, "revenue by region"))
    pin(assistant, store, answered(assistant, "orders"))
    text = entry_yaml(assistant.layer, "metric", "revenue") + "filter: amount < 40\n"
    found = effects_of(assistant, store, drafted("metric", "revenue", text))
    assert found.other_numbers == ("revenue by region",)
    assert [(one.name, one.numbers) for one in found.differences if one.section == "metric"] == [
        ("revenue", True), ("average_order", True),
    ]  # fmt: skip
    totals = {title: (before, after) for title, before, after in found.totals}
    assert totals["Revenue"] == ("€70.00", "€30.00")


def test_an_approved_formula_stands_in_the_log(assistant: Assistant, store: Store) -> None:
    text = entry_yaml(assistant.layer, "metric", "revenue") + "filter: amount < 40\nversion: 2\n"
    made = propose_change(assistant, store, drafted("metric", "revenue", text, "no bulk"))
    approve_change(assistant, store, made.id)
    ((before, after),) = changes_of(read_history(assistant.settings.home / "definitions-log.jsonl"), "revenue")
    assert (before.version, after.version) == (1, 2)
    assert float(answered(assistant, "revenue").result.rows[0][0]) == 30.0


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("name: revenue\nmeasure: orders.amount\nunit: EUR\nformat: currency\n", "Nothing is different"),
        ("name: takings\nmeasure: orders.amount\n", "must keep its name"),
        ("name: revenue\nmeasure: orders.nothing\n", "orders.nothing"),
        ("name: revenue\nmeasure: orders.amount\ncolour: red\n", "colour"),
        ("name: [", "line 1"),
        ("- x", "key: value"),
    ],
)
def test_what_does_not_load_is_not_even_proposed(assistant: Assistant, store: Store, after: str, told: str) -> None:
    with pytest.raises(CannotChange, match=told) as error:
        propose_change(assistant, store, drafted("metric", "revenue", after))
    assert "/tmp" not in str(error.value)
    assert changes(store) == ()
    assert not (assistant.settings.definitions / "zz-approved.yml").exists()


def test_fields_datasets_and_segments_change_without_loss(assistant: Assistant, store: Store) -> None:
    layer = assistant.layer
    for kind, name in (("dimension", "customer.region"), ("dataset", "customer"), ("segment", "northern")):
        text = with_words(entry_yaml(layer, kind, name), Words(f"About {name}.", (f"word of {kind}",), ()))  # type: ignore[arg-type]  # three kinds
        made = propose_change(assistant, store, drafted(kind, name, text))  # type: ignore[arg-type]  # three kinds
        approve_change(assistant, store, made.id)
    rows = answered(assistant, "revenue in January 2026 by word of dimension").result.rows
    assert sorted((row[0], float(row[1])) for row in rows) == [("North", 10.0), ("South", 20.0)]
    told = {one.name: one.description for one in entries(assistant)}
    assert [told[name] for name in ("customer.region", "customer", "northern")] == [
        "About customer.region.", "About customer.", "About northern.",
    ]  # fmt: skip


def test_a_definition_that_changed_meanwhile_is_not_overwritten(assistant: Assistant, store: Store) -> None:
    first = propose_change(assistant, store, synonym(assistant, "revenue", "takings"))
    second = propose_change(assistant, store, synonym(assistant, "revenue", "money in"))
    approve_change(assistant, store, first.id)
    with pytest.raises(CannotChange, match="has changed since"):
        approve_change(assistant, store, second.id)
    assert [one.id for one in changes(store, "pending")] == [second.id]
    with pytest.raises(CannotChange, match="why"):
        reject_change(store, second.id, "")
    reject_change(store, second.id, "takings it is")
    with pytest.raises(CannotChange, match="rejected"):
        approve_change(assistant, store, second.id)


def test_the_setting_wants_another_person(assistant: Assistant, store: Store) -> None:
    made = propose_change(assistant, store, synonym(assistant, "revenue", "takings"))
    assistant.settings = replace(assistant.settings, review_by_other=True)
    with pytest.raises(Forbidden, match="Somebody else"):
        approve_change(assistant, store, made.id)
    approve_change(assistant, store.acting("bob"), made.id)


@pytest.mark.deep
def test_every_shipped_definition_comes_back_the_same(tmp_path: Path) -> None:
    layer = load(shipped_definitions())
    text = "".join(f"  - {_inline(entry_yaml(layer, 'metric', name))}\n" for name in layer.metrics)
    (tmp_path / "again.yml").write_text(f"version: 1\nmetrics:\n{text}")
    again = load([*shipped_definitions(), tmp_path / "again.yml"])
    assert [name for name in layer.metrics if meaning_of(layer, name) != meaning_of(again, name)] == []
    assert [name for name in layer.metrics if layer.metrics[name] != again.metrics[name]] == []


def _inline(text: str) -> str:
    import json

    return json.dumps(read_entry(text))


# --- funnels and bands


@pytest.fixture(scope="module")
def funnelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = found_company(tmp_path_factory.mktemp("funnels"), model=FUNNEL)
    assistant = Assistant.open(Settings(home=home))
    yield assistant
    assistant.close()


def test_a_funnel_is_listed_with_its_steps_and_where_its_numbers_come_from(funnelled: Assistant) -> None:
    (found,) = search(entries(funnelled), "order funnel")[:1]
    assert (found.kind, found.title, found.description) == (
        "funnel",
        "Order funnel",
        "All orders, then the large ones.",
    )
    assert found.steps == (("orders", "Placed"), ("large_orders", "Large orders"))
    assert provenance(funnelled, found).tables == ("orders",)
    assert [one.name for one in search(entries(funnelled), "", "funnel")] == ["order_funnel"]


def test_a_change_of_a_funnel_says_what_is_different(funnelled: Assistant, tmp_path: Path) -> None:
    text = entry_yaml(funnelled.layer, "funnel", "order_funnel").replace("All orders", "Every order")
    change = drafted("funnel", "order_funnel", text.replace("label: Placed", "label: Everything"), "clearer")
    found = effects_of(funnelled, Store.open(Settings(home=tmp_path)), change)
    (told,) = found.differences
    assert (told.section, told.name) == ("funnel", "order_funnel")
    assert told.sentences == (
        "other words for its steps",
        "description: All orders, then the large ones. → Every order, then the large ones.",
    )


def test_a_number_offers_the_question_for_its_bands(funnelled: Assistant) -> None:
    number = find_entry(entries(funnelled), "dimension", "orders.amount_paid")
    word = find_entry(entries(funnelled), "dimension", "customer.region")
    assert number is not None
    assert word is not None
    assert provenance(funnelled, number).banded == "Distribution of Amount paid"
    assert provenance(funnelled, word).banded == ""
