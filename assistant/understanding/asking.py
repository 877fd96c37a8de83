"""Questions back where a reading lacks one thing: a number, a period, the whole of a share, the rest of a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import MOST_OPTIONS, Draft, GroupChoice, TimeChoice, World
from assistant.understanding.headlines import headline_metrics
from assistant.understanding.periods import unit_period
from assistant.understanding.queries import Candidate, accepted, candidates
from assistant.understanding.readings import MARGIN, Readings, plan_of, read_covers
from assistant.understanding.refusing import refuse
from assistant.understanding.segments import owner
from assistant.understanding.spelling import Spelling
from assistant.understanding.tokens import Token
from semantic_layer import Comparison

Outcome = Plan | Clarification | Refusal
MOST_HEADLINES = 2
CHANGE_CUES = {"change", "change_up", "change_down"}


def clarify(question: str, plans: list[Plan], words: tuple[str, ...], world: World) -> Clarification:
    """Which of several readings is meant, with the word that they take differently."""
    language = world.language
    sentence = language.message("which_word", word=words[0]) if words else language.message("two_readings")
    return Clarification(question, sentence, words, world.options(plans))


def ask_metric(question: str, readings: Readings, world: World) -> Outcome | None:
    """Everything is understood but the number: offer metrics that can be split and filtered that way."""
    draft, left = readings.stuck[0]
    if left or draft.metrics:
        return None
    if not draft.groups and not draft.conditions:
        return refuse(question, "NO_METRIC", world)
    listed = _list_values(draft, readings, world)
    if listed is not None:
        return listed
    plans: list[Plan] = []
    for name in _offered(draft, world):
        filled = replace(draft, metrics=[(-1, (Concept("metric", name),))])
        found = _accepted_plans(filled, readings.spelling)[:1]
        plans.extend(plan for plan in found if plan.query.metrics == (name,))
        if len(plans) == MOST_OPTIONS:
            break
    if len(plans) < 2:
        return refuse(question, "NO_METRIC", world)
    return Clarification(question, world.language.message("no_metric_choice"), (), world.options(plans))


def _list_values(draft: Draft, readings: Readings, world: World) -> Plan | None:
    """ "which categories are there": the values of a field, with the number of rows of each."""
    asks = any(element.cues & {"which", "listing"} for element in draft.elements)
    if not asks or len(draft.groups) != 1 or draft.grain or draft.ranking is not None or draft.bounds:
        return None
    weights = {choice.fields[0]: choice.weight for choice in draft.groups[0][1] if not choice.grain}
    best = [field for field, weight in weights.items() if weight >= max(weights.values()) - MARGIN]
    count = world.nouns.count_of(best[0].partition(".")[0]) if len(best) == 1 else ""
    if not count:
        return None
    groups = [(draft.groups[0][0], (GroupChoice((best[0],)),))]
    filled = replace(draft, metrics=[(-1, (Concept("metric", count),))], groups=groups)
    return next(iter(_accepted_plans(filled, readings.spelling)), None)


def _offered(draft: Draft, world: World) -> list[str]:
    """Metrics worth asking for: the headline numbers, money, then near facts; not the count of what is split by."""
    layer, reach, first = world.layer, world.reach, headline_metrics(world)
    headlines = {name: place for place, name in enumerate(first)}
    datasets = {choice.fields[0].partition(".")[0] for _, choices in draft.groups for choice in choices[:1]}

    def rank(name: str) -> tuple[int, bool, int]:
        distances = [reach.distance([name], dataset) for dataset in datasets]
        far = max((d for d in distances if d is not None), default=9)
        return headlines.get(name, len(headlines)), layer.metrics[name].format != "currency", far

    described = [[owner(layer, concept.target) for concept in c.values[0]] for c in draft.conditions]
    counted = [name for owners in described for name in owners]
    counts = [] if draft.groups else [count for name in counted if (count := world.nouns.count_of(name))]
    shown = [name for name, metric in layer.metrics.items() if not metric.hidden]
    wanted = [*([dataset] for dataset in datasets), *described]  # a country may be that of one thing or another
    near = [name for name in shown if all(_reaches(name, owners, world) for owners in wanted)]
    others = sorted((name for name in near if not reach.facts(name) <= datasets), key=rank)
    leading = [name for name in others if name in headlines][:MOST_HEADLINES]
    return list(dict.fromkeys((*leading, *counts, *others)))


def _reaches(name: str, datasets: Sequence[str], world: World) -> bool:
    return any(world.reach.distance([name], dataset) is not None for dataset in datasets)


def _accepted_plans(draft: Draft, spelling: Spelling) -> list[Plan]:
    ordered = sorted(candidates(draft), key=lambda item: -item.score)
    checked = [result for item in ordered[:MOST_OPTIONS] if isinstance(result := accepted(item), Candidate)]
    return [plan_of(candidate, spelling) for candidate in checked]


def ask_period(question: str, readings: Readings, world: World) -> Outcome | None:
    """A change was asked for without a period: offer the last month, quarter and year."""
    draft, left = readings.stuck[0]
    elements = [draft.elements[at] for at in left]
    if not left or not draft.metrics or not all(element.cues & CHANGE_CUES for element in elements):
        return None
    plans = []
    for unit in ("month", "quarter", "year"):
        period = unit_period(world.as_of, unit, -1, f"last {unit}").whole()
        filled = replace(draft, times=(TimeChoice(period, Comparison(kind="previous_period")),))
        plans.extend(_accepted_plans(filled, readings.spelling)[:1])
    if len(plans) < 2:
        return None
    words = tuple(element.text for element in elements)
    return Clarification(question, world.language.message("change_period"), words, world.options(plans))


def ask_share(question: str, readings: Readings, world: World) -> Outcome | None:
    """The share of one case was asked for: offer it beside the shares of the other cases."""
    draft, left = readings.stuck[0]
    named = [condition for condition in draft.conditions if not condition.negated]
    cues = [draft.elements[at].cues for at in left]
    only_share = all(found & {"share", "which"} for found in cues) and any("share" in found for found in cues)
    if not only_share or len(named) != 1 or len(draft.conditions) != 1 or len(draft.metrics) != 1 or draft.grain:
        return None
    fields = dict.fromkeys(concept.target for concept in named[0].values[0])
    groups = (*draft.groups, (-1, tuple(GroupChoice((field,)) for field in fields)))
    plans = _accepted_plans(replace(draft, conditions=[], groups=list(groups), shared=True), readings.spelling)[:1]
    words = tuple(draft.elements[at].text for at in left)
    return (
        Clarification(question, world.language.message("share_of_one"), words, world.options(plans)) if plans else None
    )


def ask_partial(question: str, readings: Readings, world: World) -> Outcome | None:
    """The words left are found together in the names of several metrics: offer those metrics."""
    for draft, left in readings.stuck[:3]:
        places = [at for at in left if draft.elements[at].unknown]
        if not places or len(places) < len(left) or len(places) > 3 or draft.metrics:
            continue
        tokens = [readings.spelling.tokens[draft.elements[at].first] for at in places]
        plans = _partial_plans(draft, places, tokens, readings.spelling)
        if len(plans) > 1:
            return clarify(question, plans, tuple(token.raw for token in tokens), world)
    return None


def _partial_plans(draft: Draft, places: list[int], tokens: Sequence[Token], spelling: Spelling) -> list[Plan]:
    """Plans with each metric that has all the words in its names, as if the first word had named it."""
    lexicon = draft.world.lexicon
    names = [name for name in lexicon.metrics_with(tokens[0]) if all(name in lexicon.metrics_with(t) for t in tokens)]
    guess = tuple(Concept("metric", name, 0.5) for name in names[:MOST_OPTIONS])
    if not guess:
        return []
    cover = list(draft.elements)
    cover[places[0]] = replace(cover[places[0]], concepts=guess)
    for at in places[1:]:
        cover[at] = replace(cover[at], cues=frozenset({"filler"}))
    again = read_covers(spelling, [tuple(cover)], draft.world)
    return [plan_of(candidate, spelling) for candidate in again.best]
