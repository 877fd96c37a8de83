"""Passes that find shares: each group beside the total of all, and one case beside the total of all cases."""

from __future__ import annotations

from dataclasses import replace

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.idle_shares import told_of
from assistant.understanding.together import is_top_share, take_top
from semantic_layer import RatioMetric, SimpleMetric, adds_up

GATHERED = 0.85


def find_shares(draft: Draft) -> None:
    """ "share of revenue by category", "what percent of visits come from mobile"."""
    cues = draft.cues("share")
    if not cues or len(draft.metrics) != 1 or draft.part_of is not None or _of_a_change(draft, cues):
        return
    if _is_share_already(draft, cues):
        draft.use(cues[0], "filler")
    if not all(_adds_up(draft, concept.target) for concept in draft.metrics[0][1]) or _is_done_to(draft, cues[0]):
        return
    if _as_rate(draft, cues) or _is_part(draft, cues) or _says_among(draft):
        return
    if is_top_share(draft):
        take_top(draft)
    if _is_shared(draft, cues[0]):
        draft.shared = True
        for at in cues:
            draft.use(at, "metric", "share")


def _of_a_change(draft: Draft, cues: list[int]) -> bool:
    """ "revenue growth from Q1 to Q2 in percent": no share, but how a change is told."""
    words = draft.world.language.words("as_percent")
    told = all(draft.element(at).text.casefold() in words for at in cues)
    return told and bool(draft.cues("change", "change_up", "change_down"))


def find_relative_change(draft: Draft) -> None:
    """ "growth in percent": told beside every change."""
    cues = draft.cues("share")
    if cues and draft.times[0].compare is not None and not draft.shared:
        words = draft.world.language.words("as_percent")
        for at in (at for at in cues if draft.element(at).text.casefold() in words):
            draft.use(at, "comparison", "percent")


def _is_shared(draft: Draft, cue: int) -> bool:
    """Whether what the share is of is certain: of each group in all, of a case, or of the top few together."""
    split = draft.groups or any(condition.grouped for condition in draft.conditions)
    part = _part(draft, cue)
    if part:
        _mark(draft, part, within=bool(split))
        return True
    # with a case beside the top ones: the share of the case among them, or theirs in the case?
    return not _cases(draft) and (draft.together is not None or bool(split))


def _is_share_already(draft: Draft, cues: list[int]) -> bool:
    """ "what percentage of visitors leave right away": the share of what a rate is called after is the rate."""
    place, choices = draft.metrics[0]
    metrics = draft.world.layer.metrics
    rates = all(metrics[c.target].format == "percent" and c.weight > GATHERED for c in choices)
    return rates and len(cues) == 1 and draft.ahead(cues[0]) == place and " " in draft.element(place).text


def _as_rate(draft: Draft, cues: list[int]) -> bool:
    """ "late replies in percent by team": the declared rate of a count, when the layer has one."""
    words, layer = draft.world.language.words("as_percent"), draft.world.layer
    asked = {concept.target for concept in draft.metrics[0][1]}
    ratios = [
        m for m in layer.metrics.values() if isinstance(m, RatioMetric) and not m.hidden and m.format == "percent"
    ]
    rates = tuple(Concept("metric", m.name) for m in ratios if m.numerator in asked and _is_of_its_rows(draft, m))
    # a name of several words may hold the whole, too: "share of tickets answered late by team"
    amounts = all(layer.metrics[name].format == "currency" for name in asked)  # "share of gross margin by team"
    several = " " in draft.element(draft.metrics[0][0]).text and bool(draft.groups) and not _distributes(draft)
    several = several and not amounts
    gathered = several or all(concept.weight < GATHERED for concept in draft.metrics[0][1])
    if gathered and rates:
        return True  # neither the rate nor the distribution is certain: the word is left over
    if not all(draft.element(at).text.casefold() in words for at in cues):
        return False
    if draft.cues("versus", "compare", "change", "change_up", "change_down") and not draft.groups:
        for at in cues:  # "tickets in June relative to May, in percent": so is the change told
            draft.use(at, "filler")
        return True
    if not rates:
        return False
    draft.metrics = [(draft.metrics[0][0], rates)]
    for at in cues:
        draft.use(at, "metric", rates[0].target)
    return True


def _is_of_its_rows(draft: Draft, rate: RatioMetric) -> bool:
    """Whether what a rate counts are some of the rows that it divides by: tickets are no part of orders."""
    facts = [draft.world.reach.facts(name) for name in (rate.numerator, rate.denominator)]
    return bool(facts[0] & facts[1])


def _is_part(draft: Draft, cues: list[int]) -> bool:
    """ "percentage of leads that became deals": what is counted is itself the part of one declared rate."""
    layer, asked = draft.world.layer, {concept.target for concept in draft.metrics[0][1]}
    rates = [
        m.name
        for m in layer.metrics.values()
        if isinstance(m, RatioMetric) and m.format == "percent" and not m.hidden and m.numerator in asked
    ]
    described = _describe_all(draft, cues[0]) or (len(rates) == 1 and _names_whole(draft, rates[0]))
    plain = not (draft.groups or draft.presence or draft.bounds) and described
    if len(rates) != 1 or len(asked) != 1 or not plain or len(cues) != 1 or _is_of_rows(draft, rates[0]):
        return False
    draft.metrics = [(draft.metrics[0][0], (Concept("metric", rates[0], GATHERED),))]
    draft.use(cues[0], "metric", rates[0])
    return True


def _names_whole(draft: Draft, rate: str) -> bool:
    """ "share of tickets breaching the SLA in Germany": the whole and what is done are named first, without a verb."""
    (place, _), language = draft.metrics[0], draft.world.language
    ratio = draft.world.layer.metrics[rate]
    words = language.tokens(draft.element(place).text)
    whole = {c.target for c in draft.world.lexicon.lookup(words[:1]) if c.kind == "metric"} if len(words) > 1 else set()
    behind = all(condition.place > place and not condition.grouped for condition in draft.conditions)
    doers = language.words("ways_told")
    tied = any(draft.element(at).text.casefold() in doers for at in range(place + 1, len(draft.elements)))
    plain = behind and not tied and _verb_after(draft, place) is None
    return plain and isinstance(ratio, RatioMetric) and ratio.denominator in whole


def _describe_all(draft: Draft, cue: int) -> bool:
    """Whether no condition is the case that the share is of: "what share of mobile visits ended in an order"."""
    place = draft.metrics[0][0]
    between = all(cue < condition.place < place and not condition.grouped for condition in draft.conditions)
    return not draft.conditions or (between and told_of(draft, cue, place))


def _is_done_to(draft: Draft, cue: int) -> bool:
    """ "what share of shoes is returned": a part of the shoes, and not the part that shoes are of what is returned."""
    place, language = draft.metrics[0][0], draft.world.language
    said = draft.element(place).text.casefold().split()[-1]
    deed = said in language.forms.verbs or said.endswith(language.words("participle_endings"))
    before = [c.place for c in draft.conditions if cue < c.place < place]
    own = draft.element(place).text.casefold().split()[:-1]
    between = [
        draft.element(at).text.casefold() for at in range(max(before, default=place), place) if not draft.kind(at)
    ]
    helping = {*language.words("auxiliaries"), *language.silent}
    helped = not helping.isdisjoint({*own, *(text.split()[-1] for text in between)})
    return deed and bool(before) and (helped or _are_doers(draft, own, place))


def _are_doers(draft: Draft, own: list[str], place: int) -> bool:
    """ "what percentage of subscribers ordered": a part of the subscribers, who stand right before what they did."""
    language = draft.world.language
    persons = {language.bare(word) for word in (*language.words("person_nouns"), *language.words("doers"))}
    named = any(language.bare(word) in persons for word in own)
    return named or (not own and draft.element(place - 1).plural and draft.kind(place - 1) in ("value", "noun"))


def _is_of_rows(draft: Draft, rate: str) -> bool:
    """ "share of orders from returning customers": a part of the orders, though the rate tells that of the people."""
    layer = draft.world.layer
    ratio = layer.metrics[rate]
    said = {draft.noun(at) for at, _ in draft.scopes if at < draft.metrics[0][0]}
    if isinstance(ratio, RatioMetric) and layer.metrics[ratio.numerator].format == "currency" and said:
        return True  # "percentage of orders that had a discount" is none of the money
    base = layer.metrics[ratio.denominator] if isinstance(ratio, RatioMetric) else None
    if not isinstance(base, SimpleMetric) or layer.measures[base.measure].agg != "count_distinct":
        return False
    return base.measure.partition(".")[0] in said


def _says_among(draft: Draft) -> bool:
    """ "share of members among customers": of a whole that is another number than the one measured."""
    words = draft.world.language.words("among_words")
    places = [at for at, _ in draft.scopes if at > draft.metrics[0][0]]
    return any(draft.element(i).text.casefold() in words for at in places for i in range(draft.metrics[0][0], at))


def _distributes(draft: Draft) -> bool:
    """Whether words say that a total is divided ("falls on each category", "of total")."""
    phrases = draft.world.language.words("distribution_phrases")
    return any(element.text.casefold() in phrases for element in draft.elements)


def _cases(draft: Draft) -> int:
    """How many conditions may be the case that the share is asked for."""
    return sum(not condition.negated for condition in draft.conditions) + len(draft.presence) + len(draft.bounds)


def _part(draft: Draft, cue: int) -> list[int]:
    """The places of the conditions that make the case; empty when there is none, or when it could be one of several.

    Words after a verb are the case ("of German visits are mobile"); a single condition is it in any order, unless the
    question also splits, where the total could be that of each group or of all.
    """
    if draft.bounds:
        return _bounded_part(draft, cue)
    places = [(condition.place, not condition.negated) for condition in draft.conditions]
    places += [(held.place, True) for held in draft.presence]
    verb = _verb_after(draft, draft.metrics[0][0])
    behind = [place for place, _ in places if verb is not None and place > verb]
    if behind and cue < draft.metrics[0][0]:
        return behind
    split = draft.groups or any(condition.grouped for condition in draft.conditions)
    return [place for place, _ in places] if len(places) == 1 and places[0][1] and not split else []


def _bounded_part(draft: Draft, cue: int) -> list[int]:
    """The places of the conditions with numbers behind what is counted: "what percent of customers ordered twice".

    A value before what is done describes all ("of German customers", "of customers in Germany"); one behind it, or
    beside another condition on what they have, could be of the part or of all.
    """
    metric = draft.metrics[0][0]
    if cue > metric or draft.presence or draft.together is not None:
        return []
    first = min(bound.place for bound in draft.bounds)
    deed = next((at for at in range(metric + 1, first + 1) if _is_deed(draft, at)), metric)
    describing = all(condition.place < deed for condition in draft.conditions)
    return [bound.place for bound in draft.bounds] if first > metric and describing else []


def _is_deed(draft: Draft, at: int) -> bool:
    """Whether a word says that something is done: it stands for a count, or for how rows come to be."""
    language, element = draft.world.language, draft.element(at)
    said = element.text.casefold()
    doing = said in language.words("creation_verbs") or bool(language.counts_of(element.word))
    return draft.kind(at) == "" and (doing or said in language.words("auxiliaries"))


def _verb_after(draft: Draft, metric: int) -> int | None:
    verbs = draft.world.language.words("case_verbs")
    for at in range(metric + 1, len(draft.elements)):
        if draft.kind(at) == "" and draft.element(at).text.casefold() in verbs:
            return at
    return None


def _mark(draft: Draft, part: list[int], within: bool) -> None:
    draft.conditions = [replace(c, part=c.place in part) for c in draft.conditions]
    draft.presence = [replace(held, part=held.place in part) for held in draft.presence]
    draft.bounds = [replace(bound, part=bound.place in part) for bound in draft.bounds]
    draft.share_within = within


def _adds_up(draft: Draft, name: str) -> bool:
    """Whether a metric's groups are parts of a whole."""
    metric = draft.world.layer.metrics[name]
    measures = draft.world.layer.measures
    if not isinstance(metric, SimpleMetric):
        return adds_up(draft.world.layer, name)
    return measures[metric.measure].agg in ("sum", "count", "count_distinct")
