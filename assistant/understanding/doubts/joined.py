"""Doubts of two values that "and" or "or" joins: of one field both, or a row that must have both and never has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw

LONGEST_NAME = 3
JOINTS = frozenset({"and", "or"})
Named = set[tuple[str, str]]
"""Fields with the values that words name."""


def _torn_apart(asked: Doubted) -> Iterator[Doubt]:
    """ "Germany and France" as a country and that of a campaign; "Berlin and France" as a city there."""
    held = {(one.field, str(value)) for one in asked.query.filters if one.op == "in" for value in one.values}
    small = asked.world.language.determiners | asked.words("row_links") | asked.words("places")
    for at in range(1, len(asked.tokens) - 1):
        if not (JOINTS & asked.cues(at)):
            continue
        start = next((i for i in range(at + 1, len(asked.tokens)) if asked.text(i) not in small), at + 1)
        first, second = _named(asked, at, back=True), _named(asked, start, back=False)
        left, right = first & held, second & held
        if not left or not right or {field for field, _ in left} & {field for field, _ in right}:
            continue
        alike = bool({field for field, _ in first} & {field for field, _ in second})
        said = start == at + 1 and asked.text(at).isalpha()  # "North, Gen Z" narrows twice
        if alike or (said and _are_names_of_one_thing(left, right)):
            yield Doubt(raw(asked.tokens[at - 1 : start + 1]), "sides_torn")


def _named(asked: Doubted, at: int, back: bool) -> Named:
    """What the longest words that end or begin at a place name as values."""
    for size in range(LONGEST_NAME, 0, -1):
        span = (at - size, at) if back else (at, at + size)
        found = {(c.target, str(c.value)) for c in asked.concepts(*span) if c.kind == "value"}
        if found:
            return found
    return set()


def _are_names_of_one_thing(left: Named, right: Named) -> bool:
    """Whether both are names (and no kinds, which things have several of) in fields of one dataset."""
    names = all(value[:1].isupper() for _, value in (*left, *right))
    return names and {field.partition(".")[0] for field, _ in left} == {field.partition(".")[0] for field, _ in right}


def _first_of_both(asked: Doubted) -> Iterator[Doubt]:
    """ "highest revenue day in Germany and in France": one row is that of one of them."""
    grouped = {group.field for group in asked.query.group_by}
    sides = [one for one in asked.query.filters if one.op == "in" and len(one.values) > 1 and one.field in grouped]
    places = [at for at, one in asked.values() if sides and one is sides[0]]
    if len(places) > 1 and asked.query.limit == 1 and len(grouped) > 1:
        yield Doubt(raw(asked.tokens[places[0] : places[-1] + 1]), "sides_torn")


def _one_as_number(asked: Doubted) -> Iterator[Doubt]:
    """ "new and returning" as the refunds of the new: the second one is a value of the same field."""
    held = {(one.field, str(value)) for one in asked.query.filters if one.op == "in" for value in one.values}
    for at in range(1, len(asked.tokens) - 1) if held else ():
        if not (JOINTS & asked.cues(at)) or asked.concepts(at + 1, at + 3):
            continue
        first, second = _named(asked, at, back=True) & held, _named(asked, at + 1, back=False)
        counted = any(c.kind == "metric" and c.target in asked.query.metrics for c in asked.concepts(at + 1))
        if counted and {field for field, _ in first} & {field for field, _ in second - held}:
            yield Doubt(raw(asked.tokens[at - 1 : at + 2]), "sides_torn")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_torn_apart, _first_of_both, _one_as_number)
