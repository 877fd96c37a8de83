"""Words that a reading has placed and that change nothing in its answer, though they would in a person's.

Each rule gives the places of such words. A reading with one of them is none: what cannot be heeded is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import Draft
from assistant.understanding.idle_deeds import DEEDS, is_timed
from assistant.understanding.idle_described import DESCRIBED
from assistant.understanding.idle_heads import HEADS
from assistant.understanding.idle_ranks import RANKS
from assistant.understanding.idle_restated import RESTATED
from assistant.understanding.idle_scopes import SCOPES
from assistant.understanding.idle_shares import SHARES
from assistant.understanding.idle_values import VALUES
from assistant.understanding.idle_ways import WAYS
from semantic_layer import SimpleMetric


def idle(draft: Draft) -> set[int]:
    """The elements that were placed without an effect of their own."""
    return {at for rule in RULES for at in rule(draft)}


def _sums(draft: Draft) -> Iterator[int]:
    """ "the total of refunds and discounts": one number, not two."""
    if len(draft.metrics) < 2:
        return
    words = draft.world.language.words("sum_words")
    for at in range(len(draft.elements) - 1):
        said = [*draft.element(at).text.casefold().split(), *draft.element(at + 1).text.casefold().split()[:1]]
        if any(first in words and second == "of" for first, second in pairwise(said)):
            yield at


def _alternatives(draft: Draft) -> Iterator[int]:
    """ "in April or May": one number, not one for each; who came "in April and May" is not told month by month."""
    grained = any(use[0] == "grain" for use in draft.uses.values())
    times = [at for at in range(len(draft.elements)) if draft.kind(at) == "time"]
    if not draft.grain or grained or len(times) < 2:
        return
    distinct = any(_is_distinct(draft, c.target) for _, choices in draft.metrics for c in choices)
    for at in range(times[0] + 1, times[-1]):
        cues = draft.element(at).cues
        if "or" in cues or ("and" in cues and distinct):
            yield at


def _is_distinct(draft: Draft, name: str) -> bool:
    metric = draft.world.layer.metrics[name]
    return isinstance(metric, SimpleMetric) and draft.world.layer.measures[metric.measure].agg == "count_distinct"


def _other_name(draft: Draft) -> Iterator[int]:
    """ "revenue retention": a metric and a value that together are part of the name of another metric."""
    for place, choices in draft.metrics:
        behind = place + 1
        if place < 0 or behind >= len(draft.elements) or draft.kind(behind) != "value":
            continue
        first = draft.element(place).word or draft.world.language.bare(draft.element(place).text.split()[-1])
        second = draft.element(behind).word or draft.world.language.bare(draft.element(behind).text.split()[0])
        named = draft.world.pairs.get((first, second), frozenset[str]())
        part = any(condition.part for condition in draft.conditions)  # "what percent of tickets are solved"
        if named and not part and named.isdisjoint({choice.target for choice in choices}):
            yield behind


def _one_letter(draft: Draft) -> Iterator[int]:
    """ "product A": a name, not an article."""
    tokens = draft.tokens
    if not any(token.raw.islower() and len(token.raw) > 1 for token in tokens):
        return
    named = {i for i, token in enumerate(tokens) if i and token.raw == "A"}
    for at, element in enumerate(draft.elements):
        if not named.isdisjoint(range(element.first, element.behind)) and not draft.concepts(at, "value"):
            yield at


def _part_of_a_name(draft: Draft) -> Iterator[int]:
    """ "visits to the site": the last word of a field's name makes no condition or breakdown that nobody asked for."""
    for held in draft.presence:
        if all(choice.weight <= HEAD_WORD for choice in held.choices):
            yield held.place
    for at, choices in draft.groups:
        parts = all(choice.weight <= HEAD_WORD for choice in choices)
        if at >= 0 and draft.kind(at) == "dimension" and parts and not _is_asked_for(draft, at):
            yield at


def _split_name(draft: Draft) -> Iterator[int]:
    """ "income by sales channel": "sales channel" is one name, not a number and a field."""
    for place, _ in draft.metrics:
        if place < 1 or place + 1 >= len(draft.elements) or draft.kind(place + 1) != "dimension":
            continue
        if "by" not in draft.element(place - 1).cues:
            continue
        first, last = draft.element(place), draft.element(place + 1)
        joined = draft.world.lexicon.lookup(draft.tokens[first.first : last.behind]) if draft.tokens else ()
        if any(concept.kind == "dimension" and concept.weight > HEAD_WORD for concept in joined):
            yield place


def _is_asked_for(draft: Draft, at: int) -> bool:
    cues = {"by", "per", "which", "listing", "top", "bottom", "compare", "versus", "divide", "share", "distribution"}
    near = draft.metrics[0][0] if draft.metrics and draft.metrics[0][0] == at - 1 else -1  # "churn risk by segment"
    places = range(at) if near >= 0 else range(len(draft.elements))
    return any(draft.element(i).cues & cues or draft.kind(i) == "grain" for i in places if i != at)


def _a_year_before(draft: Draft) -> Iterator[int]:
    """ "the same month last year" without a month: what is compared with what is left open."""
    if is_timed(draft) or any(use[0] == "grain" for use in draft.uses.values()):
        return
    by_itself = draft.world.language.words("year_steps")
    for at, use in draft.uses.items():
        compared = at >= 0 and use[0] == "comparison" and "previous_year" in draft.element(at).cues
        if compared and draft.element(at).text.casefold() not in by_itself:
            yield at


def _whose_first(draft: Draft) -> Iterator[int]:
    """ "customers whose first order was in a store": said of each one's first, and not of the first of all."""
    relatives = set(draft.world.language.words("possessive_relatives"))
    for at in range(1, len(draft.elements)):
        ordered = draft.element(at).cues & {"earliest", "latest"} and draft.uses.get(at, ("",))[0] == "order"
        if ordered and draft.element(at - 1).text.casefold() in relatives:
            yield at


def _first_one(draft: Draft) -> Iterator[int]:
    """ "the first order of this year": one order, and not the number of all first ones."""
    cues = draft.world.language.cues
    for place, choices in draft.metrics:
        tokens = draft.tokens[draft.element(place).first : draft.element(place).behind] if place >= 0 else ()
        ordinal = len(tokens) > 1 and "earliest" in cues.get(tokens[0].text, ()) and tokens[-1].text == tokens[-1].plain
        counts = all(draft.world.layer.metrics[c.target].format == "integer" for c in choices)
        asked = any(element.cues & {"how_many", "share", "average", "when"} for element in draft.elements)
        if ordinal and counts and not asked and len(draft.metrics) == 1:
            yield place


RULES: tuple[Callable[[Draft], Iterator[int]], ...] = (
    *DEEDS,
    *RANKS,
    *HEADS,
    *SCOPES,
    *VALUES,
    *RESTATED,
    *WAYS,
    *SHARES,
    *DESCRIBED,
    _sums,
    _alternatives,
    _other_name,
    _one_letter,
    _part_of_a_name,
    _split_name,
    _a_year_before,
    _whose_first,
    _first_one,
)
