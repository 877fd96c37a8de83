"""Words moved or repeated so that a question reads plainly: a topic named first, "the same quarter of 2025"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.language import Language
from assistant.understanding.periods_again import with_periods_again
from assistant.understanding.tokens import Token, tokenize

LONGEST_TOPIC = 8


def restated(tokens: list[Token], language: Language) -> list[Token]:
    """The tokens with a topic behind its question, and with periods spelt out that point at others."""
    told = with_periods_again(_topic_behind(tokens, language), language)
    return _before_those(_same_of_year(told, language), language)


def _topic_behind(tokens: list[Token], language: Language) -> list[Token]:
    """ "in terms of units sold, which brand was best" as "which brand was best in terms of units sold"."""
    for phrase in language.words("topic_openers"):
        words = phrase.split()
        if [token.text for token in tokens[: len(words)]] != words:
            continue
        comma = next((at for at, token in enumerate(tokens[:LONGEST_TOPIC]) if token.text == ","), 0)
        asks = len(words) < comma < len(tokens) - 1 and tokens[comma + 1].text in language.words("topic_asking")
        if asks:
            return _tied(tokens[comma + 1 :], tokens[len(words) : comma], language)
    return tokens


def _tied(question: list[Token], topic: list[Token], language: Language) -> list[Token]:
    """The question with its topic right behind "compare", else at its end."""
    compares = set(language.words("topic_compare"))
    at = next((at + 1 for at, token in enumerate(question) if token.text in compares), None)
    tie = language.words("topic_tie")[0 if at is None else 1]
    place = len(question) if at is None else at
    return [*question[:place], *_spelt(tie, topic[0], language), *topic, *question[place:]]


def _same_of_year(tokens: list[Token], language: Language) -> list[Token]:
    """ "the first quarter of 2026 ... the same quarter of 2025" with "first quarter" said again."""
    units = {name: unit for unit, names in language.data["units"].items() for name in names}
    for at in range(1, len(tokens) - 2):
        unit, year = units.get(tokens[at + 1].text, ""), tokens[at + 3 : at + 4]
        pointing = tokens[at].text == "same" and unit and tokens[at + 2].text in ("of", "in")
        if pointing and year and _is_year(year[0]) and (named := _named(tokens[:at], unit, language)):
            again = [replace(one, start=tokens[at].start, end=tokens[at + 1].end) for one in named]
            start = at - 1 if tokens[at - 1].text == "the" else at
            return [*tokens[:start], *again, *tokens[at + 3 :]]
    return tokens


def _named(tokens: Sequence[Token], unit: str, language: Language) -> Sequence[Token]:
    """The words before that name such a unit of a year: "may", "q1", "first quarter"."""
    months, ordinals = language.data["months"], language.data["ordinals"]
    for at in range(len(tokens) - 1, -1, -1):
        if unit == "month" and tokens[at].text in months:
            return tokens[at : at + 1]
        if unit == "quarter" and tokens[at].text in ("q1", "q2", "q3", "q4"):
            return tokens[at : at + 1]
        if at and tokens[at].text in language.data["units"][unit] and tokens[at - 1].text in ordinals:
            return (*tokens[at - 1 : at + 1], *_spelt("of", tokens[at], language))
    return ()


def _is_year(token: Token) -> bool:
    return token.text.isdecimal() and len(token.text) == 4


def _before_those(tokens: list[Token], language: Language) -> list[Token]:
    """ "the last 30 days compared with the 30 before" as "... with the previous 30 days"."""
    if len(tokens) < 4 or tokens[-1].text != "before":
        return tokens
    units = language.unit_names
    unit = tokens[-2] if tokens[-2].text in units else None
    number = tokens[-3] if unit else tokens[-2]
    said = next((at for at, one in enumerate(tokens[:-3]) if one.text == number.text and at + 1 < len(tokens)), None)
    if not number.text.isdecimal() or said is None or tokens[said + 1].text not in units:
        return tokens
    start = len(tokens) - (3 if unit else 2)
    return [*tokens[:start], *_spelt("previous", tokens[-1], language), number, unit or tokens[said + 1]]


def _spelt(text: str, place: Token, language: Language) -> list[Token]:
    return [replace(one, start=place.start, end=place.end) for one in tokenize(text, language.forms)]
