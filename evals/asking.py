"""One question put to a system, judged, and made a record."""

from __future__ import annotations

import time
from collections.abc import Sequence

from evals.errors import GoldError, RunStoppedError
from evals.golds import Gold, GoldSource, golds_of
from evals.judging import TIMEOUT, Judgement, judge
from evals.questions import Question
from evals.records import Record, StoredTable, stored
from evals.suite import Case
from evals.system import Ask, Reaction, System

GOLD_FAILED = "GOLD_FAILED"
CRASHED = "CRASHED"


def ask(question: Question, system: System, source: GoldSource) -> Record:
    """The record of one question: what was expected, what came back, and the verdict."""
    rules = question.loaded.suite.rules_of(question.case)
    try:
        golds = golds_of(question.case, rules, source)
    except GoldError as error:
        failed = Reaction("failure", str(error), GOLD_FAILED)
        return _record(question, failed, Judgement("error", (GOLD_FAILED,)), 0.0)
    started = time.perf_counter()
    reaction = _react(system, Ask(question.text, question.history, question.case.context, question.repeat))
    took = time.perf_counter() - started
    seconds = took if reaction.seconds is None else reaction.seconds
    own = not reaction.usage.calls and not reaction.cached  # a model's server has a time limit of its own
    if seconds > rules.timeout_s and reaction.kind == "answer" and own:
        reaction = Reaction(
            "failure", f"The answer took {seconds:.1f} s.", TIMEOUT, sql=reaction.sql, usage=reaction.usage
        )
    judgement = judge(question.case, rules, golds, reaction)
    return _with_golds(_record(question, reaction, judgement, seconds * 1000), golds, judgement)


def _react(system: System, ask: Ask) -> Reaction:
    """The system's reaction; whatever it raises counts against this question alone, unless the run cannot go on."""
    try:
        return system.answer(ask)
    except RunStoppedError:
        raise
    except Exception as error:  # noqa: BLE001 - outermost frame of one question: one crash must not end the run
        return Reaction("failure", f"{type(error).__name__}: {error}", CRASHED)


def _record(question: Question, reaction: Reaction, judgement: Judgement, milliseconds: float) -> Record:
    """The question, the reaction and the verdict as a record; golds come on top."""
    loaded, case, answer = question.loaded, question.case, reaction.table
    suite, case_id, variant, repeat = question.key
    return Record(
        suite=suite,
        case=case_id,
        variant=variant,
        repeat=repeat,
        split=loaded.suite.split_of(case),
        kind=case.expect.kind,
        tags=case.tags,
        question=question.text,
        after=case.after,
        history=question.history,
        expectation=expectation(case),
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        plan_matches=judgement.plan_matches,
        reaction=reaction.kind,
        code=reaction.code,
        text=reaction.text,
        understood=reaction.understood,
        plan=reaction.plan,
        sql=reaction.sql,
        answer=stored(answer.columns, answer.rows) if answer else None,
        milliseconds=round(milliseconds, 3),
        calls=reaction.usage.calls,
        tokens_in=reaction.usage.tokens_in,
        tokens_out=reaction.usage.tokens_out,
        dollars=reaction.usage.dollars,
        cached=reaction.cached,
    )


def _with_golds(record: Record, golds: Sequence[Gold], judgement: Judgement) -> Record:
    """The record with the accepted readings and where the answer differs from the nearest of them."""
    comparison, gold = judgement.comparison, judgement.gold
    if gold is None:
        return record
    places = {row: at for at, row in enumerate(gold.expected.shown)}
    return record.model_copy(
        update={
            "gold_sql": tuple(item.sql for item in golds if item.sql),
            "gold": _shown(gold),
            "missing": tuple(places[row] for row in comparison.missing if row in places),
            "extra": comparison.extra,
            "exact": comparison.exact if comparison.matches else None,
        }
    )


def _shown(gold: Gold) -> StoredTable:
    """The gold's rows inside its cut."""
    table = gold.expected.table
    return stored(table.columns, tuple(table.rows[row] for row in gold.expected.shown))


def expectation(case: Case) -> str:
    """What was expected, in words."""
    expect = case.expect
    mentions = f" that mentions {', '.join(expect.mentions)}" if expect.mentions else ""
    return {
        "abstain": f"a refusal ({expect.abstain}){mentions}",
        "clarify": "a question back" + (" or one of the accepted readings" if expect.or_any_of else ""),
        "defines": f"the definition of {', '.join(expect.defines)}{mentions}",
        "rows": "these rows",
    }[expect.kind]
