"""Covers of a question to readings: which candidates stand, which lost, which have words left over; one as a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Plan, Span
from assistant.understanding.chart import Cover, covers
from assistant.understanding.confidence import confidence, doubts_of
from assistant.understanding.dates import Clock
from assistant.understanding.draft import MOST_OPTIONS, Draft, World
from assistant.understanding.leftovers import leftovers
from assistant.understanding.one_time import in_one_time
from assistant.understanding.own_filters import mentions
from assistant.understanding.queries import Candidate, accepted, candidates
from assistant.understanding.reader import drafts
from assistant.understanding.scattered import Scattered
from assistant.understanding.spelling import Spelling
from assistant.understanding.tokens import Token
from semantic_layer import QueryError

MARGIN = 0.08
MOST_CHECKS = 24
DECISIVE = frozenset({"E_NO_TIME", "E_PERSONAL"})


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
    if is_of_today(readings):
        return readings
    if any(fault.code == "E_CONTRADICTION" for fault in readings.faults):
        gathered = read_covers(spelling, scattered.covers(spelling.tokens, clock), world)
        return gathered if gathered.best and _counts_said_case(gathered.best, spelling, world) else readings
    if readings.best and not _may_be_gathered(readings.best[0], world):
        return readings
    gathered = read_covers(spelling, scattered.covers(spelling.tokens, clock), world)
    if readings.best and not any(_counts_case(readings.best[0], other) for other in gathered.best):
        return readings
    return gathered if gathered.best else readings


def is_of_today(readings: Readings) -> bool:
    """Whether the likeliest reading is understood, and asks the past of what is known as of today only."""
    return not readings.best and bool(readings.faults) and readings.faults[0].code == "E_NO_TIME"


def _may_be_gathered(best: Candidate, world: World) -> bool:
    """Whether rows are counted under a value of theirs, which may be a metric of its own: "deals that each rep won"."""
    facts = {fact for name in best.query.metrics for fact in world.reach.facts(name)}
    return any(f.op == "in" and f.field.partition(".")[0] in facts for f in best.query.filters)


def _counts_said_case(found: Sequence[Candidate], spelling: Spelling, world: World) -> bool:
    """Whether all that is measured counts just the rows of a value that is said: "orders from Rome were cancelled"."""
    meant = [c for token in spelling.tokens for c in world.lexicon.lookup([token])]
    fields = {c.target for c in meant if c.kind == "dimension"}  # "with state aborted" asks for just that
    said = [c for c in meant if c.kind == "value" and c.target not in fields]
    names = {name for candidate in found for name in candidate.query.metrics}
    return all(
        any(
            c.target.partition(".")[0] in world.reach.facts(name) and mentions(world.layer, name, str(c.value))
            for c in said
        )
        for name in names
    )


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
    known = [candidate.query for candidate in best]
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
        top = checked.score if top is None else max(top, checked.score)
        best.setdefault(in_one_time(checked.query, checked.draft.world), checked)
    highest = max((one.score for one in best.values()), default=0.0)  # what stands in may cost more
    return tuple(one for one in best.values() if one.score >= highest - MARGIN), tuple(faults)


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
