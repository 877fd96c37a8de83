"""What the monitor sees of a workspace: its definitions, its data by query, and what is known of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.data_state import Event
from assistant.monitor.calendar import Calendar, Note
from assistant.monitor.records import Adjustment
from semantic_layer import SemanticLayer, SemanticQuery, parts, to_sql

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.config import Settings

ROWS, SECONDS = 400_000, 120.0
"""What one query of the monitor may give and take: it reads whole histories."""
_SPECIAL_KINDS = ("outage", "shopping_day", "holiday", "launch", "price_change", "other")
_SHORT = 12  # days of an event that is taken out of what is learned; a longer one is part of the usual
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Watch:
    """A workspace as the monitor sees it.

    `ask` gives the rows of a query, `vocabulary` how many values each field has, `events` what was noted, `ends` the
    last moment of each source's rows and `gaps` the most days that ever lay between two of them. `asked` counts the
    queries.
    """

    layer: SemanticLayer
    ask: Callable[[SemanticQuery], Sequence[Mapping[str, Any]]]
    as_of: date
    vocabulary: Mapping[str, int]
    events: tuple[Event, ...] = ()
    ends: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    gaps: Mapping[str, float] = field(default_factory=dict[str, float])
    countries: tuple[str, ...] = ()
    locale: str = "en"
    asked: list[SemanticQuery] = field(default_factory=list[SemanticQuery])

    @classmethod
    def of(cls, assistant: Assistant, countries: tuple[str, ...] = ()) -> Watch:
        """What the monitor sees through an assistant, with that assistant's rights."""
        state, asked = assistant.state, list[SemanticQuery]()

        def ask(query: SemanticQuery) -> Sequence[Mapping[str, Any]]:
            asked.append(query)
            return assistant.runner.rows(query)

        gaps = {one.table: one.threshold for one in state.findings if one.kind == "reach"}
        return cls(
            assistant.layer, ask, assistant.as_of, {name: len(values) for name, values in assistant.values.items()},
            state.events, state.ends, gaps, countries, assistant.settings.locale, asked,
        )  # fmt: skip

    def sql(self, query: SemanticQuery) -> str:
        """What a query compiles to."""
        return to_sql(self.layer, query, as_of=self.as_of).sql

    def calendar(self, metric: str, steps: Sequence[Adjustment] = ()) -> Calendar:
        """The special days of a metric: holidays, short events that were noted, and what was said to be expected."""
        notes = [
            Note(one.first, one.last, one.title)
            for one in self.events
            if one.kind in _SPECIAL_KINDS and (one.last - one.first).days < _SHORT
        ]
        said = (one for one in steps if one.what == "expected" and one.metric == metric and not one.where)
        notes += [Note(one.first, one.last, one.reason) for one in said if one.first and one.last]
        return Calendar(self.countries, notes=tuple(notes))

    def sources(self, metric: str) -> Mapping[str, str]:
        """The tables whose rows a metric counts, with what people call them."""
        layer = self.layer
        homes = {
            layer.metrics[part].measure.partition(".")[0]  # type: ignore[union-attr]  # simple metrics have one
            for part in parts(layer, metric)
            if layer.metrics[part].type == "simple"
        }
        found = [layer.datasets[name] for name in homes if name in layer.datasets]
        return {one.source.rsplit(".", 1)[-1]: one.title for one in found}

    def events_near(self, first: date, last: date) -> tuple[Event, ...]:
        """What was noted for the days of a period or the week before it."""
        return tuple(one for one in self.events if one.first <= last and one.last >= first - timedelta(days=7))


@contextmanager
def watching(settings: Settings) -> Iterator[Watch]:
    """The workspace of some settings, opened for reading whole histories and closed after."""
    from assistant.assistant import Assistant
    from assistant.monitor.monitors import read_watchlist

    assistant = Assistant.open(replace(settings, query_rows=ROWS, query_seconds=max(settings.query_seconds, SECONDS)))
    try:
        yield Watch.of(assistant, read_watchlist(settings.home, assistant.layer).countries)
    finally:
        assistant.close()
