"""Definitions that come with a question: "What is the DR by channel? DR = number of failed payments / payments * 100".

The term stands for the phrase behind its equals sign, or for one number over another. The question is read with the
phrase in place of the term; a definition that cannot be read so leaves the term unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from semantic_layer import Filter, OrderBy, SemanticQuery, Share, stands

DEFINITION = re.compile(
    r"(?:^|(?<=[.;,:?\n])|\b(?:where|with|given))\s*(?P<term>[A-Z][A-Za-z]{1,11})\s*(?:\((?P<name>[^()]*)\)\s*)?="
    r"\s*(?P<body>[^;\n?]+?)(?:\.(?=\s|$)|[;\n?]|$)"
)
HUNDRED = re.compile(r"\s*[*x×]\s*100(?:\.0)?\s*%?\s*$")
ENCLOSED = re.compile(r"^\((?P<inner>[^()]*)\)$")
ARITHMETIC = re.compile(r"\s[-+*/^]\s|[()*/=]")
MODIFIER = re.compile(r"\s*,?\s\b(?=(?:in|for|during|over|who|that|which|with|by|from|on|inclusive)\s)")
SAME_WORDS = {"past": "last"}
MOST_TERMS = 1

Reader = Callable[[str], object]


@dataclass(frozen=True)
class Given:
    """A term and what it is said to mean: a phrase, or a number over another where `below` is filled."""

    term: str
    phrase: str
    below: str = ""


def without_definitions(text: str) -> tuple[str, tuple[Given, ...]]:
    """A text without its definitions, and those whose terms the rest of it uses."""
    found = list(DEFINITION.finditer(text)) if "=" in text else []
    question = text
    for match in reversed(found):
        question = f"{question[: match.start()]} {question[match.end() :]}"
    terms = [one for match in found if (one := _given(match)) is not None and _uses(question, one.term)]
    return (question.strip(), tuple(terms)) if terms else (text, ())


def with_definitions(question: str, definitions: str) -> str:
    """A question with the definitions of the terms that it uses."""
    used = [match for match in DEFINITION.finditer(definitions) if _uses(question, match["term"])]
    return "\n".join((question, *(match.group().strip() for match in used)))


def plan_by(question: str, given: tuple[Given, ...], read: Reader, world: World) -> Plan | None:
    """The plan of a question by the one definition that it uses; None where it is not read so."""
    if len(given) != MOST_TERMS:
        return None
    (one,) = given
    plan = read(_put(question, one.term, one.phrase))
    if not isinstance(plan, Plan):
        return None
    if one.below:
        whole = read(_put(question, one.term, one.below))
        query = _divided(plan.query, whole.query, world) if isinstance(whole, Plan) else None
        if query is None:
            return None
        plan = replace(plan, query=query)
    text = f"{one.phrase} / {one.below}" if one.below else one.phrase
    notes = [world.language.message("as_given", term=one.term, text=text)]
    if plan.query.group_by and any(share.apart_from for share in plan.query.shares):
        notes.append(world.language.message("counted_of_some"))
    return replace(plan, spans=(), notes=(*plan.notes, *notes))


def _given(match: re.Match[str]) -> Given | None:
    body = _opened(HUNDRED.sub("", match["body"].strip().rstrip(".")))
    parts = re.split(r"\s*/\s*", body)
    sides = [_opened(part.strip()) for part in parts]
    if len(sides) > 2 or any(not side or ARITHMETIC.search(side) for side in sides):
        return None
    return Given(match["term"], sides[0], sides[1] if len(sides) > 1 else "")


def _opened(text: str) -> str:
    """A text without brackets around the whole of it."""
    inner = ENCLOSED.match(text.strip())
    return inner["inner"].strip() if inner else text.strip()


def _uses(question: str, term: str) -> bool:
    return re.search(rf"\b{re.escape(term)}\b", question) is not None


def _put(question: str, term: str, phrase: str) -> str:
    """The question with the phrase for the term, without what both say ("in the last 7 days")."""
    spoken = _plain(question)
    head, *modifiers = MODIFIER.split(phrase[:1].lower() + phrase[1:])
    kept = [part for part in modifiers if _plain(part) not in spoken]
    return re.sub(rf"\b{re.escape(term)}\b", " ".join((head, *kept)), question)


def _plain(text: str) -> str:
    words: list[str] = re.findall(r"[a-z0-9]+", text.casefold())
    return f" {' '.join(SAME_WORDS.get(word, word) for word in words)} "


def _divided(above: SemanticQuery, below: SemanticQuery, world: World) -> SemanticQuery | None:
    """One number over another of the same groups and times; the rows above are some of those below, or are as them."""
    if len(above.metrics) != 1 or len(below.metrics) != 1 or _frame(above) != _frame(below):
        return None
    more = [one for one in above.filters if one not in below.filters]
    if any(one not in above.filters for one in below.filters):
        return None
    ways = _of_other(above, below, world) if above.metrics != below.metrics else _of_all(above, more)
    return next((made for made in ways if stands(world.layer, made)), None)


def _of_other(above: SemanticQuery, below: SemanticQuery, world: World) -> Iterator[SemanticQuery]:
    """One metric over another under the same conditions: a part of it where both are money of one unit."""
    metrics = [world.layer.metrics[name] for name in (*above.metrics, *below.metrics)]
    money = all(metric.format == "currency" for metric in metrics)
    for per in ((0, 1) if money else (1,)) if above.filters == below.filters else ():
        share = Share(metric=above.metrics[0], of=below.metrics[0], per=per)
        orders = tuple(_orders(above))
        yield above.model_copy(
            update={"metrics": (*above.metrics, *below.metrics), "shares": (share,), "order_by": orders}
        )


def _of_all(above: SemanticQuery, more: list[Filter]) -> Iterator[SemanticQuery]:
    """The rows of some values over those of all of them, each in its group."""
    if more and not any(one.op != "in" or one.entity for one in more):
        within = tuple(group.field for group in above.group_by)
        share = Share(metric=above.metrics[0], within=within, apart_from=tuple(one.field for one in more))
        yield above.model_copy(update={"shares": (share,), "order_by": tuple(_orders(above))})


def _orders(query: SemanticQuery) -> Iterator[OrderBy]:
    """The orders by the number as orders by its share."""
    for one in query.order_by:
        yield one.model_copy(update={"column": "share"}) if one.by in query.metrics else one


def _frame(query: SemanticQuery) -> SemanticQuery:
    return query.model_copy(update={"metrics": (), "filters": (), "order_by": ()})
