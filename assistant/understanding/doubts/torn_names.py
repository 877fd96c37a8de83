"""Doubts of names of several words that a plan takes apart: "at risk of churning" is no rate of churning."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw

LONGEST = 5
NAMED = 0.99
BOUNDS = frozenset({"gt", "ge", "lt", "le", "eq", "between"})


def _torn_segment(asked: Doubted) -> Iterator[Doubt]:
    """ "is anyone at risk of churning": a number that lies within the name of a segment was not asked for."""
    for first in range(len(asked.tokens) - 1):
        for behind in range(min(first + LONGEST, len(asked.tokens)), first + 1, -1):
            named = {c.target for c in asked.concepts(first, behind) if c.kind == "value"}
            if named & asked.world.layer.segments.keys() and _is_torn(asked, first, behind):
                yield Doubt(raw(asked.tokens[first:behind]), "torn_name")


def _is_torn(asked: Doubted, first: int, behind: int) -> bool:
    """Whether a group, or a number that counts nobody, was found within words, and nothing that they are as a whole."""
    start, end, spans = asked.tokens[first].start, asked.tokens[behind - 1].end, asked.plan.spans
    whole = any(span.start <= start and end <= span.end for span in spans)
    inside = [span for span in spans if start <= span.start and span.end <= end]
    metrics, fields = asked.world.layer.metrics, asked.world.layer.fields
    numbers = (metrics[span.target] for span in inside if span.role == "metric" and span.target in metrics)
    grouped = any(span.role == "dimension" and span.target in fields for span in inside)
    return not whole and (grouped or any(metric.format != "integer" for metric in numbers))


def _torn_field(asked: Doubted) -> Iterator[Doubt]:
    """ "the registration numbers of vehicles": a field's name of which the end was read with what follows."""
    shown = {group.field for group in asked.query.group_by} | {one.field for one in asked.query.filters}
    for first in range(len(asked.tokens) - 1):
        for behind in range(min(first + LONGEST, len(asked.tokens)), first + 1, -1):
            named = [c for c in asked.concepts(first, behind) if c.kind == "dimension" and c.weight >= NAMED]
            called = {c.target for c in named if " " in asked.world.layer.fields[c.target].title}
            torn = _runs_on(asked, first, behind) or _is_split(asked, first, behind)
            if called and not called & shown and torn:
                yield Doubt(raw(asked.tokens[first:behind]), "torn_name")


def _value_within_field(asked: Doubted) -> Iterator[Doubt]:
    """ "who ordered, with their phone number": the field, and not the orders by phone; "and their email" likewise."""
    told = [rows for one in asked.query.filters for rows in (one, *one.where)]
    held = {(one.field, str(value)) for one in told for value in one.values}
    shown = {group.field for group in asked.query.group_by} | {field for field, _ in held}
    owners = asked.words("possessives")
    for at in range(1, len(asked.tokens)):
        if not any(c.kind == "value" and (c.target, str(c.value)) in held for c in asked.concepts(at)):
            continue
        whole = asked.concepts(at, at + 2) if at + 2 <= len(asked.tokens) else ()
        called = {c.target for c in whole if c.kind == "dimension" and c.weight >= NAMED}
        theirs = asked.text(at - 1) in owners and asked.text(at + 1) in ("", ",", "and")
        if theirs or (called and not called & shown):
            yield Doubt(raw(asked.tokens[at - 1 : at + 2]), "torn_name")


def _runs_on(asked: Doubted, first: int, behind: int) -> bool:
    """Whether a number or a group was found in the last words together with words behind them."""
    start, end = asked.tokens[first].start, asked.tokens[behind - 1].end
    told = (span for span in asked.plan.spans if span.role in ("metric", "dimension"))
    return any(start < span.start < end < span.end for span in told)


def _is_split(asked: Doubted, first: int, behind: int) -> bool:
    """Whether the last words alone were found as a group, and the first one went into the name of a number: "customers
    from which acquisition channel spend the most" is no acquisition spend by channel."""
    opening, end = asked.tokens[first], asked.tokens[behind - 1].end
    grouped = any(
        span.role == "dimension" and opening.start < span.start and span.end == end for span in asked.plan.spans
    )
    used = next((span for span in asked.plan.spans if span.start <= opening.start < span.end), None)
    idle = used is None or used.role == "filler"
    return grouped and idle and opening.text not in asked.world.language.fillers


def _torn_noun(asked: Doubted) -> Iterator[Doubt]:
    """ "units per order line": the things named are the lines, of which the first word went into a number's name."""
    for at in range(1, len(asked.tokens) - 1):
        nouns = {c.target for c in asked.concepts(at, at + 2) if c.kind == "noun" and c.weight >= NAMED}
        nouns &= {c.target for c in asked.concepts(at + 1, at + 2) if c.kind == "noun"}  # "tickets are" are tickets
        first, last = asked.tokens[at], asked.tokens[at + 1]
        told = [span for span in asked.plan.spans if span.role == "metric" and span.start < first.start]
        cut = any(span.end == first.end for span in told)
        idle = any(span.role == "filler" and span.start == last.start for span in asked.plan.spans)
        if nouns and cut and idle and first.end < last.start:
            yield Doubt(raw(asked.tokens[at : at + 2]), "torn_name")


def _counted_for_numbered(asked: Doubted) -> Iterator[Doubt]:
    """ "level numbers between 5 and 10": a field called so, and not how many levels there are."""
    counts = {asked.world.nouns.count_of(name): name for name in asked.world.layer.datasets}
    bounded = {counts[one.field] for one in asked.query.filters if one.field in counts and one.op in BOUNDS}
    told = {span.start for span in asked.plan.spans if span.role == "condition" and counts.get(span.target) in bounded}
    numbering = asked.words("numbering_words")
    for at in (i for i in range(len(asked.tokens) - 1) if asked.tokens[i].start in told):
        named = {c.target for c in asked.concepts(at, at + 2) if c.kind == "dimension" and c.weight >= NAMED}
        if asked.text(at + 1) in numbering and {name.partition(".")[0] for name in named} & bounded:
            yield Doubt(raw(asked.tokens[at : at + 2]), "torn_name")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _torn_segment,
    _torn_field,
    _value_within_field,
    _torn_noun,
    _counted_for_numbered,
)
