"""How often something was done, where a field counts it: "tickets reopened more than once"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

LONGEST_COMPARISON = 4


def with_times_done(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with the field of that name and its bound; as they are where no field counts how often it was done."""
    found, words = list(tokens), world.language.words
    for at in range(1, len(found) - 1):
        end = _behind_comparison(found, at + 1, world.language)
        number, behind = _times(found, end, world.language) if end else ("", 0)
        if not behind or not _is_counted(found[at], world):
            continue
        start = at - 1 if found[at - 1].text in words("being_done") else at
        led = [*world.language.tokens_at(words("with_word")[0], found[at]), *_named(found[at], world)]
        bound = [*found[at + 1 : end], *world.language.tokens_at(number, found[end])]
        return [*found[:start], *led, *bound, *found[behind:]]
    return found


def _behind_comparison(tokens: Sequence[Token], start: int, language: Language) -> int:
    """The place behind words that compare, 0 without them."""
    for end in range(min(start + LONGEST_COMPARISON, len(tokens) - 1), start, -1):
        cues = language.cues.get(" ".join(token.text for token in tokens[start:end]), ())
        if any(cue.startswith("cmp_") for cue in cues):
            return end
    return 0


def _times(tokens: Sequence[Token], at: int, language: Language) -> tuple[str, int]:
    """The number that "once", "twice" or "3 times" say, and the place behind; ("", 0) for other words."""
    once = {str(word): str(number) for word, number in language.data["once_and_twice"].items()}
    if tokens[at].text in once:
        return once[tokens[at].text], at + 1
    times = at + 1 < len(tokens) and tokens[at + 1].text == language.words("times_word")[0]
    return (tokens[at].text, at + 2) if times and tokens[at].text.isdigit() else ("", 0)


def _named(verb: Token, world: World) -> list[Token]:
    return [*world.language.tokens_at(world.language.words("times_word")[0], verb), verb]


def _is_counted(verb: Token, world: World) -> bool:
    named = world.lexicon.lookup(_named(verb, world))
    return any(one.kind == "dimension" and world.layer.fields[one.target].kind == "number" for one in named)
