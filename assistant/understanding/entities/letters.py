"""Clauses on the letters of a name that are said before it: "with the word sale in its title"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from semantic_layer import Filter

MOST_WORDS = 4
LETTERS = frozenset({"categorical"})


def with_letters_in(words: Words, found: Found) -> Iterator[Found]:
    """ "having 'Sale' in its name", "with the letter a in the title": what a field of theirs contains."""
    if found.group:
        return
    start = words.phrase(words.skip(found.at, "relatives"), "having")
    begun = words.skip(start, "letters_in", "articles") if start is not None else len(words.tokens)
    if start is None or begun >= len(words.tokens):
        return
    spelt = any(words.phrase(at, "letters") is not None for at in range(start, begun))
    is_thing = bool(words.nouns(begun) or words.concepts(begun, "dimension"))  # "with orders in their name"
    most = MOST_WORDS if spelt else 0 if is_thing else 1
    for behind in range(begun + 1, min(begun + most, len(words.tokens) - 1) + 1):
        if words.tokens[behind].text != "in":
            continue
        owned = words.phrase(behind + 1, "possessives") or words.phrase(behind + 1, "articles")
        for field, end in _fields(words, owned, found.entity) if owned is not None else ():
            if words.world.layer.fields[field].kind in LETTERS:
                said = " ".join(token.raw for token in words.tokens[begun:behind])
                like = Filter(field=field, op="like", values=(f"%{said}%",))
                yield found.used(found.at, end, "condition", field).filtered(like)
        return


def _fields(words: Words, at: int, entity: str) -> Iterator[tuple[str, int]]:
    behind, names = words.phrase(at, "names"), words.world.nouns.names(entity)
    if behind is not None and len(names) == 1:
        yield names[0], behind
    else:
        yield from own_fields(words, at, entity)
