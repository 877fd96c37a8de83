"""Follow-ups of few words that the next best meaning would answer wrongly: read as they are said, or asked back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.half_names import title_words
from assistant.conversation.merging import with_metrics
from assistant.conversation.population import is_cut
from assistant.conversation.references import pinned, refers
from assistant.conversation.turns import Turn
from assistant.understanding import Concept, Element, Token
from semantic_layer import METRIC_TIME, GroupBy, SemanticQuery, SimpleMetric

OLDEST = 120
SPLIT = "by"
NAMED = 0.8
"""How well a phrase must name a metric: its title or a synonym, not a word of it."""


def read_again(follow_up: FollowUp) -> Reading | None:
    """ "and again in June?" behind those who ordered in May: who did so both times, which is no number of June."""
    layer, base = follow_up.understanding.world.layer, follow_up.base
    said = [token.text for token in follow_up.rest]
    again = any(follow_up.phrases.is_one((word,), "commands", "repeat") for word in said)
    doers = [name for name in base.metrics if any(layer.datasets[d].entity for d in _counted(follow_up, name))]
    timed = any(element.time or element.grain for element in follow_up.understanding.meanings(follow_up.tokens))
    if not (again and timed and doers and follow_up.tokens):
        return None
    return follow_up.refuse("again", words=" ".join(token.raw for token in follow_up.rest))


def _counted(follow_up: FollowUp, name: str) -> set[str]:
    """The datasets whose rows a metric counts once each."""
    nouns, layer = follow_up.understanding.world.nouns, follow_up.understanding.world.layer
    found = {nouns.counted.get(name, "")}
    title = follow_up.understanding.tokens(layer.metrics[name].title)
    lexicon = follow_up.understanding.world.lexicon
    found |= {c.target for token in title[-1:] for c in lexicon.lookup([token]) if c.kind == "noun"}
    return found & set(layer.datasets)


def read_age(follow_up: FollowUp) -> Reading | None:
    """ "under 30" behind an amount told of persons: their age as soon as the amount, so it is asked back."""
    world, base = follow_up.understanding.world, follow_up.base
    words = [token.text for token in follow_up.tokens if token.text not in world.language.fillers]
    signed = len(words) == 2 and words[0] in world.language.words("age_signs") and words[1].isdigit()
    if not signed or int(words[1]) > OLDEST:
        return None
    owners = {one.field.partition(".")[0] for one in (*base.group_by, *base.filters)} & set(world.layer.datasets)
    persons = any(world.layer.datasets[owner].entity for owner in owners)
    amounts = any(world.layer.metrics[name].format == "currency" for name in base.metrics)
    if not (persons and (amounts or _is_by_age(follow_up))):
        return None
    return follow_up.refuse("age_or_amount", words=follow_up.text())


def _is_by_age(follow_up: FollowUp) -> bool:
    """Whether the breakdown is one that people call after age: "customers by age group"."""
    world = follow_up.understanding.world
    age = str(world.language.data["age_word"])
    named = (world.layer.fields[g.field] for g in follow_up.base.group_by if g.field in world.layer.fields)
    return any(age in name.casefold().split() for field in named for name in (field.title, *field.synonyms))


def read_other_word(follow_up: FollowUp) -> Reading | None:
    """ "and earned?" behind points redeemed: the number that is called so with this one word in place of another."""
    world, base = follow_up.understanding.world, follow_up.base
    told = [token for token in follow_up.tokens if token.text not in world.language.determiners]
    if (
        len(told) != 1
        or len(base.metrics) != 1
        or refers(follow_up)
        or "share" in world.language.cues.get(told[0].text, ())
        or follow_up.cues - {"polite", "leaning", "replacing", "correcting"}
    ):
        return None
    metric = world.layer.metrics[base.metrics[0]]
    if metric.name in _called_alone(follow_up, told[0]):
        return None  # "profit" behind the margin, which is called so as well
    named = {
        concept.target
        for name in (metric.title, *metric.synonyms)
        for concept in _called_with(follow_up, name, told[0])
    } - {metric.name}
    named = {name for name in named if world.reach.facts(name) == world.reach.facts(metric.name)} or named
    named |= {name for name in _called_alone(follow_up, told[0]) if named and name != metric.name}
    plans = [Plan(query) for name in sorted(named) if follow_up.stands(query := with_metrics(base, (name,)))]
    carried = follow_up.read("metrics") if plans and _is_value_of_rows(follow_up, told[0]) else None
    if isinstance(carried, Plan) and carried.query.metrics == base.metrics:
        plans.append(carried)
    if len(plans) > 1:
        return follow_up.ask_which(plans, world.language.message("which_word", word=follow_up.text()))
    return plans[0] if plans else None


def _called_alone(follow_up: FollowUp, word: Token) -> set[str]:
    """The numbers that the one word names by itself: "clicks" is no click rate."""
    lexicon = follow_up.understanding.world.lexicon
    return {c.target for c in lexicon.lookup([word]) if c.kind == "metric" and c.weight >= NAMED}


def _called_with(follow_up: FollowUp, name: str, word: Token) -> Iterator[Concept]:
    """What is called like a name of two words or three with one of them replaced."""
    lexicon, tokens = follow_up.understanding.world.lexicon, follow_up.understanding.tokens(name)
    for at in range(len(tokens)) if 1 < len(tokens) <= 3 else ():
        told = [*tokens[:at], word, *tokens[at + 1 :]]
        if tokens[at].bare != word.bare:
            yield from (c for c in lexicon.lookup(told) if c.kind == "metric" and c.weight >= NAMED)


def _is_value_of_rows(follow_up: FollowUp, word: Token) -> bool:
    """Whether a word is a value of the very rows that are measured, or of whom they are of."""
    world = follow_up.understanding.world
    owners = {c.target.partition(".")[0] for c in world.lexicon.lookup([word]) if c.kind == "value"}
    facts = {fact for name in follow_up.base.metrics for fact in world.reach.facts(name)}
    return any(
        owner in facts or (owner in world.layer.datasets and world.layer.datasets[owner].entity) for owner in owners
    )


def read_other_group(follow_up: FollowUp, size: int) -> Reading | None:
    """ "which products?" behind reasons: the same number by what is asked for, when that is all that is said."""
    fillers = follow_up.understanding.world.language.fillers
    told = [token for token in follow_up.tokens[size:] if token.text not in fillers]
    if len(told) != 1:
        return None
    split = (*follow_up.understanding.tokens(SPLIT), *told)
    read = replace(follow_up, tokens=split, cues=follow_up.cues | {"replacing"}).read("metrics")
    kept = isinstance(read, Plan) and read.query.metrics == follow_up.base.metrics
    return read if kept else follow_up.refuse("unfollowed")


def read_worth(follow_up: FollowUp) -> Reading | None:
    """ "how much is that?" behind a number of things, which has been told: what they are worth, if that can be told."""
    said = " ".join(token.text for token in follow_up.rest)
    counts = [name for name in follow_up.base.metrics if _is_count(follow_up, name)]
    asked = not follow_up.tokens and follow_up.phrases.find(tuple(said.split()), "worth") is not None
    if not asked or not counts:
        return None
    return (_worth_of(follow_up, counts[0]) if counts == [*follow_up.base.metrics] else None) or follow_up.refuse(
        "unfollowed"
    )


def _worth_of(follow_up: FollowUp, counted: str) -> Plan | None:
    """The answer before with what is worth of the very rows that it counts, in place of their number."""
    title = follow_up.understanding.world.layer.metrics[counted].title
    (lead,) = follow_up.phrases.data["worth_of"]
    found = follow_up.understanding.plan(f"{lead} {title}")
    names = found.query.metrics if isinstance(found, Plan) else ()
    if not isinstance(found, Plan) or found.query != SemanticQuery(metrics=names) or len(names) != 1:
        return None
    query = with_metrics(follow_up.base, names, False)
    same = names[0] != counted and _is_of_the_same(follow_up, names[0], counted)
    return Plan(query) if same and follow_up.stands(query) else None


def _is_count(follow_up: FollowUp, name: str) -> bool:
    return follow_up.understanding.world.layer.metrics[name].format == "integer"


def at_that_time(follow_up: FollowUp) -> FollowUp | None:
    """ "how many visits did we have then?" behind the best day: on that day; None where no time was picked out."""
    last = tuple(token.text for token in follow_up.rest[-1:])
    group = _picked_time(follow_up.base, follow_up.turn)
    if group is None or not follow_up.phrases.is_one(last, "references", "then") or not follow_up.tokens:
        return None
    base = pinned(follow_up.base, group, follow_up.turn.rows[0][0])
    return replace(follow_up, base=base.model_copy(update={"order_by": (), "limit": None}))


def _picked_time(base: SemanticQuery, turn: Turn) -> GroupBy | None:
    """The time by which the one row of the answer before was picked."""
    timed = [group for group in base.group_by if group.field == METRIC_TIME]
    return timed[0] if base.limit == 1 and len(base.group_by) == len(timed) == 1 and len(turn.rows) == 1 else None


def of_other_rows(follow_up: FollowUp, read: Reading) -> bool:
    """Whether a number is asked of "them" and the plan tells it of all: "how much did they spend" of new customers.

    Who they are is known by the definition of the number before alone, which the plan has not kept.
    """
    world, base = follow_up.understanding.world, follow_up.base
    owned = any(follow_up.phrases.is_one((token.text,), "references", "owners") for token in follow_up.rest)
    split = base.group_by and (owned or is_cut(base))  # "their revenue" behind countries is that of the countries
    if not isinstance(read, Plan) or split or base.entity or len(base.metrics) != 1:
        return False
    name = base.metrics[0]
    plain = name in world.nouns.counted or world.layer.metrics[name].format != "integer"
    if plain or name in read.query.metrics or len(read.query.filters) > len(base.filters):
        return False
    return not any(_is_of_the_same(follow_up, one, name) for one in read.query.metrics)


def _is_of_the_same(follow_up: FollowUp, name: str, before: str) -> bool:
    """Whether a number is of the rows of the one before: by its definition, or as its name says ("their value")."""
    named = title_words(follow_up, before) <= title_words(follow_up, name)
    return named or _limits(follow_up, name) == _limits(follow_up, before)


def _limits(follow_up: FollowUp, name: str) -> tuple[str, str, str]:
    """The rows that a metric is told of: their dataset, and the conditions of its definition."""
    layer = follow_up.understanding.world.layer
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return name, "", ""
    return metric.measure.partition(".")[0], layer.measures[metric.measure].filter or "", metric.filter or ""


def is_part_of_time(follow_up: FollowUp, field: str, named: Element) -> bool:
    """Whether a unit of time names the breakdown by a part of the calendar: "day" the weekdays, "hour" the hours."""
    title = follow_up.understanding.tokens(follow_up.understanding.world.layer.fields[field].title)
    return bool(named.grain) and not named.concepts and title[0].text.endswith(named.grain)
