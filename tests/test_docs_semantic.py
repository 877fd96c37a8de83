"""What docs/semantic-layer.md teaches works as written, and its reference is true of the code."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from assistant.service.cli import main
from semantic_layer import metric_types, model, nodes, query
from warehouse import query_trusted

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "semantic-layer.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
COUNTS = "status <> 'cancelled' AND NOT is_test"
LAST_YEAR = "ordered_at >= '2025-01-01' AND ordered_at < '2026-01-01'"
FEES = f"SELECT channel, sum(shipping_amount) FROM core.orders WHERE {COUNTS} AND {LAST_YEAR} GROUP BY 1"
PAID = "paid_at >= '2025-01-01' AND paid_at < '2026-01-01'"
ORDERS_BY_REGION = (
    f"SELECT region, count(*) FROM core.orders LEFT JOIN core.customer USING (customer_id) "
    f"WHERE {COUNTS} AND {LAST_YEAR} GROUP BY 1"
)
RETURNED = (
    f"SELECT count(*) AS n, count(*) FILTER (refund_amount > 0) AS back FROM core.orders WHERE {COUNTS} AND {LAST_YEAR}"
)
RETURNED_BY_CHANNEL = f"{RETURNED.replace('SELECT', 'SELECT channel,', 1)} GROUP BY 1"
TRUTH = {  # hand-written; None: no answer
    "shipping fees by sales channel last year": FEES,
    "shipping fees per order by month this year": f"SELECT date_trunc('month', ordered_at)::DATE, "
    f"sum(shipping_amount) / count(*) FROM core.orders WHERE {COUNTS} AND ordered_at >= '2026-01-01' GROUP BY 1",
    "payments by payment method last year": f"SELECT method, count(*) FROM core.payment WHERE {PAID} GROUP BY 1",
    "average payment by region last year": "SELECT region, sum(amount) / count(*) FROM core.payment "
    f"LEFT JOIN core.orders USING (order_id) LEFT JOIN core.customer USING (customer_id) WHERE {PAID} GROUP BY 1",
    "net revenue by payment method": None,
    "big spenders by region last year": "SELECT region, count(*) FROM (SELECT customer_id FROM core.orders "
    f"WHERE {COUNTS} AND {LAST_YEAR} GROUP BY 1 HAVING sum(net_amount) >= 500) JOIN core.customer USING (customer_id) "
    "GROUP BY 1",
    "return funnel last year": f"SELECT n, back, back / n FROM ({RETURNED})",
    "return funnel by sales channel last year": f"SELECT channel, n, back, back / n FROM ({RETURNED_BY_CHANNEL})",
    "orders by region last year": ORDERS_BY_REGION,
    "as ann: orders by region last year": f"SELECT * FROM ({ORDERS_BY_REGION}) WHERE region = 'North'",
    "customers by income band": "SELECT income_band, count(*) FROM core.customer "
    "WHERE NOT is_internal AND NOT is_deleted GROUP BY 1",
    "as ann: customers by income band": None,
    "postage by sales channel last year": FEES,
    "payments by bank transfer last year": f"SELECT count(*) FROM core.payment WHERE {PAID} AND method = 'invoice'",
}
SPENDERS = f"""
    WITH spent AS (
        SELECT customer_id FROM core.orders WHERE {COUNTS} AND ordered_at >= '2025-07-01'
        AND customer_id IS NOT NULL GROUP BY 1 HAVING sum(net_amount) >= 500
    ), flagged AS (
        SELECT *, CASE WHEN customer_id IS NOT NULL THEN customer_id IN (SELECT customer_id FROM spent) END AS big
        FROM (SELECT customer_id, net_amount FROM core.orders WHERE {COUNTS})
    )
    SELECT big, (
        SELECT count(*) FROM core.customer
        WHERE NOT is_internal AND NOT is_deleted AND (customer_id IN (SELECT customer_id FROM spent)) = big
    ), sum(net_amount) FROM flagged GROUP BY 1 ORDER BY 1 NULLS LAST
"""


@pytest.fixture
def room(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the demo company in .tellwise, as a reader has it."""
    (tmp_path / ".tellwise" / "warehouse").mkdir(parents=True)
    (tmp_path / ".tellwise" / "definitions").mkdir()
    live = Path("warehouse") / "live.duckdb"
    os.link(demo_home / live, tmp_path / ".tellwise" / live)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(room: Path, sql: str) -> list[tuple[Any, ...]]:
    return sorted(map(plain, query_trusted(room / ".tellwise/warehouse/live.duckdb", sql).rows), key=repr)


def plain(row: Any) -> tuple[Any, ...]:
    """Numbers to six digits (JSON has money as text), days as text."""
    return tuple(as_text(value) if (number := as_number(value)) is None else number for value in row)


def as_text(value: Any) -> str | None:
    return None if value is None else str(value).removesuffix(" 00:00:00")


def as_number(value: Any) -> float | None:
    try:
        return None if value is None else round(float(value), 6)
    except (TypeError, ValueError):
        return None


def lessons() -> dict[str, str]:
    """The sections that teach, by heading."""
    taught = TEXT.partition("\n# ")[0]
    parts = re.split(r"^## (.+)$", taught, flags=re.MULTILINE)
    return {heading: text for heading, text in zip(parts[1::2], parts[2::2], strict=True) if "```sh" in text}


SLOW = ("A dataset", "A funnel", "A policy", "A segment", "A metric")


@pytest.mark.parametrize(
    "lesson", [pytest.param(one, marks=pytest.mark.deep) if one in SLOW else one for one in lessons()]
)
def test_a_lesson_works_as_written(room: Path, lesson: str) -> None:
    """With the files of the lessons before it, as a reader has them by then."""
    for heading, text in lessons().items():
        for kind, file, block in BLOCK.findall(text):
            if file:
                (room / file).write_text(block, encoding="utf-8")
            for line in block.strip().splitlines() if kind == "sh" and heading == lesson else ():
                follow(room, shlex.split(line))
        if heading == lesson:
            return


def test_the_page_teaches_six_things_and_each_is_held_against_the_truth() -> None:
    assert list(lessons()) == ["A metric", "A dataset", "A segment", "A funnel", "A policy", "A synonym"]
    lines = [line for kind, _, block in BLOCK.findall(TEXT) if kind == "sh" for line in block.strip().splitlines()]
    asked = {("as ann: " if "ann.toml" in line else "") + shlex.split(line)[-1] for line in lines}
    assert asked == {*TRUTH, "shipping_fees", "spenders.py"}


def follow(room: Path, words: list[str]) -> None:
    """Run one command of the lessons and hold its output against the truth."""
    if words[0] == "python":
        found = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=True)
        printed = [line.split() for line in found.stdout.splitlines()]
        truth = query_trusted(room / ".tellwise/warehouse/live.duckdb", SPENDERS).rows
        assert printed == [[str(cell) for cell in row] for row in truth]
        return
    assert words[0] == "tellwise"
    if "metrics" in words:
        shown = CliRunner().invoke(main, words[1:])
        assert "sum of shipping_amount" in shown.output, shown.output
        assert "orders.channel" in shown.output
        return
    at = words.index("ask") + 1
    question = f"as ann: {words[-1]}" if "ann.toml" in words else words[-1]
    answer = json.loads(CliRunner().invoke(main, [*words[1:at], "--json", *words[at:]]).stdout)
    expected = TRUTH[question]
    if expected is None:
        assert answer["kind"] != "answer"
    else:
        assert answer["kind"] == "answer", answer
        assert sorted(map(plain, answer["rows"]), key=repr) == rows(room, expected), question


def test_a_typing_error_is_told_as_the_page_shows_it(room: Path) -> None:
    files = {file: text for _, file, text in BLOCK.findall(TEXT) if file.endswith("payments.yml")}
    ((file, text),) = files.items()
    (room / file).write_text(text.replace("expression: amount}", "expression: amout}"), encoding="utf-8")
    told = CliRunner().invoke(main, ["metrics"])
    assert told.exit_code == 1
    assert told.stderr.strip() in TEXT


TABLES: dict[str, type[BaseModel]] = {
    "A file": model.Definitions,
    "Dataset": model.Dataset,
    "Field": model.Dimension,
    "Measure": model.Measure,
    "Non-additive": model.NonAdditive,
    "Policy": model.RowPolicy,
    "Bridge": model.Bridge,
    "Relationship": model.Relationship,
    "Segment": model.Segment,
    "Calendar": model.Calendar,
    "Funnel": model.Funnel,
    "Funnel step": model.FunnelStep,
    "AI context": nodes.AIContext,
    **{f"Metric kind: {name}": kind for name, kind in metric_types.METRIC_TYPES.items()},
    "Metric": metric_types.MetricFields,
    "Query": query.SemanticQuery,
    "Group by": query.GroupBy,
    "Filter": query.Filter,
    "Time range": query.TimeRange,
    "Comparison": query.Comparison,
    "Sort key": query.OrderBy,
    "Share": query.Share,
    "Rank": query.Rank,
    "Top": query.Top,
    "Pivot": query.Pivot,
    "Per bucket": query.PerBucket,
    "Per group": query.PerGroup,
    "Bands": query.Bands,
    "Running": query.Running,
}


def table(heading: str) -> dict[str, str]:
    """The rows of the table under a heading: first cell to the rest."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert section, f"docs/semantic-layer.md has no heading {heading!r}"
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section.group(1), re.MULTILINE))


def keys(heading: str) -> dict[str, Any]:
    """The keys that belong under a heading, with their types."""
    fields = TABLES[heading].model_fields
    if heading.startswith("Metric kind"):
        common = metric_types.MetricFields.model_fields
        fields = {name: one for name, one in fields.items() if name not in common and name != "type"}
    found = {one.alias or name: one.annotation for name, one in fields.items()}
    return {**found, "type": Literal[tuple(metric_types.METRIC_TYPES)]} if heading == "Metric" else found


def words_of(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (str(one) for one in get_args(annotation))
    else:
        for one in get_args(annotation):
            yield from words_of(one)


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_told(heading: str) -> None:
    assert set(table(heading)) == set(keys(heading))


@pytest.mark.parametrize("heading", [one for one in TABLES if one != "Metric"])
def test_every_word_that_a_key_takes_is_told(heading: str) -> None:
    told = table(heading)
    missing = {
        (key, word) for key, kind in keys(heading).items() for word in words_of(kind) if not told_in(told[key], word)
    }
    assert missing == set()


def told_in(text: str, word: str) -> bool:
    return f"`{word}`" in text or word == text


def test_every_kind_of_metric_has_its_table() -> None:
    told = set(re.findall(r"^### Metric kind: (\w+)$", TEXT, re.MULTILINE))
    assert told == set(metric_types.METRIC_TYPES)


def test_every_code_is_told_and_no_other() -> None:
    sources = (ROOT / "semantic_layer").rglob("*.py")
    raised = {code for path in sources for code in re.findall(r'"(E_[A-Z_]+)"', path.read_text(encoding="utf-8"))}
    told = table("Error codes")
    assert set(told) == raised
    assert all(sentence.endswith(".") for sentence in told.values())
