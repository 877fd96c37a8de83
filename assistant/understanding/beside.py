"""A pass for conditions whose value is another number: "above average revenue", "sold more than last year"."""

from __future__ import annotations

from assistant.understanding.bounded import amount_of_verb, measured, of_deed
from assistant.understanding.bounds import add_bound, comparator
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Bound, Draft

ORDERED = ("gt", "ge", "lt", "le")
EARLIER = ("previous_year", "previous_period")
Target = tuple[int, tuple[Concept, ...]]


def find_beside(draft: Draft) -> None:
    """Metrics of things or groups against their average, or against what they were in another period."""
    for at in range(len(draft.elements)):
        operator = comparator(draft, at)
        if operator in ORDERED:
            _beside_average(draft, at, operator)
            _beside_earlier(draft, at, operator)
    for at in draft.cues("than"):
        _more_than_earlier(draft, at)


def _beside_average(draft: Draft, at: int, operator: str) -> None:
    """ "above average revenue", "a refund rate above average", "spent more than the average customer"."""
    average = at + 1
    if average >= len(draft.elements) or draft.kind(average) != "" or not draft.has(average, "average"):
        return
    behind = average + 1
    while behind < len(draft.elements) and "link_any" in draft.element(behind).cues and draft.kind(behind) == "":
        behind += 1  # "below average in revenue"
    found = measured(draft, behind) if behind < len(draft.elements) and draft.kind(behind) == "metric" else ()
    behind = behind if found else average + 1
    target: Target | None = (behind, found) if found else _measured_before(draft, at)
    if target is None:
        return
    if not found and _is_one_of_them(draft, behind):
        draft.use(behind, "condition", "average")
    _set(draft, target, range(at, average + 1), Bound(target[0], target[1], operator, (), than="average"))


def _is_one_of_them(draft: Draft, at: int) -> bool:
    """ "than the average customer": the thing in the singular that the condition is on."""
    if at >= len(draft.elements) or draft.element(at).plural:
        return False
    named = {concept.target for concept in draft.element(at).concepts if concept.kind in ("noun", "dimension")}
    return any(
        {concept.target for concept in draft.element(i).concepts} & named for i in range(at) if draft.element(i).plural
    )


def _measured_before(draft: Draft, at: int) -> Target | None:
    """What stands before the comparison: a metric, or a verb that stands for one."""
    before = draft.back(at)
    if before is None or draft.kind(before) not in ("metric", "dimension", ""):
        return None
    found = measured(draft, before) or amount_of_verb(draft, before)
    return (before, found) if found else None


def _beside_earlier(draft: Draft, at: int, operator: str) -> None:
    """ "sold more than last year"."""
    words = draft.element(at).text.casefold().split()
    then = _earlier(draft, at)
    target = _measured_before(draft, at) if words[-1] == draft.world.language.data["than"] else None
    if then is None or target is None or draft.kind(target[0]) == "dimension" or not _of_groups(draft, at):
        return
    _hold_against(draft, target, range(at, at + 1), operator, then)


def _more_than_earlier(draft: Draft, at: int) -> None:
    """ "had more orders than last year", "had a lower refund rate than the year before"."""
    then, words = _earlier(draft, at), draft.world.language.data["comparative_words"]
    average = at + 1 if at + 1 < len(draft.elements) and draft.has(at + 1, "average") else None
    more = next((i for i in reversed(range(at)) if draft.has(i, "more") and draft.kind(i) == ""), None)
    if (then is None and average is None) or more is None or not _of_groups(draft, more):
        return
    place = draft.ahead(more)
    found = (of_deed(draft, more, place) or measured(draft, place)) if place is not None and place < at else ()
    target = (place, found) if place is not None and found else _measured_before(draft, more)
    operator = words.get(draft.element(more).text.casefold(), "")
    if target is None or draft.kind(target[0]) == "dimension":
        return
    operator = _judged(draft, operator, target[1])
    between = [i for i in range(target[0] + 1, at) if draft.kind(i) != "time"]
    if not operator or not all(draft.soft(i) for i in between if i > more):
        return
    if average is not None:
        bound = Bound(target[0], target[1], operator, (), than="average")
        _set(draft, target, (more, at, average), bound)
    elif then is not None:
        _hold_against(draft, target, (more, at), operator, then)


def _judged(draft: Draft, operator: str, choices: tuple[Concept, ...]) -> str:
    """The operator; of "better" and "worse" that which the metrics call good."""
    if operator in ORDERED:
        return operator
    good = {draft.world.layer.metrics[concept.target].good_direction for concept in choices}
    if len(good) != 1 or not operator or good == {"neutral"}:
        return ""
    return "gt" if (operator == "better") == (good == {"up"}) else "lt"


def _earlier(draft: Draft, at: int) -> int | None:
    """The other period right behind a comparison: a time, or words such as "the year before"."""
    place = at + 1
    while place < len(draft.elements) and draft.kind(place) == "" and "link_any" in draft.element(place).cues:
        place += 1
    if place >= len(draft.elements):
        return None
    return place if draft.kind(place) == "time" or draft.has(place, *EARLIER) else None


def _of_groups(draft: Draft, at: int) -> bool:
    """Whether groups in the plural are asked for, of which some meet the condition."""
    return any(draft.kind(i) == "dimension" and draft.element(i).plural and draft.groupable(i) for i in range(at))


def _hold_against(draft: Draft, target: Target, used: range | tuple[int, ...], operator: str, then: int) -> None:
    if draft.kind(then) == "time":
        draft.held_against = then
    _set(draft, target, used, Bound(target[0], target[1], operator, (), than="previous"))


def _set(draft: Draft, target: Target, used: range | tuple[int, ...], bound: Bound) -> None:
    for at in used:
        draft.use(at, "condition", bound.operator)
    add_bound(draft, target[0], bound)
