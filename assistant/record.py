"""What may be said about a result: its numbers, what follows from them by fixed rules, its days and its names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from assistant.day_bounds import day_of
from assistant.formatting import LONGEST_NAME, band, duration, exact, is_number, shorten
from assistant.shape import Context, Numbers, Shape, next_bucket, part_of_calendar, shape_of, whole_rows
from semantic_layer import Column, is_funnel
from warehouse import Result

PAIR = 2


@dataclass(frozen=True)
class Amounts:
    """Plain numbers and ratios; a ratio of 0.25 may be called 25%, a plain 25 may not."""

    plain: frozenset[Decimal] = frozenset()
    ratios: frozenset[Decimal] = frozenset()


@dataclass(frozen=True)
class Record:
    """What may be said: amounts, changes (whose direction counts), days, and names that hold digits of their own.

    `fresh` is the last day of data: it may be named as that day, but tells nothing about its month or year.
    """

    amounts: Amounts = Amounts()
    changes: Amounts = Amounts()
    days: frozenset[date] = frozenset()
    fresh: date | None = None
    names: frozenset[str] = frozenset()
    locale: str = "en"


@dataclass
class _Draft:
    """Amounts being collected."""

    plain: set[Decimal] = field(default_factory=set[Decimal])
    ratios: set[Decimal] = field(default_factory=set[Decimal])

    def of(self, is_ratio: bool) -> set[Decimal]:
        return self.ratios if is_ratio else self.plain

    def done(self) -> Amounts:
        return Amounts(frozenset(self.plain), frozenset(self.ratios))


def record_of(columns: Sequence[Column], result: Result, context: Context | None = None) -> Record:
    """The record of a result: its cells, and what follows from them by fixed rules.

    Those are: the number of rows, and of rows with and without a value; the change that a comparison shows; for an
    additive metric the sum and each row's share of it; of a funnel what is lost between its steps; along a time, the
    change from one row to the next and from the first whole bucket to the last; and the numbers and days of the
    question itself.
    """
    known = context or Context()
    shape = shape_of(columns, result, known)
    amounts, changes = _Draft({Decimal(len(shape.rows)), *_asked_numbers(known)}), _Draft()
    for position, column in enumerate(columns):
        draft = changes if column.role in ("change", "change_ratio") else amounts
        draft.of(_is_ratio(shape, position)).update(exact(value) for value in shape.values(position))
    for item in shape.numbers:
        _add_derived(shape, item, amounts)
        _add_changes(shape, item, changes)
    _add_losses(shape, amounts)
    _add_bands(shape, amounts)
    days, names = frozenset(_days(shape)), frozenset(_names(shape))
    return Record(amounts.done(), changes.done(), days, known.as_of, names, known.locale)


def _is_ratio(shape: Shape, position: int) -> bool:
    return shape.style(position).kind in ("percent", "points")


def _add_derived(shape: Shape, item: Numbers, amounts: _Draft) -> None:
    with_value = sum(1 for _ in shape.values(item.value))
    amounts.plain.update((Decimal(with_value), Decimal(len(shape.rows) - with_value)))
    for parts in _wholes(shape, item) if shape.is_additive(item) else ():
        amounts.plain.add(total := sum(parts, Decimal()))
        amounts.ratios.update(part / total for part in parts if total)


def _add_bands(shape: Shape, amounts: _Draft) -> None:
    """The ends of the bands of a number; what is in any of them, and which part of it in each."""
    for place in shape.dimensions:
        bands, whole = shape.columns[place].bands, shape.columns[place].whole
        if bands is None:
            continue
        inside = [row for row in shape.rows if is_number(row[place])]
        ends = (end for row in inside for end in zip(bands.around(row[place]), (0, int(whole)), strict=True))
        amounts.plain.update(exact(end) - less for end, less in ends if end is not None)
        for item in shape.numbers:
            known = [exact(row[item.value]) for row in inside if is_number(row[item.value])]
            amounts.plain.add(total := sum(known, Decimal()))
            amounts.ratios.update(part / total for part in known if total)


def _add_changes(shape: Shape, item: Numbers, changes: _Draft) -> None:
    for before, after in _steps(shape, item):
        changes.of(_is_ratio(shape, item.value)).add(after - before)
        changes.ratios.update([after / before - 1] if before else ())


def _add_losses(shape: Shape, amounts: _Draft) -> None:
    """How many of each step of a funnel do not come to the next one, and which part of it that is."""
    query = shape.context.query
    if query is None or not is_funnel(query):
        return
    steps = [place for place, column in enumerate(shape.columns) if column.role == "metric"]
    for row in shape.rows:
        counts = [exact(row[place]) for place in steps if is_number(row[place])]
        for before, after in pairwise(counts):
            amounts.plain.add(before - after)
            amounts.ratios.update([(before - after) / before] if before else ())


def _asked_numbers(context: Context) -> Iterator[Decimal]:
    query = context.query
    if query is None:
        return
    values = [value for item in query.filters for value in item.values]
    yield from (exact(value) for value in (*values, query.limit) if is_number(value))


def _steps(shape: Shape, item: Numbers) -> Iterator[tuple[Decimal, Decimal]]:
    """(before, after) of every change that may be spoken of."""
    if item.previous is not None:
        pairs = ((row[item.previous], row[item.value]) for row in shape.rows)
        yield from ((exact(old), exact(new)) for old, new in pairs if is_number(old) and is_number(new))
    two = _pair(shape, item)
    yield from (two,) if two is not None else ()
    if shape.time is not None and not shape.dimensions:
        rows = [row for row in shape.rows if is_number(row[item.value]) and row[shape.time] is not None]
        whole = [exact(row[item.value]) for row in whole_rows(shape) if is_number(row[item.value])]
        yield from pairwise(exact(row[item.value]) for row in rows)
        yield from [(whole[0], whole[-1])] if whole else ()


def _pair(shape: Shape, item: Numbers) -> tuple[Decimal, Decimal] | None:
    """The smaller and the larger value of two groups; None for more or fewer, and along a time."""
    values = [exact(row[item.value]) for row in shape.rows if is_number(row[item.value])]
    return (min(values), max(values)) if len(values) == len(shape.rows) == PAIR and shape.time is None else None


def _wholes(shape: Shape, item: Numbers) -> Iterator[list[Decimal]]:
    """The amounts that make up a whole: of all rows, and of each bucket of time."""
    parts: dict[Any, list[Decimal]] = {}
    for row in shape.rows:
        if is_number(row[item.value]):
            parts.setdefault(row[shape.time] if shape.time is not None else None, []).append(exact(row[item.value]))
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
    bounds = [(item, day_of(item)) for item in known.query.filters] if known.query else []
    yield from (day for _, day in bounds if day)
    yield from (day - timedelta(days=1) for item, day in bounds if day and item.op == "lt")


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _names(shape: Shape) -> Iterator[str]:
    """Texts of the record with digits in them: categories, labels, filters, times of day, durations as written."""
    query = shape.context.query
    texts: list[Any] = [column.label for column in shape.columns]
    texts += [value for item in (query.filters if query else ()) for value in item.values]
    texts += _lengths_apart(shape)
    texts += [shape.context.time_range.label] if shape.context.time_range else []
    for position, column in enumerate(shape.columns):
        style = shape.style(position)
        for row in shape.rows:
            value = row[position]
            if style.kind == "duration" and is_number(value) and column.role != "dimension":
                texts += [duration(value, style.unit, style.locale), duration(abs(value), style.unit, style.locale)]
            texts.append(f"{value:%H:%M}" if isinstance(value, datetime) else value)
            texts += [f"{value:.0f}:00"] if part_of_calendar(column) == "hour" and is_number(value) else []
            texts += [band(value, column, style)] if column.bands is not None and is_number(value) else []
    found = {text for text in texts if isinstance(text, str) and re.search(r"\d", text)}
    yield from (text for text in found if re.search(r"[^\W\d_]|:", text))
    yield from (shorten(text) for text in found if len(text) > LONGEST_NAME)


def _lengths_apart(shape: Shape) -> Iterator[str]:
    """By how much two lengths of time differ, as written."""
    for item in shape.numbers:
        style, two = shape.style(item.value), _pair(shape, item)
        if style.kind == "duration" and two is not None:
            yield duration(two[1] - two[0], style.unit, style.locale)
