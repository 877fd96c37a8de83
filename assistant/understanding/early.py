"""Outcomes that need no reading: nothing or too much asked, a wish to change data, a word that is to be explained."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Explanation, Refusal
from assistant.understanding.currencies import foreign_money
from assistant.understanding.draft import World
from assistant.understanding.language import Language
from assistant.understanding.meanings import explain_data, explain_words
from assistant.understanding.refusing import refuse
from assistant.understanding.requests import asks_to_act
from assistant.understanding.tokens import Token

LONGEST_QUESTION = 600
MOST_TOKENS = 60


def early_outcome(question: str, tokens: Sequence[Token], world: World) -> Explanation | Refusal | None:
    """The refusal or the explanation that a question gets by its words alone, None when it is to be read."""
    refused = _refuse_early(question, tokens, world) or _refuse_money(question, tokens, world)
    explained = explain_words(question, tokens, world)
    return refused or explained or explain_data(question, tokens, world)


def _refuse_early(question: str, tokens: Sequence[Token], world: World) -> Refusal | None:
    """Refusals that need no reading: nothing asked, far too much, a wish to change data, talk to the machine."""
    if not tokens:
        return refuse(question, "EMPTY_QUESTION", world)
    if len(question) > LONGEST_QUESTION or len(tokens) > MOST_TOKENS:
        return refuse(question, "UNKNOWN_WORDS", world, sentence=world.language.message("too_long"))
    if _changes_data(tokens, world.language) or asks_to_act(tokens, world.language):
        return refuse(question, "CHANGES_DATA", world)
    foreign = tuple(phrase for phrase in world.language.words("off_topic") if _contains(tokens, (phrase,)))
    if foreign:
        return refuse(question, "OUT_OF_DOMAIN", world, foreign)
    return None


def _refuse_money(question: str, tokens: Sequence[Token], world: World) -> Refusal | None:
    """That an amount is in a currency that nothing is kept in."""
    said, kept = foreign_money(tokens, world)
    if not said:
        return None
    sentence = world.language.message("other_currency", word=said, kept=kept)
    return refuse(question, "NOT_AVAILABLE", world, (said,), sentence=sentence)


def _changes_data(tokens: Sequence[Token], language: Language) -> bool:
    if _contains(tokens, language.words("change_phrases")):
        return True
    said = [token.text for token in tokens if token.text not in language.fillers]
    verbs = language.words("change_verbs")
    return bool(said) and said[0] in verbs and not _contains(tokens, language.words("change_exceptions"))


def _contains(tokens: Sequence[Token], phrases: Sequence[str]) -> bool:
    text = f" {' '.join(token.text for token in tokens)} "
    return any(f" {phrase} " in text for phrase in phrases)
