"""Doubts of whom "they" are, in a question that begins with them: "did they order?", "how many do they have?"."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw


def _they_are_nobody(asked: Doubted) -> Iterator[Doubt]:
    """They do something, and all that is said before is what they do it with: everybody's number is none of theirs."""
    said = asked.said
    for at in (i for i in range(1, len(said)) if said[i].text in asked.words("plural_persons")):
        opening = said[: at - 1]
        asks = not opening or opening[0].text in asked.words("asking_of_objects")
        alone = not any(token.text in asked.words("clause_openers") for token in opening[1:])
        if said[at - 1].text in asked.words("auxiliaries") and asks and alone:
            yield Doubt(raw(said[at : at + 1]), "of_nobody")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_they_are_nobody,)
