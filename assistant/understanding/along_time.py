"""Passes that take the periods of a time together: "average daily revenue", "how many days had ...", running totals."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.periods import fitting_grain
from semantic_layer import PerBucket, Running, adds_up_in_time

COUNTED = ("sum", "count", "count_distinct")
COARSER = {"hour": 0, "day": 1, "week": 2, "month": 2, "quarter": 3, "half": 4, "year": 5}


def find_bucket_averages(draft: Draft) -> None:
    """ "average daily revenue", "orders per day on average", "the median week": one number over all days or weeks."""
    cues = draft.cues("average", "typical", "median")
    named = {draft.has(at, "median") for at in cues}
    if len(named) != 1 or draft.per_bucket is not None or _is_of_one(draft, cues) or not _narrowed(draft, COUNTED):
        return
    place = _bucket(draft, cues)
    if place is None:
        return
    draft.per_bucket = PerBucket.model_validate(
        {"grain": draft.element(place).grain, "agg": "median" if named.pop() else "average"}
    )
    for at in cues:
        draft.use(at, "grain", draft.per_bucket.agg)
    draft.use(place, "grain", draft.per_bucket.grain)
    if draft.grain == draft.per_bucket.grain:
        draft.grain = ""
    _take_coarser(draft)


def _is_of_one(draft: Draft, cues: list[int]) -> bool:
    """ "the average refund per month" is of what one is worth, not of how many there are."""
    placed = {place for place, _ in draft.metrics}
    following = [draft.ahead(at) for at in cues]
    formats = {draft.world.layer.metrics[c.target].format for _, choices in draft.metrics for c in choices}
    if any(at not in placed and at is not None and _is_one_thing(draft, at) for at in following):
        return True  # "points does the average member earn per year"
    singular = [at for at in following if at in placed and at is not None and not draft.element(at).plural]
    return bool(singular) and "integer" in formats and not _is_counted(draft, cues)


def _is_one_thing(draft: Draft, at: int) -> bool:
    return draft.kind(at) in ("noun", "metric") and bool(draft.metric_choices(at)) and not draft.element(at).plural


def _is_counted(draft: Draft, cues: list[int]) -> bool:
    """ "average number of ...", "average order count": a word says that rows are counted."""
    words = set(draft.world.language.words("count_suffixes")) | {"number", "amount"}
    said = [draft.element(at).text for at in (*cues, *(place for place, _ in draft.metrics))]
    return any(not words.isdisjoint(text.casefold().split()) for text in said)


def _narrowed(draft: Draft, aggregations: tuple[str, ...]) -> bool:
    """Whether every metric asked for may add up from day to day; readings as one that does not are dropped."""
    layer = draft.world.layer
    kept: list[tuple[int, tuple[Concept, ...]]] = []
    for at, choices in draft.metrics:
        adding = tuple(one for one in choices if adds_up_in_time(layer, one.target, aggregations))
        if not adding:
            return False
        kept.append((at, adding))
    draft.metrics = kept
    return bool(kept)


def _bucket(draft: Draft, cues: list[int]) -> int | None:
    """The unit of time that is averaged over: "daily", "per day", "in a week", "on an average day"."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "grain":
            continue
        used = draft.uses.get(at, ("",))[0]
        if used not in ("", "grain") or (used and draft.element(at).grain != draft.grain):
            continue
        adverb = "adverb" in draft.element(at).cues
        if adverb or (not draft.element(at).plural and _is_each(draft, at, cues)):
            return at
    return None


def _is_each(draft: Draft, at: int, cues: list[int]) -> bool:
    """Whether a unit of time is said of each one: "per day", "a week", "an average month", not "by day"."""
    if at == 0:
        return False
    before, language = draft.element(at - 1), draft.world.language
    said = before.text.casefold()
    return at - 1 in cues or said in language.words("single_words") or said in language.words("each_words")


def _take_coarser(draft: Draft) -> None:
    """ "average daily revenue by month": each month's own average."""
    assert draft.per_bucket is not None
    for at in draft.cues("by", "per"):
        place = draft.ahead(at)
        if place is None or draft.kind(place) != "grain" or place in draft.uses or draft.grain:
            continue
        if COARSER[draft.element(place).grain] > COARSER[draft.per_bucket.grain]:
            draft.take_grain(place)
            draft.use(at, "filler")


def find_counted_buckets(draft: Draft) -> None:
    """ "how many days had more than 100 orders": how many units of time meet a condition."""
    loose = [bound for bound in draft.bounds if bound.choices[0].kind == "metric" and not bound.entity]
    for at in draft.cues("how_many"):
        place = draft.ahead(at)
        if place is None or draft.kind(place) != "grain" or not loose or draft.ranking is not None:
            continue
        if draft.element(place).grain != (draft.grain or draft.element(place).grain):
            continue
        draft.per_bucket = PerBucket.model_validate({"grain": draft.element(place).grain, "agg": "count"})
        draft.grain = ""
        draft.use(at, "grain", "count")
        draft.use(place, "grain", draft.per_bucket.grain)
        draft.metrics = draft.metrics or [(loose[0].place, loose[0].choices)]


def find_running(draft: Draft) -> None:
    """ "running total of revenue by month", "cumulative orders", "7-day moving average of orders"."""
    cues = draft.cues("cumulative")
    moving = draft.cues("moving_average")
    if draft.ranking is not None or draft.per_bucket is not None or bool(cues) == bool(moving):
        return
    if moving:
        _take_moving(draft, moving[0])
    elif _narrowed(draft, ("sum", "count")):
        for at in cues:
            draft.use(at, "grain", "running total")
        period = draft.times[0].period
        draft.grain = draft.grain or fitting_grain(*((period.start, period.end) if period else (None, None)))
        draft.running = Running()


def _take_moving(draft: Draft, at: int) -> None:
    """The number and the unit before the words: "7-day moving average"."""
    place = draft.back(at)
    number = draft.back(place) if place is not None else None
    size = draft.element(number).number if number is not None else None
    if place is None or draft.kind(place) != "grain" or not size or size < 2 or not _narrowed(draft, COUNTED):
        return
    if draft.grain not in ("", draft.element(place).grain):
        return
    draft.grain = draft.element(place).grain
    draft.running = Running(agg="average", last=size)
    for used in (number, place, at):
        draft.use(used or 0, "grain", "moving average")
