"""The People view: accounts, their roles and attributes; for administrators."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

import gradio as gr

from assistant.accounts import (
    Person,
    add_person,
    parse_attributes,
    people,
    person_named,
    remove_person,
    set_attributes,
    set_password,
    set_role,
    written_attributes,
)
from assistant.formatting import day
from assistant.people import RIGHTS, ROLES
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.room import Room
from assistant.ui.states import Stage, empty_card, stage
from assistant.ui.tables import wrapped


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "people", page) as view:
        gr.HTML(tag("h2", room.say("people.heading")) + tag("p", room.say("people.intro")), padding=False)
        listed = gr.HTML(padding=False)
        noted = gr.HTML(padding=False)
        with gr.Row(elem_classes="tw-forms"):
            _adding(room, view, [listed, noted])
            with gr.Column(visible=False, elem_classes="tw-form") as changing:
                chosen = _changing(room, view, [listed, noted])
        gr.HTML(_rights(room), padding=False)

        def offered(request: gr.Request) -> gr.Column:
            return gr.Column(visible=bool(people(room.store(request))))  # with nobody there, nobody can be changed

        view.load(
            lambda request: [_table(room, request), _names(room, request), offered(request)],
            [listed, chosen, changing],
        )
        view.on(listed.change, offered, [], [changing])


def _adding(room: Room, view: Stage, shown: list[Any]) -> None:
    with gr.Column(elem_classes="tw-form"):
        gr.HTML(tag("h3", room.say("people.add")), padding=False)
        name = gr.Textbox(label=room.say("people.name"), max_lines=1, max_length=80)
        role = gr.Dropdown(list(ROLES), value="viewer", label=room.say("people.role"), filterable=False)
        attributes = gr.Textbox(
            label=room.say("people.attributes"), placeholder="region=North", info=room.say("people.attributes_why")
        )
        add = gr.Button(room.say("people.add"), variant="primary", size="sm", elem_id="tw-people-add")

    def added(request: gr.Request, name: str, role: Any, attributes: str) -> list[Any]:
        password = token_urlsafe(12)
        person = Person((name or "").strip(), role, parse_attributes(attributes or ""))
        add_person(room.store(request), person, password)
        told = _password(room, person.name, password)
        return [_table(room, request), told, gr.Textbox(""), gr.Textbox("")]

    view.on(add.click, added, [name, role, attributes], [*shown, name, attributes])


def _changing(room: Room, view: Stage, shown: list[Any]) -> gr.Dropdown:
    gr.HTML(tag("h3", room.say("people.change")), padding=False)
    chosen = gr.Dropdown([], label=room.say("people.person"), elem_id="tw-people-chosen")
    role = gr.Dropdown(list(ROLES), label=room.say("people.role"), filterable=False)
    attributes = gr.Textbox(label=room.say("people.attributes"))
    with gr.Row():
        save = gr.Button(room.say("people.save"), variant="primary", size="sm")
        renew = gr.Button(room.say("people.new_password"), size="sm")
        remove = gr.Button(room.say("people.remove"), size="sm", elem_classes="tw-danger")

    def picked(request: gr.Request, name: str | None) -> list[Any]:
        if not name:
            return [gr.skip(), gr.skip()]
        person = person_named(room.store(request), name)
        return [person.role, written_attributes(person.attributes)]

    def saved(request: gr.Request, name: str | None, role: Any, attributes: str) -> list[Any]:
        store, found = room.store(request), parse_attributes(attributes or "")
        set_role(store, name or "", role)
        set_attributes(store, name or "", found)
        return [_table(room, request), _note(room.say("people.saved", {"name": name}))]

    def renewed(request: gr.Request, name: str | None) -> list[Any]:
        password = token_urlsafe(12)
        set_password(room.store(request), name or "", password)
        return [gr.skip(), _password(room, name or "", password)]

    def removed(request: gr.Request, name: str | None) -> list[Any]:
        remove_person(room.store(request), name or "")
        told = _note(room.say("people.removed", {"name": name}))
        return [_table(room, request), told, _names(room, request)]

    def refilled(request: gr.Request) -> gr.Dropdown:
        return _names(room, request)

    view.on(chosen.change, picked, [chosen], [role, attributes])
    view.on(save.click, saved, [chosen, role, attributes], shown)
    view.on(renew.click, renewed, [chosen], shown)
    view.on(remove.click, removed, [chosen], [*shown, chosen])
    view.on(chosen.focus, refilled, [], [chosen])
    return chosen


def _names(room: Room, request: gr.Request) -> gr.Dropdown:
    return gr.Dropdown([person.name for person in people(room.store(request))])


def _table(room: Room, request: gr.Request) -> Markup:
    found = people(room.store(request))
    if not found:
        return empty_card(room.say("people.nobody"), room.say("people.nobody_why"))
    heads = ("name", "role", "attributes", "added")
    head = join(tag("th", room.say(f"people.{key}"), {"scope": "col", "class": "tw-left"}) for key in heads)
    rows = [tag("tr", join(of_class("td", "tw-left", cell) for cell in _cells(room, person))) for person in found]
    table = tag("table", join([tag("thead", tag("tr", head)), tag("tbody", join(rows))]), {"class": "tw-table"})
    return wrapped(table, room.say("people.heading"))


def _cells(room: Room, person: Person) -> tuple[str, ...]:
    added = day(person.added_at, room.look.locale) if person.added_at else ""
    by = room.say("people.added_by", {"day": added, "name": person.added_by})
    return person.name, person.role, written_attributes(person.attributes) or "–", by


def _rights(room: Room) -> Markup:
    """What each role may do, from the table that decides it."""
    heads = [tag("th", room.say("people.may"), {"scope": "col", "class": "tw-left"})]
    heads += [tag("th", role, {"scope": "col", "class": "tw-left"}) for role in ROLES]
    rows = [_right(room, right, roles) for right, roles in RIGHTS.items()]
    table = tag("table", join([tag("thead", tag("tr", join(heads))), tag("tbody", join(rows))]), {"class": "tw-table"})
    label = room.say("people.rights")
    return tag("details", join([tag("summary", label), wrapped(table, label)]), {"class": "tw-fold"})


def _right(room: Room, right: str, roles: frozenset[str]) -> Markup:
    said = [tag("th", room.say(f"people.right_{right.replace('.', '_')}"), {"scope": "row", "class": "tw-left"})]
    marks = [room.say("people.yes" if role in roles else "people.no") for role in ROLES]
    return tag("tr", join([*said, *(of_class("td", "tw-left", mark) for mark in marks)]))


def _password(room: Room, name: str, password: str) -> Markup:
    said = [room.say("people.password", {"name": name}), " ", tag("code", password)]
    return tag("p", join(said), {"class": "tw-note", "role": "status"})


def _note(sentence: str) -> Markup:
    return tag("p", sentence, {"class": "tw-note", "role": "status"})
