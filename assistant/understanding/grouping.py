"""Passes that find what to break down by and how to rank: "by country", "which segment has the most refunds"."""

from __future__ import annotations

from assistant.understanding.bounds import amount_of_verb
from assistant.understanding.draft import Draft, Ranking
from assistant.understanding.tokens import tokenize


def find_asked_groups(draft: Draft) -> None:
    """ "which country has ...", "what product ...": the thing asked for is what to break down by."""
    ranked = bool(draft.cues("top", "bottom")) or any(
        draft.kind(at) == "metric" and _ranks_by_name(draft, at) for at in range(len(draft.elements))
    )
    ranked = ranked or bool(preferences(draft))
    for at in draft.cues("which"):
        place = draft.ahead(at)
        number = place if place is not None and draft.kind(place) == "number" else None
        place = _past_adjectives(draft, draft.ahead(number) if number is not None else place)
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
            _ask_for_rank(draft, place, number)


def preferences(draft: Draft) -> list[int]:
    """The verbs that rank by what is bought ("what products do women prefer")."""
    words = draft.world.language.words("preference_verbs")
    return [at for at in range(len(draft.elements)) if at not in draft.uses and draft.element(at).text.lower() in words]


def _is_subject(draft: Draft, cue: int, place: int) -> bool:
    """ "what did customers buy most": the noun does it, and is not what is asked for."""
    auxiliaries = draft.world.language.words("auxiliaries")
    between = [draft.element(i).text.casefold() for i in range(cue + 1, place)]
    return draft.kind(place) == "noun" and any(word in auxiliaries for word in between)


def _ask_for_rank(draft: Draft, place: int, number: int | None) -> None:
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
    """ "which of the countries has ...": the verb says that one of them is asked for."""
    verbs = draft.world.language.words("singular_verbs")
    return place + 1 < len(draft.elements) and draft.element(place + 1).text.casefold() in verbs


def find_rankings(draft: Draft) -> None:
    """ "top 10 products", "the 5 best customers", "with the highest revenue", "... the most"."""
    for at in draft.cues("top", "bottom"):
        descending = draft.has(at, "top")
        nth = _ordinal_before(draft, at)
        number = _number_beside(draft, at)
        place = draft.ahead(number if number is not None and number > at else at)
        if draft.has(place, "change", "change_up", "change_down"):  # "the fastest growing brand"
            place = draft.ahead(place) if place is not None else None
        if place is not None and _is_deed_word(draft, place):  # "the most profitable brand"
            place = draft.ahead(place)
        if place is not None and _is_extreme_of_unit(draft, place):
            place = _take_unit(draft, place, number)
        place = _past_adjectives(draft, place)
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
            _direct(draft, at, descending)
            _take_nth(draft, at, nth)


def _past_adjectives(draft: Draft, at: int | None) -> int | None:
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


def _direct(draft: Draft, at: int, descending: bool) -> None:
    """Set the direction of the ranking by its word, and what kind of word it is."""
    assert draft.ranking is not None
    draft.ranking.judged = draft.has(at, "good", "bad")
    draft.ranking.lasting = draft.has(at, "lasting")
    draft.ranking.descending = descending
    draft.use(at, "order", "descending" if descending else "ascending")


def find_ranking_metrics(draft: Draft) -> None:
    """Metrics called by a word that ranks ("best-selling products"): they rank what stands beside them."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "metric" or at in draft.uses or not _ranks_by_name(draft, at):
            continue
        ranked = next((i for i in range(at + 1, len(draft.elements)) if _named_to_rank(draft, i)), None)
        if ranked is not None:  # "best-selling brands by revenue": the revenue ranks
            draft.use(at, "order", "descending")
        place = _past_adjectives(draft, draft.ahead(at))
        if ranks_events(draft, at):
            continue
        if draft.ranking is None and not draft.groups and place is not None and draft.groupable(place):
            number = _number_beside(draft, at)
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
    if place is None or not often or not _ranks_by_name(draft, at):
        return False
    if any(_named_to_rank(draft, i) for i in range(at + 1, len(draft.elements))):
        return False
    named = {concept.target.partition(".")[0] for concept in draft.concepts(place, "dimension")}
    return bool(named) and all(datasets[name].time for name in named)


def _named_to_rank(draft: Draft, at: int) -> bool:
    """Whether an element is a metric introduced as what to rank by."""
    before = draft.elements[at - 1].cues
    return draft.kind(at) == "metric" and not before.isdisjoint({"by", "sort", "link_any"})


def _ranks_by_name(draft: Draft, at: int) -> bool:
    """Whether the words as said rank, while the metric's own title does not."""
    language = draft.world.language
    titles = " ".join(draft.world.layer.metrics[c.target].title.casefold() for c in draft.concepts(at, "metric"))
    said = [word.text for word in tokenize(draft.element(at).text, language.forms)]
    return any("top" in language.cues.get(word, ()) and word not in titles for word in said)


def _number_beside(draft: Draft, at: int) -> int | None:
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
    draft.notes.append(_default_note(draft))


def _default_note(draft: Draft) -> str:
    return draft.world.language.message("default_limit", limit=int(draft.world.language.data["rank_default"]))


def _rank_by_metric(draft: Draft, at: int, place: int) -> None:
    before = draft.back(at - 1 if _ordinal_before(draft, at) else at)
    if not draft.groups and not draft.grain and before is not None and draft.groupable(before):
        number = before - 1 if before and draft.kind(before - 1) == "number" else None
        draft.take_group(before)
        _ask_for_rank(draft, before, number)
    draft.take_metric(place)
    behind = place + 1 if place + 1 < len(draft.elements) else None
    if not draft.groups and not draft.grain and draft.groupable(behind) and not draft.is_number(place + 1):
        _rank_group(draft, place + 1, _number_beside(draft, at))
    if draft.ranking is None:
        draft.ranking = Ranking()
    draft.ranking.metric = place


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
            _order_by(draft, at, place)
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
    return place if place is not None and draft.kind(place) == "dimension" else at


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


def _order_by(draft: Draft, at: int, place: int) -> None:
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
        number = _number_beside(draft, at)
        if number is not None and _ends_breakdown(draft, max(at, number)) and (draft.groups or draft.grain):
            draft.ranking = Ranking(limit=draft.element(number).number)
            _direct(draft, at, draft.has(at, "top"))
            draft.use(number, "limit", str(draft.ranking.limit))
    for at in draft.cues("sort"):
        place = draft.ahead(at)
        if place is not None and draft.kind(place) in ("metric", "noun") and draft.metric_choices(place):
            _order_by(draft, at, place)
    directions = draft.cues("descending", "ascending")
    for at in (*draft.cues("sorting"), *directions):
        draft.ranking = draft.ranking or Ranking()
        if draft.ranking.cut_by_default:  # "sort them" asks for all of them
            draft.ranking.limit, draft.ranking.cut_by_default = None, False
            draft.notes.remove(_default_note(draft))
        draft.use(at, "order", "sorted")
    for at in directions:
        assert draft.ranking is not None
        draft.ranking.descending = draft.element(at).cues.isdisjoint({"ascending"})
        draft.ranking.judged = not draft.element(at).cues.isdisjoint({"good", "bad"})
