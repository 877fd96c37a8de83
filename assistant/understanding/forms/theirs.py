"""A second clause about people just named: "who bought Shoes, and where do they live", "... and how old are they"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.forms.people import counted_entity, people_named
from assistant.understanding.forms.sets import outcome_of, subject_of, told_behind
from semantic_layer import GroupBy, OrderBy, SemanticQuery, implied_metric


def theirs(asking: Asking) -> Plan | None:
    """The people with what is asked of them: beside each name in a list, else their number by it or their average."""
    for at in range(2, len(asking.tokens) - 2):
        if asking.tokens[at].text not in ("and", ",", "&"):
            continue
        rest = asking.tokens[asking.past(at, "and_signs") :]
        name = next((name for name in ("where_they_live", "how_old_they_are") if said(rest) in phrases()[name]), "")
        first = _people(replace(asking, tokens=asking.tokens[:at])) if name else None
        query = _with(asking.world, first.query, name) if first is not None else None
        if first is not None and query is not None and asking.stands(query):
            return replace(first, query=query, spans=())
    return None


def _people(asking: Asking) -> Plan | None:
    """The plan that lists or counts the people of the first clause."""
    subject = subject_of(asking)
    told = told_behind(asking, subject) if subject is not None else None
    found = outcome_of(asking, subject, told) if subject is not None and told is not None else None
    if isinstance(found, Plan):
        return found
    who = asking.end(0, "who_are")
    named = people_named(asking, asking.tokens[asking.past(who, "politeness") :]) if who is not None else None
    if named is None:
        return asking.read(asking.tokens)
    names = tuple(GroupBy(field=name) for name in asking.world.nouns.names(named[1]))
    return replace(named[0], query=SemanticQuery(entity=named[1], group_by=names, filters=named[0].query.filters))


def _with(world: World, query: SemanticQuery, name: str) -> SemanticQuery | None:
    entity = query.entity or counted_entity(world, query)
    if not entity or not world.layer.datasets[entity].entity or query.shares or query.metrics[1:]:
        return None
    words = ("city", "country") if name == "where_they_live" else (str(world.language.data["age_word"]),)
    fields = [field for word in words for field in _fields(world, entity, word)]
    if not fields:
        return None
    if query.entity:
        shown = {group.field for group in query.group_by}
        more = tuple(GroupBy(field=field) for field in fields if field not in shown)
        return query.model_copy(update={"group_by": (*query.group_by, *more)})
    if name == "how_old_they_are":
        mean = implied_metric(world.layer, fields[0], "average")
        return query.model_copy(update={"metrics": (*query.metrics, mean)}) if mean in world.layer.metrics else None
    order = (OrderBy(by=query.metrics[0]),)
    return query.model_copy(update={"group_by": (GroupBy(field=fields[-1]),), "order_by": order})


def _fields(world: World, entity: str, word: str) -> Iterator[str]:
    """The field of people that is called so, where only one is."""
    named = [one.target for one in world.lexicon.lookup(world.language.tokens(word)) if one.kind == "dimension"]
    near = {name for name in named if world.reach.steps(entity, name.partition(".")[0]) in (0, 1)}
    own = {name for name in near if name.partition(".")[0] == entity} or near
    if len(own) == 1:
        yield own.pop()
