"""Doubts of who did what, how many of them, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw

NEAR = 4


def _most_of_them(asked: Doubted) -> Iterator[Doubt]:
    """ "do most customers use a coupon": whether more than half of them do, and not who does so most."""
    said = [token.text for token in asked.said]
    asks = bool(said) and said[0] in {*asked.words("auxiliaries"), *asked.words("copulas")}
    for at in range(1, min(NEAR, len(said) - 1)) if asks else ():
        things = any(c.kind == "noun" for c in asked.world.lexicon.lookup([asked.said[at + 1]]))
        if said[at] in asked.words("most_words") and things:
            yield Doubt(raw(asked.said[at : at + 2]), "most_of_them")


def _one_after_another(asked: Doubted) -> Iterator[Doubt]:
    """ "left a cart and then bought": what was done after something else, where the plan only asks for both."""
    said = [token.text for token in asked.said]
    follows = asked.words("then_words")
    steps = sum(bool(share.of) for share in asked.query.shares) > 1  # a funnel tells one step after another
    for at in range(1, len(said) - 1) if not steps else ():
        if said[at] in follows and said[at - 1] in {"and", ","} and _is_done(asked, said[at + 1]):
            yield Doubt(raw(asked.said[at - 1 : at + 1]), "order_of_deeds")


def _is_done(asked: Doubted, word: str) -> bool:
    """Whether a word tells what somebody did: "bought", and not "by" of "and then by month"."""
    language = asked.world.language
    return word.endswith(language.words("participle_endings")) or word in language.forms.verbs


def _share_of_doers(asked: Doubted) -> Iterator[Doubt]:
    """ "what percentage of at-risk customers ordered": a part of those customers, not theirs of all who ordered."""
    apart = {name for share in asked.query.shares for name in share.apart_from}
    ratio = not asked.query.shares and len(asked.query.filters) > 0
    cue = next((at for at in range(len(asked.tokens)) if "share" in asked.cues(at)), None)
    if cue is None:
        return
    for at in range(cue + 1, min(cue + 2 * NEAR, len(asked.tokens) - 1)):
        persons = any(c.kind == "noun" and asked.world.layer.datasets[c.target].entity for c in asked.concepts(at))
        if not (persons and asked.is_plural(at) and _is_deed(asked, at + 1)):
            continue
        told = {
            c.target
            for first in range(cue, at)
            for behind in range(first + 1, at + 1)
            for c in asked.concepts(first, behind)
            if c.kind == "value"
        }
        rate = ratio and _is_named_before(asked, cue, at + 1)
        if told & apart or rate:
            yield Doubt(raw(asked.tokens[cue : at + 2]), "share_of_doers")


def _is_deed(asked: Doubted, at: int) -> bool:
    language = asked.world.language
    past = asked.text(at).endswith(language.words("participle_endings")) or asked.text(at) in language.forms.verbs
    return past and asked.text(at) not in asked.words("auxiliaries") and not asked.concepts(at - 1, at + 1)


def _is_named_before(asked: Doubted, cue: int, end: int) -> bool:
    """Whether the number of the plan is called by the words up to a deed, which then is none of its own."""
    named = {c.target for first in range(cue + 1) for c in asked.concepts(first, end) if c.kind == "metric"}
    return bool(named & set(asked.query.metrics))


def _which_of_which_time(asked: Doubted) -> Iterator[Doubt]:
    """ "which store had the best month": a store, of all stores and months, and not a month."""
    query = asked.query
    timed = [group.field for group in query.group_by] == ["metric_time"] and query.limit == 1
    if not timed or "which" not in asked.cues(0):
        return
    units = {word for words in asked.world.language.data["units"].values() for word in words}
    named = [c for c in asked.concepts(1) if c.kind in ("noun", "dimension")]
    if named and asked.text(1) not in units and asked.text(2) in asked.words("possessing"):
        yield Doubt(raw(asked.tokens[0:2]), "which_of_which_time")


def _untimed_deed(asked: Doubted) -> Iterator[Doubt]:
    """ "used both the app and the web to order this year": each of them this year, and not ever."""
    reach = asked.world.reach
    timed = {
        fact
        for one in asked.query.filters
        if one.entity and one.time_range is not None and one.field in asked.world.layer.metrics
        for fact in reach.facts(one.field)
    }
    loose = [f for f in asked.query.filters if f.entity and f.time_range is None and f.field.partition(".")[0] in timed]
    if loose and "." in loose[0].field:
        yield Doubt((" ".join(str(value) for one in loose for value in one.values),), "untimed_deed")


def _from_one_to_another(asked: Doubted) -> Iterator[Doubt]:
    """ "went from the web to the store": a change from one to the other, and not both at once."""
    if len({one.via for one in asked.query.filters if one.via}) > 1:
        return  # "flights from Oslo to Bergen": each names what has a role of its own
    small, values = asked.world.language.determiners, dict(asked.values())
    places = sorted(values)
    for first, second in pairwise(places):
        before = [at for at in range(first) if asked.text(at) not in small][-1:]
        between = [asked.text(at) for at in range(first + 1, second) if asked.text(at) not in small]
        if before and asked.text(before[0]) == "from" and between == ["to"]:
            yield Doubt(raw(asked.tokens[before[0] : second + 1]), "from_one_to_another")


def _nobody_named(asked: Doubted) -> Iterator[Doubt]:
    """ "who placed the biggest order": the order alone does not say who it was."""
    layer, entity = asked.world.layer, asked.query.entity
    if not asked.said or asked.said[0].text not in asked.words("asking_persons") or entity not in layer.datasets:
        return
    doers = {
        link.to for link in layer.relationships.values() if link.from_ == entity and layer.datasets[link.to].entity
    }
    shown = {group.field.partition(".")[0] for group in asked.query.group_by}
    if doers and not layer.datasets[entity].entity and doers.isdisjoint(shown):
        yield Doubt(raw(asked.said[:2]), "nobody_named")


def _deed_as_state(asked: Doubted) -> Iterator[Doubt]:
    """ "which customer paid the highest charges": what somebody did, and not the charges that are called paid."""
    persons, helped = asked.words("asking_persons"), {*asked.words("auxiliaries"), *asked.words("copulas")}
    for at, condition in asked.values():
        doer = {c.target for c in asked.concepts(at - 1) if c.kind == "noun"} - {condition.field.partition(".")[0]}
        active = (asked.text(at - 1) in persons or doer) and asked.text(at - 2) not in helped
        if active and _is_done(asked, asked.text(at)) and asked.text(at + 1) in asked.world.language.determiners:
            yield Doubt(raw(asked.tokens[at : at + 2]), "deed_as_state")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _deed_as_state,
    _most_of_them,
    _one_after_another,
    _share_of_doers,
    _which_of_which_time,
    _untimed_deed,
    _from_one_to_another,
    _nobody_named,
)
