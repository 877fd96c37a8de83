"""The databases that suites name, each as a workspace that the product can open.

`demo` is the demo company built for the suite's `as_of`; `workspace` is the workspace in use; anything else is a DuckDB
file. Built workspaces lie in the current workspace's `evals/databases/` and are used again until what they were built
from changes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import warehouse
from assistant.service import init_command
from evals.errors import RunError
from semantic_layer import SemanticLayerError, bootstrap
from warehouse import BuildError, WarehouseError, live_path, publish, query_trusted, set_snapshot

DEMO = "demo"
WORKSPACE = "workspace"
DEMO_SEED = 7
# what decides the demo company's rows
_MADE_FROM = (
    "sources/demo/*.*",
    "schema/**/*.sql",
    "identity/*.py",
    "mart.py",
    "unify.py",
    "references.py",
    "profiles.py",
)
_TABLES = (
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'live' AND schema_name IN ('main', 'core', 'mart') "
    "AND NOT internal ORDER BY 1"
)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What a suite asks for: the database's name or path, the day that counts as today, a directory of definitions.

    `language` is that of its questions.
    Without definitions a model of a file's tables is proposed from the data.
    """

    database: str
    as_of: date | None
    definitions: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Prepared:
    """A workspace to open: its directory, its database file, its today, a fingerprint of the data, the language."""

    home: Path
    database: Path
    as_of: date | None
    fingerprint: str
    name: str = ""
    language: str = "en"


def prepare(wanted: Wanted, home: Path, progress: Progress) -> Prepared:
    """The workspace for a suite's database, built if need be; raises RunError when it cannot be had."""
    if wanted.database == WORKSPACE:
        return replace(_current(wanted, home), language=wanted.language)
    try:
        prepared = _demo(wanted, home, progress) if wanted.database == DEMO else _file(wanted, home)
        return replace(prepared, language=wanted.language)
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
    print_ = fingerprint(path for pattern in _MADE_FROM for path in sorted(source.glob(pattern)))
    room = home / "evals" / "databases" / f"demo-{wanted.as_of}-{print_[:12]}"
    if not room.is_dir():
        progress(f"Building the demo company as of {wanted.as_of} (once)")
        with _built_aside(room) as building:
            _build_demo(building / "warehouse", wanted.as_of)
    return Prepared(room, live_path(room / "warehouse"), wanted.as_of, print_, f"{DEMO} as of {wanted.as_of}")


def _build_demo(directory: Path, as_of: date) -> None:
    """The same company that `tellwise demo` makes; its source files are not needed any more."""
    from warehouse.sources.demo import DemoConfig, walk_demo

    with publish(directory, start="empty") as connection:
        walk_demo(connection, directory, DemoConfig(as_of=as_of, seed=DEMO_SEED))
    shutil.rmtree(directory / "sources")


def _file(wanted: Wanted, home: Path) -> Prepared:
    """A workspace around a copy of a DuckDB file, with the definitions given or with proposed ones."""
    origin = Path(wanted.database)
    if not origin.is_file():
        raise RunError(f"There is no database at {origin}. Correct `database:` in the suite, or pass --database.")
    print_ = fingerprint([origin, *_definitions_from(wanted)])
    room = home / "evals" / "databases" / f"{origin.stem}-{wanted.as_of or 'today'}-{print_[:12]}"
    if not room.is_dir():
        with _built_aside(room) as building:
            _around(origin, wanted, building)
    return Prepared(room, live_path(room / "warehouse"), wanted.as_of, print_, origin.stem)


def _definitions_from(wanted: Wanted) -> list[Path]:
    """The files that decide on the definitions: the ones given, or the sources of what proposes them."""
    if wanted.definitions:
        found = sorted(Path(wanted.definitions).glob("*.y*ml"))
        if not found:
            raise RunError(f"There are no definitions (.yml) in {wanted.definitions}. Correct `definitions:`.")
        return found
    package = Path(bootstrap.__file__).parent
    return [*sorted(package.glob("*.py")), *sorted(package.glob("*.yml")), Path(init_command.__file__)]


def _around(origin: Path, wanted: Wanted, room: Path) -> None:
    """A workspace with a copy of the file as its snapshot, and its definitions."""
    database = live_path(room / "warehouse")
    database.parent.mkdir()
    try:
        shutil.copyfile(origin, database)
        with publish(database.parent) as connection:
            set_snapshot(connection, "eval", wanted.as_of)
        _define(wanted, database, room / "definitions")
    except (WarehouseError, SemanticLayerError) as error:
        raise RunError(f"No workspace could be built around {origin}: {error}") from error


def _define(wanted: Wanted, database: Path, definitions: Path) -> None:
    """The given definitions, or a model proposed from the data alone, untouched by hand."""
    definitions.mkdir()
    if wanted.definitions:
        for file in _definitions_from(wanted):
            shutil.copyfile(file, definitions / file.name)
    else:
        tables = query_trusted(database, _TABLES).rows
        proposal = init_command.propose_for(database, tuple(str(row[0]) for row in tables))
        (definitions / "tables.yml").write_text(bootstrap.to_yaml(proposal), encoding="utf-8")


@contextmanager
def _built_aside(room: Path) -> Generator[Path]:
    """A directory to build in; it takes the room's name when the block ends, unless another process was first."""
    room.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{room.name}-", dir=room.parent))
    try:
        yield building
        with suppress(OSError):  # the other process built the same
            building.rename(room)
        if not room.is_dir():
            raise RunError(f"{room} cannot be written.")
    finally:
        shutil.rmtree(building, ignore_errors=True)


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the files' names and bytes."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
