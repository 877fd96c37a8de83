"""MetricFlow's filters: SQL with `{{ Dimension('order__status') }}` in it, read by rule and never executed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic_layer.interchange.naming import NotCarried, clean_name
from semantic_layer.interchange.sqltext import read_sql, replaced

if TYPE_CHECKING:
    from semantic_layer.interchange.metricflow_metrics import Project

_TEMPLATE = re.compile(r"\{\{\s*(\w+)\s*\(([^{}]*?)\)\s*(?:\.grain\(\s*['\"](\w+)['\"]\s*\)\s*)?\}\}")
_TEXT = re.compile(r"^\s*['\"]([\w]+)['\"]\s*$")
_GRAINS = ("day", "week", "month", "quarter", "year", "hour")


def condition(project: Project, text: str, dataset: str, time: str) -> exp.Expr:
    """The filter as SQL over `dataset` and what it links to; `time` is what `metric_time` means there.

    Raises NotCarried for other templates, and for dimensions that are not within reach.
    """
    found: list[exp.Expr] = []

    def stand_in(match: re.Match[str]) -> str:
        found.append(_reference(project, match, dataset, time))
        return f"__reference_{len(found) - 1}"

    tree = read_sql(_TEMPLATE.sub(stand_in, text), project.draft.dialect)

    def resolve(column: exp.Column) -> exp.Expr:
        if column.name.startswith("__reference_"):
            return found[int(column.name.rpartition("_")[2])].copy()
        raise NotCarried(f"`{column.name}` stands outside of {{{{ Dimension(...) }}}}; name it by one.", "filter")

    return replaced(tree, resolve)


def _reference(project: Project, match: re.Match[str], dataset: str, time: str) -> exp.Expr:
    kind, arguments, grain = match.group(1), match.group(2).split(","), match.group(3) or ""
    name = _TEXT.match(arguments[0])
    more = [_TEXT.match(one) for one in arguments[1:]]
    if kind not in ("Dimension", "TimeDimension", "Entity") or name is None or len(more) > 1 or None in more:
        raise NotCarried(f"`{match.group()}` is not a reference that is read here.", "template")
    if more and more[0]:
        grain = more[0].group(1)
    tree = _field(project, name.group(1), dataset, time)
    if not grain:
        return tree
    if grain.lower() not in _GRAINS:
        raise NotCarried(f"the grain `{grain}` is not known.", "filter")
    return exp.cast(exp.func("DATE_TRUNC", exp.Literal.string(grain.lower()), tree, dialect="duckdb"), "DATE")


def _field(project: Project, name: str, dataset: str, time: str) -> exp.Expr:
    """The field that `entity__other__name` leads to."""
    if name == "metric_time":
        if not time:
            raise NotCarried("`metric_time` has no meaning without a time of the measure.", "filter")
        return exp.column(time)
    *way, last = name.split("__")
    here = dataset
    for entity in way:
        if entity == project.primary.get(here):
            continue
        targets = project.entities.get((here, entity), [])
        fitting = [one for one in targets if project.draft.field(one, clean_name(last))] or targets
        if len(fitting) != 1:
            raise NotCarried(f"`{name}` is not within reach of `{dataset}`.", "filter")
        here = fitting[0]
    if project.draft.field(here, clean_name(last)) is None:
        raise NotCarried(f"there is no dimension `{name}` within reach of `{dataset}`.", "filter")
    return exp.column(clean_name(last), table=None if here == dataset else here)
