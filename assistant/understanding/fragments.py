"""Follow-ups: a fragment of a question read beside what is already known, with every word of it accounted for.

What is known comes as a typed query, never as text. Its metrics (and, for words of ranking, its breakdown) stand as
decided elements before the fragment's own words, so that the same passes read both whole questions and fragments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.answer import Clarification, Plan, Refusal
from assistant.retelling import retold, titled
from assistant.understanding.chart import Cover, Element, covers
from assistant.understanding.concepts import Concept
from assistant.understanding.dates import Clock
from assistant.understanding.draft import Draft, World
from assistant.understanding.leftovers import leftovers
from assistant.understanding.queries import Candidate, accepted, candidates
from assistant.understanding.reader import drafts
from assistant.understanding.readings import MARGIN, MOST_CHECKS, plan_of
from assistant.understanding.refusing import refuse
from assistant.understanding.spelling import Spelling
from assistant.understanding.tokens import Token
from semantic_layer import METRIC_TIME, QueryError, SemanticQuery, UnsafeQuery

Slot = Literal["metrics", "groups", "filters", "time", "compare", "ranking", "shares", "entity", "top"]
Carrying = Literal["metrics", "breakdown", "nothing"]


@dataclass(frozen=True)
class Said:
    """What a fragment says by itself: its query over what was carried, the slots that its own words filled.

    `yearless` tells that its period names no year; `nouns` that its metric is only the count of a noun; `ranks` that it
    names the metric to rank by.
    """

    query: SemanticQuery
    slots: frozenset[Slot]
    yearless: bool = False
    nouns: bool = False
    ranks: bool = False


Complete = Callable[[Said], "SemanticQuery | None"]


@dataclass(frozen=True)
class Fragment:
    """A fragment to read: the query it leans on, what of it is carried, how both become whole, and its spellings.

    `complete` gives the whole query, or None when what the fragment says cannot be meant that way.
    """

    question: str
    base: SemanticQuery
    carrying: Carrying
    complete: Complete
    spellings: tuple[Spelling, ...] = ()


def read_fragment(fragment: Fragment, world: World) -> Plan | Clarification | Refusal:
    """The fragment made whole: a plan, readings to choose from, or why not."""
    plans: dict[SemanticQuery, Plan] = {}
    faults: list[QueryError] = []
    unused: list[tuple[str, ...]] = []
    for spelling in fragment.spellings:
        found = list(_whole(fragment, spelling, world, unused))
        for candidate in _best(found, faults):
            plans.setdefault(candidate.query, _plan(candidate, fragment, spelling))
    if len(plans) == 1:
        return next(iter(plans.values()))
    if plans:
        return _ask(fragment.question, list(plans.values()), world)
    return _refused(fragment.question, faults, unused, world)


def _whole(fragment: Fragment, spelling: Spelling, world: World, unused: list[tuple[str, ...]]) -> Iterator[Candidate]:
    """Candidates with whole queries; the words that no reading had a use for are noted."""
    carried = _carried(fragment, world)
    size = len(carried)
    tokens = (*(_blank() for _ in carried), *spelling.tokens)
    clock = Clock(tokens, world.language, world.as_of, noted=world.noted)
    fixed = {at: replace(element, first=at, behind=at + 1) for at, element in enumerate(carried)}
    for cover in covers(tokens, world.lexicon, clock, fixed):
        for draft in drafts(cover, world):
            draft.tokens = tokens
            left = [at for at in leftovers(draft) if at >= size]
            if left:
                unused.append(tuple(draft.elements[at].text for at in left))
                continue
            yield from _completed(draft, fragment, size)


def _completed(draft: Draft, fragment: Fragment, size: int) -> Iterator[Candidate]:
    if not draft.metrics and not draft.listed and fragment.base.entity:
        draft.listed = fragment.base.entity
    measured = {at for at, _ in draft.metrics}
    known = {at for at in range(size) if any(c.kind == "metric" for c in draft.elements[at].concepts)}
    if not known <= measured:  # what is known stays what is measured, and never only says where to look
        return
    if draft.per is None and any(at < size and not _as_carried(draft, at, found) for at, found in draft.metrics):
        return  # "average order value" is a number of its own, and not what is known for each order
    for candidate in candidates(draft):
        query = fragment.complete(_said(draft, candidate.query, size, fragment))
        if query is not None:
            yield replace(candidate, query=_along_time(query, candidate.query))


def _along_time(whole: SemanticQuery, said: SemanticQuery) -> SemanticQuery:
    """The whole query with the running total or the average per unit of time that was asked for."""
    if said.running is None and said.per_bucket is None:
        return whole
    return whole.model_copy(update={"running": said.running, "per_bucket": said.per_bucket, "fill": said.fill})


def _said(draft: Draft, query: SemanticQuery, size: int, fragment: Fragment) -> Said:
    slots: set[Slot] = set()
    own_metrics = [at for at, choices in draft.metrics if at >= size or not _as_carried(draft, at, choices)]
    grouped = any(condition.grouped for condition in draft.conditions)
    own_grain = draft.grain and not any(draft.element(at).grain for at in range(size))
    told: tuple[tuple[Slot, bool], ...] = (
        ("metrics", bool(own_metrics)),
        ("groups", bool([at for at, _ in draft.groups if at >= size] or grouped or own_grain)),
        ("filters", bool(draft.conditions or draft.bounds or draft.presence)),
        ("time", draft.times[0].period is not None),
        ("compare", draft.times[0].compare is not None),
        ("ranking", draft.ranking is not None),
        ("top", query.top is not None),
        ("shares", draft.shared),
        ("entity", bool(draft.listed and draft.listed != fragment.base.entity)),
    )
    slots.update(name for name, said in told if said)
    periods = [e.time.readings[0] for e in draft.elements if e.time is not None and e.time.readings]
    yearless = bool(periods) and all(period.yearless for period in periods)
    nouns = bool(own_metrics) and all(draft.kind(at) == "noun" for at in own_metrics)
    ranks = draft.ranking is not None and draft.ranking.metric is not None
    if "time" in slots and query.time_range is None and len(draft.times) == 1:  # a list takes none itself
        query = query.model_copy(update={"time_range": draft.times[0].period})
    return Said(query, frozenset(slots), yearless, nouns, ranks)


def _as_carried(draft: Draft, at: int, choices: Sequence[Concept]) -> bool:
    """Whether a known metric is still measured as it was: "per order" makes revenue another number."""
    return {choice.target for choice in choices} <= {concept.target for concept in draft.elements[at].concepts}


def _carried(fragment: Fragment, world: World) -> list[Element]:
    """What is known as elements: the metrics joined by "and", then the breakdown."""
    if fragment.carrying == "nothing":
        return []
    joiner = Element(0, 1, "", 0.0, cues=frozenset({"and"}))
    found: list[Element] = []
    for name in fragment.base.metrics:
        concept = Concept("metric", name)
        title = world.layer.metrics[name].title
        found += [*([joiner] if found else []), Element(0, 1, title, 1.0, concepts=(concept,))]
    if fragment.carrying == "breakdown":
        found += _breakdown(fragment.base, world)
    return found


def _breakdown(base: SemanticQuery, world: World) -> list[Element]:
    by = Element(0, 1, "", 0.0, cues=frozenset({"by"}))
    joiner = Element(0, 1, "", 0.0, cues=frozenset({"and"}))
    found: list[Element] = []
    for group in base.group_by:
        grain = group.grain or ""
        if group.field == METRIC_TIME:
            element = Element(0, 1, grain, 1.0, grain=grain)
        elif group.field in world.layer.fields:
            concept = Concept("dimension", group.field, grain=grain)
            element = Element(0, 1, world.layer.fields[group.field].title, 1.0, concepts=(concept,))
        else:
            continue
        found += [joiner if found else by, element]
    return found


def _blank() -> Token:
    """A token of no text, which holds the place of something known."""
    return Token(0, 0, "", "\0", "\0", "\0")


def _best(found: Sequence[Candidate], faults: list[QueryError]) -> list[Candidate]:
    """The whole queries within the margin of the best one that the layer accepts."""
    best: list[Candidate] = []
    for candidate in sorted(found, key=lambda item: -item.score)[:MOST_CHECKS]:
        if best and candidate.score < best[0].score - MARGIN:
            break
        checked = accepted(candidate)
        if isinstance(checked, QueryError):
            faults.append(checked)
        else:
            best.append(checked)
    return best


def _plan(candidate: Candidate, fragment: Fragment, spelling: Spelling) -> Plan:
    """The plan; only the fragment's own words have spans."""
    size = len(_carried(fragment, candidate.draft.world))
    blanks = tuple(_blank() for _ in range(size))
    plan = plan_of(candidate, replace(spelling, tokens=(*blanks, *spelling.tokens)))
    return replace(plan, spans=plan.spans[size:])


def _ask(question: str, plans: Sequence[Plan], world: World) -> Clarification:
    return Clarification(question, world.language.message("two_readings"), (), world.options(plans))


def _refused(question: str, faults: list[QueryError], unused: list[tuple[str, ...]], world: World) -> Refusal:
    if faults:
        code = "UNSAFE" if isinstance(faults[0], UnsafeQuery) else "NOT_AVAILABLE"
        reason = titled(retold(faults[0].faults[0].sentence, world.language.reader), world.layer)
        sentence = world.language.message("not_available", reason=reason)
        return Refusal(question, code, sentence)
    words = min(unused, key=lambda found: sum(map(len, found)), default=())
    return refuse(question, "UNKNOWN_WORDS" if words else "NO_METRIC", world, words)


def meanings_of(tokens: Sequence[Token], world: World) -> Cover:
    """The elements of the best cover of some words; for naming parts of a query that exists."""
    clock = Clock(tuple(tokens), world.language, world.as_of, noted=world.noted)
    return next(iter(covers(tokens, world.lexicon, clock)), ())
