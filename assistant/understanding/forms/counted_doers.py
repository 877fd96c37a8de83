"""People counted by what tells apart the things they have: "how many distinct members made each type of booking"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.words import word_lists
from assistant.understanding.forms.asking import Asking
from assistant.understanding.had_counts import counted_by_rows
from assistant.understanding.tokens import Token


def counted_doers(asking: Asking) -> Plan | None:
    """The plan of those who have some of what the field told belongs to, each counted once; None for any other."""
    words, layer = asking.words, asking.world.layer
    if not _breaks_down(asking):
        return None
    for at in range(len(asking.tokens)):
        for dataset, behind in words.nouns(at):
            for metric, fact in counted_by_rows(layer, dataset):
                plan = asking.read(_with(asking, behind, layer.datasets[fact].title))
                if plan is not None and metric in plan.query.metrics and _is_by(plan, fact):
                    return plan
    return None


def _breaks_down(asking: Asking) -> bool:
    """Whether anything is asked for by something: "by", "per", "each", "which"."""
    cues = asking.world.language.cues
    asked = any({"by", "per", "which", "divide"} & set(cues.get(token.text, ())) for token in asking.tokens)
    return asked or any(token.text in word_lists()["every"] for token in asking.tokens)


def _with(asking: Asking, behind: int, things: str) -> list[Token]:
    """The question with what is had: "members with bookings by type" of "members by type", "members made each type"."""
    tokens, helping = asking.tokens, {*asking.world.language.words("auxiliaries"), *word_lists()["verbs"]}
    start = behind
    while start < len(tokens) and tokens[start].text in helping:
        start += 1
    made = start > behind and start < len(tokens) and tokens[start].text in word_lists()["every"]
    rest = [*asking.made("by", start), *tokens[start + 1 :]] if made else list(tokens[behind:])
    return [*tokens[:behind], *asking.made(f"with {things}", behind), *rest]


def _is_by(plan: Plan, fact: str) -> bool:
    """Whether the plan breaks down by the very things had; what only narrows them may be of other things."""
    return any(group.field.partition(".")[0] == fact for group in plan.query.group_by)
