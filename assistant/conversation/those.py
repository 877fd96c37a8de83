"""Follow-ups about those that a number counts by its definition alone: what new customers spent is not what all did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.members import persons_counted
from assistant.conversation.phrases import words_of
from assistant.conversation.references import find_reference
from assistant.understanding import row_filters
from semantic_layer import Filter, SemanticQuery, is_count

PRONOUNS = frozenset({"they", "them", "their"})


def of_those_counted(follow_up: FollowUp, followed: Reading) -> Reading | None:
    """What was read, of those counted before; refused where another number would be of all; None when it is theirs."""
    base = follow_up.base
    if not isinstance(followed, Plan) or not _points(follow_up) or set(base.metrics) & set(followed.query.metrics):
        return None
    some = [name for name in base.metrics if _counts_some(follow_up, name, followed.query)]
    grouped = any(not group.grain for group in base.group_by)
    entity = persons_counted(follow_up)
    if not some or not followed.query.metrics or (grouped and not entity):
        return None
    if any(one.field in some for one in followed.query.filters) or _is_of_the_same_rows(follow_up, followed.query):
        return None
    counted = Filter(field=some[0], op="ge", values=(1,), time_range=base.time_range, entity=entity)
    query = followed.query.model_copy(update={"filters": (*followed.query.filters, counted)})
    plain = entity and len(some) == 1 and follow_up.stands(query)
    return replace(followed, query=query, asked=None) if plain else follow_up.refuse("unfollowed")


def _points(follow_up: FollowUp) -> bool:
    """Whether words speak of those before: "their revenue", "how many ordered"."""
    found, words = find_reference(follow_up, follow_up.rest), words_of(follow_up.rest)
    pointed = found is not None and found.kind in ("owner", "group")
    size = follow_up.phrases.opens(words, "how_many")
    done = follow_up.understanding.world.lexicon.lookup(follow_up.rest[size : size + 1]) if size else ()
    deed = bool(done) and all(concept.inflected for concept in done)
    return pointed or deed or follow_up.counts_on or not PRONOUNS.isdisjoint(words)


def _counts_some(follow_up: FollowUp, name: str, query: SemanticQuery) -> bool:
    """Whether a number counts some of the things of their sort, or rows which the number of a query is none of."""
    world = follow_up.understanding.world
    every = {world.nouns.count_of(fact) for fact in world.reach.facts(name)}
    facts = world.reach.facts(name)
    others = {fact for one in query.metrics for fact in world.reach.facts(one)}.isdisjoint(facts)
    rows = all(not world.layer.datasets[fact].entity for fact in facts)
    return is_count(world.layer, name) and (name not in every or (others and rows))


def _conditions(follow_up: FollowUp, names: Sequence[str]) -> frozenset[str]:
    world = follow_up.understanding.world
    return row_filters(world.layer, [leaf for name in names for leaf in world.reach.leaves(name)])


def _is_of_the_same_rows(follow_up: FollowUp, query: SemanticQuery) -> bool:
    """Whether other numbers are of the very rows that were counted, under the same conditions."""
    reach, names = follow_up.understanding.world.reach, follow_up.base.metrics
    facts = [{fact for name in told for fact in reach.facts(name)} for told in (names, query.metrics)]
    return facts[0] == facts[1] and _conditions(follow_up, names) <= _conditions(follow_up, query.metrics)
