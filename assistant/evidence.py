"""Whether the numbers in a text occur in a record: the check that prose about a result has to pass.

A number is supported when a value of the record, rounded to the digits that the text shows, gives it, and the rounding
moved it by at most 5%. A share must be meant as one ("25%" is 0.25, never 25); a sign, or a direction right before it
("down 12%"), must agree; a day or a name that stands in the record may be repeated. What cannot be placed is not
supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from assistant.record import Amounts, Record
from assistant.wording import answers

TOLERANCE = Decimal("0.05")


@dataclass(frozen=True)
class _Token:
    """A number as written: its value, half of the last digit shown, and what is claimed of it: sign, change, share."""

    text: str
    value: Decimal
    slack: Decimal
    sign: int
    is_change: bool
    is_share: bool


def numbers_supported(text: str, record: Record) -> bool:
    """True when each number in the text, written in digits or in words, occurs in the record."""
    return not unsupported_numbers(text, record)


def unsupported_numbers(text: str, record: Record) -> tuple[str, ...]:
    """The numbers of the text that the record does not hold, as they are written."""
    rest, wrong_days = _without_days(_without_names(text, record.names), record)
    digits = [token.text for token in _tokens(rest, record.locale) if not _holds(record, token)]
    spelled = _number_pattern(record.locale).sub(" ", rest)
    words = [word for word in re.findall(r"[^\W\d_]+", spelled.lower()) if not _holds_word(record, word)]
    return (*wrong_days, *digits, *words)


def record_of_text(text: str, record: Record) -> Record:
    """The record, with what a sentence made by the house itself says: its numbers, changes and days may be repeated.

    A change ("fell by 3") is kept with its direction; a number with a sign counts as a change, too.
    """
    rest, days = _days_said(_without_names(text, record.names), record.locale)
    amounts, changes = (list[_Token](), list[_Token]())
    for token in _tokens(rest, record.locale):
        (changes if token.sign else amounts).append(token)
    return replace(
        record,
        amounts=_amounts_of(amounts, record.amounts),
        changes=_amounts_of(changes, record.changes),
        days=record.days | days,
    )


def _amounts_of(tokens: Sequence[_Token], known: Amounts) -> Amounts:
    ratios = {_signed(token) / 100 for token in tokens if token.is_share}
    return Amounts(known.plain | {_signed(token) for token in tokens if not token.is_share}, known.ratios | ratios)


def _signed(token: _Token) -> Decimal:
    return -token.value if token.sign < 0 else token.value


def _days_said(text: str, locale: str) -> tuple[str, frozenset[date]]:
    """The text without its days, and a day for each of them; parts that are left unsaid count as the first."""
    months = _month_numbers(locale)
    found: set[date] = set()

    def take(match: re.Match[str]) -> str:
        parts = match.groupdict()
        given = {key: int(value) for key, value in parts.items() if value and key != "mon"}
        month = months[(parts.get("mon") or "").lower()] if parts.get("mon") else given.get("m")
        month = month or given.get("q", 1) * 3 - 2 if "q" in given else month or (7 if given.get("h") == 2 else 1)
        for number in [given[key] for key in ("d", "d2") if key in given] or [1]:
            with suppress(ValueError):
                found.add(date(given.get("year", 1), month, number))
        return " "

    for pattern, _ in _day_patterns("|".join(sorted(map(re.escape, months), key=len, reverse=True)), locale):
        text = re.sub(pattern, take, text, flags=re.IGNORECASE)
    return text, frozenset(found)


def _without_names(text: str, names: Iterable[str]) -> str:
    ordered = sorted(names, key=len, reverse=True)
    if not ordered:
        return text
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", " ", text, flags=re.IGNORECASE)


def _without_days(text: str, record: Record) -> tuple[str, list[str]]:
    """The text without the days that the record holds, and the days that it does not hold."""
    wrong: list[str] = []
    months = _month_numbers(record.locale)
    month = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    for pattern, certain in _day_patterns(month, record.locale):

        def judge(found: re.Match[str], certain: bool = certain) -> str:
            parts = found.groupdict()
            fresh = {record.fresh} if record.fresh and parts.get("d") else set[date]()
            if _knows(record.days | fresh, parts, months):
                return " "
            wrong.extend([found[0].strip()] if certain else [])
            return " " if certain else found[0]

        text = re.sub(pattern, judge, text, flags=re.IGNORECASE)
    return text, wrong


def _day_patterns(month: str, locale: str) -> tuple[tuple[str, bool], ...]:
    """Ways to write a day; the second says that it can be nothing else, so that an unknown one is wrong."""
    half = _texts(locale)["half"]
    year, nth = r"(?:,?\s+(?P<year>\d{4})\b)?", r"(?:st|nd|rd|th|\.)?"
    return (
        (r"\b(?P<year>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b", True),
        (
            rf"(?<![\w.,])(?P<d>\d{{1,2}}){nth}(?:\s?(?:[–-]|to|and)\s?(?P<d2>\d{{1,2}})\.?)?\s+(?P<mon>{month})\b\.?{year}",
            True,
        ),
        (rf"\b(?P<mon>{month})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.,%]|\s?%){year}", False),
        (rf"\b(?P<mon>{month})\b\.?,?\s+(?P<year>(?:19|20)\d\d)\b", True),
        (r"\b(?:Q|T)(?P<q>[1-4])(?:\s+(?P<year>\d{4})\b)?", True),
        (rf"\b{half}(?:\s+(?P<year>\d{{4}})\b)?", True),
        (r"(?<![\d.,€$£¥])(?P<year>(?:19|20)\d\d)(?![\d%]|[.,]\d|\s?%)", False),
    )


def _knows(days: Iterable[date], parts: dict[str, str | None], months: dict[str, int]) -> bool:
    """Whether for each day of the month that is named some day of the record has all parts."""
    name = parts.get("mon")
    given = {key: int(text) for key, text in parts.items() if text and key != "mon"}
    wanted = {"year": given.get("year"), "quarter": given.get("q"), "half": given.get("h")}
    wanted["month"] = months[name.lower()] if name else given.get("m")
    numbers = [given[key] for key in ("d", "d2") if key in given] or [None]
    return all(any(_fits(day, wanted | {"day": number}) for day in days) for number in numbers)


def _fits(day: date, wanted: dict[str, int | None]) -> bool:
    have = {
        "year": day.year, "month": day.month, "day": day.day,
        "quarter": (day.month + 2) // 3, "half": (day.month + 5) // 6,
    }  # fmt: skip
    return all(value is None or have[key] == value for key, value in wanted.items())


@cache
def _month_numbers(locale: str) -> dict[str, int]:
    widths = [get_month_names(width, locale=locale) for width in ("wide", "abbreviated")]
    return {"sept": 9} | {name.lower().rstrip("."): number for names in widths for number, name in names.items()}


def _texts(locale: str) -> Mapping[str, str]:
    """How prose of a language writes numbers."""
    return answers(locale).texts["evidence"]


@cache
def _spelt(locale: str, kind: str) -> Mapping[str, Decimal]:
    """Words that stand for a number, or claim a ratio, each with its value."""
    table: Mapping[str, str] = answers(locale).texts["evidence"][kind]
    return {word: Decimal(value) for value, words in table.items() for word in words.split()}


def _scales(locale: str) -> Mapping[str, int]:
    """Words behind a number, and the power of ten that each of them is."""
    return {word: int(power) for word, power in _spelt(locale, "scales").items()}


@cache
def _number_pattern(locale: str) -> re.Pattern[str]:
    group, point = re.escape(get_group_symbol(locale)), re.escape(get_decimal_symbol(locale))
    scales = "|".join(sorted(_scales(locale), key=len, reverse=True))
    up, down, share = (_texts(locale)[key] for key in ("up", "down", "share"))
    return re.compile(
        rf"(?:\b(?:(?P<up>{up})|(?P<down>{down}))\s+(?:by\s+)?)?(?<![\w.,])(?P<sign>[-−+])?\s?(?:[€$£¥]|[A-Z]{{3}}\s)?\s?"
        rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{point}(?P<part>\d+))?"
        rf"(?:\s?(?P<scale>{scales})\b)?(?P<share>\s?%|\s?(?:{share}))?",
        re.IGNORECASE,
    )


def _tokens(text: str, locale: str) -> Iterator[_Token]:
    for found in _number_pattern(locale).finditer(text):
        digits = re.sub(r"\D", "", found["whole"])
        places = len(found["part"] or "")
        exponent = _scales(locale).get((found["scale"] or "").lower(), 0)
        value = Decimal(f"{digits}.{found['part'] or 0}").scaleb(exponent)
        is_up, is_down = bool(found["up"]), bool(found["down"])
        sign = is_up - is_down or {"+": 1, "-": -1, "−": -1}.get(found["sign"], 0)
        slack = Decimal(5).scaleb(exponent - places - 1)
        yield _Token(found[0].strip(), value, slack, sign, is_up or is_down, bool(found["share"]))


def _holds(record: Record, token: _Token) -> bool:
    sources = (record.changes,) if token.is_change else (record.changes, record.amounts)
    for source in sources:
        # a ratio may also be written as it is, 0.25; a whole number never stands for one
        plain = source.plain | source.ratios if token.value % 1 else source.plain
        values = (ratio * 100 for ratio in source.ratios) if token.is_share else plain
        if any(_matches(value, token) for value in values):
            return True
    return False


def _matches(value: Decimal, token: _Token) -> bool:
    if token.sign and value and (value > 0) != (token.sign > 0):
        return False
    off = abs(abs(value) - token.value)
    return off <= token.slack and off <= abs(value) * TOLERANCE


def _holds_word(record: Record, word: str) -> bool:
    factor, value = _spelt(record.locale, "factors").get(word), _spelt(record.locale, "numbers").get(word)
    if factor is not None:
        return any(abs(ratio - factor) <= TOLERANCE for ratio in record.changes.ratios)
    return value is None or value in record.amounts.plain
