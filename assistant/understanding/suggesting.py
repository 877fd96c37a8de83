"""A refusal made useful: readings to choose from when a word is like a few names, and questions near the one asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer import Clarification, Explanation, Option, Plan, Refusal
from assistant.understanding.draft import MOST_OPTIONS, World
from assistant.understanding.refusing import suggestions
from assistant.understanding.similarity import Near, Similar

HELPED = frozenset({"UNKNOWN_WORDS", "NO_METRIC"})
CLOSE = 0.6  # from here on a name is offered as what a word may mean
MOST_NEAR = 4

Outcome = Plan | Clarification | Explanation | Refusal
Reader = Callable[[str], Outcome]


def helped(refusal: Refusal, similar: Similar, world: World, reader: Reader) -> Clarification | Refusal:
    """The question back which of a few names is meant by a word nobody knows, or the refusal with near questions.

    Each reading is the question with the name in place of the word; nothing is answered before one is chosen.
    """
    if refusal.code not in HELPED:
        return refusal
    if len(refusal.words) == 1 and _is_strange(refusal.words[0], world):
        options = _readings(refusal, similar.nearest(refusal.words[0], MOST_NEAR), world, reader)
        if options:
            sentence = world.language.message("near_names", words=f"'{refusal.words[0]}'")
            return Clarification(refusal.question, sentence, refusal.words, options)
    near = [one.name for one in similar.nearest(refusal.question, kinds=("metric",))]
    return replace(refusal, suggestions=suggestions(world, near)) if near else refusal


def _is_strange(words: str, world: World) -> bool:
    """Whether some word means nothing by itself; of words that only have no use here nothing can be guessed."""
    return any(world.lexicon.is_strange(token) for token in world.language.tokens(words))


def _readings(refusal: Refusal, near: Sequence[Near], world: World, reader: Reader) -> tuple[Option, ...]:
    """The question with each close name instead of the word, where that is a plan."""
    found: dict[object, Option] = {}
    for one in near:
        if one.likeness < CLOSE or refusal.words[0] not in refusal.question:
            continue
        plan = reader(refusal.question.replace(refusal.words[0], one.title, 1))
        if isinstance(plan, Plan):
            label = world.told(plan.query)
            note = world.language.message("typo", typo=refusal.words[0], word=one.title)
            chosen = replace(plan, spans=(), notes=(*plan.notes, note))
            found.setdefault(plan.query, Option(label, chosen))
    return tuple(found.values())[:MOST_OPTIONS]
