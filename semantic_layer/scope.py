"""Finding names while a model is being put together: tables, columns, fields, measures, metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from semantic_layer.entries import Entries, Entry
from semantic_layer.errors import UnsafeQuery, suggest
from semantic_layer.model import Dataset, Dimension
from semantic_layer.paths import Graph
from semantic_layer.references import Reference

KnownTables = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Problem:
    """Why a name does not resolve, and what to do."""

    message: str
    remedy: str = ""


@dataclass(frozen=True)
class NameScope:
    """The names that exist: the entries, the tables of the warehouse when known, and what is inactive."""

    entries: Entries
    tables: KnownTables | None
    inactive: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def graph(self) -> Graph:
        """The relationships whose two datasets exist."""
        links = (entry.node for entry in self.entries.relationships.values())
        return Graph(link for link in links if {link.from_, link.to} <= set(self.entries.datasets))

    def problem(self, reference: Reference) -> Problem | None:
        """Why `reference` does not resolve; None when it does."""
        if reference.kind == "expression":
            return Problem(reference.name, "Mend the SQL.")
        look = {"metric": self._metric, "measure": self._measure, "column": self._column, "time": self._time}
        look |= {"physical": self._physical, "stand_in": self._metric, "simple": self._simple, "dataset": self._dataset}
        return look[reference.kind](reference)

    def table_problem(self, dataset: Dataset) -> Problem | None:
        """Why the dataset's table cannot be read; None when it can."""
        if self.tables is None or dataset.source.lower() in self.tables:
            return None
        return Problem(f"there is no table `{dataset.source}`.", hint(dataset.source, self.tables))

    def dataset_problem(self, name: str) -> Problem | None:
        """Why there is no dataset of that name; None when there is."""
        return self._named("dataset", name, self.entries.datasets)

    def column_problem(self, dataset: Dataset, column: str) -> Problem | None:
        """Why the dataset's table has no such column; None when it has, or when tables are not known."""
        known = None if self.tables is None else self.tables.get(dataset.source.lower())
        if known is None or column.lower() in known:
            return None
        return Problem(f"table `{dataset.source}` has no column `{column}`.", hint(column, known))

    def _metric(self, reference: Reference) -> Problem | None:
        return self._named("metric", reference.name, self.entries.metrics)

    def _simple(self, reference: Reference) -> Problem | None:
        unknown = self._metric(reference)
        if unknown:
            return unknown
        kind = self.entries.metrics[reference.name].node.type
        return None if kind == "simple" else Problem(f"`{reference.name}` is a {kind} metric.", "Name a simple one.")

    def _dataset(self, reference: Reference) -> Problem | None:
        return self.dataset_problem(reference.name)

    def _measure(self, reference: Reference) -> Problem | None:
        dataset, _, name = reference.name.partition(".")
        if not name:
            return Problem(f"`{reference.name}` is not a measure.", "Write `dataset.measure`.")
        unknown = self._named("dataset", dataset, self.entries.datasets)
        if unknown:
            return unknown
        known = {f"{dataset}.{measure.name}" for measure in self.entries.datasets[dataset].node.measures}
        return self._named("measure", reference.name, known)

    def _column(self, reference: Reference) -> Problem | None:
        qualifier, _, name = reference.name.rpartition(".")
        owner = self.entries.datasets.get(reference.dataset)
        if owner is None:
            return None
        if qualifier in ("", owner.node.name):
            return self._own_column(owner.node, name)
        return self._linked_field(owner.node, qualifier, name)

    def _own_column(self, dataset: Dataset, name: str) -> Problem | None:
        if any(one.name == name for one in dataset.fields):
            return None
        return self._inactive(f"{dataset.name}.{name}") or self.column_problem(dataset, name)

    def _physical(self, reference: Reference) -> Problem | None:
        return self.column_problem(self.entries.datasets[reference.dataset].node, reference.name)

    def _linked_field(self, dataset: Dataset, qualifier: str, name: str) -> Problem | None:
        link = self.entries.relationships.get(qualifier)
        target = link.node.to if link else qualifier
        unknown = self._named("dataset", target, self.entries.datasets)
        if unknown:
            return unknown
        try:
            self.graph.route(dataset.name, target, link.node.name if link else "")
        except UnsafeQuery as error:
            return Problem(error.faults[0].sentence, "Declare the relationship, or qualify with a relationship's name.")
        return self._own_column(self.entries.datasets[target].node, name)

    def _time(self, reference: Reference) -> Problem | None:
        full = reference.name if "." in reference.name else f"{reference.dataset}.{reference.name}"
        unknown = self._column(Reference("column", full, reference.at, reference.dataset))
        if unknown:
            return unknown
        found = self.field(full)
        if found is None:
            return Problem(f"`{full}` is not a field.", "Declare it under `fields` with `type: time`.")
        if found.kind != "time":
            return Problem(f"`{full}` is not a time.", "Give the field `type: time`.")
        return None

    def field(self, full_name: str) -> Dimension | None:
        """The field `dataset.field`, or `relationship.field`; None when there is none."""
        qualifier, _, name = full_name.rpartition(".")
        link = self.entries.relationships.get(qualifier)
        owner: Entry[Dataset] | None = self.entries.datasets.get(link.node.to if link else qualifier)
        return next((one for one in owner.node.fields if one.name == name), None) if owner else None

    def _named(self, kind: str, name: str, known: Iterable[str]) -> Problem | None:
        known = list(known)
        if name in known:
            return None
        return self._inactive(name) or Problem(f"there is no {kind} `{name}`.", hint(name, known))

    def _inactive(self, name: str) -> Problem | None:
        reason = self.inactive.get(name)
        return Problem(f"`{name}` is not active: {reason}", "Load the missing data first.") if reason else None


def hint(name: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known names."""
    close = suggest(name, known)
    return f"Did you mean `{'`, `'.join(close)}`?" if close else ""
