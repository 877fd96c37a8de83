"""The core tables as their `.sql` files declare them: columns with types, which are required, which make the key.

One column stands on one line, `name TYPE [NOT NULL], -- what it holds`; a comment that begins with "key" marks the
columns that identify a row. The last three columns of every table say where a row comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

PROVENANCE = ("source_system", "source_id", "ingested_at")
_LINE = re.compile(r"\s+\"?(\w+)\"? ([A-Z]+(?:\([\d,]+\))?)( NOT NULL)?,?\s*-- (.*)")


@dataclass(frozen=True)
class CoreColumn:
    """One column: its type in the database, whether it must have a value, and what it holds."""

    name: str
    type: str
    required: bool
    comment: str

    @property
    def is_time(self) -> bool:
        """True for dates and timestamps."""
        return self.type in ("DATE", "TIMESTAMP")


@dataclass(frozen=True)
class CoreTable:
    """One table: what a row is, its columns without those of provenance, and the statement that creates it."""

    name: str
    comment: str
    columns: tuple[CoreColumn, ...]
    ddl: str

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that identify a row; empty when only the source's own key does."""
        return tuple(column.name for column in self.columns if column.comment.startswith("key"))

    @property
    def event_time(self) -> str | None:
        """The column that tells how far the rows reach, None when rows have no time of their own."""
        # a plain date is the day of a launch or of a birth, unless it is what the row is about
        times = [column for column in self.columns if column.type == "TIMESTAMP" or column.name == "date"]
        last = (column.name for column in times if column.name == "last_seen_at")
        return next(last, next((column.name for column in times if column.required), None))

    def column(self, name: str) -> CoreColumn | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


@lru_cache(maxsize=1)
def core_tables() -> dict[str, CoreTable]:
    """`{name: table}` of all core tables that the package declares."""
    return {table.name: table for table in sorted(_declared(), key=lambda table: table.name)}


def _declared() -> Iterator[CoreTable]:
    folder = resources.files("warehouse").joinpath("schema", "core")
    for entry in folder.iterdir():
        if entry.name.endswith(".sql"):
            yield _parse(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))


def _parse(name: str, ddl: str) -> CoreTable:
    comment = ddl.partition("\n")[0].removeprefix("--").strip()
    found = (match for line in ddl.splitlines() if (match := _LINE.match(line)))
    columns = tuple(CoreColumn(m[1], m[2], bool(m[3]), m[4]) for m in found if m[1] not in PROVENANCE)
    return CoreTable(name, comment, columns, ddl)
