"""Clauses that compare two fields of a row: "price below cost", "delivered after the due date", "delivered late"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.averages import comparisons
from assistant.understanding.entities.dated import day_of, is_day
from assistant.understanding.entities.fields import number_fields, own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import Filter

SAME = {"same_as": "eq", "other_than": "ne"}
OF_DAYS = {"later_than": "gt", "sooner_than": "lt"}
PRICES = "price|fee|fare|rate|rent|charge"
COMPARED = frozenset({"number", "time"})


def beside_other(words: Words, found: Found) -> Iterator[Found]:
    """A number or a day of the things against another one that they have themselves."""
    if found.group or not found.entity:
        return
    linked, told = words.skip(found.at, *LINKING), words.skip(found.at, "relatives", "happened", "empty")
    for start in dict.fromkeys((linked, told)):
        for field, behind in _first_fields(words, found, start):
            yield from _against(words, found.used(start, behind, "dimension", field), field)
    yield from _more_of_one(words, found, linked)
    yield from _in_time(words, found, told)


def _first_fields(words: Words, found: Found, at: int) -> Iterator[tuple[str, int]]:
    """The field that is compared, by its name, or by the verb of it: "delivered", "grossed"."""
    if words.at_end(at):
        return
    yield from (one for one in own_fields(words, at, found.entity) if _kind(words, one[0]) in COMPARED)
    day = day_of(words, at, found.entity)
    if day:
        yield day, at + 1
    token = words.tokens[at]
    said = {token.text, words.world.language.bare(token.text)} - {token.plain if token.text == token.plain else ""}
    done = token.text.endswith(words.world.language.words("participle_endings"))
    said |= {token.text} if done else set()
    fields = [one for one in words.world.layer.datasets[found.entity].fields if one.kind == "number" and not one.hidden]
    numbers = [one.name for one in fields if said.intersection(one.name.split("_"))]
    priced = words.field_called(PRICES, found.entity) if words.phrase(at, "priced") is not None else ""
    if len(numbers) == 1 and not words.nouns(at):
        yield f"{found.entity}.{numbers[0]}", words.skip(at + 1, "genitive")
    elif priced and not numbers:
        yield priced, words.skip(at + 1, "genitive")


def _against(words: Words, found: Found, field: str) -> Iterator[Found]:
    """The comparison behind a field, and the other field."""
    at = words.skip(found.at, "being", "articles", "empty")
    for operator, end in (*comparisons(words, at), *_in_words(words, at, _kind(words, field))):
        start = words.skip(end, "articles", "possessives", "empty")
        for other, behind in _others(words, start, field):
            kept = Filter.model_validate({"field": field, "op": operator, "other": other})
            yield found.used(at, behind, "condition", other).filtered(kept)


def _in_words(words: Words, at: int, kind: str) -> Iterator[tuple[str, int]]:
    for role, operator in (*SAME.items(), *(OF_DAYS.items() if kind == "time" else ())):
        behind = words.phrase(at, role)
        if behind is not None:
            yield operator, behind


def _others(words: Words, at: int, field: str) -> Iterator[tuple[str, int]]:
    """The other fields of the same things that words here name, of the same kind and measured alike."""
    entity = field.partition(".")[0]
    named = list(own_fields(words, at, entity)) if not words.at_end(at) else []
    named = named or (list(number_fields(words, at, entity)) if not words.at_end(at) else [])
    due = _due_day(words, entity) if words.phrase(at, "due") is not None else ""
    if due and not named:
        named = [(due, words.phrase(at, "due") or at)]
    named = named or _of_more_words(words, at, field)
    for other, behind in named:
        if other != field and _kind(words, other) == _kind(words, field) and _is_alike(words, field, other):
            yield other, behind


def _of_more_words(words: Words, at: int, field: str) -> list[tuple[str, int]]:
    """ "(a larger audience than) planned": the field whose name has this word beside those of the one compared."""
    entity, _, name = field.partition(".")
    said = words.tokens[at].text if at < len(words.tokens) else ""
    fields = [one.name for one in words.world.layer.datasets[entity].fields if not (one.hidden or one.implied)]
    found = [one for one in fields if set(one.split("_")) == {said, *name.split("_")}] if said else []
    return [(f"{entity}.{found[0]}", at + 1)] if len(found) == 1 else []


def _is_alike(words: Words, field: str, other: str) -> bool:
    """Whether neither is money where the other is none: a price is not above a weight."""
    fields = words.world.layer.fields
    return (fields[field].format == "currency") == (fields[other].format == "currency") or not (
        fields[field].format and fields[other].format
    )


def _more_of_one(words: Words, found: Found, at: int) -> Iterator[Found]:
    """ "with more wins than losses": both numbers behind the comparative."""
    for role, operator in (("higher", "gt"), ("lower", "lt")):
        said = words.phrase(at, role)
        for field, behind in own_fields(words, said, found.entity) if said is not None else ():
            than = behind < len(words.tokens) and words.tokens[behind].text == "than"
            start = words.skip(behind + 1, "articles", "possessives") if than else behind
            for other, end in _others(words, start, field) if than and _kind(words, field) == "number" else ():
                kept = Filter.model_validate({"field": field, "op": operator, "other": other})
                yield found.used(at, end, "condition", other).filtered(kept)


def _in_time(words: Words, found: Found, at: int) -> Iterator[Found]:
    """ "delivered late", "returned on time": against the one day by which it is due."""
    field = day_of(words, at, found.entity) if not words.at_end(at) else ""
    due = _due_day(words, found.entity) if field else ""
    for role, operator in (("late", "gt"), ("on_time", "le"), ("early", "lt")):
        behind = words.phrase(at + 1, role)
        if behind is not None and due not in ("", field) and _kind(words, field) == _kind(words, due):
            kept = Filter.model_validate({"field": field, "op": operator, "other": due})
            yield found.used(at, behind, "condition", due).filtered(kept)


def _due_day(words: Words, entity: str) -> str:
    """The one day of things by which something is due; empty without one."""
    days = [one.name for one in words.world.layer.datasets[entity].fields if is_day(one) and not one.implied]
    due = [name for name in days if word_lists()["due"].intersection(name.split("_"))]
    return f"{entity}.{due[0]}" if len(due) == 1 else ""


def _kind(words: Words, field: str) -> str:
    return words.world.layer.fields[field].kind
