"""Deeds ranked by how often each person does them: "which region's customers buy most often"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.language import Language
from assistant.understanding.quantities import is_number
from assistant.understanding.tokens import Token

LONGEST_GROUP, BETWEEN = 3, 3


def with_most_often(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens ranked by the number that "how often do customers buy" asks for.

    Only where the groups are told of the people themselves (their region, their age); "which products do customers
    buy most often" ranks products and stays.
    """
    found, ranks = list(tokens), world.language.data["ranks_of_degrees"]
    for at in range(2, len(found) - 1):
        degree = ranks.get(found[at].text) if found[at + 1].text in world.language.words("frequency_degrees") else None
        verb = _verb(found, at, world) if degree else 0
        group = _group_of_people(found[:verb], world) if verb else None
        if group is None:
            continue
        told = [token for token in found[group[1] : verb] if not _is_subject(token, world.language)]
        ranked = world.language.tokens_at(
            f"{degree} {world.layer.metrics[_how_often(found[verb], world)].title}", found[verb]
        )
        return [*found[group[0] : group[1]], *ranked, *told, *found[at + 2 :]]
    return found


def _verb(tokens: Sequence[Token], at: int, world: World) -> int:
    """The place of the deed before "most often", with small words between ("order from us"); 0 without one."""
    small = world.language.small_words | world.language.fillers
    for place in range(at - 1, max(at - BETWEEN, 0) - 1, -1):
        if _how_often(tokens[place], world):
            return place
        if tokens[place].text not in small:
            return 0
    return 0


def _how_often(verb: Token, world: World) -> str:
    """The metric called "how often do customers" with this deed; empty when nothing is."""
    phrase = [*world.language.tokens_at(world.language.data["how_often_people"], verb), verb]
    named = {one.target for one in world.lexicon.lookup(phrase) if one.kind == "metric"}
    return named.pop() if len(named) == 1 else ""


def _group_of_people(tokens: Sequence[Token], world: World) -> tuple[int, int] | None:
    """Where the groups asked for begin with their "which", and the place behind them; None when no people's field."""
    asking = world.language.words("topic_asking")
    start = next((at for at, token in enumerate(tokens) if token.text in asking), None)
    if start is None:
        return None
    first = start + 1
    if first < len(tokens) and is_number(tokens[first], world.language):
        first += 1  # "which two age groups"
    for end in range(min(first + LONGEST_GROUP, len(tokens)), first, -1):
        named = [one for one in world.lexicon.lookup(tokens[first:end]) if one.kind == "dimension"]
        if named and any(world.layer.datasets[one.target.partition(".")[0]].entity for one in named):
            return start, end
    return None


def _is_subject(token: Token, language: Language) -> bool:
    """Whether a word only says that people are meant: "customers", "do our people"."""
    small = {*language.persons, *language.words("auxiliaries"), *language.determiners}
    return token.plain in language.words("person_nouns") or token.text in small
