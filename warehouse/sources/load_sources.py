"""Every declared source loaded into raw and core: counted, drift told, bad rows kept aside, published at once.

Each source is one transaction within the build: a source that cannot be read leaves its rows as they were and does
not keep the others from loading. Nothing is published when all of them fail.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import duckdb

from warehouse.build import first_line, identifier, publish, set_snapshot
from warehouse.errors import LoadError
from warehouse.journal import Journal
from warehouse.profiles import put_back
from warehouse.quality import QualityCheck, run_checks
from warehouse.sources.core_tables import core_tables
from warehouse.sources.declared import Source, Sources
from warehouse.sources.incremental import TYPED, Counts, Target, apply, decide, raw_columns
from warehouse.sources.load_request import Progress
from warehouse.sources.quarantine import commonest_reasons, quarantine
from warehouse.sources.readers import read_file, read_query
from warehouse.sources.reading import Reading
from warehouse.sources.source_files import SourceFile, source_files
from warehouse.sources.source_state import (
    Known,
    drift,
    empty_target,
    fit_raw_table,
    last_watermark,
    make_core_table,
    note_run,
    now,
    prepare,
    recall,
    remember,
)
from warehouse.sources.staging import BAD, BATCH, Batch, stage
from warehouse.sources.typed_rows import leave_out_forgotten, type_rows
from warehouse.unify import Unified, UnifyRequest, unify

_LOADING, _UNIFIED = 0.6, 0.95  # shares of the work
_FEW = 20  # so many bad rows never stop a source, whatever their share


@dataclass(frozen=True)
class SourceReport:
    """What one source brought: counts that add up to the rows read, reasons of the rows put aside, notes."""

    source: str
    table: str | None
    counts: Counts
    files_skipped: int
    reasons: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class SourceFailure:
    """A source that could not be loaded, and why; its rows of before are still there."""

    source: str
    message: str


@dataclass(frozen=True)
class RunReport:
    """All sources of one run: those that were loaded, those that failed, and the checks of all data that failed.

    `unified` tells who the customers are now, and how many facts found theirs.
    """

    loaded: tuple[SourceReport, ...]
    failed: tuple[SourceFailure, ...]
    alarms: tuple[QualityCheck, ...] = ()
    unified: Unified | None = None


def load_sources(
    directory: Path, sources: Sources, progress: Progress, only: Collection[str] = (), fresh: bool = False
) -> RunReport:
    """What each source brought to the published snapshot of this warehouse directory.

    `only` names the sources to load (default: all), `fresh` begins with nothing. Raises LoadError when none of them
    could be loaded, BuildError when publishing fails.
    """
    with publish(directory, start="empty" if fresh else "copy") as con:
        _refuse_demo(con)
        _refuse_hidden(con)
        report = load_into(con, directory, Run(sources, tuple(only)), progress)
        progress("Publishing", 0.97)
    progress("Done", 1.0)
    return report


def unify_again(directory: Path, sources: Sources, progress: Progress) -> Unified:
    """Who the customers are now that people decided otherwise; nothing is loaded, the rest is published as it was.

    Raises BuildError when publishing fails.
    """
    with publish(directory) as con:
        rows = con.execute("SELECT as_of FROM meta.snapshot").fetchall()
        journal = Journal(directory.parent / "journal" / "decisions.jsonl")
        unified = unify(con, _unify_request(sources, journal, rows[0][0] if rows else None), progress)
    progress("Done", 1.0)
    return unified


@dataclass(frozen=True)
class Run:
    """What is loaded: the declared sources, names of some of them (empty: all), the last day of the derived tables
    (None: as before, or today), and what the snapshot is called after."""

    sources: Sources
    only: tuple[str, ...] = ()
    as_of: date | None = None
    kind: str = "sources"


def load_into(con: duckdb.DuckDBPyConnection, directory: Path, run: Run, progress: Progress) -> RunReport:
    """What each source brought to a building connection, customers unified and derived tables built.

    `directory` is the warehouse directory that is built in; decisions of people lie in the journal beside it. Raises
    LoadError when no source could be loaded.
    """
    entries = _chosen(run.sources, run.only)
    loaded: list[SourceReport] = []
    failed: list[SourceFailure] = []
    journal = Journal(directory.parent / "journal" / "decisions.jsonl")
    prepare(con)
    put_back(con)
    with _room(directory) as room:
        for at, (name, source) in enumerate(entries.items()):
            progress(f"Loading {name}", _LOADING * at / len(entries))
            target = Target(name, source, core_tables()[source.table] if source.table else None)
            try:
                loaded.append(_load(con, target, _Place(run.sources.folder, room, journal)))
            except LoadError as error:
                failed.append(SourceFailure(name, str(error)))
    if failed and not loaded:
        raise LoadError("\n".join(f"{one.source}: {one.message}" for one in failed))
    as_of = _set_snapshot(con, run)
    request = _unify_request(run.sources, journal, as_of)
    unified = unify(con, request, lambda what, share: progress(what, _LOADING + (_UNIFIED - _LOADING) * share))
    progress("Checking", _UNIFIED)
    checks = run_checks(con, run.sources.entries)
    return RunReport(tuple(loaded), tuple(failed), tuple(check for check in checks if not check.passed), unified)


def _set_snapshot(con: duckdb.DuckDBPyConnection, run: Run) -> date | None:
    row = con.execute("SELECT as_of FROM meta.snapshot").fetchone()
    as_of = run.as_of or (row[0] if row else None)
    set_snapshot(con, run.kind, as_of)
    return as_of


def _unify_request(sources: Sources, journal: Journal, as_of: date | None) -> UnifyRequest:
    """Systems are trusted in the order in which the file names them."""
    systems = dict.fromkeys(source.system or name for name, source in sources.entries.items())
    issuing = (source.system or name for name, source in sources.entries.items() if source.customer_ids)
    kinds = {
        (source.table, source.system or name): source.columns["customer_id"].of
        for name, source in sources.entries.items()
        if source.table and "customer_id" in source.columns and source.columns["customer_id"].of
    }
    return UnifyRequest(
        as_of=as_of,
        journal=journal,
        systems=tuple(systems),
        id_system=next(issuing, None),
        kinds={key: of for key, of in kinds.items() if of},
    )


@dataclass(frozen=True)
class _Place:
    """Where files are looked for, where rewritten ones may be put, and what people decided."""

    folder: Path
    room: Path
    journal: Journal


def _chosen(sources: Sources, only: Collection[str]) -> Mapping[str, Source]:
    for name in only:
        if name not in sources.entries:
            near = get_close_matches(name, sources.entries, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(sources.entries)}."
            raise LoadError(f"there is no source {name}.", remedy=hint)
    entries = {name: source for name, source in sources.entries.items() if not only or name in only}
    if not entries:
        raise LoadError("no source is declared.", remedy="Write one with `tellwise load --guess FILE`.")
    return entries


@contextmanager
def _room(directory: Path) -> Generator[Path]:
    """A directory for rewritten files; its name lets the next builder clear it up if this one is killed."""
    with tempfile.TemporaryDirectory(prefix="building-", dir=directory) as room:
        yield Path(room)


def _refuse_hidden(con: duckdb.DuckDBPyConnection) -> None:
    """Raise LoadError when the customer tables are about to come where a table of the person has the name of one."""
    rows = con.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    own = sorted({name for place, name in rows if place == "main"} & set(core_tables()))
    if own and not any(place == "core" for place, _ in rows):
        reason = f"the table {own[0]}, loaded by itself, has the name of a table of the customer warehouse."
        raise LoadError(reason, remedy="Load it under another name, or all sources with --fresh.")


def _refuse_demo(con: duckdb.DuckDBPyConnection) -> None:
    if con.execute("SELECT kind FROM meta.snapshot").fetchone() == ("demo",):
        reason = "the warehouse holds the demo company, and your customers would be counted with its."
        raise LoadError(reason, remedy="Use --fresh to begin with your own data alone.")


def _load(con: duckdb.DuckDBPyConnection, target: Target, place: _Place) -> SourceReport:
    """One source read, judged and applied; raises LoadError and leaves its tables as they were."""
    started, clock = now(), time.perf_counter()
    known = recall(con, target)
    try:
        batch, files, skipped = _read(con, target, known, place)
        told, kinds = drift(con, known, batch.names) if batch.names else ((), {})
        con.execute("BEGIN")
        try:
            counts, reasons, notes = _apply(con, target, batch, known, place.journal)
            remember(con, target, files, kinds)
            note_run(con, target, started, counts, (*told, *notes))
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
    except duckdb.Error as error:
        raise LoadError(f"{first_line(error)}.", file=target.name) from error
    table = target.table.name if target.table else None
    seconds = time.perf_counter() - clock
    return SourceReport(target.name, table, counts, skipped, reasons, (*told, *notes), seconds)


def _read(
    con: duckdb.DuckDBPyConnection, target: Target, known: Known, place: _Place
) -> tuple[Batch, list[tuple[SourceFile, int]], int]:
    """The batch of what is new to this source, its files with their records, and how many were known already."""
    batch = Batch(con)
    if known.remap:
        _stage_raw(batch, target)
    if not target.source.files:
        last = last_watermark(con, target) if known.same_mapping else None
        reading = read_query(target.source, target.name, last, place.folder)
        _check_columns(target, reading)
        stage(batch, reading, 1)
        return batch, [], 0
    files = source_files(place.folder, target.source.files)
    fresh = [file for file in files if known.files.get(file.name) != file.checksum]
    read: list[tuple[SourceFile, int]] = []
    for number, file in enumerate(fresh, 1):
        records = 0
        for reading in read_file(con, file, target.source, place.room):
            _check_columns(target, reading)
            records += stage(batch, reading, number)
        read.append((file, records))
    return batch, read, len(files) - len(fresh)


def _stage_raw(batch: Batch, target: Target) -> None:
    """Rows that were loaded by another mapping, to be mapped anew; their files may be gone."""
    names = raw_columns(batch.con, target)
    batch.again = True
    for name in names:
        batch.columns[name.casefold()] = name
        batch.con.execute(f"ALTER TABLE {BATCH} ADD COLUMN {identifier(name)} VARCHAR")
    if names:
        cells = ", ".join(map(identifier, names))
        batch.con.execute(f"INSERT INTO {BATCH} BY NAME SELECT _file, _line, {cells} FROM {target.raw}")


def _check_columns(target: Target, reading: Reading) -> None:
    """Raise LoadError when a column that the mapping uses is missing in this file."""
    known = {name.casefold() for name in reading.columns}
    needed = dict.fromkeys((*target.key, *target.source.used_columns()))
    missing = [name for name in needed if name.casefold() not in known]
    if missing:
        near = get_close_matches(missing[0], reading.columns, 1)
        hint = f"Is it {near[0]} now?" if near else f"It has {', '.join(reading.columns)[:200]}."
        more = f" (and {', '.join(missing[1:])})" if missing[1:] else ""
        reason = f"the column {missing[0]} that the mapping uses is missing{more}."
        raise LoadError(reason, file=reading.name, remedy=f"{hint} Correct the mapping or the file.")


def _apply(
    con: duckdb.DuckDBPyConnection, target: Target, batch: Batch, known: Known, journal: Journal
) -> tuple[Counts, tuple[tuple[str, int], ...], tuple[str, ...]]:
    if target.table:
        make_core_table(con, target.table)
    if not batch.names:
        return Counts(), (), ()
    if known.remap:
        empty_target(con, target)
    fit_raw_table(con, target, batch.names)
    type_rows(con, target)
    forgotten = leave_out_forgotten(con, target, journal)
    found = decide(con, target, batch)
    aside = quarantine(con, target.name, batch, TYPED, now())
    counts = Counts(found.inserted, found.updated, found.unchanged, found.superseded, aside)
    _check_sum(con, target, counts)
    reasons = commonest_reasons(con, TYPED)
    _refuse_too_many(target, counts, reasons)
    apply(con, target, batch, now())
    return counts, reasons, tuple(_notes(con, known, forgotten))


def _check_sum(con: duckdb.DuckDBPyConnection, target: Target, counts: Counts) -> None:
    row = con.execute(f"SELECT (SELECT count(*) FROM {BATCH}) + (SELECT count(*) FROM {BAD})").fetchone()
    if row != (counts.rows_in,):
        reason = f"{row[0] if row else 0:,} rows were read, but {counts.rows_in:,} are accounted for."
        raise LoadError(reason, file=target.name, remedy="Nothing was changed; please report this.")


def _refuse_too_many(target: Target, counts: Counts, reasons: Sequence[tuple[str, int]]) -> None:
    """Raise LoadError when so many rows are bad that the mapping, not the rows, must be wrong."""
    if counts.quarantined > max(_FEW, target.source.max_quarantined * counts.rows_in):
        told = " ".join(f"{rows:,} rows: {reason}" for reason, rows in reasons[:3])
        raise LoadError(
            f"{counts.quarantined:,} of {counts.rows_in:,} rows cannot be taken. {told}",
            file=target.name,
            remedy="Correct the mapping, or raise max_quarantined if this is as it should be.",
        )


def _notes(con: duckdb.DuckDBPyConnection, known: Known, forgotten: int) -> Iterator[str]:
    if forgotten:
        yield f"{forgotten:,} rows of people who asked to be forgotten were left out; tell the source."
    if known.remap:
        yield "The mapping changed: all rows loaded before were mapped anew."
    row = con.execute(f"SELECT count(*) FROM {TYPED} WHERE _rounded AND _reason IS NULL").fetchone()
    if row and row[0]:
        yield f"{row[0]:,} rows hold amounts with more than two decimals: rounded to cents."
