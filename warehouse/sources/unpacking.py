"""Packed files unpacked into a private folder, with a stop for those that would fill the disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from warehouse.errors import LoadError

PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
SUSPICIOUS_BYTES = 64 << 20  # below it nothing is a bomb
SUSPICIOUS_RATIO = 100  # tables pack 3 to 30 times; what packs better than this is no table
_CHUNK = 1 << 20


def unpacked(name: str, path: Path, room: Path) -> Iterator[tuple[str, Path]]:
    """(name in reports, path) of each file that a packed file holds, written to `room`.

    Raises LoadError for damage, for passwords, for packed files in packed files, and for what grows out of measure.
    """
    try:
        if path.suffix == ".zip":
            yield from _members(name, path, room)
        else:
            inner = Path(name).with_suffix("").suffix.lower() or ".csv"
            target = room / f"{path.stem}.unpacked{inner}"
            with _OPENERS[path.suffix](path) as file:
                _write(file, target, path.stat().st_size, name)
            yield name, target
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise LoadError(f"the packed file is damaged ({error}).", file=name, remedy="Copy it again.") from error
    except OSError as error:
        raise LoadError(f"it cannot be unpacked: {error.strerror or error}.", file=name, remedy="Copy it again.") from (
            error
        )


def _open_zst(path: Path) -> IO[bytes]:
    import pyarrow as arrow  # pyright: ignore[reportMissingTypeStubs]  # it ships without types

    pa: Any = arrow
    return cast("IO[bytes]", pa.CompressedInputStream(str(path), "zstd"))


_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _open_zst,
}


def _members(name: str, path: Path, room: Path) -> Iterator[tuple[str, Path]]:
    with zipfile.ZipFile(path) as archive:
        members = sorted((m for m in archive.infolist() if not m.is_dir()), key=lambda member: member.filename)
        members = [member for member in members if not Path(member.filename).name.startswith((".", "__MACOSX"))]
        if not members:
            raise LoadError("the archive is empty.", file=name, remedy="Put a file into it.")
        for number, member in enumerate(members):
            shown, suffix = f"{name}/{member.filename}", Path(member.filename).suffix.lower()
            if suffix in PACKED:
                raise LoadError("it is a packed file in a packed file.", file=shown, remedy="Unpack the outer one.")
            if member.flag_bits & 1:
                raise LoadError("it is locked by a password.", file=shown, remedy="Unpack it first.")
            target = room / f"{path.stem}.{number}.unpacked{suffix}"
            with archive.open(member) as file:
                _write(file, target, member.compress_size, shown)
            yield shown, target


def _write(file: IO[bytes], target: Path, packed: int, name: str) -> None:
    written = 0
    with target.open("wb") as out:
        while chunk := file.read(_CHUNK):
            written += len(chunk)
            if written > max(SUSPICIOUS_BYTES, SUSPICIOUS_RATIO * packed):
                reason = f"it unpacks to more than {written >> 20:,} MB from {packed:,} bytes, which no table does."
                raise LoadError(reason, file=name, remedy="Unpack it yourself if you trust it.")
            out.write(chunk)
