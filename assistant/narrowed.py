"""What a number is narrowed to, as parts of a sentence: " for Germany and France", " with over 5 orders"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from babel.lists import format_list

from assistant.day_bounds import day_of, spans_of
from assistant.formatting import Style, day, is_number, number, shorten
from assistant.letters import letters_told
from assistant.period_words import when
from assistant.shape import Context
from assistant.wording import Wording, lower
from semantic_layer import Filter, TimeRange

LISTED = 5
OPPOSITES = {"le": "gt", "lt": "ge", "gt": "le", "ge": "lt"}
"""What holds of a known value of which a bound does not hold."""
PRESENT = {"is_null": "filter_none", "not_null": "filter_some"}


@dataclass(frozen=True)
class Narrowed:
    """What is known of a result besides its rows, and the words for it."""

    context: Context
    words: Wording

    def told(self) -> str:
        """The filters of the question in words: " for Germany and France", " excluding Web"."""
        query = self.context.query
        if query is None:
            return ""
        grouped = {group.field for group in query.group_by}  # their names say that only named groups are shown
        told = [item for item in query.filters if not (item.op == "not_null" and item.field in grouped)]
        doing = next((item for item in told if item.entity in self.context.doers), None)
        spans = spans_of(told)
        ends = {end for end, _ in spans.values()}
        shown = [(at, item) for at, item in enumerate(told) if at not in ends]
        said = [
            self._of_doers(item if item is doing else None)
            + (self._while(item, spans[at][1]) if at in spans else self._filter(item))
            for at, item in shown
        ]
        alone = [bool(item.any_of) for _, item in shown]
        return self._in_a_row(said, alone).replace(") (", ", ")  # one pair of brackets for what stands side by side

    def _in_a_row(self, conditions: Sequence[str], alone: Sequence[bool]) -> str:
        """Conditions in a row, those that open alike behind one opening: " where A and B"; not beside an "or"."""
        joint, openings = self.words.say("filter_and"), tuple(self.words.texts["filter_openings"])
        said, last = "", ""
        for condition, has_alternatives in zip(conditions, alone, strict=True):
            same = "" if has_alternatives else next((one for one in openings if condition.startswith(one)), "")
            joined = bool(same) and last == same
            said += joint + condition.removeprefix(same) if joined else condition
            last = same
        return said

    def _while(self, item: Filter, span: TimeRange) -> str:
        """ " where due date is in July 2026": the days that two bounds leave, as a period."""
        query = self.context.query.model_copy(update={"time_range": span}) if self.context.query else None
        told = when(replace(self.context, query=query, as_of=None), self.words)
        return self.words.say("filter_when", {"field": self.named(item.field) + self._role(item), "when": told})

    def _of_doers(self, item: Filter | None) -> str:
        """ " of customers", before the first condition on what they did, where the number is none of theirs."""
        owner = self.context.doers[item.entity] if item is not None else ""
        return self.words.say("filter_of_doers", {"owner": lower(owner, self.words)}) if owner else ""

    def _filter(self, item: Filter) -> str:
        if item.any_of:
            told = [self._filter(part) for part in item.alternatives]
            return reduce(lambda one, other: self.words.say("filter_or", {"one": one, "other": other}), told)
        if len(item.values) == 1 and isinstance(item.values[0], bool) and item.op in ("eq", "in", "ne", "not_in"):
            holds = item.values[0] == (item.op in ("eq", "in"))
            return self.words.say("filter_flag" if holds else "filter_no_flag", {"values": self.named(item.field)})
        if "." not in item.field and self._is_of_each(item):
            return self._having(item)
        values = self._values(item)
        if item.op in ("in", "eq") and item.values and not is_number(item.values[0]):
            told = {"field": self.named(item.field), "values": values}
            return self.words.say("filter_kind" if _are_kinds(item) else "filter_in", told)
        if item.op in ("not_in", "ne") and item.values:
            return self.words.say("filter_out", {"values": values})
        if item.op in PRESENT and "." in item.field and item.field not in self.context.days:
            return self.words.say(PRESENT[item.op], {"field": self.named(item.field)})
        return self._bounded(item, values)

    def _is_of_each(self, item: Filter) -> bool:
        """Whether a number is that of each one: of those of the list, of an entity, of rows of a kind or of a time."""
        listed = self.context.query is not None and bool(self.context.query.entity)
        apart = item.time_range is not None and _is_any_or_none(item)
        return bool(item.entity or item.where or apart or listed)

    def _values(self, item: Filter) -> str:
        return self.listed([self._filter_value(item, value) for value in item.values]) + self._role(item)

    def _bounded(self, item: Filter, values: str) -> str:
        """ " where order amount is over 200", " where due date is after 3 May 2026", " where name starts with 'A'"."""
        if item.than or item.other:
            values = self._stand_in(item)
        denied = item.none and item.op in OPPOSITES and item.field.partition(".")[0] == item.entity
        bound = None if denied else day_of(item)
        if bound is not None:
            values = day(bound, self.context.locale) + self._role(item)
        op = OPPOSITES[item.op] if denied else item.op
        of_days = bound is not None or item.other in self.context.days
        operator = self.words.choice("operators_of_days" if of_days and op in OPPOSITES else "operators", op)
        if op in ("like", "not_like"):
            operator, values = letters_told(self.words, op, item.values), ""
        told = {"field": self.named(item.field), "operator": operator, "values": values}
        if denied:
            return self.words.say("filter_or_unknown", told)
        return self.words.say("filter_other", told).rstrip() + self._within(item)

    def _role(self, item: Filter) -> str:
        """ " (departure airport)": in which role what the values name is meant, where there are several."""
        role = self.context.roles.get(item.via, "")
        return f" ({role})" if role else ""

    def _having(self, item: Filter) -> str:
        """A condition on what each one has: " with orders for Beauty", " without refunds", " with over 5 orders"."""
        told = {"field": self.named(item.field) + "".join(self._filter(row) for row in item.where)}
        if _is_any_or_none(item):
            return self.words.say("filter_some" if item.op == "ge" else "filter_none", told) + self._within(item)
        if item.than:
            told |= {"operator": self.words.choice("operators", item.op), "values": self._stand_in(item)}
            return self.words.say("filter_other", told).rstrip() + self._within(item)
        bound = _in_the_plural(item) if item.field in self.context.counts else item
        counted = item.field in self.context.counts and bound.values != (1,)
        operators, key = ("operators_of_counts", "filter_counted") if counted else ("operators", "filter_other")
        told |= {"operator": self.words.choice(operators, bound.op), "values": self._values(bound)}
        return self.words.say(key, told).rstrip() + self._within(item)

    def _stand_in(self, item: Filter) -> str:
        """What takes the place of a value: "the average", "that of the period before", "110% of that"."""
        if item.other and not item.where:
            return self.named(item.other)
        if item.where and "." in item.field:
            told = [self.listed([self._filter_value(row, one) for one in row.values]) for row in item.where]
            return self.words.say("the_average_of", {"rows": self.listed(told)})
        if not item.values:
            return self.words.say(f"the_{item.than}")
        digits = 0 if round(float(str(item.values[0])) * 100, 6) % 1 == 0 else None
        times = number(item.values[0], Style("percent", decimals=digits, locale=self.context.locale))
        return self.words.say(f"the_times_{item.than}", {"times": times})

    def _within(self, item: Filter) -> str:
        """The period of a condition, where it is not that of the question, which is told anyway."""
        query = self.context.query
        if query is None or item.time_range in (None, query.time_range):
            return ""
        own = query.model_copy(update={"time_range": item.time_range})
        return when(replace(self.context, query=own), self.words)

    def named(self, name: str) -> str:
        """What a field or an entity is called inside a sentence."""
        return self.context.titles.get(name) or name.rsplit(".", 1)[-1].replace("_", " ")

    def _filter_value(self, item: Filter, value: Any) -> str:
        if is_number(value) and item.field in self.context.percents:
            return number(value, Style("percent", locale=self.context.locale))
        return number(value, Style(locale=self.context.locale)) if is_number(value) else shorten(str(value))

    def listed(self, items: Sequence[str], limit: int = LISTED) -> str:
        """Items as a list in words; more than `limit` are cut to that many "and others"."""
        shown = list(items)
        if len(shown) > limit:
            shown = [*shown[:limit], self.words.say("others")]
        return format_list(shown, locale=self.context.locale) if shown else ""


def _in_the_plural(item: Filter) -> Filter:
    """ "over 1 order" as "at least 2 orders"; any other bound of a count as it is."""
    more_than_one = (item.op, item.values) == ("gt", (1,))
    return item.model_copy(update={"op": "ge", "values": (2,)}) if more_than_one else item


def _is_any_or_none(item: Filter) -> bool:
    """Whether a number only tells whether there is any: at least one, or none."""
    return (item.op, item.values) in (("ge", (1,)), ("eq", (0,)))


def _are_kinds(item: Filter) -> bool:
    """Whether values are no names, so that they say little by themselves: "female", "web"."""
    return "." in item.field and all(str(value)[:1].islower() for value in item.values)
