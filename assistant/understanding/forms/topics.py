"""A number named at the end: "how did June do against May in terms of new customers"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from assistant.understanding.tokens import Token


def topics(asking: Asking) -> Plan | None:
    """The question with the number in front, where that is read; None for any other question."""
    for at, behind in asking.found("in_terms_of"):
        start = asking.past(0, "how_it_went")
        topic, rest = asking.tokens[behind:], asking.tokens[start:at]
        kept = [
            one
            for place, token in enumerate(rest, start)
            if asking.end(place, "went") is None
            for one in _set(asking, place, token)
        ]
        plan = asking.read([*topic, *kept]) if topic and kept else None
        if plan is not None and plan.query.metrics:
            return plan
    return None


def _set(asking: Asking, at: int, token: Token) -> list[Token]:
    """ "better than" sets one side against the other, whichever is."""
    judged = token.text == "than" and at > 0 and asking.end(at - 1, "went") is not None
    return asking.made("versus", at) if judged else [token]
