"""Rows of one query on another database, cells as text; after the first load only rows from the watermark on.

SQLite is read by the standard library, every other database through SQLAlchemy. Both are opened for reading alone.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.errors import LoadError
from warehouse.sources.reading import BadRow, Reading, Row, text_of

_AT_ONCE = 5_000
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Query:
    """What is asked of a database: its address, a SELECT or a table's name, and from where on (None: everything)."""

    database: str
    sql: str
    watermark: str | None = None
    last: str | None = None


def read_database(name: str, query: Query, folder: Path) -> Reading:
    """The query's rows; raises LoadError when the database cannot be reached or refuses, without any password."""
    address = _with_environment(query.database)
    if address.startswith(_SQLITE):
        columns, rows = _read_sqlite(name, folder / address.removeprefix(_SQLITE), query)
    else:
        columns, rows = _read_other(name, address, query)

    def numbered() -> Iterator[Row | BadRow]:
        for number, row in enumerate(rows, 1):
            yield number, [text_of(cell) for cell in row]

    return Reading(name, columns, numbered)


def _with_environment(address: str) -> str:
    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise LoadError(f"the environment has no {match[1]}.", remedy=f"Set {match[1]} and try again.")
        return found

    return re.sub(r"\$\{(\w+)\}", value, address)


def _select(query: Query, mark: str, quote: str) -> str:
    sql = query.sql.strip().rstrip(";")
    if re.fullmatch(r"[\w.]+", sql):
        sql = f"SELECT * FROM {sql}"
    if query.last is None or query.watermark is None:
        return sql
    # rows of the very moment are read again: some of them may have come later; those known already change nothing
    column = query.watermark.replace(quote, quote * 2)
    return f"SELECT * FROM ({sql}) AS source_rows WHERE {quote}{column}{quote} >= {mark}"


def _last(text: str) -> Any:
    """The watermark as a value that compares as its column does: a number, a moment, or the text."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


_Rows = tuple[tuple[str, ...], Iterator[Any]]


def _read_sqlite(name: str, path: Path, query: Query) -> _Rows:
    if not path.is_file():
        raise LoadError("the database file does not exist.", file=str(path), remedy="Check the path after sqlite:///.")
    last = () if query.last is None else (int(query.last) if query.last.lstrip("-").isdigit() else query.last,)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        cursor = connection.execute(_select(query, "?", '"'), last)
        columns = tuple(str(column[0]) for column in cursor.description or ())
    except sqlite3.Error as error:
        connection.close()
        raise LoadError(f"{error}.", file=name, remedy="Correct the query.") from error

    def rows() -> Iterator[Any]:
        with closing(connection):
            try:
                yield from cursor
            except sqlite3.Error as error:
                raise LoadError(f"reading stopped: {error}.", file=name) from error

    return columns, rows()


def _read_other(name: str, address: str, query: Query) -> _Rows:
    try:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        remedy = "Install it: pip install 'tellwise[postgres]'."
        raise LoadError("reading databases needs SQLAlchemy.", file=name, remedy=remedy) from error
    try:
        url = sqlalchemy.make_url(re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", address))
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        connection = engine.connect()
    except (SQLAlchemyError, ImportError) as error:
        raise LoadError(_told(error), file=name, remedy="Check the address of the database.") from error
    try:
        columns, result = _started(connection, query)
    except SQLAlchemyError as error:
        connection.close()
        raise LoadError(_told(error), file=name, remedy="Correct the query.") from error

    def rows() -> Iterator[Any]:
        with closing(connection):
            try:
                yield from result
            except SQLAlchemyError as error:
                raise LoadError(f"reading stopped: {_told(error)}", file=name, remedy="Run the load again.") from error

    return columns, rows()


def _started(connection: Any, query: Query) -> _Rows:
    dialect = connection.dialect
    if dialect.name == "postgresql":
        connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()
    # without parameters a % of the query is a %, and rows come in portions from the server
    connection = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE, no_parameters=True)
    mark = {"qmark": "?", "format": "%s", "pyformat": "%s"}.get(dialect.paramstyle, "%s")
    quote = dialect.identifier_preparer.initial_quote
    if query.last is None:
        result = connection.exec_driver_sql(_select(query, mark, quote))
    else:
        escaped = query if mark == "?" else Query(query.database, query.sql.replace("%", "%%"), query.watermark, "")
        result = connection.exec_driver_sql(_select(escaped, mark, quote), (_last(query.last),))
    columns = [str(column) for column in result.keys()]  # noqa: SIM118  # a result, not a mapping: it would be read
    return tuple(columns), result


def _told(error: BaseException) -> str:
    """The database's own words in one line; addresses, which may hold passwords, stand on SQLAlchemy's other lines."""
    original = getattr(error, "orig", None) or error
    return f"{str(original).strip().partition(chr(10))[0].rstrip('.')}."
