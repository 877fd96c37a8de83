"""One follow-up on its way to a whole query: its words, what it leans on, and how its cue words bind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.answer import Clarification, Plan, Refusal
from assistant.conversation.merging import Manner, merge
from assistant.conversation.phrases import Phrases, words_of
from assistant.conversation.population import population
from assistant.conversation.turns import Turn
from assistant.understanding import Carrying, Fragment, Said, Token, Understanding
from semantic_layer import SemanticQuery

Reading = Plan | Clarification | Refusal
CATEGORIES = (
    "polite", "leaning", "among", "correcting", "adding", "replacing", "narrowing", "removing", "filtering",
    "comparing",
)  # fmt: skip


@dataclass(frozen=True)
class FollowUp:
    """The words left after the cues, the cues' categories, and the turn with the query that counts as the base."""

    question: str
    tokens: tuple[Token, ...]
    turn: Turn
    base: SemanticQuery
    understanding: Understanding
    phrases: Phrases
    cues: frozenset[str] = frozenset()
    rest: tuple[Token, ...] = field(default=())

    @property
    def words(self) -> tuple[str, ...]:
        """The words left, as they are compared."""
        return words_of(self.tokens)

    @property
    def manner(self) -> Manner:
        """How the cues bind."""
        return Manner("adding" in self.cues, bool({"replacing", "correcting"} & self.cues))

    def with_tokens(self, tokens: tuple[Token, ...]) -> FollowUp:
        """The same with other words."""
        return replace(self, tokens=tokens)

    def read(self, carrying: Carrying) -> Reading:
        """The words read beside the base, made whole by the usual rules."""
        fragment = Fragment(self.question, self.base, carrying, self.complete)
        return self.understanding.follow(self.tokens, fragment)

    def complete(self, said: Said) -> SemanticQuery | None:
        """The whole query that the base and what was said make together."""
        if "filtering" in self.cues and "filters" not in said.slots:
            return None
        base = self.base
        if "among" in self.cues and not self._cuts_shorter(said):
            base = population(base, self.turn) or base
        return merge(base, said, self.manner)

    def _cuts_shorter(self, said: Said) -> bool:
        """ "top 3 of those" of a ranking in the same order needs no list of the rows."""
        old, new = self.base.order_by[:1], said.query.order_by[:1]
        same = bool(old and new) and old[0].descending == new[0].descending
        return said.slots == {"ranking"} and same

    def refuse(self, name: str, **parts: str | int) -> Refusal:
        """A refusal with one of the conversation's sentences."""
        return Refusal(self.question, "NOT_AVAILABLE", self.phrases.message(name, **parts), self.words)

    def text(self) -> str:
        """The words left as they were written."""
        return " ".join(token.raw for token in self.tokens)


def stripped(tokens: tuple[Token, ...], phrases: Phrases) -> tuple[tuple[Token, ...], frozenset[str]]:
    """The words without the cues around them, and the categories of those cues."""
    cues: set[str] = set()
    changed = True
    while changed and tokens:
        changed = False
        for side, take in (("openers", phrases.opens), ("closers", phrases.closes)):
            best = max(
                ((take(words_of(tokens), side, name), name) for name in phrases.data[side]), key=lambda item: item[0]
            )
            if best[0]:
                tokens = tokens[best[0] :] if side == "openers" else tokens[: -best[0]]
                cues.add(best[1])
                changed = True
    return tokens, frozenset(cues)
