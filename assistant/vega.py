"""Vega-Lite specifications as plain data: lines over time and horizontal bars, with the product's looks.

Data fields have short fixed names, so that no column name can mean something to Vega: `t` time, `k` category, `s`
series, `v` value, `tip` the text shown on pointing. All numbers that people read are formatted before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from assistant.answer import Mark
from assistant.formatting import Style, shorten, unit_label
from assistant.palette import LIGHT

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 680
LINE_HEIGHT = 260
Spec = dict[str, Any]
_SMALL_STEP, _STEP, _OFFSET_STEP = 20, 26, 13
_MOST_POINTS, _MOST_TICKS = 45, 80
_MOST_CELL_TEXTS = 16
_JANUARY = "utcmonth(datum.value) == 0"
_TIME_LABELS = {
    "hour": "%H:%M", "day": "%-d %b", "week": "%-d %b", "month": "%b", "quarter": "Q%q", "year": "%Y",
}  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """The number axis: its title, how its numbers are written, and the largest number on it."""

    title: str
    style: Style
    low: float
    high: float


@dataclass(frozen=True)
class Picture:
    """What every chart has: title, note below it, the number axis, series in the order of their colours."""

    title: str
    axis: Axis
    note: str = ""
    series: tuple[str, ...] = ()
    muted: str = ""
    locale: str = "en"
    values: Sequence[Mapping[str, Any]] = field(default=())


_SIZES = {"M": "1000000", "G": "1000000000", "k": "1000"}
"""What d3 writes for a size, and what Babel calls it."""


def lines(picture: Picture, grain: str) -> Spec:
    """One line per series over time; unfinished buckets are joined by a dashed stroke to a hollow point.

    Values: `t`, `s`, `v`, `tip`, `part` (unfinished), `edge` (an end of a dashed stroke).
    """
    times = list(dict.fromkeys(value["t"] for value in picture.values))
    encoding = {"x": _time_axis(times, grain), "y": _number_axis(picture.axis), "color": _colors(picture)}
    line = {"type": "line", "strokeWidth": 2.25, "interpolate": "linear", "strokeJoin": "round", "strokeCap": "round"}
    layers: list[Spec] = [
        {"transform": [{"filter": "!datum.part"}], "mark": line},
        {"transform": [{"filter": "datum.edge"}], "mark": line | {"strokeDash": [5, 4]}},
    ]
    size = 46 if len(times) <= _MOST_POINTS else 0
    layers.append(_points("!datum.part", size, filled=True))
    layers.append(_points("datum.part", 52, filled=False))
    return _chart(picture, {"height": LINE_HEIGHT, "encoding": encoding, "layer": layers})


def marked(spec: Mapping[str, Any], marks: Sequence[Mark]) -> Spec:
    """A picture over time with a dotted line at each mark that lies within it, and its words at the top."""
    times = sorted(value["t"][:10] for value in spec["data"]["values"])
    within = [one for one in marks if times and times[0] <= one.day.isoformat() <= times[-1]]
    if not within:
        return dict(spec)
    values = [{"t": f"{one.day}T00:00:00Z", "tip": one.text, "text": shorten(one.text)} for one in within]
    middle = times[len(times) // 2]
    x = {"field": "t", "type": "temporal"}
    rule = {
        "data": {"values": values},
        "mark": {"type": "rule", "strokeDash": [2, 3], "strokeWidth": 1.25},
        "encoding": {
            "x": x,
            "y": {"value": 0},
            "y2": {"value": "height"},
            "color": {"value": LIGHT.faint},
            **_described(),
        },
    }
    words = [_words(value, place, value["t"][:10] > middle) for place, value in enumerate(values)]
    return {**spec, "layer": [*spec["layer"], rule, *words]}


def _words(value: Mapping[str, str], place: int, is_late: bool) -> Spec:
    """The words beside a mark, above the picture, each on a line of its own."""
    mark = {
        "type": "text",
        "align": "right" if is_late else "left",
        "dx": -5 if is_late else 5,
        "fontSize": 10.5,
        "aria": False,
    }
    encoding = {
        "x": {"field": "t", "type": "temporal"}, "y": {"value": -8 - 13 * place}, "color": {"value": LIGHT.faint},
        "text": {"field": "text", "type": "nominal"},
    }  # fmt: skip
    return {"data": {"values": [value]}, "mark": mark, "encoding": encoding}


def bars(picture: Picture, room: float = 0.0) -> Spec:
    """One horizontal bar per category in the order of the values, each with its number.

    Values: `k`, `v`, `tip`, `text`.
    """
    encoding = {"y": _category_axis(picture), "x": _number_axis(picture.axis, room or _room(picture))}
    bar = {"type": "bar", "color": LIGHT.series[0], "height": {"band": 0.72}}
    layers = [{"mark": bar, "encoding": _described()}, _bar_text()]
    return _chart(picture, {"height": {"step": _step(picture)}, "encoding": encoding, "layer": layers})


def grouped_bars(picture: Picture, room: float = 0.0) -> Spec:
    """Bars side by side within each category, one per series. Values: `k`, `s`, `v`, `tip`, `text`."""
    offset = {"field": "s", "type": "nominal", "sort": list(picture.series)}
    encoding = {
        "y": _category_axis(picture), "yOffset": offset,
        "x": _number_axis(picture.axis, room or _room(picture)), "color": _colors(picture),
    }  # fmt: skip
    layers = [{"mark": {"type": "bar"}, "encoding": _described()}, _bar_text()]
    return _chart(picture, {"height": {"step": _OFFSET_STEP, "for": "offset"}, "encoding": encoding, "layer": layers})


def _room(picture: Picture) -> float:
    """How much longer than the longest bar the axis is: the numbers behind the bars stand in it, on a phone, too."""
    longest = max((len(str(value.get("text", ""))) for value in picture.values), default=0)
    return 1.2 + 0.05 * max(0, longest - 6)


def stacked_bars(picture: Picture) -> Spec:
    """Bars made of one piece per series. Values: `k`, `s`, `v`, `tip`, `i` (order of the pieces)."""
    encoding = {
        "y": _category_axis(picture), "x": _number_axis(picture.axis) | {"stack": "zero"},
        "color": _colors(picture), "order": {"field": "i", "type": "quantitative"}, **_described(),
    }  # fmt: skip
    bar = {"type": "bar", "height": {"band": 0.76}, "stroke": LIGHT.ground, "strokeWidth": 1}
    return _chart(picture, {"height": {"step": _step(picture)}, "encoding": encoding, "mark": bar})


def heat_field(picture: Picture, title: str, *, whole_first: bool = True) -> Spec:
    """Cells by category and age, shaded by their number; few enough columns show it as well.

    `whole_first` tells that the first column holds all of each category, which would pale the others.

    Values: `k`, `s` (the age), `v`, `tip`, `text`.
    """
    ages = list(dict.fromkeys(value["s"] for value in picture.values))
    axis = {"title": title, "orient": "top", "labelAngle": 0, "ticks": False, "domain": False, "grid": False}
    axis |= {"labelOverlap": True}
    encoding = {
        "y": _category_axis(picture),
        "x": {"field": "s", "type": "ordinal", "sort": sorted(ages), "axis": axis},
    }
    told = [value for value in picture.values if value["v"] is not None]
    later = [value["v"] for value in told if not (whole_first and value["s"] == min(ages))]
    highest = max(later, default=picture.axis.high)
    scale = {"range": [LIGHT.line, LIGHT.series[0]], "domain": [0, highest], "clamp": True}
    shade = {"field": "v", "type": "quantitative", "scale": scale, "legend": None}
    cell = {"type": "rect", "stroke": LIGHT.ground, "strokeWidth": 1}
    layers: list[Spec] = [{"mark": cell, "encoding": {"color": shade, **_described()}}]
    if len(ages) <= _MOST_CELL_TEXTS:
        layers.append(_cell_text(highest))
    return _chart(picture, {"height": {"step": _SMALL_STEP}, "encoding": encoding, "layer": layers})


def _cell_text(highest: float) -> Spec:
    """The number in its cell, light on the dark half of the shades."""
    color = {"condition": {"test": f"datum.v > {highest / 2}", "value": LIGHT.ground}, "value": LIGHT.ink}
    mark = {"type": "text", "baseline": "middle", "fontSize": 9.5, "aria": False}
    return {"mark": mark, "encoding": {"text": {"field": "text", "type": "nominal"}, "color": color}}


def _chart(picture: Picture, body: Spec) -> Spec:
    title = {"text": list(_wrapped(picture.title))} | ({"subtitle": picture.note} if picture.note else {})
    return {
        "$schema": SCHEMA,
        "description": picture.title,
        "title": title,
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": list(picture.values)},
        **body,
        "config": _config(picture),
    }


def _wrapped(text: str, limit: int = 90) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) >= limit:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def _points(only: str, size: int, filled: bool) -> Spec:
    mark: Spec = {"type": "point", "size": size or 30, "opacity": 1 if size else 0, "strokeWidth": 2}
    mark |= {"filled": True} if filled else {"filled": False, "fill": LIGHT.ground}
    return {"transform": [{"filter": f"{only} && isValid(datum.v)"}], "mark": mark, "encoding": _described()}


def _described() -> Spec:
    return {"tooltip": {"field": "tip", "type": "nominal"}, "description": {"field": "tip", "type": "nominal"}}


def _bar_text() -> Spec:
    """The number at the end of its bar; it says nothing to a screen reader, the bar itself does."""
    mark = {
        "type": "text", "baseline": "middle", "fontSize": 11, "color": LIGHT.faint, "aria": False,
        "align": {"expr": "datum.v < 0 ? 'right' : 'left'"}, "dx": {"expr": "datum.v < 0 ? -5 : 5"},
    }  # fmt: skip
    return {"mark": mark, "encoding": {"text": {"field": "text", "type": "nominal"}, "color": {"value": LIGHT.faint}}}


def _step(picture: Picture) -> int:
    return _STEP if len(picture.values) <= 15 else _SMALL_STEP


def _category_axis(picture: Picture) -> Spec:
    keys = list(dict.fromkeys(value["k"] for value in picture.values))
    axis = {"title": None, "ticks": False, "domain": False, "labelPadding": 8, "grid": False}
    return {"field": "k", "type": "nominal", "sort": keys, "axis": axis}


def _time_axis(times: Sequence[str], grain: str) -> Spec:
    pattern = _TIME_LABELS.get(grain, "%-d %b %Y")
    under = f"datum.index == 0 || {_JANUARY}" if grain in ("month", "quarter", "half") else "datum.index == 0"
    below = "%-d %b %Y" if grain == "hour" else "%Y"
    label = f"utcFormat(datum.value, '{pattern}')"
    if grain == "half":
        label = "(utcmonth(datum.value) < 6 ? 'H1' : 'H2')"
    if grain == "half" or (grain in _TIME_LABELS and grain != "year"):
        label = f"[{label}, ({under}) ? utcFormat(datum.value, '{below}') : '']"
    axis: Spec = {"title": None, "labelExpr": label, "grid": False, "labelOverlap": "parity", "ticks": False}
    if len(times) <= _MOST_TICKS:
        axis["values"] = sorted(times)
    return {"field": "t", "type": "temporal", "scale": {"type": "utc", "padding": 6}, "axis": axis}


def _number_axis(axis: Axis, room: float = 1.0) -> Spec:
    """The number axis starts at zero, except for lines that move little far above it; `room` leaves place for text."""
    unit = unit_label(axis.style)
    named = unit and unit.lower() not in axis.title.lower()
    low = min(0.0, axis.low)
    scale: Spec = {"zero": True}
    if room > 1:
        scale = {"domain": [low * room, max(0.0, axis.high * room) or 1.0]}
    elif axis.low > 0 and axis.high - axis.low < axis.low / 4:
        low, scale = axis.low, {"zero": False, "padding": 12}
    title = f"{axis.title} ({unit})" if named and axis.title else axis.title or unit
    spec: Spec = {"title": title, "labelExpr": _number_label(axis, axis.high - low), "tickCount": 5}
    spec["labelSeparation"] = 8  # on a phone numbers would touch
    if axis.style.kind == "integer":
        spec["tickMinStep"] = 1
    return {"field": "v", "type": "quantitative", "scale": scale, "axis": spec}


def _number_label(axis: Axis, width: float) -> str:
    """How a number on the axis is written; `width` is the stretch of numbers that the axis covers."""
    sign = "$" if axis.style.currency else ""
    if axis.style.kind in ("percent", "points"):
        return f"format(datum.value, '.{0 if width > 0.04 else 1 if width > 0.004 else 2}%')"
    if max(abs(axis.high), abs(axis.low)) >= 10_000:
        return _short_label(sign, axis.style.locale)
    return f"format(datum.value, '{sign},.2~f')"


def _short_label(sign: str, locale: str) -> str:
    """Thousands, millions and billions as the reader's language shortens them; what it writes in full stays so."""
    patterns = Locale.parse(locale).compact_decimal_formats["short"]["other"]
    short = {letter: patterns[size].suffix[0].replace("'", "") for letter, size in _SIZES.items()}
    told = f"format(datum.value, '{sign}.3~s')"
    for letter, word in short.items():
        told = f"replace({told}, '{letter}', '{word}')"
    return told if short["k"] else f"abs(datum.value) < 1e6 ? format(datum.value, '{sign},.2~f') : {told}"


def _colors(picture: Picture) -> Spec:
    """One colour a series in order; the muted series (what was before) is grey."""
    names = list(picture.series)
    taken = [LIGHT.muted if name == picture.muted else LIGHT.series[i % 8] for i, name in enumerate(names)]
    legend = {"title": None} if len(names) > 1 else None
    return {"field": "s", "type": "nominal", "scale": {"domain": names, "range": taken}, "legend": legend}


def _config(picture: Picture) -> Spec:
    text = {"labelColor": LIGHT.faint, "titleColor": LIGHT.faint, "labelFontSize": 11, "titleFontSize": 11}
    return {
        "background": "transparent",
        "font": "Arial, Helvetica, 'Liberation Sans', sans-serif",  # one set of widths wherever it is drawn
        "locale": _locale(picture),
        "view": {"stroke": None},
        "axis": text | {"gridColor": LIGHT.line, "domainColor": LIGHT.line, "titleFontWeight": 500, "titlePadding": 8},
        "axisY": {"labelLimit": 190, "domain": False, "ticks": False, "labelPadding": 8},
        "axisX": {"ticks": False},
        "legend": text
        | {"orient": "top", "symbolType": "square", "symbolSize": 90, "columns": 4, "labelLimit": 150, "offset": 12},
        "title": {
            "anchor": "start", "color": LIGHT.ink, "subtitleColor": LIGHT.faint, "fontSize": 14, "fontWeight": 600,
            "subtitleFontSize": 11, "offset": 14, "frame": "group",
        },
    }  # fmt: skip


def _locale(picture: Picture) -> Spec:
    """How Vega writes numbers and days in the reader's language."""
    locale = picture.locale
    money = unit_label(picture.axis.style) if picture.axis.style.currency else ""
    after = Locale.parse(locale).currency_formats["standard"].pattern.startswith("#")
    months = {width: list(get_month_names(width, locale=locale).values()) for width in ("wide", "abbreviated")}
    days = {width: get_day_names(width, locale=locale) for width in ("wide", "abbreviated")}
    week = {width: [names[(i + 6) % 7] for i in range(7)] for width, names in days.items()}
    return {
        "number": {
            "decimal": get_decimal_symbol(locale), "thousands": get_group_symbol(locale), "grouping": [3],
            "currency": ["", f"\u00a0{money}"] if after else [money, ""],
        },
        "time": {
            "dateTime": "%x, %X", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["AM", "PM"],
            "days": week["wide"], "shortDays": week["abbreviated"],
            "months": months["wide"], "shortMonths": months["abbreviated"],
        },
    }  # fmt: skip
