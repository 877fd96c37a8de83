"""What names can mean at one place of a query: tables that may be named, sources in FROM, aliases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from sqlglot import exp

Origin = tuple[str, str] | None
"""(table, column) of a stored column, None for a computed one."""

Outputs = list[tuple[str | None, Origin]]
"""What a query hands on: (folded name, origin) in order; no name where the author gave none."""


def fold(name: str) -> str:
    """The name as DuckDB compares it: ASCII letters lowered, others kept."""
    if name.isascii():
        return name.lower()
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


@dataclass(frozen=True)
class Catalog:
    """Tables that may be named, by folded name, and the columns of each."""

    tables: Mapping[str, str]
    columns: Callable[[str], tuple[str, ...]]


@dataclass
class Reading:
    """What a bound query reads: the places of stored tables in the tree, their columns, and its WITH names."""

    places: list[tuple[exp.Table, str]] = field(default_factory=list[tuple[exp.Table, str]])
    columns: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    with_names: set[str] = field(default_factory=set[str])
    seen: int = 0

    @property
    def tables(self) -> frozenset[str]:
        """Stored tables that the query reads."""
        return frozenset(table for _, table in self.places)


@dataclass
class Source:
    """One thing in FROM: its alias and the columns it offers."""

    alias: str
    outputs: Outputs

    @cached_property
    def columns(self) -> dict[str, Origin]:
        """The named columns."""
        return {name: origin for name, origin in self.outputs if name is not None}


@dataclass
class Scope:
    """The sources and aliases of one query, the WITH queries it can see, and the query around it."""

    parent: Scope | None = None
    withs: Mapping[str, Outputs] = field(default_factory=dict[str, Outputs])
    sources: list[Source] = field(default_factory=list[Source])
    merged: set[str] = field(default_factory=set[str])
    aliases: set[str] = field(default_factory=set[str])

    def inside(self) -> Scope:
        """A new scope within this one."""
        return Scope(self, self.withs)

    def seeing(self, name: str, outputs: Outputs) -> Scope:
        """A new scope within this one, which sees one more WITH query."""
        return Scope(self, {**self.withs, name: outputs})

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, inner first."""
        scope: Scope | None = self
        while scope:
            yield scope
            scope = scope.parent


def parts(node: exp.Expr, key: str) -> list[Any]:
    """The nodes of a list argument, none when it is absent."""
    return cast("list[Any]", node.args.get(key) or [])


def expanded(sources: list[Source], merged: set[str]) -> Outputs:
    """All columns of the sources, those joined by USING once."""
    outputs: Outputs = []
    once: set[str] = set()
    for name, origin in (output for source in sources for output in source.outputs):
        if name in merged and name in once:
            continue
        if name is not None:
            once.add(name)
        outputs.append((name, origin))
    return outputs


def renamed(outputs: Outputs, node: exp.Expr) -> Outputs:
    """The outputs under the column names that the alias gives, as in `AS t(a, b)`; further ones keep theirs."""
    alias = node.args.get("alias")
    names = [fold(column.name) for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
    return [*((name, origin) for name, (_, origin) in zip(names, outputs, strict=False)), *outputs[len(names) :]]


def made_columns(node: exp.Values | exp.Unnest) -> Outputs:
    """The columns DuckDB makes up: `col0, col1, ...` of VALUES, `unnest` of each list."""
    if isinstance(node, exp.Unnest):
        return [("unnest", None) for _ in node.expressions]
    width = len(node.expressions[0].expressions) if node.expressions else 0
    return [(f"col{position}", None) for position in range(width)]
