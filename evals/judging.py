"""A reaction beside what was expected: the verdict, with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from evals.causes import causes
from evals.comparison import Comparison, Table, compare
from evals.golds import Gold, compare_rules
from evals.plans import plan_matches
from evals.records import MENTION_MISSING, Verdict
from evals.suite import Case, Defaults
from evals.system import Reaction

TIMEOUT = "TIMEOUT"
SHOULD_REFUSE = "SHOULD_REFUSE"
SHOULD_ASK_BACK = "SHOULD_ASK_BACK"
DEFINITION_MISSING = "DEFINITION_MISSING"
FAILED = "FAILED"


@dataclass(frozen=True)
class Judgement:
    """The verdict on one reaction; `gold` is the accepted reading it was compared with (the one matched, if any)."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    comparison: Comparison = field(default_factory=lambda: Comparison(False))
    gold: Gold | None = None
    plan_matches: bool | None = None


def judge(case: Case, rules: Defaults, golds: Sequence[Gold], reaction: Reaction) -> Judgement:
    """The verdict: right, silently wrong, needlessly refused, rightly refused, or an error."""
    if reaction.kind == "failure":
        return Judgement("error", (reaction.code or FAILED,), gold=golds[0] if golds else None)
    if reaction.kind == "answer":
        return _judge_answer(case, rules, golds, reaction)
    if case.expect.kind in ("rows", "defines"):
        reasons = (reaction.code or reaction.kind.upper(),)
        return Judgement("needlessly_refused", reasons, gold=golds[0] if golds else None)
    return Judgement("rightly_refused", (MENTION_MISSING,) if _mentions_missing(case, reaction) else ())


def _mentions_missing(case: Case, reaction: Reaction) -> bool:
    """Whether a word that had to be named is not in the text."""
    text = reaction.text.lower()
    return any(word.lower() not in text for word in case.expect.mentions)


def _judge_answer(case: Case, rules: Defaults, golds: Sequence[Gold], reaction: Reaction) -> Judgement:
    if case.expect.kind == "abstain":
        return Judgement("silently_wrong", (SHOULD_REFUSE,))
    if case.expect.kind == "defines":
        known = set(case.expect.defines) <= set(reaction.definitions) and not _mentions_missing(case, reaction)
        return Judgement("right") if known else Judgement("silently_wrong", (DEFINITION_MISSING,))
    if case.expect.kind == "clarify" and not golds:
        return Judgement("silently_wrong", (SHOULD_ASK_BACK,))
    return _judge_rows(case, rules, golds, reaction)


def _judge_rows(case: Case, rules: Defaults, golds: Sequence[Gold], reaction: Reaction) -> Judgement:
    """The best comparison over all accepted readings."""
    table = reaction.table or Table((), ())
    matched = plan_matches(case.expect.plan, reaction.plan)
    compared = [(gold, compare(gold.expected, table, compare_rules(rules))) for gold in golds]
    right = sorted((item for item in compared if item[1].matches), key=lambda item: not item[1].exact)
    if right:
        gold, comparison = right[0]
        return Judgement("right", (), comparison, gold, matched)
    gold, comparison = min(compared, key=lambda item: len(item[1].missing) + len(item[1].extra))
    if all(item.reasons == ("EMPTY_GOOD_SQL",) for _, item in compared):
        return Judgement("error", comparison.reasons, comparison, gold, matched)
    extra = causes(case.expect.plan, reaction.plan, gold.sql, reaction.sql)
    reasons = tuple(dict.fromkeys((*comparison.reasons, *extra)))
    if case.expect.kind == "clarify":
        reasons = (SHOULD_ASK_BACK, *reasons)
    return Judgement("silently_wrong", reasons, comparison, gold, matched)
