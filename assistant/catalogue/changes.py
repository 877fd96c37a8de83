"""Changes of definitions: proposed by who knows better, seen with their effects, and in force only when approved."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.catalogue.overlay import changed_layer, entry_yaml, read_entry, write_change
from assistant.catalogue.records import CannotChange, Change, ChangeStatus, EntryKind
from assistant.clock import utc_now
from assistant.config import Settings
from assistant.definition_changes import keep_history
from assistant.errors import Forbidden
from assistant.store import Store
from semantic_layer import load_workspace

if TYPE_CHECKING:
    from assistant.assistant import Assistant

LONGEST_REASON = 2000


def propose_change(assistant: Assistant, store: Store, asked: Change) -> Change:
    """The change, waiting for somebody with the right to approve it.

    Raises CannotChange when it says nothing new, is of another entry, has no reason, or does not load.
    """
    layer = load_workspace(assistant.settings.home, assistant.engine.schema)
    before = entry_yaml(layer, asked.kind, asked.name)
    _check_name(asked)
    if read_entry(before) == read_entry(asked.after):
        raise CannotChange("Nothing is different from the present definition.")
    if len(asked.reason) > LONGEST_REASON:
        raise CannotChange(f"Give the reason in at most {LONGEST_REASON:,} characters.")
    made = Change(
        uuid4().hex, asked.kind, asked.name, asked.reason.strip(), before, asked.after, "pending", store.by, utc_now()
    )
    changed_layer(assistant.settings, assistant.engine.schema, made)
    _insert(store, made)
    return made


def drafted(kind: EntryKind, name: str, after: str, reason: str = "") -> Change:
    """A change as somebody types it, not kept yet."""
    return Change("", kind, name, reason, "", after, "pending", "", utc_now())


def _check_name(change: Change) -> None:
    wanted = change.name.rpartition(".")[2] if change.kind == "dimension" else change.name
    given = read_entry(change.after).get("name")
    if given != wanted:
        raise CannotChange(f"The definition must keep its name: `name: {wanted}`, not `{given}`.")


def changes(store: Store, status: ChangeStatus | None = None, name: str = "") -> tuple[Change, ...]:
    """Changes of a status, of one entry, or all: those that wait from the oldest on, others from the newest on."""
    from sqlalchemy import select

    from assistant.store.board_tables import definition_change as told

    query = select(told).order_by(told.c.at if status == "pending" else told.c.at.desc())
    query = query.where(told.c.status == status) if status is not None else query
    query = query.where(told.c.name == name) if name else query
    return tuple(_change(row) for row in store.rows(query))


def change_of(store: Store, change_id: str) -> Change:
    """The change of that id; raises CannotChange when there is none."""
    found = next((one for one in changes(store) if one.id == change_id), None)
    if found is None:
        raise CannotChange("This proposal is not there any more.")
    return found


def approve_change(assistant: Assistant, store: Store, change_id: str, comment: str = "") -> Change:
    """The change in force, from the next question on.

    Raises CannotChange when it was decided meanwhile, or when the definition has changed under it; Forbidden when the
    setting `review_by_other` wants somebody else.
    """
    change = _pending(store, change_id)
    settings, schema = assistant.settings, assistant.engine.schema
    _require_other(store, settings, change)
    layer = load_workspace(settings.home, schema)
    if read_entry(entry_yaml(layer, change.kind, change.name)) != read_entry(change.before):
        raise CannotChange("The definition has changed since this was proposed. Turn it down, and propose it anew.")
    changed_layer(settings, schema, change)
    decided = _decide(store, change, "approved", comment)
    write_change(settings, schema, change)
    keep_history(settings.home, load_workspace(settings.home, schema), date.today())
    return decided


def reject_change(store: Store, change_id: str, comment: str) -> Change:
    """The change turned down; raises CannotChange without a comment that says why, or when it is decided already."""
    change = _pending(store, change_id)
    if not comment.strip():
        raise CannotChange("Say in a comment why it is turned down; whoever proposed it will read that.")
    return _decide(store, change, "rejected", comment)


def _pending(store: Store, change_id: str) -> Change:
    change = change_of(store, change_id)
    if change.status != "pending":
        raise CannotChange(f"{change.decided_by} has {change.status} this meanwhile.")
    return change


def _require_other(store: Store, settings: Settings, change: Change) -> None:
    if settings.review_by_other and store.by == change.by:
        raise Forbidden("Somebody else must approve this: you proposed it (setting `review_by_other`).")


def _decide(store: Store, change: Change, status: ChangeStatus, comment: str) -> Change:
    from assistant.store.board_tables import definition_change as told

    values = {"status": status, "decided_by": store.by, "decided_at": utc_now(), "comment": comment.strip()}
    pending = told.update().where(told.c.id == change.id, told.c.status == "pending")
    if store.write(pending.values(values)) != 1:
        raise CannotChange("Somebody has decided this meanwhile.")
    return change_of(store, change.id)


def _insert(store: Store, change: Change) -> None:
    from assistant.store.board_tables import definition_change

    store.write(definition_change.insert().values(vars(change)))


def _change(row: Any) -> Change:
    return Change(
        row.id, row.kind, row.name, row.reason, row.before, row.after, row.status, row.by, row.at, row.decided_by,
        row.decided_at, row.comment,
    )  # fmt: skip
