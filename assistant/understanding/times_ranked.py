"""A time asked for by how long it lasts: "the slowest first reply" is the slowest first reply time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

LONGEST_NAME = 3


def with_times_ranked(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "time" behind what lasts, where both together are the name of a number and it alone is none."""
    found = list(tokens)
    for at in range(len(found) - 1):
        if "lasting" not in world.language.cues.get(found[at].text, ()):
            continue
        named = next(_named(found, at + 1, world), None)
        if named is not None:
            return [*found[:named], *world.language.tokens_at(_time(world), found[named - 1]), *found[named:]]
        told = _told(found, at, world)
        if told is not None:
            return told
    return found


def _named(tokens: Sequence[Token], at: int, world: World) -> Iterator[int]:
    """The place behind a name that only lacks "time", the longest first."""
    for size in range(LONGEST_NAME, 0, -1):
        span = tokens[at : at + size]
        whole = len(span) == size and not _is_metric(tokens[at : at + size + 1], world)
        if whole and not _is_metric(span, world) and _is_metric([*span, *world.language.tokens(_time(world))], world):
            yield at + size


def _told(tokens: list[Token], at: int, world: World) -> list[Token] | None:
    """ "which agents are slowest to reply" as "which agents have the slowest reply time"."""
    being = at > 0 and tokens[at - 1].text in world.language.words("being")
    span = tokens[at + 2 : at + 3]
    tied = being and len(span) == 1 and tokens[at + 1].text in world.language.words("doing_links")
    if not tied or not _is_metric([*span, *world.language.tokens(_time(world))], world):
        return None
    having = world.language.tokens_at(world.language.words("having_the")[0], tokens[at - 1])
    behind = world.language.tokens_at(_time(world), span[0])
    return [*tokens[: at - 1], *having, tokens[at], *span, *behind, *tokens[at + 3 :]]


def _time(world: World) -> str:
    return str(world.language.data["adjectives"]["long"][0])


def _is_metric(tokens: Sequence[Token], world: World) -> bool:
    """Whether the words together are the name of a number."""
    found = world.lexicon.lookup(list(tokens)) if tokens else ()
    return any(one.kind == "metric" and one.weight > HEAD_WORD for one in found)
