"""Where a course of time begins: "by month from January 2026" is since then, and not that one month."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.language import Language
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery

COARSE = frozenset({"month", "quarter", "year"})


def with_starts(tokens: Sequence[Token], language: Language, base: SemanticQuery | None = None) -> list[Token]:
    """The tokens with "since" for "from" before a month without an end, in a course of months or longer units.

    The course is that of the words, or that of the query which a follow-up leans on.
    """
    found = list(tokens)
    if not (_is_course(tokens, language) or any(str(one.grain) in COARSE for one in (base.group_by if base else ()))):
        return found
    times, months = language.data["time_words"], language.data["months"]
    ends = {*times["to"], *language.cued("versus")}
    for at in range(len(found) - 1):
        begins = found[at].text in language.words("start_words") and found[at + 1].text in months
        if begins and ends.isdisjoint(token.text for token in found[at + 1 :]):
            found[at : at + 1] = language.tokens_at(times["since"][0], found[at])
    return found


def _is_course(tokens: Sequence[Token], language: Language) -> bool:
    """Whether words break down by months or longer units: "by month", "monthly"."""
    adverbs, units = language.data["grain_adverbs"], language.data["units"]
    names = {str(word) for unit in COARSE for word in units[unit]}
    by = {*language.cued("by"), *language.cued("per")}
    split = any(tokens[at].text in by and tokens[at + 1].text in names for at in range(len(tokens) - 1))
    return split or any(adverbs.get(token.text) in COARSE for token in tokens)
