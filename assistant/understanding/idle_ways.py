"""Names placed as a condition or a breakdown that say something else where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import Draft
from assistant.understanding.segments import owner

LONG_NAME = 3


def _by_one_value(draft: Draft) -> Iterator[int]:
    """ "by store": broken down by it, and not only of the one that is called so."""
    for condition in draft.conditions:
        at = condition.place
        if at < 0 or condition.grouped or draft.kind(at) != "value":
            continue
        tokens = draft.tokens[draft.element(at).first : draft.element(at).behind]
        by = "by" in draft.world.language.cues.get(tokens[0].text, ()) if len(tokens) > 1 else False
        named = draft.world.lexicon.lookup(tokens[1:]) if by else ()
        if any(c.kind == "dimension" and c.weight > HEAD_WORD for c in named):
            yield at


def _swallowed(draft: Draft) -> Iterator[int]:
    """ "new customers in Austria and lost customers in Italy": a number and a place are no campaign called so."""
    lexicon, links = draft.world.lexicon, set(draft.world.language.words("places"))
    for condition in draft.conditions:
        element = draft.element(condition.place) if condition.place >= 0 else None
        if element is None or element.behind - element.first < LONG_NAME:
            continue
        tokens = draft.tokens[element.first : element.behind]
        cut = next((i for i, token in enumerate(tokens) if i and token.text in links), 0)
        if cut and any(c.kind in ("metric", "noun") and c.weight > HEAD_WORD for c in lexicon.lookup(tokens[:cut])):
            yield condition.place


def _sent_so(draft: Draft) -> Iterator[int]:
    """ "messages sent by e-mail": how the rows are called that are counted is no other field's value."""
    for condition in draft.conditions:
        at = condition.place
        if at < 1 or draft.kind(at) != "value" or not draft.element(at - 1).cues & {"by", "link_any"}:
            continue
        said = draft.element(at).text.casefold().replace(" - ", "-").replace("-", "")
        for _, choices in draft.metrics:
            titles = [draft.world.layer.metrics[choice.target].title.casefold().replace("-", "") for choice in choices]
            if draft.element(at - 1).text.casefold() in draft.world.language.words("ways_told") and all(
                title.startswith(said) for title in titles
            ):
                yield at


def _planned(draft: Draft) -> Iterator[int]:
    """ "revenue target": what was meant to be reached, and not what it is aimed at."""
    words = set(draft.world.language.words("planning_words"))
    for at, _ in draft.groups:
        before = at - 1
        if at < 1 or draft.element(at).text.casefold() not in words or draft.kind(before) not in ("metric", "noun"):
            continue
        if draft.element(before).behind == draft.element(at).first:
            yield at


def _of_mine(draft: Draft) -> Iterator[int]:
    """ "in my region": the one of whoever asks, whom no table knows, and not each of them."""
    mine = set(draft.world.language.words("mine"))
    for at, _ in draft.groups:
        if at > 0 and draft.kind(at) == "dimension" and not draft.element(at).plural:
            said = draft.element(at - 1).text.casefold().split()
            if said and said[-1] in mine and not draft.element(max(at - 2, 0)).cues & {"by", "per"}:
                yield at - 1


def _without_having(draft: Draft) -> Iterator[int]:
    """ "customers without email": who have none, and not those that came another way."""
    ways = set(draft.world.language.words("way_fields"))
    for condition in draft.conditions:
        at = condition.place
        if at < 1 or draft.kind(at) != "value" or draft.element(at).plural:
            continue
        fields = {concept.target for concepts in condition.values for concept in concepts}
        as_way = all(set(field.rpartition(".")[2].split("_")) & ways for field in fields)
        if as_way and draft.element(at - 1).cues & {"absent", "having"} and _is_held(draft, at, fields):
            yield at


def _is_held(draft: Draft, at: int, fields: set[str]) -> bool:
    """Whether a word begins the name of a field of the same things: "email" of "e-mail address"."""
    layer, word = draft.world.layer, draft.element(at).text.casefold()
    owners = {owner(layer, field) for field in fields}
    own = (name for name in layer.fields if name.partition(".")[0] in owners and name not in fields)
    return any(name.rpartition(".")[2].split("_")[0] == word for name in own)


def _own_number(draft: Draft) -> Iterator[int]:
    """ "accounts with revenue over a million": theirs, which is a field, or what they brought us?"""
    lexicon, layer = draft.world.lexicon, draft.world.layer
    for bound in draft.bounds:
        place = bound.place
        if place < 0 or not bound.entity or any(c.kind != "metric" for c in bound.choices):
            continue
        subject = draft.subjects.get(bound.entity)
        if subject is None or not 0 <= subject < place:
            continue
        first, last = draft.element(subject), draft.element(place)
        joined = [draft.tokens[first.behind - 1], *draft.tokens[last.first : last.behind]]
        named = lexicon.lookup(joined)
        if any(c.kind == "dimension" and owner(layer, c.target) == bound.entity for c in named):
            yield place


def _bracket(draft: Draft) -> Iterator[int]:
    """ "orders over 100k": what they are worth, and not the income of those who are called so in a field of theirs."""
    fields, language = draft.world.layer.fields, draft.world.language
    said = {token.bare for token in draft.tokens}
    for condition in draft.conditions:
        at = condition.place
        if at < 0 or draft.kind(at) != "value":
            continue
        tokens = draft.tokens[draft.element(at).first : draft.element(at).behind]
        compares = len(tokens) > 1 and any(cue.startswith("cmp_") for cue in language.cues.get(tokens[0].text, ()))
        targets = {c.target for concepts in condition.values for c in concepts if c.target in fields}
        titled = {token.bare for name in targets for token in language.tokens(fields[name].title)}
        if compares and said.isdisjoint(titled):
            yield at


def _spread_of_things(draft: Draft) -> Iterator[int]:
    """ "distribution of customers by number of orders": how many have one, two, three, and not each one's number."""
    for at, use in draft.uses.items():
        spread = at >= 0 and "distribution" in draft.element(at).cues and use == ("dimension", "distribution")
        if spread and any(place >= 0 and draft.kind(place) == "noun" for place, _ in draft.groups):
            yield at


def _share_of_case(draft: Draft) -> Iterator[int]:
    """ "share of orders with a coupon by channel": in each channel's orders, or each channel's part of them?"""
    having = draft.world.language.cued("having")
    for place, _ in draft.metrics if draft.shared and draft.groups else ():
        if place >= 0 and having & set(draft.element(place).text.casefold().split()[1:]):
            yield from (at for at in range(place) if "share" in draft.element(at).cues)


def _counted_of_each(draft: Draft) -> Iterator[int]:
    """ "orders with more than one category": how many each order has, and not the categories with several orders."""
    bounded = {bound.place for bound in draft.bounds}
    for at, _ in draft.groups:
        number = at > 1 and draft.kind(at - 1) == "number" and draft.uses.get(at - 1, ("",))[0] == "condition"
        if number and at not in bounded and draft.kind(at) == "dimension":
            yield at


def _through_things(draft: Draft) -> Iterator[int]:
    """ "visits that came through campaigns": those that did, and not all of them."""
    layer, reach, ways = draft.world.layer, draft.world.reach, draft.world.language.words("through_words")
    facts = {fact for _, choices in draft.metrics for choice in choices for fact in reach.facts(choice.target)}
    told = {owner(layer, c.target) for one in draft.conditions for concepts in one.values for c in concepts}
    for at, use in draft.uses.items():
        if at < 1 or use[0] != "filler" or draft.kind(at) != "noun" or not draft.element(at).plural:
            continue
        if draft.element(at - 1).text.casefold().split()[-1] not in ways:
            continue
        name = draft.noun(at)
        if name not in facts | told and not layer.datasets[name].entity:
            yield at


WAYS: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _by_one_value,
    _swallowed,
    _sent_so,
    _planned,
    _of_mine,
    _without_having,
    _own_number,
    _bracket,
    _spread_of_things,
    _share_of_case,
    _counted_of_each,
    _through_things,
)
