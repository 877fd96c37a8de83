"""Numbers asked for beside another one: "win rate by seller together with deals closed", "... with counts"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.two_asked import both, is_open
from assistant.understanding.tokens import Token
from semantic_layer import RatioMetric


def beside_numbers(asking: Asking) -> Plan | None:
    """The plan of both numbers, by what the first one is broken down by; None for any other question."""
    for at, behind in _joints(asking):
        first = asking.read(asking.tokens[:at])
        if first is not None and is_open(first.query) and first.query.group_by:
            found = both(asking, first, _without_doers(asking, behind))
            if found is not None:
                return found
    return _with_counts(asking)


def _joints(asking: Asking) -> Iterator[tuple[int, int]]:
    """Where a further number begins: behind "together with", at "the number of" behind "with"."""
    yield from asking.found("beside_number")
    for at, behind in asking.found("with_number"):
        if asking.end(behind, "number_heads") is not None:
            yield at, behind


def _without_doers(asking: Asking, start: int) -> list[Token]:
    """The words from here on without "each of them": "the number of deals each of them closed"."""
    kept: list[Token] = []
    at = start
    while at < len(asking.tokens):
        behind = asking.end(at, "each_of_them")
        kept.extend(asking.tokens[at : at + 1] if behind is None else ())
        at = behind or at + 1
    return kept


def _with_counts(asking: Asking) -> Plan | None:
    """ "win rate by owner with counts", "in percent and in absolute numbers": a part of all with both of its counts."""
    for at, behind in asking.found("with_counts"):
        plan = asking.read((*asking.tokens[:at], *asking.tokens[behind:]))
        rate = _rate(asking, plan) if plan is not None and is_open(plan.query) else None
        if plan is None or rate is None:
            continue
        metrics = asking.world.layer.metrics
        counts = [name for name in (rate.numerator, rate.denominator) if not metrics[name].hidden]
        names = tuple(dict.fromkeys((*plan.query.metrics, rate.name, *counts)))
        query = plan.query.model_copy(
            update={"metrics": names, "limit": None, "skip": 0}
        )  # the first by one or the other
        if asking.stands(query):
            return replace(plan, query=query)
    return None


def _rate(asking: Asking, plan: Plan) -> RatioMetric | None:
    """The part of all that is asked for, or the one that a count that is asked for is the upper number of."""
    layer, names = asking.world.layer, plan.query.metrics
    asked = layer.metrics[names[0]] if len(names) == 1 else None
    if isinstance(asked, RatioMetric):
        return asked
    ratios = [one for one in layer.metrics.values() if isinstance(one, RatioMetric) and not one.hidden]
    parts = [one for one in ratios if asked and one.numerator == asked.name and one.format == "percent"]
    own = [one for one in parts if layer.metrics[one.denominator].format == "integer"]
    return own[0] if len(own) == 1 else None
