"""Values that tell things apart: "cancelled", "whose status is not cancelled", "by mail or by phone", "called Ann"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.concepts import Concept
from assistant.understanding.entities.fields import LONGEST_PART, own_fields, partly_named
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING
from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.idle_values import stands_for_things
from assistant.understanding.tokens import Token
from semantic_layer import Filter


def value_conditions(words: Words, found: Found, dataset: str) -> Iterator[Found]:
    """A value, perhaps after its field, perhaps denied, perhaps one of several; the field is the last filter's."""
    for named, fields in _named_field(words, found, dataset):
        negated = words.phrase(named.at, "negative_values") or _denied(words, named.at)
        start = words.skip(negated, *LINKING) if negated is not None else words.skip(named.at, "empty", "equal")
        for concepts, behind in words.concepts(start, "value"):
            same = _same_field(words, found, named.at)
            fitting = [c for c in concepts if c.target in (fields or {c.target}) & (same or {c.target})]
            fitting = [c for c in fitting if _is_of(words, c, dataset, found.entity)]
            if stands_for_things(
                words.world, words.tokens[behind - 1].text, {str(c.value).casefold() for c in concepts}
            ):
                continue
            for concept in fitting:
                op = "not_in" if negated is not None else "in"
                values, end = more_values(words, concept, behind)
                end = _own_name(words, concept, end)
                if "." in concept.target:
                    told = named.used(start, end, "value", concept.target)
                    yield told.filtered(Filter.model_validate({"field": concept.target, "op": op, "values": values}))


def _denied(words: Words, at: int) -> int | None:
    """The place behind "do not" where a verb that only ties follows: "do not live in Oslo", "does not use mail"."""
    helped = words.phrase(at, "helped_denials")
    return helped if helped is not None and words.one_on(helped, "ties") > helped else None


def _same_field(words: Words, found: Found, at: int) -> set[str]:
    """The field of the value before "nor": "neither by mail nor by phone" is of one field; empty without the word."""
    last = found.filters[-1] if found.filters else None
    return {last.field} if last is not None and words.tokens[at].text == "nor" else set()


def _own_name(words: Words, concept: Concept, behind: int) -> int:
    """The place behind the name of the value's field, or of the thing it names, when it follows.

    "cancelled status", "standard membership" of a membership type, "the Central branch", "email as the channel".
    """
    said, behind = behind, words.phrase(behind, "as_field") or behind
    if behind > said and "." in concept.target:
        told = _told_again(words, concept.target, behind)
        if told is not None:
            return told
    ends = [
        end for concepts, end in words.concepts(behind, "dimension") if concept.target in {c.target for c in concepts}
    ]
    if ends or "." not in concept.target or words.at_end(behind):
        return min(ends) if ends else behind  # the look-up passes over "are" behind a name
    owner = concept.target.partition(".")[0]
    called = [end for dataset, end in words.nouns(behind) if dataset == owner]
    if called and concept.target in words.world.nouns.names(owner):
        return called[0]
    field = words.world.layer.fields[concept.target]
    telling = set(field.label.casefold().split()) - word_lists()["kinds"] - {owner}
    return behind + (words.tokens[behind].text in telling and not words.nouns(behind))


def _told_again(words: Words, field: str, at: int) -> int | None:
    """The place behind the field or the thing that "as their" repeats: "a cat as a pet", "CD as their format"."""
    owner = field.partition(".")[0]
    named = [end for own, end in own_fields(words, words.skip(at, "possessives"), owner) if own == field]
    again = [end for dataset, end in words.nouns(words.skip(at, "articles")) if dataset == owner]
    return next(iter((*named, *again)), None)


def _is_of(words: Words, concept: Concept, dataset: str, entity: str) -> bool:
    """Whether a value is one of a dataset, or of what each of its rows has one of: a template's type is the template's.

    The latter only where the things, too, have one of it.
    """
    owner, steps = concept.target.partition(".")[0], words.world.reach.steps
    if not dataset or owner == dataset:
        return True
    return owner != entity and steps(entity, dataset) is not None and steps(dataset, owner) == 1


def _named_field(words: Words, found: Found, dataset: str) -> Iterator[tuple[Found, frozenset[str]]]:
    """Where the value begins: at once, behind the name of its field, or behind a word for what things are called by."""
    yield found, frozenset()
    start = words.skip(found.at, "empty")
    for concepts, behind in words.concepts(start, "dimension"):
        targets = frozenset(concept.target for concept in concepts)
        valued = words.skip(behind + _is_of_value(words, behind), "empty")
        yield found.used(start, behind, "dimension", concepts[0].target).moved(valued), targets
    whole = {behind for _, behind in words.concepts(start, "dimension")}
    for end in range(min(start + LONGEST_PART, len(words.tokens)), start, -1):
        parts = _parts(words, words.tokens[start:end], dataset or found.entity) if end not in whole else frozenset()
        if parts:
            yield found.used(start, end, "dimension", min(parts)).moved(words.skip(end, "empty")), parts
    yield from _of_lookup(words, found, dataset or found.entity)
    called = words.phrase(start, "called")
    names = frozenset((*words.world.nouns.names(dataset or found.entity), *_keys(words, dataset or found.entity)))
    if called is not None and names:
        yield found.used(start, called, "dimension", min(names)).moved(words.skip(called, "empty")), names


def _is_of_value(words: Words, at: int) -> bool:
    """Whether "of" stands between a field and its value: "with the rank of Major"."""
    return 0 < at + 1 < len(words.tokens) and words.tokens[at].text == "of" and bool(words.concepts(at + 1, "value"))


def _keys(words: Words, entity: str) -> tuple[str, ...]:
    """The key of things, by which one is meant that is called by its whole name."""
    known = words.world.layer.datasets.get(entity)
    keys = known.key_fields if known is not None else ()
    return (f"{entity}.{keys[0]}",) if len(keys) == 1 else ()


def _of_lookup(words: Words, found: Found, entity: str) -> Iterator[tuple[Found, frozenset[str]]]:
    """ "the status is Cancelled" of bookings that belong to a booking status: by the last word of that noun."""
    start, layer = words.skip(found.at, "empty"), words.world.layer
    said = words.tokens[start].plain if start < len(words.tokens) else ""
    tied = [link.to for link in layer.relationships.values() if link.from_ == entity and link.to != entity]
    nouns = {name: name.split("_") for name in tied if layer.datasets[name].entity}
    near = [name for name, parts in nouns.items() if len(parts) > 1 and parts[-1] == said]
    told = frozenset(
        f"{name}.{field.name}"
        for name in near
        for field in layer.datasets[name].fields
        if field.kind == "categorical" and not (field.hidden or field.pii)
    )
    if told:
        named = found.used(start, start + 1, "dimension", min(told))
        yield named.moved(words.skip(start + 1, "empty")), told


def _parts(words: Words, said: Sequence[Token], entity: str) -> frozenset[str]:
    """The fields named in part, of things or of what each of them belongs to: "type code" of a room type code."""
    near = (name for name in words.world.layer.datasets if name == entity or words.world.reach.steps(entity, name) == 1)
    return frozenset(field for name in near for field in partly_named(words, said, name))


def more_values(words: Words, concept: Concept, behind: int) -> tuple[tuple[object, ...], int]:
    """The value and others of its field that "or" ties to it."""
    values: list[object] = [concept.value]
    while True:
        tied = words.phrase(behind, "alternatives")
        joined = words.skip(tied, "empty", "alternatives") if tied is not None else behind
        more = words.concepts(joined, "value") if tied is not None else []
        same = [(c, end) for concepts, end in more for c in concepts if c.target == concept.target]
        if not same:
            return tuple(values), behind
        values.append(same[0][0].value)
        behind = same[0][1]
