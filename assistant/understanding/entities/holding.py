"""Clauses on what a field of things holds: a number, something or nothing, letters, a day that is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from assistant.understanding.entities.dated import day_of
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, reaches
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import Filter

HOLDING = frozenset({"has", "have", "with", "includes", "offers", "provides"})  # in front of what a thing has or not


def numbered(words: Words, found: Found) -> Iterator[Found]:
    """ "in grade 10", "on floor 3": a number right behind the name of a field of whole numbers."""
    linked = words.skip(found.at, *LINKING)
    start = words.phrase(linked, "within_days") or linked
    if found.group or start == found.at:
        return
    for field, behind in own_fields(words, start, found.entity):
        number = words.number(behind)
        told = words.world.layer.fields[field]
        if number is None or told.kind not in ("number", "categorical") or told.format == "currency":
            continue
        value = number[0] if told.kind == "number" else str(number[0])
        op, end = _or_beyond(words, number[1]) if told.kind == "number" else ("in", number[1])
        kept = Filter.model_validate({"field": field, "op": op, "values": (value,)})
        yield found.used(start, end, "condition", field).filtered(kept)


def _or_beyond(words: Words, at: int) -> tuple[str, int]:
    """The operator of a number with what follows it ("9 or higher"), and the place behind."""
    for role, op in (("or_higher", "ge"), ("or_lower", "le")):
        behind = words.phrase(at, role)
        if behind is not None:
            return op, behind
    return "in", at


def flagged(words: Words, found: Found) -> Iterator[Found]:
    """ "who are members", "that are not refundable": what answers yes or no of them."""
    first = words.skip(found.at, "relatives", "empty", "happened")
    again = 0 < found.at <= len(words.tokens) and words.tokens[found.at - 1].text == "or"  # "stouts or vegan"
    if found.group or (first == found.at and not again):
        return
    denied = words.phrase(first, "negative_values")
    start = words.skip(denied or first, "empty")
    for concepts, behind in words.concepts(start, "dimension"):
        own = [c.target for c in concepts if c.target.partition(".")[0] == found.entity]
        if len(own) == 1 and words.world.layer.fields[own[0]].kind == "boolean":
            kept = Filter(field=own[0], op="in" if denied is None else "not_in", values=(True,))
            yield found.used(first, behind, "condition", own[0]).filtered(kept)


def filled(words: Words, found: Found) -> Iterator[Found]:
    """ "without a phone number", "who have an email address": whether a field of theirs is known."""
    if found.group or words.at_end(found.at):
        return
    first = words.skip(found.at, "relatives", "empty")
    denied = words.phrase(first, "denials")
    start = words.skip(denied if denied is not None else first, "owning", "empty")
    if start == first:
        return
    for field, end in own_fields(words, start, found.entity):
        behind = words.one_on(end, "field_ends")  # "phone number" of a phone
        if words.world.layer.fields[field].kind == "boolean":  # what is not paid is not what nobody knows of
            if field.rpartition(".")[2].partition("_")[0] in HOLDING and words.at_end(end):
                kept = Filter(field=field, op="in", values=(denied is None,))
                yield found.used(first, end, "condition", field).filtered(kept)
            continue
        if words.at_end(behind) or any(
            words.phrase(behind, role) is not None for role in ("joins", "requests", "sorting")
        ):
            yield found.used(first, behind, "condition", field).filtered(_had(words, field, denied is None))


def _had(words: Words, field: str, has: bool) -> Filter:
    """A field that is known, or not; of what is counted at least one, or none: "customers with children"."""
    found = words.world.layer.fields[field]
    counts = found.title.casefold().startswith(tuple(word_lists()["number_of"]))
    if found.kind == "number" and (found.format == "integer" or counts):
        return Filter(field=field, op="ge" if has else "eq", values=(1 if has else 0,))
    if found.kind == "number" and found.format == "currency":  # an amount that is not known may be any
        return Filter(field=field, op="gt" if has else "eq", values=(0,))
    return Filter(field=field, op="not_null" if has else "is_null")


def spelt(words: Words, found: Found) -> Iterator[Found]:
    """ "whose name starts with J", "titles that contain Sale": the letters of a field, as written."""
    if found.group or found.counting:
        return
    start = words.skip(found.at, *LINKING)
    for concepts, behind in words.concepts(start, "dimension"):
        own = [concept.target for concept in concepts if concept.target.partition(".")[0] == found.entity]
        names = words.world.nouns.names(found.entity) if words.phrase(start, "names") == behind else ()
        bare = start == found.at and not found.attributes  # "the question texts that contain ..."
        for target in [one for one in own if one in names] or own:  # the name of a product before that of its brand
            shown = replace(found, attributes=(target,)) if bare else found
            yield from _letters(words, shown.used(start, behind, "dimension", target), target)
    yield from _letters_of_name(words, found, start)
    if len(found.attributes) == 1 and "?" not in found.attributes[0]:
        yield from _letters(words, found, found.attributes[0])


def _letters_of_name(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "whose name starts with A": what they are called by, where "name" alone is a field of something else."""
    behind, names = words.phrase(start, "names"), words.world.nouns.names(found.entity)
    if behind is not None and len(names) == 1 and start > found.at:
        named = {c.target for concepts, end in words.concepts(start, "dimension") if end == behind for c in concepts}
        if names[0] not in named:
            yield from _letters(words, found.used(start, behind, "dimension", names[0]), names[0])


def _letters(words: Words, found: Found, field: str) -> Iterator[Found]:
    at = words.skip(found.at, "relatives", "empty")
    for role, form in (("containing", "%{}%"), ("beginning", "{}%"), ("ending", "%{}")):
        said = words.phrase(at, role)
        last = words.skip(said, "empty", "letters") if said is not None else len(words.tokens)
        last -= said is not None and words.at_end(last)  # a letter that is also an article
        if words.at_end(words.skip(last + 1, "trailing", "within")) and last < len(words.tokens):
            like = Filter(field=field, op="like", values=(form.format(words.tokens[last].raw),))
            yield found.used(at, last + 1, "condition", field).filtered(like)
        elif said is not None and _is_quoted(words, last) and not _goes_on(words, last):
            text = " ".join(token.raw for token in words.tokens[last:])
            like = Filter(field=field, op="like", values=(form.format(text),))
            yield found.used(at, len(words.tokens), "condition", field).filtered(like)


def _goes_on(words: Words, at: int) -> bool:
    """Whether something else is said behind a quoted text: "ends with 'ology', ordered by name"."""
    rest = range(at + 1, len(words.tokens))
    return any(words.tokens[i].text == "," or words.phrase(i, "sorting") is not None for i in rest)


def _is_quoted(words: Words, at: int) -> bool:
    """Whether the words from here to the end stand in quotation marks, which leave room before the first one alone."""
    gaps = [after.start - before.end for before, after in pairwise(words.tokens[max(0, at - 1) :])]
    return at > 0 and len(gaps) > 1 and gaps[0] > 1 and all(gap == 1 for gap in gaps[1:])


def happened(words: Words, found: Found) -> Iterator[Found]:
    """ "that have been sold", "not sold yet": whether a time of theirs that is called so is known."""
    if found.group:
        return
    at = words.skip(found.at, "relatives", "happened")
    denied = words.phrase(at, "denials") or words.phrase(at, "negative_values")
    at = words.skip(denied, "happened") if denied is not None else at
    name = day_of(words, at, found.entity) if at > found.at else ""
    last = words.one_on(at + 1, "deed_tails") if name else at  # "disposed of"
    end = words.skip(last, "trailing", "joins")
    if denied is not None and not (words.at_end(end) or words.phrase(end, "requests") is not None):
        return  # who never registered for a class may well have registered
    if name and _is_state(words, at):
        return  # what is open has been opened, but so has what is closed
    if name and words.world.layer.fields[name].kind == "time":
        known = Filter(field=name, op="is_null" if denied is not None else "not_null")
        yield found.used(words.skip(found.at, "relatives"), last, "condition", name).filtered(known)


def in_state(words: Words, found: Found) -> Iterator[Found]:
    """ "that are still open", "that are active": no day is known on which they were closed or left off."""
    if found.group:
        return
    start = words.skip(found.at, "relatives", "being")
    at = words.one_on(start, "still")
    text = words.tokens[at].text if start > found.at and at < len(words.tokens) else ""
    ended = word_lists().get(f"ends_{text}", frozenset()) if text in word_lists()["states"] else frozenset[str]()
    fields = words.world.layer.datasets[found.entity].fields if found.entity and ended else ()
    days = [one.name for one in fields if one.kind == "time" and ended.intersection(one.name.split("_"))]
    valued = {c.target.partition(".")[0] for concepts, _ in words.concepts(at, "value") for c in concepts}
    if len(days) == 1 and found.entity not in valued:
        name = f"{found.entity}.{days[0]}"
        yield found.used(start, at + 1, "condition", name).filtered(Filter(field=name, op="is_null"))


def _is_state(words: Words, at: int) -> bool:
    return words.tokens[at].text in word_lists()["states"]


def belonging(words: Words, found: Found) -> Iterator[Found]:
    """ "patients without a plan", "who have no plan": whether there is a row that they belong to."""
    if found.group or words.at_end(found.at):
        return
    first = words.skip(found.at, "relatives", "empty")
    denied = words.phrase(first, "denials")
    start = words.skip(denied or first, "owning", "ties", "empty")  # "not assigned to any officer"
    for dataset, behind in words.nouns(start) if denied is not None else ():
        keys = words.world.layer.datasets[dataset].key_fields
        own = dataset != found.entity and words.world.reach.steps(found.entity, dataset) == 1
        if own and len(keys) == 1 and reaches(words, found.entity, dataset):
            missing = Filter(field=f"{dataset}.{keys[0]}", op="is_null")
            yield found.used(first, behind, "condition", dataset).filtered(missing)
