"""JSON read record by record: one object a line, or one array of objects; every cell as its text.

Objects within objects become columns with dotted names; arrays stay JSON. Numbers keep their written form, so that
none is rounded before the mapping decides what it must be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from warehouse.errors import LoadError
from warehouse.sources.reading import BadRow, Reading, Row, text_of

_DEEPEST = 8
_WHOLE = 1 << 28  # an array of more bytes must come as lines


def read_json(name: str, path: Path) -> Reading:
    """The file's records; raises LoadError when it is empty, or holds no objects."""
    records = _whole_document(name, path) if _begins_with_array(path) else None
    columns = _columns(_records(path) if records is None else iter(records))
    if not columns:
        raise LoadError("it holds no JSON objects.", file=name, remedy="Give a file with one object a line.")

    def rows() -> Iterator[Row | BadRow]:
        for line, record in _records(path) if records is None else iter(records):
            if isinstance(record, BadRow):
                yield record
            else:
                yield line, [text_of(record.get(column)) for column in columns]

    return Reading(name, columns, rows)


def flat_record(record: Any) -> Any:
    """The object with dotted names instead of objects within; anything else as it is."""
    return dict(_flat(cast("dict[str, Any]", record), "")) if isinstance(record, dict) else record


_Record = tuple[int, dict[str, Any] | BadRow]


def _columns(records: Iterator[_Record]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for _, record in records:
        if not isinstance(record, BadRow):
            for name in record:
                found.setdefault(name.casefold(), name)
    return tuple(found.values())


def _begins_with_array(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def _whole_document(name: str, path: Path) -> list[_Record]:
    if path.stat().st_size > _WHOLE:
        raise LoadError("the array is too large to be read at once.", file=name, remedy="Write one object a line.")
    try:
        found = _parse(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        line = getattr(error, "lineno", None)
        told = getattr(error, "msg", None) or error
        raise LoadError(f"it is not JSON: {told}.", file=name, line=line, remedy="Export it again.") from error
    return [(number, _flat_or_bad(number, record)) for number, record in enumerate(found, 1)]


def _flat_or_bad(number: int, record: Any) -> dict[str, Any] | BadRow:
    if isinstance(record, dict):
        return dict(_flat(cast("dict[str, Any]", record), ""))
    return BadRow(number, "it is not a JSON object.", json.dumps(record, default=str))


def _records(path: Path) -> Iterator[_Record]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                yield number, _record(number, line)


def _record(number: int, line: bytes) -> dict[str, Any] | BadRow:
    shown = line.decode("utf-8", "replace").strip()
    try:
        record = _parse(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadRow(number, "the bytes are not UTF-8.", shown)
    except ValueError as error:
        return BadRow(number, f"it is not JSON: {getattr(error, 'msg', None) or error}.", shown)
    except RecursionError:
        return BadRow(number, "it is nested too deeply.", shown)
    if not isinstance(record, dict):
        return BadRow(number, "it is not a JSON object.", shown)
    return dict(_flat(cast("dict[str, Any]", record), ""))


def _parse(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> str:
    raise ValueError(f"{word} is no JSON value")


def _flat(record: Mapping[Any, Any], before: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flat(cast("dict[str, Any]", value), f"{name}.", depth + 1)
        else:
            yield name, value
