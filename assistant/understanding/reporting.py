""" "Who does Ann report to?", "who reports to Ann?": asked of the managers that people of one table have in it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.links import role_words
from assistant.understanding.entities.words import role_forms
from assistant.understanding.tokens import Token

REPORT = "report"
TO = "to"


def with_reporting(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with whom somebody reports to by the role's own name, and with people of the table for "who"."""
    verbs = next((group for group in role_forms() if REPORT in group), frozenset[str]())
    said = next((at for at, token in enumerate(tokens) if token.text.startswith(REPORT) and token.text in verbs), 0)
    ranks = _ranks(world, verbs) if said and tokens[0].text in world.language.words("asking_persons") else []
    if len(ranks) != 1:
        return list(tokens)
    people, role = ranks[0]
    helped = tokens[1].text in world.language.words("auxiliaries")
    if helped and said > 1 and [token.text for token in tokens[said + 1 : said + 2]] == [TO]:
        asked = world.language.tokens_at(f"who is the {role} of", tokens[0])
        return [*asked, *tokens[2:said], *tokens[said + 2 :]]
    things = world.language.tokens_at(f"which {world.layer.datasets[people].title.casefold()}", tokens[0])
    return [*things, *tokens[1:]] if said == 1 else list(tokens)


def _ranks(world: World, verbs: frozenset[str]) -> list[tuple[str, str]]:
    """The tables of people whose rows have a manager among them, with what that one is called."""
    links = [link for link in world.layer.relationships.values() if link.from_ == link.to]
    return [(link.to, " ".join(role_words(link))) for link in links if verbs & set(role_words(link))]
