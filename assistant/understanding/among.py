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
    found = _opened(found, language)
    begun = _behind(found, 0, language.words("whole_openers"))
    comma = next((at for at, token in enumerate(found) if token.text == ","), 0)
    asked = next((one for one in ASKED if _says(found, comma + 1, one)), ())
    if not begun or comma <= begun or not asked or _only_points(found, begun, language):
        return list(tokens)
    whole = _named(_without_leading(found[begun:comma], language), language)
    rest = _rest(found[comma + 1 + len(asked) :], whole, language)
    if not whole or not rest or _names_things(rest[0], world):
        return list(tokens)
    if any(token.text in language.words("relatives") for token in whole):
        rest = _also(whole, rest, world)
    of = [replace(found[0], text="of", raw="of", plain="of", bare="of")] if asked[0] == "what" else []
    front = [*found[comma + 1 : comma + 1 + len(asked)], *of]
    return [*(replace(one, start=whole[0].start, end=whole[0].start) for one in front), *whole, *rest]


def _opened(tokens: list[Token], language: Language) -> list[Token]:
    """The tokens without a word before the one that opens the whole: "out of all members"."""
    before = len(tokens) > 1 and tokens[0].text in language.words("whole_leads")
    return tokens[1:] if before and tokens[1].text in language.words("whole_openers") else tokens


def _only_points(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether the whole is only pointed at: "of those"; "of those who ordered" are told apart."""
    points = tokens[at].text in language.words("pointing_wholes")
    return points and (at + 1 >= len(tokens) or tokens[at + 1].text == ",")


def _is_relative(tokens: Sequence[Token], at: int, language: Language) -> bool:
    return at < len(tokens) and tokens[at].text in language.words("relatives")


def _named(whole: list[Token], language: Language) -> list[Token]:
    """The whole with people for "those" and "the ones" who did something."""
    if not _is_relative(whole, 1, language) or whole[0].text not in {*language.words("pointing_wholes"), "ones"}:
        return whole
    return [replace(whole[0], text="people", raw="people", plain="people", bare="people"), *whole[1:]]


def _also(whole: Sequence[Token], rest: list[Token], world: World) -> list[Token]:
    """What those did besides: "of those who ordered in May, how many ordered in June", or "came back" for that."""
    language = world.language
    words = ("and", "also") if all(token.text != "also" for token in rest[:2]) else ("and",)
    joined = [replace(rest[0], text=word, raw=word, plain=word, bare=word) for word in words]
    deed = next((at for at, token in enumerate(whole) if token.text in language.words("relatives")), 0) + 1
    size = next((n for n in (2, 1) if " ".join(t.text for t in rest[:n]) in language.words("coming_back")), 0)
    if size and len(rest) > size and deed < len(whole) and whole[deed].text in language.words("coming_deeds"):
        return [*joined, replace(whole[deed], start=rest[0].start, end=rest[0].end), *rest[size:]]
    return [*joined, *rest]


def _behind(tokens: Sequence[Token], at: int, words: Sequence[str]) -> int:
    """The place behind the word of a list, the start where there is none."""
    return at + 1 if len(tokens) > at and tokens[at].text in words else 0


def _says(tokens: Sequence[Token], at: int, words: Sequence[str]) -> bool:
    return tuple(token.text for token in tokens[at : at + len(words)]) == tuple(words)


def _without_leading(tokens: Sequence[Token], language: Language) -> list[Token]:
    at = next((at for at, token in enumerate(tokens) if token.text not in language.words("leading_all")), len(tokens))
    pointed = at + 1 < len(tokens) and tokens[at].text in language.words("pointing_wholes")
    return list(tokens[at + 1 if pointed and not _is_relative(tokens, at + 1, language) else at :])


def _rest(tokens: Sequence[Token], whole: Sequence[Token], language: Language) -> list[Token]:
    """What is said of the whole, without the words that only point at it again: "of them", "members"."""
    rest = list(tokens)
    if rest and rest[0].text in ("one", "ones"):
        rest = rest[1:]
    if len(rest) > 1 and rest[0].text == "of" and rest[1].text in language.words("pointing_wholes"):
        rest = rest[2:]
    told = next((at for at, token in enumerate(whole) if token.text in language.words("relatives")), len(whole))
    return rest[1:] if rest and rest[0].plain in {token.plain for token in whole[:told]} else rest


def _names_things(token: Token, world: World) -> bool:
    return any(c.kind in ("noun", "metric") and not c.inflected for c in world.lexicon.lookup([token]))
