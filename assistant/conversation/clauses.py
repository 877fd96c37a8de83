"""Follow-ups that say more of those counted or listed before: "who have open tickets", "with a subscription"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.phrases import words_of
from assistant.conversation.population import is_cut
from semantic_layer import Filter, SemanticQuery

OPENING = frozenset({"who", "that", "with", "without"})


def read_clause(follow_up: FollowUp) -> Reading | None:
    """Those of the answer before that meet one more condition; None for words that open no clause of theirs."""
    dataset = opens_clause(follow_up)
    if not dataset:
        return None
    world, base = follow_up.understanding.world, follow_up.base
    said = " ".join(token.raw for token in follow_up.rest)
    title, count = world.layer.datasets[dataset].title.lower(), world.nouns.count_of(dataset)
    read = (follow_up.understanding.plan(f"{lead}{title} {said}") for lead in ("list ", ""))
    found = (_conditions(told.query, dataset, count) for told in read if isinstance(told, Plan))
    conditions = next((one for one in found if one), ())
    if not conditions:
        return None
    entity = "" if base.entity else dataset
    own = tuple(one.model_copy(update={"entity": entity}) if _is_of_each(follow_up, one) else one for one in conditions)
    query = base.model_copy(update={"filters": tuple(dict.fromkeys((*base.filters, *own)))})
    return Plan(query) if follow_up.stands(query) else follow_up.refuse("unfollowed")


def opens_clause(follow_up: FollowUp) -> str:
    """The entity of those that a clause may say more of; empty when the words open none."""
    return _those(follow_up) if set(words_of(follow_up.rest)[:1]) & OPENING else ""


def read_first_of_those(follow_up: FollowUp) -> Reading | None:
    """ "who spent the most?" behind the customers in Berlin: of those, or of all?"""
    dataset = _those(follow_up)
    if not dataset or words_of(follow_up.rest)[:1] != ("who",):
        return None
    world, base = follow_up.understanding.world, follow_up.base
    alone = follow_up.understanding.plan(follow_up.question)
    keys = {f"{dataset}.{key}" for key in world.layer.datasets[dataset].key_fields}
    if not isinstance(alone, Plan) or not alone.query.limit or not keys & {g.field for g in alone.query.group_by}:
        return None
    told = tuple(
        one.model_copy(update={"entity": dataset}) if _is_of_each(follow_up, one) else one for one in base.filters
    )
    narrowed = alone.query.model_copy(update={"filters": tuple(dict.fromkeys((*alone.query.filters, *told)))})
    plans = [Plan(query) for query in (narrowed, alone.query) if follow_up.stands(query)]
    return follow_up.ask_which(plans)


def _those(follow_up: FollowUp) -> str:
    """The entity whose members the answer before counted or listed under conditions; empty for any other answer."""
    world, base = follow_up.understanding.world, follow_up.base
    if is_cut(base) or (base.group_by and not base.entity) or not base.filters:
        return ""
    counted = next((world.nouns.counted.get(name, "") for name in base.metrics), "")
    dataset = base.entity if not base.metrics else "" if base.entity else counted
    return dataset if dataset and world.layer.datasets[dataset].entity else ""


def _conditions(query: SemanticQuery, dataset: str, count: str) -> tuple[Filter, ...]:
    """The conditions of a list or a number of such things that says nothing else."""
    bounded = {one.field for one in query.filters}  # a list may show the number of its condition
    listed = query.entity == dataset and set(query.metrics) <= bounded
    counted = query.metrics == (count,) and not query.group_by
    plain = not (query.limit or query.time_range or query.compare or query.shares)
    return query.filters if plain and (listed or counted) else ()


def _is_of_each(follow_up: FollowUp, condition: Filter) -> bool:
    """Whether a condition is on a number of each one."""
    return condition.field in follow_up.understanding.world.layer.metrics
