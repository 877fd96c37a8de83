"""Where the data of a metric begins, and whether a comparison reaches further back than that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from assistant.answer import Caveat
from assistant.formatting import day
from assistant.wording import answers
from semantic_layer import GroupBy, OrderBy, QueryError, SemanticQuery, TimeRange

Ask = Callable[[SemanticQuery], Sequence[Mapping[str, Any]]]


class Beginnings:
    """The first day with data of each metric, asked for once."""

    def __init__(self, ask: Ask):
        self._ask = ask
        self._known: dict[str, date | None] = {}

    def caveats(self, previous: TimeRange | None, metrics: Sequence[str], locale: str) -> tuple[Caveat, ...]:
        """A caveat when the span compared with begins before the data of a metric does."""
        if previous is None or previous.start is None:
            return ()
        late = [first for name in metrics if (first := self._first(name)) and first > previous.start]
        if not late:
            return ()
        sentence = answers(locale).say("caveats.before_data", {"day": day(max(late), locale)})
        return (Caveat("BEFORE_DATA", sentence),)

    def _first(self, metric: str) -> date | None:
        if metric not in self._known:
            self._known[metric] = self._asked(metric)
        return self._known[metric]

    def _asked(self, metric: str) -> date | None:
        """None for a metric that has no days."""
        query = SemanticQuery(
            metrics=(metric,),
            group_by=(GroupBy(field="metric_time", grain="day"),),
            order_by=(OrderBy(by="metric_time", descending=False),),
            limit=1,
        )
        try:
            rows = self._ask(query)
        except QueryError:
            return None
        first = next(iter(rows[0].values())) if rows else None
        return first.date() if isinstance(first, datetime) else first
