"""Numbers of things said with words of counting: "the number of beds" of a ward's beds, "the third floor"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import lists, phrase_at
from assistant.understanding.tokens import Token
from semantic_layer import holds_numbers

MOST_AHEAD = 4
PAUSES = frozenset({",", "-", "–", ":"})


def added_up(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "how many beds" as "total beds", where the beds are a number that things have, and nothing that is counted."""
    words = Words(tuple(tokens), world)
    for at in range(len(tokens)):
        behind = phrase_at(tokens, at, "counting")
        if behind is None or words.nouns(behind):
            continue
        named = [c.target for found, _ in words.concepts(behind, "dimension") for c in found]
        if named and all(world.layer.fields[name].kind == "number" for name in named):
            yield [*tokens[:at], *world.language.tokens_at(lists()["total"][0], tokens[at]), *tokens[behind:]]
        return


def asked_part(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "how many visits turned into orders, in percent" as "what percentage of visits turned into orders"."""
    start = next((at for at in range(min(len(tokens), MOST_AHEAD)) if phrase_at(tokens, at, "counting")), None)
    behind = phrase_at(tokens, start, "counting") if start is not None else None
    ends = ((at, phrase_at(tokens, at, "in_percent")) for at in range(behind or len(tokens), len(tokens)))
    told = next(((at, end) for at, end in ends if end is not None), None)
    if start is None or behind is None or told is None:
        return
    first = told[0] - (tokens[told[0] - 1].text in PAUSES)
    part = world.language.tokens_at(lists()["part_of"][0], tokens[start])
    yield [*tokens[:start], *part, *tokens[behind:first], *tokens[told[1] :]]


def much_of(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "how much of gross revenue goes to discounts" as "what percentage of gross revenue ..."."""
    for at in range(min(len(tokens), MOST_AHEAD)):
        behind = phrase_at(tokens, at, "much_of")
        if behind is not None:
            yield [*tokens[:at], *world.language.tokens_at(lists()["part_of"][0], tokens[at]), *tokens[behind:]]


def by_ordinal(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "the third floor" as "floor 3", where the floor is a number of theirs."""
    words = Words(tuple(tokens), world)
    for at, token in enumerate(tokens[:-1]):
        number = lists()["ordinals"].get(token.text)
        for found, behind in words.concepts(at + 1, "dimension") if number else ():
            if all(_is_number(c.target, world) for c in found):
                led = at - (at > 0 and phrase_at(tokens, at - 1, "articles") == at)
                told = world.language.tokens_at(str(number), token)
                yield [*tokens[:led], *tokens[at + 1 : behind], *told, *tokens[behind:]]


def _is_number(field: str, world: World) -> bool:
    return world.layer.fields[field].kind == "number" or holds_numbers(world.layer, field)
