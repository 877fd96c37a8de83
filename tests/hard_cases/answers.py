"""Compiled queries and hand-written SQL, run on the same data and laid side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from semantic_layer import Compiled, SemanticLayer, SemanticQuery, load, to_sql
from tests.hard_cases.data import connect, schema

AS_OF = date(2025, 12, 31)
FOLDER = Path(__file__).parent


@cache
def database() -> duckdb.DuckDBPyConnection:
    """One connection for all tests of a process; nothing writes to it."""
    return connect()


@cache
def model() -> SemanticLayer:
    """The model over the hard cases' data."""
    return load([FOLDER / "model.yml"], schema())


def asked(**query: Any) -> SemanticQuery:
    """A query from plain data."""
    return SemanticQuery.model_validate(query)


def compiled(query: SemanticQuery, layer: SemanticLayer | None = None, as_of: date = AS_OF) -> Compiled:
    """The query as SQL over the hard cases' model."""
    return to_sql(layer or model(), query, as_of=as_of)


def rows_of(query: SemanticQuery, layer: SemanticLayer | None = None, as_of: date = AS_OF) -> list[tuple[Any, ...]]:
    """What a compiled query gives; its columns are checked against the result's own names."""
    made = compiled(query, layer, as_of)
    found = database().execute(made.sql)
    names = [one[0] for one in found.description or ()]
    assert names == [column.name for column in made.columns]
    return found.fetchall()


def truth(sql: str) -> list[tuple[Any, ...]]:
    """What hand-written SQL gives."""
    return database().execute(sql).fetchall()


def same_rows(left: Sequence[tuple[Any, ...]], right: Sequence[tuple[Any, ...]], *, in_order: bool = True) -> bool:
    """True when both hold the same rows; floats to nine digits."""
    ours, theirs = _plain(left), _plain(right)
    return ours == theirs if in_order else sorted(map(repr, ours)) == sorted(map(repr, theirs))


def _plain(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(float(f"{value:.9g}") if isinstance(value, float) else value for value in row) for row in rows]
