""" "The total fee paid for performances": an amount without the word that it was paid, which all of it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import phrase_at
from assistant.understanding.tokens import Token


def without_paying(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The tokens without a word of paying right behind the name of an amount, where no name has that word."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens)):
        told = phrase_at(tokens, at, "paying") == at + 1 and not world.lexicon.has_word(tokens[at].bare)
        if told and any(end == at for start in range(at) for _, end in words.concepts(start, "metric")):
            yield [*tokens[:at], *tokens[at + 1 :]]
