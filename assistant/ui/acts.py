"""What the clickable parts of the Ask view do: each act names a card and a wish, and changes the session or answers it.

An act comes from a browser. Cards, choices, boards and conversations are looked up among those of the session and the
person; what is not found there does nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Answer, ChartKind, Decision, Plan, ToolRequest
from assistant.boards import boards_of, pin
from assistant.charts import annotated, choose
from assistant.conversation import Conversation
from assistant.errors import AssistantError
from assistant.people import RIGHTS
from assistant.refining import Choice, additions, alternatives, filterable, next_steps, with_period
from assistant.review import send_to_review
from assistant.sharing import share, shared
from assistant.talks import forget_talk
from assistant.ui import card, files, menus
from assistant.ui.frame import context_of, world_of
from assistant.ui.markup import Markup, join, tag
from assistant.ui.session import Session
from assistant.ui.talk_list import talk_list
from assistant.ui.turns import Desk
from assistant.understanding import interpret
from semantic_layer import SemanticQuery, TimeRange


class Act(BaseModel):
    """What a click says; everything in it is a name to be looked up."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    do: str = Field(max_length=20)
    card: str = Field(default="", max_length=40)
    place: str = Field(default="", max_length=200)
    choice: str = Field(default="", max_length=40)
    kind: str = Field(default="", max_length=20)
    board: str = Field(default="", max_length=80)
    talk: str = Field(default="", max_length=80)
    text: str = Field(default="", max_length=20_000)
    texts: tuple[Annotated[str, Field(max_length=20_000)], ...] = Field(default=(), max_length=50)
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Effect:
    """What an act changes; None leaves a part of the page as it is."""

    session: Session | None = None
    menu: Markup | None = None
    file: Path | None = None
    talks: Markup | None = None


@dataclass(frozen=True)
class Scene:
    """Where an act happens: the desk, the session, the act."""

    desk: Desk
    session: Session
    act: Act

    @property
    def answer(self) -> Answer | None:
        """The answer of the card that was clicked."""
        return self.session.answers.get(self.act.card)

    @property
    def query(self) -> SemanticQuery | None:
        """The typed query of that answer; None for one's own SQL."""
        answer = self.answer
        return answer.plan.query if answer is not None and answer.plan is not None else None


Deed = Callable[[Scene], Iterator[Effect]]


def read_act(text: str) -> Act | None:
    """The act of a message; None for anything else."""
    try:
        return Act.model_validate(json.loads(text))
    except (ValueError, ValidationError):
        return None


def perform(scene: Scene, deed: Deed | None = None) -> Iterator[Effect]:
    """What an act changes, as it goes; an error of ours becomes a note on the card, or a card of its own."""
    done = deed or _ACTS.get(scene.act.do)
    if done is None:
        return
    try:
        yield from done(scene)
    except AssistantError as error:
        if scene.answer is not None:
            yield _noted(scene, tag("p", str(error), {"class": "tw-note", "role": "alert"}))
        else:
            yield Effect(scene.session.saying(card.failure_card(str(error), scene.desk.look)))


# --- menus and what they choose


def _menu(scene: Scene) -> Iterator[Effect]:
    answer, query, look = scene.answer, scene.query, scene.desk.look
    place = scene.act.place
    if answer is None:
        yield Effect(menu=menus.menu(scene.act.card, place, [tag("p", look.say("menu.too_old"))], look))
    elif place == "export":
        yield Effect(menu=menus.export_menu(scene.act.card, files.kinds_of(answer), look))
    elif place == "pin" and scene.desk.store is not None:
        yield Effect(menu=menus.boards_menu(scene.act.card, boards_of(scene.desk.store), look))
    elif place == "+filter" and query is not None:
        fields = filterable(world_of(scene.desk.assistant), query)
        yield Effect(menu=menus.fields_menu(scene.act.card, fields, look))
    elif query is not None:
        yield Effect(menu=menus.choices_menu(scene.act.card, place, _choices(scene, query), look))


def _choices(scene: Scene, query: SemanticQuery) -> tuple[Choice, ...]:
    world, place = world_of(scene.desk.assistant), scene.act.place
    if place.startswith("+"):
        return additions(world, query, place[1:])
    return alternatives(world, query, int(place)) if place.isdecimal() else ()


def _choose(scene: Scene) -> Iterator[Effect]:
    query = scene.query
    if query is not None:
        yield from _asked_again(scene, _picked(scene, _choices(scene, query)))


def _step(scene: Scene) -> Iterator[Effect]:
    query = scene.query
    if query is not None:
        yield from _asked_again(scene, _picked(scene, next_steps(world_of(scene.desk.assistant), query)))


def _picked(scene: Scene, choices: tuple[Choice, ...]) -> SemanticQuery | None:
    return next((one.query for one in choices if one.id == scene.act.choice), None)


def _period(scene: Scene) -> Iterator[Effect]:
    query, first, last = scene.query, scene.act.first, scene.act.last
    if query is not None and first is not None and last is not None and first <= last:
        yield from _asked_again(scene, with_period(query, TimeRange(start=first, end=last + timedelta(days=1))))


def _asked_again(scene: Scene, query: SemanticQuery | None) -> Iterator[Effect]:
    """A changed query as the next turn, under its reading."""
    if query is None:
        return
    label = _read(scene, query)
    for session in scene.desk.carry_out(label, Plan(query), scene.session):
        yield Effect(session)


def _read(scene: Scene, query: SemanticQuery) -> str:
    """How a query reads, in the reader's language."""
    assistant = scene.desk.assistant
    return interpret(assistant.layer, query, assistant.as_of, assistant.settings.locale).sentence


# --- the card


def _chart(scene: Scene) -> Iterator[Effect]:
    answer = scene.answer
    kind = next((one for one in get_args(ChartKind) if one == scene.act.kind), None)
    if answer is None or kind is None:
        return
    context = context_of(scene.desk.assistant, answer)
    chosen = choose(answer.columns, answer.result, context, answer.chart.title, kind)
    drawn = replace(answer, chart=annotated(chosen, answer.chart.marks))
    known = scene.session.knowing(scene.act.card, drawn)
    yield Effect(known.redrawn(scene.act.card, scene.desk.answer_card(drawn, scene.act.card)))


def _export(scene: Scene) -> Iterator[Effect]:
    if scene.answer is not None:
        yield Effect(file=files.written(scene.answer, scene.act.kind))


def _pin(scene: Scene) -> Iterator[Effect]:
    desk = scene.desk
    if scene.answer is None or desk.store is None or "boards.edit" not in desk.rights:
        return
    pinned = pin(desk.assistant, desk.store, scene.answer, scene.act.board)
    told = [desk.look.say("tool.pinned", {"board": pinned.board.name}), " "]
    told.append(tag("a", desk.look.say("tool.open"), {"href": f"boards?board={pinned.board.id}"}))
    yield _noted(scene, tag("p", join(told), {"class": "tw-note", "role": "status"}))


def _review(scene: Scene) -> Iterator[Effect]:
    desk = scene.desk
    if scene.answer is None or desk.store is None or "review" not in desk.rights:
        return
    item = send_to_review(desk.assistant, desk.store, scene.answer)
    told = [desk.look.say("tool.in_review"), " "]
    told.append(tag("a", desk.look.say("tool.open"), {"href": f"review?item={item.id}"}))
    yield _noted(scene, tag("p", join(told), {"class": "tw-note", "role": "status"}))


def _share(scene: Scene) -> Iterator[Effect]:
    desk = scene.desk
    if scene.answer is None or desk.store is None:
        return
    link = f"./?answer={share(desk.store, scene.answer)}"
    field = tag(
        "input", "", {"class": "tw-url", "readonly": True, "value": link, "aria-label": desk.look.say("tool.link")}
    )
    copy = tag("button", desk.look.say("tool.copy"), {
        "type": "button", "class": "tw-tool tw-copy-url", "data-copied": desk.look.say("answer.copied"),
    })  # fmt: skip
    told = [tag("span", desk.look.say("tool.shared")), field, copy]
    yield _noted(scene, tag("div", join(told), {"class": "tw-note", "role": "status"}))


def _noted(scene: Scene, note: Markup) -> Effect:
    """The card with a note under its picture."""
    answer = scene.answer
    if answer is None:
        return Effect()
    shown = scene.desk.answer_card(answer, scene.act.card, note)
    return Effect(scene.session.redrawn(scene.act.card, shown))


# --- conversations


def _new(scene: Scene) -> Iterator[Effect]:
    yield Effect(Session(), talks=_listed(scene, ""))


def _find(scene: Scene) -> Iterator[Effect]:
    yield Effect(talks=_listed(scene, scene.act.text))


def _forget(scene: Scene) -> Iterator[Effect]:
    if scene.desk.store is not None:
        forget_talk(scene.desk.store, scene.act.talk)
        talk = scene.session.conversation
        gone = talk is not None and talk.id == scene.act.talk
        yield Effect(Session() if gone else None, talks=_listed(scene, ""))


def _listed(scene: Scene, search: str) -> Markup:
    current = scene.session.conversation
    return talk_list(scene.desk.store, scene.desk.look, search, current.id if current else "")


def _open(scene: Scene) -> Iterator[Effect]:
    """A past conversation: its turns, and the last answer asked anew, since rows are not kept."""
    store = scene.desk.store
    talk = store.conversation(scene.act.talk) if store is not None else None
    if store is None or talk is None:
        return
    asked = {turn.question for turn in store.turns(talk.id)}
    session = scene.desk.reminded(reopened(talk, scene), asked)
    yield Effect(session, talks=talk_list(store, scene.desk.look, "", talk.id))


def reopened(talk: Conversation, scene: Scene) -> Session:
    """The session of a conversation that goes on: each turn with its reading and a button that asks it anew."""
    assert scene.desk.store is not None
    session = Session(conversation=talk)
    for turn in scene.desk.store.turns(talk.id):
        asked = {"role": "user", "html": card.question_card(turn.question), "key": ""}
        told = {"role": "assistant", "html": card.past_card(turn, turn.id, scene.desk.look), "key": turn.id}
        past = {**session.past, **({turn.id: (turn.question, turn.query)} if turn.query is not None else {})}
        session = replace(session, messages=(*session.messages, asked, told), past=past)
    return session


def _again(scene: Scene) -> Iterator[Effect]:
    found = scene.session.past.get(scene.act.card)
    if found is not None:
        question, query = found
        for session in scene.desk.carry_out(question, Plan(query), scene.session):
            yield Effect(session)


def _shared(scene: Scene) -> Iterator[Effect]:
    """A shared answer, asked anew under the rights of who opens it."""
    if scene.desk.store is None:
        return
    found = shared(scene.desk.store, scene.act.text)
    label = found.question or _read(scene, found.plan.query)
    for session in scene.desk.carry_out(label, found.plan, scene.session):
        yield Effect(session)


def _ask(scene: Scene) -> Iterator[Effect]:
    for session in scene.desk.ask(scene.act.text, scene.session):
        yield Effect(session)


# --- a model at work


def _stop(scene: Scene) -> Iterator[Effect]:
    if scene.session.live is not None:
        scene.session.live.line.cut()
    yield Effect()


def _decide(scene: Scene) -> Iterator[Effect]:
    asked, kind = scene.session.approvals.get(scene.act.card), scene.act.kind
    if asked is None or kind not in ("approve", "edit", "reject") or "sql" not in scene.desk.rights:
        return
    texts = scene.act.texts or tuple(str(one.arguments.get("sql", "")) for one in asked.requests)
    decisions = [_decision(kind, one, text) for one, text in zip(asked.requests, texts, strict=False)]
    for session in scene.desk.decide(scene.act.card, decisions, scene.session):
        yield Effect(session)


def _decision(kind: Any, request: ToolRequest, text: str) -> Decision:
    """What runs is what stands on the screen: a text that was changed is an edit, whichever button is pressed."""
    if kind == "reject":
        return Decision("reject")
    changed = bool(text.strip()) and text.strip() != str(request.arguments.get("sql", "")).strip()
    return Decision("edit", {"sql": text}) if changed else Decision("approve")


_ACTS: Mapping[str, Deed] = {
    "menu": _menu, "choose": _choose, "step": _step, "period": _period, "chart": _chart, "export": _export,
    "pin": _pin, "review": _review, "share": _share, "new": _new, "find": _find, "forget": _forget, "open": _open,
    "again": _again, "stop": _stop, "decide": _decide,
}  # fmt: skip
AT_LOAD: Mapping[str, Deed] = {"ask": _ask, "answer": _shared, "conversation": _open}
"""What a link into the page asks for, by the name of its parameter."""


def rights_of(roles: frozenset[str]) -> frozenset[Any]:
    """The rights that roles bring."""
    return frozenset(right for right, who in RIGHTS.items() if who & roles)
