"""Whether the numbers in a text occur in a record: the check that prose about a result has to pass.

A number is supported when a value of the record, rounded to the digits that the text shows, gives it, and the rounding
moved it by at most 5%. A share must be meant as one ("25%" is 0.25, never 25); a sign, or a direction right before it
("down 12%"), must agree; a day or a name that stands in the record may be repeated. What cannot be placed is not
supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from assistant.formatting import LONGEST_NAME, duration, is_number, shorten
from assistant.shape import Context, Numbers, Shape, is_partial, next_bucket, shape_of
from semantic_layer import Column
from warehouse import Result

TOLERANCE = Decimal("0.05")
_SCALES = {
    "k": 3,
    "m": 6,
    "mn": 6,
    "mio": 6,
    "b": 9,
    "bn": 9,
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "trillion": 12,
}
_WORDS = {
    word: Decimal(value)
    for value, words in (
        (2, "two"), (3, "three"), (4, "four"), (5, "five"), (6, "six"), (7, "seven"), (8, "eight"), (9, "nine"),
        (10, "ten"), (11, "eleven"), (12, "twelve dozen"), (13, "thirteen"), (14, "fourteen"), (15, "fifteen"),
        (16, "sixteen"), (17, "seventeen"), (18, "eighteen"), (19, "nineteen"), (20, "twenty"), (30, "thirty"),
        (40, "forty"), (50, "fifty"), (60, "sixty"), (70, "seventy"), (80, "eighty"), (90, "ninety"),
        (100, "hundred"), (1000, "thousand"), (10**6, "million"), (10**9, "billion"),
    )
    for word in words.split()
}  # fmt: skip
_FACTORS = {
    "doubled": Decimal(1), "doubling": Decimal(1), "twice": Decimal(1), "tripled": Decimal(2), "tripling": Decimal(2),
    "quadrupled": Decimal(3), "halved": Decimal("-0.5"), "halving": Decimal("-0.5"), "half": Decimal("0.5"),
}  # fmt: skip
"""Words for a ratio: a change ("doubled" is +100%), or a share."""
_UP = r"up|rose|risen|rising|grew|grown|growing|increased|increasing|gained|climbed|rise of|increase of|growth of"
_DOWN = r"down|fell|fallen|falling|dropped|declined|decreased|shrank|lost|drop of|decline of|decrease of|loss of"


@dataclass(frozen=True)
class Record:
    """What may be said about a result: plain numbers, ratios, days, and names that hold digits of their own."""

    numbers: frozenset[Decimal] = frozenset()
    ratios: frozenset[Decimal] = frozenset()
    days: frozenset[date] = frozenset()
    names: frozenset[str] = frozenset()
    locale: str = "en"


@dataclass(frozen=True)
class _Token:
    """A number as written: its value, half of the last digit shown, its sign if one is claimed, and whether a share."""

    text: str
    value: Decimal
    slack: Decimal
    sign: int
    is_share: bool


def record_of(columns: Sequence[Column], result: Result, context: Context | None = None) -> Record:
    """The record of a result: its cells, and what follows from them by fixed rules.

    Those are: the number of rows, and of rows with and without a value; the change that a comparison shows; for an
    additive metric the sum and each row's share of it; along a time, the change from one row to the next and from the
    first whole bucket to the last; and the numbers and days of the question itself.
    """
    known = context or Context()
    shape = shape_of(columns, result, known)
    numbers, ratios = set(_asked_numbers(known)) | {Decimal(len(shape.rows))}, set[Decimal]()
    for position in range(len(columns)):
        (ratios if _is_share(shape, position) else numbers).update(_exact(value) for value in shape.values(position))
    for item in shape.numbers:
        with_value = sum(1 for _ in shape.values(item.value))
        numbers.update((Decimal(with_value), Decimal(len(shape.rows) - with_value)))
        for before, after in _steps(shape, item):
            (ratios if _is_share(shape, item.value) else numbers).add(after - before)
            ratios.update([after / before - 1] if before else ())
        if shape.is_additive(item):
            for amounts in _wholes(shape, item):
                numbers.add(total := sum(amounts, Decimal()))
                ratios.update(amount / total for amount in amounts if total)
    return Record(
        frozenset(numbers), frozenset(ratios), frozenset(_days(shape)), frozenset(_names(shape)), known.locale
    )


def numbers_supported(text: str, record: Record) -> bool:
    """True when each number in the text, written in digits or in words, occurs in the record."""
    return not unsupported_numbers(text, record)


def unsupported_numbers(text: str, record: Record) -> tuple[str, ...]:
    """The numbers of the text that the record does not hold, as they are written."""
    rest, wrong_days = _without_days(_without_names(text, record.names), record)
    digits = [token.text for token in _tokens(rest, record.locale) if not _holds(record, token)]
    words = [word for word in re.findall(r"[a-z]+", rest.lower()) if not _holds_word(record, word)]
    return (*wrong_days, *digits, *words)


def _exact(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _is_share(shape: Shape, position: int) -> bool:
    return shape.style(position).kind in ("percent", "points")


def _asked_numbers(context: Context) -> Iterator[Decimal]:
    query = context.query
    if query is None:
        return
    values = [value for item in query.filters for value in item.values]
    yield from (_exact(value) for value in (*values, query.limit) if is_number(value))


def _steps(shape: Shape, item: Numbers) -> Iterator[tuple[Decimal, Decimal]]:
    """(before, after) of every change that may be spoken of."""
    if item.previous is not None:
        pairs = ((row[item.previous], row[item.value]) for row in shape.rows)
        yield from ((_exact(old), _exact(new)) for old, new in pairs if is_number(old) and is_number(new))
    if shape.time is not None and not shape.dimensions:
        rows = [row for row in shape.rows if is_number(row[item.value]) and row[shape.time] is not None]
        whole = [_exact(row[item.value]) for row in rows if not is_partial(row[shape.time], shape)]
        yield from pairwise(_exact(row[item.value]) for row in rows)
        yield from [(whole[0], whole[-1])] if whole else ()


def _wholes(shape: Shape, item: Numbers) -> Iterator[list[Decimal]]:
    """The amounts that make up a whole: of all rows, and of each bucket of time."""
    parts: dict[Any, list[Decimal]] = {}
    for row in shape.rows:
        if is_number(row[item.value]):
            parts.setdefault(row[shape.time] if shape.time is not None else None, []).append(_exact(row[item.value]))
    yield [amount for amounts in parts.values() for amount in amounts]
    yield from parts.values()


def _days(shape: Shape) -> Iterator[date]:
    for row in shape.rows:
        for position, value in enumerate(row):
            if isinstance(value, date):
                yield from (_day(value), next_bucket(value, shape.columns[position].grain or "day") - timedelta(days=1))
    known = shape.context
    compared = known.query.compare.range if known.query and known.query.compare else None
    for asked in (known.time_range, compared):
        if asked:
            yield from (day for day in (asked.start, asked.end and asked.end - timedelta(days=1)) if day)
    yield from [known.as_of] if known.as_of else ()


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _names(shape: Shape) -> Iterator[str]:
    """Texts of the record with digits in them: categories, labels, filters, times of day, durations as written."""
    query = shape.context.query
    texts: list[Any] = [column.label for column in shape.columns]
    texts += [value for item in (query.filters if query else ()) for value in item.values]
    texts += [shape.context.time_range.label] if shape.context.time_range else []
    for position, column in enumerate(shape.columns):
        style = shape.style(position)
        for row in shape.rows:
            value = row[position]
            if style.kind == "duration" and is_number(value) and column.role != "dimension":
                texts += [duration(value, style.unit), duration(abs(value), style.unit)]
            texts.append(f"{value:%H:%M}" if isinstance(value, datetime) else value)
    found = {text for text in texts if isinstance(text, str) and re.search(r"\d", text)}
    yield from (text for text in found if re.search(r"[^\W\d_]|:", text))
    yield from (shorten(text) for text in found if len(text) > LONGEST_NAME)


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
    for pattern, certain in _day_patterns(month):

        def judge(found: re.Match[str], certain: bool = certain) -> str:
            if _knows(record.days, found.groupdict(), months):
                return " "
            wrong.extend([found[0].strip()] if certain else [])
            return " " if certain else found[0]

        text = re.sub(pattern, judge, text, flags=re.IGNORECASE)
    return text, wrong


def _day_patterns(month: str) -> tuple[tuple[str, bool], ...]:
    """Ways to write a day; the second says that it can be nothing else, so that an unknown one is wrong."""
    year, nth = r"(?:,?\s+(?P<year>\d{4})\b)?", r"(?:st|nd|rd|th|\.)?"
    return (
        (r"\b(?P<year>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b", True),
        (rf"(?<![\w.,])(?P<d>\d{{1,2}}){nth}(?:\s?[–-]\s?(?P<d2>\d{{1,2}})\.?)?\s+(?P<mon>{month})\b\.?{year}", True),
        (rf"\b(?P<mon>{month})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.,%]|\s?%){year}", False),
        (rf"\b(?P<mon>{month})\b\.?,?\s+(?P<year>(?:19|20)\d\d)\b", True),
        (r"\b(?:Q|T)(?P<q>[1-4])(?:\s+(?P<year>\d{4})\b)?", True),
        (r"\bH(?P<h>[12])(?:\s+(?P<year>\d{4})\b)?", True),
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


@cache
def _number_pattern(locale: str) -> re.Pattern[str]:
    group, point = re.escape(get_group_symbol(locale)), re.escape(get_decimal_symbol(locale))
    scales = "|".join(sorted(_SCALES, key=len, reverse=True))
    return re.compile(
        rf"(?:\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\s+(?:by\s+)?)?(?<![\w.,])(?P<sign>[-−+])?\s?(?:[€$£¥]|[A-Z]{{3}}\s)?\s?"
        rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{point}(?P<part>\d+))?"
        rf"(?:\s?(?P<scale>{scales})\b)?(?P<share>\s?%|\s?percent|\s?per cent|\s?percentage points?|\s?pp\b)?",
        re.IGNORECASE,
    )


def _tokens(text: str, locale: str) -> Iterator[_Token]:
    for found in _number_pattern(locale).finditer(text):
        digits = re.sub(r"\D", "", found["whole"])
        places = len(found["part"] or "")
        exponent = _SCALES.get((found["scale"] or "").lower(), 0)
        value = Decimal(f"{digits}.{found['part'] or 0}").scaleb(exponent)
        signs = (1 if found["up"] or found["sign"] == "+" else 0) - (
            1 if found["down"] or found["sign"] in ("-", "−") else 0
        )
        yield _Token(found[0].strip(), value, Decimal(5).scaleb(exponent - places - 1), signs, bool(found["share"]))


def _holds(record: Record, token: _Token) -> bool:
    values = (ratio * 100 for ratio in record.ratios) if token.is_share else _plain(record, token)
    return any(_matches(value, token) for value in values)


def _plain(record: Record, token: _Token) -> Iterable[Decimal]:
    """A ratio may also be written as it is, 0.25; a whole number never stands for one."""
    return record.numbers | record.ratios if token.value % 1 else record.numbers


def _matches(value: Decimal, token: _Token) -> bool:
    if token.sign and value and (value > 0) != (token.sign > 0):
        return False
    off = abs(abs(value) - token.value)
    return off <= token.slack and off <= abs(value) * TOLERANCE


def _holds_word(record: Record, word: str) -> bool:
    if word in _FACTORS:
        return any(abs(ratio - _FACTORS[word]) <= TOLERANCE * abs(_FACTORS[word]) for ratio in record.ratios)
    return word not in _WORDS or _WORDS[word] in record.numbers
