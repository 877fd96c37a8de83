"""Passes that find what is measured: the numbers named, their averages and medians, and what verbs measure."""

from __future__ import annotations

from assistant.understanding.bounded import amount_of_verb
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.ranking import ranks_events
from assistant.understanding.tokens import tokenize
from semantic_layer import RatioMetric, SimpleMetric

UNCOORDINATED = ("and", "versus")
PARTICIPLE_COST = 0.4


def find_metrics(draft: Draft) -> None:
    """The named metrics; several only when they are joined; else the count of the first noun."""
    for at in range(len(draft.elements)):
        if at in draft.uses:
            continue
        named = draft.kind(at) == "metric" and (not draft.metrics or joins_a_metric(draft, at))
        named = named and not ranks_events(draft, at)
        if named or (draft.metrics and _lists_a_metric(draft, at)):
            draft.take_metric(at)
    if draft.per is not None:
        _resolve_per(draft)
    if not draft.metrics:
        _measure_verb(draft)
    if not draft.metrics:
        _count_first_noun(draft)
    _use_asking(draft)
    _skip_repeated(draft)
    _prefer_money(draft)
    _count_participles(draft)


def _use_asking(draft: Draft) -> None:
    """ "what was the traffic": a word that is no name of single rows asks for their number."""
    states, layer = draft.world.language.words("asking_states"), draft.world.layer
    if len(draft.metrics) != 1 or draft.ranking is not None or draft.listed:
        return
    place = draft.metrics[0][0]
    element = draft.element(place)
    if draft.kind(place) != "noun" or element.plural or not draft.concepts(place, "metric"):
        return
    title = layer.datasets[draft.noun(place)].own_title.casefold().split()
    if element.word in {draft.world.language.bare(word) for word in title}:
        return
    for at in draft.cues("which"):
        between = [draft.element(i).text.casefold() for i in range(at + 1, place)]
        if draft.ahead(at) == place and any(word in states for word in between):
            draft.use(at, "filler")


def _measure_verb(draft: Draft) -> None:
    """ "how much did we sell", "what did women spend": a verb that by itself asks for an amount."""
    language, lexicon = draft.world.language, draft.world.lexicon
    if not any(element.cues & {"how_much", "which", "more"} for element in draft.elements):
        return
    said = [element.text.casefold() for element in draft.elements]
    own = not set(said).isdisjoint(language.words("we"))
    for at, word in enumerate(said):
        if at in draft.uses or not (draft.element(at).unknown or draft.soft(at)):
            continue
        nouns = language.measures_of(language.bare(word), own and not _done_by_others(draft, at))
        if _is_noun(draft, at):  # "the highest spend": ours or theirs, as far as it can be split
            nouns = (
                *language.measures_of(language.bare(word), True),
                *language.measures_of(language.bare(word), False),
            )
        looked = [lexicon.lookup(tokenize(noun, language.forms)) for noun in nouns]
        every = tuple(c for found in looked for c in found if c.kind == "metric")
        for found in [every] if _is_noun(draft, at) else looked:
            metrics = tuple(c for c in found if c.kind == "metric")
            if metrics:
                draft.metrics.append((at, metrics))
                draft.use(at, "metric", metrics[0].target)
                return


def _done_by_others(draft: Draft, at: int) -> bool:
    """ "how much did our Swiss customers spend": who does it stands right before the verb, and is not us."""
    back, datasets = draft.back(at), draft.world.layer.datasets
    while back is not None and draft.kind(back) in ("noun", "value"):
        dataset = draft.noun(back) if draft.kind(back) == "noun" else draft.implied_noun(back)
        if dataset:
            return bool(datasets[dataset].entity)
        back = draft.back(back)  # "customers in France spend"
    return False


def _is_noun(draft: Draft, at: int) -> bool:
    """Whether a word that may be a verb stands where only a noun can, behind a ranking word."""
    return (
        at > 0 and bool(draft.element(at - 1).cues & {"top", "bottom"}) and not draft.element(at - 1).cues & {"filler"}
    )


def _skip_repeated(draft: Draft) -> None:
    """A metric named twice ("how much did we sell, in revenue") is asked for once."""
    if len(draft.metrics) != 1:
        return
    asked = {concept.target for concept in draft.metrics[0][1]}
    for at in range(len(draft.elements)):
        free = draft.kind(at) == "metric" and at not in draft.uses
        if free and {concept.target for concept in draft.metric_choices(at)} <= asked:
            draft.use(at, "metric", min(asked))


def _prefer_money(draft: Draft) -> None:
    """ "how much did we refund" asks for the amount, not for the number of refunds, when the layer has both."""
    asked = draft.cues("how_much")
    for at in asked:
        if not _asks_again(draft, at):
            draft.use(at, "filler")
    if len(draft.metrics) != 1 or not (asked or _says_total(draft, draft.metrics[0][0]) or _says_money(draft)):
        return
    layer, (at, choices) = draft.world.layer, draft.metrics[0]
    named = tokenize(draft.element(at).text, draft.world.language.forms)
    counts = {concept.target for concept in choices}
    amounts = [
        name
        for name in draft.world.lexicon.metrics_with(named[0])
        if layer.metrics[name].format == "currency" and _same_facts(draft, name, counts)
    ]
    if len(named) == 1 and amounts and all(layer.metrics[name].format == "integer" for name in counts):
        draft.metrics = [(at, tuple(Concept("metric", name) for name in amounts))]
        draft.uses[at] = ("metric", amounts[0])


def _asks_again(draft: Draft, at: int) -> bool:
    """ "... and how much did we lose": a question of its own, which the first number does not answer."""
    behind = draft.element(at + 1).text.casefold() if at + 1 < len(draft.elements) else ""
    joined = at > 0 and "and" in draft.element(at - 1).cues
    return joined and behind in draft.world.language.words("auxiliaries")


def _says_money(draft: Draft) -> bool:
    """ "total refunds in euros"."""
    words = {word for unit in ("EUR", "USD", "GBP", "CHF") for word in draft.world.language.unit_words(unit)}
    free = [element for at, element in enumerate(draft.elements) if draft.uses.get(at, ("",))[0] != "condition"]
    return any(element.unknown and element.text.casefold() in words for element in free)


def _says_total(draft: Draft, at: int) -> bool:
    """ "total refunded": a verb by itself after a word for a sum is an amount."""
    before = draft.elements[at - 1].text.casefold() if at > 0 else ""
    inflected = all(concept.inflected for concept in draft.metric_choices(at))
    return inflected and before in draft.world.language.words("sum_words")


def _same_facts(draft: Draft, name: str, others: set[str]) -> bool:
    reach = draft.world.reach
    return any(reach.facts(name) == reach.facts(other) for other in others)


def _count_participles(draft: Draft) -> None:
    """ "refunded orders" are orders: a metric matched by a verb form right before a noun is unlikely to be meant."""
    for at, choices in draft.metrics:
        inflected = all(concept.inflected for concept in choices)
        if inflected and at + 1 < len(draft.elements) and draft.kind(at + 1) == "noun":
            draft.penalty += PARTICIPLE_COST


def find_averages(draft: Draft) -> None:
    """ "average" before a metric that is an average already adds nothing; before any other it must not be dropped."""
    for at in draft.cues("average"):
        place = draft.ahead(at)
        named = [choices for place_, choices in draft.metrics if place_ == place or len(draft.metrics) == 1]
        again = draft.has(place, "average")  # "the average of the average order value"
        twice = again or (place is not None and _says_average(draft, place))
        if named and not twice and all(_is_average(draft, concept.target) for concept in named[0]):
            draft.use(at, "filler")


def find_medians(draft: Draft) -> None:
    """ "median" before a metric that is a median already adds nothing."""
    layer = draft.world.layer
    for at in draft.cues("median"):
        place = draft.ahead(at)
        named = [choices for place_, choices in draft.metrics if place_ == place]
        simple = [layer.metrics[concept.target] for choices in named for concept in choices]
        if simple and all(isinstance(m, SimpleMetric) and layer.measures[m.measure].agg == "median" for m in simple):
            draft.use(at, "filler")


def _says_average(draft: Draft, at: int) -> bool:
    cues = draft.world.language.cues
    return draft.kind(at) == "metric" and any(
        "average" in cues.get(word, ()) for word in draft.element(at).text.casefold().split()
    )


def _is_average(draft: Draft, name: str) -> bool:
    metric = draft.world.layer.metrics[name]
    if isinstance(metric, SimpleMetric):
        return draft.world.layer.measures[metric.measure].agg == "average"
    return isinstance(metric, RatioMetric)


def joins_a_metric(draft: Draft, at: int) -> bool:
    """Whether a joining word ties the element to a metric already taken."""
    for place, _ in draft.metrics:
        first, last = min(place, at), max(place, at)
        if draft.joined(first, *UNCOORDINATED) == last:
            for joiner in draft.joiners(first, last):
                draft.use(joiner, "filler")
            return True
    return False


def _lists_a_metric(draft: Draft, at: int) -> bool:
    """A noun between two joined metrics is counted too: "net revenue, orders and AOV"."""
    following = draft.joined(at, *UNCOORDINATED)
    between = draft.kind(at) == "noun" and draft.kind(following) == "metric" and following not in draft.uses
    return between and bool(draft.metric_choices(at)) and joins_a_metric(draft, at)


def _count_first_noun(draft: Draft) -> None:
    for at in range(len(draft.elements)):
        free = draft.kind(at) == "noun" and at not in draft.uses and not _owned(draft, at)
        if free and draft.metric_choices(at) and not draft.has(draft.back(at), "exclude"):
            draft.take_metric(at)
            return


def _owned(draft: Draft, at: int) -> bool:
    """Whether the noun only names a value ("reasons for the Pro plan"), and something else is asked for."""
    start = draft.back(at)
    if draft.kind(start) != "value":
        return False
    while start is not None and draft.kind(start) == "value":
        start = draft.back(start)
    linked = range(start + 1, at) if start is not None else range(0)
    named = start is not None and draft.kind(start) == "dimension" and draft.uses.get(start, ("",))[0] == "dimension"
    return named and any("link_any" in draft.element(place).cues for place in linked)


def _resolve_per(draft: Draft) -> None:
    """ "revenue per order": the ratio of the layer whose parts are the metric and the count of the noun."""
    assert draft.per is not None
    cue, noun = draft.per
    counts = {concept.target for concept in draft.metric_choices(noun)}
    before = draft.back(cue)
    if before is not None and draft.has(before, "more"):  # "do women spend more per order than men"
        before = draft.back(before)
    if len(draft.metrics) > 1 or before is None or not counts:
        return
    asked = {concept.target for concept in (draft.metric_choices(before) or amount_of_verb(draft, before))}
    layer = draft.world.layer
    ratios = [m for m in layer.metrics.values() if isinstance(m, RatioMetric) and not m.hidden]
    found = [m.name for m in ratios if m.numerator in asked and m.denominator in counts]
    if found:
        draft.metrics = [(before, tuple(Concept("metric", name) for name in found))]
        for at in range(before, noun + 1):
            draft.uses[at] = ("metric", found[0])
