"""A chart as SVG inside the page: drawn on the server in two widths, coloured by the page's own theme.

A chart drawn by a script in the page would have a fixed width, load a megabyte of code and look for the network; an SVG
does none of that, and reads well aloud.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import count
from json import dumps, loads
from typing import Any

from assistant.palette import DARK, LIGHT, Palette
from assistant.ui.markup import Markup

VEGA_LITE = "6.4"
WIDE, NARROW = 680, 330
_NARROW_CONFIG = {
    "axisY": {"labelLimit": 104},
    "legend": {"columns": 2, "labelLimit": 120},
    "axis": {"titlePadding": 4},
}
_numbers = count(1)


def svg(spec: Mapping[str, Any]) -> Markup:
    """The chart twice, for wide and for narrow places; the page's style shows the one that fits."""
    key = dumps(spec, sort_keys=True, default=str)
    return Markup("".join(f'<div class="{css}">{_unique(drawn)}</div>' for css, drawn in _drawn(key)))


@lru_cache(maxsize=64)
def _drawn(spec: str) -> tuple[tuple[str, str], ...]:
    return tuple((css, _themed(_draw(loads(spec), width))) for css, width in (("tw-wide", WIDE), ("tw-narrow", NARROW)))


def _draw(spec: dict[str, Any], width: int) -> str:
    import vl_convert

    config = dict(spec["config"])
    if width == NARROW:
        config |= {part: config.get(part, {}) | settings for part, settings in _NARROW_CONFIG.items()}
    sized = {key: value for key, value in spec.items() if key != "title"}  # the page has said it already
    sized |= {"width": width, "config": config}
    return vl_convert.vegalite_to_svg(sized, vl_version=VEGA_LITE, allowed_base_urls=[])


def warm_up() -> None:
    """Draw nothing once, so that the first chart of a person does not wait for the drawing engine to load."""
    _draw({"data": {"values": [{"v": 1}]}, "mark": "bar", "encoding": {"x": {"field": "v"}}, "config": {}}, WIDE)


def _themed(drawn: str) -> str:
    """Colours become variables of the page, so that light and dark need no second drawing."""
    names = _variables(LIGHT)
    drawn = re.sub(r"#[0-9a-f]{6}\b", lambda found: _variable(found[0], names), drawn)
    drawn = re.sub(r'<svg [^>]*?width="(\d+)" height="(\d+)"[^>]*>', _responsive, drawn, count=1)
    drawn = re.sub(r' aria-roledescription="[^"]*"', "", drawn)
    return re.sub(r"<[^>]* role=\"graphics-[^>]*>", lambda found: _named(found[0]), drawn)


def _named(element: str) -> str:
    """What has no name of its own is no picture to those who listen; axes would be told in machine English."""
    if ' aria-label="' not in element:
        return re.sub(r' role="graphics-\w+"', "", element)
    if not re.search(r'aria-label="[XY]-axis ', element):
        return element
    silent = re.sub(r' role="graphics-symbol"| aria-label="[^"]*"', "", element)
    return f'{silent[:-1]} aria-hidden="true">'


def _variable(color: str, names: Mapping[str, str]) -> str:
    return f"var({names[color]})" if color in names else color


def _responsive(found: re.Match[str]) -> str:
    width, height = found[1], found[2]
    size = f'viewBox="0 0 {width} {height}" style="width:100%;max-width:{round(int(width) * 1.25)}px;height:auto"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="marks" aria-hidden="false" {size}>'


def _unique(drawn: str) -> str:
    """Names of clips and gradients are made unique: all drawings share one page."""
    mark = f"tw{next(_numbers)}-"
    return re.sub(r'(id="|url\(#|href="#)(?=[A-Za-z])', rf"\g<1>{mark}", drawn)


def _variables(palette: Palette) -> dict[str, str]:
    """Variable of the page by colour."""
    single = {"muted": palette.muted, "ink": palette.ink, "faint": palette.faint, "line": palette.line}
    named = {color: f"--tw-{name}" for name, color in single.items()} | {palette.ground: "--tw-ground"}
    return named | {color: f"--tw-series-{i}" for i, color in enumerate(palette.series, start=1)}


def color_css() -> str:
    """The page's colour variables for light and dark."""
    light, dark = (
        "".join(f"{name}:{color};" for color, name in _variables(palette).items()) for palette in (LIGHT, DARK)
    )
    return f":root{{{light}}}\n.dark{{{dark}}}\n"


def svg_file(spec: Mapping[str, Any]) -> str:
    """The chart as an SVG file of its own, with its title, in the colours of the light page."""
    import vl_convert

    return vl_convert.vegalite_to_svg(_alone(spec), vl_version=VEGA_LITE, allowed_base_urls=[])


def png(spec: Mapping[str, Any]) -> bytes:
    """The chart as a PNG file, two pixels to the point, with its title, on white."""
    import vl_convert

    return vl_convert.vegalite_to_png(_alone(spec), vl_version=VEGA_LITE, scale=2, allowed_base_urls=[])


def _alone(spec: Mapping[str, Any]) -> dict[str, Any]:
    title = {**spec.get("title", {}), "fontSize": 12, "anchor": "start", "frame": "bounds", "offset": 14}
    return {**spec, "title": title, "width": WIDE, "background": LIGHT.ground, "padding": 16}
