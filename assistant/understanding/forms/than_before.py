"""Whether a number is higher or lower than before: "is our compliance better than last quarter?".

A period that is not said is the running one of the same kind as the one it is held against.
"""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.tokens import Token


def than_before(asking: Asking) -> Plan | None:
    """The number beside that of the time before; None for any other question."""
    start = asking.end(0, "being")
    than = next((at for at in range(2, len(asking.tokens)) if asking.tokens[at].text == "than"), None)
    if start is None or than is None or asking.tokens[than - 1].text not in phrases()["comparatives"]:
        return None
    head, tail = _without_comparatives(asking.tokens[start:than]), asking.tokens[than + 1 :]
    alone, then = asking.read(head), asking.read((*head, *tail))
    if alone is None or then is None or then.query.time_range is None or then.query.compare is not None:
        return None
    now = () if alone.query.time_range else _running(asking, tail)
    if now is None or then.query.metrics != alone.query.metrics:
        return None
    plan = asking.read((*head, *now, *asking.made("compared with", than), *tail))
    return plan if plan is not None and plan.query.compare is not None else None


def _without_comparatives(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words before "better or worse"."""
    behind = len(tokens)
    while behind and tokens[behind - 1].text in phrases()["comparatives"] | phrases()["or_any"]:
        behind -= 1
    return tokens[:behind]


def _running(asking: Asking, tail: tuple[Token, ...]) -> list[Token] | None:
    """ "this quarter" beside "last quarter", None where the time before is named otherwise."""
    at = 1 if tail and tail[0].text == "the" else 0
    ran = len(tail) > at + 1 and tail[at].text in phrases()["ran_before"]
    return asking.made(f"this {tail[-1].plain}", 0) if ran and len(tail) == at + 2 else None
