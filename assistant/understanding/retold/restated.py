"""Questions without words that only say again what the tables tell: "held in each city", "paid in cash", "in each"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.dated import day_of
from assistant.understanding.entities.roles import root
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import lists, phrase_at
from assistant.understanding.tokens import Token

SHORTEST_CODE, SHORTEST_STEM = 2, 3


def without_tying(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "the tournaments held in each city" without "held", which says no more than "in"."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens) - 2):
        tied = words.phrase(at, "verbs") == at + 1 and not words.deed(at) and tokens[at + 1].text in lists()["behind"]
        each = phrase_at(tokens, at + 2, "each_of")
        if tied and each is not None and _ends_noun(words, at) and _groups(words, each):
            yield [*tokens[:at], *tokens[at + 1 :]]


def without_way(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "were paid in cash" without the verb that the name of the value's field has ("payment method")."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens) - 2):
        if tokens[at + 1].text not in lists()["behind"]:
            continue
        fields = {c.target for concepts, _ in words.concepts(at + 2, "value") for c in concepts}
        verbs = {root(tokens[at].text), tokens[at].bare, *lists()["pasts"].get(tokens[at].text, ())}
        if fields and fields <= set(world.layer.fields) and all(_says(field, verbs, world) for field in fields):
            yield [*tokens[:at], *tokens[at + 1 :]]


def _says(field: str, verbs: set[str], world: World) -> bool:
    parts = (*field.partition(".")[2].split("_"), *world.layer.fields[field].title.casefold().split())
    stems = tuple(verb for verb in verbs if len(verb) >= SHORTEST_STEM)
    return any(root(part) in verbs or part.startswith(stems) for part in parts)


def without_idle(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "ended with a guilty verdict" as "with ...", "pieces of evidence", "no mother recorded" told without."""
    found, at = list[Token](), 0
    while at < len(tokens):
        ended, pieces = phrase_at(tokens, at, "ended_with"), phrase_at(tokens, at, "pieces_of")
        noted = _behind_echo(tokens, at, world) if at else None
        if ended is not None:
            found += world.language.tokens_at("with", tokens[at])
        elif noted is not None:
            ended = noted
        elif pieces is None or not Words(tuple(tokens), world).nouns(pieces):
            found.append(tokens[at])
            pieces = None
        at = ended or pieces or at + 1
    if len(found) < len(tokens):
        yield found


def _behind_echo(tokens: Sequence[Token], at: int, world: World) -> int | None:
    """The place behind words that say nothing more: "reporting to him", "recorded" behind what there is none of."""
    echo = phrase_at(tokens, at, "echoes")
    noted = phrase_at(tokens, at, "noted") if any(token.text in lists()["none"] for token in tokens[:at]) else None
    return echo or (noted if noted == len(tokens) and not world.lexicon.lookup(tokens[at - 1 : noted]) else None)


def by_periods(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "contracts signed in each year" as "contracts by year": the deed that the day of the rows is called by."""
    words = Words(tuple(tokens), world)
    units = {str(name): grain for grain, names in world.language.data["units"].items() for name in names}
    for at in range(1, len(tokens) - 1):
        each = phrase_at(tokens, at + 1, "in_each_period")
        unit = tokens[each].text if each is not None and each + 1 == len(tokens) else ""
        if unit not in units:
            continue
        start = at - 1 if tokens[at - 1].text in lists()["auxiliaries"] else at
        for dataset, end in (named for first in range(start) for named in words.nouns(first)):
            day = day_of(words, at, dataset) if end == start else ""
            if day and day == f"{dataset}.{world.layer.datasets[dataset].time}":
                yield [*tokens[:start], *world.language.tokens_at(f"by {unit}", tokens[at])]


def by_flags(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "inspections that found a disease" as "inspections with disease found": a yes or no that is called so."""
    fields = world.layer.fields
    for at in range(1, len(tokens) - 1):
        start = phrase_at(tokens, at + 1, "articles") or at + 1
        first = at - (phrase_at(tokens, at - 1, "relatives") == at)
        for end in range(min(start + 2, len(tokens)), start, -1):
            named = world.lexicon.lookup([*tokens[start:end], tokens[at]])
            if any(c.kind == "dimension" and fields[c.target].kind == "boolean" for c in named):
                told = world.language.tokens_at("with", tokens[at])
                yield [*tokens[:first], *told, *tokens[start:end], tokens[at], *tokens[end:]]


def having_many(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "sponsors that sponsor more than 3 teams": a verb that is called like a thing, before a number of things."""
    words = Words(tuple(tokens), world)
    for at in range(2, len(tokens) - 2):
        behind = phrase_at(tokens, at - 1, "relatives") == at and words.phrase(at + 1, "more_than")
        behind = behind or (phrase_at(tokens, at - 1, "relatives") == at and words.phrase(at + 1, "at_least"))
        if behind and words.phrase(at, "verbs") == at + 1 and any(end == at - 1 for end in _noun_ends(words, at - 1)):
            yield [*tokens[:at], *world.language.tokens_at("have", tokens[at]), *tokens[at + 1 :]]


def of_each_getting(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "the total amount that each team receives from its sponsors" as "the total amount for each team"."""
    words = Words(tuple(tokens), world)
    for at in range(1, len(tokens) - 2):
        each = phrase_at(tokens, at + 1, "each_of") if phrase_at(tokens, at, "relatives") == at + 1 else None
        for _, end in words.nouns(each) if each is not None else []:
            behind = words.phrase(end, "verbs")
            if behind is not None and (behind == len(tokens) or _says_from_whom(words, behind)):
                yield [*tokens[:at], *world.language.tokens_at("for", tokens[at]), *tokens[at + 1 : end]]


def _says_from_whom(words: Words, at: int) -> bool:
    """ "from its sponsors": the things that rows belong to, said as its own."""
    small = words.tokens[at].text in lists()["behind"] and words.phrase(at + 1, "possessives") == at + 2
    return small and any(end == len(words.tokens) for _, end in words.nouns(at + 2))


def _noun_ends(words: Words, at: int) -> Iterator[int]:
    for start in range(max(at - 3, 0), at):
        yield from (end for _, end in words.nouns(start))


def having_most(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "Which city hosted the most fairs?" as "which city has the most fairs": the verb of what a value tells."""
    words = Words(tuple(tokens), world)
    start = phrase_at(tokens, 0, "asking")
    for concepts, behind in words.concepts(start, "dimension") if start is not None else []:
        tied = words.phrase(behind, "verbs") == behind + 1 and not words.deed(behind)
        ranked = phrase_at(tokens, behind + 1, "most") or phrase_at(tokens, behind + 1, "least") if tied else None
        if ranked is not None and all(world.layer.fields[c.target].kind == "categorical" for c in concepts):
            yield [*tokens[:behind], *world.language.tokens_at("has", tokens[behind]), *tokens[behind + 1 :]]


def of_kind(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "Which make of car got ..." as "which make got ...": the field alone, without its things."""
    words = Words(tuple(tokens), world)
    start = phrase_at(tokens, 0, "asking")
    for concepts, behind in words.concepts(start, "dimension") if start is not None else []:
        of = behind + 1 < len(tokens) and tokens[behind].text == "of"
        owners = {c.target.partition(".")[0] for c in concepts}
        for dataset, end in words.nouns(behind + 1) if of else ():
            if dataset in owners and tokens[behind + 1].text not in lists()["articles"]:
                yield [*tokens[:behind], *tokens[end:]]


def of_codes(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "the price of LPs" with the code as it is stored, in capitals and in the singular."""
    made = [_code(token, world) for token in tokens]
    if any(made):
        yield [new or token for new, token in zip(made, tokens, strict=True)]


def _code(token: Token, world: World) -> Token | None:
    code = token.raw.removesuffix("s")
    if code == token.raw or len(code) < SHORTEST_CODE or not code.isupper():
        return None
    told = world.language.tokens_at(code, token)
    stored = any(c.kind == "value" and c.value == code for c in world.lexicon.lookup(told))
    return told[0] if stored and len(told) == 1 else None


def without_each(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "List the names of the clubs and the number of young members in each" without the last words."""
    listing = bool(tokens) and tokens[0].text in world.language.words("column_verbs")
    joined = [at for at, token in enumerate(tokens) if token.text == "and"]
    counted = bool(joined) and phrase_at(tokens, joined[-1] + 1, "counting") is not None
    for at in range(joined[-1], len(tokens) - 1) if listing and counted else ():
        if phrase_at(tokens, at, "in_each") == len(tokens):
            yield list(tokens[:at])


def _ends_noun(words: Words, at: int) -> bool:
    """Whether the name of things ends right before a place."""
    return at in _noun_ends(words, at)


def _groups(words: Words, at: int) -> bool:
    """Whether a field of values stands here."""
    fields = words.world.layer.fields
    named = [c.target for concepts, _ in words.concepts(at, "dimension") for c in concepts]
    return bool(named) and all(fields[name].kind == "categorical" for name in named)
