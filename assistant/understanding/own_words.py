"""The words of a refusal as they stand in the question: a wording that was rewritten is told as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Clarification, Explanation, Refusal
from assistant.understanding.tokens import Token

Said = Clarification | Explanation | Refusal


def in_own_words(said: Said, tokens: Sequence[Token], question: str) -> Said:
    """What is said with each word of ours replaced by those of the question that it stands for."""
    if isinstance(said, Explanation):
        return said
    own = {phrase: _own(phrase, tokens, question) for phrase in said.words}
    sentence = said.sentence
    for phrase, written in own.items():
        sentence = sentence.replace(f"'{phrase}'", f"'{written}'")
    return replace(said, words=tuple(dict.fromkeys(own.values())), sentence=sentence)


def _own(phrase: str, tokens: Sequence[Token], question: str) -> str:
    """The stretch of the question that a phrase was made of; the phrase itself where it stands there, or nowhere."""
    if _plain(phrase) in _plain(question):
        return phrase
    words = phrase.casefold().split()
    for at in range(len(tokens) - len(words) + 1):
        span = tokens[at : at + len(words)]
        if [token.raw.casefold() for token in span] == words:
            return question[min(token.start for token in span) : max(token.end for token in span)] or phrase
    return " ".join(_each(phrase.split(), tokens, question)) or phrase


def _each(words: Sequence[str], tokens: Sequence[Token], question: str) -> Sequence[str]:
    """The same for each word by itself, where they do not stand together."""
    return list(dict.fromkeys(_own(word, tokens, question) for word in words)) if len(words) > 1 else ()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
