"""Passes that find what somebody did, has or lacks: "who have not ordered in 90 days", "with an open ticket"."""

from __future__ import annotations

from assistant.understanding.bounds import counted_deed, measured, subject_of
from assistant.understanding.draft import Bound, Draft, Presence
from assistant.understanding.lexicon import Concept
from semantic_layer import SimpleMetric, TimeRange

POSSESSION_COST = 0.05
COUNTING = ("count", "count_distinct")


def find_deeds(draft: Draft) -> None:
    """ "customers who ordered last year but not this year", "who have not ordered in 90 days", "without a ticket"."""
    for at in range(len(draft.elements)):
        if at in draft.uses or _is_ranked(draft, at) or not _is_deed(draft, at):
            continue
        choices = measured(draft, at) if draft.kind(at) in ("noun", "metric") else counted_deed(draft, at)
        subject = subject_of(draft, at, choices) if choices else None
        if subject is None or not _asks_for(draft, subject[0], at):
            continue
        draft.subjects.setdefault(subject[1], subject[0])
        _clauses(draft, at, choices, subject[1])


def _is_ranked(draft: Draft, at: int) -> bool:
    """Whether a ranking word stands beside: "which products are returned most often"."""
    beside = (place for place in (at - 1, at + 1) if 0 <= place < len(draft.elements))
    return any(draft.has(place, "top", "bottom") for place in beside)


def _is_deed(draft: Draft, at: int) -> bool:
    if draft.kind(at) in ("noun", "metric"):
        if not all(_counts(draft, concept.target) for concept in draft.metric_choices(at)):
            return False  # only what can be counted is done or had
        named = [concept for concept in draft.element(at).concepts if concept.kind in ("noun", "metric")]
        inflected = all(concept.inflected for concept in named) and not draft.cues("how_many")
        return inflected or _denial(draft, at) is not None or _possession(draft, at) is not None
    return bool(counted_deed(draft, at))


def _counts(draft: Draft, name: str) -> bool:
    metric = draft.world.layer.metrics[name]
    return isinstance(metric, SimpleMetric) and draft.world.layer.measures[metric.measure].agg in COUNTING


def _denial(draft: Draft, at: int) -> int | None:
    """The word that denies a deed, past fillers: "have not made any purchase"."""
    return _lead(draft, at, "denied", "absent")


def _possession(draft: Draft, at: int) -> int | None:
    """The word that says somebody has the thing: "customers with an open ticket", "who made a purchase"."""
    return _lead(draft, at, "having")


def _lead(draft: Draft, at: int, *cues: str) -> int | None:
    """The nearest element before that is one of these cues, past words that say nothing."""
    for place in range(at - 1, -1, -1):
        if draft.has(place, *cues) and draft.kind(place) == "":
            return place
        if draft.kind(place) != "" or draft.element(place).unknown or not _is_plain(draft, place):
            return None
    return None


def _is_plain(draft: Draft, at: int) -> bool:
    return at not in draft.uses and draft.element(at).cues <= {"filler", "each_one"}


def _asks_for(draft: Draft, subject: int, deed: int) -> bool:
    """Whether the subject is told apart by the deed: "which customers ordered", "customers who never ordered"."""
    between = [draft.element(at) for at in range(subject + 1, deed)]
    related = any(element.cues & {"which", "denied", "absent", "having"} for element in between)
    asked = any("which" in draft.element(at).cues for at in range(subject))
    return related or asked or bool(draft.cues("listing"))


def _clauses(draft: Draft, at: int, choices: tuple[Concept, ...], entity: str) -> None:
    """The deed with its time, and the times at which it was not done."""
    denial, possession = _denial(draft, at), _possession(draft, at)
    negated = denial is not None
    for lead in (denial, possession):
        for place in range(lead, at) if lead is not None else ():
            draft.use(place, "condition", "none" if negated else "ge")
    if possession is not None:
        draft.penalty += POSSESSION_COST
    draft.use(at, "condition", choices[0].target)
    place = _object(draft, at + 1)
    while True:
        time, last, behind = time_of(draft, place)
        operator, values = ("eq", (0,)) if negated else ("ge", (1,))
        draft.bounds.append(Bound(at, choices, operator, values, entity, time, last))
        place = behind
        near = range(place, min(place + 2, len(draft.elements)))
        step = next((i for i in near if draft.has(i, "denied", "exclude")), None)
        if step is None or (time is None and not last):
            return
        following, _, _ = time_of(draft, step + 1)
        if following is None:
            return
        for used in range(place, step + 1):
            draft.use(used, "condition", "none")
        negated, place = True, step + 1


def _object(draft: Draft, at: int) -> int:
    """Past "anything", "something" and the like."""
    while at < len(draft.elements) and draft.kind(at) == "" and draft.element(at).cues == {"filler"}:
        draft.use(at, "filler")
        at += 1
    return at


def time_of(draft: Draft, at: int) -> tuple[TimeRange | None, str, int]:
    """The period or interval that starts here ("last year", "in 90 days", "for 6 months"), and the place behind it."""
    first = at
    while at < len(draft.elements) and draft.soft(at) and draft.kind(at) == "":
        at += 1
    if at >= len(draft.elements):
        return None, "", first
    phrase = draft.element(at).time
    if draft.kind(at) == "time" and phrase is not None and len(phrase.readings) == 1:
        for used in range(first, at + 1):
            draft.use(used, "time", draft.element(at).text)
        return phrase.readings[0].clipped(draft.world.as_of), "", at + 1
    number = draft.element(at).number
    unit = draft.element(at + 1).grain if at + 1 < len(draft.elements) else ""
    if draft.kind(at) == "number" and number and unit and "adverb" not in draft.element(at + 1).cues:
        for used in range(first, at + 2):
            draft.use(used, "time", f"{number} {unit}s")
        return None, f"{number} {unit}s", at + 2
    return None, "", first


def find_presence(draft: Draft) -> None:
    """ "orders with a coupon", "tickets without an agent", "customers whose gender is unknown": filled or empty."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "dimension" or at in draft.uses or draft.is_flag(at) or at == 0:
            continue
        if not _is_nameable(draft, at) or _has_value_beside(draft, at):
            continue
        blank = _blank_behind(draft, at)
        if blank:
            _keep(draft, at, [blank], filled=False)
            continue
        start = draft.back(at)
        lead = [place for place in range(0 if start is None else start + 1, at) if place not in draft.uses]
        absent = start is not None and start not in draft.uses and draft.has(start, "absent")
        held = [place for place in lead if "having" in draft.element(place).cues]
        if held and _is_judged(draft, at):
            draft.take_group(at)
            for place in held:
                draft.use(place, "filler")
            continue
        if absent or held:
            _keep(draft, at, [*held, *([start] if absent and start is not None else [])], filled=not absent)


def _is_judged(draft: Draft, at: int) -> bool:
    """ "how happy are customers with our teams": with what somebody is happy, nobody has."""
    words = {word for element in draft.elements[:at] for word in element.text.casefold().split()}
    return not words.isdisjoint(draft.world.language.words("judged_with"))


def _keep(draft: Draft, at: int, said: list[int], filled: bool) -> None:
    draft.presence.append(Presence(at, draft.concepts(at, "dimension"), filled))
    draft.use(at, "condition", "not empty" if filled else "empty")
    for place in said:
        draft.use(place, "condition")


def _blank_behind(draft: Draft, at: int) -> int | None:
    """ "... is unknown" right after the field."""
    place = at + 1
    while place < len(draft.elements) and draft.kind(place) == "" and draft.soft(place):
        place += 1
    return place if place < len(draft.elements) and draft.has(place, "blank") else None


def _has_value_beside(draft: Draft, at: int) -> bool:
    following = draft.ahead(at)
    return following is not None and draft.kind(following) in ("value", "number")


def _is_nameable(draft: Draft, at: int) -> bool:
    """Only a single thing can be had or lacked ("a coupon"), not a number or a date."""
    fields = draft.world.layer.fields
    return all(fields[c.target].kind == "categorical" for c in draft.concepts(at, "dimension"))
