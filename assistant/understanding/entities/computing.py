"""Numbers of fields, also several at once: "the maximum and minimum price of the products"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.fields import partly_named
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import implied_metric

AGGREGATIONS = {"averages": "average", "maxima": "max", "minima": "min", "sums": "sum"}


def computed(words: Words, at: int) -> Iterator[Found]:
    """ "the maximum and minimum price of the products": one number or several, of one field or several."""
    found = numbers(words, at)
    if found is not None:
        yield _of_own(words, found)


def numbers(words: Words, at: int) -> Found | None:
    """The numbers named here, of fields of one kind of things, with nothing behind them read; None without any."""
    kinds, behind = _aggregations(words, at)
    fields: list[tuple[str, int, int]] = []
    place = behind
    while kinds:
        start = words.skip(place, "joins", "empty", "genitive") if fields else words.skip(place, "empty")
        number = _number_field(words, start) or (_named_sum(words, at) if kinds == ["sum"] and not fields else None)
        if number is None:
            break
        fields.append((number[0], start, number[1]))
        place = number[1]
    more, place = _said_again(words, place, [name for name, _, _ in fields])
    kinds = [*kinds, *more]
    owners = {name.partition(".")[0] for name, _, _ in fields}
    names = tuple(implied_metric(words.world.layer, name, kind) for kind in kinds for name, _, _ in fields)
    if len(owners) != 1 or not all(names):
        return None
    found = replace(Found(), entity=owners.pop(), counting=True, metrics=names)
    for name, start, end in fields:
        found = found.used(start, end, "metric", name)
    return found.used(at, behind, "metric", "+".join(kinds)).moved(place)


def number_over(words: Words, at: int) -> tuple[str, int]:
    """The metric that "average price", "total of the costs" means of one number field, with the place behind."""
    for role, kind in AGGREGATIONS.items():
        end = words.phrase(at, role)
        number = _number_field(words, words.skip(end, "empty")) if end is not None else None
        if number is not None:
            return implied_metric(words.world.layer, number[0], kind), number[1]
    return "", at


def _said_again(words: Words, at: int, fields: list[str]) -> tuple[list[str], int]:
    """ "(the lowest age), the average age and the highest age": more numbers of the one field."""
    said: list[str] = []
    while True:
        kinds, behind = _aggregations(words, words.skip(at, "joins", "empty"))
        number = _number_field(words, words.skip(behind, "empty")) if kinds else None
        if number is None or [number[0]] != fields:
            return said, at
        said, at = [*said, *kinds], number[1]


def _of_own(words: Words, found: Found) -> Found:
    """Past "of all products", "across products" behind numbers of products; "of each" asks for more than one number."""
    verb = words.one_on(found.at, "ties") if words.phrase(found.at, "verbs") is not None else found.at  # "given in all"
    genitive = words.phrase(verb, "genitive") or words.phrase(verb, "amid")
    if genitive is not None and words.tokens[genitive - 1].text in word_lists()["every"]:
        return found
    for dataset, behind in words.nouns(words.skip(genitive, "empty")) if genitive is not None else ():
        if dataset == found.entity:
            return found.used(words.skip(genitive or 0, "empty"), behind, "dimension", dataset)
    return found


def _aggregations(words: Words, at: int) -> tuple[list[str], int]:
    found: list[str] = []
    while True:
        ends = {kind: words.phrase(at, role) for role, kind in AGGREGATIONS.items()}
        kind = next((kind for kind, end in ends.items() if end is not None), "")
        if not kind:
            return found, at
        found.append(kind)
        at = words.skip(ends[kind] or at, "joins", "empty")


def _named_sum(words: Words, at: int) -> tuple[str, int] | None:
    """ "total charge" as the sum of a field that is itself called so, where it is asked of more than one row."""
    found = _number_field(words, words.skip(at, "empty"))
    genitive = words.phrase(found[1], "genitive") or words.phrase(found[1], "amid") if found is not None else None
    owner = found[0].partition(".")[0] if found is not None else ""
    nouns = words.nouns(words.skip(genitive, "empty")) if genitive is not None else []
    several = any(dataset == owner and words.is_plural(end - 1) for dataset, end in nouns)
    return found if several and words.tokens[(genitive or 1) - 1].text not in word_lists()["every"] else None


def _past_paid(words: Words, field: str, at: int) -> int:
    """The place behind "paid" in "the total amount paid for contracts", of the amounts of payments."""
    paid = words.phrase(at, "paying") if words.phrase(at, "paid_by") is None else None
    made = words.deed_of_noun(at) if paid is not None else ""
    return paid if paid is not None and made == field.partition(".")[0] else at


def _number_field(words: Words, at: int) -> tuple[str, int] | None:
    counted = words.phrase(at, "number_of")  # "the maximum number of pages" of "pages"
    named = (*words.concepts(at, "dimension"), *(words.concepts(counted, "dimension") if counted is not None else ()))
    for concepts, behind in named:
        numbers = [c.target for c in concepts if words.world.layer.fields[c.target].kind == "number"]
        if len(numbers) == 1:
            return numbers[0], _past_paid(words, numbers[0], behind)
    return _part_of_name(words, at)


def _part_of_name(words: Words, at: int) -> tuple[str, int] | None:
    """ "(the total) amount of the fines" of a fine amount: the one number whose name has the word as its head."""
    genitive = words.phrase(at + 1, "genitive") if at + 1 < len(words.tokens) else None
    start = words.skip(genitive, "empty", "negative_values") if genitive is not None else len(words.tokens)
    for owner in dict.fromkeys(dataset for place in (start, start + 1) for dataset, _ in words.nouns(place)):
        own = [
            name
            for name in partly_named(words, words.tokens[at : at + 1], owner)
            if words.world.layer.fields[name].kind == "number"
        ]
        if len(own) == 1:
            return own[0], at + 1
    return None
