"""Slots to typed queries: every choice of meanings scored, those the layer refuses left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from assistant.understanding.concepts import HEAD_WORD, Concept
from assistant.understanding.contradictions import contradiction
from assistant.understanding.draft import (
    Condition,
    Draft,
    GroupChoice,
    World,
)
from assistant.understanding.fitting import fits, is_happening
from assistant.understanding.levels import LEVEL_COST, asks_for_deeds, is_level
from assistant.understanding.query_slots import Choice, measure_bounds, query_of
from assistant.understanding.scopes import blocked_scopes
from assistant.understanding.segments import owner
from assistant.understanding.subjects import Subject, asked_subject, counted_instead, counts, counts_per
from semantic_layer import (
    QueryError,
    QueryFault,
    SemanticQuery,
    TimeRange,
    check,
)

STEP_COST, FOREIGN_NOUN_COST = 0.12, 0.3
HAPPENING_COST = 0.3  # what happens over time is not what is there "right now"
WHOLE_NAME = 0.85
COUNTED_COST = 0.1  # a metric that counts what is asked for is plainer than who did what another one counts
MOST_CHOICES = 64


@dataclass(frozen=True)
class Candidate:
    """A query that a draft may mean, with its score; not yet checked by the layer.

    `asked` is the query before stand-ins for its metrics, when there are some.
    """

    query: SemanticQuery
    score: float
    draft: Draft
    notes: tuple[str, ...] = ()
    asked: SemanticQuery | None = None


def candidates(draft: Draft) -> list[Candidate]:
    """The queries that a draft may mean, those left out whose scope nouns would be ignored."""
    draft.metrics.sort(key=lambda item: item[0])
    measure_bounds(draft)
    found = []
    fields, subject = draft.world.layer.fields, asked_subject(draft)
    for choice in islice(_choices(draft), MOST_CHOICES):
        names = tuple(dict.fromkeys(concept.target for concept in choice.metrics))
        if not (names or draft.listed) or blocked_scopes(draft, names) or not fits(draft, choice.metrics, choice.time):
            continue
        if len({group.fields for group in choice.groups}) < len(choice.groups):
            continue  # two names of one field would drop one of them
        if draft.grain in ("hour", "day") and any(fields[f].implied for g in choice.groups for f in g.fields):
            continue  # "by hour" is the hour of the day or each hour there was, not both
        if _takes_part_of_a_name(draft, choice, names):
            continue
        score = _score(draft, choice, names)
        for query in _readings(draft, choice, names):
            meant = _counting(draft, query, subject)
            if meant is not None:
                found.append(Candidate(meant, score - COUNTED_COST * (meant is not query), draft))
    return found


def _takes_part_of_a_name(draft: Draft, choice: Choice, names: tuple[str, ...]) -> bool:
    """Whether a field called only partly so is taken ("Favourite category") though another is called just so.

    What is measured may have such a field of its own: the reason of a cancellation is no reason of a refund.
    """
    facts = {fact for name in names for fact in draft.world.reach.facts(name)} | {draft.listed}
    groups = zip(choice.groups, draft.groups, strict=True)
    taken = [(one.fields[0], one.weight, [other.weight for other in all_]) for one, (_, all_) in groups]
    held = zip(choice.presence, draft.presence, strict=True)
    taken += [(one.target, one.weight, [other.weight for other in of.choices]) for one, of in held]
    for concepts, condition in zip(choice.filters, draft.conditions, strict=True):
        target = concepts[0].target
        for row in condition.values:
            own = max(c.weight for c in row if c.target == target)
            taken.append((target, own, [c.weight for c in row]))
    parts = [field for field, weight, others in taken if weight <= HEAD_WORD and max(others) > WHOLE_NAME]
    return any(owner(draft.world.layer, field) not in facts for field in parts)


def _counting(draft: Draft, query: SemanticQuery, subject: Subject | None) -> SemanticQuery | None:
    """The query as long as it counts what "how many" asks to be counted, or made to; None when it cannot be."""
    if subject is None or any(counts(draft.world, name, subject) for name in query.metrics):
        return query
    if any(counts_per(draft.world, name, subject, draft.tokens) for name in query.metrics):
        return query
    return counted_instead(draft.world, query, subject)


def accepted(candidate: Candidate) -> Candidate | QueryError:
    """The candidate as the layer accepts it, with stand-ins where needed; otherwise the layer's reason against it."""
    world = candidate.draft.world
    fault = contradiction(world, candidate.query) or _fault(world, candidate.query) or _strange(world, candidate.query)
    if fault is None:
        return candidate
    replaced = _with_stand_ins(world, candidate.query)
    if replaced is None:
        return fault
    score = candidate.score - LEVEL_COST * any(is_level(world, name) for name in replaced[0].metrics)
    return replace(candidate, query=replaced[0], notes=replaced[1], asked=candidate.query, score=score)


def _choices(draft: Draft) -> Iterator[Choice]:
    metrics = [choices for _, choices in draft.metrics]
    groups = [choices for _, choices in draft.groups]
    filters = [_field_choices(condition) for condition in draft.conditions]
    for measured in product(*metrics):
        for grouped in product(*(_own_calendar(draft, measured, choices) for choices in groups)):
            for filtered in product(*filters):
                for time in draft.times:
                    for bounds in product(*(bound.choices for bound in draft.bounds)):
                        for presence in product(*(held.choices for held in draft.presence)):
                            yield Choice(measured, grouped, filtered, time, bounds, presence)


def _own_calendar(
    draft: Draft, measured: Sequence[Concept], choices: tuple[GroupChoice, ...]
) -> tuple[GroupChoice, ...]:
    """The meanings of "weekday" or "hour of the day" that what is measured can be broken down by, if there are any.

    Every dated table has such fields of its own; pairs of them all would leave no room for the meanings that count.
    """
    fields, reach = draft.world.layer.fields, draft.world.reach
    if len(choices) == 1 or not all(fields[name].implied for choice in choices for name in choice.fields):
        return choices
    names = [concept.target for concept in measured]
    near = [
        choice
        for choice in choices
        if all(reach.distance(names, name.partition(".")[0]) is not None for name in choice.fields)
    ]
    return tuple(near) or choices


def _field_choices(condition: Condition) -> list[tuple[Concept, ...]]:
    """For each field that all values of a condition can belong to, the values as that field stores them."""
    fields = dict.fromkeys(concept.target for concept in condition.values[0])
    choices = []
    for field in fields:
        rows = [[c for c in concepts if c.target == field] for concepts in condition.values]
        if all(rows):
            choices.append(tuple(concept for row in rows for concept in row))
    return choices


def _fault(world: World, query: SemanticQuery) -> QueryError | None:
    try:
        check(world.layer, query)
    except QueryError as fault:
        return fault
    return None


def _strange(world: World, query: SemanticQuery) -> QueryError | None:
    """The reason against personal data, and against a condition on rows that a metric's rows do not belong to."""
    for group in query.group_by:
        if group.field in world.layer.fields and _is_kept_back(world, query, group.field):
            sentence = world.language.message("personal", field=world.layer.fields[group.field].title)
            return QueryError(QueryFault("E_PERSONAL", sentence))
    for condition in query.filters:
        dataset = condition.field.partition(".")[0]
        if condition.entity or "." not in condition.field or dataset not in world.layer.datasets:
            continue
        if query.entity:
            if world.reach.steps(query.entity, dataset) is None and not _is_counted(world, query, dataset):
                title = world.layer.datasets[query.entity].title
                sentence = world.language.message("no_condition", metric=title, field=dataset)
                return QueryError(QueryFault("E_NO_PATH", sentence))
            continue
        for name in query.metrics:
            if world.reach.distance([name], dataset) is None:
                titles = world.layer.metrics[name].title, world.layer.fields[condition.field].title
                sentence = world.language.message("no_condition", metric=titles[0], field=titles[1])
                return QueryError(QueryFault("E_NO_PATH", sentence))
    return None


def _is_counted(world: World, query: SemanticQuery, dataset: str) -> bool:
    """Whether rows of a dataset are counted for each thing listed: "which customers opened 3 tickets about returns"."""
    numbers = [one.field for one in query.filters if one.field in world.layer.metrics and one.op in ("ge", "gt")]
    return any(world.reach.facts(name) == {dataset} for name in numbers)


def _is_kept_back(world: World, query: SemanticQuery, field: str) -> bool:
    """Whether a field is personal, unless it may name the rows of a list of its own."""
    found, dataset = world.layer.fields[field], world.layer.datasets[field.partition(".")[0]]
    keys = {f"{dataset.name}.{column}" for column in dataset.key_fields}
    listed = query.entity == dataset.name or (bool(keys) and keys <= {group.field for group in query.group_by})
    return found.pii and not (found.listable and listed)


def _with_stand_ins(world: World, query: SemanticQuery) -> tuple[SemanticQuery, tuple[str, ...]] | None:
    """The query with metrics that mean the same at a finer grain, when those can answer it."""
    metrics = world.layer.metrics
    bounded = (f.field for f in query.filters if f.field in metrics and not f.entity)
    asked = tuple(dict.fromkeys((*query.metrics, *bounded)))
    options = [(name, *metrics[name].stand_ins) for name in asked]
    for names in list(product(*options))[1:]:
        if asks_for_deeds(world, query) and any(is_level(world, name) for name in names):
            continue
        swapped = dict(zip(asked, names, strict=True))
        order = tuple(o.model_copy(update={"by": swapped.get(o.by, o.by)}) for o in query.order_by)
        top = query.top and query.top.model_copy(update={"by": swapped.get(query.top.by, query.top.by)})
        kept = tuple(f.model_copy(update={"field": swapped.get(f.field, f.field)}) for f in query.filters)
        shares = tuple(
            s.model_copy(update={"metric": swapped.get(s.metric, s.metric), "of": swapped.get(s.of, s.of)})
            for s in query.shares
        )
        parts = {
            "metrics": tuple(swapped[name] for name in query.metrics),
            "order_by": order,
            "top": top,
            "filters": kept,
            "shares": shares,
        }
        changed = query.model_copy(update=parts)
        if (contradiction(world, changed) or _fault(world, changed) or _strange(world, changed)) is None:
            pairs = [(old, new) for old, new in swapped.items() if old != new]
            return changed, tuple(_stand_in_note(world, old, new) for old, new in pairs)
    return None


def _stand_in_note(world: World, old: str, new: str) -> str:
    titles = (world.layer.metrics[old].title, world.layer.metrics[new].title)
    return world.language.message("stand_in", asked=titles[0], used=titles[1])


def _score(draft: Draft, choice: Choice, names: tuple[str, ...]) -> float:
    """How good the meanings are: exact names first, near datasets before far ones."""
    score = sum(element.score for element in draft.elements) - draft.penalty
    score += sum(concept.weight - 1 for concept in (*choice.metrics, *choice.bounds, *choice.presence))
    score -= HAPPENING_COST * bool(draft.cues("now") and any(is_happening(draft.world.layer, name) for name in names))
    for concept, held in zip(choice.presence, draft.presence, strict=True):
        score -= _detour(draft, names, concept.target, [other.target for other in held.choices])
    for group, (_, others) in zip(choice.groups, draft.groups, strict=True):
        score += group.weight - 1 - _detour(draft, names, group.fields[0], [other.fields[0] for other in others])
    for condition, concepts in zip(draft.conditions, choice.filters, strict=True):
        dataset = owner(draft.world.layer, concepts[0].target)
        others = [found[0].target for found in _field_choices(condition)]
        score += min(c.weight for c in concepts) - 1 - _detour(draft, names, concepts[0].target, others)
        score -= FOREIGN_NOUN_COST if condition.nouns and dataset not in condition.nouns else 0
    return score


def _detour(draft: Draft, names: tuple[str, ...], field: str, others: Sequence[str]) -> float:
    """What it costs to take a field that lies further off than another field the words may mean."""
    reach, listed = draft.world.reach, draft.listed
    layer = draft.world.layer
    steps = {name: reach.detour(names, owner(layer, name), listed) for name in {field, *others}}
    return STEP_COST * (steps[field] - min(steps.values()))


def _readings(draft: Draft, choice: Choice, names: tuple[str, ...]) -> Iterator[SemanticQuery]:
    """The query; two when it is open whether the period also holds for what is asked of each entity."""
    query = query_of(draft, choice, names)
    if names and choice.time.period is not None and query.time_range is None and not draft.listed:
        own = SemanticQuery(metrics=names, time_range=choice.time.period)
        if not _counts_entity(draft, names) and _fault(draft.world, own) is None:
            yield from _placed_in_time(draft, query, choice.time.period)
            return
    yield query
    loose = [
        f for f in query.filters if f.entity and f.field in draft.world.layer.metrics and not (f.time_range or f.last)
    ]
    if loose and query.time_range is not None:
        limited = (f.model_copy(update={"time_range": query.time_range}) if f in loose else f for f in query.filters)
        yield query.model_copy(update={"filters": tuple(limited)})


def _counts_entity(draft: Draft, names: tuple[str, ...]) -> bool:
    """Whether people or the like are counted, of whom a period tells when they did something; events have their own."""
    counted, datasets = draft.world.nouns.counted, draft.world.layer.datasets
    return any(name in counted and datasets[counted[name]].entity for name in names)


def _placed_in_time(draft: Draft, query: SemanticQuery, period: TimeRange) -> Iterator[SemanticQuery]:
    """The period as that of what is counted ("orders in May that had refunds"); behind a condition, of either."""
    loose = [f for f in query.filters if f.entity and f.time_range == period]
    untimed = tuple(f.model_copy(update={"time_range": None}) if f in loose else f for f in query.filters)
    yield query.model_copy(update={"time_range": period, "filters": untimed})
    times = [at for at in range(len(draft.elements)) if draft.kind(at) == "time"]
    if any(at > bound.place for at in times for bound in draft.bounds if bound.entity):
        yield query
