"""SQL of other dialects as trees; nothing in it is ever executed, and templating is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from semantic_layer.interchange.naming import NotCarried

_MOST_CHARACTERS = 4000
_MOST_VIEW_CHARACTERS = 40_000
_DEEPEST = 60
_TEMPLATING = re.compile(r"\{\{|\{%|\{#|\$\{|<%|\{[A-Za-z_]")


class Ansi(Dialect):
    """Standard SQL in which an empty value sorts as the largest, as Ossie has it."""

    NULL_ORDERING = "nulls_are_large"


def read_sql(text: str, dialect: str) -> exp.Expr:
    """The tree of one SQL expression; aggregates and windows are allowed here. Raises NotCarried."""
    _check(text, _MOST_CHARACTERS)
    found = _parsed(f"SELECT (\n{text}\n)", dialect, text)
    select = found[0] if len(found) == 1 else None
    shape = {key for key, value in select.args.items() if value} if select else set[str]()
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or shape != {"expressions"}:
        raise NotCarried(f"`{_short(text)}` is not one SQL expression.", "sql")
    tree = select.expressions[0]
    if not isinstance(tree, exp.Paren):
        raise NotCarried(f"`{_short(text)}` is not one SQL expression.", "sql")
    for length in tree.find_all(exp.Length):
        length.set(
            "binary", None
        )  # of text, as everywhere in a model; otherwise DuckDB is asked for the type of each row
    return tree.this


def read_query(text: str, dialect: str) -> exp.Query:
    """The tree of one SELECT; raises NotCarried for anything else."""
    _check(text, _MOST_VIEW_CHARACTERS)
    found = _parsed(text.strip().rstrip(";"), dialect, text)
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise NotCarried(f"`{_short(text)}` is not one SELECT.", "sql")
    return found[0]


def to_duckdb(tree: exp.Expr) -> str:
    """The tree as DuckDB SQL."""
    return tree.sql("duckdb")


def replaced(tree: exp.Expr, resolve: Callable[[exp.Column], exp.Expr]) -> exp.Expr:
    """A copy of the tree in which every column is what `resolve` returns for it."""
    if isinstance(tree, exp.Column):
        return resolve(tree)
    found = tree.copy()
    for column in list(found.find_all(exp.Column)):
        new = resolve(column)
        column.replace(exp.paren(new) if isinstance(new, exp.Binary | exp.Connector | exp.Not) else new)
    return found


def aggregates(tree: exp.Expr) -> list[exp.Expr]:
    """The outermost aggregate calls of the tree, with their WITHIN GROUP or FILTER around them."""
    if isinstance(tree, exp.AggFunc | exp.WithinGroup | exp.Filter):
        return [tree]
    return [one for child in tree.iter_expressions() for one in aggregates(child)]


def _parsed(text: str, dialect: str, shown: str) -> list[exp.Expr | None]:
    try:
        return sqlglot.parse(text, dialect=dialect)
    except (SqlglotError, RecursionError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        raise NotCarried(f"`{_short(shown)}` cannot be read as SQL: {first}.", "sql") from error


def _check(text: str, most: int) -> None:
    if len(text) > most:
        raise NotCarried(f"the SQL is longer than {most} characters.", "sql")
    if text.count("(") > _DEEPEST or text.count("[") > _DEEPEST:
        raise NotCarried(f"the SQL has more than {_DEEPEST} brackets.", "sql")
    if found := _TEMPLATING.search(text):
        raise NotCarried(f"`{_short(text)}` holds templating (`{found.group()}`), which is never executed.", "template")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:97]}..."
