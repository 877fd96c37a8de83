"""The grammar: what is asked of which things, and the clauses that tell them apart; each rule gives every reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities import each
from assistant.understanding.entities.alternatives import is_one_of_several, with_alternatives
from assistant.understanding.entities.attributes import details_told, fields_of, possessed
from assistant.understanding.entities.clauses import CLAUSES
from assistant.understanding.entities.computing import computed
from assistant.understanding.entities.favourites import common_value
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING
from assistant.understanding.entities.nearest import said_of_another
from assistant.understanding.entities.placed import placed, where_is
from assistant.understanding.entities.roles import of_whom
from assistant.understanding.entities.several_numbers import several_for_each
from assistant.understanding.entities.tallied import each_again, is_tied_again
from assistant.understanding.entities.things import persons, things
from assistant.understanding.entities.values_with import values_with
from assistant.understanding.entities.whole_rows import whole_rows
from assistant.understanding.entities.words import Words, word_lists

MOST_READINGS = 40
PRONOUNS = frozenset({"they", "it", "he", "she", "who", "that", "which"})


def readings(words: Words) -> Iterator[Found]:
    """Every reading that holds the whole question."""
    begun = words.skip(0, "requests", "asking", "empty", "every")
    once, words = _without_once_each(words)
    marked = begun if once else words.phrase(begun, "distinct")
    if marked is not None:
        begun = words.skip(marked, "empty", "distinct")
    for asked in _asked(words, begun, distinct=marked is not None):
        yield from _clauses(
            words, replace(asked, distinct=asked.distinct or (marked is not None and not asked.counting)), 0
        )


def _without_once_each(words: Words) -> tuple[bool, Words]:
    """Whether a question ends with asking for each value once, and its words without that end."""
    for at in range(len(words.tokens)):
        if words.phrase(at, "once_each") == len(words.tokens):
            kept = at - (at > 0 and words.tokens[at - 1].text in word_lists()["joins"])
            return True, replace(words, tokens=words.tokens[:kept])
    return False, words


def _asked(words: Words, at: int, *, distinct: bool) -> Iterator[Found]:
    """What is asked for: a number of things, things, or fields of things."""
    details = list(details_told(words))
    yield from details
    if details:
        return
    yield from each.for_each(words)
    yield from each.for_each_numbers(words)
    yield from each.told_twice(words)
    yield from several_for_each(words)
    yield from placed(words)
    yield from where_is(words)
    whole = list(whole_rows(words))
    yield from whole
    if whole:
        return
    for start in dict.fromkeys(
        (words.skip(0, "requests", "empty"), words.skip(0, "requests", "asking", "being", "articles"), at)
    ):
        behind = words.phrase(start, "counting")
        if behind is not None:
            yield from each.number_of_each(words, words.skip(behind, "empty"))
            yield from things(words, Found(words.skip(behind, "empty"), counting=True))
            return
    yield from things(words, Found(at))
    yield from fields_of(words, Found(at, distinct=distinct))
    yield from possessed(words, at)
    yield from values_with(words, at)
    yield from _groups(words, Found(at))
    yield from computed(words, at)
    yield from each.number_for_each(words, at)
    yield from each.numbers_for_each(words, at)
    yield from common_value(words, at)
    yield from persons(words, at)
    yield from of_whom(words, words.skip(0, "requests", "asking", "being", "articles", "empty"))


def _groups(words: Words, found: Found) -> Iterator[Found]:
    """ "which payment method is used by the most customers": a field whose values are what is asked for."""
    for concepts, behind in words.concepts(found.at, "dimension"):
        for concept in concepts:
            field, owner = words.world.layer.fields[concept.target], concept.target.partition(".")[0]
            named = concept.target in words.world.nouns.names(owner)  # the names of things are no groups of them
            named = named or _is_key_of_named(words, concept.target, (found.at, behind))
            if field.kind == "categorical" and not (field.pii or named) and words.world.nouns.count_of(owner):
                yield replace(found, group=concept.target, rank=1).used(found.at, behind, "dimension", concept.target)


def _is_key_of_named(words: Words, field: str, said: tuple[int, int]) -> bool:
    """Whether a field is the key of the things that the same words name: a role type and its code."""
    owner, _, name = field.partition(".")
    key = words.world.layer.datasets[owner].key_fields == (name,)
    return key and (owner, said[1]) in words.nouns(said[0])


def _closes(words: Words, found: Found) -> bool:
    """Whether what is left only says again whose all this is: "they teach", "enrolled in each course"."""
    if words.at_end(words.skip(found.at, "trailing")) or _echoes(words, found):
        return True
    if each_again(words, found) or is_tied_again(words, found, found.at):
        return True
    at = words.skip(found.at, *LINKING)
    each = words.phrase(at, "for_each") if not found.counting else None
    ends = [end for dataset, end in words.nouns(each) if dataset == found.entity] if each is not None else []
    return any(words.at_end(words.skip(end, "trailing")) for end in ends)


def _echoes(words: Words, found: Found) -> bool:
    """ "the courses they teach", "the most students enrolled": a verb that says again what things have."""
    at = words.skip(found.at, "trailing", "relatives")
    told = words.tokens[at - 1].text if found.at < at else ""
    if at < len(words.tokens) and words.tokens[at].text in PRONOUNS:
        told, at = words.tokens[at].text, at + 1
    behind = words.skip(at, "ties", "empty")
    last = not words.at_end(at) and words.at_end(_behind_verb(words, at))
    if found.metrics and last and not words.concepts(at, "value") and not _is_told_of(words, found):
        return True  # "how many books did each author write", also where something is called "writing"
    if _is_told_of(words, found):
        return False
    had = found.filters and (found.filters[-1].entity or found.filters[-1].field in words.world.layer.metrics)
    one = behind == at + 1 and bool(found.metrics or had)
    return words.at_end(behind) and behind > at and (told in PRONOUNS or one)


def _is_told_of(words: Words, found: Found) -> bool:
    """Whether a clause says which things are meant: "(the age of dogs) that were treated"."""
    behind = words.phrase(found.at, "relatives")
    said = [token.text for token in words.tokens[behind : behind + 2]] if behind is not None else []
    return bool(said) and (said[0] in word_lists()["being"] or said[-1] == "been")


def _behind_verb(words: Words, at: int) -> int:
    """The place behind a verb and a small word that belongs to it ("take part in"); the same place without a verb."""
    tied = words.phrase(at, "ties") or at
    behind = tied if tied > at + 1 else words.phrase(at, "verbs") or at
    return behind + (at < behind < len(words.tokens) and words.tokens[behind].text in ("in", "at", "on", "for", "to"))


def _clauses(words: Words, found: Found, depth: int) -> Iterator[Found]:
    told = found.filters or found.order or found.metrics or found.newest or found.each or found.tied or found.favourite
    if words.at_end(found.at) or (told and _closes(words, found)):
        yield found
        return
    if depth > 4:
        return
    for start in dict.fromkeys((found.at, words.skip(found.at, "relatives", "joins", "empty"))):
        for clause in CLAUSES:
            for further in clause(words, found.moved(start)):
                if further.at <= found.at or bool(further.group) != bool(found.group):
                    continue
                if is_one_of_several(found) and len(further.filters) > len(found.filters):
                    continue  # of which of the two, or of both
                if not said_of_another(words, found, further):
                    yield from _clauses(words, further, depth + 1)
                    first = depth == 0 or not found.filters
                    for either in with_alternatives(words, found, further, CLAUSES) if first else ():
                        yield from _clauses(words, either, depth + 1)
