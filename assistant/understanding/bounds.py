"""Passes that find conditions with numbers: "with more than 5 orders", "rating above 4", "ordered at least twice"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Bound, Draft
from assistant.understanding.fitting import rates_of, standing_in
from assistant.understanding.tokens import tokenize

COMPARATORS = ("gt", "ge", "lt", "le", "eq")
SUFFIXES = {"or_more": "ge", "or_less": "le"}
BOUND_COST = 0.05
AGES = (14, 110)
SURE_NAME = 0.7
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@dataclass(frozen=True)
class Amount:
    """A number of a condition: the element after it, its value or values, and the sign or unit that it carries."""

    behind: int
    values: tuple[float, ...]
    unit: str = ""


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
    place, choices = _target(draft, at, amount) or (draft.back(at), ())
    if place is None:
        return
    if aged := _aged(draft, at, place, amount):
        place, choices = at, aged
    found = tuple(c for c in choices if _fits_unit(draft, c, amount.unit)) or rates_of(draft, choices, amount.unit)
    if not found and choices and place < at:
        place, found = at, _worth(draft, place, amount.unit)
    if not found:
        return
    first = at - 1 if place > at and _is_creation(draft, at - 1, place) else at
    for used in range(first, amount.behind):
        draft.use(used, "condition", operator)
    add_bound(draft, place, Bound(place, found, operator, _scaled(draft, found, amount)))


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


def _target(draft: Draft, at: int, amount: Amount) -> tuple[int, tuple[Concept, ...]] | None:
    """What is compared: the metric named right after the number, else the one before, else what a verb measures."""
    after = amount.behind
    if after < len(draft.elements) and draft.element(after).text.casefold() in draft.world.language.words("times"):
        deed = _deed_before(draft, at)
        draft.use(after, "condition", "times")
        return deed
    while after < len(draft.elements) and (draft.soft(after) or _tells_rows(draft, after)):
        after += 1
    if after < len(draft.elements) and (found := of_deed(draft, at, after) or measured(draft, after)):
        return after, found
    if found := _earned(draft, at, amount):
        return at - 1, found
    before = draft.back(at)
    while before is not None and draft.kind(before) == "" and draft.element(before).cues & {"filler"}:
        before = draft.back(before)
    if before is None:
        return None
    return (before, found) if (found := measured(draft, before) or amount_of_verb(draft, before)) else None


def _tells_rows(draft: Draft, at: int) -> bool:
    """ "two phone tickets": a value right before the noun of the rows that have it."""
    behind = at + 1 if draft.kind(at) == "value" and at not in draft.uses else len(draft.elements)
    if behind >= len(draft.elements) or draft.kind(behind) not in ("noun", "metric"):
        return False
    facts = {fact for c in draft.metric_choices(behind) for fact in draft.world.reach.facts(c.target)}
    return not facts.isdisjoint(concept.target.partition(".")[0] for concept in draft.concepts(at, "value"))


def _earned(draft: Draft, at: int, amount: Amount) -> tuple[Concept, ...]:
    """ "made over 3000 euros": money that comes in, by the sign of the number and the verb right before."""
    language = draft.world.language
    if at == 0 or amount.unit not in set(language.data["unit_signs"].values()) - {"%"}:
        return ()
    nouns = language.measures_of(language.bare(draft.element(at - 1).text.casefold()), own=True)
    looked = (draft.world.lexicon.lookup(tokenize(noun, language.forms)) for noun in nouns if noun in _income(draft))
    found = (tuple(c for c in concepts if c.kind == "metric") for concepts in looked)
    return next((metrics for metrics in found if metrics), ())


def _income(draft: Draft) -> tuple[str, ...]:
    return draft.world.language.words("income_words")


def of_deed(draft: Draft, at: int, place: int) -> tuple[Concept, ...]:
    """ "sold more than 100 items": the number that the noun and the verb before together are a name of."""
    language, before = draft.world.language, at - 1
    if before < 0 or not draft.element(before).unknown or draft.kind(place) not in ("noun", "metric", "dimension"):
        return ()
    verb, noun = draft.element(before).text, draft.element(place).text
    for phrase in (f"{noun} {verb}", f"{verb} {noun}"):
        found = draft.world.lexicon.lookup(tokenize(phrase, language.forms))
        metrics = tuple(c for c in found if c.kind == "metric" and c.weight > SURE_NAME)
        if metrics:
            draft.use(before, "condition", metrics[0].target)
            return metrics
    return ()


def measured(draft: Draft, at: int) -> tuple[Concept, ...]:
    """What an unused element measures: a number field, the metrics it names, the metric that counts its noun."""
    if at in draft.uses:
        return ()
    if draft.kind(at) == "dimension":
        fields = draft.world.layer.fields
        return tuple(c for c in draft.concepts(at, "dimension") if fields[c.target].kind == "number")
    return draft.metric_choices(at)


def amount_of_verb(draft: Draft, at: int) -> tuple[Concept, ...]:
    """The amount that a verb stands for: "spent over 500", "cost less than 20"."""
    if not draft.element(at).unknown:
        return ()
    language, fields = draft.world.language, draft.world.layer.fields
    things = {c.target for e in draft.elements for c in e.concepts if c.kind == "noun"}
    nouns, ours = (language.measures_of(draft.element(at).word, own=own) for own in (False, True))
    if nouns and ours and not _has_people(draft, things):  # campaigns spend our money, customers theirs
        named = [c for noun in (*nouns, *ours) for c in draft.world.lexicon.lookup(tokenize(noun, language.forms))]
        return tuple(c for c in named if c.kind == "metric")
    for noun in nouns:
        found = draft.world.lexicon.lookup(tokenize(noun, language.forms))
        numbers = tuple(c for c in found if c.kind == "dimension" and fields[c.target].kind == "number")
        numbers = tuple(c for c in numbers if not things or c.target.partition(".")[0] in things)
        measures = tuple(c for c in found if c.kind == "metric") or numbers
        if measures:
            return measures
    return ()


def _has_people(draft: Draft, things: set[str]) -> bool:
    """Whether somebody is said to do it: customers, people, "who"."""
    datasets, persons = draft.world.layer.datasets, draft.world.language.persons | {"who", "whom"}
    told = any(datasets[name].entity for name in things if name in datasets)
    return told or any(e.text.casefold() in persons for e in draft.elements)


def _fits_unit(draft: Draft, concept: Concept, unit: str) -> bool:
    """Whether the sign of a number is the unit of what it is compared with."""
    layer = draft.world.layer
    own = layer.metrics[concept.target].unit if concept.kind == "metric" else layer.fields[concept.target].unit
    return not unit or unit == own or (unit in SECONDS and own in SECONDS)


def _aged(draft: Draft, at: int, place: int, amount: Amount) -> tuple[Concept, ...]:
    """ "people over 65": the age, when nothing but people is compared with a bare number that an age can be."""
    language, layer = draft.world.language, draft.world.layer
    if place >= at or amount.unit or draft.element(at).text.casefold() not in language.data["age_signs"]:
        return ()
    people = draft.kind(place) == "value" and draft.element(place).text.casefold() in language.words("kinds_of_people")
    if draft.kind(place) == "noun":
        dataset = layer.datasets[draft.noun(place)]
        people = bool(dataset.entity) and bool({dataset.name, *dataset.synonyms} & set(language.words("person_nouns")))
    found = draft.world.lexicon.lookup(tokenize(str(language.data["age_word"]), language.forms))
    ages = tuple(c for c in found if c.kind == "dimension" and layer.fields[c.target].kind == "number")
    return ages if people and len(ages) == 1 and all(AGES[0] <= value <= AGES[1] for value in amount.values) else ()


def _worth(draft: Draft, at: int, unit: str) -> tuple[Concept, ...]:
    """ "orders over 200 euros": the one field in the unit that tells what each of the things is worth."""
    if draft.kind(at) != "noun":
        return ()
    dataset, words = draft.world.layer.datasets[draft.noun(at)], set(draft.world.language.words("worth_words"))
    fields = [field for field in dataset.fields if field.kind == "number" and field.unit == unit and not field.hidden]
    told = [field for field in fields if not words.isdisjoint(field.title.casefold().split())]
    meant = told if len(told) == 1 else fields
    return tuple(Concept("dimension", f"{dataset.name}.{field.name}") for field in meant) if len(meant) == 1 else ()


def _scaled(draft: Draft, found: tuple[Concept, ...], amount: Amount) -> tuple[float | int, ...]:
    """Percent as the share that the layer computes with; whole numbers stay whole."""
    metric = draft.world.layer.metrics.get(found[0].target)
    shrink = metric is not None and metric.format == "percent" and (amount.unit == "%" or max(amount.values) > 1)
    values = [value / 100 if shrink else value for value in amount.values]
    own = metric.unit if metric is not None else draft.world.layer.fields[found[0].target].unit
    if amount.unit != own and amount.unit in SECONDS and own in SECONDS:
        values = [value * SECONDS[amount.unit] / SECONDS[own] for value in values]
    return tuple(int(value) if value == int(value) else value for value in values)


def _deed_before(draft: Draft, at: int) -> tuple[int, tuple[Concept, ...]] | None:
    """What was done, right before a word that says how often."""
    before = at - 1
    while before >= 0 and draft.kind(before) == "" and draft.soft(before):
        before -= 1
    if before < 0:
        return None
    if draft.kind(before) == "dimension" and draft.element(at - 1).text.casefold() in _frequencies(draft):
        return _occurring(draft, before, at - 1)
    choices = measured(draft, before) if draft.kind(before) in ("noun", "metric") else counted_deed(draft, before)
    return (before, choices) if choices else None


def _frequencies(draft: Draft) -> tuple[str, ...]:
    return draft.world.language.words("frequencies")


def _occurring(draft: Draft, place: int, verb: int) -> tuple[int, tuple[Concept, ...]] | None:
    """ "coupons that were used more than 100 times": the rows that have each value."""
    datasets = {concept.target.partition(".")[0] for concept in draft.concepts(place, "dimension")}
    counts = {draft.world.nouns.count_of(name) for name in datasets if draft.world.layer.datasets[name].time}
    return (verb, tuple(Concept("metric", name, 0.9) for name in sorted(counts) if name)) if any(counts) else None


def _times_done(draft: Draft, at: int) -> None:
    """ "ordered exactly once", "bought at least twice": how often a deed was done."""
    before = at - 1
    operator = "eq"
    if before >= 0 and (named := comparator(draft, before)):
        operator, before = named, before - 1
    deed = _deed_before(draft, before + 1)
    times = draft.world.language.data["once"][draft.element(at).text.casefold()]
    if deed is not None and operator != "between":
        before, choices = deed
        for used in range(before + 1, at + 1):
            draft.use(used, "condition", operator)
        add_bound(draft, before, Bound(before, choices, operator, (times,)))


def counted_deed(draft: Draft, at: int) -> tuple[Concept, ...]:
    """The count of what a verb does: "bought" counts purchases."""
    language = draft.world.language
    nouns = language.counts_of(draft.element(at).word) if draft.element(at).unknown else ()
    for noun in nouns:
        found = draft.world.lexicon.lookup(tokenize(noun, language.forms))
        metrics = tuple(c for c in found if c.kind == "metric")
        if metrics:
            return metrics
    return ()


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
        dataset = draft.noun(at) if draft.kind(at) == "noun" else draft.implied_noun(at)
        if not dataset or draft.uses.get(at, ("",))[0] == "condition":
            continue  # "cities with more than 200 customers and an average order value over 70"
        facts = {fact for choice in choices for fact in draft.world.reach.facts(choice.target)}
        near = all(draft.world.reach.distance([choice.target], dataset) is not None for choice in choices)
        if draft.world.layer.datasets[dataset].primary_key and near and dataset not in facts:
            return at, dataset
    return None


def find_bounded_grain(draft: Draft) -> None:
    """ "days with more than 50 orders": the units of time that meet a condition."""
    loose = [bound.place for bound in draft.bounds if bound.choices[0].kind == "metric" and not bound.entity]
    if draft.groups or draft.grain or not loose:
        return
    for at in range(min(loose)):
        if draft.kind(at) == "grain" and at not in draft.uses and draft.element(at).plural:
            draft.take_grain(at)
            return
