"""Groups told as combinations: "the top 5 combinations of city and tier by number of rides"."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from semantic_layer import OrderBy

LARGEST, SMALLEST = "top", "bottom"


def combinations(asking: Asking) -> Plan | None:
    """The plan of a number by the fields that are combined, the first few where these are asked; None for others."""
    for at, behind in asking.found("combinations"):
        each = at > 0 and asking.tokens[at - 1].text in ("each", "every")
        plan = _of_each(asking, at - 1, behind) if each else _of_first(asking, at, behind)
        if plan is not None and len(plan.query.group_by) > 1:
            return plan
    return None


def _of_each(asking: Asking, at: int, behind: int) -> Plan | None:
    """ "rides for each combination of city and tier"."""
    tokens = asking.tokens
    start = at - 1 if at and tokens[at - 1].text in ("for", "in", "of") else at
    if start:
        return asking.read((*tokens[:start], *asking.made("by", at), *tokens[behind:]))
    end = next((i for i in range(behind, len(tokens)) if tokens[i].text == ","), len(tokens) - 1)
    return asking.read((*tokens[end + 1 :], *asking.made("by", at), *tokens[behind:end]))


def _of_first(asking: Asking, at: int, behind: int) -> Plan | None:
    """ "top 5 combinations of city and tier by number of rides in 2025"."""
    tokens = asking.tokens
    by = next((i for i in range(behind, len(tokens)) if tokens[i].text == "by"), None)
    cut = _cut(asking, at)
    if by is None or cut is None:
        return None
    rows, descending = cut
    plan = asking.read((*tokens[by + 1 :], *asking.made("by", by), *tokens[behind:by]))
    if plan is None or plan.query.limit is not None or len(plan.query.metrics) != 1:
        return None
    order = OrderBy(by=plan.query.metrics[0], descending=descending)
    query = plan.query.model_copy(update={"limit": rows, "order_by": (order,)})
    return replace(plan, query=query, spans=()) if asking.stands(query) else None


def _cut(asking: Asking, at: int) -> tuple[int, bool] | None:
    """How many are asked for right before a place, and whether the largest come first: "top 5", "3 highest"."""
    pair = asking.tokens[max(0, at - 2) : at]
    cues = [set(asking.world.language.cues.get(token.text, ())) for token in pair]
    ways = [LARGEST in one for one in cues if one & {LARGEST, SMALLEST}]
    numbers = [int(token.text) for token in pair if token.text.isdecimal()]
    return (numbers[0], ways[0]) if len(ways) == 1 and len(numbers) == 1 else None
