""" "How long does a job take on average?": an average of things, said by the name of their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import lists, phrase_at, verbs
from assistant.understanding.tokens import Token

SHORTEST = len(("how", "long", "do", "jobs", "last"))


def typical(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question as "what is the average duration of jobs", for things of a kind and not for one of them."""
    if len(tokens) < SHORTEST - 1 or tokens[0].text != "how":
        return
    said, usual = _without_usual(tokens)
    words, first = Words(tuple(said), world), phrase_at(said, 2, "auxiliaries")
    start = _behind(said, first, "one_of_kind") if first is not None else None
    if first is None or start is None:
        return
    for dataset, behind in words.nouns(start):
        asked = _asked(said, behind)
        general = usual or start > first or said[behind - 1].text != said[behind - 1].plain
        field = words.field_called(asked[0], dataset) if asked and general else ""
        if asked and field:
            called = f"what is the average {world.layer.fields[field].label} of"
            thing, rest = said[start:behind], said[asked[1] :]
            yield [*world.language.tokens_at(called, tokens[0]), *thing, *rest]


def _without_usual(tokens: Sequence[Token]) -> tuple[list[Token], bool]:
    """The tokens without "on average", and whether it was there."""
    for at in range(2, len(tokens)):
        behind = phrase_at(tokens, at, "usually")
        if behind is not None:
            return [*tokens[:at], *tokens[behind:]], True
    return list(tokens), False


def _behind(tokens: Sequence[Token], at: int, name: str) -> int:
    behind = phrase_at(tokens, at, name)
    return at if behind is None else _behind(tokens, behind, name)


def _asked(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """The measure that is asked for, and the place behind its verb; without a verb it is the adjective's own."""
    deed = verbs("deeds").get(tokens[at].text, "") if at < len(tokens) else ""
    if deed and tokens[1].text in ("long", "much"):
        return deed, at + 1
    adjective = str(lists()["adjectives"].get(tokens[1].text, ""))
    return (adjective, at) if adjective and tokens[2].text in ("is", "are", "was", "were") else None
