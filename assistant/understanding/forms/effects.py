"""What a day did to a number: "the effect of Black Friday on orders", "did revenue go up after the price change"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan, Refusal
from assistant.understanding.forms.around_days import around
from assistant.understanding.forms.asking import Asking, said
from assistant.understanding.tokens import Token

Parts = tuple[Sequence[Token], Sequence[Token]]


def effects(asking: Asking) -> Plan | Refusal | None:
    """The number before and after the day, as if that had been asked; None for any other question."""
    found = [_around(asking, parts) for parts in (*_of_on(asking), *_how_did(asking), *_moved_after(asking))]
    outcomes = [one for one in found if one is not None]
    return next((one for one in outcomes if isinstance(one, Plan)), outcomes[0] if outcomes else None)


def caused(asking: Asking) -> Plan | Refusal | None:
    """What would be read as one number though another is said to have changed it: "did the sale increase orders".

    Also what happened after a day, of which the days after it alone tell nothing.
    """
    if asking.end(0, "happened_to"):
        outcome = next((_around(asking, parts) for parts in _moved_after(asking)), None)
        return outcome if isinstance(outcome, Plan) else None
    start = asking.end(0, "did_it")
    for at, behind in asking.found("raises") if start else ():
        parts = asking.tokens[asking.past(behind, "ours") :], asking.tokens[start:at]
        moved, mover = asking.read(parts[0]), asking.read(parts[1])
        if moved is not None and mover is not None and mover.query.metrics and moved.query.metrics:
            return _around(asking, parts)
    return None


def _around(asking: Asking, parts: Parts) -> Plan | Refusal | None:
    number, day = parts
    tokens = (*number, *asking.made("before and after", 0), *day)
    return around(replace(asking, tokens=tokens)) if number and day else None


def _of_on(asking: Asking) -> Iterator[Parts]:
    """ "the effect of Black Friday on orders", "what impact did the sale have on orders": the day, then the number."""
    for _, behind in asking.found("effect_of"):
        for at, end in asking.found("upon"):
            if at > behind:
                yield asking.tokens[asking.past(end, "ours") :], asking.tokens[behind:at]


def _how_did(asking: Asking) -> Iterator[Parts]:
    """ "how did Black Friday affect our revenue", "did the price change hurt orders": the day, a verb, the number."""
    start = asking.past(0, "how_did")
    for at, behind in asking.found("affects") if start else ():
        if at > start:
            yield asking.tokens[asking.past(behind, "ours") :], asking.tokens[start:at]


def _moved_after(asking: Asking) -> Iterator[Parts]:
    """ "did orders go up after the newsletter", "what happened to revenue after Black Friday"."""
    start = asking.past(0, "moved_opening")
    after = next((at for at, token in enumerate(asking.tokens) if token.text in ("after", "following")), 0)
    if not start or after <= start:
        return
    number, day = asking.tokens[start:after], asking.tokens[after + 1 :]
    cues = asking.world.language.cues
    moves = {"change", "change_up", "change_down", "trend"}
    sizes = [size for size in range(1, min(4, len(number))) if moves & set(cues.get(said(number[-size:]), ()))]
    if sizes:
        yield number[: -sizes[0]], day
    elif asking.end(0, "happened_to"):
        yield number, day
