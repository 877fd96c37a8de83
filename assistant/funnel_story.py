"""The steps of a funnel in words: how many come to each of them, and where most get lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import Any

from assistant.formatting import Style, exact, is_number, number
from assistant.period_words import earlier
from assistant.shape import Context, Shape
from assistant.story import Change, Row, Story, change_words, count_of, filters, listed, say
from assistant.wording import lower
from semantic_layer import Column, is_funnel
from warehouse import Result

Describe = Callable[[Sequence[Column], Result, Context | None], str]


@dataclass(frozen=True)
class Step:
    """A step of one row: its name, how many came so far, and which part that is of the step before and of the first."""

    label: str
    count: int
    of_before: float | None
    of_first: float | None


@dataclass(frozen=True)
class Loss:
    """Between which two steps so many get lost, and which part of the first of the two that is."""

    before: Step
    after: Step

    @property
    def count(self) -> int:
        """How many fewer they are; below zero when there are more."""
        return self.before.count - self.after.count

    @property
    def part(self) -> float:
        """The part of the first of the two that is lost."""
        return self.count / self.before.count if self.before.count else 0.0


def is_of_funnel(story: Story) -> bool:
    """Whether the rows tell the steps of a funnel."""
    return is_shape_of_funnel(story.shape)


def is_shape_of_funnel(shape: Shape) -> bool:
    """Whether a result has the steps of a funnel in its columns."""
    query = shape.context.query
    return query is not None and is_funnel(query) and len(_places(shape)) == len(query.metrics)


def is_compared(shape: Shape) -> bool:
    """Whether a funnel stands beside the same one in another span."""
    return len(_places(shape, "previous")) == len(_places(shape)) > 0


def steps_of(shape: Shape, row: Row, role: str = "metric") -> list[Step]:
    """The steps in one row of a result, or with role "previous" those before; one that nobody came to counts zero."""
    places = _places(shape)
    counts = [_count(row[place]) for place in _places(shape, role)]
    rates = [None, *(_part(after, before) for before, after in pairwise(counts))]
    named = zip(places, counts, rates, strict=True)
    return [Step(shape.columns[place].label, count, rate, _part(count, counts[0])) for place, count, rate in named]


def _places(shape: Shape, role: str = "metric") -> list[int]:
    return [place for place, column in enumerate(shape.columns) if column.role == role]


def _count(value: Any) -> int:
    return int(exact(value)) if is_number(value) else 0


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def tell_funnel(story: Story, describe: Describe) -> str:
    """Of one row each step and the largest loss; of several rows how the last step as a part of the first differs."""
    if (story.shape.dimensions and not _is_pinned(story)) or story.shape.time is not None:
        return _by_group(story, describe)
    row = story.shape.rows[0]
    steps = steps_of(story.shape, row)
    if not any(step.count for step in steps):
        return say(story, "nothing")
    told, lost = _steps(story, steps), _lost(story, steps)
    ordered = [lost, told] if _asks_for_losses(story) else [told, _changed(story, steps, row), lost]
    return " ".join(part for part in ordered if part)


def _is_pinned(story: Story) -> bool:
    """Whether the only group is the one that a condition names, which is told with the condition."""
    query = story.context.query
    named = {one.field for one in query.filters if one.op == "in" and len(one.values) == 1} if query else set[str]()
    return query is not None and len(story.shape.rows) == 1 and {one.field for one in query.group_by} <= named


def _asks_for_losses(story: Story) -> bool:
    query = story.context.query
    return query is not None and any(one.column == "share" and not one.descending for one in query.order_by)


def _steps(story: Story, steps: Sequence[Step]) -> str:
    told = [_step(story, step, first=at == 0) for at, step in enumerate(steps[1:])]
    parts = {
        "count": count_of(story, steps[0].count), "label": lower(steps[0].label, story.words),
        "list": listed(story, told, limit=len(told)), "filters": filters(story),
    }  # fmt: skip
    return say(story, "funnel", parts)


def _step(story: Story, step: Step, first: bool) -> str:
    """ "2,906 visits with an order (31.5% of the step before, 9.1% of the first)"; right behind the first one rate."""
    told = {"count": count_of(story, step.count), "label": lower(step.label, story.words)}
    if step.of_before is None or step.of_first is None:
        return story.words.say("funnel_step_bare", told)
    rates = {"rate": _percent(story, step.of_before), "whole": _percent(story, step.of_first)}
    return story.words.say("funnel_step_first" if first else "funnel_step", told | rates)


def _lost(story: Story, steps: Sequence[Step]) -> str:
    """Between which steps most get lost, and where the largest part does when that is elsewhere."""
    losses = [loss for before, after in pairwise(steps) if (loss := Loss(before, after)).count > 0]
    if not losses:
        return ""
    most, steepest = max(losses, key=attrgetter("count")), max(losses, key=attrgetter("part"))
    told = story.words.say("funnel_lost", _told(story, most))
    also = story.words.say("funnel_steepest", _told(story, steepest)) if steepest is not most else ""
    return f"{told} {also}".strip()


def _told(story: Story, loss: Loss) -> dict[str, str]:
    return {
        "before": lower(loss.before.label, story.words), "after": lower(loss.after.label, story.words),
        "count": count_of(story, loss.count), "rate": _percent(story, loss.part),
    }  # fmt: skip


def _changed(story: Story, steps: Sequence[Step], row: Row) -> str:
    """How the last step as a part of the first was in the span that it is compared with."""
    shape, now = story.shape, steps[-1].of_first
    if now is None or not is_compared(shape):
        return ""
    then = steps_of(shape, row, "previous")[-1].of_first
    if then is None:
        return ""
    overall = next(item for item in reversed(shape.numbers) if item.column.role == "share")
    against = earlier(story.context, shape.grain, story.words)
    change = change_words(story, overall, Change(then, now), against)
    told = {"rate": _percent(story, now), "before": _percent(story, then), "change": change}
    return story.words.say("funnel_changed", told)


def _percent(story: Story, value: float) -> str:
    return number(value, Style("percent", locale=story.context.locale))


def _by_group(story: Story, describe: Describe) -> str:
    """The last step as a part of the first, told as any other number by group or along time."""
    shape, query = story.shape, story.context.query
    shares = [place for place, column in enumerate(shape.columns) if column.role == "share"]
    kept = [place for place, column in enumerate(shape.columns) if column.role in ("dimension", "time")]
    told = replace(shape.columns[shares[-1]], role="metric", ref="")
    columns = [*(shape.columns[place] for place in kept), told]
    rows = tuple(tuple(row[place] for place in (*kept, shares[-1])) for row in shape.rows)
    result = replace(story.result, columns=tuple(one.name for one in columns), rows=rows)
    if query is not None:
        query = query.model_copy(update={"metrics": (), "shares": (), "order_by": (), "compare": None})
    return describe(columns, result, replace(story.context, query=query))
