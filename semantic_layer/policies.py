"""Who may see what: row and column rules of datasets, bound to a viewer, as plain data for whoever enforces them.

A rule on a dataset holds for every dataset whose rows belong to one of its rows: who may see one region only sees the
orders of its customers only, also when a query does not touch the region. Whatever is not known is closed: a viewer
without the attribute a rule needs, an orphan row, a table that is in no dataset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.expansion import columns_of, field_tree
from semantic_layer.expressions import bind, parse_expression
from semantic_layer.metric_types import SimpleMetric
from semantic_layer.model import Dataset, RowPolicy, SemanticLayer
from semantic_layer.paths import Path
from semantic_layer.query import Scalar
from semantic_layer.references import inputs

Attribute = Scalar | Sequence[Scalar]
_VIEWER = "viewer"
_NOTHING = "FALSE"


@dataclass(frozen=True)
class Viewer:
    """Who is asking: a name, roles, and attributes that rules compare with ("region": "EU")."""

    name: str
    roles: frozenset[str] = frozenset()
    attributes: Mapping[str, Attribute] = field(default_factory=dict[str, Attribute])


class TableAccess(NamedTuple):
    """What of a table a viewer sees: rows for which `rows` (SQL over its columns) holds, no `hidden` columns."""

    rows: str | None
    hidden: frozenset[str]


def policy_for(layer: SemanticLayer, viewer: Viewer) -> Mapping[str, TableAccess]:
    """What `viewer` may see of each table that any rule limits; empty when nothing does.

    The condition names the table's own columns by the table's name. With any limit, tables that the schema has but no
    dataset does are closed.
    """
    bound = {name: dataset for name, dataset in layer.datasets.items() if _binds(dataset.policy, viewer)}
    if not bound:
        return {}
    rows: dict[str, list[exp.Expr]] = {}
    hidden: dict[str, set[str]] = {}
    for name, dataset in layer.datasets.items():
        rows.setdefault(dataset.source, []).extend(_conditions(layer, viewer, name, bound))
        hidden.setdefault(dataset.source, set()).update(hidden_columns(layer, name) if name in bound else ())
    found = {table: _access(rows[table], hidden[table]) for table in rows if rows[table] or hidden[table]}
    known = {table.lower() for table in (*rows, *(one.source for one in layer.calendars.values()))}
    closed = {table: TableAccess(_NOTHING, frozenset()) for table in layer.schema if table.lower() not in known}
    return {**found, **closed}


def _binds(policy: RowPolicy | None, viewer: Viewer) -> bool:
    return policy is not None and not viewer.roles & set(policy.except_roles)


def _access(rows: list[exp.Expr], hidden: set[str]) -> TableAccess:
    condition = sql.both(sql.bracketed(tree) for tree in rows)
    return TableAccess(condition.sql(dialect=sql.DIALECT) if condition is not None else None, frozenset(hidden))


def _conditions(layer: SemanticLayer, viewer: Viewer, name: str, bound: Mapping[str, Dataset]) -> list[exp.Expr]:
    """The dataset's own rule, and for every protected dataset it belongs to that the row there is allowed."""
    own = layer.datasets[name]
    found: list[exp.Expr] = []
    for other, dataset in bound.items():
        policy = dataset.policy
        if policy is None or not policy.rows:
            continue
        if other == name:
            found.append(_rule(layer, viewer, name, own.source))
        else:
            found.extend(_belongs(layer, viewer, path) for path in _ways(layer, name, other))
    return found


def _ways(layer: SemanticLayer, start: str, end: str) -> tuple[Path, ...]:
    """Every way without a secondary link, or when there is none every way: each must lead to an allowed row."""
    every = layer.graph.walks(start, end)
    return tuple(path for path in every if not any(link.secondary for link in path.links)) or every


def _belongs(layer: SemanticLayer, viewer: Viewer, path: Path) -> exp.Expr:
    """`EXISTS` over the datasets along `path`, the last one under its rule; an orphan finds nothing."""
    aliases = [f"{_VIEWER}_{index}" for index in range(1, len(path.links) + 1)]
    near = [layer.datasets[path.start].source, *aliases]
    first, *others = path.links
    select = sql.selected([sql.integer(1)], sql.table(layer.datasets[first.to].source, aliases[0]))
    conditions = [
        _met(here, there, near[0], aliases[0]) for here, there in _pairs(first.from_columns, first.to_columns)
    ]
    for link, here, there in zip(others, aliases, aliases[1:], strict=False):
        on = sql.both(_met(one, other, here, there) for one, other in _pairs(link.from_columns, link.to_columns))
        sql.joined(select, sql.table(layer.datasets[link.to].source, there), on, "INNER")
    sql.filtered(select, [*conditions, _rule(layer, viewer, path.end, aliases[-1])])
    return exp.Exists(this=select)


def _pairs(left: tuple[str, ...], right: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(left, right, strict=True))


def _met(here: str, there: str, near: str, far: str) -> exp.Expr:
    return exp.EQ(this=sql.column(there, far), expression=sql.column(here, near))


def _rule(layer: SemanticLayer, viewer: Viewer, name: str, alias: str) -> exp.Expr:
    """The rows condition of a dataset with the viewer's attributes filled in; FALSE when one is missing."""
    policy = layer.datasets[name].policy
    tree = parse_expression(policy.rows if policy else _NOTHING)
    wanted = [node.name for node in tree.find_all(exp.Column) if node.table == _VIEWER]
    if not all(_given(viewer, one) for one in wanted):
        return exp.Boolean(this=False)
    found = bind(_listed(tree.copy()), lambda node: _filled(layer, viewer, name, alias, node))
    return _flattened(found)


def _given(viewer: Viewer, attribute: str) -> bool:
    value = viewer.attributes.get(attribute)
    return value is not None and (isinstance(value, str) or not isinstance(value, Sequence) or len(value) > 0)


def _listed(tree: exp.Expr) -> exp.Expr:
    """`x IN viewer.list` written as `x IN (viewer.list)`."""
    for node in list(tree.find_all(exp.In)):
        one = node.args.get("field")
        if isinstance(one, exp.Column):
            node.set("field", None)
            node.set("expressions", [one.copy()])
    return tree


def _filled(layer: SemanticLayer, viewer: Viewer, name: str, alias: str, node: exp.Column) -> exp.Expr:
    if node.table != _VIEWER:
        return sql.bracketed(field_tree(layer, name, node.name, alias))
    value = viewer.attributes[node.name]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return exp.Tuple(expressions=[sql.literal(one) for one in value])
    return sql.literal(value)


def _flattened(tree: exp.Expr) -> exp.Expr:
    """Lists of attributes inside IN as its values; a list compared in any other way is FALSE."""
    for node in list(tree.find_all(exp.In)):
        values = [
            one
            for given in node.expressions
            for one in (given.expressions if isinstance(given, exp.Tuple) else [given])
        ]
        node.set("expressions", [one.copy() for one in values])
    return exp.Boolean(this=False) if tree.find(exp.Tuple) else tree


def hidden_columns(layer: SemanticLayer, name: str) -> frozenset[str]:
    """Physical columns, in small letters, behind the hidden fields of a dataset."""
    policy = layer.datasets[name].policy
    fields = policy.hidden_fields if policy else ()
    return frozenset(column for one in fields for _, column in columns_of(layer, name, one))


def for_viewer(layer: SemanticLayer, viewer: Viewer) -> SemanticLayer:
    """The model as `viewer` may use it: hidden fields, and what is computed from their columns, are unknown names."""
    bound = [name for name, dataset in layer.datasets.items() if _binds(dataset.policy, viewer)]
    lost = frozenset((name, column) for name in bound for column in hidden_columns(layer, name))
    if not lost:
        return layer
    now = layer.definitions
    datasets = tuple(_without(layer, one, lost) for one in now.datasets)
    metrics = tuple(
        one.model_copy(update={"hidden": True}) if _reads(layer, one.name, lost) else one for one in now.metrics
    )
    unknown = {f"{one.name}.{f.name}" for one in datasets for f in one.fields if f.hidden}
    unknown |= {one.name for one in metrics if one.hidden}
    unknown -= {name for name, one in (*layer.fields.items(), *layer.metrics.items()) if one.hidden}  # of anybody
    segments = tuple(
        one.model_copy(update={"hidden": True}) if any(f.field in unknown for f in one.filters) else one
        for one in now.segments
    )
    funnels = tuple(one for one in now.funnels if not unknown & set(one.metrics))
    seen = {"datasets": datasets, "metrics": metrics, "segments": segments, "funnels": funnels}
    changed = now.model_copy(update=seen)
    return SemanticLayer(changed, layer.inactive, layer.schema)


def _without(layer: SemanticLayer, dataset: Dataset, lost: frozenset[tuple[str, str]]) -> Dataset:
    fields = tuple(
        one.model_copy(update={"hidden": True}) if columns_of(layer, dataset.name, one.name) & lost else one
        for one in dataset.fields
    )
    return dataset.model_copy(update={"fields": fields})


def _reads(layer: SemanticLayer, name: str, lost: frozenset[tuple[str, str]]) -> bool:
    metric = layer.metrics[name]
    if isinstance(metric, SimpleMetric):
        dataset = metric.measure.partition(".")[0]
        measure = layer.measures[metric.measure]
        texts = (measure.expression, measure.filter, metric.filter)
        return any(columns_of(layer, dataset, text) & lost for text in texts)
    return any(_reads(layer, one, lost) for one in inputs(metric))
