"""Each kind of doubt is found where it is planted, and none in a clean model nor in the shipped one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.service.cli import main
from assistant.service.lint_command import definition_files, ground_of
from semantic_layer import (
    Finding,
    Golden,
    Ground,
    Logged,
    SemanticQuery,
    VerifiedQuestion,
    lint,
    load,
    read_goldens,
    shipped_definitions,
    shipped_goldens,
)

TODAY = date(2026, 6, 30)
CLEAN = """\
version: 1
extends: none
datasets:
  - name: sale
    source: sale
    description: One row per sale.
    primary_key: [id]
    time: sold_at
    fields:
      - {name: sold_at, type: time, description: When it was sold.}
      - {name: channel, description: Where it was sold.}
    measures:
      - {name: sales, agg: count}
      - {name: amount, agg: sum, expression: amount}
metrics:
  - name: revenue
    measure: sale.amount
    description: Money from sales.
    unit: EUR
    format: currency
    good_direction: up
    owner: Sales
    ai_context: {synonyms: [turnover], examples: ["Revenue by channel"]}
  - name: sales
    measure: sale.sales
    description: Number of sales.
    unit: sales
    format: integer
    good_direction: up
    owner: Sales
    ai_context: {synonyms: [deals done], examples: ["How many sales?"]}
  - name: average_sale
    type: ratio
    numerator: revenue
    denominator: sales
    description: Revenue divided by sales.
    unit: EUR
    format: currency
    good_direction: up
    owner: Sales
    ai_context: {synonyms: [mean sale], examples: ["Average sale by channel"]}
segments:
  - name: shop_sales
    label: Shop sales
    entity: sale
    owner: Sales
    description: Sold in a shop.
    filters: [{field: sale.channel, op: eq, values: [shop]}]
    ai_context: {synonyms: [in shops], examples: ["Revenue of shop sales"]}
"""
GOLDENS = (
    Golden(metric="revenue", sql="SELECT sum(amount) FROM sale"),
    Golden(metric="sales", sql="SELECT count(*) FROM sale"),
    Golden(metric="average_sale", sql="SELECT sum(amount) / count(*) FROM sale"),
)
READ = {
    "Revenue by channel": SemanticQuery(metrics=("revenue",)),
    "How many sales?": SemanticQuery(metrics=("sales",)),
    "Average sale by channel": SemanticQuery(metrics=("average_sale",)),
    "All revenue": SemanticQuery(metrics=("revenue",)),
}
VERIFIED = VerifiedQuestion(
    question="All revenue", query=READ["All revenue"], sql="SELECT 30", by="ann", at=date(2026, 6, 1)
)


@lru_cache(maxsize=1)
def shop() -> duckdb.DuckDBPyConnection:
    """Two sales, of 10 and 20."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE sale (id INT, amount INT, channel TEXT)")
    connection.execute("INSERT INTO sale VALUES (1, 10, 'web'), (2, 20, 'shop')")
    return connection


def rows(sql: str) -> Sequence[tuple[Any, ...]]:
    try:
        return shop().execute(sql).fetchall()
    except duckdb.Error as error:
        raise LookupError(str(error)) from error


def found(tmp_path: Path, text: str, change: Callable[[Ground], Ground] = lambda ground: ground) -> tuple[Finding, ...]:
    path = tmp_path / "model.yml"
    path.write_text(text, encoding="utf-8")
    ground = Ground(load([path]), TODAY, GOLDENS, (VERIFIED,), rows, READ.get)
    return lint(change(ground), [path])


def test_nothing_is_found_in_a_clean_model(tmp_path: Path) -> None:
    assert found(tmp_path, CLEAN) == ()


def swap(old: str, new: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return changed


MORE = """\
  - name: {name}
    measure: sale.amount
    description: Planted.
    unit: EUR
    format: currency
    good_direction: up
    owner: Sales
    {more}
"""


def more(name: str, extra: str) -> Callable[[str], str]:
    """A further metric, with what is wrong in `extra`."""
    return swap("segments:\n", MORE.format(name=name, more=extra) + "segments:\n")


PLANTED = [
    ("NO_DESCRIPTION", "revenue", swap("    description: Money from sales.\n", "")),
    ("NO_DESCRIPTION", "sale.channel", swap("{name: channel, description: Where it was sold.}", "{name: channel}")),
    ("NO_OWNER", "revenue", swap("    owner: Sales\n", "")),
    ("NO_UNIT", "sales", swap("    unit: sales\n", "")),
    ("UNIT_FORMAT", "sales", swap("    unit: sales\n    format: integer", "    unit: sales\n    format: percent")),
    ("NO_DIRECTION", "revenue", swap("    good_direction: up\n", "")),
    ("NO_SYNONYMS", "revenue", swap("synonyms: [turnover], ", "")),
    ("NO_EXAMPLES", "sales", swap(', examples: ["How many sales?"]', "")),
    ("SYNONYM_CLASH", "sales", swap("synonyms: [deals done]", "synonyms: [Turnover]")),
    ("SWALLOWS_BREAKDOWN", "sales", swap("synonyms: [deals done]", "synonyms: [deals done, deals by channel]")),
    ("LABEL_CLASH", "sales", swap("    measure: sale.sales\n", "    measure: sale.sales\n    label: Revenue\n")),
    ("EXAMPLE_REPEATED", "sales", swap("How many sales?", "Revenue by channel")),
    ("EXAMPLE_UNREAD", "sales", swap("How many sales?", "Average sale by channel!")),
    ("PERSONAL_UNMARKED", "sale.email", swap("fields:\n", "fields:\n      - {name: email, description: Address.}\n")),
    ("UNUSED_METRIC", "spare", more("spare", "filter: amount > 1\n    hidden: true")),
    ("UNUSED_MEASURE", "sale.tax", swap("measures:\n", "measures:\n      - {name: tax, agg: sum, expression: tax}\n")),
    ("UNREACHABLE", "lone", swap("metrics:\n", "  - name: lone\n    source: lone\n    description: Alone.\n"
                                 "    fields: [{name: colour, description: A colour.}]\nmetrics:\n")),
    ("SAME_FORMULA", "income", more("income", 'ai_context: {synonyms: [gains], examples: ["All revenue"]}')),
    ("MEAN_OF_RATIOS", "sale.price", swap("measures:\n", "measures:\n      - {name: price, agg: average, "
                                          "expression: amount / units}\n")),
    ("UNTESTED", "large", more("large", 'filter: amount > 1\n    ai_context: {synonyms: [big], examples: ["Large?"]}')),
]  # fmt: skip


@pytest.mark.parametrize(("code", "name", "plant"), PLANTED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_planted_fault_of_the_definitions_is_found(
    code: str, name: str, plant: Callable[[str], str], tmp_path: Path
) -> None:
    told = found(tmp_path, plant(CLEAN))
    assert (code, name) in {(one.code, one.name) for one in told}
    assert all(one.line > 0 and one.file for one in told)


def test_whether_there_is_an_address_is_no_personal_data(tmp_path: Path) -> None:
    """A yes or no about a customer's e-mail names nobody; the e-mail itself does."""
    told = found(
        tmp_path, swap("fields:\n", "fields:\n      - {name: has_email, type: boolean, description: Any.}\n")(CLEAN)
    )
    assert "PERSONAL_UNMARKED" not in {one.code for one in told}


def goldens(*more: Golden) -> Callable[[Ground], Ground]:
    return lambda ground: replace(ground, goldens=(*ground.goldens, *more))


def verified(**change: Any) -> Callable[[Ground], Ground]:
    return lambda ground: replace(ground, verified=(VERIFIED.model_copy(update=change),))


OLD = Logged("revenue", date(2026, 1, 1), "another meaning", "sum of gross", 1)
PLANTED_BESIDE = [
    ("GOLDEN_STALE", goldens(Golden(metric="revenue", sql="SELECT 31"))),
    ("GOLDEN_STALE", goldens(Golden(metric="revenue", sql="SELECT nothing"))),
    ("GOLDEN_UNKNOWN", goldens(Golden(metric="profit", sql="SELECT 1"))),
    ("GOLDEN_UNKNOWN", goldens(Golden(metric="revenue", segment="gone", sql="SELECT 1"))),
    ("VERIFIED_FAILS", verified(query=SemanticQuery(metrics=("profit",)))),
    ("VERIFIED_DIFFERS", verified(sql="SELECT 29")),
    ("VERIFIED_DIFFERS", verified(sql="SELECT amount FROM gone")),
    ("VERIFIED_UNREAD", verified(question="How many sales?")),
    ("VERSION_NOT_RAISED", lambda ground: replace(ground, logged={"revenue": OLD})),
]


@pytest.mark.parametrize(("code", "change"), PLANTED_BESIDE)
def test_a_planted_fault_beside_the_definitions_is_found(
    code: str, change: Callable[[Ground], Ground], tmp_path: Path
) -> None:
    assert {one.code for one in found(tmp_path, CLEAN, change)} == {code}


def test_words_that_metrics_share_on_purpose_are_no_clash(tmp_path: Path) -> None:
    text = CLEAN.replace("synonyms: [turnover]", "synonyms: [turnover], shared: [takings]")
    text = text.replace("synonyms: [deals done]", "synonyms: [deals done], shared: [takings]")
    assert found(tmp_path, text) == ()


def test_the_shipped_model_is_clean() -> None:
    ground = Ground(load(shipped_definitions()), TODAY, read_goldens(shipped_goldens()))
    assert lint(ground, shipped_definitions()) == ()


def test_every_metric_of_the_shipped_model_has_words_and_examples() -> None:
    layer = load(shipped_definitions())
    shown = [one for one in layer.metrics.values() if not one.hidden]
    assert [one.name for one in shown if len(set(one.synonyms)) < 8 or len(one.ai_context.examples) < 3] == []


@pytest.mark.deep
def test_the_shipped_model_is_clean_on_the_demo_company_with_every_example_read(demo_home: Path) -> None:
    assistant = Assistant.open(read_settings(home=demo_home))
    try:
        assert lint(ground_of(assistant), definition_files(demo_home)) == ()
    finally:
        assistant.close()


def test_versions_are_compared_in_words_and_in_sql(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yml", tmp_path / "new.yml"
    old.write_text(CLEAN, encoding="utf-8")
    changed = CLEAN.replace("expression: amount}", "expression: amount, filter: channel <> 'test'}")
    changed = changed.replace("synonyms: [turnover]", "synonyms: [takings]")
    changed = changed.replace("  - name: sales\n    measure:", "  - name: deals\n    measure:")
    new.write_text(changed.replace("denominator: sales", "denominator: deals"), encoding="utf-8")
    told = CliRunner().invoke(main, ["metrics", "diff", str(old), str(new)]).output
    for line in (
        "changed metric revenue (gives other numbers)",
        "formula: sum of amount over sale → sum of amount over sale, where channel <> 'test'",
        "more synonyms: takings",
        "fewer synonyms: turnover",
        "+    sale.channel <> 'test'",
        "removed metric sales",
        "added metric deals",
        "formula: revenue / sales → revenue / deals",
    ):
        assert line in told
    assert CliRunner().invoke(main, ["metrics", "diff", str(old), str(old)]).output == "Both say the same.\n"


def test_versions_that_are_not_there_are_told(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["metrics", "diff", str(tmp_path / "a"), str(tmp_path / "b")])
    assert told.exit_code == 1
    assert "is not there" in told.output
