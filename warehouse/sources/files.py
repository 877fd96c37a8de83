"""Tables from files that a person names: CSV and its kin, Parquet, several at once, through a SELECT of their own.

All or nothing: a load publishes a table in which every record of every file is accounted for, or it raises LoadError
naming file, line, column and remedy, and the snapshot stays as it was. Remedies name the options of the command line;
they are the fields of `ReadOptions` and `LoadRequest`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

import duckdb

from warehouse.build import literal, publish, set_snapshot
from warehouse.errors import LoadError
from warehouse.sources.file_job import Job, run_job
from warehouse.sources.inputs import read_inputs
from warehouse.sources.load_report import LoadReport
from warehouse.sources.load_request import LoadRequest, Progress
from warehouse.sources.names import table_name
from warehouse.sources.text_table import TextTable


def _silent(what: str, share: float) -> None:
    """Progress for those who do not look."""


def load_files(directory: Path, request: LoadRequest, progress: Progress = _silent) -> LoadReport:
    """What was loaded into the published snapshot of this warehouse directory.

    Raises LoadError for anything wrong with the files, the name or the SELECT, BuildError when publishing fails.
    """
    return load_many(directory, [request], progress)[0]


def load_many(directory: Path, requests: Sequence[LoadRequest], progress: Progress = _silent) -> tuple[LoadReport, ...]:
    """What was loaded for each request, all of them published at once or none; raises as `load_files` does."""
    started = time.perf_counter()
    named = [replace(request, table=table_name(request.table)) for request in requests]
    fresh = any(request.fresh for request in named)
    with publish(directory, start="empty" if fresh else "copy") as con, _room(directory) as room:
        jobs = list(_prepare(con, named, room, progress))
        _lock(con, jobs)
        reports: list[LoadReport] = []
        for at, job in enumerate(jobs):
            progress(f"Loading {job.request.table}", 0.3 + 0.6 * at / len(jobs))
            reports.append(run_job(con, job))
        progress("Publishing", 0.9)
        _stamp(con, named)
    progress("Done", 1.0)
    seconds = time.perf_counter() - started
    return tuple(replace(report, seconds=seconds) for report in reports)


@contextmanager
def _room(directory: Path) -> Generator[Path]:
    """A directory for links and rewritten files; its name lets the next builder clear it up if this one is killed."""
    with tempfile.TemporaryDirectory(prefix="building-", dir=directory) as room:
        yield Path(room)


def _prepare(
    con: duckdb.DuckDBPyConnection, requests: Sequence[LoadRequest], room: Path, progress: Progress
) -> Iterator[Job]:
    """Requests with their files read so far that every column has a type."""
    for at, request in enumerate(requests):
        if not request.files:
            raise LoadError("no file is named.", remedy="Name at least one CSV or Parquet file.")
        warnings = (*_name_warnings(con, request), *_company_warning(con))
        progress(f"Reading {', '.join(Path(file).name for file in request.files)}", 0.3 * at / len(requests))
        job = Job(request, tuple(read_inputs(con, request.files, request.options, room)), warnings)
        _check_typed_columns(job)
        yield job


def _check_typed_columns(job: Job) -> None:
    known = {column.name for table in job.tables if isinstance(table, TextTable) for column in table.columns}
    folded = {name.casefold() for name in known}
    for name in job.request.options.types:
        if name.casefold() not in folded:
            near = get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"The columns are {', '.join(sorted(known))[:200]}."
            raise LoadError(f"there is no column {name} to give a type.", file=str(job.request.files[0]), remedy=hint)


def _name_warnings(con: duckdb.DuckDBPyConnection, request: LoadRequest) -> Iterator[str]:
    """Raise LoadError when the table's name is taken and may not be; tell when it hides a table."""
    name = request.table
    rows = con.execute("SELECT schema_name FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [name])
    places = {row[0] for row in rows.fetchall()}
    if "meta" in places:
        raise LoadError(f"'{name}' is a table of the snapshot itself.", remedy="Use another table name.")
    if "main" in places and request.replace is False:
        raise LoadError(f"the table {name} is there already.", remedy="Use --replace, or another table name.")
    taken = places & {"core", "mart"}
    if (taken or (name in _core_tables() and _has_core(con))) and request.replace is not True:
        reason = f"'{name}' is a table of the customer warehouse."
        raise LoadError(reason, remedy="Use another table name, or --replace to have yours read in its place.")
    if taken:
        yield f"Table {name} is now read in place of {min(taken)}.{name}."


def _has_core(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the snapshot holds the customer tables, so that a name of theirs means one of them."""
    return con.execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'core'").fetchone() != (0,)


def _core_tables() -> frozenset[str]:
    folder = resources.files("warehouse").joinpath("schema", "core")
    return frozenset(entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql"))


def _company_warning(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    row = con.execute("SELECT kind, as_of FROM meta.snapshot").fetchone()
    if row and row[0] == "demo":
        day = f", and {row[1]} counts as today" if row[1] else ""
        yield f"The snapshot also holds the demo company{day}: use --fresh to begin with your own data alone."


def _lock(con: duckdb.DuckDBPyConnection, jobs: Sequence[Job]) -> None:
    """Let the connection open nothing but the files of these jobs from here on: a person's SELECT is about to run."""
    paths = ", ".join(literal(str(table.path.resolve())) for job in jobs for table in job.tables)
    con.execute("SET python_enable_replacements = false")
    con.execute(f"SET allowed_paths = [{paths}]")
    con.execute("SET enable_external_access = false")


def _stamp(con: duckdb.DuckDBPyConnection, requests: Sequence[LoadRequest]) -> None:
    """Note what built the snapshot; the last request that names a day decides which day counts as today."""
    row = con.execute("SELECT as_of FROM meta.snapshot").fetchone()
    days = [request.as_of for request in requests if request.as_of]
    set_snapshot(con, "files", days[-1] if days else row[0] if row else None)
