"""A result together with the words it is told in: subjects, values, changes and shares as parts of a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from typing import Any

from babel.lists import format_list

from assistant.day_bounds import day_of, spans_of
from assistant.formatting import Style, bucket, cell, day, exact, is_number, number, shorten
from assistant.letters import letters_told
from assistant.period_words import at_bucket, earlier, when
from assistant.shape import Context, Numbers, Shape, part_of_calendar
from assistant.wording import Wording
from semantic_layer import Column, Filter, TimeRange
from warehouse import Result

Row = tuple[Any, ...]
LISTED = 5


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


OPPOSITES = {"le": "gt", "lt": "ge", "gt": "le", "ge": "lt"}
"""What holds of a known value of which a bound does not hold."""


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
    query = story.context.query
    if query is None:
        return ""
    grouped = {group.field for group in query.group_by}  # that only named groups are shown, their names say themselves
    told = [item for item in query.filters if not (item.op == "not_null" and item.field in grouped)]
    doing = next((item for item in told if item.entity in story.context.doers), None)
    spans = spans_of(told)
    ends = {end for end, _ in spans.values()}
    said = "".join(
        _of_doers(story, item if item is doing else None)
        + (_while(story, item, spans[at][1]) if at in spans else _filter(story, item))
        for at, item in enumerate(told)
        if at not in ends
    )
    return said.replace(") (", ", ")  # one pair of brackets for what stands beside each other


def _while(story: Story, item: Filter, span: TimeRange) -> str:
    """ " where due date is in July 2026": the days that two bounds leave, as a period."""
    query = story.context.query.model_copy(update={"time_range": span}) if story.context.query else None
    told = when(replace(story.context, query=query, as_of=None), story.words)
    return story.words.say("filter_when", {"field": named(story, item.field) + _role(story, item), "when": told})


def _of_doers(story: Story, item: Filter | None) -> str:
    """ " of customers", before the first condition on what they did, where the number is none of theirs by itself."""
    owner = story.context.doers[item.entity] if item is not None else ""
    return story.words.say("filter_of_doers", {"owner": lower(owner, story.words)}) if owner else ""


def _filter(story: Story, item: Filter) -> str:
    if item.any_of:
        told = [_filter(story, part) for part in item.alternatives]
        return reduce(lambda one, other: story.words.say("filter_or", {"one": one, "other": other}), told)
    if len(item.values) == 1 and isinstance(item.values[0], bool) and item.op in ("eq", "in", "ne", "not_in"):
        holds = item.values[0] == (item.op in ("eq", "in"))
        values = {"values": named(story, item.field)}
        return story.words.say("filter_flag" if holds else "filter_no_flag", values)
    values = listed(story, [_filter_value(story, item, value) for value in item.values]) + _role(story, item)
    apart = item.time_range is not None and (item.op, item.values) in (("ge", (1,)), ("eq", (0,)))
    if "." not in item.field and (item.entity or item.where or apart):
        return _having(story, item, values)
    if item.op in ("in", "eq") and item.values and not is_number(item.values[0]):
        told = {"field": named(story, item.field), "values": values}
        return story.words.say("filter_kind" if _are_kinds(item) else "filter_in", told)
    if item.op in ("not_in", "ne") and item.values:
        return story.words.say("filter_out", {"values": values})
    if item.than or item.other:
        values = _stand_in(story, item)
    denied = item.none and item.op in OPPOSITES and item.field.partition(".")[0] == item.entity
    bound = None if denied else day_of(item)
    if bound is not None:
        values = day(bound, story.context.locale) + _role(story, item)
    op = OPPOSITES[item.op] if denied else item.op
    of_days = bound is not None or item.other in story.context.days
    operator = story.words.choice("operators_of_days" if of_days and op in OPPOSITES else "operators", op)
    if op in ("like", "not_like"):
        operator, values = letters_told(story.words, op, item.values), ""
    told = {"field": named(story, item.field), "operator": operator, "values": values}
    if denied:
        return story.words.say("filter_or_unknown", told)
    return story.words.say("filter_other", told).rstrip() + _within(story, item)


def _are_kinds(item: Filter) -> bool:
    """Whether values are no names, so that they say little by themselves: "female", "web"."""
    return "." in item.field and all(str(value)[:1].islower() for value in item.values)


def _role(story: Story, item: Filter) -> str:
    """ " (departure airport)": in which role what the values name is meant, where there are several."""
    role = story.context.roles.get(item.via, "")
    return f" ({role})" if role else ""


def _having(story: Story, item: Filter, values: str) -> str:
    """A condition on what each one has: " with orders for Beauty", " without refunds", " where orders is over 5"."""
    told = {"field": named(story, item.field) + "".join(_filter(story, row) for row in item.where)}
    if (item.op, item.values) in (("ge", (1,)), ("eq", (0,))):
        return story.words.say("filter_some" if item.op == "ge" else "filter_none", told) + _within(story, item)
    operator = story.words.choice("operators", item.op)
    values = _stand_in(story, item) if item.than else values
    said = story.words.say("filter_other", told | {"operator": operator, "values": values}).rstrip()
    return said + _within(story, item)


def _stand_in(story: Story, item: Filter) -> str:
    """What takes the place of a value: "the average", "that of the period before", "110% of that"."""
    if item.other and not item.where:
        return named(story, item.other)
    if item.where and "." in item.field:
        told = [listed(story, [_filter_value(story, row, one) for one in row.values]) for row in item.where]
        return story.words.say("the_average_of", {"rows": listed(story, told)})
    if not item.values:
        return story.words.say(f"the_{item.than}")
    digits = 0 if round(float(str(item.values[0])) * 100, 6) % 1 == 0 else None
    times = number(item.values[0], Style("percent", decimals=digits, locale=story.context.locale))
    return story.words.say(f"the_times_{item.than}", {"times": times})


def _within(story: Story, item: Filter) -> str:
    """The period of a condition, where it is not that of the question, which is told anyway."""
    query = story.context.query
    if query is None or item.time_range in (None, query.time_range):
        return ""
    own = query.model_copy(update={"time_range": item.time_range})
    return when(replace(story.context, query=own), story.words)


def named(story: Story, name: str) -> str:
    """What a field or an entity is called inside a sentence."""
    return story.context.titles.get(name) or name.rsplit(".", 1)[-1].replace("_", " ")


def _filter_value(story: Story, item: Filter, value: Any) -> str:
    if is_number(value) and item.field in story.context.percents:
        return number(value, Style("percent", locale=story.context.locale))
    return number(value, Style(locale=story.context.locale)) if is_number(value) else shorten(str(value))


def listed(story: Story, items: Sequence[str], limit: int = LISTED) -> str:
    """Items as a list in words; more than `limit` are cut to that many "and others"."""
    shown = list(items)
    if len(shown) > limit:
        shown = [*shown[:limit], story.words.say("others")]
    return format_list(shown, locale=story.context.locale) if shown else ""


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


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def lower(label: str, words: Wording) -> str:
    """A label inside a sentence: "Net revenue" becomes "net revenue", "NPS" and "iOS orders" stay.

    So does every label in a language that writes its nouns with a large letter.
    """
    if words.texts["nouns_large"]:
        return label
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() or first in ("I", "") else label[:1].lower() + label[1:]
