"""A pass that finds one number as a share of another: "fees as a share of revenue", "what part of revenue is fees"."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.tokens import tokenize
from semantic_layer import RatioMetric, SimpleMetric

NAMED = 0.89  # a name or a synonym as declared


def find_parts(draft: Draft) -> None:
    """Two numbers with a word of share between or before them: the rate that the layer declares, else computed."""
    cues = draft.cues("share")
    if len(cues) != 1 or draft.cues("how_many", "top", "bottom") or draft.bounds:
        return
    found = _set_over(draft, cues[0]) or _part_first(draft, cues[0]) or _among(draft, cues[0])
    found = found or _part_of_whole(draft, cues[0])
    if found is None:
        return
    part, whole = found
    parts, wholes = _amounts(draft, part, whole), draft.metric_choices(whole)
    if not parts or not wholes or {c.target for c in parts} & {c.target for c in wholes}:
        return
    rates = _declared(draft, parts, wholes)
    if rates:
        draft.metrics = [(part, rates)]
    else:
        draft.metrics = [(part, parts), (whole, wholes)]
        draft.part_of = part
        _tell_declared(draft, parts)
    for at in (part, whole, cues[0]):
        draft.use(at, "metric", draft.metrics[0][1][0].target)
    for at in range(min(part, whole, cues[0]) + 1, max(part, whole)):
        if draft.kind(at) == "":
            draft.use(at, "filler")


def _measures(draft: Draft, at: int | None) -> bool:
    return at is not None and at not in draft.uses and bool(draft.metric_choices(at))


def _set_over(draft: Draft, cue: int) -> tuple[int, int] | None:
    """ "fees as a share of revenue": the part right before, the whole right behind, no value around the part."""
    text = draft.element(cue).text.casefold().split()
    part, whole = draft.back(cue), draft.ahead(cue)
    if part is None or whole is None or not (_measures(draft, part) and _measures(draft, whole)):
        return None
    said = text[0] in draft.world.language.words("set_as") or _is_set(draft, part, cue)
    alone = not any(draft.kind(at) in ("value", "noun", "metric", "dimension") for at in range(part))
    return (part, whole) if said and alone else None


def _is_set(draft: Draft, part: int, cue: int) -> bool:
    words = draft.world.language.words("set_as")
    return any(draft.element(at).text.casefold() in words for at in range(part + 1, cue))


def _part_first(draft: Draft, cue: int) -> tuple[int, int] | None:
    """ "what share of revenue is discounts": the whole right behind the word, then a verb, then the part."""
    whole = draft.ahead(cue)
    part = draft.ahead(whole) if whole is not None else None
    while part is not None and draft.kind(part) == "" and _ties(draft, part):
        part = draft.ahead(part)
    if whole is None or part is None or not (_measures(draft, whole) and _measures(draft, part)):
        return None
    between = [draft.element(at) for at in range(whole + 1, part)]
    verbs = draft.world.language.words("case_verbs")
    tied = any(element.text.casefold() in verbs for element in between)
    inside = tied and all(_is_inside(draft, c, whole) for c in draft.metric_choices(part))
    return (part, whole) if inside else None


def _among(draft: Draft, cue: int) -> tuple[int, int] | None:
    """ "share of members among customers": the part right behind the word, the whole behind it."""
    part = draft.ahead(cue)
    whole = draft.ahead(part) if part is not None else None
    if part is None or whole is None or not (_measures(draft, part) and _measures(draft, whole)):
        return None
    between = {draft.element(at).text.casefold() for at in range(part + 1, whole)}
    inside = all(_is_inside(draft, c, whole) for c in draft.metric_choices(part))
    return (part, whole) if inside and not between.isdisjoint(draft.world.language.words("among_words")) else None


def _part_of_whole(draft: Draft, cue: int) -> tuple[int, int] | None:
    """ "share of sales given away as discounts", "share of discounts in sales": two numbers of one declared rate.

    Between the word of share and the second number stands nothing but the first one and words that tie the two.
    """
    first = draft.ahead(cue)
    second = draft.ahead(first) if first is not None else None
    while second is not None and draft.kind(second) == "" and not draft.metric_choices(second):
        second = draft.ahead(second)
    if first is None or second is None or not (_measures(draft, first) and _measures(draft, second)):
        return None
    tying = {*draft.world.language.words("parting_words"), *draft.world.language.fillers}
    between = {word for at in range(first + 1, second) for word in draft.element(at).text.casefold().split()}
    found = [
        (part, whole)
        for part, whole in ((first, second), (second, first))
        if _declared(draft, _amounts(draft, part, whole), draft.metric_choices(whole))
    ]
    return found[0] if len(found) == 1 and between <= tying else None


def _ties(draft: Draft, at: int) -> bool:
    text = draft.element(at).text.casefold()
    language = draft.world.language
    return text in language.words("case_verbs") or text in language.words("relatives")


def _is_inside(draft: Draft, part: Concept, whole: int) -> bool:
    """Whether the part is of the whole: money of money, or a number of the very things counted."""
    layer = draft.world.layer
    metric = layer.metrics[part.target]
    wholes = [layer.metrics[c.target] for c in draft.metric_choices(whole)]
    if metric.format == "currency":
        return all(one.format == "currency" for one in wholes)
    if not isinstance(metric, SimpleMetric) or metric.format != "integer" or part.weight < NAMED:
        return False
    measure = layer.measures[metric.measure]
    entities = {draft.world.nouns.counted.get(one.name, "") for one in wholes}
    keys = {key for name in entities if name for key in layer.datasets[name].primary_key}
    return measure.agg == "count_distinct" and measure.expression in keys


def _amounts(draft: Draft, part: int, whole: int) -> tuple[Concept, ...]:
    """What the part is; beside an amount of money the amount, when the words count rows and the layer has both."""
    layer, choices = draft.world.layer, draft.metric_choices(part)
    money = all(layer.metrics[c.target].format == "currency" for c in draft.metric_choices(whole))
    if not money or any(layer.metrics[c.target].format == "currency" for c in choices):
        return choices
    reach = draft.world.reach
    facts = [reach.facts(c.target) for c in choices]
    said = tokenize(draft.element(part).text, draft.world.language.forms)
    named = draft.world.lexicon.metrics_with(said[0]) if len(said) == 1 else ()
    amounts = [n for n in named if layer.metrics[n].format == "currency" and reach.facts(n) in facts]
    return tuple(Concept("metric", name) for name in amounts)


def _declared(draft: Draft, parts: tuple[Concept, ...], wholes: tuple[Concept, ...]) -> tuple[Concept, ...]:
    above, below = {c.target for c in parts}, {c.target for c in wholes}
    return tuple(Concept("metric", m.name) for m in _rates(draft) if m.numerator in above and m.denominator in below)


def _rates(draft: Draft) -> list[RatioMetric]:
    metrics = draft.world.layer.metrics.values()
    return [m for m in metrics if isinstance(m, RatioMetric) and not m.hidden and m.format == "percent"]


def _tell_declared(draft: Draft, parts: tuple[Concept, ...]) -> None:
    """Say which rate is defined otherwise."""
    layer, above = draft.world.layer, {c.target for c in parts}
    for rate in _rates(draft):
        if rate.numerator in above:
            whole = layer.metrics[rate.denominator].title
            draft.notes.append(draft.world.language.message("other_rate", rate=rate.title, whole=whole))
