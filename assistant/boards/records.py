"""Boards as frozen data: a board, its tiles, and when it is delivered; times are UTC, queries are typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.answer import ChartKind
from assistant.errors import AssistantError
from semantic_layer import SemanticQuery

TileKind = Literal["answer", "note"]
Every = Literal["daily", "weekly", "monthly"]
MOST_TILES = 40
LONGEST_NAME, LONGEST_NOTE = 120, 4000


class CannotPin(AssistantError):
    """This cannot stand on a board; the message says why and what to do instead."""


class BoardMissing(AssistantError):
    """There is no such board for this person: it was removed, or it is somebody else's and not shared."""


@dataclass(frozen=True)
class Board:
    """A page of tiles; `by` made it and may change it, others see it when it is shared."""

    id: str
    name: str
    by: str
    shared: bool
    made_at: datetime
    touched_at: datetime


@dataclass(frozen=True)
class Tile:
    """One place on a board: a query to be run anew for whoever looks, or a note in words.

    Periods of `query` that carry a label ("last month") move with the data; those without stay as they are.
    """

    id: str
    board_id: str
    position: int
    kind: TileKind
    title: str
    question: str
    query: SemanticQuery | None
    chart: ChartKind | None
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Pinned:
    """Where an answer was pinned."""

    board: Board
    tile: Tile


@dataclass(frozen=True)
class Timing:
    """When a board is sent, and where to: `weekday` 0 is Monday (weekly), `hour` on the clock of `time_zone`."""

    every: Every = "weekly"
    weekday: int = 0
    hour: int = 8
    time_zone: str = "UTC"
    channel: str = ""


@dataclass(frozen=True)
class Delivery:
    """A board's delivery: its timing, who set it up since when, and when it was last sent."""

    board_id: str
    timing: Timing
    by: str
    since: datetime
    sent_at: datetime | None
