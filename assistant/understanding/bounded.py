"""What a number in a condition is held against: "above 4 stars" the rating, "over 1000 euros" the order value."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.tokens import tokenize

AGES = (14, 110)
SURE_NAME = 0.7
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@dataclass(frozen=True)
class Amount:
    """A number of a condition: the element after it, its value or values, and the sign or unit that it carries."""

    behind: int
    values: tuple[float, ...]
    unit: str = ""


def bounded_thing(draft: Draft, at: int, amount: Amount) -> tuple[int, tuple[Concept, ...]] | None:
    """What is compared: the metric named right after the number, else the one before, else what a verb measures."""
    after = amount.behind
    if after < len(draft.elements) and draft.element(after).text.casefold() in draft.world.language.words("times"):
        deed = deed_before(draft, at)
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


def fits_unit(draft: Draft, concept: Concept, unit: str) -> bool:
    """Whether the sign of a number is the unit of what it is compared with."""
    layer = draft.world.layer
    own = layer.metrics[concept.target].unit if concept.kind == "metric" else layer.fields[concept.target].unit
    return not unit or unit == own or (unit in SECONDS and own in SECONDS)


def age_field(draft: Draft, at: int, place: int, amount: Amount) -> tuple[Concept, ...]:
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


def worth_field(draft: Draft, at: int, unit: str) -> tuple[Concept, ...]:
    """ "orders over 200 euros": the one field in the unit that tells what each of the things is worth."""
    if draft.kind(at) != "noun":
        return ()
    dataset, words = draft.world.layer.datasets[draft.noun(at)], set(draft.world.language.words("worth_words"))
    fields = [field for field in dataset.fields if field.kind == "number" and field.unit == unit and not field.hidden]
    told = [field for field in fields if not words.isdisjoint(field.title.casefold().split())]
    meant = told if len(told) == 1 else fields
    return tuple(Concept("dimension", f"{dataset.name}.{field.name}") for field in meant) if len(meant) == 1 else ()


def deed_before(draft: Draft, at: int) -> tuple[int, tuple[Concept, ...]] | None:
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
