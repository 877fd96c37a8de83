"""Lists of customers: said in words or clicked together, looked at, downloaded, kept as segments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from assistant.answer import Clarification, Option
from assistant.customers import (
    Condition,
    CustomerReader,
    NoList,
    SegmentError,
    SegmentShelf,
    condition_choices,
    customer_query,
    filter_of,
    list_customers,
    offer_in_questions,
    with_condition,
    write_csv,
)
from assistant.customers.listing import PAGE
from assistant.customers.searching import SHOWN
from assistant.ui.markup import join, of_class, tag
from assistant.ui.scratch import place_of_one
from assistant.ui.states import Stage
from assistant.ui.views import customers_cards as cards
from assistant.understanding import interpret
from semantic_layer import SemanticQuery

MOST_CHIPS, MOST_READINGS = 8, 4
AT_ONCE = 2_000
"""Lists of up to so many customers are ready for download at once; longer ones are written when they are wanted."""
EVERYBODY = SemanticQuery(entity="customer")


@dataclass(frozen=True, eq=False)
class Listing:
    """What the tab has listed: the rule, how it was said, the first row shown, readings to choose from."""

    query: SemanticQuery | None = None
    question: str = ""
    skip: int = 0
    segment: str = ""
    options: tuple[Option, ...] = ()


class ListDesk:
    """The list builder and the shelf of segments."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.state = gr.State(Listing())
        self.shelf = gr.HTML(padding=False)
        self.ask = gr.Textbox(
            label=say("customers.list.ask"), placeholder=say("customers.list.hint"), lines=1, max_lines=2,
            submit_btn=say("customers.list.go"), elem_id="tw-list-ask", max_length=600,
        )  # fmt: skip
        with gr.Row(elem_classes="tw-actions"):
            self.readings = [
                gr.Button(visible=False, size="sm", elem_classes="tw-choice") for _ in range(MOST_READINGS)
            ]
        with gr.Row(elem_classes="tw-actions"):
            self.chips = [
                gr.Button(visible=False, size="sm", elem_classes="tw-choice tw-cross") for _ in range(MOST_CHIPS)
            ]
            self.clear = gr.Button(say("customers.list.clear"), size="sm", visible=False, elem_classes="tw-choice")
        self._adding()
        self.told = gr.HTML(padding=False)
        self.rows = gr.HTML(of_class("p", "tw-small", say("customers.list.start")), padding=False, elem_id="tw-list")
        self._below()
        self._wire()

    def _adding(self) -> None:
        say = self.view.room.say
        with (
            gr.Accordion(say("customers.list.add"), open=False, elem_classes="tw-fold"),
            gr.Row(elem_classes="tw-forms"),
        ):
            self.field = gr.Dropdown([], label=say("customers.list.field"), filterable=True, min_width=200)
            self.op = gr.Dropdown([], label=say("customers.list.op"), min_width=120)
            self.value = gr.Dropdown(
                [], label=say("customers.list.value"), multiselect=True, allow_custom_value=True, min_width=200
            )
            self.add = gr.Button(say("customers.list.add_go"), size="sm", min_width=100)

    def _below(self) -> None:
        say = self.view.room.say
        with gr.Row(visible=False, elem_classes="tw-actions") as self.pages:
            self.previous = gr.Button(say("customers.list.previous"), size="sm", elem_classes="tw-choice")
            self.next = gr.Button(say("customers.list.next"), size="sm", elem_classes="tw-choice")
            self.csv = gr.DownloadButton(say("customers.list.csv"), size="sm", elem_classes="tw-choice")
            self.prepare = gr.Button(say("customers.list.prepare"), size="sm", elem_classes="tw-choice")
        with gr.Row(visible=False, elem_classes="tw-forms") as self.keeping:
            self.name = gr.Textbox(label=say("customers.segments.name"), max_lines=1, max_length=80, min_width=200)
            self.save = gr.Button(say("customers.segments.save"), size="sm", min_width=160)
        with gr.Row(visible=False, elem_classes="tw-actions") as self.kept:
            self.offer = gr.Button(say("customers.segments.offer"), size="sm", elem_classes="tw-choice")
            self.remove = gr.Button(say("customers.segments.remove"), size="sm", elem_classes="tw-choice")

    @property
    def parts(self) -> list[Any]:
        """Everything of it that changes."""
        return [
            self.state, self.shelf, self.ask, *self.readings, *self.chips, self.clear, self.field, self.told, self.rows,
            self.pages, self.previous, self.next, self.csv, self.prepare, self.keeping, self.name, self.kept,
            self.offer,
        ]  # fmt: skip

    def _wire(self) -> None:
        on, state, parts = self.view.on, self.state, self.parts
        on(self.ask.submit, self._asked, [self.ask], parts)
        for index, button in enumerate(self.readings):
            on(button.click, self._reader_of(index), [state], parts)
        for index, button in enumerate(self.chips):
            on(button.click, self._dropper(index), [state], parts)
        on(self.clear.click, self._cleared, [], parts)
        on(self.field.change, self._chosen, [self.field], [self.op, self.value])
        on(self.add.click, self._added, [state, self.field, self.op, self.value], [*parts, self.value])
        on(self.previous.click, self._pager(-PAGE), [state], parts)
        on(self.next.click, self._pager(PAGE), [state], parts)
        on(self.prepare.click, self._prepared, [state], [self.csv, self.prepare])
        on(self.save.click, self._saved, [state, self.name], parts, "customers.edit")
        on(self.offer.click, self._offered, [state], parts, "catalogue.propose")
        on(self.remove.click, self._removed, [state], parts, "customers.edit")

    # --- opening

    def opened(self, request: gr.Request, segment_id: str, question: str) -> dict[Any, Any]:
        """The tab as the page opens: empty, on a segment, or on a list asked for in the address."""
        choices = [(one.title, one.name) for one in self._conditions(request)]
        field = {self.field: gr.Dropdown(choices, value=None)}
        if segment_id:
            found = self._shelf(request).one(segment_id)
            shown = self._show(request, Listing(found.query, found.question, segment=found.id))
            return {**shown, **field, self.ask: found.question}
        if question:
            return {**self._asked(request, question), **field, self.ask: question}
        return {**field, self.shelf: self._segments(request)}

    def _reader(self, request: gr.Request) -> CustomerReader:
        return CustomerReader.of(self.view.room.assistant(request))

    def _shelf(self, request: gr.Request) -> SegmentShelf:
        return SegmentShelf(self.view.room.store(request))

    def _conditions(self, request: gr.Request) -> tuple[Condition, ...]:
        return condition_choices(self._reader(request), self.view.room.assistant(request).values)

    def _segments(self, request: gr.Request) -> str:
        if self.view.room.keeper is None:
            return ""
        heading = tag("h3", self.view.room.say("customers.segments.heading"))
        return join([heading, cards.segments_list(self._shelf(request).all(), self.view.room.look)])

    # --- asking and narrowing

    def _asked(self, request: gr.Request, question: str) -> dict[Any, Any]:
        said = (question or "").strip()
        if not said:
            return {}
        outcome = self.view.room.assistant(request).ask(said)
        if isinstance(outcome, Clarification):
            options = outcome.options[:MOST_READINGS]
            told = cards.noted(f"{outcome.sentence} {self.view.room.say('customers.list.choose')}")
            return {**self._readings(options), self.told: told, self.state: Listing(question=said, options=options)}
        return self._listed(request, outcome, said)

    def _listed(self, request: gr.Request, outcome: Any, question: str) -> dict[Any, Any]:
        try:
            query = customer_query(self._reader(request), outcome)
        except NoList as error:
            return {**self._readings(()), self.told: cards.refused(str(error))}
        return self._show(request, Listing(query, question))

    def _reader_of(self, index: int) -> Any:
        def read(request: gr.Request, state: Listing) -> dict[Any, Any]:
            if index >= len(state.options):
                return {}
            outcome = self.view.room.assistant(request).choose(state.options[index], state.question)
            return self._listed(request, outcome, state.question)

        return read

    def _readings(self, options: tuple[Option, ...]) -> dict[Any, Any]:
        labels = [*(one.label for one in options), *[""] * MOST_READINGS][:MOST_READINGS]
        return {b: gr.Button(label, visible=bool(label)) for b, label in zip(self.readings, labels, strict=True)}

    def _chosen(self, request: gr.Request, name: str | None) -> list[Any]:
        found = next((one for one in self._conditions(request) if one.name == name), None)
        if found is None:
            return [gr.skip(), gr.skip()]
        ops = [(self.view.room.say(f"customers.ops.{op}"), op) for op in found.ops]
        values = [(self._value(found, value), value) for value in found.values]
        return [gr.Dropdown(ops, value=found.ops[0]), gr.Dropdown(values, value=[])]

    def _value(self, condition: Condition, value: str) -> str:
        return self.view.room.say(f"customers.flags.{value}") if condition.kind == "segment" else value

    def _added(
        self, request: gr.Request, state: Listing, name: str | None, op: str | None, values: list[str] | None
    ) -> dict[Any, Any]:
        found = next((one for one in self._conditions(request) if one.name == name), None)
        if found is None:
            return {}
        try:
            query = with_condition(
                self._reader(request), state.query or EVERYBODY, filter_of(found, op or "", values or [])
            )
        except NoList as error:
            return {self.told: cards.refused(str(error))}
        shown = self._show(request, Listing(query, state.question))
        return {**shown, self.value: gr.Dropdown(value=[])}

    def _dropper(self, index: int) -> Any:
        def drop(request: gr.Request, state: Listing) -> dict[Any, Any]:
            query = state.query
            if query is None or index >= len(query.filters):
                return {}
            filters = (*query.filters[:index], *query.filters[index + 1 :])
            return self._show(request, Listing(query.model_copy(update={"filters": filters})))

        return drop

    def _cleared(self, request: gr.Request) -> dict[Any, Any]:
        start = of_class("p", "tw-small", self.view.room.say("customers.list.start"))
        hidden: dict[Any, Any] = {one: gr.Button(visible=False) for one in (*self.chips, self.clear)}
        hidden |= {self.pages: gr.Row(visible=False), self.keeping: gr.Row(visible=False)}
        shown = {self.state: Listing(), self.rows: start, self.ask: "", self.told: "", self.kept: gr.Row(visible=False)}
        return {**hidden, **shown, **self._readings(()), self.shelf: self._segments(request)}

    def _pager(self, step: int) -> Any:
        def turn(request: gr.Request, state: Listing) -> dict[Any, Any]:
            return self._show(request, replace(state, skip=max(0, state.skip + step)))

        return turn

    # --- showing

    def _show(self, request: gr.Request, state: Listing, told: str = "") -> dict[Any, Any]:
        assert state.query is not None
        room, reader = self.view.room, self._reader(request)
        found = list_customers(reader, state.query, PAGE, state.skip)
        parts = interpret(reader.layer, state.query, reader.as_of, reader.locale).parts
        labels = [part.label for part in parts if part.kind == "filter"][:MOST_CHIPS]
        apart = ("filter", "dimension") if state.query.time_range else ("filter", "dimension", "period")
        others = [part.label for part in parts if part.kind not in apart]
        note = of_class("p", "tw-small", f"{room.say('customers.list.read_as')}: {', '.join(others)}") if others else ""
        small = found.total <= AT_ONCE
        edits, more = room.may(request, "customers.edit") and room.keeper is not None, found.total > PAGE
        return {
            self.state: state,
            self.told: told or note,
            self.rows: cards.list_card(found, state.skip, room.look),
            self.clear: gr.Button(visible=True),
            self.pages: gr.Row(visible=bool(found.total)),
            self.previous: gr.Button(visible=more, interactive=state.skip > 0),
            self.next: gr.Button(visible=more, interactive=state.skip + PAGE < found.total),
            self.csv: self._download(reader, state.query) if small else gr.DownloadButton(visible=False),
            self.prepare: gr.Button(visible=not small),
            self.keeping: gr.Row(visible=edits and not state.segment),
            self.kept: gr.Row(visible=edits and bool(state.segment)),
            self.offer: gr.Button(visible=room.may(request, "catalogue.propose")),
            self.shelf: self._segments(request),
            **self._readings(()),
            **self._chips(labels),
        }

    def _chips(self, labels: list[str]) -> dict[Any, Any]:
        texts = [*labels, *[""] * MOST_CHIPS][:MOST_CHIPS]
        return {
            button: gr.Button(f"{label} ×" if label else "", visible=bool(label))
            for button, label in zip(self.chips, texts, strict=True)
        }

    def _prepared(self, request: gr.Request, state: Listing) -> dict[Any, Any]:
        if state.query is None:
            return {}
        return {self.csv: self._download(self._reader(request), state.query), self.prepare: gr.Button(visible=False)}

    def _download(self, reader: CustomerReader, query: SemanticQuery) -> gr.DownloadButton:
        return gr.DownloadButton(value=self._file(reader, query), visible=True)

    def _file(self, reader: CustomerReader, query: SemanticQuery) -> str:
        path = place_of_one() / "customers.csv"
        labels = {name: self.view.room.say(f"customers.columns.{name}") for name in SHOWN}
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            write_csv(reader, query, labels, out)
        return str(path)

    # --- keeping

    def _saved(self, request: gr.Request, state: Listing, name: str) -> dict[Any, Any]:
        if state.query is None:
            return {}
        try:
            made = self._shelf(request).save(name or "", state.question, state.query)
        except SegmentError as error:
            return {self.told: cards.refused(str(error))}
        told = cards.noted(self.view.room.say("customers.segments.saved", {"name": made.name}))
        return {**self._show(request, replace(state, segment=made.id), told), self.name: ""}

    def _offered(self, request: gr.Request, state: Listing) -> dict[Any, Any]:
        room, shelf = self.view.room, self._shelf(request)
        assistant = room.assistant(request)
        found = shelf.one(state.segment)
        try:
            name = offer_in_questions(room.settings.home, assistant.engine.schema, assistant.layer, found)
        except SegmentError as error:
            return {self.told: cards.refused(str(error))}
        shelf.offered_as(found.id, name)
        told = cards.noted(room.say("customers.segments.offered_done", {"name": found.name}))
        return {self.told: told, self.shelf: self._segments(request)}

    def _removed(self, request: gr.Request, state: Listing) -> dict[Any, Any]:
        shelf = self._shelf(request)
        found = shelf.one(state.segment)
        shelf.remove(found.id)
        told = cards.noted(self.view.room.say("customers.segments.removed", {"name": found.name}))
        return self._show(request, replace(state, segment=""), told)
