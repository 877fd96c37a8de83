"""Groups by a field that counts: "customers by number of kids" are by the field of the kids, whatever it is called."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

LONGEST_NAME = 3


def with_numbers_grouped(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens without "number of" between "by" and a field of numbers; as they are before what is a metric."""
    found = list(tokens)
    counting = {tuple(str(phrase).split()) for phrase in world.language.words("count_prefixes")}
    for at in range(len(found) - 3):
        if "by" not in world.language.cues.get(found[at].text, ()):
            continue
        first = at + 1 + (found[at + 1].text in world.language.determiners)
        size = next((n for n in (3, 2) if tuple(token.text for token in found[first : first + n]) in counting), 0)
        if size and _is_counting_field(found[first + size :], world):
            return [*found[: at + 1], *found[first + size :]]
    return found


def _is_counting_field(tokens: Sequence[Token], world: World) -> bool:
    """Whether the words begin with the name of a field of numbers that no metric is called by."""
    for size in range(min(LONGEST_NAME, len(tokens)), 0, -1):
        concepts = world.lexicon.lookup(list(tokens[:size]))
        if concepts:
            numbers = [c for c in concepts if c.kind == "dimension" and world.layer.fields[c.target].kind == "number"]
            return bool(numbers) and all(concept.kind != "metric" for concept in concepts)
    return False
