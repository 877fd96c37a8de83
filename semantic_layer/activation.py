"""What the warehouse at hand cannot serve of the shipped model, left out together with all that stands on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from semantic_layer.entries import Entries, Entry
from semantic_layer.metric_types import MetricFields, UnavailableMetric
from semantic_layer.model import Dataset, Relationship
from semantic_layer.references import Reference, column_references, field_references, references
from semantic_layer.scope import KnownTables, NameScope, Problem


def deactivate(entries: Entries, tables: KnownTables | None, shipped: Path) -> tuple[Entries, dict[str, str]]:
    """The entries that `tables` can serve, and for each shipped name left out the reason.

    Entries written outside the `shipped` folder stay; what is wrong with them is a fault for the validation to tell.
    """
    work = _Work(entries, tables, shipped)
    while work.pass_over():
        pass
    work.drop_stand_ins()
    work.keep_known()
    return work.entries, work.inactive


def is_shipped(entry: Entry[Any], shipped: Path) -> bool:
    """True for an entry of the model that comes with the product."""
    return Path(entry.document.file).parent == shipped


@dataclass
class _Work:
    entries: Entries
    tables: KnownTables | None
    shipped: Path
    inactive: dict[str, str] = field(default_factory=dict[str, str])
    lost: dict[str, Entry[Any]] = field(default_factory=dict[str, Entry[Any]])

    def pass_over(self) -> bool:
        """Leave out what cannot stand now; True when anything was."""
        before = len(self.inactive)
        for name, dataset in list(self.entries.datasets.items()):
            if self._is_shipped(dataset):
                self._dataset(name, dataset)
            elif dataset.inherited:
                self.entries.datasets[name] = replace(dataset, node=self._slim(dataset.node, dataset.inherited))
        for name, link in list(self.entries.relationships.items()):
            if self._is_shipped(link) and (problem := self._link_problem(link.node)):
                self._drop("relationships", name, problem)
        for name, metric in list(self.entries.metrics.items()):
            problem = self._first(list(references(metric.node))) if self._is_shipped(metric) else None
            if problem:
                self._drop("metrics", name, problem)
        for name, funnel in list(self.entries.funnels.items()):
            steps = [Reference("metric", one, ()) for one in funnel.node.metrics]
            if self._is_shipped(funnel) and (problem := self._first(steps)):
                self._drop("funnels", name, problem)
        return len(self.inactive) > before

    def drop_stand_ins(self) -> None:
        """Leave out of every shipped metric the stand-ins that are inactive."""
        for name, entry in self.entries.metrics.items():
            kept = tuple(one for one in entry.node.stand_ins if one not in self.inactive)
            if kept != entry.node.stand_ins and self._is_shipped(entry):
                slim = entry.node.model_copy(update={"stand_ins": kept})
                self.entries.metrics[name] = replace(entry, node=slim)

    def keep_known(self) -> None:
        """Shipped metrics that say what they need stay known without it, where the model's entities are there."""
        if not any(self._is_shipped(one) and one.node.entity for one in self.entries.datasets.values()):
            self._forget_uncomputed()
            return
        for name, entry in self.lost.items():
            if entry.node.needs and name not in self.entries.metrics:
                said = {key: getattr(entry.node, key) for key in MetricFields.model_fields if key != "stand_ins"}
                self.entries.metrics[name] = replace(entry, node=UnavailableMetric(type="unavailable", **said))
                del self.inactive[name]

    def _forget_uncomputed(self) -> None:
        for name, entry in list(self.entries.metrics.items()):
            if self._is_shipped(entry) and isinstance(entry.node, UnavailableMetric):
                self._drop("metrics", name, Problem(f"it needs {entry.node.needs}"))
        while self.pass_over():
            pass

    def _is_shipped(self, entry: Entry[Any]) -> bool:
        return is_shipped(entry, self.shipped)

    @property
    def _scope(self) -> NameScope:
        return NameScope(self.entries, self.tables, self.inactive)

    def _first(self, found: list[Reference]) -> Problem | None:
        """The first reference that fails for want of data; unreadable SQL is left for the validation to tell."""
        scope = self._scope
        found = [one for one in found if one.kind not in ("expression", "stand_in")]
        return next((problem for one in found if (problem := scope.problem(one))), None)

    def _drop(self, section: str, name: str, problem: Problem) -> None:
        if section == "metrics":
            self.lost[name] = self.entries.metrics[name]
        self.entries = self.entries.without(section, name)
        self.inactive[name] = problem.message

    def _dataset(self, name: str, entry: Entry[Dataset]) -> None:
        problem = self._scope.table_problem(entry.node) or self._key_problem(entry.node)
        if problem:
            self._drop("datasets", name, problem)
            return
        slim = self._slim(entry.node, frozenset(one.name for one in (*entry.node.fields, *entry.node.measures)))
        if self._first(list(column_references(slim.population, (), name))):
            slim = slim.model_copy(update={"population": ""})
        self.entries.datasets[name] = replace(entry, node=slim)
        time = self._first([Reference("time", slim.time, (), name)]) if slim.time else None
        if time:
            self._drop("datasets", name, time)

    def _key_problem(self, dataset: Dataset) -> Problem | None:
        scope = self._scope
        names = (*dataset.primary_key, *(column for key in dataset.unique_keys for column in key))
        return next((problem for one in names if (problem := scope.column_problem(dataset, one))), None)

    def _slim(self, dataset: Dataset, names: frozenset[str]) -> Dataset:
        """The dataset without those of its fields and measures in `names` whose columns are missing."""
        fields = {one.name: list(field_references(dataset, one, ())) for one in dataset.fields}
        measures = {
            one.name: [
                *column_references(one.expression, (), dataset.name),
                *column_references(one.filter, (), dataset.name),
            ]
            for one in dataset.measures
        }
        lost = {kind: self._lost(found, names) for kind, found in (("fields", fields), ("measures", measures))}
        for problems in lost.values():
            for name, problem in problems.items():
                self.inactive.setdefault(f"{dataset.name}.{name}", problem.message)
        return dataset.model_copy(
            update={
                "fields": tuple(one for one in dataset.fields if one.name not in lost["fields"]),
                "measures": tuple(one for one in dataset.measures if one.name not in lost["measures"]),
            }
        )

    def _lost(self, found: dict[str, list[Reference]], names: frozenset[str]) -> dict[str, Problem]:
        return {name: problem for name in found.keys() & names if (problem := self._first(found[name]))}

    def _link_problem(self, link: Relationship) -> Problem | None:
        scope = self._scope
        for name, columns in ((link.from_, link.from_columns), (link.to, link.to_columns)):
            if name not in self.entries.datasets:
                return scope.dataset_problem(name)
            dataset = self.entries.datasets[name].node
            for column in columns:
                if problem := scope.column_problem(dataset, column):
                    return problem
        return None
