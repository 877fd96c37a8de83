"""Who did something in every part of a period: "customers who ordered every month this year"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.forms.deed_clauses import Clause, Had, read_clause, verb_at
from assistant.understanding.forms.people import people_named
from assistant.understanding.periods import unit_period, unit_start
from assistant.understanding.tokens import Token
from semantic_layer import GroupBy, SemanticQuery, TimeRange

MOST_PARTS = 24
Tokens = tuple[Token, ...]


@dataclass(frozen=True)
class Each:
    """The unit of time of which every one is meant, and the question without the words that say so."""

    unit: str
    tokens: Tokens


@dataclass(frozen=True)
class People:
    """Whose deeds are told: the plan that counts them, what they are, the place behind, and whether to count them."""

    plan: Plan
    entity: str
    behind: int
    counted: bool


def every_period(asking: Asking) -> Plan | None:
    """Those who did it in each part of the period, as a list or a number; None for any other question."""
    as_said = replace(asking, tokens=tuple(asking.world.language.tokens(asking.question)))
    for each in (*_every(asking), *_each_of(as_said)):  # "in each of the" is read as a breakdown otherwise
        whole = replace(asking, tokens=each.tokens)
        people = _people(whole)
        had = _deed(whole, people) if people is not None else None
        parts = list(_parts(asking, had.period, each.unit)) if had is not None and had.period is not None else []
        if people is not None and had is not None and 1 < len(parts) <= MOST_PARTS:
            return _plan(asking, people, had, parts)
    return None


def _every(asking: Asking) -> Iterator[Each]:
    """ "every month", "in each quarter of"."""
    for at, behind in asking.found("every_part"):
        unit = _unit(asking, behind, plural=False)
        if unit:
            yield Each(unit, (*asking.tokens[: _led(asking, at)], *_of_period(asking, behind + 1)))


def _each_of(asking: Asking) -> Iterator[Each]:
    """ "each of the last three months", "all 6 months of"."""
    tokens = asking.tokens
    for at, behind in asking.found("each_of"):
        place = next((i for i in range(behind, len(tokens)) if not _tells_length(asking, i)), len(tokens))
        unit = _unit(asking, place, plural=True)
        if unit and place > behind:
            yield Each(unit, (*tokens[:at], *tokens[behind:]))
            if asking.words.number(behind) is not None and place == behind + 1:  # "all 6 months of 2025"
                yield Each(unit, (*tokens[: _led(asking, at)], *_of_period(asking, place + 1)))


def _tells_length(asking: Asking, at: int) -> bool:
    """ "last three" of "each of the last three months"."""
    return asking.tokens[at].text in phrases()["lately_said"] or asking.words.number(at) is not None


def _led(asking: Asking, at: int) -> int:
    """The place before a word that ties the time to the deed: "in every month"."""
    return at - 1 if at and asking.tokens[at - 1].text in phrases()["time_ties"] else at


def _of_period(asking: Asking, at: int) -> Tokens:
    """The words from here on, where "of 2025" says when."""
    rest = asking.tokens[at:]
    return (*asking.made("in", at), *rest[1:]) if rest and rest[0].text == "of" else rest


def _unit(asking: Asking, at: int, plural: bool) -> str:
    """The unit of time that a word names, in the singular or the plural."""
    word = asking.tokens[at] if at < len(asking.tokens) else None
    if word is None or (word.text != word.plain) != plural:
        return ""
    return next((unit for unit, names in asking.world.language.data["units"].items() if word.text in names), "")


def _people(asking: Asking) -> People | None:
    """Those at the beginning, before what they did."""
    start = asking.past(0, "politeness")
    counting = asking.end(start, "counting")
    begun = counting or asking.end(start, "listing") or start
    opens = phrases()["clause_openers"]
    for at in range(begun, len(asking.tokens)):
        if asking.tokens[at].text in opens or verb_at(asking, asking.tokens[at:])[0]:
            said_by = asking.tokens[begun:at]
            if not said_by and asking.tokens[at].text not in phrases()["anybody"]:
                return None  # "points earned in each month"
            anybody = not said_by or [token.text in asking.world.language.persons for token in said_by] == [True]
            words = tuple(asking.made(_persons(asking), at)) if anybody else said_by
            named = people_named(asking, words)
            return People(*named, at, counting is not None) if named is not None else None
    return None


def _persons(asking: Asking) -> str:
    """What the one kind of persons there is is called, for "who ordered": empty where there are several."""
    nouns = asking.world.language.words("person_nouns")
    persons = [one for one in asking.world.layer.datasets.values() if one.entity and one.name in nouns]
    return persons[0].title if len(persons) == 1 else ""


def _deed(asking: Asking, people: People) -> Had | None:
    """What they did, as a condition with its period; None where a word denies it."""
    words = asking.tokens[people.behind :]
    if not phrases()["denials"].isdisjoint(token.text for token in words):
        return None
    while words and words[0].text in phrases()["clause_openers"] | phrases()["helping"]:
        words = words[1:]
    kept = _without_once(words)
    return read_clause(asking, Clause(kept, denied=False), people.entity) if kept else None


def _without_once(words: Tokens) -> Tokens:
    """The words without "at least once", which every one of them says anyway."""
    for at in range(len(words)):
        for end in range(min(at + 4, len(words)), at, -1):
            if said(words[at:end]) in phrases()["once_each"]:
                return (*words[:at], *words[end:])
    return words


def _parts(asking: Asking, period: TimeRange, unit: str) -> Iterator[TimeRange]:
    """The whole units of a period that are over."""
    if period.start is None:
        return
    over = asking.world.as_of + timedelta(days=1)
    end = min(period.end or over, over)
    here = unit_period(unit_start(period.start, unit), unit)
    while here.start is not None and here.end is not None and here.end <= end:
        if here.start >= period.start:
            yield TimeRange(start=here.start, end=here.end)
        here = unit_period(here.end, unit)


def _plan(asking: Asking, people: People, had: Had, parts: Sequence[TimeRange]) -> Plan | None:
    each = [replace(had, period=part).condition(people.entity) for part in parts]
    told = people.plan.query.filters
    if people.counted:
        query = SemanticQuery(metrics=people.plan.query.metrics, filters=(*told, *each))
    else:
        names = asking.world.nouns.names(people.entity)
        own = [one.model_copy(update={"entity": ""}) for one in each]
        query = SemanticQuery(
            entity=people.entity, group_by=tuple(GroupBy(field=name) for name in names), filters=(*told, *own)
        )
    return replace(people.plan, query=query, spans=(), asked=None) if asking.stands(query) else None
