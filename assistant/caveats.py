"""What the reader of an answer must know: unfinished periods, thin ground, unknown groups, cut lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from assistant.answer import Caveat, Plan
from assistant.formatting import day
from semantic_layer import Column, SemanticLayer, SemanticQuery
from warehouse import Result

Caveats = tuple[Caveat, ...]


def of_plan(layer: SemanticLayer, plan: Plan, as_of: date, locale: str = "en") -> Caveats:
    """What follows from the question itself: how words were read, an unfinished period, what a metric warns of."""
    notes = tuple(Caveat("READ_AS", note) for note in plan.notes)
    warnings = tuple(
        Caveat("METRIC", text)
        for name in plan.query.metrics
        if name in layer.metrics
        for text in _warnings(layer, name)
    )
    return (*notes, *_of_segments(layer, plan.query), *_of_period(plan.query, as_of, locale), *warnings)


def _of_segments(layer: SemanticLayer, query: SemanticQuery) -> Iterator[Caveat]:
    """The rule of each segment that the question names, in its own words."""
    named = dict.fromkeys(one.field for one in (*query.filters, *query.group_by) if one.field in layer.segments)
    for name in named:
        segment = layer.segments[name]
        if segment.description:
            yield Caveat("SEGMENT", f"{segment.title}: {segment.description}")


def _warnings(layer: SemanticLayer, name: str) -> tuple[str, ...]:
    return layer.metrics[name].caveats


def _of_period(query: SemanticQuery, as_of: date, locale: str) -> Iterator[Caveat]:
    span, known = query.time_range, day(as_of, locale)
    if span is None:
        return
    if span.start and span.start > as_of:
        yield Caveat("AFTER_DATA", f"The data ends on {known}; the period asked for begins later.")
    elif span.partial or (span.end and span.end > as_of + timedelta(days=1)):
        compared = " It is compared with a whole period." if query.compare else ""
        yield Caveat("PARTIAL_PERIOD", f"The period is not over yet: it holds data up to {known}.{compared}")


def of_notes(notes: tuple[str, ...]) -> Caveats:
    """What the compiler says of how it read a condition."""
    return tuple(Caveat("READ_AS", note) for note in notes)


def of_orphans(layer: SemanticLayer, counts: Mapping[str, int]) -> Caveats:
    """A caveat for each link of the question along which rows name something that is not in the data."""
    found = [(layer.relationships[name], n) for name, n in counts.items() if n]
    return tuple(
        Caveat(
            "ORPHANS",
            f"{n:,} rows of {_plain(layer, link.from_)} name something that is missing in {_plain(layer, link.to)}: "
            "they are counted, as (none).",
        )
        for link, n in found
    )


def _plain(layer: SemanticLayer, dataset: str) -> str:
    return layer.datasets[dataset].title.lower()


def of_result(columns: tuple[Column, ...], result: Result) -> Caveats:
    """What follows from the rows: a list that was cut, groups whose value is not known."""
    return (*_cut(result), *_unknown_groups(columns, result))


def _cut(result: Result) -> Iterator[Caveat]:
    if result.truncated:
        yield Caveat("TRUNCATED", f"Only the first {len(result.rows):,} rows are shown; there are more.")


def _unknown_groups(columns: tuple[Column, ...], result: Result) -> Iterator[Caveat]:
    for position, column in enumerate(columns):
        if column.role == "dimension" and any(row[position] is None for row in result.rows):
            label = column.label[:1].lower() + column.label[1:]
            yield Caveat("UNKNOWN_GROUP", f"One group has no {label}: its rows are shown as (none), not left out.")


def base_counts(layer: SemanticLayer, query: SemanticQuery) -> SemanticQuery | None:
    """The query for what the ratios of a query rest on (their denominators that count something), or None."""
    ratios = [layer.metrics[name] for name in query.metrics if name in layer.metrics]
    names = dict.fromkeys(m.denominator for m in ratios if m.type == "ratio" and _counts(layer, m.denominator))
    if not names:
        return None
    kept = tuple(item for item in query.filters if item.field not in layer.metrics)
    return query.model_copy(
        update={"metrics": tuple(names), "filters": kept, "compare": None, "order_by": (), "limit": None}
    )


def _counts(layer: SemanticLayer, name: str) -> bool:
    return layer.metrics[name].format == "integer" and not layer.metrics[name].hidden


def of_base(query: SemanticQuery, result: Result, base: Result, few: int) -> Caveats:
    """A caveat when ratios of the result rest on fewer than `few` cases; `base` holds the counts by the same groups."""
    width = len(query.group_by)
    counts = {row[:width]: min((n for n in row[width:] if n is not None), default=0) for row in base.rows}
    shown = [counts.get(row[:width], 0) for row in result.rows]
    thin = [count for count in shown if count < few]
    if not thin:
        return ()
    if width == 0:
        return (Caveat("FEW_ROWS", f"This rests on {thin[0]:,} cases only: small changes move it a lot."),)
    return (Caveat("FEW_ROWS", f"{len(thin):,} of {len(shown):,} groups rest on fewer than {few} cases each."),)
