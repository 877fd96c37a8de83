"""Two groups that were set against each other: which has more of a number, and by how much."""

from __future__ import annotations

import re
from dataclasses import replace
from operator import itemgetter

from assistant.formatting import Style, exact, is_number, number
from assistant.story import Row, Story, group_of, say, value_of
from assistant.wording import lower

GROUPS = 2


def pair(story: Story) -> str:
    """Which of the two groups named has more (or less, when that was asked) and by how much; empty for other results.

    A difference of shares is told in percentage points, any other also as a part of the smaller value.
    """
    rows = [row for row in story.shape.rows if is_number(row[story.main.value])]
    if not _is_pair(story) or len(rows) != GROUPS or len(story.shape.rows) != GROUPS:
        return ""
    value = itemgetter(story.main.value)
    if whole := _part_of_whole(story, rows):
        return whole
    first, second = sorted(rows, key=value, reverse=story.descending)
    if value(first) == value(second):
        return ""
    told = {
        "first": _named(story, first), "first_value": value_of(story, story.main, first),
        "second": _named(story, second), "second_value": value_of(story, story.main, second),
        "difference": _difference(story, value(first), value(second)),
    }  # fmt: skip
    return say(_plain(story), "pair_higher" if story.descending else "pair_lower", told)


def _part_of_whole(story: Story, rows: list[Row]) -> str:
    """ "Orders in May: 4,880, of these Germany 1,293 (26.5%)": a part whose share in a count was asked for."""
    query, at = story.context.query, story.main.value
    others = [row for row in rows if _named(story, row) == story.words.say("all_others")]
    counts = all(isinstance(row[at], int) for row in rows)
    blanks_left_out = query is not None and any(one.op == "not_null" for one in query.filters)
    if query is None or not query.shares or len(others) != 1 or not counts or blanks_left_out:
        return ""
    (part,) = (row for row in rows if row is not others[0])
    style, whole = story.shape.style(at), sum(exact(row[at]) for row in rows)
    share = number(exact(part[at]) / whole, Style("percent", locale=style.locale)) if whole else ""
    told = {"part": _named(story, part), "value": value_of(story, story.main, part), "share": share}
    return say(_plain(story), "part_of_whole", {**told, "whole": number(whole, style)}) if share else ""


def _is_pair(story: Story) -> bool:
    """Whether the question set two groups against each other: two values, one against all others, in or out."""
    query = story.context.query
    if query is None or len(query.group_by) != 1 or query.limit is not None or query.compare is not None:
        return False
    (group,) = query.group_by
    named = {one.field: one.values for one in query.filters if one.op == "in"}
    return bool(group.apart) or _is_flag(story) or len(named.get(group.field, ())) == GROUPS


def _is_flag(story: Story) -> bool:
    """Whether the groups are those in and those out of a segment."""
    return len(story.shape.dimensions) == 1 and all(
        isinstance(row[story.shape.dimensions[0]], bool) for row in story.shape.rows
    )


def _named(story: Story, row: Row) -> str:
    if not _is_flag(story):
        name, query = group_of(story, row), story.context.query
        rest = query is not None and name == query.group_by[0].others_label
        return story.words.say("all_others") if rest else name
    at = story.shape.dimensions[0]
    column = story.shape.columns[at]
    label = column.label or column.name
    if not row[at]:
        return story.words.say("all_others")
    is_noun = re.match(story.words.texts["plural"], label) is not None
    return lower(label, story.words) if is_noun else story.words.say("those", {"what": lower(label, story.words)})


def _difference(story: Story, first: object, second: object) -> str:
    """ "€5.08 (8.6%)", "3.3 pp"."""
    style, gap, low = (
        story.shape.style(story.main.value),
        abs(exact(first) - exact(second)),
        min(exact(first), exact(second)),
    )
    if style.kind == "percent":
        return number(gap, Style("points", locale=style.locale))
    told = number(gap, style)
    return f"{told} ({number(gap / low, Style('percent', locale=style.locale))})" if low > 0 else told


def _plain(story: Story) -> Story:
    """The story without the conditions that name the two groups or leave out what is in neither."""
    query = story.context.query
    if query is None:
        return story
    fields = {group.field for group in query.group_by}
    against_all = bool(query.group_by[0].apart) or _is_flag(story)
    kept = tuple(
        one
        for one in query.filters
        if not (one.op == "in" and one.field in fields) and not (one.op == "not_null" and against_all)
    )
    told = replace(story.context, query=query.model_copy(update={"filters": kept}))
    return replace(story, shape=replace(story.shape, context=told))
