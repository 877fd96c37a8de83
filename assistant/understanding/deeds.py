"""Passes that find what somebody did, has or lacks: "who have not ordered in 90 days", "with an open ticket"."""

from __future__ import annotations

from assistant.understanding.bounded import counted_deed, measured
from assistant.understanding.bounds import subject_of
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Bound, Draft, Presence
from semantic_layer import TimeRange, is_count

POSSESSION_COST = 0.05


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


def find_both_times(draft: Draft) -> None:
    """ "customers who ordered in both 2024 and 2025": the deed was done in each of the periods."""
    times = [at for at in range(len(draft.elements)) if draft.kind(at) == "time"]
    for both in draft.cues("both_of") if len(times) == 2 else ():
        first, last = times
        between = range(both + 1, first)
        joined = [at for at in range(first + 1, last) if "and" in draft.element(at).cues]
        if not both < first or not joined or not all(draft.soft(at) for at in between):
            continue
        deed = next((at for at in range(both - 1, -1, -1) if not draft.soft(at)), None)
        choices = _deed_choices(draft, deed)
        subject = subject_of(draft, deed, choices) if deed is not None and choices else None
        if deed is None or subject is None or _denial(draft, deed) is not None:
            continue
        _in_each(draft, deed, choices, subject)
        for at in (both, *between, *range(first + 1, last)):
            draft.use(at, "condition", "ge")


def _deed_choices(draft: Draft, at: int | None) -> tuple[Concept, ...]:
    """What a verb counts, when it is one that is done."""
    if at is None or at in draft.uses:
        return ()
    if draft.kind(at) not in ("noun", "metric"):
        return counted_deed(draft, at)
    named = [c for c in draft.element(at).concepts if c.kind in ("noun", "metric")]
    counted = all(is_count(draft.world.layer, c.target) for c in draft.metric_choices(at))
    return measured(draft, at) if counted and all(c.inflected for c in named) else ()


def _in_each(draft: Draft, deed: int, choices: tuple[Concept, ...], subject: tuple[int, str]) -> None:
    times = [at for at in range(len(draft.elements)) if draft.kind(at) == "time"]
    phrases = [phrase for at in times if (phrase := draft.element(at).time) is not None and len(phrase.readings) == 1]
    if len(phrases) < len(times):
        return
    draft.subjects.setdefault(subject[1], subject[0])
    draft.use(deed, "condition", choices[0].target)
    for at, phrase in zip(times, phrases, strict=True):
        period = phrase.readings[0].clipped(draft.world.as_of)
        draft.use(at, "condition", draft.element(at).text)
        draft.bounds.append(Bound(deed, choices, "ge", (1,), subject[1], period))


def find_repeated_deeds(draft: Draft) -> None:
    """ "how many units per order do companies buy": a verb whose rows the metric is of anyway says nothing new."""
    names = [c.target for _, choices in draft.metrics for c in choices]
    words = draft.world.language.words("relatives")
    for at in range(len(draft.elements)) if names else ():
        told = any(draft.element(i).text.casefold() in words for i in range(1, at))  # "of customers who bought shoes"
        if told or at in draft.uses or not draft.element(at).unknown:
            continue
        if all(_is_of_deed(draft, at, name) for name in names):
            draft.use(at, "filler")


def _is_of_deed(draft: Draft, at: int, metric: str) -> bool:
    """Whether a metric is of the rows that a verb counts, or is named after them ("units per order")."""
    world = draft.world
    done = {fact for concept in counted_deed(draft, at) for fact in world.reach.facts(concept.target)}
    nouns = {world.language.bare(noun) for noun in world.language.counts_of(draft.element(at).word)}
    return bool(done and (done & world.reach.facts(metric) or nouns & world.lexicon.words_of(metric)))


def _is_ranked(draft: Draft, at: int) -> bool:
    """Whether a ranking word stands beside: "which products are returned most often"."""
    beside = (place for place in (at - 1, at + 1) if 0 <= place < len(draft.elements))
    return any(draft.has(place, "top", "bottom") for place in beside)


def _is_deed(draft: Draft, at: int) -> bool:
    if draft.kind(at) in ("noun", "metric"):
        if not all(is_count(draft.world.layer, concept.target) for concept in draft.metric_choices(at)):
            return False  # only what can be counted is done or had
        named = [concept for concept in draft.element(at).concepts if concept.kind in ("noun", "metric")]
        inflected = all(concept.inflected for concept in named) and not draft.cues("how_many")
        return inflected or _denial(draft, at) is not None or _possession(draft, at) is not None
    return bool(counted_deed(draft, at))


def _denial(draft: Draft, at: int) -> int | None:
    """The word that denies a deed, past fillers: "have not made any purchase"."""
    return _lead(draft, at, "denied", "absent")


def _possession(draft: Draft, at: int) -> int | None:
    """The word that says somebody has the thing: "customers with an open ticket", "who made a purchase"."""
    found = _lead(draft, at, "having")
    return _creation(draft, at) if found is None else found


def _creation(draft: Draft, at: int) -> int | None:
    """The verb by which the thing came to be: "which customers opened a ticket"."""
    words = draft.world.language.words("creation_verbs")
    for place in range(at - 1, 0, -1):
        element = draft.element(place)
        if element.unknown and element.text.casefold() in words and place not in draft.uses:
            happens = draft.kind(at) == "noun" and bool(draft.world.layer.datasets[draft.noun(at)].time)
            return place if happens else None
        if draft.kind(place) != "" or element.unknown or not _is_plain(draft, place):
            return None
    return None


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
    asked = asked or (bool(draft.cues("how_many")) and _creation(draft, deed) is not None)
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
        if _has_value_beside(draft, at):
            continue
        if _counts_things(draft, at):
            _keep_number(draft, at)
            continue
        if not _is_nameable(draft, at):
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


def _counts_things(draft: Draft, at: int) -> bool:
    """Whether a field is a number of things that one has or has not: "children", and not "age"."""
    fields = [draft.world.layer.fields[concept.target] for concept in draft.concepts(at, "dimension")]
    counts = [field for field in fields if field.kind == "number" and field.format == "integer"]
    return draft.element(at).plural and bool(fields) and len(counts) == len(fields)


def _keep_number(draft: Draft, at: int) -> None:
    """ "customers with children", "households without children": more than none, or none."""
    lead = at - 1
    if lead not in draft.uses and lead >= 0 and draft.kind(lead) == "" and draft.has(lead, "having", "absent"):
        absent = draft.has(lead, "absent")
        operator = "eq" if absent else "gt"
        draft.bounds.append(Bound(at, draft.concepts(at, "dimension"), operator, (0,)))
        for place in (lead, at):
            draft.use(place, "condition", operator)


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
