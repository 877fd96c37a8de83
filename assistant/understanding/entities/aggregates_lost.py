"""Plans that pass over one of two numbers asked for: "the average and maximum age" answered with the average."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.words import Words, word_lists

AGGREGATES = ("averages", "maxima", "minima")
MOST_BETWEEN = 4


def aggregates_lost(plan: Plan, words: Words) -> tuple[str, ...]:
    """The second of two numbers joined by "and" where the plan has one number only."""
    if len(plan.query.metrics) > 1 or plan.query.entity or not plan.query.metrics:
        return ()
    told = [(at, end) for at in range(len(words.tokens)) for end in _ends(words, at)]
    for (_, end), (at, _) in ((first, second) for first in told for second in told if first[1] <= second[0]):
        between = words.tokens[end:at]
        joined = any(token.text in word_lists()["joins"] for token in between[-2:])
        if joined and len(between) <= MOST_BETWEEN and not _is_clause(words, end, at):
            return (words.tokens[at].raw,)
    return ()


def _ends(words: Words, at: int) -> list[int]:
    """The places behind words here that compute one number; "the highest" may also pick one of several things."""
    return [end for role in AGGREGATES if (end := words.phrase(at, role)) is not None]


def _is_clause(words: Words, first: int, behind: int) -> bool:
    """Whether something else begins between two words: "the average age of members with the highest fee"."""
    return any(
        words.phrase(at, role) is not None for at in range(first, behind) for role in ("relatives", "genitive", "ties")
    )
