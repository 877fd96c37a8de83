"""What a column is for: key, link, time, yes or no, number to add or to average, name, category, text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from semantic_layer.bootstrap.keys import is_identifier
from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.times import TimeColumn, is_year, time_column
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.compiler import sqltree as sql

Role = Literal["identifier", "time", "year", "flag", "number", "category", "text", "secret", "empty"]
Adding = Literal["sum", "price", "level", "average", "unknown", "never"]
_YES_NO = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"})
_NUMBER = re.compile(r"[-+]?(\d{1,15}|\d*\.\d+|\d+\.\d*)([eE][-+]?\d+)?")
_LONG_TEXT = 60
_FEW_TEXTS = 20
_MOST_CODES = 12
_OWN_NAMES = 0.9  # share of rows with a name of their own, by which things and not events are told


@dataclass(frozen=True)
class Meaning:
    """What a column is for. `expression` is SQL where the column itself will not do; `adding` says how a number goes
    over rows; `doubt` what is not certain.
    """

    role: Role
    expression: str = ""
    adding: Adding = "never"
    doubt: str = ""


def meaning(column: Column, counts: Mapping[str, int]) -> Meaning:
    """What the column is for, by its name, type and values."""
    known = vocabulary()
    if column.rows and column.is_empty:
        return Meaning("empty")
    if column.kind == "other":
        return Meaning("empty", doubt="values of its type cannot be grouped by or added up; it is left out.")
    if any(known.has("secret_words", (word,)) for word in column.words):
        return Meaning("secret")
    flag = flag_expression(column)
    if column.kind == "boolean" or flag:
        return Meaning("flag", flag)
    if is_year(column) and column.kind != "text":
        return Meaning("year")
    time = time_column(column, counts)
    if time:
        return _time(time)
    if column.kind == "text":
        return _text(column, counts)
    return _number(column)


def _time(time: TimeColumn) -> Meaning:
    return Meaning("time", time.expression, doubt=time.doubt)


def _number(column: Column) -> Meaning:
    adding = how_to_add(column)
    if adding == "never" and is_identifier(column):
        return Meaning("identifier")
    coded = any(vocabulary().has("not_flags", (word,)) for word in column.own)
    if adding == "never" and coded and column.figures.distinct <= _MOST_CODES:
        return Meaning("category")
    return Meaning("number", adding=adding)


def _text(column: Column, counts: Mapping[str, int]) -> Meaning:
    if looks_numeric(column) and counts.get(number_check(column)) == 0:
        return Meaning("number", _text_number(column), how_to_add(column), "its numbers are stored as text.")
    if is_identifier(column) and column.figures.distinct > 50:
        return Meaning("identifier")
    return Meaning("text") if _is_prose(column) else Meaning("category")


def _text_number(column: Column) -> str:
    return f"CAST(NULLIF(trim({_cell(column)}), '') AS DOUBLE)"


def _cell(column: Column) -> str:
    return sql.name_of(column.name).sql(dialect=sql.DIALECT)


def looks_numeric(column: Column) -> bool:
    """Whether a text column's samples are all numbers that mean amounts, not codes."""
    texts = [text.strip() for text in column.figures.samples if text.strip()]
    if column.kind != "text" or not texts or is_identifier(column) or is_personal(column, ()):
        return False
    zeros = any(re.match(r"[-+]?0\d", text) for text in texts)
    amounts = how_to_add(column) not in ("never", "unknown") and not is_year(column)
    return amounts and not zeros and all(_NUMBER.fullmatch(text) for text in texts)


def number_check(column: Column) -> str:
    """The name of the check that counts the texts of a column which are no numbers."""
    return f"number:{column.table}:{column.name}"


def no_numbers(column: Column) -> str:
    """SQL giving how many values of a text column are neither blank nor a number."""
    cell, source = _cell(column), sql.name_of(column.table).sql(dialect=sql.DIALECT)
    text = f"NULLIF(trim({cell}), '')"
    return f"SELECT count(*) AS n FROM {source} WHERE {text} IS NOT NULL AND TRY_CAST({text} AS DOUBLE) IS NULL"


def _is_prose(column: Column) -> bool:
    texts = column.figures.samples
    many = column.figures.distinct > _FEW_TEXTS and column.figures.distinct > 0.5 * column.filled
    length = sum(map(len, texts)) / max(1, len(texts))
    return many and (length > _LONG_TEXT or (length > _LONG_TEXT / 2 and _ends_in(column, "free_text_words")))


def _ends_in(column: Column, name: str) -> bool:
    return vocabulary().has(name, column.words[-1:])


def flag_expression(column: Column) -> str:
    """SQL that is true, false or NULL for a column that says yes or no in text or in 0 and 1; empty for any other."""
    texts = {text.strip().casefold() for text in column.figures.samples}
    known = vocabulary()
    if column.kind == "text" and texts in _YES_NO and column.figures.distinct == 2:
        yes = next(text for text in column.figures.samples if text.strip().casefold() in ("yes", "y", "true", "t"))
        return f"{_cell(column)} = {sql.text(yes).sql(dialect=sql.DIALECT)}"
    if column.kind not in ("integer", "number") or column.low != 0 or column.high != 1 or column.figures.distinct != 2:
        return ""
    telling = [word for word in column.words if word not in ("is", "has")]
    if any(known.has("not_flags", (known.singular(word),)) for word in telling) or is_identifier(column):
        return ""
    return f"{_cell(column)} = 1"


def how_to_add(column: Column) -> Adding:
    """How a number goes over several rows, by what its name says; the last telling word decides."""
    known = vocabulary()
    words = tuple(known.singular(word) for word in column.own)
    if words[:2] in (("number", "of"), ("count", "of")):
        return "level" if known.ends("levels", words) else "sum"
    words = _head(words)
    for cut in range(len(words), 0, -1):
        lengths = {name: len(known.ends(name, words[:cut])) for name in _BY_NAME}
        best = max(lengths, key=lambda name: lengths[name])
        if lengths[best]:
            return _BY_NAME[best]
    return "unknown"


def _head(words: Words) -> Words:
    """The words up to the first small word: the price of "price in dollars"."""
    cut = next(
        (at for at, word in enumerate(words) if at and word in ("in", "of", "per", "by", "for", "at", "from")), None
    )
    return words[:cut]


_BY_NAME: Mapping[str, Adding] = {
    "never_measured": "never",
    "averaged": "average",
    "prices": "price",
    "levels": "level",
    "additive": "sum",
}


def is_personal(column: Column, noun: Words) -> bool:
    """Whether the values tell who a person is or how to reach one, by the column's name and its table's."""
    known = vocabulary()
    words = _bare(column.words)
    if _reaches_place(column, noun):
        return False
    if (
        known.ends("pii_words", words)
        or known.ends("pii_words", column.words)
        or known.ends("person_names", words)
        or known.within("pii_anywhere", column.words)
    ):
        return True
    if words[-1:] == ("name",):
        owner = words[-2:-1] or noun[-1:]
        return known.has("person_nouns", tuple(known.singular(word) for word in owner))
    return False


def _reaches_place(column: Column, noun: Words) -> bool:
    """Whether a column tells where a place or an organisation is and how to reach it: no person is told by that."""
    known = vocabulary()
    own = known.has("place_nouns", tuple(known.singular(word) for word in noun[-1:]))
    contact = known.ends("contact_words", column.own) or known.ends("contact_words", _bare(column.own))
    return own and bool(contact) and len(column.own) <= len(("postal", "code"))


def is_name(column: Column) -> bool:
    """Whether the values are names that people are called by, rather than ways to reach them."""
    words = _bare(column.words)
    named = words[-1:] == ("name",) or bool(vocabulary().ends("person_names", words))
    return column.kind == "text" and named


def is_birth(column: Column, role: str = "") -> bool:
    """Whether the values are the days or years in which people were born, which tell no more than their age."""
    days = column.kind != "text" or role in ("time", "year")
    return days and bool({"birth", "born", "birthday", "birthdate"}.intersection(column.words))


def _bare(words: Words) -> Words:
    """The words without numbers and words that only say that there is more of it ("address line 2", "phone number")."""
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in ("line", "number", "content", "detail", "details")):
        words = words[:-1]
    return words


def names_rows(column: Column, noun: Words) -> bool:
    """Whether the column is what the rows of its table are called by, also where it is called like them."""
    called = vocabulary().has("name_words", column.own[-1:]) and len(column.own) <= 2
    return column.kind == "text" and (called or column.words == noun)


def _is_own(column: Column, links: int) -> bool:
    """Whether hardly two rows of a table that belongs to one other are called the same: schools of a district."""
    return links == 1 and is_own_name(column)


def is_own_name(column: Column) -> bool:
    """Whether hardly two rows have the same text in a column."""
    return column.filled > 0 and column.figures.distinct >= _OWN_NAMES * column.filled


def is_event(table: Table, times: Sequence[Column], links: int) -> bool:
    """Whether rows are things that happen (orders, visits) and not things that are (customers, products)."""
    known = vocabulary()
    last = table.noun[-1:]
    if known.has("event_nouns", last) or known.has("sale_nouns", last):
        return True
    if known.has("person_nouns", last) or known.has("thing_nouns", last):
        return False
    if any(names_rows(column, table.noun) and (links == 0 or _is_own(column, links)) for column in table.columns):
        return False
    if any(is_name(column) and known.ends("person_names", column.words) for column in table.columns):
        return False
    return bool(times) or links > 1
