"""Doubts of a number whose name lies scattered over a clause: "channel that brings customers who spend the most"."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw


def _across_a_clause(asked: Doubted) -> Iterator[Doubt]:
    """Persons with a clause of their own that stand for a number which is none of persons."""
    language, metrics = asked.world.language, asked.world.layer.metrics
    persons = asked.words("person_nouns") | language.persons
    spans = [span for span in asked.plan.spans if span.role == "metric"]
    named = {(span.start, span.end, word): span.target for span in spans for word in span.text.casefold().split()}
    for at in range(len(asked.tokens) - 1):
        token = asked.tokens[at]
        target = named.get((token.start, token.end, token.text), "")
        if token.plain not in persons or asked.text(at + 1) != "who" or target not in metrics:
            continue
        near = {one.target for one in asked.concepts_of((token, *asked.tokens[at + 2 : at + 3]))}
        if target not in near and language.forms.plain(metrics[target].unit) not in persons:
            yield Doubt(raw(asked.tokens[at : at + 2]), "across_a_clause")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_across_a_clause,)
