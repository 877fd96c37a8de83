"""Follow-ups that bound the rows of the answer before by its number: "only those above 1000"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.understanding import Element
from semantic_layer import Filter

ORDERED = ("gt", "ge", "lt", "le")


def read_bound(follow_up: FollowUp) -> Reading | None:
    """ "only those above 1000": a condition on the number of the answer before."""
    elements = [e for e in follow_up.understanding.meanings(follow_up.tokens) if e.cues != {"filler"} or e.amount]
    base = follow_up.base
    grouped = {group.field for group in base.group_by}
    told = [
        e for e in elements if not (e.cues & {"only", "which", "having", "link_value", "link_any"} and not _compares(e))
    ]
    told = [e for e in told if not _names_rows(follow_up, e, grouped)]
    if len(told) != 2 or told[1].amount is None or not _compares(told[0]) or len(base.metrics) != 1:
        return None
    if not (base.group_by or base.entity):
        return None
    operator = next(cue.removeprefix("cmp_") for cue in sorted(told[0].cues) if cue.startswith("cmp_"))
    condition = Filter.model_validate({"field": base.metrics[0], "op": operator, "values": (_plain(told[1].amount),)})
    instead = _in_place(follow_up, condition)
    if instead is not None:
        return instead
    filters = (*(f for f in base.filters if f.field != base.metrics[0]), condition)
    query = base.model_copy(update={"filters": filters})
    return Plan(query) if follow_up.stands(query) else None


def _names_rows(follow_up: FollowUp, element: Element, grouped: set[str]) -> bool:
    """Whether words only name the rows, or what is counted: "customers above 1000", but not "at least 20 reviews"."""
    base, nouns = follow_up.base, follow_up.understanding.world.nouns
    named = [field for field in grouped if _is_name(follow_up, field)]
    things = {field.partition(".")[0] for field in named} | {base.entity}
    things |= {nouns.counted.get(name, "") for name in base.metrics}
    metrics, reach = follow_up.understanding.world.layer.metrics, follow_up.understanding.world.reach
    things |= {fact for name in base.metrics if metrics[name].format == "integer" for fact in reach.facts(name)}
    return any(c.target in grouped or (c.kind == "noun" and c.target in things) for c in element.concepts)


def _is_name(follow_up: FollowUp, field: str) -> bool:
    """Whether a breakdown is by the rows themselves: by their name or their key."""
    dataset, _, name = field.partition(".")
    world = follow_up.understanding.world
    known = dataset in world.layer.datasets
    return known and (field in world.nouns.names(dataset) or name in world.layer.datasets[dataset].key_fields)


def _in_place(follow_up: FollowUp, condition: Filter) -> Reading | None:
    """ "below 50 instead" behind orders above 200: the other bound of each order, or one of each group's number?"""
    base, fields = follow_up.base, follow_up.understanding.world.layer.fields
    old = [one for one in base.filters if one.field in fields and one.op in ORDERED and not one.entity]
    old = [one for one in old if fields[one.field].kind == "number"]
    if not old:
        return None
    new = old[0].model_copy(update={"op": condition.op, "values": condition.values})
    other = Plan(base.model_copy(update={"filters": tuple(new if one is old[0] else one for one in base.filters)}))
    beside = Plan(base.model_copy(update={"filters": (*base.filters, condition)}))
    return other if "replacing" in follow_up.cues else follow_up.ask_which((other, beside))


def _plain(amount: float) -> float | int:
    return int(amount) if amount.is_integer() else amount


def _compares(element: Element) -> bool:
    return any(cue.startswith("cmp_") and cue != "cmp_between" for cue in element.cues)
