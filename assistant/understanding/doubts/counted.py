"""Doubts of what is counted, and of numbers that are set beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import implied_metric


def _unlike_sides(asked: Doubted) -> Iterator[Doubt]:
    """ "revenue versus plan", "deal size of won versus lost deals": an amount beside a count compares nothing."""
    metrics = [asked.world.layer.metrics[name] for name in asked.query.metrics]
    if len(metrics) != 2 or len({one.format for one in metrics}) != 2 or asked.query.shares:
        return
    sides = asked.words("against_words")
    for at in range(1, len(asked.tokens) - 1):
        if asked.text(at) in sides:
            yield Doubt(raw(asked.tokens[at - 1 : at + 2]), "unlike_sides")


def _each_is_one(asked: Doubted) -> Iterator[Doubt]:
    """ "how many referrals did each customer make": customers counted for each of them are one."""
    layer, counted = asked.world.layer, asked.world.nouns.counted
    if asked.query.top or not asked.asks_how_many:  # "the customers with the commonest plan" are listed, not counted
        return
    told = {group.field for group in asked.query.group_by if not group.via}  # employees of each manager are several
    for name in asked.query.metrics:
        dataset = counted.get(name, "")
        keys = {f"{dataset}.{key}" for key in layer.datasets[dataset].key_fields} if dataset in layer.datasets else None
        if keys and keys <= told:
            yield Doubt(raw(asked.said[:3]), "each_is_one")


def _only_some_staff(asked: Doubted) -> Iterator[Doubt]:
    """ "how many employees do we have": those of one team are known, and not everybody who works here."""
    staff = asked.words("staff_words")
    named = set(asked.query.metrics) - set(asked.world.nouns.counted)
    if not named or asked.query.group_by or asked.query.filters:
        return
    for at in range(len(asked.tokens)):
        fields = {c.target for c in asked.concepts(at) if c.kind == "dimension"}
        counts = {implied_metric(asked.world.layer, field, "count_distinct") for field in fields}
        if asked.tokens[at].plain in staff and counts & named:
            yield Doubt(raw(asked.tokens[at : at + 1]), "only_some_staff")


def _second_count(asked: Doubted) -> Iterator[Doubt]:
    """ "how many leads did we get and how many converted": two numbers, where only the second one would be told."""
    query, said = asked.query, asked.said
    counts = [at for at in range(len(said) - 1) if (said[at].text, said[at + 1].text) == ("how", "many")]
    if len(counts) <= 1 or len(query.metrics) > 1 or query.shares or query.compare:
        return
    for at, one in asked.values():
        told = one.op == "in" and asked.tokens[at].start > said[counts[1]].start
        if told and one.field not in {group.field for group in query.group_by}:
            yield Doubt(raw(said[counts[1] : counts[1] + 3]), "second_count")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_unlike_sides, _each_is_one, _only_some_staff, _second_count)
