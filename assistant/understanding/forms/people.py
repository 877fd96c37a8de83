"""Who is asked about at the beginning of a question: "gold members", "subscribers", "customers in Germany"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking, counted_rows, phrases
from assistant.understanding.forms.everyone_else import segments_ending
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SemanticQuery, Share

BOUNDS = frozenset({"gt", "ge", "lt", "le", "between"})


def who_are(asking: Asking) -> Plan | None:
    """ "how many members are subscribers": those who are both, where the first are counted by themselves, too."""
    start = asking.end(0, "counting")
    verb = next((at for at, token in enumerate(asking.tokens) if token.text in ("are", "were") and at), None)
    if start is None or verb is None or not start < verb < len(asking.tokens) - 1:
        return None
    first, second = asking.tokens[start:verb], asking.tokens[asking.past(verb + 1, "also") :]
    ends = [segments_ending(asking, words[-1:]) for words in (first, second) if words]
    if len(ends) != len(("first", "second")) or not ends[0] or second[0].text in phrases()["denials"]:
        return None
    named = [people_named(asking, words) for words in (first, second)]
    if named[0] is None or named[1] is None or named[0][1] != named[1][1]:
        return None
    (one, _), (other, _) = named[0], named[1]
    filters = tuple(dict.fromkeys((*one.query.filters, *other.query.filters)))
    query = one.query.model_copy(update={"filters": filters})
    told = len(one.query.filters) and len(other.query.filters)
    return replace(one, query=query, spans=(*one.spans, *other.spans)) if told and asking.stands(query) else None


def part_who_are(asking: Asking) -> Plan | None:
    """ "what share of subscribers are women over 50": several things that those are told by, all of them the part."""
    found = _are_so(asking, "shares")
    if found is None or not (len(found[1]) > 1 or any(one.op in BOUNDS for one in found[1])):
        return None
    whole, part = found
    (count,) = whole.query.metrics
    filters = tuple(dict.fromkeys((*whole.query.filters, *part)))
    update = {"filters": filters, "shares": (Share(metric=count, apart=part),)}
    query = whole.query.model_copy(update=update)
    return replace(whole, query=query, spans=()) if asking.stands(query) else None


def who_are_so(asking: Asking) -> Plan | None:
    """ "how many people in the newsletter are over 50": those of whom both sides of the verb hold."""
    found = _are_so(asking, "counting")
    if found is None:
        return None
    query = found[0].query.model_copy(update={"filters": tuple(dict.fromkeys((*found[0].query.filters, *found[1])))})
    return replace(found[0], query=query, spans=()) if asking.stands(query) else None


def _are_so(asking: Asking, opener: str) -> tuple[Plan, tuple[Filter, ...]] | None:
    """Those named before the verb, and the conditions that the words behind it are."""
    start = asking.end(0, opener)
    verb = next((at for at, token in enumerate(asking.tokens) if token.text in ("are", "were") and at), None)
    if start is None or verb is None or not start < verb < len(asking.tokens) - 1:
        return None
    first = people_named(asking, asking.tokens[asking.past(start, "politeness") : verb])
    if first is None or any(token.text in phrases()["denials"] for token in asking.tokens[verb:]):
        return None
    said = asking.tokens[asking.past(verb + 1, "also") :]
    title = asking.made(asking.world.layer.datasets[first[1]].title, verb)
    second = people_named(asking, [*title, *said]) or people_named(asking, said)
    if second is None or second[1] != first[1] or not second[0].query.filters or second[0].notes:
        return None
    return first[0], second[0].query.filters


def people_named(asking: Asking, tokens: Sequence[Token]) -> tuple[Plan, str] | None:
    """The plan that counts those the words name, and their entity; None where no entity is counted.

    A noun that is counted by itself ("members", "subscribers") stands for the one segment of people called so.
    """
    plan = asking.read([*asking.made("number of", 0), *tokens])
    entity = counted_entity(asking.world, plan.query) if plan is not None else ""
    if plan is not None and entity:
        return plan, entity
    members = _become(asking, plan, tokens) if plan is not None else None
    if members is not None:
        return members
    called = plan is not None and bool(tokens) and not _are_rows(asking, tokens[-1:])
    for size in range(len(tokens), 0, -1) if called else ():  # "loyalty members", or "gold" and "members"
        named = segments_ending(asking, tokens[-size:])
        if len(named) == 1:
            return _of_segment(asking, tokens[:-size], next(iter(named)))
    return None


def _become(asking: Asking, plan: Plan, tokens: Sequence[Token]) -> tuple[Plan, str] | None:
    """Those who became so in a time: "new customers of 2025", "new subscribers last year"."""
    query = plan.query
    told = query.model_copy(update={"metrics": (), "filters": (), "time_range": None})
    if told != SemanticQuery() or len(query.metrics) != 1 or query.time_range is None or plan.notes:
        return None
    entity = _entity_becoming(asking, query.metrics[0], tokens)
    count = asking.world.nouns.count_of(entity) if entity else ""
    if not count or count == query.metrics[0]:
        return None
    became = Filter(field=query.metrics[0], op="ge", values=(1,), entity=entity, time_range=query.time_range)
    freed = {"metrics": (count,), "filters": (*query.filters, became), "time_range": None}
    return replace(plan, query=query.model_copy(update=freed)), entity


def _entity_becoming(asking: Asking, metric: str, tokens: Sequence[Token]) -> str:
    """The entity that a number counts by a day of its own, or whose rows it counts under a name of people."""
    layer, dataset = asking.world.layer, counted_rows(asking.world, metric)
    if not dataset or layer.datasets[dataset].entity:
        return dataset
    people = {layer.segments[name].entity for name in segments_ending(asking, tokens[-1:])}
    if len(people) != 1 or _are_rows(asking, tokens[-1:]):
        return ""
    (entity,) = people
    near = layer.datasets[entity].entity and asking.world.reach.distance([metric], entity) is not None
    return entity if near else ""


def _are_rows(asking: Asking, tokens: Sequence[Token]) -> bool:
    """Whether a word names rows of their own: "subscriptions" are not those who have one."""
    return any(one.kind == "noun" and not one.inflected for one in asking.world.lexicon.lookup(tokens))


def _of_segment(asking: Asking, before: Sequence[Token], segment: str) -> tuple[Plan, str] | None:
    """Those of a segment under the conditions that stand before its name."""
    layer = asking.world.layer
    entity = layer.segments[segment].entity
    plan = asking.read([*asking.made("number of", 0), *before, *asking.made(layer.datasets[entity].title, 0)])
    if plan is None or plan.notes or counted_entity(asking.world, plan.query) != entity:
        return None
    inside = Filter(field=segment, op="eq", values=(True,))
    return replace(plan, query=plan.query.model_copy(update={"filters": (*plan.query.filters, inside)})), entity


def counted_entity(world: World, query: SemanticQuery) -> str:
    """The entity that is counted, perhaps under conditions; empty for any other number."""
    told = query.model_copy(update={"metrics": (), "filters": ()})
    if told != SemanticQuery() or len(query.metrics) != 1:
        return ""
    found = [name for name, dataset in world.layer.datasets.items() if dataset.entity]
    return next((name for name in found if world.nouns.count_of(name) == query.metrics[0]), "")
