"""Clauses that pick the first by a field of their own, said before how: "whose number of pages is the largest"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.fields import number_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, OrderBy

ENDS = (("most", True), ("least", False))


def whose_most(words: Words, found: Found) -> Iterator[Found]:
    """ "whose price is the highest": the first by a number field of the things."""
    whose = words.phrase(words.skip(found.at, "joins"), "whose") if found.is_plain_list and not found.metrics else None
    start = words.skip(whose, "articles") if whose is not None else 0
    for field, behind in number_fields(words, start, found.entity) if whose is not None else ():
        being = words.skip(behind, "being")
        for role, descending in ENDS:
            end = words.phrase(being, role)
            if being > behind and end is not None and words.at_end(end):
                known = found.filtered(Filter(field=field, op="not_null"))
                order = OrderBy(by=field, descending=descending)
                yield replace(known, order=order, limit=found.cut or 1).used(found.at, end, "order", field)
