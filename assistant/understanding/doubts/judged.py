"""Doubts of a ranking word and of two sides: what is best, what is set against what, what a reason is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw

RANKS = frozenset({"good", "bad"})


def _best_of_rows(asked: Doubted) -> Iterator[Doubt]:
    """ "which audience did the best campaigns target": the best ones of the campaigns, and not the most of them."""
    facts = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    counted = {fact for fact in facts if asked.world.nouns.count_of(fact) in asked.query.metrics}
    groups = {one.field for one in asked.query.group_by}
    if not asked.query.limit or asked.query.entity or not groups:
        return
    for at in range(len(asked.tokens) - 1):
        judges = RANKS & asked.cues(at) or asked.text(at) in asked.words("plain_tops")
        concepts = asked.concepts(at + 1) if judges and asked.is_plural(at + 1) else ()
        grouped = any(one.kind == "dimension" and one.target in groups for one in concepts)
        if not grouped and any(one.kind == "noun" and one.target in counted for one in concepts):
            yield Doubt(raw(asked.tokens[at : at + 2]), "best_of_rows")


def _one_side(asked: Doubted) -> Iterator[Doubt]:
    """ "app conversion rate vs web conversion rate" answered with one of them."""
    query = asked.query
    alone = {one.field for one in query.filters if one.op == "in" and len(one.values) == 1}
    split = any(one.field not in alone for one in query.group_by)
    two = query.compare or query.shares or split or query.entity or len(query.metrics) > 1
    if two or query.cases or any(len(one.values) > 1 or one.than for one in query.filters):
        return
    phrases = [one.split() for one in (*asked.words("two_sides"), *(asked.words("side_phrases") if alone else ()))]
    for at in range(1, len(asked.said) - 1):
        if any([one.text for one in asked.said[at : at + len(words)]] == words for words in phrases):
            yield Doubt(raw(asked.said[at - 1 : at + 2]), "one_side")


def _reason_of_others(asked: Doubted) -> Iterator[Doubt]:
    """ "reasons for cancelling, Pro plan only" with the plans that run: a reason tells of those that have one."""
    reasons = asked.words("reason_words")
    told = [one.field for one in asked.query.group_by if reasons & set(one.field.rpartition(".")[2].split("_"))]
    spans = [span for span in asked.plan.spans if span.role == "metric"]
    for span in spans if told and len(asked.query.metrics) == 1 else ():
        concepts = asked.concepts_of(asked.world.language.tokens(span.text))
        named = {one.target for one in concepts if one.kind == "metric"}
        if concepts and asked.query.metrics[0] not in named:
            yield Doubt((span.text,), "reason_of_others")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_best_of_rows, _one_side, _reason_of_others)
