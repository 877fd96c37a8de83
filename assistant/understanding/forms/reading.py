"""The forms in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable

from assistant.answer import Clarification, Refusal
from assistant.understanding.forms.ages import ages
from assistant.understanding.forms.around_days import around
from assistant.understanding.forms.asking import Asking, Outcome
from assistant.understanding.forms.bands import bands
from assistant.understanding.forms.beside_numbers import beside_numbers
from assistant.understanding.forms.best_of_each import best_of_each
from assistant.understanding.forms.clock_times import clock_times
from assistant.understanding.forms.combinations import combinations
from assistant.understanding.forms.compared import compared
from assistant.understanding.forms.counted_doers import counted_doers
from assistant.understanding.forms.dated_clauses import dated_clauses, own_days
from assistant.understanding.forms.differences import differences
from assistant.understanding.forms.done_frequently import done_frequently
from assistant.understanding.forms.done_since import done_since
from assistant.understanding.forms.effects import caused, effects
from assistant.understanding.forms.every_period import every_period
from assistant.understanding.forms.funnels import funnels
from assistant.understanding.forms.gaps import gaps
from assistant.understanding.forms.group_sets import group_sets
from assistant.understanding.forms.in_force import in_force
from assistant.understanding.forms.latest_rows import latest_rows
from assistant.understanding.forms.moved import did_more, moved, whose_moved
from assistant.understanding.forms.named_first import named_first
from assistant.understanding.forms.numbers_of_doers import numbers_of_doers
from assistant.understanding.forms.overview import overview
from assistant.understanding.forms.parted import parted, parted_first
from assistant.understanding.forms.people import part_who_are, who_are, who_are_so
from assistant.understanding.forms.ranked_relative import ranked_relative
from assistant.understanding.forms.ratios import ratios
from assistant.understanding.forms.reasons import causes, counted_and_why, reasons
from assistant.understanding.forms.rows_asked import members_asked, rows_asked, things_of_days
from assistant.understanding.forms.sets import described, sets, who_is
from assistant.understanding.forms.sides_often import sides_often
from assistant.understanding.forms.single_rows import bounded, extreme, extreme_of_each
from assistant.understanding.forms.some_of_them import some_of_them
from assistant.understanding.forms.text_conditions import text_conditions
from assistant.understanding.forms.than_before import than_before
from assistant.understanding.forms.theirs import theirs
from assistant.understanding.forms.top_part import top_part
from assistant.understanding.forms.top_rest import top_rest
from assistant.understanding.forms.topics import topics
from assistant.understanding.forms.two_asked import two_asked
from assistant.understanding.forms.values_had import values_had
from assistant.understanding.forms.values_named import values_named
from assistant.understanding.forms.whose_extreme import whose_extreme
from assistant.understanding.forms.with_columns import columns_of, with_columns, with_their_columns

Form = Callable[[Asking], Outcome | None]
FIRST: tuple[Form, ...] = (
    clock_times,
    in_force,
    funnels,
    bands,
    top_part,
    top_rest,
    who_are,
    part_who_are,
    did_more,
    whose_moved,
    every_period,
    extreme_of_each,
    whose_extreme,
    causes,
    counted_and_why,
    some_of_them,
    values_had,
    done_since,
    with_their_columns,
    sets,
    group_sets,
    described,
    members_asked,
    with_columns,
    rows_asked,
    caused,
    beside_numbers,
    parted_first,
    own_days,
)
FORMS: tuple[Form, ...] = (
    reasons,
    theirs,
    who_is,
    who_are_so,
    numbers_of_doers,
    latest_rows,
    things_of_days,
    ages,
    bounded,
    extreme,
    around,
    effects,
    moved,
    best_of_each,
    gaps,
    compared,
    than_before,
    ratios,
    differences,
    dated_clauses,
    topics,
    named_first,
    parted,
    sides_often,
    ranked_relative,
    values_named,
    two_asked,
    combinations,
    text_conditions,
    done_frequently,
    counted_doers,
    overview,
    columns_of,
)


def read_first(asking: Asking) -> Outcome | None:
    """What a form makes of a question that the ordinary reading would take for something else, None for any other."""
    return next((outcome for form in FIRST if (outcome := form(asking)) is not None), None)


def read_form(asking: Asking, outcome: Outcome) -> Outcome | None:
    """What the first form that fits makes of a question without an ordinary plan; refusals keep questions back."""
    found = next((found for form in FORMS if (found := form(asking)) is not None), None)
    return None if isinstance(found, Refusal) and isinstance(outcome, Clarification) else found
