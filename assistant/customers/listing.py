"""Lists of customers by rules: a typed query from a question or from single conditions, its rows, and as a file.

The query is kept, never the rows: a list is computed anew for whoever opens it, under their own rights.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TextIO

from assistant.answer import Answer, Outcome
from assistant.customers.reading import CUSTOMER, KEY, CustomerReader, Row
from assistant.customers.searching import SHOWN
from assistant.errors import AssistantError
from semantic_layer import Column, Compiled, Filter, QueryError, SemanticLayer, SemanticQuery, SimpleMetric, to_sql

PAGE, CHUNK = 50, 5_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
YES, NO = "yes", "no"
_NUMBER_OPS = ("ge", "gt", "le", "lt", "eq", "ne")
_VALUE_OPS = ("in", "not_in")


class NoList(AssistantError):
    """What was asked is no list of customers, or its conditions do not fit together; the text says why."""


@dataclass(frozen=True)
class CustomerList:
    """Some rows of a list of customers, how many there are in all, and what each column is called and holds."""

    query: SemanticQuery
    total: int
    columns: tuple[str, ...]
    metrics: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Condition:
    """Something that a list may be picked by: a field, segment or metric, what it is compared by, and known values."""

    name: str
    title: str
    kind: str
    ops: tuple[str, ...]
    values: tuple[str, ...] = ()


# --- a query


def customer_query(reader: CustomerReader, outcome: Outcome) -> SemanticQuery:
    """The list of customers that a question asks for; raises NoList when it asks for something else.

    A plain count of customers under conditions stands for the list of those who were counted; it is held against the
    count, so that a rule that says it in another way is not taken for the same.
    """
    if not isinstance(outcome, Answer):
        raise NoList(outcome.sentence)
    query = outcome.plan.query if outcome.plan else SemanticQuery()
    if query.entity == CUSTOMER:
        return query.model_copy(update={"group_by": ()})
    if not _counts_customers(reader.layer, query):
        raise NoList(f"This was read as “{outcome.interpretation.sentence}”, which is no list of customers.")
    found = SemanticQuery(entity=CUSTOMER, filters=tuple(_of_rows(one) for one in query.filters))
    if list_customers(reader, found, limit=0).total != outcome.result.rows[0][0]:
        raise NoList("The list does not hold as many customers as were counted. Say it in another way.")
    return found


def _counts_customers(layer: SemanticLayer, query: SemanticQuery) -> bool:
    """Whether it is one number: how many customers meet the conditions."""
    plain = SemanticQuery(metrics=query.metrics, filters=query.filters)
    if query != plain or len(query.metrics) != 1:
        return False
    metric = layer.metrics[query.metrics[0]]
    if not isinstance(metric, SimpleMetric) or metric.filter:
        return False
    dataset, _, name = metric.measure.partition(".")
    measure = next((one for one in layer.datasets[dataset].measures if one.name == name), None)
    return dataset == CUSTOMER and measure is not None and measure.agg == "count" and not measure.expression


def _of_rows(condition: Filter) -> Filter:
    """A condition on the customer of each row, as one on the rows of the list."""
    return condition.model_copy(update={"entity": ""}) if condition.entity == CUSTOMER else condition


# --- single conditions


def condition_choices(reader: CustomerReader, values: Mapping[str, Sequence[tuple[str, int]]]) -> tuple[Condition, ...]:
    """What a list may be picked by: segments, attributes of customers and metrics, each sorted by its title."""
    layer = reader.layer
    segments = (
        Condition(name, one.title, "segment", ("eq",), (YES, NO))
        for name, one in layer.segments.items()
        if one.entity == CUSTOMER and not one.hidden
    )
    fields = (_of_field(layer, name, values) for name in layer.fields if name.partition(".")[0].startswith(CUSTOMER))
    metrics = (
        Condition(name, one.title, "metric", _NUMBER_OPS)
        for name, one in layer.metrics.items()
        if isinstance(one, SimpleMetric) and not (one.hidden or one.implied)
    )
    groups: tuple[Iterator[Condition | None], ...] = (segments, fields, metrics)
    return tuple(one for group in groups for one in sorted(filter(None, group), key=lambda found: found.title))


def _of_field(layer: SemanticLayer, name: str, values: Mapping[str, Sequence[tuple[str, int]]]) -> Condition | None:
    field = layer.fields[name]
    if field.hidden or field.pii or field.implied:
        return None
    if field.kind == "number":
        return Condition(name, field.title, "number", _NUMBER_OPS)
    known = tuple(str(value) for value, _ in values.get(name, ()))
    return Condition(name, field.title, "values", _VALUE_OPS, known) if known else None


def with_condition(reader: CustomerReader, query: SemanticQuery, added: Filter) -> SemanticQuery:
    """The list narrowed by one more condition; raises NoList, saying why, when it cannot be computed."""
    found = query.model_copy(update={"filters": (*query.filters, added)})
    _compiled(reader, found)
    return found


def filter_of(condition: Condition, op: str, said: Sequence[str]) -> Filter:
    """The typed condition that a person made; raises NoList when values are missing or no numbers."""
    texts = [text.strip() for text in said if text.strip()]
    if op not in condition.ops or not texts:
        raise NoList(f"Say what {condition.title} should be.")
    if condition.kind == "segment":
        return Filter(field=condition.name, op="eq", values=(texts[0] == YES,))
    if condition.kind == "values":
        return Filter(field=condition.name, op="in" if op == "in" else "not_in", values=tuple(texts))
    return Filter.model_validate({"field": condition.name, "op": op, "values": (_number(texts[0]),)})


def _number(text: str) -> float:
    try:
        found = float(text.replace(" ", "").replace(",", "."))
    except ValueError as error:
        raise NoList(f"“{text}” is no number. Write it as 1500 or 12.5.") from error
    return int(found) if found.is_integer() else found


# --- rows


def list_customers(reader: CustomerReader, query: SemanticQuery, limit: int = PAGE, skip: int = 0) -> CustomerList:
    """A page of the list in its own order, with what may be told of each customer, and how many there are in all.

    Raises NoList when the conditions do not fit together or need what the viewer may not use.
    """
    compiled = _compiled(reader, query)
    total = int(reader.rows(f"SELECT count(*) AS n FROM ({compiled.sql}) AS picked")[0]["n"])
    metrics = tuple(column for column in compiled.columns if column.role == "metric")
    columns = tuple(name for name in SHOWN if name in reader.columns(CUSTOMER))
    page = CustomerList(query, total, columns, metrics, ())
    if not limit:
        return page
    sql = f"{_details(page, compiled)} LIMIT {limit:d} OFFSET {skip:d}"
    return replace(page, rows=tuple(reader.rows(sql)))


def _details(page: CustomerList, compiled: Compiled) -> str:
    shown = [f"c.{name}" for name in page.columns] + [f"picked.{one.name}" for one in page.metrics]
    joined = f"({compiled.sql}) AS picked JOIN {CUSTOMER} AS c ON c.{KEY} = picked.{KEY}"
    return f"SELECT {', '.join(shown)} FROM {joined} ORDER BY {', '.join(_order(page.query, compiled))}"


def _order(query: SemanticQuery, compiled: Compiled) -> Iterator[str]:
    """The list's own order, then the number, so that pages never overlap."""
    names = {column.ref: column.name for column in compiled.columns if column.role == "metric"}
    for order in query.order_by:
        if order.by in names and order.column == "value":
            yield f"picked.{names[order.by]} {'DESC' if order.descending else 'ASC'} NULLS LAST"
    yield f"picked.{KEY}"


def _compiled(reader: CustomerReader, query: SemanticQuery) -> Compiled:
    try:
        compiled = to_sql(reader.layer, query, as_of=reader.as_of)
    except QueryError as error:
        raise NoList(" ".join(fault.sentence for fault in error.faults)) from error
    if KEY not in {column.name for column in compiled.columns}:
        raise NoList("This is no list of customers.")
    return compiled


# --- a file


def write_csv(reader: CustomerReader, query: SemanticQuery, labels: Mapping[str, str], out: TextIO) -> int:
    """How many customers were written, all of the list; the head says `labels`, cells never start a formula."""
    page = list_customers(reader, query, CHUNK)
    names = [*page.columns, *(one.name for one in page.metrics)]
    titles = [labels.get(name, name) for name in page.columns] + [one.label or one.name for one in page.metrics]
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_inert(title) for title in titles])
    written = 0
    while page.rows:
        writer.writerows([_inert(row[name]) for name in names] for row in page.rows)
        written += len(page.rows)
        page = list_customers(reader, query, CHUNK, written) if written < page.total else replace(page, rows=())
    return written


def _inert(value: Any) -> Any:
    """A cell that no spreadsheet runs: text that looks like a formula gets an apostrophe in front."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
