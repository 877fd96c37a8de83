"""A foreign set's SQL in DuckDB's words."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from evals.errors import RunError


def to_duckdb(sql: str, dialect: str, columns: frozenset[str]) -> str:
    """The statement for DuckDB; raises RunError when it cannot be read. `columns` are known names in lower case.

    SQLite takes a name in double quotes that is no column for a text, and golds written for it rely on that.
    """
    if dialect == "duckdb":
        return sql.strip().rstrip(";")
    try:
        tree = sqlglot.parse_one(sql, dialect=dialect)
    except SqlglotError as error:
        raise RunError(f"not readable as {dialect} SQL: {str(error).splitlines()[0]}") from error
    if dialect == "sqlite":
        tree = tree.transform(lambda node: _text_for_name(node, columns))
    return tree.sql(dialect="duckdb")


def _text_for_name(node: exp.Expr, columns: frozenset[str]) -> exp.Expr:
    """A text literal for a quoted name that no table has."""
    if not isinstance(node, exp.Column) or node.table or not node.this.args.get("quoted"):
        return node
    return node if node.name.lower() in columns else exp.Literal.string(node.name)
