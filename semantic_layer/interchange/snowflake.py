"""A semantic model of Snowflake (Cortex Analyst, semantic views) as YAML to our model."""

from __future__ import annotations

import re

from sqlglot import exp

from semantic_layer.interchange.draft import Draft, VerifiedQuery, described, words
from semantic_layer.interchange.formulas import Formula, add_formula, check_window
from semantic_layer.interchange.items import Item, Plain, attempt
from semantic_layer.interchange.measures import Call, measure_entry
from semantic_layer.interchange.naming import NotCarried, clean_name
from semantic_layer.interchange.sqltext import aggregates, read_query, read_sql, replaced, to_duckdb
from semantic_layer.interchange.tables import declared_key, is_time, set_times, table_of, with_windows

_DIALECT = "snowflake"
_KINDS = ("dimensions", "time_dimensions", "facts", "measures", "filters")
_NUMBERS = ("NUMBER", "INT", "DECIMAL", "NUMERIC", "FLOAT", "DOUBLE", "REAL", "BIGINT", "SMALLINT")
_DEFAULTS = {
    "sum": "sum",
    "avg": "average",
    "average": "average",
    "min": "min",
    "max": "max",
    "median": "median",
    "count": "count",
    "count_distinct": "count_distinct",
}
_WHY = {
    "cortex_search_service": "Tellwise looks values up in the data itself.",
    "cortex_search_service_name": "Tellwise looks values up in the data itself.",
    "is_enum": "Tellwise looks all values up in the data itself.",
    "tags": "tags have no meaning for Tellwise.",
    "labels": "labels have no meaning for Tellwise.",
    "join_type": "Tellwise keeps every row of the many side and joins what it finds.",
    "relationship_type": "a relationship is many to one here; one to one is a case of it.",
}
_UNSAID = ("many_to_one", "left_outer", "one_to_one")


def read_snowflake(draft: Draft, roots: list[Item]) -> None:
    """Take in the tables, relationships, metrics and verified queries of semantic model files."""
    for root in roots:
        draft.name = clean_name(root.text("name") or draft.name)
        _header(draft, root)
        for item in root.items("tables"):
            attempt(item, f"table {item.text('name')}", lambda item=item: _table(draft, item))
        for item in root.items("relationships"):
            attempt(item, f"relationship {item.text('name')}", lambda item=item: _relationship(draft, item))
        for item in Item(root.document, (), root.data, root.remarks).items("tables"):
            attempt(item, f"table {item.text('name')}", lambda item=item: _contents(draft, item))
        for item in root.items("metrics"):
            attempt(item, f"metric {item.text('name')}", lambda item=item: _metric(draft, item, ""))
        for item in root.items("verified_queries"):
            attempt(item, f"verified query {item.text('name')}", lambda item=item: _verified(draft, item))
        set_times(draft)
        root.leave("model", _WHY)


def _header(draft: Draft, root: Item) -> None:
    if text := root.text("description"):
        draft.header["description"] = text
    modules = root.child("module_custom_instructions")
    told = [root.text("custom_instructions"), *(modules.text(key) for key in modules.data)]
    draft.header.update(words([], "\n".join(one for one in told if one)))


def _table(draft: Draft, item: Item) -> None:
    """The table and the names of its fields; their SQL is read when all names are known."""
    name = item.text("name")
    entry: Plain = {"source": _source(draft, item), **described(item, name), **words(item.texts("synonyms"))}
    primary = [one.lower() for one in item.child("primary_key").texts("columns")]
    if primary:
        entry["primary_key"] = primary
    dataset = draft.add_dataset(item, name, entry)
    for kind in _KINDS:
        for one in item.items(kind):
            attempt(one, f"{name}.{one.text('name')}", lambda one=one, kind=kind: _declare(draft, one, dataset, kind))


def _source(draft: Draft, item: Item) -> str:
    table = item.child("base_table")
    if table.has("definition") or item.has("definition"):
        query = read_query(table.text("definition") or item.text("definition"), _DIALECT)
        return draft.add_view(item, item.text("name"), query, "it stands on a SELECT instead of a table.")
    names = [table.text(key) for key in ("database", "schema", "table")]
    if not names[-1]:
        raise NotCarried("`base_table` names no `table`.", "shape")
    return table_of(draft, item, ".".join(one for one in names if one), _DIALECT)


def _declare(draft: Draft, item: Item, dataset: str, kind: str) -> None:
    name, text = item.text("name"), item.text("expr")
    if kind == "measures" and _is_aggregate(text):
        return
    entry: Plain = {**_type(item, kind), **described(item, name), **words(item.texts("synonyms"))}
    if samples := item.texts("sample_values"):
        entry["sample_values"] = samples
    if item.text("access_modifier").lower() == "private_access":
        entry["hidden"] = True
    draft.add_field(item, dataset, name, entry)
    if text and text.lower() != clean_name(name):
        draft.names.mark_computed(dataset, name)
        if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE):  # it reads the column of its own name
            draft.names.columns[dataset].add(name.lower())


def _is_aggregate(text: str) -> bool:
    try:
        return bool(aggregates(read_sql(text, _DIALECT))) if text else False
    except NotCarried:
        return False


def _type(item: Item, kind: str) -> Plain:
    if kind == "filters":
        return {"type": "boolean"}
    said = item.text("data_type").upper()
    if kind == "time_dimensions":
        if said and not is_time(said):
            item.changed(item.text("name"), f"a time of type {said} is a plain value here.", "time_type")
            return {"type": "number"} if said.startswith(_NUMBERS) else {}
        return {"type": "time"}
    if kind in ("facts", "measures") or said.startswith(_NUMBERS):
        return {"type": "number"}
    return {"type": "boolean"} if said == "BOOLEAN" else {"type": "time"} if is_time(said) else {}


def _contents(draft: Draft, item: Item) -> None:
    """The SQL of the table's fields, its metrics, and what nobody has read."""
    name = item.text("name")
    dataset = draft.names.datasets.get(name.lower(), "")
    if not dataset:
        return
    windows: dict[str, exp.Expr] = {}
    for kind in _KINDS:
        for one in item.items(kind):
            _attempt_field(draft, one, dataset, (name, kind), windows)
    if windows:
        with_windows(draft, item, dataset, windows)
    for one in item.items("metrics"):
        attempt(one, f"metric {name}.{one.text('name')}", lambda one=one: _metric(draft, one, dataset))
    ignored = ("description", "synonyms", "base_table", "primary_key", "definition")
    item.leave(f"table {name}", _WHY, ignored)


def _attempt_field(
    draft: Draft, item: Item, dataset: str, place: tuple[str, str], windows: dict[str, exp.Expr]
) -> None:
    name = clean_name(item.text("name"))
    try:
        _field(draft, item, dataset, place[1], windows)
    except NotCarried as error:
        fields: list[Plain] = draft.datasets[dataset]["fields"]
        draft.datasets[dataset]["fields"] = [one for one in fields if one["name"] != name]
        item.lost(f"{place[0]}.{item.text('name')}", str(error), error.code)
    ignored = ("description", "synonyms", "data_type", "sample_values", "access_modifier")
    item.leave(f"{place[0]}.{item.text('name')}", _WHY, ignored)


def _field(draft: Draft, item: Item, dataset: str, kind: str, windows: dict[str, exp.Expr]) -> None:
    name, text = item.text("name"), item.text("expr") or item.text("name")
    if kind == "measures" and _is_aggregate(text):
        _metric(draft, item, dataset)
        return
    entry = draft.field(dataset, clean_name(name))
    if entry is None:
        raise NotCarried("its name is given twice.", "name_collision")
    tree = replaced(read_sql(text, _DIALECT), lambda column: _own(draft, column, dataset, name))
    if aggregates(tree) and not tree.find(exp.Window):
        raise NotCarried("a field is about one row, and this is an aggregate; make it a metric.", "aggregate_field")
    found = list(tree.find_all(exp.Window))
    check_window(found)
    if found:
        windows[entry["name"]] = tree
    elif to_duckdb(tree).lower() != entry["name"]:
        entry["expression"] = to_duckdb(tree)
    if item.flag("unique") and isinstance(tree, exp.Column):
        declared_key(draft.datasets[dataset], [tree.name.lower()])
    if kind == "measures":
        _default(draft, item, dataset, tree)


def _own(draft: Draft, column: exp.Column, dataset: str, own: str) -> exp.Expr:
    """A name in the SQL of a field: its own column, or another field of the table."""
    if column.name.lower() == own.lower() and not column.table:
        return exp.column(column.this.copy())
    tree = draft.names.resolve(column, dataset, "unsure")
    if any(one.table for one in tree.find_all(exp.Column)):
        raise NotCarried("it reads another table, which Tellwise does in measures and filters only.", "other_dataset")
    return tree


def _default(draft: Draft, item: Item, dataset: str, tree: exp.Expr) -> None:
    """The older form: a measure is a fact with the aggregation that it usually has."""
    agg = item.text("default_aggregation").lower()
    if not agg:
        return
    if agg not in _DEFAULTS:
        raise NotCarried(f"`{agg}` is not an aggregation that Tellwise computes.", "aggregate")
    entry = measure_entry(Call(_DEFAULTS[agg], tree), dataset)
    about = {**described(item, item.text("name")), **words(item.texts("synonyms"))}
    ref = draft.add_measure(item, dataset, item.text("name"), entry)
    draft.add_metric(item, item.text("name"), {"measure": ref, **about})


def _metric(draft: Draft, item: Item, dataset: str) -> None:
    name = item.text("name")
    if item.has("using_relationships"):
        raise NotCarried("it chooses a relationship; in Tellwise a query does, with `via`.", "using_relationships")
    tree = replaced(read_sql(item.text("expr"), _DIALECT), lambda column: _in_metric(draft, column, dataset))
    about = {**described(item, name), **words(item.texts("synonyms"))}
    if item.text("access_modifier").lower() == "private_access":
        about["hidden"] = True
    made = add_formula(draft, item, Formula(name, tree, dataset, about))
    _level(draft, item, made)
    item.leave(f"metric {name}", _WHY, ("data_type", "default_aggregation", "sample_values"))


def _in_metric(draft: Draft, column: exp.Column, dataset: str) -> exp.Expr:
    """A name in a metric: a fact or column of its table, one of another table, or another metric."""
    home = draft.names.datasets.get(column.table.lower(), dataset) if column.table else dataset
    known = column.name.lower() in draft.names.fields.get(home, {})
    if not known and column.find_ancestor(exp.AggFunc) is None and column.name.lower() in draft.names.metrics:
        return exp.column(draft.names.metrics[column.name.lower()])
    return draft.names.resolve(column, dataset, "unsure") if column.table or dataset else column


def _level(draft: Draft, item: Item, metric: str) -> None:
    """What may not be summed over a time dimension is a level: only the last (or first) rows count."""
    given = item.items("non_additive_dimensions")
    if not given:
        return
    entry = draft.metrics[metric]
    dataset, _, measure = entry.get("measure", "").partition(".")
    time = clean_name(given[0].text("dimension"))
    found = draft.field(dataset, time)
    if len(given) > 1 or not dataset or found is None or found.get("type") != "time":
        draft.metrics.pop(metric)
        raise NotCarried("only a plain metric can be a level, over one time of its own table.", "non_additive")
    take = "first" if given[0].text("sort_direction").lower().startswith("desc") else "last"
    old = next(one for one in draft.datasets[dataset]["measures"] if one["name"] == measure)
    level = {key: value for key, value in old.items() if key != "name"}
    level["non_additive"] = {"time": time, "take": take}
    entry["measure"] = draft.add_measure(item, dataset, f"{measure}_level", level)
    given[0].leave(f"metric {metric}: non_additive_dimensions", _WHY, ("table", "nulls_position"))
    item.changed(f"metric {metric}", f"the {take} day is the same for all groups of an answer.", "non_additive")


def _relationship(draft: Draft, item: Item) -> None:
    name = item.text("name")
    pairs = item.items("relationship_columns")
    ends = [draft.names.datasets.get(item.text(key).lower(), "") for key in ("left_table", "right_table")]
    if not all(ends):
        raise NotCarried("one of its tables was not carried over.", "unknown_name")
    columns = [[one.text(key).lower() for one in pairs] for key in ("left_column", "right_column")]
    if any(set(one.data) - {"left_column", "right_column"} for one in pairs):
        raise NotCarried("only equal columns can link tables.", "link")
    kind = item.text("relationship_type").lower()
    if kind and kind not in _UNSAID:
        raise NotCarried(f"a relationship is many to one, not `{kind}`.", "link")
    join = item.text("join_type").lower()
    if join and join not in _UNSAID:
        item.lost(f"relationship {name}: join_type {join}", _WHY["join_type"], "key", "join_type")
    entry: Plain = {"from": ends[0], "to": ends[1], "from_columns": columns[0], "to_columns": columns[1]}
    if declared_key(draft.datasets[ends[1]], columns[1]):
        why = f"is taken for a key of `{ends[1]}`, because a link ends there; checked against the data."
        item.assumed(f"{ends[1]}: {', '.join(columns[1])}", why, "key")
    draft.add_relationship(item, name, entry)
    item.leave(f"relationship {name}", _WHY)


def _verified(draft: Draft, item: Item) -> None:
    """A question with its SQL; the SQL is read and written anew, so that nothing but one SELECT comes through."""
    query = read_query(item.text("sql"), _DIALECT)
    for table in query.find_all(exp.Table):
        known = draft.names.datasets.get(table.name.lower().removeprefix("__"))
        if known:
            table.set("this", exp.to_identifier(str(draft.datasets[known]["source"])))
    sql = query.sql("duckdb")
    draft.verified.append(
        VerifiedQuery(item.text("name"), item.text("question"), sql, item.text("verified_by"), item.text("verified_at"))
    )
    item.leave(f"verified query {item.text('name')}", _WHY, ("use_as_onboarding_question",))
