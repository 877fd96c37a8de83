"""Requests to do something in the world, which is not ours to do: "cancel my order", "send it to all customers"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.language import Language
from assistant.understanding.tokens import Token


def asks_to_act(tokens: Sequence[Token], language: Language) -> bool:
    """Whether words ask to do something to somebody or something, and not for a number.

    Behind what is said out of politeness a verb of doing stands in its plain form, and before the thing it is done to:
    "cancel my order" and "I want to cancel the order", not "cancel reasons" or "email open rate".
    """
    if _is_to_be_done(tokens, language):
        return True
    polite = {*language.words("asking_to_act"), *language.words("polite")}
    start = next((at for at, token in enumerate(tokens) if token.text not in polite), len(tokens))
    said = [token.text for token in tokens[start:]]
    if len(said) < 2:
        return False
    if said[0] in language.words("plain_verbs"):
        return said[1] not in language.words("verb_heads")
    if said[0] in language.words("acting_verbs"):
        return said[1] in language.words("acted_on")
    return said[0] in language.words("sending_verbs") and _has_receivers(said, language)


def _is_to_be_done(tokens: Sequence[Token], language: Language) -> bool:
    """ "my order should be cancelled": somebody's own thing is to be dealt with."""
    said = [token.text for token in tokens]
    verbs = language.bares("plain_verbs") | language.bares("acting_verbs")
    done = any(token.bare in verbs and token.text not in verbs for token in tokens)
    return done and "my" in said and "be" in said


def _has_receivers(said: Sequence[str], language: Language) -> bool:
    """Whether something is to go to people: "to all customers", not "to me" and "to my boss"."""
    people = {*language.words("persons"), *language.words("person_nouns")}
    people |= {f"{word}s" for word in language.words("person_nouns")}
    receivers = [said[at + 1 : at + 4] for at, word in enumerate(said) if word == "to"]
    return any(people & set(words) for words in receivers)
