"""Doubts of what is said of which side: a score or a share, one place or both, all of them or some, a kind of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.chart import amount_of
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import Filter, SemanticQuery

LARGEST_SCORE = 10
ORDERED = ("gt", "ge", "lt", "le")


def _score_or_share(asked: Doubted) -> Iterator[Doubt]:
    """ "a CSAT above 4": marks of so many points, or per cent? "a return rate above 4" says that it is a rate."""
    language, metrics = asked.world.language, asked.world.layer.metrics
    rates = asked.words("share_words")
    for one in asked.query.filters:
        shares = one.field in metrics and metrics[one.field].format == "percent" and one.op in ORDERED and not one.than
        if not shares or not one.values or float(str(one.values[0])) * 100 > LARGEST_SCORE:
            continue
        for at in range(1, len(asked.tokens)):
            number = amount_of(asked.text(at))
            behind = asked.text(at + 1)
            told = behind in language.data["unit_signs"] or behind in language.data["unit_words"]["%"]
            named = [i for i in range(at) if any(c.target == one.field for c in asked.concepts(i))]
            points = number is not None and abs(number - float(str(one.values[0])) * 100) < 1e-9 and number >= 1
            if named and points and not told and rates.isdisjoint(token.text for token in asked.tokens):
                yield Doubt(raw(asked.tokens[named[-1] : at + 1]), "score_or_share")


def _one_place_or_both(asked: Doubted) -> Iterator[Doubt]:
    """ "orders in Berlin or Graz, Austria": what lies behind the last of several is said of that one alone."""
    conditions = [one for one in asked.query.filters if one.op == "in" and not one.entity]
    several = [one for one in conditions if len(one.values) > 1]
    for first in several:
        for second in conditions:
            beside = second is not first and second.field.partition(".")[0] == first.field.partition(".")[0]
            places = [at for at, one in asked.values() if one is first]
            ends = [at for at, one in asked.values() if one is second]
            last = max(places, default=-2)
            if beside and len(ends) == 1 and ends[0] == last + 2 and asked.text(last + 1) == ",":
                yield Doubt(raw(asked.tokens[last : ends[0] + 1]), "one_place_or_both", _without(asked.query, second))


def _without(query: SemanticQuery, condition: Filter) -> tuple[SemanticQuery, ...]:
    """The query without a condition, and as it is."""
    rest = tuple(one for one in query.filters if one is not condition)
    return query.model_copy(update={"filters": rest}), query


def _some_of_them(asked: Doubted) -> Iterator[Doubt]:
    """ "customers by country and how many of them are subscribers": a number of all, and one of some of them."""
    pointing, ofs = asked.words("pointing_wholes"), asked.words("genitive")
    if asked.said[:1] and asked.said[0].text in {one.split()[0] for one in asked.words("whole_openers")}:
        return  # "among the schools in Elkton, how many of them": one number
    for at in range(3, len(asked.said) - 2):
        words = [token.text for token in asked.said[at - 2 : at + 2]]
        if words[:2] != ["how", "many"] or words[2] not in ofs or words[3] not in pointing:
            continue
        behind = asked.said[at + 2 :]
        told = asked.query.shares or (len(asked.query.metrics) > 1 and _counts_alike(asked))
        if not told and behind and asked.query.metrics:
            yield Doubt(raw(asked.said[at - 2 :]), "some_of_them")


def _counts_alike(asked: Doubted) -> bool:
    """Whether all numbers count things of one dataset."""
    facts = [asked.world.reach.facts(name) for name in asked.query.metrics]
    return len({frozenset(one) for one in facts}) == 1


def _rows_of_one_kind(asked: Doubted) -> Iterator[Doubt]:
    """ "campaigns without clicks", "with clicks": of one kind, where another kind of rows is called so as well."""
    reach = asked.world.reach
    for one in asked.query.filters:
        if not (one.entity and one.op == "in"):
            continue
        own = one.field.partition(".")[0]
        for at in range(len(asked.tokens)):
            concepts = asked.concepts(at)
            named = any(c.kind == "value" and c.target == one.field for c in concepts)
            counts = {c.target for c in concepts if c.kind == "metric" and own not in reach.facts(c.target)}
            if named and any(reach.distance([name], one.entity) is not None for name in counts):
                yield Doubt(raw(asked.tokens[at : at + 1]), "rows_of_one_kind")


def _each_one_compared(asked: Doubted) -> Iterator[Doubt]:
    """ "customers who bought more in Q2 than in Q1" beside the total of all: those who did so themselves."""
    query, data = asked.query, asked.world.language.data
    alone = not query.group_by and not query.entity and not any(one.than for one in query.filters)
    if query.compare is None or not alone or data["than"] not in (token.text for token in asked.said):
        return
    relatives, ends = asked.words("relatives"), [token.text for token in asked.said]
    for at in range(1, len(asked.tokens) - 1):
        named = any(c.kind == "noun" for c in asked.concepts(at - 1)) or asked.tokens[at - 1].text in (
            asked.world.language.persons
        )
        if named and asked.text(at) in relatives and not set(ends).isdisjoint(data["comparative_words"]):
            yield Doubt(raw(asked.tokens[at - 1 : at + 2]), "each_one_compared")


def _of_one_number(asked: Doubted) -> Iterator[Doubt]:
    """ "guest orders versus orders of known customers": what is said of the first number is no condition on both."""
    told = sorted((span for span in asked.plan.spans if span.role in ("value", "metric")), key=lambda span: span.start)
    against = [token.start for token in asked.tokens if "versus" in asked.world.language.cues.get(token.text, ())]
    numbers = [span for span in told if span.role == "metric"]
    if len(asked.query.metrics) != len(numbers) or len(numbers) != 2 or not against:
        return
    before = [span for span in told if span.role == "value" and 0 <= numbers[0].start - span.end <= 1]
    behind = [span for span in told if span.start > numbers[0].start and span is not numbers[1]]
    if before and not behind and numbers[0].end <= against[0] < numbers[1].start:
        yield Doubt((f"{before[0].text} {numbers[0].text}",), "of_one_number")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _score_or_share,
    _one_place_or_both,
    _some_of_them,
    _rows_of_one_kind,
    _each_one_compared,
    _of_one_number,
)
