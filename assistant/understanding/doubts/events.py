"""Doubts of what happened to rows: a state that they had once, where they went, a value that reads as a wish."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.doubts.numbers import held_by
from assistant.understanding.own_filters import kept_values
from semantic_layer import SimpleMetric

FARTHEST = 5


def _was_once(asked: Doubted) -> Iterator[Doubt]:
    """ "what share of leads got qualified": all that ever were, and not those that still are in that state."""
    layer = asked.world.layer
    for at, one in asked.values():
        if one.op != "in" or not (_came_to_be(asked, at) or _was_then(asked, at)):
            continue
        owner = one.field.partition(".")[0]
        known = [m for m in layer.metrics.values() if isinstance(m, SimpleMetric) and m.measure.startswith(f"{owner}.")]
        dated = f"{asked.text(at)}_at is not null"
        if any(dated in layer.measures[m.measure].filter.casefold() for m in known):
            yield Doubt(raw(asked.tokens[at - 1 : at + 1]), "was_once")


def _ever_among_them(asked: Doubted) -> Iterator[Doubt]:
    """ "customers who were ever at risk": whoever was, and not those who are today."""
    once = asked.words("once_words") - asked.words("having_words")
    held = {one.field for one in asked.query.filters} & set(asked.world.layer.segments)
    for at in range(len(asked.tokens)) if held else ():
        named = {c.target for end in range(at + 2, at + 5) for c in asked.concepts(at + 1, end)}
        if asked.text(at) in once and named & held:
            yield Doubt(raw(asked.tokens[at : at + 2]), "was_once")


def _came_to_be(asked: Doubted, at: int) -> bool:
    """ "got qualified", "were ever qualified"."""
    return not asked.words("becoming_words").isdisjoint((asked.text(at - 1), asked.text(at - 2)))


def _was_then(asked: Doubted, at: int) -> bool:
    """ "leads qualified in May": a deed of that time, and not a state of what came then."""
    things = any(c.kind == "noun" for c in asked.concepts(at - 1))
    ties = {*asked.world.language.links["time"], "in", "on", "during"}
    start = asked.tokens[at + 1].start if at + 1 < len(asked.tokens) else -1
    times = {span.start for span in asked.plan.spans if span.role == "time"}
    return things and bool(times) and (asked.text(at + 1) in ties or start in times)


def _before_its_change(asked: Doubted) -> Iterator[Doubt]:
    """ "how many Basic subscribers upgraded", "upgrades from Basic": what is known is the plan that they have since."""
    facts = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    links = asked.world.layer.relationships.values()
    changed = {one.to for one in links if one.from_ in facts and not asked.world.layer.datasets[one.to].entity}
    deeds = asked.words("changing_deeds")
    for at, one in asked.values():
        behind = any(token.text in deeds for token in asked.tokens[at + 1 : at + FARTHEST])
        came = asked.text(at - 1) == "from" and any(token.text in deeds for token in asked.tokens)
        if (behind or came) and one.field.partition(".")[0] in changed:
            yield Doubt(raw(asked.tokens[at : at + 1]), "from_one_to_another")


def _delivered_to(asked: Doubted) -> Iterator[Doubt]:
    """ "orders shipped to Austria": where they went is not where those live who placed them."""
    verbs, layer = asked.words("delivery_verbs"), asked.world.layer
    facts = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)} | {asked.query.entity}
    for at, one in asked.values():
        before = next((i for i in range(at - 1, -1, -1) if asked.text(i) not in asked.world.language.determiners), -1)
        sent = asked.text(before) in ("to", "in") and asked.text(before - 1) in verbs
        owner = one.field.partition(".")[0]
        if sent and one.field in layer.fields and owner not in facts and not one.via:
            yield Doubt(raw(asked.tokens[before - 1 : at + 1]), "delivered_to")


def _wish_or_value(asked: Doubted) -> Iterator[Doubt]:
    """ "display impressions": a wish to see them all, or those of display advertising?"""
    said = asked.said
    if len(said) < 2 or said[0].text not in asked.words("request_verbs"):
        return
    facts = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    found = asked.world.lexicon.lookup(asked.world.language.tokens(f"{said[0].raw} {said[0].raw.capitalize()}")[1:])
    fields = [c for c in found if c.kind == "value" and c.target.partition(".")[0] in facts]
    direct = any(c.kind in ("metric", "noun") for c in asked.world.lexicon.lookup([said[1]]))
    if fields and direct:
        yield Doubt(raw(said[:1]), "request_or_name")


def _state_passed_over(asked: Doubted) -> Iterator[Doubt]:
    """ "average length of active subscribers": of these, where the number is told of those that have ended."""
    layer, language = asked.world.layer, asked.world.language
    held = {one.field for one in (*asked.query.filters, *asked.query.group_by)}
    scopes = [span for span in asked.plan.spans if span.role == "filler" and span.target in layer.datasets]
    for at in range(len(asked.tokens)):
        token = asked.tokens[at]
        scope = next((one.target for one in scopes if one.start <= token.start < one.end), "")
        for concept in asked.concepts(at) if scope and token.text not in language.small_words else ():
            own = concept.kind == "value" and concept.target.startswith(f"{scope}.") and concept.target not in held
            if own and not _is_kept(asked, concept.target, str(concept.value)):
                yield Doubt(raw((token,)), "state_passed_over")


def _is_kept(asked: Doubted, field: str, value: str) -> bool:
    """Whether a number, or a part of it, counts rows of that value by its definition."""
    leaves = (leaf for name in asked.query.metrics for leaf in asked.world.reach.leaves(name))
    return any(value in kept_values(asked.world.layer, leaf, field) for leaf in leaves)


def _things_told(asked: Doubted) -> Iterator[Doubt]:
    """ "products that customers in Germany bought": these products, and not the number of pieces that were sold."""
    skipped = asked.world.language.determiners | asked.words("request_verbs") | {"all", "me", "us"}
    at = next((i for i in range(len(asked.tokens)) if asked.text(i) not in skipped), len(asked.tokens))
    things = {c.target for c in asked.concepts(at) if c.kind == "noun"}
    if not things or asked.text(at + 1) not in asked.words("relatives") or not asked.is_plural(at):
        return
    shown = {group.field.partition(".")[0] for group in asked.query.group_by} | {asked.query.entity}
    if (
        asked.query.metrics
        and not things & shown
        and not any(_tells(asked, name, things) for name in asked.query.metrics)
    ):
        yield Doubt(raw(asked.tokens[at : at + 2]), "things_done")


def _tells(asked: Doubted, name: str, things: set[str]) -> bool:
    """Whether a number is one of rows of these things, or counts them by their name."""
    metric = asked.world.layer.metrics[name]
    unit = asked.world.language.tokens(metric.unit or "")
    called = {c.target for c in asked.world.lexicon.lookup(unit) if c.kind == "noun"} if unit else set[str]()
    return bool(things & (set(asked.world.reach.facts(name)) | called | held_by(asked, name)))


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _was_once,
    _ever_among_them,
    _before_its_change,
    _delivered_to,
    _wish_or_value,
    _state_passed_over,
    _things_told,
)
