"""Names for machines and labels for people, made of the words of tables and columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.times import is_year_of_deed
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.identifiers import needs_quotes

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST = 60
_MOST_SYNONYMS = 5
_LONGEST_CODE = 4
_TELLING = ((), ("name",), ("title",), ("description",), ("details",), ("label",))


def plain_name(text: str, otherwise: str) -> str:
    """The text as a name of the model: small ASCII letters, digits and underscores; `otherwise` when none is left."""
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:_LONGEST].strip("_")
    if not re.search(r"[a-z]", name):
        name = f"{otherwise}_{name}" if name else otherwise
    return name if _NAME.fullmatch(name) else f"n_{name}"


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or the name with the first number that makes it free."""
    if name not in taken:
        return name
    return next(numbered for at in range(2, len(taken) + 3) if (numbered := f"{name}_{at}") not in taken)


def dataset_names(tables: Sequence[Table], taken: Collection[str] = ()) -> dict[str, str]:
    """A name for the dataset of each table: what a row is called, or the plural where that is a keyword of SQL."""
    found: dict[str, str] = {}
    for at, table in enumerate(tables, 1):
        name = plain_name("_".join(table.noun), f"table_{at}")
        if needs_quotes(name):
            name = plain_name(plural(table.noun), name)
        used = {*taken, *found.values()}
        if name in used:
            name = plain_name(table.name, f"table_{at}")
        found[table.name] = free_name(name, used)
    return found


def field_names(table: Table) -> dict[str, str]:
    """A name for the field of each column, never the name of another column of the table.

    SQL in a model looks up fields before columns, so that a field called like another column would hide it.
    """
    columns = {column.name.lower() for column in table.columns}
    found: dict[str, str] = {}
    for column in sorted(table.columns, key=lambda one: not _is_snake(one.name)):
        name = column.name.lower() if _is_snake(column.name) else plain_name("_".join(column.words), _numbered(column))
        found[column.name] = free_name(name, {*found.values(), *(columns - {column.name.lower()})})
    return found


def _numbered(column: Column) -> str:
    return f"column_{column.position + 1}"


def _is_snake(name: str) -> bool:
    """Whether the name, put in lower case, already is a readable name."""
    parts = name.lower().split("_")
    known = vocabulary()
    whole = all(part in known.known or known.split(part) == (part,) for part in parts)
    mixed = name != name.upper() and any(len(known.split(part)) > 1 for part in name.split("_"))
    return bool(_NAME.fullmatch(name.lower())) and len(name) <= _LONGEST and whole and not mixed


def phrase(words: Iterable[str]) -> str:
    """The words as they stand in a sentence, acronyms in capitals."""
    known = vocabulary()
    return " ".join(word.upper() if known.has("acronyms", (word,)) else word for word in words)


def label(words: Iterable[str]) -> str:
    """The words as a label: the first letter in capitals."""
    text = phrase(words)
    return text[:1].upper() + text[1:]


def plural(noun: Words) -> str:
    """The noun in the plural, as it stands in a sentence."""
    return phrase((*noun[:-1], vocabulary().plural(noun[-1])))


def is_another(text: str, noun: Words, nouns: Collection[Words]) -> bool:
    """Whether another word for a noun is what the rows of another table are: "items" are order items, no products."""
    last = text.split()[-1:]
    return bool(last) and last != list(noun[-1:]) and any(one != noun and list(one[-1:]) == last for one in nouns)


def without_header(noun: Words, nouns: Collection[Words]) -> Words:
    """ "order" of order headers, where no other table is called so; empty for any other noun."""
    head = noun[:-1]
    return head if head and vocabulary().has("header_words", noun[-1:]) and head not in nouns else ()


def is_plural(table: Table) -> bool:
    """Whether the table's name is written in the plural."""
    last = table.tokens[-1]
    return vocabulary().singular(last) != last


def is_called(words: Words, *lists: str) -> bool:
    """Whether the words name a person, a thing or an event; or one of the lists given."""
    known = vocabulary()
    return any(known.has(name, words[-1:]) for name in lists or ("person_nouns", "thing_nouns", "event_nouns"))


def is_countable(table: Table) -> bool:
    """Whether the table's name says what its rows are ("orders", "staff"), not what it is about ("online retail")."""
    return is_called(table.noun) or is_plural(table) or table.noun[-1] in vocabulary().plurals


def field_words(column: Column, table: Table, is_flag: bool = False) -> Words:
    """The words of a field's label: those of the column, with the table's noun before a word that says little alone."""
    known, words = vocabulary(), _plainly(column, table)
    own = column.own if words == column.words else words
    if words[-1:] == ("no",) and len(words) > 1:
        words = (*words[:-1], "number")
    if is_flag:
        return _without_flag_words(words)
    if is_year_of_deed(column) and "year" not in column.own:
        return ("year", *column.own)
    if _is_called_like(column, table):
        return (*table.noun, "name")
    if column.own == ("title",) and any(known.ends("person_names", one.words) for one in table.columns):
        return ("job", "title")
    if known.has("generic", own):
        noun = table.noun[:-1] if known.has("header_words", table.noun[-1:]) else table.noun
        return (*(_uncoded(noun) or table.noun), *own)
    if len(table.noun) > 1 and words[:1] == ("".join(word[:1] for word in table.noun),):
        return (*table.noun, *words[1:])
    return words


def _plainly(column: Column, table: Table) -> Words:
    """The words of a column as people say them, unless another one is called so: "status" of a status code in words,
    "buying price" of a typical one, "claim date" of the date a claim was made, "loan amount" of the amount of a loan.
    """
    known = vocabulary()
    match column.words:
        case (*what, "code") if what and _holds_words(column):
            said = tuple(what)
        case (first, *what) if what and known.has("idle_words", (first,)):
            said = tuple(what)
        case ("date", *what, done) if what and known.has("makings", (done,)):
            said = (*what, "date")
        case ("amount", "of", *what) if what:
            said = (*what, "amount")
        case words:
            return words
    others = [told for one in table.columns if one is not column for told in (one.words, one.own)]
    apart = [one for one in others if one[: len(said)] == said and one[len(said) :] in _TELLING]
    return column.words if apart else said


def _holds_words(code: Column) -> bool:
    """Whether the codes of a column that is no key are words ("Delivered"), or those of a status or a type."""
    kind = vocabulary().has("kinds_of_rows", code.words[-2:-1])
    words = any(len(text.strip()) > _LONGEST_CODE and text.strip(" _-").isascii() for text in code.figures.samples)
    return code.kind == "text" and not code.is_key and (kind or words)


def _uncoded(noun: Words) -> Words:
    """ "species" of species codes: what a description of a code describes."""
    return noun[:-1] if len(noun) > 1 and noun[-1] == "code" else noun


def _is_called_like(column: Column, table: Table) -> bool:
    """Whether a column of texts is called like its table, whose rows have a key beside it: it holds their names."""
    keyed = any(other.is_key and other.position < column.position for other in table.columns)
    return column.kind == "text" and column.words == table.noun and keyed


def _without_flag_words(words: Words) -> Words:
    """The words without those that only say that the answer is yes or no ("is active", "abandoned yn")."""
    telling = tuple(
        word for word in words if word not in ("is", "has", "was", "flag", "yn", "ind", "indicator", "bool")
    )
    return telling or words


def synonyms(phrases: Iterable[Words], besides: Iterable[str] = ()) -> tuple[str, ...]:
    """Other words for the phrases, each once: the phrases after the first, then rewordings of all of them."""
    known, all_phrases = vocabulary(), [one for one in phrases if one]
    told = {phrase(all_phrases[0]).casefold()} if all_phrases else set[str]()
    others = [*besides, *(phrase(one) for one in all_phrases[1:])]
    others += [other for one in all_phrases for other in known.rewordings(one)]
    found: dict[str, None] = {}
    for other in others:
        if other.casefold() not in told and not _stutters(other):
            found.setdefault(other)
    return tuple(found)[:_MOST_SYNONYMS]


def unqualified(words: Words, table: Table) -> Words:
    """ "salary" of "monthly salary": the words without one in front that makes no other number of it.

    None where another column of the table is called by the same noun.
    """
    qualified = len(words) == len(("monthly", "salary")) and vocabulary().has("qualifiers", words[:1])
    alone = sum(column.words[-1:] == words[-1:] for column in table.columns) == 1
    return words[1:] if qualified and alone else ()


def in_one_piece(name: str, words: Words) -> str:
    """The several words of a name as the one word that it is written as ("birthplace"), empty for any other name."""
    known = vocabulary()
    written = known.singular(name.casefold())
    plain = name.isalpha() and (name.islower() or name.isupper() or name.istitle())
    return written if plain and len(words) > 1 and "".join(words) == written else ""


def without_unit(words: Words) -> Words:
    """The words without the unit, or the "amount", that they end with: "area" of an area in square metres."""
    spread = words[-2:-1] in (("square",), ("cubic",), ("sq",)) and len(words) > 2
    return words[:-2] if spread else words[:-1]


def is_unit_last(words: Words) -> bool:
    """Whether words end with a unit, or with "amount" behind a kind of money: "weight kg", "fee amount"."""
    known = vocabulary()
    money = words[-1:] == ("amount",) and known.has("money", words[-2:-1])
    return len(words) > 1 and (money or known.has("measuring_units", words[-1:]))


def _stutters(text: str) -> bool:
    """Whether a rewording says a word twice ("cost per unit per unit")."""
    words = text.split()
    return len(set(words)) < len(words)
