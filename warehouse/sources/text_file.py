"""A delimited text file made ready for the database: its encoding, its dialect, its header, its own count of records.

The database's own sniffer is not asked: it skips lines and falls back to one column without saying so, and reads a
sample where we must know about every line. A file that is not clean UTF-8 with one kind of line end, or that has
lines to skip, is rewritten once; a clean one is read where it lies.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from warehouse.errors import LoadError
from warehouse.sources.load_request import ReadOptions
from warehouse.sources.text_encoding import CHUNK, chunks, find_encoding, line_of_byte, open_bytes

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 16  # characters that decide the dialect
_LONGEST_FIELD = 1 << 27
_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_DATA_CELL = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*")


@dataclass(frozen=True)
class Dialect:
    """How records and fields are told apart; `escape` stands before a quote inside quotes, no `quote`: no quoting."""

    delimiter: str
    quote: str = '"'
    escape: str = '"'


@dataclass(frozen=True)
class TextFile:
    """One delimited file: `path` is what the database reads, `source` what the person named.

    `names` are the header's cells without outer blanks; `records` counts the data records from line ends and double
    quotes alone, quick, but too high where there are blank lines or stray quotes: `count_records` decides then.
    `lines` counts the lines of `path`; `skipped` lines of the source stand above the first of them.
    """

    source: Path
    path: Path
    encoding: str
    dialect: Dialect
    names: tuple[str, ...]
    header: bool
    blank_after_delimiter: bool
    records: int
    lines: int
    skipped: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Scan:
    """What one pass over the bytes saw; `records` counts line ends outside double quotes."""

    records: int
    lines: int
    mixed_line_ends: bool


def read_text(source: Path, options: ReadOptions, rewritten: Path) -> TextFile:
    """The file ready to load; `rewritten` is a path that may be written if the file needs it.

    Raises LoadError naming line and remedy for a file that is not text, is empty, or cannot be told apart.
    """
    try:
        return _read_text(source, options, rewritten)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LoadError(f"the compressed file is damaged ({error}).", file=str(source), remedy="Copy it again.") from (
            error
        )
    except OSError as error:
        raise LoadError(f"it cannot be read: {error.strerror or error}.", file=str(source)) from error


def count_records(text: TextFile) -> int:
    """Data records by the rules of the dialect, counted without the database."""
    with _records(text) as records:
        return sum(1 for _ in records)


def line_of_record(text: TextFile, number: int) -> int:
    """Line of the source on which the data record with this number (from 1) begins."""
    with _records(text) as records:
        return next((line for count, line in enumerate(records, 1) if count == number), 0)


def line_of_stray_return(text: TextFile) -> int | None:
    """First line of the source with a carriage return that does not end it, None if there is no such line."""
    with open_bytes(text.path) as file:
        for number, line in enumerate(file, 1 + text.skipped):
            if b"\r" in line.rstrip(b"\r\n"):
                return number
    return None


def _read_text(source: Path, options: ReadOptions, rewritten: Path) -> TextFile:
    encoding, notes = find_encoding(source, options.encoding)
    skipped = options.skip + _blank_lines(source, encoding, options.skip)
    path = source
    if encoding != "utf-8" or skipped:
        path = _rewrite(source, rewritten, encoding, skipped)
    scan = _scan(path, source, skipped)
    if scan.mixed_line_ends:
        path = _normalized(path, rewritten)
    sample = _sample(path)
    dialect = _dialect(sample, options, source, skipped)
    if dialect is None:
        dialect, path = Dialect("\t"), _blanks_to_tabs(path, rewritten)
        notes, sample = (*notes, "Columns are separated by runs of blanks."), _sample(path)
    first = _first_record(sample, dialect)
    header = options.header is not False
    if options.header is None:
        _refuse_data_as_header(first, source, skipped)
    return TextFile(
        source=source,
        path=path,
        encoding=encoding,
        dialect=dialect,
        names=_names(first, header, source, skipped),
        header=header,
        blank_after_delimiter=len(first) > 1 and all(cell.startswith(" ") for cell in first[1:]),
        records=scan.records - header,
        lines=scan.lines if not scan.mixed_line_ends else _count_lines(path),
        skipped=skipped,
        notes=notes,
    )


def _scan(path: Path, source: Path, skipped: int) -> _Scan:
    """Line ends outside quotes, counted from the bytes; raises LoadError at a zero byte."""
    rest = bytes(code for code in range(256) if code not in b'"\n')
    records, returns, pairs, ends, inside, last = 0, 0, 0, 0, False, b"\n"
    for chunk in chunks(path):
        if b"\0" in chunk:
            raise _zero_byte(path, source, skipped)
        if b"\r" in chunk or last == b"\r":
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
        marks = chunk.translate(None, rest) if b'"' in chunk or inside else b"\n" * chunk.count(b"\n")
        ends += marks.count(b"\n")
        parts = marks.replace(b'""', b"").split(b'"')
        records += b"".join(parts[inside::2]).count(b"\n")
        inside ^= len(parts) % 2 == 0
        last = chunk[-1:]
    # only carriage returns (old Macintosh), or both kinds of line end: the database reads neither
    mixed = returns > 0 and (ends == 0 or 0 < pairs < ends)
    return _Scan(records + (last != b"\n"), ends + (last != b"\n"), mixed)


def _count_lines(path: Path) -> int:
    count, last = 0, b"\n"
    for chunk in chunks(path):
        count += chunk.count(b"\n")
        last = chunk[-1:]
    return count + (last != b"\n")


def _zero_byte(path: Path, source: Path, skipped: int) -> LoadError:
    position = 0
    for chunk in chunks(path):
        if b"\0" in chunk:
            position += chunk.index(b"\0")
            break
        position += len(chunk)
    line = line_of_byte(path, position) + skipped
    remedy = "The file is damaged or not text: export it again."
    return LoadError("there is a zero byte in the text.", file=str(source), line=line, remedy=remedy)


def _blank_lines(source: Path, encoding: str, skip: int) -> int:
    """Blank lines between the lines to skip and the first line with text."""
    with open_bytes(source) as file, io.TextIOWrapper(file, encoding=_without_mark(encoding)) as text:
        for _ in range(skip):
            text.readline()
        count = 0
        while (line := text.readline()) and not line.strip():
            count += 1
    if not line:
        raise LoadError(f"there is nothing after the first {skip} lines.", file=str(source), remedy="Lower --skip.")
    return count


def _without_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _rewrite(source: Path, target: Path, encoding: str, skip: int) -> Path:
    """The same lines in UTF-8, without the first ones."""
    with (
        open_bytes(source) as file,
        io.TextIOWrapper(file, encoding=_without_mark(encoding), newline="") as text,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for _ in range(skip):
            text.readline()
        while part := text.read(CHUNK):
            out.write(part.lstrip("\ufeff") if out.tell() == 0 else part)
    return target


def _normalized(path: Path, target: Path) -> Path:
    """The same lines, all ended by a line feed."""
    draft = target.with_suffix(".lines")
    with (
        open_bytes(path) as file,
        io.TextIOWrapper(file, encoding="utf-8") as text,
        draft.open("w", encoding="utf-8", newline="") as out,
    ):
        while part := text.read(CHUNK):
            out.write(part)
    return draft.replace(target)


def _blanks_to_tabs(path: Path, target: Path) -> Path:
    """The same lines with every run of blanks made one tab."""
    draft = target.with_suffix(".tabs")
    with open_bytes(path) as file, draft.open("wb") as out:
        for line in file:
            out.write(b"\t".join(line.split()) + b"\n")
    return draft.replace(target)


def _sample(path: Path) -> str:
    """The first lines, whole, without a byte order mark."""
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        sample = text.read(_HEAD)
        return sample + (text.readline() if len(sample) == _HEAD else "")


def _dialect(sample: str, options: ReadOptions, source: Path, skipped: int) -> Dialect | None:
    """The dialect under which most records have as many fields as the first; None for columns set by blanks."""
    if options.delimiter:
        return _quoting(sample, _given_delimiter(options.delimiter, source))
    fitting = [(found, _fit(sample, found)) for found in (_quoting(sample, mark) for mark in DELIMITERS)]
    wide = [(fit, dialect) for dialect, fit in fitting if fit[1] > 1]
    if wide:
        return max(wide, key=lambda pair: pair[0])[1]
    _refuse_title_line(sample, source, skipped)
    if _set_by_blanks(sample):
        return None
    return Dialect(next((mark for mark in DELIMITERS if mark not in sample), "\x1f"))


def _given_delimiter(given: str, source: Path) -> str:
    delimiter = _DELIMITER_NAMES.get(given.lower(), given)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        remedy = "Give one character, or the word tab."
        raise LoadError(f"'{given}' cannot separate columns.", file=str(source), remedy=remedy)
    return delimiter


def _quoting(sample: str, delimiter: str) -> Dialect:
    """Quote and escape characters that the sample shows for this delimiter."""
    lines = sample.splitlines()
    mark = re.escape(delimiter)
    quoted = re.compile(rf"(^|{mark})\s*'[^'\n]*'\s*($|{mark})")
    if '"' not in sample and sum(1 for line in lines if quoted.search(line)) * 2 >= len(lines):
        return Dialect(delimiter, "'", "'")
    candidates = [Dialect(delimiter)]
    if '\\"' in sample:
        candidates.append(Dialect(delimiter, '"', "\\"))
    if delimiter == "\t" and '"' in sample:  # many writers of tab-separated text quote nothing
        candidates.append(Dialect(delimiter, "", ""))
    return max(candidates, key=lambda dialect: _fit(sample, dialect))  # the first wins a tie


def _fit(sample: str, dialect: Dialect) -> tuple[float, int]:
    """Share of records that are as wide as the first, and that width; records with broken quoting do not count."""
    widths: list[int] = []
    broken = 0
    try:
        for record in _parse(io.StringIO(sample, newline=""), dialect, strict=True):
            widths += [len(record)] if record else []
    except csv.Error:
        broken = len(sample.splitlines()) - len(widths)
    return (round(widths.count(widths[0]) / (len(widths) + broken), 2), widths[0]) if widths else (0.0, 1)


def _refuse_title_line(sample: str, source: Path, skipped: int) -> None:
    """Raise LoadError when the first line has one field but nearly all later ones have the same number of more."""
    for delimiter in DELIMITERS:
        widths = [len(record) for record in _parse(io.StringIO(sample, newline=""), Dialect(delimiter)) if record]
        width, count = Counter(widths).most_common(1)[0]
        if width > 1 and count > 1 and count >= 0.8 * (len(widths) - widths.index(width)):
            skip = skipped + widths.index(width)
            raise LoadError(
                f"the first line has one column, later lines have {width}.",
                file=str(source),
                line=skipped + 1,
                remedy=f"Use --skip {skip} if a title stands above the header, or name the --delimiter.",
            )


def _set_by_blanks(sample: str) -> bool:
    """True when runs of blanks cut all lines into the same number of words, and some run is longer than one."""
    lines = [line for line in sample.splitlines() if line.strip()]
    words = {len(line.split()) for line in lines}
    runs = any("  " in line.strip() for line in lines)
    return len(lines) > 1 and runs and len(words) == 1 and words != {1} and not {'"', "\t"} & set(sample)


def _parse(lines: Iterable[str], dialect: Dialect, strict: bool = False) -> Iterator[list[str]]:
    doubled = dialect.escape == dialect.quote
    limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield from csv.reader(
            lines,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            doublequote=doubled,
            escapechar=None if doubled else dialect.escape,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            strict=strict,
        )
    finally:
        csv.field_size_limit(limit)


def _first_record(sample: str, dialect: Dialect) -> list[str]:
    return next(_parse(io.StringIO(sample, newline=""), dialect))


def _names(first: list[str], header: bool, source: Path, skipped: int) -> tuple[str, ...]:
    """The header's names, `column<n>` where there is none; raises LoadError when two are the same."""
    cells = [cell.strip() for cell in first] if header else [""] * len(first)
    names = tuple(cell or f"column{number}" for number, cell in enumerate(cells, 1))
    counts = Counter(name.casefold() for name in names)
    twice = [name for name in names if counts[name.casefold()] > 1]
    if twice:
        reason = f"the header names {len(twice)} columns alike: {', '.join(twice)}."
        remedy = "Give each column a name of its own (upper and lower case count as the same)."
        raise LoadError(reason, file=str(source), line=skipped + 1, remedy=remedy)
    return names


def _refuse_data_as_header(first: list[str], source: Path, skipped: int) -> None:
    filled = [cell.strip() for cell in first if cell.strip()]
    if filled and all(_DATA_CELL.fullmatch(cell) for cell in filled):
        raise LoadError(
            f"the first line looks like data, not like column names: {', '.join(filled[:3])}.",
            file=str(source),
            line=skipped + 1,
            remedy="Use --no-header if the file has no header line, --header if these are the names.",
        )


@contextmanager
def _records(text: TextFile) -> Generator[Iterator[int]]:
    """Lines on which the data records begin, in order."""
    with open_bytes(text.path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as stream:
        yield _record_lines(stream, text)


def _record_lines(stream: IO[str], text: TextFile) -> Iterator[int]:
    counted = _CountedLines(stream)
    before, rest = 0, int(text.header)
    for record in _parse(counted, text.dialect):
        start, before = before + 1, counted.read
        if not record and len(text.names) > 1:
            continue  # the database skips blank lines too, unless a line is a whole record
        if rest:
            rest -= 1
        else:
            yield start + text.skipped


class _CountedLines:
    """The lines of a stream; `read` tells how many were handed out."""

    def __init__(self, stream: IO[str]):
        self._stream, self.read = stream, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            self.read += 1
            yield line
