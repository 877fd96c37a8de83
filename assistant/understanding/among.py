"""Questions that name the whole first: "among the members born in May, how many are women"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

ASKED = (("how", "many"), ("which",), ("what", "percentage"), ("what", "proportion"), ("what", "share"), ("who",))


def whole_last(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with what is asked in front of its whole: "how many members born in May are women".

    As they are where the second part names other things than the whole ("..., how many orders did they place").
    """
    found, language = list(tokens), world.language
    begun = _behind(found, 0, language.words("whole_openers"))
    comma = next((at for at, token in enumerate(found) if token.text == ","), 0)
    asked = next((one for one in ASKED if _says(found, comma + 1, one)), ())
    if not begun or comma <= begun or not asked or found[begun].text in language.words("pointing_wholes"):
        return found
    whole = _without_leading(found[begun:comma], language)
    rest = _rest(found[comma + 1 + len(asked) :], whole, language)
    if not whole or not rest or _names_things(rest[0], world):
        return found
    of = [replace(found[0], text="of", raw="of", plain="of", bare="of")] if asked[0] == "what" else []
    front = [*found[comma + 1 : comma + 1 + len(asked)], *of]
    return [*(replace(one, start=whole[0].start, end=whole[0].start) for one in front), *whole, *rest]


def _behind(tokens: Sequence[Token], at: int, words: Sequence[str]) -> int:
    """The place behind the word of a list, the start where there is none."""
    return at + 1 if len(tokens) > at and tokens[at].text in words else 0


def _says(tokens: Sequence[Token], at: int, words: Sequence[str]) -> bool:
    return tuple(token.text for token in tokens[at : at + len(words)]) == tuple(words)


def _without_leading(tokens: Sequence[Token], language: Language) -> list[Token]:
    at = next((at for at, token in enumerate(tokens) if token.text not in language.words("leading_all")), len(tokens))
    return list(tokens[at:])


def _rest(tokens: Sequence[Token], whole: Sequence[Token], language: Language) -> list[Token]:
    """What is said of the whole, without the words that only point at it again: "of them", "members"."""
    rest = list(tokens)
    if rest and rest[0].text in ("one", "ones"):
        rest = rest[1:]
    if len(rest) > 1 and rest[0].text == "of" and rest[1].text in language.words("pointing_wholes"):
        rest = rest[2:]
    return rest[1:] if rest and rest[0].plain in {token.plain for token in whole} else rest


def _names_things(token: Token, world: World) -> bool:
    return any(concept.kind in ("noun", "metric") for concept in world.lexicon.lookup([token]))
