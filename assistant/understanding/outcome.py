"""Candidates to one outcome: the plan when one reading stands out, a question back when two do, else a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Clarification, Option, Plan, Refusal, RefusalCode, Span
from assistant.retelling import retold
from assistant.understanding.chart import Cover, covers
from assistant.understanding.confidence import calibration, confidence, doubts_of
from assistant.understanding.dates import Clock
from assistant.understanding.draft import Draft, GroupChoice, TimeChoice, World
from assistant.understanding.leftovers import leftovers
from assistant.understanding.lexicon import Concept
from assistant.understanding.periods import unit_period
from assistant.understanding.queries import Candidate, accepted, candidates
from assistant.understanding.reader import drafts
from assistant.understanding.scattered import Scattered
from assistant.understanding.segments import owner
from assistant.understanding.spelling import Spelling
from assistant.understanding.timing import STEPS
from assistant.understanding.tokens import Token
from semantic_layer import Comparison, QueryError, UnsafeQuery

Outcome = Plan | Clarification | Refusal
MARGIN = 0.08
MOST_OPTIONS = 4
MOST_CHECKS = 24
STANDARD: dict[RefusalCode, str] = {
    "EMPTY_QUESTION": "empty",
    "OUT_OF_DOMAIN": "out_of_domain",
    "CHANGES_DATA": "changes_data",
    "NO_METRIC": "no_metric",
}
DECISIVE = frozenset({"E_NO_TIME", "E_PERSONAL"})
CHANGE_CUES = {"change", "change_up", "change_down"}


@dataclass(frozen=True)
class Readings:
    """What became of one spelling: accepted candidates near the best one, faults, drafts with words left over, and the
    next candidates behind the best."""

    spelling: Spelling
    best: tuple[Candidate, ...]
    faults: tuple[QueryError, ...]
    stuck: tuple[tuple[Draft, tuple[int, ...]], ...]
    beaten: tuple[Candidate, ...] = ()


def read(spelling: Spelling, world: World, scattered: Scattered) -> Readings:
    """Every reading of a question as spelt, sorted into those that stand and those that do not.

    Names whose words lie apart are only tried when nothing else explains every word.
    """
    clock = Clock(spelling.tokens, world.language, world.as_of, noted=world.noted)
    readings = read_covers(spelling, covers(spelling.tokens, world.lexicon, clock), world)
    if any(fault.code == "E_CONTRADICTION" for fault in readings.faults):
        return readings
    if readings.best and not _may_be_gathered(readings.best[0], world):
        return readings
    gathered = read_covers(spelling, scattered.covers(spelling.tokens, clock), world)
    if readings.best and not any(_counts_case(readings.best[0], other) for other in gathered.best):
        return readings
    return gathered if gathered.best else readings


def _may_be_gathered(best: Candidate, world: World) -> bool:
    """Whether rows are counted under a value of theirs, which may be a metric of its own: "deals that each rep won"."""
    facts = {fact for name in best.query.metrics for fact in world.reach.facts(name)}
    return any(f.op == "in" and f.field.partition(".")[0] in facts for f in best.query.filters)


def _counts_case(best: Candidate, other: Candidate) -> bool:
    """Whether another reading has a metric of the same rows instead of the condition, all else alike."""
    reach = best.draft.world.reach
    facts = {frozenset(fact for name in c.query.metrics for fact in reach.facts(name)) for c in (best, other)}
    same = best.query.group_by == other.query.group_by and best.query.time_range == other.query.time_range
    return len(facts) == 1 and same and len(other.query.filters) < len(best.query.filters)


def read_covers(spelling: Spelling, found: Sequence[Cover], world: World) -> Readings:
    """The readings of given covers."""
    complete: list[Candidate] = []
    stuck: list[tuple[Draft, tuple[int, ...]]] = []
    for cover in found:
        for draft in drafts(cover, world):
            draft.tokens = spelling.tokens
            left = leftovers(draft)
            if left or not (draft.metrics or draft.listed or (draft.bounds and (draft.groups or draft.grain))):
                stuck.append((draft, tuple(left)))
                continue
            fresh = candidates(draft)
            complete.extend(fresh)
            if not fresh:
                stuck.append((draft, tuple(at for at, _ in draft.scopes)))
    best, faults = _near_best(complete)
    stuck.sort(key=lambda item: (_cost(item[0], item[1]), item[0].penalty))
    return Readings(spelling, best, faults, tuple(stuck), _behind(complete, best))


def _behind(complete: list[Candidate], best: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The next candidates behind the best ones, for telling why they lost."""
    known = {candidate.query for candidate in best}
    others = {c.query: c for c in sorted(complete, key=lambda item: item.score) if c.query not in known}
    return tuple(sorted(others.values(), key=lambda item: -item.score))[:MOST_OPTIONS] if best else ()


def _cost(draft: Draft, left: Iterable[int]) -> int:
    return sum(draft.elements[at].behind - draft.elements[at].first for at in left)


def _near_best(complete: list[Candidate]) -> tuple[tuple[Candidate, ...], tuple[QueryError, ...]]:
    """The accepted candidates within the margin of the best accepted one, each query once."""
    best: dict[object, Candidate] = {}
    faults: list[QueryError] = []
    ordered = sorted(complete, key=lambda item: -item.score)
    top: float | None = None
    for candidate in ordered[:MOST_CHECKS]:
        if top is not None and candidate.score < top - MARGIN:
            break
        checked = accepted(candidate)
        if isinstance(checked, QueryError):
            faults.append(checked)
            if top is None and checked.code in DECISIVE and not best and len(faults) == 1:
                break  # the likeliest reading is understood and has no answer; an unlikelier one would be a wrong one
            continue
        top = candidate.score if top is None else top
        best.setdefault(checked.query, checked)
    return tuple(best.values()), tuple(faults)


def decide(question: str, readings: Sequence[Readings], world: World) -> Outcome:
    """One outcome for all spellings of a question."""
    found = [(candidate, reading.spelling) for reading in readings for candidate in reading.best]
    plans: dict[object, Plan] = {}
    for candidate, spelling in found:
        plans.setdefault(candidate.query, plan_of(candidate, spelling))
    if len(readings) > 1:
        return _decide_spelling(question, readings, list(plans.values()), world)
    if len(plans) == 1:
        return _as_sure(question, next(iter(plans.values())), world)
    if plans:
        return _clarify(question, list(plans.values()), _ambiguous_words([c for c, _ in found]), world)
    return _without_plan(question, readings[0], world)


def _as_sure(question: str, plan: Plan, world: World) -> Plan | Clarification:
    """The plan, told as unsure when it is, or asked back when it is more likely wrong than can be answered for."""
    known, language = calibration(), world.language
    if plan.confidence < known.ask_below:
        return Clarification(question, language.message("is_it_meant"), (), _options([plan], world))
    if plan.confidence < known.unsure_below:
        return replace(plan, notes=(*plan.notes, language.message("unsure")))
    return plan


def _decide_spelling(question: str, readings: Sequence[Readings], plans: list[Plan], world: World) -> Outcome:
    """A misspelt word that is equally close to several names is never decided for the person."""
    words = tuple(typed for reading in readings for typed, _ in reading.spelling.corrections)[:1]
    if len(plans) > 1:
        sentence = world.language.message("spelled_alike", word=words[0])
        return Clarification(question, sentence, words, _options(plans, world))
    return refuse(question, "UNKNOWN_WORDS", world, words)


def _options(plans: Sequence[Plan], world: World) -> tuple[Option, ...]:
    labelled = ((world.told(plan.query), plan) for plan in plans)
    return tuple(Option(label, plan) for label, plan in list(labelled)[:MOST_OPTIONS])


def _clarify(question: str, plans: list[Plan], words: tuple[str, ...], world: World) -> Clarification:
    language = world.language
    sentence = language.message("which_word", word=words[0]) if words else language.message("two_readings")
    return Clarification(question, sentence, words, _options(plans, world))


def _ambiguous_words(found: Sequence[Candidate]) -> tuple[str, ...]:
    """The words of the best reading that the two best readings take differently."""
    draft, first, second = found[0].draft, found[0].query, found[1].query
    if first.time_range != second.time_range:
        places = [at for at in draft.uses if draft.kind(at) == "time"]
    elif first.metrics != second.metrics:
        places = [at for at, choices in draft.metrics if len(choices) > 1]
    elif first.filters != second.filters:
        fields = {
            f.field for f in (*first.filters, *second.filters) if f not in first.filters or f not in second.filters
        }
        places = [at for at in draft.uses if fields <= {c.target for c in draft.concepts(at, "value")}]
    else:
        places = [at for at, choices in draft.groups if len(choices) > 1]
    return tuple(draft.elements[at].text for at in sorted(places)[:1])


def plan_of(candidate: Candidate, spelling: Spelling) -> Plan:
    """The plan of a candidate: its query, the use of every word, and how sure the reading is."""
    draft = candidate.draft
    language = draft.world.language
    typos = tuple(language.message("typo", typo=typed, word=word) for typed, word in spelling.corrections)
    doubts = doubts_of(candidate, spelling)
    spans, notes = tuple(spans_of(draft, spelling.tokens)), (*typos, *draft.notes, *candidate.notes)
    return Plan(candidate.query, spans, confidence(doubts), notes, asked=candidate.asked, doubts=doubts)


def spans_of(draft: Draft, tokens: Sequence[Token]) -> Iterable[Span]:
    """What each stretch of the question was used for, in order."""
    for at, element in enumerate(draft.elements):
        role, target = draft.uses.get(at, ("filler", ""))
        start, end = tokens[element.first].start, tokens[element.behind - 1].end
        yield Span(start, end, element.text, role, target)


def _without_plan(question: str, readings: Readings, world: World) -> Outcome:
    """No reading stands: ask for what is missing when that is clear, otherwise refuse with the reason."""
    if readings.faults:
        return _refuse_fault(question, readings.faults[0], world)
    if not readings.stuck:
        return refuse(question, "OUT_OF_DOMAIN", world)
    draft, left = readings.stuck[0]
    for ask in (_ask_metric, _ask_period, _ask_share, _ask_partial):
        asked = ask(question, readings, world)
        if asked is not None:
            return asked
    return _refuse_leftovers(question, draft, left, world)


def _refuse_fault(question: str, fault: QueryError, world: World) -> Refusal:
    code: RefusalCode = "UNSAFE" if isinstance(fault, UnsafeQuery) else "NOT_AVAILABLE"
    sentence = world.language.message("not_available", reason=retold(fault.faults[0].sentence, world.language.reader))
    return Refusal(question, code, sentence, suggestions=suggestions(world, ()))


def _ask_metric(question: str, readings: Readings, world: World) -> Outcome | None:
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
    return Clarification(question, world.language.message("no_metric_choice"), (), _options(plans, world))


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
    """Metrics worth asking for: money first, then near facts; not the count of what is broken down by."""
    layer, reach = world.layer, world.reach
    datasets = {choice.fields[0].partition(".")[0] for _, choices in draft.groups for choice in choices[:1]}

    def rank(name: str) -> tuple[bool, int]:
        distances = [reach.distance([name], dataset) for dataset in datasets]
        return layer.metrics[name].format != "currency", max((d for d in distances if d is not None), default=9)

    described = [owner(layer, concept.target) for c in draft.conditions for concept in c.values[0]]
    counts = [] if draft.groups else [count for name in described if (count := world.nouns.count_of(name))]
    shown = [name for name, metric in layer.metrics.items() if not metric.hidden]
    wanted = [*datasets, *described]
    near = [name for name in shown if all(reach.distance([name], dataset) is not None for dataset in wanted)]
    others = sorted((name for name in near if not reach.facts(name) <= datasets), key=rank)
    return list(dict.fromkeys((*counts, *others)))


def _accepted_plans(draft: Draft, spelling: Spelling) -> list[Plan]:
    ordered = sorted(candidates(draft), key=lambda item: -item.score)
    checked = [result for item in ordered[:MOST_OPTIONS] if isinstance(result := accepted(item), Candidate)]
    return [plan_of(candidate, spelling) for candidate in checked]


def _ask_period(question: str, readings: Readings, world: World) -> Outcome | None:
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
    return Clarification(question, world.language.message("change_period"), words, _options(plans, world))


def _ask_share(question: str, readings: Readings, world: World) -> Outcome | None:
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
        Clarification(question, world.language.message("share_of_one"), words, _options(plans, world))
        if plans
        else None
    )


def _ask_partial(question: str, readings: Readings, world: World) -> Outcome | None:
    """The words left are found together in the names of several metrics: offer those metrics."""
    for draft, left in readings.stuck[:3]:
        places = [at for at in left if draft.elements[at].unknown]
        if not places or len(places) < len(left) or len(places) > 3 or draft.metrics:
            continue
        tokens = [readings.spelling.tokens[draft.elements[at].first] for at in places]
        plans = _partial_plans(draft, places, tokens, readings.spelling)
        if len(plans) > 1:
            return _clarify(question, plans, tuple(token.raw for token in tokens), world)
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


def _refuse_leftovers(question: str, draft: Draft, left: Sequence[int], world: World) -> Refusal:
    elements = [draft.elements[at] for at in left]
    words = tuple(element.text for element in elements)
    language, quoted = world.language, ", ".join(f"'{word}'" for word in words)
    for cue in sorted({cue for element in elements for cue in element.cues if cue.startswith("unsupported_")}):
        sentence = language.message(cue.removeprefix("unsupported_"))
        return refuse(question, "NOT_AVAILABLE", world, words, sentence=sentence)
    if draft.per is not None and set(draft.per) <= set(left):
        whole = " ".join(element.text for element in draft.elements[draft.per[0] - 1 : draft.per[1] + 1])
        sentence = language.message("per_not_defined", words=whole)
        return Refusal(question, "NOT_AVAILABLE", sentence, words, suggestions(world, _named(draft)))
    timed = any(draft.kind(at) == "time" or elements[i].cues & {"latest", "earliest"} for i, at in enumerate(left))
    if timed and not any(element.unknown for element in elements) and any(element.time for element in draft.elements):
        return refuse(question, "UNCLEAR_TIME", world, words, sentence=language.message("unclear_time", words=quoted))
    if not _touches_layer(draft, world):
        return refuse(question, "OUT_OF_DOMAIN", world, words)
    name = "unknown_words" if any(element.unknown for element in elements) else "unknown_roles"
    unknown = _unknown_phrases(draft, left) or words or _measured(draft)
    quoted = ", ".join(f"'{word}'" for word in unknown)
    sentence = language.message(name, words=quoted)
    return Refusal(question, "UNKNOWN_WORDS", sentence, unknown, suggestions(world, _named(draft)))


def _unknown_phrases(draft: Draft, left: Sequence[int]) -> tuple[str, ...]:
    """The stretches around unknown words: "wow factor", not "factor", when "wow" has no other use."""
    phrases: list[str] = []
    last = -1
    for at in left:
        if not draft.elements[at].unknown or at <= last:
            continue
        first = at
        while first and _belongs(draft, first - 1):
            first -= 1
        last = next(
            (i - 1 for i in range(at + 1, len(draft.elements)) if not _belongs(draft, i)), len(draft.elements) - 1
        )
        phrases.append(" ".join(draft.elements[i].text for i in range(first, last + 1)))
    return tuple(dict.fromkeys(phrases))


def _belongs(draft: Draft, at: int) -> bool:
    """Whether an element beside an unknown word can be part of the same unknown name."""
    element = draft.elements[at]
    if element.unknown:
        return True
    return draft.kind(at) == "" and element.behind - element.first == 1 and not element.cues.isdisjoint(STEPS)


def _touches_layer(draft: Draft, world: World) -> bool:
    """Whether any word of the question is a word of the layer."""
    return any(element.concepts or world.lexicon.has_word(element.word) for element in draft.elements)


def _measured(draft: Draft) -> tuple[str, ...]:
    """The words that were taken for what is measured."""
    return tuple(draft.elements[at].text for at, _ in draft.metrics if at >= 0)


def _named(draft: Draft) -> list[str]:
    return [concept.target for _, choices in draft.metrics for concept in choices]


def refuse(question: str, code: RefusalCode, world: World, words: tuple[str, ...] = (), sentence: str = "") -> Refusal:
    """A refusal with a sentence (a standard one by its code) and questions that can be answered instead."""
    if not sentence:
        quoted = ", ".join(f"'{word}'" for word in words)
        name = "out_of_domain_words" if code == "OUT_OF_DOMAIN" and words else STANDARD.get(code, "unknown_words")
        sentence = world.language.message(name, words=quoted)
    return Refusal(question, code, sentence, words, suggestions(world, ()))


def suggestions(world: World, near: Sequence[str], limit: int = 3) -> tuple[str, ...]:
    """Example questions of the layer: those of the metrics at hand first.

    Metrics have their examples in the base language; who asks in another one is offered those that its words bring.
    """
    layer = world.layer
    if "base" in world.language.data:
        return layer.definitions.ai_context.examples[:limit]
    shown = [layer.metrics[name] for name in dict.fromkeys((*near, *layer.metrics)) if not layer.metrics[name].hidden]
    own = [example for metric in shown if metric.name in near for example in metric.ai_context.examples]
    firsts = [metric.ai_context.examples[0] for metric in shown if metric.ai_context.examples]
    return tuple(dict.fromkeys((*own, *layer.definitions.ai_context.examples, *firsts)))[:limit]
