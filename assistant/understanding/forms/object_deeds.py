"""What somebody did to something, where a number is called by both: "left a review" counts the reviews left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.concepts import INFLECTED, SYNONYM
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.tokens import Token

LONGEST_OBJECT = 4
LEAST = SYNONYM - INFLECTED
NAMING = frozenset({"noun", "value", "dimension", "metric"})


def deed_done(asking: Asking, tokens: Sequence[Token]) -> tuple[int, str]:
    """How many words from here on are a verb with its object, and what counts such deeds in words.

    (0, "") where no number, or more than one, is called by the object and the verb behind it.
    """
    start = 1 + _determiners(asking, tokens[1:])
    if not tokens or not _may_be_a_verb(asking, tokens[0], start > 1):
        return 0, ""
    done = [[tokens[0]], asking.made(f"{tokens[0].text}ed", 0)]
    forms = [[replace(token, start=tokens[0].start, end=tokens[0].end) for token in form] for form in done]
    for end in range(min(start + LONGEST_OBJECT, len(tokens)), start, -1):
        for first in range(start, end):
            called = _called(asking, tokens[first:end], forms)
            if called and all(_is_value(asking, token) for token in tokens[start:first]):
                return end, " ".join([*(token.raw for token in tokens[start:first]), called])
    return 0, ""


def _is_value(asking: Asking, token: Token) -> bool:
    return any(one.kind == "value" for one in asking.world.lexicon.lookup([token]))


def _may_be_a_verb(asking: Asking, token: Token, has_object: bool) -> bool:
    """Whether a word is no name by itself, or one only by the verb that it is a form of: "won a deal"."""
    language = asking.world.language
    small = language.determiners | phrases()["before_objects"] | phrases()["helping"] | phrases()["clause_openers"]
    if token.text in small | phrases()["copulas"] | language.links["any"] or not token.text.isalpha():
        return False
    named = [one for one in asking.world.lexicon.lookup([token]) if one.kind in NAMING]
    return all(one.inflected or (has_object and one.kind == "value") for one in named)


def _determiners(asking: Asking, tokens: Sequence[Token]) -> int:
    """How many words stand before the object and say nothing of it: "a", "any of our"."""
    empty = phrases()["determiners"] | phrases()["before_objects"] | asking.world.language.determiners
    return next((at for at, token in enumerate(tokens) if token.text not in empty), len(tokens))


def _called(asking: Asking, noun: Sequence[Token], forms: Sequence[Sequence[Token]]) -> str:
    """What one number is called by a thing and by what was done to it, in whatever form the verb stands."""
    for form in forms:
        spoken = [*noun, *form]
        found = asking.world.lexicon.lookup(spoken)
        metrics = [one for one in found if one.kind == "metric" and one.weight >= LEAST]
        best = max((one.weight for one in metrics), default=0.0)
        if metrics:
            return said(spoken) if len({one.target for one in metrics if one.weight == best}) == 1 else ""
    return ""
