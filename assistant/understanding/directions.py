"""Passes for words that something rose or fell, and what they are said of when nothing is named: "is revenue up"."""

from __future__ import annotations

from dataclasses import replace

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.tokens import tokenize

CHANGES = ("change", "change_up", "change_down")
ASSUMED_WEIGHT = 0.8


def find_directions(draft: Draft) -> None:
    """ "is revenue up", "are tickets down this month": a word of place behind a number says how it changed."""
    said = draft.world.language.data["directions"]
    for at, element in enumerate(draft.elements):
        cue = said.get(element.text.casefold()) if element.unknown else None
        if cue and _is_said_of_number(draft, at):
            changed = replace(element, cues=frozenset({str(cue)}))
            draft.elements = (*draft.elements[:at], changed, *draft.elements[at + 1 :])


def find_falls(draft: Draft) -> None:
    """ "which brands lost the most revenue compared with last quarter": a verb of losing, beside another period."""
    said = draft.world.language.data["ranked_falls"]
    beside = ("versus", "compare", "than", "previous_period", "previous_year")
    for at, element in enumerate(draft.elements[:-2]):
        cue = said.get(element.text.casefold())
        if not cue:
            continue
        metric = draft.ahead(at + 1)
        ranks = draft.has(at + 1, "top") and metric is not None and bool(draft.metric_choices(metric))
        compared = any(draft.has(i, *beside) for i in range(at + 1, len(draft.elements)))
        before = any(draft.groupable(i) for i in range(at))
        if ranks and compared and before:
            changed = replace(element, cues=frozenset({str(cue)}), concepts=())
            draft.elements = (*draft.elements[:at], changed, *draft.elements[at + 1 :])
            draft.kinds = (*draft.kinds[:at], "", *draft.kinds[at + 1 :])


def find_sides(draft: Draft) -> None:
    """ "do women spend more than men", "do iPhones convert better than Android": two values set against each other."""
    opening = draft.element(0).text.casefold() if draft.elements else ""
    if opening not in draft.world.language.words("asking_states"):
        return
    for at, element in enumerate(draft.elements):
        said = element.text.casefold().split()
        compares = len(said) > 1 and element.cues & {"cmp_gt", "cmp_lt"}
        compares = compares or any("more" in draft.element(i).cues for i in range(at))
        if draft.kind(at) == "" and "than" in said and compares and _parts_values(draft, at):
            changed = replace(element, cues=frozenset({"more", "versus"}))
            draft.elements = (*draft.elements[:at], changed, *draft.elements[at + 1 :])


def _parts_values(draft: Draft, at: int) -> bool:
    """Whether different values of one field stand on the two sides of a place, one on each."""
    before = [i for i in range(at) if draft.kind(i) == "value"]
    behind = [i for i in range(at + 1, len(draft.elements)) if draft.kind(i) == "value"]
    if len(before) != 1 or len(behind) != 1 or any(draft.kind(i) == "number" for i in range(at, len(draft.elements))):
        return False
    first, second = ({(c.target, c.value) for c in draft.concepts(i, "value")} for i in (before[0], behind[0]))
    return bool({target for target, _ in first} & {target for target, _ in second}) and first.isdisjoint(second)


def _is_said_of_number(draft: Draft, at: int) -> bool:
    """Whether a number stands before and nothing that the word could belong to behind ("up for renewal")."""
    before, behind = draft.back(at), draft.ahead(at)
    if before is None or draft.kind(before) not in ("metric", "noun", "time", "value"):
        return False
    opened = draft.element(0).text.casefold() in draft.world.language.words("asking_states")
    ends = behind is None or draft.kind(behind) == "time" or draft.has(behind, "versus", "compare", *_COMPARED)
    linked = at + 1 < len(draft.elements) and at + 1 != behind and not _links_time(draft, at + 1)
    return opened and ends and not linked


def _links_time(draft: Draft, at: int) -> bool:
    return bool(draft.element(at).cues & {"link_any", "link_time", "filler"}) and draft.kind(draft.ahead(at)) == "time"


_COMPARED = (
    "previous_period",
    "previous_year",
    "step_month",
    "step_quarter",
    "step_week",
    "step_day",
    "or",
    "by",
    "than",
)


def find_assumed_measure(draft: Draft) -> None:
    """ "fastest growing country", "are we growing", "best month ever": money that comes in, and the reading says so."""
    if draft.metrics or draft.listed or draft.counted is not None:
        return
    grown = draft.cues(*CHANGES)
    best = draft.cues("top", "bottom") if draft.grain and not draft.groups else []
    judged = [at for at in best if draft.has(at, "good", "bad")]
    judged = judged or [at for at, use in draft.uses.items() if use[0] == "order" and _judges(draft, at)]
    if not (grown or judged) or not (draft.groups or draft.grain or _is_about_us(draft)):
        return
    choices = _assumed(draft)
    if not choices:
        return
    place = (grown or judged)[0]
    draft.metrics.append((place, choices))
    title = draft.world.layer.metrics[choices[0].target].title
    draft.notes.append(draft.world.language.message("assumed_measure", metric=title))


def _judges(draft: Draft, at: int) -> bool:
    return bool(draft.element(at).cues & {"good", "bad"}) and bool(draft.grain) and not draft.groups


def _is_about_us(draft: Draft) -> bool:
    """Whether nothing but ourselves is said to have grown."""
    said = {element.text.casefold() for element in draft.elements}
    named = any(draft.kind(at) in ("noun", "metric", "dimension", "value") for at in range(len(draft.elements)))
    return not named and not said.isdisjoint(draft.world.language.words("we_all"))


def _assumed(draft: Draft) -> tuple[Concept, ...]:
    """The first metric that the words for income name and that can be split as asked."""
    language, lexicon = draft.world.language, draft.world.lexicon
    for noun in language.words("income_words"):
        found = [c for c in lexicon.lookup(tokenize(noun, language.forms)) if c.kind == "metric"]
        near = tuple(Concept("metric", c.target, ASSUMED_WEIGHT) for c in found if _reaches(draft, c.target))
        if near:
            return near
    return ()


def _reaches(draft: Draft, name: str) -> bool:
    """Whether a metric, or one that stands in for it, can be split by the first group."""
    if not draft.groups:
        return True
    datasets = {choice.fields[0].partition(".")[0] for choice in draft.groups[0][1]}
    ways = (name, *draft.world.layer.metrics[name].stand_ins)
    return any(draft.world.reach.distance([way], dataset) is not None for way in ways for dataset in datasets)
