"""Cube's references inside SQL: `{CUBE}.column`, `{dimension}`, `{cube.member}`, `{cube}.column`; nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.interchange.draft import Draft
from semantic_layer.interchange.naming import NotCarried, close, qualified
from semantic_layer.interchange.sqltext import read_sql, replaced

_REFERENCE = re.compile(r"\$?\{\s*([A-Za-z_]\w*)\s*(?:\.\s*([A-Za-z_]\w*)\s*)?\}(?=(\s*\.)?)")
_MEMBER, _COLUMN = "__member__", "__column__"


@dataclass
class Cubes:
    """What references can name: the dataset of each cube, and the metric of each of its measures."""

    draft: Draft
    dialect: str = ""
    metrics: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def tree(self, text: str, dataset: str, own: str = "", *, measures: bool = False) -> exp.Expr:
        """The SQL over our names, in the dataset `dataset`; `own` is the field being defined.

        Measures become metrics, bare, when `measures` may be named. Raises NotCarried.
        """
        marked = _REFERENCE.sub(lambda found: self._marked(found, dataset), text)
        tree = read_sql(marked, self.dialect)
        return replaced(tree, lambda column: self._resolved(column, dataset, own, measures))

    def _marked(self, found: re.Match[str], dataset: str) -> str:
        """The reference as a qualified name that SQL can be read with."""
        first, second, dot = found.group(1), found.group(2), found.group(3)
        if dot is not None and second is None:
            return f"{_COLUMN}{self.dataset_of(first, dataset)}"
        if second is None:
            return f"{_MEMBER}{dataset}.{first}"
        return f"{_MEMBER}{self.dataset_of(first, dataset)}.{second}"

    def dataset_of(self, cube: str, dataset: str) -> str:
        """The dataset of a cube's name; `CUBE` and `TABLE` are the one at hand."""
        if cube in ("CUBE", "TABLE"):
            return dataset
        known = self.draft.names.datasets
        if cube.lower() not in known:
            raise NotCarried(f"there is no cube `{cube}`.{close(cube, known)}", "unknown_name")
        return known[cube.lower()]

    def _resolved(self, column: exp.Column, dataset: str, own: str, measures: bool) -> exp.Expr:
        names = self.draft.names
        if column.table.startswith(_MEMBER):
            return self._member(column.table.removeprefix(_MEMBER), column.name, dataset, measures)
        if not column.table or column.table == f"{_COLUMN}{dataset}":
            return names.physical(column, dataset, own)
        if column.table.startswith(_COLUMN):
            other = column.table.removeprefix(_COLUMN)
            return qualified(names.physical(column, other), other)
        raise NotCarried(f"`{column.sql('duckdb')}` names a table instead of a cube.", "name")

    def _member(self, cube: str, name: str, dataset: str, measures: bool) -> exp.Expr:
        fields = self.draft.names.fields.get(cube, {})
        if name.lower() in fields:
            tree = fields[name.lower()].copy()
            return tree if cube == dataset else qualified(tree, cube)
        if not measures:
            raise NotCarried(f"`{name}` is not a dimension of `{cube}`.{close(name, fields)}", "unknown_name")
        if (cube, name.lower()) not in self.metrics:
            raise NotCarried(f"its input `{cube}.{name}` was not carried over.", "input")
        return exp.column(self.metrics[cube, name.lower()])


def own_rows(tree: exp.Expr) -> exp.Expr:
    """The tree, when it stands on rows of one dataset only; raises NotCarried otherwise."""
    if any(column.table for column in tree.find_all(exp.Column)):
        raise NotCarried("it reads another dataset, which Tellwise does in measures and filters only.", "other_dataset")
    return tree


def equal_columns(tree: exp.Expr, plain: Callable[[exp.Column], str]) -> list[tuple[exp.Column, exp.Column]]:
    """The pairs of a join condition, each a column on either side; raises NotCarried for any other condition."""
    parts = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    pairs: list[tuple[exp.Column, exp.Column]] = []
    for part in (one.unnest() for one in parts):
        left, right = (part.this, part.expression) if isinstance(part, exp.EQ) else (None, None)
        if not isinstance(left, exp.Column) or not isinstance(right, exp.Column):
            raise NotCarried("only equal columns can link datasets.", "link")
        pairs.append((left, right))
    for one in (column for pair in pairs for column in pair):
        one.set("this", exp.to_identifier(plain(one)))
    return pairs
