"""Passes that find how to rank: "top 10 products", "with the highest revenue", "best-selling brands"."""

from __future__ import annotations

from assistant.understanding.draft import Draft, Ranking
from assistant.understanding.tokens import tokenize


def ask_for_rank(draft: Draft, place: int, number: int | None) -> None:
    """One row for "which country", the first few for "which countries"; the order comes from the ranking word."""
    if number is not None:
        draft.use(number, "limit", str(draft.element(number).number))
    limit = draft.element(number).number if number is not None else None
    if limit is None and (not draft.element(place).plural or _is_of_one(draft, place)):
        limit = 1
    draft.ranking = Ranking(limit=limit)
    if limit is None:
        _default_limit(draft)


def _is_of_one(draft: Draft, place: int) -> bool:
    """ "which of the countries has ...", "who among our agents ...": one of them is asked for."""
    verbs = draft.world.language.words("singular_verbs")
    said_of_one = place + 1 < len(draft.elements) and draft.element(place + 1).text.casefold() in verbs
    return said_of_one or _is_picked(draft, place)


def _is_picked(draft: Draft, place: int) -> bool:
    """Whether "which of our" or "who among the" stands before: one is picked from among several."""
    words, language = draft.world.language.words, draft.world.language
    said = [word for element in draft.elements[:place] for word in element.text.casefold().split()]
    while said and said[-1] in language.determiners:
        said.pop()
    picking = {*words("asking_persons"), *words("asking_rows")}
    return len(said) > 1 and said[-1] in {*words("among_words"), *words("genitive")} and said[-2] in picking


def find_rankings(draft: Draft) -> None:
    """ "top 10 products", "the 5 best customers", "with the highest revenue", "... the most"."""
    for at in draft.cues("top", "bottom"):
        descending = draft.has(at, "top")
        nth = _ordinal_before(draft, at)
        number = number_beside(draft, at)
        place = draft.ahead(number if number is not None and number > at else at)
        if draft.has(place, "change", "change_up", "change_down"):  # "the fastest growing brand"
            place = draft.ahead(place) if place is not None else None
        if place is not None and _is_deed_word(draft, place):  # "the most profitable brand"
            place = draft.ahead(place)
        if place is not None and _is_extreme_of_unit(draft, place):
            place = _take_unit(draft, place, number)
        place = past_adjectives(draft, place)
        subject = _subject_before(draft, at)
        if place is not None and draft.is_number(place):
            continue
        if place is not None and draft.groupable(place) and not (subject and draft.metric_choices(place)):
            _rank_group(draft, place, number)
        elif place is not None and _ranks(draft, place):
            _rank_by_metric(draft, at, place)
        elif draft.ranking is None or number is not None:
            continue
        if draft.ranking is not None:
            direct(draft, at, descending)
            _take_nth(draft, at, nth)


def past_adjectives(draft: Draft, at: int | None) -> int | None:
    """What is ranked: in "top 10 enterprise customers" the customers, while what they are stays a condition."""
    place = at
    while place is not None and draft.kind(place) == "value" and place not in draft.uses:
        place = place + 1 if place + 1 < len(draft.elements) else None
    return place if place is not None and draft.groupable(place) and draft.kind(place) != "grain" else at


def _is_deed_word(draft: Draft, at: int) -> bool:
    """Whether a word that says no more than by what is ranked stands before the thing that is."""
    element, behind = draft.element(at), draft.ahead(at)
    known = element.text.casefold() in draft.world.language.data["ranked_deeds"]
    return element.unknown and known and behind is not None and draft.groupable(behind)


def _is_extreme_of_unit(draft: Draft, at: int) -> bool:
    """ "the highest daily revenue": a unit of time as an adjective, before the number that ranks."""
    adverb = draft.kind(at) == "grain" and "adverb" in draft.element(at).cues and at not in draft.uses
    behind = draft.ahead(at)
    return adverb and not draft.grain and behind is not None and bool(draft.metric_choices(behind))


def _take_unit(draft: Draft, at: int, number: int | None) -> int | None:
    """Break down by the unit, of which one is asked for unless a number says otherwise; gives what is ranked."""
    draft.take_grain(at)
    limit = draft.element(number).number if number is not None else 1
    if number is not None:
        draft.use(number, "limit", str(limit))
    draft.ranking = Ranking(limit=limit)
    return draft.ahead(at)


def _ranks(draft: Draft, at: int) -> bool:
    """Whether an element can be ranked by: a metric, or things in the plural ("most orders", not "lowest price")."""
    if draft.kind(at) == "noun" and not draft.element(at).plural and not draft.concepts(at, "metric"):
        return False
    return draft.kind(at) in ("metric", "noun") and bool(draft.metric_choices(at))


def _ordinal_before(draft: Draft, at: int) -> int:
    """2 for "second best", 0 without an ordinal."""
    if at == 0 or at - 1 in draft.uses:
        return 0
    return max(0, int(draft.world.language.data["ordinals"].get(draft.element(at - 1).text.casefold(), 0)))


def _take_nth(draft: Draft, at: int, nth: int) -> None:
    """Only the nth row, when an ordinal asks for it."""
    if nth and draft.ranking is not None and draft.ranking.limit in (None, 1):
        draft.ranking.limit, draft.ranking.skip = 1, nth - 1
        draft.use(at - 1, "limit", str(nth))
        lead = next((i for i in range(at - 2, -1, -1) if "filler" not in draft.element(i).cues), None)
        if lead is not None and "link_order" in draft.element(lead).cues:  # "with the second highest"
            draft.use(lead, "filler")


def direct(draft: Draft, at: int, descending: bool) -> None:
    """Set the direction of the ranking by its word, and what kind of word it is."""
    assert draft.ranking is not None
    draft.ranking.judged = draft.has(at, "good", "bad")
    draft.ranking.lasting = draft.has(at, "lasting")
    draft.ranking.descending = descending
    draft.use(at, "order", "descending" if descending else "ascending")


def find_ranking_metrics(draft: Draft) -> None:
    """Metrics called by a word that ranks ("best-selling products"): they rank what stands beside them."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "metric" or at in draft.uses or not ranks_by_name(draft, at):
            continue
        ranked = next((i for i in range(at + 1, len(draft.elements)) if _named_to_rank(draft, i)), None)
        if ranked is not None:  # "best-selling brands by revenue": the revenue ranks
            draft.use(at, "order", "descending")
        place = past_adjectives(draft, draft.ahead(at))
        if ranks_events(draft, at):
            continue
        if draft.ranking is None and not draft.groups and place is not None and draft.groupable(place):
            number = number_beside(draft, at)
            _rank_group(draft, place, number)
        if draft.groups or draft.grain:
            draft.take_metric(at if ranked is None else ranked)
            draft.ranking = draft.ranking or Ranking()
            draft.ranking.metric = at if ranked is None else ranked


def ranks_events(draft: Draft, at: int) -> bool:
    """Whether rows that happen are ranked: "the most popular coupon" is that of most orders, not of most units."""
    place, datasets = draft.ahead(at), draft.world.layer.datasets
    said = draft.element(at).text.casefold().replace("-", " ").split()
    often = not set(said).isdisjoint(draft.world.language.words("frequencies"))
    if place is None or not often or not ranks_by_name(draft, at):
        return False
    if any(_named_to_rank(draft, i) for i in range(at + 1, len(draft.elements))):
        return False
    named = {concept.target.partition(".")[0] for concept in draft.concepts(place, "dimension")}
    return bool(named) and all(datasets[name].time for name in named)


def _named_to_rank(draft: Draft, at: int) -> bool:
    """Whether an element is a metric introduced as what to rank by."""
    before = draft.elements[at - 1].cues
    return draft.kind(at) == "metric" and not before.isdisjoint({"by", "sort", "link_any"})


def ranks_by_name(draft: Draft, at: int) -> bool:
    """Whether the words as said rank, while the metric's own title does not."""
    language = draft.world.language
    titles = " ".join(draft.world.layer.metrics[c.target].title.casefold() for c in draft.concepts(at, "metric"))
    said = [word.text for word in tokenize(draft.element(at).text, language.forms)]
    return any("top" in language.cues.get(word, ()) and word not in titles for word in said)


def number_beside(draft: Draft, at: int) -> int | None:
    """Where a number without another use stands just behind a place, or else just before it."""
    for place in (at + 1, at - 1):
        if 0 <= place < len(draft.elements) and draft.kind(place) == "number" and place not in draft.uses:
            return place
    return None


def _subject_before(draft: Draft, at: int) -> bool:
    """Whether something to break down by was named before the ranking word."""
    if draft.groups or draft.grain:
        return True
    place = draft.back(at)
    place = draft.back(at - 1) if _ordinal_before(draft, at) else place
    linked = any(draft.has(i, "link_order") for i in range((place or 0) + 1, at))
    return linked and draft.groupable(place)


def _rank_group(draft: Draft, place: int, number: int | None) -> None:
    limit = draft.element(number).number if number is not None else None
    if number is not None:
        draft.use(number, "limit", str(limit))
    if limit is None and not draft.element(place).plural:
        limit = 1
    draft.take_group(place)
    draft.ranking = Ranking(limit=limit)
    if limit is None:
        _default_limit(draft)


def _default_limit(draft: Draft) -> None:
    assert draft.ranking is not None
    draft.ranking.limit = int(draft.world.language.data["rank_default"])
    draft.ranking.cut_by_default = True
    draft.notes.append(default_note(draft))


def default_note(draft: Draft) -> str:
    """What is said of a ranking that is cut although no number was given."""
    return draft.world.language.message("default_limit", limit=int(draft.world.language.data["rank_default"]))


def _rank_by_metric(draft: Draft, at: int, place: int) -> None:
    before = draft.back(at - 1 if _ordinal_before(draft, at) else at)
    if not draft.groups and not draft.grain and before is not None and draft.groupable(before):
        number = before - 1 if before and draft.kind(before - 1) == "number" else None
        draft.take_group(before)
        ask_for_rank(draft, before, number)
    draft.take_metric(place)
    behind = place + 1 if place + 1 < len(draft.elements) else None
    if not draft.groups and not draft.grain and draft.groupable(behind) and not draft.is_number(place + 1):
        _rank_group(draft, place + 1, number_beside(draft, at))
    if draft.ranking is None:
        draft.ranking = Ranking()
    draft.ranking.metric = place
