"""Files that a source means: patterns resolved, links that lead out refused, content known by its checksum."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import LoadError

_CHUNK = 1 << 20


@dataclass(frozen=True)
class SourceFile:
    """One file: its name in reports (relative to the folder of `sources.yml`), its path, and its SHA-256."""

    name: str
    path: Path
    checksum: str


def source_files(folder: Path, patterns: Sequence[str]) -> tuple[SourceFile, ...]:
    """The files in the order of the patterns, each pattern's by name.

    Raises LoadError for a pattern without files, a directory, a link out of the pattern's folder, what is no plain
    file, and what cannot be read.
    """
    found = dict.fromkeys(path for pattern in patterns for path in _paths(folder, pattern))
    return tuple(SourceFile(_shown(folder, path), path, _checksum(path)) for path in found)


def _paths(folder: Path, pattern: str) -> Iterator[Path]:
    full = os.path.join(folder, os.path.expanduser(pattern))
    if Path(full).is_dir():
        raise LoadError("it is a directory.", file=pattern, remedy=f"Name its files, such as '{pattern}/*.csv'.")
    if Path(full).is_file():
        yield Path(full)
        return
    if Path(full).exists():
        raise LoadError("it is not a plain file.", file=pattern, remedy="Save the data to a file first.")
    if not glob.has_magic(full):
        remedy = f"Check the path; it is relative to {folder}."
        raise LoadError("the file does not exist.", file=pattern, remedy=remedy)
    matches = [Path(name) for name in sorted(glob.glob(full, recursive=True)) if Path(name).is_file()]
    if not matches:
        raise LoadError("no file has such a name.", file=pattern, remedy=f"It is looked for in {folder}.")
    for path in matches:
        _refuse_link_out(path, _fixed_part(full), pattern)
        yield path


def _fixed_part(full: str) -> Path:
    """The folder that stands before the first sign with a meaning."""
    parts = Path(full).parts
    fixed = next((at for at, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:fixed]).resolve()


def _refuse_link_out(path: Path, folder: Path, pattern: str) -> None:
    if not path.resolve().is_relative_to(folder):
        reason = f"it is a link that leads out of {folder}, to {path.resolve()}."
        raise LoadError(reason, file=str(path), remedy=f"Name that file itself, beside the pattern {pattern}.")


def _shown(folder: Path, path: Path) -> str:
    return os.path.relpath(path, folder) if path.is_relative_to(folder) else str(path)


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise LoadError(f"it cannot be read: {error.strerror or error}.", file=str(path)) from error
    return digest.hexdigest()
