"""One number less another: "new customers minus lost customers", "how many more orders than tickets did we have"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.ratios import is_plain
from assistant.understanding.tokens import Token
from semantic_layer import OrderBy, SemanticQuery, Share

MOST_WORDS = 5
Tokens = Sequence[Token]


@dataclass(frozen=True)
class Less:
    """The question for the first number alone, the metrics that may be taken off, and where the two are parted."""

    first: tuple[Token, ...]
    metrics: tuple[str, ...]
    parted: int


def differences(asking: Asking) -> Plan | None:
    """The plan of one number with another taken off, under the same conditions; None for any other question."""
    for less in (*_minus(asking), *_between(asking), *_more(asking)):
        plan = asking.read(less.first)
        query = _taken_off(asking, plan, less) if plan is not None else None
        if plan is not None and query is not None:
            return replace(plan, query=query)
    return None


def _minus(asking: Asking) -> Iterator[Less]:
    """ "new MRR minus churned MRR", "by how much did new customers exceed lost customers"."""
    start = asking.past(0, "by_how_much")
    for at, behind in (*asking.found("minus_words"), *asking.found("exceeding_words")):
        yield from _cut(asking, asking.tokens[start:at], behind)


def _between(asking: Asking) -> Iterator[Less]:
    """ "the difference between new MRR and churned MRR this year"."""
    for first, behind in asking.found("difference_between"):
        opening = asking.tokens[asking.past(0, "asking_gap") : first]
        for at in (place for place in range(behind + 1, len(asking.tokens)) if asking.tokens[place].text == "and"):
            yield from _cut(asking, [*opening, *asking.tokens[behind:at]], at + 1)


def _more(asking: Asking) -> Iterator[Less]:
    """ "how many more new customers than lost customers did we have": the opening may be taken for the "more"."""
    start = asking.past(0, "how_much_more")
    if start >= len(asking.tokens) or asking.tokens[start].text != "more":
        return
    for at in (place for place in range(start + 2, len(asking.tokens)) if asking.tokens[place].text == "than"):
        for how in ("how many", "how much"):
            yield from _cut(asking, [*asking.made(how, 0), *asking.tokens[start + 1 : at]], at + 1)


def _cut(asking: Asking, first: Tokens, start: int) -> Iterator[Less]:
    """The first number with the words behind the longest name of another one that stands here."""
    start = asking.past(start, "ours")
    for end in range(min(start + MOST_WORDS, len(asking.tokens)), start, -1):
        metrics = _metrics(asking, asking.tokens[start:end])
        if metrics and start < len(asking.tokens):
            yield Less((*first, *asking.tokens[end:]), metrics, asking.tokens[start].start)
            return


def _metrics(asking: Asking, tokens: Tokens) -> tuple[str, ...]:
    """The numbers that words are a whole name of, a thing for its count."""
    counted = asking.world.nouns.count_of
    called = (c for c in asking.world.lexicon.lookup(tokens) if c.weight > HEAD_WORD and not c.inflected)
    names = (counted(c.target) if c.kind == "noun" else c.target for c in called if c.kind in ("noun", "metric"))
    return tuple(dict.fromkeys(name for name in names if name))


def _taken_off(asking: Asking, plan: Plan, less: Less) -> SemanticQuery | None:
    """The query of the first number less the other that is meant; what is told of the first alone is not of both."""
    query = plan.query
    told = [span for span in plan.spans if span.role in ("value", "segment", "condition") and span.start < less.parted]
    if len(query.metrics) != 1 or not is_plain(query) or told or (query.filters and not plan.spans):
        return None
    made = [_less(query, name) for name in less.metrics if name not in query.metrics]
    stood = [one for one in made if asking.stands(one)]
    return stood[0] if len(stood) == 1 else None


def _less(query: SemanticQuery, other: str) -> SemanticQuery:
    (first,) = query.metrics
    orders = tuple(
        OrderBy(by=first, descending=one.descending, column="share") if one.by == first else one
        for one in query.order_by
    )
    share = Share(metric=first, of=other, less=True)
    return query.model_copy(update={"metrics": (first, other), "shares": (share,), "order_by": orders})
