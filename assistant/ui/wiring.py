"""What happens on a click or a key, and what of the page changes then.

No event is offered as a programming interface: the page is for people. The conversation is never read back from the
browser; what a tab shows is kept by the server for that tab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import gradio as gr

from assistant.answer import Answer
from assistant.errors import AssistantError
from assistant.ui import tables
from assistant.ui.acts import AT_LOAD, Act, Effect, Scene, perform, read_act, rights_of
from assistant.ui.look import Look
from assistant.ui.markup import Markup, of_class
from assistant.ui.room import AT_ONCE, Room
from assistant.ui.scratch import place_of_one
from assistant.ui.screen import CONVERSATION_PARTS, EFFECT_PARTS, Screen
from assistant.ui.session import Message, Session, Shown
from assistant.ui.talk_list import talk_list
from assistant.ui.turns import LONGEST_QUESTION, MOST_CHOICES, MOST_STARTERS, Desk
from assistant.ui.words import word_list

Updates = list[Any]
Handler = Callable[..., Iterator[Updates]]


def wire(screen: Screen, room: Room, page: gr.Blocks) -> None:
    """Connect every event of the Ask view."""
    show = _shower(room.look)
    screen.ask.submit(
        _asker(room), [screen.ask, screen.session], screen.conversation, api_visibility="private",
        show_progress="hidden", trigger_mode="always_last",  # what is sent during an answer is asked behind it
    )  # fmt: skip
    turns = [(button.click, _asker(room), [button, screen.session]) for button in screen.starters]
    turns += [(button.click, _picker(room, index), [screen.session]) for index, button in enumerate(screen.choices)]
    for event, handler, inputs in turns:
        event(handler, inputs, screen.conversation, api_visibility="private", show_progress="hidden")
    _wire_verdict(screen, room)
    _wire_acts(screen, room, page)
    screen.run.click(_runner(room), [screen.sql], [screen.shown, screen.sql_outcome], api_visibility="private")
    screen.shown.change(
        show, [screen.shown], [screen.sql, *screen.result], api_visibility="private", show_progress="hidden"
    )


def _wire_acts(screen: Screen, room: Room, page: gr.Blocks) -> None:
    """Clicks on cards, and what a link into the page asks for when it is opened."""
    inputs = [screen.backstage.act, screen.session]
    screen.backstage.act.change(
        _actor(room), inputs, screen.effects, api_visibility="private", show_progress="hidden",
        trigger_mode="multiple", concurrency_limit=AT_ONCE * 2,
    )  # fmt: skip
    first = [screen.backstage.words, screen.talks, *screen.starters]
    page.load(_greeter(room), None, first, api_visibility="private", show_progress="hidden").then(
        _linked(room), [screen.session], screen.effects, api_visibility="private", show_progress="hidden"
    )
    # kept in step with the conversation: a new one appears in the list as soon as it has a turn
    screen.shown.change(
        _lister(room), [screen.session], [screen.talks], api_visibility="private", show_progress="hidden"
    )


def desk_of(room: Room, request: gr.Request) -> Desk:
    """The desk of who asks: their assistant, their store, their rights."""
    viewer = room.require(request, "ask")
    store = room.store(request) if room.keeper is not None else None
    return Desk(room.assistant(request), room.look, room.threads, store, rights_of(viewer.roles))


def _wire_verdict(screen: Screen, room: Room) -> None:
    asked = screen.verdict
    inputs = [asked.reason, asked.correction, screen.session]
    outputs = [screen.session, *asked.parts]
    asked.right.click(_judge(room, True), inputs, outputs, api_visibility="private", show_progress="hidden")
    for event in (asked.reason.submit, asked.send.click):
        event(_judge(room, False), inputs, outputs, api_visibility="private", show_progress="hidden")
    reasons = [asked.reason, asked.correction, asked.send]
    asked.wrong.click(_reason(room), [screen.session], reasons, api_visibility="private", show_progress="hidden")


def _reason(room: Room) -> Callable[..., Updates]:
    """What is wrong, in words, and for those who can write it the SQL that would be right."""

    def ask(session: Session, request: gr.Request) -> Updates:
        sql = session.answer.sql if session.answer is not None else ""
        shown = room.may(request, "sql")
        why = gr.Textbox(visible=True, placeholder=room.say("verdict.why"))
        return [why, gr.Textbox(value=sql, visible=shown), gr.Button(room.say("verdict.send"), visible=True)]

    return ask


# --- turns


def _asker(room: Room) -> Handler:
    def ask(question: str, session: Session, request: gr.Request) -> Iterator[Updates]:
        desk = desk_of(room, request)
        yield from _followed(desk.ask(question or "", session), desk)

    return ask


def _picker(room: Room, index: int) -> Handler:
    def pick(session: Session, request: gr.Request) -> Iterator[Updates]:
        desk = desk_of(room, request)
        yield from _followed(desk.pick(index, session), desk)

    return pick


def _judge(room: Room, is_right: bool) -> Callable[..., Updates]:
    def judge(reason: str, correction: str, session: Session, request: gr.Request) -> Updates:
        desk = desk_of(room, request)
        sql = correction or ""
        changed = "" if is_right or session.answer is None or sql.strip() == session.answer.sql.strip() else sql
        judged = desk.judge(is_right, "" if is_right else reason or "", session, changed)
        return [judged, *_verdict(judged, desk)]

    return judge


def _verdict(session: Session, desk: Desk) -> Updates:
    """The question whether the answer is right, while there is one that nobody has judged."""
    open_ = session.answer is not None and not session.noted
    return [
        gr.Row(visible=desk.store is not None and session.answer is not None),
        gr.Button(desk.look.say("verdict.right"), visible=open_),  # a part of a hidden row forgets its label
        gr.Button(desk.look.say("verdict.wrong"), visible=open_),
        gr.Textbox(value="", visible=False),
        gr.Textbox(value="", visible=False),
        gr.Button(visible=False),
        gr.HTML(of_class("p", "tw-small", session.noted), visible=bool(session.noted)),
    ]


def _runner(room: Room) -> Callable[..., Updates]:
    def run(sql: str, request: gr.Request) -> Updates:
        answer, shown = desk_of(room, request).run_sql(sql or "")
        return [Shown(answer) if answer else gr.skip(), shown]

    return run


def _followed(sessions: Iterator[Session], desk: Desk) -> Iterator[Updates]:
    """The updates of a turn; the question box is emptied once, so that what is typed meanwhile stays."""
    for count, session in enumerate(sessions):
        yield _conversation(session, gr.skip() if count else "", desk)


# --- clicks on cards


def _never_silent(handler: Handler) -> Handler:
    """The handler, leaving all as it is when it has nothing to say: Gradio then empties every output of the event."""

    @wraps(handler)
    def speaking(*inputs: Any) -> Iterator[Updates]:
        updates = None
        for updates in handler(*inputs):
            yield updates
        if updates is None:
            yield [gr.skip()] * EFFECT_PARTS

    return speaking


def _actor(room: Room) -> Handler:
    @_never_silent
    def act(said: str, session: Session, request: gr.Request) -> Iterator[Updates]:
        wish = read_act(said or "")
        if wish is not None:
            desk = desk_of(room, request)
            for effect in perform(Scene(desk, session, wish)):
                yield _effect(effect, desk, session.answer)

    return act


def _effect(effect: Effect, desk: Desk, before: Answer | None = None) -> Updates:
    """Updates in the order of `Screen.effects`; a file comes with a name of its own, by which the page sees it.

    The answer that was there `before` is not shown anew: SQL that is being written beside a card stays.
    """
    talked: Updates = [gr.skip()] * CONVERSATION_PARTS
    if effect.session is not None:
        talked = _conversation(effect.session, gr.skip(), desk, before)
    menu = gr.skip() if effect.menu is None else effect.menu
    file = gr.skip() if effect.file is None else gr.DownloadButton(effect.file.parent.name, str(effect.file))
    return [*talked, menu, file, gr.skip() if effect.talks is None else effect.talks]


def _may_ask(room: Room, request: gr.Request) -> bool:
    """Whether who opened the page may ask at all; the page says so itself when not."""
    try:
        return room.may(request, "ask")
    except AssistantError:  # the account is gone
        return False


def _greeter(room: Room) -> Callable[..., Updates]:
    """What a page shows that is opened: words to complete with, past conversations, questions to begin with."""

    def greet(request: gr.Request) -> Updates:
        if not _may_ask(room, request):
            return [gr.skip()] * (2 + MOST_STARTERS)
        desk = desk_of(room, request)
        questions = [*desk.assistant.starters(), *[""] * MOST_STARTERS][:MOST_STARTERS]
        starters = [gr.Button(question, visible=bool(question)) for question in questions]
        return [word_list(desk.assistant, room.look), talk_list(desk.store, room.look, "", ""), *starters]

    return greet


def _linked(room: Room) -> Handler:
    """What the address asks for: `?ask=` a question, `?answer=` a shared answer, `?conversation=` a past one."""

    @_never_silent
    def follow(session: Session, request: gr.Request) -> Iterator[Updates]:
        if not _may_ask(room, request):
            return
        wanted = {name: value for name, value in dict(request.query_params).items() if name in AT_LOAD and value}
        desk = desk_of(room, request)
        if not wanted and (reminded := desk.reminded(session)) is not session:
            yield _effect(Effect(reminded), desk)
        for name, value in wanted.items():
            wish = Act(do="link", text=value[:LONGEST_QUESTION], talk=value[:80])
            for effect in perform(Scene(desk, session, wish), AT_LOAD[name]):
                yield _effect(effect, desk)

    return follow


def _lister(room: Room) -> Callable[..., Markup]:
    def refresh(session: Session, request: gr.Request) -> Markup:
        desk = desk_of(room, request)
        return talk_list(desk.store, room.look, "", session.conversation.id if session.conversation else "")

    return refresh


# --- the conversation


def _conversation(session: Session, ask: Any, desk: Desk, before: Answer | None = None) -> Updates:
    """Updates in the order of `Screen.conversation`."""
    started = bool(session.messages)
    messages = [_message(message) for message in session.messages]
    chat = gr.Chatbot(value=messages, visible=started)  # pyright: ignore[reportArgumentType]  # looser than its stub
    answer = session.answer
    shown = gr.skip() if answer is None or answer is before else Shown(answer)
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


def _shower(look: Look) -> Callable[[Shown | None], Updates]:
    """What shows the SQL and the rows of the last answer, and offers them as a file."""

    def show(shown: Shown | None) -> Updates:
        if shown is None:
            return [gr.skip()] * 4
        answer, offer = shown.answer, gr.DownloadButton(visible=False)
        if answer.result.rows:
            offer = gr.DownloadButton(value=_written(answer), visible=True)
        return [answer.sql, _rows_title(answer, look), _grid(answer, look), offer]

    return show


def _rows_title(answer: Answer, look: Look) -> str:
    count = len(answer.result.rows)
    key = "panel.rows_first" if count > tables.MOST_IN_GRID else "panel.rows_one" if count == 1 else "panel.rows_many"
    counts = {"count": count}
    if count > tables.MOST_IN_GRID:
        counts["shown"] = tables.MOST_IN_GRID
    label = look.say(key, counts)
    cut = f" · {look.say('answer.cut')}" if answer.result.truncated else ""
    css = " ".join(["tw-small", *(f"tw-number-{place}" for place in tables.numbers(answer))])
    return of_class("p", css, f"{answer.question or look.say('answer.free')} · {label}{cut}")


def _grid(answer: Answer, look: Look) -> gr.Dataframe:
    value, kinds = tables.grid(answer, look.locale), tables.datatypes(answer)
    return gr.Dataframe(value=value, datatype=kinds, visible=bool(answer.result.rows))


def _written(answer: Answer) -> str:
    """The path of the rows as CSV, in a directory of its own so that the name can say what is inside."""
    path = place_of_one() / tables.csv_name(answer)
    path.write_text(tables.csv_text(answer), encoding="utf-8", newline="")
    return str(path)
