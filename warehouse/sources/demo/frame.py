"""Columns as the generator holds them, and as Arrow hands them to DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).min
"""The second at which a thing that never happened happened; numpy reads it as not-a-time, DuckDB as NULL."""


@dataclass(frozen=True)
class Key:
    """Ids made of a prefix and a zero-padded number, such as C000123; a negative number is NULL."""

    prefix: str
    numbers: Ints
    width: int = 7


@dataclass(frozen=True)
class Coded:
    """Words by their position in a vocabulary; a negative position is NULL."""

    codes: NDArray[Any]
    words: Sequence[str]


@dataclass(frozen=True)
class Masked:
    """Values of which only those that hold `known` are there; the others are NULL."""

    values: NDArray[Any]
    known: Bools


@dataclass(frozen=True)
class Const:
    """One word on every row."""

    word: str


Column = Key | Coded | Masked | Const | NDArray[Any] | Sequence[str | None]
Frame = Mapping[str, Column]


def when(seconds: Ints) -> NDArray[np.datetime64]:
    """Timestamps of seconds since 1970; NEVER becomes NULL."""
    return seconds.astype("datetime64[s]")


def on_day(days: Ints) -> NDArray[np.datetime64]:
    """Dates of days since 1970; NEVER becomes NULL."""
    return days.astype("datetime64[D]")


def money(cents: Ints) -> Floats:
    """Euros of cents; exact once DuckDB has rounded them into DECIMAL(18,2)."""
    return cents / 100.0


def to_arrow(frame: Frame) -> Any:
    """A pyarrow Table of the frame, in the order of its columns; every column must be of one length."""
    import pyarrow as pa

    rows = max(_length(column) for column in frame.values())
    return pa.table({name: _arrow(column, rows) for name, column in frame.items()})


def _length(column: Column) -> int:
    match column:
        case Key():
            return len(column.numbers)
        case Coded():
            return len(column.codes)
        case Masked():
            return len(column.values)
        case Const():
            return 0
        case _:
            return len(column)


def _arrow(column: Column, rows: int) -> Any:
    import pyarrow as pa

    match column:
        case Key():
            return _keys(column)
        case Coded():
            return _words(column.codes, column.words)
        case Masked():
            return pa.array(column.values, mask=~column.known)
        case Const():
            return _words(np.zeros(rows, dtype=np.int32), (column.word,))
        case _:
            return pa.array(column, from_pandas=True)


def _keys(column: Key) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(column.numbers, mask=column.numbers < 0)
    text = pc.utf8_lpad(pc.cast(numbers, pa.string()), width=column.width, padding="0")
    return pc.binary_join_element_wise(column.prefix, text, "")


def _words(codes: NDArray[Any], words: Sequence[str]) -> Any:
    import pyarrow as pa

    positions = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(positions, pa.array(list(words), pa.string()))
