"""A result in plain words, with no model: one to three sentences in which every number comes from the result.

The shape of the result chooses the sentence: a number, several numbers, a ranking, a trend, a trend by category, a
list. Rounding is that of `assistant.formatting`; unfinished buckets of time are named as such and never compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter

from assistant.band_story import is_of_bands, tell_bands
from assistant.cohort_story import is_of_cohorts, tell_cohorts
from assistant.entity_story import is_of_things, tell_no_things, tell_things
from assistant.evidence import numbers_supported, unsupported_numbers
from assistant.firsts import are_firsts, tell_firsts
from assistant.formatting import cell, is_number, shorten
from assistant.funnel_story import is_of_funnel, tell_funnel
from assistant.movers import movers, ranked_by_change
from assistant.pairs import pair
from assistant.period_words import period
from assistant.record import Record, record_of
from assistant.shape import Context, is_partial, shape_of, timed_rows, whole_rows
from assistant.story import (
    Change,
    Row,
    Story,
    asked_share,
    at_of,
    bucket_of,
    change_of,
    change_words,
    count_of,
    filters,
    group_of,
    listed,
    say,
    share_of,
    value_of,
)
from assistant.wording import answers, capital, lower
from semantic_layer import Column
from warehouse import Result

__all__ = ["Record", "describe", "numbers_supported", "period_label", "record_of", "unsupported_numbers"]


def describe(columns: Sequence[Column], result: Result, context: Context | None = None) -> str:
    """What the result says, in one to three sentences; without a query in the context only what was returned."""
    known = context or Context()
    story = Story(shape_of(columns, result, known), answers(known.locale), result)
    tell = next(tell for fits, tell in _STORIES if fits(story))
    cut = [story.words.say("cut", {"count": count_of(story, len(result.rows))})] if result.truncated else []
    return " ".join([tell(story), *cut])


def period_label(context: Context) -> str:
    """The period asked about, as a label: "September 2026", "November 2026 so far (1–21 Nov 2026)", "all data"."""
    return period(context, answers(context.locale))


# --- one row


def _nothing(story: Story) -> str:
    if is_of_things(story):
        return tell_no_things(story)
    free = story.context.query is None or not story.shape.numbers
    return story.words.say("nothing_free") if free else say(story, "nothing")


def _one_row(story: Story) -> str:
    row, item = story.shape.rows[0], story.main
    if len(story.shape.numbers) > 1 and not story.shape.dimensions:
        return _several_numbers(story, row)
    values = {"value": value_of(story, item, row), "change": change_of(story, item, row), "at": at_of(story, row)}
    changed = "_changed" if values["change"] else ""
    if not is_number(row[item.value]):
        return say(story, "no_value", values)
    if story.shape.dimensions and not _is_pinned(story):
        return _one_group(story, values | {"group": group_of(story, row)}) + _also(story)
    is_count = story.shape.style(item.value).kind == "integer"
    return say(story, ("count" if is_count else "total") + changed, values)


def _one_group(story: Story, values: dict[str, str]) -> str:
    query = story.context.query
    if not values["change"] and query and query.limit == 1 and query.order_by:
        return say(story, "top_group" if story.descending else "bottom_group", values)
    return say(story, "one_group_changed" if values["change"] else "one_group", values)


def _is_pinned(story: Story) -> bool:
    """Whether the only group is the one that a condition names, which is told with the condition."""
    query = story.context.query
    one = {item.field for item in query.filters if item.op == "in" and len(item.values) == 1} if query else set[str]()
    return query is not None and bool(query.group_by) and {group.field for group in query.group_by} <= one


def _several_numbers(story: Story, row: Row) -> str:
    items = [_labelled(story, position, row) for position in range(len(story.shape.numbers))]
    joined = listed(story, items, limit=len(items))
    label = (say(story, "at", {"at": at_of(story, row)}) + filters(story)).strip()
    if label.startswith("("):  # a flag in brackets cannot open a sentence
        joined, label = f"{joined} {label}", ""
    return say(
        story, "totals" if label else "totals_always", {"list": joined, "List": capital(joined), "When": capital(label)}
    )


def _labelled(story: Story, position: int, row: Row) -> str:
    item = story.shape.numbers[position]
    change = change_of(story, item, row, short=True)
    values = {"label": lower(item.column.label, story.words), "value": value_of(story, item, row), "change": change}
    return story.words.say("total_of_changed" if change else "total_of", values)


# --- categories: a ranking


def _ranking(story: Story) -> str:
    rows = [row for row in story.shape.rows if is_number(row[story.main.value])]
    if not rows:
        return say(story, "no_value")
    told = ranked_by_change(story) or pair(story) or _ranked(story, rows, "") + movers(story)
    return told + _empty_groups(story, len(rows)) + _also(story)


def _ranked(story: Story, every: list[Row], at: str) -> str:
    """The best (or the worst, when the question asked for those), what follows, and the other end if it is there.

    Rows without a value of the field are no group of the ranking; what they have is told behind it.
    """
    value, best = itemgetter(story.main.value), "highest" if story.descending else "lowest"
    named = [row for row in every if not _is_unnamed(story, row)]
    rows = named if len(named) > 1 else every
    apart = _unnamed(story, every) if len(rows) < len(every) else ""
    ordered = sorted(rows, key=value, reverse=story.descending)
    leaders = [row for row in ordered if value(row) == value(ordered[0])]
    others = ordered[len(leaders) :]
    if not others and len(rows) > 1:
        counted = {"value": value_of(story, story.main, rows[0]), "count": count_of(story, len(rows)), "at": at}
        return say(story, "all_equal", counted) + apart
    text = say(story, best, {"first": _leaders(story, leaders, every), "at": at})
    if len(others) > 1 or (others and not story.complete):
        text += story.words.say("then", {"second": _with_value(story, others[0])})
    if others and story.complete:
        text += story.words.say(
            "and_lowest" if story.descending else "and_highest", {"last": _with_value(story, others[-1])}
        )
    return text.rstrip(",") + "." + apart


def _is_unnamed(story: Story, row: Row) -> bool:
    """Whether a row is of what has no value of the one field that the others are told by."""
    places = story.shape.dimensions
    return len(places) == 1 and row[places[0]] is None


def _unnamed(story: Story, rows: list[Row]) -> str:
    """ " Without store: €1,469 (70.4% of the total shown).": what no group of a ranking has, told apart."""
    row = next(row for row in rows if _is_unnamed(story, row))
    label = lower(story.shape.columns[story.shape.dimensions[0]].label, story.words)
    share = share_of(story, row, rows)
    told = {"field": label, "value": value_of(story, story.main, row), "share": share}
    return " " + story.words.say("unnamed_share" if share else "unnamed", told)


def _leaders(story: Story, leaders: list[Row], rows: list[Row]) -> str:
    if len(leaders) > 1:
        groups = listed(story, [group_of(story, row) for row in leaders])
        return story.words.say("tied", {"groups": groups, "value": value_of(story, story.main, leaders[0])})
    return _with_value(story, leaders[0], share_of(story, leaders[0], rows))


def _with_value(story: Story, row: Row, share: str = "") -> str:
    asked = asked_share(story, row)
    values = {"group": group_of(story, row), "value": value_of(story, story.main, row), "share": asked or share}
    return story.words.say("with_asked_share" if asked else "with_share" if share else "with_value", values)


def _empty_groups(story: Story, with_value: int) -> str:
    empty = len(story.shape.rows) - with_value
    if not empty:
        return ""
    counts = {"count": count_of(story, empty), "all": count_of(story, len(story.shape.rows))}
    return " " + story.words.say("empty_group" if empty == 1 else "empty_groups", counts)


# --- time: a trend


def _trend(story: Story) -> str:
    rows, whole = timed_rows(story.shape), whole_rows(story.shape)
    if not rows:
        return say(story, "no_value")
    if story.context.query and story.context.query.running and not story.context.query.running.last:
        return _reached(story, rows) + _also(story)
    parts = [_extremes(story, whole), _last_whole(story, whole), _cut_first(story, rows), _unfinished(story, rows)]
    return " ".join(part for part in parts if part) + _also(story)


def _reached(story: Story, rows: list[Row]) -> str:
    """What a running total has come to."""
    values = {
        "value": value_of(story, story.main, rows[-1]), "at_last": at_of(story, rows[-1]),
        "by_grain": story.words.choice("grains", story.shape.grain),
    }  # fmt: skip
    return say(story, "reached", values)


def _extremes(story: Story, whole: list[Row]) -> str:
    if len(whole) < 2:
        return ""
    value = itemgetter(story.main.value)
    high, low = max(whole, key=value), min(whole, key=value)
    values = {
        "value": value_of(story, story.main, high), "high": value_of(story, story.main, high),
        "low": value_of(story, story.main, low), "at_high": at_of(story, high), "at_low": at_of(story, low),
        "by_grain": story.words.choice("grains", story.shape.grain), "at": _stretch(story, whole),
    }  # fmt: skip
    return say(story, "flat" if value(high) == value(low) else "peak", values)


def _stretch(story: Story, whole: list[Row]) -> str:
    """From which bucket to which, where the question left it open; otherwise the period says it."""
    asked = story.context.time_range
    if asked and asked.start and asked.end:
        return ""
    key = "in_days" if story.shape.grain == "day" else "in_buckets"
    return story.words.say(key, {"first": bucket_of(story, whole[0]), "last": bucket_of(story, whole[-1])})


def _last_whole(story: Story, whole: list[Row]) -> str:
    """The last whole bucket, against what it is compared with or else against the first one."""
    if not whole:
        return ""
    item, first, last = story.main, whole[0], whole[-1]
    change = change_of(story, item, last)
    values = {"bucket": capital(bucket_of(story, last)), "value": value_of(story, item, last), "at": at_of(story, last)}
    if len(whole) == 1:
        return say(story, "only_bucket_changed" if change else "only_bucket", values | {"change": change})
    if not change and len({row[item.value] for row in whole}) > 1:
        change = change_words(story, item, Change(first[item.value], last[item.value]), bucket_of(story, first))
    return story.words.say("last_change", values | {"change": change}) if change else ""


def _cut_first(story: Story, rows: list[Row]) -> str:
    if len(rows) < 2 or not is_partial(rows[0][story.shape.time or 0], story.shape):
        return ""
    return story.words.say("cut_first", {"bucket": capital(bucket_of(story, rows[0]))})


def _unfinished(story: Story, rows: list[Row]) -> str:
    if not is_partial(rows[-1][story.shape.time or 0], story.shape):
        return ""
    values = {"bucket": capital(bucket_of(story, rows[-1])), "value": value_of(story, story.main, rows[-1])}
    return story.words.say("unfinished", values)


def _trend_by_category(story: Story) -> str:
    """The ranking within the last whole bucket: a picture shows the rest better than words."""
    time = story.shape.time or 0
    whole = whole_rows(story.shape) or timed_rows(story.shape)
    if not whole:
        return say(story, "no_value")
    now = [row for row in whole if row[time] == whole[-1][time]]
    if len(now) == 1:
        values = {"value": value_of(story, story.main, now[0]), "group": group_of(story, now[0])}
        return say(_without_groups(story), "one_group", values | {"at": at_of(story, now[0])}) + _also(story)
    return _ranked(story, now, at_of(story, now[0])) + _also(story)


def _without_groups(story: Story) -> Story:
    """The story without the conditions that name groups of it, of which the sentence names those that there are."""
    query = story.context.query
    if query is None:
        return story
    grouped = {group.field for group in query.group_by}
    kept = tuple(item for item in query.filters if item.op != "in" or item.field not in grouped)
    context = replace(story.context, query=query.model_copy(update={"filters": kept}))
    return replace(story, shape=replace(story.shape, context=context))


# --- rows


def _also(story: Story) -> str:
    """Metrics that the sentence leaves to the table."""
    others = [lower(item.column.label, story.words) for item in story.shape.numbers if item is not story.main]
    return " " + story.words.say("also", {"labels": listed(story, others)}) if others else ""


def _rows(story: Story) -> str:
    count = len(story.shape.rows)
    labels = listed(story, [lower(column.label or column.name, story.words) for column in story.shape.columns])
    free = "_free" if story.context.query is None else ""
    return story.words.say(
        ("row" if count == 1 else "rows") + free, {"count": count_of(story, count), "labels": labels}
    )


def _free_number(story: Story) -> str:
    column, value = story.shape.columns[0], story.shape.rows[0][0]
    text = cell(value, column, story.shape.style(0))
    return story.words.say("one_free", {"label": column.label or column.name, "value": shorten(text)})


def _is_one_cell(story: Story) -> bool:
    return len(story.shape.rows) == len(story.shape.columns) == 1


def _cohorts(story: Story) -> str:
    return tell_cohorts(story, describe)


def _funnel(story: Story) -> str:
    return tell_funnel(story, describe)


_STORIES: tuple[tuple[Callable[[Story], bool], Callable[[Story], str]], ...] = (
    (lambda story: not story.shape.rows, _nothing),
    (
        lambda story: story.context.query is None and len(story.shape.rows) == len(story.shape.columns) == 1,
        _free_number,
    ),
    (is_of_things, tell_things),
    (lambda story: story.context.query is None or not story.shape.numbers, _rows),
    (is_of_cohorts, _cohorts),
    (is_of_funnel, _funnel),
    (are_firsts, tell_firsts),
    (is_of_bands, lambda story: tell_bands(story) + _also(story)),
    (lambda story: len(story.shape.rows) == 1, _one_row),
    (lambda story: story.shape.time is not None and not story.shape.dimensions, _trend),
    (lambda story: story.shape.time is not None, _trend_by_category),
    (lambda story: bool(story.shape.dimensions), _ranking),
    (lambda _: True, _rows),
)
