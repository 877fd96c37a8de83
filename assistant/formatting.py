"""Numbers, money, shares, days and durations as people read them, in their language.

Rounding, the same everywhere: amounts of money of 1,000 and more to whole units, smaller ones to the currency's own
digits; shares to one decimal, more when they would vanish; plain decimals to two; halves away from zero. What a value
is (money, share, duration) is said by a `Style`, made from a result's column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from numbers import Real
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    is_currency,
)

from assistant.wording import FIRST, answers
from semantic_layer import Column, of_so_many

LONGEST_NAME = 80
EMPTY = "–"
MINUS = "-"
DAY_FIRST = {"yMMMd": "d MMM y", "yMMMMd": "d MMMM y", "MMMd": "d MMM"}
"""Plain `en` names no country: days come first, with the month in letters, which nobody can misread."""
_LONG = re.compile(r"\d{5}")  # German has no short form of thousands
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_STEPS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


@dataclass(frozen=True)
class Style:
    """How a number is written: its kind, its unit ("EUR", "orders", "minutes"), and digits after the point if fixed.

    `kind` is one of integer, decimal, currency, percent (a ratio, 0.25 is 25%), points (a difference of two ratios) or
    duration (counted in `unit`).
    """

    kind: str = "decimal"
    unit: str = ""
    decimals: int | None = None
    locale: str = "en"

    @property
    def currency(self) -> str:
        """The currency code, or nothing when this is not money."""
        return self.unit if self.kind == "currency" and is_currency(self.unit) else ""


def style_of(column: Column, locale: str = "en") -> Style:
    """How the numbers of a result's column are written; changes of a share are percentage points."""
    kind, unit, decimals = column.format or "decimal", column.unit or "", column.decimals
    if column.role == "change_ratio" or (column.role == "share" and (column.format or "percent") == "percent"):
        kind, unit, decimals = "percent", "", None
    elif column.role == "change" and kind == "percent":
        kind = "points"
    elif column.role == "rank":
        kind, unit, decimals = "integer", "", None
    return Style(kind, unit, decimals, locale)


def is_number(value: object) -> bool:
    """True for a finite number; a truth value is none."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool) and math.isfinite(value)


def number(value: Any, style: Style) -> str:
    """The number as it stands in a sentence or a table, with its currency sign or percent sign; a dash for nothing."""
    if not is_number(value):
        return EMPTY
    return _WRITERS.get(style.kind, _decimal)(exact(value), style)


def steady(style: Style, values: Iterable[Any]) -> Style:
    """The style with its digits fixed so that a whole column reads alike: no cents beside tens of thousands."""
    largest = max((abs(value) for value in values if is_number(value)), default=0)
    if style.decimals is not None or style.kind not in ("currency", "decimal"):
        return style
    if style.kind == "currency":
        return replace(style, decimals=0 if largest >= 10_000 else None if largest < 1000 else 2)
    return replace(style, decimals=0) if largest >= 10_000 else style


def signed(value: Any, style: Style) -> str:
    """The number with its sign, also when it is positive: a change."""
    text = number(value, style)
    return f"+{text}" if is_number(value) and value > 0 else text


def compact(value: Any, style: Style) -> str:
    """The number in three significant digits for axes and tiles: €1.23M, 45.2K, 12.3%."""
    if not is_number(value) or abs(value) < 10_000 or style.kind in ("percent", "points", "duration"):
        return number(value, style)
    whole = exact(value)
    whole = _round(whole, 2 - whole.adjusted())
    digits = 2 - whole.adjusted() % 3
    if style.currency:
        short = format_compact_currency(whole, style.currency, locale=style.locale, fraction_digits=digits)
    else:
        short = format_compact_decimal(whole, locale=style.locale, fraction_digits=digits)
    return number(whole, replace(style, decimals=0)) if _LONG.search(short) else short


def unit_label(style: Style) -> str:
    """What stands beside an axis: the currency sign, the percent sign or the unit's own word."""
    if style.currency:
        return get_currency_symbol(style.currency, locale=style.locale)
    if style.kind == "points":
        return answers(style.locale).say("units.points_sign")
    return "%" if style.kind == "percent" else style.unit


def cell(value: Any, column: Column, style: Style) -> str:
    """A value of a table, as text: nothing is a dash, a category without a name says so."""
    if value is None:
        return no_category(style.locale) if column.role == "dimension" else EMPTY
    if column.bands is not None and is_number(value):
        return band(value, column, style)
    if isinstance(value, date):
        return bucket(value, _grain_shown(value, column.grain or "day"), style.locale)
    if isinstance(value, float | Decimal) and not is_number(value):
        return EMPTY
    if is_number(value) and not (column.role == "dimension" and not column.format):
        return signed(value, style) if column.role in ("change", "change_ratio") else number(value, style)
    return str(value)


def band(value: Any, column: Column, style: Style) -> str:
    """The band that a number stands for: "€40–€60", "18–24", "3", "under €50", "€300 and more"."""
    low, high = column.bands.around(value) if column.bands is not None else (value, None)
    words = answers(style.locale)
    if style.unit.rstrip("s") in _SECONDS:
        style = replace(style, kind="duration")
    if low is None or high is None:
        edge = _edge(high if low is None else low, style)
        return words.say("units.band_below" if low is None else "units.band_above", {"edge": edge})
    last = high - 1 if column.whole else high
    return _edge(low, style) if last <= low else f"{_edge(low, style)}–{_edge(last, style)}"


def _edge(value: Any, style: Style) -> str:
    """The edge of a band as it is written: without cents where there are none, and nothing is 0."""
    if not value and style.kind == "duration":
        return "0"
    whole = _round(exact(value), 6)
    plain = style.kind == "currency" and whole == whole.to_integral_value()
    return number(whole, replace(style, decimals=0) if plain else style)


def step(width: Any, unit: str, locale: str = FIRST) -> str:
    """The width of a band: "50 EUR", "6 h", "10 years"; a unit that is a word of the first language stays there."""
    spoken = locale == FIRST or is_currency(unit) or unit.rstrip("s") in _SECONDS
    return duration(width, unit if spoken else "", locale)


def no_category(locale: str) -> str:
    """What stands where a row has no value of a category."""
    return answers(locale).say("units.no_category")


def _grain_shown(value: date, grain: str) -> str:
    """A moment within its day is never shown as the day alone."""
    return "second" if grain == "day" and isinstance(value, datetime) and value.time() != time() else grain


def day(value: date, locale: str = "en") -> str:
    """A day: 21 Nov 2026."""
    return _skeleton("yMMMd", value, locale)


def span(first: date, last: date, locale: str = "en") -> str:
    """A stretch of days, both ends included: 16–22 Nov 2026, 30 Nov – 6 Dec 2026."""
    if first == last:
        return day(first, locale)
    if locale != "en":
        return format_interval(first, last, "yMMMd", locale=locale)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    start = _skeleton("MMMd", first, locale) if first.year == last.year else day(first)
    return f"{start} – {day(last)}"


def bucket(value: date, grain: str, locale: str = "en", long: bool = False) -> str:
    """A bucket of time named by its first day: Sep 2026 (long: September 2026), Q3 2026, 16–22 Nov 2026, 2026."""
    writer = _BUCKETS.get(grain)
    return writer(value, locale, long) if writer else day(value, locale)


def duration(value: Any, unit: str, locale: str = FIRST) -> str:
    """A length of time in its two largest parts: 2 h 15 min; `unit` is what the value counts ("minutes")."""
    scale = _SECONDS.get(unit.rstrip("s"))
    if scale is None or not is_number(value):
        return f"{number(value, Style(locale=locale))} {unit}".strip()
    total = abs(float(value)) * scale
    sign = MINUS if value < 0 else ""
    if total < 59.95:
        return sign + _part(_round(exact(total), 1), "s", locale)
    return sign + _two_parts(round(total), locale)


def _two_parts(seconds: int, locale: str) -> str:
    first = next(i for i, (_, size) in enumerate(_STEPS) if seconds >= size)
    (name, size), (next_name, next_size) = _STEPS[first], _STEPS[min(first + 1, len(_STEPS) - 1)]
    whole, rest = divmod(round(seconds / next_size) * next_size, size)
    small = rest // next_size
    parts = [(whole, name), *([(small, next_name)] if small else [])]
    return " ".join(_part(Decimal(count), unit, locale) for count, unit in parts)


def _part(count: Decimal, unit: str, locale: str) -> str:
    shown = format_decimal(count, "#,##0.#", locale=locale)
    return answers(locale).count(f"units.duration.{unit}", count, {"count": shown})


def so_many(title: str, count: int, locale: str = FIRST) -> str:
    """What something is told per: "session", "1,000 orders"."""
    if count == 1 or locale == FIRST:
        return of_so_many(title, count) if locale == FIRST else title
    return f"{format_decimal(count, locale=known_locale(locale))} {title}"


def shorten(text: str, limit: int = LONGEST_NAME) -> str:
    """The text, cut with an ellipsis when it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def known_locale(locale: str) -> str:
    """The locale if Babel knows it, in Babel's spelling; English otherwise."""
    try:
        return str(Locale.parse(locale.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return "en"


def exact(value: Any) -> Decimal:
    """The number as a decimal, digit by digit as it is written."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _round(value: Decimal, digits: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def _pattern(digits: int, optional: bool = False) -> str:
    return "#,##0" + ("." + ("#" if optional else "0") * digits if digits else "")


def _decimal(value: Decimal, style: Style) -> str:
    large, optional = abs(value) >= 1000, style.decimals is None
    digits = (0 if large else 2) if style.decimals is None else style.decimals
    if optional and value and abs(value) < Decimal("0.01"):
        digits = -value.adjusted() + 1
    return format_decimal(
        _round(value, digits), _pattern(digits, optional), locale=style.locale, decimal_quantization=False
    )


def _integer(value: Decimal, style: Style) -> str:
    if value != value.to_integral_value() and abs(value) < 100:
        return _decimal(value, style)
    return format_decimal(_round(value, 0), "#,##0", locale=style.locale)


def _currency(value: Decimal, style: Style) -> str:
    if not style.currency:
        return _decimal(value, style)
    digits = get_currency_precision(style.currency) if style.decimals is None else style.decimals
    if style.decimals is None and abs(value) >= 1000:
        digits = 0
    pattern = Locale.parse(style.locale).currency_formats["standard"].pattern
    places = pattern.replace("0.00", "0" + ("." + "0" * digits if digits else ""))
    return format_currency(_round(value, digits), style.currency, places, locale=style.locale, currency_digits=False)


def _percent(value: Decimal, style: Style) -> str:
    pattern = Locale.parse(style.locale).percent_formats[None].pattern
    return pattern.replace("#,##0", _hundredths(value, style))


def _points(value: Decimal, style: Style) -> str:
    return answers(style.locale).say("units.points", {"count": _hundredths(value, style)})


def _hundredths(value: Decimal, style: Style) -> str:
    hundredths = value * 100
    digits = 1 if style.decimals is None else style.decimals
    if hundredths and abs(hundredths) < Decimal("0.05"):
        digits = max(digits, -hundredths.adjusted() + 1)
    return format_decimal(_round(hundredths, digits), _pattern(digits), locale=style.locale, decimal_quantization=False)


def _duration(value: Decimal, style: Style) -> str:
    return duration(value, style.unit, style.locale)


_WRITERS: dict[str, Callable[[Decimal, Style], str]] = {
    "integer": _integer,
    "currency": _currency,
    "percent": _percent,
    "points": _points,
    "duration": _duration,
}


def _half(value: date, locale: str) -> str:
    return answers(locale).say("units.half", {"half": 1 if value.month < 7 else 2, "year": value.year})


def _skeleton(skeleton: str, value: date, locale: str) -> str:
    if locale == "en" and skeleton in DAY_FIRST:
        return format_date(value, DAY_FIRST[skeleton], locale=locale)
    return format_skeleton(skeleton, value, locale=locale)


def _moment(value: date, pattern: str, locale: str, long: bool) -> str:
    clock = value.time() if isinstance(value, datetime) else time()
    return f"{_skeleton(_LONG_DAY if long else _DAY, value, locale)}, {format_time(clock, pattern, locale=locale)}"


_DAY, _LONG_DAY = "yMMMd", "yMMMMd"
_BUCKETS: dict[str, Callable[[date, str, bool], str]] = {
    "second": lambda value, locale, long: _moment(value, "HH:mm:ss", locale, long),
    "hour": lambda value, locale, long: _moment(value, "HH:mm", locale, long),
    "day": lambda value, locale, long: _skeleton(_LONG_DAY if long else _DAY, value, locale),
    "week": lambda value, locale, _: span(value, value + timedelta(days=6), locale),
    "month": lambda value, locale, long: _skeleton("yMMMM" if long else "yMMM", value, locale),
    "quarter": lambda value, locale, _: _skeleton("yQQQ", value, locale),
    "half": lambda value, locale, _: _half(value, locale),
    "year": lambda value, *_: str(value.year),
}
