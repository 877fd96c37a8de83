""" "How long is the line?", "how much does it cost?": what is asked of a thing, said by the name of its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.retold.words import lists, phrase_at, verbs
from assistant.understanding.tokens import Token


def measured(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question as "what is the length of the line", for the number that the thing has."""
    if len(tokens) < len(("how", "long", "thing")) or tokens[0].text != "how":
        return
    for measure, thing in (*_by_adjective(tokens), *_by_deed(tokens), *_by_crowd(tokens)):
        field = _number_of(thing, measure, world)
        if field:
            yield _asked(field, thing, tokens[0], world)
    yield from _by_number(tokens, world)


def _by_adjective(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """ "how long is ...", and "how much is ..." of what things cost."""
    measure = lists()["adjectives"].get(tokens[1].text, "")
    measure = measure or (lists()["deeds"]["cost"] if tokens[1].text == "much" else "")
    behind = phrase_at(tokens, 2, "auxiliaries")
    if measure and behind is not None:
        yield str(measure), tokens[behind:]


def _by_deed(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """ "how much does ... cost", "how long did ... last"."""
    asked, behind = verbs("deeds").get(tokens[-1].text, ""), phrase_at(tokens, 2, "helping")
    if asked and behind is not None and tokens[1].text in ("much", "long"):
        yield asked, tokens[behind:-1]


def _by_crowd(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """ "how many people attended ...", "how many people can ... hold"."""
    if tokens[1].text != "many" or phrase_at(tokens, 2, "people") != len(("how", "many", "people")):
        return
    rest, crowds = tokens[3:], verbs("crowds")
    if rest and rest[0].text in crowds:
        behind = phrase_at(rest, 1, "tails") or 1
        yield crowds[rest[0].text], rest[behind:]
    elif phrase_at(rest, 0, "helping") is not None and rest[-1].text in crowds:
        yield crowds[rest[-1].text], rest[1:-1]


def _by_number(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "how many credits is the course worth", "how many beds does the ward have": a number by its own name."""
    if tokens[1].text != "many" or phrase_at(tokens, len(tokens) - 1, "held") != len(tokens):
        return
    words = Words(tuple(tokens), world)
    for concepts, behind in words.concepts(2, "dimension"):
        start = phrase_at(tokens, behind, "auxiliaries")
        numbers = [c.target for c in concepts if world.layer.fields[c.target].kind == "number"]
        if numbers and start is not None and not words.nouns(2):
            name = " ".join(token.raw for token in tokens[2:behind])
            yield _with_name(name, tokens[start:-1], tokens[0], world)


def _number_of(thing: Sequence[Token], measure: str, world: World) -> str:
    """The one number that a thing has of the names of a measure, empty without one."""
    words = Words(tuple(thing), world)
    owners = [dataset for at in range(len(thing)) for dataset, _ in words.nouns(at)]
    named = (c.target for at in range(len(thing)) for found, _ in words.concepts(at, "value") for c in found)
    owners += [target.partition(".")[0] for target in named if target in world.layer.fields]
    found = (field for one in dict.fromkeys(owners) if (field := words.field_called(measure, one)))
    return next(found, "")


def _asked(field: str, thing: Sequence[Token], place: Token, world: World) -> list[Token]:
    return _with_name(world.layer.fields[field].label, thing, place, world)


def _with_name(name: str, thing: Sequence[Token], place: Token, world: World) -> list[Token]:
    return [*world.language.tokens_at(f"what is the {name} of", place), *thing]


def deeds_ranked(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """ "which driver earns the most": with the highest salary."""
    for at, token in enumerate(tokens):
        measure = verbs("deeds").get(token.text, "") if at else ""
        for role, highest in (("most", "highest"), ("least", "lowest")) if measure else ():
            behind = phrase_at(tokens, at + 1, role)
            field = _number_of(tokens[:at], measure, world) if behind is not None else ""
            if field and behind is not None:
                end = phrase_at(tokens, behind, "money") or behind
                told = world.language.tokens_at(f"with the {highest} {world.layer.fields[field].label}", token)
                yield [*tokens[:at], *told, *tokens[end:]]
