"""The rows that an aggregate reads: a fact, LEFT JOINed outwards many-to-one only, so that none repeats or is lost."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.expressions import bind, parse_expression
from semantic_layer.model import Relationship, SemanticLayer
from semantic_layer.paths import Path
from semantic_layer.resolution import route_to


class Source:
    """A fact and the datasets joined to it so far; asking for a field joins what it needs, once per role."""

    def __init__(self, layer: SemanticLayer, fact: str):
        self.layer = layer
        self.fact = fact
        self._aliases: dict[tuple[str, ...], str] = {(): fact}
        self._joins: list[tuple[Relationship, str, str]] = []

    def field(self, ref: str, via: str = "") -> exp.Expr:
        """SQL of the field or column `dataset.name`, reached through `via` where there are several ways.

        Raises `UnsafeQuery` when no single many-to-one way leads there.
        """
        path = route_to(self.layer, self.fact, ref, via)
        return self._field(path.end, ref.rpartition(".")[2], self._alias(path))

    def expression(self, text: str) -> exp.Expr:
        """SQL written in a definition, over the fact's own fields and those of what it links to."""
        return bind(parse_expression(text), self._column)

    def select(self, columns: list[exp.Expr]) -> exp.Select:
        """`SELECT columns FROM fact LEFT JOIN ...`."""
        found = sql.selected(columns, self._table(self.fact, self.fact))
        for link, near, far in self._joins:
            on = sql.both(
                exp.EQ(this=sql.column(here, near), expression=sql.column(there, far))
                for here, there in zip(link.from_columns, link.to_columns, strict=True)
            )
            sql.joined(found, self._table(link.to, far), on, "LEFT")
        return found

    def _column(self, node: exp.Column) -> exp.Expr:
        if not node.table or node.table == self.fact:
            return sql.bracketed(self._field(self.fact, node.name, self.fact))
        return sql.bracketed(self.field(f"{node.table}.{node.name}"))

    def _field(self, dataset: str, name: str, alias: str) -> exp.Expr:
        one = self.layer.fields.get(f"{dataset}.{name}")
        if one is None:
            return sql.column(name, alias)

        def inner(node: exp.Column) -> exp.Expr:
            """A field's own name is the physical column; another field's name is that field."""
            if node.name == name:
                return sql.column(name, alias)
            return sql.bracketed(self._field(dataset, node.name, alias))

        return bind(parse_expression(one.sql), inner)

    def _alias(self, path: Path) -> str:
        for length in range(1, len(path.links) + 1):
            names = path.names[:length]
            if names not in self._aliases:
                link = path.links[length - 1]
                self._aliases[names] = self._free(link)
                self._joins.append((link, self._aliases[names[:-1]], self._aliases[names]))
        return self._aliases[path.names]

    def _free(self, link: Relationship) -> str:
        taken = set(self._aliases.values())
        if link.to not in taken:
            return link.to
        numbered = (link.name if number == 1 else f"{link.name}_{number}" for number in range(1, len(taken) + 2))
        return next(name for name in numbered if name not in taken)

    def _table(self, dataset: str, alias: str) -> exp.Table:
        return sql.table(self.layer.datasets[dataset].source, alias)
