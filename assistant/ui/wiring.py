"""What happens on a click or a key, and what of the page changes then.

No event is offered as a programming interface: the page is for people. The conversation is never read back from the
browser; what a tab shows is kept by the server for that tab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import gradio as gr

from assistant.answer import Answer
from assistant.ui import tables
from assistant.ui.look import Look
from assistant.ui.markup import of_class
from assistant.ui.screen import Screen
from assistant.ui.session import Message, Session, Shown
from assistant.ui.turns import MOST_CHOICES, Desk

Updates = list[Any]
Handler = Callable[..., Iterator[Updates]]


def wire(screen: Screen, desk: Desk) -> None:
    """Connect every event of the page."""
    show = _shower(desk.look, TemporaryDirectory(prefix="tellwise-"))
    turns = [(screen.ask.submit, _asker(desk), [screen.ask, screen.session])]
    turns += [(button.click, _starter(desk, str(button.value)), [screen.session]) for button in screen.starters]
    turns += [(button.click, _picker(desk, index), [screen.session]) for index, button in enumerate(screen.choices)]
    for event, handler, inputs in turns:
        event(handler, inputs, screen.conversation, api_visibility="private", show_progress="hidden")
    _wire_verdict(screen, desk)
    screen.chat.clear(_cleaner(desk), None, screen.conversation, api_visibility="private", show_progress="hidden")
    screen.run.click(_runner(desk), [screen.sql], [screen.shown, screen.sql_outcome], api_visibility="private")
    screen.shown.change(
        show, [screen.shown], [screen.sql, *screen.result], api_visibility="private", show_progress="hidden"
    )


def _wire_verdict(screen: Screen, desk: Desk) -> None:
    asked = screen.verdict
    inputs, outputs = [asked.reason, screen.session], [screen.session, *asked.parts]
    asked.right.click(_judge(desk, True), inputs, outputs, api_visibility="private", show_progress="hidden")
    asked.reason.submit(_judge(desk, False), inputs, outputs, api_visibility="private", show_progress="hidden")
    asked.wrong.click(_reason, None, [asked.reason], api_visibility="private", show_progress="hidden")


def _reason() -> gr.Textbox:
    return gr.Textbox(visible=True)


# --- turns


def _asker(desk: Desk) -> Handler:
    def ask(question: str, session: Session) -> Iterator[Updates]:
        yield from _followed(desk.ask(question or "", session), desk)

    return ask


def _starter(desk: Desk, question: str) -> Handler:
    def start(session: Session) -> Iterator[Updates]:
        yield from _followed(desk.ask(question, session), desk)

    return start


def _picker(desk: Desk, index: int) -> Handler:
    def pick(session: Session) -> Iterator[Updates]:
        yield from _followed(desk.pick(index, session), desk)

    return pick


def _judge(desk: Desk, is_right: bool) -> Callable[[str, Session], Updates]:
    def judge(reason: str, session: Session) -> Updates:
        judged = desk.judge(is_right, "" if is_right else reason or "", session)
        return [judged, *_verdict(judged, desk)]

    return judge


def _verdict(session: Session, desk: Desk) -> Updates:
    """The question whether the answer is right, while there is one that nobody has judged."""
    open_ = session.answer is not None and not session.noted
    return [
        gr.Row(visible=desk.store is not None and session.answer is not None),
        gr.Button(visible=open_),
        gr.Button(visible=open_),
        gr.Textbox(value="", visible=False),
        gr.HTML(of_class("p", "tw-small", session.noted), visible=bool(session.noted)),
    ]


def _runner(desk: Desk) -> Callable[[str], Updates]:
    def run(sql: str) -> Updates:
        answer, shown = desk.run_sql(sql or "")
        return [Shown(answer) if answer else gr.skip(), shown]

    return run


def _followed(sessions: Iterator[Session], desk: Desk) -> Iterator[Updates]:
    """The updates of a turn; the question box is emptied once, so that what is typed meanwhile stays."""
    for count, session in enumerate(sessions):
        yield _conversation(session, gr.skip() if count else "", desk)


def _cleaner(desk: Desk) -> Callable[[], Updates]:
    def clear() -> Updates:
        return _conversation(Session(), gr.skip(), desk)

    return clear


def _conversation(session: Session, ask: Any, desk: Desk) -> Updates:
    """Updates in the order of `Screen.conversation`."""
    started = bool(session.messages)
    messages = [_message(message) for message in session.messages]
    chat = gr.Chatbot(value=messages, visible=started)  # pyright: ignore[reportArgumentType]  # looser than its stub
    shown = Shown(session.answer) if session.answer else gr.skip()
    choices = _choices(session)
    return [session, shown, chat, gr.Column(visible=not started), ask, *choices, *_verdict(session, desk)]


def _message(message: Message) -> dict[str, Any]:
    """A message as Gradio takes it: cards are markup of ours, steps are plain text under a title."""
    if "html" in message:
        return {"role": message["role"], "content": gr.HTML(message["html"], padding=False)}
    return {
        "role": message["role"],
        "content": message["text"],
        "metadata": {"title": message["title"], "status": "pending"},
    }


def _choices(session: Session) -> list[gr.Button]:
    labels = [*session.choices, *[""] * MOST_CHOICES][:MOST_CHOICES]
    return [gr.Button(label, visible=bool(label)) for label in labels]


# --- the result


def _shower(look: Look, folder: TemporaryDirectory[str]) -> Callable[[Shown | None], Updates]:
    """What shows the SQL and the rows of the last answer, and offers them as a file."""

    def show(shown: Shown | None) -> Updates:
        if shown is None:
            return [gr.skip()] * 4
        answer, offer = shown.answer, gr.DownloadButton(visible=False)
        if answer.result.rows:
            offer = gr.DownloadButton(value=_written(answer, Path(folder.name)), visible=True)
        return [answer.sql, _rows_title(answer, look), _grid(answer, look), offer]

    return show


def _rows_title(answer: Answer, look: Look) -> str:
    count = len(answer.result.rows)
    label = look.say("panel.rows_one" if count == 1 else "panel.rows_many", {"count": f"{count:,}"})
    cut = f" · {look.say('answer.cut')}" if answer.result.truncated else ""
    return of_class("p", "tw-small", f"{answer.question or look.say('answer.free')} · {label}{cut}")


def _grid(answer: Answer, look: Look) -> gr.Dataframe:
    value, kinds = tables.grid(answer, look.locale), tables.datatypes(answer)
    return gr.Dataframe(value=value, datatype=kinds, visible=bool(answer.result.rows))


def _written(answer: Answer, folder: Path) -> str:
    """The path of the rows as CSV, in a directory of its own so that the name can say what is inside."""
    place = folder / uuid4().hex
    place.mkdir()
    path = place / tables.csv_name(answer)
    path.write_text(tables.csv_text(answer), encoding="utf-8", newline="")
    return str(path)
