"""Values of fields that have too many to hold in memory: exact, by beginning and by near spelling, from one file.

The file is SQLite: a sorted table of keys, and one of reversed keys. One slip of the hand leaves the beginning or the
end of a name as it was, so that two short ranges hold every near name (the pigeonhole of Wu and Manber 1992); rapidfuzz
judges them. Personal values are not in it: only salted hashes of them, with the key of the row that they belong to.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from secrets import token_hex
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.understanding.tokens import Forms, fold_case, phrase_keys, tokenize

MOST_FOUND, MOST_NEAR, MOST_SCANNED, KEPT_ANSWERS, MOST_WORDS = 64, 5, 20_000, 8192, 1_000_000
SHORTEST_NEAR = 5
BUILDING, KEPT_BUILDING = ".building", 3600.0
LAST_SIGN = "\U0010ffff"
TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE field (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE staged (key TEXT, field INTEGER, spelt TEXT);
CREATE TABLE value (key TEXT, field INTEGER, spelt TEXT, PRIMARY KEY (key, field, spelt)) WITHOUT ROWID;
CREATE TABLE reversed (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE staged_person (hash INTEGER, field INTEGER, row TEXT);
CREATE TABLE person (hash INTEGER, field INTEGER, row TEXT, PRIMARY KEY (hash, field, row)) WITHOUT ROWID;
"""
SORTED = """
INSERT OR IGNORE INTO value SELECT key, field, spelt FROM staged ORDER BY key, field, spelt;
INSERT OR IGNORE INTO person SELECT hash, field, row FROM staged_person ORDER BY hash, field, row;
DROP TABLE staged;
DROP TABLE staged_person;
"""


@dataclass(frozen=True)
class Stored:
    """A value as it is stored, and its field (`dataset.field`)."""

    field: str
    spelt: str


@dataclass(frozen=True)
class Row:
    """One row of an entity: the field that identifies it (`dataset.field`) and its key."""

    field: str
    key: str


class ValuesIndex:
    """Look-up in one index file, opened read only; may be shared by threads."""

    def __init__(self, path: Path):
        self.path = path
        self._open = threading.local()
        self._fields = dict(self._rows("SELECT id, name FROM field"))
        self._meta = dict(self._rows("SELECT name, value FROM meta"))
        self._salt = bytes.fromhex(self._meta["salt"])
        self.exact = lru_cache(KEPT_ANSWERS)(self._exact)

    @property
    def values(self) -> int:
        """How many values it holds, personal ones not counted."""
        return int(self._meta["values"])

    @property
    def has_people(self) -> bool:
        """Whether single rows of an entity can be looked up."""
        return self._meta["people"] != "0"

    def _exact(self, key: str) -> tuple[Stored, ...]:
        """The values of a key, whatever their field."""
        rows = self._rows("SELECT field, spelt FROM value WHERE key = ? LIMIT ?", (key, MOST_FOUND))
        return tuple(Stored(self._fields[field], spelt) for field, spelt in rows)

    def starting(self, key: str, limit: int = MOST_NEAR) -> tuple[Stored, ...]:
        """Values whose key begins with these letters, in the order of the alphabet."""
        sql = "SELECT field, spelt FROM value WHERE key >= ? AND key < ? LIMIT ?"
        rows = self._rows(sql, (key, key + LAST_SIGN, limit))
        return tuple(Stored(self._fields[field], spelt) for field, spelt in rows)

    def near(self, key: str) -> tuple[Stored, ...]:
        """The values one slip away: a letter missing, added, changed, or two swapped; never of numbers."""
        if len(key) < SHORTEST_NEAR or any(sign.isdecimal() for sign in key):
            return ()
        close = process.extract(key, list(self._likely(key)), scorer=OSA.distance, score_cutoff=1, limit=None)
        found = sorted({other for other, distance, _ in close if distance == 1})
        return tuple(chain.from_iterable(self.exact(other) for other in found[:MOST_NEAR]))

    def _likely(self, key: str) -> Iterator[str]:
        """Keys of about this length with the same beginning or end; a swap in the middle leaves one of both."""
        first, last = key[: len(key) // 2 - 1], key[len(key) // 2 + 1 :][::-1]
        sizes = (len(key) - 1, len(key) + 1)
        for table, start, turn in (("value", first, 1), ("reversed", last, -1)):
            within = f"SELECT key FROM {table} WHERE key >= ? AND key < ? LIMIT ?"
            sql = f"SELECT DISTINCT key FROM ({within}) WHERE length(key) BETWEEN ? AND ?"
            rows = self._rows(sql, (start, start + LAST_SIGN, MOST_SCANNED, *sizes))
            yield from (found[::turn] for (found,) in rows)

    def people(self, text: str) -> tuple[Row, ...]:
        """The rows of entities that a text identifies by itself: an id, an e-mail address, a number, a whole name."""
        sql = "SELECT DISTINCT field, row FROM person WHERE hash = ? LIMIT ?"
        rows = self._rows(sql, (hashed(identity_key(text), self._salt), MOST_FOUND))
        return tuple(Row(self._fields[field], key) for field, key in rows)

    def called(self, words: Sequence[str]) -> tuple[Row, ...]:
        """The rows of entities that each of several words identifies: a first name and a last name of two fields."""
        each = "SELECT field, row FROM person WHERE hash = ?"
        hashes = tuple(hashed(identity_key(word), self._salt) for word in words)
        rows = self._rows(f"{' INTERSECT '.join([each] * len(words))} LIMIT ?", (*hashes, MOST_FOUND))
        return tuple(Row(self._fields[field], key) for field, key in rows)

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        connection = getattr(self._open, "connection", None)
        if connection is None:
            connection = self._open.connection = sqlite3.connect(f"file:{self.path}?mode=ro&immutable=1", uri=True)
        return connection.execute(sql, values).fetchall()


def value_key(text: str, forms: Forms) -> str:
    """Look-up key of a value: its words in the singular and in one spelling, without spaces."""
    return phrase_keys(tokenize(text, forms))[1]


class _Keys:
    """Keys of many values: words come again, so that each is brought to its plain form once."""

    def __init__(self, forms: Forms):
        self._forms = forms
        self._plain: dict[str, str] = {}

    def key(self, text: str) -> str:
        """The same as `value_key`, sooner for values of plain words."""
        words = text.split()
        return "".join(map(self._of_word, words)) if all(map(str.isalnum, words)) else value_key(text, self._forms)

    def _of_word(self, word: str) -> str:
        known = self._plain.get(word)
        if known is None:
            if len(self._plain) > MOST_WORDS:
                self._plain.clear()
            known = self._plain[word] = value_key(word, self._forms)
        return known


def identity_key(text: str) -> str:
    """What is compared of an identifying text: of a number its digits, else its letters and digits in lower case."""
    if "@" in text:
        return text.strip().casefold()
    if not any(sign.isalpha() for sign in text):
        digits = "".join(sign for sign in text if sign.isdecimal())
        return digits.removeprefix("00") if digits.startswith("00") else digits
    return "".join(sign for sign in fold_case(text) if sign.isalnum())


def hashed(key: str, salt: bytes) -> int:
    """A number of 63 bits that stands for a personal text."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8, key=salt).digest()) >> 1


@dataclass(frozen=True)
class Contents:
    """What goes into an index: batches of values by field, and of (row key, identifying text) by the key's field."""

    values: Iterable[tuple[str, Iterable[str]]]
    people: Iterable[tuple[str, Iterable[tuple[str, str]]]]


def write_index(path: Path, contents: Contents, salt: bytes, forms: Forms) -> None:
    """Nothing; the index file is written. A file there before is replaced only when all of it is on the disk.

    Several processes may write it at once, each a file of its own; the last one stays. What a killed one left behind is
    removed when it is an hour old.
    """
    _without_leftovers(path)
    building = path.with_name(f"{path.stem}-{os.getpid()}-{token_hex(4)}{BUILDING}")
    try:
        _write(building, contents, salt, forms)
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


def _without_leftovers(path: Path) -> None:
    for one in path.parent.glob(f"{path.stem}-*{BUILDING}"):
        with suppress(FileNotFoundError):
            if time.time() - one.stat().st_mtime > KEPT_BUILDING:
                one.unlink()


def _write(building: Path, contents: Contents, salt: bytes, forms: Forms) -> None:
    connection = sqlite3.connect(building, isolation_level=None)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        connection.executescript(TABLES)
        connection.execute("BEGIN")
        _fill(connection, contents, salt, forms)
        connection.executescript(SORTED)  # which ends the transaction
        _reverse(connection)
        _tell_counts(connection, salt)
        connection.execute("VACUUM")
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, contents: Contents, salt: bytes, forms: Forms) -> None:
    ids: dict[str, int] = {}
    keys = _Keys(forms)
    for field, texts in contents.values:
        at = ids.setdefault(field, len(ids))
        rows = ((key, at, text) for text in texts if (key := keys.key(text)))
        connection.executemany("INSERT INTO staged VALUES (?, ?, ?)", rows)
    for field, pairs in contents.people:
        at = ids.setdefault(field, len(ids))
        hashes = ((hashed(key, salt), at, row) for row, text in pairs if (key := identity_key(text)))
        connection.executemany("INSERT INTO staged_person VALUES (?, ?, ?)", hashes)
    connection.executemany("INSERT INTO field VALUES (?, ?)", ((at, name) for name, at in ids.items()))


def _reverse(connection: sqlite3.Connection) -> None:
    connection.create_function("turned", 1, lambda key: key[::-1], deterministic=True)
    sql = "INSERT OR IGNORE INTO reversed SELECT turned(key) FROM value WHERE key NOT GLOB '*[0-9]*' ORDER BY 1"
    connection.execute(sql)


def _tell_counts(connection: sqlite3.Connection, salt: bytes) -> None:
    counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("value", "person")}
    meta = {"salt": salt.hex(), "values": counts["value"], "people": counts["person"]}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in meta.items()])
