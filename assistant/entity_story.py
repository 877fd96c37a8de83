"""A list of things in words: how many there are, what they are narrowed to, and the first or the last of them."""

from __future__ import annotations

import re

from assistant.formatting import cell, is_number, shorten, style_of
from assistant.story import Story, count_of, listed, named
from assistant.wording import lower

LONG_PLURALS = ("ches", "shes", "sses", "xes")


def is_of_things(story: Story) -> bool:
    """Whether the result lists things and no number of theirs."""
    return bool(story.context.query and story.context.query.entity and not story.shape.numbers)


def tell_things(story: Story) -> str:
    """How many things the question found, or the first of them."""
    query, count = story.context.query, len(story.shape.rows)
    name, names = _names(story)
    sorted_by = _sorted_by(story)
    if query and query.limit and sorted_by:
        end = "highest" if query.order_by[0].descending else "lowest"
        told = {
            "name": name,
            "names": names,
            "what": sorted_by,
            "cells": _cells(story),
            "count": count_of(story, count),
        }
        return story.words.say(f"entity_{end}" if count == 1 else f"entities_{end}", told)
    if query and query.limit == 1 and count == 1:
        end = "last" if query.order_by and query.order_by[0].descending else "first"
        return story.words.say(f"entity_{end}", {"name": name, "cells": _cells(story)})
    key = "entities_cut" if not story.complete else "entity" if count == 1 else "entities"
    told = {"count": count_of(story, count), "name": name, "names": names, "conditions": _conditions(story)}
    return story.words.say(key, told)


def tell_no_things(story: Story) -> str:
    """That there are none such."""
    return story.words.say("nothing_listed", {"names": _names(story)[1], "conditions": _conditions(story)})


def _names(story: Story) -> tuple[str, str]:
    """What one of the things is called, and several of them."""
    title = named(story, story.context.query.entity) if story.context.query else ""
    one = _single(story, title)
    return one, title if one != title else f"{title}s"


def _conditions(story: Story) -> str:
    """ " (at risk of churning, country: Germany)": what a list was narrowed to, nothing for the whole list."""
    told = ", ".join(story.context.conditions)
    return story.words.say("matching", {"conditions": told}) if told else ""


def _sorted_by(story: Story) -> str:
    """What the number field is called by which a list of rows is sorted; empty when it is sorted otherwise."""
    query, columns = story.context.query, story.shape.columns
    by = query.order_by[0].by if query and query.order_by else ""
    cells = zip(columns, story.shape.rows[0], strict=True)
    found = [column for column, value in cells if is_number(value) and column.ref == by]
    return lower(found[0].label or found[0].name, story.words) if found else ""


def _single(story: Story, name: str) -> str:
    """What one row is called of a table that is named for all of them ("orders")."""
    if not re.match(story.words.texts["plural"], name):
        return name
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-2] if name.endswith(LONG_PLURALS) else name[:-1]


def _cells(story: Story) -> str:
    """The one row there is: each column's label with its value."""
    columns, locale = story.shape.columns, story.context.locale
    told = [
        f"{lower(column.label or column.name, story.words)} {shorten(cell(value, column, style_of(column, locale)))}"
        for column, value in zip(columns, story.shape.rows[0], strict=True)
    ]
    return listed(story, told)
