"""A refusal made useful: readings to choose from when a word is like a few names, and questions near the one asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer import Clarification, Explanation, Option, Plan, Refusal
from assistant.understanding.as_asked import as_asked
from assistant.understanding.draft import MOST_OPTIONS, World
from assistant.understanding.refusing import suggestions
from assistant.understanding.similarity import Near, Similar

HELPED = frozenset({"UNKNOWN_WORDS", "NO_METRIC", "NOT_AVAILABLE", "UNSAFE"})
UNDERSTOOD = frozenset({"NOT_AVAILABLE", "UNSAFE"})
MOST_SUGGESTED, MOST_OF_NAMED = 3, 2
CLOSE = 0.6  # from here on a name is offered as what a word may mean
MOST_NEAR = 4
MOST_LEFT_OUT = 2  # of more words than these, what is left is another question

Outcome = Plan | Clarification | Explanation | Refusal
Reader = Callable[[str], Outcome]


def helped(refusal: Refusal, similar: Similar, world: World, reader: Reader) -> Clarification | Refusal:
    """The question back which of a few names is meant by a word nobody knows, or the refusal with near questions.

    Each reading is the question with the name in place of the word; nothing is answered before one is chosen.
    """
    if refusal.code not in HELPED:
        return as_asked(refusal, _idle(refusal, world))
    if refusal.code in UNDERSTOOD:
        return _near(refusal, similar, world, reader)
    if len(refusal.words) == 1 and _is_strange(refusal.words[0], world):
        options = _readings(refusal, similar.nearest(refusal.words[0], MOST_NEAR), world, reader)
        if options:
            sentence = world.language.message("near_names", words=f"'{refusal.words[0]}'")
            return Clarification(refusal.question, sentence, refusal.words, options)
    return _near(refusal, similar, world, reader)


def _near(refusal: Refusal, similar: Similar, world: World, reader: Reader) -> Refusal:
    """The refusal in the words of the question, with questions near it that are answered."""
    told = as_asked(refusal, _idle(refusal, world))
    near = [one.name for one in similar.nearest(refusal.question, kinds=("metric",))]
    own = _of_what_was_named(refusal, world)
    nearest = (*_split(refusal.question, reader), *_without(refusal, reader))
    asked = dict.fromkeys((*nearest, *own, *(suggestions(world, near) if near else ())))
    return replace(told, suggestions=tuple(asked)[:MOST_SUGGESTED]) if asked else told


def _idle(refusal: Refusal, world: World) -> frozenset[str]:
    """Small words that a refusal is never for; any word may be what one is for whose reason is another."""
    return world.language.small_words if refusal.code in ("UNKNOWN_WORDS", "OUT_OF_DOMAIN") else frozenset()


def _split(question: str, reader: Reader) -> tuple[str, ...]:
    """ "Tickets by agent" for "tickets per agent", where that is a plan."""
    by = re.sub(r"\bper\b", "by", question, count=1)
    return (by[:1].upper() + by[1:],) if by != question and isinstance(reader(by), Plan) else ()


def _without(refusal: Refusal, reader: Reader) -> tuple[str, ...]:
    """The question without the words that nobody knows, where that is a plan: to choose, never answered by itself."""
    if refusal.code != "UNKNOWN_WORDS" or not 0 < len(refusal.words) <= MOST_LEFT_OUT:
        return ()
    strange = "|".join(re.escape(words) for words in refusal.words)
    rest = " ".join(re.sub(rf"(?<!\w)({strange})(?!\w)", " ", refusal.question, flags=re.IGNORECASE).split())
    return (rest[:1].upper() + rest[1:],) if rest != refusal.question and isinstance(reader(rest), Plan) else ()


def _of_what_was_named(refusal: Refusal, world: World) -> tuple[str, ...]:
    """The first questions of the refusal, where they are of a number that was asked for and not of all the layer."""
    general = {*suggestions(world, ())}
    return tuple(one for one in refusal.suggestions if one not in general)[:MOST_OF_NAMED]


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
