"""A dbt project's semantic models and metrics (MetricFlow) to our model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.interchange.draft import Draft, described, expression_of
from semantic_layer.interchange.items import Item, Plain, attempt
from semantic_layer.interchange.metricflow_metrics import Project, SourceMeasure, read_metrics
from semantic_layer.interchange.naming import NotCarried, clean_name
from semantic_layer.interchange.sqltext import read_sql, replaced, to_duckdb
from semantic_layer.interchange.tables import table_of

_REFERENCE = re.compile(
    r"""^\s*(?:\{\{\s*)?(ref|source)\s*\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?\)\s*(?:\}\}\s*)?$"""
)
_COLUMN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_SECTIONS = ("semantic_models", "metrics", "saved_queries")
_AGGREGATIONS = {
    "sum": "sum",
    "min": "min",
    "max": "max",
    "average": "average",
    "count_distinct": "count_distinct",
    "median": "median",
    "percentile": "percentile",
    "count": "count",
    "sum_boolean": "sum",
}
_WHY = {
    "config": "settings of dbt have no meaning for Tellwise.",
    "meta": "settings of dbt have no meaning for Tellwise.",
    "role": "roles of entities are not known; name the entity by its role instead.",
    "is_partition": "partitions make no difference to an answer.",
    "version": "",
    "saved_queries": "a saved query is a query with exports; ask for its metrics in words instead.",
    "semantic_model": "the form with semantic models inside of `models` is not read; keep `semantic_models:`.",
}


@dataclass
class _Entity:
    name: str
    kind: str
    column: str
    item: Item


@dataclass
class _Model:
    dataset: str
    primary: str
    entities: list[_Entity] = field(default_factory=list[_Entity])


def read_metricflow(draft: Draft, roots: list[Item]) -> None:
    """Take in every `semantic_models`, `metrics` and `saved_queries` of the project's files."""
    project = Project(draft)
    models: list[_Model] = []
    for root in roots:
        for item in root.items("semantic_models"):
            attempt(item, f"semantic model {item.text('name')}", lambda item=item: models.append(_model(project, item)))
    _links(project, models)
    read_metrics(project, [item for root in roots for item in root.items("metrics")])
    for root in roots:
        _leave(root)


def _leave(root: Item) -> None:
    """Report what else the file holds; files without any semantic model are no business of this importer."""
    for item in root.items("models"):
        for key in ("semantic_model", "derived_semantics"):
            if item.has(key):
                item.lost(f"model {item.text('name')}: {key}", _WHY["semantic_model"], "key", key)
        if item.has("time_spine"):
            item.changed(f"model {item.text('name')}", "Tellwise makes the days of a time spine itself.", "time_spine")
    for item in root.items("saved_queries"):
        item.lost(f"saved query {item.text('name')}", _WHY["saved_queries"], "saved_query")
    if any(root.has(key) for key in _SECTIONS):
        root.leave("file", _WHY, ("version", "models", "sources", "exposures", "macros", "seeds", "snapshots"))


def _model(project: Project, item: Item) -> _Model:
    draft, name = project.draft, item.text("name")
    table = _table(item.text("model"))
    entry = {"source": table_of(draft, item, table), **described(item, name, item.text("label"))}
    dataset = draft.add_dataset(item, name, entry)
    found = _Model(dataset, item.text("primary_entity"))
    for one in item.items("entities"):
        attempt(one, f"entity {name}.{one.text('name')}", lambda one=one: _entity(draft, one, found))
    _mark_computed(draft, item, found)
    for one in item.items("dimensions"):
        attempt(one, f"dimension {name}.{one.text('name')}", lambda one=one: _dimension(draft, one, dataset))
    _entity_fields(draft, found)
    defaults = item.child("defaults")
    time = defaults.text("agg_time_dimension")
    if time and draft.field(dataset, clean_name(time)):
        draft.datasets[dataset]["time"] = clean_name(time)
    for one in item.items("measures"):
        attempt(one, f"measure {name}.{one.text('name')}", lambda one=one: _measure(project, one, found))
    defaults.leave(f"semantic model {name}: defaults", _WHY)
    item.leave(f"semantic model {name}", _WHY)
    project.primary[dataset] = found.primary
    return found


def _table(text: str) -> str:
    """The table of `ref('x')`, `source('a', 'x')`, with or without braces, or the name as it stands."""
    found = _REFERENCE.match(text)
    if not found and re.search(r"[{(]", text):
        raise NotCarried(f"`{text}` is neither ref('...') nor source('...', '...'), and is never executed.", "template")
    if not found:
        return text
    kind, first, second = found.groups()
    return f"{first}.{second}" if kind == "source" and second else second or first


def _entity(draft: Draft, item: Item, model: _Model) -> None:
    name, kind = item.text("name"), item.text("type").lower()
    column = item.text("expr") or name
    item.leave(f"entity {name}", _WHY, ("description", "label"))
    if not _COLUMN.match(column):
        raise NotCarried(f"its key `{column}` is computed; keys must be columns of the table.", "key")
    entry = draft.datasets[model.dataset]
    if kind == "primary":
        entry["primary_key"] = [column]
        model.primary = model.primary or name
    elif kind == "unique":
        entry.setdefault("unique_keys", []).append([column])
    elif kind != "foreign":
        raise NotCarried(f"`{kind}` keys stand for rows that change over time, which a link cannot choose.", "key")
    model.entities.append(_Entity(name, kind, column, item))


def _entity_fields(draft: Draft, model: _Model) -> None:
    """Entities can be grouped by, so each is a field unless a dimension has the name."""
    for one in model.entities:
        if draft.field(model.dataset, clean_name(one.name)) is None:
            about = described(one.item, "", one.item.text("label"))
            name = draft.add_field(one.item, model.dataset, one.name, about)
            if one.column != name:
                draft.field(model.dataset, name)["expression"] = one.column  # type: ignore[index]  # added just now


def _mark_computed(draft: Draft, item: Item, model: _Model) -> None:
    """Note which names will mean something else than the column: in dbt's `expr` a name is always the column."""
    said = [(one.text("name"), one.text("expr")) for one in item.items("dimensions")]
    said += [(one.name, one.column) for one in model.entities]
    for name, text in said:
        if text and text.lower() != clean_name(name):
            draft.names.mark_computed(model.dataset, clean_name(name))


def _raw(draft: Draft, text: str, dataset: str, own: str = "") -> exp.Expr:
    """SQL over the table's columns, which is what dbt's `expr` is."""
    return replaced(read_sql(text, draft.dialect), lambda column: draft.names.physical(column, dataset, own))


def _dimension(draft: Draft, item: Item, dataset: str) -> None:
    name, kind = item.text("name"), item.text("type").lower()
    params = item.child("type_params")
    if params.has("validity_params"):
        params.lost(f"dimension {name}: validity_params", "rows that hold for a while only cannot be chosen.", "key")
        params.raw("validity_params")
    grain = params.text("time_granularity").lower()
    if kind == "time" and grain in ("week", "month", "quarter", "year"):
        params.changed(
            f"dimension {name}", f"holds one value a {grain}; asking by shorter periods leaves gaps.", "grain"
        )
    tree = _raw(draft, item.text("expr") or name, dataset, clean_name(name))
    entry: Plain = {**_kind(kind), **described(item, name, item.text("label"))}
    ours = draft.add_field(item, dataset, name, entry)
    expression = expression_of(tree, ours)
    draft.field(dataset, ours).update(expression)  # type: ignore[union-attr]  # added just now
    params.leave(f"dimension {name}: type_params", _WHY)
    item.leave(f"dimension {name}", _WHY)


def _kind(kind: str) -> Plain:
    if kind not in ("categorical", "time"):
        raise NotCarried(f"`{kind}` is no type of dimension.", "type")
    return {"type": "time"} if kind == "time" else {}


def _measure(project: Project, item: Item, model: _Model) -> None:
    draft, name = project.draft, item.text("name")
    agg = item.text("agg").lower()
    if agg not in _AGGREGATIONS:
        raise NotCarried(f"`{agg}` is not an aggregation that Tellwise computes.", "aggregate")
    tree = _raw(draft, item.text("expr") or name, model.dataset)
    entry: Plain = {"agg": _AGGREGATIONS[agg]}
    if agg == "sum_boolean":
        tree = exp.Case(ifs=[exp.If(this=tree, true=exp.Literal.number(1))], default=exp.Literal.number(0))
    if not (agg == "count" and isinstance(tree, exp.Literal)):
        entry["expression"] = to_duckdb(tree)
    entry.update(_percentile(item, agg))
    entry.update(_level(draft, item, model))
    ref = draft.add_measure(item, model.dataset, name, {**entry, **described(item)})
    time = item.text("agg_time_dimension")
    usual = draft.datasets[model.dataset].get("time")
    project.measures[name] = SourceMeasure(ref, clean_name(time) if time and clean_name(time) != usual else "")
    if item.flag("create_metric"):
        project.created.append((item, name, described(item, "", item.text("label"))))
    item.leave(f"measure {name}", {**_WHY, "label": "measures are not shown; label the metric."})


def _percentile(item: Item, agg: str) -> Plain:
    params = item.child("agg_params")
    if params.flag("use_discrete_percentile"):
        raise NotCarried("a discrete percentile; Tellwise interpolates.", "aggregate")
    if params.flag("use_approximate_percentile"):
        params.changed(f"measure {item.text('name')}", "the percentile is exact here.", "exact")
    share = params.text("percentile")
    params.leave(f"measure {item.text('name')}: agg_params", _WHY)
    if agg != "percentile":
        return {}
    if not re.fullmatch(r"0?\.\d+", share):
        raise NotCarried(f"the percentile `{share}` is not a number between 0 and 1.", "aggregate")
    return {"percentile": float(share)}


def _level(draft: Draft, item: Item, model: _Model) -> Plain:
    """The key `non_additive` of a measure that cannot be summed over time."""
    level = item.child("non_additive_dimension")
    if not level.data:
        return {}
    time = clean_name(level.text("name"))
    if draft.field(model.dataset, time) is None:
        raise NotCarried(f"its `non_additive_dimension` `{time}` is not a dimension of the model.", "unknown_name")
    found: Plain = {"time": time, "take": "last" if level.text("window_choice", "min").lower() == "max" else "first"}
    columns = {one.name: one.column for one in model.entities}
    groupings = level.texts("window_groupings")
    if groupings:
        found["per"] = [columns.get(one, one) for one in groupings]
    level.leave(f"measure {item.text('name')}: non_additive_dimension", _WHY)
    return {"non_additive": found}


def _links(project: Project, models: list[_Model]) -> None:
    """A foreign entity links to every model in which it is a key; two models of one key link, too, as a second way."""
    keys = [(model, one) for model in models for one in model.entities if one.kind in ("primary", "unique")]
    for model in models:
        for one in model.entities:
            targets = [(other, key) for other, key in keys if key.name == one.name and other is not model]
            if one.kind == "foreign" and not targets:
                why = "no semantic model has it as its primary or unique entity, so it links to nothing."
                one.item.lost(f"entity {model.dataset}.{one.name}", why, "link")
            for other, key in targets:
                attempt(
                    one.item,
                    f"entity {one.name}",
                    lambda m=model, o=one, t=other, k=key: _link(project, (m, o), (t, k)),
                )


def _link(project: Project, many: tuple[_Model, _Entity], to: tuple[_Model, _Entity]) -> None:
    (model, entity), (other, key) = many, to
    name = f"{model.dataset}_{entity.name}"
    if clean_name(name) in project.draft.relationships:
        name = f"{name}_{other.dataset}"
    entry: Plain = {
        "from": model.dataset,
        "to": other.dataset,
        "from_columns": [entity.column],
        "to_columns": [key.column],
    }
    if entity.kind != "foreign":
        entry["secondary"] = True
    project.draft.add_relationship(entity.item, clean_name(name), entry)
    project.entities.setdefault((model.dataset, entity.name), []).append(other.dataset)
