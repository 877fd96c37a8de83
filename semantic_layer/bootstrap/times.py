"""Which columns are times, also when they are written as text or as numbers, and how SQL reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.vocabulary import vocabulary
from semantic_layer.compiler import sqltree as sql

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    *(mark.join(order) for mark in "/.-" for order in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"))),
    *(mark.join(order) for mark in "/.-" for order in (("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d"))),
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_HOURS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_FORMATS = tuple(day + hour for day, hour in product(_DAYS, _HOURS))
_LIKE_A_DATE = re.compile(
    r"^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4})\b"
)
_FIRST_DAY, _LAST_DAY = 1000_01_01, 2200_12_31
_FIRST_YEAR = 1500  # of what people built and founded
_FEW = 0.02  # share of unreadable values that a column of dates may have


@dataclass(frozen=True)
class Reading:
    """One way to read a column as a time: strict SQL, SQL that gives NULL for what does not fit, and a name for it."""

    name: str
    strict: str
    lenient: str


@dataclass(frozen=True)
class TimeColumn:
    """How a column is read as a time; `doubt` says what is not certain about it."""

    expression: str
    doubt: str = ""


def readings(column: Column) -> tuple[Reading, ...]:
    """The ways in which a column that is no time by its type may be read as one, the likeliest first."""
    if column.is_empty:
        return ()
    if column.kind == "text":
        return tuple(_formatted(column, pattern) for pattern in _patterns(column.figures.samples, column))
    return tuple(_counted(column)) if column.kind in ("integer", "number") and column.is_whole else ()


def check_name(column: Column, reading: Reading) -> str:
    """The name of the check that counts the values which a reading does not fit."""
    return f"time:{column.table}:{column.name}:{reading.name}"


def misfits(column: Column, reading: Reading) -> str:
    """SQL giving how many values of the column the reading cannot read."""
    cell, source = _cell(column), sql.name_of(column.table).sql(dialect=sql.DIALECT)
    blank = f" AND trim({cell}) <> ''" if column.kind == "text" else ""
    return f"SELECT count(*) AS n FROM {source} WHERE {cell} IS NOT NULL{blank} AND {reading.lenient} IS NULL"


def time_column(column: Column, counts: Mapping[str, int]) -> TimeColumn | None:
    """How the column is read as a time, None when it is none."""
    if column.kind in ("date", "timestamp"):
        return TimeColumn("")
    found = [(counts.get(check_name(column, one)), one) for one in readings(column)]
    fitting = [one for misfit, one in found if misfit == 0]
    if fitting:
        return TimeColumn(fitting[0].strict, _ambiguity(fitting))
    few = [(misfit, one) for misfit, one in found if misfit is not None and misfit <= _FEW * column.filled]
    if not few:
        return None
    misfit, one = min(few, key=lambda item: item[0])
    doubt = f"{misfit:,} of {column.filled:,} values are no dates written as {one.name}; they count as empty."
    return TimeColumn(one.lenient, doubt)


def _ambiguity(fitting: Sequence[Reading]) -> str:
    if len(fitting) == 1:
        return ""
    return f"its dates fit {' and '.join(one.name for one in fitting)}; {fitting[0].name} was taken."


def _cell(column: Column) -> str:
    return sql.name_of(column.name).sql(dialect=sql.DIALECT)


def _patterns(samples: Sequence[str], column: Column) -> Iterator[str]:
    seen = [text.strip() for text in samples if text.strip()]
    if not seen or not all(_LIKE_A_DATE.match(text) for text in seen):
        return
    for pattern in _FORMATS:
        if (pattern != "%Y%m%d" or _called_time(column)) and all(_parses(text, pattern) for text in seen):
            yield pattern


def _parses(text: str, pattern: str) -> bool:
    try:
        return 1000 <= datetime.strptime(text, pattern).year <= 2200
    except ValueError:
        return False


def _formatted(column: Column, pattern: str) -> Reading:
    kind = "TIMESTAMP" if "%H" in pattern or "%I" in pattern else "DATE"
    text = f"NULLIF(trim({_cell(column)}), '')"
    return Reading(
        pattern, f"CAST(strptime({text}, '{pattern}') AS {kind})", f"CAST(try_strptime({text}, '{pattern}') AS {kind})"
    )


def _counted(column: Column) -> Iterator[Reading]:
    """Days as numbers (20240131), and seconds or milliseconds since 1970."""
    low, high, cell = column.low, column.high, _cell(column)
    if low is None or high is None or not _called_time(column):
        return
    if low >= _FIRST_DAY and high <= _LAST_DAY:
        digits = f"CAST(CAST({cell} AS BIGINT) AS VARCHAR)"
        tried = f"CAST(try_strptime({digits}, '%Y%m%d') AS DATE)"
        yield Reading("%Y%m%d", f"CAST(strptime({digits}, '%Y%m%d') AS DATE)", tried)
    for name, factor in (("seconds since 1970", 1), ("milliseconds since 1970", 1000)):
        if 300_000_000 * factor <= low and high <= 5_000_000_000 * factor:
            since = f"epoch_ms(CAST({cell} AS BIGINT){' * 1000' if factor == 1 else ''})"
            yield Reading(name, since, since)


def _called_time(column: Column) -> bool:
    return any(vocabulary().has("time_words", (word,)) for word in column.words) or column.words[-1:] == ("ms",)


def is_year(column: Column) -> bool:
    """Whether the column holds years as numbers or as text of four digits; "built" and its like say so themselves."""
    if is_year_of_deed(column):
        return True
    if not any(vocabulary().has("year_words", (word,)) for word in column.words):
        return False
    texts = column.figures.samples
    if column.kind == "text":
        return _are_years(texts)
    low, high = column.low, column.high
    return column.is_whole and (
        low is None or high is None or (low >= _FIRST_DAY // 10_000 and high <= _LAST_DAY // 10_000)
    )


def _are_years(texts: Sequence[str]) -> bool:
    filled = [text.strip() for text in texts if text.strip()]
    return bool(filled) and all(re.fullmatch(r"[12]\d{3}", text) for text in filled)


def is_year_of_deed(column: Column) -> bool:
    """Whether the column is called by a deed alone ("built", "founded") and holds years, as numbers or as text."""
    low, high = column.low, column.high
    if not vocabulary().has("deeds", column.own[-1:]):
        return False
    if column.kind == "text":
        return _are_years(column.figures.samples)
    if column.kind != "integer" or low is None or high is None:
        return False
    return low >= _FIRST_YEAR and high <= _LAST_DAY // 10_000


def default_time(table: Table, times: Sequence[Column]) -> tuple[Column | None, bool]:
    """The time by which the table's rows are counted, and whether another one would do as well; None for no time."""
    graded = sorted(((_event_grade(column, table), -column.position) for column in times), reverse=True)
    if not graded or graded[0][0] <= 0:
        return None, False
    best = next(column for column in times if column.position == -graded[0][1])
    return best, len(graded) > 1 and graded[1][0] >= graded[0][0]


def _event_grade(column: Column, table: Table) -> float:
    """How likely rows are counted by this time: the one called like the event is best, then beginnings, then ends."""
    known = vocabulary()
    words = [*column.own, *(known.singular(word) for word in column.own)]
    if any(known.has("never_times", (word,)) for word in words):
        return 0
    grade = 3.0
    rest = [word for word in column.own if not known.has("time_words", (word,)) and word != "of"]
    if not rest or set(rest) & set(table.noun):
        grade += 2
    if any(known.has("event_times", (word,)) for word in rest):
        grade += 1
    if any(known.has("late_times", (word,)) for word in column.own):
        grade -= 2
    return max(0.5, grade - 2 * column.figures.nulls / max(1, column.rows))
