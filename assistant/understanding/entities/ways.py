"""Which way is meant between two kinds of things that are tied both ways: staff of a branch, and who manages it."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Plan
from assistant.understanding.entities.roles import Role, roles_of, root
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, SemanticQuery, linking


def wrong_way(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "branches where Ann works" answered with those she manages: a role that nobody said, beside a plain way."""
    told = tuple(words.tokens[0].raw for _ in _unsaid(plan.query, words))[:1]
    return told or tuple(words.tokens[at].raw for at in _roles_passed_over(plan.query, words))[:1]


def goes_wrong_way(query: SemanticQuery, words: Words) -> bool:
    """Whether a condition takes a way between two kinds of things that the question does not tell."""
    return any(_unsaid(query, words)) or any(True for _ in _roles_passed_over(query, words))


def _roles_passed_over(query: SemanticQuery, words: Words) -> Iterator[int]:
    """ "who sponsored no bill" answered by the votes on bills: a verb that a column tells, of which nothing is used."""
    told = [*query.filters, *query.group_by]
    used = {one.field for one in told}
    facts = {
        fact
        for name in (*query.metrics, *used & set(words.world.layer.metrics))
        for fact in words.world.reach.facts(name)
    }
    tied = (linking(words.world.layer, one.field.partition(".")[0], one.entity) for one in query.filters if one.entity)
    things = {query.entity or "", *facts, *tied, *(name.partition(".")[0] for name in used)}
    for at, token in enumerate(words.tokens):
        done = token.text.endswith(words.world.language.words("participle_endings")) or words.phrase(at, "verbs")
        known = any(c.kind in ("value", "dimension", "metric", "noun") for c in words.world.lexicon.lookup([token]))
        roles = _role_columns(words, at) if done and not known else []
        for field, linked in roles:
            owner = field.partition(".")[0]
            named = owner in things or any(owner == one for place in range(at) for one, _ in words.nouns(place))
            named = named or any(
                owner == one for place in range(at, len(words.tokens)) for one, _ in words.nouns(place)
            )
            if named and field not in used and (not linked or owner not in things):
                yield at


def _role_columns(words: Words, at: int) -> list[tuple[str, bool]]:
    """The columns that say who did what a verb says ("sponsor id"), and whether a link goes by them."""
    said, layer = root(words.tokens[at].text), words.world.layer
    found: list[tuple[str, bool]] = []
    for dataset in layer.datasets.values():
        keys = {*dataset.primary_key, *dataset.key_fields}
        linked = {
            column.lower()
            for link in layer.relationships.values()
            if link.from_ == dataset.name
            for column in link.from_columns
        }
        columns = {*(field.name for field in dataset.fields), *linked} - keys
        for name in columns:
            *parts, last = name.split("_")
            if last == "id" and any(root(part) == said and len(said) >= len("role") for part in parts):
                found.append((f"{dataset.name}.{name}", name in linked))
    return found


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
