"""The one door to the store: everything goes in and comes out as frozen data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.answer import Answer, Outcome, Refusal
from assistant.clock import utc_now
from assistant.config import Settings
from assistant.conversation import Conversation, Turn
from assistant.errors import StoreError
from assistant.store.records import Feedback, Proposal, SeenWord, Status, StoredTurn, Synonym, SynonymStatus, Verdict
from semantic_layer import SemanticQuery

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Executable, Row

FILE = "state.db"
UNPLACED = ("UNKNOWN_WORDS", "OUT_OF_DOMAIN")
ANYBODY = "local"
"""Who acts when nobody is named: the only person of a workspace on one's own machine."""


def state_url(home: Path, url: str = "") -> str:
    """The address of the store: the setting's, or the file of the workspace."""
    return url or f"sqlite:///{(home / FILE).absolute()}"


class Store:
    """Reads and writes what people did; safe for several threads and processes at once."""

    def __init__(self, engine: Engine, by: str = ANYBODY):
        self._engine, self.by = engine, by

    @classmethod
    def open(cls, settings: Settings, by: str = ANYBODY) -> Store:
        """The store of a workspace, its tables brought up to date; raises StoreError when it cannot be opened."""
        from assistant.store.connecting import connect

        settings.home.mkdir(parents=True, exist_ok=True)
        return cls(connect(state_url(settings.home, settings.state_url)), by)

    def acting(self, by: str) -> Store:
        """The same store, acting for somebody else; closing either closes both."""
        return Store(self._engine, by)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # --- conversations

    def save_turn(self, conversation: Conversation, turn: Turn, outcome: Outcome) -> None:
        """Keep the last turn of a conversation; the rows of its answer are never kept."""
        from sqlalchemy import func, select

        from assistant.store import tables

        now = utc_now()
        with self.writing() as connection:
            known = select(tables.conversation.c.id).where(tables.conversation.c.id == conversation.id)
            if connection.execute(known).first() is None:
                opened = {"id": conversation.id, "by": self.by, "started_at": now, "touched_at": now}
                connection.execute(tables.conversation.insert().values(opened))
            last = select(func.max(tables.turn.c.position)).where(tables.turn.c.conversation_id == conversation.id)
            place = (connection.execute(last).scalar() or 0) + 1
            row = _turn_row(turn, outcome) | {"conversation_id": conversation.id, "position": place, "asked_at": now}
            connection.execute(tables.turn.insert().values(row))
            touched = tables.conversation.update().where(tables.conversation.c.id == conversation.id)
            connection.execute(touched.values(touched_at=now))

    def conversations(self, limit: int = 50) -> tuple[tuple[str, str, datetime], ...]:
        """(id, first question, last touched) of one's own conversations, newest first."""
        from sqlalchemy import select

        from assistant.store import tables

        told, asked = tables.conversation, tables.turn
        joined = told.join(asked, (asked.c.conversation_id == told.c.id) & (asked.c.position == 1))
        query = select(told.c.id, asked.c.question, told.c.touched_at).select_from(joined).where(told.c.by == self.by)
        rows = self.rows(query.order_by(told.c.touched_at.desc()).limit(limit))
        return tuple((row.id, row.question, row.touched_at) for row in rows)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """One's own conversation with its typed turns, ready to go on; None for any other."""
        from sqlalchemy import select

        from assistant.store import tables

        told = tables.conversation
        own = select(told.c.id).where(told.c.id == conversation_id, told.c.by == self.by)
        if not self.rows(own):
            return None
        turns = [Turn(t.question, t.kind, t.query, whole=False, id=t.id) for t in self.turns(conversation_id)]  # type: ignore[arg-type]  # the kinds are those written
        return Conversation(conversation_id, turns)

    def turns(self, conversation_id: str = "") -> tuple[StoredTurn, ...]:
        """The turns of a conversation, or all of them, in the order they were asked."""
        from sqlalchemy import select

        from assistant.store import tables

        query = select(tables.turn).order_by(tables.turn.c.asked_at, tables.turn.c.position)
        if conversation_id:
            query = query.where(tables.turn.c.conversation_id == conversation_id)
        return tuple(_stored_turn(row) for row in self.rows(query))

    def unplaced_words(self) -> tuple[SeenWord, ...]:
        """The words that made questions fail, the most frequent first."""
        times: Counter[str] = Counter()
        last: dict[str, str] = {}
        for turn in self.turns():
            for word in turn.words if turn.code in UNPLACED else ():
                times[word.casefold()] += 1
                last[word.casefold()] = turn.question
        return tuple(SeenWord(word, count, last[word]) for word, count in times.most_common())

    # --- feedback

    def give_feedback(self, turn: Turn, sql: str, verdict: Verdict, reason: str = "", correction: str = "") -> Feedback:
        """A verdict on an answer, as kept."""
        from assistant.store import tables

        given = Feedback(
            uuid4().hex, turn.question, turn.query, sql, verdict, reason, correction, self.by, utc_now(), turn.id
        )
        row = {
            "id": given.id, "turn_id": turn.id, "question": turn.question, "query": _json(turn.query), "sql": sql,
            "verdict": verdict, "reason": reason, "correction": correction, "by": self.by, "at": given.at,
        }  # fmt: skip
        self.write(tables.feedback.insert().values(row))
        return given

    def feedback(self, since: datetime | None = None) -> tuple[Feedback, ...]:
        """Every verdict, oldest first; only those at or after a time, when one is given."""
        from sqlalchemy import select

        from assistant.store import tables

        query = select(tables.feedback).order_by(tables.feedback.c.at)
        if since is not None:
            query = query.where(tables.feedback.c.at >= since)
        return tuple(
            Feedback(r.id, r.question, _query(r.query), r.sql, r.verdict, r.reason, r.correction, r.by, r.at, r.turn_id)
            for r in self.rows(query)
        )

    # --- verified questions

    def propose(self, question: str, query: SemanticQuery, sql: str = "", as_of: date | None = None) -> Proposal:
        """A question with its query, waiting for somebody with the right to approve it."""
        from assistant.store import tables

        made = Proposal(uuid4().hex, question, query, sql, as_of, "pending", self.by, utc_now())
        row = {
            "id": made.id, "question": question, "query": _json(query), "sql": sql, "as_of": as_of,
            "status": "pending", "proposed_by": self.by, "proposed_at": made.proposed_at, "decided_by": "",
        }  # fmt: skip
        self.write(tables.verified_question.insert().values(row))
        return made

    def proposals(self, status: Status = "pending") -> tuple[Proposal, ...]:
        """The proposed questions of a status, oldest first."""
        from sqlalchemy import select

        from assistant.store import tables

        told = tables.verified_question
        rows = self.rows(select(told).where(told.c.status == status).order_by(told.c.proposed_at))
        return tuple(_proposal(row) for row in rows)

    def decide(self, proposal_id: str, status: Status) -> bool:
        """Whether a pending proposal was there to be decided; of two people who decide at once the first counts."""
        from assistant.store import tables

        told = tables.verified_question
        pending = told.update().where(told.c.id == proposal_id, told.c.status == "pending")
        return self.write(pending.values(status=status, decided_by=self.by, decided_at=utc_now())) == 1

    # --- synonyms

    def decide_synonym(self, word: str, target: str, status: SynonymStatus) -> Synonym:
        """A word for a metric or field, accepted or not; the last decision counts."""
        from assistant.store import tables

        told = tables.proposed_synonym
        made = Synonym(uuid4().hex, word.casefold(), target, status, self.by, utc_now())
        row = {"id": made.id, "word": made.word, "target": target, "status": status, "by": self.by, "at": made.at}
        with self.writing() as connection:
            connection.execute(told.delete().where(told.c.word == made.word, told.c.target == target))
            connection.execute(told.insert().values(row))
        return made

    def synonyms(self) -> tuple[Synonym, ...]:
        """Every decision on a word."""
        from sqlalchemy import select

        from assistant.store import tables

        told = tables.proposed_synonym
        rows = self.rows(select(told).order_by(told.c.at))
        return tuple(Synonym(r.id, r.word, r.target, r.status, r.by, r.at) for r in rows)

    # --- for the rooms that keep tables of their own

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for several statements that count all or none; raises StoreError when they cannot be kept."""
        from sqlalchemy.exc import DBAPIError

        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreError(f"This could not be kept: {error.orig}. Check the disk and the state store.") from error

    def rows(self, query: Executable) -> Sequence[Row[Any]]:
        """The rows of a query."""
        with self._engine.connect().execution_options(reads=True) as connection:
            return connection.execute(query).all()

    def write(self, statement: Any) -> int:
        """How many rows one statement wrote; raises StoreError when they cannot be kept."""
        with self.writing() as connection:
            return int(connection.execute(statement).rowcount)


def _json(query: SemanticQuery | None) -> str:
    return query.model_dump_json(exclude_defaults=True) if query is not None else ""


def _query(text: str) -> SemanticQuery | None:
    return SemanticQuery.model_validate_json(text) if text else None


def _turn_row(turn: Turn, outcome: Outcome) -> dict[str, Any]:
    row = {"id": turn.id, "question": turn.question, "kind": turn.kind, "query": _json(turn.query)}
    told = {"sql": "", "reading": "", "code": "", "words": "[]"}
    if isinstance(outcome, Answer):
        told |= {"sql": outcome.sql, "reading": outcome.interpretation.sentence}
    elif isinstance(outcome, Refusal):
        told |= {"code": outcome.code, "words": json.dumps(outcome.words, ensure_ascii=False)}
    return row | told


def _stored_turn(row: Any) -> StoredTurn:
    words = tuple(json.loads(row.words))
    told = (row.id, row.conversation_id, row.question, row.kind, _query(row.query), row.sql, row.reading, row.code)
    return StoredTurn(*told, words, row.asked_at)


def _proposal(row: Any) -> Proposal:
    query = _query(row.query)
    assert query is not None
    told = (row.id, row.question, query, row.sql, row.as_of, row.status, row.proposed_by, row.proposed_at)
    return Proposal(*told, row.decided_by, row.decided_at)
