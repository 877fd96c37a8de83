"""Which reader a file or an address is for; what it hands out is the same for all of them: records of text cells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse.build import first_line, identifier, literal
from warehouse.errors import LoadError
from warehouse.sources.databases import Query, read_database
from warehouse.sources.declared import Source
from warehouse.sources.delimited import read_delimited
from warehouse.sources.json_records import read_json
from warehouse.sources.reading import BadRow, Reading, Row
from warehouse.sources.source_files import SourceFile
from warehouse.sources.unpacking import PACKED, unpacked
from warehouse.sources.web_api import read_api
from warehouse.sources.workbooks import WORKBOOKS, read_workbook

_JSON = (".json", ".jsonl", ".ndjson")
_PARQUET = (".parquet", ".pq")
_FOREIGN = (".feather", ".arrow", ".orc", ".avro", ".duckdb", ".pdf", ".doc", ".docx", ".db", ".sqlite", ".sqlite3")


def read_file(con: duckdb.DuckDBPyConnection, file: SourceFile, source: Source, room: Path) -> Iterator[Reading]:
    """The readings of one file, several where it is an archive; raises LoadError naming the file as the person does."""
    number = sum(1 for _ in room.iterdir())
    # a name without letters that mean something in a pattern
    link = room / f"{number}{file.path.suffix.lower()}"
    link.symlink_to(file.path.resolve())
    parts = unpacked(file.name, link, room) if link.suffix in PACKED else iter([(file.name, link)])
    for name, path in parts:
        try:
            yield _read(con, name, path, source, room)
        except LoadError as error:
            if not error.file.startswith(str(room)):
                raise
            told = LoadError(error.reason, file=name, line=error.line, column=error.column, remedy=error.remedy)
            raise told from error


def _read(con: duckdb.DuckDBPyConnection, name: str, path: Path, source: Source, room: Path) -> Reading:
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        return read_workbook(name, path, source.sheet, source.skip)
    if suffix in _JSON:
        return read_json(name, path)
    if suffix in _PARQUET:
        return _read_parquet(con, name, path)
    if suffix in _FOREIGN:
        remedy = "Export it as CSV or Parquet; an SQLite file is named as database: sqlite:///FILE."
        raise LoadError(f"{suffix} files are not read.", file=name, remedy=remedy)
    return read_delimited(name, path, source.read_options(), room)


def _read_parquet(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> Reading:
    relation = f"read_parquet({literal(str(path))})"
    try:
        columns = con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        rows = con.execute(f"SELECT num_rows FROM parquet_file_metadata({literal(str(path))})").fetchall()
    except duckdb.Error as error:
        remedy = "Copy or export it again."
        raise LoadError("it is not a Parquet file, or a damaged one.", file=name, remedy=remedy) from error
    cells = ", ".join(f"{_as_text(identifier(column[0]), column[1])}" for column in columns)
    sql = f"SELECT {cells} FROM {relation}"

    def broken() -> Iterator[Row | BadRow]:
        try:
            con.execute(f"SELECT count(*) FROM ({sql})").fetchall()
        except duckdb.Error as error:
            raise LoadError(f"{first_line(error)}.", file=name, remedy="Copy or export it again.") from error
        raise LoadError("it holds another number of rows than it says.", file=name, remedy="Export it again.")

    return Reading(name, tuple(column[0] for column in columns), broken, sql, rows[0][0] if rows else 0)


def _as_text(column: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        column = f"timezone('UTC', {column})"
    elif kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        column = f"to_json({column})"
    return f"CAST({column} AS VARCHAR)"


def read_query(source: Source, name: str, last: str | None, folder: Path) -> Reading:
    """The reading of a database or an API, from the watermark `last` on; raises LoadError as their readers say."""
    if source.api is not None:
        return read_api(name, source.api, source.watermark, last)
    if source.database is None or source.query is None:
        raise LoadError("it names neither files nor a database.", file=name)
    return read_database(name, Query(source.database, source.query, source.watermark, last), folder)
