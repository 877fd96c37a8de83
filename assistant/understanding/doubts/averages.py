"""Doubts of an average and of a rhythm: whose average it is, and whether things are yearly or the answer is by year."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import is_count

AVERAGES = frozenset({"average", "typical"})


def _average_one(asked: Doubted) -> Iterator[Doubt]:
    """ "what does the average subscriber pay a month": of each of them, and not what all of them pay together."""
    if asked.query.per_bucket is None:
        return
    for at in range(len(asked.tokens) - 1):
        if AVERAGES & asked.cues(at) and _is_one_of_them(asked, at + 1):
            yield Doubt(raw(asked.tokens[at : at + 2]), "average_one")


def _is_one_of_them(asked: Doubted, at: int) -> bool:
    """Whether a word names a person or a member of a segment in the singular, and no more behind it."""
    segments = asked.world.layer.segments
    persons = {*asked.words("person_nouns"), *asked.words("persons")}
    told = any(one.target in segments or one.kind == "noun" for one in asked.concepts(at))
    behind = any(one.kind in ("metric", "noun", "dimension") for one in asked.concepts(at + 1))
    return not asked.is_plural(at) and not behind and (told or asked.tokens[at].plain in persons)


def _yearly_things(asked: Doubted) -> Iterator[Doubt]:
    """ "churn rate of yearly plans": those that are paid by the year, and not the rate of each year."""
    adverbs = asked.world.language.data["grain_adverbs"]
    grains = {str(one.grain) for one in asked.query.group_by if one.grain}
    for at in range(1, len(asked.tokens) - 1):
        rhythm = adverbs.get(asked.text(at)) in grains and asked.is_plural(at + 1)
        if rhythm and _is_kind_of_thing(asked, at + 1) and asked.text(at - 1) in asked.words("row_links"):
            yield Doubt(raw(asked.tokens[at : at + 2]), "rhythm_of_stock")


def _is_kind_of_thing(asked: Doubted, at: int) -> bool:
    """Whether a word names things or what they are told apart by, and not the number that is asked for."""
    concepts = asked.concepts(at)
    return not any(one.kind == "metric" and one.target in asked.query.metrics for one in concepts) and any(
        one.kind in ("noun", "dimension") or one.target in asked.world.layer.segments for one in concepts
    )


def _larger_things(asked: Doubted) -> Iterator[Doubt]:
    """ "are app deals bigger than web deals" answered by how many there are: what is larger is each of them."""
    counts = [name for name in asked.query.metrics if name in asked.world.nouns.counted]
    opened = asked.said[0].text in asked.words("copulas") if asked.said else False
    if not counts or not opened or asked.asks_how_many:
        return
    for at in range(2, len(asked.said)):
        things = any(token.text != token.plain for token in asked.said[1:at])
        if asked.said[at].text in asked.words("larger_words") and things:
            yield Doubt(raw(asked.said[at : at + 1]), "larger_things")


def _largest_rows(asked: Doubted) -> Iterator[Doubt]:
    """ "which accounts have the biggest open deals" ranked by how many there are: what is large is each of them."""
    counts = any(is_count(asked.world.layer, one.by) for one in asked.query.order_by)
    for at in range(len(asked.said) - 1) if counts and asked.query.limit is not None else ():
        near = asked.said[at + 1 : at + 3]
        things = [i for i, token in enumerate(near) if token.text != token.plain]
        if asked.said[at].text in asked.words("largest_words") and things:
            named = asked.concepts_of(near[: things[0] + 1])
            if any(one.kind in ("noun", "metric") for one in named):
                yield Doubt(raw(asked.said[at : at + 2 + things[0]]), "larger_things")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _average_one,
    _yearly_things,
    _larger_things,
    _largest_rows,
)
