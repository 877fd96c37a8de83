"""Plans that answer one of two questions in a sentence and pass over the other."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Plan, Refusal
from assistant.understanding.draft import World
from assistant.understanding.refusing import refuse
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery


def half_answered(question: str, plan: Plan, tokens: Sequence[Token], world: World) -> Refusal | None:
    """The refusal of "how many customers are there and how many of them ordered", of which one number is no answer."""
    asked = [at for at in range(len(tokens) - 1) if _asks(tokens, at, world)]
    best = _best_beside(plan.query, asked, tokens, world)
    if best is not None:
        sentence = world.language.message("two_questions")
        return refuse(question, "UNKNOWN_WORDS", world, (best.raw,), sentence=sentence)
    between = tokens[asked[0] + 2 : asked[-1]] if len(asked) > 1 else ()
    if not between or _numbers(plan.query) >= len(asked) or not any(token.text in JOINING for token in between):
        return None
    sentence = world.language.message("two_questions")
    return refuse(question, "UNKNOWN_WORDS", world, (tokens[asked[-1]].raw,), sentence=sentence)


def _best_beside(query: SemanticQuery, asked: list[int], tokens: Sequence[Token], world: World) -> Token | None:
    """The word that asks for the best group beside a number of all: "how many orders, and which day had the most?"."""
    if query.limit is None or not query.group_by:
        return None
    asking = world.language.words("asking_words")
    joints = [at for at in range(1, len(tokens) - 1) if tokens[at].text == "and" and tokens[at + 1].text in asking]
    alone = asked and query.limit == 1
    behind = [at for at in joints if (alone and at >= asked[0] + 2) or _is_plain(tokens[:at], world)]
    return tokens[behind[0] + 1] if behind else None


def _is_plain(tokens: Sequence[Token], world: World) -> bool:
    """Whether words name a number with no word that ranks: "what is our revenue", "revenue"."""
    lexicon, cues = world.lexicon, world.language.cues
    ranks = any({"top", "bottom"} & set(cues.get(one.text, ())) for one in tokens)
    spans = ([*tokens[at : at + size]] for at in range(len(tokens)) for size in (1, 2, 3))
    return not ranks and any(c.kind == "metric" for span in spans for c in lexicon.lookup(span))


def asks_otherwise(part: Plan, asked: Plan) -> bool:
    """Whether a sentence beside the one that is answered asks for a number of its own."""
    if part.query.group_by and part.query.group_by == asked.query.group_by:
        return False  # "which browsers do people use? visits by browser"
    return not set(part.query.metrics) <= {*asked.query.metrics, *(asked.asked.metrics if asked.asked else ())}


JOINING = frozenset({"and", "?", ",", ";"})


def _asks(tokens: Sequence[Token], at: int, world: World) -> bool:
    said = world.language.cues.get(f"{tokens[at].text} {tokens[at + 1].text}", ())
    return "how_many" in said or "how_much" in said


def _numbers(query: SemanticQuery) -> float:
    """How many questions a query can answer: one for each number, any for numbers set side by side."""
    side_by_side = query.group_by or query.shares or query.compare or query.top
    return float("inf") if side_by_side else len(query.metrics)
