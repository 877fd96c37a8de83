"""Queries broken on purpose, one fault at a time: what a comparator must not let pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from evals.cuts import parse

Change = Callable[[exp.Expr], bool]
"""Breaks the n-th place of a tree; False when there is no such place."""


@dataclass(frozen=True)
class Mutant:
    """A broken query and the kind of fault put into it."""

    kind: str
    sql: str


def mutants(sql: str) -> tuple[Mutant, ...]:
    """Every single-fault variant of the query that reads differently from it, in a fixed order."""
    tree = parse(sql)
    if tree is None:
        return ()
    found: dict[str, Mutant] = {}
    for kind, breaks in _KINDS.items():
        for broken in breaks(tree):
            text = broken.sql(dialect="duckdb")
            if text != tree.sql(dialect="duckdb"):
                found.setdefault(text, Mutant(kind, text))
    return tuple(found.values())


def _each(
    tree: exp.Expr, kinds: tuple[type[exp.Expr], ...], change: Callable[[exp.Expr], exp.Expr | None]
) -> Iterator[exp.Expr]:
    """A copy of the tree for each node of the kinds, with that node changed; None leaves the node out of play."""
    for at in range(sum(1 for _ in tree.find_all(*kinds))):
        copy = tree.copy()
        node = list(copy.find_all(*kinds))[at]
        changed = change(node)
        if changed is None:
            continue
        if node.parent is None:
            yield changed
        else:
            node.replace(changed)
            yield copy


def dropped_filters(tree: exp.Expr) -> Iterator[exp.Expr]:
    """One condition of a WHERE or HAVING less."""
    for at, clause in enumerate(list(tree.find_all(exp.Where, exp.Having))):
        parts = list(clause.this.flatten()) if isinstance(clause.this, exp.And) else [clause.this]
        for skip in range(len(parts)):
            copy = tree.copy()
            target = list(copy.find_all(exp.Where, exp.Having))[at]
            rest = [part.copy() for index, part in enumerate(parts) if index != skip]
            if rest:
                target.set("this", exp.and_(*rest, copy=False))
            else:
                target.pop()
            yield copy


def changed_aggregates(tree: exp.Expr) -> Iterator[exp.Expr]:
    """SUM for AVG, MAX for MIN, and the like."""
    swaps: dict[type[exp.Expr], type[exp.Expr]] = {
        exp.Sum: exp.Avg,
        exp.Avg: exp.Sum,
        exp.Max: exp.Min,
        exp.Min: exp.Max,
    }
    yield from _each(tree, tuple(swaps), lambda node: swaps[type(node)](this=node.this.copy()))
    yield from _each(tree, (exp.Count,), _counted_otherwise)


def _counted_otherwise(node: exp.Expr) -> exp.Expr | None:
    """COUNT(x) as COUNT(DISTINCT x); COUNT(*) has nothing to count otherwise."""
    inner = node.this
    if isinstance(inner, exp.Distinct | exp.Star) or inner is None:
        return None
    return exp.Count(this=exp.Distinct(expressions=[inner.copy()]))


def lost_distincts(tree: exp.Expr) -> Iterator[exp.Expr]:
    """DISTINCT forgotten, in a list or in a count."""
    for at, select in enumerate(list(tree.find_all(exp.Select))):
        if select.args.get("distinct"):
            copy = tree.copy()
            list(copy.find_all(exp.Select))[at].set("distinct", None)
            yield copy
    yield from _each(tree, (exp.Count,), _counted_all)


def _counted_all(node: exp.Expr) -> exp.Expr | None:
    inner = node.this
    if not isinstance(inner, exp.Distinct) or len(inner.expressions) != 1:
        return None
    return exp.Count(this=inner.expressions[0].copy())


def wrong_joins(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Another side of the join kept, a condition of the join lost, or the join made on another column."""
    for at, join in enumerate(list(tree.find_all(exp.Join))):
        if join.args.get("on") is None:
            continue
        for side in ("", "LEFT", "RIGHT"):
            if (join.side or "").upper() != side:
                copy = tree.copy()
                target = list(copy.find_all(exp.Join))[at]
                target.set("side", side or None)
                target.set("kind", None)
                yield copy
        copy = tree.copy()
        target = list(copy.find_all(exp.Join))[at]
        target.set("on", exp.true())
        yield copy


def moved_bounds(tree: exp.Expr) -> Iterator[exp.Expr]:
    """A bound one day or one unit off, an open bound closed, a closed one open."""
    swaps: dict[type[exp.Expr], type[exp.Expr]] = {exp.GT: exp.GTE, exp.GTE: exp.GT, exp.LT: exp.LTE, exp.LTE: exp.LT}
    yield from _each(tree, tuple(swaps), lambda n: swaps[type(n)](this=n.this.copy(), expression=n.expression.copy()))
    yield from _each(tree, (exp.Literal,), lambda node: _shifted(node, 1))
    yield from _each(tree, (exp.Literal,), lambda node: _shifted(node, -1))


def _shifted(node: exp.Expr, step: int) -> exp.Expr | None:
    """A constant of a condition moved by a day or by one; other text and numbers are left alone."""
    if node.find_ancestor(exp.Where, exp.Having) is None or node.find_ancestor(exp.Limit):
        return None
    text = str(node.this)
    if not node.args.get("is_string"):
        return exp.Literal.number(int(text) + step) if text.isdigit() else None
    try:
        return exp.Literal.string((date.fromisoformat(text) + timedelta(days=step)).isoformat())
    except ValueError:
        return None


def other_conditions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """A condition turned round, OR for AND, set operations confused."""
    swaps: dict[type[exp.Expr], type[exp.Expr]] = {exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.GT: exp.LT, exp.LT: exp.GT}
    yield from _each(tree, tuple(swaps), lambda node: _turned(node, swaps))
    joined: dict[type[exp.Expr], type[exp.Expr]] = {exp.And: exp.Or, exp.Or: exp.And}
    yield from _each(tree, tuple(joined), lambda n: joined[type(n)](this=n.this.copy(), expression=n.expression.copy()))
    yield from _each(tree, (exp.Not,), lambda node: node.this.copy() if node.find_ancestor(exp.Where) else None)


def _turned(node: exp.Expr, swaps: dict[type[exp.Expr], type[exp.Expr]]) -> exp.Expr | None:
    """The comparison turned round; conditions of joins are left to the joins."""
    if node.find_ancestor(exp.Where, exp.Having) is None:
        return None
    return swaps[type(node)](this=node.this.copy(), expression=node.expression.copy())


def other_orders(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The other end of a ranking."""
    if tree.find(exp.Limit) is not None:
        yield from _each(tree, (exp.Ordered,), _reversed)


def _reversed(node: exp.Expr) -> exp.Expr:
    copy = node.copy()
    copy.set("desc", not node.args.get("desc"))
    return copy


def other_columns(tree: exp.Expr) -> Iterator[exp.Expr]:
    """An aggregate over another column that the query names."""
    names = sorted({column.sql(dialect="duckdb") for column in tree.find_all(exp.Column)})
    for at, node in enumerate(list(tree.find_all(exp.Sum, exp.Avg, exp.Max, exp.Min))):
        for name in names:
            column = exp.to_column(name)
            if isinstance(node.this, exp.Column) and column != node.this:
                copy = tree.copy()
                list(copy.find_all(exp.Sum, exp.Avg, exp.Max, exp.Min))[at].set("this", column)
                yield copy
                break


_KINDS: dict[str, Callable[[exp.Expr], Iterator[exp.Expr]]] = {
    "dropped filter": dropped_filters,
    "changed aggregate": changed_aggregates,
    "lost DISTINCT": lost_distincts,
    "wrong join": wrong_joins,
    "off-by-one": moved_bounds,
    "turned condition": other_conditions,
    "other end of a ranking": other_orders,
    "other column": other_columns,
}
