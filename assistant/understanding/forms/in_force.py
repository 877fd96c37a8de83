"""Things that run from one day to another, on a day: "which campaigns are running", "campaigns live in May"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.answer import Plan
from assistant.understanding.dates import Clock
from assistant.understanding.forms.asking import Asking, counted_rows, phrases
from assistant.understanding.kinds_as_things import rows_of_code
from assistant.understanding.time_phrases import time_phrase
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, SemanticQuery, TimeRange


@dataclass(frozen=True)
class _Days:
    """The fields of a dataset for the first and the last day of each of its rows."""

    first: str
    last: str


def in_force(asking: Asking) -> Plan | None:
    """The things that had begun and not ended in a period, today without one, or how many; None for other questions."""
    told = [*asking.found("in_force"), *asking.found("just_now")]
    if not told:
        return None
    running = _without(asking, told)
    rest, span = _without_time(asking, running)
    start = replace(asking, tokens=tuple(rest)).past(0, "things_asked")
    plan = asking.read((*asking.made("how many", 0), *rest[start:])) if span is not None and rest[start:] else None
    dataset = counted_rows(asking.world, plan.query.metrics[0]) if plan is not None and plan.query.metrics else ""
    of_today = len(rest) == len(running)
    days = None if not dataset or (of_today and _is_stored(asking, told, dataset)) else _days(asking, dataset)
    if plan is None or days is None or span is None or plan.query.time_range or len(plan.query.metrics) > 1:
        return None
    query = plan.query.model_copy(update={"filters": (*plan.query.filters, *_bounds(days, span))})
    counted = bool(query.group_by) or any(asking.found("counting"))
    query = query if counted else _listed(asking, dataset, days, query)
    return replace(plan, query=query, asked=None) if asking.stands(query) else None


def _is_stored(asking: Asking, told: Sequence[tuple[int, int]], dataset: str) -> bool:
    """Whether a field of the things, or a code of theirs, has the very word as a value: a status "active"."""
    world = asking.world
    meant = [one for first, behind in told for one in world.lexicon.lookup(asking.tokens[first:behind])]
    owners = {one.target.partition(".")[0] for one in meant if one.kind == "value" and "." in one.target}
    return dataset in owners or any(rows_of_code(owner, world, several=False) == dataset for owner in owners)


def _without(asking: Asking, told: Sequence[tuple[int, int]]) -> list[Token]:
    """The tokens without what tells that things run, and the verb before it."""
    links, gone = phrases()["in_force_links"], {at for first, behind in told for at in range(first, behind)}
    for first in sorted((first for first, _ in told), reverse=True):
        at = first - 1
        while at > 0 and (at in gone or asking.tokens[at].text in links):
            gone.add(at)
            at -= 1
    return [token for at, token in enumerate(asking.tokens) if at not in gone]


def _without_time(asking: Asking, tokens: list[Token]) -> tuple[list[Token], TimeRange | None]:
    """The tokens without their one period, and that period, today without one; None where it is open."""
    world, clock = asking.world, Clock(tuple(tokens), asking.world.language, asking.world.as_of)
    found = [phrase for at in range(len(tokens)) if (phrase := time_phrase(clock, at)) is not None]
    if not found:
        return tokens, TimeRange(start=world.as_of, end=world.as_of + timedelta(days=1))
    phrase = max(found, key=lambda one: one.behind - one.first)
    start = phrase.first - (phrase.first > 0 and tokens[phrase.first - 1].text in world.language.words("time_places"))
    plain = len(phrase.readings) == 1 and not phrase.whole_time
    return [*tokens[:start], *tokens[phrase.behind :]], phrase.readings[0].whole() if plain else None


def _days(asking: Asking, dataset: str) -> _Days | None:
    """The one field for the first day and the one for the last, by their names; None where there are none."""
    layer, edges = asking.world.layer, {}
    for field in layer.datasets[dataset].fields:
        words = {token.plain for token in asking.world.language.tokens(f"{field.label} {field.name.replace('_', ' ')}")}
        for name in ("first_day", "last_day") if field.kind == "time" and not field.hidden else ():
            if not words.isdisjoint(phrases()[name]):
                edges.setdefault(name, []).append(f"{dataset}.{field.name}")
    first, last = edges.get("first_day", []), edges.get("last_day", [])
    return _Days(first[0], last[0]) if len(first) == len(last) == 1 else None


def _bounds(days: _Days, span: TimeRange) -> tuple[Filter, ...]:
    """Begun before the end of a period, and not ended before it: what has no last day has not ended."""
    begun = (Filter(field=days.first, op="lt", values=(span.end,)),) if span.end else ()
    open_ = Filter(field=days.last, op="is_null")
    lasts = (Filter(field=days.last, op="ge", values=(span.start,), any_of=(open_,)),) if span.start else ()
    return (*begun, *lasts)


def _listed(asking: Asking, dataset: str, days: _Days, query: SemanticQuery) -> SemanticQuery:
    """The list of the things, with their days, instead of how many they are."""
    shown = (*asking.world.nouns.names(dataset), days.first, days.last)
    groups = tuple(GroupBy(field=name) for name in dict.fromkeys(shown))
    return query.model_copy(update={"metrics": (), "entity": dataset, "group_by": groups, "order_by": ()})
