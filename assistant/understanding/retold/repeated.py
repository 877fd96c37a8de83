""" "Which names appear more than once?": values that more than one row has, and places that hold more than so many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import phrase_at
from assistant.understanding.tokens import Token

CAPACITY = "capacity|seats|seating"


def repeated(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question as "which names have more than one farm", of the rows that the values are told of."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens)):
        verb = phrase_at(tokens, at, "repeating")
        often = phrase_at(tokens, verb, "more_than_once") if verb is not None else None
        if often is None:
            continue
        owners = {
            c.target.partition(".")[0]
            for place in range(at)
            for found, _ in words.concepts(place, "dimension")
            for c in found
        }
        within = phrase_at(tokens, often, "repeated_in") or often
        named = [dataset for dataset, end in words.nouns(within) if end == len(tokens)]
        rows = set(named) or (owners if often == len(tokens) else set[str]())
        if len(rows) == 1:
            first = at - (phrase_at(tokens, at - 1, "relatives") == at)
            noun = rows.pop().replace("_", " ")
            yield [*tokens[:first], *world.language.tokens_at(f"with more than one {noun}", tokens[at])]


def held(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "halls that can hold more than 500 people": with a capacity of more than 500."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens)):
        behind = phrase_at(tokens, at, "held_by")
        owners = (
            {dataset for place in range(at) for dataset, _ in words.nouns(place)} if behind is not None else set[str]()
        )
        fields = {field for one in owners if (field := words.field_called(CAPACITY, one))}
        if len(fields) == 1 and behind is not None:
            first = at - (phrase_at(tokens, at - 1, "relatives") == at)
            name = world.layer.fields[fields.pop()].label
            crowd = phrase_at(tokens, len(tokens) - 1, "people") == len(tokens)
            rest = tokens[behind : len(tokens) - crowd]
            yield [*tokens[:first], *world.language.tokens_at(f"with a {name}", tokens[at]), *rest]
