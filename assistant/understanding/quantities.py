"""Ways to say a bound on a number, put as the reader knows them: "5+", "north of 100", "5 orders or more", "10-20"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.language import Language
from assistant.understanding.tokens import Token, tokenize

MOST_BETWEEN = 3
YEAR = re.compile(r"(?:19|20)\d\d")


def with_plain_bounds(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with every bound before its number, and a range behind "with" opened by "between"."""
    found = _with_signs(_bounded(_after_sides(tokens, language), language), language)
    found = _with_plus(found, language)
    return _ranged(_bound_first(found, language), language)


def is_number(token: Token, language: Language) -> bool:
    """Whether a word is a number, in digits or spelt out."""
    return token.text[0].isdigit() or token.text in language.data["number_words"]


def _after_sides(tokens: Sequence[Token], language: Language) -> list[Token]:
    """ "north of 100" as "more than 100"; of anything but a number it is a place."""
    sides: dict[str, str] = language.data["sides_of_numbers"]
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        of = at + 2 < len(tokens) and tokens[at + 1].text in language.words("genitive")
        number = at + 2 + (of and tokens[at + 2].text in language.data["unit_signs"])
        told = of and tokens[at].text in sides and number < len(tokens) and is_number(tokens[number], language)
        found += _spelt(sides[tokens[at].text], tokens[at], language) if told else [tokens[at]]
        at += 2 if told else 1
    return found


def _bounded(tokens: Sequence[Token], language: Language) -> list[Token]:
    """ "min 10 orders" as "at least 10 orders"; of anything but a number it is the smallest."""
    bounds: dict[str, str] = language.data["bounds_of_numbers"]
    found: list[Token] = []
    for at, token in enumerate(tokens):
        number = tokens[at + 1].text if token.text in bounds and at + 1 < len(tokens) else ""
        told = number[:1].isdigit() and not YEAR.fullmatch(number)
        found += _spelt(bounds[token.text], token, language) if told else [token]
    return found


def _with_signs(tokens: Sequence[Token], language: Language) -> list[Token]:
    """ "Germany + Austria" as "Germany and Austria", "% of orders" as "percentage of orders"; "5+", "10% of" stay."""
    signs: dict[str, str] = language.data["part_sign"]
    found: list[Token] = []
    for at, token in enumerate(tokens):
        before, after = (tokens[at - 1] if at else None), (tokens[at + 1].text if at + 1 < len(tokens) else "")
        apart = bool(before) and before.end < token.start
        months = {before.text, after} <= set(language.data["months"]) if before else False
        if before and token.text == "+" and apart and (months or _are_names(before.text, after, language)):
            found += _spelt(language.data["sign_between_names"], token, language)
        elif token.text in signs and after in language.words("genitive") and not _is_said(before, language):
            found += _spelt(signs[token.text], token, language)
        else:
            found.append(token)
    return found


def _are_names(before: str, after: str, language: Language) -> bool:
    """Whether a sign between two words can stand between two names: not beside "by", "in", "did" or "this"."""
    small = language.small_words | language.fillers | set(language.words("auxiliaries"))
    pointing = {str(word) for words in language.data["relative"].values() for word in words}
    joining = language.cued("versus") | language.cued("by") | language.cued("per")
    return before.isalpha() and after.isalpha() and {before, after}.isdisjoint(small | pointing | joining)


def _is_said(before: Token | None, language: Language) -> bool:
    """Whether a number, or a word that asks for a part in its own way ("as % of"), stands before a sign."""
    if before is None:
        return False
    return is_number(before, language) or before.text in language.words("asking_part")


def _with_plus(tokens: list[Token], language: Language) -> list[Token]:
    """ "5+ orders" as "at least 5 orders"; "5 + 3" is a sum."""
    found: list[Token] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        after = tokens[at + 1].text if at + 1 < len(tokens) else "x"
        if token.text == "+" and before and before.end == token.start and before.text.isdecimal() and after.isalpha():
            found[-1:] = [*_spelt(language.data["at_least"], before, language), before]
        else:
            found.append(token)
    return found


def _bound_first(tokens: list[Token], language: Language) -> list[Token]:
    """ "5 orders or more" as "5 or more orders"."""
    found = list(tokens)
    bounds = {tuple(phrase.split()) for cue in ("or_more", "or_less") for phrase in language.data["cues"][cue]}
    for at in range(2, len(found) - 1):
        number = _number_before(found, at, language) if (found[at].text, found[at + 1].text) in bounds else None
        if number is not None:
            found[number + 1 : at + 2] = [*found[at : at + 2], *found[number + 1 : at]]
    return found


def _number_before(tokens: Sequence[Token], at: int, language: Language) -> int | None:
    """The place of a number a few plain words before a place."""
    for place in range(at - 1, max(at - MOST_BETWEEN, 0) - 1, -1):
        if is_number(tokens[place], language):
            return place if place < at - 1 else None
        if not tokens[place].text.isalpha():
            return None
    return None


def _ranged(tokens: list[Token], language: Language) -> list[Token]:
    """ "with 10-20 orders": between the one and the other."""
    found, opened = list(tokens), set(language.data["cues"]["having"])
    for at in range(len(found) - 4, -1, -1):
        lead, first, joiner, last = found[at : at + 4]
        numbers = is_number(first, language) and is_number(last, language)
        if lead.text in opened and numbers and joiner.text in ("-", "–", "to"):
            found[at + 1 : at + 4] = [
                *_spelt("between", first, language),
                first,
                *_spelt("and", joiner, language),
                last,
            ]
    return found


def _spelt(words: str, place: Token, language: Language) -> list[Token]:
    return [replace(one, start=place.start, end=place.end) for one in tokenize(words, language.forms)]
