"""The newest rows of something: "the last 10 tickets about payment", "most recent orders over 500 euros"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.listed_rows import Sorting, counted, day_of, listed
from assistant.understanding.tokens import Token

SHOWN = 10
MOST_SHOWN = 1000


def latest_rows(asking: Asking) -> Plan | None:
    """The plan that lists the newest (or oldest) rows, by the day they count for; None for any other question."""
    start = asking.past(0, "openers", "listing")
    for words, number, newest in _cut(asking, start):
        plan = asking.read((*asking.made("number of", 0), *words))
        dataset = counted(plan, asking.world)
        if plan is None or not dataset or not 1 <= number <= MOST_SHOWN:
            continue
        day = day_of(asking.world, dataset, plan.query.metrics[0])
        if day.startswith(f"{dataset}."):
            return listed(asking, plan, Sorting(day, newest, number))
    return None


def _cut(asking: Asking, start: int) -> Iterator[tuple[tuple[Token, ...], int, bool]]:
    """The words without "last 10", "10 latest", "most recent": how many are asked for, and whether the newest."""
    before = asking.words.number(start)
    at = before[1] if before is not None else start
    for name in ("newest", "oldest"):
        behind = asking.end(at, name)
        if behind is None:
            continue
        after = asking.words.number(behind)
        number = before or after
        rest = asking.tokens[after[1] if after is not None else behind :]
        if rest and (number is not None or asking.end(at, "surely_rows") is not None):
            several = _are_rows(asking, rest)
            if several or (number is None and name == "oldest"):
                yield rest, int(number[0]) if number is not None else SHOWN if several else 1, name == "newest"


def _are_rows(asking: Asking, rest: tuple[Token, ...]) -> bool:
    """Whether things are named, and several of them: "last 10 days" is a time, "latest order" a single one."""
    offset = len(asking.tokens) - len(rest)
    ends = [behind for at in range(offset, min(offset + 3, len(asking.tokens))) for _, behind in asking.words.nouns(at)]
    return any(asking.words.is_plural(behind - 1) for behind in ends)
