"""What stands beside a metric: its share of a total, its rank, whether its period is whole; and the cut to the top."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Column, Draft, Scope, TopSet
from semantic_layer.compiler.formulas import evaluated
from semantic_layer.compiler.metrics import Shown, append, titled
from semantic_layer.compiler.titles import of_so_many
from semantic_layer.query import Rank, Share, Top
from semantic_layer.resolution import Key, is_together

PARTIAL = "is_partial"


def key_named(keys: tuple[Key, ...], name: str) -> Key:
    """The grouping column meant by its output name, its field, or `metric_time`."""
    return next(key for key in keys if name in (key.name, key.ref))


def top_set(draft: Draft, scope: Scope, top: Top) -> TopSet:
    """The clause that holds the top values of a dimension, for each group of `within`."""
    within = tuple(key_named(scope.keys, name) for name in top.within)
    apart = is_together(draft.query)
    field = Key(f"top_{top.field.rpartition('.')[2]}", top.field) if apart else key_named(scope.keys, top.field)
    frame = evaluated(draft, replace(scope, keys=(*within, field), spine=False), (top.by,), "top_candidates")
    first = sql.ordered(frame.leaves[top.by].copy(), top.descending)
    ties = sql.ordered(frame.keys[field.name].copy(), False)
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[frame.keys[key.name].copy() for key in within],
        order=exp.Order(expressions=[first, ties]),
    )
    select = frame.source.copy()
    keys = [sql.named(frame.keys[key.name].copy(), key.name) for key in (*within, field)]
    select.set("expressions", [*keys, sql.named(place, "place")])
    known = [sql.is_known(frame.leaves[top.by].copy())]
    sql.filtered(select, [*known, sql.is_known(frame.keys[field.name].copy())] if apart else known)
    ranked = draft.add("top_ranked", select)
    kept = sql.selected([exp.Star()], sql.table(ranked))
    met = exp.LTE(this=sql.column("place", ranked), expression=_last_place(ranked, top, within))
    if top.percent:
        kept.set("qualify", exp.Qualify(this=met))
    else:
        sql.filtered(kept, [met])
    name = draft.add("top_values", kept)
    return TopSet(name, field.name, tuple(key.name for key in within), top.others_label, field if apart else None)


def _last_place(ranked: str, top: Top, within: tuple[Key, ...]) -> exp.Expr:
    """The last place that is still among the top: a number of values, or a part of all of them, rounded up."""
    if not top.percent:
        return sql.integer(top.n)
    count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[sql.column(key.name, ranked) for key in within])
    part = exp.Div(this=exp.Mul(this=count, expression=sql.literal(float(top.n))), expression=sql.literal(100.0))
    return exp.Ceil(this=part)


def keep_top(draft: Draft, found: TopSet) -> None:
    """Keep only the rows whose value is in the top set."""
    names = (*found.within, found.field)
    on = sql.both(sql.same(draft.frame.keys[name].copy(), sql.column(name, found.name)) for name in names)
    sql.joined(draft.frame.source, sql.table(found.name), on, "INNER")


def shares(draft: Draft) -> None:
    """Add each share: the metric over the same metric computed for the whole, or for the group it is a share of."""
    for index, share in enumerate(draft.query.shares):
        append(draft, [_share(draft, share, index)])


def _share(draft: Draft, share: Share, index: int) -> Shown:
    if share.of:
        return _part_of(draft, share)
    within = tuple(key_named(draft.keys, name) for name in share.within)
    kept = (one for one in draft.scope.filters if one.field not in share.apart_from)
    rows = tuple(one for one in kept if one not in share.apart)
    scope = replace(draft.scope, keys=within, filters=rows, spine=False, top=None)
    total = evaluated(draft, scope, (share.metric,), f"{share.metric}_total")
    on = [sql.same(draft.frame.keys[key.name].copy(), total.keys[key.name].copy()) for key in within]
    sql.joined(draft.statement, total.relation(), sql.both(on), "LEFT" if on else "CROSS")
    tree = sql.divided(draft.frame.leaves[share.metric].copy(), total.leaves[share.metric].copy())
    title = titled(draft, share.metric)
    suffix = "_".join(["", "share", *(key.name for key in within)]) if index else "_share"
    return Column(f"{share.metric}{suffix}", "share", share.metric, f"{title} (share)", "%", "percent"), tree


def _part_of(draft: Draft, share: Share) -> Shown:
    """One metric over another of the same row."""
    layer, leaves = draft.layer, draft.frame.leaves
    if share.less:
        return _taken_off(draft, share)
    tree = sql.divided(leaves[share.metric].copy(), leaves[share.of].copy())
    if share.per:
        return _falling_to(draft, share, tree)
    whole = layer.metrics[share.of].title
    label = f"{layer.metrics[share.metric].title} as a share of {whole if whole[1:2].isupper() else whole.lower()}"
    return Column(f"{share.metric}_of_{share.of}", "share", share.metric, label, "%", "percent"), tree


def _taken_off(draft: Draft, share: Share) -> Shown:
    """What is left of one metric when another is taken off; a row without one of them has none of it."""
    metric, other = draft.layer.metrics[share.metric], draft.layer.metrics[share.of]
    both = [sql.or_zero(draft.frame.leaves[one].copy()) for one in (share.metric, share.of)]
    label = f"{metric.title} less {other.title if other.title[1:2].isupper() else other.title.lower()}"
    name, tree = f"{share.metric}_less_{share.of}", exp.Sub(this=both[0], expression=both[1])
    return Column(name, "share", share.metric, label, metric.unit, metric.format, decimals=metric.decimals), tree


def _falling_to(draft: Draft, share: Share, tree: exp.Expr) -> Shown:
    """How much of one metric falls to so many of another, in the unit of the former."""
    metric, other = draft.layer.metrics[share.metric], draft.layer.metrics[share.of]
    if share.per > 1:
        tree = exp.Mul(this=tree, expression=sql.integer(share.per))
    label = f"{metric.title} per {of_so_many(other.title, share.per)}"
    counted = metric.format == "integer"  # a whole number is no longer one for each of another
    told = ("", "decimal", 2) if counted else (metric.unit, metric.format, metric.decimals)
    name = f"{share.metric}_per_{share.of}"
    return Column(name, "share", share.metric, label, told[0], told[1], decimals=told[2]), tree


def ranks(draft: Draft) -> None:
    """Add each rank, among the rows that the result has before it is cut."""
    append(draft, [_rank(draft, one) for one in draft.query.ranks])


def _rank(draft: Draft, one: Rank) -> Shown:
    within = [draft.frame.keys[key_named(draft.keys, name).name].copy() for name in one.within]
    order = exp.Order(expressions=[sql.ordered(draft.frame.leaves[one.metric].copy(), one.descending)])
    tree = exp.Window(this=exp.Rank(expressions=[]), partition_by=within, order=order)
    title = draft.layer.metrics[one.metric].title
    return Column(f"{one.metric}_rank", "rank", one.metric, f"{title} (rank)", "", "integer"), tree


def partial_flag(draft: Draft) -> None:
    """Add a column that is true for buckets which the asked period or the end of the data cuts."""
    key = next((one for one in draft.keys if one.is_metric_time), None)
    if not draft.query.mark_partial or key is None or key.grain is None:
        return
    tree, span = draft.frame.keys[key.name], draft.query.time_range
    end = min(span.end, draft.data_end) if span and span.end else draft.data_end
    cut: list[exp.Expr] = [exp.GT(this=sql.bucket_end(tree.copy(), key.grain), expression=sql.moment(end))]
    if span and span.start:
        cut.append(exp.LT(this=tree.copy(), expression=sql.moment(span.start)))
    append(draft, [(Column(PARTIAL, "flag", key.ref, "Incomplete", grain=str(key.grain)), sql.any_of(cut))])
