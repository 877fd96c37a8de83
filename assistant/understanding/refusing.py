"""Refusals: what could not be placed, what the layer says against it, and what can be asked instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from assistant.answer import Refusal, RefusalCode
from assistant.retelling import retold, titled
from assistant.understanding.chart import Element
from assistant.understanding.draft import Draft, World
from assistant.understanding.timing import STEPS
from semantic_layer import QueryError, UnsafeQuery

STANDARD: dict[RefusalCode, str] = {
    "EMPTY_QUESTION": "empty",
    "OUT_OF_DOMAIN": "out_of_domain",
    "CHANGES_DATA": "changes_data",
    "NO_METRIC": "no_metric",
}


def refuse_fault(question: str, fault: QueryError, world: World) -> Refusal:
    """The layer's reason against what was understood."""
    code: RefusalCode = "UNSAFE" if isinstance(fault, UnsafeQuery) else "NOT_AVAILABLE"
    reason = titled(retold(fault.faults[0].sentence, world.language.reader), world.layer)
    sentence = world.language.message("not_available", reason=reason)
    return Refusal(question, code, sentence, suggestions=suggestions(world, ()))


def refuse_leftovers(question: str, draft: Draft, left: Sequence[int], world: World) -> Refusal:
    """The words that a reading had no use for, with what they lack."""
    elements = [draft.elements[at] for at in left]
    words = tuple(element.text for element in elements)
    language, quoted = world.language, ", ".join(f"'{word}'" for word in words)
    for cue in sorted({cue for element in elements for cue in element.cues if cue.startswith("unsupported_")}):
        sentence = language.message(cue.removeprefix("unsupported_"))
        return refuse(question, "NOT_AVAILABLE", world, words, sentence=sentence)
    if draft.per is not None and set(draft.per) <= set(left):
        whole = " ".join(element.text for element in draft.elements[draft.per[0] - 1 : draft.per[1] + 1])
        sentence = language.message("per_not_defined", words=whole)
        return Refusal(question, "NOT_AVAILABLE", sentence, words, suggestions(world, _named(draft)))
    timed = any(draft.kind(at) == "time" or elements[i].cues & {"latest", "earliest"} for i, at in enumerate(left))
    if timed and not any(element.unknown for element in elements) and any(element.time for element in draft.elements):
        return refuse(question, "UNCLEAR_TIME", world, words, sentence=language.message("unclear_time", words=quoted))
    if not _touches_layer(draft, world):
        return refuse(question, "OUT_OF_DOMAIN", world, words)
    left, elements = _telling(draft, left, world)
    words = tuple(element.text for element in elements)
    name = "unknown_words" if any(element.unknown for element in elements) else "unknown_roles"
    unknown = _unknown_phrases(draft, left) or words or _measured(draft)
    quoted = ", ".join(f"'{word}'" for word in unknown)
    sentence = language.message(name, words=quoted)
    return Refusal(question, "UNKNOWN_WORDS", sentence, unknown, suggestions(world, _named(draft)))


def _telling(draft: Draft, left: Sequence[int], world: World) -> tuple[Sequence[int], list[Element]]:
    """The places left over without the small words among them ("many" beside "spring"), and what stands there."""
    small = world.language.small_words
    kept = [at for at in left if not set(draft.elements[at].text.casefold().split()) <= small] or left
    return kept, [draft.elements[at] for at in kept]


def _unknown_phrases(draft: Draft, left: Sequence[int]) -> tuple[str, ...]:
    """The stretches around unknown words: "wow factor", not "factor", when "wow" has no other use."""
    phrases: list[str] = []
    last = -1
    for at in left:
        if not draft.elements[at].unknown or at <= last:
            continue
        first = at
        while first and _belongs(draft, first - 1):
            first -= 1
        last = next(
            (i - 1 for i in range(at + 1, len(draft.elements)) if not _belongs(draft, i)), len(draft.elements) - 1
        )
        phrases.append(" ".join(draft.elements[i].text for i in range(first, last + 1)))
    return tuple(dict.fromkeys(phrases))


def _belongs(draft: Draft, at: int) -> bool:
    """Whether an element beside an unknown word can be part of the same unknown name."""
    element = draft.elements[at]
    if element.unknown:
        return True
    return draft.kind(at) == "" and element.behind - element.first == 1 and not element.cues.isdisjoint(STEPS)


def _touches_layer(draft: Draft, world: World) -> bool:
    """Whether any word of the question is a word of the layer."""
    return any(element.concepts or world.lexicon.has_word(element.word) for element in draft.elements)


def _measured(draft: Draft) -> tuple[str, ...]:
    """The words that were taken for what is measured."""
    return tuple(draft.elements[at].text for at, _ in draft.metrics if at >= 0)


def _named(draft: Draft) -> list[str]:
    return [concept.target for _, choices in draft.metrics for concept in choices]


def refuse(question: str, code: RefusalCode, world: World, words: tuple[str, ...] = (), sentence: str = "") -> Refusal:
    """A refusal with a sentence (a standard one by its code) and questions that can be answered instead."""
    if not sentence:
        quoted = ", ".join(f"'{word}'" for word in words)
        name = "out_of_domain_words" if code == "OUT_OF_DOMAIN" and words else STANDARD.get(code, "unknown_words")
        sentence = world.language.message(name, words=quoted)
    return Refusal(question, code, sentence, words, suggestions(world, ()))


def suggestions(world: World, near: Sequence[str], limit: int = 3) -> tuple[str, ...]:
    """Example questions of the layer: those of the metrics at hand first.

    Metrics have their examples in the base language; who asks in another one is offered those that its words bring.
    """
    layer = world.layer
    if "base" in world.language.data:
        return layer.definitions.ai_context.examples[:limit]
    known = (layer.metrics[name] for name in near)
    named = [metric for metric in known if not metric.hidden and metric.type != "unavailable"]
    rounds = zip_longest(*(metric.ai_context.examples for metric in named))
    own = [example for one in rounds for example in one if example]  # the first of each, then the second of each
    first = dict.fromkeys((*own, *layer.definitions.ai_context.examples))
    if len(first) < limit:
        shown = [*named, *(metric for metric in layer.metrics.values() if not metric.hidden)]
        first |= dict.fromkeys(metric.ai_context.examples[0] for metric in shown if metric.ai_context.examples)
    return tuple(first)[:limit]
