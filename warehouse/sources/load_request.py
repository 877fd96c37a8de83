"""What a person asks a load for: which table, from which files, read how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

Progress = Callable[[str, float], None]
"""Told what is being done and the share of the work that is behind, 0 to 1."""


@dataclass(frozen=True)
class ReadOptions:
    """How the person who knows the files says they are to be read; None and empty mean "find out".

    `nulls` are texts that mean "missing" beside the empty cell; `types` gives columns a type (text, integer, number,
    boolean, date, timestamp); `header` False means that the first line is data already; `skip` counts lines above it;
    `sheet` is the one of a workbook (None: its first).
    """

    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    skip: int = 0
    nulls: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str = ""
    date_format: str | None = None
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    sheet: str | None = None


@dataclass(frozen=True)
class LoadRequest:
    """One table to load: its name, its files (paths or globs), and optionally a SELECT over them.

    In the SELECT the files are `file1`, `file2`, ... in the order given, or the stem of their name; without one, all
    files are united by column name. `replace`: None replaces a table that was loaded before but not one of the
    customer warehouse (core, mart); True replaces or hides any, False none. `as_of`: the day that counts as today for
    the whole snapshot; None keeps what it was. `fresh` begins with an empty snapshot.
    """

    table: str
    files: tuple[str | Path, ...]
    view_sql: str | None = None
    replace: bool | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    as_of: date | None = None
    fresh: bool = False
