"""Tables and columns as a person reads them: their words, their kinds of type, their figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from semantic_layer.bootstrap.evidence import ColumnFigures, Profiles, TableFigures
from semantic_layer.bootstrap.shortened import in_full, key_end, nouns_in_short, short_nouns, without_remark
from semantic_layer.bootstrap.vocabulary import Vocabulary, Words, vocabulary

TypeKind = Literal["text", "integer", "number", "boolean", "date", "timestamp", "other"]
_TYPES: Mapping[str, TypeKind] = {
    "VARCHAR": "text", "TEXT": "text", "STRING": "text", "CHAR": "text", "BPCHAR": "text", "ENUM": "text",
    "UUID": "text",
    "BOOLEAN": "boolean", "BOOL": "boolean", "DATE": "date", "DATETIME": "timestamp",
    "FLOAT": "number", "REAL": "number", "DOUBLE": "number", "DECIMAL": "number", "NUMERIC": "number",
    "INT": "integer", "INTEGER": "integer",
}  # fmt: skip
_SIZES = ("TINY", "SMALL", "BIG", "HUGE", "U", "UTINY", "USMALL", "UBIG", "UHUGE")


@dataclass(frozen=True)
class Column:
    """One column: `words` are all its readable words, `own` those without its table's own name in front."""

    table: str
    name: str
    position: int
    words: Words
    own: Words
    kind: TypeKind
    figures: ColumnFigures
    rows: int

    @property
    def filled(self) -> int:
        """Number of values that are not missing."""
        return self.rows - self.figures.nulls

    @property
    def is_empty(self) -> bool:
        """True when no row has a value, or nothing but blanks."""
        samples = self.figures.samples if self.kind == "text" and self.figures.distinct == 1 else ()
        return self.filled <= 0 or (bool(samples) and not any(text.strip() for text in samples))

    @property
    def is_key(self) -> bool:
        """True when every row has a value and none stands twice; never known of a table without rows."""
        return bool(self.rows and self.figures.unique and self.figures.nulls == 0)

    @property
    def low(self) -> float | None:
        """The smallest value, when it is a number."""
        return _number(self.figures.min)

    @property
    def high(self) -> float | None:
        """The largest value, when it is a number."""
        return _number(self.figures.max)

    @property
    def is_whole(self) -> bool:
        """True for whole numbers, also when they are stored as floating-point numbers."""
        if self.kind != "number":
            return self.kind == "integer"
        seen = (self.low, self.high, *(_number(text) for text in self.figures.samples))
        return self.low is not None and all(one.is_integer() for one in seen if one is not None)


@dataclass(frozen=True)
class Table:
    """One table: `noun` is what a row of it is called, in the singular; `initials` its words as first letters."""

    name: str
    noun: Words
    tokens: Words
    columns: tuple[Column, ...]
    rows: int

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(one for one in self.columns if one.name == name)


def read_tables(profiles: Profiles) -> tuple[Table, ...]:
    """The tables in the order of the profiles."""
    words = vocabulary()
    tokens = {name: words.split(name) for name in profiles}
    shared = _shared_prefix(list(tokens.values()), words)
    named = {name: _telling(found[len(shared) :], words) for name, found in tokens.items()}
    words = words.with_short(nouns_in_short(profiles, named, words))
    tables = [_table(name, profile, named[name], words, shared) for name, profile in profiles.items()]
    tables = keys_written_out(tables)
    short = short_nouns(
        [one.noun for one in tables], [[column.words for column in one.columns] for one in tables], words
    )
    tables = [_in_full(one, short) for one in tables]
    nouns = {one.noun for one in tables}
    tables = [_named_by_key(one, nouns, words) for one in tables]
    codes = _codes(tables, shared, words)
    return tuple(
        replace(one, columns=tuple(_written_out(column, codes, words) for column in one.columns)) for one in tables
    )


def keys_written_out(tables: Sequence[Table]) -> list[Table]:
    """The tables with keys in one piece written out, here and where they refer to: "pid" of passengers, "flno"."""
    meant: dict[str, list[Words]] = {}
    for table in tables:
        for key in table.columns[:1]:
            end = key_end(key.words, table.noun) if key.is_key and key.kind in ("integer", "text") else ""
            if end:
                meant.setdefault(key.words[0], []).append((*table.noun, end))
    return [
        replace(one, columns=tuple(_key_in_full(column, one.noun, meant) for column in one.columns)) for one in tables
    ]


def _key_in_full(column: Column, noun: Words, meant: Mapping[str, Sequence[Words]]) -> Column:
    """The column by the full name of the key that it is, or of the one key that it refers to."""
    full = meant.get(column.words[0], ()) if len(column.words) == 1 else ()
    own = [words for words in full if words[:-1] == noun and column.position == 0]
    words = own[0] if own else full[0] if len(full) == 1 else column.words
    return replace(column, words=words, own=_own(words, noun)) if words != column.words else column


def _in_full(table: Table, short: Mapping[str, Words]) -> Table:
    """The table with the short forms of the schema's nouns written out in its columns ("pat id" as "patient id")."""
    columns: list[Column] = []
    for column in table.columns:
        words = in_full(column.words, short)
        columns.append(replace(column, words=words, own=_own(words, table.noun)) if words != column.words else column)
    return replace(table, columns=tuple(columns))


def _named_by_key(table: Table, nouns: Collection[Words], words: Vocabulary) -> Table:
    """The table with what its key calls a row left off its other columns, too: "mailing" of mailing campaigns."""
    first, noun = table.columns[:1], table.noun
    called = first[0].words[:-1] if first and first[0].is_key and words.has("id_words", first[0].words[-1:]) else ()
    parts = [noun[:size] for size in range(1, len(noun))] + [noun[-size:] for size in range(1, len(noun))]
    if called not in parts or called in nouns:
        return table
    others = (replace(one, own=_own(one.own, called)) if one.own == one.words else one for one in table.columns[1:])
    return replace(table, columns=(*first, *others))


def _codes(tables: Sequence[Table], shared: Words, words: Vocabulary) -> Mapping[str, Words]:
    """What short forms stand for in this schema: those that start every column of just one table ("cl" of clients)."""
    found: dict[str, list[Words]] = {}
    for table in tables:
        split = [_unprefixed(words.split(column.name), shared) for column in table.columns]
        common = _common_prefix(split)
        short = len(common) == 1 and (common[0] not in words.known or common[0] in words.abbreviations)
        if short and _is_code(common, table.tokens, words):
            found.setdefault(common[0], []).append(table.noun)
    return {code: nouns[0] for code, nouns in found.items() if len(nouns) == 1}


def _written_out(column: Column, codes: Mapping[str, Words], words: Vocabulary) -> Column:
    """The column with another table's short form written out before a word such as id ("cl id" as "client id")."""

    def full(told: Words) -> Words:
        at = len(told) - 2
        marked = at >= 0 and words.has("id_words", told[-1:]) and told[at] in codes
        return (*told[:at], *codes[told[at]], *told[at + 1 :]) if marked else told

    return replace(column, words=full(column.words), own=full(column.own))


def type_kind(text: str) -> TypeKind:
    """The kind of a database type such as `DECIMAL(12,2)`; lists, structs and intervals are `other`."""
    bare = text.upper().split("(")[0].strip()
    if text.endswith("]"):
        return "other"
    if bare.startswith("TIMESTAMP"):
        return "timestamp"
    for size in _SIZES:
        if bare == f"{size}INT" or bare == f"{size}INTEGER":
            return "integer"
    return _TYPES.get(bare, "other")


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if found - found == 0 else None  # neither infinite nor not-a-number


def _shared_prefix(names: Sequence[Words], words: Vocabulary) -> Words:
    """The first word of every table when it says nothing ("sbCustomer", "sbTicker"); empty otherwise."""
    if len(names) < 2 or any(len(name) < 2 for name in names):
        return ()
    first = {name[0] for name in names}
    return names[0][:1] if len(first) == 1 and names[0][0] not in words.known else ()


def _table(name: str, profile: TableFigures, tokens: Words, words: Vocabulary, shared: Words) -> Table:
    noun = tuple(words.singular(word) for word in words.expanded(tokens)) or ("table",)
    split = {
        column: _unprefixed(words.split(without_remark(column, profile.columns, words)), shared)
        for column in profile.columns
    }
    common = _common_prefix(list(split.values()))
    columns: list[Column] = []
    short: Mapping[str, str] = {}
    for position, (column, figures) in enumerate(profile.columns.items()):
        kind = type_kind(figures.type)
        meant = words.of_texts if kind == "text" else words.of_numbers if kind in ("integer", "number") else short
        told = tuple(meant.get(word, word) for word in split[column])
        readable = _readable(told, common, noun, tokens, words) or ("column", str(position + 1))
        own = _own(readable, noun)
        columns.append(Column(name, column, position, readable, own, type_kind(figures.type), figures, profile.rows))
    return Table(name, noun, tokens, tuple(columns), profile.rows)


def _telling(tokens: Words, words: Vocabulary) -> Words:
    """The words of a table's name without those that say how it was made, and without numbers or "of" at the end."""
    while len(tokens) > 1 and words.has("table_prefixes", tokens[:1]):
        tokens = tokens[1:]
    while len(tokens) > 1 and (words.has("table_suffixes", tokens[-1:]) or tokens[-1].isdigit() or tokens[-1] == "of"):
        tokens = tokens[:-1]
    return tokens


def _unprefixed(tokens: Words, shared: Words) -> Words:
    return tokens[len(shared) :] if shared and tokens[: len(shared)] == shared and len(tokens) > len(shared) else tokens


def _common_prefix(names: Sequence[Words]) -> Words:
    """The words that every column starts with; empty for a single column."""
    if len(names) < 2:
        return ()
    found: list[str] = []
    for at in range(min(len(name) for name in names) - 1):
        if len({name[at] for name in names}) > 1:
            break
        found.append(names[0][at])
    return tuple(found)


def _readable(tokens: Words, common: Words, noun: Words, table: Words, words: Vocabulary) -> Words:
    """The words of a column: short forms written out, a prefix that only repeats the table's name in code left off."""
    full = words.expanded(common)
    if common and tuple(words.singular(word) for word in full) != noun and _is_code(common, table, words):
        tokens = tokens[len(common) :]
    return _counting(words.expanded(tokens), words)


def _counting(told: Words, words: Vocabulary) -> Words:
    """ "number of passengers" for "number passengers" and "no of passengers"; other words as they are."""
    first, rest = next(iter(told), ""), told[1:]
    if first == "no" and len(rest) > 1 and rest[0] == "of":
        return ("number", *rest)
    whole = bool(rest) and words.plurals.get(rest[-1]) == rest[-1]  # "staff"
    several = bool(rest) and rest[0] != "of" and (whole or words.singular(rest[-1]) != rest[-1])
    if first == "no" and words.has("no_nouns", (words.singular(rest[0]),) if len(rest) == 1 else ()):
        return told
    return ("number", "of", *rest) if several and first in ("number", "no", "n") else told


def _is_code(prefix: Words, table: Words, words: Vocabulary) -> bool:
    """True for the table's initials ("dp" of "daily price"), letters of it ("c" or "cst" of "customer"), or no word."""
    text = "".join(prefix)
    if len(prefix) == 1 and any(_shortens(text, word) for word in table):
        return True
    if text == "".join(word[:1] for word in table) or not any(word in words.known for word in prefix):
        return True
    return any(word.startswith(text) and word != text for word in table)


def _shortens(text: str, word: str) -> bool:
    """Whether a text is a word's first letter with up to three others in their order ("hr" of "hearing")."""
    rest = iter(word)
    return 1 < len(text) < min(5, len(word)) and text[0] == word[0] and all(letter in rest for letter in text)


def _own(words: Words, noun: Words) -> Words:
    return words[len(noun) :] if len(words) > len(noun) and _alike(words[: len(noun)], noun) else words


def _alike(words: Words, noun: Words) -> bool:
    singular = vocabulary().singular
    return tuple(singular(word) for word in words) == noun
