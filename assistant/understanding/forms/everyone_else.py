"""Words for all those that are not on the first side: "everyone else", "other customers", "non-members"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.tokens import Token
from semantic_layer import Filter

LONGEST = 9


@dataclass(frozen=True)
class Rest:
    """All others: the place behind the words for them, and the conditions they are others within."""

    behind: int
    within: tuple[Filter, ...] = ()


def the_rest(asking: Asking, tokens: Sequence[Token], part: Filter) -> Rest | None:
    """All but the part, as the words at the beginning say; None when they name something else."""
    start = 1 if len(tokens) > 1 and tokens[0].text in phrases()["ties"] else 0
    for end in range(min(start + LONGEST, len(tokens)), start, -1):
        words = tokens[start:end]
        if said(words) in phrases()["everyone_else"] or _is_other(asking, words, part) or _is_none(asking, words, part):
            return Rest(end)
        within = _other_members(asking, words, part)
        if within:
            return Rest(end, (Filter(field=within, op="eq", values=(True,)),))
    return None


def _other_members(asking: Asking, words: Sequence[Token], part: Filter) -> str:
    """The segment within which others are meant: "other members" beside the gold ones."""
    kind = _others_of(words)
    named = segments_ending(asking, kind) if kind else set[str]()
    return next(iter(named)) if len(named) == 1 and part.field not in named else ""


def _others_of(words: Sequence[Token]) -> Sequence[Token]:
    """What stands behind "other", "all the other"."""
    opened = next((size for size in (3, 2, 1) if said(words[:size]) in phrases()["others_of"]), 0)
    return words[opened:] if opened else ()


def _is_other(asking: Asking, words: Sequence[Token], part: Filter) -> bool:
    """ "other customers", "all other countries": others of the kind that the part is one of."""
    kind = _others_of(words)
    return bool(kind) and _names_kind(asking, kind, part)


def _names_kind(asking: Asking, words: Sequence[Token], part: Filter) -> bool:
    """Whether words are the noun of what the part is of: the field, its rows, or people."""
    if said(words) in asking.world.language.persons:
        return True
    layer = asking.world.layer
    owner = layer.segments[part.field].entity if part.field in layer.segments else part.field.partition(".")[0]
    same = {name for name, one in layer.datasets.items() if one.primary_key == layer.datasets[owner].primary_key}
    for concept in asking.world.lexicon.lookup(words):
        counted = asking.world.nouns.counted.get(concept.target, "") if concept.kind == "metric" else ""
        if concept.target == part.field or concept.target in same or counted in same:
            return True
    return False


def _is_none(asking: Asking, words: Sequence[Token], part: Filter) -> bool:
    """ "non-members", "those who are not members", "the ones who are not": what the part is, denied."""
    denied = next((size for size in (5, 4, 3, 2, 1) if said(words[:size]) in phrases()["not_being"]), 0)
    lacking = 0 if denied else _without(asking, words)
    if not denied and not lacking:
        return False
    named = [token for token in words[denied or lacking :] if token.text not in ("-", "a", "an", "the", "in")]
    return (not named and not lacking) or (bool(named) and _names_part(asking, named, part))


def _without(asking: Asking, words: Sequence[Token]) -> int:
    """How many words say that people lack what is named behind: "people without", "customers who are not in"."""
    language = asking.world.language
    people = {*language.persons, *language.words("person_nouns"), *phrases()["those"]}
    if not words or (words[0].text not in people and words[0].plain not in people):
        return 0
    return next((size + 1 for size in (5, 4, 3, 2, 1) if said(words[1 : size + 1]) in phrases()["being_without"]), 0)


def _names_part(asking: Asking, words: Sequence[Token], part: Filter) -> bool:
    """Whether words name the value or the segment of the part, the segment perhaps by its last word alone."""
    known = [(one.target, one.value) for one in asking.world.lexicon.lookup(words) if one.kind == "value"]
    if (part.field, part.values[0]) in known:
        return True
    return part.field in asking.world.layer.segments and segments_ending(asking, words) == {part.field}


def segments_ending(asking: Asking, words: Sequence[Token]) -> set[str]:
    """The segments that are called so, or else so at the end of a name: "members" of "loyalty members"."""
    found = {name for name in asking.world.layer.segments if _ends_so(asking, name, words)}
    return {name for name in found if _is_called(asking, name, words)} or found


def with_whole_names(asking: Asking, tokens: Sequence[Token]) -> list[Token]:
    """The words with the whole name for a word that only one segment's names end with: "members", on its own.

    Behind a value it is left as it is: the gold members are told apart by their tier.
    """
    found: list[Token] = []
    for at, token in enumerate(tokens):
        whole = _whole_name(asking, token) if not (at and _kinds(asking, tokens[at - 1]) & {"value"}) else ""
        found += asking.made(whole, 0) if whole else [token]
    return found


def _whole_name(asking: Asking, token: Token) -> str:
    """The name of the one segment of people that ends with a word which names nothing else; empty without one."""
    named = set[str]() if _kinds(asking, token) & {"dimension", "value"} else segments_ending(asking, [token])
    layer = asking.world.layer
    people = [name for name in named if layer.datasets[layer.segments[name].entity].entity]
    return _name_ending(asking, people[0], token) if len(named) == len(people) == 1 else ""


def _kinds(asking: Asking, token: Token) -> set[str]:
    """What a word names by itself, not only as the end of a longer name."""
    return {one.kind for one in asking.world.lexicon.lookup([token]) if one.weight > HEAD_WORD}


def _name_ending(asking: Asking, segment: str, token: Token) -> str:
    """The name of a segment that ends with a word and has more words than this one, empty without one."""
    names = asking.world.layer.segments[segment].synonyms
    return next((name for name in names if len(name.split()) > 1 and _ends(asking, name, [token])), "")


def _is_called(asking: Asking, segment: str, words: Sequence[Token]) -> bool:
    """Whether these words are a whole name of a segment: "subscribers", and not "former subscribers"."""
    said = [token.plain for token in words]
    names = _names(asking, segment)
    return any([token.plain for token in asking.world.language.tokens(name)] == said for name in names)


def _names(asking: Asking, segment: str) -> tuple[str, ...]:
    found = asking.world.layer.segments[segment]
    return (found.name.replace("_", " "), found.title, *found.synonyms)


def _ends_so(asking: Asking, segment: str, words: Sequence[Token]) -> bool:
    """Whether a name of a segment ends with these words: "members" of "programme members"."""
    return any(_ends(asking, name, words) for name in _names(asking, segment))


def _ends(asking: Asking, name: str, words: Sequence[Token]) -> bool:
    told = [token.plain for token in asking.world.language.tokens(name)]
    return told[-len(words) :] == [token.plain for token in words]
