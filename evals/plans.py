"""The second check: does the typed plan hold what the case says it must?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from evals.suite import PlanCheck


def plan_matches(check: PlanCheck | None, plan: Mapping[str, Any] | None) -> bool | None:
    """Whether the plan holds all that the check names; None when there is nothing to check or no plan."""
    if check is None or plan is None:
        return None
    return not plan_differences(check, plan)


def plan_differences(check: PlanCheck, plan: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the check the plan does not hold: "metrics", "by", "grain", "time", "filters", "compare", "limit"."""
    tests = {
        "metrics": not check.metrics or set(check.metrics) == set(plan.get("metrics", ())),
        "by": check.by is None or _same_names(check.by, _dimensions(plan)),
        "grain": check.grain is None or check.grain in [item.get("grain") for item in plan.get("group_by", ())],
        "time": check.time is None or _span(plan) == check.time,
        "filters": check.filters is None or _same_filters(check.filters, plan.get("filters", ())),
        "compare": check.compare is None or (plan.get("compare") or {}).get("kind") == check.compare,
        "limit": check.limit is None or plan.get("limit") == check.limit,
    }
    return tuple(name for name, holds in tests.items() if not holds)


def _dimensions(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields grouped by, times left out."""
    return tuple(item["field"] for item in plan.get("group_by", ()) if not item.get("grain"))


def _same_names(wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether both name the same fields, in full or by their last part."""
    return len(wanted) == len(found) and all(any(_is(name, field) for field in found) for name in wanted)


def _is(name: str, field: str) -> bool:
    return name in (field, field.rpartition(".")[2])


def _span(plan: Mapping[str, Any]) -> tuple[date | None, date | None]:
    span = plan.get("time_range") or {}
    return _day(span.get("start")), _day(span.get("end"))


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _same_filters(wanted: tuple[Mapping[str, Any], ...], found: tuple[Mapping[str, Any], ...]) -> bool:
    """Whether there are as many filters as wanted and each wanted one is there, its values in any order."""
    return len(wanted) == len(found) and all(any(_same_filter(one, other) for other in found) for one in wanted)


def _same_filter(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    values = sorted(map(str, wanted.get("values", ()))) == sorted(map(str, found.get("values", ())))
    same_op = wanted.get("op", "in") == found.get("op") or {wanted.get("op", "in"), found.get("op")} == {"in", "eq"}
    return _is(str(wanted.get("field", "")), str(found.get("field", ""))) and same_op and values
