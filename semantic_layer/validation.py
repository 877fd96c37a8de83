"""What must hold between the entries of a model, beyond the shape of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from semantic_layer.circles import circle
from semantic_layer.entries import Entries, Entry
from semantic_layer.errors import Fault
from semantic_layer.funnels import funnel_faults
from semantic_layer.metric_rules import measure_problems, metric_problems
from semantic_layer.model import Bridge, Calendar, Dataset, Dimension, Measure, Metric, Relationship, RowPolicy
from semantic_layer.query import COHORT_AGE, METRIC_TIME
from semantic_layer.references import Reference, column_references, field_references, inputs, references
from semantic_layer.scope import KnownTables, NameScope, hint
from semantic_layer.segment_rules import segment_faults
from semantic_layer.yaml_source import Location

_RESERVED = {METRIC_TIME, COHORT_AGE}


def validate(entries: Entries, tables: KnownTables | None, inactive: Mapping[str, str]) -> list[Fault]:
    """Every fault of the entries taken together; empty when the model is sound."""
    scope = NameScope(entries, tables, inactive)
    found: list[Fault] = []
    for dataset in entries.datasets.values():
        found.extend(_dataset(dataset, scope))
    for link in entries.relationships.values():
        found.extend(_relationship(link, scope))
    for metric in entries.metrics.values():
        found.extend(_metric(metric, scope))
    for calendar in entries.calendars.values():
        found.extend(_calendar(calendar, scope))
    found.extend(_cycles(entries))
    found.extend(segment_faults(entries))
    found.extend(funnel_faults(entries, scope))
    return found


def _unresolved(
    entry: Entry[Dataset] | Entry[Metric], references: Iterator[Reference], scope: NameScope
) -> Iterator[Fault]:
    for reference in references:
        problem = scope.problem(reference)
        if problem:
            yield entry.fault(problem.message, problem.remedy, reference.at)


def _dataset(entry: Entry[Dataset], scope: NameScope) -> Iterator[Fault]:
    dataset = entry.node
    missing = scope.table_problem(dataset)
    if missing:
        yield entry.fault(missing.message, missing.remedy, ("source",))
        return
    yield from _keys(entry, scope)
    yield from _twice(entry, "fields", dataset.fields)
    yield from _twice(entry, "measures", dataset.measures)
    for index, one in enumerate(dataset.fields):
        yield from _unresolved(entry, field_references(dataset, one, ("fields", index)), scope)
    for index, measure in enumerate(dataset.measures):
        yield from _measure(entry, measure, ("measures", index), scope)
    if dataset.time:
        yield from _unresolved(entry, iter([Reference("time", dataset.time, ("time",), dataset.name)]), scope)
    yield from _unresolved(entry, column_references(dataset.population, ("population",), dataset.name), scope)
    yield from _field_cycles(entry)
    if dataset.bridge:
        yield from _bridge(entry, dataset.bridge, scope)
    if dataset.policy:
        yield from _policy(entry, dataset.policy, scope)


def _calendar(entry: Entry[Calendar], scope: NameScope) -> Iterator[Fault]:
    calendar = entry.node
    table = Dataset(name=calendar.name, source=calendar.source)
    missing = scope.table_problem(table)
    if missing:
        yield entry.fault(missing.message, missing.remedy, ("source",))
        return
    for key, column in (("day", calendar.day), *(("grains", column) for column in calendar.grains.values())):
        problem = scope.column_problem(table, column)
        if problem:
            yield entry.fault(problem.message, problem.remedy, (key,))


def _bridge(entry: Entry[Dataset], bridge: Bridge, scope: NameScope) -> Iterator[Fault]:
    if unknown := scope.dataset_problem(bridge.of):
        yield entry.fault(unknown.message, unknown.remedy, ("bridge", "of"))
    elif not scope.graph.reaches(entry.node.name, bridge.of) or not scope.entries.datasets[bridge.of].node.primary_key:
        message = f"`{entry.node.name}` is not linked to one row of `{bridge.of}` by its primary key."
        yield entry.fault(message, "Declare the relationship and the key.", ("bridge", "of"))
    yield from _unresolved(entry, column_references(bridge.weight, ("bridge", "weight"), entry.node.name), scope)


def _policy(entry: Entry[Dataset], policy: RowPolicy, scope: NameScope) -> Iterator[Fault]:
    """A rule reads the dataset's own columns and the viewer; hidden fields are neither keys nor links."""
    name = entry.node.name
    for found in column_references(policy.rows, ("policy", "rows"), name):
        qualifier = found.name.rpartition(".")[0]
        if found.kind == "column" and qualifier not in ("", name, "viewer"):
            message = f"`{found.name}` is not a column of `{name}`, nor of the viewer."
            yield entry.fault(message, "Protect the other dataset instead: what belongs to it follows.", found.at)
        elif qualifier != "viewer":
            yield from _unresolved(entry, iter([found]), scope)
    links = [link.node for link in scope.entries.relationships.values()]
    keys = {*entry.node.primary_key, *(column for link in links for column in _own_columns(link, name))}
    fields = {one.name: one for one in entry.node.fields}
    for one in policy.hidden_fields:
        if one not in fields:
            yield entry.fault(f"there is no field `{name}.{one}`.", hint(one, fields), ("policy", "hidden_fields"))
        elif fields[one].sql in keys:
            message = f"`{one}` is a key or a link, and nothing could be joined without it."
            yield entry.fault(message, "Hide other fields.", ("policy", "hidden_fields"))


def _own_columns(link: Relationship, dataset: str) -> tuple[str, ...]:
    return (link.from_columns if link.from_ == dataset else ()) + (link.to_columns if link.to == dataset else ())


def _keys(entry: Entry[Dataset], scope: NameScope) -> Iterator[Fault]:
    dataset = entry.node
    for column in dataset.primary_key:
        problem = scope.column_problem(dataset, column)
        if problem:
            yield entry.fault(problem.message, problem.remedy, ("primary_key",))
    for column in (name for key in dataset.unique_keys for name in key):
        problem = scope.column_problem(dataset, column)
        if problem:
            yield entry.fault(problem.message, problem.remedy, ("unique_keys",))


def _twice(entry: Entry[Dataset], key: str, nodes: tuple[Dimension, ...] | tuple[Measure, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, node in enumerate(nodes):
        if node.name in seen:
            yield entry.fault(f"`{node.name}` stands twice under `{key}`.", "Rename one of them.", (key, index))
        seen.add(node.name)


def _measure(entry: Entry[Dataset], measure: Measure, at: Location, scope: NameScope) -> Iterator[Fault]:
    for problem, key in measure_problems(entry.node, measure, scope):
        yield entry.fault(problem.message, problem.remedy, (*at, *key))
    for key, text in (("expression", measure.expression), ("filter", measure.filter)):
        yield from _unresolved(entry, column_references(text, (*at, key), entry.node.name), scope)


def _relationship(entry: Entry[Relationship], scope: NameScope) -> Iterator[Fault]:
    link = entry.node
    unknown = [
        (key, problem)
        for key, name in (("from", link.from_), ("to", link.to))
        if (problem := scope.dataset_problem(name))
    ]
    yield from (entry.fault(problem.message, problem.remedy, (key,)) for key, problem in unknown)
    if len(link.from_columns) != len(link.to_columns):
        yield entry.fault("`from_columns` and `to_columns` differ in number.", "Pair them.", ("to_columns",))
    if not unknown:
        yield from _relationship_columns(entry, scope)


def _relationship_columns(entry: Entry[Relationship], scope: NameScope) -> Iterator[Fault]:
    link = entry.node
    datasets = scope.entries.datasets
    for key, name, columns in (
        ("from_columns", link.from_, link.from_columns),
        ("to_columns", link.to, link.to_columns),
    ):
        for column in columns:
            problem = scope.column_problem(datasets[name].node, column)
            if problem:
                yield entry.fault(problem.message, problem.remedy, (key,))
    target = datasets[link.to].node
    keys = {frozenset(key) for key in (target.primary_key, *target.unique_keys)}
    if frozenset(link.to_columns) not in keys:
        message = f"`to_columns` is not a declared key of `{link.to}`, so a row could find more than one."
        yield entry.fault(message, f"Declare it under `primary_key` or `unique_keys` of `{link.to}`.", ("to_columns",))


def _metric(entry: Entry[Metric], scope: NameScope) -> Iterator[Fault]:
    if entry.node.name in _RESERVED:
        yield entry.fault(f"`{entry.node.name}` is a reserved name.", "Rename the metric.", ("name",))
    unresolved = list(_unresolved(entry, references(entry.node), scope))
    yield from unresolved
    for problem, at in () if unresolved else metric_problems(entry.node, scope):
        yield entry.fault(problem.message, problem.remedy, at)


def _cycles(entries: Entries) -> Iterator[Fault]:
    known = {
        name: [one for one in inputs(entry.node) if one in entries.metrics] for name, entry in entries.metrics.items()
    }
    for name, entry in entries.metrics.items():
        if way := circle(name, known):
            told = " -> ".join(way)
            yield entry.fault(f"metric `{name}` is computed from itself: {told}.", "Break the circle.")


def _field_cycles(entry: Entry[Dataset]) -> Iterator[Fault]:
    names = {one.name for one in entry.node.fields}
    known = {
        one.name: [
            found.name.rpartition(".")[2]
            for found in column_references(one.sql, (), entry.node.name)
            if found.kind == "column" and found.name.rpartition(".")[2] in names - {one.name}
        ]
        for one in entry.node.fields
    }
    for index, one in enumerate(entry.node.fields):
        if way := circle(one.name, known):
            message = f"field `{one.name}` is computed from itself: {' -> '.join(way)}."
            yield entry.fault(message, "Break the circle.", ("fields", index))
