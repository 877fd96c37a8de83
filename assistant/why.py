"""Why a number moved, in words: every amount is one of the explanation, and none of them is called a cause."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.drivers import ChangeExplained, Factor, Slice
from assistant.formatting import Style, number, shorten, signed
from assistant.wording import Wording, answers, capital, lower
from semantic_layer import SemanticLayer

_SHOWN = 3
_LONGEST_CODE = 3
_WORTH_SAYING = 0.05  # of the change


class _Teller:
    """The words and number styles of one explanation."""

    def __init__(self, layer: SemanticLayer, explained: ChangeExplained, locale: str):
        self.layer, self.explained = layer, explained
        self.words: Wording = answers(locale)
        metric = layer.metrics[explained.metric]
        kind = "points" if metric.format == "percent" else metric.format
        self.style = Style(kind, metric.unit, metric.decimals, locale)
        self.percent = Style("percent", locale=locale)

    @property
    def change(self) -> float:
        return self.explained.now - self.explained.then

    def amount(self, value: float) -> str:
        return signed(value, self.style)

    def where(self, one: Slice) -> str:
        return capital(" / ".join(self.called(field, value) for field, value in one.where.items()))

    def called(self, field: str, value: str) -> str:
        """A value by itself, or with its field where it is but a code: "language es"."""
        alone = not value or len(value) > _LONGEST_CODE
        return self.value(field, value) if alone else f"{self.field(field)} {value}"

    def value(self, field: str, value: str) -> str:
        return shorten(value) if value else self.words.say("why_without", {"field": self.field(field)})

    def metric(self, name: str) -> str:
        return lower(self.layer.metrics[name].title, self.words)

    def field(self, name: str) -> str:
        return lower(self.layer.fields[name].title, self.words)


def tell_change(layer: SemanticLayer, explained: ChangeExplained, direction: str = "either", locale: str = "en") -> str:
    """One to five sentences on where the change comes from; the first names the slice that moved apart.

    `direction` is which way the person said that it went: when it went the other, that is told first.
    """
    teller = _Teller(layer, explained, locale)
    if not teller.change:
        return teller.words.say("why_no_change")
    went = "up" if teller.change > 0 else "down"
    other = [] if direction in (went, "either") else [teller.words.say(f"why_went_{went}")]
    told = [*other, *_slices(teller), *_groups(teller), *_factors(teller)]
    return " ".join([*told, teller.words.say("why_note")])


def _slices(teller: _Teller) -> list[str]:
    explained = teller.explained
    if explained.kind == "other" or not explained.dimension:
        return [teller.words.say("why_whole_only")]
    if not explained.slices:
        return [teller.words.say("why_even")]
    if explained.kind == "ratio":  # the amounts of a scan on a ratio are numerators, not points
        return [
            teller.words.say("why_slice", {"where": teller.where(explained.slices[0]), "amount": _rate_words(teller)})
        ]
    return [_slice(teller, one, first=place == 0) for place, one in enumerate(explained.slices[:2])]


def _slice(teller: _Teller, one: Slice, first: bool) -> str:
    values = {"where": teller.where(one), "amount": teller.amount(one.change)}
    share = one.change / teller.change
    if not first:
        return teller.words.say("why_slices", values)
    if not 0 < share <= 1:
        return teller.words.say("why_slice", values)
    return teller.words.say("why_slice_share", values | {"share": number(share, teller.percent)})


def _rate_words(teller: _Teller) -> str:
    """What the values of the strongest slice give to the change of the ratio."""
    where = teller.explained.slices[0].where
    value = where[teller.explained.dimension]
    given = next(one for one in teller.explained.contributions if one.value == value)
    return teller.amount(given.amount)


def _groups(teller: _Teller) -> list[str]:
    explained = teller.explained
    if not explained.contributions or explained.kind == "other":
        return []
    shown, rest = explained.contributions[:_SHOWN], explained.contributions[_SHOWN:]
    items = [_part(teller, teller.value(explained.dimension, one.value), one.amount) for one in shown]
    if rest:
        items.append(teller.words.say("why_others", {"amount": teller.amount(sum(one.amount for one in rest))}))
    told = [teller.words.say("why_groups", {"dimension": teller.field(explained.dimension), "list": _joined(items)})]
    mix = sum(one.mix for one in explained.contributions)
    if abs(mix) > _WORTH_SAYING * abs(teller.change):
        told.append(teller.words.say("why_mix", {"amount": teller.amount(mix)}))
    return told


def _factors(teller: _Teller) -> list[str]:
    factors: Sequence[Factor] = teller.explained.factors
    if not factors:
        return []
    items = [_part(teller, teller.metric(one.name), one.contribution) for one in factors]
    return [teller.words.say("why_factors", {"list": _joined(items)})]


def _part(teller: _Teller, label: str, amount: float) -> str:
    return teller.words.say("why_part", {"label": label, "amount": teller.amount(amount)})


def _joined(items: Sequence[str]) -> str:
    return ", ".join(items)
