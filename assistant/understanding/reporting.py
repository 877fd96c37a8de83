""" "Who does Ann report to?", "who reports to Ann?": asked of the managers that people of one table have in it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.links import role_words
from assistant.understanding.entities.roles import root
from assistant.understanding.entities.words import role_forms, word_lists
from assistant.understanding.tokens import Token

LONGEST = 3


def with_reporting(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with whom somebody reports to by the role's own name, and with people of the table for "who"."""
    led = _led(tokens, world)
    if led:
        return led
    reporting = word_lists()["reporting"]
    verbs = next((group for group in role_forms() if reporting & group), frozenset[str]())
    said = next((at for at, token in enumerate(tokens) if token.text in reporting), 0)
    ranks = _ranks(world, verbs) if said and tokens[0].text in world.language.words("asking_persons") else []
    if len(ranks) > 1:
        ranks = [one for one in ranks if one[0] in _named(tokens, world)]
    if len(ranks) != 1:
        return list(tokens)
    people, role = ranks[0]
    helped = tokens[1].text in world.language.words("auxiliaries")
    if helped and said > 1 and _is_to(tokens[said + 1 : said + 2]):
        asked = world.language.tokens_at(f"who is the {role} of", tokens[0])
        return [*asked, *tokens[2:said], *tokens[said + 2 :]]
    things = world.language.tokens_at(f"which {world.layer.datasets[people].title.casefold()}", tokens[0])
    return [*things, *tokens[1:]] if said == 1 else list(tokens)


def _is_to(behind: Sequence[Token]) -> bool:
    return any(token.text in word_lists()["reporting_to"] for token in behind)


def _led(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "Who supervises Ann?" as "who is the supervisor of Ann", "does Ann supervise" the passive way; else nothing."""
    links = [link for link in world.layer.relationships.values() if link.from_ == link.to]
    for role in (said[0] for link in links if len(said := role_words(link)) == 1):
        for at, token in enumerate(tokens[1:], 1):
            verb = root(token.text) == root(role) and not {token.text, token.plain} & {role}
            if verb and at == 1 and tokens[0].text in world.language.words("asking_persons"):
                return [*world.language.tokens_at(f"who is the {role} of", tokens[0]), *tokens[2:]]
            helped = next((i for i in range(2, at) if tokens[i].text in ("does", "did")), 0) if verb else 0
            if helped and "".join(one.text for one in tokens[at + 1 :]) in ("", "?"):
                past = token.text.removesuffix("e") + "ed"
                under = world.language.tokens_at(f"are {past} by", token)
                return [*tokens[:helped], *under, *tokens[helped + 1 : at]]
    return []


def _named(tokens: Sequence[Token], world: World) -> set[str]:
    """The tables with a value that the question names."""
    spans = (tokens[at:end] for at in range(len(tokens)) for end in range(at + 1, min(at + LONGEST, len(tokens)) + 1))
    return {c.target.partition(".")[0] for span in spans for c in world.lexicon.lookup(span) if c.kind == "value"}


def _ranks(world: World, verbs: frozenset[str]) -> list[tuple[str, str]]:
    """The tables of people whose rows have a manager among them, with what that one is called."""
    links = [link for link in world.layer.relationships.values() if link.from_ == link.to]
    return [(link.to, " ".join(role_words(link))) for link in links if verbs & set(role_words(link))]
