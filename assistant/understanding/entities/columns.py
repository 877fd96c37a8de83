"""Clauses that ask for more columns of things: "with their city", "list the id and the number of orders"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.attributes import two_of_one_noun, with_own_fields
from assistant.understanding.entities.computing import number_over
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import count_of_each, reaches
from assistant.understanding.entities.words import Words

MOST_COLUMNS = 5
HELPING = frozenset({"is", "are", "was", "were", "does", "do", "did"})
PRONOUNS = frozenset({"it", "they", "he", "she"})


def with_columns(words: Words, found: Found) -> Iterator[Found]:
    """ "customers in France with their city and their revenue"."""
    start = words.phrase(found.at, "columns") or _owned_by_them(words, found.at) or _with_name(words, found.at)
    if start is None or found.group or found.counting or found.newest:
        return
    if found.each:
        yield from (one for one in _columns(words, found, start) if one.metrics == found.metrics)
    elif not found.attributes or found.entity == found.attributes[0].partition(".")[0]:
        yield from _columns(words, found, start)


def _with_name(words: Words, at: int) -> int | None:
    """The place of "name" in "with the name of the ship", which asks for it where nothing follows that is called so."""
    start = words.skip(at + 1, "articles") if at < len(words.tokens) and words.tokens[at].text == "with" else at
    return start if start > at and words.phrase(start, "names") is not None else None


def _owned_by_them(words: Words, at: int) -> int | None:
    """The place behind "their" in ", and their average price"."""
    joined = at > 0 and words.phrase(at - 1, "joins") == at
    return words.phrase(at, "possessives") if joined else None


def shown_too(words: Words, found: Found) -> Iterator[Found]:
    """ "(which shop has the most sales?) List its name and the number of sales"."""
    told = found.filters or found.order or found.metrics or found.newest
    asked = _asked_too(words, found.at) if told and found.attributes and not (found.group or found.counting) else None
    if asked is not None:
        yield from (one for one in _columns(words, found, asked) if not (found.newest and one.metrics))
    start = words.phrase(found.at, "requests")
    if start is not None and told and not (found.group or found.counting or found.attributes):
        listed = _columns(words, found, words.skip(start, "empty", "possessives"))
        yield from (one for one in listed if not (found.newest and one.metrics))


def _asked_too(words: Words, at: int) -> int | None:
    """The place of what is asked as well: "(which paper has ...,) and which journal is it from"."""
    start = words.skip(at, "joins")
    joined = start > at or (at > 0 and words.phrase(at - 1, "joins") == at)
    asking = words.phrase(start, "asking") if joined else None
    return words.skip(asking, "being", "empty", "possessives") if asking is not None else None


def columns_of_each(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "(for each product,) list its id, name and how many orders it has": its numbers by what tells it apart."""
    keys = _key(words, found.entity)
    if keys and not words.world.layer.fields[keys[0]].hidden:
        for listed in _columns(words, found, words.skip(start, "empty", "possessives")):
            shown = tuple(dict.fromkeys((*keys, *listed.attributes)))
            yield replace(listed, attributes=shown, each=bool(listed.metrics), tied=True)


def _columns(words: Words, found: Found, start: int) -> Iterator[Found]:
    """The reading with every column named from here to the end; none when one is not understood."""
    fields: list[str] = []
    metrics: list[str] = []
    at = start
    while not _is_over(words, at, found.entity) and len(fields) + len(metrics) < MOST_COLUMNS:
        field, metric, behind = _two_columns(words, found, at) or _column(words, found, at)
        if behind == at:
            return
        fields.extend(field)
        metrics.extend(one for one in metric if one not in found.metrics)
        at = behind if _is_over(words, behind, found.entity) else words.skip(behind, "joins", "possessives", "empty")
    if _is_over(words, at, found.entity) and (fields or metrics):
        shown = tuple(dict.fromkeys((*(found.attributes or _names(words, found.entity)), *fields)))
        more = replace(found, attributes=shown, metrics=(*found.metrics, *metrics))
        yield more.used(start, at, "dimension", found.entity).moved(len(words.tokens))


def _is_over(words: Words, at: int, entity: str) -> bool:
    """Whether nothing is left but what says again whose columns they are: "it has", "it received", "of each shop"."""
    again = at + (at < len(words.tokens) and words.tokens[at].text in HELPING)  # "is it from", "does it belong to"
    if again > at and not words.at_end(again) and words.tokens[again].text in PRONOUNS:
        return words.at_end(words.skip(again + 1, "ties", "empty"))
    if (
        at < len(words.tokens)
        and words.tokens[at].text in PRONOUNS
        and words.at_end(words.skip(at + 1, "ties", "empty"))
    ):
        return True
    each = words.phrase(at, "genitive")
    again = [end for dataset, end in words.nouns(words.skip(each, "empty")) if dataset == entity] if each else []
    return any(words.at_end(words.skip(end, "trailing")) for end in (at, *again))


def _two_columns(words: Words, found: Found, at: int) -> tuple[tuple[str, ...], tuple[str, ...], int] | None:
    """ "first and last names": two fields of the things that share their last word, None for any other."""
    own = (
        (told.attributes, told.at)
        for both in two_of_one_noun(words, Found(), at)
        for told in with_own_fields(words, replace(both, entity=found.entity))
    )
    fields, behind = next(own, ((), at))
    return (fields, (), behind) if fields else None


def _column(words: Words, found: Found, at: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """A field, or a metric that each thing has, with the place behind."""
    for role in ("names", "keys"):
        behind = words.phrase(at, role)
        for other, end in _things_called(words, found, behind) if behind is not None and role == "names" else ():
            return other, (), end
        own = words.world.nouns.names(found.entity) if role == "names" else _key(words, found.entity)
        if behind is not None and own:
            return own, (), behind
    for field, behind in own_fields(words, at, found.entity):
        return (field,), (), behind
    for concepts, behind in words.concepts(at, "dimension"):
        linked = [c.target for c in concepts if reaches(words, found.entity, c.target.partition(".")[0])]
        if len(linked) == 1:
            return (linked[0],), (), behind
    for dataset, behind in words.nouns(at):  # "... and its director"
        names = words.world.nouns.names(dataset)
        if names and words.world.reach.steps(found.entity, dataset) == 1:
            return names, (), behind
    metric, behind = _number(words, found, at)
    return (), (metric,) if metric else (), behind


def _things_called(words: Words, found: Found, at: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """What a thing of another kind is called: "the name(s) of their greenhouses"."""
    genitive = words.phrase(at, "genitive")
    for dataset, behind in words.nouns(words.skip(genitive, "empty", "possessives")) if genitive is not None else ():
        names = words.world.nouns.names(dataset)
        if names and words.world.reach.steps(found.entity, dataset) == 1:
            yield names, behind


def _number(words: Words, found: Found, at: int) -> tuple[str, int]:
    """A metric that each thing has, with the place behind."""
    counted = words.phrase(at, "counting")
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        count = count_of_each(words, dataset, found.entity)
        if count:
            return count, behind
    for concepts, behind in words.concepts(at, "metric", 0.9):
        each = [c.target for c in concepts if words.world.reach.distance([c.target], found.entity)]
        if len(each) == 1:
            return each[0], behind
    metric, behind = number_over(words, at)
    if metric and words.world.reach.distance([metric], found.entity):
        return metric, behind
    return "", at


def _names(words: Words, entity: str) -> tuple[str, ...]:
    identity = words.world.nouns.identity(entity)
    names = words.world.nouns.names(entity)
    return tuple(dict.fromkeys((*identity[0], *names))) if identity else (names or _key(words, entity))


def _key(words: Words, entity: str) -> tuple[str, ...]:
    keys = words.world.layer.datasets[entity].key_fields
    return (f"{entity}.{keys[0]}",) if len(keys) == 1 else ()
