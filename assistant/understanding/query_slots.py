"""One choice of meanings for every slot of a draft, as a typed query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import (
    Bound,
    Condition,
    Draft,
    GroupChoice,
    Presence,
    TimeChoice,
    is_top_of_each,
)
from assistant.understanding.fitting import ranked_by
from assistant.understanding.spans_compared import of_whole_units
from semantic_layer import (
    COHORT_AGE,
    METRIC_TIME,
    Filter,
    GroupBy,
    OrderBy,
    PerGroup,
    RetentionMetric,
    SemanticQuery,
    Share,
    TimeRange,
    Top,
)


@dataclass(frozen=True)
class Choice:
    """One meaning for every slot of a draft."""

    metrics: tuple[Concept, ...]
    groups: tuple[GroupChoice, ...]
    filters: tuple[tuple[Concept, ...], ...]
    time: TimeChoice
    bounds: tuple[Concept, ...] = ()
    presence: tuple[Concept, ...] = ()


def query_of(draft: Draft, choice: Choice, names: tuple[str, ...]) -> SemanticQuery:
    """The query of a draft with these meanings and metrics; not yet checked by the layer."""
    asked = _aged(draft, names, _group_by(draft, choice))
    groups = _called(draft, asked)
    timed, shares = _takes_time(draft, names), _shares(draft, choice, names, groups)
    order = () if _is_top(draft) and not groups else _by_share(_order_by(draft, names, asked), shares)
    return SemanticQuery(
        entity=draft.listed,
        metrics=names,
        group_by=groups,
        filters=(
            *(
                _filter(*pair)
                for pair in _conditions(draft, choice)
                if _counted_by(draft, choice, *pair, names) is None
            ),
            *(_present(*pair) for pair in zip(draft.presence, choice.presence, strict=True)),
            *_bounds(draft, choice, timed, names),
            *_known_only(draft, choice),
        ),
        time_range=_span(draft, choice, order) if timed else None,
        compare=choice.time.compare,
        shares=shares,
        order_by=order,
        top=_top(draft, choice, names),
        per_bucket=draft.per_bucket,
        per_group=_per_group(draft, choice),
        running=draft.running,
        fill="spine" if draft.running and choice.time.period and choice.time.period.start else "none",
        limit=draft.ranking.limit if draft.ranking and not _is_top(draft) else None,
        skip=draft.ranking.skip if draft.ranking else 0,
    )


def _by_share(order: tuple[OrderBy, ...], shares: tuple[Share, ...]) -> tuple[OrderBy, ...]:
    """The order by the share of one case where that is asked for: it is the number then."""
    cases = {share.metric for share in shares if share.apart_from}
    return tuple(
        one.model_copy(update={"column": "share"}) if one.by in cases and one.column == "value" else one
        for one in order
    )


def _called(draft: Draft, groups: tuple[GroupBy, ...]) -> tuple[GroupBy, ...]:
    """The groups, things by their key with what they are called by; of a list that says no field, that alone."""
    nouns, shown = draft.world.nouns, {one.field for one in groups}
    if draft.listed and not groups:
        return tuple(GroupBy(field=name) for name in nouns.names(draft.listed))
    found: list[GroupBy] = []
    for group in groups:
        found.append(group)
        whole = nouns.identity(group.field.partition(".")[0]) if "." in group.field and not group.grain else ()
        if whole and whole[0][0] == group.field and not shown.intersection(whole[0][1:]):
            found.extend(GroupBy(field=name) for name in whole[0][1:])
    return tuple(found)


def _span(draft: Draft, choice: Choice, order: tuple[OrderBy, ...]) -> TimeRange | None:
    """The period; of the weakest month only months that are over."""
    period, ranking = choice.time.period, draft.ranking
    lowest = (
        bool(order)
        and ranking is not None
        and bool(ranking.limit)
        and not ranking.along_time
        and not order[0].descending
    )
    if not lowest or choice.time.compare or draft.grain not in ("week", "month", "quarter", "year"):
        return period
    return of_whole_units(period, draft.grain, draft.world.as_of)


def _aged(draft: Draft, names: tuple[str, ...], groups: tuple[GroupBy, ...]) -> tuple[GroupBy, ...]:
    """The groups; retention is told for each age of its cohorts, which nobody has to say."""
    ages = any(isinstance(draft.world.layer.metrics[name], RetentionMetric) for name in names)
    return (*groups, GroupBy(field=COHORT_AGE)) if ages else groups


def _shares(draft: Draft, choice: Choice, names: tuple[str, ...], groups: tuple[GroupBy, ...]) -> tuple[Share, ...]:
    """The share of each group in the total, of the case asked for in all cases, or of one number in another."""
    if draft.part_of is not None:
        part = next(c.target for c, (at, _) in zip(choice.metrics, draft.metrics, strict=True) if at == draft.part_of)
        return tuple(Share(metric=part, of=name) for name in names if name != part)
    if not draft.shared:
        return ()
    cases = [concepts[0].target for condition, concepts in _conditions(draft, choice) if condition.part]
    cases += [c.target for held, c in zip(draft.presence, choice.presence, strict=True) if held.part]
    cases += [c.target for bound, c in zip(draft.bounds, choice.bounds, strict=True) if bound.part]
    within = tuple(group.field for group in groups if draft.share_within or group.field == METRIC_TIME)
    return tuple(Share(metric=name, within=within, apart_from=tuple(dict.fromkeys(cases))) for name in names)


def _conditions(draft: Draft, choice: Choice) -> Sequence[tuple[Condition, tuple[Concept, ...]]]:
    return tuple(zip(draft.conditions, choice.filters, strict=True))


def _group_by(draft: Draft, choice: Choice) -> tuple[GroupBy, ...]:
    groups = [_grouped(METRIC_TIME, draft.grain)] if draft.grain else []
    shown = [one for one, (at, _) in zip(choice.groups, draft.groups, strict=True) if not _is_together(draft, at)]
    for group in shown:
        groups.extend(_grouped(field, _time_grain(draft, field, group.grain)) for field in group.fields)
    for condition, concepts in _conditions(draft, choice):
        if condition.grouped:
            groups.append(GroupBy(field=concepts[0].target))
    return tuple(dict.fromkeys(groups))


def _grouped(field: str, grain: str) -> GroupBy:
    return GroupBy.model_validate({"field": field, "grain": grain or None})


def _time_grain(draft: Draft, field: str, grain: str) -> str:
    fields = draft.world.layer.fields  # a segment is none of them
    is_time = field in fields and fields[field].kind == "time"
    return (grain or "day") if is_time else ""


def _is_top(draft: Draft) -> bool:
    """Whether the number of a ranking cuts groups before the result is made, not its rows."""
    return is_top_of_each(draft) or (draft.together is not None and draft.together.agg == "top")


def _per_group(draft: Draft, choice: Choice) -> PerGroup | None:
    """The values that are taken together to one number, when that is asked for."""
    if draft.together is None or draft.together.agg == "top":
        return None
    return PerGroup(fields=_together(draft, choice)[:1], agg=draft.together.agg)  # names beside a key may be empty


def _together(draft: Draft, choice: Choice) -> tuple[str, ...]:
    place = draft.together.place if draft.together else None
    return next(one.fields for one, (at, _) in zip(choice.groups, draft.groups, strict=True) if at == place)


def _is_together(draft: Draft, place: int) -> bool:
    return draft.together is not None and draft.together.place == place


def _top_together(draft: Draft, choice: Choice, names: tuple[str, ...]) -> Top:
    """The top few, whose number is asked for and not those of each."""
    assert draft.ranking is not None
    (order,) = _order_by(draft, names, ())
    cut = {"n": draft.ranking.limit or 1, "percent": draft.ranking.percent, "descending": order.descending}
    return Top.model_validate({"field": _together(draft, choice)[0], "by": order.by, **cut})


def _top(draft: Draft, choice: Choice, names: tuple[str, ...]) -> Top | None:
    """The first few of each group, or taken together, when that is asked for."""
    if draft.together is not None and draft.together.agg == "top":
        return _top_together(draft, choice, names)
    if not is_top_of_each(draft):
        return None
    assert draft.ranking is not None
    within = next(i for i, (at, _) in enumerate(draft.groups) if at == draft.within)
    outer, inner = choice.groups[within].fields[0], choice.groups[1 - within].fields[0]
    (order,) = _order_by(draft, names, ())
    limit = draft.ranking.limit or 1
    return Top(field=inner, by=order.by, n=limit, within=(outer,), descending=order.descending)


def measure_bounds(draft: Draft) -> None:
    """What a question measures that only has conditions: the entity counted, or what its rows are listed by."""
    if draft.listed:
        untimed = [bound for bound in draft.bounds if not (bound.period or bound.last)]
        shown = [bound for bound in untimed if bound.choices[0].kind == "metric" and bound.values != (0,)]
        draft.metrics = draft.metrics or [(bound.place, bound.choices) for bound in shown]
    elif not draft.metrics and draft.bounds and (draft.groups or draft.grain):
        bound = draft.bounds[0]
        if bound.choices[0].kind == "metric" and not bound.entity:
            draft.metrics = [(bound.place, bound.choices)]


def _takes_time(draft: Draft, names: tuple[str, ...]) -> bool:
    """Whether the period is that of the metrics; the count of an entity has none, its conditions take it."""
    owned = [bound for bound in draft.bounds if bound.entity]
    if draft.listed:
        return bool(names)
    counts = {draft.world.nouns.count_of(bound.entity) for bound in owned}
    return not owned or not set(names) <= counts


def _present(held: Presence, concept: Concept) -> Filter:
    return Filter(field=concept.target, op="not_null" if held.filled else "is_null")


def _bounds(draft: Draft, choice: Choice, timed: bool, names: tuple[str, ...]) -> Iterator[Filter]:
    """The conditions with a number, each with those on the rows that it counts."""
    for bound, concept in zip(draft.bounds, choice.bounds, strict=True):
        made = _bounded(draft, bound, concept, choice.time, timed)
        pairs = _conditions(draft, choice)
        own = [_filter(*pair) for pair in pairs if _counted_by(draft, choice, *pair, names) is bound]
        yield made.model_copy(update={"where": tuple(own)}) if own else made


def _counted_by(
    draft: Draft, choice: Choice, condition: Condition, concepts: tuple[Concept, ...], names: tuple[str, ...]
) -> Bound | None:
    """ "customers with at least three tickets about delivery": the condition beside whose rows a value tells apart.

    The metrics asked for cannot be told apart by it themselves.
    """
    dataset, reach = concepts[0].target.partition(".")[0], draft.world.reach
    if draft.listed or condition.grouped or condition.part or condition.place < 0 or not names:
        return None
    if dataset not in draft.world.layer.datasets or reach.distance(names, dataset) is not None:
        return None
    for bound, concept in zip(draft.bounds, choice.bounds, strict=True):
        if concept.kind == "metric" and bound.entity and reach.facts(concept.target) == {dataset}:
            first, last = sorted((condition.place, bound.place))
            if not any(draft.kind(at) in ("noun", "metric", "dimension") for at in range(first + 1, last)):
                return bound
    return None


def _bounded(draft: Draft, bound: Bound, concept: Concept, time: TimeChoice, timed: bool) -> Filter:
    entity = "" if draft.listed else bound.entity
    period = bound.period or (None if timed or _is_lasting(draft, concept) else time.period)
    values = {
        "field": concept.target,
        "op": bound.operator,
        "values": bound.values,
        "entity": entity,
        "than": bound.than,
    }
    return Filter.model_validate({**values, "time_range": None if bound.last else period, "last": bound.last})


def _is_lasting(draft: Draft, concept: Concept) -> bool:
    """ "older than 50 who ordered this year": the age has no period; that of the question is the deed's."""
    deeds = any(bound.choices[0].kind == "metric" for bound in draft.bounds)
    fields, datasets = draft.world.layer.fields, draft.world.layer.datasets
    return deeds and concept.target in fields and not datasets[concept.target.partition(".")[0]].time


def _filter(condition: Condition, concepts: tuple[Concept, ...]) -> Filter:
    values = tuple(dict.fromkeys(concept.value for concept in concepts))
    if "." not in concepts[0].target:  # a segment
        return Filter(field=concepts[0].target, op="eq", values=(not condition.negated,))
    return Filter(field=concepts[0].target, op="not_in" if condition.negated else "in", values=values)


def _known_only(draft: Draft, choice: Choice) -> Iterator[Filter]:
    """Rows without the thing broken down by are none of it: a guest's order has no place among the top customers.

    The same holds for every field of which only the first few are asked for, unless a condition names its values.
    """
    if draft.together is not None:
        return
    held = any(bound.than and not bound.entity for bound in draft.bounds)
    cut = draft.ranking is not None and draft.ranking.limit is not None
    filtered = {concepts[0].target for concepts in choice.filters}
    for group in choice.groups:
        if group.known_only or ((cut or held) and group.fields[0] not in filtered):
            yield Filter(field=group.fields[0], op="not_null")


def _ranks_work(draft: Draft, by: str) -> bool:
    """ "top 3 agents by response time": those who do the work are at the top when they need the least time."""
    if draft.world.layer.metrics[by].format != "duration":
        return False
    words = draft.world.language
    done = {
        words.forms.plain(word)
        for at, _ in draft.groups
        if at >= 0
        for word in draft.element(at).text.casefold().split()
    }
    cues = {
        cue for at, use in draft.uses.items() if use[0] == "order" for cue in draft.element(at).text.casefold().split()
    }
    return not done.isdisjoint(words.words("doers")) and not cues.isdisjoint(words.words("ranked_work"))


def _order_by(draft: Draft, names: tuple[str, ...], groups: tuple[GroupBy, ...]) -> tuple[OrderBy, ...]:
    """The asked order; without one the largest first, except along time or age, which run forward by themselves."""
    ranking = draft.ranking
    if ranking is not None and ranking.along_time:
        return (OrderBy(by=METRIC_TIME, descending=ranking.descending),)
    if ranking is not None and names:
        by = ranked_by(draft, names)
        judged = ranking.judged or _ranks_work(draft, by)
        less_is_better = judged and draft.world.layer.metrics[by].good_direction == "down"
        return (OrderBy(by=by, descending=ranking.descending != less_is_better, column=ranking.column),)
    if names and draft.part_of is not None and not draft.grain:
        part = next(i for i, (at, _) in enumerate(draft.metrics) if at == draft.part_of)
        return (OrderBy(by=names[part], column="share"),) if groups else ()
    runs = any(group.grain or group.field == COHORT_AGE for group in groups)
    if names and (draft.listed or (len(groups) == 1 and not runs)):
        return (OrderBy(by=names[0]),)
    return ()
