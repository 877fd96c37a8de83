"""What a scope asks of the rows of one source: its grouping columns, and the conditions that keep a row."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.averages import beside_field
from semantic_layer.compiler.bands import banded, number_of_entity
from semantic_layer.compiler.conditions import compared, condition, within
from semantic_layer.compiler.draft import Scope, TopSet
from semantic_layer.compiler.many_sides import many_sides, meet
from semantic_layer.compiler.source import Source
from semantic_layer.query import METRIC_TIME, Filter
from semantic_layer.resolution import Key, entity_of, is_on_metric, linking
from semantic_layer.timing import time_kind


def key_trees(source: Source, scope: Scope, time: str) -> list[exp.Expr]:
    """SQL of every grouping column, named; `time` is the metric's own time field."""
    sides = many_sides(source, scope.keys)
    own = {key for keys in sides.values() for key in keys}
    trees = {key.name: key_tree(source, key, time) for key in scope.keys if key not in own}
    for side, keys in sides.items():
        inner = Source(source.draft, side.dataset, suffix="_many")
        trees |= meet(source, inner, side, {key.name: key_tree(inner, key, "") for key in keys})
    trees = {key.name: trees[key.name] for key in scope.keys}
    if scope.top and not scope.top.together:
        trees[scope.top.field] = _cut(source, scope.top, trees)
    return [sql.named(tree, name) for name, tree in trees.items()]


def key_tree(source: Source, key: Key, time: str) -> exp.Expr:
    """SQL of one grouping column."""
    if key.ref in source.layer.segments:
        return _is_member(source, key.ref, key.via)
    if key.bands:
        number = number_of_entity(source, key) if key.entity else source.field(key.ref, key.via)
        return banded(number, key.bands)
    ref = time if key.is_metric_time else key.ref
    if key.calendar:
        return source.period(source.time(ref, key.via), key.calendar)
    if key.grain:
        return sql.truncated(source.time(ref, key.via), key.grain, source.draft.rules)
    known = source.layer.fields.get(ref)
    tree = source.time(ref, key.via) if known and known.kind == "time" else source.field(ref, key.via)
    return _told_apart(tree, key) if key.apart else tree


def _told_apart(tree: exp.Expr, key: Key) -> exp.Expr:
    """The value where it is one of those told apart, else the word for all others."""
    tree = sql.cast(sql.bracketed(tree), exp.DType.VARCHAR)
    named = exp.In(this=tree, expressions=[sql.literal(value) for value in key.apart])
    return sql.when(named, tree.copy(), sql.text(key.others))


def _is_member(source: Source, segment: str, via: str) -> exp.Expr:
    """True or false; NULL for a row that belongs to no entity."""
    entity = source.layer.segments[segment].entity
    inside = source.belongs(source.draft.sets.segment(source.draft, segment), entity, via)
    key = source.entity_key(entity, via)[0]
    return sql.when(sql.is_known(key), inside, exp.Null())


def _cut(source: Source, top: TopSet, trees: dict[str, exp.Expr]) -> exp.Expr:
    """The value where it is among the top ones, else the word for all others."""
    names = (*top.within, top.field)
    source.join(top.name, sql.both(sql.same(trees[name].copy(), sql.column(name, top.name)) for name in names))
    kept = sql.is_known(sql.column("place", top.name))
    return sql.when(kept, sql.cast(trees[top.field], exp.DType.VARCHAR), sql.text(top.others_label))


def _among(source: Source, top: TopSet, scope: Scope, time: str) -> exp.Expr:
    """Keeps the rows of the top values, all together."""
    asked = [key for key in (*scope.keys, top.together) if key and key.name in (*top.within, top.field)]
    on = sql.both(sql.same(key_tree(source, key, time), sql.column(key.name, top.name)) for key in asked)
    source.join(top.name, on)
    return sql.is_known(sql.column("place", top.name))


def population_condition(source: Source) -> list[exp.Expr]:
    """Keeps the rows of the source that count as entities."""
    population = source.layer.datasets[source.fact].population
    return [source.expression(population)] if population else []


def row_conditions(source: Source, scope: Scope, time: str) -> list[exp.Expr]:
    """Conditions of the scope's span and filters; those told by the same other rows hold for one of these together."""
    found = within(source.time(time), scope.span) if scope.span else []
    if scope.top and scope.top.together:
        found.append(_among(source, scope.top, scope, time))
    together: dict[tuple[object, ...], list[Filter]] = {}
    for one in scope.filters:
        if one.any_of:
            found.append(_any_of(source, one, time))
            continue
        entity = entity_of(source.layer, source.fact, one)
        if entity:
            together.setdefault(_row_of(source, entity, one), []).append(one)
        else:
            found.append(_own(source, one, time))
    found.extend(
        _of_entity(source, str(key[0]), rows) for key, filters in together.items() for rows in _of_one_row(filters)
    )
    return found


def _any_of(source: Source, one: Filter, time: str) -> exp.Expr:
    """Keeps the rows that meet one of several conditions."""
    told = [(part, entity_of(source.layer, source.fact, part)) for part in one.alternatives]
    met = [_of_entity(source, entity, [part]) if entity else _own(source, part, time) for part, entity in told]
    return exp.Paren(this=exp.or_(*met))


def _row_of(source: Source, entity: str, one: Filter) -> tuple[object, ...]:
    """What tells filters on other rows apart: the grade and the course of a student are those of one enrolment."""
    if "." not in one.field:
        return entity, one
    dataset = one.field.partition(".")[0]
    rows = "" if one.none else linking(source.layer, dataset, entity)
    return entity, rows or dataset, one.via, one.none


def _of_one_row(filters: list[Filter]) -> list[list[Filter]]:
    """The filters once for each list of values of a field: no row is in two lists, so each is met by another row."""
    listed = [one for one in filters if one.op in ("in", "eq")]
    again = [one for one in listed if sum(other.field == one.field for other in listed) > 1]
    if not again:
        return [filters]
    rest = [one for one in filters if one not in again]
    return [[one, *rest] for one in again]


def _own(source: Source, one: Filter, time: str) -> exp.Expr:
    if one.field in source.layer.segments:
        return condition(_is_member(source, one.field, one.via), one, "boolean", source.draft.as_of)
    if one.field == METRIC_TIME:
        return condition(source.time(time), one, "time", source.draft.as_of)
    kind = source.layer.fields[one.field].kind
    if one.other:
        return _beside_other(source, one, kind)
    if one.than:
        return beside_field(source.draft, source.field(one.field, one.via), one)
    tree = source.time(one.field, one.via) if kind == "time" else source.field(one.field, one.via)
    return condition(tree, one, kind, source.draft.as_of)


def _beside_other(source: Source, one: Filter, kind: str) -> exp.Expr:
    """A field against another one of the same row, two times as days where one of them is a day."""
    layer = source.layer
    if one.where:
        return _as_told(source, one)
    if kind != "time":
        return compared(one.op, source.field(one.field, one.via), source.field(one.other))
    pair = [source.time(one.field, one.via), source.time(one.other)]
    if "date" in (time_kind(layer, one.field), time_kind(layer, one.other)):
        pair = [sql.cast(tree, exp.DType.DATE) for tree in pair]
    return compared(one.op, *pair)


def _as_told(source: Source, one: Filter) -> exp.Expr:
    """A field that has, or has not, one of the values of another one in the rows that `where` tells."""
    told = Source(source.draft, one.where[0].field.partition(".")[0])
    value = told.field(one.other)
    select = told.select([sql.named(value, "value")])
    sql.filtered(select, [sql.is_known(value.copy()), *row_conditions(told, Scope((), one.where), "")])
    name = source.draft.add(f"{one.other.rpartition('.')[2]}_told", select)
    values = exp.Subquery(this=sql.selected([sql.column("value", name)], sql.table(name)))
    tree = source.field(one.field, one.via)
    inside = exp.In(this=sql.bracketed(tree), query=values)
    return inside if one.op == "eq" else exp.Not(this=inside)


def _of_entity(source: Source, entity: str, filters: list[Filter]) -> exp.Expr:
    """Keeps rows whose entity meets the filters; a row without an entity meets none."""
    draft = source.draft
    if is_on_metric(draft.layer, filters[0]):
        members = draft.sets.metric(draft, entity, filters[0])
    else:
        members = draft.sets.rows(draft, entity, tuple(filters))
    inside = source.belongs(members, entity)
    if not filters[0].none:
        return inside
    key = source.entity_key(entity)[0]
    return exp.And(this=sql.is_known(key), expression=exp.Not(this=inside))
