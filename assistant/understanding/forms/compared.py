"""One number for each of two sides: "do members spend more than everyone else", "the gap in revenue between A and B".

The first side is read as a question of its own, the other one by the number that was found and the words behind the
comparison. The sides are values of one field, or a part and all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Plan, Span
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking
from assistant.understanding.forms.compared_sides import Sides, sides_of
from assistant.understanding.forms.everyone_else import the_rest, with_whole_names
from assistant.understanding.forms.ratios import told_per_person
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, OrderBy, SemanticQuery, SimpleMetric

SHAPE = {"metrics": (), "filters": (), "time_range": None, "order_by": (), "group_by": ()}


@dataclass(frozen=True)
class Split:
    """How the two sides are told apart: what to group by, and the conditions that leave only them."""

    group: GroupBy
    only: tuple[Filter, ...]


def compared(asking: Asking) -> Plan | None:
    """The plan of a number on two sides; None for any other question, and where a side is not read in full."""
    for sides in sides_of(asking):
        first = asking.read(sides.first) or asking.read(with_whole_names(asking, sides.first))
        if (
            first is None
            or first.notes
            or not _is_plain(asking, first.query)
            or (sides.rate and _is_sum(asking, first))
        ):
            continue
        found = _against_rest(asking, first, sides) or _against_other(asking, first, sides)
        if found is not None:
            return found
    return None


def _is_sum(asking: Asking, plan: Plan) -> bool:
    """Whether the number is a count or a sum, which grows with the number of those who do it."""
    return isinstance(asking.world.layer.metrics[plan.query.metrics[0]], SimpleMetric)


def _is_plain(asking: Asking, query: SemanticQuery) -> bool:
    """Whether one number under conditions is asked for, and nothing else."""
    own = all(one.field not in asking.world.layer.metrics for one in query.filters)
    return query.model_copy(update=SHAPE) == SemanticQuery() and len(query.metrics) == 1 and own and not query.group_by


def _against_rest(asking: Asking, first: Plan, sides: Sides) -> Plan | None:
    """One value or one segment against all others, of whom the words behind may tell a period or a condition."""
    if len(first.query.filters) != 1:
        return None
    part = first.query.filters[0]
    rest, split = the_rest(asking, sides.second, part), apart(asking.world, part)
    if rest is None or split is None:
        return None
    tail = sides.second[rest.behind :]
    other = _of_metric(asking, first, tail) if tail else replace(first, query=_of_all(first.query), spans=())
    if other is None or any(one.field == part.field for one in other.query.filters):
        return None
    found = _merged(asking, (first, other), split, (*rest.within, *other.query.filters))
    return _per_person_too(asking, found, split) if found is not None and sides.bare else found


def _of_all(query: SemanticQuery) -> SemanticQuery:
    return query.model_copy(update={"filters": (), "time_range": None})


def apart(world: World, part: Filter) -> Split | None:
    """Groups of one part and of all others; of people those are known that are in neither."""
    layer = world.layer
    if part.field in layer.segments and (part.op, part.values) == ("eq", (True,)):
        return Split(GroupBy(field=part.field), _known(world, layer.segments[part.field].entity))
    field = layer.fields.get(part.field)
    if field is None or field.kind != "categorical" or part.op not in ("in", "eq") or len(part.values) != 1:
        return None
    group = GroupBy(field=part.field, via=part.via, apart=(str(part.values[0]),))
    return Split(group, _known(world, part.field.partition(".")[0]))


def _known(world: World, dataset: str) -> tuple[Filter, ...]:
    """That the one is known of whom a row is, where the part is one of people: a guest is in no group of customers."""
    layer = world.layer
    keys = layer.datasets[dataset].primary_key
    entity = next((name for name, one in layer.datasets.items() if one.entity and one.primary_key == keys), "")
    return tuple(Filter(field=f"{entity}.{key}", op="not_null") for key in keys) if entity else ()


def _against_other(asking: Asking, first: Plan, sides: Sides) -> Plan | None:
    """Two values of one field, each with its own words around it."""
    other = _of_metric(asking, first, sides.second)
    if other is None:
        return None
    shared = [
        (mine, theirs)
        for mine in first.query.filters
        for theirs in other.query.filters
        if mine.field == theirs.field and mine.via == theirs.via and mine.values != theirs.values
    ]
    if len(shared) != 1 or not all(one.op in ("in", "eq") and len(one.values) == 1 for one in shared[0]):
        return None
    mine, theirs = shared[0]
    rest = [one for one in (*first.query.filters, *other.query.filters) if one not in (mine, theirs)]
    if mine.field in asking.world.layer.segments or _tells_of_one(mine, [f for f in first.query.filters if f != mine]):
        return None
    both = mine.model_copy(update={"op": "in", "values": (*mine.values, *theirs.values)})
    split = Split(GroupBy(field=mine.field, via=mine.via), (both,))
    return _merged(asking, (first, other), split, tuple(dict.fromkeys(rest)))


def _tells_of_one(part: Filter, others: Sequence[Filter]) -> bool:
    """Whether a further condition is of the same thing as the first side: "women in Germany" against "men"."""
    return any(one.field.partition(".")[0] == part.field.partition(".")[0] for one in others)


def _of_metric(asking: Asking, first: Plan, words: Sequence[Token]) -> Plan | None:
    """The number that the first side has, of what some words name."""
    name = first.query.metrics[0]
    title = asking.made(asking.world.layer.metrics[name].title, 0)
    for tie in ((), *(asking.made(word, 0) for word in ("of", "for"))):
        plan = asking.read([*title, *tie, *words])
        if plan is not None and not plan.notes and plan.query.metrics == (name,) and _is_plain(asking, plan.query):
            return plan
    return None


def _merged(asking: Asking, sides: tuple[Plan, Plan], split: Split, further: tuple[Filter, ...]) -> Plan | None:
    """Both sides in one query; None when they are of different periods."""
    first, other = sides
    periods = list(dict.fromkeys(one.query.time_range for one in sides if one.query.time_range is not None))
    if len(periods) > 1:
        return None
    (name,) = first.query.metrics
    query = SemanticQuery(
        metrics=(name,),
        group_by=(split.group,),
        filters=(*split.only, *further),
        time_range=periods[0] if periods else None,
        order_by=(OrderBy(by=name),),
    )
    return replace(first, query=query, spans=_spans(first, other), asked=None) if asking.stands(query) else None


def _spans(first: Plan, other: Plan) -> tuple[Span, ...]:
    """What the words of both sides were used for, each word once."""
    taken = {(span.start, span.end) for span in first.spans}
    return (*first.spans, *(span for span in other.spans if (span.start, span.end) not in taken))


def _per_person_too(asking: Asking, plan: Plan, split: Split) -> Plan:
    """ "do members spend more than everyone else": what each one spends first, the sum of unequal sides beside it."""
    entity = next((one.field.partition(".")[0] for one in split.only), "")
    ratio = told_per_person(asking, plan.query.model_copy(update={"order_by": ()}), entity) if entity else None
    if ratio is None or len(ratio.metrics) != 1:
        return plan
    names = (*ratio.metrics, *plan.query.metrics)
    query = plan.query.model_copy(update={"metrics": names, "order_by": (OrderBy(by=names[0]),)})
    return replace(plan, query=query) if asking.stands(query) else plan
