"""Passes that find in which order rows come: "by revenue", "sorted by margin", "in ascending order", "..., top 5"."""

from __future__ import annotations

from assistant.understanding.draft import Draft, Ranking
from assistant.understanding.ranking import default_note, direct, number_beside


def order_by(draft: Draft, at: int, place: int) -> None:
    """ "products by revenue": what stands before is broken down by, and the metric ranks it."""
    before = draft.back(at)
    if before is not None and draft.kind(before) == "value" and not (draft.groups or draft.grain or draft.metrics):
        draft.use(at, "filler")  # "compare shoes and clothing by revenue"
        draft.take_metric(place)
        return
    if not draft.groups and before is not None and draft.groupable(before):
        draft.take_group(before)
    if draft.groups or draft.grain:
        draft.use(at, "order", "descending")
        named = _named_before(draft, at, place)
        if named is not None:
            draft.use(place, "order", "descending")
        draft.take_metric(place if named is None else named)
        draft.ranking = draft.ranking or Ranking()
        draft.ranking.metric = place if named is None else named


def _named_before(draft: Draft, at: int, place: int) -> int | None:
    """Where the number that sorts was named before: "cost and margin by brand, sorted by margin"."""
    sorting = {concept.target for concept in draft.metric_choices(place)}
    named = [one for one in range(at) if one not in draft.uses and draft.kind(one) in ("metric", "noun")]
    same = [one for one in named if sorting & {concept.target for concept in draft.metric_choices(one)}]
    return same[0] if len(same) == 1 else None


def _ends_breakdown(draft: Draft, at: int) -> bool:
    """Whether nothing behind a place could be ranked: "..., top 5", "..., top 5, last year", "..., top 5, not Rome"."""
    if draft.ahead(at) is None:
        return True
    behind = [place for place in range(at + 1, len(draft.elements)) if place not in draft.uses]
    plain = all(draft.kind(place) in ("", "time", "value") and not draft.element(place).unknown for place in behind)
    return plain and draft.kind(at + 1) != "value"  # "top 5 vips" are no cities


def find_sorting(draft: Draft) -> None:
    """ "sorted by revenue", "in ascending order", "..., top 5"."""
    for at in draft.cues("top", "bottom"):
        number = number_beside(draft, at)
        if number is not None and _ends_breakdown(draft, max(at, number)) and (draft.groups or draft.grain):
            told = draft.ranking.metric if draft.ranking is not None else None  # "top 2 by fees"
            draft.ranking = Ranking(limit=draft.element(number).number, metric=told)
            direct(draft, at, draft.has(at, "top"))
            draft.use(number, "limit", str(draft.ranking.limit))
    for at in draft.cues("sort"):
        place = draft.ahead(at)
        if place is not None and draft.kind(place) in ("metric", "noun") and draft.metric_choices(place):
            order_by(draft, at, place)
    directions = draft.cues("descending", "ascending")
    for at in (*draft.cues("sorting"), *directions):
        draft.ranking = draft.ranking or Ranking()
        if draft.ranking.cut_by_default:  # "sort them" asks for all of them
            draft.ranking.limit, draft.ranking.cut_by_default = None, False
            draft.notes.remove(default_note(draft))
        draft.use(at, "order", "sorted")
    for at in directions:
        assert draft.ranking is not None
        draft.ranking.descending = draft.element(at).cues.isdisjoint({"ascending"})
        draft.ranking.judged = not draft.element(at).cues.isdisjoint({"good", "bad"})
