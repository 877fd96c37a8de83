"""Definitions that changed: the workspace's log of them, and what a reader of an answer is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from assistant.answer import Caveat
from assistant.formatting import day
from assistant.wording import answers
from semantic_layer import (
    Logged,
    SemanticLayer,
    SemanticQuery,
    TimeRange,
    changes_of,
    read_history,
    record_history,
)

LOG = "definitions-log.jsonl"
TOLD_FOR = timedelta(days=90)


def keep_history(home: Path, layer: SemanticLayer, today: date) -> tuple[Logged, ...]:
    """The log of the workspace's definitions, with what is new in `layer` added where the workspace can be written."""
    with suppress(OSError):  # a workspace that may only be read still answers
        record_history(home / LOG, layer, today)
    return read_history(home / LOG)


def of_changes(
    history: Iterable[Logged], layer: SemanticLayer, query: SemanticQuery, today: date, locale: str = "en"
) -> Iterator[Caveat]:
    """A caveat for each metric asked for whose meaning changed in the last 90 days or within the period."""
    entries = tuple(history)
    for name in (one for one in query.metrics if one in layer.metrics):
        for before, after in changes_of(entries, name):
            if after.at >= today - TOLD_FOR or _within(after.at, query.time_range):
                told = {
                    "title": layer.metrics[name].title, "day": day(after.at, locale), "old": before.version,
                    "new": after.version, "before": before.formula, "now": after.formula,
                }  # fmt: skip
                yield Caveat("DEFINITION_CHANGED", answers(locale).say("caveats.definition_changed", told))


def _within(at: date, span: TimeRange | None) -> bool:
    if span is None or (span.start is None and span.end is None):
        return False
    return (span.start is None or span.start <= at) and (span.end is None or at < span.end)
