""" "Freight per client, top 3", "orders by product": numbers of groups, by the word that says so there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import phrase_at
from assistant.understanding.tokens import Token


def by_ranked(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The tokens with "by" for "per" before things of which the first few are asked for at the end."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens)):
        behind = [end for _, end in words.nouns(at + 1)] if tokens[at].text == "per" else []
        for end in behind[:1]:
            cut = phrase_at(tokens, end + (tokens[end : end + 1] != [] and tokens[end].text == ","), "first_few")
            if cut is not None and words.number(cut) is not None:
                yield [*tokens[:at], *world.language.tokens_at("by", tokens[at]), *tokens[at + 1 :]]


def for_each(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The tokens with "per" for "by" between two things: "orders by product" are those of each product."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens) - 1):
        things = words.nouns(at + 1) if tokens[at].text == "by" and words.nouns(at - 1) else []
        if any(tokens[end - 1].text == tokens[end - 1].plain for _, end in things):
            yield [*tokens[:at], *world.language.tokens_at("per", tokens[at]), *tokens[at + 1 :]]
