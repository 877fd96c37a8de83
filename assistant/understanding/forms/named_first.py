"""What a question is about named before it: "our customers in Hamburg, how much did they spend".

The words before the comma take the place of the word that points back at them, and the question is read as any other.
"""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.tokens import Token

PAUSES = frozenset({",", ":", "-", "–"})
MOST_NAMED = 8
"""How many words stand at most before the pause; more are a sentence of their own."""
BEFORE_NOUNS = frozenset({"their", "its"})


def named_first(asking: Asking) -> Plan | None:
    """The plan of the question with what was named in its place; None where nothing was named first."""
    at = next((at for at, token in enumerate(asking.tokens[: MOST_NAMED + 1]) if token.text in PAUSES), 0)
    named, question = asking.tokens[:at], asking.tokens[at + 1 :]
    places = [place for place, token in enumerate(question) if token.text in phrases()["pointing_back"]]
    if not named or len(places) != 1 or not _asks(question) or _is_sentence(named):
        return None
    place = places[0]
    if question[place].text in BEFORE_NOUNS:  # "what was their average age"
        rest = [*question[:place], *question[place + 1 :]]
        return asking.read([*rest, *asking.made("of", 0), *named])
    return asking.read([*question[:place], *named, *question[place + 1 :]])


def _asks(question: tuple[Token, ...]) -> bool:
    """Whether words begin as a question does."""
    opened = any(said(question[:size]) in phrases()["asked_numbers"] for size in (2, 3))
    return bool(question) and (opened or question[0].text in phrases()["question_words"] | phrases()["auxiliaries"])


def _is_sentence(named: tuple[Token, ...]) -> bool:
    """Whether the words before the pause ask or say something themselves, other than which things are meant."""
    words = {token.text for token in named}
    asks = words & (phrases()["question_words"] - phrases()["relatives"])
    return bool(asks) or named[0].text in phrases()["auxiliaries"] or any(token.text.isdigit() for token in named[:1])
