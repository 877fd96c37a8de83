"""Addresses of pages as people type them ("the /sale page"): one word where just that is a stored value."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import Token, phrase_keys


def with_paths(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """The tokens with a slash and what is tied to it as one word, where a value is written like that."""
    found, at = list(tokens), 0
    while at < len(found):
        behind = _path(found, at)
        said = found[at:behind]
        written = "".join(token.text for token in said)
        if len(said) > 1 and any(
            c.kind == "value" and str(c.value).casefold() == written for c in lexicon.lookup(said)
        ):
            bare, plain = phrase_keys(said)
            found[at:behind] = [Token(said[0].start, said[-1].end, written, plain, plain, bare)]
        at += 1
    return found


def _path(tokens: Sequence[Token], at: int) -> int:
    """The place behind what is tied to a slash that begins a word, this one when none does."""
    if tokens[at].text != "/" or (at and tokens[at - 1].end == tokens[at].start):
        return at
    behind = at + 1
    while behind < len(tokens) and tokens[behind].start == tokens[behind - 1].end:
        behind += 1
    return behind
