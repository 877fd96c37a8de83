"""Columns of a result whose SQL no definition stands behind: roles guessed from types, labels from names."""

from __future__ import annotations

from semantic_layer import Column
from warehouse import Result

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UINTEGER", "DOUBLE", "FLOAT", "DECIMAL")


def columns_of(result: Result) -> tuple[Column, ...]:
    """One column each: dates are times, numbers are metrics, everything else is a dimension."""
    return tuple(_column(name, kind.upper()) for name, kind in zip(result.columns, result.types, strict=True))


def _column(name: str, kind: str) -> Column:
    label = name.replace("_", " ").capitalize()
    if kind.startswith(("DATE", "TIMESTAMP")):
        return Column(name, "time", name, label, grain="day")
    if kind.startswith(_NUMBERS):
        number = "integer" if "INT" in kind else "decimal"
        return Column(name, "metric", name, label, format=number)
    return Column(name, "dimension", name, label)
