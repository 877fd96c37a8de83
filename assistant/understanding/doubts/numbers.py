"""Doubts of numbers: without their unit, of people's age, of all and of both, totals of averages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.chart import amount_of
from assistant.understanding.concepts import Concept
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import Filter, RatioMetric, SimpleMetric

LARGEST_HOUR_OR_DAY = 31


def _unsaid_unit(asked: Doubted) -> Iterator[Doubt]:
    """ "orders between 9 and 12": hours, days or amounts?"""
    fields = asked.world.layer.fields
    bounded = [one for one in asked.query.filters if one.op == "between" and one.field in fields]
    if not any(fields[one.field].format == "currency" for one in bounded) or _has_unit(asked):
        return
    for at in range(1, len(asked.tokens) - 3):
        numbers = amount_of(asked.text(at + 1)), amount_of(asked.text(at + 3))
        counted = any(c.kind in ("noun", "metric") for c in asked.concepts(at - 1))
        small = None not in numbers and max(number or 0 for number in numbers) <= LARGEST_HOUR_OR_DAY
        if asked.text(at) == "between" and counted and small:
            yield Doubt(raw(asked.tokens[at : at + 4]), "unsaid_unit")


def _has_unit(asked: Doubted) -> bool:
    language = asked.world.language
    units = {word for words in language.data["unit_words"].values() for word in words}
    said = {token.text for token in asked.tokens}
    return not said.isdisjoint(units | set(language.data["unit_signs"]) | asked.words("worth_words"))


def _age_of_those(asked: Doubted) -> Iterator[Doubt]:
    """ "customers with children under 5": how old they are, and not how many."""
    young, signs = asked.words("young_persons"), asked.words("age_signs")
    bounded = [one for one in asked.query.filters if one.op in ("lt", "le", "gt", "ge")]
    for at in range(len(asked.tokens) - 2):
        fields = {c.target for c in asked.concepts(at) if c.kind == "dimension"}
        aged = asked.text(at) in young and asked.text(at + 1) in signs and amount_of(asked.text(at + 2)) is not None
        if aged and any(one.field in fields for one in bounded):
            yield Doubt(raw(asked.tokens[at : at + 3]), "age_of_those")


def _in_every_one(asked: Doubted) -> Iterator[Doubt]:
    """ "customers who ordered each month", "products sold in every country": those that did so in all of them."""
    every = asked.words("every_words") - {"any"}
    if any(asked.cues(at) & {"average", "share"} for at in range(len(asked.tokens))):
        return
    grouped = {group.field for group in asked.query.group_by}
    for at in range(1, len(asked.tokens) - 1):
        if asked.text(at) not in every or not (_is_grouped(asked, at + 1, grouped)):
            continue
        if _are_doers(asked, at) or (asked.text(at) != "each" and _is_thing_done(asked, at)):
            yield Doubt(raw(asked.tokens[at : at + 2]), "in_every_one")


def _is_grouped(asked: Doubted, at: int, grouped: set[str]) -> bool:
    named = {c.target for c in asked.concepts(at) if c.kind == "dimension"}
    unit = any(asked.text(at) in names for names in asked.world.language.data["units"].values())
    return bool(named & grouped) or (unit and "metric_time" in grouped)


def _are_doers(asked: Doubted, at: int) -> bool:
    """ "customers who ordered": listed by what they did; "how many customers" asks for a number of each."""
    relatives = asked.words("relatives")
    return any(
        asked.text(i) in relatives and any(c.kind == "noun" for c in asked.concepts(i - 1)) for i in range(1, at)
    ) and not asked.opens("how_many", "how_much")


def _is_thing_done(asked: Doubted, at: int) -> bool:
    """ "products sold in every country": things in the plural, and what was done with them."""
    verbs = asked.words("trading_verbs")
    return not asked.opens("how_many", "how_much") and any(
        asked.is_plural(i - 1) and asked.text(i) in verbs and any(c.kind == "noun" for c in asked.concepts(i - 1))
        for i in range(1, at)
    )


def _both_of_them(asked: Doubted) -> Iterator[Doubt]:
    """ "orders containing shoes and clothing": with both in one order, or with either?"""
    found = [held_by(asked, name) for name in asked.query.metrics]
    holders = {name for held in found for name in held}
    if not all(found) or not holders or asked.query.group_by:
        return
    for condition in asked.query.filters:
        several = condition.op == "in" and len(condition.values) > 1 and not condition.entity
        owner = condition.field.partition(".")[0]
        if several and all(asked.world.reach.steps(name, owner) is None for name in holders):
            yield from _joined_by_and(asked, condition)


def _only_of_them(asked: Doubted) -> Iterator[Doubt]:
    """ "orders with only Shoes": with nothing else in them, and not all that have some."""
    holders = {name for held in (held_by(asked, name) for name in asked.query.metrics) for name in held}
    for at, condition in asked.values() if holders else ():
        owner = condition.field.partition(".")[0]
        only = "only" in asked.cues(at - 1) or (at > 1 and "only" in asked.cues(at - 2))
        if only and all(asked.world.reach.steps(name, owner) is None for name in holders):
            yield Doubt(raw(asked.tokens[at - 1 : at + 1]), "only_of_them")


def held_by(asked: Doubted, name: str) -> set[str]:
    """The datasets whose rows a metric counts once each, through rows of another one; none for any other metric."""
    layer = asked.world.layer
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or layer.measures[metric.measure].agg != "count_distinct":
        return set()
    counted, fact = layer.measures[metric.measure].expression.strip(), metric.measure.partition(".")[0]
    return {one.name for one in layer.datasets.values() if tuple(one.primary_key) == (counted,)} - {fact}


def _joined_by_and(asked: Doubted, condition: Filter) -> Iterator[Doubt]:
    """Two values of a condition with "and" between them."""
    places = [at for at, one in asked.values() if one is condition]
    for at in range(min(places, default=0) + 1, max(places, default=0)):
        if asked.text(at) == "and":
            yield Doubt(raw(asked.tokens[at - 1 : at + 2]), "both_of_them")


def _of_averages(asked: Doubted) -> Iterator[Doubt]:
    """ "average of the average order value by country": the mean of the groups is another number than theirs."""
    places = [at for at in range(len(asked.tokens)) if "average" in asked.cues(at)]
    over = asked.query.per_group is not None or asked.query.per_bucket is not None
    if len(places) > 1 and not over and places[1] - places[0] <= len(("average", "of", "the")):
        between = [asked.text(at) for at in range(places[0] + 1, places[1])]
        if "and" not in between and "," not in between:
            yield Doubt(raw(asked.tokens[places[0] : places[1] + 1]), "of_averages")


def _total_of_ratios(asked: Doubted) -> Iterator[Doubt]:
    """ "total lifetime value", where the metric is one customer's: no average is a total."""
    metrics = [asked.world.layer.metrics[name] for name in asked.query.metrics]
    money = metrics and all(isinstance(one, RatioMetric) and one.format == "currency" for one in metrics)
    averaged = any(asked.cues(at) & {"average", "median", "per", "share"} for at in range(len(asked.tokens)))
    over = asked.query.per_group is not None or asked.query.per_bucket is not None
    if not money or averaged or over:
        return
    for at in range(len(asked.tokens) - 1):
        if asked.text(at) == "total" and any(c.kind == "metric" for c in _named_from(asked, at + 1)):
            yield Doubt(raw(asked.tokens[at : at + 2]), "total_of_ratios")


def _named_from(asked: Doubted, at: int) -> Iterator[Concept]:
    """What is called so by the words from here on."""
    for behind in range(at + 1, min(at + 4, len(asked.tokens)) + 1):
        yield from asked.concepts(at, behind)


def _each_counted(asked: Doubted) -> Iterator[Doubt]:
    """ "revenue per store employee": for each one of them, and not by how many there are."""
    fields, grouped = asked.world.layer.fields, {group.field for group in asked.query.group_by}
    persons = asked.words("person_nouns") | asked.words("young_persons") | asked.words("doers")
    for at in (at for at in range(1, len(asked.tokens)) if asked.text(at) in persons):
        named = [c.target for c in asked.concepts(at) if c.kind == "dimension" and c.target in grouped]
        title = asked.world.language.tokens(fields[named[0]].title)[-1:] if named else []
        counted = bool(title) and title[0].text != title[0].plain and fields[named[0]].kind == "number"
        tied = next((i for i in (at - 1, at - 2) if {"per", "by"} & asked.cues(i)), None)
        whole = any(c.kind == "dimension" for c in asked.concepts(at, at + 2))  # "by employee count"
        if counted and tied is not None and not whole and not asked.is_plural(at):
            yield Doubt(raw(asked.tokens[tied : at + 1]), "each_counted")


def _told_by_counts(asked: Doubted) -> Iterator[Doubt]:
    """ "employees turnover": people beside a number, which is not asked for by how many of them there are."""
    grouped = {one.field for one in asked.query.group_by if not one.bands}
    persons = asked.words("person_nouns") | asked.words("young_persons")
    divided = any({"by", "per"} & asked.cues(at) for at in range(len(asked.tokens)))
    for at in range(len(asked.tokens) - 1) if not divided else ():
        named = {c.target for c in asked.concepts(at) if c.kind == "dimension"} & grouped
        counted = any(asked.world.layer.fields[name].kind == "number" for name in named)
        metric = any(c.kind == "metric" for c in asked.concepts(at + 1))
        if counted and metric and {asked.text(at), asked.tokens[at].plain} & persons:
            yield Doubt(raw(asked.tokens[at : at + 2]), "each_counted")


def _rhythm_of_stock(asked: Doubted) -> Iterator[Doubt]:
    """ "annual subscriptions": those that are paid by the year, and not how many there were in each year."""
    layer, adverbs = asked.world.layer, asked.world.language.data["grain_adverbs"]
    metrics = [layer.metrics[name] for name in asked.query.metrics]
    levels = [one for one in metrics if isinstance(one, SimpleMetric) and layer.measures[one.measure].non_additive]
    for at in range(len(asked.tokens) - 1):
        yearly = levels and adverbs.get(asked.text(at)) == "year" and asked.is_plural(at + 1)
        if yearly and any(c.kind == "noun" for c in asked.world.lexicon.lookup([asked.tokens[at + 1]])):
            yield Doubt(raw(asked.tokens[at : at + 2]), "rhythm_of_stock")


def _all_of_itself(asked: Doubted) -> Iterator[Doubt]:
    """ "what part of the buyers were new and what part returning": each is all of its own group, and no part."""
    grouped = {group.field for group in asked.query.group_by}
    if any(grouped.intersection(share.apart_from) for share in asked.query.shares):
        yield Doubt(raw(asked.tokens), "all_of_itself")


def _degree_lost(asked: Doubted) -> Iterator[Doubt]:
    """ "how high is the Eiger hut" answered with the hut alone."""
    query, fields = asked.query, asked.world.layer.fields
    told = [*(one.field for one in query.group_by), *(one.field for one in query.filters if one.op != "in")]
    number = any(name in fields and fields[name].kind != "categorical" for name in told)
    said = " ".join(token.text for token in asked.said[:2])
    sized = "how_big" in asked.world.language.cues.get(said, ())
    if query.entity and not query.metrics and not number and sized:
        yield Doubt(raw(asked.said[:2]), "most_of_one")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _unsaid_unit,
    _age_of_those,
    _in_every_one,
    _both_of_them,
    _only_of_them,
    _of_averages,
    _total_of_ratios,
    _each_counted,
    _told_by_counts,
    _rhythm_of_stock,
    _all_of_itself,
    _degree_lost,
)
