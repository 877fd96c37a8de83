"""A plan beside its words, and what can be said against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Plan
from assistant.understanding.concepts import HEAD_WORD, Concept
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SemanticQuery


@dataclass(frozen=True)
class Doubt:
    """Why a plan may not be what is asked: the words that speak against it, the message that tells it.

    With `choices` one of these queries is meant.
    """

    words: tuple[str, ...]
    message: str
    choices: tuple[SemanticQuery, ...] = ()


@dataclass(frozen=True)
class Doubted:
    """A plan with the tokens that it was made of, and those of the question as it was `said`."""

    plan: Plan
    tokens: tuple[Token, ...]
    said: tuple[Token, ...]
    world: World

    @property
    def query(self) -> SemanticQuery:
        """What the plan computes."""
        return self.plan.query

    def words(self, name: str) -> frozenset[str]:
        """A word list of the language."""
        return frozenset(self.world.language.words(name))

    def text(self, at: int) -> str:
        """The word at a place in lower case, empty outside the question."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def is_plural(self, at: int) -> bool:
        """Whether the word at a place is in the plural."""
        return self.tokens[at].text != self.tokens[at].plain

    def concepts(self, first: int, behind: int | None = None) -> tuple[Concept, ...]:
        """What a stretch of words is called as a whole."""
        end = first + 1 if behind is None else behind
        found = self.world.lexicon.lookup(self.tokens[first:end]) if 0 <= first < end <= len(self.tokens) else ()
        return tuple(concept for concept in found if concept.weight > HEAD_WORD)

    def concepts_of(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        """What words that may lie apart are called together."""
        return tuple(concept for concept in self.world.lexicon.lookup(list(tokens)) if concept.weight > HEAD_WORD)

    def cues(self, at: int) -> frozenset[str]:
        """The cues of one word."""
        return frozenset(self.world.language.cues.get(self.text(at), ()))

    def opens(self, *cues: str) -> bool:
        """Whether the first two words are one of these cues: "how many"."""
        said = " ".join(token.text for token in self.tokens[:2])
        return bool(set(cues) & set(self.world.language.cues.get(said, ())))

    @property
    def asks_how_many(self) -> bool:
        """Whether a question asks for a number by the words for one."""
        counts = self.world.language.cued("how_many")
        said = " ".join(token.text for token in self.said)
        return any(f" {cue} " in f" {said} " for cue in counts)

    def values(self) -> Iterator[tuple[int, Filter]]:
        """The single words that are a value of a condition of the plan, with that condition."""
        conditions = [one for one in self.query.filters if one.op in ("in", "not_in") and not one.entity]
        for at in range(len(self.tokens)):
            named = {(c.target, str(c.value)) for c in self.concepts(at) if c.kind == "value"}
            yield from ((at, f) for f in conditions if any((f.field, str(value)) in named for value in f.values))


def raw(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Words as they were written, as one phrase."""
    return (" ".join(token.raw for token in tokens),)
