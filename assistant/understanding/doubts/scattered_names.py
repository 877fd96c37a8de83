"""Doubts of names of which only a part stands there, or whose words lie scattered over a clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.answer import Span
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw


def _across_a_clause(asked: Doubted) -> Iterator[Doubt]:
    """ "channel that brings customers who spend the most": persons that stand for a number which is none of persons."""
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


def _thing_of_a_group(asked: Doubted) -> Iterator[Doubt]:
    """ "orders that the newsletter brought": the thing itself, and not the group of people that is called after it."""
    language, segments = asked.world.language, asked.world.layer.segments
    persons = asked.words("person_nouns") | language.persons | asked.words("kinds_of_people")
    spans = [one for one in asked.plan.spans if one.role == "value" and one.target.partition("=")[0] in segments]
    for at in range(1, len(asked.tokens)):
        token = asked.tokens[at]
        name = next((one.target.partition("=")[0] for one in spans if _is_all_of(one, asked, at)), "")
        called = bool(name) and token.plain in _names(asked, name)
        near = asked.tokens[at + 1].plain if at + 1 < len(asked.tokens) else ""
        if name and not called and near not in persons and asked.text(at - 1) in language.determiners:
            yield Doubt(raw((asked.tokens[at - 1], token)), "thing_of_a_group")


def _names(asked: Doubted, segment: str) -> set[str]:
    """What a group of people is called in full."""
    one, forms = asked.world.layer.segments[segment], asked.world.language.forms
    return {forms.plain(name.casefold()) for name in (one.name, one.title, *one.ai_context.synonyms)}


def _is_all_of(span: Span, asked: Doubted, at: int) -> bool:
    return (span.start, span.end) == (asked.tokens[at].start, asked.tokens[at].end)


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_across_a_clause, _thing_of_a_group)
