"""A query in words: chips that say how a question was read, for any query, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_decimal

from assistant.answer import Interpretation, Part
from assistant.day_bounds import day_of
from assistant.formatting import bucket, day, so_many, step
from assistant.letters import letters_told
from assistant.understanding.language import load_language
from assistant.understanding.periods import add_units, unit_start
from assistant.wording import FIRST, Wording, answers
from semantic_layer import (
    COHORT_AGE,
    METRIC_TIME,
    Case,
    Filter,
    GroupBy,
    OrderBy,
    SemanticLayer,
    SemanticQuery,
    Share,
    SimpleMetric,
    TimeRange,
    is_funnel,
    is_together,
    role_title,
)

_SPAN = re.compile(r"(\d+) ([a-z]+?)s?")


def interpret(layer: SemanticLayer, query: SemanticQuery, as_of: date, locale: str = FIRST) -> Interpretation:
    """The chips of a query in reading order: metrics, breakdown, conditions, period, comparison, order, cut."""
    return Interpretation(tuple(_Reading(layer, answers(locale), as_of, locale).parts(query)))


def conditions_told(layer: SemanticLayer, query: SemanticQuery, as_of: date, locale: str = FIRST) -> tuple[str, ...]:
    """What a list is narrowed to, for its sentence: "at risk of churning", "Country: Germany"."""
    reading = _Reading(layer, answers(locale), as_of, locale)
    return tuple(reading.flag(one) or reading.told(one, query) for one in query.filters)


class _Reading:
    """One layer's names and one language's words; `as_of` is the last day of data."""

    def __init__(self, layer: SemanticLayer, words: Wording, as_of: date, locale: str):
        self.layer, self.words, self.as_of, self.locale = layer, words, as_of, locale

    def say(self, key: str, values: dict[str, object] | None = None) -> str:
        return self.words.say(f"reading.{key}", values)

    def parts(self, query: SemanticQuery) -> Iterator[Part]:
        if query.entity:
            what = self.inside(self.layer.datasets[query.entity].title)
            yield Part("dimension", self.say("list_of", {"what": what}), query.entity)
        told = {case.metric for case in query.cases}
        for name in query.metrics:
            yield from () if name in told else (Part("metric", self.layer.metrics[name].title, name),)
            yield from (Part("metric", self.case(case), name) for case in query.cases if case.metric == name)
        for share in () if is_funnel(query) else query.shares:
            yield Part("metric", self.share(share, query), share.metric)
        if is_funnel(query):
            yield Part("metric", self.say("step_by_step"), query.metrics[0])
        yield from self.along_time(query)
        for group in query.group_by:
            kind = "grain" if group.grain else "dimension"
            yield Part(kind, self.say("by", {"what": self.group(group)}), group.field)
        for condition in query.filters:
            yield Part("filter", self.told(condition, query), condition.field)
        own = next((one.time_range for one in query.group_by if one.time_range), None)
        yield Part("period", self.period(query.time_range or own))
        if query.compare is not None:
            yield Part("comparison", self.comparison(query), query.compare.kind)
        yield from self.cuts(query)

    def case(self, case: Case) -> str:
        """ "net revenue where new or returning: new": one column, with the conditions of its own."""
        title = self.layer.metrics[case.metric].title
        rows = self.say("join").join(self.condition(one) + self.scope(one) for one in case.filters)
        return self.say("where", {"what": title, "rows": rows}) if rows else title

    def along_time(self, query: SemanticQuery) -> Iterator[Part]:
        """How buckets of time are taken together: "average per day", "running total"."""
        if query.per_bucket is not None:
            grain = self.words.choice("reading.grains", query.per_bucket.grain)
            yield Part("grain", self.words.choice("reading.per_bucket", query.per_bucket.agg).format(grain=grain))
        if query.per_group is not None:
            what = self.inside(self.title(query.per_group.fields[0]))
            told = self.words.choice("reading.per_group", query.per_group.agg).format(what=what)
            yield Part("dimension", told, query.per_group.fields[0])
        if query.running is not None:
            key = "running_last" if query.running.last else "running"
            yield Part("grain", self.say(key, {"n": query.running.last or 0}))

    def cuts(self, query: SemanticQuery) -> Iterator[Part]:
        """Order and cut: what comes first, and how many."""
        if query.top is not None and is_together(query):
            by, field = (self.inside(self.title(name)) for name in (query.top.by, query.top.field))
            n = f"{query.top.n}%" if query.top.percent else query.top.n
            key = "top_together" if query.top.descending else "bottom_together"
            yield Part("limit", self.say(key, {"n": n, "by": by, "field": field}))
        elif query.top is not None:
            each = ", ".join(self.inside(self.title(name)) for name in query.top.within)
            key = ("first" if query.top.descending else "last") + ("_of" if each else "")
            yield Part(
                "limit", self.say(key, {"n": f"{query.top.n}%" if query.top.percent else query.top.n, "each": each})
            )
        for order in query.order_by:
            yield Part("order", self.order(query, order), order.by)
        if query.skip:
            yield Part("limit", self.say("leaving_out", {"n": query.skip}))
        if query.limit is not None:
            yield Part("limit", self.say("first", {"n": query.limit}))

    def flag(self, one: Filter) -> str:
        """ "at risk of churning", "not at risk of churning": a yes or a no by its name; empty for any other one."""
        alone = one.op in ("in", "eq") and not (one.where or one.any_of)
        if not alone or len(one.values) != 1 or not isinstance(one.values[0], bool):
            return ""
        told = self.inside(self.title(one.field)) + self.role(one.via) + self.scope(one)
        return told if one.values[0] else self.say("not_flagged", {"what": told})

    def told(self, one: Filter, query: SemanticQuery) -> str:
        """A condition of a query with where and when it holds."""
        if one.any_of:
            return self.say("or").join(self.told(part, query) for part in one.alternatives)
        told = self.counted(one) if self.is_of_rows(query, one) else self.condition(one)
        return told + self.scope(one)

    def share(self, share: Share, query: SemanticQuery) -> str:
        """ "share of sessions", "share of the sessions of any device", "share of customers within: Orders in May"."""
        title = self.inside(self.layer.metrics[share.metric].title)
        if share.per:
            of = so_many(self.inside(self.layer.metrics[share.of].title), share.per, self.locale)
            return self.say("falling_to", {"what": title, "of": of})
        if share.less:
            other = self.inside(self.layer.metrics[share.of].title)
            return self.say("taken_off", {"what": title, "other": other})
        if share.of:
            return self.say("part_of", {"what": title, "whole": self.inside(self.layer.metrics[share.of].title)})
        fields = self.say("join").join(self.inside(self.title(name)) for name in share.apart_from)
        if share.apart:
            left = [self.told(one, query) for one in query.filters if one not in share.apart]
            return self.say("share_of_those" if left else "share_of", {"what": title, "whole": ", ".join(left)})
        return self.say("share_of_any" if fields else "share_of", {"what": title, "fields": fields})

    def title(self, name: str) -> str:
        if name in self.layer.metrics:
            return self.layer.metrics[name].title
        if name in self.layer.segments:
            return self.layer.segments[name].title
        if name in (METRIC_TIME, COHORT_AGE):
            return self.say(name)
        return self.layer.fields[name].title if name in self.layer.fields else name.replace("_", " ")

    def inside(self, title: str) -> str:
        """A title inside a line."""
        return self.words.inside(title)

    def group(self, group: GroupBy) -> str:
        grain = self.words.choice("reading.grains", str(group.grain or "time"))
        if group.field == METRIC_TIME:
            return grain
        title = self.inside(self.title(group.field)) + self.role(group.via)
        if group.bands is not None:
            return self.banded(group, title)
        if group.apart:
            return self.say("apart", {"what": title, "values": ", ".join(group.apart)})
        return self.say("by_grain", {"what": title, "grain": grain}) if group.grain else title

    def banded(self, group: GroupBy, title: str) -> str:
        """ "order amount in steps of 50 EUR", "orders per customer in bands from 1, 3, 5"."""
        bands, known = group.bands, self.layer.fields.get(group.field) or self.layer.metrics.get(group.field)
        assert bands is not None
        what = title + (self.say("per", {"entity": self.one_of(group.entity)}) if group.entity else "")
        rows = self.say("join").join(self.inside(self.condition(row)) for row in group.where)
        what = self.say("where", {"what": what, "rows": rows}) if rows else what
        unit = known.unit if known is not None and not group.entity else ""
        if bands.width == 1:
            return what
        if bands.width is not None:
            return self.say("in_steps", {"what": what, "width": step(bands.width, unit, self.locale)})
        edges = ", ".join(step(edge, unit, self.locale) for edge in bands.edges)
        return self.say("in_bands", {"what": what, "edges": edges})

    def one_of(self, entity: str) -> str:
        """What one of an entity is called inside a line."""
        return self.inside(self.singular(self.layer.datasets[entity].title))

    def role(self, via: str) -> str:
        """ " (departure airport)": in which of several roles a linked row is meant; empty for the only one."""
        said = role_title(self.layer, via)
        return f" ({said})" if said else ""

    def is_of_rows(self, query: SemanticQuery, condition: Filter) -> bool:
        """Whether a condition says of the rows listed that they are counted by a metric: "open tickets"."""
        metric = self.layer.metrics.get(condition.field)
        owner = metric.measure.partition(".")[0] if isinstance(metric, SimpleMetric) else ""
        return bool(query.entity) and owner == query.entity and (condition.op, condition.values) == ("ge", (1,))

    def condition(self, condition: Filter) -> str:
        joint = self.say("join") if condition.op == "between" else ", "
        bound = day_of(condition)
        values = day(bound, self.locale) if bound else joint.join(self.value(value) for value in condition.values)
        if condition.other:
            values = self.inside(self.title(condition.other))
            values = self.say("that_of", {"rows": self.rows(condition)}) if condition.where else values
        elif condition.than:
            name = f"the_times_{condition.than}" if values else f"the_{condition.than}"
            values = self.say(name, {"times": values} if values else None)
            values = (
                self.say("the_average_of", {"rows": self.rows(condition)}) if self.is_of_told(condition) else values
            )
        sign = self.say(f"signs.{condition.op}")
        if condition.op in ("like", "not_like"):
            sign, values = "", letters_told(self.words, condition.op, condition.values)
        return self.say("condition", {"field": self.counted(condition), "sign": sign, "values": values})

    def counted(self, condition: Filter) -> str:
        """What is compared, with the conditions on the rows that are counted for it."""
        title = self.title(condition.field) + self.role(condition.via)
        rows = self.rows(condition) if not (condition.other or self.is_of_told(condition)) else ""
        return self.say("where", {"what": title, "rows": rows}) if rows else title

    def rows(self, condition: Filter) -> str:
        """The conditions on the rows that a condition looks at."""
        return self.say("join").join(self.inside(self.condition(row)) for row in condition.where)

    def is_of_told(self, condition: Filter) -> bool:
        """Whether a field is compared with that of some rows: "older than Ann"."""
        return condition.than == "average" and bool(condition.where) and condition.field in self.layer.fields

    def scope(self, condition: Filter) -> str:
        """What a condition on an entity holds for: each one of it, within a time of its own."""
        told = ""
        if condition.entity:
            told += self.of_which(condition)
        if condition.time_range:
            key = "within" if condition.time_range.end else "within_open"
            told += self.say(key, {"period": self.period(condition.time_range)})
        return told + (self.say("within_last", {"last": self.span(condition.last)}) if condition.last else "")

    def of_which(self, condition: Filter) -> str:
        """Of what a condition on each entity holds: a number of each, or a row that each has, or has none of."""
        datasets, owner = self.layer.datasets, condition.field.partition(".")[0]
        entity = self.inside(self.singular(datasets[condition.entity].title))
        if condition.none and owner == condition.entity:
            return self.say("not_so")
        if condition.field not in self.layer.fields or owner == condition.entity:
            return self.say("per", {"entity": entity})
        row = self.inside(self.singular(datasets[owner].title))
        return self.say("in_no_row" if condition.none else "in_a_row", {"row": row, "entity": entity})

    def singular(self, title: str) -> str:
        *before, last = title.lower().split() or [""]
        return " ".join((*before, load_language().forms.plain(last))) if self.words.locale == FIRST else title

    def value(self, value: object) -> str:
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, int | float | Decimal) and self.words.locale != FIRST:
            return format_decimal(value, "0.######", locale=self.locale)
        return self.span(str(value))

    def span(self, text: str) -> str:
        """A length of time as it is declared (`90 days`), in the reader's words; other text as it is."""
        found = _SPAN.fullmatch(text)
        if not found or found[2] not in self.words.texts["reading"]["spans"]:
            return text
        return self.words.count(f"reading.spans.{found[2]}", int(found[1]), {"count": found[1]})

    def period(self, span: TimeRange | None) -> str:
        """A period as people name it: "October 2026", "Q3 2026", "1 Mar 2025 – 15 Apr 2025"; "all time" without one."""
        if span is None or (span.start is None and span.end is None):
            return self.say("all_time")
        if span.start is None:
            assert span.end is not None
            return self.say("up_to", {"day": self.day(span.end - timedelta(days=1))})
        if span.end is None:
            return self.say("since", {"day": self.day(span.start)})
        named = self.named(span.start, _unit_end(span) if span.partial else span.end)
        last = min(span.end - timedelta(days=1), self.as_of)
        return self.say("so_far", {"period": named, "day": self.day(last)}) if span.partial else named

    def named(self, start: date, end: date) -> str:
        for unit in ("year", "quarter", "month"):
            if end == _end_of(start, unit):
                return bucket(start, unit, self.locale, long=True)
        last = end - timedelta(days=1)
        if start == last:
            return self.day(start)
        if start.day == 1 and end.day == 1:
            return " – ".join(bucket(one, "month", self.locale, long=True) for one in (start, last))
        return f"{self.day(start)} – {self.day(last)}"

    def day(self, value: date) -> str:
        return day(value, self.locale)

    def comparison(self, query: SemanticQuery) -> str:
        assert query.compare is not None
        if query.compare.kind == "range":
            return self.say("compared", {"what": self.period(query.compare.range)})
        key = "year_before" if query.compare.kind == "previous_year" else "period_before"
        return self.say("compared", {"what": self.say(key)})

    def order(self, query: SemanticQuery, order: OrderBy) -> str:
        several = len(query.metrics) > 1 or order.by not in query.metrics
        what = [self.inside(self.title(order.by))] if several else []
        column = self.words.choice("reading.order_column", order.column)
        by = "".join(self.say("order_by", {"what": one}) for one in (*what, column) if one)
        return self.say("highest" if order.descending else "lowest") + by


def _unit_end(span: TimeRange) -> date:
    """Where an unfinished calendar unit will end: the shortest one that starts there and outlasts the span."""
    assert span.start
    assert span.end
    ends = [end for unit in ("month", "quarter", "half", "year") if (end := _end_of(span.start, unit)) is not None]
    return next((end for end in ends if end >= span.end), span.end)


def _end_of(start: date, unit: str) -> date | None:
    return add_units(start, unit, 1) if unit_start(start, unit) == start else None
