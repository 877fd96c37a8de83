"""Which picture a result gets, and the picture as a Vega-Lite specification.

A line for time, a bar for a ranking, a tile for one number, bars side by side for then and now, a bar for each step of
a funnel; bars are stacked only when their parts add up. Where no picture helps, the table speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant import pictures
from assistant.answer import Caveat, Chart, ChartKind, Mark
from assistant.funnel_story import is_shape_of_funnel
from assistant.narrate import describe
from assistant.pictures import MOST_SERIES, alike, outer_inner
from assistant.shape import Context, Shape, part_of_calendar, shape_of
from assistant.vega import Spec, marked
from assistant.wording import FIRST, answers
from semantic_layer import COHORT_AGE, Column
from warehouse import Result


def choose(
    columns: Sequence[Column],
    result: Result,
    context: Context | None = None,
    title: str = "",
    asked: ChartKind | None = None,
) -> Chart:
    """The picture that fits the result; its title says the finding, in the words of `narrate` unless one is given.

    A kind that was asked for is drawn when the result can be drawn that way.
    """
    known = context or Context()
    shape = shape_of(columns, result, known)
    finding = title or describe(columns, result, known)
    own = next(rule for rule in _RULES if rule[0](shape))
    draws = own[1] != "table" and asked not in (None, own[1])
    fitting = (rule for rule in _RULES if draws and rule[1] == asked and rule[0](shape))
    _, kind, draw = next(fitting, own)
    return Chart(kind, finding, draw(shape, finding) if draw else None)


def annotated(chart: Chart, marks: Sequence[Mark]) -> Chart:
    """The chart with what happened in its time: drawn into a line, kept with any other."""
    spec = marked(chart.spec, marks) if chart.kind == "line" and chart.spec is not None else chart.spec
    return replace(chart, spec=spec, marks=tuple(marks))


def possible(columns: Sequence[Column], result: Result, context: Context | None = None) -> tuple[ChartKind, ...]:
    """The kinds that these rows can be shown as, the fitting one first; nothing where there is no choice."""
    shape = shape_of(columns, result, context or Context())
    own: ChartKind = next(kind for fits, kind, _ in _RULES if fits(shape))
    if own in ("table", "tile"):
        return ()
    others: list[ChartKind] = [kind for fits, kind, draw in _RULES if draw is not None and kind != own and fits(shape)]
    return (own, *dict.fromkeys(others), "table")


def unfit(asked: ChartKind | None, drawn: ChartKind, locale: str = FIRST) -> tuple[Caveat, ...]:
    """What a person is told whose picture could not be drawn of these rows."""
    if asked is None or asked == drawn or (asked, drawn) == ("bar", "funnel"):  # whose steps are bars
        return ()
    words = answers(locale)
    kind = words.choice("caveats.chart_kinds", asked)
    return (Caveat("CHART_UNFIT", words.say("caveats.chart_unfit", {"kind": kind})),)


def _has_no_numbers(shape: Shape) -> bool:
    return not shape.numbers or not any(True for _ in shape.values(shape.main.value))


def _is_funnel(shape: Shape) -> bool:
    return is_shape_of_funnel(shape) and len(shape.rows) == 1 and not shape.dimensions and shape.time is None


def _is_funnel_by_group(shape: Shape) -> bool:
    return is_shape_of_funnel(shape) and len(shape.dimensions) == 1 and shape.time is None


def _is_one_row(shape: Shape) -> bool:
    return len(shape.rows) == 1 and len(shape.dimensions) <= 2


def _is_trend(shape: Shape) -> bool:
    if shape.time is None or len(shape.dimensions) > 1:
        return False
    keys = [(row[shape.time], *(row[i] for i in shape.dimensions)) for row in shape.rows]
    return len(set(keys)) == len(keys) and len({key[0] for key in keys} - {None}) > 1


def _has_time(shape: Shape) -> bool:
    return shape.time is not None


def _is_side_by_side(shape: Shape) -> bool:
    return len(shape.dimensions) == 1 and (shape.main.previous is not None or len(alike(shape)) > 1)


def _is_ranking(shape: Shape) -> bool:
    return len(shape.dimensions) == 1


def _is_grid(shape: Shape) -> bool:
    if len(shape.dimensions) != 2 or shape.main.previous is not None:
        return False
    outer, inner = outer_inner(shape)
    keys = {(row[outer], row[inner]) for row in shape.rows}
    return len(keys) == len(shape.rows) and len({key[1] for key in keys}) <= MOST_SERIES


def _is_of_cohorts(shape: Shape) -> bool:
    """Whether a number is told by group and age of a cohort."""
    ages = [place for place in shape.dimensions if shape.columns[place].ref == COHORT_AGE]
    groups = len(shape.dimensions) - len(ages) + (shape.time is not None)
    return bool(ages) and groups == 1 and shape.main.previous is None


def _is_of_the_week(shape: Shape) -> bool:
    """Whether a number is told by weekday and hour of the day."""
    parts = {part_of_calendar(shape.columns[place]) for place in shape.dimensions}
    return parts == {"weekday", "hour"} and shape.time is None and _is_of_pairs(shape)


def _is_of_pairs(shape: Shape) -> bool:
    first, second = shape.dimensions
    return shape.main.previous is None and len({(row[first], row[second]) for row in shape.rows}) == len(shape.rows)


def _is_stack(shape: Shape) -> bool:
    return _is_grid(shape) and shape.is_additive(shape.main) and min(shape.values(shape.main.value)) >= 0


_RULES: tuple[tuple[Callable[[Shape], bool], ChartKind, Callable[[Shape, str], Spec] | None], ...] = (
    (_has_no_numbers, "table", None),
    (_is_funnel, "funnel", pictures.funnel),
    (_is_funnel_by_group, "grouped_bar", pictures.funnels),
    (_is_one_row, "tile", None),
    (_is_of_cohorts, "heat", pictures.heat),
    (_is_of_the_week, "heat", pictures.week),
    (_is_trend, "line", pictures.trend),
    (_has_time, "table", None),
    (_is_side_by_side, "grouped_bar", pictures.side_by_side),
    (_is_ranking, "bar", pictures.ranking),
    (_is_stack, "stacked_bar", pictures.stack),
    (_is_grid, "grouped_bar", pictures.grid),
    (lambda _: True, "table", None),
)
