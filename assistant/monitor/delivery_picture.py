"""The last buckets of what was watched as a picture: what came, what was expected, and the band around it."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.monitor.records import Track
from assistant.palette import LIGHT

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_LITE = "6.4"
WIDTH, HEIGHT = 520, 220
_SCALE = 2.0  # pixels per point, for sharp screens


def track_spec(track: Track, title: str, marked: tuple[date, ...] = ()) -> dict[str, Any] | None:
    """A Vega-Lite chart of a track, with the days `marked` as points; None when there is nothing to draw."""
    if sum(value is not None for value in track.values) < 2:
        return None
    rows = [
        {"t": start.isoformat(), "v": value, "e": expected, "lo": lower, "hi": upper, "m": start in marked}
        for start, value, expected, lower, upper in zip(
            track.starts, track.values, track.expected, track.lower, track.upper, strict=True
        )
    ]
    time = {
        "field": "t",
        "type": "temporal",
        "title": None,
        "timeUnit": "utcyearmonthdate",
        "axis": {"format": "%-d %b"},
    }

    def number(name: str) -> dict[str, Any]:
        return {"field": name, "type": "quantitative", "title": None, "scale": {"zero": False}}

    layers = [
        {"mark": {"type": "area", "color": LIGHT.series[0], "opacity": 0.14},
         "encoding": {"x": time, "y": number("lo"), "y2": {"field": "hi"}}},
        {"mark": {"type": "line", "color": LIGHT.muted, "strokeDash": [4, 3], "strokeWidth": 1.5},
         "encoding": {"x": time, "y": number("e")}},
        {"mark": {"type": "line", "color": LIGHT.series[0], "strokeWidth": 2},
         "encoding": {"x": time, "y": number("v")}},
        {"mark": {"type": "point", "color": LIGHT.series[2], "filled": True, "size": 55},
         "transform": [{"filter": "datum.m"}], "encoding": {"x": time, "y": number("v")}},
    ]  # fmt: skip
    return {
        "$schema": SCHEMA, "title": title, "width": WIDTH, "height": HEIGHT, "background": LIGHT.ground,
        "data": {"values": rows}, "layer": layers,
        "config": {"view": {"stroke": None}, "axis": {"labelColor": LIGHT.faint, "gridColor": LIGHT.line},
                   "title": {"anchor": "start", "color": LIGHT.ink, "fontSize": 13}},
    }  # fmt: skip


def png(spec: dict[str, Any]) -> bytes:
    """A chart as a picture file, drawn on this machine."""
    import vl_convert

    return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=_SCALE, allowed_base_urls=[])
