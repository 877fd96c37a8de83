"""Readings to one plan: each made a query, checked by the layer; a plan only where all that stand mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding.contradictions import contradiction
from assistant.understanding.draft import World
from assistant.understanding.entities.dated import is_day, told_by_another_day
from assistant.understanding.entities.found import Found, spans_of
from assistant.understanding.entities.grammar import MOST_READINGS, readings
from assistant.understanding.entities.kinds_inside import with_kind_inside
from assistant.understanding.entities.misshapen import (
    all_for_some,
    average_ranked,
    day_unsaid,
    rows_for_total,
    whole_for_parts,
)
from assistant.understanding.entities.own_period import with_own_period
from assistant.understanding.entities.owners import limits_groups, said_of_others
from assistant.understanding.entities.shapes_of_each import rank_for_size
from assistant.understanding.entities.shapes_of_things import both_or_both, row_for_total
from assistant.understanding.entities.shapes_of_words import field_of_others, group_as_condition
from assistant.understanding.entities.single_values import row_for_kind
from assistant.understanding.entities.ways import goes_wrong_way
from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, OrderBy, SemanticQuery, Top, stands

CONFIDENCE = 0.7
DAY_BOUNDS = frozenset({"eq", "lt", "le", "gt", "ge", "between"})
DETAILS = frozenset({"detail", "details", "description", "label"})


def plan_entities(tokens: Sequence[Token], world: World) -> Plan | None:
    """The one plan of a question about single things, None when there is none or more than one."""
    words = Words(_without_pronouns(tokens, world), world)
    plans: dict[str, Plan] = {}
    ranks: dict[str, int] = {}
    for found in islice(readings(words), MOST_READINGS):
        for told in _queries(found, world):
            query = with_own_period(with_kind_inside(told, tokens, world), world)
            key = query.model_dump_json()
            if (
                key not in plans
                and _stands(query, world)
                and not goes_wrong_way(query, words)
                and not _others_for_none(query, words)
                and not limits_groups(query, words)
            ):
                plan = Plan(query, spans_of(found, words), CONFIDENCE, _notes(found, world))
                if not (average_ranked(plan, words) or told_by_another_day(plan, words)):
                    plans[key], ranks[key] = plan, found.rank
    best = [plan for key, plan in plans.items() if ranks[key] == min(ranks.values())]
    one = best[0] if len({_rows_of(plan.query, world) for plan in best}) == 1 else None
    misread = one is not None and any(
        shape(one, words)
        for shape in (
            all_for_some,
            whole_for_parts,
            rank_for_size,
            row_for_total,
            both_or_both,
            rows_for_total,
            day_unsaid,
            said_of_others,
            row_for_kind,
            group_as_condition,
            field_of_others,
        )
    )
    return None if misread else one


def _others_for_none(query: SemanticQuery, words: Words) -> bool:
    """Whether having others is put for having none: who has "no kettle" is not who has anything else."""
    others = any(one.entity and one.op == "not_in" and not one.none for one in query.filters)
    return others and any(token.text in word_lists()["none_words"] for token in words.tokens)


def _without_pronouns(tokens: Sequence[Token], world: World) -> tuple[Token, ...]:
    """The words without what stands only between those of a field: "the date (they) became (a) tenant"."""
    lists, kept = word_lists(), tuple(tokens)
    for at, token in enumerate(kept[1:-1], 1):
        led = token.text in lists["told_pronouns"] and kept[at - 1].plain in lists["day_words"] | lists["year_words"]
        article = at + 2 if led and kept[at + 2 : at + 3] and kept[at + 2].text in lists["articles"] else None
        for rest in (kept[at + 1 :], (kept[at + 1], *kept[article + 1 :]) if article else ()):
            for size in (2, 1):
                named = world.lexicon.lookup((kept[at - 1], *rest[:size])) if led and len(rest) >= size else ()
                if any(concept.kind == "dimension" for concept in named):
                    return (*kept[:at], *rest)
    return kept


def asks_whose(outcome: Plan | Clarification | Refusal) -> bool:
    """Whether all that is open is whose name or number is meant, which the grammar of these questions tells."""
    words = outcome.words if isinstance(outcome, Clarification) else ()
    return bool(words) and {word.casefold() for word in words} <= word_lists()["names"] | word_lists()["keys"]


def asks_values(listed: Plan, tokens: Sequence[Token], world: World) -> bool:
    """Whether a plan tells the different values of fields, which is what was asked for, with how many have each."""
    counts = {world.nouns.count_of(name) for name in world.layer.datasets}
    asked = any(Words(tuple(tokens), world).phrase(at, "distinct") is not None for at in range(len(tokens)))
    return asked and bool(listed.query.group_by) and set(listed.query.metrics) <= counts


def _notes(found: Found, world: World) -> tuple[str, ...]:
    """What is to be said of things that were left out because they have nothing of what is counted."""
    told = ("fewest_of_some",) if found.fewest else ("counted_of_some",) if found.some and not found.each else ()
    return tuple(world.language.message(name) for name in told)


def by_own_day(tokens: Sequence[Token], world: World) -> Plan | None:
    """The plan of things told by a day or year of their own ("branches opened before 1980"), None for any other."""
    plan = plan_entities(tokens, world)
    if plan is None:
        return None
    told = {span.target for span in plan.spans if span.role == "condition"}
    days = [one for one in plan.query.filters if one.field in told and one.field in world.layer.fields]
    bound = any(one.op in DAY_BOUNDS or (one.op == "in" and is_day(world.layer.fields[one.field])) for one in days)
    return plan if bound else None


def _rows_of(query: SemanticQuery, world: World) -> str:
    """What decides the rows of a list of things: the same rows by their name or by their key are no other answer."""
    keys = world.layer.datasets[query.entity].key_fields if query.entity else ()
    own = {*(f"{query.entity}.{key}" for key in keys), *(world.nouns.names(query.entity) if query.entity else ())}
    called = own and all(one.field in own for one in query.group_by)
    bounded = {one.field for one in query.filters if one.op in ("gt", "ge", "lt", "le", "eq", "in", "between")}
    told = tuple(one for one in query.filters if one.op != "not_null" or one.field not in bounded or one.entity)
    had = {one.field.partition(".")[0] for one in told if one.entity and not (one.none or one.any_of)}
    told = tuple(one for one in told if not (_is_any(one) and world.nouns.counted.get(one.field) in had))
    grouped = () if called else query.group_by
    return query.model_copy(update={"group_by": grouped, "filters": told}).model_dump_json()


def _is_any(one: Filter) -> bool:
    """Whether a bound on a number asks for any at all, which who has one of a kind has."""
    return (one.op, one.values) == ("ge", (1,)) and not (one.time_range or one.last or one.where)


def _is_void(query: SemanticQuery, world: World) -> bool:
    """Whether a bound is on a field that depends on another field under a condition: cancelled orders have no value."""
    fields = world.layer.fields
    bounded = [
        fields[one.field].sql for one in query.filters if one.field in fields and one.op in ("gt", "ge", "lt", "le")
    ]
    told = [one.field.rpartition(".")[2] for one in query.filters if one.field in fields and one.op in ("in", "eq")]
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in told for text in bounded)


def _stands(query: SemanticQuery, world: World) -> bool:
    if _is_void(query, world) or contradiction(world, query) is not None:
        return False
    if not stands(world.layer, query):
        return False
    personal = [g.field for g in query.group_by if world.layer.fields[g.field].pii]
    return all(world.layer.fields[name].listable for name in personal)


def _queries(found: Found, world: World) -> Iterator[SemanticQuery]:
    open_ends = any(one.entity == "?" for one in found.filters) or any(name[0] == "?" for name in found.attributes)
    if open_ends:
        return
    if found.cut and not found.order:
        return  # the first few of what is in no order
    if found.each:
        groups = tuple(GroupBy(field=name) for name in found.attributes)
        known = (*found.filters, Filter(field=found.attributes[0], op="not_null"))
        order = (found.order,) if found.order else ()
        yield SemanticQuery(
            metrics=found.metrics, group_by=groups, filters=known, time_range=found.period, order_by=order
        )
    elif found.group or found.favourite:
        yield from _of_group(found) if found.group else _of_favourite(found, world)
    elif found.distinct and not _is_each_row(found, world):
        yield from _values(found, world)
    elif found.counting:
        yield from _count(found, world)
    elif found.newest:
        yield from _newest(found, world)
    elif found.limit == 1 and not found.metrics and not _named(found, world):
        return  # the first of what nothing is called by
    elif found.filters or found.order or (found.attributes and not found.bare) or found.metrics:
        yield _of_role(found, world) if found.role else _list(found, world)


def _is_each_row(found: Found, world: World) -> bool:
    """Whether what is listed with a number is different for each thing: its key."""
    keys = {f"{found.entity}.{key}" for key in world.layer.datasets[found.entity].key_fields} if found.entity else set()
    return bool(found.metrics and keys) and keys <= set(found.attributes)


def _of_role(found: Found, world: World) -> SemanticQuery:
    """What another row of the same table is to the one named: its mentor, its parent."""
    groups = tuple(GroupBy(field=name, via=found.role) for name in found.attributes)
    return SemanticQuery(metrics=(world.nouns.count_of(found.entity),), group_by=groups, filters=found.filters)


def _of_favourite(found: Found, world: World) -> Iterator[SemanticQuery]:
    """The things that have the value which most of them have; each stands by its key."""
    field, descending = found.favourite or ("", True)
    count, keys = world.nouns.count_of(found.entity), world.layer.datasets[found.entity].key_fields
    if found.filters or found.order or found.metrics or found.newest or len(keys) != 1:
        return
    shown = dict.fromkeys((field, f"{found.entity}.{keys[0]}", *_named(found, world)))
    yield SemanticQuery(
        metrics=(count,),
        group_by=tuple(GroupBy(field=name) for name in shown),
        filters=(Filter(field=field, op="not_null"),),
        top=Top(field=field, by=count, n=1, descending=descending),
    )


def _of_group(found: Found) -> Iterator[SemanticQuery]:
    """The values of a field by a count; none without one."""
    if found.metrics:
        yield SemanticQuery(
            metrics=found.metrics,
            group_by=(GroupBy(field=found.group),),
            filters=(*found.filters, Filter(field=found.group, op="not_null")),
            order_by=(found.order or OrderBy(by=found.metrics[0]),),
            time_range=found.period,
            limit=found.limit,
        )


def _values(found: Found, world: World) -> Iterator[SemanticQuery]:
    """The different values of fields, each once, with the number of things that have it."""
    count = world.nouns.count_of(found.entity)
    order = (found.order,) if found.order else ()
    own = all(one.by in found.attributes for one in order) and not found.limit
    if count and found.attributes and own and not (found.newest or found.metrics):
        groups = tuple(GroupBy(field=name) for name in found.attributes)
        yield SemanticQuery(metrics=(count,), group_by=groups, filters=found.filters, order_by=order)


def _count(found: Found, world: World) -> Iterator[SemanticQuery]:
    """The number of things that meet conditions, or numbers computed over them."""
    count = world.nouns.count_of(found.entity)
    own = all(world.reach.facts(name) == {found.entity} for name in found.metrics)
    if found.metrics and (own or not any(one.entity for one in found.filters)):
        yield SemanticQuery(metrics=found.metrics, filters=found.filters, time_range=found.period)
    elif not found.metrics and count and found.filters:
        yield SemanticQuery(metrics=(count,), filters=found.filters)


def _list(found: Found, world: World) -> SemanticQuery:
    known = tuple(Filter(field=name, op="ge", values=(1,)) for name in found.metrics if found.fewest or found.some)
    return SemanticQuery(
        entity=found.entity,
        metrics=found.metrics,
        group_by=tuple(GroupBy(field=name) for name in _shown(found, world)),
        filters=(*found.filters, *known),
        order_by=(found.order,) if found.order else (),
        time_range=found.period,
        limit=found.limit,
    )


def _newest(found: Found, world: World) -> Iterator[SemanticQuery]:
    """The newest row, or the first by a number, of what belongs to the thing, with the fields of the thing."""
    assert found.newest is not None
    dataset, order = found.newest
    if any(one.entity or one.field in world.layer.metrics for one in found.filters):
        return  # a condition on each thing, not on the row
    yield SemanticQuery(
        entity=dataset,
        group_by=(*(GroupBy(field=name) for name in _shown(found, world)), GroupBy(field=order.by)),
        filters=(*found.filters, Filter(field=order.by, op="not_null")),
        order_by=(order,),
        limit=1,
    )


def _shown(found: Found, world: World) -> tuple[str, ...]:
    """The fields asked for, or what the things are called by; with what they are sorted by."""
    sorted_by = (found.order.by,) if found.order and found.order.by in world.layer.fields else ()
    return tuple(dict.fromkeys((*_named(found, world), *sorted_by)))


def _named(found: Found, world: World) -> tuple[str, ...]:
    if found.attributes:
        return found.attributes
    identity = world.nouns.identity(found.entity)
    names = world.nouns.names(found.entity)
    keys = world.layer.datasets[found.entity].key_fields
    key = (f"{found.entity}.{keys[0]}",) if len(keys) == 1 else ()
    shown = key if key and not world.layer.fields[key[0]].hidden else ()
    told = names or _described(found.entity, world)
    return told if told and not found.newest else (identity[0] if identity else told or shown)


def _described(entity: str, world: World) -> tuple[str, ...]:
    """What things without a name are called by: their one field of details."""
    fields = [field for field in world.layer.datasets[entity].fields if not (field.hidden or field.pii)]
    found = [field.name for field in fields if field.name.rpartition("_")[2] in DETAILS and field.kind == "categorical"]
    return (f"{entity}.{found[0]}",) if len(found) == 1 and world.layer.datasets[entity].entity else ()
