"""Words placed as a condition or a breakdown, which say something else of what they stand beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.draft import Draft
from assistant.understanding.lexicon import HEAD_WORD


def _with_an_article(draft: Draft) -> Iterator[int]:
    """ "customers with a review and a subscription": a thing, and not what something else is called."""
    articles = {*draft.world.language.words("indefinite"), *draft.world.language.words("articles")}
    for at in range(1, len(draft.elements)):
        element = draft.element(at)
        named = any(concept.kind == "noun" for concept in element.concepts)
        alone = draft.ahead(at) is None or draft.kind(draft.ahead(at)) not in ("noun", "dimension", "metric")
        if draft.kind(at) == "value" and named and alone and draft.element(at - 1).text.casefold() in articles:
            yield at


def _still_there(draft: Draft) -> Iterator[int]:
    """ "current customers": those who still are, which the number of all that ever were does not tell."""
    datasets, counted = draft.world.layer.datasets, draft.world.nouns.counted
    for at in range(len(draft.elements) - 1):
        metrics = [c.target for c in draft.metric_choices(at + 1)] if draft.kind(at + 1) in ("noun", "metric") else []
        whole = bool(metrics) and all(name in counted and datasets[counted[name]].entity for name in metrics)
        if "now" in draft.element(at).cues and draft.kind(at) == "" and whole:
            yield at


def _second_field(draft: Draft) -> Iterator[int]:
    """ "priority level": the last word of another field's name, right behind a field, is no breakdown of its own."""
    for at, choices in draft.groups:
        part = at > 0 and draft.kind(at) == "dimension" and all(choice.weight <= HEAD_WORD for choice in choices)
        if part and draft.kind(at - 1) == "dimension":
            yield at


def _part_of_another_count(draft: Draft) -> Iterator[int]:
    """ "how many new customers came back": a value that with its noun is called another number than the one read."""
    language = draft.world.language
    for place, choices in draft.metrics:
        before = place - 1
        if before < 0 or draft.kind(before) != "value" or any(choice.weight > 1 - _GATHERED for choice in choices):
            continue
        first = language.bare(draft.element(before).text.casefold().split()[-1])
        second = draft.element(place).word or language.bare(draft.element(place).text.casefold().split()[0])
        named = draft.world.pairs.get((first, second), frozenset[str]())
        if named and named.isdisjoint({choice.target for choice in choices}):
            yield before


_GATHERED = 0.15  # what the names lose whose words lie apart

SCOPES: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _with_an_article,
    _still_there,
    _second_field,
    _part_of_another_count,
)
