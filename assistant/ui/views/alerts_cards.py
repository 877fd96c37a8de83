"""What the inbox shows, as markup: an incident in a line with its course, and one in full with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from assistant.formatting import Style, compact, day, number, signed
from assistant.monitor.records import SLICE_KINDS, Finding, Happening, Incident, Track
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.picture import svg
from assistant.ui.states import link
from assistant.ui.views.alerts_pictures import is_banded, legend, track_figure, waterfall

SPARK_WIDTH, SPARK_HEIGHT, SPARK_POINTS = 150, 40, 42
MOST_SURE = 0.99  # nothing is certain


# --- a line


def incident_line(one: Incident, style: Style, told: bool, look: Look) -> Markup:
    """An incident as a link: severity, title, the course of the number, what is being done."""
    found = one.found
    head = [
        _severity(found, look),
        tag("strong", found.title or found.metric),
        of_class("span", f"tw-chip tw-state-{one.state}", look.say(f"alerts.state_{one.state}")),
    ]
    facts = [look.say("alerts.since", {"day": day(found.first, look.locale)})]
    if one.acknowledged_by and one.is_live:
        facts.append(look.say("alerts.held_by", {"name": one.acknowledged_by}))
    if one.snoozed_until and one.state == "snoozed":
        facts.append(look.say("alerts.snoozed_until", {"day": day(one.snoozed_until, look.locale)}))
    if found.value is not None and found.expected is not None:
        numbers: dict[str, object] = {
            "value": compact(found.value, style),
            "expected": _expected(found.expected, style),
        }
        facts.insert(0, look.say("alerts.came", numbers))
    body = [of_class("span", "tw-alert-head", join(head)), of_class("span", "tw-small", " · ".join(facts))]
    text = of_class("span", "tw-alert-text", join(body))
    spark = sparkline(found.evidence.track) if told else join([])
    css = f"tw-alert tw-alert-{found.severity}" + ("" if one.is_live else " tw-alert-over")
    return tag("a", join([text, spark]), {"class": css, "href": f"alerts?incident={quote(one.id, safe='')}"})


def _expected(value: float, style: Style) -> str:
    """What was expected; of what is counted in pieces no fractions, save of a few."""
    pieces = style.kind in ("integer", "decimal") and abs(value) >= 10
    return compact(round(value) if pieces else value, replace(style, kind="integer") if pieces else style)


def _severity(found: Finding, look: Look) -> Markup:
    return of_class("span", f"tw-severity tw-severity-{found.severity}", look.say(f"alerts.severity_{found.severity}"))


def sparkline(track: Track) -> Markup:
    """The last buckets as a line over the band of what is usual; decoration beside the numbers, so not read aloud."""
    points = list(zip(track.values, track.lower, track.upper, strict=True))[-SPARK_POINTS:]
    known = [number for point in points for number in point if number is not None]
    if len(points) < 2 or not known:
        return join([])
    low, high = min(known), max(known)

    def place(index: int, value: float) -> str:
        x = index * (SPARK_WIDTH - 6) / (len(points) - 1) + 3
        y = SPARK_HEIGHT - 4 - (value - low) / ((high - low) or 1) * (SPARK_HEIGHT - 8)
        return f"{x:.1f},{y:.1f}"

    above = [place(i, up) for i, (_, lo, up) in enumerate(points) if lo is not None and up is not None]
    below = [place(i, lo) for i, (_, lo, up) in enumerate(points) if lo is not None and up is not None]
    line = [place(i, value) for i, (value, _, _) in enumerate(points) if value is not None]
    marks = [
        tag("polygon", "", {"points": " ".join([*above, *reversed(below)]), "class": "tw-spark-band"}),
        tag("polyline", "", {"points": " ".join(line), "class": "tw-spark-line"}),
    ]
    if line:
        x, _, y = line[-1].partition(",")
        marks.append(tag("circle", "", {"cx": x, "cy": y, "r": 2.8, "class": "tw-spark-end"}))
    box = f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}"
    return tag("svg", join(marks), {"viewBox": box, "class": "tw-spark", "aria-hidden": "true"})


# --- in full


def incident_card(one: Incident, style: Style, told: bool, look: Look) -> Markup:
    """An incident in full; without its parts and its query where the viewer may only know the number."""
    found = one.found
    chips = [
        _severity(found, look),
        of_class("span", f"tw-chip tw-state-{one.state}", look.say(f"alerts.state_{one.state}")),
        *(of_class("span", "tw-chip", text) for text in _chips(one, look)),
    ]
    links = [link(look.say("alerts.back"), "alerts")]
    if found.evidence.question:
        links.append(link(look.say("alerts.ask"), f"./?ask={quote(found.evidence.question, safe='')}"))
    parts: list[object] = [
        of_class("div", "tw-actions", join(links)),
        tag("h2", found.title or found.metric),
        of_class("p", "tw-actions", join(chips)),
        of_class("p", "tw-sentence", found.sentence),
    ]
    parts += _told(found, style, look) if told else [of_class("p", "tw-small", look.say("alerts.number_only"))]
    return tag("article", join(parts), {"class": "tw-incident"})


def _chips(one: Incident, look: Look) -> Iterator[str]:
    found = one.found
    yield look.say("alerts.since", {"day": day(found.first, look.locale)})
    if found.worth is not None:
        amount = signed(found.worth, Style("currency", "EUR", locale=look.locale))
        yield look.say("alerts.worth", {"amount": amount})
    if found.confidence:
        share = number(min(found.confidence, MOST_SURE), Style("percent", decimals=0, locale=look.locale))
        yield look.say("alerts.sure", {"share": share})
    if one.acknowledged_by and one.is_live:
        yield look.say("alerts.held_by", {"name": one.acknowledged_by})
    if found.monitor:
        yield look.say("alerts.monitor_of", {"name": found.monitor})


def _told(found: Finding, style: Style, look: Look) -> list[Markup]:
    """The picture, where it comes from, what else was found and noted, and the query."""
    evidence = found.evidence
    said = _legend(found, look)
    parts = [track_figure(evidence.track, found.title, (_off(found), said), style, look), _drivers(found, style, look)]
    for key, lines in (("also", evidence.also), ("notes", evidence.notes)):
        if lines:
            parts += [
                tag("h3", look.say(f"alerts.{key}")),
                tag("ul", join(tag("li", one) for one in dict.fromkeys(lines))),
            ]
    if evidence.sql:
        block = tag("pre", tag("code", evidence.sql), {"class": "tw-sql", "tabindex": "0"})
        summary = tag("summary", look.say("alerts.evidence"))
        parts.append(tag("details", join([summary, block]), {"class": "tw-more"}))
    return parts


def _legend(found: Finding, look: Look) -> str:
    if found.kind in SLICE_KINDS and is_banded(found.evidence.track):
        return look.say("alerts.legend_slice")
    return legend(found.evidence.track, look)


def _off(found: Finding) -> tuple[date, ...]:
    return tuple(start for start in found.evidence.track.starts if found.first <= start <= found.last)


def _drivers(found: Finding, style: Style, look: Look) -> Markup:
    drivers = found.evidence.drivers
    if not drivers:
        return join([])
    parts: list[object] = [tag("h3", look.say("alerts.drivers"))]
    spec = waterfall(found, style, look)
    if spec is not None:
        parts.append(tag("figure", svg(spec), {"class": "tw-chart", "aria-label": look.say("alerts.drivers")}))
    said = [one.text for one in drivers if not any(one.text in other.text for other in drivers if other is not one)]
    parts.append(tag("ul", join(tag("li", one) for one in said), {"class": "tw-drivers"}))
    return join(parts)


def log_card(happenings: Sequence[Happening], look: Look) -> Markup:
    """What was done about an incident, by whom, the latest first."""
    items = [tag("li", _line(one, look)) for one in reversed(happenings)]
    return join([tag("h3", look.say("alerts.log")), tag("ul", join(items), {"class": "tw-log"})]) if items else join([])


def _line(one: Happening, look: Look) -> str:
    done = look.say(f"alerts.deed_{one.what.replace(': ', '_')}")
    what = f"{done}: {one.text}" if one.text else done
    values: dict[str, object] = {
        "day": day(one.at.date(), look.locale), "time": f"{one.at:%H:%M}", "by": one.by, "what": what
    }  # fmt: skip
    return look.say("alerts.log_line", values)
