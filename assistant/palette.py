"""The product's colours for charts: eight series apart from each other also for colour-blind readers, light and dark.

Each has a contrast of at least 3:1 with its ground. The order is that in which series take them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one ground: series, the muted series for what was before, text, faint text, lines, the ground."""

    series: tuple[str, ...]
    muted: str
    ink: str
    faint: str
    line: str
    ground: str


LIGHT = Palette(
    series=("#1c64d7", "#ae8a0d", "#95173e", "#2f9fb1", "#772a88", "#be425f", "#ac77fa", "#8c509a"),
    muted="#868f9e",
    ink="#1b2230",
    faint="#5a6474",
    line="#dfe3ea",
    ground="#ffffff",
)
DARK = Palette(
    series=("#5b96fa", "#e0c931", "#c04637", "#3ae0e8", "#f57377", "#a64ba0", "#1ebde3", "#c36da8"),
    muted="#8b95a5",
    ink="#e8ebf1",
    faint="#a5aebd",
    line="#2d3442",
    ground="#161a22",
)
