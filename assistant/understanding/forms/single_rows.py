"""Single rows told apart by what they are worth: "orders above 200 euros", "the highest deal", "biggest refunds"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Clarification, Plan
from assistant.understanding.forms.amounts import (
    MINUTES,
    Bound,
    amount_named,
    before_denial,
    bounds,
    deed_before,
    lengths,
    limit,
    withins,
    worth,
)
from assistant.understanding.forms.asking import Asking, Outcome, counted_rows
from assistant.understanding.forms.listed_rows import Sorting, counted, listed
from assistant.understanding.refusing import refuse
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SemanticQuery, Share, implied_metric

SHOWN = 10
AGGREGATES = {"averages": "average", "medians": "median", "sums": "sum"}


@dataclass(frozen=True)
class Part:
    """What is left of a question without an amount: its words, the noun of the rows, and the field that is bounded.

    `plain` are the words without the verb of the length, too: "tickets" of "tickets answered in under an hour".
    """

    rest: tuple[Token, ...]
    noun: int
    dataset: str
    fields: tuple[str, ...]
    bound: Bound
    plain: tuple[Token, ...]
    apart: bool
    denied: bool = False


def bounded(asking: Asking) -> Outcome | None:
    """ "how many orders were over 500 euros", "average of orders above 100", "tickets that took longer than 3 days"."""
    parts = [part for bound in (*bounds(asking), *withins(asking)) for part in _parts(asking, bound)]
    if len(parts) != 1:
        return None
    (part,) = parts
    plans = [plan for field in part.fields if (plan := _narrowed(asking, part, field)) is not None]
    if len(plans) < len(part.fields) or not plans:
        return None
    if len(plans) == 1:
        return plans[0]
    options = asking.world.options(plans)
    return Clarification(asking.question, asking.world.language.message("which_length"), (), options)


def _parts(asking: Asking, bound: Bound) -> Iterator[Part]:
    """The rows that an amount is said of: those of the nearest noun before it; one without a unit stands beside it."""
    lead = next((at for at in range(bound.first + 1) if asking.past(at, "leads") >= bound.first), bound.first)
    found = [(at, *named) for at in range(lead) for named in asking.words.nouns(at) if named[1] <= lead]
    at, dataset, behind = max(found, key=lambda one: (one[2], -one[0]), default=(0, "", 0))
    if not dataset or asking.world.layer.datasets[dataset].entity or not (bound.unit or behind == lead):
        return
    if not bound.unit and _counts_something(asking, bound.behind):
        return  # "orders over 200 customers", "orders of more than 3 units": something else is bounded
    if at and asking.tokens[at - 1].text in asking.world.language.words("one_by_one"):
        return  # "items per order above 3" bounds the items
    timed = bound.unit in MINUTES
    named = None if timed else amount_named(asking, at, dataset, (behind, bound.first))
    lead = behind if named else lead
    start, done = deed_before(asking, lead, dataset) if timed else (lead, ())
    fields = (
        (done or lengths(asking, dataset)) if timed else (worth(asking.world, dataset),) if named is None else named
    )
    end = asking.past(bound.behind, "deeds") if timed else bound.behind
    denial = before_denial(asking, start) if start < lead else start
    ends = (lead, start) if denial == start else (denial, denial)
    rest, plain = ((*asking.tokens[:first], *asking.tokens[end:]) for first in ends)
    if fields and all(fields) and (bound.operator != "within" or start < lead):
        yield Part(rest, at, dataset, fields, bound, plain, lead > behind, denied=denial < start)


def _counts_something(asking: Asking, at: int) -> bool:
    """Whether what a number right before this place counts is named here: things, or a metric."""
    called = asking.world.lexicon.lookup(asking.tokens[at : at + 1])
    return bool(asking.words.nouns(at)) or any(concept.kind == "metric" for concept in called)


def _narrowed(asking: Asking, part: Part, field: str) -> Plan | None:
    """The plan of the rest with the amount as a condition on the rows of the noun, before they are put together."""
    condition = limit(asking, field, part.bound)
    if part.denied:  # what was never done was not done in time either
        condition = condition.model_copy(update={"entity": part.dataset, "none": True})
    aggregated = _aggregated(asking, part, field, condition)
    if aggregated is not None:
        return aggregated
    plan = _rest(asking, part)
    if plan is not None and any(part.apart or not share.apart_from for share in plan.query.shares):
        return None  # "share of tickets solved in May over 200": the amount is of the case, or of all
    if plan is not None and asks_for_rows(asking) and counted(plan, asking.world) == part.dataset:
        return listed(asking, plan, Sorting(field), condition)
    told_apart = part.noun > 0 and "which" in asking.world.language.cues.get(asking.tokens[part.noun - 1].text, ())
    if plan is None or (told_apart and not plan.query.group_by and not plan.query.entity):
        return None  # "which campaigns cost over 5,000" asks for them, not for a number of them all
    return under(asking, plan, part.dataset, condition)


def _rest(asking: Asking, part: Part) -> Plan | None:
    """The plan of the question without the amount; the verb of a length is no measure of what is counted.

    "Tickets answered within 10 minutes" are tickets and not how fast they were answered.
    """
    plan = asking.read(part.rest)
    names = plan.query.metrics if plan is not None else ()
    if part.plain == part.rest or (len(names) == 1 and counted_rows(asking.world, names[0]) == part.dataset):
        return plan
    return asking.read(part.plain) or plan


def asks_for_rows(asking: Asking) -> bool:
    """Whether the rows themselves are asked for: "show me orders over 200"; a noun alone asks for their number."""
    return asking.end(0, "listing") is not None and not any(asking.found("counting"))


def _aggregated(asking: Asking, part: Part, field: str, condition: Filter) -> Plan | None:
    """ "average of orders above 100", "share of orders above 200": a number over what the rows are worth."""
    start = asking.past(0, "openers")
    shared = asking.end(start, "shares")
    named = [(one, end) for one in AGGREGATES if (end := asking.end(start, one)) is not None]
    behind = shared if shared is not None else named[0][1] if named else None
    noun = asking.past(behind, "articles") if behind is not None else 0
    if behind is None or (noun != part.noun and (shared is None or noun > part.noun)):
        return None
    plan = asking.read([*asking.made("number of", 0), *(part.plain if shared is not None else part.rest)[noun:]])
    if plan is None or counted(_in_all(plan) if shared is not None else plan, asking.world) != part.dataset:
        return None
    changed: dict[str, object] = {"filters": (*plan.query.filters, condition)}
    if shared is not None and plan.query.metrics[0] != asking.world.nouns.count_of(part.dataset):
        return None  # "what share of deals over 5,000 were won" is a part of those deals
    if shared is not None and _is_told_of(asking, part):
        return None  # "what share of orders over 100 were from Rome" is a part of those orders
    if shared is not None:
        changed |= _part_of_each(plan.query, field)
    else:
        changed["metrics"] = (implied_metric(asking.world.layer, field, AGGREGATES[named[0][0]]),)
    query = plan.query.model_copy(update=changed)
    return replace(plan, query=query, asked=None) if asking.stands(query) else None


def _in_all(plan: Plan) -> Plan:
    """The plan without what it is broken down by."""
    return replace(plan, query=plan.query.model_copy(update={"group_by": (), "order_by": ()}))


def _is_told_of(asking: Asking, part: Part) -> bool:
    """Whether a verb behind the amount says something of the rows that have it."""
    verbs = asking.world.language.words("case_verbs")
    return any(token.text in verbs for token in asking.tokens[part.bound.behind :])


def _part_of_each(query: SemanticQuery, field: str) -> dict[str, object]:
    """What makes a count the share of those under a condition, in all or in each group."""
    within = tuple(group.field for group in query.group_by)
    order = tuple(one.model_copy(update={"column": "share"}) for one in query.order_by)
    return {"shares": (Share(metric=query.metrics[0], within=within, apart_from=(field,)),), "order_by": order}


def under(asking: Asking, plan: Plan, dataset: str, condition: Filter) -> Plan | None:
    """The plan with a condition on rows of a dataset: those that each one has, or those that its metric is of."""
    query, world = plan.query, asking.world
    had = [
        one for one in query.filters if one.field in world.layer.metrics and counted_rows(world, one.field) == dataset
    ]
    if len(had) == 1:
        narrowed = had[0].model_copy(update={"where": (*had[0].where, condition)})
        filters = tuple(narrowed if one is had[0] else one for one in query.filters)
    elif not had and _is_of(asking, query, dataset):
        filters = (*query.filters, condition)
    else:
        return None
    changed = query.model_copy(update={"filters": filters})
    return replace(plan, query=changed, asked=None) if asking.stands(changed) else None


def _is_of(asking: Asking, query: SemanticQuery, dataset: str) -> bool:
    """Whether the one metric of a query is of rows that each belong to a row of a dataset."""
    if query.entity or len(query.metrics) != 1:
        return query.entity == dataset and not query.metrics
    return asking.world.reach.distance(list(query.metrics), dataset) is not None


def extreme_of_each(asking: Asking) -> Outcome | None:
    """That the largest single row of each group is not told: "largest order per country" is no count of orders."""
    for at, behind in asking.found("sizes"):
        for dataset, end in asking.words.nouns(behind):
            single = end <= len(asking.tokens) and not asking.words.is_plural(end - 1)
            each = end < len(asking.tokens) and asking.tokens[end].text in ("per", "by")
            if single and each and worth(asking.world, dataset):
                words = tuple(token.raw for token in asking.tokens[at : end + 1])
                return refuse(asking.question, "UNKNOWN_WORDS", asking.world, words)
    return None


def extreme(asking: Asking) -> Plan | None:
    """ "the highest deal", "largest single order last month", "top 5 orders by value in June"."""
    for name, descending in (("largest", True), ("smallest", False), ("longest", True), ("shortest", False)):
        for at, behind in asking.found(name):
            timed = name in ("longest", "shortest")
            for rest, number in _left(asking, at, behind):
                plan = _first_of(asking, rest, number, timed, descending)
                if plan is not None:
                    return plan
    return None


def _left(asking: Asking, at: int, behind: int) -> Iterator[tuple[list[Token], int | None]]:
    """The words that name the rows, with how many of them are asked for: "the 5 largest orders", "which order ..."."""
    tokens = asking.tokens
    before, after = asking.words.number(at - 1) if at else None, asking.words.number(behind)
    opened = at - 1 if before is not None else at
    start = asking.past(after[1] if after is not None else behind, "singles")
    number = before or after
    if asking.past(0, "openers") >= opened:
        yield _without_scale(asking, start), int(number[0]) if number is not None else None
    be = next((one for one in range(at - 1, 0, -1) if tokens[one].text not in ("the", "our")), 0)
    asked = asking.end(0, "which_one")
    if asked is not None and asking.end(be, "being") is not None and number is None:
        yield [*tokens[asked:be], *tokens[behind:]], None


def _without_scale(asking: Asking, start: int) -> list[Token]:
    """The words from here on without "by value" and "ever"."""
    kept: list[Token] = []
    at = start
    while at < len(asking.tokens):
        behind = asking.end(at, "scales")
        kept.extend(asking.tokens[at : at + 1] if behind is None else ())
        at = behind or at + 1
    return kept


def _first_of(asking: Asking, rest: Sequence[Token], number: int | None, timed: bool, descending: bool) -> Plan | None:
    plan = asking.read([*asking.made("number of", 0), *rest]) if rest else None
    dataset = counted(plan, asking.world)
    if plan is None or not dataset or not asking.world.layer.datasets[dataset].time:
        return None  # what happens is worth something; the top of other things is a matter of what is measured
    fields = lengths(asking, dataset) if timed else (worth(asking.world, dataset),)
    if len(fields) != 1 or not fields[0]:
        return None
    own = _own(asking, dataset)
    several = any(token.text != token.plain for token in rest if token.bare in own)
    shown = number or (SHOWN if several else 1)
    found = listed(asking, plan, Sorting(fields[0], descending, shown))
    if found is None or number is not None or not several:
        return found
    note = asking.world.language.message("default_limit", limit=shown)
    return replace(found, notes=(*found.notes, note))


def _own(asking: Asking, dataset: str) -> set[str]:
    """The bare words that a dataset is called by."""
    told, language = asking.world.layer.datasets[dataset], asking.world.language
    calls = (told.name.replace("_", " "), told.title, *told.synonyms)
    return {token.bare for call in calls for token in language.tokens(call)}
