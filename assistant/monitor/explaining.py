"""What stands behind an alert: where the change comes from, what was noted near it, and the query that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from assistant.drivers import ChangeExplained, explain_change
from assistant.formatting import signed
from assistant.monitor.records import Driver, Evidence, Finding
from assistant.monitor.telling import notes_near, style_of_metric
from assistant.monitor.watching import ONE_DAY, Watch
from assistant.why import tell_change
from semantic_layer import Comparison, Filter, GroupBy, QueryError, SemanticQuery, TimeRange
from warehouse import QueryFailed, SQLRejected

_SHOWN_DAYS = 42
_MOST_DAYS = 84
_DRIVERS = 4


def explained(watch: Watch, found: Finding) -> Finding:
    """The finding with drivers, notes, query and the question that goes on in the chat; drivers are left out, not
    guessed, where the change cannot be split."""
    if found.kind in ("stopped", "failed"):
        return found
    query = shown_query(found)
    kept = found.evidence
    try:
        sql = watch.sql(query)
    except QueryError:
        sql = ""
    evidence = Evidence(
        query.model_dump_json(exclude_defaults=True), sql, question_of(watch, found), _drivers(watch, found),
        kept.also, notes_near(watch, found.first, found.last), kept.track,
    )  # fmt: skip
    return replace(found, evidence=evidence)


def shown_query(found: Finding) -> SemanticQuery:
    """The metric by day around what was found."""
    first = min(found.first, found.last - timedelta(days=_SHOWN_DAYS - 1 if found.hour is None else 1))
    return SemanticQuery(
        metrics=(found.metric,),
        group_by=(GroupBy(field="metric_time", grain="day" if found.hour is None else "hour"),),
        filters=filters_of(found),
        time_range=TimeRange(start=first, end=found.last + ONE_DAY),
    )


def filters_of(found: Finding) -> tuple[Filter, ...]:
    """The slice of a finding as filters."""
    return tuple(Filter(field=name, op="in", values=(value,)) for name, value in found.where.items())


def question_of(watch: Watch, found: Finding) -> str:
    """A question that the chat answers about it."""
    title = watch.layer.metrics[found.metric].title.lower()
    where = "".join(f" for {value}" for value in found.where.values())
    grain = "day" if found.hour is None else "hour"
    return f"{title}{where} by {grain} from {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}"


def _drivers(watch: Watch, found: Finding) -> tuple[Driver, ...]:
    if found.hour is not None:
        return ()  # a day's parts would not be those of one of its hours
    try:
        change = explain_change(watch.layer, watch.ask, _compared(found), watch.vocabulary)
    except (QueryError, QueryFailed, SQLRejected):
        return ()
    if change is None or not change.now - change.then:
        return ()
    return (Driver(tell_change(watch.layer, change, "either", watch.locale)), *_parts(watch, change))


def _parts(watch: Watch, change: ChangeExplained) -> tuple[Driver, ...]:
    metric = style_of_metric(watch, change.metric)
    style = replace(metric, kind="points") if metric.kind == "percent" else metric
    return tuple(
        Driver(f"{one.value or '(none)'} {signed(one.amount, style)}", one.value or "(none)", one.amount)
        for one in change.contributions[:_DRIVERS]
    )


def _compared(found: Finding) -> SemanticQuery:
    """The period of a finding beside one as long: a week before for a single day, else what came right before it."""
    days = min((found.last - found.first).days + 1, _MOST_DAYS)
    end, start = found.last + ONE_DAY, found.last - timedelta(days=days - 1)
    back = timedelta(days=7 if days < 7 else days)
    before = TimeRange(start=start - back, end=end - back)
    return SemanticQuery(
        metrics=(found.metric,), filters=filters_of(found), time_range=TimeRange(start=start, end=end),
        compare=Comparison(kind="range", range=before),
    )  # fmt: skip
