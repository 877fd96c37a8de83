"""Groups told by what they do most: "the three countries that ordered most in 2026" asks which three did."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.quantities import is_number
from assistant.understanding.tokens import Token

MOST = frozenset({"most", "least", "best", "worst", "fewest"})
LONGEST_NAME = 4
"""How many words stand at most before "that": an article, a number and a name of two."""


def ranked_relative(asking: Asking) -> Plan | None:
    """The plan of "which ... did most"; None where no group is told so."""
    tokens = asking.tokens
    at = next((i for i, token in enumerate(tokens[: LONGEST_NAME + 1]) if token.text in phrases()["relatives"]), 0)
    named = [token for token in tokens[:at] if token.text not in asking.world.language.determiners]
    said = tokens[at + 1 :]
    if not _are_groups(asking, named) or MOST.isdisjoint(token.text for token in said) or _asks(asking):
        return None
    plan = asking.read([*asking.made("which", 0), *named, *said])
    return plan if plan is not None and plan.query.limit is not None and plan.query.order_by else None


def _are_groups(asking: Asking, named: list[Token]) -> bool:
    """Whether words name a field or things, perhaps with how many of them; "new customers" are but some."""
    bare = named[1:] if named and is_number(named[0], asking.world.language) else named
    kinds = {concept.kind for concept in asking.world.lexicon.lookup(bare)}
    return bool(kinds & {"dimension", "noun"})


def _asks(asking: Asking) -> bool:
    """Whether the words are a question of their own."""
    return asking.tokens[0].text in phrases()["question_words"] | phrases()["auxiliaries"]
