"""What a word that points back stands for: "Shipping income seems to fall. What was it in 2025?"."""

from __future__ import annotations

from assistant.understanding.chart import Cover, Element, covers
from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.rewriting import rewritten
from assistant.understanding.tokens import tokenize


def pointed_out(sentence: str, before: str, world: World) -> tuple[str, ...]:
    """The sentence with its one word that points back replaced by what the sentence before names; none without one.

    "it" and "that" stand for the one metric named, "there" for the one value; with several nothing is certain.
    """
    language = world.language
    tokens = tokenize(sentence, language.forms)
    for kind, words in language.data["pointing_words"].items():
        places = [token for token in tokens if token.text in words]
        meant = _named(before, str(kind), world)
        if len(places) == 1 and len(meant) == 1:
            said = meant[0].text if kind == "metric" else f"{language.words('pointing_link')[0]} {meant[0].text}"
            start = places[0].start
            whole = [said, *([_from(said, before)] if kind == "metric" else [])]
            return tuple(f"{sentence[:start]}{one}{sentence[start + len(places[0].raw) :]}" for one in reversed(whole))
    return ()


def _from(said: str, sentence: str) -> str:
    """The sentence from what is meant to its end: "gross revenue per quarter"."""
    at = sentence.find(said)
    return sentence[max(at, 0) :].rstrip(".?! ")


def _named(sentence: str, kind: str, world: World) -> list[Element]:
    tokens = tuple(rewritten(tokenize(sentence, world.language.forms), world.language))
    found = covers(tokens, world.lexicon, Clock(tokens, world.language, world.as_of, noted=world.noted))
    cover: Cover = found[0] if found else ()
    return [element for element in cover if any(concept.kind == kind for concept in element.concepts)]
