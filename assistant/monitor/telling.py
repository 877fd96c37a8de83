"""What an alert says: number, expected range, slice, since when, what it is worth; never why without evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assistant.formatting import Style, bucket, day, number, shorten, signed, span
from assistant.monitor.records import Finding, Severity
from assistant.monitor.watching import Watch
from assistant.wording import Wording, answers, capital, lower, wording

WORDS = Path(__file__).parent / "words"
_LARGE, _SMALL = 0.05, 0.01  # of the whole metric
_STRONG = 0.5  # relative effect
_MANY_DAYS = 3


@dataclass(frozen=True)
class Money:
    """What one unit of a metric is worth: the amount, and the metric (its title, its style) that says so."""

    each: float
    title: str
    style: Style


@dataclass(frozen=True)
class Told:
    """What is needed beside a finding to tell it: the grain, the days of its window, money, share of the whole."""

    grain: str = "day"
    days: int = 1
    alone: bool = False
    money: Money | None = None
    share: float | None = None


def tell(watch: Watch, found: Finding, told: Told) -> Finding:
    """The finding with its title, its sentence, its worth and its severity."""
    words, style = wording(WORDS, watch.locale), style_of_metric(watch, found.metric)
    values = _values(watch, found, told, words)
    key = found.kind if found.kind in ("spike", "drift", "threshold", "goal", "record") else "slice"
    title = f"title_{found.kind}_{found.direction}" if key in ("threshold", "goal") else f"title_{found.direction}"
    title = "title_record" if key == "record" else title
    sentences = [words.say("alone" if key == "slice" and told.alone else key, values)]
    effect = (found.value or 0.0) - (found.expected or 0.0)
    worth = effect if style.currency else effect * told.money.each if told.money else None
    if worth is not None and key not in ("threshold", "goal", "record"):
        sentences.append(_worth(words, worth, style, told))
    if found.kind == "opportunity":
        sentences.append(words.say("chance"))
    return replace(found, title=words.say(title, values), sentence=" ".join(sentences), worth=worth,
                   severity=severity_of(watch, found, told))  # fmt: skip


def _worth(words: Wording, worth: float, style: Style, told: Told) -> str:
    if style.currency or told.money is None:
        return words.say("worth", {"worth": signed(round(worth), style)})
    money = lower(told.money.title, answers(style.locale))
    return words.say("worth_about", {"worth": signed(round(worth), told.money.style), "money": money})


def severity_of(watch: Watch, found: Finding, told: Told) -> Severity:
    """How much it matters: by its share of the whole metric and how strong it is; good news is never urgent."""
    if found.kind == "record":
        return "low"
    if found.kind in ("threshold", "goal", "stopped", "failed"):
        return "high"
    if found.hour is not None:  # hours burst: what one of them shows can wait for the digest
        return "medium"
    good = watch.layer.metrics[found.metric].good_direction == found.direction
    effect = abs((found.value or 0.0) / found.expected - 1) if found.expected else 1.0
    share = told.share if told.share is not None else effect
    if not good and (share >= _LARGE or (effect >= _STRONG and share >= _SMALL)):
        return "high"
    return "medium" if share >= _SMALL or effect >= _STRONG else "low"


def _values(watch: Watch, found: Finding, told: Told, words: Wording) -> dict[str, str]:
    style, locale = style_of_metric(watch, found.metric), watch.locale
    title = watch.layer.metrics[found.metric].title
    numbers = {
        name: number(_rounded(getattr(found, name), style), style) for name in ("value", "expected", "lower", "upper")
    }
    band = words.say("range", numbers) if found.lower is not None and found.upper is not None else ""
    when = {"hour": "at_hour", "day": "on_day", "week": "in_week"}.get(told.grain, "in_month")
    last = {
        "day": day(found.last, locale),
        "month": bucket(found.last, "month", locale),
        "hour": f"{found.hour or 0}:00",
    }
    return numbers | {
        "Metric": capital(title), "metric": lower(title, answers(locale)), "where": where_words(found.where, words),
        "percent": percent_words(found, locale), "range": band, "grain": words.say(told.grain), "days": str(told.days),
        "day": day(found.first, locale), "last": day(found.last, locale), "month": bucket(found.last, "month", locale),
        "when": words.say(when, last),
    }  # fmt: skip


def _rounded(value: float | None, style: Style) -> float | None:
    """The value with no more digits than a reader needs."""
    if value is None or style.kind in ("percent", "points"):
        return value
    return round(value) if abs(value) >= _MANY_DAYS * 10 else round(value, 1 if style.kind != "integer" else 0)


def percent_words(found: Finding, locale: str) -> str:
    """By how much it is off, as a percentage of what was expected."""
    if not found.expected or found.value is None:
        return ""
    return number(round(abs(found.value / found.expected - 1), 2), Style("percent", locale=locale))


def where_words(where: Mapping[str, str], words: Wording) -> str:
    """The slice as it stands behind the metric's name."""
    if not where:
        return ""
    return words.say("in_slice", {"where": words.say("and").join(shorten(value) for value in where.values())})


def style_of_metric(watch: Watch, name: str) -> Style:
    """How the numbers of a metric are written."""
    metric = watch.layer.metrics[name]
    return Style(metric.format or "decimal", metric.unit, metric.decimals, watch.locale)


def also_words(watch: Watch, found: Finding) -> str:
    """A finding in a few words, for the list of what else moved."""
    words = wording(WORDS, watch.locale)
    percent = percent_words(found, watch.locale)
    sign = "+" if found.direction == "up" else "-"
    title = capital(watch.layer.metrics[found.metric].title)
    return words.say("also", {"Metric": title, "where": where_words(found.where, words), "percent": sign + percent})


def notes_near(watch: Watch, first: date, last: date) -> tuple[str, ...]:
    """What people noted for these days or the week before; cited, not blamed."""
    words = wording(WORDS, watch.locale)
    return tuple(
        words.say("note", {"title": one.title, "days": span(one.first, one.last, watch.locale)})
        for one in watch.events_near(first, last)[:_MANY_DAYS]
    )


def ended_words(watch: Watch, found: Finding, how: str) -> str:
    """What is said when an incident is over or is taken back."""
    words = wording(WORDS, watch.locale)
    if found.kind in ("stopped", "failed"):
        return words.say(f"resolved_{found.kind}", {"source": found.monitor, "name": found.monitor})
    return words.say(how, _values(watch, found, Told(), words))
