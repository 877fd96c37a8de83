"""The ordinary answer that comes of several steps: the last result, words that were checked, and their caveats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from assistant.agent.checking import unused, used_by
from assistant.agent.desk import Desk, Found, World
from assistant.agent.prose import Facts, facts_of, facts_together, worded
from assistant.answer import Answer, Caveat, Chart, Clarification, ModelUse, Outcome, Refusal
from assistant.charts import choose
from assistant.record import Record

MOST_VALUES = 20_000
MOST_TOLD = 3


def compose(desk: Desk, text: str, use: ModelUse, notices: Sequence[str] = ()) -> Outcome:
    """What the steps came to: an answer, the model's question back, or a refusal when nothing was found.

    The answer is governed when every step was. Its sentence is the model's when every number, day and name in it stands
    in the results; otherwise the deterministic sentences of the last steps.
    """
    if desk.notebook.back is not None:
        question, options = desk.notebook.back
        return Clarification(desk.question, f"{question} ({', '.join(options)})" if options else question, options)
    found = list(desk.notebook.found.values())
    if not found:
        reason = " ".join(notices) or "It found no number that the definitions or the data hold."
        return Refusal(desk.question, "UNKNOWN_WORDS", f"The model {use.name} ended without a result. {reason}")
    last = found[-1].answer
    answers = [one.answer for one in found]
    return replace(
        last,
        question=desk.question,
        sentence=worded(text, facts_of_steps(desk)),
        chart=_drawn(desk, last),
        definitions=tuple({item.name: item for one in answers for item in one.definitions}.values()),
        caveats=(*_notes(desk, found, use, notices), *dict.fromkeys(item for one in answers for item in one.caveats)),
        fresh_until=min((one.fresh_until for one in answers if one.fresh_until), default=None),
        governed=all(one.governed for one in answers),
        model=use,
    )


def facts_of_steps(desk: Desk) -> Facts:
    """What may be said after the steps so far; the deterministic words are those of the last few."""
    answers = [one.answer for one in desk.notebook.found.values()]
    vocabulary = frozenset(vocabulary_of(desk.world))
    every = [facts_of(one, desk.hands.context(one.plan.query if one.plan else None), vocabulary) for one in answers]
    if not every:
        return Facts(Record(), "", vocabulary=vocabulary)
    told = list(dict.fromkeys(one.sentence for one in answers))[-MOST_TOLD:]
    return replace(facts_together(every), sentence=" ".join(told))


def vocabulary_of(world: World) -> Iterable[str]:
    """Names that the data hold."""
    values = (value for known in world.values.values() for value, _ in known)
    return islice((value for value in values if len(value) > 2), MOST_VALUES)


def _drawn(desk: Desk, answer: Answer) -> Chart:
    kind = desk.notebook.chart
    if kind is None:
        return answer.chart
    context = desk.hands.context(answer.plan.query if answer.plan else None)
    return choose(answer.columns, answer.result, context, answer.sentence, kind)


def _notes(desk: Desk, found: Sequence[Found], use: ModelUse, notices: Sequence[str]) -> Iterable[Caveat]:
    steps = "one step" if len(found) == 1 else f"{len(found)} steps"
    yield Caveat("MODEL_STEPS", f"Worked out by the model {use.name} in {steps}; the rows and SQL are of the last one.")
    if any(not one.answer.governed for one in found):
        yield Caveat("NOT_GOVERNED", "A step ran SQL that the model wrote: its numbers are not governed metrics.")
    yield from (Caveat("MODEL_BUDGET", f"{notice} This is what was found until then.") for notice in notices)
    queries = [one.answer.plan.query for one in found if one.answer.plan]
    used = used_by(queries, desk.world.layer, [one.answer.sql for one in found if one.answer.plan is None])
    named = desk.world.catalogue.excerpt(desk.question).named
    left = tuple(unused(desk.question, named, used))
    if left:
        yield Caveat("UNUSED_WORDS", f"No step used what the question names: {', '.join(left)}.")
