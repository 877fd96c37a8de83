"""Passes that take groups together to one number: how many meet a condition, their average, what the top ones have."""

from __future__ import annotations

from assistant.understanding.draft import Draft, Ranking, Together
from assistant.understanding.tokens import tokenize

NO_AMOUNT = ("percent", "duration")


def find_counted_groups(draft: Draft) -> None:
    """ "how many brands sold more than 100 items": how many values of a field meet a condition."""
    loose = [bound for bound in draft.bounds if bound.choices[0].kind == "metric" and not bound.entity]
    for at in draft.cues("how_many") if loose and len(loose) == len(draft.bounds) else ():
        place = _counted_field(draft, at)
        if place is None or place > min(bound.place for bound in loose) or draft.metrics or draft.together:
            continue
        draft.take_group(place)
        draft.use(at, "metric", "count")
        for link in range(place + 1, min(bound.place for bound in loose)):
            if draft.soft(link) and "only" not in draft.element(link).cues:
                draft.use(link, "filler")
        draft.together = Together(place, "count")
        draft.metrics = [(loose[0].place, loose[0].choices)]


def _counted_field(draft: Draft, cue: int) -> int | None:
    """The field in the plural right behind "how many"."""
    place = draft.ahead(cue)
    if place is None or draft.kind(place) != "dimension" or not draft.groupable(place):
        return None
    plain = draft.element(place).plural and not draft.is_flag(place) and not draft.is_number(place)
    return place if plain else None


def find_group_averages(draft: Draft) -> None:
    """ "average number of tickets per agent": the average of a count over the things that have any."""
    cues = draft.cues("average", "median")
    if len(cues) != 1 or len(draft.metrics) != 1 or draft.together or draft.per_bucket or draft.ranking:
        return
    formats = {draft.world.layer.metrics[c.target].format for c in draft.metrics[0][1]}
    place = _one_each(draft)
    if place is None or formats & set(NO_AMOUNT) or draft.ahead(cues[0]) != draft.metrics[0][0]:
        return
    named = draft.element(draft.metrics[0][0])
    if not (named.plural or _is_counted(draft, draft.metrics[0][0]) or _is_mass(draft, draft.metrics[0][0])):
        return  # "the average refund per shop" is of what one is worth
    draft.together = Together(place, "median" if draft.has(cues[0], "median") else "average")
    draft.use(cues[0], "metric", draft.together.agg)
    for at in draft.cues("which"):  # "what is the average revenue per country"
        if at < cues[0] and all(draft.soft(i) for i in range(at + 1, cues[0])):
            draft.use(at, "filler")


def _is_counted(draft: Draft, at: int) -> bool:
    """ "ticket volume": a name that says that rows are counted."""
    words = {*draft.world.language.words("count_suffixes"), "volume"}
    return draft.element(at).text.casefold().split()[-1] in words


def _is_mass(draft: Draft, at: int) -> bool:
    """ "revenue": money that adds up, called by a word that names no single thing."""
    layer, nouns = draft.world.layer, draft.world.nouns
    choices = draft.metrics[0][1]
    money = all(layer.metrics[one.target].format == "currency" for one in choices)
    words = tokenize(draft.element(at).text, draft.world.language.forms)
    named = draft.world.lexicon.lookup(words) if words else ()
    things = any(one.kind == "noun" or one.target in nouns.counted for one in named)
    income = {word for phrase in draft.world.language.words("income_words") for word in phrase.split()}
    return money and not things and any(token.text in income for token in words)


def _one_each(draft: Draft) -> int | None:
    """What a number is asked for each of: "per agent", with nothing else to break down by."""
    if draft.per is not None and draft.per[1] not in draft.uses and not draft.groups and not draft.grain:
        cue, place = draft.per
        draft.groups.append((place, draft.group_choices(place)))
        if not draft.groups[-1][1]:
            draft.groups.pop()
            return None
        draft.per = None
        draft.use(place, "dimension", draft.noun(place))
        draft.use(cue, "filler")
        return place
    if len(draft.groups) != 1 or draft.groups[0][0] < 1:
        return None
    place = draft.groups[0][0]
    fields = draft.world.layer.fields
    if any(fields[one.fields[0]].implied or fields[one.fields[0]].kind == "time" for one in draft.groups[0][1]):
        return None  # weekdays come round again: the average of all Mondays and all Tuesdays is none of a day
    words = draft.world.language.words("per_words")
    return place if draft.element(place - 1).text.casefold() in words and not draft.element(place).plural else None


def find_top_percent(draft: Draft) -> None:
    """ "the top 10% of customers": a part of all by what they have."""
    for at in draft.cues("top", "bottom"):
        if at + 3 >= len(draft.elements) or draft.kind(at + 1) != "number":
            continue
        sign = draft.element(at + 2).text.casefold()
        place, number = draft.ahead(at + 2), draft.element(at + 1).number
        if sign not in ("%", *draft.world.language.unit_words("%")) or place is None or not number:
            continue
        linked = all("link_any" in draft.element(i).cues or draft.soft(i) for i in range(at + 3, place))
        if not linked or not draft.groupable(place) or not draft.element(place).plural or draft.groups:
            continue
        descending = draft.has(at, "top")
        draft.take_group(place)
        draft.ranking = Ranking(descending=descending, limit=number, percent=True)
        draft.use(at, "order", "descending" if descending else "ascending")
        for used in (at + 1, at + 2):
            draft.use(used, "limit", str(number))
        return


def is_top_share(draft: Draft) -> bool:
    """Whether a share of all is asked for that the top few have together, not one for each of them."""
    ranking = draft.ranking
    if ranking is None or not ranking.limit or ranking.cut_by_default or ranking.along_time or ranking.skip:
        return False
    if ranking.column != "value" or len(draft.groups) != 1 or draft.grain or draft.within is not None:
        return False
    return draft.groups[0][0] > 0 and not any(_asks_for_each(draft, at) for at in _before(draft))


def _asks_for_each(draft: Draft, at: int) -> bool:
    """Whether a word asks for one number for each; "generated by the ten biggest" tells who did it."""
    done = at > 0 and draft.element(at - 1).text.casefold() in draft.world.language.words("done_by")
    return ("by" in draft.element(at).cues and not done) or "which" in draft.element(at).cues


def _before(draft: Draft) -> range:
    """The elements from the metric to what is ranked, where a word could ask for each one."""
    metric, place = draft.metrics[0][0], draft.groups[0][0]
    return range(min(metric, place) + 1, max(metric, place))


def take_top(draft: Draft) -> None:
    """Take what the top few have together."""
    for at in _before(draft):
        if "by" in draft.element(at).cues:
            draft.use(at, "filler")
    draft.together = Together(draft.groups[0][0], "top")


def find_top_sums(draft: Draft) -> None:
    """ "how much of our revenue do the ten best customers make": together, and as a share of all."""
    asked = draft.ranking is not None and (draft.ranking.percent or _asks_how_much_of(draft))
    if not asked or len(draft.metrics) != 1 or draft.cues("share") or not is_top_share(draft):
        return
    take_top(draft)
    draft.shared = not (draft.conditions or draft.presence or draft.bounds)


def _asks_how_much_of(draft: Draft) -> bool:
    """ "how much of ...": a part of something."""
    genitive = draft.world.language.words("genitive")
    said = [element.text.casefold() for element in draft.elements]
    return any(
        "how_much" in element.cues and at + 1 < len(said) and said[at + 1].split()[0] in genitive
        for at, element in enumerate(draft.elements)
    )
