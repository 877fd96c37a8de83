"""What the store keeps of the agent: every tool call, and the threads that wait for a person's decision."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from assistant.agent.audit import masked
from assistant.answer import ModelUse, ToolRequest
from assistant.clock import utc_now
from assistant.store import Store

KEPT = 2_000
"""Characters of a tool's reply that are kept."""


@dataclass(frozen=True)
class Waiting:
    """A question that waits for a decision: its thread, who asked, what the model wants to do, what it took so far."""

    thread: str
    by: str
    question: str
    requests: tuple[ToolRequest, ...]
    asked_at: datetime
    use: ModelUse


class Ledger:
    """Reads and writes them for one person; says nothing of other people's threads."""

    def __init__(self, store: Store):
        self._store = store

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def note_call(self, thread: str, tool: str, arguments: Mapping[str, Any], reply: str, *, found: bool) -> None:
        """Write a tool call down, with personal data masked."""
        from assistant.store.agent_tables import tool_call

        row = {
            "id": uuid4().hex, "thread": thread, "by": self._store.by, "at": utc_now(), "tool": tool[:60],
            "arguments": masked(json.dumps(arguments, default=str))[:KEPT], "reply": masked(reply)[:KEPT],
            "found": found,
        }  # fmt: skip
        self._store.write(tool_call.insert().values(row))

    def wait(self, thread: str, question: str, requests: Sequence[ToolRequest], use: ModelUse) -> None:
        """Keep a thread that waits; one that waited before waits anew."""
        from assistant.store.agent_tables import agent_thread

        told = [{"tool": one.tool, "arguments": dict(one.arguments), "reason": one.reason} for one in requests]
        row = {
            "id": thread, "by": self._store.by, "question": question, "requests": json.dumps(told),
            "status": "waiting", "asked_at": utc_now(), "decided_by": "", "model": use.name, "calls": use.calls,
            "tokens_in": use.tokens_in, "tokens_out": use.tokens_out, "dollars": use.dollars,
        }  # fmt: skip
        with self._store.writing() as connection:
            connection.execute(agent_thread.delete().where(agent_thread.c.id == thread))
            connection.execute(agent_thread.insert().values(row))

    def waiting(self, thread: str = "") -> tuple[Waiting, ...]:
        """One's own threads that wait for a decision, oldest first; only that one, when one is named."""
        from sqlalchemy import select

        from assistant.store.agent_tables import agent_thread

        told = agent_thread
        query = select(told).where(told.c.status == "waiting", told.c.by == self._store.by).order_by(told.c.asked_at)
        rows = self._store.rows(query.where(told.c.id == thread) if thread else query)
        return tuple(_waiting(row) for row in rows)

    def decide(self, thread: str, verdict: str) -> bool:
        """Whether the thread still waited; of two who decide at once the first counts."""
        from assistant.store.agent_tables import agent_thread

        told = agent_thread
        own = told.update().where(told.c.id == thread, told.c.status == "waiting", told.c.by == self._store.by)
        done = own.values(status=verdict, decided_by=self._store.by, decided_at=utc_now())
        return self._store.write(done) == 1

    def calls(self, thread: str = "") -> tuple[tuple[str, str, str, bool], ...]:
        """(tool, arguments, reply, whether rows were found) of the calls kept, oldest first."""
        from sqlalchemy import select

        from assistant.store.agent_tables import tool_call

        query = select(tool_call).order_by(tool_call.c.at)
        rows = self._store.rows(query.where(tool_call.c.thread == thread) if thread else query)
        return tuple((row.tool, row.arguments, row.reply, row.found) for row in rows)


def _waiting(row: Any) -> Waiting:
    requests = tuple(ToolRequest(one["tool"], one["arguments"], one["reason"]) for one in json.loads(row.requests))
    use = ModelUse(row.model, "steps", row.calls, row.tokens_in, row.tokens_out, row.dollars)
    return Waiting(row.id, row.by, row.question, requests, row.asked_at, use)
