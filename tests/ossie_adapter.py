"""Adapter between the compliance cases of the Ossie Foundation and Tellwise: a case in, rows or an error code out.

A case is a model, a query in the Foundation's own words, and rows or a code. The model goes through the importer, the
query becomes a `SemanticQuery`; what only the Foundation's query language can get wrong (an aggregate in `filters`) is
told here by its words, everything else by the importer's remarks and the compiler's codes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml
from sqlglot import exp, parse_one

from semantic_layer import Filter, GroupBy, OrderBy, QueryError, SemanticQuery, import_model, to_sql
from semantic_layer.interchange import Imported

AS_OF = date(2026, 1, 31)
_OPERATORS = {exp.EQ: "eq", exp.NEQ: "ne", exp.GT: "gt", exp.GTE: "ge", exp.LT: "lt", exp.LTE: "le"}
# our code of a refused query -> the Foundation's; both name several cases of "no way between the datasets"
_CODES = {
    "E_NO_PATH": ("E_NO_PATH", "E3012", "E3013"),
    "E_UNAGGREGATED_FINER_GRAIN_REFERENCE": ("E_UNAGGREGATED_FINER_GRAIN_REFERENCE",),
}
_LISTED = {"E_NO_PATH", "E_UNAGGREGATED_FINER_GRAIN_REFERENCE"}
# the importer's reason for leaving something out -> the Foundation's code when a query asks for it
_REMARKS = {
    "nested_aggregate": "E_NESTED_AGGREGATION_DEFERRED",
    "nested_window": "E_NESTED_WINDOW",
    "frame": "E_DEFERRED_FRAME_MODE",
    "finer_grain": "E_UNAGGREGATED_FINER_GRAIN_REFERENCE",
    "level": "E_WINDOWED_METRIC_COMPOSITION",
}


class Refused(Exception):
    """The case is refused with one of these codes."""

    def __init__(self, *codes: str):
        super().__init__(", ".join(codes))
        self.codes = codes


@dataclass(frozen=True)
class Case:
    """A folder with model.yaml, query.json, gold.sql and metadata.yaml."""

    path: Path

    @property
    def expected(self) -> str:
        """The code of the expected refusal; empty when rows are expected."""
        return str(self.metadata.get("expected_error_code") or "")

    @property
    def metadata(self) -> dict[str, Any]:
        return yaml.safe_load((self.path / "metadata.yaml").read_text(encoding="utf-8"))

    @property
    def query(self) -> dict[str, Any]:
        return json.loads((self.path / "query.json").read_text(encoding="utf-8"))

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The case's tables."""
        connection = duckdb.connect()
        data = self.path.parents[3] / "datasets" / self.metadata["dataset"] / "schema.sql"
        connection.execute(data.read_text(encoding="utf-8"))
        return connection


def problem(case: Case) -> str:
    """Why the case fails; empty when it passes."""
    connection = case.connect()
    try:
        rows = answer(case, connection)
    except Refused as refused:
        return "" if case.expected in refused.codes else f"refused with {refused}, expected {case.expected or 'rows'}"
    if case.expected:
        return f"answered, expected {case.expected}"
    gold = connection.execute((case.path / "gold.sql").read_text(encoding="utf-8")).fetchall()
    key = None if case.query.get("order_by") else repr
    ours, theirs = [_plain(row) for row in rows], [_plain(row) for row in gold]
    same = ours == theirs if key is None else sorted(ours, key=key) == sorted(theirs, key=key)
    return "" if same else f"rows {ours}, expected {theirs}"


def answer(case: Case, connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The rows of the case's query; raises Refused."""
    query = case.query
    _check_shape(query)
    schema: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    ).fetchall():
        schema.setdefault(table, {})[column] = kind
    model = import_model("ossie", case.path / "model.yaml", schema)
    _check_model(model)
    for view in model.views:
        connection.execute(f"CREATE VIEW {view.name} AS {view.sql}")
    try:
        asked = _listing(model, query) if "fields" in query else _aggregation(model, query)
        made = to_sql(model.layer, asked, as_of=AS_OF)
    except QueryError as error:
        found = "E_FAN_OUT_IN_SCALAR_QUERY" if "fields" in query and error.code in _LISTED else error.code
        raise Refused(*_CODES.get(found, (found,))) from error
    names = [column.name for column in made.columns]
    rows = connection.execute(made.sql).fetchall()
    shown = [names.index(one.partition(".")[2]) for one in query["fields"]] if "fields" in query else range(len(names))
    return [tuple(row[place] for place in shown) for row in rows]


def _check_shape(query: dict[str, Any]) -> None:
    if "fields" in query and (query.get("dimensions") or query.get("measures")):
        raise Refused("E_MIXED_QUERY_SHAPE")
    if "fields" in query and not query["fields"]:
        raise Refused("E_EMPTY_SCALAR_QUERY")


def _check_model(model: Imported) -> None:
    if any(one.code == "reserved" for one in model.remarks):
        raise Refused("E_RESERVED_NAME")
    if any("computed from itself" in one.why for one in model.remarks):
        raise Refused("E_FIELD_DEPENDENCY_CYCLE")


def _aggregation(model: Imported, query: dict[str, Any]) -> SemanticQuery:
    metrics = [one["metric"] for one in query.get("measures", ())]
    for one in metrics:
        _check_lost(model, f"metric {one}")
    having = [_condition(model, one, "having") for one in query.get("qualify", ())]
    return SemanticQuery(
        metrics=tuple(metrics),
        group_by=tuple(GroupBy(field=one) for one in query.get("dimensions", ())),
        filters=(*_filters(model, query), *having),
        order_by=_order(query),
        limit=query.get("limit"),
    )


def _listing(model: Imported, query: dict[str, Any]) -> SemanticQuery:
    for one in query["fields"]:
        if one in model.layer.metrics:
            raise Refused("E_AGGREGATE_IN_SCALAR_QUERY")
        _check_lost(model, f"field {one}")
        _check_lost(model, f"metric {one.partition('.')[2]}")
    fields = [one for one in query["fields"] if one in model.layer.fields]
    keys = model.layer.datasets[query["dataset"]].primary_key
    shown = [one for one in fields if one not in {f"{query['dataset']}.{key}" for key in keys}]
    return SemanticQuery(
        entity=query["dataset"],
        group_by=tuple(GroupBy(field=one) for one in shown),
        filters=_filters(model, query),
        order_by=tuple(one for one in _order(query) if one.by in shown),  # the key breaks ties, ascending, by itself
    )


def _check_lost(model: Imported, what: str) -> None:
    codes = {one.code for one in model.lost if one.what == what}
    found = [_REMARKS[one] for one in sorted(codes) if one in _REMARKS]
    if found:
        raise Refused(*found)


def _order(query: dict[str, Any]) -> tuple[OrderBy, ...]:
    keys = [(one.get("target") or one.get("field"), one.get("direction", "ASC")) for one in query.get("order_by", ())]
    return tuple(OrderBy(by=name, descending=way == "DESC") for name, way in keys)


def _filters(model: Imported, query: dict[str, Any]) -> tuple[Filter, ...]:
    return tuple(_condition(model, one, "where") for one in query.get("filters", ()))


def _condition(model: Imported, text: str, level: str) -> Filter:
    tree = parse_one(text)
    if tree.find(exp.Window):
        raise Refused("E_WINDOW_IN_WHERE")
    if level == "where" and tree.find(exp.AggFunc):
        raise Refused("E_AGGREGATE_IN_WHERE")
    if level == "having":
        outside = tree.copy()
        for one in list(outside.find_all(exp.AggFunc)):
            one.replace(exp.null())
        if outside.find(exp.Column):
            raise Refused("E_MIXED_PREDICATE_LEVEL" if tree.find(exp.AggFunc) else "E_NON_AGGREGATE_IN_HAVING")
    if isinstance(tree, exp.Column):
        return Filter(field=text, op="eq", values=(True,))
    if isinstance(tree, exp.Not) and isinstance(tree.this, exp.Is):
        return Filter(field=tree.this.this.sql(), op="not_null")
    right = tree.expression
    value = right.name if right.is_string else float(right.name)
    return Filter(field=tree.this.sql(), op=_OPERATORS[type(tree)], values=(value,))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        round(float(one), 9) if isinstance(one, float | int) or hasattr(one, "quantize") else one for one in row
    )
