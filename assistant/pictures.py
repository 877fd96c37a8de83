"""Results as pictures: which rows are drawn, in what order, under which names.

What does not fit into a picture is named in its note, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from assistant.cohort_story import after_age
from assistant.formatting import Style, bucket, cell, compact, is_number, number, shorten
from assistant.funnel_story import Step, is_compared, steps_of
from assistant.narrate import period_label
from assistant.period_words import earlier
from assistant.shape import Numbers, Shape, along_calendar, is_partial, next_bucket, part_of_calendar
from assistant.vega import Axis, Picture, Spec, bars, grouped_bars, heat_field, lines, stacked_bars
from assistant.wording import answers, lower
from semantic_layer import COHORT_AGE

MOST_BARS = 30
MOST_SERIES = 8
MOST_BUCKETS = 3000
LONGEST_LABEL = 32
MOST_WRITTEN_OUT = 1_000_000
FUNNEL_ROOM = 1.35  # a count and its share stand behind each bar
_EVEN_GRAINS = ("day", "week", "month", "quarter", "half", "year")
Row = tuple[Any, ...]
Value = dict[str, Any]


def trend(shape: Shape, title: str) -> Spec:
    """Lines over time: of one metric, of metrics alike, of then and now, or of the largest categories."""
    time, main, note = shape.time or 0, shape.main, ""
    if shape.dimensions:
        series, note = _series_by_category(shape)
    else:
        columns = _columns_drawn(shape)
        series = {name: {row[time]: row[position] for row in shape.rows} for name, position in columns.items()}
    times = _without_gaps({start for points in series.values() for start in points if start is not None}, shape)
    values = [value for name, points in series.items() for value in _line(shape, name, points, times)]
    if any(value["part"] for value in values):
        note = f"{note} {_say(shape, 'chart_unfinished')}".strip()
    muted = list(series)[1] if main.previous is not None and not shape.dimensions else ""
    return lines(_picture(shape, title, values, note=note, series=tuple(series), muted=muted), shape.grain)


def ranking(shape: Shape, title: str) -> Spec:
    """One bar a row, in the order of the rows."""
    values = [_bar(shape, row, key, "", shape.main.value) for row, key in _keyed(shape, MOST_BARS)]
    return bars(_picture(shape, title, values, note=_cut_note(shape, len(values), len(shape.rows))))


def side_by_side(shape: Shape, title: str) -> Spec:
    """Bars of then and now, or of metrics alike, side by side in each category."""
    columns = _columns_drawn(shape)
    most = max(1, 2 * MOST_BARS // (1 + len(columns)))
    keyed = _keyed(shape, most)
    values = [_bar(shape, row, key, name, position) for row, key in keyed for name, position in columns.items()]
    muted = list(columns)[1] if shape.main.previous is not None else ""
    note = _cut_note(shape, len(keyed), len(shape.rows))
    return grouped_bars(_picture(shape, title, values, note=note, series=tuple(columns), muted=muted))


def grid(shape: Shape, title: str) -> Spec:
    """Bars of two categories side by side."""
    values, series, note = _grid(shape, most=15)
    return grouped_bars(_picture(shape, title, values, note=note, series=series))


def heat(shape: Shape, title: str) -> Spec:
    """A field of cells, a row for each group and a column for each age of its cohort, the darker the larger."""
    age = next(place for place in shape.dimensions if shape.columns[place].ref == COHORT_AGE)
    group = shape.time if shape.time is not None else next(place for place in shape.dimensions if place != age)
    keys = list(dict.fromkeys(row[group] for row in shape.rows))
    shown = set(keys[-MOST_BARS:] if shape.time is not None else keys[:MOST_BARS])  # the newest, or those in front
    values = [_cell(shape, row, group, age) for row in shape.rows if row[group] in shown]
    label = shape.columns[age].label
    return heat_field(_picture(shape, title, values, note=_cut_note(shape, len(shown), len(keys))), label)


def week(shape: Shape, title: str) -> Spec:
    """A field of cells, a row for each weekday from Monday on and a column for each hour, the darker the larger."""
    first, second = shape.dimensions
    day, hour = (first, second) if part_of_calendar(shape.columns[first]) == "weekday" else (second, first)
    rows = sorted(shape.rows, key=lambda row: (along_calendar(shape.columns[day], row[day]), row[hour] or 0))
    values = [_bar(shape, row, _label(shape, row, day), "", shape.main.value) | {"s": row[hour]} for row in rows]
    return heat_field(_picture(shape, title, values), shape.columns[hour].label, whole_first=False)


def funnel(shape: Shape, title: str) -> Spec:
    """A bar for each step of a funnel with its count and its part of the step before; beside it what was before."""
    row, locale = shape.rows[0], shape.context.locale
    now = steps_of(shape, row)
    then = steps_of(shape, row, "previous") if is_compared(shape) else []
    axis = Axis("", Style("integer", locale=locale), 0.0, float(max(step.count for step in (*now, *then))))
    if not then:
        values = [_step(shape, step, "") for step in now]
        return bars(Picture(title, axis, locale=locale, values=values), room=FUNNEL_ROOM)
    series = (period_label(shape.context), earlier(shape.context, shape.grain, answers(locale), "_label"))
    values = [_step(shape, step, name) for name, steps in zip(series, (now, then), strict=True) for step in steps]
    picture = Picture(title, axis, series=series, muted=series[1], locale=locale, values=values)
    return grouped_bars(picture, room=FUNNEL_ROOM)


def funnels(shape: Shape, title: str) -> Spec:
    """For each group a bar for each step behind the first, as a part of the first one."""
    keyed = _keyed(shape, MOST_BARS // 2)
    told = [(step, key) for row, key in keyed for step in steps_of(shape, row)[1:]]
    values = [_part_of_first(shape, step, key) for step, key in told]
    high = max((step.of_first or 0.0 for step, _ in told), default=1.0)
    first = next(column.label for column in shape.columns if column.role == "metric")
    label = _say(shape, "funnel_axis", {"first": lower(first, answers(shape.context.locale))})
    axis = Axis(label, Style("percent", locale=shape.context.locale), 0.0, high)
    series = tuple(dict.fromkeys(value["s"] for value in values))
    note = _cut_note(shape, len(keyed), len(shape.rows))
    return grouped_bars(Picture(title, axis, note, series, locale=shape.context.locale, values=values))


def stack(shape: Shape, title: str) -> Spec:
    """Bars of two categories, the second as parts of the first."""
    values, series, note = _grid(shape, most=MOST_BARS)
    totals: dict[str, float] = {}
    for value in values:
        totals[value["k"]] = totals.get(value["k"], 0.0) + (value["v"] or 0.0)
    return stacked_bars(_picture(shape, title, values, note=note, series=series, high=max(totals.values())))


def alike(shape: Shape) -> list[Numbers]:
    """The main metric and those that can share its axis: same kind of number in the same unit."""
    style = shape.style(shape.main.value)
    if style.kind in ("decimal", "integer"):
        return [
            shape.main,
            *(i for i in shape.numbers if i is not shape.main and _is_like(shape, i, style) and style.unit),
        ]
    return [shape.main, *(i for i in shape.numbers if i is not shape.main and _is_like(shape, i, style))]


def _is_like(shape: Shape, item: Numbers, style: Style) -> bool:
    return shape.style(item.value) == style and item.previous is None and shape.main.previous is None


def outer_inner(shape: Shape) -> tuple[int, int]:
    """Of two categories the one with more values goes along the axis, the other into the colours; bands always do."""
    first, second = shape.dimensions
    banded = [place for place in shape.dimensions if shape.columns[place].bands is not None]
    if len(banded) == 1:
        return banded[0], second if banded[0] == first else first
    counts = [len({row[position] for row in shape.rows}) for position in (first, second)]
    return (first, second) if counts[0] >= counts[1] else (second, first)


def _columns_drawn(shape: Shape) -> dict[str, int]:
    """Name and position of the columns that become series."""
    main = shape.main
    if main.previous is None:
        return {item.column.label or item.column.name: item.value for item in alike(shape)[:MOST_SERIES]}
    now = period_label(shape.context) if shape.context.time_range else _say(shape, "now")
    return {
        now: main.value,
        earlier(shape.context, shape.grain, answers(shape.context.locale), "_label"): main.previous,
    }


def _series_by_category(shape: Shape) -> tuple[dict[str, dict[date, Any]], str]:
    """The largest categories, each with its points, and a note when there are more."""
    position, time, group = shape.main.value, shape.time or 0, shape.dimensions[0]
    found: dict[str, dict[date, Any]] = {}
    for row in shape.rows:
        found.setdefault(_label(shape, row, group), {})[row[time]] = row[position]
    ranked = sorted(found, key=lambda name: -sum(abs(value) for value in found[name].values() if is_number(value)))
    counts = {"count": str(MOST_SERIES), "all": str(len(found))}
    note = _say(shape, "chart_cut_series", counts) if len(found) > MOST_SERIES else ""
    return {name: found[name] for name in ranked[:MOST_SERIES]}, note


def _line(shape: Shape, name: str, points: Mapping[date, Any], times: Sequence[date]) -> list[Value]:
    """The points of a line; `edge` marks both ends of a stroke that touches an unfinished bucket."""
    values = [_point(shape, name, start, points.get(start)) for start in times]
    for before, after in pairwise(values):
        if before["part"] or after["part"]:
            before["edge"] = after["edge"] = True
    return values


def _point(shape: Shape, name: str, start: date, value: Any) -> Value:
    when = bucket(start, shape.grain, shape.context.locale)
    tip = f"{when}, {name}: {number(value, shape.style(shape.main.value))}"
    stamp = start.isoformat() if isinstance(start, datetime) else f"{start.isoformat()}T00:00:00"
    return {
        "t": f"{stamp}Z",
        "s": name,
        "v": _float(value),
        "tip": tip,
        "part": is_partial(start, shape),
        "edge": False,
    }


def _without_gaps(starts: set[date], shape: Shape) -> list[date]:
    """Every bucket from the first to the last, so that a missing one breaks the line instead of being drawn across."""
    times = sorted(starts)
    known = {_day(start): start for start in times}
    if shape.grain not in _EVEN_GRAINS or len(known) < len(times):
        return times
    filled, start = list[date](), _day(times[0])
    while start <= _day(times[-1]) and len(filled) < MOST_BUCKETS:
        filled.append(known.get(start, start))
        start = next_bucket(start, shape.grain)
    return filled if set(known) <= {_day(start) for start in filled} else times


def _keyed(shape: Shape, most: int) -> list[tuple[Row, str]]:
    """The first rows, each with the label of its category; equal labels are kept apart by characters nobody sees."""
    seen: dict[str, int] = {}
    keyed: list[tuple[Row, str]] = []
    for row in _in_order(shape)[:most]:
        label = _label(shape, row, shape.dimensions[0])
        seen[label] = seen.get(label, -1) + 1
        keyed.append((row, label + "\u200b" * seen[label]))
    return keyed


def _in_order(shape: Shape) -> Sequence[Row]:
    """The rows as they came; weekdays and hours in their own order where all of them are shown."""
    place, query = shape.dimensions[0], shape.context.query
    column, cut = shape.columns[place], query is not None and query.limit is not None
    if cut or len(shape.dimensions) > 1 or not part_of_calendar(column):
        return shape.rows
    return sorted(shape.rows, key=lambda row: along_calendar(column, row[place]))


def _grid(shape: Shape, most: int) -> tuple[list[Value], tuple[str, ...], str]:
    """Bars of two categories, the names of the second, and a note when some of the first are left out."""
    outer, inner = outer_inner(shape)
    order = {name: rank for rank, name in enumerate(_met(shape, outer))}
    called = {row[inner]: _label(shape, row, inner) for row in shape.rows}
    series = tuple(dict.fromkeys(called[value] for value in _met(shape, inner)))
    rows = sorted((row for row in shape.rows if order[row[outer]] < most), key=lambda row: order[row[outer]])
    values = [
        _bar(shape, row, _label(shape, row, outer), name, shape.main.value) | {"i": series.index(name)}
        for row in rows
        for name in [_label(shape, row, inner)]
    ]
    return values, series, _cut_note(shape, min(most, len(order)), len(order))


def _met(shape: Shape, place: int) -> list[Any]:
    """The values of a category in the order in which they came; weekdays and hours in their own."""
    column, values = shape.columns[place], list(dict.fromkeys(row[place] for row in shape.rows))
    return sorted(values, key=lambda one: along_calendar(column, one)) if part_of_calendar(column) else values


def _bar(shape: Shape, row: Row, key: str, name: str, position: int) -> Value:
    value, style = row[position], shape.style(position)
    text = compact(value, style) if is_number(value) else ""
    group = " / ".join(cell(row[i], shape.columns[i], shape.style(i)) for i in shape.dimensions)
    what = name if name and len(shape.dimensions) == 1 else shape.columns[position].label
    return {"k": key, "s": name, "v": _float(value), "text": text, "tip": f"{group}, {what}: {number(value, style)}"}


def _step(shape: Shape, step: Step, name: str) -> Value:
    """A bar of a step: how many, and which part of the step before."""
    style = Style("integer", locale=shape.context.locale)
    rate = f" ({_percent(shape, step.of_before)})" if step.of_before is not None else ""
    exact = f"{number(step.count, style)}{rate}"
    text = exact if step.count < MOST_WRITTEN_OUT else f"{compact(step.count, style)}{rate}"
    told = ", ".join(part for part in (step.label, name) if part)
    return {
        "k": shorten(step.label, LONGEST_LABEL),
        "s": name,
        "v": float(step.count),
        "text": text,
        "tip": f"{told}: {exact}",
    }


def _part_of_first(shape: Shape, step: Step, key: str) -> Value:
    """A bar of a step of one group, as a part of its first step."""
    rate, style = step.of_first, Style("integer", locale=shape.context.locale)
    text = _percent(shape, rate) if rate is not None else ""
    tip = f"{key}, {step.label}: {text} ({number(step.count, style)})"
    return {"k": key, "s": step.label, "v": rate, "text": text, "tip": tip}


def _percent(shape: Shape, value: float) -> str:
    return number(value, Style("percent", locale=shape.context.locale))


def _cell(shape: Shape, row: Row, group: int, age: int) -> Value:
    value, style, locale = row[shape.main.value], shape.style(shape.main.value), shape.context.locale
    key = bucket(row[group], shape.grain, locale) if group == shape.time else _label(shape, row, group)
    text = compact(value, style) if is_number(value) else ""
    told = after_age(answers(locale), shape.columns[age], row[age], number(value, style))
    return {"k": key, "s": row[age], "v": _float(value), "text": text, "tip": f"{key}: {told}"}


def _picture(  # noqa: PLR0913  # the picture's own fields, by name
    shape: Shape,
    title: str,
    values: Sequence[Value],
    *,
    note: str = "",
    series: tuple[str, ...] = (),
    muted: str = "",
    high: float | None = None,
) -> Picture:
    drawn = [value["v"] for value in values if value["v"] is not None]
    label = shape.main.column.label or shape.main.column.name
    label = "" if len(series) > 1 and label in series else label  # the legend names what is drawn
    axis = Axis(label, shape.style(shape.main.value), min(drawn, default=0.0), high or max(drawn, default=0.0))
    return Picture(title, axis, note, series, muted, shape.context.locale, values)


def _label(shape: Shape, row: Row, position: int) -> str:
    return shorten(cell(row[position], shape.columns[position], shape.style(position)), LONGEST_LABEL)


def _cut_note(shape: Shape, shown: int, total: int) -> str:
    return _say(shape, "chart_cut", {"count": str(shown), "all": str(total)}) if total > shown else ""


def _say(shape: Shape, key: str, values: Mapping[str, str] | None = None) -> str:
    return answers(shape.context.locale).say(key, values)


def _float(value: Any) -> float | None:
    return float(value) if is_number(value) else None


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
