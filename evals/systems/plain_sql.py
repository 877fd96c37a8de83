"""The baseline: a model that is shown the tables and writes SQL, without definitions and without the layer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from evals.comparison import Table
from evals.databases import Prepared
from evals.errors import RunError
from evals.system import Ask, Reaction, ReactionKind
from evals.systems.chat_model import ChatModel, Completion, CompletionFailedError, Message
from warehouse import DuckDBEngine, Limits, QueryFailed, QueryTimeout, Schema, SQLRejected, WarehouseError, validate

INSTRUCTIONS = """\
You answer questions about a company's data with one DuckDB SELECT statement.
Reply in exactly one of these three ways and add nothing else:
1. The statement, between ```sql and ```.
2. CANNOT ANSWER: and what is missing, when the tables do not hold what is asked, or more than reading is asked for.
3. WHICH ONE: and a question back, when the question has several meanings that give different results.
Today is {today}. The tables:

{tables}
"""
_FENCED = re.compile(r"```(?:sql|duckdb)?\s*\n?(.*?)```", re.DOTALL | re.IGNORECASE)
_BARE = re.compile(r"^\s*(?:SELECT|WITH|FROM)\b", re.IGNORECASE)
_WORDS: tuple[tuple[str, ReactionKind, str], ...] = (
    ("CANNOT ANSWER:", "refusal", "MODEL_REFUSED"),
    ("WHICH ONE:", "clarification", ""),
)


class PlainSQL:
    """One chat call a question; what the model writes is run like any free SQL, through the guard and in a worker."""

    deterministic = False

    def __init__(self, prepared: Prepared, model: ChatModel):
        try:
            self._engine = DuckDBEngine(prepared.database, Limits(), 1)
        except WarehouseError as error:
            raise RunError(f"{prepared.database} cannot be opened: {error}") from error
        self._model = model
        self.name = f"plain SQL by {model.name}"
        today = prepared.as_of or date.today()
        self._instructions = INSTRUCTIONS.format(today=today.isoformat(), tables=described(self._engine.schema))

    def prompt(self, ask: Ask) -> str:
        """Every message that is sent."""
        return "\n\n".join(f"{message.role}: {message.content}" for message in self._messages(ask))

    def answer(self, ask: Ask) -> Reaction:
        """The rows of the model's statement, its refusal, or its question back."""
        try:
            said = self._model.complete(self._messages(ask))
        except CompletionFailedError as error:
            return Reaction("failure", str(error), error.code, usage=error.usage, passing=error.passing)
        sql = statement_in(said.text)
        return replace(self._run(sql), usage=said.usage) if sql else _in_words(said)

    def close(self) -> None:
        """Stop the worker, and close the connections to the model."""
        self._engine.close()
        self._model.close()

    def _messages(self, ask: Ask) -> tuple[Message, Message]:
        parts = []
        if ask.history:
            parts.append("Asked before in this conversation:\n" + "\n".join(f"- {text}" for text in ask.history))
        if ask.context:
            parts.append(f"What the business means: {ask.context}")
        parts.append(f"Question: {ask.question}")
        return Message("system", self._instructions), Message("user", "\n\n".join(parts))

    def _run(self, sql: str) -> Reaction:
        try:
            result = self._engine.run(validate(sql, self._engine.schema))
        except SQLRejected as error:
            return Reaction("failure", error.reason, "SQL_REJECTED", sql=sql)
        except QueryTimeout as error:
            return Reaction("failure", str(error), "TIMEOUT", sql=sql, passing=True)
        except QueryFailed as error:
            return Reaction("failure", str(error), "QUERY_FAILED", sql=sql)
        return Reaction("answer", table=Table(result.columns, result.rows, result.truncated), sql=sql)


def described(schema: Schema) -> str:
    """The tables as a list of names with typed columns, in the order of their names."""
    return "\n".join(f"{table}({_columns(schema, table)})" for table in sorted(schema))


def _columns(schema: Schema, table: str) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in schema[table].items())


def statement_in(text: str) -> str:
    """The SQL of a reply: the first fenced block, or the whole text when it is a statement; else empty."""
    fenced = _FENCED.search(text)
    found = fenced[1] if fenced else text if _BARE.match(text) else ""
    return found.strip().rstrip(";").strip()


def _in_words(said: Completion) -> Reaction:
    """A refusal or a question back; any other prose is a failure, for nobody could act on it."""
    text = said.text.strip()
    for opening, kind, code in _WORDS:
        if text.upper().startswith(opening):
            return Reaction(kind, text[len(opening) :].strip(), code, usage=said.usage)
    return Reaction("failure", text or "The model said nothing.", "NO_SQL", usage=said.usage)
