"""One table made from its files on a building connection, every record of them accounted for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

import duckdb

from warehouse.build import first_line, identifier
from warehouse.errors import LoadError
from warehouse.sources.file_view import PLACE, check_view
from warehouse.sources.inputs import FileInput, ParquetTable, clashing_columns, union
from warehouse.sources.load_report import ColumnReport, FileReport, LoadReport, column_warnings, describe_columns
from warehouse.sources.load_request import LoadRequest
from warehouse.sources.names import column_names
from warehouse.sources.text_file import count_records
from warehouse.sources.text_kinds import GUARD
from warehouse.sources.text_table import TextTable, form_error, raw_relation, retype_columns

_VIEW = "temp.loading_view"
_PLAIN_TYPES = {
    '"NULL"': "CAST({} AS VARCHAR)",
    "TIMESTAMP WITH TIME ZONE": "timezone('UTC', {})",
    "TIMESTAMP_NS": "CAST({} AS TIMESTAMP)",
    "TIMESTAMP_MS": "CAST({} AS TIMESTAMP)",
    "TIMESTAMP_S": "CAST({} AS TIMESTAMP)",
}


@dataclass(frozen=True)
class Job:
    """A request with its files read so far that every column has a type, and what is already to be told."""

    request: LoadRequest
    inputs: tuple[FileInput, ...]
    warnings: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[TextTable | ParquetTable, ...]:
        """All files of all inputs."""
        return tuple(table for one in self.inputs for table in one.tables)

    @property
    def target(self) -> str:
        """SQL of the table's name."""
        return f"main.{identifier(self.request.table)}"

    def with_tables(self, change: Callable[[TextTable], TextTable]) -> Job:
        """The same job with its delimited files changed."""
        inputs = (
            replace(one, tables=tuple(change(t) if isinstance(t, TextTable) else t for t in one.tables))
            for one in self.inputs
        )
        return replace(self, inputs=tuple(inputs))


def run_job(con: duckdb.DuckDBPyConnection, job: Job) -> LoadReport:
    """The table made, counted against its files, described, and its freshness noted; raises LoadError."""
    job, rows = _create(con, job)
    files = tuple(_counted(con, job, rows))
    columns = describe_columns(con, job.target)
    latest = _latest(columns)
    con.execute("DELETE FROM meta.source_freshness WHERE source = ?", [job.request.table])
    now = datetime.now(UTC).replace(tzinfo=None)
    con.execute("INSERT INTO meta.source_freshness VALUES (?, ?, ?, ?)", [job.request.table, now, latest, rows])
    return LoadReport(job.request.table, rows, columns, files, tuple(_warnings(con, job, columns, rows)), latest)


def _create(con: duckdb.DuckDBPyConnection, job: Job) -> tuple[Job, int]:
    """The job with the types that hold, and its table's rows: the first records propose types, all records decide."""
    try:
        return job, _create_table(con, job)
    except duckdb.Error as error:
        job = _mended(con, job, error)
    try:
        return job, _create_table(con, job)
    except duckdb.Error as error:
        raise _failure(job, error) from error


def _create_table(con: duckdb.DuckDBPyConnection, job: Job) -> int:
    if job.request.view_sql is None:
        relation, names = f"({union(job.tables)})", None
    else:
        relation, names = _VIEW, _create_view(con, job, job.request.view_sql)
    columns = con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    raw = names or [column[0] for column in columns]
    valid = column_names(raw, PLACE if names else str(job.tables[0].source))
    cells = ", ".join(
        f"{_PLAIN_TYPES.get(column[1], '{}').format(f'c{at}')} AS {identifier(name)}"
        for at, (column, name) in enumerate(zip(columns, valid, strict=True))
    )
    aliases = ", ".join(f"c{at}" for at in range(len(columns)))
    sql = f"CREATE OR REPLACE TABLE {job.target} AS SELECT {cells} FROM {relation} AS loading({aliases})"
    made = con.execute(sql).fetchone()
    return made[0] if made else 0


def _create_view(con: duckdb.DuckDBPyConnection, job: Job, sql: str) -> tuple[str, ...]:
    """The person's SELECT made a view over the inputs; its column names, as written."""
    inputs: dict[str, list[tuple[str, str]]] = {}
    for one in job.inputs:
        columns = [(row[0], row[1]) for row in con.execute(f"DESCRIBE {one.select()}").fetchall()]
        for name in one.names:
            inputs[name] = columns
            con.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(name)} AS {one.select()}")
    names = check_view(sql, inputs)
    column_names(names, PLACE)  # before the database makes two of one name a and a_1
    con.execute(f"CREATE OR REPLACE TEMP VIEW {_VIEW} AS {sql}")
    return names


def _mended(con: duckdb.DuckDBPyConnection, job: Job, error: duckdb.Error) -> Job:
    """The job with types found on all records, if the first ones misled; raises LoadError if that is not the cause."""
    texts = [table for table in job.tables if isinstance(table, TextTable)]
    for table in texts:
        broken = form_error(con, table.text, table.options)
        if broken:
            raise broken from error
    if GUARD not in str(error):
        raise _failure(job, error) from error
    return job.with_tables(lambda table: retype_columns(con, table))


def _failure(job: Job, error: duckdb.Error) -> LoadError:
    # a conversion that the reader of the file does itself is reported by line and by our inner column names
    conversion = re.search("Could not convert .*", str(error))
    reason = f"{(conversion[0] if conversion else first_line(error)).rstrip('.')}."
    if job.request.view_sql is not None:
        return LoadError(reason, file=PLACE, remedy="Correct the SELECT, or the type of a column.")
    files = ", ".join(str(table.source) for table in job.tables[:3])
    return LoadError(reason, file=files, remedy="Give the columns of the files the same types.")


def _counted(con: duckdb.DuckDBPyConnection, job: Job, rows: int) -> Iterator[FileReport]:
    """Every file with its records; raises LoadError where the database read more or fewer than the file holds."""
    agreed = job.request.view_sql is None and rows == sum(_own_count(table) for table in job.tables)
    for table in job.tables:
        if isinstance(table, ParquetTable):
            yield FileReport(table.source, table.rows)
        else:
            read = table.text.records if agreed else _records_read(con, table)
            yield FileReport(table.text.source, read, table.text.encoding, table.text.dialect.delimiter)


def _own_count(table: TextTable | ParquetTable) -> int:
    return table.rows if isinstance(table, ParquetTable) else table.text.records


def _records_read(con: duckdb.DuckDBPyConnection, table: TextTable) -> int:
    row = con.execute(f"SELECT count(*) FROM {raw_relation(table.text, table.options)}").fetchone()
    read = row[0] if row else 0
    own = table.text.records if read == table.text.records else count_records(table.text)
    if read != own:
        raise LoadError(
            f"the file holds {own:,} records, but {read:,} could be read.",
            file=str(table.source),
            remedy="Check its quotes: a quote that opens a cell must close it, and is written twice inside one.",
        )
    return read


def _latest(columns: tuple[ColumnReport, ...]) -> datetime | None:
    """Latest time of the table that is not after now, or the earliest of the columns' latest if all are.

    Columns of what is yet to come (due dates, ends of contracts) must not make old data look fresh.
    """
    ends = [_moment(column.maximum) for column in columns if column.type in ("DATE", "TIMESTAMP") and column.maximum]
    past = [end for end in ends if end <= datetime.now(UTC).replace(tzinfo=None)]
    return max(past) if past else min(ends, default=None)


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _warnings(con: duckdb.DuckDBPyConnection, job: Job, columns: tuple[ColumnReport, ...], rows: int) -> Iterator[str]:
    yield from job.warnings
    if not rows:
        yield f"Table {job.request.table} is empty: the files hold a header and no rows, or the view lets none through."
    yield from _file_notes(job)
    if job.request.view_sql is None:
        clashing = {column_names([name])[0] for name in clashing_columns(job.tables)}
        for column in columns:
            if column.name.casefold() in clashing:
                yield f"Column {column.name} is of different types in different files: kept as text."
    declared = {name.casefold() for name in job.request.options.types}
    yield from column_warnings(con, job.target, columns, declared) if rows else ()


def _file_notes(job: Job) -> Iterator[str]:
    """What is to be told about how files were read, once for all files that it is true of."""
    files: dict[str, list[str]] = {}
    for table in job.tables:
        for note in table.notes() if isinstance(table, TextTable) else ():
            files.setdefault(note, []).append(table.source.name)
    for note, names in files.items():
        more = f" and {len(names) - 1} more files" if len(names) > 1 else ""
        yield f"{names[0]}{more}: {note}"
