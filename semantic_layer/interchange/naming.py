"""Names of other formats as names of ours, and what a column in their SQL stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import SemanticLayerError, suggest

_LONGEST = 80
Meaning = Literal["field", "unsure"]


class NotCarried(SemanticLayerError):  # read as a noun in every message
    """Something cannot be carried over; the message is the reason, `code` is stable."""

    def __init__(self, why: str, code: str = "unsupported"):
        super().__init__(why)
        self.code = code


def clean_name(text: str) -> str:
    """The text as a name of ours: lower case, digits and underscores, beginning with a letter."""
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.strip()).lower()).strip("_")
    named = plain if plain[:1].isalpha() else f"n_{plain}"
    return named[:_LONGEST].rstrip("_")


@dataclass
class Names:
    """Every name of the other model in lower case: its datasets, and the fields of each with what they stand for.

    `fields[dataset][name]` is SQL over the dataset's own fields, usually just the field. `computed[dataset]` are the
    fields whose SQL is not the column of the same name: there a bare name could mean either. `columns[dataset]` are the
    columns of its table, where the table is known.
    """

    datasets: dict[str, str] = field(default_factory=dict[str, str])
    fields: dict[str, dict[str, exp.Expr]] = field(default_factory=dict[str, dict[str, exp.Expr]])
    computed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    metrics: dict[str, str] = field(default_factory=dict[str, str])
    columns: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def add_field(self, dataset: str, name: str, stands_for: exp.Expr | str) -> None:
        """Make a field known under the name that the other model gives it."""
        tree = exp.column(stands_for) if isinstance(stands_for, str) else stands_for
        self.fields.setdefault(dataset, {})[name.lower()] = tree

    def mark_computed(self, dataset: str, name: str) -> None:
        """Note that the field is not simply the column of its name."""
        self.computed.setdefault(dataset, set()).add(name.lower())

    def resolve(self, column: exp.Column, home: str, meaning: Meaning = "field") -> exp.Expr:
        """What the column means, over our names: unqualified in the dataset `home`, otherwise `dataset.field`.

        Raises NotCarried for an unknown dataset; with the meaning `unsure` also for a name that is a computed field as
        well as a column of the table.
        """
        if column.args.get("db") or column.args.get("catalog"):
            raise NotCarried(f"`{column.sql('duckdb')}` has more than one qualifier.", "name")
        dataset = self._dataset(column.table, home)
        name = column.name
        both = self.computed.get(dataset, set[str]()) & self.columns.get(dataset, set[str]())
        if meaning == "unsure" and name.lower() in both:
            raise _two_meanings(name)
        found = self.fields.get(dataset, {}).get(name.lower())
        tree = found.copy() if found is not None else exp.column(exp.to_identifier(name, quoted=_odd(name)))
        return tree if dataset == home else qualified(tree, dataset)

    def physical(self, column: exp.Column, dataset: str, own: str = "") -> exp.Expr:
        """The column of the table that is meant by a name in raw SQL; `own` is the field being defined.

        Raises NotCarried where a field of the name is something else, since ours would then read the field.
        """
        name = column.name.lower()
        if name != own and name in self.computed.get(dataset, ()):
            raise _two_meanings(column.name)
        return exp.column(column.this.copy())

    def _dataset(self, qualifier: str, home: str) -> str:
        if not qualifier:
            return home
        if qualifier.lower() not in self.datasets:
            raise NotCarried(f"there is no dataset `{qualifier}`.{close(qualifier, self.datasets)}", "unknown_name")
        return self.datasets[qualifier.lower()]


def _two_meanings(name: str) -> NotCarried:
    why = f"`{name}` is a column as well as a field with other SQL, and one name cannot mean both; rename the field."
    return NotCarried(why, "two_meanings")


def qualified(tree: exp.Expr, dataset: str) -> exp.Expr:
    """The tree with every column said to be of `dataset`."""
    for column in tree.find_all(exp.Column):
        if not column.table:
            column.set("table", exp.to_identifier(dataset))
    return tree


def close(name: str, known: Mapping[str, object]) -> str:
    """A hint with the nearest known names, or nothing."""
    found = suggest(name, known)
    return f" Did you mean `{'`, `'.join(found)}`?" if found else ""


def _odd(name: str) -> bool:
    return not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
