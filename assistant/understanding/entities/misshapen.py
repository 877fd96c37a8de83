"""Plans of the ordinary reading that answer with another shape than was asked for."""

from __future__ import annotations

from collections.abc import Callable

from assistant.answer import Plan
from assistant.understanding.entities import (
    aggregates_lost,
    shapes_of_counts,
    shapes_of_each,
    shapes_of_things,
    shapes_of_words,
)
from assistant.understanding.entities.dated import SIDES, day_of
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import METRIC_TIME, SimpleMetric

BOUNDS = frozenset({"gt", "ge", "lt", "le"})
BOTH_WITHIN = 5
NAMED = 0.9
OPENING = ("requests", "asking", "being", "genitive", "joins", "counting", "by_the_way", "columns", "empty")
DOING = frozenset({"made", "placed", "bought", "ordered", "paid", "booked", "sent", "given", "used", "owned"})


def _several_as_one(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the minimum and maximum height" answered with one of the two."""
    for at in range(len(words.tokens)):
        first, other = words.phrase(at, "minima"), words.phrase(at, "maxima")
        behind, role = (first, "maxima") if first is not None else (other, "minima")
        near = range(behind + 1, min(behind + BOTH_WITHIN, len(words.tokens))) if behind is not None else range(0)
        both = next((end for place in near if (end := words.phrase(place, role)) is not None), None)
        if (
            both is not None
            and not (plan.query.order_by and _is_direction(words, at, both))
            and (len(plan.query.metrics) <= 1 or _of_single_rows(plan, words))
        ):
            return (words.tokens[at].raw,)
    return ()


def _is_direction(words: Words, first: int, behind: int) -> bool:
    """Whether words are the two ends of an order: "from lowest to highest"."""
    starts = range(max(0, first - 2), first + 1)
    ends = [end for at in starts for role in ("ascending", "descending") if (end := words.phrase(at, role)) is not None]
    return any(end >= behind for end in ends)


def _day_as_groups(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "members whose join date is in May" answered by join date: a condition on the day, and no breakdown by it."""
    shown = {group.field for group in plan.query.group_by if group.grain}
    for at in range(len(words.tokens) - 1) if shown else ():
        named = words.concepts(at + 1, "dimension") if words.tokens[at].text == "whose" else []
        if any(concept.target in shown for concepts, _ in named for concept in concepts):
            return (words.tokens[at + 1].raw,)
    return ()


def _day_of_others(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "visits of members who joined in May" answered with the visits in May: the day is one of the members."""
    counted = {fact for name in plan.query.metrics for fact in words.world.reach.facts(name)}
    bounded = {one.field for one in plan.query.filters}
    for at in range(1, len(words.tokens) - 1) if plan.query.time_range is not None and not plan.query.entity else ():
        start = words.phrase(at, "relatives")
        if start is None:
            continue
        owners = [name for i in range(at) for name, end in words.nouns(i) if end == at]
        for dataset in owners:
            field = day_of(words, words.skip(start, "happened"), dataset)
            if field and dataset not in counted and field not in bounded and start < len(words.tokens):
                return (words.tokens[start].raw,)
    return ()


def day_unsaid(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "members without visits since May" by the day on which they joined, which nothing says."""
    metrics, fields = words.world.layer.metrics, words.world.layer.fields
    never = [one for one in plan.query.filters if one.field in metrics and one.values == (0,) and not one.time_range]
    days = [one.field for one in plan.query.filters if one.field in fields and fields[one.field].kind == "time"]
    for field in days if never else ():
        dataset, places = field.partition(".")[0], range(len(words.tokens))
        named = any(c.target == field for at in places for cs, _ in words.concepts(at, "dimension") for c in cs)
        verbs = [at for at in places if words.tokens[at].text not in SIDES]
        if not named and not any(day_of(words, at, dataset) == field for at in verbs):
            return (words.world.layer.fields[field].title,)
    return ()


def _of_single_rows(plan: Plan, words: Words) -> bool:
    """Whether numbers are told for each row that they are made of: the highest age of each person."""
    facts = {fact for name in plan.query.metrics for fact in words.world.reach.facts(name)}
    keys = {f"{fact}.{key}" for fact in facts for key in words.world.layer.datasets[fact].key_fields}
    return bool(keys & {group.field for group in plan.query.group_by})


def _rows_for_totals(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "players with at least 2 goals" answered by single rows of 2 goals where the goals of each are added up."""
    query, layer = plan.query, words.world.layer
    shown = {group.field.partition(".")[0] for group in query.group_by} | {query.entity}
    for one in (one for one in query.filters if one.field in layer.fields and one.op in BOUNDS and not one.entity):
        owner = one.field.partition(".")[0]
        above = shown & {name for name in layer.datasets if name != owner and words.world.reach.steps(owner, name)}
        added = any(_adds(words, name, one.field) for name in query.metrics)
        named = any(words.nouns(at) and words.nouns(at)[0][0] == owner for at in range(len(words.tokens)))
        if above and added and not named:
            return (one.field.rpartition(".")[2].replace("_", " "),)
    return ()


def _adds(words: Words, name: str, field: str) -> bool:
    """Whether a metric adds up a field."""
    layer = words.world.layer
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return False
    measure = layer.measures[metric.measure]
    same = metric.measure.partition(".")[0] == field.partition(".")[0]
    return same and measure.agg == "sum" and (measure.expression or "") == (layer.fields[field].sql or "")


def _total_for_one(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the date of the game with the highest attendance" answered with the day of the highest total."""
    query, layer = plan.query, words.world.layer
    if not (query.limit == 1 and query.order_by and len(query.group_by) == 1 and not query.entity):
        return ()
    group = query.group_by[0].field
    metric = layer.metrics.get(query.order_by[0].by)
    for at in range(len(words.tokens)):
        genitive = words.phrase(at, "genitive")
        for dataset, behind in words.nouns(words.skip(genitive, "empty")) if genitive is not None else ():
            tied = words.skip(behind, "ties")
            ranked = words.phrase(tied, "most") or words.phrase(tied, "least")
            own = [name for name, _ in own_fields(words, words.skip(ranked, "empty"), dataset)] if ranked else []
            keys = {f"{dataset}.{key}" for key in layer.datasets[dataset].key_fields}
            measured = any(layer.fields[name].kind == "number" for name in own)
            summed = isinstance(metric, SimpleMetric) and layer.measures[metric.measure].agg == "sum"
            if measured and summed and group not in keys and group.partition(".")[0] in (dataset, METRIC_TIME):
                return (words.tokens[tied].raw,)
    return ()


def _contradictory(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "who have not ordered in 180 days and spent over 1000" answered with what was spent in these 180 days."""
    query, layer = plan.query, words.world.layer
    nothing = [one for one in query.filters if one.field in layer.metrics and (one.op, one.values) == ("eq", (0,))]
    for none in nothing:
        facts = words.world.reach.facts(none.field)
        for one in query.filters:
            more = one.field in layer.metrics and one.op in ("gt", "ge") and words.world.reach.facts(one.field) & facts
            span = none.time_range or query.time_range
            if more and (one.time_range or query.time_range) == span and one.last == none.last:
                return (layer.metrics[one.field].title,)
    return ()


def _by_whom(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "how many orders were made by customers from Spain" answered for each customer."""
    if words.phrase(0, "counting") is None or plan.query.limit:
        return ()
    grouped = {group.field.partition(".")[0] for group in plan.query.group_by}
    for at, token in enumerate(words.tokens[:-1]):
        if token.text == "by" and at and _is_done(words, at - 1):
            owners = [dataset for dataset, _ in words.nouns(words.skip(at + 1, "empty"))]
            if grouped.intersection(owners):
                return (token.raw,)
    return ()


def _is_done(words: Words, at: int) -> bool:
    """Whether a word is a participle that only ties: "made", "organised"."""
    text = words.tokens[at].text
    return text in DOING or (text in word_lists()["verbs"] and words.skip(at, "ties") > at)


def _grouped_for_summed(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the total duration" answered with how many there are of each duration."""
    fields = words.world.layer.fields
    grouped = [one.field for one in plan.query.group_by if one.field in fields]  # which periods are not
    numbers = {name for name in grouped if fields[name].kind == "number"}
    for at in range(len(words.tokens)) if numbers else ():
        ends = [words.phrase(at, role) for role in ("sums", "averages", "maxima", "minima")]
        whole = [at] if ends[0] is not None and _of_several(words, at) else []  # "the total charge of all rentals"
        for start in (*whole, *(words.skip(end, "empty") for end in ends if end is not None)):
            named = {c.target for concepts, _ in words.concepts(start, "dimension") for c in concepts}
            if named & numbers:
                return (words.tokens[at].raw,)
    return ()


def _of_several(words: Words, at: int) -> bool:
    """Whether a number named here is one of several things, and not of each of them."""
    of = [words.phrase(end, "genitive") for end in range(at + 1, len(words.tokens))]
    things = (noun for end in of if end is not None for noun in words.nouns(words.skip(end, "empty")))
    return not _asks_for_each(words) and any(words.is_plural(end - 1) for _, end in things)


def _who_for_number(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "who is the best paid teacher" answered with what that one is paid."""
    asked = bool(words.tokens) and words.tokens[0].text in ("who", "whom")
    return (words.tokens[0].raw,) if asked and not (plan.query.group_by or plan.query.entity) else ()


def _values_for_number(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the number of cities that have a shop" answered with the shops of each city."""
    grouped = {one.field for one in plan.query.group_by}
    for at in range(len(words.tokens)) if grouped else ():
        counting = words.phrase(at, "counting")
        start = words.skip(counting, "empty") if counting is not None else len(words.tokens)
        named = {c.target for concepts, _ in words.concepts(start, "dimension") for c in concepts}
        if named & grouped and not words.nouns(start) and not words.concepts(start, "metric"):
            return (words.tokens[at].raw,)
    return ()


def _averaged_for_summed(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the total number of seats" answered with how many there are on average."""
    layer = words.world.layer
    simple = [metric for name in plan.query.metrics if isinstance(metric := layer.metrics[name], SimpleMetric)]
    averaged = [one for one in simple if layer.measures[one.measure].agg == "average"]
    asked = any(words.phrase(at, "averages") is not None for at in range(len(words.tokens)))
    for at in range(len(words.tokens)) if averaged and not asked else ():
        total = words.phrase(at, "sums")
        start = words.skip(total, "empty", "number_of") if total is not None else len(words.tokens)
        meant = {
            c.target for kind in ("metric", "dimension") for found, _ in words.concepts(start, kind) for c in found
        }
        fields = {f"{one.measure.partition('.')[0]}.{layer.measures[one.measure].expression}" for one in averaged}
        if meant & ({one.name for one in averaged} | fields):
            return (words.tokens[at].raw,)
    return ()


def _rows_for_values(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the distinct brands of the cars above 100" answered with a row for each car."""
    shown = {one.field for one in plan.query.group_by} if plan.query.entity and not plan.query.metrics else set[str]()
    keys = (
        {f"{plan.query.entity}.{key}" for key in words.world.layer.datasets[plan.query.entity].key_fields}
        if shown
        else shown
    )
    names = set(words.world.nouns.names(plan.query.entity)) if shown else shown
    for at in range(len(words.tokens)) if shown and not shown & (keys | names) else ():
        behind = words.phrase(at, "distinct")
        asked = {c.target for cs, _ in words.concepts(behind, "dimension") for c in cs} if behind is not None else shown
        if behind is not None and asked & shown:
            return (words.tokens[at].raw,)
    return ()


def _average_unsaid(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "flats that have at least 3 rooms" answered by an average of rooms, which nothing says."""
    layer = words.world.layer
    bounded = {one.field for one in plan.query.filters if one.op in BOUNDS and one.field in layer.metrics}
    said = any(words.phrase(at, "averages") is not None for at in range(len(words.tokens))) if bounded else True
    titles = [layer.metrics[name].title for name in sorted(bounded & set(plan.query.metrics))]
    averaged = [title for title in titles if title.casefold().startswith("average ")]
    return () if said else tuple(averaged[:1])


def average_ranked(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the student with the highest score" answered with the highest average of scores, which nothing says."""
    layer = words.world.layer
    ranked_first = plan.query.entity and plan.query.order_by and plan.query.limit == 1
    by = plan.query.order_by[0].by if ranked_first else ""
    metric = layer.metrics.get(by)
    if not isinstance(metric, SimpleMetric) or not metric.title.casefold().startswith("average "):
        return ()
    said = any(words.phrase(at, "averages") is not None for at in range(len(words.tokens)))
    field = f"{metric.measure.partition('.')[0]}.{layer.measures[metric.measure].expression}"
    for at in range(len(words.tokens)) if not said else ():
        ranked = words.phrase(at, "most") or words.phrase(at, "least")
        start = words.skip(ranked, "empty") if ranked is not None else len(words.tokens)
        for concepts, end in words.concepts(start, "dimension"):
            rather = [one.weight for one in words.world.lexicon.lookup(words.tokens[start:end]) if one.target == by]
            if any(one.target == field and one.weight > max(rather, default=0) for one in concepts):
                return (words.tokens[at].raw,)
    return ()


def all_for_some(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "who borrowed all novels" answered with whoever borrowed some."""
    some = [one for one in plan.query.filters if one.entity or one.field in words.world.layer.metrics]
    for at, token in enumerate(words.tokens) if some else ():
        opened = at == 0 or any(words.phrase(at - 1, role) == at for role in OPENING)
        if token.text in ("all", "every") and not opened:
            return (token.raw,)
    return ()


def whole_for_parts(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "how many customers by plan" answered with those who have one: a breakdown taken for a condition."""
    grouped = {one.field for one in plan.query.group_by}
    for at, token in enumerate(words.tokens[:-1]):
        cues = words.world.language.cues.get(token.text, ())
        named = words.concepts(at + 1, "dimension", NAMED) if {"by", "per"} & set(cues) else []
        fields = {concept.target for concepts, _ in named for concept in concepts}
        if fields and not fields & grouped:
            return (words.tokens[at + 1].raw,)
    return ()


def rows_for_total(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "what is the total charge of all rentals" answered with the one of each rental."""
    query, fields = plan.query, words.world.layer.fields
    of_rows = bool(query.entity) and len(query.group_by) == 1 and not query.metrics and not query.limit
    shown = fields[query.group_by[0].field] if of_rows else None
    if shown is None or shown.kind != "number" or _asks_for_each(words):
        return ()
    totals = (at for at in range(len(words.tokens)) if words.phrase(at, "sums") is not None)
    return next(((words.tokens[at].raw,) for at in totals if _of_several(words, at)), ())


def _asks_for_each(words: Words) -> bool:
    return any(words.phrase(at, "every") is not None for at in range(len(words.tokens)))


Shape = Callable[[Plan, Words], tuple[str, ...]]
SHAPES: tuple[Shape, ...] = (
    _several_as_one,
    _rows_for_totals,
    _rows_for_values,
    _average_unsaid,
    average_ranked,
    _total_for_one,
    _by_whom,
    _contradictory,
    _grouped_for_summed,
    _who_for_number,
    _values_for_number,
    all_for_some,
    _averaged_for_summed,
    shapes_of_things.both_as_either,
    shapes_of_things.all_for_one,
    shapes_of_things.value_for_thing,
    shapes_of_things.flag_of_another,
    shapes_of_things.some_and_none,
    shapes_of_things.which_for_number,
    shapes_of_things.paid_twice,
    _day_as_groups,
    _day_of_others,
    day_unsaid,
    aggregates_lost.aggregates_lost,
    shapes_of_each.named_by_another,
    shapes_of_each.rank_for_size,
    shapes_of_counts.owner_counted,
    shapes_of_counts.bounded_by_itself,
    shapes_of_counts.counted_without,
    shapes_of_words.degree_as_count,
    shapes_of_words.kind_passed_over,
    shapes_of_words.field_as_group,
    shapes_of_words.doer_as_group,
)
