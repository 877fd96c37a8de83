"""How old people are, said by a bare number: "women between 30 and 40", "people under 25 who ordered"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.chart import amount_of
from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token

OLDEST = 120
UNITS = frozenset({"noun", "metric", "dimension"})


def with_people_aged(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with the age named before the number behind people; as they are where people have no known age.

    A number of something else ("customers over 5 orders", "over 500 euros") stays.
    """
    found, known = list(tokens), _has_age(world)
    for at in range(len(found) - 2, 0, -1) if known else ():
        end = _behind_bounds(found, at, world)
        start = _behind_people(found, at, world) if end else 0
        if start and not _is_of_else(found, end, world):
            said = [token for word in world.language.words("with_age") for token in world.language.tokens(word)]
            placed = [replace(token, start=found[at].start, end=found[at].start) for token in said]
            found[start:end] = [*placed, *found[at:end]]
            found = _without_years(found, start + len(placed) + end - at, world)
    return found


def with_plain_ages(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "members older than 50" as "members over 50", where a bare number stands behind."""
    bounds: dict[str, str] = world.language.data["older_bounds"]
    for at in range(len(tokens) - 2):
        than = tokens[at + 1].text == world.language.data["than"] and _is_age(tokens, at + 2)
        than = than and (_years(tokens, at + 3, world) or not _is_unit(tokens, at + 3, world))
        if than and tokens[at].text in bounds and not _is_of_else(tokens, at + 3, world):
            plain = world.language.tokens_at(bounds[tokens[at].text], tokens[at])
            return [*tokens[:at], *plain, *tokens[at + 2 :]]
    return list(tokens)


def _has_age(world: World) -> bool:
    """Whether a number of years of the one kind of people is called their age."""
    named = world.lexicon.lookup(world.language.tokens(str(world.language.data["age_word"])))
    fields = [c.target for c in named if c.kind == "dimension" and world.layer.fields[c.target].kind == "number"]
    people = [name for name, one in world.layer.datasets.items() if one.entity]
    return len(people) == 1 and any(world.reach.steps(people[0], name.partition(".")[0]) in (0, 1) for name in fields)


def _behind_bounds(tokens: Sequence[Token], at: int, world: World) -> int:
    """The place behind the bounds of an age that begin here: "over 60", "between 30 and 40"; 0 without such."""
    words = world.language.words
    if tokens[at].text in words("age_bounds"):
        return at + 2 if _is_age(tokens, at + 1) else 0
    pair = tokens[at].text in words("age_between") and _is_age(tokens, at + 1) and _is_age(tokens, at + 3)
    return at + 4 if pair and tokens[at + 2].text in words("age_joins") else 0


def _is_age(tokens: Sequence[Token], at: int) -> bool:
    number = amount_of(tokens[at].text) if at < len(tokens) and tokens[at].text.isdigit() else None
    return number is not None and 0 < number <= OLDEST


def _behind_people(tokens: Sequence[Token], at: int, world: World) -> int:
    """The place right behind people, perhaps before "who are" or "aged"; 0 where no people stand before."""
    language, start = world.language, at
    while start > 1 and tokens[start - 1].text in language.words("age_ties"):
        start -= 1
    token = tokens[start - 1]
    people = token.text in language.persons or (
        token.plain in language.words("person_nouns") and token.plain != token.text
    )
    tied = [one.text for one in tokens[start:at]]
    if tied and tied[-1] in language.words("being") and len(tied) == 1 and "share" in _cues(tokens[:start], world):
        return at  # "what share of members are over 60" asks for a part of them
    return start if people or token.text in language.words("people_by_gender") else 0


def _cues(tokens: Sequence[Token], world: World) -> set[str]:
    return {cue for token in tokens for cue in world.language.cues.get(token.text, ())}


def _is_of_else(tokens: Sequence[Token], end: int, world: World) -> bool:
    """Whether the number counts or measures something that is named behind it."""
    if end >= len(tokens) or _years(tokens, end, world):
        return False
    language, token = world.language, tokens[end]
    units = {word for words in language.data["unit_words"].values() for word in words}
    if token.text in units or not token.text.isalpha():
        return token.text not in language.words("age_stops")
    named = world.lexicon.lookup([token])
    return any(one.kind in UNITS and not one.inflected and one.weight > HEAD_WORD for one in named)


def _is_unit(tokens: Sequence[Token], at: int, world: World) -> bool:
    return at < len(tokens) and tokens[at].text in world.language.unit_names


def _years(tokens: Sequence[Token], at: int, world: World) -> int:
    """How many words from here on say that the number is one of years: "years old", "years of age"."""
    for phrase in world.language.words("years_said"):
        words = phrase.split()
        if [token.text for token in tokens[at : at + len(words)]] == words:
            return len(words)
    return 0


def _without_years(tokens: list[Token], at: int, world: World) -> list[Token]:
    return [*tokens[:at], *tokens[at + _years(tokens, at, world) :]]
