"""How things stand: the numbers that the definitions put first, beside those of the period before."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery

MOST = 6


def overview(asking: Asking) -> Plan | None:
    """ "what changed this week?", "how are we doing?": the headline numbers; None for other questions."""
    start = asking.past(0, "politely")
    behind = asking.end(start, "overview")
    if behind is None:
        return None
    period = _period(asking, asking.past(behind, "overview_of"))
    told = headlines(asking) if period is not None else ()
    plans = [plan for name in told if (plan := _moved(asking, name, period or [])) is not None]
    same = [plan for plan in plans if _times(plan.query) == _times(plans[0].query)]
    if not same:
        return None
    names = tuple(plan.query.metrics[0] for plan in same)[:MOST]
    query = same[0].query.model_copy(update={"metrics": names, "order_by": ()})
    note = asking.world.language.message("headlines")
    plan = Plan(query, notes=(note,), confidence=same[0].confidence)
    return plan if asking.stands(query) else None


def headlines(asking: Asking) -> tuple[str, ...]:
    """The metrics of the questions that the definitions offer first, each once and none that stands in for another."""
    layer, language = asking.world.layer, asking.world.language
    plans = (asking.read(tuple(language.tokens(question))) for question in layer.definitions.ai_context.examples)
    named = [(plan.asked or plan.query).metrics for plan in plans if plan is not None]
    found = dict.fromkeys(metrics[0] for metrics in named if metrics)
    standing = {other for name in found for other in layer.metrics[name].stand_ins}
    return tuple(name for name in found if name not in standing)


def _times(query: SemanticQuery) -> tuple[object, object]:
    return query.time_range, query.compare


def _period(asking: Asking, at: int) -> list[Token] | None:
    """The words of the period: this month without any; "since last week" is this week; None for other words."""
    rest = [token for token in asking.tokens[at:] if token.text not in ("so", "far")]
    if not rest or asking.past(at, "lately") == len(asking.tokens):
        return asking.made("this month", 0)
    since = asking.end(at, "since_last")
    if since is not None and since == len(asking.tokens) - 1:
        return [*asking.made("this", 0), *rest[-1:]]
    return list(rest)


def _moved(asking: Asking, name: str, period: list[Token]) -> Plan | None:
    """Whether one number rose in the period, as it is asked in words; None when those hold more than a period."""
    title = asking.world.layer.metrics[name].title
    plan = asking.read([*asking.made(f"did {title} rise", 0), *period])
    if plan is None or plan.query.compare is None or plan.query.time_range is None:
        return None
    told = plan.query.model_copy(update={"metrics": (), "time_range": None, "compare": None, "order_by": ()})
    return plan if told == SemanticQuery() and plan.query.metrics == (name,) else None
