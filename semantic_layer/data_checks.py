"""What a model claims of the data, as SQL that a caller runs: keys are unique, links find their row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.errors import UnsafeQuery
from semantic_layer.expansion import field_tree
from semantic_layer.expressions import bind, parse_expression
from semantic_layer.model import Bridge, Dataset, Relationship, SemanticLayer
from semantic_layer.query import SemanticQuery
from semantic_layer.resolution import asked_metrics, footprints, route_to


@dataclass(frozen=True)
class DataFault:
    """A claim of the model that the data does not keep; `rows` is how many break it."""

    check: str
    rows: int
    sentence: str
    severe: bool


def data_checks(layer: SemanticLayer) -> Mapping[str, str]:
    """SQL by name, each giving one number: `key:<dataset>:<columns>` repeats, `weights:<dataset>` of a bridge that do
    not add up, `orphans:<relationship>` lost links.

    A repeated key makes every answer over that dataset wrong; an orphan only lacks the attributes of what it points to.
    """
    found: dict[str, str] = {}
    for dataset in layer.datasets.values():
        for key in _keys(layer, dataset):
            primary = tuple(key) == dataset.primary_key
            found[f"key:{dataset.name}:{','.join(key)}"] = _repeated(dataset.source, key, primary=primary)
        if dataset.bridge:
            found[f"weights:{dataset.name}"] = _uneven(layer, dataset, dataset.bridge)
    for calendar in layer.calendars.values():
        found[f"days:{calendar.name}"] = _repeated(calendar.source, (calendar.day,), primary=True)
    for link in layer.relationships.values():
        found[f"orphans:{link.name}"] = _orphans(layer, link)
    return found


def data_faults(layer: SemanticLayer, results: Mapping[str, int]) -> tuple[DataFault, ...]:
    """What the results of `data_checks` tell, the severe ones first."""
    found = [_fault(layer, name, rows) for name, rows in results.items() if rows]
    return tuple(sorted(found, key=lambda fault: (not fault.severe, fault.check)))


def _fault(layer: SemanticLayer, name: str, rows: int) -> DataFault:
    kind, _, rest = name.partition(":")
    if kind == "key":
        dataset, _, columns = rest.partition(":")
        sentence = f"{rows} values of {columns} stand more than once in `{dataset}`, or are empty; it should be a key."
        return DataFault(name, rows, sentence, severe=True)
    if kind == "days":
        sentence = f"{rows} days of calendar `{rest}` stand more than once; each would count its rows again."
        return DataFault(name, rows, sentence, severe=True)
    if kind == "weights":
        sentence = f"{rows} weights of `{rest}` do not add up to 1; what is divided does not add up to the whole."
        return DataFault(name, rows, sentence, severe=True)
    link = layer.relationships[rest]
    sentence = (
        f"{rows} rows of `{link.from_}` point to a `{link.to}` that does not exist; they count, without attributes."
    )
    return DataFault(name, rows, sentence, severe=False)


def _keys(layer: SemanticLayer, dataset: Dataset) -> list[tuple[str, ...]]:
    """The declared keys, and whatever a relationship relies on."""
    relied = (link.to_columns for link in layer.relationships.values() if link.to == dataset.name)
    unique = {tuple(sorted(key)): key for key in (dataset.primary_key, *dataset.unique_keys, *relied) if key}
    return list(unique.values())


def _repeated(source: str, key: Sequence[str], primary: bool) -> str:
    """Number of key values that more than one row has; only a primary key must not be NULL."""
    groups = sql.selected([sql.column(name) for name in key], sql.table(source))
    groups.set("group", exp.Group(expressions=[sql.column(name) for name in key]))
    more = exp.GT(this=exp.Count(this=exp.Star(), big_int=True), expression=sql.integer(1))
    empty = [exp.Is(this=sql.column(name), expression=exp.Null()) for name in key]
    groups.set("having", exp.Having(this=sql.any_of([more, *empty]) if primary else more))
    if not primary:
        sql.filtered(groups, [sql.is_known(sql.column(name)) for name in key])
    return _counted(groups.subquery("repeated"))


def _uneven(layer: SemanticLayer, dataset: Dataset, bridge: Bridge) -> str:
    """Number of rows of the divided dataset whose weights do not add up to 1."""
    path = layer.graph.route(dataset.name, bridge.of)
    columns = path.links[0].from_columns if len(path.links) == 1 else ()
    keys = [sql.column(name, dataset.name) for name in columns]
    weight = bind(
        parse_expression(bridge.weight), lambda node: field_tree(layer, dataset.name, node.name, dataset.name)
    )
    total = exp.Abs(this=exp.Sub(this=exp.Sum(this=weight), expression=sql.integer(1)))
    groups = sql.selected([sql.integer(1)], sql.table(dataset.source, dataset.name))
    groups.set("group", exp.Group(expressions=keys))
    groups.set("having", exp.Having(this=exp.GT(this=total, expression=sql.literal(1e-6))))
    sql.filtered(groups, [sql.is_known(key.copy()) for key in keys])
    return _counted(groups.subquery("uneven"))


def _orphans(layer: SemanticLayer, link: Relationship) -> str:
    """Number of rows whose link is filled in but finds nothing."""
    near, far = "near_side", "far_side"
    pairs = list(zip(link.from_columns, link.to_columns, strict=True))
    match = sql.selected([sql.integer(1)], sql.table(layer.datasets[link.to].source, far))
    sql.filtered(
        match, [exp.EQ(this=sql.column(there, far), expression=sql.column(here, near)) for here, there in pairs]
    )
    filled = [exp.Not(this=exp.Is(this=sql.column(here, near), expression=exp.Null())) for here, _ in pairs]
    outer = sql.selected([_rows()], sql.table(layer.datasets[link.from_].source, near))
    sql.filtered(outer, [*filled, exp.Not(this=exp.Exists(this=match))])
    return outer.sql(dialect=sql.DIALECT)


def _counted(source: exp.Expr) -> str:
    return sql.selected([_rows()], source).sql(dialect=sql.DIALECT)


def _rows() -> exp.Expr:
    return sql.named(exp.Count(this=exp.Star(), big_int=True), "n")


def orphan_checks(layer: SemanticLayer, query: SemanticQuery) -> Mapping[str, str]:
    """The orphan checks of `data_checks` on whose links the answer to `query` rests, for a caveat with the count."""
    links: dict[str, Relationship] = {}
    filters = [part for one in query.filters for part in one.alternatives]
    rows = [row for one in filters for row in one.where]
    refs = [(one.field, one.via) for one in (*query.group_by, *filters, *rows) if "." in one.field]
    filtered = (one.field for one in filters if one.field in layer.metrics)
    names = dict.fromkeys((*asked_metrics(layer, query), *filtered))
    for fact in dict.fromkeys(found.fact for name in names for found in footprints(layer, name)):
        wanted = [*refs, (f"{query.entity}.", "")] if query.entity else refs
        for ref, via in wanted:
            links.update((link.name, link) for link in _links(layer, fact, ref, via))
    return {f"orphans:{name}": _orphans(layer, link) for name, link in links.items()}


def _links(layer: SemanticLayer, fact: str, ref: str, via: str) -> tuple[Relationship, ...]:
    try:
        return route_to(layer, fact, ref, via).links
    except UnsafeQuery:
        return ()
