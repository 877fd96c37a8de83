"""The child process that runs SQL: one read-only, locked DuckDB connection under operating-system limits.

It is started by its path, imports nothing of this package, and knows only the snapshot it is given. DuckDB's own memory
and time limits are checked between vectors and so miss what a single scalar function does; the address-space limit here
and the parent's kill do not. The address-space limit needs Linux; elsewhere DuckDB's own must do.

Frames both ways: 8 bytes of length (big-endian), then the payload; requests are JSON, replies pickled tuples that begin
with their kind: `ready, unreadable, rows, failed, timeout, too_large`.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import resource
import struct
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import duckdb

HEADER = struct.Struct(">Q")
SCHEMAS = ("main", "core", "mart", "meta")
"""Where unqualified names are looked up, in this order."""

_MEGABYTE = 1 << 20
_DUCKDB_SHARE = 0.7  # of the memory a statement may use; the rest is for what DuckDB does not count
_TABLE_FUNCTIONS = {"range", "generate_series", "unnest"}
_WRITING_NODES = {"DELETE_QUERY_NODE", "INSERT_QUERY_NODE", "UPDATE_QUERY_NODE", "MERGE_QUERY_NODE", "COPY_QUERY_NODE"}
_SYSTEM_FATAL = ("FatalException", "InternalException", "IOException")

Reply = tuple[Any, ...]


@dataclass(frozen=True)
class _Setup:
    path: str
    memory_mb: int
    threads: int


def write_frame(fd: int, payload: bytes) -> None:
    """Nothing; the payload is written whole. Raises OSError when the other side is gone."""
    rest = memoryview(HEADER.pack(len(payload)) + payload)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _read_exactly(fd: int, count: int) -> bytes:
    chunks: list[bytes] = []
    while count:
        chunk = os.read(fd, min(count, _MEGABYTE))
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def main(arguments: list[str]) -> None:
    """Nothing; answers requests until the parent is gone."""
    requests, replies = _take_over_streams()
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    setup = _Setup(arguments[0], int(arguments[1]), int(arguments[2]))
    try:
        connection, hello = _open(setup)
    except Exception as error:  # noqa: BLE001 - the outermost frame of this process; the parent is told
        write_frame(replies, pickle.dumps(("unreadable", _text(error))))
        return
    base = _address_space()
    write_frame(replies, pickle.dumps(hello))
    while True:
        request = json.loads(inbox.get())
        if base:
            memory = base + min(request["memory_mb"], setup.memory_mb) * _MEGABYTE
            resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
        write_frame(replies, _answer(connection, request))


def _take_over_streams() -> tuple[int, int]:
    """Private descriptors for the protocol; whatever else writes to standard output reaches nobody."""
    requests, replies = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    return requests, replies


def _listen(requests: int, inbox: queue.SimpleQueue[bytes]) -> None:
    """Passes requests on; ends the process when the parent is gone, also in the middle of a statement."""
    try:
        while True:
            (length,) = HEADER.unpack(_read_exactly(requests, HEADER.size))
            inbox.put(_read_exactly(requests, length))
    except (EOFError, OSError):
        os._exit(0)


def fingerprint(path: str | os.PathLike[str]) -> tuple[int, int, int]:
    """What changes when a file is replaced: inode, time of change in nanoseconds, size."""
    status = os.stat(path)
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def _open(setup: _Setup) -> tuple[duckdb.DuckDBPyConnection, Reply]:
    """The locked connection, and the greeting with the snapshot's fingerprint and schema."""
    while True:
        before = fingerprint(setup.path)
        connection = _connect(setup)
        if before == fingerprint(setup.path):
            return connection, ("ready", before, _schema(connection))
        connection.close()


def _connect(setup: _Setup) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        setup.path,
        read_only=True,
        config={
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": f"{max(32, int(setup.memory_mb * _DUCKDB_SHARE))}MB",
            "temp_directory": "",
            "threads": setup.threads,
        },
    )
    connection.execute("SET search_path = ?", [_search_path(connection)])
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


def _search_path(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute(
        "SELECT database_name, schema_name FROM duckdb_schemas() WHERE database_name = current_database()"
    ).fetchall()
    database = _quoted(found[0][0])
    present = {schema for _, schema in found}
    return ",".join(f"{database}.{_quoted(schema)}" for schema in SCHEMAS if schema in present)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _schema(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Tables and views by name, the first schema of the search path winning, with their columns and types."""
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY column_index"
    ).fetchall()
    schema: dict[str, dict[str, str]] = {}
    for wanted in SCHEMAS:
        found: dict[str, dict[str, str]] = {}
        for place, table, column, kind in rows:
            if place == wanted:
                found.setdefault(table, {})[column] = kind
        taken = {table.lower() for table in schema}
        schema.update({table: columns for table, columns in found.items() if table.lower() not in taken})
    return schema


def _address_space() -> int:
    """Bytes of address space this process has taken, 0 where the system does not say."""
    if not os.path.exists("/proc/self/statm"):
        return 0
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _answer(connection: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> bytes:
    try:
        payload = pickle.dumps(_rows(connection, request), protocol=pickle.HIGHEST_PROTOCOL)
        if len(payload) > request["result_mb"] * _MEGABYTE:
            return pickle.dumps(("too_large", f"The result is larger than {request['result_mb']} MB.", False))
    except Exception as error:  # noqa: BLE001 - the outermost frame of this process; the parent is told
        return pickle.dumps(explain(error))
    return payload


def _rows(connection: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> Reply:
    _second_opinion(connection, request["sql"], request["tables"])
    connection.execute(("EXPLAIN (FORMAT json) " if request.get("plan_only") else "") + request["sql"])
    wanted: int = request["rows"]
    rows = connection.fetchmany(wanted + 1)
    described = connection.description or []
    types = tuple(str(column[1]).strip('"') for column in described)
    if any("TIME ZONE" in kind for kind in types):
        rows = [_in_utc(row) for row in rows]
    return ("rows", tuple(str(column[0]) for column in described), types, rows[:wanted], len(rows) > wanted)


def _in_utc(value: Any) -> Any:
    """The value with every moment in UTC by the standard library's own time zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if isinstance(value, tuple):
        return tuple(_in_utc(item) for item in cast("tuple[Any, ...]", value))
    if isinstance(value, list):
        return [_in_utc(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _in_utc(item) for key, item in cast("dict[Any, Any]", value).items()}
    return value


class UnexpectedTableError(Exception):
    """DuckDB sees other tables in the statement than the guard did."""


def _second_opinion(connection: duckdb.DuckDBPyConnection, sql: str, tables: list[str]) -> None:
    """Nothing when DuckDB, too, sees one SELECT that reads only these tables.

    It spells them `name` or `name AS alias`, quoted where needed, and for a view names what the view reads.
    """
    import duckdb

    if [each.type.name for each in connection.extract_statements(sql)] != ["SELECT"]:
        raise UnexpectedTableError(sql)
    try:
        names = connection.get_table_names(sql, qualified=True)
    except duckdb.Error:  # it cannot bind all that runs: USING, quantile_cont(x, [0.1, 0.9])
        names = parsed_tables(connection, sql)
    spellings = {spelling for table in tables for spelling in (table.lower(), _quoted(table).lower())}
    unknown = {name for name in names if not _is_one_of(name.lower(), spellings)}
    if unknown and unknown - _behind_views(connection, tables):
        raise UnexpectedTableError(str(unknown))


def _is_one_of(name: str, spellings: set[str]) -> bool:
    return name in spellings or any(name.startswith(f"{spelling} as ") for spelling in spellings)


def _behind_views(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> set[str]:
    found = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND list_contains(?, view_name)", [tables]
    ).fetchall()
    reads: set[str] = set()
    for (view,) in found:
        reads |= connection.get_table_names(f"SELECT * FROM {_quoted(view)}", qualified=True)
    return reads


def parsed_tables(connection: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """The tables of a statement as DuckDB's parser reads it, without the names of WITH queries.

    Raises UnexpectedTableError when it is not one SELECT.
    """
    literal = sql.replace("'", "''")
    found = connection.execute(f"SELECT json_serialize_sql('{literal}')").fetchone()
    tree: dict[str, Any] = json.loads(found[0]) if found else {"error": True}
    if tree["error"] or len(tree["statements"]) != 1:
        raise UnexpectedTableError(sql)
    names: set[str] = set()
    withs: set[str] = set()
    for node in _nodes(tree):
        names |= _table_of(node)
        withs |= {str(entry["key"]).lower() for entry in node.get("cte_map", {}).get("map", [])}
    return {name for name in names if name.lower() not in withs}


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            inner = cast("dict[str, Any]", node)
            yield inner
            stack.extend(inner.values())
        elif isinstance(node, list):
            stack.extend(cast("list[Any]", node))


def _table_of(node: dict[str, Any]) -> set[str]:
    kind = str(node.get("type"))
    if kind == "BASE_TABLE":
        return {".".join(node["qualified_name"]["path"])}
    if kind == "TABLE_FUNCTION":
        return {node["function"]["function_name"]} - _TABLE_FUNCTIONS
    if kind == "SHOW_REF" or kind in _WRITING_NODES:
        return {kind}
    return set()


def explain(error: Exception) -> Reply:
    """(kind, message, whether this process should be replaced) of whatever went wrong with a statement."""
    name = type(error).__name__
    if isinstance(error, MemoryError) or name == "OutOfMemoryException":
        return ("too_large", "The statement needed more memory than its limit.", True)
    if name == "InterruptException":
        return ("timeout", "The statement was interrupted.", True)
    if name == "UnexpectedTableError":
        return ("failed", "The statement reads a table that the guard did not see.", False)
    return ("failed", _text(error), name in _SYSTEM_FATAL)


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__


if __name__ == "__main__":
    main(sys.argv[1:])
