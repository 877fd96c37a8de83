"""A second question about what the first one finds: "Which club has the most members, and in which city is it?"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.entities.dated import day_of
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import lists
from assistant.understanding.sentences import with_columns
from assistant.understanding.tokens import Token, tokenize
from assistant.understanding.told_columns import Planner
from semantic_layer import SemanticQuery

MOST_WORDS = 8


def with_second_half(question: str, plan: Planner, world: World) -> Plan | None:
    """The plan of the first question that also shows what the second one asks of its rows; None for any other."""
    tokens = tokenize(question, world.language.forms)
    for at in _joints(tokens, world):
        first = plan(question[: tokens[at].start].rstrip(" ,;?."))
        if isinstance(first, Plan) and _is_list(first.query):
            tail = tokens[at + 1 :] if tokens[at].text == "and" else tokens[at:]
            return _told(first, tail, plan, world)
    return None


def _joints(tokens: Sequence[Token], world: World) -> Iterator[int]:
    """The places where a second question begins: "and" before a word that asks, perhaps behind a small word."""
    for at in range(2, len(tokens) - 1):
        start = at + 1 if tokens[at].text == "and" else at if tokens[at - 1].text in ("?", ".", ",") else 0
        if start and _asking(tokens[start:], world):
            yield at
            return


def _asking(tail: Sequence[Token], world: World) -> int:
    """How many words a second question begins with ("in which", "how many"); 0 for no question."""
    small = len(tail) > 1 and tail[0].text in _words("small")
    start = 1 if small else 0
    if start < len(tail) and tail[start].text in _words("asking"):
        return start + 1
    return 2 if len(tail) > 1 and "how_many" in world.language.cues.get(f"{tail[0].text} {tail[1].text}", ()) else 0


def _is_list(query: SemanticQuery) -> bool:
    return bool(query.entity or query.group_by) and not (query.compare or query.per_group or query.shares)


def _told(first: Plan, tail: Sequence[Token], plan: Planner, world: World) -> Plan | None:
    """The first plan with the number or the field that the second question asks for."""
    counted = tail[0].text == "how"
    rest = [token for token in tail[_asking(tail, world) :] if token.text.isalnum() or token.text == "-"]
    item = _day_named(rest, first.query, world) if tail[0].text == "when" else _item(rest)
    if len(item) > MOST_WORDS:
        return None
    if counted:
        query = _with_count(first.query, world)
        same = not item or _is_counted(query, item, world)
        return replace(first, query=query) if same and len(query.metrics) == 1 else None
    if not item:
        return None
    verb = world.language.words("column_verbs")[0]
    return with_columns(first, f"{verb} {' '.join(token.raw for token in item)}", world, plan)


def _item(rest: Sequence[Token]) -> Sequence[Token]:
    """The words between those that only open and close a question about something named before."""
    opening, closing = _words("opening"), _words("closing")
    first = next((at for at, token in enumerate(rest) if token.text not in opening), len(rest))
    last = len(rest)
    while last > first and rest[last - 1].text in closing:
        last -= 1
    return rest[first:last]


def _day_named(rest: Sequence[Token], query: SemanticQuery, world: World) -> Sequence[Token]:
    """The name of the day or year that the last verb tells of the rows listed ("when was it built"), or nothing."""
    owner = query.entity or query.group_by[0].field.partition(".")[0]
    words = Words(tuple(rest), world)
    idle = _words("opening") | _words("closing")
    told = len(rest) > 1 and owner in world.layer.datasets and all(token.text in idle for token in rest[:-1])
    day = day_of(words, len(rest) - 1, owner) if told else ""
    return world.language.tokens_at(world.layer.fields[day].title, rest[0]) if day else ()


def _with_count(query: SemanticQuery, world: World) -> SemanticQuery:
    """The query showing the count that its rows meet a condition on, where it shows no number."""
    asked = [one.field for one in query.filters if one.field in world.layer.metrics and not one.entity]
    shown = query.metrics or tuple(asked[:1])
    counts = all(world.layer.metrics[name].format == "integer" for name in shown)
    return query.model_copy(update={"metrics": shown if counts else ()})


def _is_counted(query: SemanticQuery, item: Sequence[Token], world: World) -> bool:
    """Whether words name what the one number of a query counts."""
    if len(query.metrics) != 1:
        return False
    counted = world.nouns.counted.get(query.metrics[0], "")
    meant = {(c.kind, c.target) for c in world.lexicon.lookup(item)}
    return ("metric", query.metrics[0]) in meant or bool(counted and ("noun", counted) in meant)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(str(word) for word in lists()["second_halves"][name])
