"""What the reader of an answer must know: unfinished periods, thin ground, unknown groups, cut lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

from assistant.answer import Caveat, Plan
from assistant.formatting import Style, day, number
from assistant.period_words import begins
from assistant.retelling import retold
from assistant.wording import FIRST, Wording, answers
from semantic_layer import METRIC_TIME, Column, SemanticLayer, SemanticQuery, TimeRange, bond, counted, is_funnel
from warehouse import Result

Caveats = tuple[Caveat, ...]
DAYS_BESIDE = 3  # months, quarters and leap years differ by as much


def of_plan(layer: SemanticLayer, plan: Plan, as_of: date, locale: str = "en") -> Caveats:
    """What follows from the question itself: how words were read, an unfinished period, what a metric warns of."""
    notes = tuple(Caveat("READ_AS", note) for note in plan.notes)
    warnings = tuple(
        Caveat("METRIC", text)
        for name in plan.query.metrics
        if name in layer.metrics
        for text in _warnings(layer, name)
    )
    period = _of_period(plan.query, as_of, locale)
    steps = _of_steps(layer, plan.query, as_of, locale)
    members = _of_members(layer, plan.query, as_of, locale)
    return (*notes, *_of_segments(layer, plan.query, answers(locale)), *steps, *members, *period, *warnings)


def _of_segments(layer: SemanticLayer, query: SemanticQuery, words: Wording) -> Iterator[Caveat]:
    """The rule of each segment that the question names, in its own words."""
    named = dict.fromkeys(one.field for one in (*query.filters, *query.group_by) if one.field in layer.segments)
    for name in named:
        segment = layer.segments[name]
        if segment.description:
            yield _said(words, "SEGMENT", {"title": segment.title, "text": segment.description})


def _of_steps(layer: SemanticLayer, query: SemanticQuery, as_of: date, locale: str) -> Iterator[Caveat]:
    """Whether the steps of a funnel are the same things going through, or only numbers of the same period."""
    if not is_funnel(query):
        return
    held = bond(layer, query.metrics)
    things = counted(layer, query.metrics[0])
    named = things in layer.datasets
    title = answers(locale).small(layer.datasets[things].title) if named else ""
    form = "_plain" if held == "days" and not named else ""
    yield _said(answers(locale), f"FUNNEL_{held.upper()}", {"things": title, "day": day(as_of, locale)}, form)


def _of_members(layer: SemanticLayer, query: SemanticQuery, as_of: date, locale: str) -> Iterator[Caveat]:
    """Who is in a segment is known as of the last day of data, also where an earlier period is asked about."""
    span = query.time_range
    if span is None or (span.end is not None and span.end > as_of and query.compare is None):
        return
    for name in dict.fromkeys(one.field for one in (*query.filters, *query.group_by) if one.field in layer.segments):
        parts = {"title": layer.segments[name].title, "day": day(as_of, locale)}
        yield _said(answers(locale), "SEGMENT_NOW", parts)


def _warnings(layer: SemanticLayer, name: str) -> tuple[str, ...]:
    return layer.metrics[name].caveats


def _of_period(query: SemanticQuery, as_of: date, locale: str) -> Iterator[Caveat]:
    span, words, known = query.time_range, answers(locale), {"day": day(as_of, locale)}
    if span is None:
        return
    if span.start and span.start > as_of:
        yield _said(words, "AFTER_DATA", known)
    elif span.partial or (span.end and span.end > as_of + timedelta(days=1)):
        yield _said(words, "PARTIAL_PERIOD", known, _beside(query, span, as_of))


def _beside(query: SemanticQuery, span: TimeRange, as_of: date) -> str:
    """The form of what is said of an unfinished period: alone, beside as much of another one, or beside a whole one."""
    if query.compare is None or _is_cut_between_buckets(query, as_of):
        return ""
    other = query.compare.range
    if other is None or not (span.start and span.end and other.start and other.end):
        return "_compared"
    known = min(span.end, as_of + timedelta(days=1)) - span.start
    alike = abs((known - (other.end - other.start)).days) <= DAYS_BESIDE
    return "_alike" if alike else "_compared"


def _is_cut_between_buckets(query: SemanticQuery, as_of: date) -> bool:
    """Whether a question compares bucket with bucket, and the last day of data ends one: none of them is cut."""
    grains = [one.grain for one in query.group_by if one.field == METRIC_TIME and one.grain]
    return bool(grains) and all(begins(as_of + timedelta(days=1), grain) for grain in grains)


def _said(words: Wording, code: str, values: Mapping[str, object], form: str = "") -> Caveat:
    """The caveat of a code; its text stands under the code in small letters, with the form behind it."""
    return Caveat(code, words.say(f"caveats.{code.lower()}{form}", values))


def _count(number_of: int, locale: str) -> str:
    return number(number_of, Style("integer", locale=locale))


def of_notes(notes: tuple[str, ...], locale: str = FIRST) -> Caveats:
    """What the compiler says of how it read a condition."""
    return tuple(Caveat("READ_AS", retold(note, locale)) for note in notes)


def of_orphans(layer: SemanticLayer, counts: Mapping[str, int], locale: str = FIRST) -> Caveats:
    """A caveat for each link of the question along which rows name something that is not in the data."""
    words = answers(locale)
    links = {name: layer.relationships[name] for name, count in counts.items() if count}
    told = {
        name: {
            "count": _count(counts[name], locale),
            "rows": words.small(layer.datasets[link.from_].title),
            "where": words.small(layer.datasets[link.to].title),
        }
        for name, link in links.items()
    }
    return tuple(Caveat("ORPHANS", words.count("caveats.orphans", counts[name], one)) for name, one in told.items())


def of_result(columns: tuple[Column, ...], result: Result, locale: str = FIRST) -> Caveats:
    """What follows from the rows: a cut list, groups whose value is not known, a step with more than the one before."""
    words = answers(locale)
    return (*_cut(result, locale), *_unknown_groups(columns, result, words), *_more_than_before(columns, result, words))


def _more_than_before(columns: tuple[Column, ...], result: Result, words: Wording) -> Iterator[Caveat]:
    """Steps of a funnel to which more come than to the one before them, so that a share is over 100% or of nothing."""
    counts = {column.ref: place for place, column in enumerate(columns) if column.role == "metric"}
    for before, after in pairwise(counts):
        is_step = any(column.role == "share" and column.name == f"{after}_of_{before}" for column in columns)
        pairs = ((row[counts[before]] or 0, row[counts[after]] or 0) for row in result.rows)
        if is_step and any(later > earlier for earlier, later in pairs):
            told = {"before": columns[counts[before]].label, "after": columns[counts[after]].label}
            yield _said(words, "FUNNEL_OVER", told | {"before": words.small(told["before"])})


def _cut(result: Result, locale: str) -> Iterator[Caveat]:
    if result.truncated:
        yield _said(answers(locale), "TRUNCATED", {"count": _count(len(result.rows), locale)})


def _unknown_groups(columns: tuple[Column, ...], result: Result, words: Wording) -> Iterator[Caveat]:
    for position, column in enumerate(columns):
        if column.role == "dimension" and any(row[position] is None for row in result.rows):
            yield _said(words, "UNKNOWN_GROUP", {"label": words.lowered(column.label)})


def base_counts(layer: SemanticLayer, query: SemanticQuery) -> SemanticQuery | None:
    """The query for what the ratios of a query rest on (their denominators that count something), or None."""
    ratios = [layer.metrics[name] for name in query.metrics if name in layer.metrics]
    names = dict.fromkeys(m.denominator for m in ratios if m.type == "ratio" and _counts(layer, m.denominator))
    if not names or query.cases:  # columns with conditions of their own rest on rows of their own each
        return None
    kept = tuple(item for item in query.filters if item.field not in layer.metrics)
    return query.model_copy(
        update={"metrics": tuple(names), "filters": kept, "compare": None, "order_by": (), "limit": None}
    )


def _counts(layer: SemanticLayer, name: str) -> bool:
    return layer.metrics[name].format == "integer" and not layer.metrics[name].hidden


def of_base(counting: SemanticQuery, result: Result, base: Result, few: int, locale: str = FIRST) -> Caveats:
    """A caveat when ratios of the result rest on fewer than `few` cases; `base` holds the counts by the same groups.

    `counting` is the query of `base`, whose counts stand last; a list of things begins with the keys of its rows.
    """
    words = answers(locale)
    width = len(base.columns) - len(counting.metrics)
    counts = {row[:width]: min((n for n in row[width:] if n is not None), default=0) for row in base.rows}
    shown = [counts.get(row[:width], 0) for row in result.rows]
    thin = [count for count in shown if count < few]
    if not thin:
        return ()
    if width == 0:
        return (_said(words, "FEW_ROWS", {"count": _count(thin[0], locale)}),)
    values = {"count": _count(len(thin), locale), "all": _count(len(shown), locale), "few": few}
    return (_said(words, "FEW_ROWS", values, "_groups"),)
