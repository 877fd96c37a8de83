""" "Who leads the club?": a role that a column or a link tells, said as "what is the leader of the club"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.links import role_words
from assistant.understanding.entities.words import Words, forms
from assistant.understanding.retold.words import lists, phrase_at
from assistant.understanding.tokens import Token

AGENTS = ("er", "or")
NAMES = frozenset({"name", "full"})


def asked_roles(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question for whoever does something as one for the column, or the linked row, that says who."""
    start = phrase_at(tokens, 0, "who")
    if start is None or len(tokens) < start + 2:
        return
    verb, thing = tokens[start].text, tokens[start + 1 :]
    several = thing[0].text in lists()["counted_first"]
    for dataset, ends in things_named(thing, world).items():
        for role in _column_roles(dataset, verb, world):
            opening = f"which {role}s have" if several else f"what is the {role} of"
            yield [*world.language.tokens_at(opening, tokens[0]), *thing]
        for role in _linked_roles(dataset, verb, world) if not several else ():
            noun = "" if ends else world.layer.datasets[dataset].name.replace("_", " ")
            yield [*world.language.tokens_at(f"who is the {role} of the {noun}".strip(), tokens[0]), *_bare(thing)]


def _bare(thing: Sequence[Token]) -> Sequence[Token]:
    return thing[phrase_at(thing, 0, "articles") or 0 :]


def things_named(thing: Sequence[Token], world: World) -> dict[str, bool]:
    """The things that words name, by their noun (true) or by what one of them is called."""
    words = Words(tuple(thing), world)
    found: dict[str, bool] = {}
    for at in range(len(thing)):
        values = [c.target for concepts, _ in words.concepts(at, "value") for c in concepts]
        owners = [name.partition(".")[0] for name in values]
        called = zip(owners, values, strict=True)
        found |= {one: False for one, value in called if one not in found and value in world.nouns.names(one)}
        found |= {dataset: True for dataset, _ in words.nouns(at)}
    return {one: noun for one, noun in found.items() if one in world.layer.datasets}


def _column_roles(dataset: str, verb: str, world: World) -> Iterator[str]:
    """What the columns are called that say who does it: "owner", "manager name"."""
    for field in world.layer.datasets[dataset].fields:
        parts = [part for part in field.label.casefold().split() if part not in NAMES]
        told = field.kind == "categorical" and (field.listable or not field.pii)
        if told and not field.hidden and len(parts) == 1 and does(parts[0], verb):
            yield field.label.casefold()


def _linked_roles(dataset: str, verb: str, world: World) -> Iterator[str]:
    for link in world.layer.relationships.values():
        role = role_words(link)
        if link.from_ == dataset and len(role) == 1 and does(role[0], verb):
            yield role[0]


def does(role: str, verb: str) -> bool:
    """Whether a verb is what somebody in a role does: "leads" of a leader, "sponsored" of a sponsor."""
    stems = [role.removesuffix(end) for end in AGENTS if role.endswith(end)]
    bases = [role, *stems, *(f"{stem}e" for stem in stems)]
    return any(verb in (*forms(base), *_doubled(base)) for base in bases if len(base) > 2)


def _doubled(base: str) -> tuple[str, ...]:
    return (f"{base}{base[-1]}ed", f"{base}{base[-1]}ing")
