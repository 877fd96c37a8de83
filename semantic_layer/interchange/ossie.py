"""Apache Ossie (0.1 and 0.2 drafts) to our model: both root shapes, and the expression as text or by dialect."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.interchange.draft import Draft, described, words
from semantic_layer.interchange.formulas import Formula, add_formula, check_window
from semantic_layer.interchange.items import Item, Plain, attempt
from semantic_layer.interchange.measures import home_of, local
from semantic_layer.interchange.naming import NotCarried, clean_name
from semantic_layer.interchange.ossie_extension import VENDOR, add_rest, kept
from semantic_layer.interchange.sqltext import aggregates, read_sql, replaced, to_duckdb
from semantic_layer.interchange.tables import declared_key, is_time, set_times, table_of, with_windows
from semantic_layer.model import AIContext

DIALECTS = {
    "DUCKDB": "duckdb",
    "OSSIE_SQL_2026": "ansi",
    "OSI_SQL_2026": "ansi",
    "ANSI_SQL": "ansi",
    "SNOWFLAKE": "snowflake",
    "DATABRICKS": "databricks",
    "BIGQUERY": "bigquery",
}
RESERVED = ("grain", "filter", "query_filter")
TIMES = ("Date", "DateTime", "DateTimeTz")
_NUMBERS = ("Integer", "Decimal", "Float")
_TYPES = {"Boolean": "boolean", **dict.fromkeys(_NUMBERS, "number"), **dict.fromkeys(TIMES, "time")}
_WHY = {
    "datatype": "Tellwise takes types from the table.",
    "label": "it is a category of fields, which Tellwise does not have.",
    "referential_integrity": "Tellwise counts orphan rows itself and keeps them in an empty group.",
    "condition": "relationships are equal columns, many to one.",
    "ontology": "an ontology has no place in a model of Tellwise; import the semantic model it maps to.",
    "ontology_mapping": "an ontology has no place in a model of Tellwise; import the semantic model it maps to.",
}


def read_ossie(draft: Draft, roots: list[Item]) -> None:
    """Take in the models of Ossie documents: `semantic_model: [...]` or one model as the root."""
    for root in roots:
        models = root.items("semantic_model") if root.has("semantic_model") else [root]
        version = root.text("version")
        if version and not version.startswith(("0.1", "0.2")):
            root.assumed(f"version {version}", "is read as 0.2, the newest that is known here.", "version", "version")
        if len(models) > 1:
            root.changed("semantic_model", f"its {len(models)} models are one model here.", "merged", "semantic_model")
        for model in models:
            _model(draft, model)
        root.leave("root", _WHY)


def _model(draft: Draft, model: Item) -> None:
    if not model.has("datasets"):
        model.lost(model.text("name") or "model", "it has no `datasets`; this is no semantic model of Ossie.", "shape")
    draft.name = clean_name(model.text("name") or draft.name)
    _header(draft, model)
    for item in model.items("datasets"):
        attempt(item, f"dataset {item.text('name')}", lambda item=item: _dataset(draft, item))
    for item in model.items("relationships"):
        attempt(item, f"relationship {item.text('name')}", lambda item=item: _relationship(draft, item))
    _fields(draft, model)
    for item in model.items("metrics"):
        attempt(item, f"metric {item.text('name')}", lambda item=item: _metric(draft, item))
    add_rest(draft, model)
    set_times(draft)
    model.leave(f"model {model.text('name')}", _WHY)


def _header(draft: Draft, model: Item) -> None:
    if text := model.text("description"):
        draft.header["description"] = text
    draft.header.update(_context(model, "model"))


def _context(item: Item, what: str) -> Plain:
    """The key `ai_context`, which is text or a mapping in Ossie."""
    if not isinstance(item.data.get("ai_context"), dict):
        return words([], item.text("ai_context"))
    context = item.child("ai_context")
    lists = {key: isinstance(value, tuple) for key, value in AIContext()}
    said = {key: context.texts(key) if lists[key] else context.text(key) for key in lists if context.has(key)}
    context.leave(f"{what}: ai_context", {})
    return {"ai_context": said} if said else {}


def _dataset(draft: Draft, item: Item) -> None:
    name = item.text("name")
    entry: Plain = {"source": table_of(draft, item, item.text("source") or name, "ansi"), **described(item, name)}
    entry.update(_context(item, name))
    if keys := item.texts("primary_key"):
        entry["primary_key"] = keys
    others = [key for key in item.lists("unique_keys") if key and key != keys]
    if others:
        entry["unique_keys"] = others
    ours = draft.add_dataset(item, name, entry)
    if item.text("role") == "bridge":
        draft.bridges.add(ours)
    elif item.has("role"):
        item.lost(f"dataset {name}: role", f"`{item.text('role')}` is not known; only `bridge` is.", "key", "role")
    for one in item.items("fields"):
        attempt(one, f"field {name}.{one.text('name')}", lambda one=one: _declared(draft, one, ours))


def _declared(draft: Draft, item: Item, dataset: str) -> None:
    """Make the field known by name; its SQL may name fields that are declared later."""
    name = item.text("name")
    if name.lower() in RESERVED:
        item.changed(f"field {name}", "is a name that Ossie reserves; other tools may refuse the file.", "reserved")
    entry = {**_type(draft, item, dataset), **described(item, name), **_context(item, name)}
    draft.add_field(item, dataset, name, entry)


def _type(draft: Draft, item: Item, dataset: str) -> Plain:
    kind, name = item.text("datatype"), item.text("name")
    dimension = item.child("dimension")
    said = dimension.text("is_time").lower()
    dimension.leave(f"field {name}: dimension", {})
    if item.has("custom_extensions") and "type" in kept(Item(item.document, item.location, item.data, [])):
        return {}
    column = draft.column_type(dataset, name)
    if said == "true" and kind not in TIMES and not is_time(column):
        if not kind and not column:
            why = (
                "`is_time` is said without a date type, so it is a plain value here; set `type: time` if it is a date."
            )
            item.assumed(f"field {name}", why, "time_type")
        return {"type": "number"} if kind in _NUMBERS else {}
    if said == "false" and kind in TIMES:
        return {}
    found = "time" if said == "true" else _TYPES.get(kind, "")
    if kind in ("Time", "Opaque"):
        item.changed(f"field {name}", f"`{kind}` is a plain value here.", "datatype")
    return {"type": found} if found else {}


def _fields(draft: Draft, model: Item) -> None:
    """Read the SQL of every field, now that all names are known; window functions go into a view."""
    for item in Item(model.document, model.location, model.data, model.remarks).items("datasets"):
        dataset = draft.names.datasets.get(item.text("name").lower(), "")
        windows: dict[str, exp.Expr] = {}
        for one in item.items("fields") if dataset else []:
            name = clean_name(one.text("name"))
            try:
                _expression(draft, one, dataset, windows)
            except NotCarried as error:
                draft.datasets[dataset]["fields"] = [
                    entry for entry in draft.datasets[dataset]["fields"] if entry["name"] != name
                ]
                one.lost(f"field {item.text('name')}.{one.text('name')}", str(error), error.code)
            _done(one, f"field {one.text('name')}")
        if windows:
            with_windows(draft, item, dataset, windows)
        if dataset:
            draft.datasets[dataset].update(kept(item))
            draft.own.update([dataset] if VENDOR in str(item.data.get("custom_extensions")) else [])
        _done(item, f"dataset {item.text('name')}")


def _done(item: Item, what: str) -> None:
    ignored = ("description", "ai_context", "dimension", "datatype", "primary_key", "unique_keys", "source", "role")
    item.leave(what, _WHY, ignored)


def _expression(draft: Draft, item: Item, dataset: str, windows: dict[str, exp.Expr]) -> None:
    name = clean_name(item.text("name"))
    entry = draft.field(dataset, name)
    if entry is None:
        item.raw("expression")
        return
    definition = kept(item)
    entry.update(definition)
    if "expression" in definition:
        item.raw("expression")
        return
    tree = replaced(_sql(item), lambda column: _own(draft, column, dataset))
    found = list(tree.find_all(exp.Window))
    check_window(found)
    if found:
        windows[name] = tree
        return
    if aggregates(tree):
        raise NotCarried("a field is about one row, and this is an aggregate; make it a metric.", "aggregate_field")
    text = to_duckdb(tree)
    if text != name:
        entry["expression"] = text


def _own(draft: Draft, column: exp.Column, dataset: str) -> exp.Expr:
    tree = draft.names.resolve(column, dataset)
    others = {one.table for one in tree.find_all(exp.Column) if one.table}
    if others:
        other = next(iter(others))
        finer = not draft.graph().reaches(dataset, other)
        why = "which has many rows for each" if finer else "which Tellwise reads in measures and filters only"
        raise NotCarried(f"it reads `{other}`, {why}.", "finer_grain" if finer else "other_dataset")
    return tree


def _sql(item: Item) -> exp.Expr:
    """The expression, in the first dialect that can be read."""
    value = item.raw("expression")
    if isinstance(value, str):
        return read_sql(value, "ansi")
    given = item.child("expression").items("dialects")
    by_dialect = {one.text("dialect", "ANSI_SQL").upper(): one for one in given}
    for dialect in DIALECTS:
        if dialect in by_dialect:
            others = [name for name in by_dialect if name != dialect]
            if others:
                what = f"{item.text('name')}: {', '.join(others)}"
                item.lost(what, f"only the {dialect} form of the expression is kept.", "dialect")
            return read_sql(by_dialect[dialect].text("expression"), DIALECTS[dialect])
    raise NotCarried(f"there is no SQL for it, only {', '.join(by_dialect) or 'nothing'}.", "dialect")


def _relationship(draft: Draft, item: Item) -> None:
    name = item.text("name")
    ends = {key: _known(draft, item.text(key)) for key in ("from", "to")}
    entry: Plain = {**ends, "from_columns": item.texts("from_columns"), "to_columns": item.texts("to_columns")}
    if ends["from"] in draft.bridges:
        entry["dedupe"] = True
    _only_key(draft, item, ends["to"], entry["to_columns"])
    draft.add_relationship(item, name, {**entry, **kept(item)})
    item.leave(f"relationship {name}", {"ai_context": "links have no words of their own in Tellwise."})


def _known(draft: Draft, name: str) -> str:
    if name.lower() not in draft.names.datasets:
        raise NotCarried(f"there is no dataset `{name}`.", "unknown_name")
    return draft.names.datasets[name.lower()]


def _only_key(draft: Draft, item: Item, dataset: str, columns: list[str]) -> None:
    """The columns that a link ends at are a key of the one side, since Ossie says that there is at most one row."""
    if columns and declared_key(draft.datasets[dataset], columns):
        why = f"is taken for a key of `{dataset}`, because a link ends there; checked against the data."
        item.assumed(f"{dataset}: {', '.join(columns)}", why, "key")


def _metric(draft: Draft, item: Item) -> None:
    name = item.text("name")
    about = {**described(item, name), **_context(item, name)}
    if item.text("datatype") == "Integer":
        about["format"] = "integer"
    elif item.text("datatype") in ("Decimal", "Float"):
        about["format"] = "decimal"
    definition = kept(item)
    tree = None if definition else replaced(_sql(item), lambda column: _in_metric(draft, column))
    if tree is None:
        draft.add_metric(item, name, {**about, **definition})
    elif tree.find(exp.Window) and not _aggregates_beside(tree):
        _as_field(draft, item, tree)
    else:
        add_formula(draft, item, Formula(name, tree, "", about))
    item.leave(f"metric {name}", _WHY)


def _aggregates_beside(tree: exp.Expr) -> bool:
    """Whether anything is aggregated outside of window functions."""
    if isinstance(tree, exp.Window):
        return False
    return isinstance(tree, exp.AggFunc) or any(_aggregates_beside(one) for one in tree.iter_expressions())


def _as_field(draft: Draft, item: Item, tree: exp.Expr) -> None:
    """A window function has a value for each row, so what the file calls a metric is a field of the rows' dataset."""
    name = item.text("name")
    check_window(list(tree.find_all(exp.Window)))
    home = home_of(draft, [tree])
    ours = draft.add_field(item, home, name, {**described(item, name), **_context(item, name)})
    with_windows(draft, item, home, {ours: local(tree, home)})
    why = f"has a value for each row, so it is the field `{home}.{ours}` here."
    item.changed(f"metric {name}", why, "window_field")


def _in_metric(draft: Draft, column: exp.Column) -> exp.Expr:
    """A qualified name is a field, a bare one a metric, or a field of the only dataset there is."""
    if column.table and column.table.lower() in draft.names.datasets:
        dataset = draft.names.datasets[column.table.lower()]
        known = column.name.lower() in draft.names.fields.get(dataset, {})
        aggregated = column.find_ancestor(exp.AggFunc) is not None
        if not known and not aggregated and column.name.lower() in draft.names.metrics:
            return exp.column(draft.names.metrics[column.name.lower()])
        return draft.names.resolve(column, "")
    if not column.table and column.name.lower() not in draft.names.metrics and len(draft.datasets) == 1:
        return draft.names.resolve(column, next(iter(draft.datasets)))
    if column.table:
        raise NotCarried(f"there is no dataset `{column.table}`.", "unknown_name")
    return column
