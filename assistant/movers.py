"""Which categories rose and which fell, in plain words."""

from __future__ import annotations

from operator import itemgetter

from assistant.formatting import is_number, signed
from assistant.period_words import earlier
from assistant.story import Row, Story, count_of, group_of, say


def movers(story: Story) -> str:
    """Which category rose and which fell most, when the question compares; empty when it does not."""
    change = story.main.change
    if change is None:
        return ""
    moved = sorted((row for row in story.shape.rows if is_number(row[change])), key=itemgetter(change))
    if not moved or moved[0][change] == moved[-1][change] == 0:
        return ""
    (down, fall), (up, rise) = ((row, row[change]) for row in (moved[0], moved[-1]))
    values = {
        "earlier": earlier(story.context, "", story.words),
        "up": group_of(story, up), "rise": signed(rise, story.shape.style(change)),
        "down": group_of(story, down), "fall": signed(fall, story.shape.style(change)),
    }  # fmt: skip
    key = "rose_and_fell" if rise > 0 > fall else "rose_most" if rise > 0 else "fell_most"
    return " " + story.words.say(key, values)


def ranked_by_change(story: Story) -> str:
    """The ranking when the question asks for what rose or fell most; empty when it asks for another.

    Where nothing moved the way that was asked, this is said first: the least rise is no fall.
    """
    query = story.context.query
    order = query.order_by[0].column if query and query.order_by else ""
    position = {"change": story.main.change, "change_ratio": story.main.ratio}.get(order)
    moved = [row for row in story.shape.rows if position is not None and is_number(row[position])]
    if position is None or not moved:
        return ""
    moved.sort(key=itemgetter(position), reverse=story.descending)
    asked = moved[0][position] > 0 if story.descending else moved[0][position] < 0
    rose, fell = ("rose_first", "rose_none"), ("fell_first", "fell_none")
    key = (rose if story.descending else fell)[not asked]
    second = _moved(story, moved[1], position) if len(moved) > 1 else ""
    values = {
        "earlier": earlier(story.context, "", story.words),
        "count": count_of(story, len(moved)),
        "first": _moved(story, moved[0], position),
        "then": story.words.say("then", {"second": second}).rstrip(",") if second else "",
    }
    return say(story, key, values)


def _moved(story: Story, row: Row, position: int) -> str:
    return story.words.say(
        "with_value", {"group": group_of(story, row), "value": signed(row[position], story.shape.style(position))}
    )
