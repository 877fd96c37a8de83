"""Times of day: "orders between 6 pm and 10 pm", "visits after 20:00", "sales before noon" mean hours of a day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from semantic_layer import Filter, SemanticQuery, Share, hour_beside, is_weekday

HALF_DAY, DAY = 12, 24
TIED = re.compile(r"(\d{1,2})(am|pm|h)$")


@dataclass(frozen=True)
class Told:
    """An hour that is told, where its words end, and whether it says which half of the day it lies in."""

    hour: int
    behind: int
    half: str


def clock_times(asking: Asking) -> Plan | None:
    """The plan of a question without its time of day, for the hours that it means; None without one."""
    found = _found(asking)
    if found is None or any(token.plain in asking.world.language.data["weekdays"] for token in asking.tokens):
        return None
    first, behind, hours = found
    made = asking.made(" ".join(("on", *asking.world.language.words("weekend_days"))), first)
    plan = asking.read((*asking.tokens[:first], *made, *asking.tokens[behind:]))
    query = _with_hours(plan.query, hours, asking) if plan is not None else None
    return replace(plan, query=query) if plan is not None and query is not None and asking.stands(query) else None


def _with_hours(query: SemanticQuery, hours: tuple[int, ...], asking: Asking) -> SemanticQuery | None:
    """The query with the hours in the place of the days of the week that held it; None where these hold elsewhere."""
    layer, days = asking.world.layer, asking.world.language.words("weekend_days")
    held = [one for one in query.filters if is_weekday(layer, one.field) and set(one.values) < set(days)]
    field = hour_beside(layer, held[0].field) if len(held) == 1 and held[0].op == "in" else ""
    if not field:
        return None
    fresh = Filter(field=field, op="in", values=hours)
    kept = [fresh if one is held[0] else one for one in query.filters]
    shares = [_of_hours(one, held[0], fresh) for one in query.shares]
    return query.model_copy(update={"filters": tuple(kept), "shares": tuple(shares)})


def _of_hours(share: Share, held: Filter, fresh: Filter) -> Share:
    """A share whose case is the hours in the place of the days."""
    fields = [fresh.field if name == held.field else name for name in share.apart_from]
    apart = [fresh if one == held else one for one in share.apart]
    return share.model_copy(update={"apart_from": tuple(fields), "apart": tuple(apart)})


def _found(asking: Asking) -> tuple[int, int, tuple[int, ...]] | None:
    """Where a time of day stands, with the hours that it means."""
    for at in range(len(asking.tokens)):
        found = _between(asking, at) or _open(asking, at)
        if found is not None:
            return at, *found
    return None


def _between(asking: Asking, at: int) -> tuple[int, tuple[int, ...]] | None:
    """ "from 9 to 5 pm", "between 18:00 and 22:00", "10 pm - 2 am": up to the last hour, which it does not begin."""
    start = asking.end(at, "clock_from") or at
    first = _hour(asking, start)
    joint = asking.end(first.behind, "clock_to") if first else None
    last = _hour(asking, joint) if joint is not None else None
    if first is None or last is None or not last.half:
        return None
    begin = first.hour if first.half else _same_half(first.hour, last)
    length = (last.hour - begin) % DAY
    return (last.behind, tuple(sorted((begin + step) % DAY for step in range(length)))) if length else None


def _same_half(hour: int, last: Told) -> int:
    """The first hour where only the last one says which half of the day it lies in: "6 to 10 pm", "10 to 2 pm"."""
    return hour + HALF_DAY if last.half == "pm" and hour + HALF_DAY < last.hour else hour


def _open(asking: Asking, at: int) -> tuple[int, tuple[int, ...]] | None:
    """ "after 8 pm", "before noon", "at 19:00"."""
    for name in ("clock_after", "clock_before", "clock_at"):
        behind = asking.end(at, name)
        told = _hour(asking, behind) if behind is not None else None
        if told is None or not told.half:
            continue
        hours = {"clock_after": range(told.hour, DAY), "clock_before": range(told.hour)}.get(name, (told.hour,))
        return (asking.past(told.behind, "clock_onward"), tuple(hours)) if hours else None
    return None


def _hour(asking: Asking, at: int) -> Told | None:
    """The full hour that is told here, between 0 and 23."""
    for name, hour in (("noon", HALF_DAY), ("midnight", 0)):
        behind = asking.end(at, name)
        if behind is not None:
            return Told(hour, behind, "day")
    word = asking.tokens[at].text if at < len(asking.tokens) else ""
    tied = TIED.match(word)
    number = tied.group(1) if tied else word
    if not (number.isdecimal() and len(number) <= 2 and int(number) < DAY + 1):
        return None
    half, behind = (tied.group(2), at + 1) if tied else _half(asking, at + 1)
    return _told(int(number), half, behind)


def _half(asking: Asking, at: int) -> tuple[str, int]:
    for name in ("am", "pm", "full_hour"):
        behind = asking.end(at, name)
        if behind is not None:
            return name, behind
    return "", at


def _told(number: int, half: str, behind: int) -> Told | None:
    if half not in ("am", "pm"):
        return Told(number % DAY, behind, half)
    if not 1 <= number <= HALF_DAY:
        return None
    return Told(number % HALF_DAY + (HALF_DAY if half == "pm" else 0), behind, half)
