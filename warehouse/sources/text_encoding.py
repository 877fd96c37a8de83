"""Which encoding a text file is in, found from its bytes and checked on all of them; what is not text is refused."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from warehouse.errors import LoadError

CHUNK = 1 << 20


@contextmanager
def open_bytes(path: Path) -> Generator[IO[bytes]]:
    """The file's bytes, unpacked if its name ends in .gz."""
    with path.open("rb") as plain:
        if path.suffix == ".gz":
            with gzip.open(plain) as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield plain


def chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes in pieces of about a megabyte."""
    with open_bytes(path) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def line_of_byte(path: Path, position: int) -> int:
    """Line (from 1) that holds the byte at this offset (from 0)."""
    with open_bytes(path) as file:
        return file.read(position).count(b"\n") + 1


def find_encoding(source: Path, given: str | None) -> tuple[str, tuple[str, ...]]:
    """Codec of the file ("utf-8" when it is clean) and what to tell about it; every byte was checked against it.

    Raises LoadError for an empty file, a file of another kind, an unknown codec, and bytes that do not fit.
    """
    head = next(chunks(source), b"")
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise LoadError("the file is empty.", file=str(source), remedy="Give a file with at least a header line.")
    _refuse_foreign(head, source)
    if given:
        return _checked(source, _known_codec(given, source)), ()
    if guess := _wide_codec(head):
        return _checked(source, guess), (f"Read as {guess.upper()}.",)
    line = _first_bad_line(source, "utf-8")
    if line is None:
        return "utf-8", ()
    return _single_byte_codec(source, line)


_FOREIGN = {
    b"PK\x03\x04": ("it is a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV."),
    b"\xd0\xcf\x11\xe0": ("it is an old Excel workbook", "Save the sheet as CSV."),
    b"SQLite format 3": ("it is an SQLite database", "Export the table as CSV or Parquet."),
    b"%PDF": ("it is a PDF", "Give a CSV or Parquet file."),
    b"PAR1": ("it is a Parquet file", "Name it with the ending .parquet."),
    b"BZh": ("it is compressed with bzip2", "Unpack it, or compress it with gzip."),
    b"\x28\xb5\x2f\xfd": ("it is compressed with zstandard", "Unpack it, or compress it with gzip."),
    b"\xfd7zXZ": ("it is compressed with xz", "Unpack it, or compress it with gzip."),
    b"\x1f\x8b": ("it is compressed with gzip", "Name it with the ending .gz."),
}


def _refuse_foreign(head: bytes, source: Path) -> None:
    for magic, (what, remedy) in _FOREIGN.items():
        if head.startswith(magic):
            raise LoadError(f"{what}, not delimited text.", file=str(source), remedy=remedy)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        raise LoadError("it looks like JSON, not delimited text.", file=str(source), remedy="Convert it to CSV.")


def _known_codec(name: str, source: Path) -> str:
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)
    except (LookupError, UnicodeError) as error:
        remedy = "Examples: utf-8, utf-16, cp1252, latin-1, shift_jis."
        raise LoadError(f"there is no encoding '{name}'.", file=str(source), remedy=remedy) from error
    return codec


def _wide_codec(head: bytes) -> str | None:
    """UTF-16 or UTF-32 by byte order mark, or UTF-16 by the zero bytes that plain letters have in it."""
    marks = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    for mark, codec in marks:
        if head.startswith(mark):
            return codec
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) > 0.7 * pairs and head[::2].count(0) < 0.05 * pairs:
        return "utf-16-le"
    if pairs and head[::2].count(0) > 0.7 * pairs and head[1::2].count(0) < 0.05 * pairs:
        return "utf-16-be"
    return None


def _first_bad_line(source: Path, codec: str) -> int | None:
    """Line with the first bytes that are not text in this codec, None if all are."""
    decoder = codecs.getincrementaldecoder(codec)()
    before = 0
    try:
        for chunk in chunks(source):
            if codec != "utf-8" or not chunk.isascii() or decoder.getstate()[0]:
                decoder.decode(chunk)
            before += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line_of_byte(source, before + error.start)
    return None


def _checked(source: Path, codec: str) -> str:
    line = _first_bad_line(source, codec)
    if line is not None:
        raise LoadError(
            f"the bytes are not {codec} text.",
            file=str(source),
            line=line,
            remedy="Leave --encoding off to let it be found, or name another.",
        )
    return codec


def _single_byte_codec(source: Path, line: int) -> tuple[str, tuple[str, ...]]:
    """Windows-1252 or Latin-1 for a file that is not UTF-8; refused when parts of it are UTF-8 nevertheless."""
    good, high = False, False
    with open_bytes(source) as file:
        for row in file:
            if not row.isascii():
                good = good or _is_utf8(row)
                high = high or any(0x80 <= byte < 0xA0 for byte in row)
    if good:
        remedy = "Save the file in one encoding, or say --encoding cp1252 to read all of it so."
        raise LoadError("the file mixes UTF-8 with another encoding.", file=str(source), line=line, remedy=remedy)
    codec = _checked(source, "cp1252" if high else "iso8859-1")
    name = "Windows-1252" if high else "Latin-1"
    return codec, (f"Not UTF-8 (first at line {line}): read as {name}. Say --encoding if it is another.",)


def _is_utf8(row: bytes) -> bool:
    try:
        row.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
