"""Sentences that other rooms write in English, said in the reader's language.

The definitions, the checks of the data and the database know no reader: they say what is wrong in English, and some of
it is kept with the data. Each sentence of theirs is known by its pattern (`faults` in the catalogue of answers); one
that fits no pattern is left as it is, since a reason in English is better than none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from string import Formatter
from typing import TypeVar

from babel.numbers import get_decimal_symbol, get_group_symbol

from assistant.answer import Answer, Approval, Plan, Refusal
from assistant.wording import FIRST, answers
from semantic_layer import SemanticLayer

Read = TypeVar("Read")

_AS_WRITTEN = ("cell",)
"""Parts that stand so in a file, and are told letter by letter."""
_NAMED = re.compile(r"`([\w.]+)`")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w,])")


def retold(sentence: str, locale: str) -> str:
    """The sentence in the reader's language, its numbers as they are written there."""
    words = answers(locale)
    if words.locale == FIRST:
        return sentence
    for key, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            parts = found.groupdict().items()
            told = {name: text if name in _AS_WRITTEN else _part(text, locale) for name, text in parts}
            return words.say(f"faults.{key}", told)
    return sentence


def titled(sentence: str, layer: SemanticLayer) -> str:
    """A sentence about a question with the titles of what it names, which are what people read elsewhere."""
    return _NAMED.sub(lambda found: f"'{_title(found[1], layer)}'", sentence)


def _title(name: str, layer: SemanticLayer) -> str:
    for known in (layer.metrics, layer.fields, layer.datasets, layer.segments):
        if name in known:
            return known[name].title
    return name


def outcome_retold(outcome: Read, locale: str) -> Read:
    """An outcome of a language model with what is said around it in the reader's language.

    The model's own prose stays as it is: that is not ours to put into other words.
    """
    if answers(locale).locale == FIRST:
        return outcome
    if isinstance(outcome, Refusal | Approval):
        return replace(outcome, sentence=retold(outcome.sentence, locale))
    if isinstance(outcome, Plan):
        return replace(outcome, notes=tuple(retold(note, locale) for note in outcome.notes))
    if isinstance(outcome, Answer):
        told = (replace(one, sentence=retold(one.sentence, locale)) for one in outcome.caveats)
        return replace(outcome, caveats=tuple(told))
    return outcome


def _part(text: str, locale: str) -> str:
    """A part of a sentence: a sentence itself, a word that the language has, a number, or a name as it is."""
    terms = {str(english): key for key, english in answers().texts["fault_terms"].items()}
    if text in terms:
        return answers(locale).say(f"fault_terms.{terms[text]}")
    again = retold(text, locale) if " " in text else text
    signs = str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})
    return again if again != text else _NUMBER.sub(lambda found: found[0].translate(signs), text)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every known sentence with its pattern, those with the most words of their own first."""
    known: list[tuple[int, str, re.Pattern[str]]] = []
    for key, template in answers().texts["faults"].items():
        parts = list(Formatter().parse(template))
        own = sum(len(text) for text, *_ in parts)
        pattern = "".join(re.escape(text) + (f"(?P<{name}>.*?)" if name else "") for text, name, *_ in parts)
        known.append((-own, key, re.compile(pattern, re.DOTALL)))
    return tuple((key, pattern) for _, key, pattern in sorted(known, key=lambda one: one[:2]))
