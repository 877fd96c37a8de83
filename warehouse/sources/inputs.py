"""Files of one load made relations: each argument (a file or a glob) becomes one, whatever its files are."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from warehouse.build import first_line, identifier, literal
from warehouse.errors import LoadError
from warehouse.sources.json_records import read_json
from warehouse.sources.load_request import ReadOptions
from warehouse.sources.names import column_names
from warehouse.sources.reading import BadRow
from warehouse.sources.text_file import TextFile, read_text
from warehouse.sources.text_table import TextTable, form_error, type_columns
from warehouse.sources.workbooks import WORKBOOKS, read_workbook, sheet_names

_PARQUET = (".parquet", ".pq")
_JSON = (".json", ".jsonl", ".ndjson")
_OTHER = {
    ".feather",
    ".arrow",
    ".orc",
    ".avro",
    ".zip",
    ".duckdb",
    ".pdf",
    ".doc",
    ".docx",
    ".numbers",
    ".db",
    ".sqlite",
}
_NUMERIC = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "FLOAT", "DOUBLE", "DECIMAL"}  # fmt: skip
_TIMES = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"}


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file: where the person and where the database finds it, its columns with their types, its rows."""

    source: Path
    path: Path
    columns: tuple[tuple[str, str], ...]
    rows: int

    def select(self) -> str:
        """SQL of its rows."""
        cells = ", ".join(f"{identifier(name)} AS {identifier(name)}" for name, _ in self.columns)
        return f"SELECT {cells} FROM read_parquet({literal(str(self.path))})"


@dataclass(frozen=True)
class FileInput:
    """One argument of a load: the names under which a view may use it, and its files."""

    names: tuple[str, ...]
    tables: tuple[TextTable | ParquetTable, ...]

    def select(self) -> str:
        """SQL of the rows of all its files, columns matched by name."""
        return union(self.tables)


def read_inputs(
    con: duckdb.DuckDBPyConnection, arguments: Sequence[str | Path], options: ReadOptions, room: Path
) -> Iterator[FileInput]:
    """The inputs one after the other; links and rewritten files are put into `room`, and nothing outside is read later.

    Raises LoadError for a file that is missing, of another kind, or broken.
    """
    stems = [Path(argument).stem.removesuffix(".csv") for argument in arguments]
    for number, argument in enumerate(arguments, 1):
        tables = tuple(_read_table(con, path, options, room) for path in _paths(str(argument)))
        alias = column_names([stems[number - 1]])[0].lower()
        own = stems.count(stems[number - 1]) == 1 and not glob.has_magic(str(argument)) and not alias.startswith("file")
        yield FileInput((f"file{number}", alias) if own else (f"file{number}",), tables)


def union(tables: Sequence[TextTable | ParquetTable]) -> str:
    """SQL of the rows of all tables, columns matched by name without regard to case.

    A column that is text in one file is text in all, as written; the database's own union would turn 007 to 7 first.
    """
    clashing = clashing_columns(tables)
    selects = (
        table.with_text(clashing).select() if isinstance(table, TextTable) else table.select() for table in tables
    )
    return " UNION ALL BY NAME ".join(selects)


def clashing_columns(tables: Sequence[TextTable | ParquetTable]) -> frozenset[str]:
    """Names (casefolded) of columns that are of different families of types in different files."""
    families: dict[str, set[str]] = {}
    for table in tables:
        for name, kind in _typed(table):
            families.setdefault(name.casefold(), set()).add(_family(kind))
    return frozenset(name for name, found in families.items() if len(found) > 1)


def _typed(table: TextTable | ParquetTable) -> Iterator[tuple[str, str]]:
    if isinstance(table, ParquetTable):
        yield from table.columns
    else:
        yield from ((column.name, column.type) for column in table.columns if column.filled)


def _family(kind: str) -> str:
    bare = kind.partition("(")[0]
    return "number" if bare in _NUMERIC else "time" if bare in _TIMES else bare


def _paths(argument: str) -> list[Path]:
    """Files that the argument means, a file before a pattern of the same name."""
    path = Path(os.path.expanduser(argument))
    if path.is_dir():
        raise LoadError("it is a directory.", file=argument, remedy=f"Name its files, such as '{path}/*.csv'.")
    if path.is_file():
        return [path]
    if path.exists():
        raise LoadError("it is not a plain file.", file=argument, remedy="Save the data to a file first.")
    found = sorted(Path(name) for name in glob.glob(str(path), recursive=True) if Path(name).is_file())
    if not found:
        pattern = glob.has_magic(argument)
        reason = "no file has such a name." if pattern else "the file does not exist."
        raise LoadError(reason, file=argument, remedy="Check the path; relative paths start where you run the command.")
    return found


def _read_table(
    con: duckdb.DuckDBPyConnection, source: Path, options: ReadOptions, room: Path
) -> TextTable | ParquetTable:
    suffix = source.suffix.lower()
    if suffix in _OTHER:
        raise LoadError(f"{suffix} files are not read.", file=str(source), remedy="Export it as CSV or Parquet.")
    number = sum(1 for _ in room.iterdir())
    # a link without letters that mean something in a pattern, in a place that stays readable behind the lock
    link = room / f"{number}{'.parquet' if suffix in _PARQUET else '.csv'}{'.gz' if suffix == '.gz' else ''}"
    link.symlink_to(source.resolve())
    if suffix in _PARQUET:
        return _parquet(con, source, link)
    if suffix in (*WORKBOOKS, *_JSON):
        text = _cells_text(source, suffix, options, room / f"{number}.cells.csv")
    else:
        text = read_text(source, options, room / f"{number}.rewritten.csv")
    text = replace(text, path=link) if text.path == source else text
    try:
        return type_columns(con, text, options)
    except duckdb.Error as error:
        raise form_error(con, text, options) or LoadError(f"{first_line(error)}.", file=str(source)) from error


def _cells_text(source: Path, suffix: str, options: ReadOptions, written: Path) -> TextFile:
    """A workbook's sheet or a file of JSON objects as a delimited file; raises LoadError at a record without cells."""
    if suffix in _JSON:
        reading, notes = read_json(str(source), source), ()
    else:
        reading = read_workbook(str(source), source, options.sheet, options.skip)
        notes = tuple(_other_sheets(source, reading.name, options.sheet))
    with written.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(reading.columns)
        for row in reading.rows():
            if isinstance(row, BadRow):
                raise LoadError(row.reason, file=reading.name, line=row.line, remedy="Mend the row and save it again.")
            sheet.writerow(row[1])
    plain = replace(options, delimiter=",", encoding="utf-8", header=None, skip=0)
    text = read_text(written, plain, written.with_suffix(".rewritten.csv"))
    return replace(text, source=source, notes=(*notes, *text.notes))


def _other_sheets(source: Path, read: str, named: str | None) -> Iterator[str]:
    """That a workbook has more sheets than the one which was read, when nobody said which."""
    more = [name for name in sheet_names(str(source), source) if not read.endswith(f"#{name}")]
    if more and named is None:
        yield f"Only the sheet {read.rpartition('#')[2]} is read; --sheet names another: {', '.join(more)}."


def _parquet(con: duckdb.DuckDBPyConnection, source: Path, link: Path) -> ParquetTable:
    try:
        columns = con.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(link))})").fetchall()
        rows = con.execute(f"SELECT num_rows FROM parquet_file_metadata({literal(str(link))})").fetchone()
    except duckdb.Error as error:
        remedy = "Copy or export it again."
        raise LoadError("it is not a Parquet file, or a damaged one.", file=str(source), remedy=remedy) from error
    column_names([column[0] for column in columns], str(source))
    return ParquetTable(source, link, tuple((column[0], column[1]) for column in columns), rows[0] if rows else 0)
