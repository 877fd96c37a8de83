"""Numbers in bands: "distribution of order values", "customers by age in 10-year bands", "orders per customer"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan, Refusal
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking, counted_rows, phrases
from assistant.understanding.forms.band_edges import bands_of_each, how_chosen, said_bands
from assistant.understanding.forms.band_fields import count_titles, is_number_field, names_rows, number_fields, untied
from assistant.understanding.forms.band_words import Wanted, times_said, wanted_bands
from assistant.understanding.refusing import refuse
from assistant.understanding.tokens import Token
from semantic_layer import Bands, Filter, GroupBy, SemanticQuery, Share, SimpleMetric, adds_up_in_time

COUNTS = ("sum", "count", "count_distinct")
Outcome = Plan | Refusal


def bands(asking: Asking) -> Outcome | None:
    """The plan of numbers in bands; a refusal where they have none, None for any other question."""
    wanted = wanted_bands(asking)
    if wanted is None:
        return _times(asking)
    for found in (_of_each, _grouped, _of_rows, _by_number):
        outcome = found(asking, wanted)
        if outcome is not None:
            return outcome
    return _times(asking) or _without_bands(asking, wanted)


def rebanded(question: str, tokens: Sequence[Token], group: GroupBy, world: World) -> GroupBy | Refusal | None:
    """A number in the bands that words ask for and nothing else; None where they say more, or nothing of bands."""
    asking = Asking(question, tuple(tokens), world, lambda _: refuse(question, "UNKNOWN_WORDS", world))
    wanted = wanted_bands(asking)
    beside = world.language.fillers | phrases()["beside_bands"]
    if wanted is None or wanted.spread or wanted.shared or any(token.text not in beside for token in wanted.rest):
        return None
    told = (bands_of_each if group.entity else said_bands)(asking, wanted, group.field)
    return group.model_copy(update={"bands": told}) if isinstance(told, Bands) else told


# --- what is put in bands


def _grouped(asking: Asking, wanted: Wanted) -> Outcome | None:
    """ "orders by order value in steps of 50": the rest says itself by which number."""
    plan = asking.read(wanted.rest)
    numbers = [one for one in plan.query.group_by if is_number_field(asking, one.field)] if plan else []
    if plan is None or len(numbers) != 1 or not _is_plain(plan.query):
        return None
    return _banded(asking, wanted, plan, numbers[0])


def _of_rows(asking: Asking, wanted: Wanted) -> Outcome | None:
    """ "distribution of order values in Germany": the number names the rows that are counted."""
    for field, first, behind, own in number_fields(asking, wanted):
        before, after = untied(wanted.rest[:first]), wanted.rest[behind:]
        named = [(*before, *after)] if names_rows(asking, (*before, *after)) else []
        made = [(*before, *asking.made(title, 0), *after) for title in count_titles(asking, own, field)]
        for words in (*named, *made):
            plan = asking.read(words)
            if plan is None or not _is_plain(plan.query) or not _tells_rows(asking, plan.query):
                continue
            outcome = _banded(asking, wanted, plan, GroupBy(field=field))
            if outcome is not None:
                return outcome
    return None


def _tells_rows(asking: Asking, query: SemanticQuery) -> bool:
    """Whether rows are counted or summed up, which bands of them add up to, and no number of each row is bounded."""
    layer = asking.world.layer
    bounded = any(
        one.field in layer.metrics and not layer.datasets[one.entity].entity for one in query.filters if one.entity
    )
    adds = (adds_up_in_time(layer, name) or counted_rows(asking.world, name) for name in query.metrics)
    return not bounded and all(adds)


def _is_plain(query: SemanticQuery) -> bool:
    """Whether a query counts or adds up by groups, and no more."""
    more = (query.entity, query.top, query.pivot, query.per_bucket, query.per_group, query.running, query.limit)
    return bool(query.metrics) and not any(more) and not query.skip


# --- a number of each


def _of_each(asking: Asking, wanted: Wanted) -> Outcome | None:
    """ "orders per customer": how many have how much of it."""
    return _first_of_each(asking, wanted, _per(asking, wanted.rest))


def _by_number(asking: Asking, wanted: Wanted) -> Outcome | None:
    """ "customers by number of orders": the same from the other side."""
    return _first_of_each(asking, wanted, _sorted_by_number(asking, wanted.rest))


def _first_of_each(asking: Asking, wanted: Wanted, splits: Iterator[tuple[str, tuple[Token, ...]]]) -> Outcome | None:
    for entity, words in splits:
        plan = asking.read(words)
        query = _each(asking, wanted, plan.query, entity) if plan is not None else None
        found = _with(asking, wanted, plan, query) if plan is not None and query is not None else None
        if found is not None:
            return found
    return None


def _per(asking: Asking, rest: Sequence[Token]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    inner = replace(asking, tokens=tuple(rest))
    for at in range(1, len(rest)):
        behind = inner.end(at, "of_every")
        for entity, end in inner.words.nouns(behind) if behind is not None else ():
            yield entity, (*rest[:at], *rest[end:])


def _sorted_by_number(asking: Asking, rest: Sequence[Token]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    inner = replace(asking, tokens=tuple(rest))
    for at in range(len(rest)):
        for entity, end in inner.words.nouns(at):
            behind = inner.end(end, "sorted_by_number")
            if behind is not None:
                yield entity, (*untied(rest[:at]), *rest[behind:])


def _each(asking: Asking, wanted: Wanted, query: SemanticQuery, entity: str) -> SemanticQuery | None:
    """How many of an entity are in each band of a metric that each of them has."""
    world, layer = asking.world, asking.world.layer
    count = world.nouns.count_of(entity)
    metric = query.metrics[0] if len(query.metrics) == 1 else ""
    if not count or not metric or not _is_plain(query) or query.group_by or query.compare or query.shares:
        return None
    if not adds_up_in_time(layer, metric, COUNTS):
        return None
    own = tuple(one for one in query.filters if _is_of(asking, one, entity))
    where = tuple(one for one in query.filters if one not in own)
    told = bands_of_each(asking, wanted, metric)
    if told is None:
        return None
    lasting = layer.datasets[entity].entity  # an event, an order, belongs to the period itself
    span = query.time_range if lasting else None
    group = GroupBy(field=metric, entity=entity, bands=told, time_range=span, where=where)
    return SemanticQuery(
        metrics=(count,), group_by=(group,), filters=own, time_range=None if lasting else query.time_range
    )


def _is_of(asking: Asking, one: Filter, entity: str) -> bool:
    """Whether a condition tells which of an entity are meant, and not which rows count for each."""
    layer = asking.world.layer
    if one.entity or one.field in layer.segments:
        return True
    return one.field in layer.fields and layer.graph.reaches(entity, one.field.partition(".")[0])


def _times(asking: Asking) -> Outcome | None:
    """ "how many customers ordered once, twice, three times": those who did it at all, by how often."""
    said = times_said(asking)
    if said is None:
        return None
    first, behind, times, more = said
    inner = replace(asking, tokens=asking.tokens[:first]).words
    deeds = [(at, deed) for at in range(first) if (deed := inner.deed(at) or inner.sold(at))]
    nouns = [(at, entity) for at in range(first) for entity, _ in inner.nouns(at) if not inner.deed(at)]
    if not deeds or not nouns:
        return None
    count = asking.world.nouns.count_of(deeds[-1][1])
    title = asking.world.layer.metrics[count].title if count else ""
    plan = asking.read((*asking.made(title, first), *asking.tokens[deeds[-1][0] + 1 : first], *asking.tokens[behind:]))
    wanted = Wanted((), shared=any(asking.found("shares_of_bands")))
    query = _each(asking, wanted, plan.query, nouns[0][1]) if plan is not None else None
    if plan is None or query is None:
        return None
    top = times[-1] + (0 if more else 1)
    group = query.group_by[0].model_copy(update={"bands": Bands(width=1, top=top)})
    own = {"field": group.field, "op": "ge", "values": (times[0],), "entity": group.entity, "where": group.where}
    did = Filter.model_validate({**own, "time_range": group.time_range})
    told = query.model_copy(update={"group_by": (group,), "filters": (*query.filters, did)})
    return _with(asking, wanted, plan, told)


# --- the bands


def _banded(asking: Asking, wanted: Wanted, plan: Plan, group: GroupBy) -> Outcome | None:
    """The plan with a number put in bands, before its other groups; None where nothing says which bands."""
    told = said_bands(asking, wanted, group.field)
    if told is None or isinstance(told, Refusal):
        return told
    few = told.width == 1 and told.top is None and wanted.spread and not wanted.width
    if few and asking.read(asking.tokens) is not None:
        return None  # a few whole numbers are told one by one anyway
    others = tuple(one for one in plan.query.group_by if one != group)
    query = plan.query.model_copy(update={"group_by": (group.model_copy(update={"bands": told}), *others)})
    return _with(asking, wanted, plan, query)


def _with(asking: Asking, wanted: Wanted, plan: Plan, query: SemanticQuery) -> Plan | None:
    """The plan in the order of its bands, with shares where they are asked for; None where the layer refuses it."""
    shares = query.shares
    if wanted.shared and not shares:
        shares = tuple(Share(metric=name) for name in query.metrics)
    query = query.model_copy(update={"order_by": (), "shares": shares})
    notes = (*plan.notes, *how_chosen(asking, wanted, query.group_by[0]))
    return replace(plan, query=query, spans=(), chart=None, notes=notes) if asking.stands(query) else None


def _without_bands(asking: Asking, wanted: Wanted) -> Refusal | None:
    """A ratio, or an average of what is no field, has no rows of which each has a number to be put in bands."""
    plan = asking.read(wanted.rest) if wanted.spread else None
    if plan is None or plan.query.group_by or len(plan.query.metrics) != 1 or asking.read(asking.tokens) is not None:
        return None
    layer = asking.world.layer
    metric = layer.metrics[plan.query.metrics[0]]
    adds = isinstance(metric, SimpleMetric) and layer.measures[metric.measure].agg in COUNTS
    return None if adds else asking.refused("no_bands", what=metric.title)
