"""Two sides named behind the question: "who spends more, women or men" asks what "do women or men spend more" does."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.compared import compared
from assistant.understanding.tokens import Token

OPENINGS = frozenset({"who", "what", "which"})
PAUSES = frozenset({",", ":", "-", "–"})
LONGEST_SIDES = 8
LONGEST_NAME = 3
Tokens = tuple[Token, ...]


def sides_last(asking: Asking) -> Plan | None:
    """The plan that sets both sides beside each other; None where no two sides of one field close the question."""
    tokens = asking.tokens
    pause = next((at for at in range(len(tokens) - 1, 1, -1) if tokens[at].text in PAUSES), 0)
    head, sides = tokens[:pause], tokens[pause + 1 :]
    if not head or head[0].text not in OPENINGS or head[1].text in phrases()["auxiliaries"] or not _are_two(sides):
        return None
    words = {token.text for token in head}
    if not words.isdisjoint(phrases()["oftener"]):
        joint = _joint(sides)
        return _than(asking, sides[:joint], sides[joint + 1 :], head[1:])
    if words.isdisjoint(phrases()["comparatives"]):
        return None
    plan = asking.read([*asking.made("do", 0), *sides, *head[1:]])
    return plan if plan is not None and _sets_beside(plan) else None


def sides_first(asking: Asking) -> Plan | None:
    """ "do women or men order more often": of a rate each side is asked for by itself, and not in sum."""
    tokens, joint = asking.tokens, _joint(asking.tokens)
    often = any(token.text in phrases()["oftener"] for token in tokens)
    if not often or joint < 2 or tokens[0].text not in phrases()["auxiliaries"] or "than" in {t.text for t in tokens}:
        return None
    ends = range(joint + 2, min(joint + 2 + LONGEST_NAME, len(tokens) - 1))
    found = (_than(asking, tokens[1:joint], tokens[joint + 1 : end], tokens[end:]) for end in ends)
    return next((plan for plan in found if plan is not None), None)


def _than(asking: Asking, first: Tokens, second: Tokens, said: Tokens) -> Plan | None:
    """The plan of "do (first) (said) than (second)"."""
    told = (*asking.made("do", 0), *first, *said, *asking.made("than", 0), *second)
    return compared(replace(asking, tokens=told))


def _joint(tokens: Tokens) -> int:
    return next((at for at, token in enumerate(tokens) if token.text == "or"), 0)


def _are_two(sides: tuple[Token, ...]) -> bool:
    """Whether words name one thing or another."""
    joints = [at for at, token in enumerate(sides) if token.text == "or"]
    return len(joints) == 1 and 0 < joints[0] < len(sides) - 1 and len(sides) <= LONGEST_SIDES


def _sets_beside(plan: Plan) -> bool:
    """Whether the rows are the two sides."""
    grouped = {group.field for group in plan.query.group_by}
    return any(one.field in grouped and one.op == "in" and len(one.values) == 2 for one in plan.query.filters)
