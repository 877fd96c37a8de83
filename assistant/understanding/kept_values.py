"""Values that other readings would take apart: "In Progress" is a status before it is "ongoing", so is "done"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.language.wordings import CLAUSE_ENDS
from assistant.understanding.rewriting import rewritten
from assistant.understanding.tokens import Token

LONGEST = 4
WHOLE = 1.0


def with_values_kept(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens, each stored value whose words would be rewritten put together into one that no wording knows.

    A word of grammar that is said of things, and nothing else behind it, is the value that is stored so ("are done").
    """
    found = [_said_of(tokens, at, world) for at in range(len(tokens))]
    for size in range(LONGEST, 1, -1):
        for at in range(len(found) - size, -1, -1):
            span = found[at : at + size]
            stored = _stored(span, world)
            if stored and _is_changed(span, world):
                found[at : at + size] = [_together(span, stored)]
    return found


def _said_of(tokens: Sequence[Token], at: int, world: World) -> Token:
    """A word behind a form of "be" that ends what is said: as its value is stored, where it is one."""
    behind = tokens[at + 1].text if at + 1 < len(tokens) else "."
    ends = behind in CLAUSE_ENDS or behind in world.language.words("joining")
    said = at > 0 and tokens[at - 1].text in world.language.words("being_done") and ends
    stored = _stored(tokens[at : at + 1], world) if said else ""
    return replace(tokens[at], raw=stored, start=tokens[at].start) if stored else tokens[at]


def _stored(span: Sequence[Token], world: World) -> str:
    """The stored value that words are, however they are written, and that is nothing else of the layer; or nothing."""
    together = "".join(token.bare for token in span)
    if not all(token.text.isalpha() for token in span) or not world.lexicon.may_name(together):
        return ""
    raw = " ".join(token.raw for token in span)
    spelt = (_together(span, text) for text in dict.fromkeys((raw, raw.title(), raw.capitalize())))
    meant = next((found for one in spelt if (found := world.lexicon.lookup([replace(one, start=one.start + 1)]))), ())
    values = {str(one.value) for one in meant if one.kind == "value" and one.weight >= WHOLE}
    return values.pop() if len(values) == 1 and all(one.kind == "value" for one in meant) else ""


def _is_changed(span: Sequence[Token], world: World) -> bool:
    said = [token.text for token in span]
    return [token.text for token in rewritten(span, world.language)] != said


def _together(span: Sequence[Token], stored: str) -> Token:
    text = stored.casefold()
    return Token(
        span[0].start, span[-1].end, stored, text, "".join(t.plain for t in span), "".join(t.bare for t in span)
    )
