"""Steps that things go through: "checkout funnel by device", "where do we lose people between visit, cart and order".

The words that name the funnel and its steps give way to the metric of one step; what is left is read as any other
question, and its breakdown, conditions and time then hold for every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.answer import Clarification, Option, Plan, Refusal
from assistant.understanding.draft import MOST_OPTIONS
from assistant.understanding.forms.asking import Asking, Outcome
from assistant.understanding.forms.funnel_words import TWO, Wish, wish_of
from semantic_layer import Funnel, OrderBy, SemanticQuery, bond, step_shares

KEPT = {"group_by": (), "filters": (), "time_range": None, "compare": None, "order_by": (), "limit": None}
"""What the rest of a question may say of every step."""
Steps = tuple[str, ...]


def funnels(asking: Asking) -> Outcome | None:
    """The steps of the funnel that is meant, a choice of several, or a refusal that names them; None for others."""
    wish = wish_of(asking)
    if wish is None:
        return None
    known = tuple(asking.world.layer.funnels.values())
    named = [one for one in known if any(one.name in piece.owners for piece in wish.of("name"))] or known
    if not (wish.is_named or wish.of("step")):
        named = [one for one in known if _loses(wish, one)]
    meant = [(one, steps) for one in named if (steps := _steps(wish, one))] if not wish.of("odd") else []
    found = [(one, _planned(wish, steps)) for one, steps in meant]
    plans = [(one, plan) for one, plan in found if isinstance(plan, Plan)]
    if len(plans) > 1:
        return _which(asking, plans)
    if plans or not wish.is_named:
        return plans[0][1] if plans else None
    return _refused(asking, named, known, [plan for _, plan in found])


def _loses(wish: Wish, one: Funnel) -> bool:
    """Whether a funnel begins with those that are said to get lost, and follows them through its steps."""
    begins = all(piece.owners.get(one.name, -1) == 0 for piece in wish.lost)
    return begins and bond(wish.asking.world.layer, one.metrics) != "apart"


def _steps(wish: Wish, one: Funnel) -> Steps:
    """The steps that are meant: those from one to another, three or more as they are listed, or all of them.

    Empty when the funnel lacks one, or has them in another order.
    """
    places = [piece.owners.get(one.name, -1) for piece in wish.of("step")]
    listed = [place for at, place in enumerate(places) if place not in places[:at]]
    if -1 in listed or listed != sorted(listed) or not _holds_subjects(wish, one):
        return ()
    if len(listed) <= TWO:
        listed = list(range(listed[0], listed[-1] + 1)) if listed else list(range(len(one.steps)))
    return tuple(one.metrics[place] for place in listed)


def _holds_subjects(wish: Wish, one: Funnel) -> bool:
    """Whether those that get lost are what goes through the funnel: deals are not lost on the way of e-mails."""
    tokens = wish.asking.world.language.tokens
    words = {token.plain for text in (one.own_title, *one.synonyms, *_called(wish, one)) for token in tokens(text)}
    said = (wish.asking.tokens[at] for piece in wish.of("subject") for at in range(piece.start, piece.end))
    return all(token.plain in words for token in said)


def _called(wish: Wish, one: Funnel) -> Iterable[str]:
    metrics = wish.asking.world.layer.metrics
    return (text for step in one.steps for text in (metrics[step.metric].own_title, *step.synonyms))


def _planned(wish: Wish, steps: Steps) -> Outcome:
    """The plan of all steps as the rest of the question is read beside the first of them, or else the last."""
    told: Outcome | None = None
    for name in (steps[0], steps[-1]):
        read = _read(wish, name)
        plan = _of_all(wish, read, name, steps) if isinstance(read, Plan) else None
        if plan is not None:
            return plan
        told = told or (_of_each(wish, read, name, steps) if not isinstance(read, Plan) else None)
        if isinstance(read, Refusal) and read.code == "UNKNOWN_WORDS":
            break
    return told or _not_for_all(wish, steps)


def _of_each(wish: Wish, told: Outcome, name: str, steps: Steps) -> Outcome:
    """A refusal as it is; a question back with each reading of one step made that of all."""
    if not isinstance(told, Clarification):
        return told
    made = [(one.label, _of_all(wish, one.plan, name, steps)) for one in told.options]
    options = tuple(Option(label, plan) for label, plan in made if plan is not None)
    return replace(told, options=options) if options else _not_for_all(wish, steps)


def _read(wish: Wish, name: str) -> Outcome:
    """What is left of the question, read with a metric by the first of its names that stands for it alone."""
    metric, asking = wish.asking.world.layer.metrics[name], wish.asking
    calls = (call for call in (metric.title, *metric.synonyms) if _means(asking, call, name))
    return asking.ordinary(tuple(wish.with_metric(next(calls, metric.title))))


def _means(asking: Asking, call: str, name: str) -> bool:
    """Whether a name stands for its metric and nothing else: "new leads" may be those in one state."""
    plan = asking.read(asking.made(call, 0))
    return plan is not None and plan.query == SemanticQuery(metrics=(name,))


def _of_all(wish: Wish, read: Plan, name: str, steps: Steps) -> Plan | None:
    """The plan of one step made that of all; None when it holds more than can hold for each of them."""
    if read.query.model_copy(update=KEPT) != SemanticQuery(metrics=(name,)) or read.asked is not None:
        return None
    if any(one.field in wish.asking.world.layer.metrics for one in read.query.filters):
        return None  # who did what else is no condition that each step could have
    orders = tuple(one.model_copy(update={"by": steps[0]}) if one.by == name else one for one in read.query.order_by)
    query = read.query.model_copy(update={"metrics": steps, "shares": step_shares(steps), "order_by": orders})
    if wish.of("drop") and query.limit is None:  # who is lost is told first
        query = query.model_copy(update={"order_by": (OrderBy(by=steps[1], column="share", descending=False),)})
    return replace(read, query=query) if wish.asking.stands(query) else None


def _not_for_all(wish: Wish, steps: Steps) -> Refusal:
    metrics = wish.asking.world.layer.metrics
    return wish.asking.refused("funnel_not_for_all", steps=", ".join(metrics[name].title for name in steps))


def _which(asking: Asking, plans: Sequence[tuple[Funnel, Plan]]) -> Clarification:
    options = tuple(Option(one.title, plan) for one, plan in plans[:MOST_OPTIONS])
    return Clarification(asking.question, asking.world.language.message("which_funnel"), (), options)


def _refused(asking: Asking, named: Sequence[Funnel], known: Sequence[Funnel], found: Sequence[Outcome]) -> Outcome:
    """Why the named funnel cannot be told so; of none that is named, or none with such steps, which ones there are."""
    if len(found) == 1:
        told = found[0]
        return replace(told, question=asking.question)
    listed = "; ".join(f"{one.title} ({_steps_told(asking, one)})" for one in (named if len(named) == 1 else known))
    return asking.refused("funnels_known", known=listed)


def _steps_told(asking: Asking, one: Funnel) -> str:
    metrics = asking.world.layer.metrics
    return " → ".join(step.label or metrics[step.metric].title for step in one.steps)
