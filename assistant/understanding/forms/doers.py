"""Whose deeds a question tells, and whether a query asks for them or for what they did."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking
from semantic_layer import RatioMetric


@dataclass(frozen=True)
class Subject:
    """Whose deeds are told: what is asked of them, the entity, and the place where the clauses begin."""

    plan: Plan
    entity: str
    behind: int
    asked: str


def past_restated(asking: Asking, subject: Subject) -> int:
    """The place behind words that only say again whose clauses follow: "who are the customers that are ..."."""
    at = asking.past(subject.behind, "copulas")
    noun = asking.past(at, "determiners")
    named = [behind for dataset, behind in asking.words.nouns(noun) if dataset == subject.entity]
    return asking.past(named[0], "relatives", "copulas") if named and at > subject.behind else at


def asks_for(asking: Asking, plan: Plan, subject: Subject) -> bool:
    """Whether a plan lists or counts those who are asked about, or their share, and not what they did.

    A number that is called by them and their deed together ("people cancelled their subscription") counts them.
    """
    query, world = plan.query, asking.world
    if _is_called_by(asking, plan, subject):
        return True
    count, metrics = subject.plan.query.metrics, world.layer.metrics
    plain = world.language.forms.plain
    people = {plain(metrics[count[0]].unit), *world.language.words("person_nouns")}
    counted = all(plain(metrics[name].unit) in people for name in query.metrics)
    if subject.asked == "count":
        return counted
    if subject.asked == "share":
        return (_is_share_of(plan, subject) and counted) or all(_is_of(world, name, people) for name in query.metrics)
    return query.entity == subject.entity or bool(query.group_by) or counted


def _is_share_of(plan: Plan, subject: Subject) -> bool:
    """Whether a query tells a part of those who are asked about, and not theirs of all others."""
    apart = {name for share in plan.query.shares for name in share.apart_from}
    return bool(plan.query.shares) and apart.isdisjoint(one.field for one in subject.plan.query.filters)


def _is_called_by(asking: Asking, plan: Plan, subject: Subject) -> bool:
    """Whether the name of a number takes in the words for those who are asked about, which are not the entity's own."""
    noun = asking.tokens[subject.behind - 1]
    named = asking.world.lexicon.lookup([noun]) if noun.text not in asking.world.language.persons else ()
    if any(one.kind == "noun" and one.target == subject.entity for one in named):
        return False
    numbers = (span for span in plan.spans if span.role == "metric")
    covering = [span.target for span in numbers if span.start <= noun.start and noun.end <= span.end]
    return any(_names_people(asking, name) for name in covering)


def _names_people(asking: Asking, name: str) -> bool:
    """Whether a number is called after people at one end of a name: "lost subscribers", not "reviews people left"."""
    metric, language = asking.world.layer.metrics.get(name), asking.world.language
    persons, many = language.words("person_nouns"), language.persons
    names = [language.tokens(phrase) for phrase in (metric.title, *metric.synonyms)] if metric is not None else []
    ends = [end for one in names if one for end in (one[0], *(one[1:] if len(one) == 2 else ()))]
    return any(end.text in many or (end.plain in persons and end.text != end.plain) for end in ends)


def _is_of(world: World, name: str, people: set[str]) -> bool:
    """Whether a number is a part of some people: whoever is counted below, where it is a ratio."""
    metric = world.layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return world.language.forms.plain(world.layer.metrics[metric.denominator].unit) in people
    return metric.format == "percent"
