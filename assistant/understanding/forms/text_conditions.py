"""Conditions on the letters of a field: "whose name starts with J or ends with 'ez'", "with a .com email address"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.answer import Plan
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.forms.asking import Asking, phrases
from semantic_layer import Filter

PATTERNS = {"text_beginning": "{}%", "text_ending": "%{}", "text_holding": "%{}%"}
SIGNS = "'\"`.,"
MOST_WORDS = 3
QUOTES = ("'", '"', "`")


@dataclass(frozen=True)
class Lettered:
    """A clause on the letters of a field: where it stands, and the conditions that it tells, all of which must hold."""

    first: int
    behind: int
    filters: tuple[Filter, ...]


def text_conditions(asking: Asking) -> Plan | None:
    """The plan of the question without such clauses, under their conditions; None for any other question."""
    clauses = tuple(_clauses(asking))
    if not clauses:
        return None
    cut = {at for one in clauses for at in range(one.first, one.behind)}
    for one, other in pairwise(clauses):
        between = range(one.behind, other.first)
        cut |= set(between) if all(asking.tokens[at].text in (",", "and") for at in between) else set()
    plan = asking.read([token for at, token in enumerate(asking.tokens) if at not in cut])
    if plan is None or not (plan.query.metrics or plan.query.entity):
        return None
    told = tuple(condition for one in clauses for condition in one.filters)
    query = plan.query.model_copy(update={"filters": (*plan.query.filters, *told)})
    return replace(plan, query=query, spans=()) if asking.stands(query) else None


def _clauses(asking: Asking) -> Iterator[Lettered]:
    at, owner = 0, ""
    while at < len(asking.tokens):
        found = _clause(asking, at, owner)
        owner = found.filters[0].field.partition(".")[0] if found is not None else owner
        if found is not None:
            yield found
        at = found.behind if found is not None else at + 1


def _clause(asking: Asking, at: int, owner: str) -> Lettered | None:
    """The clause whose first predicate stands here, with the field before it; None without one.

    `owner` are the things that the clause before was of, which a second one is of, too.
    """
    denied = asking.end(at, "text_denied")
    told = _predicate(asking, at if denied is None else denied)
    field, first = _field_before(asking, at, owner) if told is not None else ("", at)
    if told is None or not field:
        return None
    behind, patterns = told
    joints: set[str] = set()
    while behind < len(asking.tokens) and asking.tokens[behind].text in ("or", "and"):
        more = _predicate(asking, behind + 1)
        if more is None:
            break
        joints.add(asking.tokens[behind].text)
        behind, patterns = more[0], (*patterns, *more[1])
    if len(joints) > 1 or (denied is not None and "and" in joints):
        return None  # which of them belong together is open
    together = ((one,) for one in patterns) if joints == {"and"} else (patterns,)
    op = "like" if denied is None else "not_like"
    filters = tuple(Filter(field=field, op=op, values=tuple(values)) for values in together)
    return Lettered(first, behind, filters)


def _predicate(asking: Asking, at: int) -> tuple[int, tuple[str, ...]] | None:
    """The place behind "starts with J", "contains 'a', 'b' or 'c'", and the patterns, one of which must fit."""
    for name, pattern in PATTERNS.items():
        start = asking.end(at, name)
        if start is not None:
            texts, behind = _texts(asking, asking.past(start, "text_lead"))
            plain = texts and not any(sign in text for text in texts for sign in "%_")
            return (behind, tuple(pattern.format(text) for text in texts)) if plain else None
    return None


def _texts(asking: Asking, at: int) -> tuple[list[str], int]:
    """The texts that stand here, quoted ones also as a list, and the place behind."""
    texts: list[str] = []
    behind = at
    while (one := _quoted(asking, behind) if texts else _quoted(asking, at) or _bare(asking, at)) is not None:
        text, behind = one
        texts.append(text)
        after = behind
        while after < len(asking.tokens) and asking.tokens[after].text in (",", "or"):
            after += 1
        if after == behind or _quoted(asking, after) is None:
            return texts, behind
        behind = after
    return texts, behind


def _quoted(asking: Asking, at: int) -> tuple[str, int] | None:
    """The text between quotes that begins here, as it is written, and the place behind its closing quote."""
    tokens, question = asking.tokens, asking.question
    if at >= len(tokens):
        return None
    opening = next((i for i in (tokens[at].start, tokens[at].start - 1) if question[i : i + 1] in QUOTES), None)
    end = question.find(question[opening], opening + 1) if opening is not None else -1
    if opening is None or end < 0:
        return None
    behind = next((i for i in range(at, len(tokens)) if tokens[i].start > end), len(tokens))
    return question[opening + 1 : end], behind


def _bare(asking: Asking, at: int) -> tuple[str, int] | None:
    """One word without quotes, also with a point before it (".com")."""
    tokens = asking.tokens
    dotted = at + 1 < len(tokens) and tokens[at].text == "." and tokens[at + 1].start == tokens[at].end
    last = at + 1 if dotted else at
    if last >= len(tokens) or not any(sign.isalnum() for sign in tokens[last].raw):
        return None
    text = f".{tokens[last].raw}" if dotted or asking.question[tokens[at].start - 1] == "." else tokens[last].raw
    return text.rstrip(SIGNS), last + 1


def _field_before(asking: Asking, at: int, before: str) -> tuple[str, int]:
    """The field of text whose name ends here, and where its clause begins; ("", at) without just one."""
    words, layer = asking.words, asking.world.layer
    at = at - 1 if at and asking.tokens[at - 1].text in phrases()["text_tail"] else at
    for size in range(MOST_WORDS, 0, -1):
        start = at - size
        if start < 1:
            continue
        first = start
        while first > 0 and asking.tokens[first - 1].text in phrases()["text_openers"]:
            first -= 1
        owner = next(
            (noun for i in range(max(0, first - 3), first) for noun, end in words.nouns(i) if end == first), before
        )
        meant = {c.target for concepts, end in words.concepts(start, "dimension", 0.9) if end == at for c in concepts}
        own = {field for field, end in own_fields(words, start, owner) if end == at} if owner else set[str]()
        named = {field for field in (own or meant) if layer.fields[field].kind == "categorical"}
        if len(named) == 1 and first < start:
            return named.pop(), first
    return "", at
