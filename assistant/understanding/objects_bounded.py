"""Verbs whose object is bounded, said as what somebody has: "sent more than 100 emails", "made over 10k"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.chart import amount_of
from assistant.understanding.draft import World
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

LONGEST_COMPARISON, LONGEST_OBJECT, MUCH = 4, 2, 500
COMPARISONS = frozenset({"cmp_ge", "cmp_gt", "cmp_le", "cmp_lt"})


def with_bounded_objects(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with what is bounded named behind its number; as they are where no verb has a bounded object."""
    for at in range(1, len(tokens) - 2):
        number = _behind_comparison(tokens, at + 1, world.language)
        if number is None or amount_of(tokens[number].text) is None:
            continue
        found = _money(tokens, at, number, world) or _deed(tokens, at, number, world)
        if found:
            return found
    return _units_most(tokens, world)


def _behind_comparison(tokens: Sequence[Token], start: int, language: Language) -> int | None:
    """The place behind words that compare, perhaps behind a particle of the verb: "brought in more than"."""
    for first in (start, start + 1):
        if first > start and tokens[start].text not in language.words("verb_particles"):
            return None
        for end in range(min(first + LONGEST_COMPARISON, len(tokens) - 1), first, -1):
            said = " ".join(token.text for token in tokens[first:end])
            if COMPARISONS & set(language.cues.get(said, ())):
                return end
    return None


def _money(tokens: Sequence[Token], at: int, number: int, world: World) -> list[Token]:
    """ "made more than 10k": so much revenue, where an amount of money is said and nothing that is counted."""
    language = world.language
    units = {
        word for code in language.data["unit_words"] if code.isupper() for word in language.data["unit_words"][code]
    }
    named = number + 1 < len(tokens) and tokens[number + 1].text in units
    if tokens[at].text not in language.words("earning_verbs") or not (named or _is_much(tokens, at, number, world)):
        return []
    behind = number + 1 + named
    if behind < len(tokens) and _names(tokens[behind : behind + 1], world):
        return []
    income = language.tokens_at(language.words("income_words")[0], tokens[number])
    had = language.tokens_at(language.words("had_word")[0], tokens[at])
    return [*tokens[:at], *had, *tokens[at + 1 : number + 1], *income, *tokens[behind:]]


def _is_much(tokens: Sequence[Token], at: int, number: int, world: World) -> bool:
    """Whether a number without a unit is one of money: "10k", and 5000 of a thing; somebody may have other incomes."""
    if tokens[number].text[-1:].isalpha():
        return True
    datasets = world.layer.datasets
    told = [c.target for token in tokens[:at] for c in world.lexicon.lookup([token]) if c.kind == "noun"]
    things = bool(told) and not any(datasets[name].entity for name in told)
    return things and (amount_of(tokens[number].text) or 0) >= MUCH


def _deed(tokens: Sequence[Token], at: int, number: int, world: World) -> list[Token]:
    """ "sent more than 100 emails": had more than 100 emails sent, where something is called "emails sent"."""
    for end in range(min(number + 1 + LONGEST_OBJECT, len(tokens)), number + 1, -1):
        called = world.lexicon.lookup([*tokens[number + 1 : end], replace(tokens[at], start=tokens[number].end)])
        if any(one.kind == "metric" for one in called) and not _names(tokens[at : at + 1], world):
            had = world.language.tokens_at(world.language.words("had_word")[0], tokens[at])
            return [*tokens[:at], *had, *tokens[at + 1 : end], tokens[at], *tokens[end:]]
    return []


def _units_most(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "sells the most Shoes": the most units of them."""
    found, language = list(tokens), world.language
    for at in range(1, len(found) - 1):
        most = {"top", "bottom"} & set(language.cues.get(found[at].text, ()))
        verb = found[at - 2] if found[at - 1].text in language.determiners else found[at - 1]
        values = [one for one in world.lexicon.lookup(found[at + 1 : at + 2]) if one.kind == "value"]
        if most and verb.text in language.words("selling_verbs") and values:
            return [*found[: at + 1], *language.tokens_at(language.words("units_of")[0], found[at]), *found[at + 1 :]]
    return found


def _names(tokens: Sequence[Token], world: World) -> bool:
    return any(one.kind in ("noun", "metric") for one in world.lexicon.lookup(tokens))
