"""Our metrics as Ossie's: one SQL formula over `dataset.field`, where there is one."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.expressions import columns, parse_expression
from semantic_layer.interchange.naming import NotCarried
from semantic_layer.model import DerivedMetric, Measure, Metric, RatioMetric, SemanticLayer, SimpleMetric

_CALLS: dict[str, type[exp.AggFunc]] = {
    "sum": exp.Sum,
    "count": exp.Count,
    "average": exp.Avg,
    "min": exp.Min,
    "max": exp.Max,
    "median": exp.Median,
}


def formula_tree(layer: SemanticLayer, metric: Metric) -> exp.Expr:
    """The metric as a formula over aggregates; raises NotCarried for a kind that Ossie has no words for."""
    if isinstance(metric, SimpleMetric):
        return _simple(layer, metric)
    if isinstance(metric, RatioMetric):
        above, below = (_part(layer, name) for name in (metric.numerator, metric.denominator))
        return exp.Div(this=above, expression=exp.Nullif(this=below, expression=exp.Literal.number(0)))
    if isinstance(metric, DerivedMetric):
        tree = parse_expression(metric.expression).copy()
        if isinstance(tree, exp.Column):
            return formula_tree(layer, layer.metrics[tree.name])
        for column in columns(tree):
            column.replace(_part(layer, column.name))
        return tree
    raise NotCarried(f"Ossie has no words for a metric of type `{metric.type}`.", "metric_type")


def _part(layer: SemanticLayer, name: str) -> exp.Expr:
    tree = formula_tree(layer, layer.metrics[name])
    return exp.paren(tree) if isinstance(tree, exp.Binary | exp.Connector) else tree


def _simple(layer: SemanticLayer, metric: SimpleMetric) -> exp.Expr:
    dataset, _, _ = metric.measure.partition(".")
    measure = layer.measures[metric.measure]
    if measure.non_additive:
        raise NotCarried("Ossie has no words for a level that cannot be summed over time.", "non_additive")
    conditions = [_over(layer, text, dataset) for text in (measure.filter, metric.filter) if text]
    argument = _over(layer, measure.expression, dataset) if measure.expression else _key(layer, dataset)
    if conditions:
        argument = exp.Case(ifs=[exp.If(this=exp.and_(*conditions), true=argument)])
    if not any(column.table == dataset for column in argument.find_all(exp.Column)):
        raise NotCarried(f"Ossie would not know that it counts rows of `{dataset}`.", "no_dataset")
    return _call(measure, argument)


def _key(layer: SemanticLayer, dataset: str) -> exp.Expr:
    """What stands for a row: a column that is never empty."""
    keys = layer.datasets[dataset].primary_key
    if not keys:
        raise NotCarried(f"Ossie counts a column, and `{dataset}` has no key that is never empty.", "no_key")
    return exp.column(keys[0], table=dataset)


def _call(measure: Measure, argument: exp.Expr) -> exp.Expr:
    if measure.agg == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[argument]))
    if measure.agg == "percentile":
        share = exp.PercentileCont(this=exp.Literal.number(measure.percentile or 0.5))
        return exp.WithinGroup(this=share, expression=exp.Order(expressions=[exp.Ordered(this=argument)]))
    return _CALLS[measure.agg](this=argument)


def _over(layer: SemanticLayer, text: str, dataset: str) -> exp.Expr:
    """The SQL with every column said to be of its dataset; roles have no name in Ossie."""
    tree = parse_expression(text).copy()
    whole = exp.paren(tree)
    for column in columns(whole):
        if not column.table:
            column.set("table", exp.to_identifier(dataset))
        elif column.table not in layer.datasets:
            raise NotCarried(f"it reads `{column.sql('duckdb')}` by the name of a relationship.", "role")
    return whole.this
