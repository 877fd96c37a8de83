"""A pass for first and last moments: "when was our first order", "date of the latest ticket"."""

from __future__ import annotations

from assistant.understanding.draft import Draft, Ranking


def find_moments(draft: Draft) -> None:
    """The day of the first or last of what is counted: its count by day, cut to the earliest or the latest."""
    asked = draft.cues("when")
    ends = [at for at in draft.cues("earliest", "latest") if _counted_behind(draft, at) is not None]
    if not asked or len(ends) != 1 or draft.grain or draft.groups:
        return
    place = _counted_behind(draft, ends[0])
    assert place is not None
    draft.take_metric(place)
    draft.grain = "day"
    draft.ranking = Ranking(limit=1, along_time=True, descending=draft.has(ends[0], "latest"))
    for at in (*asked, ends[0]):
        draft.use(at, "order", "descending" if draft.ranking.descending else "ascending")


def find_when(draft: Draft) -> None:
    """ "when was our best day": the unit of time that is ranked says it."""
    if draft.ranking is not None and draft.grain and draft.ranking.limit == 1 and not draft.ranking.along_time:
        for at in draft.cues("when"):
            draft.use(at, "filler")


def _counted_behind(draft: Draft, at: int) -> int | None:
    """The noun that an end is asked of, past the values that narrow it."""
    place = draft.ahead(at)
    while place is not None and draft.kind(place) == "value":
        place = draft.ahead(place)
    return place if place is not None and draft.metric_choices(place) and place not in draft.uses else None
