"""Amounts in a currency that the company's numbers are not kept in: nothing here converts them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.chart import amount_of
from assistant.understanding.draft import World
from assistant.understanding.entities.words import same_units
from assistant.understanding.tokens import Token


def foreign_money(tokens: Sequence[Token], world: World) -> tuple[str, str]:
    """The word for a currency beside a number, and the one currency of the layer; empty when they are the same.

    Of a layer that names no currency, or several, nothing is said.
    """
    for at, token in enumerate(tokens):
        said = _currency(token.text, world)
        beside = (tokens[i].text for i in (at - 1, at + 1) if 0 <= i < len(tokens))
        if not said or not any(amount_of(text) is not None for text in beside):
            continue
        kept = {unit for unit in _units(world) if unit in _currencies(world)}
        weighed = same_units(token.text) & _units(world)  # "two pounds" of what is weighed
        if len(kept) == 1 and said not in kept and not weighed:
            return token.raw, next(iter(kept))
    return "", ""


def _currency(text: str, world: World) -> str:
    data = world.language.data
    named = next((unit for unit, words in data["unit_words"].items() if text in words), "")
    found = str(data["unit_signs"].get(text, named))
    return found if found in _currencies(world) else ""


def _currencies(world: World) -> set[str]:
    return {str(unit) for unit in world.language.data["unit_signs"].values()} - {"%"} | {"CHF"}


def _units(world: World) -> set[str]:
    layer = world.layer
    return {one.unit for one in (*layer.metrics.values(), *layer.fields.values()) if one.unit}
