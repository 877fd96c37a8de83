"""Wordings brought into the one form that the reader knows: every phrase of every language ends."""

import pytest

from assistant.understanding.language import load_language
from assistant.understanding.rewriting import ANY, START, rewritten
from assistant.understanding.tokens import tokenize


@pytest.mark.parametrize("code", ["en", "de"])
def test_every_phrase_is_replaced_once_and_the_reading_ends(code: str) -> None:
    language = load_language(code)
    longest = max(len(new) for _, new in language.rewrites)
    for old, _ in language.rewrites:
        words = ["nine" if word == ANY else word for word in old if word != START]
        found = rewritten(tokenize(" ".join(words), language.forms), language)
        assert len(found) <= len(words) * longest


def test_a_phrase_that_its_own_wording_holds_is_not_replaced_again() -> None:
    language = load_language("en")
    found = rewritten(tokenize("customers with age over 50", language.forms), language)
    assert [token.text for token in found][-3:] == ["age", "over", "50"]
