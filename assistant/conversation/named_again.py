"""Follow-ups that leave out what things are meant: "how long did they take to solve?", "top 5 by revenue".

The things of the answer before are named in the question; what that one asks is then asked of those before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.phrases import words_of
from assistant.conversation.population import is_cut, population
from semantic_layer import SemanticQuery, is_count

PRONOUNS = frozenset({"they", "them"})
TOP_N_BY = 3


def by_their_name(follow_up: FollowUp, followed: Callable[[FollowUp], Reading]) -> Plan | None:
    """The plan of the number that the question names once its things are named; None where that is no one number."""
    for question in _named(follow_up):
        alone = follow_up.understanding.plan(question)
        if not isinstance(alone, Plan) or len(alone.query.metrics) != 1:
            continue
        if alone.query.metrics != follow_up.base.metrics and _counts_some(follow_up):
            continue
        found = _asked_anew(follow_up, alone, followed) if _is_number(alone.query) else _of_those(follow_up, alone)
        if found is not None:
            return found
    return None


def by_other_number(follow_up: FollowUp, followed: Callable[[FollowUp], Reading]) -> Plan | None:
    """ "by margin" behind a ranking by revenue: the same ranking by the other number; None for other words."""
    language, rest = follow_up.understanding.world.language, follow_up.tokens[1:]
    if not follow_up.base.limit or "by" not in language.cues.get(" ".join(follow_up.words[:1]), ()):
        return None
    meant = [element for element in follow_up.understanding.meanings(rest) if element.concepts]
    if len(meant) != 1 or not any(concept.kind == "metric" for concept in meant[0].concepts):
        return None
    found = followed(replace(follow_up, tokens=rest, rest=rest, cues=frozenset()))
    same = isinstance(found, Plan) and found.query.group_by == follow_up.base.group_by
    return found if isinstance(found, Plan) and same and found.query.limit == follow_up.base.limit else None


def _is_number(query: SemanticQuery) -> bool:
    """Whether a query asks for numbers only, perhaps of a period."""
    return query == SemanticQuery(metrics=query.metrics, time_range=query.time_range)


def _counts_some(follow_up: FollowUp) -> bool:
    """Whether the answer before counts only some of the things, by its definition alone: new customers."""
    world = follow_up.understanding.world
    counts = [name for name in follow_up.base.metrics if is_count(world.layer, name)]
    return any(name not in {world.nouns.count_of(fact) for fact in world.reach.facts(name)} for name in counts)


def _asked_anew(follow_up: FollowUp, alone: Plan, followed: Callable[[FollowUp], Reading]) -> Plan | None:
    """The number of those before, as if it had been asked for by its title."""
    query = alone.query
    tokens = follow_up.understanding.tokens(follow_up.understanding.world.layer.metrics[query.metrics[0]].title)
    cues = frozenset({"among"}) if is_cut(follow_up.base) else frozenset[str]()
    found = followed(replace(follow_up, tokens=tokens, rest=tokens, cues=cues))
    if not isinstance(found, Plan) or found.query.metrics != query.metrics:
        return None
    span = query.time_range or found.query.time_range
    notes = (*found.notes, *alone.notes)
    return replace(found, query=found.query.model_copy(update={"time_range": span}), notes=notes)


def _of_those(follow_up: FollowUp, alone: Plan) -> Plan | None:
    """A ranking ("what do customers buy?") of what those before have; None where it has conditions of its own."""
    query = alone.query
    base = population(follow_up.base, follow_up.turn) if is_cut(follow_up.base) else follow_up.base
    told = any(one.op != "not_null" for one in query.filters) or query.compare or query.entity or not query.group_by
    if base is None or told or base.compare or base.entity:
        return None
    filters = tuple(dict.fromkeys((*(one for one in base.filters if one not in query.filters), *query.filters)))
    span = query.time_range or base.time_range
    found = query.model_copy(update={"filters": filters, "time_range": span})
    return replace(alone, query=found, asked=None) if follow_up.answers(found) else None


def _named(follow_up: FollowUp) -> Iterator[str]:
    """The question with the things of the base in place of its one pronoun, or behind the number of "top 5 by ..."."""
    text, places = follow_up.question, [token for token in follow_up.rest if token.text in PRONOUNS]
    ranked = _behind_rank(follow_up)
    start, end = (places[0].start, places[0].end) if len(places) == 1 else (ranked, 0 if places else ranked)
    for noun in _things(follow_up) if end else ():
        yield f"{text[:start]} {noun} {text[end:]}"


def _behind_rank(follow_up: FollowUp) -> int:
    """The place in the question behind the number of "top 5 by revenue"; 0 for other words."""
    cues, tokens = follow_up.understanding.world.language.cues, [t for t in follow_up.rest if t.text != "the"]
    ranks = len(tokens) > TOP_N_BY and {"top", "bottom"} & set(cues.get(tokens[0].text, ()))
    return tokens[1].end if ranks and tokens[1].text.isdecimal() and "by" in cues.get(tokens[2].text, ()) else 0


def _things(follow_up: FollowUp) -> Iterator[str]:
    """What the rows counted or listed before are called, in full and by the last word."""
    world, base = follow_up.understanding.world, follow_up.base
    counted = [fact for name in base.metrics[:1] if is_count(world.layer, name) for fact in world.reach.facts(name)]
    keys = _keys(follow_up)
    grouped = [group.field.partition(".")[0] for group in base.group_by if group.field in keys]
    told = [world.layer.segments[one.field].entity for one in base.filters if one.field in world.layer.segments]
    persons = [one.field.partition(".")[0] for one in base.filters if "." in one.field]
    persons = [name for name in persons if name in world.layer.datasets and world.layer.datasets[name].entity]
    for dataset in dict.fromkeys(one for one in (base.entity, *grouped, *counted, *told, *persons) if one):
        title = world.layer.datasets[dataset].title.lower()
        yield from dict.fromkeys((title, words_of(follow_up.understanding.tokens(title))[-1]))


def _keys(follow_up: FollowUp) -> set[str]:
    """The fields that tell one thing from another."""
    datasets = follow_up.understanding.world.layer.datasets
    return {f"{name}.{key}" for name, one in datasets.items() for key in one.key_fields}
