"""What comes first in each group or time, in plain words: "Highest revenue: 2025 – December 2025 (€399,413), ..."."""

from __future__ import annotations

from assistant.formatting import bucket, cell
from assistant.story import Row, Story, listed, say, value_of

__all__ = ["are_firsts", "tell_firsts"]


def are_firsts(story: Story) -> bool:
    """Whether the rows are the first in each of other groups, times among them: no trend and no ranking of all."""
    query = story.context.query
    top = query.top if query is not None else None
    timed = query is not None and any(group.grain for group in query.group_by)
    return top is not None and bool(top.within) and not top.others and timed


def tell_firsts(story: Story) -> str:
    """Each group with what comes first in it, the first few of them."""
    query = story.context.query
    descending = query is None or query.top is None or query.top.descending
    told = listed(story, [_first(story, row) for row in story.shape.rows])
    return say(story, "firsts_high" if descending else "firsts_low", {"list": told})


def _first(story: Story, row: Row) -> str:
    query = story.context.query
    top = query.top if query is not None else None
    own = top.field if top is not None else ""
    keys = [at for at, column in enumerate(story.shape.columns) if column.role in ("dimension", "time")]
    ranked = [at for at in keys if story.shape.columns[at].ref == own]
    within = [at for at in keys if at not in ranked]
    values = {"own": _named(story, row, ranked), "within": _named(story, row, within)}
    return story.words.say("first_of", values | {"value": value_of(story, story.main, row)})


def _named(story: Story, row: Row, places: list[int]) -> str:
    return " / ".join(_shown(story, row, at) for at in places)


def _shown(story: Story, row: Row, at: int) -> str:
    column = story.shape.columns[at]
    if column.grain and row[at] is not None:
        return bucket(row[at], column.grain, story.context.locale)
    return cell(row[at], column, story.shape.style(at))
