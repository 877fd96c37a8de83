"""How far the numbers of a field lie apart, as read with the snapshot, and the bands that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log, log10

from semantic_layer import Bands

WANTED, MOST = 10, 40  # bands that a picture shows well, and those that it can show at all
FEW_VALUES = 12
STEPS = (1, 2, 5)
FINE_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
STEPS_OF_TIME = {
    "seconds": (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400),
    "minutes": (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400),
    "hours": (1, 2, 3, 6, 12, 24, 48, 120, 240),
}  # fmt: skip
UNKNOWN = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)

Number = int | float


@dataclass(frozen=True)
class Spread:
    """The smallest number of a field, the one that 99 of 100 do not exceed, and the largest."""

    low: float
    high: float
    largest: float


def fitting(spread: Spread | None, unit: str, whole: bool) -> Bands:
    """Bands of a width that people count in (1, 2 or 5 times a power of ten; parts of hours and days for times).

    About ten of them hold 99 of 100 numbers; what lies above is one band more. Where nothing is known of the numbers
    the bands grow with them.
    """
    if spread is None:
        return Bands(edges=UNKNOWN)
    if whole and spread.largest - spread.low <= FEW_VALUES:
        return Bands(width=1)
    return stepped(spread, _width(spread.high - spread.low, unit, whole))


def counted() -> Bands:
    """Bands of how often something is done: each number by itself, up to ten."""
    return Bands(width=1, top=WANTED)


def stepped(spread: Spread | None, width: Number) -> Bands:
    """Steps of a width; what lies above 99 of 100 numbers is one band where it would be many."""
    if spread is None:
        return Bands(width=width)
    start: Number = 0 if spread.high > 0 else floor(spread.low / width) * width
    top = ceil(round((spread.high - start) / width, 6)) * width + start
    return Bands(width=width) if spread.largest < top + width else Bands(width=width, start=start, top=_plain(top))


def in_so_many(spread: Spread, count: int, unit: str, whole: bool) -> Bands | None:
    """So many bands, the last of them open; None where numbers below 0 would make more."""
    if spread.low < 0 or not 1 < count <= MOST:
        return None
    wanted = max(spread.high / (count - 1), 1e-9)
    widths = (_widths(wanted, unit, whole, FINE_STEPS), _widths(wanted * 10, unit, whole, STEPS))
    width = min(one for found in widths for one in found if one >= wanted)
    return Bands(width=width, top=_plain(width * (count - 1)))


def are_too_many(spread: Spread | None, width: Number) -> bool:
    """Whether steps of a width are more than a picture can show."""
    return spread is not None and (spread.high - min(spread.low, 0)) / width > MOST


def _width(distance: float, unit: str, whole: bool) -> Number:
    """The width among those that people count in that gives about as many bands as wanted."""
    wanted = max(distance, 1e-9) / WANTED
    return min(_widths(wanted, unit, whole), key=lambda one: (abs(log(one / wanted)), one))


def _widths(wanted: float, unit: str, whole: bool, steps: Sequence[float] = STEPS) -> list[Number]:
    """Widths around one that is wanted; those of whole numbers are whole."""
    power = floor(log10(max(wanted, 1e-9)))
    found = [_plain(step * 10.0**size) for size in range(power - 1, power + 2) for step in steps]
    timed = STEPS_OF_TIME.get(unit, ())
    near = [one for one in (*timed, *found) if not timed or one in timed or wanted > timed[-1]]
    return [one for one in near if isinstance(one, int)] or [1] if whole else near


def _plain(value: float) -> Number:
    """The number as people write it: without parts where it has none."""
    rounded = round(value, 9)
    return int(rounded) if rounded == int(rounded) else rounded
