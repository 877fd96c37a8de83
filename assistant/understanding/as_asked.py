"""The words of a refusal as the person wrote them: whole, together where they stand together, without small ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.answer import Refusal


def as_asked(refusal: Refusal, small: Collection[str]) -> Refusal:
    """The refusal whose words stand in the question like that; `small` words are none that it could be for."""
    joined = _joined(refusal.words, refusal.question)
    told = [phrase for one in joined for phrase in _telling(_in_question(one, refusal.question), small)]
    words = tuple(dict.fromkeys(told)) or refusal.words
    return replace(refusal, words=words, sentence=refusal.sentence.replace(_quoted(refusal.words), _quoted(words)))


def _joined(words: Sequence[str], question: str) -> list[str]:
    """Words that stand side by side in the question, as one: "last month"."""
    found: list[str] = []
    for word in words:
        if found and _stands(f"{found[-1]} {word}", question):
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    return found


def _stands(phrase: str, question: str) -> bool:
    return phrase.casefold() in " ".join(question.casefold().split())


def _in_question(phrase: str, question: str) -> str:
    """The phrase with the whole of its first word ("check-ins"), or what of it the question says at all."""
    found = re.search(rf"[\w-]*{re.escape(phrase)}", question, re.IGNORECASE)
    if found is not None:
        return found[0].lstrip("-")
    return " ".join(word for word in phrase.split() if _stands(word, question)) or phrase


def _telling(phrase: str, small: Collection[str]) -> list[str]:
    """The phrase without small words at its ends; nothing when it has no other."""
    words = phrase.split()
    while words and words[0].casefold() in small:
        words = words[1:]
    while words and words[-1].casefold() in small:
        words = words[:-1]
    return [" ".join(words)] if words else []


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
