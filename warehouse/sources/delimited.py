"""Delimited files read record by record, so that one broken line costs one row and not the file.

A clean file is left to the database. When it finds a fault, or another number of records than the bytes hold, or a
record of several lines, the records are told apart here: a line that is no record by itself takes the lines that
follow it until its quotes close; if they never do, or what comes out has another number of cells than the header,
only that first line is bad and reading goes on with the next.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from warehouse.sources.load_request import ReadOptions
from warehouse.sources.reading import BadRow, Reading, Row
from warehouse.sources.text_encoding import open_bytes
from warehouse.sources.text_file import TextFile, read_text
from warehouse.sources.text_table import raw_relation

_LINES_OF_ONE = 500  # a record that runs over more lines has a quote that was never closed
_LONGEST = 1 << 27


def read_delimited(name: str, path: Path, options: ReadOptions, room: Path) -> Reading:
    """The file's records; raises LoadError when it is not text, is empty, or its columns cannot be told apart.

    `path` is a plain file whose name holds no letters that mean something in a pattern.
    """
    text = read_text(path, options, room / f"{path.name}.rewritten")
    first = text.skipped + text.header + 1
    plain = text.lines == text.records + text.header
    sql = f"FROM {raw_relation(text, ReadOptions())}" if plain else None
    return Reading(name, text.names, lambda: records_of(text), sql, text.records, first)


def records_of(text: TextFile) -> Iterator[Row | BadRow]:
    """Every record of the file with the line it begins on: its cells, or why it has none."""
    with open_bytes(text.path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as stream:
        lines = _Lines(stream)
        heading = int(text.header)
        while (record := _next_record(lines, text)) is not None:
            if heading:
                heading = 0
            else:
                yield record


class _Lines:
    """Lines that can be put back; `number` is that of the line handed out last."""

    def __init__(self, stream: io.TextIOBase):
        self._stream, self._again, self.number = stream, deque[str](), 0

    def next(self) -> str | None:
        """The next line, None at the end."""
        line = self._again.popleft() if self._again else self._stream.readline()
        self.number += bool(line)
        return line or None

    def back(self, lines: list[str]) -> None:
        """Hand these out again."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _next_record(lines: _Lines, text: TextFile) -> Row | BadRow | None:
    line = lines.next()
    while line is not None and not line.strip("\r\n") and len(text.names) > 1:
        line = lines.next()
    if line is None:
        return None
    start, taken = lines.number, [line]
    cells, fault = _cells(line, text)
    while cells is None and fault == "open" and len(taken) < _LINES_OF_ONE and (more := lines.next()):
        taken.append(more)
        cells, fault = _cells("".join(taken), text)
    if cells is not None and len(cells) == len(text.names):
        return start + text.skipped, [cell or None for cell in cells]
    lines.back(taken[1:])
    if cells is not None and len(taken) == 1:
        counted = f"{len(cells)} cell" if len(cells) == 1 else f"{len(cells)} cells"
        reason = f"this line has {counted}, the header has {len(text.names)}."
    else:
        reason = "a quote is opened and not closed, or followed by more text."
    return BadRow(start + text.skipped, reason, line.rstrip("\r\n"))


def _cells(record: str, text: TextFile) -> tuple[list[str] | None, str]:
    """The cells of one record, or None and whether a quote is still open."""
    dialect = text.dialect
    doubled = dialect.escape == dialect.quote
    limit = csv.field_size_limit(_LONGEST)
    try:
        found = list(
            csv.reader(
                io.StringIO(record, newline=""),
                delimiter=dialect.delimiter,
                quotechar=dialect.quote or None,
                doublequote=doubled,
                escapechar=None if doubled else dialect.escape,
                quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
                strict=True,
            )
        )
    except csv.Error as error:
        return None, "open" if "unexpected end" in str(error) else "broken"
    finally:
        csv.field_size_limit(limit)
    return (found[0] if len(found) == 1 else [""] if not found else None), "broken"
