"""What people look at to decide who is who: pairs that wait, a customer's records, decisions made; and deciding.

Everything is asked of a workspace: its published snapshot is read, its journal is read and written. A decision is
carried out by the next load, and by every one after it until it is undone.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.build import first_line, live_path, read_snapshot
from warehouse.errors import BuildError
from warehouse.identity.decisions import customer_of, keep_apart, merge_customers, records_of, split_customer
from warehouse.identity.stable_ids import RecordKey
from warehouse.journal import Entry, Journal

SHOWN = ("first_name", "last_name", "email", "phone", "street", "postal_code", "city", "birth_date")
_VIEWS = (("raw", "raw_person"), ("core", "person_record"))  # where the written values are, the fuller one first
_LEAST_PREFIX = 6


@dataclass(frozen=True)
class PersonRecord:
    """A record of a source system: its customer, and what it says as written (only what is filled in)."""

    key: RecordKey
    customer_id: str
    values: dict[str, str]


@dataclass(frozen=True)
class Agreement:
    """How one thing compares between two records, and what that adds to the weight (log2 odds)."""

    what: str
    agreement: str
    weight: float


@dataclass(frozen=True)
class WaitingPair:
    """Two customers who may be one: their most similar records, how likely (0 to 1), why, and how many pairs say so."""

    left: PersonRecord
    right: PersonRecord
    probability: float
    evidence: tuple[Agreement, ...]
    pairs: int


@dataclass(frozen=True)
class Decision:
    """A merge or split of the journal, and whether it still holds."""

    entry: Entry
    holds: bool


def waiting_pairs(home: Path, limit: int = 20) -> tuple[int, list[WaitingPair]]:
    """How many pairs of customers wait for a decision, and the likeliest of them; those decided since the last load
    are left out.

    Raises SnapshotMissing without data, BuildError when no records were ever resolved.
    """
    with _snapshot(home) as con:
        active = _journal(home).active("merge", "split")
        rows = [row for row in con.execute(_WAITING).fetchall() if not _is_decided(active, row[0], row[1])]
        pairs = [
            WaitingPair(_record(con, left), _record(con, right), probability, _agreements(evidence), count)
            for left, right, probability, evidence, count in rows[:limit]
        ]
    return len(rows), pairs


def _is_decided(active: list[Entry], left: str, right: str) -> bool:
    """Whether a person already said of both records that they are one, or are not; the next load carries it out."""
    keys = {record_key(left), record_key(right)}
    for entry in active:
        groups = [entry.body["records"]] if entry.kind == "merge" else entry.body["groups"]
        named = {(record[0], record[1]) for group in groups for record in group}
        if keys <= named:
            return True
    return False


_WAITING = """
    SELECT arg_max(left_id, rank), arg_max(right_id, rank), max(match_probability), arg_max(evidence::VARCHAR, rank),
        count(*)
    FROM (SELECT *, (match_weight, left_id, right_id) AS rank, least(left_customer_id, right_customer_id) AS one,
            greatest(left_customer_id, right_customer_id) AS two
        FROM core.identity_match WHERE decision = 'review')
    GROUP BY one, two ORDER BY max(match_weight) DESC, one, two
"""


def customer_records(home: Path, customer: str) -> tuple[list[PersonRecord], list[tuple[RecordKey, RecordKey, float]]]:
    """The records of a customer, and the pairs of them that were matched with their probabilities.

    Raises BuildError for an unknown customer, naming what it became if it was merged.
    """
    with _snapshot(home) as con:
        records = [_record(con, f"{key[0]}:{key[1]}") for key in records_of(con, customer)]
        rows = con.execute(
            "SELECT left_id, right_id, match_probability FROM core.identity_match WHERE decision = 'merged'"
            " AND left_customer_id = ? ORDER BY match_weight DESC, left_id, right_id",
            [customer],
        ).fetchall()
    return records, [(record_key(left), record_key(right), probability) for left, right, probability in rows]


def decide_merge(home: Path, customers: Sequence[str], by: str, reason: str = "") -> Entry:
    """The decision, written down, that these customers are one. Raises BuildError for fewer than two or an unknown."""
    with _snapshot(home) as con:
        return merge_customers(con, _journal(home), customers, by, reason)


def decide_apart(home: Path, customers: Sequence[str], by: str, reason: str = "") -> Entry:
    """The decision, written down, that these customers are different people, however alike their records look."""
    with _snapshot(home) as con:
        return keep_apart(con, _journal(home), customers, by, reason)


def decide_split(home: Path, records: Sequence[RecordKey], by: str, reason: str = "") -> Entry:
    """The decision, written down, that these records are someone else than the rest of their customer's records."""
    with _snapshot(home) as con:
        return split_customer(con, _journal(home), records, by, reason)


def decisions_made(home: Path) -> list[Decision]:
    """Every merge and split of the journal in the order they were made."""
    journal = _journal(home)
    held = {entry.id for entry in journal.active("merge", "split")}
    return [Decision(one, one.id in held) for one in journal.entries() if one.kind in ("merge", "split")]


def undo_decision(home: Path, entry: str, by: str) -> Entry:
    """The decision taken back, given by its id or the start of it. Raises BuildError when none or several begin so."""
    found = [one.entry for one in decisions_made(home) if one.holds and one.entry.id.startswith(entry)]
    if len(entry) < _LEAST_PREFIX:
        raise BuildError(f"{entry!r} is too short: write {_LEAST_PREFIX} letters of the decision's id or more.")
    if len(found) != 1:
        how_many = "Several decisions" if found else "No decision that holds"
        raise BuildError(f"{how_many} begin with {entry!r}. Nothing was undone.")
    _journal(home).undo(found[0].id, by)
    return found[0]


def record_key(text: str) -> RecordKey:
    """The key of a record written as system, colon, key in that system. Raises BuildError for anything else."""
    system, colon, key = text.partition(":")
    if not (system and colon and key):
        raise BuildError(f"{text!r} names no record. Write the system, a colon and the record's key there: crm:4711.")
    return system, key


@contextmanager
def _snapshot(home: Path) -> Generator[duckdb.DuckDBPyConnection]:
    with read_snapshot(live_path(home / "warehouse")) as con:
        con.execute("USE live")
        try:
            yield con
        except duckdb.CatalogException as error:
            raise BuildError(
                "No records of people were matched in this workspace yet. Load sources that fill person_record."
            ) from error
        except duckdb.Error as error:
            raise BuildError(f"The records of people cannot be read: {first_line(error)}.") from error


def _journal(home: Path) -> Journal:
    return Journal(home / "journal" / "decisions.jsonl")


def _record(con: duckdb.DuckDBPyConnection, record: str) -> PersonRecord:
    key = record_key(record)
    customer = customer_of(con, key)
    for schema, table in _VIEWS:
        columns = [row[0] for row in con.execute(_COLUMNS, [schema, table]).fetchall()]
        if columns:
            sql = f"SELECT {', '.join(f'{name}::VARCHAR' for name in columns)} FROM {schema}.{table}"
            rows = con.execute(f"{sql} WHERE source_system = ? AND source_id = ?", list(key)).fetchall()
            return PersonRecord(
                key, customer, {name: text for row in rows for name, text in zip(columns, row, strict=True) if text}
            )
    return PersonRecord(key, customer, {})


_COLUMNS = (
    "SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = ?"
    f" AND table_name = ? AND column_name IN {SHOWN!r} ORDER BY list_position({list(SHOWN)!r}, column_name)"
)


def _agreements(evidence: str) -> tuple[Agreement, ...]:
    return tuple(Agreement(one["what"], one["agreement"], one["weight"]) for one in json.loads(evidence))
