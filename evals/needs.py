"""What queries need of a changed copy: their tables, and rows on both sides of every constant they compare with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sqlglot import exp

from evals.copies import Needs
from evals.cuts import parse
from evals.facts import tables_of

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Like, exp.ILike)
_LIMIT = 40  # constants kept of one column, so that pools stay small


def needs_of(statements: Iterable[str], database: Path) -> Needs:
    """The tables and the compared constants of all statements; unreadable statements need nothing."""
    columns = {(t.name.lower(), c.name.lower()) for t in tables_of(database) for c in t.columns}
    tables: set[str] = set()
    found: dict[tuple[str, str], list[str]] = {}
    for sql in statements:
        tree = parse(sql)
        if tree is None:
            continue
        tables |= {table.name.lower() for table in tree.find_all(exp.Table)}
        for place, literal in _compared(tree, columns):
            kept = found.setdefault(place, [])
            if literal not in kept and len(kept) < _LIMIT:
                kept.append(literal)
    return Needs(frozenset(tables), {place: sorted(kept) for place, kept in sorted(found.items())})


def _compared(tree: exp.Expr, columns: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """(table and column, literal) of every comparison in one statement."""
    aliases = {table.alias_or_name.lower(): table.name.lower() for table in tree.find_all(exp.Table)}
    for node in tree.find_all(*_COMPARISONS):
        literals = [_literal(item) for item in node.find_all(exp.Literal)]
        for column in node.find_all(exp.Column):
            for place in _places(column, aliases, columns):
                yield from ((place, literal) for literal in literals)


def _places(column: exp.Column, aliases: Mapping[str, str], columns: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The tables' columns that a name in a statement can mean."""
    name, owner = column.name.lower(), column.table.lower()
    tables = [aliases[owner]] if owner in aliases else sorted(set(aliases.values()))
    return [(table, name) for table in tables if (table, name) in columns]


def _literal(item: exp.Literal) -> str:
    """The literal as SQL, wildcards of a pattern taken off."""
    text = str(item.this)
    return "'" + text.strip("%").replace("'", "''") + "'" if item.is_string else text
