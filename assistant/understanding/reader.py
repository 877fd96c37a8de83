"""A cover of the question read as slots by passes in a fixed order; `leftovers` tells the words none had a use for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product

from assistant.understanding.along_time import find_bucket_averages, find_counted_buckets, find_running
from assistant.understanding.beside import find_beside
from assistant.understanding.bounds import find_bounded_grain, find_bounds
from assistant.understanding.chart import Cover, Element
from assistant.understanding.computed import find_computed, find_value_counts
from assistant.understanding.counting import find_counted, find_second_count
from assistant.understanding.deeds import find_both_times, find_deeds, find_presence, find_repeated_deeds
from assistant.understanding.directions import find_assumed_measure, find_directions, find_falls, find_sides
from assistant.understanding.draft import Draft, World
from assistant.understanding.filtering import find_dimensions, find_values
from assistant.understanding.frequency import find_ranked_deeds
from assistant.understanding.grouping import find_asked_groups, find_groups
from assistant.understanding.levels import find_closing_days
from assistant.understanding.listing import find_lists
from assistant.understanding.measuring import find_averages, find_medians, find_metrics
from assistant.understanding.moments import find_moments, find_when
from assistant.understanding.nowadays import find_nowadays
from assistant.understanding.ordering import find_sorting
from assistant.understanding.ranking import find_ranking_metrics, find_rankings
from assistant.understanding.ratios import find_parts
from assistant.understanding.repeated import find_repeated
from assistant.understanding.risen import find_risen
from assistant.understanding.scopes import find_scopes
from assistant.understanding.segments import find_horizons
from assistant.understanding.sharing import find_relative_change, find_shares
from assistant.understanding.spreading import find_distributions
from assistant.understanding.timing import find_change_rank, find_grains, find_steps, find_times, find_trend
from assistant.understanding.together import find_counted_groups, find_group_averages, find_top_percent, find_top_sums

MOST_VARIANTS = 12
PASSES: tuple[Callable[[Draft], None], ...] = (
    find_directions,
    find_falls,
    find_sides,
    find_moments,
    find_beside,
    find_bounds,
    find_both_times,
    find_deeds,
    find_presence,
    find_parts,
    find_lists,
    find_top_percent,
    find_counted_groups,
    find_counted,
    find_second_count,
    find_value_counts,
    find_asked_groups,
    find_ranking_metrics,
    find_rankings,
    find_groups,
    find_sorting,
    find_grains,
    find_bounded_grain,
    find_values,
    find_computed,
    find_dimensions,
    find_ranked_deeds,
    find_when,
    find_metrics,
    find_assumed_measure,
    find_bucket_averages,
    find_counted_buckets,
    find_group_averages,
    find_averages,
    find_medians,
    find_scopes,
    find_repeated,
    find_distributions,
    find_top_sums,
    find_shares,
    find_change_rank,
    find_times,
    find_horizons,
    find_steps,
    find_risen,
    find_running,
    find_trend,
    find_relative_change,
    find_nowadays,
    find_repeated_deeds,
    find_closing_days,
)
KINDS = ("noun", "metric", "dimension", "value")


def drafts(cover: Cover, world: World) -> Iterator[Draft]:
    """Every reading of a cover: one for each way to take the words that may be several kinds of thing."""
    options = [
        ("value",) if _is_place(cover, at, world) else _kinds(element, world) for at, element in enumerate(cover)
    ]
    for kinds in islice(product(*options), MOST_VARIANTS):
        draft = Draft(cover, kinds, world)
        draft.penalty = 0.05 * sum(options[at].index(kind) for at, kind in enumerate(kinds))
        for step in PASSES:
            step(draft)
        yield draft


def _kinds(element: Element, world: World) -> tuple[str, ...]:
    """What an element may be taken for, likeliest first."""
    if element.time is not None:
        return ("time",)
    if not element.concepts:
        return ("grain",) if element.grain else ("number",) if element.amount is not None else ("",)
    return tuple(sorted(_concept_kinds(element, world), key=lambda kind: (-_weight(element, kind), KINDS.index(kind))))


def _is_place(cover: Cover, at: int, world: World) -> bool:
    """ "in our Dutch stores", "excluding stores": where something was done or was not, and not each of them."""
    kinds = {concept.kind for concept in cover[at].concepts}
    if not {"dimension", "value"} <= kinds or not cover[at].plural or _is_said_again(cover, at):
        return False
    before = [one for one in cover[:at] if not (one.concepts and {c.kind for c in one.concepts} == {"value"})]
    said = [one for one in before if one.text.casefold() not in world.language.determiners]
    left_out = bool(said) and "exclude" in said[-1].cues and "absent" not in said[-1].cues
    if not said or left_out:
        return left_out
    split = any({"by", "per"} & one.cues for one in before) and "link_any" in said[-1].cues
    placed = said[-1].text.casefold().split()[-1] in world.language.words("places")
    return placed or (split and said[-1].cues.isdisjoint({"by", "per"}))  # "sales per weekday for stores"


def _is_said_again(cover: Cover, at: int) -> bool:
    """ "by brand for brands with ...": what the breakdown is by, said once more."""
    fields = {concept.target for concept in cover[at].concepts if concept.kind == "dimension"}
    before = (concept for element in cover[:at] for concept in element.concepts if concept.kind == "dimension")
    return any(concept.target in fields for concept in before)


def _concept_kinds(element: Element, world: World) -> set[str]:
    """The kinds of an element's concepts; a noun takes in the metric that counts it and the field that names it."""
    kinds = {concept.kind for concept in element.concepts}
    counts = {c.target for c in element.concepts if c.kind == "metric"}
    if counts and counts <= set(world.nouns.counted):
        return (kinds - {"metric", "dimension"}) | {"noun"}
    if "dimension" in kinds and element.plural and not _is_stored_so(element):
        kinds -= {"value"}  # "brands" are all of them, not what is called "brand" somewhere
    if "noun" in kinds:
        kinds -= {"dimension"} if "metric" not in kinds else {"noun"}
    return {str(kind) for kind in kinds}


def _is_stored_so(element: Element) -> bool:
    """Whether a word in the plural is a value as it is stored: "Kids" of a category called "Kids"."""
    said = element.text.casefold()
    return any(concept.kind == "value" and str(concept.value).casefold() == said for concept in element.concepts)


def _weight(element: Element, kind: str) -> float:
    own = [c.weight for c in element.concepts if c.kind == kind]
    return max(own, default=max(c.weight for c in element.concepts))
