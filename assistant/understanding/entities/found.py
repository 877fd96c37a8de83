"""What a reading has found so far: whose rows, which of them, what of them, in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.answer import Span, SpanRole
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, OrderBy, TimeRange


@dataclass(frozen=True)
class Found:
    """A reading in the making; `at` is the next word to read.

    `cut` is how many things were asked for ("the three oldest"); `each` tells that a number is asked for each thing;
    `some` tells that a number beside things leaves out those with none;
    `role` is the link to what is asked of another of its kind ("the mentor of Ann");
    `favourite` is the field of whose values only the one that most things have counts, or the one that fewest have.
    """

    at: int = 0
    entity: str = ""
    counting: bool = False
    attributes: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: OrderBy | None = None
    metrics: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    limit: int | None = None
    cut: int = 0
    newest: tuple[str, OrderBy] | None = None
    fewest: bool = False
    distinct: bool = False
    group: str = ""
    rank: int = 0
    bare: bool = False
    each: bool = False
    some: bool = False
    tied: bool = False
    favourite: tuple[str, bool] | None = None
    role: str = ""
    period: TimeRange | None = None
    spans: tuple[tuple[int, int, SpanRole, str], ...] = ()

    @property
    def is_plain_list(self) -> bool:
        """Whether it is a list in no order yet: neither a number nor the values of a field."""
        return self.order is None and not self.counting and not self.group

    def moved(self, at: int) -> Found:
        """The same, further on."""
        return replace(self, at=at)

    def used(self, first: int, behind: int, role: SpanRole, target: str) -> Found:
        """The same with words accounted for, and the place behind them."""
        return replace(self, at=behind, spans=(*self.spans, (first, behind, role, target)))

    def filtered(self, *filters: Filter) -> Found:
        """The same with more conditions."""
        return replace(self, filters=(*self.filters, *filters))


def spans_of(found: Found, words: Words) -> tuple[Span, ...]:
    """What each word was used for; words that only hold others together are fillers."""
    told: list[Span] = []
    at = 0
    for first, behind, role, target in sorted(found.spans):
        told.extend(_filler(words, place) for place in range(at, first))
        tokens = words.tokens[first:behind]
        text = " ".join(token.raw for token in tokens)
        told.append(Span(tokens[0].start, tokens[-1].end, text, role, target))
        at = max(at, behind)
    told.extend(_filler(words, place) for place in range(at, len(words.tokens)))
    return tuple(told)


def _filler(words: Words, at: int) -> Span:
    token = words.tokens[at]
    return Span(token.start, token.end, token.raw, "filler", "")
