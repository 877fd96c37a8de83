"""Sets of entities as clauses of the WITH: each holds the key of every member once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.averages import beside_metric
from semantic_layer.compiler.conditions import condition
from semantic_layer.compiler.draft import Draft, Frame, Scope
from semantic_layer.compiler.formulas import value_of
from semantic_layer.compiler.rows import key_trees, population_condition, row_conditions
from semantic_layer.compiler.source import Source
from semantic_layer.compiler.stitch import parts, settled, stitched
from semantic_layer.nodes import interval
from semantic_layer.query import Filter, TimeRange
from semantic_layer.resolution import Key, bases, entity_keys, is_on_metric, linking
from semantic_layer.spans import Shift, shift_of


def segment_members(draft: Draft, name: str) -> str:
    """The clause that holds the members of a segment."""
    segment = draft.layer.segments[name]
    key = ("segment", name)
    if key not in draft.members:
        listed = EntityList(segment.entity, (), segment.filters)
        draft.members[key] = draft.add(f"{name}_members", _only_keys(draft, listed))
    return draft.members[key]


def metric_members(draft: Draft, entity: str, one: Filter) -> str:
    """The clause that holds the entities whose own metric meets a filter."""
    key = ("metric", entity, one.model_copy(update={"none": False}))
    if key not in draft.members:
        listed = EntityList(entity, (), (one.model_copy(update={"entity": "", "none": False}),))
        draft.members[key] = draft.add(f"{entity}_by_{one.field}", _only_keys(draft, listed))
    return draft.members[key]


def row_members(draft: Draft, entity: str, filters: tuple[Filter, ...]) -> str:
    """The clause that holds the entities with a row that meets all filters, which are on one dataset."""
    plain = tuple(one.model_copy(update={"entity": "", "none": False}) for one in filters)
    key = ("rows", entity, *plain)
    if key not in draft.members:
        dataset = linking(draft.layer, filters[0].field.partition(".")[0], entity)
        draft.members[key] = draft.add(f"{entity}_with_{dataset}", _row_keys(draft, entity, dataset, plain))
        _note(draft, entity, dataset, filters[0].none)
    return draft.members[key]


def entity_numbers(draft: Draft, key: Key) -> str:
    """The clause that holds every entity with the number by which a key puts them in bands, as `number`."""
    known = ("number", key.entity, key.ref, key.span, key.where)
    if known not in draft.members:
        frame = _population(draft, EntityList(key.entity, (), ()), ())
        scope = Scope(entity_keys(draft.layer, key.entity), key.where, key.span)
        values = _joined_metrics(draft, frame, scope, (key.ref,))
        select = frame.source.copy()
        columns = {**frame.keys, "number": values[key.ref]}
        select.set("expressions", [sql.named(tree.copy(), name) for name, tree in columns.items()])
        draft.members[known] = draft.add(f"{key.ref}_by_{key.entity}", select)
    return draft.members[known]


def _note(draft: Draft, entity: str, dataset: str, none: bool) -> None:
    datasets = draft.layer.datasets
    who, what = datasets[entity].title.lower(), datasets[dataset].title.lower()
    many = "no row" if none else "at least one row"
    draft.notes[f"Read as: {who} that have {many} of {what} meeting the filter."] = None


def _row_keys(draft: Draft, entity: str, dataset: str, filters: tuple[Filter, ...]) -> exp.Select:
    source = Source(draft, dataset)
    where = row_conditions(source, Scope((), filters), "")
    keys = source.entity_key(entity)
    names = draft.layer.datasets[entity].primary_key
    select = source.select([sql.named(key.copy(), name) for key, name in zip(keys, names, strict=True)])
    sql.filtered(select, [sql.is_known(keys[0].copy()), *where])
    select.set("distinct", exp.Distinct())
    return select


@dataclass(frozen=True)
class EntityList:
    """Which entities, with which attributes: filters on what they reach, on what they have, on their own metrics."""

    entity: str
    attributes: tuple[Key, ...]
    filters: tuple[Filter, ...]
    metrics: tuple[str, ...] = ()
    span: TimeRange | None = None


def _only_keys(draft: Draft, listed: EntityList) -> exp.Select:
    frame, conditions = entity_frame(draft, listed)
    select = frame.source.copy()
    select.set("expressions", [sql.named(tree.copy(), name) for name, tree in frame.keys.items()])
    sql.filtered(select, conditions)
    return select


def entity_frame(draft: Draft, listed: EntityList) -> tuple[Frame, list[exp.Expr]]:
    """A row for every entity with its attributes and metrics, and the conditions of the filters on metrics.

    Metrics are computed apart for each time span and joined by the entity's key, so an entity without any row of a
    metric is there too: with 0 for counts, empty otherwise.
    """
    layer = draft.layer
    on_rows = tuple(one for one in listed.filters if one.any_of or not is_on_metric(layer, one))
    frame = _population(draft, listed, on_rows)
    inside = tuple(one for one in on_rows if _is_of_rows(draft, listed.entity, one))
    keys = entity_keys(layer, listed.entity)
    if listed.metrics:
        frame.leaves = _joined_metrics(draft, frame, Scope(keys, inside, listed.span), listed.metrics)
    conditions: list[exp.Expr] = []
    for one in listed.filters:
        if one not in on_rows:
            span = _span(draft, one) or listed.span
            scope = Scope(keys, one.where or inside, span)
            shown = span == listed.span and one.field in listed.metrics and not one.where
            known = frame.leaves if shown else None
            values = known or _joined_metrics(draft, frame, scope, (one.field,))
            tree = values[one.field].copy()
            met = beside_metric(draft, scope, tree, one) if one.than else condition(tree, one, "number", draft.as_of)
            conditions.append(met)
    return frame, conditions


def _is_of_rows(draft: Draft, entity: str, one: Filter) -> bool:
    """True for a filter that is out of the entity's own reach, and so narrows the rows of its metrics too."""
    dataset = one.field.partition(".")[0]
    alone = "." in one.field and not (one.entity or one.any_of)
    return alone and not draft.layer.graph.reaches(entity, dataset)


def _span(draft: Draft, one: Filter) -> TimeRange | None:
    if one.last:
        back: Shift = shift_of(interval(one.last))
        return TimeRange(start=back.before(draft.data_end), end=draft.data_end)
    return one.time_range


def _population(draft: Draft, listed: EntityList, filters: tuple[Filter, ...]) -> Frame:
    keys = (*entity_keys(draft.layer, listed.entity), *listed.attributes)
    source = Source(draft, listed.entity)
    draft.facts[listed.entity] = None
    about = tuple(_about_entity(draft, listed.entity, one) for one in filters)
    trees = key_trees(source, Scope(keys), "")
    where = [*population_condition(source), *row_conditions(source, Scope((), about), "")]
    select = source.select(trees)
    sql.filtered(select, where)
    name = draft.add(f"{listed.entity}_list", select)
    own: dict[str, exp.Expr] = {key.name: sql.column(key.name, name) for key in keys}
    return Frame(sql.selected([], sql.table(name)), own)


def _about_entity(draft: Draft, entity: str, one: Filter) -> Filter:
    """The filter as one on the entity: directly where it reaches the field, else by the rows it has."""
    if one.any_of:
        first, *others = (_about_entity(draft, entity, part) for part in one.alternatives)
        return first.model_copy(update={"any_of": tuple(others)})
    return one.model_copy(update={"entity": entity}) if _is_of_rows(draft, entity, one) else one


def _joined_metrics(draft: Draft, frame: Frame, scope: Scope, metrics: tuple[str, ...]) -> dict[str, exp.Expr]:
    """Values of `metrics` for each entity, LEFT JOINed to the frame by its key."""
    found = stitched(parts(draft, scope, bases(draft.layer, metrics)))
    values = settled(draft, "by_entity", found)
    on = sql.both(sql.same(frame.keys[key.name].copy(), values.keys[key.name].copy()) for key in scope.keys)
    sql.joined(frame.source, values.relation(), on, "LEFT")
    leaves = {name: sql.or_zero(tree) if name in values.zero else tree for name, tree in values.leaves.items()}
    return {name: value_of(draft.layer, name, leaves) for name in metrics}
