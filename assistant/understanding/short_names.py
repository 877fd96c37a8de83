"""Names in short that a question writes out: "garments" over a table garm, "observations" over obsn.

Which word a short form stands for is for the person who asks to say: a word that nobody knows, of which just one word
in the names of the layer is a short form, is that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token
from semantic_layer import SemanticLayer

SHORTEST, LONGEST, LONGEST_BEGINNING, LEFT_OUT = 3, 8, 5, 2
LEAST = 0.4
"""The part of a word's letters that its short form has at least."""


def with_names_in_full(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with words that write a short name out put in the way in which the layer has it."""
    short = dict(_written_out(tokens, world))
    found: list[Token] = []
    for token in tokens:
        several = "s" if token.text != token.plain else ""
        found += world.language.tokens_at(short[token] + several, token) if token in short else [token]
    return found


def with_short_names_told(plan: Plan, question: str, world: World) -> Plan:
    """The plan with a note of each word that was taken for a name in short."""
    taken = _written_out(world.language.tokens(question), world)
    notes = [world.language.message("name_in_short", word=token.raw, short=short) for token, short in taken]
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan


def _written_out(tokens: Sequence[Token], world: World) -> Iterator[tuple[Token, str]]:
    """The words of a question that write out a name of one's own tables, with that name."""
    own = world.layer.definitions.extends == "none"  # the names of the shipped model are words
    told = ((token, _short_of(token, world)) for token in tokens if own and token.text.isalpha())
    return ((token, short) for token, short in told if short)


def _short_of(token: Token, world: World) -> str:
    """The one short form of a word that nobody knows, empty without one."""
    if len(token.plain) < SHORTEST + LEFT_OUT or not world.lexicon.is_strange(token):
        return ""
    ordinary = world.language.words("short_words")
    meant = [one for one in _short_words(world.layer) if one not in ordinary and _shortens(one, token, world)]
    return meant[0] if len(meant) == 1 and not _is_english(meant[0], world) else ""


def _is_english(text: str, world: World) -> bool:
    """Whether the language has the word itself: "the" and "new" are short for nothing."""
    language = world.language
    return any(language.has_meaning(token) or language.is_ordinary(token) for token in language.tokens(text))


@lru_cache(maxsize=8)
def _short_words(layer: SemanticLayer) -> tuple[str, ...]:
    """The words in the names of things and fields that may be short forms: no words of English that we know."""
    from semantic_layer.bootstrap import is_word  # heavy, and of use for own tables alone

    return tuple(sorted({word for word in _words(layer) if SHORTEST <= len(word) <= LONGEST and not is_word(word)}))


def _words(layer: SemanticLayer) -> Iterator[str]:
    for dataset in layer.datasets.values():
        yield from dataset.name.split("_")
        for field in dataset.fields:
            yield from field.title.casefold().split()


def _shortens(short: str, token: Token, world: World) -> bool:
    """Whether a word begins with the short form, or begins and ends as it does with its letters in their order."""
    word = token.plain
    if len(word) - len(short) < LEFT_OUT:
        return False
    if word.startswith(short):
        return len(short) <= LONGEST_BEGINNING and word[len(short) :] not in world.language.words("derived_endings")
    rest = iter(word)
    within = all(letter in rest for letter in short)
    return within and (short[0], short[-1]) == (word[0], word[-1]) and len(short) >= LEAST * len(word)
