"""The pictures of an incident: its course over what was expected, and the parts that its change is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from json import dumps
from typing import Any

from babel.dates import format_date, format_skeleton

from assistant.formatting import DAY_FIRST, Style, compact, signed
from assistant.monitor.delivery_picture import track_spec
from assistant.monitor.records import Finding, Track
from assistant.palette import LIGHT
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, tag
from assistant.ui.picture import svg

MOST_BARS, MOST_DAYS, STEPS = 6, 7, 6
MOST_REST = 0.5  # parts that leave more than half of the change open were counted over another span
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"  # as in the pictures of answers
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def track_figure(track: Track, title: str, said: tuple[tuple[date, ...], str], style: Style, look: Look) -> Markup:
    """What came, what was expected and the usual range, as a chart; nothing when there is nothing to draw.

    `said` are the days to be marked, and what stands below the picture.
    """
    marked, legend = said
    spec = track_spec(track, title, marked)
    if spec is None:
        return join([])
    across, up = _days_axis(track, look.locale), _amounts_axis(track, style)
    for layer in spec["layer"]:
        layer["encoding"]["x"] = {**layer["encoding"]["x"], "axis": across}
        layer["encoding"]["y"] = {**layer["encoding"]["y"], "axis": up}
    spec = {**spec, "config": {**spec["config"], "font": FONT}}
    label = look.say("alerts.chart", {"title": title})
    caption = tag("figcaption", legend)
    return tag("figure", join([svg(spec), caption]), {"class": "tw-chart", "aria-label": label})


def legend(track: Track, look: Look) -> str:
    """What line, band and points of a track's picture are."""
    return look.say("alerts.legend" if is_banded(track) else "alerts.legend_plain")


def is_banded(track: Track) -> bool:
    """Whether anything is known of what was usual."""
    return any(value is not None for value in track.lower)


def _days_axis(track: Track, locale: str) -> dict[str, Any]:
    """Some days of the track, written in the reader's language; the same number of days apart."""
    every = max(1, math.ceil(len(track.starts) / MOST_DAYS))
    shown = track.starts[::-1][::every]
    said = {_milliseconds(day): _short_day(day, locale) for day in shown}
    return {
        **_axis(said),
        "values": list(said),
        "grid": False,
        "labelOverlap": "greedy",
        "labelSeparation": 10,
        "labelExpr": f"({dumps(said)})[time(datum.value)]",
    }


def _short_day(day: date, locale: str) -> str:
    if locale == "en":
        return format_date(day, DAY_FIRST["MMMd"], locale)
    return format_skeleton("MMMd", day, locale=locale)


def _milliseconds(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _amounts_axis(track: Track, style: Style) -> dict[str, Any]:
    """Round amounts within what was seen, with their unit."""
    known = [value for row in (track.values, track.lower, track.upper) for value in row if value is not None]
    amounts = _round_amounts(min(known), max(known))
    if all(one.is_integer() for one in amounts) and style.kind in ("currency", "decimal"):
        style = replace(style, decimals=0)  # 80, not 80.00
    said = {int(one) if one.is_integer() else one: compact(one, style) for one in amounts}
    return {**_axis(said), "values": list(said), "labelExpr": f"({dumps(said)})[datum.value]"}


def _axis(said: dict[Any, str]) -> dict[str, Any]:
    look = {"labelColor": LIGHT.faint, "labelFontSize": 11, "gridColor": LIGHT.line, "labelPadding": 6}
    return {**look, "title": None, "domain": False, "ticks": False, "tickCount": len(said)}


def _round_amounts(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten between two amounts, about as many as `STEPS`."""
    wide = (high - low) / STEPS or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(wide))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= wide)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(place * step, 10) for place in range(first, last + 1)]


def waterfall(found: Finding, style: Style, look: Look) -> dict[str, Any] | None:
    """From what was expected to what came, part by part, as a Vega-Lite chart; None when the parts have no amounts.

    Parts that were counted over another span than the number do not add up to its change: they stand side by side.
    """
    parts = [(one.label or one.text, one.amount) for one in found.evidence.drivers if one.amount is not None]
    if not parts or found.expected is None or found.value is None:
        return None
    parts = sorted(parts, key=lambda part: -abs(part[1]))[:MOST_BARS]
    change = found.value - found.expected
    rest = change - sum(amount for _, amount in parts)
    if abs(rest) > MOST_REST * abs(change):
        return _bars_spec([_bar(label, 0.0, amount, _kind(amount), style) for label, amount in parts], 0.0)
    if abs(rest) > 0.005 * abs(change):
        parts.append((look.say("alerts.rest"), rest))
    rows = [_bar(look.say("alerts.expected"), 0.0, found.expected, "total", style)]
    level = found.expected
    for label, amount in parts:
        rows.append(_bar(label, level, level + amount, _kind(amount), style))
        level += amount
    rows.append(_bar(look.say("alerts.actual"), 0.0, found.value, "total", style))
    near = min(row[side] for row in rows[1:-1] for side in ("start", "end"))
    far = max(row["high"] for row in rows)
    floor = max(0.0, near - 0.5 * (far - near)) if near >= 0 else near
    return _bars_spec([{**row, "start": floor if row["kind"] == "total" else row["start"]} for row in rows], floor)


def _kind(amount: float) -> str:
    return "up" if amount > 0 else "down"


def _bar(label: str, start: float, end: float, kind: str, style: Style) -> dict[str, Any]:
    told = compact(end, style) if kind == "total" else signed(end - start, style)
    return {"label": label, "start": start, "end": end, "kind": kind, "told": told, "high": max(start, end)}


def _bars_spec(rows: Sequence[dict[str, Any]], floor: float) -> dict[str, Any]:
    """Bars from `start` to `end`, each with its amount beside it; the axis begins at `floor` or below."""
    low = min([floor, *(row[side] for row in rows for side in ("start", "end"))])
    far = max([0.0 if low <= 0 else low, *(row["high"] for row in rows)])
    room = (far - low) * 0.3 or 1.0
    x = {"type": "quantitative", "title": None, "scale": {"domain": [low, far + room], "nice": False}, "axis": None}
    labels = {"labelLimit": 180, "labelPadding": 8, "domain": False, "ticks": False}
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": labels}
    colors = {"domain": ["total", "up", "down"], "range": [LIGHT.muted, LIGHT.series[0], LIGHT.series[2]]}
    color = {"field": "kind", "type": "nominal", "legend": None, "scale": colors}
    return {
        "$schema": SCHEMA, "height": 34 * len(rows), "background": LIGHT.ground, "data": {"values": list(rows)},
        "layer": [
            {"mark": {"type": "bar", "size": 20},
             "encoding": {"x": {**x, "field": "start"}, "x2": {"field": "end"}, "y": y, "color": color}},
            {"mark": {"type": "text", "align": "left", "dx": 6, "color": LIGHT.ink, "fontSize": 12},
             "encoding": {"x": {**x, "field": "high"}, "y": y, "text": {"field": "told"}}},
        ],
        "config": {"font": FONT, "view": {"stroke": None},
                   "axis": {"labelColor": LIGHT.ink, "labelFontSize": 12, "domain": False, "ticks": False}},
    }  # fmt: skip
