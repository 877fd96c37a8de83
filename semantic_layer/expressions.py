"""SQL expressions written in definitions: parsed once, checked for what they may hold, bound to tables later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from semantic_layer.errors import SemanticLayerError, suggest

_MOST_CHARACTERS = 4000
_DEEPEST = 60
_FORBIDDEN: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.Query, "a sub-query"),
    (exp.DDL, "a statement"),
    (exp.Command, "a statement"),
    (exp.Window, "a window function"),
    (exp.AggFunc, "an aggregate"),
    (exp.Star, "a star"),
    (exp.Placeholder, "a parameter"),
    (exp.Parameter, "a parameter"),
    (exp.Lambda, "a lambda"),
)


class ExpressionError(SemanticLayerError):
    """An expression in a definition cannot be used; the message says why, without naming file or line."""


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> exp.Expr:
    """The tree of one scalar SQL expression, in which dividing by 0 gives NULL. Shared: copy before changing it.

    Raises `ExpressionError` when `text` is not one expression, or holds an aggregate, a window, a sub-query, a star, a
    parameter or a column with more than one qualifier.
    """
    _check_size(text)
    try:
        statements = sqlglot.parse(f"SELECT (\n{text}\n)", dialect="duckdb")
    except SqlglotError as error:
        raise ExpressionError(f"`{text}` is not a SQL expression: {_first_line(error)}") from error
    tree = _only_expression(text, statements)
    _check_nodes(text, tree)
    return _divided_safely(tree)


def _divided_safely(tree: exp.Expr) -> exp.Expr:
    """The tree with NULLIF around what is divided by: the database would give infinity, which spoils every sum."""
    for division in list(tree.find_all(exp.Div)):
        below = division.expression.unnest()
        if not isinstance(below, exp.Nullif | exp.Literal):
            division.set("expression", exp.Nullif(this=below.copy(), expression=exp.Literal.number(0)))
    return tree


def _check_size(text: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise ExpressionError(f"the expression is longer than {_MOST_CHARACTERS} characters.")
    if text.count("(") > _DEEPEST or text.count("[") > _DEEPEST:
        raise ExpressionError(f"the expression has more than {_DEEPEST} brackets.")


def _first_line(error: SqlglotError) -> str:
    return str(error).splitlines()[0].rstrip(".") + "."


def _only_expression(text: str, statements: list[exp.Expr | None]) -> exp.Expr:
    select = statements[0] if len(statements) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or set(_filled(select)) != {"expressions"}:
        raise ExpressionError(f"`{text}` is not one SQL expression.")
    paren = select.expressions[0]
    if not isinstance(paren, exp.Paren):
        raise ExpressionError(f"`{text}` is not one SQL expression.")
    return paren.this


def _filled(select: exp.Select) -> Iterator[str]:
    return (key for key, value in select.args.items() if value)


def _check_nodes(text: str, tree: exp.Expr) -> None:
    for node in tree.walk():
        for kind, what in _FORBIDDEN:
            if isinstance(node, kind):
                raise ExpressionError(f"`{text}` holds {what}; only row-level SQL is allowed here.")
        if isinstance(node, exp.Anonymous) and node.name.lower() not in known_functions():
            raise ExpressionError(f"`{text}`: there is no function `{node.name}`.{_like(node.name)}")
        if isinstance(node, exp.Column) and (node.args.get("db") or node.args.get("catalog")):
            raise ExpressionError(f"`{text}`: `{node.sql('duckdb')}` has more than one qualifier.")


def _like(name: str) -> str:
    close = suggest(name.lower(), known_functions())
    return f" Did you mean `{'`, `'.join(close)}`?" if close else ""


@lru_cache(maxsize=1)
def known_functions() -> frozenset[str]:
    """Names of DuckDB's row-level functions, beside those that the SQL parser knows by itself."""
    text = (Path(__file__).parent / "duckdb_functions.txt").read_text(encoding="ascii")
    return frozenset(text.split())


def columns(tree: exp.Expr) -> list[exp.Column]:
    """The column references in `tree`, in the order they stand."""
    return list(tree.find_all(exp.Column, bfs=False))


def bind(tree: exp.Expr, resolve: Callable[[exp.Column], exp.Expr]) -> exp.Expr:
    """A copy of `tree` with every column replaced by what `resolve` returns for it."""
    if isinstance(tree, exp.Column):
        return resolve(tree)
    bound = tree.copy()
    for column in columns(bound):
        column.replace(resolve(column))
    return bound
