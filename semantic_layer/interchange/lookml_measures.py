"""LookML's measures as metrics: aggregates with filters, and numbers computed from other measures."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.interchange.draft import described
from semantic_layer.interchange.formulas import Formula, add_formula
from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.lookml_filters import filter_condition
from semantic_layer.interchange.measures import Call, home_of, measure_entry
from semantic_layer.interchange.members import Measures, Members, Taking, take_in_order
from semantic_layer.interchange.naming import NotCarried
from semantic_layer.interchange.sqltext import aggregates

_AGGREGATIONS = {
    "count": "count",
    "count_distinct": "count_distinct",
    "sum": "sum",
    "average": "average",
    "min": "min",
    "max": "max",
    "median": "median",
    "percentile": "percentile",
}
_FORMATS = {"usd": "currency", "eur": "currency", "gbp": "currency", "percent": "percent", "decimal": "decimal"}


def read_measures(members: Members, measures: Measures, why: Mapping[str, str]) -> None:
    """Take in the measures of all views."""
    computed = {id(item) for _, items in measures for item in items if item.text("type") == "number"}
    take_in_order(members, measures, Taking(_measure, computed, why))


def _measure(members: Members, dataset: str, item: Item, name: str) -> str:
    kind, about = item.text("type", "string"), _about(item)
    conditions = [_condition(members, dataset, one) for one in item.items("filters")]
    if kind == "number":
        if conditions:
            raise NotCarried("filters on a computed number; filter the measures it is made of.", "filter")
        tree = members.tree(item.text("sql"), dataset, measures=True)
        members.draft.names.metrics.update({one.lower(): one for one in members.metrics.values()})
        return add_formula(members.draft, item, Formula(name, tree, dataset, about))
    if kind not in _AGGREGATIONS:
        raise NotCarried(f"a measure of type `{kind}` is not one that Tellwise computes.", "type")
    if item.flag("approximate"):
        item.changed(f"measure {dataset}.{item.text('name')}", "is exact here, not approximate.", "exact")
    argument = members.tree(item.text("sql"), dataset) if item.has("sql") else None
    if argument is None and kind != "count":
        raise NotCarried("it does not say what to aggregate.", "shape")
    if argument is not None and aggregates(argument):
        raise NotCarried("it aggregates an aggregate.", "nested_aggregate")
    share = _share(item) if kind == "percentile" else None
    call = Call(_AGGREGATIONS[kind], argument, exp.and_(*conditions) if conditions else None, share)
    home = home_of(members.draft, call.trees, dataset)
    ref = members.draft.add_measure(item, home, name, measure_entry(call, home))
    return members.draft.add_metric(item, name, {"measure": ref, **about})


def _share(item: Item) -> float:
    text = item.text("percentile")
    if not text.isdigit() or not 0 < int(text) < 100:
        raise NotCarried(f"the percentile `{text}` is not a number between 0 and 100.", "aggregate")
    return int(text) / 100


def _condition(members: Members, dataset: str, item: Item) -> exp.Expr:
    view, _, name = item.text("name").rpartition(".")
    owner = members.dataset_of(view, dataset) if view else dataset
    tree = members.tree(f"${{{view}.{name}}}" if view else f"${{{name}}}", dataset)
    entry = members.draft.field(owner, name.lower()) or {"type": "time"}
    return filter_condition(tree, str(entry.get("type", "")), item.text("value"))


def _about(item: Item) -> Plain:
    about = described(item, "", item.text("label"))
    name = item.text("value_format_name").lower()
    kind, _, digits = name.partition("_")
    if kind in _FORMATS:
        about["format"] = _FORMATS[kind]
        if digits.isdigit() and int(digits) <= 6:
            about["decimals"] = int(digits)
    elif name:
        item.lost(f"{item.text('name')}: value_format_name", f"`{name}` is not known.", "key", "value_format_name")
    if item.flag("hidden"):
        about["hidden"] = True
    return about
