"""What a statement does, read from its text: which tables it joins on what, and where its columns come from.

For reviewers; nothing here decides what may run (that is the guard's), so what cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage  # pyright: ignore[reportUnknownVariableType]  # its schema has any keys
from sqlglot.optimizer.qualify import qualify

from warehouse.guard import ValidatedSQL
from warehouse.policy import Schema

_REPEATING = (exp.Sum, exp.Avg, exp.Median, exp.Quantile, exp.PercentileCont)
_SAME_ROW = (exp.Distinct,)


@dataclass(frozen=True)
class Join:
    """Two stored tables brought together on equal columns; `pairs` are (left column, right column).

    `kind` is inner, left, right or full. `sums` tells that the same SELECT adds up or averages rows, so that a row that
    is repeated by the join counts more than once.
    """

    left: str
    right: str
    pairs: tuple[tuple[str, str], ...]
    kind: str
    sums: bool


@dataclass(frozen=True)
class Origin:
    """A column of a result, and the stored columns that it is computed from (`orders.net_amount`)."""

    column: str
    sources: tuple[str, ...]


def joins_of(statement: ValidatedSQL, schema: Schema) -> tuple[Join, ...]:
    """Every join of two stored tables in the statement, each once; joins of sub-queries are left out."""
    tree = _qualified(statement, schema)
    found = (join for select in tree.find_all(exp.Select) for join in _joins(select)) if tree else ()
    return tuple(dict.fromkeys(found))


def origins_of(statement: ValidatedSQL, schema: Schema) -> tuple[Origin, ...]:
    """Where each column of the result comes from, in the order of the result."""
    tree = _qualified(statement, schema)
    if not isinstance(tree, exp.Query):
        return ()
    return tuple(Origin(name, _sources(name, statement, schema)) for name in tree.named_selects)


def _qualified(statement: ValidatedSQL, schema: Schema) -> exp.Expr | None:
    try:
        return qualify(_parsed(statement), schema=_plain(schema), dialect="duckdb", validate_qualify_columns=False)
    except SqlglotError:
        return None


def _parsed(statement: ValidatedSQL) -> exp.Expr:
    from sqlglot import parse_one

    return parse_one(statement.sql, dialect="duckdb")


def _plain(schema: Schema) -> dict[str, object]:
    return {table: dict(columns) for table, columns in schema.items()}


def _joins(select: exp.Select) -> Iterator[Join]:
    begun = select.args.get("from_")
    tables = dict(_table(begun.this)) if begun is not None else {}
    sums = any(_adds_up(one) for one in select.find_all(*_REPEATING, exp.Count) if one.parent_select is select)
    joins: list[exp.Join] = select.args.get("joins") or []
    for join in joins:
        new = dict(_table(join.this))
        yield from _made(join, tables, new, sums)
        tables |= new


def _table(node: exp.Expr) -> Iterator[tuple[str, str]]:
    """(alias, table) of a stored table; nothing of a sub-query, whose alias would hide what is in it."""
    if isinstance(node, exp.Table):
        yield node.alias_or_name, node.name


def _made(join: exp.Join, before: dict[str, str], new: dict[str, str], sums: bool) -> Iterator[Join]:
    pairs = list(_pairs(join, before, new)) if new else []
    lefts = {left for (left, _), _ in pairs}
    if len(lefts) == 1:
        kind = (join.side or join.kind or "inner").lower()
        matched = tuple((left, right) for (_, left), right in pairs)
        yield Join(before[lefts.pop()], next(iter(new.values())), matched, kind, sums)


def _pairs(join: exp.Join, before: dict[str, str], new: dict[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """((left alias, left column), right column) of every equality between a table so far and the new one."""
    condition = join.args.get("on")
    for equal in condition.find_all(exp.EQ, exp.NullSafeEQ) if condition is not None else ():
        sides = [side for side in (equal.this, equal.expression) if isinstance(side, exp.Column)]
        left = next((one for one in sides if one.table in before), None)
        right = next((one for one in sides if one.table in new), None)
        if left is not None and right is not None:
            yield (left.table, left.name), right.name


def _adds_up(aggregate: exp.Expr) -> bool:
    return not isinstance(aggregate.this, _SAME_ROW)


def _sources(column: str, statement: ValidatedSQL, schema: Schema) -> tuple[str, ...]:
    try:
        root = lineage(column, statement.sql, schema=_plain(schema), dialect="duckdb")
    except (SqlglotError, ValueError):
        return ()
    return tuple(dict.fromkeys(found for leaf in root.walk() if not leaf.downstream for found in _stored(leaf)))


def _stored(leaf: Node) -> Iterator[str]:
    if isinstance(leaf.source, exp.Table):
        yield f"{leaf.source.name}.{leaf.name.rpartition('.')[2]}"
    else:  # count(*) and the like come from whole rows
        yield from (f"{table.name}.*" for table in leaf.source.find_all(exp.Table))
