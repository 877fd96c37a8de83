"""Why-questions about a number: what is asked about, and the answer with where the change comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.shipped import shipped
from assistant.understanding import Understanding, add_units, unit_start
from assistant.wording import FIRST, answers
from semantic_layer import Comparison, SemanticQuery, TimeRange

Direction = Literal["up", "down", "either"]
Resolution = Plan | Clarification | Explanation | Refusal
Follow = Callable[[str], Resolution]
"""What a question means after those before it."""
WORDS = Path(__file__).parent / "drivers"


@dataclass(frozen=True)
class Why:
    """A plan for one metric and period whose change is to be explained, and which way the person says it went."""

    plan: Plan
    direction: Direction = "either"


@cache
def _words(language: str = "en") -> dict[str, list[str]]:
    return shipped(WORDS / f"{language}.yml")


def read_why(
    question: str, understanding: Understanding, before: SemanticQuery | None = None, follow: Follow | None = None
) -> Why | None:
    """The change that a question asks to explain; None when it asks for something else, or about no number.

    A bare "why?" and "why did it fall?" are about the query `before`. Every word is accounted for: what is not said
    about the change must be a question of its own, or one that `follow` reads as a follow-up ("why did Germany fall?").
    """
    text = question.strip().rstrip("?!. ").strip()
    rest = _after(text, _words()["why"])
    if rest is None:
        return None
    asked, direction = _without_change(_strip_front(rest, _words()["before"]))
    if before is not None and _points_back(asked):
        way = direction or "either"
        return _explainable(Plan(before), way, understanding.world.as_of, understanding.world.language.reader)
    if direction is None or not asked:
        return None
    plan = understanding.plan(asked)
    if not isinstance(plan, Plan) and before is not None and follow is not None:
        plan = _of_one_part(follow(asked))
    if not isinstance(plan, Plan):
        return None
    return _explainable(plan, direction, understanding.world.as_of, understanding.world.language.reader)


def _of_one_part(outcome: Resolution) -> Plan | None:
    """A follow-up that says of which part the number is, without a breakdown by what it is narrowed to."""
    if not isinstance(outcome, Plan):
        return None
    single = {one.field for one in outcome.query.filters if one.op == "in" and len(one.values) == 1}
    kept = tuple(group for group in outcome.query.group_by if group.field not in single)
    update = {"group_by": kept, "order_by": (), "limit": None, "shares": ()}
    return replace(outcome, query=outcome.query.model_copy(update=update)) if single else None


def _points_back(text: str) -> bool:
    """Whether what is left of a question only points at the answer before, or is nothing."""
    return text.casefold().strip() in ("", *_words()["pointing"])


def _after(text: str, phrases: Sequence[str]) -> str | None:
    """What follows the phrase that the text begins with."""
    for phrase in sorted(phrases, key=len, reverse=True):
        found = re.match(rf"(?:and |but |so )?{re.escape(phrase)}\b[,:]?\s*", text, re.IGNORECASE)
        if found:
            return text[found.end() :]
    return None


def _strip_front(text: str, words: Sequence[str]) -> str:
    front = re.compile(rf"(?:(?:{'|'.join(map(re.escape, words))})\b\s*)+", re.IGNORECASE)
    found = front.match(text)
    return text[found.end() :] if found else text


def _without_change(text: str) -> tuple[str, Direction | None]:
    """The text without its one word for a change, and which way that goes."""
    phrases: list[tuple[str, Direction]] = [(one, way) for way in ("up", "down", "either") for one in _words()[way]]
    around = "|".join(map(re.escape, sorted(_words()["after"], key=len, reverse=True)))
    strength = "|".join(map(re.escape, sorted(_words()["strength"], key=len, reverse=True)))
    for phrase, way in sorted(phrases, key=lambda pair: len(pair[0]), reverse=True):
        pattern = rf"(?:\b(?:{around})\s+)?\b{re.escape(phrase)}\b(?:\s+(?:{strength})\b)?"
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            left, right = text[: found.start()], text[found.end() :]
            right = re.sub(rf"^\s*(?:{around})\b", "", right, flags=re.IGNORECASE) if not left.strip() else right
            return " ".join(f"{left} {right}".split()), way
    return text, None


def explainable(plan: Plan, as_of: date, locale: str = FIRST) -> Why | None:
    """The change that a plan compares, against the period before when it names none; None for no one metric."""
    return _explainable(plan, "either", as_of, locale)


def _explainable(plan: Plan, direction: Direction, as_of: date, locale: str) -> Why | None:
    query = plan.query
    if len(query.metrics) != 1 or query.entity or query.pivot or query.top:
        return None
    notes = plan.notes
    if query.time_range is None or query.time_range.start is None:
        query, notes = _with_last_month(query, as_of), (*notes, answers(locale).say("caveats.no_period"))
    kept = query.model_copy(update={"compare": query.compare or Comparison()})
    return Why(replace(plan, query=kept, notes=notes), direction)


def _with_last_month(query: SemanticQuery, as_of: date) -> SemanticQuery:
    """The query for the last whole month."""
    end = unit_start(as_of + timedelta(days=1), "month")
    start = add_units(end, "month", -1)
    return query.model_copy(update={"time_range": TimeRange(start=start, end=end)})
