"""Two sides of a rate: "do women or men order more often" asks each side for its own, and not for a sum of both."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.compared import compared

LONGEST_NAME = 3


def sides_often(asking: Asking) -> Plan | None:
    """The plan of "do women order more often than men"; None for any other question."""
    tokens, words = asking.tokens, {token.text for token in asking.tokens}
    joint = next((at for at, token in enumerate(tokens) if token.text == "or"), 0)
    often = not words.isdisjoint(phrases()["oftener"]) and "than" not in words
    if not often or joint < 2 or tokens[0].text not in phrases()["auxiliaries"]:
        return None
    for end in range(joint + 2, min(joint + 2 + LONGEST_NAME, len(tokens) - 1)):
        first, second, said = tokens[1:joint], tokens[joint + 1 : end], tokens[end:]
        told = (*asking.made("do", 0), *first, *said, *asking.made("than", 0), *second)
        plan = compared(replace(asking, tokens=told))
        if plan is not None:
            return plan
    return None
