"""How old the rows of what happens are: "open tickets older than 3 days by team", "deals open for more than 60 days".

The age of a row is counted in whole days to the end of the last day of data, as the age of open rows is measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, counted_rows
from assistant.understanding.forms.listed_rows import Sorting, counted, listed
from assistant.understanding.forms.single_rows import asks_for_rows, under
from assistant.understanding.periods import add_months
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SimpleMetric

OPERATORS = {"older": "lt", "younger": "ge"}
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Age:
    """An age `[first, behind)` of the words, the day that bounds it, and whether a state lasts so long ("open for")."""

    first: int
    behind: int
    operator: str
    day: date
    lasting: bool = False


DAYS_IN_MONTH = 31


def ages(asking: Asking) -> Plan | None:
    """The rows that are so old, or their number; None where no age is spoken of or no rows have one."""
    for age in _ages(asking):
        for dataset in _things(asking, age):
            plan = _aged(asking, age, dataset)
            if plan is not None:
                return plan
    return None


def _ages(asking: Asking) -> Iterator[Age]:
    for role, operator in OPERATORS.items():
        for at, behind in asking.found(f"{role}_than"):
            yield from _bounded(asking, at, behind, operator)
        for at, behind in asking.found("more_than" if role == "older" else "less_than"):
            for age in _bounded(asking, at, behind, operator):
                old = asking.end(age.behind, "of_age")
                lasts = at > 1 and asking.end(at - 1, "lasting_for") == at
                if old is not None:
                    yield Age(at, old, operator, age.day)
                elif lasts or asking.end(at - 1, "lasting") == at or _is_behind_noun(asking, at):
                    yield Age(at - 1 if lasts else at, age.behind, operator, age.day, lasting=True)


def _is_behind_noun(asking: Asking, at: int) -> bool:
    """ "open deals over 30 days": an age is said right behind the rows that are something today."""
    return any(end == at for place in range(max(at - 3, 0), at) for _, end in asking.words.nouns(place))


def _bounded(asking: Asking, at: int, start: int, operator: str) -> Iterator[Age]:
    """An age of so many days, weeks, months or years."""
    one = start + 1 < len(asking.tokens) and asking.tokens[start].text in ("a", "an", "one")
    number, behind = (1, start + 1) if one else asking.words.number(start) or (0, start)
    unit = asking.tokens[behind].plain if number and behind < len(asking.tokens) else ""
    day = _day_before(asking.world.as_of, int(number), unit)
    if day is not None:
        yield Age(at, behind + 1, operator, day)


def _day_before(last: date, number: int, unit: str) -> date | None:
    """The first day of those that are not yet older than so many units; None before the calendar begins."""
    if number * max(DAYS.get(unit, 0), MONTHS.get(unit, 0) * DAYS_IN_MONTH) >= last.toordinal():
        return None
    if unit in DAYS:
        return last + timedelta(days=1 - number * DAYS[unit])
    return add_months(last + timedelta(days=1), -number * MONTHS[unit]) if unit in MONTHS else None


def _things(asking: Asking, age: Age) -> Iterator[str]:
    """What the age is said of: what happens, by the nearest noun before it."""
    layer = asking.world.layer
    found = [(end, name) for at in range(age.first) for name, end in asking.words.nouns(at) if end <= age.first]
    for _, name in sorted(found, reverse=True)[:1]:
        time = layer.datasets[name].time or "."
        if not layer.datasets[name].entity and "." not in time:
            yield name


def _aged(asking: Asking, age: Age, dataset: str) -> Plan | None:
    """The plan of the words without the age, with the age as a condition on the rows."""
    first = age.first
    while first > 1 and asking.tokens[first - 1].text in asking.world.language.words("age_links"):
        first -= 1
    rest = (*asking.tokens[:first], *asking.tokens[age.behind :])
    plan = _rest(asking, rest)
    if plan is None or (age.lasting and not _lasts(asking, plan)):
        return None
    time = asking.world.layer.datasets[dataset].time
    field = f"{dataset}.{time}"
    condition = Filter.model_validate({"field": field, "op": age.operator, "values": (age.day,)})
    if asks_for_rows(asking) and counted(plan, asking.world) == dataset:
        return listed(asking, plan, Sorting(field, descending=False), condition)
    return under(asking, plan, dataset, condition)


def _rest(asking: Asking, rest: tuple[Token, ...]) -> Plan | None:
    """The plan of the rest; rows that are asked for are first read as their number."""
    opener = asking.end(0, "listing") or asking.end(0, "rows_asked")
    if opener is not None and asks_for_rows(asking):
        plan = asking.read((*asking.made("how many", 0), *rest[opener:]))
        if plan is not None:
            return plan
    return asking.read(rest)


def _lasts(asking: Asking, plan: Plan) -> bool:
    """Whether rows are counted that are something today, so that how long they have been so is their age."""
    metrics = [asking.world.layer.metrics[name] for name in plan.query.metrics]
    today = [one for one in metrics if isinstance(one, SimpleMetric) and one.time == "none"]
    return len(metrics) == 1 and len(today) == 1 and bool(counted_rows(asking.world, today[0].name))
