"""Passes that find conditions with numbers: "with more than 5 orders", "rating above 4", "ordered at least twice"."""

from __future__ import annotations

from dataclasses import replace

from assistant.understanding.bounded import (
    SECONDS,
    Amount,
    age_field,
    bounded_thing,
    deed_before,
    fits_unit,
    measured,
    worth_field,
)
from assistant.understanding.bounded_rows import of_each_row
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Bound, Draft
from assistant.understanding.fitting import rates_of, standing_in
from assistant.understanding.tokens import tokenize

COMPARATORS = ("gt", "ge", "lt", "le", "eq")
SUFFIXES = {"or_more": "ge", "or_less": "le"}
BOUND_COST, LEAST_WORTH = 0.05, 1000


def find_bounds(draft: Draft) -> None:
    """ "countries with more than 100 orders", "rating above 4", "exactly one order", "ordered at least twice"."""
    for at in range(len(draft.elements)):
        operator = comparator(draft, at)
        if operator:
            _bound(draft, at, operator)
    for at in range(len(draft.elements)):
        if draft.kind(at) == "number" and at not in draft.uses:
            _open_number(draft, at)
    for at in draft.cues("once"):
        _times_done(draft, at)


def comparator(draft: Draft, at: int) -> str:
    """The comparison that an unused element says, as an operator; empty when it says none."""
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
    place, choices = _worth(draft, at, amount) or bounded_thing(draft, at, amount) or (draft.back(at), ())
    if place is None:
        return
    if ages := age_field(draft, at, place, amount):
        place, choices = at, ages
    found = _worth_of_rows(draft, place, amount) if place < at else ()
    found = found or tuple(c for c in choices if fits_unit(draft, c, amount.unit))
    found = found or rates_of(draft, choices, amount.unit)
    if not found and choices and place < at:
        place, found = at, worth_field(draft, place, amount.unit)
    if not found:
        return
    first = at - 1 if place > at and _is_creation(draft, at - 1, place) else at
    for used in range(first, amount.behind):
        draft.use(used, "condition", operator)
    bound = Bound(place, found, operator, _scaled(draft, found, amount))
    add_bound(draft, place, of_each_row(draft, at, bound) if place > at else bound)


def _worth(draft: Draft, at: int, amount: Amount) -> tuple[int, tuple[Concept, ...]] | None:
    """ "deals worth more than 5000": what each of the things is worth, and not how many there are."""
    before = at - 1
    if before < 1 or draft.element(before).text.casefold() not in draft.world.language.words("value_words"):
        return None
    units = (amount.unit,) if amount.unit else tuple(dict.fromkeys(draft.world.language.data["unit_signs"].values()))
    found = next((found for unit in units if (found := worth_field(draft, before - 1, unit))), ())
    if not found:
        return None
    draft.use(before, "condition", found[0].target)
    return before - 1, found


def _worth_of_rows(draft: Draft, place: int, amount: Amount) -> tuple[Concept, ...]:
    """ "win rate for deals over 50k": behind "for" it is such deals, and nobody counts so many of them."""
    linked = place > 0 and draft.element(place - 1).text.casefold() in draft.world.language.words("row_links")
    if not linked or draft.kind(place) != "noun" or amount.unit or min(amount.values) < LEAST_WORTH:
        return ()
    units = dict.fromkeys(draft.world.language.data["unit_signs"].values())
    return next((found for unit in units if (found := worth_field(draft, place, unit))), ())


def _is_creation(draft: Draft, at: int, place: int) -> bool:
    """ "opened more than three tickets": the verb by which the things that are counted came to be."""
    words, datasets = draft.world.language.words("creation_verbs"), draft.world.layer.datasets
    said = at >= 0 and draft.element(at).unknown and draft.element(at).text.casefold() in words
    return said and draft.kind(place) == "noun" and bool(datasets[draft.noun(place)].time)


def _open_number(draft: Draft, at: int) -> None:
    """ "with 5 or more orders", "1 or 2 stars", "5-star reviews": a condition without a word that compares."""
    value, behind = draft.element(at).amount, at + 1
    if value is None:
        return
    suffix = _suffix(draft, behind)
    values, operator = [value], SUFFIXES.get(suffix, "in")
    if not suffix:
        values, behind = _alternatives(draft, at)
    place = behind + 1 if suffix else behind
    while place < len(draft.elements) and draft.soft(place) and draft.kind(place) == "":
        place += 1
    if suffix and (place >= len(draft.elements) or not measured(draft, place)):
        _open_number_behind(draft, at, behind)
        return
    if place >= len(draft.elements):
        return
    found = measured(draft, place)
    if not found or (not suffix and draft.kind(place) != "dimension"):
        return
    for used in range(at, place):
        draft.use(used, "condition", operator)
    add_bound(draft, place, Bound(place, found, operator, _scaled(draft, found, Amount(place, tuple(values)))))


def _open_number_behind(draft: Draft, at: int, suffix: int) -> None:
    """ "a rating of 2 or lower", "orders of 100 euros or more": what is compared stands before the number."""
    before = draft.back(at)
    found = measured(draft, before) if before is not None else ()
    value = draft.element(at).amount
    if before is None or value is None or not found or draft.kind(before) == "noun":
        return
    operator = SUFFIXES[_suffix(draft, suffix)]
    for used in range(before + 1, suffix + 1):
        draft.use(used, "condition", operator)
    add_bound(draft, before, Bound(before, found, operator, _scaled(draft, found, Amount(suffix, (value,)))))


def _alternatives(draft: Draft, at: int) -> tuple[list[float], int]:
    """The numbers joined by "or" from here on, and the place behind them."""
    values = [draft.element(at).amount or 0.0]
    while at + 2 < len(draft.elements) and "or" in draft.element(at + 1).cues and draft.kind(at + 2) == "number":
        at += 2
        values.append(draft.element(at).amount or 0.0)
    return values, at + 1


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


def _scaled(draft: Draft, found: tuple[Concept, ...], amount: Amount) -> tuple[float | int, ...]:
    """Percent as the share that the layer computes with; whole numbers stay whole."""
    metric = draft.world.layer.metrics.get(found[0].target)
    shrink = metric is not None and metric.format == "percent" and (amount.unit == "%" or max(amount.values) > 1)
    shrink = shrink and (amount.unit == "%" or not _is_quotient(draft, found))
    values = [value / 100 if shrink else value for value in amount.values]
    own = metric.unit if metric is not None else draft.world.layer.fields[found[0].target].unit
    if amount.unit != own and amount.unit in SECONDS and own in SECONDS:
        values = [value * SECONDS[amount.unit] / SECONDS[own] for value in values]
    return tuple(int(value) if value == int(value) else value for value in values)


def _is_quotient(draft: Draft, found: tuple[Concept, ...]) -> bool:
    """Whether a rate is named as so many for each one: "more than 2 tickets per order" is not 2 per cent."""
    per = set(draft.world.language.cued("per"))
    return any(found[0] in one.concepts and not per.isdisjoint(one.text.casefold().split()) for one in draft.elements)


def _times_done(draft: Draft, at: int) -> None:
    """ "ordered exactly once", "bought at least twice": how often a deed was done."""
    before = at - 1
    operator = "eq"
    if before >= 0 and (named := comparator(draft, before)):
        operator, before = named, before - 1
    deed = deed_before(draft, before + 1)
    times = draft.world.language.data["once"][draft.element(at).text.casefold()]
    if deed is not None and operator != "between":
        before, choices = deed
        for used in range(before + 1, at + 1):
            draft.use(used, "condition", operator)
        add_bound(draft, before, Bound(before, choices, operator, (times,)))


def add_bound(draft: Draft, place: int, bound: Bound) -> None:
    """Keep a condition: of each entity when one is its subject, of each group otherwise."""
    entity = subject_of(draft, place, bound.choices) if bound.choices[0].kind == "metric" else None
    if entity is None and (finer := standing_in(draft, bound.choices)):
        entity = subject_of(draft, place, finer)
        bound = replace(bound, choices=finer) if entity is not None else bound
    draft.use(place, "condition", bound.choices[0].target)
    draft.penalty += BOUND_COST
    if entity is not None:
        at, dataset = entity
        draft.subjects.setdefault(dataset, at)
        bound = replace(bound, entity=dataset)
    draft.bounds.append(bound)


def subject_of(draft: Draft, place: int, choices: tuple[Concept, ...]) -> tuple[int, str] | None:
    """The noun before a condition that has or does what is counted: "customers with more than 5 orders"."""
    for at in range(place - 1, -1, -1):
        if draft.kind(at) == "noun" and at + 1 < place and draft.kind(at + 1) == "dimension":
            continue  # "product categories" are categories
        dataset = draft.noun(at) if draft.kind(at) == "noun" else draft.implied_noun(at) or _owner_named(draft, at)
        if not dataset or draft.uses.get(at, ("",))[0] == "condition":
            continue  # "cities with more than 200 customers and an average order value over 70"
        facts = {fact for choice in choices for fact in draft.world.reach.facts(choice.target)}
        near = all(draft.world.reach.distance([choice.target], dataset) is not None for choice in choices)
        if draft.world.layer.datasets[dataset].primary_key and near and dataset not in facts:
            return at, dataset
    return None


def _owner_named(draft: Draft, at: int) -> str:
    """The entity whose field is named with it: "cities of customers with more than 8 orders"; empty otherwise."""
    words = draft.element(at).text.casefold().split()
    told = draft.kind(at) == "dimension" and not set(words[1:-1]).isdisjoint(draft.world.language.words("genitive"))
    found = draft.world.lexicon.lookup(tokenize(words[-1], draft.world.language.forms)) if told else ()
    nouns = [c.target for c in found if c.kind == "noun"]
    owners = {c.target.partition(".")[0] for c in draft.concepts(at, "dimension")} if told else set[str]()
    return nouns[0] if len(nouns) == 1 and owners == {nouns[0]} else ""


def find_bounded_grain(draft: Draft) -> None:
    """ "days with more than 50 orders": the units of time that meet a condition."""
    loose = [bound.place for bound in draft.bounds if bound.choices[0].kind == "metric" and not bound.entity]
    if draft.groups or draft.grain or not loose:
        return
    for at in range(min(loose)):
        if draft.kind(at) == "grain" and at not in draft.uses and draft.element(at).plural:
            draft.take_grain(at)
            return
