""" "Which country is the singer from?": a field asked of a thing, said as "what is the country of the singer"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import phrase_at
from assistant.understanding.tokens import Token


def asked_fields(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question with its field before the thing that it is of."""
    start = phrase_at(tokens, 0, "asking")
    if start is None:
        return
    words = Words(tuple(tokens), world)
    for concepts, behind in words.concepts(start, "dimension"):
        thing = phrase_at(tokens, behind, "auxiliaries")
        if concepts and thing is not None:
            end = _without_tail(tokens, thing)
            if thing < end < len(tokens):
                name = " ".join(token.raw for token in tokens[start:behind])
                yield [*world.language.tokens_at(f"what is the {name} of", tokens[0]), *tokens[thing:end]]


def _without_tail(tokens: Sequence[Token], first: int) -> int:
    """The place of the words that a question for a field closes with, that of its end where there are none."""
    places = range(first + 1, len(tokens))
    return next((at for at in places if phrase_at(tokens, at, "tails") == len(tokens)), len(tokens))


def without_kinds(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "the Culture committee", "the course Databases": by the name alone, which only things of that kind have."""
    words = Words(tuple(tokens), world)
    kept, at = list[Token](), 0
    while at < len(tokens):
        behind = _named_kind(words, at)
        kept += [token for place, token in enumerate(tokens[at : behind[1]], at) if not behind[2] <= place < behind[3]]
        at = behind[1]
    if len(kept) < len(tokens):
        yield kept


def _named_kind(words: Words, at: int) -> tuple[int, int, int, int]:
    """Where a name with its noun begins and ends, and where the noun does; nothing of the next word without one."""
    for dataset, behind in words.nouns(at):
        if _name_of(words, behind, dataset) and not words.is_plural(behind - 1):
            return at, behind, at, behind
    for concepts, behind in words.concepts(at, "value"):
        for dataset, end in words.nouns(behind) if behind < len(words.tokens) else ():
            own = set(words.world.nouns.names(dataset))
            if own & {c.target for c in concepts} and not words.is_plural(end - 1):
                return at, end, behind, end
    return at, at + 1, at, at


def _name_of(words: Words, at: int, dataset: str) -> bool:
    """Whether the name of one of these things stands here."""
    own = set(words.world.nouns.names(dataset))
    return any(own & {c.target for c in concepts} for concepts, _ in words.concepts(at, "value"))
