"""A sentence becomes a monitor: what is watched is understood as any question is, and every word is accounted for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from assistant.answer import Clarification, Plan, Refusal
from assistant.monitor.monitors import Grain, Monitor
from assistant.understanding import Understanding
from semantic_layer import GroupBy, RatioMetric, SemanticLayer, SemanticQuery, stands

PHRASES = Path(__file__).parent / "sentences.yml"
_NUMBER = (
    r"(?P<sign>[€$£]\s*)?(?P<number>-?\d+(?:[.,]\d+)*)\s*"
    r"(?P<unit>%|percent\b|k\b|m\b|thousand\b|million\b|eur\b|euros?\b|€|[$£])?"
)
_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "%": 0.01, "percent": 0.01}
_COARSER: dict[Grain, tuple[Grain, ...]] = {
    "hour": ("hour", "day", "week", "month"),
    "day": ("day", "week", "month"),
    "week": ("week", "month"),
    "month": ("month",),
}
_NO_METRIC = "Say what to watch, such as `tell me when repeat purchase rate falls below 20%`."


@dataclass(frozen=True)
class _Read:
    """A sentence while it is read: what is left of it, and what was taken off."""

    rest: str
    below: float | None = None
    above: float | None = None
    is_percent: bool = False
    direction: str = "either"
    effect: float | None = None
    grain: Grain | None = None
    sensitivity: str = "normal"


def monitor_of(sentence: str, understanding: Understanding, layer: SemanticLayer) -> Monitor | Refusal | Clarification:
    """The monitor that a sentence asks for, or why there is none, naming the words that found no place."""
    read = _read(sentence)
    if not read.rest:
        return Refusal(sentence, "NOT_AVAILABLE", _NO_METRIC)
    plan = understanding.plan(read.rest)
    if isinstance(plan, Refusal | Clarification):
        return plan
    if not isinstance(plan, Plan):
        return Refusal(sentence, "NOT_AVAILABLE", _NO_METRIC)
    query = _as_share(plan.query, layer) if read.is_percent and len(plan.query.metrics) == 1 else plan.query
    refused = _unfit(sentence, query, layer, read)
    return refused or _made(sentence, query, layer, read)


def _as_share(query: SemanticQuery, layer: SemanticLayer) -> SemanticQuery:
    """The query for the one percentage that a count or sum is the upper part of ("repeat orders below 20%")."""
    name = query.metrics[0]
    if layer.metrics[name].format == "percent":
        return query
    shares = [one for one, metric in layer.metrics.items()
              if isinstance(metric, RatioMetric) and metric.numerator == name and metric.format == "percent"
              and not metric.hidden]  # fmt: skip
    return query.model_copy(update={"metrics": (shares[0],)}) if len(shares) == 1 else query


def _read(sentence: str) -> _Read:
    text = " ".join(sentence.strip().rstrip("?!. ").split())
    words, read = _phrases(), _Read(text)
    while (shorter := _strip_front(read.rest, words["lead"])) != read.rest:
        read = replace(read, rest=shorter)
    for grain in get_args(Grain):
        rest, found = _taken(read.rest, words["grain"][grain])
        read = replace(read, rest=rest, grain=grain) if found else read
    for name, phrases in words["sensitivity"].items():
        rest, found = _taken(read.rest, phrases)
        read = replace(read, rest=rest, sensitivity=name) if found else read
    return _with_change(_with_limit(read))


def _with_limit(read: _Read) -> _Read:
    for side in ("below", "above"):
        pattern = rf"\b(?:{_any(_phrases()[side])})\s+{_NUMBER}"
        found = re.search(pattern, read.rest, re.IGNORECASE)
        if found:
            value, is_percent = _amount(found)
            rest = _joined(read.rest[: found.start()], read.rest[found.end() :])
            kept = replace(read, rest=rest, is_percent=is_percent)
            return replace(kept, below=value) if side == "below" else replace(kept, above=value)
    return read


def _with_change(read: _Read) -> _Read:
    if read.below is not None or read.above is not None:
        return read
    words = _phrases()
    for direction in ("down", "up"):
        pattern = rf"\b(?:{_any(words[direction])})(?:\s+(?:{_any(words['by'])})\s+{_NUMBER})?$"
        found = re.search(pattern, read.rest, re.IGNORECASE)
        if found:
            amount = _amount(found) if found.group("number") else (None, False)
            effect = amount[0] if amount[1] else None
            return replace(read, rest=read.rest[: found.start()].strip(), direction=direction, effect=effect)
    rest, _ = _taken(read.rest, words["odd"])
    return replace(read, rest=rest)


def _amount(found: re.Match[str]) -> tuple[float, bool]:
    """The number as it counts (20% is 0.2), and whether it was a percentage."""
    text = found.group("number")
    plain = text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text) else text.replace(",", ".")
    unit = (found.group("unit") or "").lower()
    return round(float(plain) * _TIMES.get(unit, 1.0), 12), unit in ("%", "percent")


def _unfit(sentence: str, query: SemanticQuery, layer: SemanticLayer, read: _Read) -> Refusal | None:
    if len(query.metrics) != 1 or query.entity or query.pivot or query.top:
        return Refusal(sentence, "NOT_AVAILABLE", f"A monitor watches one number. {_NO_METRIC}")
    metric = layer.metrics[query.metrics[0]]
    limited = read.below is not None or read.above is not None
    if limited and (metric.format == "percent") != read.is_percent:
        told = f"{metric.title} is {'a' if metric.format == 'percent' else 'no'} percentage; "
        return Refusal(
            sentence, "NOT_AVAILABLE", told + f"write the limit {'with %' if not read.is_percent else 'without %'}."
        )
    if query.time_range is not None and (query.time_range.start or query.time_range.end):
        return Refusal(
            sentence, "NOT_AVAILABLE", "A monitor has no period: it watches from now on. Leave the period out."
        )
    return None


def _made(sentence: str, query: SemanticQuery, layer: SemanticLayer, read: _Read) -> Monitor | Refusal:
    fields = tuple(one.field for one in query.group_by if one.field != "metric_time")
    spoken = next((one.grain for one in query.group_by if one.field == "metric_time"), None)
    limited = read.below is not None or read.above is not None
    wanted = read.grain or (spoken if spoken in get_args(Grain) else None) or ("week" if limited else "day")
    if len(fields) > 2:
        return Refusal(sentence, "NOT_AVAILABLE", "A monitor can be split by one or two fields, not more.")
    monitor = Monitor(
        sentence.strip().rstrip("?!. ")[:120], query.metrics[0], query.filters, fields or "auto",
        direction=read.direction, sensitivity=read.sensitivity, below=read.below, above=read.above,  # type: ignore[arg-type]  # up, down, either
        minimum_effect=read.effect if read.effect is not None else Monitor.minimum_effect,
        owner=layer.metrics[query.metrics[0]].owner, sentence=sentence.strip(),
    )  # fmt: skip
    for grain in _COARSER[wanted]:  # type: ignore[index]  # one of the grains
        if _works(layer, monitor, grain):
            return replace(monitor, grain=grain)
    title = layer.metrics[monitor.metric].title
    return Refusal(sentence, "NOT_AVAILABLE", f"{title} cannot be followed by {wanted} with this split.")


def _works(layer: SemanticLayer, monitor: Monitor, grain: Grain) -> bool:
    fields = monitor.slices if isinstance(monitor.slices, tuple) else ()
    groups = (*(GroupBy(field=one) for one in fields), GroupBy(field="metric_time", grain=grain))
    return stands(layer, SemanticQuery(metrics=(monitor.metric,), filters=monitor.filters, group_by=groups))


@cache
def _phrases() -> dict[str, Any]:
    return yaml.safe_load(PHRASES.read_text(encoding="utf-8"))


def _any(phrases: Sequence[str]) -> str:
    return "|".join(re.escape(one) for one in sorted(phrases, key=len, reverse=True))


def _strip_front(text: str, phrases: Sequence[str]) -> str:
    found = re.match(rf"(?:{_any(phrases)})\b[,:]?\s*", text, re.IGNORECASE)
    return text[found.end() :] if found else text


def _taken(text: str, phrases: Sequence[str]) -> tuple[str, bool]:
    """The text without one of the phrases, and whether there was one."""
    found = re.search(rf"\b(?:{_any(phrases)})\b", text, re.IGNORECASE)
    return (_joined(text[: found.start()], text[found.end() :]), True) if found else (text, False)


def _joined(left: str, right: str) -> str:
    return " ".join(f"{left} {right}".split())
