"""Doubts of whose something is: the age of tickets, the other channels, web orders that are no orders of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.kinds_as_things import rows_of_code
from assistant.understanding.tokens import Token

Stretch = tuple[int, int]
"""The place of a word and of one behind what belongs to it."""


def _genitives(asked: Doubted) -> Iterator[Stretch]:
    """The places of "of", and of the thing behind it, past articles."""
    small, genitive = asked.world.language.determiners, asked.words("genitive")
    for at in (i for i in range(1, len(asked.tokens) - 1) if asked.text(i) in genitive):
        yield at, next((i for i in range(at + 1, len(asked.tokens)) if asked.text(i) not in small), at + 1)


def _age_of_others(asked: Doubted) -> Iterator[Doubt]:
    """ "age of tickets" listed with that of the people who wrote them."""
    layer, grouped = asked.world.layer, {group.field for group in asked.query.group_by}
    listed = asked.query.entity if asked.query.entity and not layer.datasets[asked.query.entity].entity else ""
    for at, thing in _genitives(asked) if listed else ():
        named = {c.target for c in asked.concepts(at - 1) if c.kind == "dimension" and c.target in grouped}
        numbers = [n for n in named if layer.fields[n].kind == "number" and n.partition(".")[0] != listed]
        if numbers and any(c.target == listed for c in asked.concepts(thing) if c.kind == "noun"):
            yield Doubt(raw(asked.tokens[at - 1 : thing + 1]), "age_of_things")


def _kind_of_others(asked: Doubted) -> Iterator[Doubt]:
    """ "type of repair" told by the type of the bicycle: a kind of other rows than those that are named."""
    told = {one.target: one.text for one in asked.plan.spans if one.role == "dimension"}
    grouped = {group.field for group in asked.query.group_by}
    for at, thing in _genitives(asked):
        owners = {name.partition(".")[0] for name in grouped if told.get(name, "") == asked.tokens[at - 1].raw}
        owners |= {rows_of_code(name, asked.world, several=False) for name in owners} - {""}
        things = {c.target for c in asked.concepts(thing) if c.kind == "noun"}
        things |= {asked.world.nouns.counted.get(c.target, "") for c in asked.concepts(thing) if c.kind == "metric"}
        if owners and things - {""} and owners.isdisjoint(things):
            yield Doubt(raw(asked.tokens[at - 1 : thing + 1]), "kind_of_others")


def _other_ones(asked: Doubted) -> Iterator[Doubt]:
    """ "the other tickets", "the other channels": other than what? A value called so is named with its field."""
    others = asked.words("other_words")
    for at, condition in asked.values():
        fields = {c.target for end in (at + 2, at + 3) for c in asked.concepts(at + 1, end) if c.kind == "dimension"}
        things = fields or any(c.kind in ("noun", "metric") for c in asked.concepts(at + 1))
        if asked.text(at) in others and things and condition.field not in fields:
            yield Doubt(raw(asked.tokens[at : at + 2]), "other_than_what")


def _named_or_value(asked: Doubted) -> Iterator[Doubt]:
    """ "app orders and web orders" where the latter is the name of a number: both are kinds of one field."""
    rows = [*asked.query.filters, *(row for one in asked.query.filters for row in one.where)]
    told = {one.field for one in rows if one.op in ("in", "not_in")}
    used = {*asked.query.metrics, *(one.field for one in asked.query.filters)} & set(asked.world.layer.metrics)
    for at in range(len(asked.tokens) - 1) if told else ():
        named = [c for c in asked.concepts(at, at + 2) if c.kind == "metric" and c.target in used]
        fields = {c.target for c in asked.concepts(at) if c.kind == "value"} & told
        thing = any(c.kind in ("noun", "metric") for c in asked.concepts(at + 1))
        if named and fields and thing and _has_like(asked, at, fields):
            yield Doubt(raw(asked.tokens[at : at + 2]), "named_or_value")


def _has_like(asked: Doubted, at: int, fields: set[str]) -> bool:
    """Whether the same thing stands once more behind another value of one of these fields."""
    for other in range(len(asked.tokens) - 1):
        like = other != at and asked.tokens[other + 1].plain == asked.tokens[at + 1].plain
        if like and any(c.kind == "value" and c.target in fields for c in asked.concepts(other)):
            return True
    return False


def _name_turned(asked: Doubted) -> Iterator[Doubt]:
    """ "size of orders" told by the sizes of products, where "order size" is another number."""
    grouped = {group.field for group in asked.query.group_by}
    for at, thing in _genitives(asked) if asked.query.metrics else ():
        named = {c.target for c in asked.concepts(at - 1) if c.kind == "dimension"} & grouped
        turned = asked.concepts_of([asked.tokens[thing], asked.tokens[at - 1]])
        other = {c.target for c in turned if c.kind in ("dimension", "metric")}
        if named and other and not other & named:
            yield Doubt(raw(asked.tokens[at - 1 : thing + 1]), "name_turned")


def _of_nobody(asked: Doubted) -> Iterator[Doubt]:
    """ "how many tickets did he solve", where nobody was named before: it is no number of them all."""
    people = {field for name in asked.world.layer.datasets for field in asked.world.nouns.names(name)}
    for at in (i for i in range(len(asked.said)) if asked.said[i].text in asked.words("single_persons")):
        before = [span for span in asked.plan.spans if span.end <= asked.said[at].start]
        words = asked.world.language.words("asking_persons")
        told = any(span.target.partition("=")[0] in people for span in before)
        if not told and not any(token.text in words or _is_person(asked, token) for token in asked.said[:at]):
            yield Doubt(raw(asked.said[at : at + 1]), "of_nobody")


def _is_person(asked: Doubted, token: Token) -> bool:
    """Whether a word names those who are called by a name, or their name."""
    named = {c.target for c in asked.concepts_of([token]) if c.kind in ("noun", "dimension")}
    persons = {field for name in asked.world.layer.datasets for field in asked.world.nouns.names(name)}
    things = {field.partition(".")[0] for field in persons}
    words = {*asked.words("persons"), *asked.words("person_nouns")}
    return bool(named & (persons | things)) or not words.isdisjoint({token.text, token.plain})


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _age_of_others,
    _kind_of_others,
    _other_ones,
    _named_or_value,
    _name_turned,
    _of_nobody,
)
