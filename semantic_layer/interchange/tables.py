"""Which table of the warehouse a dataset of another model stands on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.interchange.draft import Draft
from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.naming import NotCarried, clean_name
from semantic_layer.interchange.report import Remark
from semantic_layer.interchange.sqltext import read_query, read_sql, replaced

_MOST_FIELDS = 20  # computed from each other
_TIMES = ("DATE", "TIMESTAMP", "DATETIME")


def table_of(draft: Draft, item: Item, text: str, dialect: str = "") -> str:
    """The table that `text` names (`database.schema.table`, quoted or not), or a view for the SELECT that it is.

    A table is known by its last name here, unless the warehouse knows a longer one.
    """
    if re.match(r"\s*\(?\s*(select|with)\b", text, re.IGNORECASE):
        query = read_query(text, dialect)
        return draft.add_view(item, item.text("name") or "view", query, "it stands on a SELECT instead of a table.")
    names = [part.strip().strip('"`[]') for part in text.split(".")]
    if not all(names) or len(names) > 4:
        raise NotCarried(f"`{text}` is no name of a table.", "table")
    known = {table.lower(): table for table in draft.schema}
    for start in range(len(names)):
        found = known.get(".".join(names[start:]).lower())
        if found:
            break
    else:
        found = names[-1]
    if found.lower() != text.lower():
        item.changed(f"table {text}", f"is looked up as `{found}` in the warehouse.", "table")
    return found


def is_time(kind: str) -> bool:
    """Whether a type of a column is a date or a moment."""
    return kind.upper().startswith(_TIMES)


def with_windows(draft: Draft, item: Item, dataset: str, windows: dict[str, exp.Expr]) -> None:
    """Let the dataset stand on a view that adds the window functions as columns.

    A window over another one is reported and left out.
    """
    entry = draft.datasets[dataset]
    source = exp.to_table(entry["source"])
    columns: list[exp.Expr] = []
    for name, tree in windows.items():
        try:
            columns.append(exp.alias_(_over_columns(draft, dataset, tree, windows), name))
        except NotCarried as error:
            entry["fields"] = [one for one in entry["fields"] if one["name"] != name]
            item.lost(f"field {dataset}.{name}", str(error), error.code)
    if not columns:
        return
    query = exp.select(exp.Star(), *columns).from_(source)
    why = f"fields of `{dataset}` are window functions, which a column must hold."
    entry["source"] = draft.add_view(item, f"{clean_name(dataset)}_windows", query, why)


def _over_columns(
    draft: Draft, dataset: str, tree: exp.Expr, windows: Mapping[str, exp.Expr], depth: int = 0
) -> exp.Expr:
    """The tree over the table's own columns: in a view there are no fields yet."""
    if depth > _MOST_FIELDS:
        raise NotCarried("its fields are computed from each other without end.", "circle")

    def column(one: exp.Column) -> exp.Expr:
        if one.name in windows:
            raise NotCarried(f"it stands on `{one.name}`, which is a window function itself.", "nested_window")
        text = (draft.field(dataset, one.name) or {}).get("expression")
        if not text:
            return one.copy()
        inner = read_sql(str(text), "duckdb")
        if one.name in {other.name for other in inner.find_all(exp.Column)}:
            return inner  # a field's own name is the column
        return _over_columns(draft, dataset, inner, windows, depth + 1)

    return replaced(tree, column)


def set_times(draft: Draft) -> None:
    """Give every dataset without a `time` the one time field it has, or the one of the only calendar it links to."""
    times = {
        name: [one["name"] for one in entry["fields"] if one.get("type") == "time" and not one.get("hidden")]
        for name, entry in draft.datasets.items()
    }
    graph = draft.graph()
    for name, entry in draft.datasets.items():
        if entry.get("time") or not entry["measures"] or name in draft.own:
            continue
        linked = [one for one in times if one != name and times[one] and len(graph.walks(name, one)) == 1]
        elsewhere = [f"{linked[0]}.{one}" for one in times[linked[0]]] if len(linked) == 1 else []
        found = times[name] or elsewhere
        if len(found) == 1:
            entry["time"] = found[0]
            _assume(draft, name, f"its measures are taken by `{found[0]}`, the only time within reach.", "time")
        elif times[name] or linked:
            why = "it has several times, and the file does not say which counts; set `time:` to ask it by period."
            _assume(draft, name, why, "no_time")


def _assume(draft: Draft, dataset: str, why: str, code: str) -> None:
    origin = draft.origins["datasets", dataset]
    draft.remarks.append(Remark("assumed", f"dataset {dataset}", why, origin.file, origin.line, code))


def declared_key(entry: Plain, columns: list[str]) -> bool:
    """Make the columns a key of the dataset; False when they are one already."""
    keys = [entry.get("primary_key", []), *entry.get("unique_keys", [])]
    if frozenset(one.lower() for one in columns) in {frozenset(one.lower() for one in key) for key in keys}:
        return False
    if entry.get("primary_key"):
        entry.setdefault("unique_keys", []).append(columns)
    else:
        entry["primary_key"] = columns
    return True
