"""How far the best and the worst of a kind are apart: "the gap in revenue between our best and our worst store"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from assistant.understanding.tokens import Token
from semantic_layer import METRIC_TIME, PerGroup, SemanticQuery

LONGEST_NAME = 3


def gaps(asking: Asking) -> Plan | None:
    """The gap between the highest and the lowest of the groups named; None for any other question."""
    for first, start in _between(asking):
        for behind, name in _kinds(asking, start):
            before, after = _measured(asking, first, behind)
            by = (*asking.made("by", first), *name)
            plan = asking.read([*before, *by, *after]) if before else asking.read([*after, *by])
            query = _gap(plan.query) if plan is not None else None
            if plan is not None and query is not None and asking.stands(query):
                return replace(plan, query=query)
    return None


def _between(asking: Asking) -> Iterator[tuple[int, int]]:
    """Where "gap between" or "apart are" opens, with the place behind the words for the best and for the worst."""
    for at, behind in asking.found("between_ends"):
        place = asking.past(behind, "ours")
        sides: list[str] = []
        while place < len(asking.tokens) and (side := _side(asking, place)):
            sides.append(side)
            place = asking.past(place + 1, "ours", "joins_ends", "doing")
        if set(sides) == {"top", "bottom"}:
            yield at, place


def _side(asking: Asking, at: int) -> str:
    cues = asking.world.language.cues.get(asking.tokens[at].text, ())
    return next((side for side in ("top", "bottom") if side in cues), "")


def _kinds(asking: Asking, at: int) -> Iterator[tuple[int, Sequence[Token]]]:
    """The names of what is compared that may stand here, the longest first, each with the place behind it."""
    for behind in range(min(at + LONGEST_NAME, len(asking.tokens)), at, -1):
        kinds = {concept.kind for concept in asking.world.lexicon.lookup(asking.tokens[at:behind])}
        if kinds & {"dimension", "noun"}:
            yield behind, asking.tokens[at:behind]


def _measured(asking: Asking, first: int, behind: int) -> tuple[Sequence[Token], Sequence[Token]]:
    """The words before and behind, without those that ask for a difference or tie the number to it."""
    before = asking.tokens[asking.past(0, "asking_gap") : first]
    return before, asking.tokens[asking.past(behind, "ties_number") :]


def _gap(query: SemanticQuery) -> SemanticQuery | None:
    """The same number over all groups, as the gap between the ends; None when more than that was asked."""
    kinds = [one for one in query.group_by if one.field != METRIC_TIME]
    freed = {"metrics": (), "group_by": (), "filters": (), "time_range": None, "order_by": ()}
    if query.model_copy(update=freed) != SemanticQuery() or len(query.metrics) != 1 or not kinds:
        return None
    rest = tuple(one for one in query.group_by if one.field == METRIC_TIME)
    told = {"group_by": rest, "order_by": (), "per_group": PerGroup(fields=(kinds[0].field,), agg="gap")}
    return query.model_copy(update=told)
