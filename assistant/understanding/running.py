"""Conditions on what somebody has, as of today: "customers with the Pro plan" are not those whose plan has ended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan, Refusal
from assistant.understanding.draft import World
from assistant.understanding.refusing import refuse
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SimpleMetric

STATE = re.compile(r"(\w+)\s*=\s*'((?:[^']|'')*)'")


def still_running(plan: Plan, tokens: Sequence[Token], world: World) -> Plan:
    """The plan with conditions through rows that may have ended limited to those that have not, and a note of it.

    A word for the past ("had", "ever"), a period or a condition on the state of the rows leaves it as it is.
    """
    said = {token.text for token in tokens}
    if plan.query.time_range is not None or not said.isdisjoint(world.language.words("past_words")):
        return plan
    added = list(dict.fromkeys(_states(plan, world)))
    if not added:
        return plan
    titles = {world.layer.datasets[one.field.partition(".")[0]].title: one.values[0] for one in added}
    told = world.language.message
    notes = tuple(told("still_running", what=what, state=str(state)) for what, state in titles.items())
    query = plan.query.model_copy(update={"filters": (*plan.query.filters, *added)})
    return replace(plan, query=query, notes=(*plan.notes, *notes))


def past_of_today(question: str, plan: Plan, tokens: Sequence[Token], world: World) -> Refusal | None:
    """The refusal of "customers who had an open ticket": what is only known as of today tells nothing of then."""
    said = [token.text for token in tokens if token.text in world.language.words("once_words")]
    stocks = [one.field for one in plan.query.filters if is_stock(one.field, world)]
    if not said or not stocks:
        return None
    sentence = world.language.message("known_today", metric=world.layer.metrics[stocks[0]].title, word=said[0])
    return refuse(question, "NOT_AVAILABLE", world, (said[0],), sentence=sentence)


def is_stock(name: str, world: World) -> bool:
    """Whether a metric counts rows by their state of today."""
    metric = world.layer.metrics.get(name)
    if not isinstance(metric, SimpleMetric) or metric.time != "none":
        return False
    measure = world.layer.measures[metric.measure]
    return bool(measure.filter or metric.filter) and bool(world.layer.datasets[metric.measure.partition(".")[0]].time)


def _states(plan: Plan, world: World) -> Iterator[Filter]:
    """For each condition through rows of a dataset, and for a list of its rows, the state that its own noun means."""
    listed = plan.query.entity if plan.query.entity and not plan.query.metrics else ""
    state = _state_of(listed, world) if listed in world.layer.datasets else None
    own = [one for one in plan.query.filters if one.field.startswith(f"{listed}.")]
    if any(one.field in world.layer.metrics and world.reach.facts(one.field) == {listed} for one in plan.query.filters):
        return  # "cancelled subscriptions" says which
    dated = any(one.field == state[0] or world.layer.fields[one.field].kind == "time" for one in own) if state else True
    shown = {*(group.field for group in plan.query.group_by), *(order.by for order in plan.query.order_by)}
    if state is not None and not dated and state[0] not in shown:
        yield Filter(field=state[0], op="in", values=(state[1],))
    for one in plan.query.filters:
        dataset, _, field = one.field.partition(".")
        if not one.entity or not field or dataset not in world.layer.datasets:
            continue
        state = _state_of(dataset, world)
        own = [other for other in plan.query.filters if other.field.startswith(f"{dataset}.") and other is not one]
        if state is not None and one.field != state[0] and not own and not _tells_end(one.field, world):
            yield one.model_copy(update={"field": state[0], "op": "in", "values": (state[1],)})


def _state_of(dataset: str, world: World) -> tuple[str, str] | None:
    """Field and value of the rows that count when the noun is counted as of today; None when every row does."""
    noun = world.language.tokens(world.layer.datasets[dataset].title)
    named = [c.target for c in world.lexicon.lookup(noun) if c.kind == "metric"]
    metrics = [world.layer.metrics[name] for name in named]
    stocks = [m for m in metrics if isinstance(m, SimpleMetric) and m.time == "none" and not m.filter]
    if len(stocks) != 1 or len(metrics) != 1 or stocks[0].measure.partition(".")[0] != dataset:
        return None
    found = STATE.fullmatch(world.layer.measures[stocks[0].measure].filter.strip())
    if found is None:
        return None
    fields = [f for f in world.layer.datasets[dataset].fields if (f.sql or f.name) == found[1] and not f.hidden]
    return (f"{dataset}.{fields[0].name}", found[2]) if len(fields) == 1 else None


def _tells_end(field: str, world: World) -> bool:
    """Whether a field is only there for what has ended: a time, or the reason of it."""
    words = set(field.rpartition(".")[2].split("_"))
    return world.layer.fields[field].kind != "categorical" or not words.isdisjoint(world.language.words("reason_words"))
