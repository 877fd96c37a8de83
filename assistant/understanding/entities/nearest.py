"""What a condition behind the noun of something else is said of: "pets owned by students who are older than 20"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import COMPARISONS
from assistant.understanding.entities.words import Words


def said_of_another(words: Words, found: Found, further: Found) -> bool:
    """Whether a clause bounds a field of the things right behind the noun of something else that has one like it.

    The condition is then one on what stands nearest, and this reading is none.
    """
    new = further.filters[len(found.filters) :]
    others = [name for name in words.world.layer.datasets if name != found.entity and _ends_with(words, found, name)]
    own = [one for one in new if not one.entity and one.field.partition(".")[0] == found.entity]
    bare = bool(others and own) and _is_bare_bound(words, found.at)
    return (
        bare
        or _is_of_row(words, found, further, others)
        or any(_has_alike(words, dataset, one.field) for dataset in others for one in own)
    )


def _is_bare_bound(words: Words, at: int) -> bool:
    """ "a rating above 4": a bound that names no field right behind the noun of something else is a bound on that."""
    ends = [end for role in COMPARISONS if (end := words.phrase(at, role)) is not None]
    return any(words.number(end) is not None for end in ends)


def _is_of_row(words: Words, found: Found, further: Found, others: Sequence[str]) -> bool:
    """ "the claim with the largest amount": the largest of the amounts of single claims, and no total of theirs."""
    ranked = further.order.by if further.order is not None and found.order is None else ""
    facts = words.world.reach.facts(ranked) if ranked in words.world.layer.metrics else set[str]()
    single = any(words.nouns(at) and not words.is_plural(at) for at in range(max(0, found.at - 2), found.at))
    counted = ranked in words.world.nouns.counted
    return single and not counted and len(facts) == 1 and facts <= set(others)


def _ends_with(words: Words, found: Found, dataset: str) -> bool:
    """Whether the last words read are the noun of a dataset, before a relative pronoun or its like."""
    ends = [behind for _, behind, _, _ in found.spans]
    last = max(ends, default=0)
    start = words.skip(last, "relatives", "empty", "joins") if last < len(words.tokens) else last
    if not ends or found.at not in (last, start):
        return False
    values = (target for _, behind, role, target in found.spans if role == "value" and behind == last)
    called = any(target.partition(".")[0] == dataset for target in values)  # "a cat that is 3 years old"
    return called or any((dataset, last) in words.nouns(at) for at in range(max(0, last - 3), last))


def _has_alike(words: Words, dataset: str, field: str) -> bool:
    """Whether a dataset has a field that is called like another one's, its noun in front apart."""
    told = words.world.layer.fields[field]
    head = told.label.casefold().split()[-1]
    fields = words.world.layer.datasets[dataset].fields
    return any(one.kind == told.kind and one.label.casefold().split()[-1] == head for one in fields if not one.hidden)
