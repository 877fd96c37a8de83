"""A number of those who did something: "revenue from customers who used a coupon in May", "orders of women who ..."."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.doers import Subject
from assistant.understanding.forms.people import people_named
from assistant.understanding.forms.sets import Told, told_behind
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery, TimeRange

LONGEST_NAME = 4


def numbers_of_doers(asking: Asking) -> Plan | None:
    """The plan of a number over those who did something, in the period of their deed; None for other questions."""
    at = next((at for at, token in enumerate(asking.tokens) if token.text in phrases()["who"] and at > 1), None)
    if at is None or at + 1 >= len(asking.tokens):
        return None
    for link in range(at - 2, max(at - 2 - LONGEST_NAME, 0), -1):
        if asking.tokens[link].text in phrases()["links_to_people"]:
            return _told_of(asking, link, at)
    return None


def _told_of(asking: Asking, link: int, at: int) -> Plan | None:
    """The plan of the number before a link, of the people behind it under what their clauses say."""
    named = people_named(asking, _without_articles(asking, link + 1, at))
    number = asking.read(_number(asking, link)) if named is not None else None
    if named is None or number is None or number.notes or not number.query.metrics:
        return None
    told = told_behind(asking, Subject(*named, at, "list"))
    if told is None or not told.had or any(one.denied for one in told.had):
        return None
    query = _query(number.query, named, told)
    return replace(number, query=query, spans=()) if query is not None and asking.stands(query) else None


def _number(asking: Asking, link: int) -> list[Token]:
    """The words of the number, without a verb that only ties it to people: "how much revenue came"."""
    words = list(asking.tokens[:link])
    while words and words[-1].text in phrases()["ties_to_people"]:
        words = words[:-1]
    return words


def _without_articles(asking: Asking, first: int, behind: int) -> tuple[Token, ...]:
    """The words for the people without articles before them."""
    empty = asking.world.language.determiners | {"those", "all"}
    start = next((at for at in range(first, behind) if asking.tokens[at].text not in empty), behind)
    return asking.tokens[start:behind]


def _query(number: SemanticQuery, named: tuple[Plan, str], told: Told) -> SemanticQuery | None:
    """The number under all conditions; its period is the one of the deeds where it has none itself."""
    people, entity = named
    periods: list[TimeRange] = list(dict.fromkeys(one.period for one in told.had if one.period is not None))
    undated = any(one.period is None and not one.state for one in told.had)
    if len(periods) > 1 or (periods and (number.time_range is not None or undated)):
        return None  # whose period it is, is open
    conditions = tuple(one.condition(entity) for one in told.had)
    filters = tuple(dict.fromkeys((*number.filters, *people.query.filters, *told.others, *conditions)))
    period = periods[0] if periods else number.time_range
    return number.model_copy(update={"filters": filters, "time_range": period})
