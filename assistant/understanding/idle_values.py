"""Values placed as a condition that say something else of what they stand beside, or stand for a thing themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.draft import Draft, World
from assistant.understanding.idle_deeds import is_ratio
from assistant.understanding.segments import owner

EXACT = 0.99


def _of_another_thing(draft: Draft) -> Iterator[int]:
    """ "revenue from new products": new are the products, and not the customers whose orders are called new."""
    layer, reach = draft.world.layer, draft.world.reach
    for condition in draft.conditions:
        behind = condition.place + 1
        if condition.place < 0 or behind >= len(draft.elements) or draft.kind(behind) != "noun":
            continue
        described = draft.noun(behind)
        owners = {owner(layer, c.target) for concepts in condition.values for c in concepts}
        if all(reach.steps(described, name) is None and reach.steps(name, described) is None for name in owners):
            yield condition.place


def _of_the_doer(draft: Draft) -> Iterator[int]:
    """ "new orders": a field called after customers says which customers are new, and not which orders."""
    datasets = draft.world.layer.datasets
    for condition in draft.conditions:
        behind = condition.place + 1
        if condition.place < 0 or behind >= len(draft.elements) or draft.kind(behind) not in ("noun", "metric"):
            continue
        if draft.element(condition.place).text.casefold() in draft.world.language.words("person_nouns"):
            continue  # "guest orders" says who placed them
        nouns = {c.target for c in draft.concepts(behind, "noun")}
        fields = {c.target for concepts in condition.values for c in concepts if _is_of(c.target, nouns)}
        called = {name for field in fields for name in datasets if name in field.partition(".")[2].split("_")}
        if nouns and fields and any(datasets[name].entity for name in called - nouns):
            yield condition.place


def _is_of(field: str, datasets: set[str]) -> bool:
    """Whether a field belongs to one of these datasets."""
    return field.partition(".")[0] in datasets


def _as_things(draft: Draft) -> Iterator[int]:
    """ "emails to Gold members", "who get emails": things that numbers of their own count, and no channel called so."""
    for condition in draft.conditions:
        if condition.place >= 0 and draft.element(condition.place).plural:
            stored = {str(concept.value).casefold() for concept in draft.concepts(condition.place, "value")}
            if stands_for_things(draft.world, draft.element(condition.place).text.casefold(), stored):
                yield condition.place


def stands_for_things(world: World, said: str, stored: set[str]) -> bool:
    """Whether a word is the plural of values, and the first of the names of numbers ("emails", of "emails sent")."""
    bare = world.language.bare
    inflected = said not in stored and bare(said) in map(bare, stored)
    return inflected and any(name.startswith(f"{said}_") for name in world.layer.metrics)


def _called_like_a_field(draft: Draft) -> Iterator[int]:
    """ "brand revenue": the name of a field is no value of another one that is only called the same."""
    for condition in draft.conditions:
        place = condition.place
        layer, reach = draft.world.layer, draft.world.reach
        names = [choices[0].target for _, choices in draft.metrics]
        owners = {owner(layer, concept.target) for concepts in condition.values for concept in concepts}
        owners = {name for name in owners if not names or reach.distance(names, name) is not None}
        fields = draft.concepts(place, "dimension") if place >= 0 else ()
        named = [c for c in fields if owner(layer, c.target) not in owners]
        beside = condition.nouns or any(
            draft.kind(at) == "dimension" for at in (draft.back(place), draft.ahead(place)) if at is not None
        )
        if not beside and not _is_spelt_as_stored(draft, place) and any(one.weight >= EXACT for one in named):
            yield place


def _is_spelt_as_stored(draft: Draft, at: int) -> bool:
    """ "Kids revenue": a capital as in the data tells a category of that name from the number of kids."""
    said = draft.element(at).text
    return not said.islower() and any(str(concept.value) == said for concept in draft.concepts(at, "value"))


def _compared_with_their_field(draft: Draft) -> Iterator[int]:
    """ "weekdays against weekends": a field in the plural set against values of its own is one side, not their name."""
    compared = any(element.cues & {"compare", "versus"} for element in draft.elements)
    for at in range(len(draft.elements) - 2) if compared else ():
        joined = draft.element(at + 1).cues & {"versus", "and", "link_value"}
        sides = draft.kind(at) == "dimension" and draft.kind(at + 2) == "value" and draft.element(at).plural
        if joined and sides and draft.uses.get(at, ("",))[0] == "condition":
            yield at


def _which_ones(draft: Draft) -> Iterator[int]:
    """ "which loyal customers are in the south": those people, and not how many there are."""
    first = draft.elements[0].text.casefold() if draft.elements else ""
    split = draft.listed or draft.groups or draft.grain or draft.ranking is not None or draft.trend
    if first not in draft.world.language.words("asking_which") or split:
        return
    datasets = draft.world.layer.datasets
    for place, _ in draft.metrics:
        said = _is_said(draft, place)
        words = draft.tokens[draft.element(place).first : draft.element(place).behind] if said else ()
        named = draft.world.lexicon.lookup(words) if len(words) == 1 else ()
        if any(concept.kind == "noun" and datasets[concept.target].entity for concept in named):
            yield place


def _is_said(draft: Draft, place: int) -> bool:
    """Whether a metric stands in the words, and is not carried over from the question before."""
    return 0 <= place < len(draft.elements)


def _single_extreme(draft: Draft) -> Iterator[int]:
    """ "the biggest order by channel": one order of each, and not the channel with the most of them."""
    sizes = draft.world.language.words("sizing_words")
    for place, choices in draft.metrics:
        ranked = draft.back(place) if _is_said(draft, place) else None
        if ranked is None or draft.element(place).plural or draft.kind(place) not in ("noun", "metric"):
            continue
        counted = all(choice.target in draft.world.nouns.counted for choice in choices)
        if counted and set(draft.element(ranked).text.casefold().split()[-1:]) & set(sizes):
            yield ranked


def _ratio_of_the_top(draft: Draft) -> Iterator[int]:
    """ "order value of the top ten customers": the top ones by what? Hardly by their order value."""
    ranks = [at for at, use in draft.uses.items() if at >= 0 and use[0] in ("order", "limit")]
    names = [c.target for _, choices in draft.metrics for c in choices]
    if len(draft.metrics) != 1 or not all(is_ratio(draft, name) for name in names):
        return
    place, words = draft.metrics[0][0], draft.world.language.words("genitive")
    for at in ranks:
        near = range(max(place + 1, at - 2), at) if _is_said(draft, place) else ()
        lead = [draft.element(i).text.casefold() for i in near]
        owned = bool(lead) and bool(set(lead[0].split()[:1]) & set(words))
        if owned and not set(lead[1:]) - set(draft.world.language.determiners):
            yield at


def _two_rankings(draft: Draft) -> Iterator[int]:
    """ "top 3 brands by revenue and by units": two lists, of which one order shows one."""
    if draft.ranking is None or draft.ranking.limit is None or len(draft.metrics) < 2:
        return
    by = [at for at, _ in draft.metrics if at > 0 and _is_said(draft, at) and "by" in draft.element(at - 1).cues]
    if len(by) > 1:
        yield by[-1]


def _asked_places(draft: Draft) -> Iterator[int]:
    """ "which place is Spain in revenue": the rank, which the revenue is not."""
    words = draft.world.language.words("ranking_nouns")
    for at in range(1, len(draft.elements)):
        asked = "which" in draft.element(at - 1).cues and draft.kind(at - 1) == ""
        if asked and draft.kind(at) == "" and draft.element(at).text.casefold() in words:
            yield at


def _deed_in_time(draft: Draft) -> Iterator[int]:
    """ "orders refunded in May": the refunds were in May, and not the orders that have been refunded since."""
    reach = draft.world.reach
    for condition in draft.conditions:
        at = condition.place
        before, behind = (draft.back(at), draft.ahead(at)) if at > 0 else (None, None)
        if before is None or behind is None or draft.kind(behind) != "time" or draft.kind(at) != "value":
            continue
        if any("." not in concept.target for concept in draft.concepts(at, "value")):
            continue  # "revenue from subscribers in May": who they are is no deed
        owners = {concept.target.partition(".")[0] for concept in draft.concepts(at, "value")}
        others = {fact for c in draft.concepts(at, "metric") for fact in reach.facts(c.target)} - owners
        if others and draft.kind(before) in ("noun", "metric"):
            yield at


def _beside_others(draft: Draft) -> Iterator[int]:
    """ "products bought together with shoes": what else was in the same order, and not the shoes."""
    words = draft.world.language.words("beside_words")
    for at in range(1, len(draft.elements) - 1):
        said = draft.element(at).text.casefold()
        if said in words and draft.kind(at + 1) == "value" and draft.kind(at - 1) != "value":
            yield at


def _torn_from_a_number(draft: Draft) -> Iterator[int]:
    """ "discount per coupon order": orders of a kind that have a name of their own, and not one for each coupon."""
    places = [at for at, _ in draft.groups] + [at for at, use in draft.uses.items() if use[0] == "dimension"]
    for at in dict.fromkeys(places):
        behind = at + 1
        if at < 1 or behind >= len(draft.elements) or draft.kind(behind) not in ("noun", "metric"):
            continue
        taken = draft.uses.get(behind, ("",))[0] == "filler" and "per" in draft.element(at - 1).cues
        words = draft.tokens[draft.element(at).first : draft.element(behind).behind] if taken else ()
        if any(c.kind == "metric" and c.weight >= EXACT for c in draft.world.lexicon.lookup(words)):
            yield at


def _torn_field(draft: Draft) -> Iterator[int]:
    """ "who is the account manager of ...": two words that are one field are no two conditions."""
    for at in range(len(draft.elements) - 1):
        pair = (at, at + 1)
        taken = any(draft.uses.get(place, ("",))[0] == "value" for place in pair) and all(map(draft.kind, pair))
        words = draft.tokens[draft.element(at).first : draft.element(at + 1).behind] if taken else ()
        if any(c.kind == "dimension" and c.weight >= EXACT for c in draft.world.lexicon.lookup(words)):
            yield at


def _dates_of_nothing(draft: Draft) -> Iterator[int]:
    """ "what are our renewal dates in July": days themselves, where nothing is measured that could be told by them."""
    if any(_is_said(draft, place) for place, _ in draft.metrics) or draft.listed:
        return
    fields = draft.world.layer.fields
    for at, _ in draft.groups:
        named = draft.concepts(at, "dimension") if _is_said(draft, at) else ()
        if named and draft.element(at).plural and all(fields[c.target].kind == "time" for c in named):
            yield at


def _reason_of_a_rate(draft: Draft) -> Iterator[int]:
    """ "churn rate because of the price": only those who left have a reason, so that no rate is told apart by one."""
    words, layer = set(draft.world.language.words("reason_words")), draft.world.layer
    names = [choice.target for _, choices in draft.metrics for choice in choices]
    if not names or not all(is_ratio(draft, name) for name in names):
        return
    for condition in draft.conditions:
        titles = [layer.fields[c.target].title for cs in condition.values for c in cs if c.target in layer.fields]
        bare = [{draft.world.language.bare(word) for word in title.casefold().split()} for title in titles]
        if condition.place >= 0 and bare and all(words & said for said in bare):
            yield condition.place


VALUES: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _of_another_thing,
    _of_the_doer,
    _as_things,
    _called_like_a_field,
    _compared_with_their_field,
    _which_ones,
    _single_extreme,
    _ratio_of_the_top,
    _two_rankings,
    _asked_places,
    _deed_in_time,
    _beside_others,
    _torn_from_a_number,
    _torn_field,
    _dates_of_nothing,
    _reason_of_a_rate,
)
