"""A database never seen before: its tables loaded, its model proposed with no hand editing, and its assistant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.service.init_command import propose_for
from semantic_layer import bootstrap
from warehouse import live_path, publish, query_trusted, set_snapshot

Edit = Callable[[str], str]


@dataclass(frozen=True)
class Foreign:
    """A foreign database in use: the assistant over it, and the file its expected rows are read from."""

    assistant: Assistant
    database: Path

    def rows_of(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of hand-written SQL."""
        return [tuple(row) for row in query_trusted(self.database, sql).rows]

    def answer(self, question: str) -> Answer:
        """The answer to a question that has one."""
        found = self.assistant.ask(question)
        assert isinstance(found, Answer), found
        return found


@contextmanager
def foreign(home: Path, tables: str, last_day: date, edit: Edit = str) -> Iterator[Foreign]:
    """The database of `tables` (SQL statements) with data up to `last_day`; `edit` changes the proposed YAML."""
    statements = [statement.strip() for statement in tables.split(";") if statement.strip()]
    with publish(home / "warehouse", start="empty") as connection:
        for statement in statements:
            connection.execute(statement)
        set_snapshot(connection, "files", last_day)
    names = tuple(statement.split()[2] for statement in statements if statement.startswith("CREATE TABLE"))
    proposal = propose_for(live_path(home / "warehouse"), names)
    (home / "definitions").mkdir()
    (home / "definitions" / "tables.yml").write_text(edit(bootstrap.to_yaml(proposal)), encoding="utf-8")
    assistant = Assistant.open(read_settings({}, home=home))
    yield Foreign(assistant, live_path(home / "warehouse"))
    assistant.close()


def assert_same_rows(world: Foreign, question: str, sql: str) -> None:
    """The answer has as many rows as the SQL, and each row of the SQL lies within a row of the answer."""
    expected = [set(map(str, row)) for row in world.rows_of(sql)]
    found = [set(map(str, row)) for row in world.answer(question).result.rows]
    assert len(found) == len(expected)
    assert all(any(row <= other for other in found) for row in expected)
