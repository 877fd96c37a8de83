"""What people did again, or since: "of last year's new customers, how many have bought again since"."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Clarification, Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.deed_clauses import Had
from assistant.understanding.forms.doers import Subject
from assistant.understanding.forms.sets import Told, outcome_of, subject_of, told_behind
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SimpleMetric, TimeRange, time_of

TWICE = 2


def done_since(asking: Asking) -> Plan | Clarification | None:
    """Those told apart who did something once more, or since then; None where it is open since when.

    Who did the same deed again did it twice from the beginning of its period on. Any other deed counts from the end of
    the period on; for those who only became so then ("new customers of 2025") from its beginning.
    """
    end, again = _ending(asking)
    shorter = replace(asking, tokens=asking.tokens[:end])
    subject = subject_of(shorter) if end else None
    told = _told(shorter, subject) if subject is not None else None
    if subject is None or told is None or not told.had or told.had[-1].denied or told.others:
        return None
    last = _since(asking, subject, told, again)
    if last is None:
        return None
    found = outcome_of(shorter, subject, replace(told, had=(*told.had[:-1], last)))
    return found if isinstance(found, Plan | Clarification) else None


def _ending(asking: Asking) -> tuple[int, bool]:
    """Where the words at the end begin that tell that something was done again, or since; 0 without such words."""
    tokens = _without_sign(asking.tokens)
    for name in ("done_again", "done_since"):
        found = [at for at in range(1, len(tokens)) if asking.end(at, name) == len(tokens)]
        if found:
            return found[0], name == "done_again"
    return 0, False


def _without_sign(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    return tokens[:-1] if tokens and tokens[-1].text in phrases()["signs_at_end"] else tokens


def _since(asking: Asking, subject: Subject, told: Told, again: bool) -> Had | None:
    """The deed that is asked, with how often or from when on; None where that is open."""
    last, before = told.had[-1], told.had[:-1]
    if last.period is not None or len(before) > 1:
        return None
    if before:
        return _after_deed(asking, before[0], last, again)
    became = _became(subject)
    if became is None or became.time_range is None or became.time_range.start is None:
        return None
    span = TimeRange(start=became.time_range.start)
    rows = _same_rows(asking, became, last) if not again else ()
    return replace(last, period=span, where=(*last.where, *rows), least=TWICE if again else last.least)


def _told(asking: Asking, subject: Subject) -> Told | None:
    """What is told; a deed without an object is done to what people became so by ("cancelled" the subscription)."""
    told, became = told_behind(asking, subject), _became(subject)
    metric = asking.world.layer.metrics[became.field] if became is not None else None
    if told is not None or not isinstance(metric, SimpleMetric):
        return told
    rows = asking.world.layer.datasets[metric.measure.partition(".")[0]].title
    return told_behind(replace(asking, tokens=(*asking.tokens, *asking.made(rows, len(asking.tokens)))), subject)


def _became(subject: Subject) -> Filter | None:
    """The condition by which people became so in a time, None where there is none, or more than one."""
    found = [one for one in subject.plan.query.filters if one.time_range is not None and one.entity == subject.entity]
    return found[0] if len(found) == 1 else None


def _same_rows(asking: Asking, became: Filter, last: Had) -> tuple[Filter, ...]:
    """The period of what people became on the very rows that the deed counts: contracts begun then and ended since."""
    layer, span = asking.world.layer, became.time_range
    one, other = layer.metrics[became.field], layer.metrics[last.metric]
    if span is None or not isinstance(one, SimpleMetric) or not isinstance(other, SimpleMetric):
        return ()
    time = time_of(layer, one)
    if one.measure.partition(".")[0] != other.measure.partition(".")[0] or time == time_of(layer, other):
        return ()
    begun = (Filter(field=time, op="ge", values=(span.start,)),) if span.start else ()
    return (*begun, Filter(field=time, op="lt", values=(span.end,))) if span.end else begun


def _after_deed(asking: Asking, before: Had, last: Had, again: bool) -> Had | None:
    period = before.period
    if before.denied or before.state or period is None or period.start is None:
        return None
    if again:
        same = before.metric == last.metric and last.where in ((), before.where)
        return replace(last, where=before.where, period=TimeRange(start=period.start), least=TWICE) if same else None
    over = period.end is not None and period.end <= asking.world.as_of
    return replace(last, period=TimeRange(start=period.end)) if over else None
