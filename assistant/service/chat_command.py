"""What `tellwise chat` does: a conversation in the terminal, kept in the store, with a verdict on any answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from assistant.answer import Answer, Clarification, Outcome
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.errors import StoreError
from assistant.learning import actor
from assistant.service import terminal
from assistant.store import Store

HELP = """  A question, or what follows from it: "and by country?", "only Germany", "undo".
  /good            the last answer is right; it is proposed as a verified question
  /wrong WHY       the last answer is wrong
  /sql             the SQL of the last answer
  /new             start afresh
  /quit            end (or Ctrl-D)"""


@dataclass
class _Desk:
    """The conversation with what its commands need."""

    assistant: Assistant
    store: Store
    settings: Settings
    conversation: Conversation
    last: Outcome | None = None


def chat(settings: Settings, rows: int) -> None:
    """Ask and answer until the input ends."""
    store = Store.open(settings, actor(settings))
    assistant = Assistant.open(settings)
    desk = _Desk(assistant, store, settings, Conversation())
    click.echo("Ask about your data; /help tells what else you can type.")
    try:
        for line in _lines():
            if line == "/quit":
                break
            click.echo(_reply(desk, line, rows) + "\n")
    finally:
        assistant.close()
        store.close()


def _lines() -> Iterator[str]:
    while True:
        try:
            line = click.prompt("", prompt_suffix="> ", default="", show_default=False).strip()
        except click.Abort:
            click.echo()
            return
        if line:
            yield line


def _reply(desk: _Desk, line: str, rows: int) -> str:
    if line.startswith("/"):
        return _command(desk, line)
    desk.last = desk.assistant.ask(line, conversation=desk.conversation)
    note = _keep(desk)
    return terminal.render(desk.last, rows, False, desk.settings.locale) + _numbers(desk.last) + note


def _keep(desk: _Desk) -> str:
    """Keep the turn; an answer is not lost because it cannot be kept."""
    if not desk.conversation.turns or desk.last is None:
        return ""
    try:
        desk.store.save_turn(desk.conversation, desk.conversation.turns[-1], desk.last)
    except StoreError as error:
        return f"\nNote: {error}"
    return ""


def _numbers(outcome: Outcome) -> str:
    return "\nAnswer with 1, 2, ... or in words." if isinstance(outcome, Clarification) and outcome.options else ""


def _command(desk: _Desk, line: str) -> str:
    name, _, words = line.partition(" ")
    if name == "/new":
        desk.conversation, desk.last = Conversation(), None
        return "A new conversation."
    if name not in ("/good", "/wrong", "/sql"):
        return HELP
    if not isinstance(desk.last, Answer) or desk.last.plan is None:
        return "There is no answer yet to say that of."
    if name == "/sql":
        return desk.last.sql
    turn = desk.conversation.turns[-1]
    desk.store.give_feedback(turn, desk.last.sql, "up" if name == "/good" else "down", words.strip())
    if name == "/wrong":
        return "Noted. Thank you."
    if desk.assistant.propose(desk.store, desk.last):
        return "Noted, and proposed as a verified question: `tellwise learn --review` decides."
    return "Noted. It leans on an earlier question, so it is not proposed as a verified one."
