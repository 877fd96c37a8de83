"""Our model as an Apache Ossie document, with a list of what Ossie has no place for.

What Ossie lacks goes into an extension of its own (`custom_extensions`, vendor TELLWISE), which other tools pass over
and Tellwise reads back; without extensions it is lost, and listed as that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from pydantic import BaseModel

from semantic_layer.expressions import parse_expression
from semantic_layer.interchange.naming import NotCarried
from semantic_layer.interchange.ossie_extension import VENDOR, expression_text
from semantic_layer.interchange.ossie_formulas import formula_tree
from semantic_layer.interchange.report import Remark, in_order
from semantic_layer.interchange.sqltext import read_sql, to_duckdb
from semantic_layer.interchange.tables import is_time
from semantic_layer.model import Dataset, Dimension, Metric, Relationship, SemanticLayer

Plain = dict[str, Any]
VERSION = "0.2.0.dev0"
_DIALECT = "ANSI_SQL"
_DATASET = ("name", "source", "primary_key", "unique_keys", "description", "ai_context", "fields")
_FIELD = ("name", "description", "ai_context", "expression", "type")
_LINK = ("name", "from", "to", "from_columns", "to_columns")
_METRIC = ("name", "description", "ai_context")
_ROOT = ("name", "description", "ai_context", "datasets", "relationships", "metrics", "version", "extends")
_FORMULA = {"type", "measure", "filter", "numerator", "denominator", "expression"}
_SECTIONS = ("segments", "calendars")
_NUMBERS = {"INTEGER": "Integer", "BIGINT": "Integer", "DECIMAL": "Decimal", "DOUBLE": "Float", "FLOAT": "Float"}


@dataclass(frozen=True)
class Exported:
    """The document as YAML, and what other tools will not find in it."""

    text: str
    remarks: tuple[Remark, ...]


@dataclass
class _Writer:
    layer: SemanticLayer
    extensions: bool
    remarks: list[Remark]

    def beyond(self, plain: Plain, place: str, known: tuple[str, ...], of: str = "") -> Plain:
        """The key `custom_extensions` with what Ossie has no place for; without extensions it is listed as lost."""
        rest = {key: value for key, value in plain.items() if key not in known}
        for key in rest:
            if key != "expression":
                self.note(f"{place}.{key}", "Ossie has no place for it.")
        if not rest or not self.extensions:
            return {}
        return {"custom_extensions": [self.extension({"definition": rest, **({"of": of} if of else {})})]}

    def extension(self, data: Plain) -> Plain:
        """One entry of `custom_extensions`, whose data is text."""
        return {"vendor_name": VENDOR, "data": json.dumps(data, ensure_ascii=False)}

    def note(self, place: str, why: str) -> None:
        """List something that other tools will not find."""
        told = f"{why} It is kept in the extension of Tellwise." if self.extensions else why
        kind: Literal["lost", "changed"] = "changed" if self.extensions else "lost"
        self.remarks.append(Remark(kind, place, told, code="no_place", place=place))


def export_ossie(
    layer: SemanticLayer, *, extensions: bool = True, root: Literal["model", "list"] = "model"
) -> Exported:
    """The active definitions of the layer as one Ossie document.

    `root` chooses between one model as the document (since July 2026) and a list under `semantic_model` (before). The
    SQL is standard SQL; what cannot be said in it is listed.
    """
    writer = _Writer(layer, extensions, [])
    model = _model(writer)
    document: Plain = {"version": VERSION}
    document.update(model if root == "model" else {"semantic_model": [model]})
    return Exported(_yaml(document), in_order(writer.remarks))


def _model(writer: _Writer) -> Plain:
    definitions = writer.layer.definitions
    plain = plain_of(definitions)
    found: Plain = {key: plain[key] for key in ("name", "description", "ai_context") if key in plain}
    found.setdefault("name", definitions.name)
    found["datasets"] = [_dataset(writer, one) for one in definitions.datasets]
    links = [_relationship(writer, one) for one in definitions.relationships]
    if links:
        found["relationships"] = links
    metrics, unsaid = _metrics(writer)
    if metrics:
        found["metrics"] = metrics
    found.update(writer.beyond(plain, "model", (*_ROOT, *_SECTIONS)))
    for section in _SECTIONS:
        for one in plain.get(section, []):
            writer.note(f"{section}.{one['name']}", "Ossie has no place for it.")
    rest = {key: value for key, value in plain.items() if key not in _ROOT}
    if unsaid:
        rest["metrics"] = unsaid
    if rest and writer.extensions:
        found["custom_extensions"] = [writer.extension({"definition": rest})]
    return found


def plain_of(node: BaseModel) -> Plain:
    """The entry as its YAML would hold it, without what is as usual."""
    return node.model_dump(by_alias=True, exclude_defaults=True, mode="json")


def _dataset(writer: _Writer, dataset: Dataset) -> Plain:
    plain, place = plain_of(dataset), f"datasets.{dataset.name}"
    found: Plain = {key: plain[key] for key in _DATASET if key in plain and key != "fields"}
    fields = [_field(writer, dataset, one) for one in dataset.fields]
    if fields:
        found["fields"] = fields
    return {**found, **writer.beyond(plain, place, _DATASET)}


def _field(writer: _Writer, dataset: Dataset, one: Dimension) -> Plain:
    plain, place = plain_of(one), f"datasets.{dataset.name}.fields.{one.name}"
    text = parse_expression(one.sql).sql()
    expression = _expression(text)
    found: Plain = {"name": one.name, "expression": expression}
    found.update({key: plain[key] for key in ("description", "ai_context") if key in plain})
    if one.kind != "number":
        found["dimension"] = {"is_time": one.kind == "time"}
    kind = _datatype(writer.layer, dataset, one)
    if kind:
        found["datatype"] = kind
    said = {"type"} if kind or one.kind == "categorical" else set[str]()
    if to_duckdb(read_sql(text, "ansi")) == one.expression or not one.expression:
        said.add("expression")
    else:
        why = "the SQL is another in the standard; it means the same."
        writer.remarks.append(Remark("changed", f"{place}.expression", why, code="sql", place=f"{place}.expression"))
    known = tuple(key for key in _FIELD if key not in ("type", "expression") or key in said)
    if not writer.extensions:
        known = (*known, "expression")
    return {**found, **writer.beyond(plain, place, known, expression_text(expression))}


def _datatype(layer: SemanticLayer, dataset: Dataset, one: Dimension) -> str:
    """Ossie's type of the field, where the table is known or the model says enough."""
    if one.kind == "boolean":
        return "Boolean"
    kind = layer.schema.get(dataset.source.lower(), {}).get(one.sql.lower(), "").upper()
    if one.kind == "time" and is_time(kind):
        return "Date" if kind == "DATE" else "DateTimeTz" if "ZONE" in kind else "DateTime"
    return _NUMBERS.get(kind.partition("(")[0], "") if one.kind == "number" else ""


def _relationship(writer: _Writer, link: Relationship) -> Plain:
    plain = plain_of(link)
    found = {key: plain[key] for key in _LINK}
    return {**found, **writer.beyond(plain, f"relationships.{link.name}", _LINK)}


def _metrics(writer: _Writer) -> tuple[list[Plain], list[Plain]]:
    """The metrics that have a formula, and the others as they stand."""
    said: list[Plain] = []
    unsaid: list[Plain] = []
    for metric in writer.layer.definitions.metrics:
        try:
            said.append(_metric(writer, metric))
        except NotCarried as error:
            writer.note(f"metrics.{metric.name}", str(error))
            unsaid.append(plain_of(metric))
    if said and unsaid:
        writer.remarks.append(Remark("changed", "metrics", "those without a formula come last.", place="metrics"))
    return said, unsaid


def _metric(writer: _Writer, metric: Metric) -> Plain:
    expression = _expression(formula_tree(writer.layer, metric).sql())
    plain = plain_of(metric)
    found: Plain = {"name": metric.name, "expression": expression}
    found.update({key: plain[key] for key in ("description", "ai_context") if key in plain})
    if metric.format == "integer":
        found["datatype"] = "Integer"
    place = f"metrics.{metric.name}"
    if not writer.extensions:
        for key in _FORMULA & plain.keys():
            why = "it is one formula in Ossie, made into measures and metrics anew by who reads it."
            writer.remarks.append(Remark("changed", f"{place}.{key}", why, code="sql", place=f"{place}.{key}"))
        plain = {key: value for key, value in plain.items() if key not in _FORMULA}
    before = len(writer.remarks)
    extension = writer.beyond(plain, place, _METRIC, expression_text(expression))
    said = {f"{place}.{key}" for key in _FORMULA}
    writer.remarks[before:] = [one for one in writer.remarks[before:] if one.place not in said]
    return {**found, **extension}


def _expression(text: str) -> Plain:
    return {"dialects": [{"dialect": _DIALECT, "expression": text}]}


def _yaml(document: Mapping[str, object]) -> str:
    return yaml.dump(dict(document), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=120)
