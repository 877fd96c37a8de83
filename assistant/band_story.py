"""A number put in bands in words: where most of the rows lie, where the middle one does, how many are in the last."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from assistant.formatting import Style, exact, is_number, number
from assistant.story import Row, Story, group_of, say, value_of
from assistant.wording import lower


def is_of_bands(story: Story) -> bool:
    """Whether a number that adds up is told by the bands of one other number, and nothing else."""
    shape, query = story.shape, story.context.query
    if not story.complete or (query is not None and query.limit is not None):
        return False
    banded = [place for place in shape.dimensions if shape.columns[place].bands is not None]
    alone = len(shape.dimensions) == len(banded) == 1 and shape.time is None and shape.main.previous is None
    return alone and shape.is_additive(shape.main) and len(_inside(story)) > 1


def tell_bands(story: Story) -> str:
    """ "12,300 orders by order amount: the largest band is €40–€60 (31%), 2% lie at €300 and more." """
    rows = _inside(story)
    amounts = [_amount(story, row) for row in rows]
    largest = rows[amounts.index(max(amounts))]
    told = {
        "total": number(sum(amounts), story.shape.style(story.main.value)),
        "by": lower(story.shape.columns[story.shape.dimensions[0]].label, story.words),
        "most": _band(story, largest),
        "share": _share(story, largest, rows),
        "middle": _middle(story, rows, largest),
        "rest": _last(story, rows, largest),
    }
    return say(story, "bands", told) + _unknown(story)


def _inside(story: Story) -> list[Row]:
    """The rows that are in a band, in the order of the bands."""
    place, value = story.shape.dimensions[0], story.main.value
    rows = [row for row in story.shape.rows if is_number(row[place]) and is_number(row[value]) and row[value] >= 0]
    return sorted(rows, key=lambda row: row[place]) if sum(row[value] for row in rows) else []


def _amount(story: Story, row: Row) -> Decimal:
    return exact(row[story.main.value])


def _band(story: Story, row: Row) -> str:
    return group_of(story, row)


def _share(story: Story, row: Row, rows: Sequence[Row]) -> str:
    total = sum(_amount(story, one) for one in rows)
    return number(_amount(story, row) / total, Style("percent", locale=story.context.locale))


def _middle(story: Story, rows: Sequence[Row], largest: Row) -> str:
    """Where half of what is counted is reached; nothing for sums, whose middle is none of a row."""
    if story.shape.style(story.main.value).kind != "integer":
        return ""
    half, reached = sum(_amount(story, row) for row in rows) / 2, Decimal()
    for row in rows:
        reached += _amount(story, row)
        if reached > half:
            key = "bands_middle_too" if row is largest else "bands_middle"
            return story.words.say(key, {"band": _band(story, row)})
    return ""


def _last(story: Story, rows: Sequence[Row], largest: Row) -> str:
    """What lies in the last band, where it is an open one and not the largest."""
    bands = story.shape.columns[story.shape.dimensions[0]].bands
    lower_edge = rows[-1][story.shape.dimensions[0]]
    if bands is None or rows[-1] is largest or bands.around(lower_edge)[1] is not None:
        return ""
    return story.words.say("bands_last", {"share": _share(story, rows[-1], rows), "band": _band(story, rows[-1])})


def _unknown(story: Story) -> str:
    """How much belongs to no band, because the number is not known."""
    place = story.shape.dimensions[0]
    found = next((row for row in story.shape.rows if row[place] is None and is_number(row[story.main.value])), None)
    if found is None or not found[story.main.value]:
        return ""
    told = {"value": value_of(story, story.main, found), "by": lower(story.shape.columns[place].label, story.words)}
    return " " + story.words.say("bands_unknown", told)
