"""The hard cases of the semantic layer as a measuring stick: data in a file, questions, truth, and our own SQL.

The cases stand under tests/ (hand-written truth, deterministic data); this module is for a checkout of the repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evals.comparison.cells import canonical
from evals.errors import RunError
from semantic_layer import SemanticLayer, SemanticQuery, Viewer, for_viewer, load, policy_for, to_sql
from semantic_layer import model as nouns
from warehouse import Policy, Read, TableRule, validate

FOLDER = Path(__file__).parent.parent / "tests" / "hard_cases"
if not FOLDER.is_dir():
    # the wheel carries evals without tests
    raise RunError(f"The hard cases are not in {FOLDER}: run this from a checkout of the repository.")
from tests.hard_cases.data import connect, schema  # noqa: E402 - only now is it known to be there

AS_OF = date(2025, 12, 31)
PROTECTED = "regions"
RULE = "region_name = viewer.region"
# H26 has no single right answer: refusing is right, and so is counting each order once for each of its categories.
ALSO_RIGHT = {
    "H26": "SELECT category, sum(amount) FROM (SELECT DISTINCT order_id, amount, category FROM orders "
    "LEFT JOIN order_items USING (order_id)) GROUP BY 1"
}
Rows = Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Case:
    """One hard case: its name, the question in words, our query and layer, and the truth or the code of a refusal."""

    name: str
    words: str
    query: SemanticQuery
    layer: SemanticLayer
    truth: str
    refused: str
    policy: Policy

    def compile(self) -> str:
        """Our SQL; raises QueryError for what has no right answer."""
        return to_sql(self.layer, self.query, as_of=AS_OF).sql

    def guarded(self, sql: str) -> str:
        """The SQL as it may run for the case's viewer."""
        return validate(sql, schema(), self.policy).sql if self.policy.rules else sql


@cache
def cases() -> tuple[Case, ...]:
    """All hard cases, H01 to H28."""
    read = yaml.safe_load((FOLDER / "cases.yml").read_text(encoding="utf-8"))
    return tuple(_case(one) for one in read)


def _case(given: Mapping[str, Any]) -> Case:
    layer, policy = _layer(given.get("fiscal_year_start_month")), Policy()
    if "viewer" in given:
        viewer = Viewer(given["viewer"]["name"], attributes=given["viewer"]["attributes"])
        layer = _protected(layer)
        policy = Policy({table: TableRule(one.rows, one.hidden) for table, one in policy_for(layer, viewer).items()})
        layer = for_viewer(layer, viewer)
    return Case(
        name=given["case"],
        words=given["words"],
        query=SemanticQuery.model_validate(given["query"]),
        layer=layer,
        truth=given.get("truth", ALSO_RIGHT.get(given["case"], "")),
        refused=given.get("refused", ""),
        policy=policy,
    )


@cache
def _layer(fiscal_month: int | None) -> SemanticLayer:
    layer = load([FOLDER / "model.yml"], schema())
    if fiscal_month is None:
        return layer
    return SemanticLayer(
        layer.definitions.model_copy(update={"fiscal_year_start_month": fiscal_month}), schema=layer.schema
    )


def _protected(layer: SemanticLayer) -> SemanticLayer:
    """The layer with the rule that people see the customers of their own region."""
    rule = nouns.RowPolicy(rows=RULE)
    datasets = tuple(
        one.model_copy(update={"policy": rule}) if one.name == PROTECTED else one for one in layer.definitions.datasets
    )
    return SemanticLayer(layer.definitions.model_copy(update={"datasets": datasets}), schema=layer.schema)


def write_database(path: Path, setup: Iterable[str]) -> None:
    """The cases' data in a database file at `path`, after the statements that other layers need first."""
    connection = connect()
    try:
        for statement in setup:
            connection.execute(statement)
        connection.execute(f"ATTACH '{path.as_posix().replace(chr(39), chr(39) * 2)}' AS shop")
        connection.execute("COPY FROM DATABASE memory TO shop")
    finally:
        connection.close()


def rows_of(read: Read, sql: str, columns: Sequence[str] = ()) -> Rows:
    """The rows with their counts, whatever their order; only `columns`, in that order, when they are named.

    Numbers are rounded to six digits, a timestamp at midnight is its day.
    """
    if columns:
        listed = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
        sql = f"SELECT {listed} FROM ({sql})"
    return Counter(tuple(_rounded(canonical(cell)) for cell in row) for row in read(sql).rows)


def _rounded(cell: tuple[str, object]) -> object:
    kind, value = cell
    return (kind, round(float(value), 6)) if isinstance(value, int | float) and kind == "number" else cell
