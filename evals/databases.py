"""The databases that suites name, each as a workspace that the product can open.

`demo` is the demo company built for the suite's `as_of`; `workspace` is the workspace in use; anything else is a DuckDB
file. Built workspaces lie in the current workspace's `evals/databases/` and are used again until what they were built
from changes.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import warehouse
from evals.errors import RunError
from warehouse import BuildError, live_path, publish, set_snapshot

DEMO = "demo"
WORKSPACE = "workspace"
DEMO_SEED = 7
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What a suite asks for: the database's name or path, and the day that counts as today."""

    database: str
    as_of: date | None


@dataclass(frozen=True)
class Prepared:
    """A workspace to open: its directory, its database file, its today, and a fingerprint of the data."""

    home: Path
    database: Path
    as_of: date | None
    fingerprint: str
    name: str = ""


def prepare(wanted: Wanted, home: Path, progress: Progress) -> Prepared:
    """The workspace for a suite's database, built if need be; raises RunError when it cannot be had."""
    if wanted.database == WORKSPACE:
        return _current(wanted, home)
    try:
        return _demo(wanted, home, progress) if wanted.database == DEMO else _file(wanted, home)
    except BuildError as error:
        raise RunError(f"The database {wanted.database!r} could not be prepared: {error}") from error


def _current(wanted: Wanted, home: Path) -> Prepared:
    """The workspace in use, as it is."""
    database = live_path(home / "warehouse")
    if not database.is_file():
        raise RunError(f"There is no data in {home}. Load files first (`tellwise load`), or set TELLWISE_HOME.")
    return Prepared(home, database, wanted.as_of, fingerprint([database]), WORKSPACE)


def _demo(wanted: Wanted, home: Path, progress: Progress) -> Prepared:
    """The demo company as of the suite's day; the generator's source is part of the fingerprint."""
    if wanted.as_of is None:
        raise RunError("A suite over the demo company needs `as_of: YYYY-MM-DD`, or its golds change every day.")
    source = Path(warehouse.__file__).parent
    print_ = fingerprint([*sorted(source.glob("sources/demo/*.py")), *sorted(source.glob("schema/core/*.sql"))])
    room = home / "evals" / "databases" / f"demo-{wanted.as_of}-{print_[:12]}"
    if not live_path(room / "warehouse").is_file():
        progress(f"Building the demo company as of {wanted.as_of} (once)")
        _build_demo(room / "warehouse", wanted.as_of)
    return Prepared(room, live_path(room / "warehouse"), wanted.as_of, print_, f"{DEMO} as of {wanted.as_of}")


def _build_demo(directory: Path, as_of: date) -> None:
    from warehouse.sources.demo import DemoConfig, build_demo

    with publish(directory, start="empty") as connection:
        build_demo(connection, DemoConfig(as_of=as_of, seed=DEMO_SEED))
        set_snapshot(connection, "demo", as_of)


def _file(wanted: Wanted, home: Path) -> Prepared:
    """A workspace around a copy of a DuckDB file."""
    origin = Path(wanted.database)
    if not origin.is_file():
        raise RunError(f"There is no database at {origin}. Correct `database:` in the suite, or pass --database.")
    print_ = fingerprint([origin])
    room = home / "evals" / "databases" / f"{origin.stem}-{wanted.as_of or 'today'}-{print_[:12]}"
    database = live_path(room / "warehouse")
    if not database.is_file():
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, database)
        try:
            with publish(database.parent) as connection:
                set_snapshot(connection, "eval", wanted.as_of)
        except BuildError:
            shutil.rmtree(room)
            raise
    return Prepared(room, database, wanted.as_of, print_, origin.stem)


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the files' names and bytes."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
