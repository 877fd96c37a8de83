"""The bands themselves: those that a question says, in the unit of the number, or those that fit the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Refusal
from assistant.formatting import step
from assistant.understanding.forms.amounts import MINUTES, UNITS
from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.band_words import Number, Range, Wanted
from assistant.understanding.spreads import MOST, are_too_many, counted, fitting, in_so_many, stepped
from semantic_layer import Bands, GroupBy, SimpleMetric, holds_whole_numbers

LENGTHS = {**MINUTES, "second": UNITS["seconds"]}


def said_bands(asking: Asking, wanted: Wanted, field: str) -> Bands | Refusal | None:
    """The bands that are said, or those that fit the numbers of a field; None where the unit is another one."""
    known = asking.world.layer.fields[field]
    spread, whole = asking.world.spreads.get(field), holds_whole_numbers(asking.world.layer, field)
    scale = _scale(asking, wanted.unit, field)
    if scale is None:
        return None
    if wanted.ranges:
        scaled = [_scaled(one, scale) for one in wanted.ranges]
        return _edged(scaled, whole)
    if wanted.width:
        width = _plain(wanted.width * scale)
        return _refused(asking, field, width) if are_too_many(spread, width) else stepped(spread, width)
    if wanted.count:
        return in_so_many(spread, wanted.count, known.unit, whole) if spread is not None else None
    return fitting(spread, known.unit, whole)


def _refused(asking: Asking, field: str, width: Number) -> Refusal:
    known = asking.world.layer.fields[field]
    better = fitting(asking.world.spreads.get(field), known.unit, holds_whole_numbers(asking.world.layer, field))
    return asking.refused("too_many_bands", width=f"{width:g}", what=known.title, better=f"{better.width or 0:g}")


def _scale(asking: Asking, unit: str, field: str) -> float | None:
    """How many of a field's unit one of the unit said is; None where they do not go together."""
    known = asking.world.layer.fields[field]
    own = asking.world.language.forms.plain(known.unit)
    if not unit or unit == own or (unit == "currency" and known.format == "currency"):
        return 1
    if unit in LENGTHS and known.unit in UNITS:
        return LENGTHS[unit] / UNITS[known.unit]
    return None


def _scaled(one: Range, scale: float) -> Range:
    low, high = (None if end is None or end == -1 else _plain(end * scale) for end in (one.low, one.high))
    return replace(one, low=-1 if one.low == -1 else low, high=high)


def _edged(ranges: Sequence[Range], whole: bool) -> Bands | None:
    """The edges of ranges that do not overlap; a range of whole numbers may end just before the next one."""
    edges: list[Number] = []
    last: set[Number] = set()
    for one in ranges:
        begins = one.low if one.low is None or not (whole and one.low_out) or one.low == -1 else one.low + 1
        if last and begins is not None and begins != -1 and begins not in last:
            edges.append(max(last))  # what lies between them is a band of its own
        start = begins if begins != -1 else max(last)
        if start is not None:
            edges.append(start)
        ends = one.high if one.high is None or not (whole and one.upper_in) else one.high + 1
        last = {end for end in (one.high, ends) if end is not None}
    if last:
        edges.append(max(last))
    return Bands(edges=tuple(edges)) if edges and edges == sorted(set(edges)) else None


def _plain(value: float) -> Number:
    return int(value) if value == int(value) else value


def bands_of_each(asking: Asking, wanted: Wanted, metric: str) -> Bands | None:
    """The bands that are said of a metric of each entity, or those that its kind has by itself."""
    known = asking.world.layer.metrics[metric]
    measure = asking.world.layer.measures[known.measure] if isinstance(known, SimpleMetric) else None
    counts = measure is not None and measure.agg.startswith("count")
    if wanted.count or (wanted.unit and (wanted.unit, known.format) != ("currency", "currency")):
        return None
    if wanted.ranges:
        return _edged(wanted.ranges, whole=counts or known.format == "integer")
    if wanted.width:
        return Bands(width=wanted.width, top=_plain(wanted.width * MOST))
    return counted() if counts else fitting(None, known.unit, whole=False)


def how_chosen(asking: Asking, wanted: Wanted, group: GroupBy) -> Iterator[str]:
    """That the bands were chosen, and how to ask for others; nothing where the question says them."""
    if wanted.ranges or wanted.width or wanted.count or group.bands is None or group.bands.width == 1:
        return
    known = asking.world.layer.fields.get(group.field)
    language, width = asking.world.language, group.bands.width
    said = step(width, known.unit if known is not None else "", language.reader)
    yield language.message("bands_chosen", step=said) if width else language.message("bands_chosen_wide")
