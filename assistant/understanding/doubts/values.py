"""Doubts of conditions on a value: what went there, what it is about, when it was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.tokens import Token
from semantic_layer import SimpleMetric, time_of


def _no_way(asked: Doubted) -> Iterator[Doubt]:
    """ "visits to stores", "tickets of phones": where it went or what it was about is not the way it came."""
    leads, ways = asked.words("target_links"), asked.words("way_fields")
    for at, condition in asked.values():
        as_way = not ways.isdisjoint(condition.field.rpartition(".")[2].split("_"))
        before = next((i for i in range(at - 1, -1, -1) if asked.text(i) not in asked.world.language.determiners), -1)
        lead = asked.text(before)
        things = any(concept.kind in ("noun", "metric") for concept in asked.concepts(before - 1))
        if as_way and lead in leads and things and (lead == "to" or asked.is_plural(at)):
            yield Doubt(raw(asked.tokens[before : at + 1]), "no_way")


def _until_day(asked: Doubted) -> Iterator[Doubt]:
    """ "orders by Friday": until that day, or on all Fridays?"""
    for at, condition in asked.values():
        if condition.field.endswith("_weekday") and asked.text(at - 1) == "by" and not asked.is_plural(at):
            yield Doubt(raw(asked.tokens[at - 1 : at + 1]), "until_day")


def _done_then(asked: Doubted) -> Iterator[Doubt]:
    """ "orders refunded in May": the refunds were in May, and not the orders that have been refunded since."""
    reach, language = asked.world.reach, asked.world.language
    for at, condition in asked.values():
        fact = condition.field.partition(".")[0]
        others = {f for c in asked.concepts(at) if c.kind == "metric" for f in reach.facts(c.target)} - {fact}
        behind = asked.text(at + 1) in {*language.words("genitive"), *language.links["time"], "in", "on", "during"}
        timed = _is_time(asked, at + 1) or (behind and _is_time(asked, at + 2))
        if others and timed and _is_dated(asked, fact):
            yield Doubt(raw(asked.tokens[at : at + 1]), "done_then")


def _is_time(asked: Doubted, at: int) -> bool:
    start = asked.tokens[at].start if at < len(asked.tokens) else -1
    spans = [span for span in asked.plan.spans if span.role == "time"]
    told = any(span.start <= start < span.end for span in spans)
    return told or (not spans and asked.text(at) in asked.world.language.data["months"])


def _is_dated(asked: Doubted, fact: str) -> bool:
    """Whether the rows are limited by their own time."""
    time = asked.world.layer.datasets[fact].time
    own = any(one.field == f"{fact}.{time}" for one in asked.query.filters)
    return own or asked.query.time_range is not None


def _other_time(asked: Doubted) -> Iterator[Doubt]:
    """ "won versus lost deals by month": the month in which they were won, and not that in which they were opened."""
    layer = asked.world.layer
    timed = asked.query.time_range is not None or any(g.field == "metric_time" for g in asked.query.group_by)
    metrics = [layer.metrics[name] for name in asked.query.metrics]
    times = {time_of(layer, one) for one in metrics if isinstance(one, SimpleMetric)}
    started = not asked.words("creation_verbs").isdisjoint(token.text for token in asked.tokens)
    if not timed or started or len(times) != 1 or len(metrics) != 1:
        return
    fact = metrics[0].measure.partition(".")[0] if isinstance(metrics[0], SimpleMetric) else ""
    for at, condition in asked.values():
        own = condition.field.partition(".")[0] == fact and condition.op == "in"
        named = [layer.metrics[name] for name in _cases(asked, at, fact)] if own else []
        if named and all(time_of(layer, one) not in times for one in named if isinstance(one, SimpleMetric)):
            yield Doubt(raw(asked.tokens[at : at + 1]), "other_time")


def _cases(asked: Doubted, at: int, fact: str) -> set[str]:
    """The metrics called after a value of the rows of a fact: "won deals"."""
    nouns = [token for token in asked.tokens if any(c.kind == "noun" for c in asked.world.lexicon.lookup([token]))]
    return {
        c.target
        for noun in nouns
        for c in asked.world.lexicon.lookup([asked.tokens[at], noun])
        if c.kind == "metric" and asked.world.reach.facts(c.target) == {fact}
    }


def _request_or_name(asked: Doubted) -> Iterator[Doubt]:
    """ "Display ad clicks": a wish to see them, or those of one channel?"""
    first = asked.said[:1]
    if first and first[0].text in asked.words("request_verbs") and first[0].raw[0].isupper():
        values = (value for one in asked.query.filters if one.op == "in" for value in one.values)
        if any(str(value).casefold() == first[0].text for value in values):
            yield Doubt(raw(first), "request_or_name")


def _reason_of_some(asked: Doubted) -> Iterator[Doubt]:
    """ "orders delivered late": known of those alone that came back for it, which nobody spoke of."""
    layer, reasons = asked.world.layer, asked.words("reason_words")
    for one in asked.query.filters:
        owner = one.field.partition(".")[0]
        known = bool(one.entity) and one.op == "in" and one.field in layer.fields and owner != one.entity
        if not known or reasons.isdisjoint(layer.fields[one.field].title.casefold().split()):
            continue
        if not any(_speaks_of(asked, token, owner) for token in asked.tokens):
            yield Doubt((str(one.values[0]),), "reason_of_some")


def _speaks_of(asked: Doubted, token: Token, dataset: str) -> bool:
    """Whether a word names rows of a dataset, or a number of them."""
    named = asked.concepts_of([token])
    counted = {c.target for c in named if c.kind == "metric"}
    facts = {fact for name in counted for fact in asked.world.reach.facts(name)}
    return dataset in facts | {c.target for c in named if c.kind == "noun"}


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _no_way,
    _until_day,
    _done_then,
    _other_time,
    _request_or_name,
    _reason_of_some,
)
