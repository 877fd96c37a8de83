"""One customer: after loading, records made customers, facts given to them, and the derived tables built.

    records of people (core.person_record, and rows that sources loaded into core.customer)
      -> resolve_identities (decisions of the journal honoured, the forgotten left out)
      -> core.customer
    references of the facts (each source's own ids) -> customer_id of core tables, NULL where nobody is meant
      -> visits given to whoever signed in on the device, orders counted per customer, times of customers
      -> mart

Without records of people the customer tables are used as they were loaded. Everything can be run again, after more
was loaded or people decided otherwise, and gives customers the ids they had.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import duckdb

from warehouse.build import first_line, identifier
from warehouse.customer_changes import note_changes
from warehouse.errors import BuildError
from warehouse.identity import IdentityRequest, Resolution, resolve_identities, stitch_visitors
from warehouse.journal import Journal
from warehouse.journal_replay import replay_decisions, withdraw_decisions
from warehouse.mart import MART, build_mart, mart_tables
from warehouse.profiles import STORE, date_customers, number_orders, put_aside, write_customers
from warehouse.references import Kinds, Translated, fact_tables, keep_references, translate
from warehouse.sources.source_state import note_freshness, present_tables

VIEW = "raw.raw_person"
_NO_KINDS: dict[tuple[str, str], str] = {}
_STITCHED = "raw._session_device"
Progress = Callable[[str, float], None]


def _silent(_what: str, _share: float) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class UnifyRequest:
    """How records become customers.

    `as_of` is the last day of the derived tables (None: today, UTC); `systems` names the source systems from the most
    trusted on; keys of `id_system` become customer ids where a customer has none yet; `kinds` says whose ids the
    references of a (core table, system) are, where they are not its own.
    """

    as_of: date | None = None
    journal: Journal | None = None
    systems: tuple[str, ...] = ()
    id_system: str | None = None
    kinds: Kinds = field(default_factory=lambda: _NO_KINDS)


@dataclass(frozen=True)
class Unified:
    """What came of it: the resolution (None without records), each fact table, notes for the person who asked."""

    resolution: Resolution | None
    facts: tuple[Translated, ...]
    notes: tuple[str, ...]
    seconds: float


def unify(con: duckdb.DuckDBPyConnection, request: UnifyRequest, progress: Progress = _silent) -> Unified:
    """What became of records and facts on a building connection; `progress` hears each step and the share done.

    Raises BuildError for a damaged journal, records without key, or what the database refuses.
    """
    began = time.perf_counter()
    resolution, facts = None, ()
    try:
        withdraw_decisions(con)
        if _has_people(con):
            resolution = _resolve(con, request, _part(progress, 0.0, 0.6))
            facts = tuple(_give_facts(con, request, _part(progress, 0.6, 0.85)))
        note_changes(con)
        replay_decisions(con, request.journal)
        notes = tuple(_build_mart(con, request, _part(progress, 0.85, 1.0)))
    except duckdb.Error as error:
        raise BuildError(f"Customers could not be unified: {first_line(error)}.") from error
    return Unified(resolution, facts, notes, time.perf_counter() - began)


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda what, share: progress(what, start + (end - start) * share)


def _has_people(con: duckdb.DuckDBPyConnection) -> bool:
    if "person_record" not in present_tables(con):
        return False
    return bool(con.execute("SELECT count(*) FROM core.person_record").fetchall()[0][0])


def _resolve(con: duckdb.DuckDBPyConnection, request: UnifyRequest, progress: Progress) -> Resolution:
    put_aside(con)
    _gather_people(con)
    _drop_forgotten(con, request.journal)
    _offer_ids(con, request.id_system)
    told = iter(range(1, 100))
    asked = IdentityRequest(view=VIEW, journal=request.journal, systems=request.systems)
    resolution = resolve_identities(con, asked, lambda step: progress(f"identity: {step}", min(next(told) / 7, 0.9)))
    _give_back_numbers(con, request.id_system)
    progress("core.customer", 0.95)
    write_customers(con, VIEW, request.systems)
    return resolution


def _gather_people(con: duckdb.DuckDBPyConnection) -> None:
    """View of all records: those of people, and loaded customers of which the same system has no such record."""
    con.execute(
        f"CREATE OR REPLACE VIEW {VIEW} AS SELECT * FROM core.person_record UNION ALL BY NAME"
        " SELECT first_name, last_name, primary_email AS email, primary_phone AS phone, city, postal_code,"
        " country_code, birth_date, gender, account_id, first_seen_at AS created_at, last_seen_at AS updated_at,"
        f" source_system, source_id FROM {STORE} c ANTI JOIN core.person_record p USING (source_system, source_id)"
    )


def _drop_forgotten(con: duckdb.DuckDBPyConnection, journal: Journal | None) -> None:
    """Delete records that a source handed in again although their person asked to be forgotten."""
    if journal is None or not journal.active("forget"):
        return
    gone = journal.forgotten(con.execute(f"SELECT source_system, source_id FROM {VIEW}").fetchall())
    sources = con.execute(
        "SELECT source, system FROM meta.load_mapping WHERE core_table IN ('customer', 'person_record')"
    )
    raw: dict[str, list[str]] = {}
    for source, system in sources.fetchall():
        raw.setdefault(system, []).append(source)
    for system, key in sorted(gone):
        for table in (STORE, "core.person_record"):
            con.execute(f"DELETE FROM {table} WHERE source_system = ? AND source_id = ?", [system, key])
        for source in raw.get(system, ()):
            con.execute(f"DELETE FROM raw.{identifier(source)} WHERE _key = ?", [key])


def _offer_ids(con: duckdb.DuckDBPyConnection, system: str | None) -> None:
    """Give records of the system that issues customer numbers their number as the id they had before.

    A customer who has an id keeps it: on later builds the numbers count as given now, after all others.
    """
    if system is None:
        return
    con.execute(
        "CREATE TABLE IF NOT EXISTS meta.customer_record (source_system VARCHAR, source_id VARCHAR,"
        " customer_id VARCHAR, issued_at TIMESTAMP, method VARCHAR, probability DOUBLE)"
    )
    first = not con.execute("SELECT count(*) FROM meta.customer_record").fetchall()[0][0]
    at = "coalesce(v.created_at, $now)" if first else "$now"
    con.execute(
        f"INSERT INTO meta.customer_record SELECT v.source_system, v.source_id, v.source_id, {at}, NULL, NULL"
        f" FROM {VIEW} v ANTI JOIN meta.customer_record r USING (source_system, source_id)"
        " WHERE v.source_system = $system AND v.source_id NOT IN (SELECT customer_id FROM meta.customer_record)",
        {"now": datetime.now(UTC).replace(tzinfo=None), "system": system},
    )


def _give_back_numbers(con: duckdb.DuckDBPyConnection, system: str | None) -> None:
    """Call a customer by their number again who had lost it in a merge that people took back."""
    lost = con.execute(
        "SELECT r.customer_id, min(r.source_id) FROM meta.customer_record r WHERE r.source_system = ?"
        " AND r.source_id NOT IN (SELECT customer_id FROM meta.customer_record) GROUP BY r.customer_id"
        " HAVING r.customer_id NOT IN (SELECT source_id FROM meta.customer_record WHERE source_system = ?)",
        [system, system],
    ).fetchall()
    for made, number in lost:
        for table, column in _CUSTOMER_COLUMNS:
            con.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [number, made])
        con.execute(
            "UPDATE core.identity_merge_log SET undone_at = ? WHERE undone_at IS NULL AND from_customer_id = ?",
            [datetime.now(UTC).replace(tzinfo=None), number],
        )


_CUSTOMER_COLUMNS = (
    ("meta.customer_record", "customer_id"),
    ("meta.customer_value", "customer_id"),
    ("core.customer_identity", "customer_id"),
    ("core.identity_match", "left_customer_id"),
    ("core.identity_match", "right_customer_id"),
    ("core.household_member", "customer_id"),
)


def _give_facts(con: duckdb.DuckDBPyConnection, request: UnifyRequest, progress: Progress) -> Iterator[Translated]:
    tables = fact_tables(con)
    _unstitch(con)
    for at, table in enumerate(tables):
        progress(f"customers of core.{table}", at / (len(tables) + 2))
        keep_references(con, table, request.kinds)
        yield translate(con, table)
    progress("devices and times", len(tables) / (len(tables) + 2))
    _stitch(con)
    number_orders(con)
    date_customers(con)
    note_freshness(con, present_tables(con)["customer"])


def _unstitch(con: duckdb.DuckDBPyConnection) -> None:
    """Make visits anonymous again that were given to a customer because of the device alone."""
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {_STITCHED} (source_system VARCHAR, source_id VARCHAR, ingested_at TIMESTAMP)"
    )
    if "session" in present_tables(con):
        con.execute(
            f"UPDATE core.session AS s SET customer_id = NULL FROM {_STITCHED} d WHERE s.source_system ="
            " d.source_system AND s.source_id = d.source_id AND s.ingested_at = d.ingested_at"
        )


def _stitch(con: duckdb.DuckDBPyConnection) -> None:
    """Give anonymous visits to the customer who signed in on the device, and write down which."""
    con.execute(f"DELETE FROM {_STITCHED}")
    if "session" not in present_tables(con):
        return
    seen = (
        "(SELECT rowid::VARCHAR AS event_key, anonymous_id AS device_id, started_at AS seen_at, customer_id"
        " FROM core.session WHERE NOT is_bot)"
    )
    stitch_visitors(
        con,
        seen,
        "raw._visitor",
    )
    con.execute(
        f"INSERT INTO {_STITCHED} SELECT source_system, source_id, ingested_at FROM core.session s JOIN raw._visitor v"
        " ON s.rowid = v.event_key::BIGINT WHERE s.customer_id IS NULL AND v.customer_id IS NOT NULL"
    )
    con.execute(
        "UPDATE core.session AS s SET customer_id = v.customer_id FROM raw._visitor v"
        " WHERE s.rowid = v.event_key::BIGINT AND s.customer_id IS NULL AND v.customer_id IS NOT NULL"
    )
    con.execute("DROP TABLE raw._visitor")


def _build_mart(con: duckdb.DuckDBPyConnection, request: UnifyRequest, progress: Progress) -> Iterator[str]:
    """Build the derived tables when all that they read is there; otherwise a note says what is missing."""
    missing = sorted(_read_by_mart() - set(present_tables(con)))
    if missing:
        for table in mart_tables():
            con.execute(f"DROP TABLE IF EXISTS mart.{identifier(table)}")
        yield f"The derived tables (mart) are not built: they also read {', '.join(missing)}, which no source fills."
        return
    build_mart(con, request.as_of or datetime.now(UTC).date(), progress)


def _read_by_mart() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in MART.rglob("*.sql"))
    return {name for text in texts for name in re.findall(r"\bcore\.(\w+)", re.sub(r"--.*", "", text))}
