""" "When was the club founded?", "where is it?": a day or a place that a column tells, asked for by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.dated import day_of
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.asked_roles import things_named
from assistant.understanding.retold.words import lists, phrase_at
from assistant.understanding.tokens import Token


def asked_days(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question as "what is the founded year of the club", for the one day or year that the verb names."""
    asked = phrase_at(tokens, 0, "when")
    start = phrase_at(tokens, asked, "auxiliaries") if asked is not None else None
    if start is None:
        return
    words = Words(tuple(tokens), world)
    for at in range(len(tokens) - 1, start, -1):
        for dataset in things_named(tokens[start:at], world):
            field = day_of(words, at, dataset)
            if field:
                name = world.layer.fields[field].label
                rest = tokens[at + 1 :]
                yield [*world.language.tokens_at(f"what is the {name} of", tokens[0]), *tokens[start:at], *rest]
                return


def asked_places(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "where is the Mill branch": "what is the address of the Mill branch", by what tells its place most nearly."""
    asked = phrase_at(tokens, 0, "where")
    start = phrase_at(tokens, asked, "auxiliaries") if asked is not None else None
    if start is None:
        return
    end = len(tokens) - (tokens[-1].text in lists()["situated"])
    for dataset in list(things_named(tokens[start:end], world))[:1]:
        field = _place_of(dataset, world)
        if field:
            yield [*world.language.tokens_at(f"what is the {field} of", tokens[0]), *tokens[start:end]]


def _place_of(dataset: str, world: World) -> str:
    """The label of the one field that tells most nearly where a thing is; empty without one."""
    fields = [one for one in world.layer.datasets[dataset].fields if not one.hidden and one.kind == "categorical"]
    for tier in lists()["places"]:
        found = [one for one in fields if one.label.casefold().split()[-1] in tier]
        if found:
            return found[0].label if len(found) == 1 and (found[0].listable or not found[0].pii) else ""
    return ""
