"""What people said about answers, and approved, as cases: found right, corrected, verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from assistant.store import Feedback, Proposal, Store
from evals.additions import NewCase

TAG = "from_use"


@dataclass(frozen=True)
class Rated:
    """The cases that the store holds, and a sentence for everything that is none yet."""

    cases: tuple[NewCase, ...]
    left_out: tuple[str, ...]


def rated(store: Store, today: date | None) -> Rated:
    """The cases of a store; `today` is the day that counts as today in the suite they go to.

    The last verdict on an answer counts. An answer found wrong is a case once somebody said which SQL is right.
    """
    before = _asked_before(store)
    verdicts = {item.turn or item.id: item for item in store.feedback()}.values()
    approved = store.proposals("approved")
    strays = [item for item in approved if _of_another_day(item, today)]
    cases = [_case(item, sql, before.get(item.turn, ())) for item in verdicts if (sql := _right_sql(item))]
    cases += [_verified(item) for item in approved if item not in strays]
    unknown = [item for item in verdicts if not _right_sql(item)]
    left_out = [f"{item.question!r} was found wrong, and nothing says what is right." for item in unknown]
    left_out += [f"{item.question!r} was approved when today was {item.as_of}." for item in strays]
    return Rated(tuple(cases), tuple(left_out))


def _asked_before(store: Store) -> Mapping[str, tuple[str, ...]]:
    """The questions before each turn in its conversation."""
    asked: dict[str, tuple[str, ...]] = defaultdict(tuple)
    before: dict[str, tuple[str, ...]] = {}
    for turn in store.turns():
        before[turn.id] = asked[turn.conversation]
        asked[turn.conversation] += (turn.question,)
    return before


def _right_sql(item: Feedback) -> str:
    """The SQL that the person holds for right; empty when nothing tells it."""
    if item.correction:
        return item.correction if _is_query(item.correction) else ""
    return item.sql if item.verdict == "up" else ""


def _is_query(text: str) -> bool:
    """Whether a correction is SQL, and not a question in other words."""
    try:
        return isinstance(sqlglot.parse_one(text, dialect="duckdb"), exp.Query)
    except SqlglotError:
        return False


def _case(item: Feedback, sql: str, before: tuple[str, ...]) -> NewCase:
    said = "corrected" if item.correction else "found right"
    note = f"{said} on {item.at:%Y-%m-%d}" + (f": {item.reason}" if item.reason else "")
    return NewCase(item.question, {"sql": [sql]}, author=item.by, note=note, tags=(TAG,), before=before)


def _verified(item: Proposal) -> NewCase:
    query = item.query.model_dump(mode="json", exclude_defaults=True)
    expect = {"sql": [item.sql]} if item.sql else {"query": [query]}
    note = f"approved on {item.decided_at:%Y-%m-%d}" if item.decided_at else ""
    return NewCase(item.question, expect, item.proposed_by, item.decided_by, note, (TAG,))


def _of_another_day(item: Proposal, today: date | None) -> bool:
    """Whether the days in the query were counted from another today than the suite's."""
    return item.query.time_range is not None and None not in (item.as_of, today) and item.as_of != today
