"""MetricFlow's metrics: simple, ratio, derived, cumulative and conversion, with filters and offsets of their inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from sqlglot import exp

from semantic_layer.interchange.draft import Draft, described
from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.metricflow_filters import condition
from semantic_layer.interchange.naming import NotCarried, close
from semantic_layer.interchange.sqltext import read_sql, replaced, to_duckdb

_WINDOW = re.compile(r"^([1-9][0-9]*) (hour|day|week|month|quarter|year)s?$")
_WHY = {
    "config": "settings of dbt have no meaning for Tellwise.",
    "meta": "settings of dbt have no meaning for Tellwise.",
    "time_granularity": "an answer chooses its own grain.",
    "join_to_timespine": "say `fill: spine` in a query for a row of every period.",
    "datatype": "Tellwise takes types from the table.",
}


@dataclass(frozen=True)
class SourceMeasure:
    """A measure of ours, and the time it is taken by where that is not the dataset's."""

    ref: str
    time: str = ""


@dataclass
class Project:
    """What the metrics of a project can refer to.

    `primary` is the primary entity of each dataset, `entities` tells where an entity of a dataset leads.
    """

    draft: Draft
    measures: dict[str, SourceMeasure] = field(default_factory=dict[str, SourceMeasure])
    created: list[tuple[Item, str, Plain]] = field(default_factory=list[tuple[Item, str, Plain]])
    primary: dict[str, str] = field(default_factory=dict[str, str])
    entities: dict[tuple[str, str], list[str]] = field(default_factory=dict[tuple[str, str], list[str]])


def read_metrics(project: Project, items: list[Item]) -> None:
    """Take in the metrics, those first that others are computed from."""
    draft = project.draft
    for item, name, about in project.created:
        _attempt(item, name, lambda i=item, n=name, a=about: draft.add_metric(i, n, {**_simple_of(project, n), **a}))
    waiting = list(items)
    while waiting:
        ready = [item for item in waiting if _inputs(item) <= draft.names.metrics.keys()]
        for item in ready or waiting:
            _attempt(item, item.text("name"), lambda item=item: _metric(project, item))
        waiting = [item for item in waiting if item not in ready] if ready else []


def _attempt(item: Item, name: str, take: Callable[[], object]) -> None:
    try:
        take()
    except NotCarried as error:
        item.lost(f"metric {name}", str(error), error.code)


def _inputs(item: Item) -> set[str]:
    """The metrics that one is computed from, in lower case."""
    params = Item(item.document, item.location, item.data, []).child("type_params")
    named = [params.data.get("numerator"), params.data.get("denominator")]
    listed = params.data.get("metrics")
    named += cast("list[object]", listed) if isinstance(listed, list) else []
    texts = [cast("Plain", one).get("name") if isinstance(one, dict) else one for one in named]
    return {str(one).lower() for one in texts if one}


def _metric(project: Project, item: Item) -> None:
    name, kind = item.text("name"), item.text("type").lower()
    builders: Mapping[str, Callable[[Project, Item, Item], Plain]] = {
        "simple": _simple,
        "ratio": _ratio,
        "derived": _derived,
        "cumulative": _cumulative,
        "conversion": _conversion,
    }
    if kind not in builders:
        raise NotCarried(f"`{kind}` is no type of metric that is known.", "type")
    params = item.child("type_params")
    entry = builders[kind](project, item, params)
    filters = item.texts("filter")
    about = described(item, "", item.text("label"))
    if filters and kind == "simple":
        entry = _filtered_simple(project, entry, filters)
    elif filters:
        entry = _filtered(project, item, entry, filters)
    project.draft.add_metric(item, name, {**entry, **about})
    params.leave(f"metric {name}: type_params", _WHY)
    item.leave(f"metric {name}", _WHY)


def _simple_of(project: Project, measure: str) -> Plain:
    found = project.measures.get(measure)
    if found is None:
        raise NotCarried(f"its measure `{measure}` was not carried over.{close(measure, project.measures)}", "input")
    return {"measure": found.ref, **({"time": found.time} if found.time else {})}


def _simple(project: Project, item: Item, params: Item) -> Plain:
    if params.has("metric_aggregation_params") or item.has("agg"):
        raise NotCarried("a metric with its own aggregation is not read; give it a measure.", "key")
    return {**_measure_input(project, params, "measure"), **_filled(params)}


def _measure_input(project: Project, params: Item, key: str) -> Plain:
    """The simple metric of an input measure: its name, or a mapping with a filter."""
    if not isinstance(params.data.get(key), dict):
        return _simple_of(project, params.text(key))
    given = params.child(key)
    entry = {**_simple_of(project, given.text("name")), **_filled(given)}
    filters = given.texts("filter")
    given.leave(f"measure {given.text('name')}", _WHY, ("alias",))
    return _filtered_simple(project, entry, filters) if filters else entry


def _filled(item: Item) -> Plain:
    """The key `fill_zero`, when empty values are filled."""
    fill = item.text("fill_nulls_with")
    if fill not in ("", "0"):
        raise NotCarried(f"empty values are filled with {fill}; Tellwise fills with 0 only.", "fill")
    return {"fill_zero": True} if fill else {}


def _filtered_simple(project: Project, entry: Plain, filters: list[str]) -> Plain:
    dataset = entry["measure"].partition(".")[0]
    time = entry.get("time") or project.draft.datasets[dataset].get("time", "")
    trees = [condition(project, text, dataset, time) for text in filters]
    own = [read_sql(entry["filter"], "duckdb")] if entry.get("filter") else []
    return {**entry, "filter": to_duckdb(exp.and_(*own, *trees))}


def _filtered(project: Project, item: Item, entry: Plain, filters: list[str]) -> Plain:
    """The metric over inputs that are filtered each."""
    kind = entry.get("type", "simple")
    if kind == "simple":
        return _filtered_simple(project, entry, filters)
    if kind in ("ratio", "cumulative", "offset"):
        keys = ("numerator", "denominator") if kind == "ratio" else ("metric",)
        return {**entry, **{key: _variant(project, item, entry[key], filters) for key in keys}}
    if kind == "derived":
        tree = read_sql(entry["expression"], "duckdb")
        narrowed = replaced(tree, lambda column: exp.column(_variant(project, item, column.name, filters)))
        return {**entry, "expression": to_duckdb(narrowed)}
    raise NotCarried(f"a filter on a {kind} metric; filter its inputs instead.", "filter")


def _variant(project: Project, item: Item, metric: str, filters: list[str]) -> str:
    """The name of a hidden metric that is `metric` under the filters."""
    about = ("name", "label", "description", "hidden")
    entry = {key: value for key, value in project.draft.metrics[metric].items() if key not in about}
    return project.draft.add_part(item, f"{metric}_filtered", _filtered(project, item, entry, filters))


def _input(project: Project, item: Item, params: Item, key: str) -> str:
    """The name of an input metric: by name, or a mapping with a filter or an offset."""
    if not isinstance(params.data.get(key), dict):
        return _known(project, params.text(key))
    return _given(project, item, params.child(key))


def _given(project: Project, item: Item, given: Item) -> str:
    name = _known(project, given.text("name"))
    if filters := given.texts("filter"):
        name = _variant(project, item, name, filters)
    if given.has("offset_to_grain"):
        raise NotCarried("`offset_to_grain` has no counterpart; offsets are whole intervals.", "offset")
    if given.has("offset_window"):
        entry: Plain = {"type": "offset", "metric": name, "offset": _window(given.text("offset_window"))}
        name = project.draft.add_part(item, f"{name}_{entry['offset']}_before", entry)
    given.leave(f"input {given.text('name')}", _WHY, ("alias",))
    return name


def _known(project: Project, name: str) -> str:
    known = project.draft.names.metrics
    if name.lower() not in known:
        raise NotCarried(f"its input `{name}` was not carried over.{close(name, known)}", "input")
    return known[name.lower()]


def _ratio(project: Project, item: Item, params: Item) -> Plain:
    return {
        "type": "ratio",
        "numerator": _input(project, item, params, "numerator"),
        "denominator": _input(project, item, params, "denominator"),
    }


def _derived(project: Project, item: Item, params: Item) -> Plain:
    names: dict[str, str] = {}
    listed = params.raw("metrics")
    for index, one in enumerate(cast("list[object]", listed) if isinstance(listed, list) else []):
        if isinstance(one, dict):
            given = Item(params.document, (*params.location, "metrics", index), cast("Plain", one), params.remarks)
            names[(given.text("alias") or given.text("name")).lower()] = _given(project, item, given)
        else:
            names[str(one).lower()] = _known(project, str(one))
    tree = read_sql(params.text("expr"), project.draft.dialect)

    def metric(column: exp.Column) -> exp.Expr:
        if column.name.lower() not in names:
            raise NotCarried(f"`{column.name}` is none of its input metrics.{close(column.name, names)}", "input")
        return exp.column(names[column.name.lower()])

    return {"type": "derived", "expression": to_duckdb(replaced(tree, metric))}


def _cumulative(project: Project, item: Item, params: Item) -> Plain:
    more = params.child("cumulative_type_params")
    inner = _measure_input(project, params, "measure")
    metric = project.draft.add_part(item, item.text("name") + "_each", inner)
    entry: Plain = {"type": "cumulative", "metric": metric}
    window = more.text("window") or params.text("window")
    to_date = more.text("grain_to_date") or params.text("grain_to_date")
    if window:
        entry["window"] = _window(window)
    if to_date:
        entry["to_date"] = to_date.lower()
    if more.text("period_agg", "first").lower() != "last":
        why = "grouped by longer periods it is the value at their end, not the first or the average of their days."
        item.changed(f"metric {item.text('name')}", why, "period_agg")
    more.leave(f"metric {item.text('name')}: cumulative_type_params", _WHY)
    return entry


def _conversion(_project: Project, _item: Item, params: Item) -> Plain:
    """Never carried over: both tools count conversions, and count other things by it."""
    given = params.child("conversion_type_params")
    sides = [given.data.get(f"{key}_measure") for key in ("base", "conversion")]
    names = [str(cast("Plain", one).get("name") if isinstance(one, dict) else one) for one in sides]
    raise NotCarried(
        "MetricFlow counts the events that follow, each for the last base event before it; Tellwise counts the base "
        f"events that are followed. If you mean these, write `type: conversion` over metrics of `{names[0]}` and "
        f"`{names[1]}`, with `entity: {given.text('entity')}` and `window: {given.text('window')}`.",
        "conversion",
    )


def _window(text: str) -> str:
    found = _WINDOW.match(text.lower().strip())
    if not found:
        raise NotCarried(f"`{text}` is no interval such as `7 days`.", "window")
    return f"{found[1]} {found[2]}{'' if found[1] == '1' else 's'}"
