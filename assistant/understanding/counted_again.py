"""What is counted a second time without its noun: "how many e-mails did we send and how many bounced"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

COUNTING = (("how", "many"), ("number", "of"))


def with_counted_again(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with the noun counted first before the deed counted second, where that deed is said of nothing."""
    found = list(tokens)
    first = next((at for at in range(len(found) - 1) if _counts(found, at)), None)
    if first is None or first + 2 >= len(found) or not _is_noun(found[first + 2], world):
        return found
    noun = found[first + 2]
    for at in range(first + 4, len(found) - 2):
        if _counts(found, at) and found[at - 1].text in ("and", ",", "&") and _is_deed(found[at + 2], world):
            return [
                *found[: at + 2],
                replace(noun, start=found[at + 2].start, end=found[at + 2].start),
                *found[at + 2 :],
            ]
    return found


def _counts(tokens: Sequence[Token], at: int) -> bool:
    return tuple(token.text for token in tokens[at : at + 2]) in COUNTING


def _is_noun(token: Token, world: World) -> bool:
    """Whether a word can be counted: a plural that means something."""
    return token.text != token.plain and bool(world.lexicon.lookup([token]))


def _is_deed(token: Token, world: World) -> bool:
    """Whether a word is a verb in the past, and no noun of its own."""
    past = token.text.endswith(tuple(world.language.words("participle_endings"))) and token.text != token.bare
    return past or token.text in world.language.data["irregular_verbs"]
