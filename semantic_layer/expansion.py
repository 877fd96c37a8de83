"""Fields as SQL over the columns of their table."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.expressions import bind, columns, parse_expression
from semantic_layer.model import SemanticLayer


def field_tree(layer: SemanticLayer, dataset: str, name: str, alias: str) -> exp.Expr:
    """SQL of a field (or plain column) of `dataset`, whose table is called `alias`.

    In a field's own SQL its own name is the physical column; another field's name is that field.
    """
    one = layer.fields.get(f"{dataset}.{name}")
    if one is None:
        return sql.column(name, alias)

    def inner(node: exp.Column) -> exp.Expr:
        if node.name == name:
            return sql.column(name, alias)
        return sql.bracketed(field_tree(layer, dataset, node.name, alias))

    return bind(parse_expression(one.sql), inner)


def columns_of(layer: SemanticLayer, dataset: str, text: str) -> frozenset[tuple[str, str]]:
    """The (dataset, column) pairs, in small letters, that SQL written for `dataset` reads, its links left aside."""
    found: set[tuple[str, str]] = set()
    for node in columns(parse_expression(text)) if text else ():
        qualifier = node.table or dataset
        link = layer.relationships.get(qualifier)
        owner = link.to if link and qualifier not in layer.datasets else qualifier
        tree = field_tree(layer, owner, node.name, owner)
        found.update((owner, column.name.lower()) for column in tree.find_all(exp.Column))
    return frozenset(found)
