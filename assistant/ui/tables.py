"""Rows on the page and in a file: a short table of markup, all rows for the grid, and CSV."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from assistant.answer import Answer
from assistant.formatting import Style, cell, is_number, number, steady, style_of
from assistant.funnel_story import Step, is_compared, is_shape_of_funnel, steps_of
from assistant.shape import Context, shape_of
from assistant.ui.markup import Markup, join, tag
from assistant.wording import answers

FIRST_ROWS = 12
MOST_IN_GRID = 10_000  # with 50,000 a browser stands still for half a minute
LONGEST_CELL = 120
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LEFT_ROLES = ("dimension", "time")


def short_table(answer: Answer, locale: str) -> Markup:
    """The first rows as an HTML table; numbers to the right, the exact value on pointing; of a funnel a row a step."""
    steps = _steps(answer, locale)
    if steps:
        return _step_table(steps, locale)
    styles = styles_of(answer, locale)
    head = join(tag("th", c.label or c.name, {"scope": "col", "class": _side(answer, i)}) for i, c in _columns(answer))
    rows = [_row(answer, row, styles) for row in answer.result.rows[:FIRST_ROWS]]
    return tag("table", join([tag("thead", tag("tr", head)), tag("tbody", join(rows))]), {"class": "tw-table"})


def lines_of(answer: Answer) -> int:
    """How many lines the answer has where it is shown in short: its rows, or the steps of a funnel."""
    return len(_steps(answer, "en")) or len(answer.result.rows)


def _steps(answer: Answer, locale: str) -> list[Step]:
    """The steps of an answer that is one funnel, without any before; empty for any other."""
    query = answer.plan.query if answer.plan is not None else None
    shape = shape_of(answer.columns, answer.result, Context(query=query, locale=locale))
    alone = len(shape.rows) == 1 and not shape.dimensions and shape.time is None and shape.numbers
    whole = alone and is_shape_of_funnel(shape) and not is_compared(shape)
    return steps_of(shape, shape.rows[0]) if whole else []


def _step_table(steps: list[Step], locale: str) -> Markup:
    count, percent = Style("integer", locale=locale), Style("percent", locale=locale)
    rates = [[number(rate, percent) if rate is not None else "" for rate in (s.of_before, s.of_first)] for s in steps]
    rows = [[one.label, number(one.count, count), *told] for one, told in zip(steps, rates, strict=True)]
    names = answers(locale).texts["funnel_columns"]
    head = join(tag("th", name, {"scope": "col", "class": _end(i)}) for i, name in enumerate(names))
    body = [tag("tr", join(tag("td", text, {"class": _end(i)}) for i, text in enumerate(row))) for row in rows]
    return tag("table", join([tag("thead", tag("tr", head)), tag("tbody", join(body))]), {"class": "tw-table"})


def _end(place: int) -> str:
    return "tw-left" if place == 0 else "tw-right"


def _row(answer: Answer, row: tuple[Any, ...], styles: list[Style]) -> Markup:
    cells = []
    for position, column in _columns(answer):
        shown = cell(row[position], column, styles[position])
        short = shown if len(shown) <= LONGEST_CELL else shown[: LONGEST_CELL - 1] + "…"
        exact = plain(row[position])
        cells.append(tag("td", short, {"class": _side(answer, position), "title": exact if exact != short else None}))
    return tag("tr", join(cells))


def _columns(answer: Answer) -> list[tuple[int, Any]]:
    return list(enumerate(answer.columns))


def styles_of(answer: Answer, locale: str) -> list[Style]:
    """How each column is written, with steady digits down the column."""
    rows = answer.result.rows
    return [steady(style_of(column, locale), (row[i] for row in rows)) for i, column in _columns(answer)]


def _side(answer: Answer, position: int) -> str:
    return "tw-left" if answer.columns[position].role in _LEFT_ROLES or _is_text(answer, position) else "tw-right"


def _is_text(answer: Answer, position: int) -> bool:
    return any(isinstance(row[position], str) for row in answer.result.rows[:FIRST_ROWS])


def grid(answer: Answer, locale: str) -> dict[str, Any]:
    """Rows for the grid, as many as a browser bears: values that sort rightly, and beside them how they are shown."""
    styles = styles_of(answer, locale)
    looks = list(zip(answer.columns, styles, strict=True))
    rows = answer.result.rows[:MOST_IN_GRID]
    shown = [[cell(value, *look) for value, look in zip(row, looks, strict=True)] for row in rows]
    return {
        "headers": [column.label or column.name for column in answer.columns],
        "data": [[sortable(value) for value in row] for row in rows],
        "metadata": {"display_value": shown, "styling": None},
    }


def datatypes(answer: Answer) -> list[Literal["number", "str"]]:
    """What the grid takes each column for."""
    return ["number" if _is_numeric(answer, i) else "str" for i, _ in _columns(answer)]


def numbers(answer: Answer) -> list[int]:
    """The places of the grid's columns whose cells stand to the right."""
    return [i for i, _ in _columns(answer) if _side(answer, i) == "tw-right"]


def _is_numeric(answer: Answer, position: int) -> bool:
    values = [row[position] for row in answer.result.rows if row[position] is not None]
    return bool(values) and all(is_number(value) for value in values)


def sortable(value: Any) -> Any:
    """The value as JSON that sorts: numbers as numbers, days as ISO text, nothing as nothing."""
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return plain(value)


def plain(value: Any) -> str:
    """The exact value as text: days in ISO form, numbers with a point, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_text(answer: Answer) -> str:
    """All rows as CSV with the labels as head.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_inert(column.label or column.name) for column in answer.columns])
    for row in answer.result.rows:
        writer.writerow([plain(value) if is_number(value) else _inert(plain(value)) for value in row])
    return out.getvalue()


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(_RISKY) else value


def csv_name(answer: Answer) -> str:
    """A file name that says what is inside: net-revenue-by-month.csv."""
    metrics = [c.label or c.name for c in answer.columns if c.role == "metric"][:2]
    groups = [c.label or c.name for c in answer.columns if c.role in _LEFT_ROLES][:2]
    words = " ".join([*metrics, *(["by", *groups] if groups and metrics else groups)])
    plain_letters = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain_letters).strip("-")[:60]
    return f"{stem or 'result'}.csv"


def wrapped(table: Markup, label: str) -> Markup:
    """A table in a box that scrolls sideways, reachable by keyboard."""
    return tag("div", table, {"class": "tw-scroll", "tabindex": "0", "role": "region", "aria-label": label})
