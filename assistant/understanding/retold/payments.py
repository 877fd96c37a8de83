""" "The total fee paid for performances": an amount without the word that it was paid, which all of it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import phrase_at
from assistant.understanding.tokens import Token
from semantic_layer import is_count

AMOUNTS = "amount|value|sum|total|price|cost|fee"


def without_paying(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The tokens without a word of paying right behind the name of an amount, where no name has that word."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens)):
        told = phrase_at(tokens, at, "paying") == at + 1 and not world.lexicon.has_word(tokens[at].bare)
        if told and _ends_amount(words, at):
            yield [*tokens[:at], *tokens[at + 1 :]]


def paid_in_all(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "How much has Ann donated": the total of the one amount that rows of the verb have ("amount of donations")."""
    behind = phrase_at(tokens, 0, "how_much")
    start = (phrase_at(tokens, behind, "helping") or phrase_at(tokens, behind, "having")) if behind else None
    words = Words(tuple(tokens), world)
    for at in range((start or len(tokens)) + 1, len(tokens)):
        made = words.deed_of_noun(at)
        amounts = words.field_called(AMOUNTS, made) if made and not words.nouns(at) else ""
        if amounts and start is not None:
            titles = world.layer.fields[amounts].title, world.layer.datasets[made].title
            asked = world.language.tokens_at(f"what is the total {titles[0]} of the {titles[1]} of".lower(), tokens[0])
            yield [*asked, *tokens[start:at], *tokens[at + 1 :]]
            return


def _ends_amount(words: Words, at: int) -> bool:
    """Whether the name of an amount ends before a place; of "rides paid by members" not all were."""
    found = (one for start in range(at) for one in words.concepts(start, "metric"))
    named = [concept.target for concepts, end in found if end == at for concept in concepts]
    return bool(named) and not any(is_count(words.world.layer, name) for name in named)
