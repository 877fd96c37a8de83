"""Numbers of each thing: "how many payments were made for each lease", "for each lease, the number of payments"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.understanding.entities.columns import columns_of_each
from assistant.understanding.entities.computing import number_over, numbers
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import count_of_each, distinct_count
from assistant.understanding.entities.words import Words


def number_of_each(words: Words, at: int) -> Iterator[Found]:
    """ "(how many) features does each property have", "(the number of) tenants for each property"."""
    for counted, behind in words.nouns(at):
        each = _each(words, behind)
        if each is not None:
            yield from _of_each_value(words, counted, (at, behind, each))
        for dataset, end in words.nouns(each) if each is not None else ():
            count, shown = count_of_each(words, counted, dataset), called_by(words, dataset)
            if count and shown:
                named = Found(end, entity=dataset, attributes=shown, metrics=(count,), each=True)
                yield named.used(at, behind, "metric", count).used(each or end, end, "dimension", dataset)


def _of_each_value(words: Words, counted: str, said: tuple[int, int, int]) -> Iterator[Found]:
    """ "(how many) plays did each playwright write": by a category of what is counted, or of what is tied to it."""
    at, behind, each = said
    count = words.world.nouns.count_of(counted)
    for concepts, end in words.concepts(each, "dimension") if count else ():
        own = [(c.target, count) for c in concepts if c.target.partition(".")[0] == counted]
        for field, number in own or _tied_values(words, counted, [c.target for c in concepts]):
            if words.world.layer.fields[field].kind == "categorical" and 1 in (len(own), len(concepts)):
                named = Found(end, group=field, metrics=(number,), rank=1)
                yield named.used(at, behind, "metric", number).used(each, end, "dimension", field)


def _tied_values(words: Words, counted: str, fields: Sequence[str]) -> list[tuple[str, str]]:
    """Fields of what rows of another table tie to what is counted, each with the metric that counts it once a value."""
    found = [(field, field.partition(".")[0]) for field in fields]
    tied = [(field, owner) for field, owner in found if words.world.reach.steps(counted, owner) is None]
    counts = [(field, distinct_count(words, counted, owner)) for field, owner in tied]
    return [(field, count) for field, count in counts if count]


def told_twice(words: Words) -> Iterator[Found]:
    """ "the house types and the number of guests for each house type": what each number is of, said before as well."""
    start = words.skip(0, "requests", "asking", "empty", "distinct")
    for end in range(start + 1, len(words.tokens)):
        counted = words.phrase(words.skip(end, "joins", "requests", "empty"), "counting")
        said = tuple(token.plain for token in words.tokens[start:end])
        each = [at for at in range(end, len(words.tokens)) if words.tokens[at].text in ("each", "every")]
        again = tuple(token.plain for token in words.tokens[each[-1] + 1 :]) if each else ()
        if counted is not None and words.skip(end, "joins") > end and again and said[-len(again) :] == again:
            whole = replace(words, tokens=(*words.tokens[: each[-1] + 1], *words.tokens[start:end]))
            yield from number_of_each(whole, words.skip(counted, "empty"))


def for_each(words: Words) -> Iterator[Found]:
    """ "for each property, how many tenants ..."."""
    start = words.skip(0, "requests")
    each = words.phrase(start, "for_each")
    for dataset, end in words.nouns(each) if each is not None else ():
        at = words.skip(end, "joins", "requests", "asking", "empty")
        told = Found(end, entity=dataset).used(each or end, end, "dimension", dataset)
        yield from columns_of_each(words, told, at)
        counting = words.phrase(at, "counting")
        for counted, behind in words.nouns(words.skip(counting, "empty")) if counting is not None else ():
            count, shown = count_of_each(words, counted, dataset), called_by(words, dataset)
            if count and shown:
                named = Found(behind, entity=dataset, attributes=shown, metrics=(count,), each=True)
                yield named.used(each or end, end, "dimension", dataset).used(at, behind, "metric", count)


def number_for_each(words: Words, at: int) -> Iterator[Found]:
    """ "the average score of each player (and their first name)": a number of what belongs to each thing."""
    metric, behind = number_over(words, at)
    each = _each(words, behind) if metric else None
    for dataset, end in words.nouns(each) if each is not None else ():
        shown = called_by(words, dataset)
        if shown and words.world.reach.distance([metric], dataset):
            named = Found(end, entity=dataset, attributes=shown, metrics=(metric,), each=True)
            yield named.used(at, behind, "metric", metric).used(each or end, end, "dimension", dataset)


def numbers_for_each(words: Words, at: int) -> Iterator[Found]:
    """ "the average and the maximum price of each item type": numbers by a category, or by what things belong to."""
    found = numbers(words, at)
    if found is not None:
        each = words.phrase(found.at, "for_each") or words.phrase(found.at, "by_each")
        for shown, end in _groups(words, each, found.entity) if each is not None else ():
            told = replace(found, counting=False, each=True, attributes=shown)
            yield told.used(found.at, end, "dimension", shown[0])


def for_each_numbers(words: Words) -> Iterator[Found]:
    """ "for each item type, what is the average and the maximum price"."""
    start = words.skip(0, "requests")
    each = words.phrase(start, "for_each")
    if each is None:
        return
    ends = [end for _, end in (*words.concepts(each, "dimension"), *words.nouns(each))]
    for end in dict.fromkeys(ends):
        found = numbers(words, words.skip(end, "joins", "requests", "asking", "empty"))
        for shown, last in _groups(words, each, found.entity) if found is not None else ():
            if found is not None and last == end:
                told = replace(found, counting=False, each=True, attributes=shown)
                yield told.used(start, end, "dimension", shown[0]).moved(found.at)


def _groups(words: Words, at: int, entity: str) -> list[tuple[tuple[str, ...], int]]:
    """What rows of a dataset can be told apart by: what they belong to, or the one category that words here name."""
    things = [
        (shown, end)
        for dataset, end in words.nouns(at)
        if dataset != entity and words.world.reach.steps(entity, dataset) is not None
        if (shown := called_by(words, dataset))
    ]
    longest = max((end for _, end in things), default=at)
    return [((field,), end) for field, end in _categories(words, at, entity) if end > longest] or things


def _categories(words: Words, at: int, entity: str) -> Iterator[tuple[str, int]]:
    """The one category of things, or of what they belong to, that words here name, past "of the pets" behind it."""
    world = words.world
    for concepts, behind in words.concepts(at, "dimension"):
        near = {c.target: world.reach.steps(entity, c.target.partition(".")[0]) for c in concepts}
        steps = {name: far for name, far in near.items() if far is not None}
        named = [name for name, far in steps.items() if far == min(steps.values())]
        if len(named) == 1 and world.layer.fields[named[0]].kind == "categorical":
            genitive = words.phrase(behind, "genitive")
            again = (
                [end for one, end in words.nouns(words.skip(genitive, "empty")) if one == entity] if genitive else []
            )
            yield named[0], max([behind, *again])


def _each(words: Words, at: int) -> int | None:
    """The place behind "for each", "does each" and their like, with verbs before; None without one."""
    while at < len(words.tokens):
        behind = words.phrase(at, "for_each")
        if behind is not None:
            return behind
        after = words.one_on(at, "ties", "empty", "paying")
        if after == at:
            return None
        at = after
    return None


def called_by(words: Words, dataset: str) -> tuple[str, ...]:
    """The key of a thing, and what it is called by."""
    found = words.world.layer.datasets[dataset]
    keys = tuple(f"{dataset}.{name}" for name in found.key_fields)
    shown = [name for name in (*keys, *words.world.nouns.names(dataset)) if not words.world.layer.fields[name].hidden]
    return tuple(dict.fromkeys(shown)) if len(keys) == 1 else ()
