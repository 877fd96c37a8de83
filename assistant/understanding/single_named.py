"""Names that say of how many: "value of a cart" is what one is worth, "value of carts" what all are."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.tokens import Token

ONE, MANY = "1", "n"
LINKS = frozenset({"of", "from"})


def number_of(tokens: Sequence[Token], articles: Sequence[str]) -> str:
    """Whether a phrase ends with one thing behind a link and an article, or with several behind a link; else empty."""
    if len(tokens) > len(("of", "carts")) and tokens[-2].text in LINKS and tokens[-1].text != tokens[-1].plain:
        return MANY
    ends = len(tokens) > len(("of", "a", "cart")) and tokens[-2].text in articles and tokens[-3].text in LINKS
    return ONE if ends else ""


def agree(name: str, said: str) -> bool:
    """Whether what is called so of one is not said of many, nor the other way round."""
    return {name, said} != {ONE, MANY}
