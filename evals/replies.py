"""Paid answers are kept by their prompt, and a run stops before it costs more than it may."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from evals.comparison import Table
from evals.errors import BudgetSpentError
from evals.history import History
from evals.system import Ask, Reaction, System, Usage

_REACTION = TypeAdapter(Reaction)
_READERS: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda text: timedelta(seconds=float(text)),
}


class Remembering:
    """A system whose paid answers are kept in the history, by everything they depend on and the data they saw."""

    def __init__(self, system: System, history: History, data: str):
        self._system, self._history, self._data = system, history, data
        self.name, self.deterministic = system.name, system.deterministic

    def prompt(self, ask: Ask) -> str:
        """The prompt of the system itself."""
        return self._system.prompt(ask)

    def answer(self, ask: Ask) -> Reaction:
        """The kept answer to the same prompt, or a new one."""
        prompt = self._system.prompt(ask)
        if not prompt:
            return self._system.answer(ask)
        key = hashlib.sha256("\n".join((self.name, self._data, str(ask.repeat), prompt)).encode()).hexdigest()
        kept = self._history.reply(key)
        if kept is not None:
            return replace(thawed(kept), cached=True, usage=Usage())
        reaction = self._system.answer(ask)
        if reaction.kind != "failure" or (reaction.usage.calls and not reaction.passing):
            self._history.keep_reply(key, self.name, frozen(reaction))
        return reaction

    def close(self) -> None:
        """Release what the system holds."""
        self._system.close()


@dataclass(frozen=True)
class Budget:
    """The most that a run may use; None sets no limit."""

    calls: int | None = None
    dollars: float | None = None


class Till:
    """What a run has used so far, against its budget; safe to be used from several threads."""

    def __init__(self, budget: Budget):
        self._budget, self._spent, self._lock = budget, Usage(), threading.Lock()

    def check(self) -> None:
        """Raises BudgetSpentError when the budget is used up."""
        calls, dollars = self._budget.calls, self._budget.dollars
        with self._lock:
            if calls is not None and self._spent.calls >= calls:
                raise BudgetSpentError(f"The budget of {calls} model calls is used up.")
            if dollars is not None and self._spent.dollars >= dollars:
                raise BudgetSpentError(f"The budget of {dollars:.2f} USD is used up.")

    def add(self, usage: Usage) -> None:
        """Count what one answer used."""
        with self._lock:
            self._spent = Usage(
                self._spent.calls + usage.calls,
                self._spent.tokens_in + usage.tokens_in,
                self._spent.tokens_out + usage.tokens_out,
                self._spent.dollars + usage.dollars,
            )


def frozen(reaction: Reaction) -> str:
    """The reaction as JSON, with the types of its cells kept."""
    rows = tuple(tuple(_tagged(cell) for cell in row) for row in reaction.table.rows) if reaction.table else ()
    table = replace(reaction.table, rows=rows) if reaction.table else None
    return _REACTION.dump_json(replace(reaction, table=table)).decode()


def thawed(text: str) -> Reaction:
    """The reaction that `frozen` wrote."""
    reaction = _REACTION.validate_json(text)
    if reaction.table is None:
        return reaction
    rows = tuple(tuple(_untagged(cell) for cell in row) for row in reaction.table.rows)
    return replace(reaction, table=Table(reaction.table.columns, rows, reaction.table.truncated))


def _tagged(cell: Any) -> Any:
    """The cell as JSON can hold it, its type told where JSON has none."""
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, timedelta):
        return {"seconds": str(cell.total_seconds())}
    if isinstance(cell, datetime | date | time):
        return {type(cell).__name__: cell.isoformat()}
    if isinstance(cell, Decimal):
        return {"decimal": str(cell)}
    if isinstance(cell, list | tuple):
        return [_tagged(item) for item in cell]
    return str(cell)


def _untagged(cell: Any) -> Any:
    if isinstance(cell, dict):
        kind, text = next(iter(cell.items()))
        return _READERS[kind](text)
    return [_untagged(item) for item in cell] if isinstance(cell, list) else cell
