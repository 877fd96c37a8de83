""" "Dogs that were treated", "members who never borrowed anything": told by rows of the deed ("with treatments")."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.links import is_had
from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.tokens import Token
from semantic_layer import SimpleMetric, time_of

FARTHEST = 3


def with_deeds_undergone(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "things with treatments" for "things that were treated", where rows of that name tell it."""
    return _told(tokens, world, undergone_only=True)


def with_deeds(tokens: Sequence[Token], world: World) -> list[Token]:
    """The same for what things did or what was done to them, however it is said ("members who borrowed")."""
    return _told(tokens, world, undergone_only=False)


def _told(tokens: Sequence[Token], world: World, *, undergone_only: bool) -> list[Token]:
    words, found = Words(tuple(tokens), world), list(tokens)
    for at in range(len(tokens) - 1, 0, -1):
        start, denied = _start(words, at)
        said = {token.text for token in tokens[start:at]}
        passive = not (word_lists()["being"] | word_lists()["been"]).isdisjoint(said)
        rows = _told_by(words, start, at) if passive or not undergone_only else ""
        behind = _behind_object(words, at + 1, rows) if rows else at
        if rows and _ends_there(words, behind):
            told = f"{'without' if denied else 'with'} {world.layer.datasets[rows].title.casefold()}"
            found[start:behind] = world.language.tokens_at(told, tokens[at])
    return found


def _start(words: Words, at: int) -> tuple[int, bool]:
    """Where the words begin that lead to a verb ("that were", "which have never been"), and whether they deny it."""
    start, denied, lists = at, False, word_lists()
    for said in (lists["been"], lists["never_done"], lists["being"] | lists["helping_have"]):
        text = words.tokens[start - 1].text if start > 1 else ""
        start -= text in said
        denied = denied or text in lists["never_done"] & said
    led = start > 1 and words.phrase(start - 1, "relatives") == start
    return start - led, denied


def _told_by(words: Words, start: int, at: int) -> str:
    """The table that tells what was done to the things named right before; empty where a name says it already."""
    if words.world.lexicon.lookup(words.tokens[at : at + 1]):
        return ""
    rows = _done(words.deed_of_noun(at), words.world)
    things = {
        dataset
        for first in range(max(0, start - FARTHEST), start)
        for dataset, end in words.nouns(first)
        if end == start
    }
    told = [one for one in things if rows and rows != one and is_had(words, rows, one)]
    return rows if len(told) == 1 and len(things) == 1 else ""


def _done(rows: str, world: World) -> str:
    """The rows of a deed, where each is one that was done; empty for levels of a day, and for what is today."""
    layer = world.layer
    count = layer.metrics.get(world.nouns.count_of(rows)) if rows else None
    if not isinstance(count, SimpleMetric) or layer.measures[count.measure].non_additive is not None:
        return ""
    of_today = bool(layer.datasets[rows].time) and not time_of(layer, count)
    return "" if of_today else rows


def _behind_object(words: Words, at: int, rows: str) -> int:
    """The place behind what every such deed is done with: "anything", "a book" of those who borrowed one."""
    if at < len(words.tokens) and words.tokens[at].text in word_lists()["any_object"]:
        return at + 1
    first = words.phrase(at, "articles") or at
    reach = words.world.reach
    ends = [end for dataset, end in words.nouns(first) if dataset != rows and reach.steps(rows, dataset) is not None]
    return ends[0] if ends and _ends_there(words, ends[0]) else at


def _ends_there(words: Words, at: int) -> bool:
    """Whether nothing more is said of the deed than when it was."""
    if words.at_end(at):
        return True
    text = words.tokens[at].text
    timed = text in words.world.language.links["time"] or text in ("in", "this", "last")
    return timed or text in word_lists()["being"] | word_lists()["joins"] | {",", "?", "."}
