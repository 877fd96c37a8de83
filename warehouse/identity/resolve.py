"""Records to customers, the whole way: read, match, decide, group, name, and write it all down with its evidence."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from warehouse.build import first_line
from warehouse.errors import BuildError
from warehouse.identity.clustering import Rules
from warehouse.identity.decisions import decided
from warehouse.identity.handover import Columns, create_table
from warehouse.identity.households import find_households
from warehouse.identity.kept_model import kept_or_trained
from warehouse.identity.matching import Model
from warehouse.identity.outcome import Outcome, write_outcome
from warehouse.identity.people import find_people
from warehouse.identity.records import Records, read_records
from warehouse.identity.rules import KeyUse, candidate_pairs, drop_shared_values
from warehouse.identity.stable_ids import Assignment, Issued, RecordKey, assign_ids
from warehouse.identity.survivorship import surviving_values
from warehouse.journal import Journal

Progress = Callable[[str], None]


@dataclass(frozen=True)
class IdentityRequest:
    """What to resolve and how.

    `view` has the columns of `records.CONTRACT`; `country` (ISO alpha-2) is assumed where a record has none;
    `systems` names the source systems from the most trusted on; `now` (UTC) is when new ids are said to be given.
    """

    view: str = "raw.raw_person"
    journal: Journal | None = None
    country: str | None = None
    systems: tuple[str, ...] = ()
    now: datetime | None = None
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True)
class Resolution:
    """What came of it: counts, what was left out of the comparison and why, seconds of each step."""

    records: int
    customers: int
    candidate_pairs: int
    merged_pairs: int
    review_pairs: int
    largest_customer: int
    retired_ids: int
    forgotten_records: int
    trained_on: tuple[str, ...]
    shared_values: Mapping[str, Sequence[str]]
    keys: Sequence[KeyUse]
    seconds: Mapping[str, float]


def resolve_identities(
    con: duckdb.DuckDBPyConnection, request: IdentityRequest, progress: Progress | None = None
) -> Resolution:
    """What the records of `request.view` came to; writes customer_identity, identity_match, identity_merge_log,
    household and household_member in core, customer_record (record to customer) and customer_value (what each
    customer is known by) and identity_model (what was learnt) in meta.

    Every record gets a customer, with or without anything to match it by. Ids of customers in meta.customer_record
    are kept. All work is done in a private database; `con` sees the finished tables, in one transaction. Raises
    BuildError for a view that cannot be read, records without key, a damaged journal, or Splink not installed.
    """
    clock = _Clock(progress)
    clock.step("read records")
    records = read_records(con, request.view, request.country)
    try:
        return _resolve(con, records, request, clock)
    except duckdb.Error as error:
        raise BuildError(f"Identity resolution stopped: {first_line(error)}. Nothing was written.") from error
    finally:
        records.con.close()


def _resolve(con: duckdb.DuckDBPyConnection, records: Records, request: IdentityRequest, clock: _Clock) -> Resolution:
    work = records.con
    keys, forgotten = _known_keys(work, request.journal)
    clock.step("choose pairs")
    shared = drop_shared_values(work)
    uses = candidate_pairs(work)
    clock.step("train")
    model = kept_or_trained(con, work)
    clock.step("match")
    previous = _previous(con)
    _write_before(work, keys, previous)
    decisions = decided(request.journal, keys)
    groups = find_people(work, model, decisions, request.rules)
    clock.step("name customers")
    people = _everyone(groups, keys)
    now = (request.now or datetime.now(UTC)).replace(tzinfo=None)
    named = [tuple(keys[record] for record in group) for group in people]
    assigned = assign_ids(named, previous, now)
    _write_people(work, people, assigned)
    clock.step("write")
    surviving_values(work, request.systems)
    outcome = Outcome(assigned.retired, find_households(work), decisions, model, now)
    counts = write_outcome(con, work, outcome)
    clock.stop()
    return Resolution(
        records=len(keys),
        customers=len(people),
        candidate_pairs=_count(work, "pair"),
        merged_pairs=counts["merged"],
        review_pairs=counts["review"],
        largest_customer=max(map(len, people), default=0),
        retired_ids=len(assigned.retired),
        forgotten_records=forgotten,
        trained_on=_trained_on(model),
        shared_values=shared,
        keys=uses,
        seconds=clock.seconds,
    )


def _trained_on(model: Model | None) -> tuple[str, ...]:
    return model.trained_on if model else ()


def _known_keys(work: duckdb.DuckDBPyConnection, journal: Journal | None) -> tuple[dict[int, RecordKey], int]:
    """Key of every record by its number; forgotten records are taken out of the private database first."""
    rows = work.execute("SELECT id, source_system, source_id FROM written ORDER BY id").fetchall()
    keys: dict[int, RecordKey] = {row[0]: (row[1], row[2]) for row in rows}
    gone = journal.forgotten(keys.values()) if journal else set[RecordKey]()
    numbers = [number for number, key in keys.items() if key in gone]
    for table in ("written", "record") if numbers else ():
        work.execute(f"DELETE FROM {table} WHERE id IN (SELECT unnest(?))", [numbers])
    return {number: key for number, key in keys.items() if key not in gone}, len(numbers)


def _everyone(groups: list[list[int]], keys: Mapping[int, RecordKey]) -> list[list[int]]:
    """The groups and, each as a customer of its own, every record that is in none."""
    grouped = {record for group in groups for record in group}
    return sorted([*groups, *([record] for record in keys if record not in grouped)])


def _previous(con: duckdb.DuckDBPyConnection) -> dict[RecordKey, Issued]:
    there = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'customer_record'"
        " AND database_name = current_database()"
    ).fetchall()
    if not there[0][0]:
        return {}
    rows = con.execute("SELECT source_system, source_id, customer_id, issued_at FROM meta.customer_record").fetchall()
    return {(row[0], row[1]): Issued(row[2], row[3]) for row in rows}


def _write_before(
    work: duckdb.DuckDBPyConnection, keys: Mapping[int, RecordKey], previous: Mapping[RecordKey, Issued]
) -> None:
    known = [(number, previous[key].customer_id) for number, key in keys.items() if key in previous]
    columns: Columns = {
        "id": ("number", [number for number, _ in known]),
        "customer": ("text", [customer for _, customer in known]),
    }
    create_table(work, "before", columns)


def _write_people(work: duckdb.DuckDBPyConnection, people: list[list[int]], assigned: Assignment) -> None:
    rows = [(record, issued) for group, issued in zip(people, assigned.ids, strict=True) for record in group]
    columns: Columns = {
        "id": ("number", [record for record, _ in rows]),
        "customer_id": ("text", [issued.customer_id for _, issued in rows]),
        "issued_at": ("time", [issued.at for _, issued in rows]),
    }
    create_table(work, "people", columns)


def _count(work: duckdb.DuckDBPyConnection, table: str) -> int:
    return work.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]


class _Clock:
    """Seconds of each step, told to `progress` as it begins."""

    def __init__(self, progress: Progress | None):
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._step, self._began = "", time.perf_counter()

    def step(self, name: str) -> None:
        self.stop()
        self._step, self._began = name, time.perf_counter()
        if self._progress:
            self._progress(name)

    def stop(self) -> None:
        if self._step:
            self.seconds[self._step] = time.perf_counter() - self._began
