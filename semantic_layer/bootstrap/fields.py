"""The fields of a dataset: what can be grouped by, filtered by and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from semantic_layer.bootstrap.keys import reference
from semantic_layer.bootstrap.kinds import Meaning, is_birth, is_name, is_personal
from semantic_layer.bootstrap.naming import (
    field_words,
    in_one_piece,
    is_called,
    is_unit_last,
    label,
    synonyms,
    unqualified,
    without_unit,
)
from semantic_layer.bootstrap.phrasings import codes, dates, is_twin, numbers, of_kind
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.times import is_year
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.compiler import sqltree as sql
from semantic_layer.model import AIContext, Dimension

_GATHERED = frozenset({"average", "total", "maximum", "minimum"})
YEAR = "year"
_FEW_VALUES = 6
_LONGEST_VALUE = 30
_LONGEST_CODE = 3
_TYPES = {"time": "time", "flag": "boolean", "number": "number", "year": "number"}


def propose_fields(subject: Subject) -> tuple[Dimension, ...]:
    """A field for every column that says something of its own, in the table's order."""
    return tuple(
        _field(subject, column, subject.meanings[column.name])
        for column in subject.table.columns
        if subject.has_field(column)
    )


def _field(subject: Subject, column: Column, found: Meaning) -> Dimension:
    words = field_words(column, subject.table, is_flag=found.role == "flag")
    twin = found.role == "category" and is_twin(subject, column)
    personal = found.role == "secret" or is_personal(column, subject.table.noun)
    return Dimension.model_validate(
        {
            "name": subject.field_of(column),
            "expression": field_sql(subject, column),
            "type": _TYPES.get(found.role, "categorical"),
            "label": label(words),
            "description": _values(column, found, personal),
            "values": _spoken(column) if found.role == "category" and not personal else {},
            "unit": YEAR
            if found.role == "category" and is_year(column)
            else "",  # years as text, which keep their order
            "hidden": twin or found.role in ("secret", "text"),
            "pii": personal,
            "listable": bool(personal) and (is_name(column) or is_birth(column, found.role)),
            "ai_context": AIContext(synonyms=() if twin else synonyms(list(_phrases(words, subject, column)))),
        }
    )


def field_sql(subject: Subject, column: Column) -> str:
    """SQL of the field, empty when its name is the column's own."""
    found = subject.meanings[column.name]
    if found.expression:
        return found.expression
    quoted = sql.name_of(column.name).sql(dialect=sql.DIALECT)
    return "" if quoted.lower() == subject.field_of(column) else quoted


def _phrases(words: Words, subject: Subject, column: Column) -> Iterator[Words]:
    """Ways to call a field: its label, then shorter and other forms of it."""
    found = subject.meanings[column.name]
    yield words
    if found.role == "flag":
        yield words[-1:] if len(words) > 1 and words[-1] not in subject.table.noun else words
    yield from codes(words, subject, column)
    yield from of_kind(words, subject, column)
    if is_name(column) and words[-1:] == ("name",) and _is_of_other(words[:-1], subject):
        yield words[:-1]  # "manager" of the manager's name
    elif found.role == "category" and _is_of_topic(words, subject):
        yield words[:-1]  # "city" of a city's name
    named = reference(words)
    own = named.entity in (subject.table.noun, subject.noun)
    if column not in subject.key and named.marked and is_called(named.entity) and not own:
        yield named.entity  # of things that have no table of their own
    if words[-1:] == ("id",) and len(words) > 1 and not _is_numbered(words, subject):
        yield (*words[:-1], "number")
    yield from dates(words) if found.role in ("time", "year") else numbers(words, subject.table)
    if words != column.words and len(column.words) > 1:
        yield column.words
    if whole := in_one_piece(column.name, column.words):
        yield (whole,)
    elif len(column.words) > 1 and "".join(column.words) in vocabulary().known:
        yield ("".join(column.words),)  # "nickname" of a nick name
    yield from _counted(words, is_number=found.role == "number")
    yield from _first_line(words, subject)
    yield from _shorter(words, column, is_number=found.role == "number")
    if found.role == "number" and (short := unqualified(words, subject.table)):
        yield short
    yield from _head_last(words)


def _is_numbered(words: Words, subject: Subject) -> bool:
    """Whether rows have a number of their own beside an id: the case number of cases."""
    return any(one.words == (*words[:-1], "number") for one in subject.table.columns)


def _counted(words: Words, *, is_number: bool) -> Iterator[Words]:
    """ "number of employees" of an employee count, "duration" of a duration in months."""
    known = vocabulary()
    if is_number and len(words) > 1 and words[-1:] == ("count",):
        yield ("number", "of", *words[:-2], known.plural(known.singular(words[-2])))
    if is_number and len(words) > 1 and known.has("spans", words[-2:-1]) and known.has("span_units", words[-1:]):
        yield words[:-1]


def _first_line(words: Words, subject: Subject) -> Iterator[Words]:
    """ "address" of an address line 1, where that is its only line with values; "line 2" of a line 2 street."""
    filled = (one for one in subject.table.columns if subject.meanings[one.name].role != "empty")
    if words[:1] == ("line",) and words[1:2] and words[1].isdigit():
        yield words[:2]
        yield ("address", *words[:2])
        if words[2:] == ("number", "building"):
            yield ("building", "number")
    lines = [one for one in filled if one.words[:-2] == words[:-2] and one.words[-2:-1] == ("line",)]
    if len(words) > 2 and words[-2] == "line" and words[-1].isdigit() and len(lines) == 1:
        yield words[:-2]


def _head_last(words: Words) -> Iterator[Words]:
    """ "average math score" of "average score math", as many schemas order the words; "tax rate" of "rate of tax"."""
    known = vocabulary()
    if known.has("either_names", words):
        yield from ((word,) for word in words)  # "state" and "province" of a state province
    match words:
        case ("years" | "months" | "days" | "hours" as unit, what):
            yield (unit, "of", what)
        case (head, "of", *what) if what and head != "date" and "of" not in what:
            yield (*what, head)
        case (kind, head, what) if kind in _GATHERED and known.has("averaged", (head,)) and what != "id":
            yield (kind, what, head)
        case _:
            pass


def _is_of_other(role: Words, subject: Subject) -> bool:
    """Whether a name is that of a person who does something for the rows, not what the rows are called by."""
    known = vocabulary()
    own = any(word in (*subject.table.noun, *subject.noun) for word in role)
    part = known.has("person_names", (*role, "name")) or known.has("generic", role)
    return bool(role) and known.has("people_roles", role[-1:]) and not own and not part


def _is_of_topic(words: Words, subject: Subject) -> bool:
    """Whether a name is that of something that rows are told apart by, of which there is no table and no column."""
    head = words[:-1]
    topic = is_called(head, "thing_nouns", "topic_nouns")
    others = {one.words for one in subject.table.columns}
    own = bool({head[-1:], head} & {subject.noun[-1:], subject.table.noun, subject.noun, *subject.nouns})
    return words[-1:] == ("name",) and topic and head not in others and not own


def _shorter(words: Words, column: Column, *, is_number: bool) -> Iterator[Words]:
    """The words without a unit at their end ("weight kg") and without the table's noun ("vehicle maximum load")."""
    if len(words) > 2 and words[-2] == "in":
        yield words[:-2]  # "memory" of "memory in g"
    elif is_number and is_unit_last(words):
        yield without_unit(words)
        if words != column.own and not vocabulary().has("generic", without_unit(column.own)):
            yield without_unit(column.own)
    if words != column.own and (len(column.own) > 1 or _is_own_number(column, is_number)):
        yield column.own
    if _ends_in_code(words):
        yield words[:-1]
    if is_number and len(words) == 1 and words[0].endswith("ed"):
        yield from ((words[0], "amount"), ("amount", words[0]))


def _is_own_number(column: Column, is_number: bool) -> bool:
    """ "price" of a product price: one word that says what a number is."""
    known = vocabulary()
    return is_number and bool(column.own) and not known.has("generic", column.own)


def _ends_in_code(words: Words) -> bool:
    """Whether letters that are no word follow words that are ("gender mfu")."""
    known, last = vocabulary().known, words[-1]
    return (
        len(words) > 1
        and last.isalpha()
        and len(last) <= _LONGEST_CODE
        and known.issuperset(words[:-1])
        and last not in known
    )


def _spoken(column: Column) -> dict[str, tuple[str, ...]]:
    """The words for codes that mean the same everywhere ("F" in a column of genders); none beside a code unknown."""
    told = column.own[:-1] if column.own[-1:] == ("code",) and len(column.own) > 1 else column.own
    meant = vocabulary().codes.get(told[-1] if told else "", {})
    seen = [text for text in column.figures.samples if text.strip()]
    whole = column.figures.distinct <= len(seen) and all(text.strip().casefold() in meant for text in seen)
    return {text: meant[text.strip().casefold()] for text in seen} if whole else _states(column, seen)


def _states(column: Column, seen: list[str]) -> dict[str, tuple[str, ...]]:
    """The words for short codes of a status ("OPN"), and other forms of a state ("failed" of "fail")."""
    known = vocabulary()
    taken = {text.strip().casefold() for text in seen}
    status = "status" in column.words and column.figures.distinct <= len(seen)
    found: dict[str, tuple[str, ...]] = {}
    for text in seen:
        code = text.strip().casefold()
        full = known.status_codes.get(code, "") if status else ""
        forms = next((group for group in known.state_forms if code in group), ())
        others = tuple(word for word in (full, *forms) if word and word not in taken)
        found |= {text: others} if others else {}
    said = Counter(word for words in found.values() for word in words)
    return {text: words for text, words in found.items() if all(said[word] == 1 for word in words)}


def _values(column: Column, found: Meaning, personal: bool) -> str:
    """A sentence with the values of a category, when they tell something about it and nothing about a person."""
    seen = [text for text in column.figures.samples if text.strip()]
    if personal or found.role != "category" or not seen or any(len(text) > _LONGEST_VALUE for text in seen):
        return ""
    if column.figures.distinct > len(seen) or len(seen) > _FEW_VALUES:
        return f"For example {', '.join(seen[:3])}." if column.figures.distinct <= 200 else ""
    return f"{', '.join(sorted(seen))}."
