"""A stand-in for the guard: every read of a protected table becomes a read of the rows and columns that are allowed."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

from semantic_layer import TableAccess
from tests.hard_cases.data import schema


def under(sql: str, policy: Mapping[str, TableAccess]) -> str:
    """The statement with each protected table replaced by what may be seen of it."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    for table in list(tree.find_all(exp.Table)):
        access = policy.get(table.name)
        if access:
            shown = [name for name in schema()[table.name] if name not in access.hidden]
            text = f"SELECT {', '.join(shown)} FROM {table.name} WHERE {access.rows or 'TRUE'}"
            seen = sqlglot.parse_one(text, dialect="duckdb").subquery(table.alias_or_name)
            table.replace(seen)
    return tree.sql("duckdb")
