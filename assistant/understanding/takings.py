"""What a part of the business takes in, told by a verb: "what did our stores ring up"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.language import time_words
from assistant.understanding.rewriting import framing_code
from assistant.understanding.tokens import Token, tokenize

LONGEST_SUBJECT = 6
LONGEST_NAME = 3

Told = tuple[int, list[Token]]
"""Where a phrase ends, and the words that stay of it."""


def with_takings(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "what did X take in" and "how much came in through X" as the revenue from and through X.

    X names a value of the data. What we take in ourselves stays, and so does what is taken in where that is named.
    """
    lists = world.language.data.get("takings")
    if not lists or not _has_income(world):
        return list(tokens)
    said = [token.text for token in tokens]
    for at in range(len(said)):
        asked = _size(lists["openers"], said, at)
        told = _by_somebody(tokens, said, at + asked, world) or _by_itself(said, at + asked, world) if asked else None
        if told is not None:
            behind, kept = told
            income = [_made(word, tokens[at], world) for word in world.language.words("income_words")[0].split()]
            return [*tokens[:at], *income, *kept, *tokens[behind:]]
    return list(tokens)


def _by_somebody(tokens: Sequence[Token], said: Sequence[str], at: int, world: World) -> Told | None:
    """ "did our stores ring up": a subject with a value in it and a verb of taking in, with nothing taken in behind."""
    lists = world.language.data["takings"]
    start = at + _size(lists["helping"], said, at)
    for verb in range(start + 1, min(start + LONGEST_SUBJECT + 1, len(said))):
        size = _size(lists["verbs"], said, verb)
        if not size:
            continue
        behind = verb + size
        behind += _size(lists["restated"], said, behind)
        subject = tokens[start:verb]
        if _names_a_part(subject, world) and _is_open(said, behind, world):
            return behind, [_made(str(lists["from"]), tokens[verb], world), *subject]
        return None
    return None


def _by_itself(said: Sequence[str], at: int, world: World) -> Told | None:
    """ "came in through the app": money that comes, with the way or the time behind."""
    lists = world.language.data["takings"]
    start = at + _size(lists["helping"], said, at)
    behind = start + _size(lists["coming"], said, start)
    if said[at - 1] == lists["bare"]:  # "what came in through chat" was no money
        return None
    return (behind, []) if behind > start and _is_open(said, behind, world) else None


def _names_a_part(subject: Sequence[Token], world: World) -> bool:
    """Whether words name a value and no number, and none of them asks, joins clauses or stands for us."""
    if not {token.text for token in subject}.isdisjoint(world.language.data["takings"]["others"]):
        return False
    kinds: set[str] = set()
    for at in range(len(subject)):
        for behind in range(at + 1, min(at + LONGEST_NAME, len(subject)) + 1):
            named = {str(concept.kind) for concept in world.lexicon.lookup(list(subject[at:behind]))}
            kinds |= named - {"metric"} if "noun" in named else named  # "customers" are those who do it
    return "value" in kinds and "metric" not in kinds


def _is_open(said: Sequence[str], at: int, world: World) -> bool:
    """Whether the question ends here, or goes on with a place, a time or a comparison."""
    following = {str(word) for word in world.language.data["takings"]["followed_by"]}
    return at >= len(said) or said[at] in following or said[at] in time_words(framing_code(world.language))


def _size(phrases: Sequence[str], said: Sequence[str], at: int) -> int:
    """How many words the longest of the phrases that stand here has."""
    return max((len(p.split()) for p in phrases if said[at : at + len(p.split())] == p.split()), default=0)


def _has_income(world: World) -> bool:
    tokens = tokenize(world.language.words("income_words")[0], world.language.forms)
    return any(concept.kind == "metric" for concept in world.lexicon.lookup(tokens))


def _made(word: str, token: Token, world: World) -> Token:
    fresh = tokenize(word, world.language.forms)[0]
    return Token(token.start, token.end, word, *fresh.word[1:])
