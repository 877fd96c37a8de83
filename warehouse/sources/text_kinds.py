"""The types that text cells can have, and the SQL that tests and converts them without loss.

What the database's own casts would quietly round, shift or shorten does not fit: `007` is not the integer 7, `1.5` is
no integer, 25 digits are no floating-point number, `2020-01-05 10:00:00+02` does not lose its offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from warehouse.build import literal

GUARD = "cell does not fit"  # in the message of the error that `converted` raises inside the database
COMPACT, OFFSET = "%Y%m%d", "offset"  # date formats that need no telling apart: eight digits, and an offset from UTC

_T = "$t"  # stands for the text expression in the SQL of a kind
_NUMBER = "-?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][-+]?[0-9]+)?"  # no zeros in front
_MAX_EXACT = 2**53  # beyond it, a double no longer tells neighbouring integers apart
_FIRST_YEAR = "TIMESTAMP '1000-01-01'"


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written: the decimal mark, and the mark between thousands (empty: none)."""

    decimal: str = "."
    thousands: str = ""

    @property
    def plain(self) -> bool:
        """True for numbers as SQL writes them."""
        return self.decimal == "." and not self.thousands


@dataclass(frozen=True)
class Kind:
    """A type that text can have: `fits` is a condition and `value` a conversion, both SQL over `$t`.

    Both use the same expressions (TRY_CAST even where `fits` has proven the cast), so that each is computed once.
    """

    word: str
    type: str
    fits: str
    value: str
    date_format: str = ""

    @property
    def is_time(self) -> bool:
        """True for dates and timestamps."""
        return self.type in ("DATE", "TIMESTAMP")

    @property
    def is_patterned(self) -> bool:
        """True for dates of a written order (day first, month first, ...), which another order may fit as well."""
        return self.date_format not in ("", COMPACT, OFFSET)


BOOLEAN = (Kind("true or false", "BOOLEAN", "lower($t) IN ('true', 'false')", "lower($t) = 'true'"),)
COMPACT_DATE = (
    Kind(
        "date",
        "DATE",
        "length($t) = 8 AND try_strptime($t, '%Y%m%d') BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'",
        "CAST(try_strptime($t, '%Y%m%d') AS DATE)",
        COMPACT,
    ),
)
_MOMENT = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.]\d+)?)?"
ISO_TIMES = (
    Kind(
        "date",
        "DATE",
        "strlen($t) = 10 AND TRY_CAST($t AS DATE) BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'",
        "TRY_CAST($t AS DATE)",
    ),
    Kind(
        "timestamp",
        "TIMESTAMP",
        f"strlen($t) = 19 AND try_strptime($t, '%Y-%m-%d %H:%M:%S') >= {_FIRST_YEAR}",
        "try_strptime($t, '%Y-%m-%d %H:%M:%S')",
    ),
    Kind(
        "timestamp",
        "TIMESTAMP",
        f"regexp_full_match($t, '{_MOMENT}') AND TRY_CAST($t AS TIMESTAMP) IS NOT NULL",
        "TRY_CAST($t AS TIMESTAMP)",
    ),
    Kind(
        "timestamp",
        "TIMESTAMP",
        rf"regexp_full_match($t, '{_MOMENT} ?(Z|[-+]\d\d(:?\d\d)?)') AND TRY_CAST($t AS TIMESTAMPTZ) IS NOT NULL",
        "timezone('UTC', TRY_CAST($t AS TIMESTAMPTZ))",
        OFFSET,
    ),
)


def kinds(style: NumberStyle) -> tuple[Kind, ...]:
    """Kinds that are told from the text alone, the most specific first."""
    return (*BOOLEAN, *COMPACT_DATE, *number_kinds(style), *ISO_TIMES)


def format_kind(pattern: str) -> Kind:
    """The kind of dates or timestamps written by this strptime pattern."""
    timed = "%H" in pattern or "%I" in pattern
    return Kind(
        "timestamp" if timed else "date",
        "TIMESTAMP" if timed else "DATE",
        f"try_strptime($t, {literal(pattern)}) >= {_FIRST_YEAR}",
        f"CAST(try_strptime($t, {literal(pattern)}) AS {'TIMESTAMP' if timed else 'DATE'})",
        pattern,
    )


def declared_kinds(word: str, style: NumberStyle, formats: Iterable[str]) -> tuple[Kind, ...] | None:
    """Kinds for a type that a person named; more lenient than those that are found. None for an unknown word."""
    number = _number_text(style)
    times = [kind for kind in (*kinds(style), *map(format_kind, formats)) if kind.is_time]
    finite = f"isfinite(TRY_CAST({number} AS DOUBLE))"
    integer = f"TRY_CAST({number} AS BIGINT)"
    known = {
        "text": (),
        "integer": (Kind("integer", "BIGINT", f"regexp_full_match({number}, '[-+]?[0-9]+') AND {integer} IS NOT NULL",
                         integer),),
        "number": (Kind("number", "DOUBLE", finite, f"CAST({number} AS DOUBLE)"),),
        "boolean": (Kind("true or false", "BOOLEAN", "TRY_CAST($t AS BOOLEAN) IS NOT NULL", "CAST($t AS BOOLEAN)"),),
        "date": tuple(kind for kind in times if kind.type == "DATE"),
        "timestamp": tuple(
            Kind("timestamp", "TIMESTAMP", kind.fits, f"CAST({kind.value} AS TIMESTAMP)", kind.date_format)
            for kind in times
        ),
    }  # fmt: skip
    return known.get(word)


def cell_text(column: str, trim: bool) -> str:
    """SQL of the cell's text; with `trim` without outer blanks, and NULL when nothing is left."""
    return f"nullif(trim({column}, ' \t'), '')" if trim else column


def converted(column: str, kind: Kind | None, trim: bool) -> str:
    """SQL of the typed value of a text column, exact; raises inside the database at a cell that does not fit."""
    text = cell_text(column, trim)
    if kind is None:
        return text
    return (
        f"CASE WHEN {kind.fits.replace(_T, text)} THEN {kind.value.replace(_T, text)}"
        f" WHEN {text} IS NOT NULL THEN error({literal(GUARD)}) END"
    )


def number_condition(style: NumberStyle) -> str:
    """SQL condition over `$t`: the text is a number in any spelling that the style allows."""
    return f"isfinite(TRY_CAST({_number_text(style)} AS DOUBLE))"


def _number_text(style: NumberStyle) -> str:
    """SQL of the number as the database reads it, NULL where the marks stand in wrong places."""
    if style.plain:
        return _T
    mark, point = re.escape(style.thousands), re.escape(style.decimal)
    groups = f"[0-9]{{1,3}}({mark}[0-9]{{3}})+|[0-9]+" if style.thousands else "[0-9]+"
    pattern = literal(rf"[-+]?({groups})({point}[0-9]*)?([eE][-+]?[0-9]+)?")
    bare = f"replace({_T}, {literal(style.thousands)}, '')" if style.thousands else _T
    return f"CASE WHEN regexp_full_match($t, {pattern}) THEN replace({bare}, {literal(style.decimal)}, '.') END"


def number_kinds(style: NumberStyle) -> Iterator[Kind]:
    """The integer and the floating-point number, exact in this style."""
    number = _number_text(style)
    integer, double = f"TRY_CAST({number} AS BIGINT)", f"TRY_CAST({number} AS DOUBLE)"
    # going back to text must give the same text: no zeros in front, no rounding, no hexadecimal, no separators
    yield Kind("integer", "BIGINT", f"CAST({integer} AS VARCHAR) = {number}", integer)
    written = f"regexp_full_match({number}, {literal(_NUMBER)})"
    yield Kind("number", "DOUBLE", f"abs({double}) < {_MAX_EXACT} AND {written}", double)
    # with an exponent a large number does not claim to be exact to its last digit
    large = f"isfinite({double}) AND contains(lower({number}), 'e')"
    yield Kind("number", "DOUBLE", f"{written} AND (abs({double}) < {_MAX_EXACT} OR {large})", double)


_DAYS = [
    *(mark.join(order) for mark in "/.-" for order in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"))),
    *(mark.join(order) for mark in "/.-" for order in (("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d"))),
    *("%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
]
_HOURS = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S"]
DATE_FORMATS = [day + hour for day, hour in product(_DAYS, _HOURS)]
