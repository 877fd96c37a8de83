"""The right to be forgotten: one customer taken out of everything that a workspace holds, and the proof of it.

Each store of the workspace has a forgetter, a function that takes the person out of it; a store that comes later
registers its own. When all have run, every file of the workspace is searched for the person's e-mail addresses, phone
numbers and name: what is found is reported, never passed over. Marks that other customers share (a family's phone, a
common name) tell nobody apart and are not searched for.

The published database is written anew from the rows that stay, because a database file keeps the bytes of deleted rows.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import duckdb

from warehouse.build import SCHEMAS, first_line, literal, live_path, publish, read_snapshot
from warehouse.erasure import Person, Removed, erase, marks_in
from warehouse.errors import BuildError, SnapshotMissing
from warehouse.journal import Journal, RecordKey
from warehouse.mart import build_mart
from warehouse.sources.demo.forgetting import forget_demo_files

Forgetter = Callable[[Path, Person, str, bool], Iterable[Removed]]
"""What it did to its store: given the workspace, the person, who asked for it, and whether it is only a rehearsal."""
_LEAST = 6  # letters of a mark; shorter ones would be found everywhere
_COPY_CHUNK = 1 << 22


@dataclass(frozen=True)
class Forgotten:
    """What was (or, rehearsed, would be) done, the files that still tell of the person, and marks others share."""

    customer_id: str
    removed: tuple[Removed, ...]
    remaining: tuple[str, ...]
    shared: tuple[str, ...]
    rehearsed: bool
    seconds: float


def forget(home: Path, customer: str, *, by: str, rehearse: bool = False) -> Forgotten:
    """What was removed of a customer, named by id or e-mail address, from every store of the workspace at `home`.

    With `rehearse` nothing is changed and `remaining` lists the files that tell of them today. Safe to run again after
    it was stopped. Raises SnapshotMissing without data, BuildError when nobody or more than one is meant.
    """
    started = time.perf_counter()
    person = find_person(home, customer)
    done = tuple(one for forgetter in FORGETTERS for one in forgetter(home, person, by, rehearse))
    shared = tuple(sorted(person.shared))
    remaining = traces(home, person.marks)
    return Forgotten(person.customer_id, done, remaining, shared, rehearse, time.perf_counter() - started)


def register_forgetter(forgetter: Forgetter) -> None:
    """Nothing; from now on `forget` also asks this store."""
    if forgetter not in FORGETTERS:
        FORGETTERS.append(forgetter)


def find_person(home: Path, customer: str) -> Person:
    """The customer of that id or e-mail address with all that tells of them in the published snapshot."""
    path = live_path(home / "warehouse")
    if not path.is_file():
        raise SnapshotMissing(f"There is no data yet in {home}.")
    with read_snapshot(path) as con:
        if not _has(con, "core", "customer"):
            raise BuildError("There is no customer table in this workspace, so nobody can be found in it.")
        found = con.execute(
            "SELECT customer_id, source_system, source_id FROM core.customer"
            " WHERE customer_id = $1 OR lower(primary_email) = lower($1) LIMIT 2",
            [customer],
        ).fetchall()
        if len(found) != 1:
            how_many = "More than one customer has" if found else "No customer has"
            raise BuildError(f"{how_many} the id or e-mail address {customer!r}. Nothing was changed. Give the id.")
        return _person(con, *found[0])


def traces(home: Path, marks: Iterable[str]) -> tuple[str, ...]:
    """Files of the workspace, named from its root, whose bytes hold a mark; of databases also the tables that do.

    Letters count the same in both cases. Bytes of a database may be packed, so that its tables are read, too.
    """
    wanted = sorted(marks)
    pattern = re.compile(b"|".join(re.escape(mark.encode()) for mark in wanted), re.IGNORECASE) if wanted else None
    found: list[str] = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()) if pattern else ():
        name = path.relative_to(home).as_posix()
        if pattern and _has_bytes(path, pattern):
            found.append(name)
        if path.suffix == ".duckdb":
            found += [f"{name}: {table}" for table in _tables_of(path, wanted)]
    return tuple(found)


def _has_bytes(path: Path, pattern: re.Pattern[bytes]) -> bool:
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(_COPY_CHUNK):
            if pattern.search(rest + chunk):
                return True
            rest = chunk[-1024:]  # a mark may lie across two chunks
    return False


def _tables_of(path: Path, marks: list[str]) -> list[str]:
    try:
        return marks_in(path, marks)
    except duckdb.Error as error:
        raise BuildError(f"{path} cannot be searched: {first_line(error)}. Remove it or mend it.") from error


def _has(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    sql = "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?"
    return con.execute(sql, [schema, table]).fetchone() is not None


def _person(con: duckdb.DuckDBPyConnection, customer_id: str, system: str, key: str) -> Person:
    records = {(system, key)}
    if _has(con, "meta", "customer_record"):
        sql = "SELECT source_system, source_id FROM meta.customer_record WHERE customer_id = ?"
        records |= {(row[0], row[1]) for row in con.execute(sql, [customer_id]).fetchall()}
    marks = {form for mark in _marks(con, customer_id, records) for form in _forms(mark)}
    marks = {mark for mark in marks if len(mark) >= _LEAST}
    shared = _of_others(con, customer_id, marks)
    return Person(customer_id, frozenset(records), frozenset(marks - shared), frozenset(shared))


def _marks(con: duckdb.DuckDBPyConnection, customer_id: str, records: set[tuple[str, str]]) -> Iterator[str]:
    sql = "SELECT full_name, primary_email, primary_phone FROM core.customer WHERE customer_id = ?"
    yield from (mark for row in con.execute(sql, [customer_id]).fetchall() for mark in row if mark)
    if _has(con, "core", "customer_identity"):
        sql = "SELECT id_value, id_value_norm FROM core.customer_identity WHERE customer_id = ?"
        yield from (mark for row in con.execute(sql, [customer_id]).fetchall() for mark in row if mark)
    for record in records if _has(con, "core", "person_record") else ():
        sql = (
            "SELECT concat_ws(' ', first_name, last_name), email, phone, national_id FROM core.person_record"
            " WHERE source_system = ? AND source_id = ?"
        )
        yield from (mark for row in con.execute(sql, list(record)).fetchall() for mark in row if mark)


def _forms(mark: str) -> set[str]:
    """A mark in lower case, and a phone number also without its spaces and signs."""
    text = mark.strip().lower()
    digits = re.sub(r"[\s()/.-]", "", text)
    return {text, digits} if re.fullmatch(r"\+?\d{6,}", digits) else {text}


def _of_others(con: duckdb.DuckDBPyConnection, customer_id: str, marks: set[str]) -> set[str]:
    """The marks that other customers have, too."""
    sql = (
        "SELECT DISTINCT mark FROM core.customer c, unnest([lower(full_name), lower(primary_email),"
        " lower(primary_phone), regexp_replace(primary_phone, '[\\s()/.-]', '', 'g')]) u(mark)"
        " WHERE c.customer_id <> $1 AND list_contains($2::VARCHAR[], mark)"
    )
    return {row[0] for row in con.execute(sql, [customer_id, sorted(marks)]).fetchall()}


class _Rehearsed(Exception):
    """Stops a build that must not be published."""


def _forget_in_journal(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """Take the records out of every decision; records that a source names by a mark, such as an e-mail, go as well."""
    journal = Journal(home / "journal" / "decisions.jsonl")
    named = {key for entry in journal.entries() for key in _record_keys(list(entry.body.values()))}
    marked = {key for key in named if any(mark in part.lower() for part in key for mark in person.marks)}
    records = set(person.records) | marked
    if not rehearse and (marked or journal.forgotten(records) != records):
        journal.forget(records, by)
    yield Removed("journal", len(records), "source records marked never to come back")


def _record_keys(values: list[Any]) -> Iterator[RecordKey]:
    """Every [source_system, source_id] in the lists of a decision, however deep."""
    for value in values:
        if isinstance(value, list):
            parts = cast("list[Any]", value)
            if len(parts) == 2 and all(isinstance(part, str) for part in parts):
                yield (parts[0], parts[1])
            else:
                yield from _record_keys(parts)


def _forget_in_snapshot(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """Write the database anew without the person: deleted rows of a file keep their bytes, copied rows do not."""
    del by
    done: list[Removed] = []
    directory = home / "warehouse"
    with suppress(_Rehearsed), publish(directory, start="empty") as con:
        # in the builder's own directory: it is removed with it, by the next builder if this one is killed
        scratch = directory / f"building-{os.getpid()}" / "forgetting.duckdb"
        shutil.copyfile(live_path(directory), scratch)
        con.execute(f"ATTACH {literal(str(scratch))} AS forgetting")
        con.execute("USE forgetting")
        done += erase(con, person)
        if rehearse:
            raise _Rehearsed
        _rebuild_mart(con)
        con.execute("USE live")
        for schema in SCHEMAS:
            con.execute(f"DROP SCHEMA live.{schema} CASCADE")
        con.execute("COPY FROM DATABASE forgetting TO live")
        con.execute("DETACH forgetting")
    yield from done


def _rebuild_mart(con: duckdb.DuckDBPyConnection) -> None:
    """Compute the derived tables again, where there are any: cohorts and scores count the person no more."""
    if _has(con, "mart", "customer_360"):
        row = con.execute("SELECT max(as_of) FROM mart.customer_360").fetchone()
        if row and isinstance(row[0], date):
            build_mart(con, row[0])


def _forget_prepared_databases(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """Remove copies of the data that evals prepared; they are made again when they are needed."""
    del by
    for path in sorted((home / "evals").rglob("*.duckdb")):
        if _tables_of(path, sorted(person.marks)):
            if not rehearse:
                path.unlink()
            yield Removed(path.relative_to(home).as_posix(), 1, "file removed; it is made again when needed")


def _forget_in_texts(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """Blank the person's marks in logs, exports and what else was written beside the data."""
    del by
    if not person.marks:
        return
    longest_first = sorted(person.marks, key=len, reverse=True)
    pattern = re.compile(b"|".join(re.escape(mark.encode()) for mark in longest_first), re.IGNORECASE)
    for path in _texts(home):
        content = path.read_bytes()
        blanked, times = pattern.subn(b"[forgotten]", content)
        if times and not rehearse:
            aside = path.with_name(f"{path.name}.rewritten")
            aside.write_bytes(blanked)
            os.replace(aside, path)
        if times:
            yield Removed(path.relative_to(home).as_posix(), times, "mentions blanked")


def _texts(home: Path) -> Iterator[Path]:
    for folder in ("logs", "exports"):
        yield from (path for path in sorted((home / folder).rglob("*")) if path.is_file())
    yield from sorted((home / "warehouse").glob("*.json"))
    yield from sorted((home / "journal").glob("*.torn"))


FORGETTERS: list[Forgetter] = [
    _forget_in_journal,
    _forget_in_snapshot,
    _forget_prepared_databases,
    _forget_in_texts,
    forget_demo_files,
]
"""The stores of a workspace, in the order in which they are asked: the journal first, so that nothing comes back."""
