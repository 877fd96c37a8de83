"""How much of each cohort comes back, in words: after one month, after three, after a year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.formatting import is_number
from assistant.shape import Context
from assistant.story import Story, listed, say, value_of
from assistant.wording import Wording, capital, lower
from semantic_layer import COHORT_AGE, Column
from warehouse import Result

AGES_TOLD = (1, 3, 6, 12, 24)
"""The ages of a cohort that a sentence names; the picture and the table have them all."""
Describe = Callable[[Sequence[Column], Result, Context | None], str]


def is_of_cohorts(story: Story) -> bool:
    """Whether the rows tell a number for each age of a cohort."""
    return _age(story) is not None


def tell_cohorts(story: Story, describe: Describe) -> str:
    """Of all cohorts together what is left at some ages; of several groups how they differ at the first age."""
    age = _age(story)
    assert age is not None
    known = {row[age] for row in story.shape.rows if is_number(row[story.main.value])}
    ages = [one for one in AGES_TOLD if one in known] or sorted(known)[:1]
    if not ages:
        return say(story, "no_value")
    if len(story.shape.dimensions) == 1 and story.shape.time is None:
        return _over_ages(story, age, ages)
    return _at_age(story, age, ages[0], describe)


def _age(story: Story) -> int | None:
    columns = story.shape.columns
    return next((place for place in story.shape.dimensions if columns[place].ref == COHORT_AGE), None)


def _over_ages(story: Story, age: int, ages: Sequence[int]) -> str:
    rows, column = {row[age]: row for row in story.shape.rows}, story.shape.columns[age]
    told = [after_age(story.words, column, one, value_of(story, story.main, rows[one])) for one in ages]
    return say(story, "cohorts", {"list": listed(story, told, limit=len(told))})


def _at_age(story: Story, age: int, told: int, describe: Describe) -> str:
    """What the rows of one age say, told as any other result without the ages."""
    kept = [place for place in range(len(story.shape.columns)) if place != age]
    rows = tuple(tuple(row[place] for place in kept) for row in story.shape.rows if row[age] == told)
    columns = [story.shape.columns[place] for place in kept]
    result = replace(story.result, columns=tuple(one.name for one in columns), rows=rows, truncated=False)
    query = story.context.query
    if query is not None:
        groups = tuple(group for group in query.group_by if group.field != COHORT_AGE)
        query = query.model_copy(update={"group_by": groups})
    sentence = describe(columns, result, replace(story.context, query=query))
    length = _length(story.words, story.shape.columns[age], told)
    return capital(story.words.say("at_age", {"age": length, "text": lower(sentence, story.words)}))


def after_age(words: Wording, column: Column, count: int, value: str) -> str:
    """ "25.4% after 1 month", by the periods of an age column."""
    return words.say("after_age", {"value": value, "age": _length(words, column, count)})


def _length(words: Wording, column: Column, count: int) -> str:
    return f"{count} {words.choice('ages_one' if count == 1 else 'ages_many', column.grain or 'other')}"
