"""Which clock a time field shows, as far as the model can know."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from semantic_layer.model import SemanticLayer

TimeKind = Literal["date", "clock", "instant", ""]


def time_kind(layer: SemanticLayer, ref: str) -> TimeKind:
    """Whether a time field holds days, times on some clock, or instants that know their zone; empty when not known.

    Known from the type of its column, or from the field's `stored_in`.
    """
    one = layer.fields.get(ref)
    dataset, _, name = ref.partition(".")
    kind = column_type(layer, dataset, one.sql if one else name)
    if kind == "DATE":
        return "date"
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"):
        return "instant"
    return "clock" if kind.startswith("TIMESTAMP") or kind == "DATETIME" or (one and one.stored_in) else ""


def column_type(layer: SemanticLayer, dataset: str, column: str) -> str:
    """The type of a dataset's column in capitals; empty when there is no such column or types are not known."""
    if dataset not in layer.datasets:
        return ""
    columns = layer.schema.get(layer.datasets[dataset].source.lower())
    return columns.get(column.strip('"').lower(), "").upper() if columns else ""


@lru_cache(maxsize=256)
def is_time_zone(name: str) -> bool:
    """True for a name of the IANA time zone database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
