"""Values of more than one word that a wording would rewrite: "In Progress" is a status before it is "ongoing"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.rewriting import rewritten
from assistant.understanding.tokens import Token

LONGEST = 4
WHOLE = 1.0


def with_values_kept(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens, each stored value whose words would be rewritten put together into one that no wording knows."""
    found = list(tokens)
    for size in range(LONGEST, 1, -1):
        for at in range(len(found) - size, -1, -1):
            span = found[at : at + size]
            stored = _stored(span, world)
            if stored and _is_changed(span, world):
                found[at : at + size] = [_together(span, stored)]
    return found


def _stored(span: Sequence[Token], world: World) -> str:
    """The stored value that words are, however they are written, and that is nothing else of the layer; or nothing."""
    together = "".join(token.bare for token in span)
    if not all(token.text.isalpha() for token in span) or not world.lexicon.may_name(together):
        return ""
    raw = " ".join(token.raw for token in span)
    spelt = (_together(span, text) for text in dict.fromkeys((raw, raw.title(), raw.capitalize())))
    meant = next((found for one in spelt if (found := world.lexicon.lookup([replace(one, start=one.start + 1)]))), ())
    values = {str(one.value) for one in meant if one.kind == "value" and one.weight >= WHOLE}
    return values.pop() if len(values) == 1 and len(meant) == 1 else ""


def _is_changed(span: Sequence[Token], world: World) -> bool:
    said = [token.text for token in span]
    return [token.text for token in rewritten(span, world.language)] != said


def _together(span: Sequence[Token], stored: str) -> Token:
    text = stored.casefold()
    return Token(
        span[0].start, span[-1].end, stored, text, "".join(t.plain for t in span), "".join(t.bare for t in span)
    )
