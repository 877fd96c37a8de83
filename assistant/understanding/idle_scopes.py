"""Words placed as a condition or a breakdown, which say something else of what they stand beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import Draft
from assistant.understanding.periods import UNIT_ORDER, unit_period


def _with_an_article(draft: Draft) -> Iterator[int]:
    """ "customers with a review and a subscription": a thing, and not what something else is called."""
    articles = {*draft.world.language.words("indefinite"), *draft.world.language.words("articles")}
    for at in (at for at in range(1, len(draft.elements)) if draft.kind(at) == "value"):
        element = draft.element(at)
        named = any(concept.kind == "noun" for concept in element.concepts)
        alone = draft.ahead(at) is None or draft.kind(draft.ahead(at)) not in ("noun", "dimension", "metric")
        owned = at > 2 and draft.kind(at - 3) == "noun" and draft.has(at - 2, "having", "link_value")
        article = draft.element(at - 1).text.casefold() in articles
        if (named or owned) and alone and article:
            yield at


def _still_there(draft: Draft) -> Iterator[int]:
    """ "current customers": those who still are, which the number of all that ever were does not tell."""
    words = set(draft.world.language.words("lasting_adjectives"))
    for at in range(len(draft.elements) - 1):
        metrics = [c.target for c in draft.metric_choices(at + 1)] if draft.kind(at + 1) in ("noun", "metric") else []
        told = "now" in draft.element(at).cues or draft.element(at).text.casefold() in words
        if told and draft.kind(at) == "" and metrics and all(_is_of_all_times(draft, name) for name in metrics):
            yield at


def _is_of_all_times(draft: Draft, name: str) -> bool:
    """Whether a metric counts all people, or all rows of something without a time, that there ever were."""
    counts = [fact for fact in draft.world.reach.facts(name) if draft.world.nouns.count_of(fact) == name]
    datasets = [draft.world.layer.datasets[fact] for fact in counts]
    return bool(datasets) and all(one.entity or not one.time for one in datasets)


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


def _included(draft: Draft) -> Iterator[int]:
    """ "orders including the cancelled ones": more rows than usual, and not those alone."""
    words = draft.world.language.words("including_words")
    for condition in draft.conditions:
        lead = range(max(0, condition.place - 3), condition.place)
        if not condition.negated and any(draft.element(at).text.casefold() in words for at in lead):
            yield condition.place


def _described_by_a_rate(draft: Draft) -> Iterator[int]:
    """ "churned customers", "satisfied customers": people who are so, and not the rate of it."""
    scoped = {at for at, _ in draft.scopes}
    metrics = draft.world.layer.metrics
    for place, choices in draft.metrics:
        rated = place >= 0 and all(metrics[choice.target].format == "percent" for choice in choices)
        if not rated or _asks_for_a_rate(draft):
            continue
        element = draft.element(place)
        words = element.text.casefold().split()
        done = words[0].endswith(draft.world.language.words("participle_endings"))
        apart = place + 1 in scoped and draft.element(place + 1).plural
        last = draft.tokens[element.behind - 1 : element.behind] if len(words) > 1 else ()
        together = any(c.kind == "noun" for c in draft.world.lexicon.lookup(last)) and element.plural
        if done and (apart or together):
            yield place


def _asks_for_a_rate(draft: Draft) -> bool:
    degrees = draft.world.language.words("degree_words")
    return any("share" in element.cues or element.text.casefold() in degrees for element in draft.elements)


def _stored_otherwise(draft: Draft) -> Iterator[int]:
    """ "from visit to cart": a noun of the layer is no value that is only stored like it ("/cart")."""
    for condition in draft.conditions:
        element = draft.element(condition.place) if condition.place >= 0 else None
        if element is None or not any(concept.kind == "noun" for concept in element.concepts):
            continue
        spelt = {c.spelt.casefold() for c in draft.concepts(condition.place, "value")}
        if all(text and not text[0].isalnum() for text in spelt):
            yield condition.place


def _coarser_than_the_period(draft: Draft) -> Iterator[int]:
    """ "May revenue by year": each year's May, which one month of one year does not hold."""
    period = draft.times[0].period
    if not draft.grain or draft.grain not in UNIT_ORDER or period is None or not (period.start and period.end):
        return
    whole = unit_period(period.start, draft.grain)
    inside = whole.end is not None and period.end < whole.end and not period.partial
    shorter = inside and not any(draft.element(at).cues & {"trend"} for at in range(len(draft.elements)))
    yield from (at for at, use in draft.uses.items() if shorter and at >= 0 and use[0] == "grain")


def _of_bounded_things(draft: Draft) -> Iterator[int]:
    """ "leads from companies with more than 100 employees": which ones are meant, and not the number of each."""
    for at, _ in draft.groups:
        behind = at + 1 < len(draft.elements) and draft.element(at + 1).cues & {"having", "link_value"}
        bounded = behind and any(bound.place > at for bound in draft.bounds)
        lead = draft.element(at - 1).cues if at > 0 else frozenset[str]()
        if bounded and draft.kind(at) == "dimension" and "link_any" in lead and not lead & {"by", "per"}:
            yield at


def _bare_dates(draft: Draft) -> Iterator[int]:
    """ "revenue of products launched this year": a day that things have splits nothing unless it is asked for."""
    fields = draft.world.layer.fields
    for at, choices in draft.groups:
        times = all(fields[choice.fields[0]].kind == "time" for choice in choices)
        if at >= 0 and times and draft.kind(at) == "dimension" and not _is_split_by(draft, at):
            yield at


def _is_split_by(draft: Draft, at: int) -> bool:
    cues = {"by", "per", "which", "when", "top", "bottom", "divide", "distribution", "trend"}
    return any(draft.element(i).cues & cues for i in range(at))


def _as_participle(draft: Draft) -> Iterator[int]:
    """ "who returned the most items": a verb is no field that one of its values is called like."""
    for at, _ in draft.groups:
        fields = draft.concepts(at, "dimension") if at >= 0 else ()
        if not fields:
            continue
        done = draft.element(at).text.casefold().endswith(draft.world.language.words("participle_endings"))
        asked = any(draft.element(i).cues & {"by", "per"} for i in range(at))
        if done and not asked and all(concept.inflected for concept in fields):
            yield at


def _time_of_others(draft: Draft) -> Iterator[int]:
    """ "refunds of orders placed in May", "of May orders": the period is of the orders, not that of the refunds."""
    verbs = draft.world.language.words("creation_verbs")
    facts = {fact for _, choices in draft.metrics for c in choices for fact in draft.world.reach.facts(c.target)}
    for at, dataset in draft.scopes:
        behind = draft.element(at + 1).text.casefold() if at + 1 < len(draft.elements) else ""
        timed = any(draft.kind(i) == "time" for i in range(at + 2, len(draft.elements)))
        owned = at > 0 and draft.kind(at - 1) == "time"
        done = behind in verbs and behind.endswith(draft.world.language.words("participle_endings"))
        if ((done and timed) or owned) and dataset not in facts and draft.world.layer.datasets[dataset].time:
            yield at


def _headed_by_others(draft: Draft) -> Iterator[int]:
    """ "retention campaigns": campaigns that are so, and not the retention rate."""
    metrics = draft.world.layer.metrics
    rates = {place for place, found in draft.metrics if all(metrics[c.target].type == "ratio" for c in found)}
    for at, dataset in draft.scopes:
        alone = at - 1 in rates and " " not in draft.element(at - 1).text and draft.element(at).plural
        facts = {fact for _, choices in draft.metrics for c in choices for fact in draft.world.reach.facts(c.target)}
        if alone and dataset not in facts:
            yield at


_GATHERED = 0.15  # what the names lose whose words lie apart

SCOPES: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _with_an_article,
    _still_there,
    _second_field,
    _part_of_another_count,
    _included,
    _described_by_a_rate,
    _stored_otherwise,
    _coarser_than_the_period,
    _of_bounded_things,
    _bare_dates,
    _as_participle,
    _time_of_others,
    _headed_by_others,
)
