"""A number asked for as its rate, in brackets: "which topics break the SLA most often (rate)" or "(breach rate)"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.understanding.draft import World
from semantic_layer import Metric, OrderBy, RatioMetric, stands

BRACKET = re.compile(r"\s*\((?P<inner>[^()]*)\)")
Planner = Callable[[str], Plan | Clarification | Explanation | Refusal]


def by_bracketed_rate(question: str, plan: Planner, world: World) -> Plan | None:
    """The plan without the bracket, of the one rate whose part it counts; None where no bracket asks for a rate."""
    bracket = next((one for one in BRACKET.finditer(question) if _asks_for_rate(one["inner"], world)), None)
    told = plan(question[: bracket.start()] + question[bracket.end() :]) if bracket else None
    if bracket is None or not isinstance(told, Plan) or len(told.query.metrics) != 1 or told.query.shares:
        return None
    name = told.query.metrics[0]
    called = _called(bracket["inner"], world)
    rates = [one.name for one in world.layer.metrics.values() if _is_rate_of(one, name)]
    named = [one for one in rates if not called or one in called]
    if len(named) != 1:
        return None
    order = tuple(_ordered(one, name, named[0]) for one in told.query.order_by)
    query = told.query.model_copy(update={"metrics": (named[0],), "order_by": order})
    return replace(told, query=query, spans=()) if stands(world.layer, query) else None


def _asks_for_rate(inner: str, world: World) -> bool:
    return inner.strip().casefold() in world.language.words("rates_in_brackets") or bool(_called(inner, world))


def _called(inner: str, world: World) -> set[str]:
    """The numbers that the words of a bracket name: "(click rate)"."""
    polite = world.language.words("polite")
    said = [token for token in world.language.tokens(inner) if token.text not in polite]
    return {one.target for one in world.lexicon.lookup(said) if one.kind == "metric"}


def _is_rate_of(metric: Metric, part: str) -> bool:
    """Whether a metric is a share in percent whose part is counted by another one."""
    if not isinstance(metric, RatioMetric) or metric.hidden:
        return False
    return metric.format == "percent" and metric.numerator == part


def _ordered(order: OrderBy, part: str, rate: str) -> OrderBy:
    return order.model_copy(update={"by": rate}) if order.by == part else order
