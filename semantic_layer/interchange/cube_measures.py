"""Cube's measures as metrics: aggregates with filters, rolling windows, and numbers computed from other measures."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.interchange.draft import described
from semantic_layer.interchange.formulas import Formula, add_formula
from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.measures import Call, home_of, measure_entry
from semantic_layer.interchange.members import Measures, Members, Taking, take_in_order
from semantic_layer.interchange.naming import NotCarried
from semantic_layer.interchange.sqltext import aggregates

_AGGREGATIONS = {
    "count": "count",
    "count_distinct": "count_distinct",
    "count_distinct_approx": "count_distinct",
    "sum": "sum",
    "running_total": "sum",
    "avg": "average",
    "min": "min",
    "max": "max",
}
_COMPUTED = ("number", "number_agg")
_MULTI_STAGE = ("multi_stage", "time_shift", "group_by", "reduce_by", "add_group_by")
_WINDOW = re.compile(r"^([1-9]\d*) (hour|day|week|month|quarter|year)s?$")


def read_measures(members: Members, measures: Measures, why: Mapping[str, str]) -> None:
    """Take in the measures of all cubes."""
    computed = {id(item) for _, items in measures for item in items if item.text("type") in _COMPUTED}
    take_in_order(members, measures, Taking(_measure, computed, why))


def _measure(members: Members, dataset: str, item: Item, name: str) -> str:
    kind, text = item.text("type"), item.text("sql")
    about = _about(item)
    filters = [members.tree(one.text("sql"), dataset) for one in item.items("filters")]
    if any(item.has(key) for key in _MULTI_STAGE):
        raise NotCarried("a measure of several stages; say it as a metric per entity.", "multi_stage")
    if kind in _COMPUTED:
        tree = members.tree(text, dataset, measures=True)
        if filters:
            raise NotCarried("filters on a computed number; filter the measures it is made of.", "filter")
        if not aggregates(tree) and not tree.find(exp.Column):
            raise NotCarried("it is computed from nothing.", "level")
        members.draft.names.metrics.update({one.lower(): one for one in members.metrics.values()})
        return add_formula(members.draft, item, Formula(name, tree, dataset, about))
    if kind not in _AGGREGATIONS:
        raise NotCarried(f"a measure of type `{kind}` is not one that Tellwise computes.", "type")
    if kind == "count_distinct_approx":
        item.changed(f"measure {dataset}.{item.text('name')}", "is exact here, not approximate.", "exact")
    return _aggregate(members, dataset, item, (name, about, filters))


def _aggregate(members: Members, dataset: str, item: Item, rest: tuple[str, Plain, list[exp.Expr]]) -> str:
    name, about, filters = rest
    kind, text = item.text("type"), item.text("sql")
    argument = members.tree(text, dataset) if text else None
    if argument is None and kind != "count":
        raise NotCarried("it does not say what to aggregate.", "shape")
    if argument is not None and aggregates(argument):
        raise NotCarried("it aggregates an aggregate.", "nested_aggregate")
    call = Call(_AGGREGATIONS[kind], argument, exp.and_(*filters) if filters else None)
    home = home_of(members.draft, call.trees, dataset)
    entry: Plain = {"measure": members.draft.add_measure(item, home, name, measure_entry(call, home))}
    if kind == "running_total":
        inner = members.draft.add_part(item, f"{name}_each", entry)
        return members.draft.add_metric(item, name, {"type": "cumulative", "metric": inner, **about})
    if item.has("rolling_window"):
        return _rolling(members, item, (name, about, entry))
    return members.draft.add_metric(item, name, {**entry, **about})


def _rolling(members: Members, item: Item, rest: tuple[str, Plain, Plain]) -> str:
    name, about, entry = rest
    window = item.child("rolling_window")
    if window.has("leading") or window.text("offset", "end") != "end":
        raise NotCarried("its window does not end with the period.", "window")
    made: Plain = {"type": "cumulative"}
    trailing = window.text("trailing")
    if window.text("type") == "to_date":
        made["to_date"] = window.text("granularity")
    elif trailing != "unbounded":
        found = _WINDOW.match(trailing)
        if not found:
            raise NotCarried(f"`{trailing}` is no interval such as `7 day`.", "window")
        made["window"] = f"{found[1]} {found[2]}{'' if found[1] == '1' else 's'}"
    window.leave(f"measure {name}: rolling_window", {})
    made["metric"] = members.draft.add_part(item, f"{name}_each", entry)
    return members.draft.add_metric(item, name, {**made, **about})


def _about(item: Item) -> Plain:
    about = described(item, item.text("name"), item.text("title"))
    form = item.text("format")
    if form in ("percent", "currency"):
        about["format"] = form
    elif form:
        item.lost(f"{item.text('name')}: format", f"`{form}` is not known.", "key", "format")
    if not item.flag("public", item.flag("shown", True)):
        about["hidden"] = True
    return about
