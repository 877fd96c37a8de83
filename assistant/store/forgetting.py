"""One customer taken out of the store: every row that names them by id, name, address or number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.config import read_settings
from assistant.learning import APPROVED_FILE
from semantic_layer import read_verified, write_verified
from warehouse import Person, Removed

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

VERIFIED = "verified.yml"
THREADS = "agent.db"
"""What a model had done before it waited for approval."""


def forget_in_store(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """What was removed of a customer from conversations, feedback and verified questions; their bytes go, too."""
    del by
    yield from _forget_in_file(home / VERIFIED, person, rehearse)
    yield from _forget_threads(home / THREADS, person, rehearse)
    yield from _forget_approved(home / APPROVED_FILE, person, rehearse)
    settings = read_settings(home=home)
    from assistant.store.store import FILE, state_url

    if not settings.state_url and not (home / FILE).exists():
        return
    from assistant.store.connecting import connect

    engine = connect(state_url(home, settings.state_url))
    try:
        yield from _forget_in_tables(engine, person, rehearse)
        if not rehearse and engine.dialect.name == "sqlite":
            _rewrite(engine)
    finally:
        engine.dispose()


def _forget_in_tables(engine: Engine, person: Person, rehearse: bool) -> Iterator[Removed]:
    from assistant.store.every_table import may_name_customers

    for table in may_name_customers:
        with engine.begin() as connection:
            found = [row.id for row in connection.execute(table.select()) if _tells_of(row, person)]
            if found and not rehearse:
                connection.execute(_deletion(table, found))
        if found:
            yield Removed(f"state.{table.name}", len(found), "deleted")


def _deletion(table: Table, ids: list[str]) -> Any:
    return table.delete().where(table.c.id.in_(ids))


def _tells_of(row: Any, person: Person) -> bool:
    return tells_of(" ".join(str(value) for value in row), person)


def tells_of(text: str, person: Person) -> bool:
    """Whether a text holds the customer's id as a word, or a mark; of a phone number the digits decide."""
    said = text.casefold()
    if re.search(rf"(?<!\w){re.escape(person.customer_id.casefold())}(?!\w)", said):
        return True
    digits = re.sub(r"[\s()/.-]", "", said)
    return any(mark in said or (mark.lstrip("+").isdigit() and mark in digits) for mark in person.marks)


def _rewrite(engine: Engine) -> None:
    """Write the file anew and empty the log beside it, since both keep the bytes of deleted rows."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
        cursor.close()
    finally:
        raw.close()


def _forget_approved(path: Path, person: Person, rehearse: bool) -> Iterator[Removed]:
    from assistant.review.approved_sql import read_approved, write_approved

    entries = read_approved(path)
    kept = [one for one in entries if not tells_of(f"{one.question} {one.sql}", person)]
    if len(kept) == len(entries):
        return
    if not rehearse:
        write_approved(path, kept)
    yield Removed(path.name, len(entries) - len(kept), "deleted")


def _forget_threads(path: Path, person: Person, rehearse: bool) -> Iterator[Removed]:
    """The file of waiting threads, removed whole when one of them tells of the customer; they can no longer go on."""
    if path.exists() and tells_of(path.read_bytes().decode("utf-8", "ignore"), person):
        for one in (path, *path.parent.glob(f"{path.name}-*")) if not rehearse else ():
            one.unlink(missing_ok=True)
        yield Removed(path.name, 1, "file deleted")


def _forget_in_file(path: Path, person: Person, rehearse: bool) -> Iterator[Removed]:
    questions = read_verified(path)
    kept = [one for one in questions if not tells_of(f"{one.question} {one.query.model_dump_json()} {one.sql}", person)]
    if len(kept) == len(questions):
        return
    if not rehearse:
        write_verified(path, kept)
    yield Removed(path.name, len(questions) - len(kept), "deleted")
