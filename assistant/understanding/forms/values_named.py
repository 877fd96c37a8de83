"""Values asked for by their bare name: "brands in the Electronics category" lists the brands that are there."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.tokens import Token

PLACES = frozenset({"in", "of", "from", "within"})
LONGEST_NAME = 3
BEING = frozenset({"are", "is"})


def values_named(asking: Asking) -> Plan | None:
    """The plan of "list the brands in Electronics"; None where no field is named in the plural before a place."""
    tokens = _bare(asking)
    at = next((i for i, token in enumerate(tokens[: LONGEST_NAME + 1]) if token.text in PLACES), 0)
    if not 0 < at < len(tokens) - 1 or not _is_field(asking, tokens[:at]):
        return None
    plan = asking.read([*asking.made("list the", 0), *tokens])
    if plan is None or not plan.query.filters or plan.query.limit is not None:
        return None
    fields = {concept.target for concept in asking.world.lexicon.lookup(tokens[:at])}
    return plan if {group.field for group in plan.query.group_by} <= fields and plan.query.group_by else None


def _bare(asking: Asking) -> tuple[Token, ...]:
    """The words without an article, and "which brands are in" as "brands in"."""
    tokens = asking.tokens
    being = next((i for i, token in enumerate(tokens[: LONGEST_NAME + 2]) if token.text in BEING), 0)
    if tokens and tokens[0].text in phrases()["question_words"] and being > 1:
        tokens = (*tokens[1:being], *tokens[being + 1 :])
    return tokens[1:] if tokens and tokens[0].text in asking.world.language.determiners else tokens


def _is_field(asking: Asking, named: tuple[Token, ...]) -> bool:
    """Whether words are the plural of a field's name, and of nothing that is counted."""
    kinds = {concept.kind for concept in asking.world.lexicon.lookup(named)}
    plural = named[-1].text != named[-1].plain
    return plural and "dimension" in kinds and kinds <= {"dimension", "value"}
