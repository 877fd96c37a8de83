"""What the state of the data adds to an answer: what is old, what is missing, which checks failed, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_datetime

from assistant.answer import Caveat, Mark
from assistant.data_state import DataState, Event, Finding, Freshness
from assistant.formatting import Style, day, number, span
from assistant.retelling import retold
from assistant.wording import FIRST, Wording, answers
from semantic_layer import SemanticLayer, SemanticQuery

_SHORTER_THAN = {"promotion": 40, "shopping_day": 10, "holiday": 10}  # days of a period that such events tell about
_LOUDEST = ("outage", "price_change", "launch", "other", "promotion", "shopping_day", "holiday")
_MOST_EVENTS, _MOST_FINDINGS = 2, 2
_ABOUT_ROWS = ("missing", "range", "key", "volume", "quarantine", "reference", "day")


@dataclass(frozen=True)
class Asked:
    """What an answer rests on: the datasets whose rows are counted, the query, the last day of data, the language."""

    layer: SemanticLayer
    query: SemanticQuery
    datasets: tuple[str, ...]
    as_of: date
    locale: str = "en"

    @property
    def words(self) -> Wording:
        """What is said in the language."""
        return answers(self.locale)

    def tables(self) -> dict[str, str]:
        """What people call each table that is read."""
        found = (self.layer.datasets[name] for name in self.datasets if name in self.layer.datasets)
        return {one.source.rsplit(".", 1)[-1]: one.title for one in found}

    def days(self) -> tuple[date, date] | None:
        """First and last day of the period that lie before the end of the data, None when no period was asked for."""
        asked = self.query.time_range
        if asked is None or asked.start is None:
            return None
        last = min(asked.end - timedelta(days=1) if asked.end else self.as_of, self.as_of)
        return (asked.start, last) if asked.start <= last else None


def of_state(state: DataState, asked: Asked, now: datetime) -> tuple[Caveat, ...]:
    """What the reader must know of the data that was read; `now` is UTC.

    As with the freshness of a source, the age of data ends with the day that counts as today.
    """
    end = min(now, datetime.combine(asked.as_of + timedelta(days=1), time.min))
    return (
        *_stale(state, asked, end),
        *_behind(state, asked),
        *_failed(state, asked),
        *(Caveat("ANNOTATION", _event_words(one, asked)) for one in _relevant(state.events, asked)),
    )


def marks_of(state: DataState, asked: Asked) -> tuple[Mark, ...]:
    """The events that an answer is told with, to be marked in its picture."""
    return tuple(Mark(event.first, event.title) for event in _relevant(state.events, asked))


def freshness_of(state: DataState, asked: Asked) -> tuple[Freshness, ...]:
    """How fresh the tables of an answer are, under the names that people know."""
    titles = asked.tables()
    known = (state.freshness[name] for name in titles if name in state.freshness)
    return tuple(Freshness(asked.words.small(titles[one.table]), one.latest, one.loaded_at) for one in known)


def freshness_words(found: Sequence[Freshness], now: datetime, locale: str = FIRST) -> str:
    """ "orders up to 2026-06-30 23:58; loaded 26 hours ago"; nothing when it is not known."""
    words = answers(locale)
    reach = ", ".join(_reach(one.table, one.latest, words) for one in found if one.latest)
    loads = [one.loaded_at for one in found if one.loaded_at and one.loaded_at <= now]
    hours = (now - min(loads)).total_seconds() / 3600 if loads else None
    loaded = words.say("freshness.loaded", {"age": _age(hours, locale)}) if hours is not None else ""
    return "; ".join(part for part in (reach, loaded) if part)


def _reach(table: str, latest: datetime, words: Wording) -> str:
    moment = format_datetime(latest, words.say("freshness.moment"), locale=words.locale)
    return words.say("freshness.up_to", {"table": table, "moment": moment})


def _age(hours: float, locale: str) -> str:
    words = answers(locale)
    for size, word in ((48, "day"), (1, "hour")):
        if hours >= size:
            count = round(hours / (24 if word == "day" else 1))
            return words.count(f"freshness.age_{word}", count, {"count": _count(count, locale)})
    return words.say("freshness.age_less")


def _count(count: int, locale: str) -> str:
    return number(count, Style("integer", locale=locale))


def _stale(state: DataState, asked: Asked, now: datetime) -> Iterator[Caveat]:
    """Tables that are older than their source declares that they may be."""
    titles = asked.tables()
    limits = {one.table: one.threshold for one in state.findings if one.kind == "freshness" and one.table in titles}
    for table, limit in limits.items():
        latest = state.freshness[table].latest if table in state.freshness else None
        hours = (now - latest).total_seconds() / 3600 if latest else None
        if hours is not None and hours > limit:
            ages = {"age": _age(hours, asked.locale), "limit": _age(limit, asked.locale)}
            yield Caveat("STALE", asked.words.say("caveats.stale", {"table": titles[table], **ages}))


def _behind(state: DataState, asked: Asked) -> Iterator[Caveat]:
    """Tables whose rows end before the period does, by more days than ever lay between two of their days."""
    period, titles = asked.days(), asked.tables()
    usual = {one.table: one.threshold for one in state.findings if one.kind == "reach"}
    for table, latest in state.ends.items():
        if period is None or table not in titles or table not in usual:
            continue
        missing = (period[1] - max(latest.date(), period[0] - timedelta(days=1))).days
        if (period[1] - latest.date()).days > usual[table]:
            known = {"table": titles[table], "day": day(latest.date(), asked.locale)}
            told = asked.words.count("caveats.behind", missing, known | {"count": _count(missing, asked.locale)})
            yield Caveat("BEHIND", told)


def _failed(state: DataState, asked: Asked) -> Iterator[Caveat]:
    titles, period = asked.tables(), asked.days()
    found = [one for one in state.findings if not one.passed and one.kind in _ABOUT_ROWS and one.table in titles]
    telling = [one for one in found if one.day is None or _meets(period, one.day, one.day)]
    for one in sorted(telling, key=_weight)[:_MOST_FINDINGS]:
        told = {"table": titles[one.table], "told": retold(one.told, asked.locale)}
        yield Caveat("QUALITY", asked.words.say("caveats.quality", told))
    if len(telling) > _MOST_FINDINGS:
        more = len(telling) - _MOST_FINDINGS
        yield Caveat("QUALITY", asked.words.count("caveats.quality_more", more, {"count": more}))


def _weight(finding: Finding) -> tuple[int, str]:
    return _ABOUT_ROWS.index(finding.kind), finding.told


def _meets(period: tuple[date, date] | None, first: date, last: date) -> bool:
    return period is not None and first <= period[1] and last >= period[0]


def _relevant(events: Sequence[Event], asked: Asked) -> list[Event]:
    """At most two events of the period: what broke or changed before what comes every year, the latest first."""
    period = asked.days()
    if period is None:
        return []
    length = (period[1] - period[0]).days + 1
    met = [one for one in events if _meets(period, one.first, one.last)]
    telling = [one for one in met if length < _SHORTER_THAN.get(one.kind, length + 1)]
    ranked = sorted(telling, key=lambda one: (_loudness(one.kind), -one.last.toordinal(), one.title))
    return sorted(ranked[:_MOST_EVENTS], key=lambda one: one.first)


def _loudness(kind: str) -> int:
    return _LOUDEST.index(kind) if kind in _LOUDEST else _LOUDEST.index("other")


def _event_words(event: Event, asked: Asked) -> str:
    days = span(event.first, event.last, asked.locale)
    return asked.words.say("caveats.event", {"days": days, "what": event.title})
