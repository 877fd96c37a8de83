"""Frames as Arrow tables, the form in which DuckDB takes them in."""

# pyarrow ships without types, so everything it returns is unknown to the checker in this file
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.sources.demo.frame import Coded, Column, Const, Frame, Key, Masked


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
