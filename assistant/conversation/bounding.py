"""Follow-ups that bound the rows of the answer before by its number: "only those above 1000"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.understanding import Element
from semantic_layer import Filter


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
    filters = (*(f for f in base.filters if f.field != base.metrics[0]), condition)
    query = base.model_copy(update={"filters": filters})
    return Plan(query) if follow_up.stands(query) else None


def _names_rows(follow_up: FollowUp, element: Element, grouped: set[str]) -> bool:
    """Whether words only name the rows, or what is counted: "customers above 1000", but not "at least 20 reviews"."""
    base, nouns = follow_up.base, follow_up.understanding.world.nouns
    things = {field.partition(".")[0] for field in grouped} | {base.entity}
    things |= {nouns.counted.get(name, "") for name in base.metrics}
    return any(c.target in grouped or (c.kind == "noun" and c.target in things) for c in element.concepts)


def _plain(amount: float) -> float | int:
    return int(amount) if amount.is_integer() else amount


def _compares(element: Element) -> bool:
    return any(cue.startswith("cmp_") and cue != "cmp_between" for cue in element.cues)
