"""Boards: answers pinned as their queries, brought to life under the rights of whoever looks."""

from assistant.boards.controls import Controls, Steered, fields_for, steer
from assistant.boards.delivery import (
    Digest,
    DigestEntry,
    board_digest,
    deliver,
    delivery_of,
    due_boards,
    mark_sent,
    stop_delivery,
)
from assistant.boards.live import LiveTile, pin, show_tile
from assistant.boards.periods import period_named
from assistant.boards.records import Board, BoardMissing, CannotPin, Delivery, Pinned, Tile, Timing
from assistant.boards.shelf import (
    add_note,
    board_of,
    boards_of,
    move_tile,
    new_board,
    own_board,
    remove_board,
    remove_tile,
    rename_board,
    rename_tile,
    share_board,
    tiles_of,
)

__all__ = [
    "Board",
    "BoardMissing",
    "CannotPin",
    "Controls",
    "Delivery",
    "Digest",
    "DigestEntry",
    "LiveTile",
    "Pinned",
    "Steered",
    "Tile",
    "Timing",
    "add_note",
    "board_digest",
    "board_of",
    "boards_of",
    "deliver",
    "delivery_of",
    "due_boards",
    "fields_for",
    "mark_sent",
    "move_tile",
    "new_board",
    "own_board",
    "period_named",
    "pin",
    "remove_board",
    "remove_tile",
    "rename_board",
    "rename_tile",
    "share_board",
    "show_tile",
    "steer",
    "stop_delivery",
    "tiles_of",
]
