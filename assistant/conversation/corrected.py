"""A question that takes back a part of itself: "tickets by team last month - sorry, by priority"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.conversation.phrases import Phrases
from assistant.conversation.turns import Conversation, Turn
from assistant.understanding import Token, Understanding

Resolution = Plan | Clarification | Explanation | Refusal
Resolver = Callable[[str, Conversation], Resolution]
LONGEST_SWAP = 3


def corrected(
    question: str, conversation: Conversation, understanding: Understanding, phrases: Phrases, read: Resolver
) -> Plan | None:
    """The plan of the question with the part taken back replaced; None where nothing is, or no plan comes of it.

    The words before the correction are read as the turn before, and those behind it as what is put right in it.
    """
    found = _pattern(phrases).search(question)
    if found is None:
        return None
    before, opened = question[: found.start()], "(" in found["pause"]
    behind = question[found.end() :].replace(")", " ", 1) if opened else question[found.end() :]
    if before.count("(") != before.count(")") or not behind.strip(" ?.!,)"):
        return None
    return _put_right(before, behind, conversation, phrases, read) or _swapped(before, behind, understanding, read)


def _put_right(before: str, behind: str, conversation: Conversation, phrases: Phrases, read: Resolver) -> Plan | None:
    """The plan of the words behind as a follow-up of those before."""
    first = read(before, conversation)
    if not isinstance(first, Plan):
        return None
    turn = Turn(before, "answer", query=first.asked or first.query)
    opening = phrases.data["self_corrections"]["said"]
    told = read(f"{opening}, {behind.strip()}", Conversation(turns=[*conversation.turns, turn]))
    if not isinstance(told, Plan) or told.query == first.query:
        return None
    return replace(told, spans=())


def _swapped(before: str, behind: str, understanding: Understanding, read: Resolver) -> Plan | None:
    """The plan with the last name before replaced by the first one behind: "how many gold, sorry, silver members"."""
    old, new = understanding.tokens(before), understanding.tokens(behind)
    for size in range(min(LONGEST_SWAP, len(old)), 0, -1):
        for length in range(min(LONGEST_SWAP, len(new)), 0, -1):
            if _names(old[-size:], understanding) & _names(new[:length], understanding):
                told = read(f"{before[: old[-size].start]}{behind.lstrip(' ,')}", Conversation())
                return replace(told, spans=()) if isinstance(told, Plan) else None
    return None


def _names(tokens: Sequence[Token], understanding: Understanding) -> set[str]:
    """The fields whose values some words may be."""
    return {one.target for one in understanding.world.lexicon.lookup(list(tokens)) if one.kind == "value"}


def _pattern(phrases: Phrases) -> re.Pattern[str]:
    return _compiled(
        tuple(phrases.data["self_corrections"]["alone"]), tuple(phrases.data["self_corrections"]["behind"])
    )


@cache
def _compiled(alone: tuple[str, ...], behind: tuple[str, ...]) -> re.Pattern[str]:
    """What takes something back: some phrases wherever they stand, others only behind a pause."""
    pause = r"(?P<pause>\s*(?:[,;:.!?(]|\.{2,}|…|[–—]|\s-)+\s*|\s+)"
    paused = r"(?<=[,;:.!?(…–—-])\s*"
    said = "|".join(
        (*(_spelt(one) for one in _longest_first(alone)), *(paused + _spelt(one) for one in _longest_first(behind)))
    )
    return re.compile(rf"{pause}(?:(?:{said})(?!\w|\s+than\b)[\s,:.!–—-]*)+", re.IGNORECASE)


def _longest_first(phrases: Sequence[str]) -> list[str]:
    return sorted(phrases, key=len, reverse=True)


def _spelt(phrase: str) -> str:
    words = phrase.removesuffix(",").split()
    paused = r"(?=\s*[,;:.!–—-])" if phrase.endswith(",") else ""
    return r"[\s,']+".join(map(re.escape, words)) + paused
