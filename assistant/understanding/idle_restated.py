"""Words that only say again what the number is, and words that ask for another kind of number than the one read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.draft import Draft
from semantic_layer import SimpleMetric


def _named_again(draft: Draft) -> Iterator[int]:
    """ "opened our emails": things that the number is of, and not the channel that is called like them."""
    names = {choice.target for _, choices in draft.metrics for choice in choices}
    own = [draft.world.lexicon.words_of(name) for name in names]
    for condition in draft.conditions:
        element = draft.element(condition.place) if condition.place >= 0 else None
        if own and element and element.plural and " " not in element.text and all(element.word in said for said in own):
            yield condition.place


def _money_of_no_amount(draft: Draft) -> Iterator[int]:
    """ "how much money went into retention": an amount, which no rate and no count tells."""
    formats = {draft.world.layer.metrics[c.target].format for _, choices in draft.metrics for c in choices}
    if not formats or "currency" in formats:
        return
    words = set(draft.world.language.words("money_words"))
    for at, element in enumerate(draft.elements):
        if "how_much" in element.cues and words & set(element.text.casefold().split()):
            yield at


def _still(draft: Draft) -> Iterator[int]:
    """ "how many tickets do we still have": those left, which the number of all that came in does not tell."""
    layer, words = draft.world.layer, draft.world.language.words("remaining_words")
    metrics = [layer.metrics[c.target] for _, choices in draft.metrics for c in choices]
    flows = [m for m in metrics if isinstance(m, SimpleMetric) and m.format == "integer" and m.time != "none"]
    kept = draft.times and any(choice.period is not None for choice in draft.times)
    if not flows or len(flows) < len(metrics) or kept or draft.conditions or draft.bounds:
        return
    yield from (at for at, element in enumerate(draft.elements) if element.text.casefold() in words)


def _unit_of_a_thing(draft: Draft) -> Iterator[int]:
    """ "customers on the annual plan": a kind of plan, and no breakdown by year."""
    for at in range(len(draft.elements) - 1):
        adjective = draft.uses.get(at, ("",))[0] == "grain" and "adverb" in draft.element(at).cues
        behind = draft.element(at + 1)
        thing = bool(behind.concepts) or behind.unknown
        if adjective and thing and draft.uses.get(at + 1, ("",))[0] == "filler":
            yield at


def _second_question(draft: Draft) -> Iterator[int]:
    """ "how many reviews, and what was their rating": another question behind the first, which tells nothing more."""
    alone = {"filler", "", "metric"} if len(draft.metrics) < 2 else {"filler", ""}
    used = {at for at, use in draft.uses.items() if use[0] not in alone}
    counting = {*draft.world.language.words("numbers_of"), *draft.world.language.words("count_suffixes")}
    for at in range(1, len(draft.elements) - 1):
        behind = draft.element(at + 1)
        asks = {"which", "how", "how_many", "how_much"} & behind.cues or bool(
            counting & set(behind.text.casefold().split()[:1])
        )
        first = "and" in draft.element(at).cues and any(0 <= place < at for place, _ in draft.metrics)
        if first and asks and not any(place > at + 1 for place in used):
            yield at


RESTATED: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _named_again,
    _money_of_no_amount,
    _still,
    _unit_of_a_thing,
    _second_question,
)
