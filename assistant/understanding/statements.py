"""A statement put to the test: "our lead thinks chat is slower than phone, is that true?" asks whether it is."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

LONGEST_SPEAKER, LONGEST_SUBJECT = 7, 5


def with_statements_asked(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with the statement as a question; any others as they are."""
    found = list(tokens)
    asked = _opened(found, language) or _closed(found, language)
    return _inverted(asked, language) if asked else found


def _opened(tokens: list[Token], language: Language) -> list[Token]:
    """What stands behind "is it true that"."""
    for phrase in language.words("whether_true"):
        size = len(phrase.split())
        if " ".join(token.text for token in tokens[:size]) == phrase:
            return _without_speaker(tokens[size:], language)
    return []


def _closed(tokens: list[Token], language: Language) -> list[Token]:
    """What stands before ", is that true" and behind it."""
    for at in range(1, len(tokens)):
        for phrase in language.words("true_is_it") if not tokens[at - 1].text.isalnum() else ():
            size = len(phrase.split())
            if " ".join(token.text for token in tokens[at : at + size]) == phrase:
                return [*_without_speaker(tokens[: at - 1], language), *tokens[at + size :]]
    return []


def _without_speaker(tokens: list[Token], language: Language) -> list[Token]:
    """The statement without who says so."""
    saying = language.words("saying_verbs")
    said = next((at for at, token in enumerate(tokens[:LONGEST_SPEAKER]) if at and token.text in saying), None)
    if said is None or any(token.text.isdigit() for token in tokens[:said]):
        return tokens
    return tokens[said + 1 + (tokens[said + 1 : said + 2] != [] and tokens[said + 1].text == "that") :]


def _inverted(tokens: list[Token], language: Language) -> list[Token]:
    """The statement as a question: its verb of being first, else "do"."""
    being = language.words("being")
    verb = next((at for at, token in enumerate(tokens[:LONGEST_SUBJECT]) if at and token.text in being), None)
    if verb is None:
        return [*language.tokens_at(language.words("present")[0], tokens[0]), *tokens] if tokens else tokens
    return [tokens[verb], *tokens[:verb], *tokens[verb + 1 :]]
