"""Doubts of names that are found in words of another sense, or that two things have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.doubts.numbers import held_by
from assistant.understanding.running import is_stock
from semantic_layer import SimpleMetric


def _things_done(asked: Doubted) -> Iterator[Doubt]:
    """ "products ordered" are products, and not the orders of products whose name has the same words."""
    endings = asked.world.language.words("participle_endings")
    auxiliaries = asked.words("auxiliaries")
    for at in range(len(asked.tokens) - 1):
        last = at + 2 if asked.text(at + 1) in auxiliaries and at + 2 < len(asked.tokens) else at + 1
        things = [c.target for c in asked.concepts(at) if c.kind == "noun"]
        if not things or not asked.is_plural(at) or not asked.text(last).endswith(endings):
            continue
        found = (*asked.concepts(at, last + 1), *asked.concepts_of((asked.tokens[at], asked.tokens[last])))
        named = [c for c in found if c.kind == "metric" and c.target in asked.query.metrics]
        counts = asked.world.nouns.counted
        if named and all(c.inflected and counts.get(c.target) not in things for c in named):
            yield Doubt(raw(asked.tokens[at : last + 1]), "things_done")


def _of_which_one(asked: Doubted) -> Iterator[Doubt]:
    """ "attributed revenue per channel": that of the order, or that of the campaign which it is attributed to?"""
    needed = _needed(asked)
    for group in asked.query.group_by if needed else ():
        for at in range(len(asked.tokens)):
            named = {c.target for c in asked.concepts(at) if c.kind == "dimension"}
            rivals = sorted(name for name in named if name.partition(".")[0] in needed)
            alone = at == 0 or not asked.concepts(at - 1, at + 1)
            if group.field in named and group.field.partition(".")[0] not in needed and rivals and alone:
                other = group.model_copy(update={"field": rivals[0]})
                groups = tuple(other if one is group else one for one in asked.query.group_by)
                choices = (asked.query.model_copy(update={"group_by": groups}), asked.query)
                yield Doubt(raw(asked.tokens[at : at + 1]), "which_word_of", choices)


def _needed(asked: Doubted) -> set[str]:
    """The datasets that every row of a metric is linked to by its definition: a campaign that it is attributed to."""
    layer = asked.world.layer
    found: set[str] = set()
    for name in asked.query.metrics:
        metric = layer.metrics[name]
        if not isinstance(metric, SimpleMetric):
            continue
        fact, said = metric.measure.partition(".")[0], f"{layer.measures[metric.measure].filter} {metric.filter or ''}"
        links = (one for one in layer.relationships.values() if one.from_ == fact)
        found.update(one.to for one in links if any(f"{column} IS NOT NULL" in said for column in one.from_columns))
    return found


def _counts_others(asked: Doubted) -> Iterator[Doubt]:
    """ "how many of our orders came from people who ...": orders, and not the people, are to be counted."""
    counted = {name for metric in asked.query.metrics for name in held_by(asked, metric)}
    if not counted or not asked.opens("how_many"):
        return
    small = asked.world.language.determiners | asked.words("genitive")
    at = next((i for i in range(2, len(asked.tokens)) if asked.text(i) not in small), len(asked.tokens))
    things = {c.target for c in asked.concepts(at) if c.kind == "noun"} if at < len(asked.tokens) else set[str]()
    if things and asked.is_plural(at) and not things & counted:
        yield Doubt(raw(asked.tokens[at : at + 1]), "counts_others")


def _age_of_things(asked: Doubted) -> Iterator[Doubt]:
    """ "open tickets by age": how old the tickets are, and not the people who wrote them."""
    age, layer = str(asked.world.language.data["age_word"]), asked.world.layer
    grouped = [group.field for group in asked.query.group_by if group.field.rpartition(".")[2] == age]
    facts = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    stocks = any(is_stock(name, asked.world) for name in asked.query.metrics)
    for at in range(1, len(asked.tokens)) if grouped and stocks else ():
        if asked.text(at) == age and not any(layer.datasets[fact].entity for fact in facts):
            yield Doubt(raw(asked.tokens[at - 1 : at + 1]), "age_of_things")


def _mean_age_of_things(asked: Doubted) -> Iterator[Doubt]:
    """ "average age of support tickets": of the tickets, and not of the people who wrote them."""
    age, layer = str(asked.world.language.data["age_word"]), asked.world.layer
    aged = [name for name in asked.query.metrics if name.endswith(f"_{age}")]
    facts = {fact for name in aged for fact in asked.world.reach.facts(name)}
    for at in range(len(asked.tokens) - 2) if aged else ():
        if asked.text(at) != age or asked.text(at + 1) not in asked.words("genitive"):
            continue
        things = [c.target for place in (at + 2, at + 3) for c in asked.concepts(place) if c.kind == "noun"]
        if things and things[0] not in facts and not layer.datasets[things[0]].entity:
            yield Doubt(raw(asked.tokens[at : at + 3]), "age_of_things")


def _second_number(asked: Doubted) -> Iterator[Doubt]:
    """ "revenue from Germany and orders from France": two numbers, each of its own place, and not one of both."""
    links = asked.words("places") | asked.words("genitive") | {"for"}
    for at in range(1, len(asked.tokens) - 3):
        named = {c.target for c in asked.concepts(at + 1) if c.kind == "metric"}
        columns = {c.target for c in asked.concepts(at + 1) if c.kind == "dimension"}
        if not columns.isdisjoint(one.field for one in asked.query.group_by):
            continue  # "the names and ages of female members"
        placed = asked.text(at + 2) in links and any(c.kind == "value" for c in asked.concepts(at + 3))
        if asked.text(at) == "and" and placed and named and named.isdisjoint(asked.query.metrics):
            yield Doubt(raw(asked.tokens[at + 1 : at + 2]), "two_questions")


def _number_of_its_own(asked: Doubted) -> Iterator[Doubt]:
    """ "the company with the highest revenue" ranked by a number kept of it, where "revenue" is one that we count."""
    fields = asked.world.layer.fields
    ranked = {one.by for one in asked.query.order_by if one.by in fields and fields[one.by].kind == "number"}
    for span in asked.plan.spans if asked.query.entity else ():
        words = asked.world.language.tokens(span.text) if span.target in ranked else ()
        named = {one.target for one in asked.concepts_of(words)}
        counted = any(name in asked.world.layer.metrics and not _is_of(name, span.target, asked) for name in named)
        if len(words) == 1 and counted and span.target not in named:
            yield Doubt((span.text,), "number_of_its_own")


def _is_of(metric: str, field: str, asked: Doubted) -> bool:
    """Whether a metric is computed from the field itself: the total of the holds that each route has."""
    found, layer = asked.world.layer.metrics[metric], asked.world.layer
    if not isinstance(found, SimpleMetric):
        return False
    own, column = found.measure.partition(".")[0], layer.measures[found.measure].expression
    return f"{own}.{column}" == field


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _number_of_its_own,
    _things_done,
    _of_which_one,
    _counts_others,
    _age_of_things,
    _mean_age_of_things,
    _second_number,
)
