"""Clauses on what has one of several roles for things: "that depart from Oslo", "whose billing address is in Bath".

Roles are told by the names of the links: what they say beside the two tables that they tie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import role_words
from assistant.understanding.entities.valued import value_conditions
from assistant.understanding.entities.words import Words, role_forms, word_lists
from semantic_layer import Relationship

ENDINGS = ("ures", "ure", "als", "al", "ings", "ing", "ed", "ers", "er", "ors", "or", "es", "e", "s")
SHORTEST_ROOT = 4


@dataclass(frozen=True)
class Role:
    """A link of things to another table, and the words that its name has beside the names of both."""

    link: Relationship
    words: tuple[str, ...]

    @property
    def is_self(self) -> bool:
        """Whether things of one kind stand in it for each other ("mentor")."""
        return self.link.from_ == self.link.to


def roles_of(words: Words, entity: str) -> tuple[Role, ...]:
    """The roles that other rows have for things of a dataset, where the name of the link says which."""
    found: list[Role] = []
    for link in words.world.layer.relationships.values():
        if link.from_ == entity:
            said = role_words(link)
            found += [Role(link, said)] if said else []
    return tuple(found)


def root(word: str) -> str:
    """What "departure", "departs" and "departed" have in common."""
    cut = next((word.removesuffix(end) for end in ENDINGS if word.endswith(end)), word)
    if len(cut) < SHORTEST_ROOT or cut == word:
        return word
    return root(cut[:-1] if cut[-1] == cut[-2] else cut)


def is_said(words: Words, at: int, role: Role) -> bool:
    """Whether a word here says a role of one word: its verb, or another word for it ("leave" for a departure)."""
    if len(role.words) != 1 or at >= len(words.tokens):
        return False
    text, named = words.tokens[at].text, role.words[0]
    alike = any({text, words.tokens[at].plain} & group and named in group for group in role_forms())
    return alike or root(text) == root(named)


def in_role(words: Words, found: Found) -> Iterator[Found]:
    """ "depart from Oslo", "are mentored by Ann", "with a shipping address in Bath": a value of what has the role."""
    if found.group or words.at_end(found.at):
        return
    for role in roles_of(words, found.entity):
        start = words.skip(found.at, "relatives", "happened", "being", "whose", "owning", "articles", "going")
        sent = words.phrase(start, "verbs") == start + 1  # "sent to Bath" is to Bath, whoever the sender is
        for first in (start, start + 1) if sent else (start,):
            behind = None if _says_other(words, first + 1, role, found.entity) else _behind_role(words, first, role)
            if behind is not None and first + 1 <= behind:
                yield from _valued(words, found, role, (start, behind))
    yield from _from_and_to(words, found)


def _says_other(words: Words, at: int, role: Role, entity: str) -> bool:
    """Whether a word here says another role of things in the same table: "to" behind "sent"."""
    others = [one for one in roles_of(words, entity) if one.link.to == role.link.to and one != role]
    return any(is_said(words, at, one) for one in others)


def _behind_role(words: Words, at: int, role: Role) -> int | None:
    """The place behind the words of a role and its noun, where something may follow that is in this role."""
    if is_said(words, at, role):
        behind = at + 1
    elif _texts(words, at, len(role.words)) == role.words:
        behind = at + len(role.words)
    else:
        return None
    passive = role.words[-1] in word_lists()["under_role"]  # "referred by"
    nouns = [end for dataset, end in words.nouns(behind) if dataset == role.link.to]
    end = nouns[0] if nouns else behind
    end -= words.tokens[end - 1].text in word_lists()["being"]  # which the look-up passes over
    if role.is_self and not (passive or _is_passive(words, at, end)):
        return None
    return words.skip(end, "empty", "by_the_way", "genitive", "passive", "being", "equal", "called")


def of_whom(words: Words, at: int) -> Iterator[Found]:
    """ "(who is) the mentor of Ann", "the name of the parent department of Sales": another of the same kind."""
    named = words.phrase(at, "names")
    genitive = words.phrase(named, "genitive") if named is not None else None
    start = words.skip(genitive, "empty") if genitive is not None else at
    for dataset in words.world.layer.datasets:
        for role in (one for one in roles_of(words, dataset) if one.is_self):
            behind = start + 1 if is_said(words, start, role) else start + len(role.words)
            said = is_said(words, start, role) or _texts(words, start, len(role.words)) == role.words
            nouns = [end for name, end in words.nouns(behind) if name == dataset]
            genitive = words.phrase(max([behind, *nouns]), "genitive") if said else None
            if genitive is not None and words.world.nouns.names(dataset) and words.world.nouns.count_of(dataset):
                shown = words.world.nouns.names(dataset)
                found = Found(words.skip(genitive, "empty"), entity=dataset, attributes=shown, role=role.link.name)
                yield from _of_named(words, found.used(start, genitive, "dimension", shown[0]), dataset)


def _of_named(words: Words, found: Found, dataset: str) -> Iterator[Found]:
    for told in value_conditions(words, found.moved(words.skip(found.at, "empty")), dataset):
        if told.filters[-1].op == "in" and told.filters[-1].field in own_names(words, dataset):
            yield told


def _is_passive(words: Words, at: int, behind: int) -> bool:
    """Whether things are said to be under another in a role: "mentored by", "whose mentor is", not "who mentor"."""
    text = words.tokens[behind].text if behind < len(words.tokens) else ""
    led = words.tokens[at - 1].text if at else ""
    noun = led in word_lists()["whose"] | word_lists()["articles"] and text in word_lists()["being"]
    return noun or text in word_lists()["under_role"]


def _texts(words: Words, at: int, size: int) -> tuple[str, ...]:
    return tuple(token.text for token in words.tokens[at : at + size])


def _valued(words: Words, found: Found, role: Role, said: tuple[int, int]) -> Iterator[Found]:
    first, behind = said
    named = found.used(first, behind, "condition", role.link.name)
    for told in value_conditions(words, named, role.link.to):
        last = told.filters[-1]
        owner = last.field.partition(".")[0]
        called = not role.is_self or last.field in own_names(words, owner)
        if last.op == "in" and called and words.world.reach.steps(role.link.to, owner) is not None:
            taken = replace(told, filters=(*told.filters[:-1], last.model_copy(update={"via": role.link.name})))
            yield taken
            nouns = (end for dataset, end in words.nouns(told.at) if dataset == role.link.to)  # "a zoology scientist"
            yield from (taken.used(told.at, end, "dimension", role.link.to) for end in nouns)


def _from_and_to(words: Words, found: Found) -> Iterator[Found]:
    """ "(flights) from Oslo to Bergen": one row in each of two roles of one table."""
    pairs = [role for role in roles_of(words, found.entity) if not role.is_self]
    start = words.skip(found.at, "relatives", "being", "going")
    for near in pairs:
        for far in pairs:
            both = near.link.to == far.link.to and near != far
            if both and is_said(words, start, near) and words.tokens[start].text in word_lists()["by_the_way"]:
                for told in _valued(words, found, near, (start, start + 1)):
                    if is_said(words, told.at, far):
                        yield from _valued(words, told, far, (told.at, told.at + 1))


def called_for_another(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "who report to Ann", "trained by Ann" answered with Ann: whom things are under is not what they are called."""
    layer, query = words.world.layer, plan.query
    counted = {words.world.nouns.counted.get(name, "") for name in query.metrics}
    told = {query.entity, *(counted if len(query.metrics) == 1 else ())} - {""}
    names = {name for dataset in told if dataset in layer.datasets for name in own_names(words, dataset)}
    own = [one for one in query.filters if one.field in names and one.op in ("in", "not_in") and not one.via]
    for at, token in enumerate(words.tokens[1:-1] if own else (), 1):
        meant = {c.target for concepts, _ in words.concepts(at + 1, "value") for c in concepts}
        done = at > 1 and is_done(words, at, at + 1)
        if done and meant & {one.field for one in own}:
            return (words.tokens[at - 1].raw, token.raw)
    return ()


def own_names(words: Words, dataset: str) -> tuple[str, ...]:
    """The fields that one row is told by: what it is called, and its key, for which single persons stand."""
    keys = words.world.layer.datasets[dataset].key_fields
    return (*words.world.nouns.names(dataset), *(f"{dataset}.{key}" for key in keys))


def is_done(words: Words, first: int, behind: int) -> bool:
    """Whether words say that things do something, or are under somebody ("train", "trained by"), before a name."""
    verbs = word_lists()["verbs"] | word_lists()["under_role"]
    return any(token.text in verbs for token in words.tokens[first:behind])
