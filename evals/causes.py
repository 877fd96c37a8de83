"""Why an answer is wrong, told from the plans or, where there is none, from the two statements.

These are hints for whoever mends the system; the verdict never depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from evals.comparison.reasons import WRONG_FILTER, WRONG_GRAIN, WRONG_METRIC, WRONG_PERIOD
from evals.cuts import parse
from evals.plans import plan_differences
from evals.suite import PlanCheck

_PLAN_CODES = {
    "metrics": WRONG_METRIC,
    "by": WRONG_GRAIN,
    "grain": WRONG_GRAIN,
    "time": WRONG_PERIOD,
    "filters": WRONG_FILTER,
}
_DATE_LIKE = re.compile(r"\d{4}-\d{2}(-\d{2})?.*")


def causes(check: PlanCheck | None, plan: Mapping[str, Any] | None, gold_sql: str, sql: str) -> tuple[str, ...]:
    """Codes for what was understood differently: metric, grain, filter, period."""
    if check is not None and plan is not None:
        found = [_PLAN_CODES.get(part, "") for part in plan_differences(check, plan)]
        return tuple(dict.fromkeys(code for code in found if code))
    gold, answer = parse(gold_sql), parse(sql)
    if gold is None or answer is None or not sql or not gold_sql:
        return ()
    return tuple(code for code, part in _PARTS.items() if part(gold) != part(answer))


def _literals(tree: exp.Expr, *, dates: bool) -> frozenset[str]:
    """Constants of conditions, either the days or everything else."""
    found: set[str] = set()
    for condition in tree.find_all(exp.Where, exp.Having, exp.Filter):
        for literal in condition.find_all(exp.Literal):
            if bool(_DATE_LIKE.fullmatch(str(literal.this))) is dates:
                found.add(str(literal.this)[:10])
    return frozenset(found)


def _aggregates(tree: exp.Expr) -> frozenset[str]:
    """Kinds of aggregation used."""
    return frozenset(type(node).__name__ for node in tree.find_all(exp.AggFunc))


def _grains(tree: exp.Expr) -> frozenset[str]:
    """Units to which times are cut."""
    return frozenset(
        str(node.args.get("unit")).lower().strip("'") for node in tree.find_all(exp.TimestampTrunc, exp.DateTrunc)
    )


_PARTS: dict[str, Callable[[exp.Expr], frozenset[str]]] = {
    WRONG_PERIOD: lambda tree: _literals(tree, dates=True),
    WRONG_FILTER: lambda tree: _literals(tree, dates=False),
    WRONG_METRIC: _aggregates,
    WRONG_GRAIN: _grains,
}
