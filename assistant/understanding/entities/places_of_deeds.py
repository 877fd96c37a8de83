"""Clauses on where or as what things came about: "born in Sweden" of a country of birth, "made in Italy"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.valued import value_conditions
from assistant.understanding.entities.words import Words, deed_forms, word_lists


def told_by_deed(words: Words, found: Found) -> Iterator[Found]:
    """ "(authors) born in Sweden": a value of the field of theirs that is called after what the verb says."""
    start = words.skip(found.at, "relatives", "happened")
    if found.group or start + 1 >= len(words.tokens) or words.tokens[start + 1].text not in word_lists()["placing"]:
        return
    said = {words.tokens[start].text, words.tokens[start].plain, words.tokens[start].bare}
    kin = said.union(*(group for group in deed_forms() if said & group))
    for told in value_conditions(words, found.moved(start + 2), found.entity):
        last = told.filters[-1]
        field = words.world.layer.fields.get(last.field)
        own = field is not None and last.field.partition(".")[0] == found.entity and last.op == "in"
        if field is not None and own and kin.intersection((*field.name.split("_"), *field.label.casefold().split())):
            yield told.used(start, start + 2, "condition", last.field).moved(told.at)
