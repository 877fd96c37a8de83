"""Columns as the generator holds them, before they are written."""

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


def spelled(codes: Ints, words: Sequence[str]) -> list[str]:
    """The word of each position."""
    return [words[position] for position in plain(codes)]


def plain(numbers: Ints) -> list[int]:
    """The numbers as Python's own."""
    return [int(number) for number in numbers]
