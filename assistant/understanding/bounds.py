"""Passes that find conditions with numbers and deeds: "with more than 5 orders", "who have not ordered in 90 days"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.understanding.draft import Bound, Draft, Presence
from assistant.understanding.lexicon import Concept
from assistant.understanding.tokens import tokenize
from semantic_layer import TimeRange

COMPARATORS = ("gt", "ge", "lt", "le", "eq")
SUFFIXES = {"or_more": "ge", "or_less": "le"}
BOUND_COST = 0.05


@dataclass(frozen=True)
class Amount:
    """A number of a condition: the element after it, its value or values, and the sign or unit that it carries."""

    behind: int
    values: tuple[float, ...]
    unit: str = ""


def find_bounds(draft: Draft) -> None:
    """ "countries with more than 100 orders", "rating above 4", "exactly one order", "ordered at least twice"."""
    for at in range(len(draft.elements)):
        operator = _comparator(draft, at)
        if operator:
            _bound(draft, at, operator)
    for at in draft.cues("once"):
        _times_done(draft, at)


def _comparator(draft: Draft, at: int) -> str:
    if at in draft.uses or draft.kind(at) != "":
        return ""
    cues = draft.element(at).cues
    return next((name for name in (*COMPARATORS, "between") if f"cmp_{name}" in cues), "")


def _bound(draft: Draft, at: int, operator: str) -> None:
    if draft.has(at + 1 if at + 1 < len(draft.elements) else None, "once"):  # "exactly once"
        return
    amount = _amount(draft, at + 1, pair=operator == "between")
    if amount is None or (operator == "between") != (len(amount.values) == 2):
        return
    suffix = _suffix(draft, amount.behind)
    if suffix and operator == "eq":
        operator, amount = SUFFIXES[suffix], replace(amount, behind=amount.behind + 1)
    target = _target(draft, at, amount)
    if target is None:
        return
    place, choices = target
    found = tuple(c for c in choices if _fits_unit(draft, c, amount.unit))
    if not found:
        return
    for used in range(at, amount.behind):
        draft.use(used, "condition", operator)
    _add(draft, place, Bound(place, found, operator, _scaled(draft, found, amount)))


def _suffix(draft: Draft, at: int) -> str:
    return next((name for name in SUFFIXES if at < len(draft.elements) and draft.has(at, name)), "")


def _amount(draft: Draft, at: int, pair: bool) -> Amount | None:
    """The number written here with its sign; both numbers of "between 5 and 10"."""
    unit, behind, value = _number(draft, at)
    if value is None:
        return None
    if not pair:
        return Amount(behind, (value,), unit)
    if behind >= len(draft.elements) or "and" not in draft.element(behind).cues:
        return None
    second, end, last = _number(draft, behind + 1)
    return Amount(end, (value, last), unit or second) if last is not None else None


def _number(draft: Draft, at: int) -> tuple[str, int, float | None]:
    language, unit = draft.world.language, ""
    while at < len(draft.elements) and draft.element(at).text in language.data["unit_signs"]:
        unit, at = language.data["unit_signs"][draft.element(at).text], at + 1
    if at >= len(draft.elements) or draft.kind(at) != "number" or at in draft.uses:
        return unit, at, None
    value, at = draft.element(at).amount, at + 1
    while at < len(draft.elements) and (named := _unit_named(draft, at)):
        unit, at = named, at + 1
    return unit, at, value


def _unit_named(draft: Draft, at: int) -> str:
    language, text = draft.world.language, draft.element(at).text.casefold()
    if draft.element(at).concepts:
        return ""
    signs = language.data["unit_signs"]
    return signs.get(text) or next((unit for unit, words in language.data["unit_words"].items() if text in words), "")


def _target(draft: Draft, at: int, amount: Amount) -> tuple[int, tuple[Concept, ...]] | None:
    """What is compared: the metric named right after the number, else the one before, else what a verb measures."""
    after = amount.behind
    if after < len(draft.elements) and draft.element(after).text.casefold() in draft.world.language.words("times"):
        deed = _deed_before(draft, at)
        draft.use(after, "condition", "times")
        return deed
    while after < len(draft.elements) and draft.soft(after):
        after += 1
    if after < len(draft.elements) and draft.kind(after) != "dimension" and (found := _measured(draft, after)):
        return after, found
    before = draft.back(at)
    while before is not None and draft.kind(before) == "" and draft.element(before).cues & {"filler"}:
        before = draft.back(before)
    if before is None:
        return None
    return (before, found) if (found := _measured(draft, before) or _by_verb(draft, before)) else None


def _measured(draft: Draft, at: int) -> tuple[Concept, ...]:
    if at in draft.uses:
        return ()
    if draft.kind(at) == "dimension":
        fields = draft.world.layer.fields
        return tuple(c for c in draft.concepts(at, "dimension") if fields[c.target].kind == "number")
    return draft.metric_choices(at)


def _by_verb(draft: Draft, at: int) -> tuple[Concept, ...]:
    """The amount that a verb stands for: "spent over 500"."""
    if not draft.element(at).unknown:
        return ()
    language = draft.world.language
    for noun in language.measures_of(draft.element(at).word, own=False):
        found = draft.world.lexicon.lookup(tokenize(noun, language.forms))
        metrics = tuple(c for c in found if c.kind == "metric")
        if metrics:
            return metrics
    return ()


def _fits_unit(draft: Draft, concept: Concept, unit: str) -> bool:
    """Whether the sign of a number is the unit of what it is compared with."""
    layer = draft.world.layer
    own = layer.metrics[concept.target].unit if concept.kind == "metric" else layer.fields[concept.target].unit
    return not unit or unit == own


def _scaled(draft: Draft, found: tuple[Concept, ...], amount: Amount) -> tuple[float | int, ...]:
    """Percent as the share that the layer computes with; whole numbers stay whole."""
    metric = draft.world.layer.metrics.get(found[0].target)
    shrink = metric is not None and metric.format == "percent" and (amount.unit == "%" or max(amount.values) > 1)
    values = [value / 100 if shrink else value for value in amount.values]
    return tuple(int(value) if value == int(value) else value for value in values)


def _deed_before(draft: Draft, at: int) -> tuple[int, tuple[Concept, ...]] | None:
    """What was done, right before a word that says how often."""
    before = at - 1
    while before >= 0 and draft.kind(before) == "" and draft.soft(before):
        before -= 1
    if before < 0:
        return None
    choices = _measured(draft, before) if draft.kind(before) in ("noun", "metric") else _deed(draft, before)
    return (before, choices) if choices else None


def _times_done(draft: Draft, at: int) -> None:
    """ "ordered exactly once", "bought at least twice": how often a deed was done."""
    before = at - 1
    operator = "eq"
    if before >= 0 and (named := _comparator(draft, before)):
        operator, before = named, before - 1
    deed = _deed_before(draft, before + 1)
    times = draft.world.language.data["once"][draft.element(at).text.casefold()]
    if deed is not None and operator != "between":
        before, choices = deed
        for used in range(before + 1, at + 1):
            draft.use(used, "condition", operator)
        _add(draft, before, Bound(before, choices, operator, (times,)))


def _deed(draft: Draft, at: int) -> tuple[Concept, ...]:
    """The count of what a verb does: "bought" counts purchases."""
    language = draft.world.language
    nouns = language.counts_of(draft.element(at).word) if draft.element(at).unknown else ()
    for noun in nouns:
        found = draft.world.lexicon.lookup(tokenize(noun, language.forms))
        metrics = tuple(c for c in found if c.kind == "metric")
        if metrics:
            return metrics
    return ()


def _add(draft: Draft, place: int, bound: Bound) -> None:
    """Keep a condition: of each entity when one is its subject, of each group otherwise."""
    entity = _subject(draft, place, bound.choices) if bound.choices[0].kind == "metric" else None
    draft.use(place, "condition", bound.choices[0].target)
    draft.penalty += BOUND_COST
    if entity is not None:
        at, dataset = entity
        draft.subjects.setdefault(dataset, at)
        bound = replace(bound, entity=dataset)
    draft.bounds.append(bound)


def _subject(draft: Draft, place: int, choices: tuple[Concept, ...]) -> tuple[int, str] | None:
    """The entity before a condition that has or does what is counted: "customers with more than 5 orders"."""
    for at in range(place - 1, -1, -1):
        dataset = draft.noun(at) if draft.kind(at) == "noun" else draft.implied_noun(at)
        if not dataset:
            continue
        facts = {fact for choice in choices for fact in draft.world.reach.facts(choice.target)}
        near = all(draft.world.reach.distance([choice.target], dataset) is not None for choice in choices)
        if draft.world.layer.datasets[dataset].entity and near and dataset not in facts:
            return at, dataset
    return None


def find_deeds(draft: Draft) -> None:
    """ "customers who ordered last year but not this year", "who have not ordered in 90 days"."""
    for at in range(len(draft.elements)):
        if at in draft.uses or not _is_deed(draft, at):
            continue
        choices = _measured(draft, at) if draft.kind(at) in ("noun", "metric") else _deed(draft, at)
        subject = _subject(draft, at, choices) if choices else None
        if subject is None or not _asks_for(draft, subject[0], at):
            continue
        draft.subjects.setdefault(subject[1], subject[0])
        _clauses(draft, at, choices, subject[1])


def _is_deed(draft: Draft, at: int) -> bool:
    if draft.kind(at) in ("noun", "metric"):
        named = [concept for concept in draft.element(at).concepts if concept.kind in ("noun", "metric")]
        return all(concept.inflected for concept in named) or _denied(draft, at)
    return bool(_deed(draft, at))


def _denied(draft: Draft, at: int) -> bool:
    return at > 0 and draft.has(at - 1, "denied")


def _asks_for(draft: Draft, subject: int, deed: int) -> bool:
    """Whether the subject is told apart by the deed: "which customers ordered", "customers who never ordered"."""
    between = [draft.element(at) for at in range(subject + 1, deed)]
    related = any("which" in element.cues or "denied" in element.cues for element in between)
    asked = any("which" in draft.element(at).cues for at in range(subject))
    return related or asked or bool(draft.cues("listing"))


def _clauses(draft: Draft, at: int, choices: tuple[Concept, ...], entity: str) -> None:
    """The deed with its time, and the times at which it was not done."""
    negated = _denied(draft, at)
    if negated:
        draft.use(at - 1, "condition", "none")
    draft.use(at, "condition", choices[0].target)
    place = _object(draft, at + 1)
    while True:
        time, last, behind = _time_of(draft, place)
        operator, values = ("eq", (0,)) if negated else ("ge", (1,))
        draft.bounds.append(Bound(at, choices, operator, values, entity, time, last))
        place = behind
        near = range(place, min(place + 2, len(draft.elements)))
        step = next((i for i in near if draft.has(i, "denied", "exclude")), None)
        if step is None or (time is None and not last):
            return
        following, _, _ = _time_of(draft, step + 1)
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


def _time_of(draft: Draft, at: int) -> tuple[TimeRange | None, str, int]:
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
    """ "orders with a coupon", "tickets without an agent": whether a field is filled."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "dimension" or at in draft.uses or draft.is_flag(at) or at == 0:
            continue
        start = draft.back(at)
        lead = [place for place in range(0 if start is None else start + 1, at) if place not in draft.uses]
        absent = start is not None and start not in draft.uses and draft.has(start, "absent")
        held = [place for place in lead if "having" in draft.element(place).cues]
        if not (absent or held) or _has_value_beside(draft, at) or not _is_nameable(draft, at):
            continue
        draft.presence.append(Presence(at, draft.concepts(at, "dimension"), not absent))
        draft.use(at, "condition", "not empty" if not absent else "empty")
        for place in (*held, *([start] if absent and start is not None else [])):
            draft.use(place, "condition")


def _has_value_beside(draft: Draft, at: int) -> bool:
    following = draft.ahead(at)
    return following is not None and draft.kind(following) in ("value", "number")


def _is_nameable(draft: Draft, at: int) -> bool:
    """Only a single thing can be had or lacked ("a coupon"), not a number or a date."""
    fields = draft.world.layer.fields
    return all(fields[c.target].kind == "categorical" for c in draft.concepts(at, "dimension"))


def find_bounded_grain(draft: Draft) -> None:
    """ "days with more than 50 orders": the units of time that meet a condition."""
    loose = [bound.place for bound in draft.bounds if bound.choices[0].kind == "metric" and not bound.entity]
    if draft.groups or draft.grain or not loose:
        return
    for at in range(min(loose)):
        if draft.kind(at) == "grain" and at not in draft.uses and draft.element(at).plural:
            draft.take_grain(at)
            return


def _list_entity(draft: Draft) -> None:
    """ "list all enterprise customers in France": an entity named right after a word that asks for its rows."""
    for cue in draft.cues("listing"):
        at = draft.ahead(cue)
        while at is not None and draft.kind(at) == "value":
            at = draft.ahead(at)
        counted = at is not None and draft.kind(at) == "noun" and draft.world.nouns.identity(draft.noun(at))
        others = any(draft.kind(i) in ("metric", "grain", "time") for i in range(len(draft.elements)))
        if at is not None and counted and not others and not draft.bounds:
            draft.subjects.setdefault(draft.noun(at), at)


def find_lists(draft: Draft) -> None:
    """ "which customers ...", "list customers who ...": rows of an entity that meet conditions."""
    _list_entity(draft)
    for dataset, at in draft.subjects.items():
        before = [place for place in range(at) if draft.has(place, "which", "listing")]
        counted = draft.cues("how_many")
        if not before or counted or draft.listed or draft.ranking is not None:
            continue
        draft.listed = dataset
        draft.use(at, "dimension", dataset)
        draft.use(before[-1], "filler")
