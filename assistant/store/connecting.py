"""An engine for the store: opened safely by several processes at once, brought to the newest schema on the way."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from assistant.errors import StoreError

HEAD = "0007"
"""The newest migration; a test holds it against the scripts."""
BUSY_SECONDS = 15
MIGRATIONS = Path(__file__).parent / "migrations"


def connect(url: str) -> Engine:
    """An engine over the database of that URL with every table there; raises StoreError when it cannot be opened."""
    try:
        engine = create_engine(url, pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
        _migrate(engine)
    except (DBAPIError, ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
        raise StoreError(f"The state store cannot be opened: {_reason(error)}. {_remedy(url)}") from error
    return engine


def _reason(error: Exception) -> str:
    """The driver's own words; the statement and its values, which may be personal, are left out."""
    inner = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(inner).splitlines()[0].rstrip(".")


def _remedy(url: str) -> str:
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        return f"Check that {path} can be written; if it is damaged, put a backup in its place or remove it."
    return "Check the setting `state_url` and that the server can be reached."


def _prepare(connection: Any, record: object) -> None:
    """SQLite for several processes: a log beside the file, patience, and no bytes kept of deleted rows."""
    del record
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _patiently(cursor, "PRAGMA journal_mode = WAL")
    for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _patiently(cursor: Any, statement: str) -> None:
    """Run a statement that SQLite refuses at once, instead of waiting, while another process opens the file."""
    import sqlite3

    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    """Writers take their turn at the start, so that none fails in the middle; readers wait for nobody."""
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    """Bring the schema up, unless it is there already; of two processes the second finds the work done."""
    with engine.connect().execution_options(reads=True) as connection:
        found = _version(connection)
    if found == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7420116)"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            newer = f"The state store was written by a newer Tellwise ({found}). Update Tellwise, or use that version."
            raise StoreError(newer) from error


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
