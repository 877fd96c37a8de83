"""Doubts of amounts that are compared with: of each row, or of each group of the breakdown?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.chart import amount_of
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.entities.amounts import WORTH
from assistant.understanding.entities.words import Words

COMPARED, MOST_COUNTED, FARTHEST = frozenset({"gt", "ge", "lt", "le", "eq", "in"}), 10, 6


def _of_each_row(asked: Doubted) -> Iterator[Doubt]:
    """ "orders that had a discount above 10 by country": the discount of each order, and not that of each country."""
    bounded = {one.field for one in asked.query.filters if not one.entity and one.op in ("gt", "ge", "lt", "le")}
    bounded &= set(asked.world.layer.metrics)
    counted = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    skipped = asked.words("having_words") | asked.world.language.determiners
    if any(group.field in asked.world.nouns.names(fact) for group in asked.query.group_by for fact in counted):
        return  # "titles of books whose pages are above the average": the groups are the rows
    for at in range(2, len(asked.tokens)) if bounded and asked.query.group_by else ():
        if not any(one.kind == "metric" and one.target in bounded for one in asked.concepts(at)):
            continue
        before = next((i for i in range(at - 1, -1, -1) if asked.text(i) not in skipped), -1)
        holds = before < at - 1 and any(asked.text(i) in asked.words("having_words") for i in range(before + 1, at))
        rows = {one.target for one in asked.concepts(before) if one.kind in ("noun", "metric")}
        if holds and rows & {*counted, *asked.query.metrics}:
            yield Doubt(raw(asked.tokens[before : at + 1]), "of_each_row")


def _of_the_rows(asked: Doubted) -> Iterator[Doubt]:
    """ "average value of orders above 100 by channel": the amount of each order, and not that of each channel."""
    held = [one for one in asked.query.filters if not one.entity and one.field in asked.world.layer.metrics]
    counted = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    for at in range(1, len(asked.tokens) - 1) if held and asked.query.group_by else ():
        named = {one.target for one in asked.concepts(at) if one.kind == "noun"}
        compared = any(cue.startswith("cmp_") for cue in asked.cues(at + 1)) or asked.cues(at + 1) & {"more"}
        if asked.text(at - 1) in asked.words("row_links") and named & counted and compared:
            yield Doubt(raw(asked.tokens[at : at + 2]), "of_each_row")


def _rows_bounded(asked: Doubted) -> Iterator[Doubt]:
    """ "won deals above 20k by owner": deals of such a worth, and not the owners who have won so many of them."""
    layer = asked.world.layer
    bounded = {one.field for one in asked.query.filters if not one.entity and one.op in ("gt", "ge", "lt", "le")}
    counts = {name for name in bounded & set(layer.metrics) if layer.metrics[name].format == "integer"}
    skipped = asked.words("having_words")
    grouped = asked.query.group_by and not asked.query.entity  # a list is of the rows themselves
    for at in range(1, len(asked.tokens) - 1) if counts and grouped else ():
        compared = any(cue.startswith("cmp_") for cue in asked.cues(at + 1))
        first = next((i for i in range(max(0, at - 3), at + 1) if _is_one_of(asked, i, at + 1, counts)), None)
        if not compared or first is None:
            continue
        ranked = asked.query.limit is not None and any(one.by in counts for one in asked.query.order_by)
        plain = all(asked.text(i) not in skipped for i in range(first)) and not _is_group(asked, first)
        if plain or ranked:  # "who closed the most deals over 10,000"
            yield Doubt(raw(asked.tokens[first : at + 3]), "of_each_row")


def _is_one_of(asked: Doubted, first: int, behind: int, names: set[str]) -> bool:
    """Whether words are one of these numbers, or the things that it counts."""
    told = names | {fact for name in names for fact in asked.world.reach.facts(name)}
    return any(c.kind in ("metric", "noun") and c.target in told for c in asked.concepts(first, behind))


def _is_group(asked: Doubted, end: int) -> bool:
    """Whether what the breakdown is by is named before the rows: "owners, won deals above 20"."""
    groups = {group.field for group in asked.query.group_by}
    places = ((a, b) for a in range(end) for b in range(a + 1, min(a + 4, end + 1)))
    return any(c.kind == "dimension" and c.target in groups for a, b in places for c in asked.concepts(a, b))


def _bounds_as_bands(asked: Doubted) -> Iterator[Doubt]:
    """ "products with a rating below 3 and more than 10 reviews": two conditions, and no bands of one number."""
    banded = {group.field for group in asked.query.group_by if group.bands is not None}
    for at in range(1, len(asked.tokens) - 1) if banded else ():
        named = asked.concepts(at + 1) if amount_of(asked.text(at)) is not None else ()
        counted = any(c.kind in ("noun", "metric") for c in named)
        if counted and not any(c.target in banded for c in named) and asked.text(at - 1) in {"than", "least", "most"}:
            yield Doubt(raw(asked.tokens[at - 1 : at + 2]), "bounds_as_bands")


def _number_of_amounts(asked: Doubted) -> Iterator[Doubt]:
    """ "more than one discount": how many of them, and not a discount above one euro."""
    layer = asked.world.layer
    kept = {**layer.fields, **layer.metrics}
    bounded = {one.field for one in asked.query.filters if one.op in COMPARED and one.field in kept}
    money = {name for name in bounded if kept[name].format == "currency"}
    starts = {span.start for span in asked.plan.spans if span.target in money}
    for at in range(1, len(asked.tokens)) if starts else ():
        number = asked.world.language.data["number_words"].get(asked.text(at - 1), amount_of(asked.text(at - 1)))
        if asked.tokens[at].start in starts and number is not None and number < MOST_COUNTED:
            yield Doubt(raw(asked.tokens[at - 1 : at + 1]), "number_of_amounts")


def _average_of_others(asked: Doubted) -> Iterator[Doubt]:
    """ "more than the average price of cancelled trips", "the average nurse": a condition on the average alone."""
    compared = any(one.than == "average" for one in asked.query.filters)
    places = [at for at in range(len(asked.tokens)) if "average" in asked.cues(at)] if compared else []
    held = {one.field for one in asked.query.filters if one.op == "in"}
    for average in places:
        for at in range(average + 1, min(average + FARTHEST, len(asked.tokens))):
            values = {one.target for one in asked.concepts(at) if one.kind == "value"}
            of = at == average + 1 or asked.text(at - 1) in asked.words("genitive")
            if of and values & held:
                yield Doubt(raw(asked.tokens[average : at + 1]), "average_of_others")


def _counted_for_itself(asked: Doubted) -> Iterator[Doubt]:
    """ "subscribers with more than one subscription": of the people, since a subscription has no number of them."""
    counted, metrics = asked.world.nouns.counted, asked.world.layer.metrics
    for one in asked.query.filters:
        kin = {name for name, metric in metrics.items() if one.field in (name, *metric.stand_ins)}
        if one.entity and any(counted.get(name) == one.entity for name in kin) and one.time_range is None:
            starts = {span.start for span in asked.plan.spans if span.target == one.field}
            named = [token.raw for token in asked.tokens if token.start in starts]
            yield Doubt(tuple(named) or (metrics[one.field].title,), "of_each_row")


def _amount_as_number(asked: Doubted) -> Iterator[Doubt]:
    """ "members with claims over 700": the amount of each claim, where each has one, and not how many there are."""
    counted, words = asked.world.nouns.counted, Words(asked.tokens, asked.world)
    bounded = [one for one in asked.query.filters if one.op in COMPARED | {"between"} and one.field in counted]
    bounded = [one for one in bounded if words.field_called(WORTH, counted[one.field])]
    values = {value for one in bounded for value in one.values if _is_amount(value)}
    worth = {one.field for one in bounded}
    starts = {span.start for span in asked.plan.spans if span.role == "condition" and span.target in worth}
    for at in (i for i in range(len(asked.tokens) - 1) if values and asked.tokens[i].start in starts):
        near = range(at + 1, min(at + FARTHEST, len(asked.tokens)))
        last = next((i for i in near if amount_of(asked.text(i)) in values), at)
        if last > at and not asked.concepts(last + 1) and asked.text(last + 1) not in asked.words("times"):
            yield Doubt(raw(asked.tokens[at : last + 1]), "of_each_row")


def _is_amount(value: object) -> bool:
    """Whether a number is more than one counts of most things."""
    return isinstance(value, int | float) and value >= MOST_COUNTED


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _of_each_row,
    _of_the_rows,
    _rows_bounded,
    _bounds_as_bands,
    _number_of_amounts,
    _average_of_others,
    _counted_for_itself,
    _amount_as_number,
)
