"""Comparisons with an average: of a field over the rows of its dataset, of a metric over the groups of the result;
and with the value of another span."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.conditions import condition
from semantic_layer.compiler.draft import Draft, Scope
from semantic_layer.compiler.formulas import evaluated
from semantic_layer.compiler.metrics import before_name
from semantic_layer.compiler.source import Source
from semantic_layer.query import Filter
from semantic_layer.query_rules import adds_up

_SIGNS: dict[str, type[exp.Binary]] = {"gt": exp.GT, "ge": exp.GTE, "lt": exp.LT, "le": exp.LTE}
_AVERAGE = "average"


def beside_field(draft: Draft, tree: exp.Expr, one: Filter) -> exp.Expr:
    """A field of a row against its mean over the rows of its dataset, all of them or those that `where` tells."""
    dataset = one.field.partition(".")[0]
    source = Source(draft, dataset)
    kept = [
        condition(source.field(row.field), row, draft.layer.fields[row.field].kind, draft.as_of) for row in one.where
    ]
    select = source.select([sql.named(exp.Avg(this=source.field(one.field)), _AVERAGE)])
    sql.filtered(select, kept)
    name = draft.add(f"{one.field.rpartition('.')[2]}_average", select)
    if not one.where:
        draft.notes[f"The average is that of all {draft.layer.datasets[dataset].title.lower()}."] = None
    return _compared(tree, one, name)


def beside_metric(draft: Draft, scope: Scope, tree: exp.Expr, one: Filter) -> exp.Expr:
    """A metric of a group against its mean over the groups when it adds up, else against its value over all."""
    known = replace(scope, spine=False, top=None)
    title = draft.layer.metrics[one.field].title.lower()
    if adds_up(draft.layer, one.field):
        frame = evaluated(draft, known, (one.field,), f"{one.field}_of_each")
        value: exp.Expr = exp.Avg(this=frame.leaves[one.field].copy())
        draft.notes[f"The average is the mean of {title} over the groups that have any."] = None
    else:
        frame = evaluated(draft, replace(known, keys=()), (one.field,), f"{one.field}_of_all")
        value = frame.leaves[one.field].copy()
        draft.notes[f"The average is {title} over all together."] = None
    select = frame.source.copy()
    select.set("expressions", [sql.named(value, _AVERAGE)])
    own = [sql.is_known(key.copy()) for key in frame.keys.values()]
    if adds_up(draft.layer, one.field):
        sql.filtered(select, own)
    return _compared(tree, one, draft.add(f"{one.field}_average", select))


def beside_previous(draft: Draft, tree: exp.Expr, one: Filter) -> exp.Expr:
    """A metric against its value in the other span, or so many times that; where it adds up, nothing is 0.

    Of nothing there is no multiple: what the other span has none of did not grow by a tenth.
    """
    before = draft.frame.leaves[before_name(one.field)].copy()
    if adds_up(draft.layer, one.field):
        tree, before = sql.or_zero(tree), before if one.values else sql.or_zero(before)
    for factor in one.values:
        before = exp.Mul(this=_none_of_nothing(before), expression=sql.literal(factor))
    return _SIGNS[one.op](this=sql.bracketed(tree), expression=sql.bracketed(before))


def _none_of_nothing(tree: exp.Expr) -> exp.Expr:
    return exp.Nullif(this=tree, expression=sql.integer(0))


def _compared(tree: exp.Expr, one: Filter, name: str) -> exp.Expr:
    average = sql.selected([sql.column(_AVERAGE, name)], sql.table(name))
    return _SIGNS[one.op](this=sql.bracketed(tree), expression=exp.Subquery(this=average))
