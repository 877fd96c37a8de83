"""Which way is meant between two kinds of things that are tied both ways: staff of a branch, and who manages it."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Plan
from assistant.understanding.entities.roles import Role, roles_of, root
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, SemanticQuery


def wrong_way(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "branches where Ann works" answered with those she manages: a role that nobody said, beside a plain way."""
    return tuple(words.tokens[0].raw for _ in _unsaid(plan.query, words))[:1]


def goes_wrong_way(query: SemanticQuery, words: Words) -> bool:
    """Whether a condition takes a way between two kinds of things that the question does not tell."""
    return any(_unsaid(query, words))


def _unsaid(query: SemanticQuery, words: Words) -> Iterator[Filter]:
    facts = {fact for name in query.metrics for fact in words.world.reach.facts(name)}
    subjects = {query.entity} if query.entity else facts
    for one in query.filters:
        owner = one.field.partition(".")[0]
        for subject in subjects - {owner} if owner in words.world.layer.datasets and not one.via else ():
            if _is_unsaid(words, subject, owner, backwards=bool(one.entity)):
                yield one


def _is_unsaid(words: Words, subject: str, owner: str, *, backwards: bool) -> bool:
    forward, back = _roles(words, subject, owner), _roles(words, owner, subject)
    layer = words.world.layer
    own = {name: tuple(dataset.primary_key) for name, dataset in layer.datasets.items()}
    ties = [link for link in layer.relationships.values() if tuple(link.from_columns) != own[link.from_]]
    links = {(link.from_, link.to) for link in ties}  # what is known of each of them is no second way
    if not {(subject, owner), (owner, subject)} <= links:
        return False
    taken, other = (back, forward) if backwards else (forward, back)
    return any(_is_told(words, role) for role in other) or bool(taken and not any(_is_told(words, r) for r in taken))


def _roles(words: Words, start: str, end: str) -> list[Role]:
    return [role for role in roles_of(words, start) if role.link.to == end]


def _is_told(words: Words, role: Role) -> bool:
    roots = {root(word) for word in role.words}
    return any(root(token.text) in roots or root(token.plain) in roots for token in words.tokens)
