"""Boards kept in the store: whoever made one may change it, everybody sees what is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.boards.records import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_TILES,
    Board,
    BoardMissing,
    CannotPin,
    Tile,
)
from assistant.clock import utc_now
from assistant.errors import Forbidden
from assistant.store import Store
from semantic_layer import SemanticQuery

if TYPE_CHECKING:
    from sqlalchemy import Connection

FIRST_NAME = "My board"


def boards_of(store: Store) -> tuple[Board, ...]:
    """The boards a person may see, their own and shared ones, the last touched first."""
    from sqlalchemy import or_, select

    from assistant.store.board_tables import board

    mine = select(board).where(or_(board.c.by == store.by, board.c.shared)).order_by(board.c.touched_at.desc())
    return tuple(_board(row) for row in store.rows(mine))


def board_of(store: Store, board_id: str) -> Board:
    """The board of that id; raises BoardMissing when this person may not see it or it is gone."""
    found = next((one for one in boards_of(store) if one.id == board_id), None)
    if found is None:
        raise BoardMissing("This board is not there any more, or it is not shared with you.")
    return found


def new_board(store: Store, name: str) -> Board:
    """A new, empty board of one's own; raises CannotPin for a name that is empty or too long."""
    from assistant.store.board_tables import board

    now = utc_now()
    made = Board(uuid4().hex, _named(name), store.by, False, now, now)
    store.write(board.insert().values(**vars(made)))
    return made


def rename_board(store: Store, board_id: str, name: str) -> None:
    """The board has another name; raises Forbidden for somebody else's."""
    _change(store, board_id, {"name": _named(name)})


def share_board(store: Store, board_id: str, shared: bool) -> None:
    """Others see the board, each with their own rights on the data, or do not; raises Forbidden for somebody else's."""
    _change(store, board_id, {"shared": shared})


def remove_board(store: Store, board_id: str) -> None:
    """The board is gone with its tiles and its delivery; raises Forbidden for somebody else's."""
    from assistant.store.board_tables import board

    own_board(store, board_id)
    store.write(board.delete().where(board.c.id == board_id))


def own_board(store: Store, board_id: str) -> Board:
    """The board, which this person may change; raises Forbidden, or BoardMissing."""
    found = board_of(store, board_id)
    if found.by != store.by:
        raise Forbidden(
            f"Only {found.by}, who made the board, may change it. Copy what you need to a board of your own."
        )
    return found


# --- tiles


def tiles_of(store: Store, board_id: str) -> tuple[Tile, ...]:
    """The tiles of a board in their order; raises BoardMissing."""
    from sqlalchemy import select

    from assistant.store.board_tables import board_tile

    board_of(store, board_id)
    rows = store.rows(select(board_tile).where(board_tile.c.board_id == board_id).order_by(board_tile.c.position))
    return tuple(_tile(row) for row in rows)


def add_tile(store: Store, tile: Tile) -> Tile:
    """The tile as the last of its board; raises CannotPin when the board is full, Forbidden when it is another's."""
    from assistant.store.board_tables import board_tile

    own_board(store, tile.board_id)
    present = tiles_of(store, tile.board_id)
    if len(present) >= MOST_TILES:
        raise CannotPin(f"A board holds {MOST_TILES} tiles at most. Remove one, or begin another board.")
    placed = replace(tile, position=1 + max((one.position for one in present), default=0))
    kept = {**vars(placed), "query": _json(placed.query), "chart": placed.chart or ""}
    with store.writing() as connection:
        connection.execute(board_tile.insert().values(kept))
        _touch(connection, tile.board_id)
    return placed


def add_note(store: Store, board_id: str, text: str) -> Tile:
    """A note in words as the last tile; raises CannotPin when it is empty or too long."""
    words = text.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise CannotPin(f"A note needs some words, at most {LONGEST_NOTE:,} characters.")
    return add_tile(store, Tile(uuid4().hex, board_id, 0, "note", "", "", None, None, words, store.by, utc_now()))


def rename_tile(store: Store, board_id: str, tile_id: str, title: str) -> None:
    """The tile has another title; of a note, its words."""
    tile = _tile_of(store, board_id, tile_id)
    _write_tile(
        store, tile, {"text": title.strip()[:LONGEST_NOTE]} if tile.kind == "note" else {"title": _named(title)}
    )


def remove_tile(store: Store, board_id: str, tile_id: str) -> None:
    """The tile is gone."""
    from assistant.store.board_tables import board_tile

    tile = _tile_of(store, board_id, tile_id)
    with store.writing() as connection:
        connection.execute(board_tile.delete().where(board_tile.c.id == tile.id))
        _touch(connection, board_id)


def move_tile(store: Store, board_id: str, tile_id: str, steps: int) -> None:
    """The tile has changed places by so many steps, as far as there are places."""
    from assistant.store.board_tables import board_tile

    order = [one.id for one in tiles_of(store, board_id)]
    _tile_of(store, board_id, tile_id)
    at = order.index(tile_id)
    order.insert(min(max(at + steps, 0), len(order) - 1), order.pop(at))
    with store.writing() as connection:
        for position, found in enumerate(order, start=1):
            connection.execute(board_tile.update().where(board_tile.c.id == found).values(position=position))
        _touch(connection, board_id)


def _tile_of(store: Store, board_id: str, tile_id: str) -> Tile:
    own_board(store, board_id)
    found = next((one for one in tiles_of(store, board_id) if one.id == tile_id), None)
    if found is None:
        raise BoardMissing("This tile has been removed meanwhile.")
    return found


def _write_tile(store: Store, tile: Tile, values: dict[str, Any]) -> None:
    from assistant.store.board_tables import board_tile

    with store.writing() as connection:
        connection.execute(board_tile.update().where(board_tile.c.id == tile.id).values(values))
        _touch(connection, tile.board_id)


def _change(store: Store, board_id: str, values: dict[str, Any]) -> None:
    from assistant.store.board_tables import board

    own_board(store, board_id)
    store.write(board.update().where(board.c.id == board_id).values(**values, touched_at=utc_now()))


def _touch(connection: Connection, board_id: str) -> None:
    from assistant.store.board_tables import board

    connection.execute(board.update().where(board.c.id == board_id).values(touched_at=utc_now()))


def _named(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME:
        raise CannotPin(f"Please give it a name of at most {LONGEST_NAME} characters.")
    return words


def first_board(boards: Sequence[Board], by: str) -> Board | None:
    """The board of one's own that was touched last."""
    return next((one for one in boards if one.by == by), None)


def _json(query: SemanticQuery | None) -> str:
    return query.model_dump_json(exclude_defaults=True) if query is not None else ""


def _board(row: Any) -> Board:
    return Board(row.id, row.name, row.by, row.shared, row.made_at, row.touched_at)


def _tile(row: Any) -> Tile:
    query = SemanticQuery.model_validate_json(row.query) if row.query else None
    told = (row.id, row.board_id, row.position, row.kind, row.title, row.question, query, row.chart or None)
    return Tile(*told, row.text, row.by, row.at)
