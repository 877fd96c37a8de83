"""Members that refer to each other inside SQL, as Cube and LookML have them; nothing of it is executed.

Cube writes `{CUBE}.column`, `{dimension}`, `{cube.member}`, `{cube}.column`; LookML `${TABLE}.column`, `${field}`,
`${view.field}`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.interchange.draft import Draft
from semantic_layer.interchange.items import Item
from semantic_layer.interchange.naming import NotCarried, close, qualified
from semantic_layer.interchange.sqltext import read_sql, replaced

_REFERENCE = re.compile(r"\$?\{\s*([A-Za-z_]\w*)\s*(?:\.\s*([A-Za-z_]\w*)\s*)?\}(?=(\s*\.)?)")
Measures = list[tuple[str, list[Item]]]  # the measures of each dataset
_MEMBER, _COLUMN = "__member__", "__column__"


@dataclass
class Members:
    """What references can name: the fields of each cube or view, and the metric of each of its measures."""

    draft: Draft
    metrics: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def tree(self, text: str, dataset: str, own: str = "", *, measures: bool = False) -> exp.Expr:
        """The SQL over our names, in the dataset `dataset`; `own` is the field being defined.

        Measures become metrics, bare, when `measures` may be named. Raises NotCarried.
        """
        marked = _REFERENCE.sub(lambda found: self._marked(found, dataset), text)
        try:
            tree = read_sql(marked, self.draft.dialect)
        except NotCarried as error:
            raise NotCarried(str(error).replace(_MEMBER, "").replace(_COLUMN, ""), error.code) from error
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


@dataclass(frozen=True)
class Taking:
    """How measures are taken in: who makes the metric, which may wait for others, why some keys are not read."""

    take: Callable[[Members, str, Item, str], str]
    computed: Collection[int]
    why: Mapping[str, str]


def take_in_order(members: Members, measures: Measures, taking: Taking) -> None:
    """Take in the measures of all datasets, those first that others are computed from.

    A metric is named as its measure, with the dataset before it where several have a measure of that name.
    """
    several = Counter(item.text("name").lower() for _, items in measures for item in items)
    waiting = [(dataset, item, _metric_name(dataset, item, several)) for dataset, items in measures for item in items]
    waiting.sort(key=lambda one: id(one[1]) in taking.computed)
    while waiting:
        later = [one for one in waiting if not _taken(members, one, taking)]
        if len(later) == len(waiting):
            for dataset, item, _ in later:
                what = f"measure {dataset}.{item.text('name')}"
                item.lost(what, "a measure that it is computed from was not carried over.", "input")
            return
        waiting = later


def _metric_name(dataset: str, item: Item, several: Counter[str]) -> str:
    name = item.text("name")
    return f"{dataset}_{name}" if several[name.lower()] > 1 else name


def _taken(members: Members, one: tuple[str, Item, str], taking: Taking) -> bool:
    """False when the measure waits for another one; what cannot be carried over is reported and done with."""
    dataset, item, name = one
    what = f"measure {dataset}.{item.text('name')}"
    try:
        members.metrics[dataset, item.text("name").lower()] = taking.take(members, dataset, item, name)
    except NotCarried as error:
        if error.code == "input":
            return False
        item.lost(what, str(error), error.code)
        return True
    item.leave(what, taking.why)
    return True
