"""Two sides of one field set against each other: "owners vs renters" are both kinds of home ownership."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

BETWEEN = 4  # words from one side to the other: "for owners compared with those for renters"
JOINING = frozenset({"versus", "or", "and", "than", "compare"})


def with_sides_named(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with a side that may also be the short name of a field ("owners") under another name of its value."""
    found = list(tokens)
    for at, token in enumerate(tokens):
        field, value = _doubtful(token, world)
        if field and any(_is_joined(tokens, at, other, field, world) for other in range(len(tokens)) if other != at):
            found[at] = _renamed(token, field, value, world)
    return found


def _doubtful(token: Token, world: World) -> tuple[str, str]:
    """The field and the value that a word names in full where a field is called so in short; ("", "") otherwise."""
    if token.text == token.plain:
        return "", ""
    concepts = world.lexicon.lookup([token])
    values = [one for one in concepts if one.kind == "value" and "." in one.target]
    short = [one for one in concepts if one.kind == "dimension" and one.weight <= HEAD_WORD]
    if len(values) != 1 or len(values) + len(short) != len(concepts) or not short:
        return "", ""
    return values[0].target, str(values[0].value)


def _is_joined(tokens: Sequence[Token], at: int, other: int, field: str, world: World) -> bool:
    """Whether another value of the field stands near, and a word between sets the two against each other."""
    first, last = sorted((at, other))
    if last - first > BETWEEN or last - first < len("ab"):
        return False
    sides = [one for one in world.lexicon.lookup([tokens[other]]) if one.kind == "value" and one.target == field]
    cues = world.language.cues
    spans = ((i, j) for i in range(first + 1, last) for j in range(i + 1, last + 1))
    joined = any(not JOINING.isdisjoint(cues.get(" ".join(t.text for t in tokens[i:j]), ())) for i, j in spans)
    return bool(sides) and joined


def _renamed(token: Token, field: str, value: str, world: World) -> Token:
    """The word under the first other name of the value that means nothing else; the word itself without one."""
    for name in world.layer.fields[field].values.get(value, ()):
        words = world.language.tokens(name)
        meant = {(one.kind, one.target) for one in world.lexicon.lookup(words)}
        if len(words) == 1 and meant == {("value", field)}:
            return replace(words[0], start=token.start, end=token.end)
    return token
