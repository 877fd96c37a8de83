"""Things called by their place: "the store in Hamburg" is the one store whose name has Hamburg in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.language import Language
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import Token

LONGEST = 2
MOST_VALUES = 500
PARTS = re.compile(r"[\W_]+")


def with_named_places(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "the store in Hamburg", "the Hamburg store" and "the one in Kiel" as the stores' own names.

    Only one thing is meant, where the data have exactly one of them with that word in its name.
    """
    found: list[Token] = []
    thing: Token | None = None
    at = 0
    while at < len(tokens):
        size, name, noun = (
            _named(tokens, at, thing, world) if _is_definite(tokens, at, world.language) else (0, "", None)
        )
        if noun is None:
            found.append(tokens[at])
            at += 1
            continue
        thing = noun
        start, end = tokens[at].start, tokens[at + size - 1].end
        pieces = [one for one in world.language.tokens(name) if one.text.isalnum()]
        keys = "".join(one.plain for one in pieces), "".join(one.bare for one in pieces)
        found += [Token(start, end, name, name.casefold(), *keys), replace(noun, start=start, end=end)]
        at += size
    return found


def _is_definite(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether one known thing is spoken of here: behind an article, or behind the verb or the tie of a bare name."""
    return at > 0 and (tokens[at - 1].text in language.determiners - {"a", "an"})


def _named(tokens: Sequence[Token], at: int, thing: Token | None, world: World) -> tuple[int, str, Token | None]:
    """How many words name a thing by its place, its stored name, and the noun; nothing for any other words."""
    words = world.language.words
    places = set(words("place_links")) | set(words("places"))
    noun = thing if tokens[at].text in words("articles") else tokens[at]  # "the one in Kiel"
    for size in range(LONGEST, 0, -1):
        behind = tokens[at + 2 : at + 2 + size]
        if noun is not None and len(behind) == size and at + 1 < len(tokens) and tokens[at + 1].text in places:
            name = _stored(noun, behind, world)
            if name:
                return size + 2, name, noun
        before, last = tokens[at : at + size], tokens[at + size : at + size + 1]
        name = _stored(last[0], before, world) if last else ""
        if name:
            return size + 1, name, last[0]
    return 0, "", None


def _stored(noun: Token, place: Sequence[Token], world: World) -> str:
    """The one stored name with a place in it of what a noun in the singular calls; nothing for none and for several."""
    if noun.text != noun.plain or not all(token.text.isalpha() for token in place):
        return ""
    if not any(concept.kind == "value" for concept in world.lexicon.lookup(place)):
        return ""
    fields = {one.target for one in world.lexicon.lookup([noun]) if one.kind == "dimension"}
    said = " ".join(token.text for token in place)
    found = _names_with(world.lexicon, fields.pop(), said) if len(fields) == 1 else ()
    return found[0] if len(found) == 1 else ""


def _names_with(lexicon: Lexicon, field: str, said: str) -> tuple[str, ...]:
    """The stored values of a field that have words in them, but are not just those words."""
    values = lexicon.values_of(field)
    if len(values) > MOST_VALUES:
        return ()
    names = {value: " ".join(PARTS.split(value.casefold())) for value in values}
    if said in names.values():
        return ()  # a value of its own
    return tuple(value for value, name in names.items() if f" {said} " in f" {name} ")
