"""Numbers that share the letter of the larger one: "between 10 and 20k" is from ten thousand to twenty thousand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

PLAIN, SCALED = re.compile(r"\d+(?:\.\d+)?$"), re.compile(r"(\d+(?:\.\d+)?)([km])$")


def with_shared_scales(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with the first number of a range in the size of the second, where it is the smaller one as written."""
    found = list(tokens)
    opening, joining = set(language.data["time_words"]["from"]), set(language.data["time_words"]["to"])
    for at in range(1, len(found) - 2):
        larger = SCALED.match(found[at + 2].text)
        smaller = PLAIN.match(found[at].text)
        ranged = found[at - 1].text in opening and found[at + 1].text in joining
        if ranged and larger and smaller and float(found[at].text) < float(larger.group(1)):
            text = f"{found[at].text}{larger.group(2)}"
            found[at] = replace(found[at], raw=text, text=text, plain=text, bare=text)
    return found
