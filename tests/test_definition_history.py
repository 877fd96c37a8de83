"""The log of definitions, and the answers that tell of a change."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.definition_changes import LOG, of_changes
from semantic_layer import (
    SemanticLayer,
    SemanticQuery,
    TimeRange,
    changes_of,
    load,
    meaning_of,
    read_history,
    record_history,
)

MODEL = """\
version: 1
extends: none
datasets:
  - name: sale
    source: sale
    primary_key: [id]
    measures:
      - {name: amount, agg: sum, expression: amount}
      - {name: sales, agg: count}
metrics:
  - {name: revenue, measure: sale.amount, label: Revenue}
  - {name: sales, measure: sale.sales}
  - {name: average_sale, type: ratio, numerator: revenue, denominator: sales}
"""
FIRST, SECOND = date(2026, 1, 5), date(2026, 2, 5)


def layer(tmp_path: Path, text: str = MODEL) -> SemanticLayer:
    (tmp_path / "model.yml").write_text(text, encoding="utf-8")
    return load([tmp_path / "model.yml"])


NEW = MODEL.replace("expression: amount}", "expression: amount, filter: NOT is_test}")


def test_a_log_begins_with_every_metric_and_grows_by_changes_only(tmp_path: Path) -> None:
    log = tmp_path / LOG
    assert [one.first for one in record_history(log, layer(tmp_path), FIRST)] == [True, True, True]
    assert record_history(log, layer(tmp_path), SECOND) == ()
    changed = record_history(log, layer(tmp_path, NEW), SECOND)
    assert [one.name for one in changed] == ["revenue", "average_sale"]  # the ratio stands on what changed
    (pair,) = changes_of(read_history(log), "revenue")
    assert [one.formula for one in pair] == ["sum of amount over sale", "sum of amount over sale, where NOT is_test"]
    assert pair[1].at == SECOND
    assert changes_of(read_history(log), "sales") == ()


def test_words_do_not_change_a_meaning(tmp_path: Path) -> None:
    said = MODEL.replace("label: Revenue}", "label: Takings, description: Money., version: 2}")
    assert meaning_of(layer(tmp_path), "revenue") == meaning_of(layer(tmp_path, said), "revenue")


def test_a_log_that_was_cut_short_is_read_up_to_there(tmp_path: Path) -> None:
    log = tmp_path / LOG
    record_history(log, layer(tmp_path), FIRST)
    with log.open("a", encoding="utf-8") as file:
        file.write('{"name": "revenue", "at": "2026-')
    assert len(read_history(log)) == 3


def test_who_asks_is_told_of_a_change_in_the_last_90_days_or_in_the_period(tmp_path: Path) -> None:
    log = tmp_path / LOG
    record_history(log, layer(tmp_path), FIRST)
    record_history(log, layer(tmp_path, NEW), SECOND)
    history, model = read_history(log), layer(tmp_path, NEW)
    query = SemanticQuery(metrics=("revenue",))
    (told,) = of_changes(history, model, query, SECOND + timedelta(days=90))
    assert told.code == "DEFINITION_CHANGED"
    assert "The definition of Revenue changed on" in told.sentence
    assert "before sum of amount over sale; now sum of amount over sale, where NOT is_test." in told.sentence
    late = SECOND + timedelta(days=91)
    assert list(of_changes(history, model, query, late)) == []
    asked = query.model_copy(update={"time_range": TimeRange(start=date(2026, 1, 1), end=date(2027, 1, 1))})
    assert len(list(of_changes(history, model, asked, late))) == 1
    before = query.model_copy(update={"time_range": TimeRange(start=date(2025, 1, 1), end=date(2026, 1, 1))})
    assert list(of_changes(history, model, before, late)) == []


@pytest.fixture
def room(demo_home: Path, tmp_path: Path) -> Path:
    """A workspace of its own over the demo company."""
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "definitions").mkdir()
    os.link(demo_home / "warehouse" / "live.duckdb", tmp_path / "warehouse" / "live.duckdb")
    return tmp_path


def notes(assistant: Assistant, question: str) -> list[str]:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome
    return [caveat.code for caveat in outcome.caveats]


OWN = """\
version: 1
metrics:
  - name: parcels
    measure: orders.orders
    filter: channel = '{channel}'
    label: Parcels
    description: Orders that are sent.
"""


@pytest.mark.deep
def test_an_answer_tells_that_its_definition_changed(room: Path) -> None:
    own = room / "definitions" / "own.yml"
    own.write_text(OWN.format(channel="web"), encoding="utf-8")
    assistant = Assistant.open(read_settings(home=room))
    try:
        assert "DEFINITION_CHANGED" not in notes(assistant, "parcels last month")
        own.write_text(OWN.format(channel="store"), encoding="utf-8")
        assert "DEFINITION_CHANGED" in notes(assistant, "parcels last month")
        assert "DEFINITION_CHANGED" not in notes(assistant, "net revenue last month")
    finally:
        assistant.close()
