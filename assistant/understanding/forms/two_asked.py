"""Two questions in one, the second about what the first one names: "how many orders and what was their average value".

They are answered together where both are one query: two numbers of the same rows, or a number and what it is split by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan, Refusal
from assistant.understanding.entities.words import word_lists
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.own_filters import row_filters
from assistant.understanding.tokens import Token
from semantic_layer import OrderBy, SemanticQuery

MOST_METRICS = 3
CASE_OF = re.compile(r"\s*(?:=|\bIN\b).*", re.IGNORECASE)
Tokens = Sequence[Token]


def two_asked(asking: Asking) -> Plan | Refusal | None:
    """The plan of both questions; a refusal to ask one at a time when each can be answered alone, None for others."""
    if asking.tokens[-1:] and asking.tokens[-1].text == "and":  # behind which nothing was left to ask
        return asking.read(asking.tokens[:-1])
    for at in _joints(asking):
        if said(asking.tokens[at + 1 :]) in phrases()["which_are_they"]:
            return _members(asking, at)
        first = asking.read(asking.tokens[:at])
        if first is None or not is_open(first.query):
            continue
        second = asking.tokens[at + 1 :]
        if said(second) in phrases()["same_again"]:
            return first
        found = _split_by(asking, at) or _split(asking, first, at) or both(asking, first, second)
        if found is not None:
            return found
        whole = asking.read(second)
        if whole is not None:
            return whole if _says_again(asking, at) else asking.refused("two_questions")
    return None


def _says_again(asking: Asking, at: int) -> bool:
    """ "the soil types and the number of plots for each soil type": what the number behind is of, said before."""
    lists = word_lists()
    plain = {word for name in ("requests", "asking", "empty", "distinct") for word in lists[name]}
    start = next((i for i, token in enumerate(asking.tokens) if token.text not in plain), at)
    each = [i for i, token in enumerate(asking.tokens) if token.text in ("each", "every") and i > at]
    again = [token.plain for token in asking.tokens[each[-1] + 1 :]] if each else []
    return bool(again) and [token.plain for token in asking.tokens[start:at]][-len(again) :] == again


def _joints(asking: Asking) -> Iterator[int]:
    """The places of "and" before a word that asks."""
    for at in range(2, len(asking.tokens) - 2):
        behind = asking.tokens[at + 1 : at + 4]
        asks = behind[0].text in phrases()["question_words"] or any(
            said(behind[:size]) in phrases()["asked_numbers"] for size in (2, 3)
        )
        if asking.tokens[at].text in ("and", ",", "&") and asks:
            yield at


def is_open(query: SemanticQuery) -> bool:
    """Whether a further number can stand beside what is asked."""
    shown = {"shares": query.shares, "top": query.top, "per": query.per_group or query.per_bucket or query.running}
    return bool(query.metrics) and len(query.metrics) < MOST_METRICS and not any(shown.values()) and not query.compare


def _members(asking: Asking, at: int) -> Plan | None:
    """ "how many customers ... and who are they": those themselves, whose number is that of the rows."""
    behind = asking.end(0, "counting") or asking.end(0, "do_we_have")
    plan = asking.read((*asking.made("which", 0), *asking.tokens[behind:at])) if behind is not None else None
    return plan if plan is not None and plan.query.entity else None


def _split_by(asking: Asking, at: int) -> Plan | None:
    """ "... and how does that split over the stages": the number by what is named."""
    behind = asking.end(at + 1, "splits_by")
    if behind is None:
        return None
    plan = asking.read((*asking.tokens[:at], *asking.made("by", at), *asking.tokens[behind:]))
    return plan if plan is not None and plan.query.group_by else None


def _split(asking: Asking, first: Plan, at: int) -> Plan | None:
    """ "... and which plan were they on": the first number by what the second question names."""
    behind = asking.tokens[at + 1 :]
    if behind[0].text not in ("which", "what") or first.query.group_by:
        return None
    for end in range(len(behind), 1, -1):
        tail = [token.text for token in behind[end:]]
        if not tail or not set(tail) <= phrases()["pointing_back"] | phrases()["auxiliaries"] | phrases()["ties"]:
            continue
        if not set(tail) & phrases()["pointing_back"]:
            continue
        plan = asking.read([*asking.tokens[:at], *asking.made("by", at), *behind[1:end]])
        if plan is not None and plan.query.metrics == first.query.metrics and len(plan.query.group_by) == 1:
            return plan
    return None


def both(asking: Asking, first: Plan, second: Tokens) -> Plan | None:
    """Both numbers beside each other, the second one of what the first one counts."""
    for text in _meant(asking, first, second):
        plan = asking.read(text)
        if plan is None or plan.notes or not _is_of_the_same(first.query, plan.query):
            continue
        told = [name for name in plan.query.metrics if not asking.world.layer.metrics[name].implied]
        if len(told) < len(plan.query.metrics) or set(told) <= set(first.query.metrics):
            continue  # nothing new, or all rows of a table where the first number may be of some
        if _points_back(second) and not _counts_same_rows(asking, first.query, plan.query):
            continue
        names = tuple(dict.fromkeys((*first.query.metrics, *plan.query.metrics)))
        span = first.query.time_range or plan.query.time_range  # a period at the end is that of both
        query = first.query.model_copy(update={"metrics": names, "time_range": span})
        if not query.order_by and query.group_by and not any(one.grain for one in query.group_by):
            query = query.model_copy(update={"order_by": (OrderBy(by=names[0]),)})
        if asking.stands(query):
            return replace(first, query=query, spans=(*first.spans, *plan.spans))
    return None


def _points_back(second: Tokens) -> bool:
    return any(token.text in phrases()["pointing_back"] for token in second)


def _counts_same_rows(asking: Asking, first: SemanticQuery, second: SemanticQuery) -> bool:
    """Whether the second number is of rows that the first one counts: the age of tickets is not that of customers."""
    facts = [{fact for name in query.metrics for fact in asking.world.reach.facts(name)} for query in (first, second)]
    leaves = [[leaf for name in query.metrics for leaf in asking.world.reach.leaves(name)] for query in (first, second)]
    kept = [row_filters(asking.world.layer, names) for names in leaves]
    other = {CASE_OF.sub("", one) for one in kept[1]}  # "sent" and "opened" are two events of the same thing
    return bool(facts[0] & facts[1]) and all(CASE_OF.sub("", one) in other for one in kept[0])


def _is_of_the_same(first: SemanticQuery, second: SemanticQuery) -> bool:
    """Whether the second question asks a number of the same rows and time, saying them again or not at all."""
    freed = {"metrics": (), "filters": (), "time_range": None, "order_by": ()}
    if second.model_copy(update=freed) != SemanticQuery() or not second.metrics:
        return False
    same_time = first.time_range is None or second.time_range in (None, first.time_range)
    return same_time and all(one in first.filters for one in second.filters)


def _meant(asking: Asking, first: Plan, second: Tokens) -> Iterator[list[Token]]:
    """The second question with what it points at: the number of the first one, or what that one counts."""
    named = [*_said_first(asking), *(asking.made(name, 0) for name in _subjects(asking, first))]
    places = [at for at, token in enumerate(second) if token.text in phrases()["pointing_back"]]
    if {"take", "took"} & {token.text for token in second} and "to" not in {token.text for token in second}:
        return  # "how long did it take them": to do what is not said
    if not places:
        yield list(second)
        for subject in named if _lacks_noun(second) else ():  # "how many were opened"
            yield [*second[:2], *subject, *second[2:]]
        return
    for subject in named:
        at = places[0]
        if second[at].text in ("their", "its") and len(places) == 1:  # "what was their average value"
            yield [*second[:at], *second[at + 1 :], *asking.made("of", 0), *subject]
        if second[at].text not in ("their", "its"):
            told = [*second[:at], *subject, *second[at + 1 :]]
            again = told[0].text == "average" and said(told[-2:]) == "on average"
            yield told[:-2] if again else told
    if len(places) == 1 and second[places[0]].text in ("it", "there"):
        yield [*second[: places[0]], *second[places[0] + 1 :]]


def _said_first(asking: Asking) -> Iterator[list[Token]]:
    """What the first question counts as it says it: "how many e-mails did we send"."""
    behind = next((i for i, t in enumerate(asking.tokens) if i > 1 and t.text in phrases()["auxiliaries"]), 0)
    if said(asking.tokens[:2]) in phrases()["how_much_more"] | phrases()["asked_numbers"] and behind > len(
        ("how", "many")
    ):
        yield list(asking.tokens[2:behind])


def _lacks_noun(second: Tokens) -> bool:
    """Whether a verb stands right behind the words that ask for a number."""
    counts = said(second[:2]) in phrases()["how_much_more"] | phrases()["asked_numbers"]
    return counts and len(second) > 2 and second[2].text in phrases()["auxiliaries"]


def _subjects(asking: Asking, first: Plan) -> Iterator[str]:
    """What the first question counts, in words: its number and the rows of it."""
    layer = asking.world.layer
    for name in first.query.metrics:
        yield layer.metrics[name].title
        yield from (layer.datasets[fact].title for fact in sorted(asking.world.reach.facts(name)))
