"""A cover of the question read as slots: passes in a fixed order, then the words that no pass had a use for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product

from assistant.understanding.bounds import find_bounded_grain, find_bounds
from assistant.understanding.chart import Cover, Element
from assistant.understanding.computed import find_computed, find_value_counts
from assistant.understanding.deeds import find_deeds, find_presence
from assistant.understanding.draft import Draft, World, is_top_of_each
from assistant.understanding.filtering import find_dimensions, find_values, names_value
from assistant.understanding.frequency import find_ranked_deeds
from assistant.understanding.grouping import (
    find_asked_groups,
    find_counted,
    find_groups,
    find_ranking_metrics,
    find_rankings,
    find_sorting,
)
from assistant.understanding.listing import find_lists
from assistant.understanding.measuring import find_averages, find_metrics, find_scopes
from assistant.understanding.moments import find_moments
from assistant.understanding.segments import find_horizons
from assistant.understanding.sharing import find_shares
from assistant.understanding.timing import find_change_rank, find_grains, find_steps, find_times, find_trend

MOST_VARIANTS = 12
PASSES: tuple[Callable[[Draft], None], ...] = (
    find_moments,
    find_bounds,
    find_deeds,
    find_presence,
    find_lists,
    find_counted,
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
    find_metrics,
    find_averages,
    find_scopes,
    find_shares,
    find_change_rank,
    find_times,
    find_horizons,
    find_steps,
    find_trend,
)
KINDS = ("noun", "metric", "dimension", "value")
LINKED_KINDS = {
    "link_any": ("value", "dimension", "time", "noun", "metric", "grain"),
    "link_time": ("time",),
    "link_value": ("value", "dimension"),
    "only": ("value",),
}


def drafts(cover: Cover, world: World) -> Iterator[Draft]:
    """Every reading of a cover: one for each way to take the words that may be several kinds of thing."""
    options = [_kinds(element, world) for element in cover]
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


def _concept_kinds(element: Element, world: World) -> set[str]:
    """The kinds of an element's concepts; a noun takes in the metric that counts it and the field that names it."""
    kinds = {concept.kind for concept in element.concepts}
    counts = {c.target for c in element.concepts if c.kind == "metric"}
    if counts and counts <= set(world.nouns.counted):
        return (kinds - {"metric", "dimension"}) | {"noun"}
    if "noun" in kinds:
        kinds -= {"dimension"} if "metric" not in kinds else {"noun"}
    return {str(kind) for kind in kinds}


def _weight(element: Element, kind: str) -> float:
    own = [c.weight for c in element.concepts if c.kind == kind]
    return max(own, default=max(c.weight for c in element.concepts))


def leftovers(draft: Draft) -> list[int]:
    """The elements that nothing used and that could change the answer."""
    _use_context(draft)
    unused = [at for at in range(len(draft.elements)) if at not in draft.uses and not _harmless(draft, at)]
    return sorted(
        {
            *unused,
            *_idle_ranking(draft),
            *_idle_bounds(draft),
            *_extra_groups(draft),
            *_genitives(draft),
            *_attributes(draft),
        }
    )


def _idle_bounds(draft: Draft) -> list[int]:
    """Conditions on a number with nothing to pick from: no entity, no group, no list."""
    grouped = draft.groups or draft.grain or draft.listed or any(condition.grouped for condition in draft.conditions)
    loose = {b.operator for b in draft.bounds if b.choices[0].kind == "metric" and not b.entity}
    return [] if grouped else [at for at, use in draft.uses.items() if use[0] == "condition" and use[1] in loose]


def _idle_ranking(draft: Draft) -> list[int]:
    """Ranking words with nothing to rank: "the highest revenue" of what?"""
    if draft.groups or draft.grain or any(condition.grouped for condition in draft.conditions):
        return []
    return [at for at, use in draft.uses.items() if use[0] in ("order", "limit")]


def _extra_groups(draft: Draft) -> list[int]:
    """A second breakdown beside a cut: the first few of each are meant, which is another question."""
    if draft.ranking is None or draft.ranking.limit is None or is_top_of_each(draft):
        return []
    if draft.grain and draft.groups:
        return [at for at, use in draft.uses.items() if use[0] == "grain"]
    return [at for at, _ in draft.groups[1:]]


def _attributes(draft: Draft) -> list[int]:
    """Fields of one thing that is picked by a rank ("the town of the member that rides most"), not what is ranked."""
    words = draft.world.language.words("relatives")
    found: list[int] = []
    genitive = set(draft.world.language.words("genitive"))
    for at, _ in draft.groups if draft.ranking is not None else []:
        place = draft.ahead(at) if at >= 0 and draft.kind(at) == "dimension" else None
        owned = at >= 0 and not genitive.isdisjoint(draft.elements[at].text.casefold().split())
        if place is not None and not owned:  # "the town of the member", in two pieces
            between = {draft.elements[i].text.casefold() for i in range(at + 1, place)}
            owned = draft.kind(place) == "noun" and not genitive.isdisjoint(between)
        last = at if place is None or draft.kind(place) != "noun" else place
        behind = draft.elements[last + 1].text.casefold().split()[0] if last + 1 < len(draft.elements) else ""
        if owned and behind in words and not draft.elements[last].plural:
            found.append(at)
    return found


def _genitives(draft: Draft) -> list[int]:
    """Values that own what follows ("emails of customers"): a thing asked for, not a condition."""
    words = draft.world.language.words("genitive")
    return [
        at
        for at in range(len(draft.elements) - 2)
        if draft.kind(at) == "value" and draft.elements[at + 1].text in words and draft.kind(draft.ahead(at)) == "noun"
    ]


def _use_context(draft: Draft) -> None:
    """Words of a metric's own names, or used around it in its example questions, say nothing new about it."""
    lexicon = draft.world.lexicon
    bound = {bound.choices[0].target for bound in draft.bounds if bound.choices[0].kind == "metric"}
    names = [choices[0].target for _, choices in draft.metrics]
    beside = [lexicon.words_of(name) for name in bound]
    words = [draft.world.context.get(name, frozenset[str]()) | lexicon.words_of(name) for name in names]
    units = {draft.world.layer.metrics[name].unit for name in names}
    _use_field_words(draft)
    creation, counted = draft.world.language.words("creation_verbs"), draft.world.nouns.counted
    for at, element in enumerate(draft.elements):
        if element.unknown and any(element.text.casefold() in draft.world.language.unit_words(unit) for unit in units):
            draft.use(at, "filler")
        if element.unknown and element.text.casefold() in creation and names and set(names) <= set(counted):
            draft.use(at, "filler")
        idle = bool(words) and all(_says_nothing(draft, element.word, known) for known in words)
        if element.unknown and (idle or any(_says_nothing(draft, element.word, known) for known in beside)):
            draft.use(at, "filler")


def _use_field_words(draft: Draft) -> None:
    """ "urban areas": a word of the field's own name right behind one of its values."""
    for at in range(1, len(draft.elements)):
        if draft.element(at).unknown and names_value(draft, at):
            draft.use(at, "filler")


def _says_nothing(draft: Draft, word: str, known: frozenset[str]) -> bool:
    """Whether a word only repeats what a metric is called, itself or as a verb of the same deed ("bought", "sold")."""
    language = draft.world.language
    meant = {language.bare(str(noun)) for noun in language.data["adjectives"].get(word, ())}
    return word in known or bool((language.same_deed(word) | meant) & known)


def _harmless(draft: Draft, at: int) -> bool:
    element = draft.elements[at]
    if draft.kinds[at] == "number" and element.text.lower() in draft.world.language.words("articles"):
        following = draft.ahead(at)  # "what does one click cost"
        return following is not None and not draft.elements[following].plural
    if draft.kinds[at] != "" or element.unknown:
        return False
    if "listing" in element.cues:
        return bool(draft.groups or draft.grain)
    if "which" in element.cues:
        return _introduces_condition(draft, at) or _harmless_question_word(draft, at)
    if "how" in element.cues:
        return _harmless_manner(draft, at)
    if "filler" in element.cues:
        return True
    if element.cues & {"how_big", "each_one", "now"}:
        return _harmless_adjective(draft, at)
    if "and" in element.cues:
        return _joins_used(draft, at)
    return _harmless_link(draft, at)


def _harmless_question_word(draft: Draft, at: int) -> bool:
    """ "what is revenue" asks for a number; "which orders ..." asks for a list, which must not be dropped."""
    following = draft.ahead(at)
    if following is None or draft.kind(following) not in ("noun", ""):
        return True
    role = draft.uses.get(following, ("",))[0]
    return (
        role in ("order", "comparison", "grain", "dimension", "limit")
        or "share" in draft.elements[following].cues
        or (role == "filler" and draft.kind(following) == "")
    )


def _harmless_manner(draft: Draft, at: int) -> bool:
    """ "how was revenue", "how did revenue develop" ask for numbers; "how do customers find us" does not."""
    following = draft.elements[at + 1].text.casefold() if at + 1 < len(draft.elements) else ""
    answered = any(role in ("comparison", "grain", "dimension") for role, _ in draft.uses.values())
    answered = answered or any(condition.grouped for condition in draft.conditions)
    return answered or following not in draft.world.language.words("manner_verbs")


def _introduces_condition(draft: Draft, at: int) -> bool:
    """Whether the next word is part of a condition with a number or a deed ("customers who spent over 500")."""
    following = at + 1
    while following < len(draft.elements) and following not in draft.uses and draft.soft(following):
        following += 1
    placed = {bound.place for bound in draft.bounds}
    return (
        draft.uses.get(following, ("",))[1:] in {("gt",), ("ge",), ("lt",), ("le",), ("eq",), ("none",), ("between",)}
        or following in placed
    )


def _harmless_adjective(draft: Draft, at: int) -> bool:
    """ "how big is the pipeline" asks for the number; "the different categories" are the categories."""
    cues = draft.elements[at].cues
    if "how_big" in cues:
        return any(draft.kind(place) == "metric" for place, _ in draft.metrics)
    if "each_one" in cues:
        following = draft.ahead(at)
        return following is not None and draft.uses.get(following, ("",))[0] == "dimension"
    return all(choice.period is None for choice in draft.times)


def _joins_used(draft: Draft, at: int) -> bool:
    """A stray "and" is harmless between two things of different roles ("by country and in 2025")."""
    before, after = draft.back(at), draft.ahead(at)
    return before is not None and after is not None and before in draft.uses and after in draft.uses


def _harmless_link(draft: Draft, at: int) -> bool:
    element, before, following = draft.elements[at], draft.back(at), draft.ahead(at)
    if "only" in element.cues and before is not None and draft.kind(before) == "value":
        return True
    if element.cues & {"link_value", "link_order", "having"} and _introduces_condition(draft, at):
        return True
    if "link_value" in element.cues and at + 1 in draft.uses and draft.uses[at + 1][0] == "condition":
        return True
    if following is None:
        return "link_any" in element.cues and not element.cues & {"by", "per"}
    if element.cues & {"by", "per"}:
        return draft.kind(following) == "value"
    if any(cue in element.cues and draft.kind(following) in kinds for cue, kinds in LINKED_KINDS.items()):
        return True
    if "link_any" in element.cues and following in draft.uses:
        return True
    return "link_order" in element.cues and draft.uses.get(following, ("",))[0] == "order"
