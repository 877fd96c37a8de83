"""Questions about words and about the data: "what do you mean by churn", "how fresh is this", "what can I ask"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Definition, Explanation, Refusal
from assistant.formatting import bucket
from assistant.understanding.draft import World
from assistant.understanding.refusing import refuse, suggestions
from assistant.understanding.tokens import Token
from semantic_layer import formula, parts

MOST_MEANINGS = 3


@dataclass(frozen=True)
class Asked:
    """The words whose meaning is asked for; `sure` when nothing but a meaning can be asked that way.

    `words` are without small words, which belong to some names ("at risk"): `said` has them.
    """

    words: tuple[Token, ...]
    sure: bool
    said: tuple[Token, ...]


def explain_words(question: str, tokens: Sequence[Token], world: World) -> Explanation | Refusal | None:
    """What a metric or a field means, when that is what was asked; None when the question asks for numbers."""
    asked = _asked(tokens, world)
    if asked is None or not asked.words:
        return None
    names = _metrics(asked.words, world)
    if names:
        return _meanings(question, "", names, world)
    segment = _segment(question, asked.said, world)
    if segment is not None:
        return segment
    field = _field(question, asked.words, world)
    if field is not None or not asked.sure:
        return field
    said = " ".join(token.raw for token in asked.words)
    near = [set(world.lexicon.metrics_with(token)) for token in asked.words]
    named = tuple(name for name in world.layer.metrics if all(name in found for found in near))[:MOST_MEANINGS]
    if named:
        return _meanings(question, world.language.message("near_meanings", words=f"'{said}'"), named, world)
    return refuse(question, "UNKNOWN_WORDS", world, (said,))


def _meanings(question: str, opening: str, names: tuple[str, ...], world: World) -> Explanation:
    texts = [f"{world.layer.metrics[name].title}: {world.layer.metrics[name].description}" for name in names]
    every = dict.fromkeys(part for name in names for part in parts(world.layer, name))
    found = tuple(_definition(world, name) for name in every)
    return Explanation(question, " ".join([opening, *texts]).strip(), found, suggestions(world, names))


def explain_data(question: str, tokens: Sequence[Token], world: World) -> Explanation | None:
    """Answers about the data and the assistant: how fresh, what can be asked, greetings; None for other questions."""
    text = " ".join(token.text for token in tokens)
    said = [token.text for token in tokens if token.text not in world.language.words("polite")]
    for name, phrases in world.language.data["about_data"].items():
        if any(phrase == " ".join(said) or f" {phrase} " in f" {text} " for phrase in phrases if " " in phrase):
            return _about(question, str(name), world)
    if tokens and not said:
        return _about(question, "greeting", world)
    return None


def _about(question: str, name: str, world: World) -> Explanation:
    as_of = bucket(world.as_of, "day", world.language.reader, long=True)
    titles = [metric.title for metric in world.layer.metrics.values() if not metric.hidden]
    sentence = world.language.message(name, as_of=as_of, count=len(titles), names=", ".join(titles[:12]))
    return Explanation(question, sentence, (), suggestions(world, ()))


def _definition(world: World, name: str) -> Definition:
    metric = world.layer.metrics[name]
    return Definition(name, metric.title, metric.description, formula(world.layer, name))


def _asked(tokens: Sequence[Token], world: World) -> Asked | None:
    """The words between the phrases that ask for a meaning."""
    sure = _cut_before(tokens, world, "meaning_before")
    if sure is not None:
        return _asked_for(_cut_after(sure, world) or sure, world, True)
    start = _cut_before(tokens, world, "meaning_around")
    inner = _cut_after(start, world) if start is not None else None
    maybe = _cut_before(tokens, world, "meaning_maybe") or _cut_end(tokens, world)
    if inner is None and maybe is not None:
        return _asked_for(maybe, world, False)
    return _asked_for(inner, world, True) if inner is not None else None


def _asked_for(said: tuple[Token, ...], world: World, sure: bool) -> Asked:
    return Asked(_telling(said, world), sure, said)


def _cut_before(tokens: Sequence[Token], world: World, name: str) -> tuple[Token, ...] | None:
    ordinary = world.language.words("polite")
    first = next((at for at, token in enumerate(tokens) if token.text not in ordinary), len(tokens))
    rest = tuple(tokens[first:])
    said = tuple(token.text for token in rest)
    for phrase in world.language.spelt(name):
        if said[: len(phrase)] == phrase:
            return rest[len(phrase) :]
    return None


def _cut_end(tokens: Sequence[Token], world: World) -> tuple[Token, ...] | None:
    """ "AOV definition", "NPS meaning?"."""
    return tuple(tokens[:-1]) if tokens and tokens[-1].text in world.language.words("meaning_end") else None


def _cut_after(tokens: Sequence[Token], world: World) -> tuple[Token, ...] | None:
    said = tuple(token.text for token in tokens)
    for phrase in world.language.spelt("meaning_after"):
        if phrase and said[-len(phrase) :] == phrase:
            return tuple(tokens[: -len(phrase)])
    return None


def _telling(tokens: Sequence[Token], world: World) -> tuple[Token, ...]:
    small = world.language.determiners | world.language.silent | {"what", "by", "you", "we", ",", "here", "exactly"}
    return tuple(token for token in tokens if token.text not in small)


def _metrics(words: Sequence[Token], world: World) -> tuple[str, ...]:
    found = [concept for concept in world.lexicon.lookup(words) if concept.kind == "metric"]
    best = max((concept.weight for concept in found), default=0.0)
    return tuple(concept.target for concept in found if concept.weight >= best - 0.05)[:MOST_MEANINGS]


def _segment(question: str, said: Sequence[Token], world: World) -> Explanation | None:
    """What a group of customers is: "at risk", "a loyal customer"; of several of them those are asked for, not this."""
    determiners = world.language.determiners
    words = [token for at, token in enumerate(said) if at or token.text not in determiners]
    if words and any(concept.kind == "noun" for concept in world.lexicon.lookup(words[-1:])):
        if words[-1].text != words[-1].plain:
            return None
        words = words[:-1]
    found = {concept.target for concept in world.lexicon.lookup(words) if concept.kind == "value"}
    named = [segment for name, segment in world.layer.segments.items() if name in found and not segment.hidden]
    if len(named) != 1:
        return None
    told = Definition(named[0].name, named[0].title, named[0].description, "")
    return Explanation(question, f"{told.label}: {told.text}", (told,), named[0].ai_context.examples[:3])


def _field(question: str, words: Sequence[Token], world: World) -> Explanation | None:
    """What a field means, by its description."""
    fields = world.layer.fields
    found = [c.target for c in world.lexicon.lookup(words) if c.kind == "dimension" and fields[c.target].description]
    if not found:
        return None
    named = [Definition(name, fields[name].title, fields[name].description, "") for name in found[:MOST_MEANINGS]]
    sentence = " ".join(f"{item.label}: {item.text}" for item in named)
    return Explanation(question, sentence, tuple(named), suggestions(world, ()))
