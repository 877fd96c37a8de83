"""Passes that find what to break down by: "by country and month", "per channel", "which segment has ..."."""

from __future__ import annotations

from assistant.understanding.bounded import amount_of_verb
from assistant.understanding.draft import Draft, Ranking
from assistant.understanding.ordering import order_by
from assistant.understanding.ranking import ask_for_rank, past_adjectives, ranks_by_name


def find_asked_groups(draft: Draft) -> None:
    """ "which country has ...", "what product ...": the thing asked for is what to break down by."""
    ranked = bool(draft.cues("top", "bottom")) or any(
        draft.kind(at) == "metric" and ranks_by_name(draft, at) for at in range(len(draft.elements))
    )
    ranked = ranked or bool(preferences(draft))
    for at in draft.cues("which"):
        place = draft.ahead(at)
        number = place if place is not None and draft.kind(place) == "number" else None
        place = past_adjectives(draft, draft.ahead(number) if number is not None else place)
        if (
            place is None
            or not draft.groupable(place)
            or draft.is_flag(place)
            or (draft.kind(place) in ("noun", "grain") and not ranked)
        ):
            continue
        if any(at < cue < place for cue in draft.cues("top", "bottom")) or _is_subject(draft, at, place):
            continue
        draft.use(at, "filler")
        draft.take_group(place)
        if ranked:
            ask_for_rank(draft, place, number)


def preferences(draft: Draft) -> list[int]:
    """The verbs that rank by what is bought ("what products do women prefer")."""
    words = draft.world.language.words("preference_verbs")
    return [at for at in range(len(draft.elements)) if at not in draft.uses and draft.element(at).text.lower() in words]


def _is_subject(draft: Draft, cue: int, place: int) -> bool:
    """ "what did customers buy most": the noun does it, and is not what is asked for."""
    auxiliaries = draft.world.language.words("auxiliaries")
    between = [draft.element(i).text.casefold() for i in range(cue + 1, place)]
    return draft.kind(place) == "noun" and any(word in auxiliaries for word in between)


def one_by_one(draft: Draft, at: int) -> bool:
    """Whether a word asks for the number of each one: "revenue per new customer" is no total."""
    return draft.element(at).text.casefold().split()[-1] in draft.world.language.words("one_by_one")


def find_groups(draft: Draft) -> None:
    """ "by country and month", "per channel", "for each segment"; "by revenue" ranks."""
    for at in draft.cues("by", "per"):
        place = draft.ahead(at)
        place = draft.ahead(place) if place is not None and draft.has(place, "average") else place
        place = _past_values(draft, place)
        if place is None or _is_by_doers(draft, at, place):
            continue
        if draft.has(at, "per") and draft.kind(place) == "noun" and not _has_own_dimension(draft, place):
            draft.per = (at, place)
        elif draft.groupable(place) and not (draft.ranking and draft.groups and _starts_metric(draft, place)):
            _take_list(draft, at, place)
        elif draft.kind(place) in ("metric", "noun") and draft.metric_choices(place) and not draft.has(at, "per"):
            order_by(draft, at, place)
        elif draft.kind(place) == "value" and not one_by_one(draft, at):
            draft.use(at, "filler")
        elif (
            draft.element(place).unknown
            and (draft.groups or draft.grain)
            and (choices := tuple(c for c in amount_of_verb(draft, place) if c.kind == "metric"))
        ):
            draft.metrics.append((place, choices))
            draft.use(place, "metric", choices[0].target)
            draft.use(at, "order", "descending")
            draft.ranking = draft.ranking or Ranking()
            draft.ranking.metric = place


def _is_by_doers(draft: Draft, at: int, place: int) -> bool:
    """ "tickets opened by customers in Berlin": who did it, and not the number of each of them."""
    said = draft.element(at).text.casefold()
    if at == 0 or said != "by" or draft.kind(place) != "noun" or not draft.element(place).plural:
        return False
    done = draft.element(at - 1).text.casefold().endswith(draft.world.language.words("participle_endings"))
    if not (done and draft.world.layer.datasets[draft.noun(place)].entity):
        return False
    draft.use(at, "filler")
    return True


def _past_values(draft: Draft, at: int | None) -> int | None:
    """What a breakdown is by: in "each Beauty brand" the brand, in "by Germany" nothing but the value."""
    place = at
    while place is not None and draft.kind(place) == "value":
        place = place + 1 if place + 1 < len(draft.elements) else None
    if place is None or place == at:
        return at
    named = draft.kind(place) == "noun" and _has_own_dimension(draft, place) and not draft.element(place).plural
    return place if named or draft.kind(place) == "dimension" else at  # "per retail company"


def _has_own_dimension(draft: Draft, at: int) -> bool:
    entity = draft.world.layer.datasets[draft.noun(at)].entity
    return bool(draft.concepts(at, "dimension")) and not entity


def _take_list(draft: Draft, at: int, place: int) -> None:
    if draft.groups and draft.ranking and draft.element(at).text.casefold() in draft.world.language.words("each_words"):
        draft.within = place
    if not draft.take_group(place):
        return
    draft.use(at, "filler")
    following = draft.joined(place, "and")
    while following is not None and _is_listed(draft, following):
        for joiner in draft.joiners(place, following):
            draft.use(joiner, "filler")
        if not draft.take_group(following):
            return
        place, following = following, draft.joined(following, "and")


def _is_listed(draft: Draft, at: int) -> bool:
    """Whether a further thing to break down by is named; "by plan, in days" is the unit of what is measured."""
    unit = draft.kind(at) == "grain" and draft.element(at - 1).text.casefold() in draft.world.language.words("set_as")
    return draft.groupable(at) and not unit and not _starts_metric(draft, at)


def _starts_metric(draft: Draft, at: int) -> bool:
    return draft.kind(at) == "noun" and bool(draft.metric_choices(at)) and not draft.concepts(at, "dimension")
