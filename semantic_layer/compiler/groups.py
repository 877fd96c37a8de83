"""Groups taken together: how many of them there are, or the average or the median one."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Column, Draft
from semantic_layer.compiler.metrics import Shown, append
from semantic_layer.compiler.titles import inside, plural, thing
from semantic_layer.query import PerGroup
from semantic_layer.resolution import Key, is_metric_filter, keys

_SAID = {"average": "Average", "median": "Median"}
_EVEN_NONE = ("gt", "ge")
_MET = "is_met"


def over_groups(draft: Draft) -> None:
    """Replace the statement, a row for every value, by one that takes the values of each group together."""
    asked, per = draft.asked, draft.query.per_group
    if asked is None or per is None:
        return
    own = [key for key in draft.keys if key.ref in per.fields]
    known: list[exp.Expr] = [sql.is_known(draft.frame.keys[key.name].copy()) for key in own]
    met = sql.both(draft.conditions)
    if per.agg == "count" and met is not None:
        draft.statement.append("expressions", sql.named(met, _MET))
    sql.filtered(draft.statement, known if per.agg == "count" else [*known, *draft.conditions])
    values = draft.add("group_values", draft.statement)
    columns = {column.name: column for column in draft.columns}
    inner = {(key.ref, key.grain, key.via): key for key in draft.keys}
    draft.keys = keys(asked)
    draft.statement, draft.columns, draft.conditions = sql.selected([], sql.table(values)), [], []
    for key in draft.keys:
        column = columns[inner[key.ref, key.grain, key.via].name]
        append(draft, [(replace(column, name=key.name), sql.column(column.name, values))])
    _append_values(draft, per, values, [columns[name] for name in draft.query.metrics])
    sql.grouped(draft.statement, len(draft.keys))
    _note(draft, per, own)


def _append_values(draft: Draft, per: PerGroup, values: str, metrics: list[Column]) -> None:
    what = thing(draft.layer, per.fields)
    if per.agg == "count":
        label = f"Number of {plural(what)}"
        append(draft, [(Column("groups", "metric", metrics[0].ref, label, "", "integer"), _number(draft, values))])
        return
    if per.agg == "gap":
        for column in metrics:
            append(draft, _ends(column, sql.column(column.name, values), what))
        return
    combine = exp.Avg if per.agg == "average" else exp.Median
    for column in metrics:
        label = f"{_SAID[per.agg]} {inside(column.label)} per {what} that has any"
        shown = replace(column, label=label)
        if column.format == "integer":  # a whole number is no longer one on average
            shown = replace(shown, format="decimal", decimals=1)
        append(draft, [(shown, combine(this=sql.column(column.name, values)))])


def _ends(column: Column, tree: exp.Expr, what: str) -> list[Shown]:
    """The gap between the highest and the lowest value of any group, and these two; of shares in points."""
    title, high, low = inside(column.label), exp.Max(this=tree), exp.Min(this=tree.copy())
    gap = exp.Sub(this=high.copy(), expression=low.copy())
    kind = "points" if column.format == "percent" else column.format
    return [
        (replace(column, label=f"Gap in {title} between the highest and the lowest {what}", format=kind), gap),
        (replace(column, name=f"{column.name}_highest", label=f"Highest {title} ({what})"), high),
        (replace(column, name=f"{column.name}_lowest", label=f"Lowest {title} ({what})"), low),
    ]


def _number(draft: Draft, values: str) -> exp.Expr:
    """How many values there are, or how many meet the conditions; 0 for a group of which none does."""
    if _MET in draft.ctes[values].named_selects:
        return exp.CountIf(this=sql.column(_MET, values))
    return exp.Count(this=exp.Star(), big_int=True)


def _note(draft: Draft, per: PerGroup, own: list[Key]) -> None:
    """Values without a row of the metrics are no groups: said where they could meet the condition."""
    filters = [one for one in draft.query.filters if is_metric_filter(draft.layer, one)]
    if per.agg == "count" and filters and all(one.op in _EVEN_NONE for one in filters):
        return
    title = draft.layer.metrics[draft.query.metrics[0]].title
    titles = " and ".join(inside(draft.layer.fields[key.ref].title) for key in own if key.ref in draft.layer.fields)
    draft.notes[f"Only values of {titles} that have any {inside(title)} are counted."] = None
