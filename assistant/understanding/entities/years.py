"""Clauses on the year that things are of: "concerts in 2014 or 2015", "books from the year 1999", "after 2013"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.entities.dated import SIDES, YEARS, as_year, holds_years
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING
from assistant.understanding.entities.words import Words, deed_forms, word_lists
from semantic_layer import Filter

YEAR_WORDS = frozenset({"year", "years"})


def in_year(words: Words, found: Found) -> Iterator[Found]:
    """ "... in 2014 or 2015", "... in year 2014 or after", "... between 2013 and 2015" by the one year of the things.

    A year that a verb of its own names ("founded") is only meant where that verb or the word "year" says so.
    """
    if found.group:
        return
    for start in dict.fromkeys((found.at, words.skip(found.at, "relatives", "happening", "empty"))):
        for field in _years_of(words, found.entity):
            yield from _told(words, found.moved(start), field)


def counted_in_year(words: Words, found: Found) -> Iterator[Found]:
    """ "the most concerts in 2014 or after": the year of the rows that are counted for each thing."""
    counted = {fact for name in found.metrics for fact in words.world.reach.facts(name)}
    if len(found.metrics) != 1 or len(counted) != 1 or found.group or found.entity in counted:
        return
    start = words.skip(found.at, "happening")
    for field in _years_of(words, next(iter(counted))):
        yield from _told(words, found.moved(start), field)


def _years_of(words: Words, entity: str) -> Iterator[str]:
    """The one number field of years whose name says nothing but that it is a year, of things without a day."""
    dataset = words.world.layer.datasets[entity]
    shown = (field for field in dataset.fields if holds_years(field) and not (field.hidden or field.implied))
    years = [field.name for field in shown]
    named = [name for name in years if _is_year(name, entity)]
    alone = len(_ending_in_year(years)) == 1
    named = named or [name for name in years if alone and (_is_of_no_deed(name) or _came_out(name))]
    if len(named) == 1 and not dataset.time:
        yield f"{entity}.{named[0]}"


def _is_year(name: str, entity: str) -> bool:
    parts = set(name.split("_"))
    return bool(parts & YEAR_WORDS) and parts <= YEAR_WORDS | set(entity.split("_"))


def _ending_in_year(names: Sequence[str]) -> list[str]:
    return [name for name in names if not YEAR_WORDS.isdisjoint(name.split("_"))]


def _is_of_no_deed(name: str) -> bool:
    """ "election year", "season year": a noun before the year, and nothing that was done in it or began then."""
    parts = set(name.split("_"))
    lists = word_lists()
    deeds = frozenset[str]().union(*deed_forms(), lists["births"], lists["origins"])
    done = any(part.endswith("ed") or part in deeds for part in parts)
    return not parts.isdisjoint(YEAR_WORDS) and len(parts) == len(("election", "year")) and not done


def _came_out(name: str) -> bool:
    """ "publication year", "release year": the year that books, papers and films are of."""
    parts = set(name.split("_"))
    return not parts.isdisjoint(YEAR_WORDS) and parts <= YEAR_WORDS | word_lists()["coming_out"]


def _told(words: Words, found: Found, field: str) -> Iterator[Found]:
    at = found.at
    said = words.tokens[at].text if at < len(words.tokens) else ""
    first = _year(words, _past_year_words(words, at + 1))
    if said in SIDES and first is not None:
        yield from _sided(words, found, field, (said, *first))
    span = _span(words, at)
    if span is not None:
        told = {"field": field, "op": "between", "values": tuple(as_year(words, field, year) for year in span[:2])}
        yield found.used(at, span[2], "condition", "between").filtered(Filter.model_validate(told))


def _sided(words: Words, found: Found, field: str, said: tuple[str, int, int]) -> Iterator[Found]:
    side, first, behind = said
    after = words.phrase(behind, "or_after") if side == "in" else None
    if after is not None:
        bound = {"field": field, "op": "ge", "values": (as_year(words, field, first),)}
        yield found.used(found.at, after, "condition", "ge").filtered(Filter.model_validate(bound))
        return
    if side != "in":
        bound = {"field": field, "op": SIDES[side], "values": (as_year(words, field, first),)}
        yield found.used(found.at, behind, "condition", side).filtered(Filter.model_validate(bound))
        return
    years, end = _more(words, first, behind)
    kept = {"field": field, "op": "in", "values": tuple(as_year(words, field, year) for year in years)}
    yield found.used(found.at, end, "condition", field).filtered(Filter.model_validate(kept))


def _more(words: Words, first: int, behind: int) -> tuple[tuple[int, ...], int]:
    """The years that "or" ties together."""
    years = [first]
    while behind < len(words.tokens) and words.phrase(behind, "alternatives") is not None:
        joined = words.skip(behind, "alternatives")
        in_again = joined + (joined < len(words.tokens) and words.tokens[joined].text == "in")
        found = _year(words, _past_year_words(words, in_again))
        if found is None:
            break
        years.append(found[0])
        behind = found[1]
    return tuple(years), behind


def _past_year_words(words: Words, at: int) -> int:
    start = words.skip(at, "articles") if at < len(words.tokens) else at
    return start + (start < len(words.tokens) and words.tokens[start].text in YEAR_WORDS)


def _year(words: Words, at: int) -> tuple[int, int] | None:
    found = words.number(at)
    return (int(found[0]), found[1]) if found is not None and found[0] in YEARS else None


def _span(words: Words, at: int) -> tuple[int, int, int] | None:
    """ "between 2000 and 2010", "from 2000 to 2010": both years and the place behind."""
    opened = at < len(words.tokens) and words.tokens[at].text in ("between", "from")
    first = _year(words, _past_year_words(words, at + 1)) if opened else None
    joined = first[1] if first is not None and first[1] < len(words.tokens) else None
    last = _year(words, joined + 1) if joined is not None and words.tokens[joined].text in ("and", "to") else None
    return (first[0], last[0], last[1]) if first is not None and last is not None else None


def of_both_years(words: Words, found: Found) -> Iterator[tuple[Found, Filter, Filter]]:
    """ "... in both 2014 and 2015": two years, of each of which there is one."""
    start = words.skip(found.at, *LINKING, "happening")
    both = words.phrase(start, "both")
    first = _year(words, both) if both is not None else None
    last = _year(words, first[1] + 1) if first is not None and words.phrase(first[1], "joins") is not None else None
    if first is None or last is None:
        return
    for field in _years_of(words, found.entity):
        pair = [
            Filter.model_validate({"field": field, "op": "in", "values": (as_year(words, field, one[0]),)})
            for one in (first, last)
        ]
        yield found.used(start, last[1], "condition", "both"), pair[0], pair[1]
