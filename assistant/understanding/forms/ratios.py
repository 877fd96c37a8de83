"""One number for each of another thing: "revenue per visit", "complaints per thousand orders"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.own_filters import row_filters
from assistant.understanding.running import is_stock
from assistant.understanding.tokens import Token
from semantic_layer import Filter, OrderBy, RatioMetric, SemanticQuery, Share, SimpleMetric, TimeRange

MOST_WORDS = 4
LONGEST_NUMERATOR = 5
NAMED = 0.85


@dataclass(frozen=True)
class Below:
    """What a number is told per: the metrics that its words may mean, of how many, and the words around it."""

    metrics: tuple[str, ...]
    per: int
    above: tuple[Token, ...]


def ratios(asking: Asking) -> Plan | None:
    """The plan of one number over another, each counted under the same conditions; None for any other question."""
    for below in (*_per(asking), *_of_each(asking), *_taken(asking), *_set_over(asking)):
        plan = asking.read(below.above)
        found = _divided(asking, plan, below) if plan is not None else None
        if found is not None:
            return found
    return None


def _per(asking: Asking) -> Iterator[Below]:
    """ "per visit", "for each order", "per thousand orders", "for every 100 customers"."""
    for at, behind in asking.found("per_one"):
        if _is_named(asking, at, behind) or _is_breakdown(asking, at, behind) or _is_total(asking, at, behind):
            continue
        if _is_of_one(asking, at):
            continue
        number = _number(asking, behind)
        start, per = (number[1], number[0]) if number else (behind, 1)
        for end, metrics in _counts(asking, start):
            yield Below(metrics, per, (*asking.tokens[:at], *asking.tokens[end:]))
            plain = _without_average(asking, at)
            if len(plain) < at:
                yield Below(metrics, per, (*plain, *asking.tokens[end:]))


def _without_average(asking: Asking, at: int) -> tuple[Token, ...]:
    """The words before a place without "average": what falls to each one is an average already."""
    cues = asking.world.language.cues
    return tuple(token for token in asking.tokens[:at] if "average" not in cues.get(token.text, ()))


def _is_of_one(asking: Asking, at: int) -> bool:
    """ "average refund per order": what one of them is worth, and not how many there are."""
    cues, counted = asking.world.language.cues, asking.tokens[at - 1]
    if not any("average" in cues.get(token.text, ()) for token in asking.world.language.tokens(asking.question)):
        return False
    called = asking.world.lexicon.lookup([counted]) if counted.text == counted.plain else ()
    numbers = [concept for concept in called if concept.kind == "metric"]
    meant = max(numbers, key=lambda one: one.weight, default=None)
    return meant is not None and asking.world.layer.metrics[meant.target].format == "integer"


def _is_named(asking: Asking, at: int, behind: int) -> bool:
    """Whether "units per order" as a whole is what a metric is called; which one is asked, not computed anew."""
    windows = (
        asking.tokens[first:last]
        for first in range(max(0, at - MOST_WORDS), at)
        for last in range(behind + 1, min(behind + MOST_WORDS, len(asking.tokens)) + 1)
    )
    return any(concept.kind == "metric" for window in windows for concept in asking.world.lexicon.lookup(window))


def _is_breakdown(asking: Asking, at: int, behind: int) -> bool:
    """ "the number of members for each country": by a field so called, though its different values may be counted."""
    if asking.tokens[at].text in phrases()["ratio_signs"]:
        return False
    windows = (asking.tokens[behind:end] for end in range(behind + 1, min(behind + MOST_WORDS, len(asking.tokens)) + 1))
    concepts = [concept for window in windows for concept in asking.world.lexicon.lookup(window)]
    fields = {c.target for c in concepts if c.kind == "dimension" and c.weight >= NAMED}
    named = asking.world.layer.fields
    return any(named[target].kind == "categorical" for target in fields)


def _is_total(asking: Asking, at: int, behind: int) -> bool:
    """ "the total cost by each doctor", "how many live in each dorm": what is of every single one is no average."""
    each = not phrases()["every_one"].isdisjoint(token.text for token in asking.tokens[at:behind])
    whole = not phrases()["totals"].isdisjoint(token.text for token in asking.tokens[:at])
    inside = asking.tokens[at].text in phrases()["inside"]
    return each and (whole or inside) and phrases()["typical"].isdisjoint(token.text for token in asking.tokens)


def _of_each(asking: Asking) -> Iterator[Below]:
    """ "how many orders does the average customer place": what each of a thing does, told per thing."""
    for at, behind in asking.found("does_each"):
        if _is_of_each_one(asking, at, behind):
            continue
        for end, metrics in _counts(asking, behind):
            rest = [token for token in asking.tokens[end:] if token.text not in phrases()["on_average"]]
            yield Below(metrics, 1, (*asking.tokens[:at], *asking.made("do we", at), *rest))


def _is_of_each_one(asking: Asking, at: int, behind: int) -> bool:
    """ "how many lines does each file have": the number of every single one, where no average is spoken of."""
    each = not phrases()["every_one"].isdisjoint(token.text for token in asking.tokens[at:behind])
    return each and phrases()["typical"].isdisjoint(token.text for token in asking.tokens)


def _taken(asking: Asking) -> Iterator[Below]:
    """ "how many visits does it take to get one order": the first told per one of the second."""
    for at, behind in asking.found("takes"):
        for end, metrics in _counts(asking, behind):
            yield Below(metrics, 1, (*asking.tokens[:at], *asking.tokens[end:]))


def _set_over(asking: Asking) -> Iterator[Below]:
    """ "the ratio of new customers to lost customers"."""
    for at, behind in asking.found("ratio_of"):
        places = range(behind + 1, min(behind + LONGEST_NUMERATOR + 1, len(asking.tokens)))
        for to in (place for place in places if asking.tokens[place].text in phrases()["ratio_joins"]):
            for end, metrics in _counts(asking, to + 1):
                above = (*asking.made("number of", at), *asking.tokens[behind:to], *asking.tokens[end:])
                yield Below(metrics, 1, (*asking.tokens[:at], *above))
                yield Below(metrics, 1, (*asking.tokens[:at], *asking.tokens[behind:to], *asking.tokens[end:]))


def _number(asking: Asking, at: int) -> tuple[int, int] | None:
    """A number here ("100", "1,000", "a thousand") with the place behind it."""
    language = asking.world.language
    at = at + 1 if at < len(asking.tokens) and asking.tokens[at].text in ("a", "one", "every", "each") else at
    word = asking.tokens[at].text.replace(",", "") if at < len(asking.tokens) else ""
    value = (
        int(word) if word.isdecimal() else language.data["number_words"].get(word) or language.data["scales"].get(word)
    )
    return (value, at + 1) if value and value > 1 else None


def _counts(asking: Asking, at: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The longest phrases from here that name something counted, each with the place behind it."""
    at = at + 1 if at < len(asking.tokens) and asking.tokens[at].text in ("a", "one", "single", "our", "the") else at
    for end in range(min(at + MOST_WORDS, len(asking.tokens)), at, -1):
        metrics = tuple(dict.fromkeys(_metrics(asking, asking.tokens[at:end])))
        if metrics:
            yield end, metrics
            return


def _metrics(asking: Asking, tokens: Sequence[Token]) -> Iterator[str]:
    layer, nouns = asking.world.layer, asking.world.nouns
    for concept in sorted(asking.world.lexicon.lookup(tokens), key=lambda one: -one.weight):
        name = nouns.count_of(concept.target) if concept.kind == "noun" else concept.target
        if (
            concept.kind in ("noun", "metric")
            and not concept.inflected
            and name
            and layer.metrics[name].format == "integer"
        ):
            yield name


def _divided(asking: Asking, plan: Plan, below: Below) -> Plan | None:
    query = plan.query
    if len(query.metrics) != 1 or not is_plain(query):
        return None
    for name in below.metrics:
        apart = name == query.metrics[0] or _is_unrelated(asking, query.metrics[0], name)
        apart = apart or _is_of_today_only(asking, query.metrics[0], name) or _is_of_more(asking, plan, name)
        made = _made(asking, query, name, below.per) if not apart else None
        if made is not None and asking.stands(made):
            return replace(plan, query=made, notes=(*plan.notes, *_told_below(asking, made, name)))
    return None


def _is_of_more(asking: Asking, plan: Plan, below: str) -> bool:
    """ "average revenue per coupon order": that of these orders, where the number above is of all of them."""
    world, cues = asking.world, asking.world.language.cues
    (above,) = plan.query.metrics
    averaged = any("average" in cues.get(token.text, ()) for token in asking.tokens)
    kept = [row_filters(world.layer, world.reach.leaves(name)) for name in (above, below)]
    return averaged and world.reach.facts(above) == world.reach.facts(below) and not kept[1] <= kept[0]


def _told_below(asking: Asking, made: SemanticQuery, asked: str) -> tuple[str, ...]:
    """What is to be said of people who are told as those who did something: "per customer" is per one who ordered."""
    metrics = asking.world.layer.metrics
    other = [metrics[name] for name in made.metrics[1:] if name != asked]
    told = (asking.world.language.message("divided_by", metric=one.title, meaning=one.description) for one in other)
    return tuple(told)


def _is_unrelated(asking: Asking, above: str, below: str) -> bool:
    """Whether things that only are there are counted below, and nothing links the number above to them."""
    world = asking.world
    counted = (name for name in world.layer.datasets if world.nouns.count_of(name) == below)
    implied = world.layer.metrics[below].implied
    return implied and any(world.reach.distance((above,), name) is None for name in counted)


def _is_of_today_only(asking: Asking, above: str, below: str) -> bool:
    """ "revenue per subscriber": what came in all the time is not set over those who are something today."""
    world = asking.world
    facts = world.reach.facts(below)
    if world.reach.facts(above) & facts or is_stock(above, world) or _happens(asking, below):
        return False
    apart = all(world.reach.distance((above,), name) is None for name in facts)
    people = any(world.layer.datasets[name].entity for name in facts)
    return is_stock(below, world) or (apart and not people)


def _made(asking: Asking, query: SemanticQuery, below: str, per: int) -> SemanticQuery | None:
    """The ratio as declared, else computed; of people only as declared ratios tell what is per one of them."""
    declared = _declared(asking, query, below) if per == 1 else None
    entity = _people(asking, below)
    if declared is not None or not entity or not _happens(asking, query.metrics[0]):
        return declared or _computed(query, below, per)
    return _per_person(asking, query, entity, per)


def _people(asking: Asking, below: str) -> str:
    """The entity that a metric counts, whatever its members did."""
    world = asking.world
    return next(
        (name for name, one in world.layer.datasets.items() if one.entity and world.nouns.count_of(name) == below), ""
    )


def told_per_person(asking: Asking, query: SemanticQuery, entity: str) -> SemanticQuery | None:
    """The same number per member of an entity as the layer declares it; None without such a ratio."""
    return _per_person(asking, query, entity, 1)


def _per_person(asking: Asking, query: SemanticQuery, entity: str, per: int) -> SemanticQuery | None:
    """The number of rows with a customer per customer who is active then; None when no declared ratio is told so."""
    layer = asking.world.layer
    ratios = [one for one in layer.metrics.values() if isinstance(one, RatioMetric) and not one.hidden]
    told = Counter(one.denominator for one in ratios if _counts_people(asking, one.denominator, entity))
    below = next((name for name, times in told.most_common(1) if times > 1), "")
    if not below:
        return None
    declared = _declared(asking, query, below) if per == 1 else None
    keys = tuple(Filter(field=f"{entity}.{key}", op="not_null") for key in layer.datasets[entity].key_fields)
    return declared or _computed(query.model_copy(update={"filters": (*query.filters, *keys)}), below, per)


def _happens(asking: Asking, name: str) -> bool:
    """Whether a metric is of what happens in a time."""
    day = TimeRange(start=asking.world.as_of, end=None)
    return asking.stands(SemanticQuery(metrics=(name,), time_range=day))


def _counts_people(asking: Asking, name: str, entity: str) -> bool:
    """Whether a metric counts those of an entity that rows of a time belong to."""
    layer = asking.world.layer
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or not _happens(asking, name):
        return False
    measure, fact = layer.measures[metric.measure], metric.measure.partition(".")[0]
    links = (one for one in layer.relationships.values() if (one.from_, one.to) == (fact, entity))
    return measure.agg == "count_distinct" and any(measure.expression in one.from_columns for one in links)


def is_plain(query: SemanticQuery) -> bool:
    """Whether a metric under conditions by groups is asked for, and nothing that two metrics would not share."""
    plain = query.model_copy(
        update={"metrics": (), "group_by": (), "filters": (), "time_range": None, "order_by": (), "limit": None}
    )
    return plain == SemanticQuery() and not any(one.field in query.metrics for one in query.filters)


def _declared(asking: Asking, query: SemanticQuery, below: str) -> SemanticQuery | None:
    """The ratio that the layer declares for the two: with this number above, or one of the same rows."""
    layer = asking.world.layer
    ratios = [
        one
        for one in layer.metrics.values()
        if isinstance(one, RatioMetric) and one.denominator == below and not one.hidden
    ]
    exact = [one for one in ratios if one.numerator == query.metrics[0]] or [
        one for one in ratios if _same_rows(asking, one.numerator, query.metrics[0])
    ]
    return _renamed(query, exact[0].name) if len(exact) == 1 else None


def _same_rows(asking: Asking, name: str, other: str) -> bool:
    """Whether two metrics aggregate the same rows alike, and differ in a condition at most."""
    layer = asking.world.layer
    pair = [layer.metrics[one] for one in (name, other)]
    measures = [layer.measures[one.measure] for one in pair if isinstance(one, SimpleMetric)]
    owners = {one.measure.partition(".")[0] for one in pair if isinstance(one, SimpleMetric)}
    return len(measures) == 2 and len(owners) == 1 and len({(m.agg, m.expression) for m in measures}) == 1


def _renamed(query: SemanticQuery, name: str) -> SemanticQuery:
    order = tuple(one.model_copy(update={"by": name}) if one.by in query.metrics else one for one in query.order_by)
    return query.model_copy(update={"metrics": (name,), "order_by": order})


def _computed(query: SemanticQuery, below: str, per: int) -> SemanticQuery:
    above = query.metrics[0]
    order = tuple(
        OrderBy(by=above, descending=one.descending, column="share") if one.by == above else one
        for one in query.order_by
    )
    share = Share(metric=above, of=below, per=per)
    return query.model_copy(update={"metrics": (above, below), "shares": (share,), "order_by": order})
