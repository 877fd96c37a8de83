"""A result together with the words it is told in: subjects, values, changes and shares as parts of a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant.formatting import Style, bucket, cell, exact, is_number, number, shorten
from assistant.narrowed import LISTED, Narrowed
from assistant.period_words import at_bucket, earlier, when
from assistant.shape import Context, Numbers, Shape, part_of_calendar
from assistant.wording import Wording, capital, lower
from semantic_layer import Column
from warehouse import Result

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Story:
    """A result's shape, and the words for it."""

    shape: Shape
    words: Wording
    result: Result

    @property
    def context(self) -> Context:
        """What is known besides the rows."""
        return self.shape.context

    @property
    def main(self) -> Numbers:
        """The metric that is told."""
        return self.shape.main

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first; so it is told unless the question asked for the smallest."""
        query = self.context.query
        return query.order_by[0].descending if query and query.order_by else True

    @property
    def complete(self) -> bool:
        """Whether the rows are all there are, so that the last one is the last indeed."""
        query = self.context.query
        cut = query is not None and query.limit is not None and len(self.result.rows) >= query.limit
        return not (cut or self.result.truncated)


@dataclass(frozen=True)
class Change:
    """A value then and now; `amount` and `ratio` as the result has them, computed where it has none."""

    before: Any
    after: Any
    amount: Any = None
    ratio: Any = None


def say(story: Story, key: str, values: dict[str, str] | None = None) -> str:
    """A sentence about the main metric; `at` stands for the period when it is given."""
    given = values or {}
    label = story.main.column.label or story.main.column.name
    subject = (_share_subject(story) or lower(label, story.words)) + filters(story)
    common = {
        "subject": subject,
        "Subject": capital(subject),
        "when": given.get("at") or when(story.context, story.words),
        "be": story.words.say("be_many" if re.match(story.words.texts["plural"], label) else "be_one"),
    }
    return story.words.say(key, common | given)


def _share_subject(story: Story) -> str:
    """ "share of net revenue", where the number that is told is a share of what another column holds."""
    main = story.main.column
    whole = (one for one in story.shape.columns if one.role == "metric" and one.ref == main.ref)
    found = next(whole, None) if main.role == "share" and main.format == "percent" else None
    return story.words.say("share_of", {"what": lower(found.label or found.name, story.words)}) if found else ""


def filters(story: Story) -> str:
    """The filters of the question in words: " for Germany and France", " excluding Web"."""
    return Narrowed(story.context, story.words).told()


def named(story: Story, name: str) -> str:
    """What a field or an entity is called inside a sentence."""
    return Narrowed(story.context, story.words).named(name)


def listed(story: Story, items: Sequence[str], limit: int = LISTED) -> str:
    """Items as a list in words; more than `limit` are cut to that many "and others"."""
    return Narrowed(story.context, story.words).listed(items, limit)


def value_of(story: Story, item: Numbers, row: Row) -> str:
    """The metric's value in a row, as text."""
    return number(row[item.value], story.shape.style(item.value))


def group_of(story: Story, row: Row) -> str:
    """The categories of a row: "Germany", or "Germany / Web" when there are two."""
    shape = story.shape
    return " / ".join(shorten(group_text(row[i], shape.columns[i], shape.style(i))) for i in shape.dimensions)


def group_text(value: Any, column: Column, style: Style) -> str:
    """One category in a sentence: "17:00" for an hour of the day, anything else as a table has it."""
    hour = part_of_calendar(column) == "hour" and is_number(value)
    return f"{value:.0f}:00" if hour else cell(value, column, style)


def bucket_of(story: Story, row: Row) -> str:
    """The bucket of time of a row: "September 2026"."""
    return bucket(row[story.shape.time or 0], story.shape.grain, story.context.locale, long=True)


def at_of(story: Story, row: Row) -> str:
    """The bucket of time of a row with its preposition, nothing without a time: " in September 2026"."""
    time = story.shape.time
    if time is None or row[time] is None:
        return ""
    return at_bucket(row[time], story.shape.grain, story.words, story.context.locale)


def count_of(story: Story, count: int) -> str:
    """A whole number, grouped."""
    return number(count, Style("integer", locale=story.context.locale))


def change_of(story: Story, item: Numbers, row: Row, *, short: bool = False) -> str:
    """The comparison in a row, in words: "up 12.3% (€1,234) on the previous month"; nothing when there is none."""
    if item.previous is None or not is_number(row[item.value]):
        return ""
    before = row[item.previous]
    against = earlier(story.context, story.shape.grain, story.words)
    if not is_number(before):
        return story.words.say("no_earlier", {"earlier": against})
    amount = row[item.change] if item.change is not None else None
    ratio = row[item.ratio] if item.ratio is not None else None
    return change_words(story, item, Change(before, row[item.value], amount, ratio), against, short=short)


def change_words(story: Story, item: Numbers, change: Change, against: str, *, short: bool = False) -> str:
    """A change in words; a change of a share is told in percentage points, one from nothing without a ratio.

    A `short` one tells no amount beside the ratio.
    """
    style = story.shape.style(item.value)
    before, after = exact(change.before), exact(change.after)
    amount = exact(change.amount) if is_number(change.amount) else after - before
    if amount == 0:
        return story.words.say("same", {"earlier": against})
    is_points = style.kind == "percent"
    ratio = exact(change.ratio) if is_number(change.ratio) else amount / before if before > 0 else None
    key = ("up" if amount > 0 else "down") + ("_amount" if is_points or ratio is None else "")
    if short:
        key = {"up": "up_ratio", "down": "down_ratio"}.get(key, key)
    shown = number(abs(amount), Style("points", locale=style.locale) if is_points else style)
    ratio_text = "" if ratio is None else number(abs(ratio), Style("percent", locale=style.locale))
    return story.words.say(key, {"amount": shown, "ratio": ratio_text, "earlier": against})


def asked_share(story: Story, row: Row) -> str:
    """The row's share as it was asked for and computed, empty where none was."""
    position = story.main.share
    if position is None or not is_number(row[position]):
        return ""
    return number(exact(row[position]), Style("percent", locale=story.context.locale))


def share_of(story: Story, row: Row, rows: Sequence[Row]) -> str:
    """The row's share of the sum of all rows shown; nothing where a sum has no meaning."""
    position = story.main.value
    amounts = [exact(other[position]) for other in rows]
    total = sum(amounts, Decimal())
    if (
        not story.shape.is_additive(story.main)
        or not story.descending
        or len(amounts) < 2
        or min(amounts) < 0
        or total <= 0
    ):
        return ""
    return number(exact(row[position]) / total, Style("percent", locale=story.context.locale))
