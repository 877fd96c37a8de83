"""Loading a file on the screen: what it seems to be, which column holds what, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import gradio as gr

from assistant.data_intake import KINDS, Slot, corrected, declare, load, propose, slots_of, take_in
from assistant.ui.markup import join, of_class, tag
from assistant.ui.room import Room
from assistant.ui.states import Stage
from assistant.ui.views import customers_cards, data_cards
from warehouse import Proposal, RunReport, core_tables, snapshot_info

MOST_SLOTS = 36
Step = Callable[[str, float], None]


@dataclass
class Running:
    """A load at work in another thread: its steps as lines, and its report at the end; errors are raised here."""

    room: Room
    work: Callable[[Step], RunReport]
    _reports: list[RunReport] = field(default_factory=list[RunReport])

    def __iter__(self) -> Iterator[str]:
        told: SimpleQueue[tuple[str, float] | None] = SimpleQueue()
        future = self.room.threads.submit(self.work, lambda what, share: told.put((what, share)))
        future.add_done_callback(lambda _: told.put(None))
        while (step := told.get()) is not None:
            share = data_cards.share(step[1], self.room.look)
            yield self.room.say("data.working", {"what": step[0], "share": share})
        self._reports.append(future.result())

    @property
    def report(self) -> RunReport:
        """What came of it, once all lines are read."""
        return self._reports[-1]


def steps(room: Room, work: Callable[[Step], RunReport]) -> Running:
    """A load to be walked through line by line."""
    return Running(room, work)


@dataclass(frozen=True, eq=False)
class Taken:
    """The file that the tab has taken in, and what it seems to be."""

    path: Path | None = None
    proposal: Proposal | None = None
    names: tuple[str, ...] = ()


class LoadDesk:
    """The wizard: file, table, columns, load."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.taken = gr.State(Taken())
        gr.HTML(of_class("p", "tw-small", say("data.file_hint")), padding=False)
        self.file = gr.File(label=say("data.file"), file_types=list(KINDS), height=140, elem_id="tw-upload")
        self.told = gr.HTML(padding=False)
        with gr.Column(visible=False) as self.form:
            self.table = gr.Dropdown(sorted(core_tables()), label=say("data.table"), filterable=True)
            head = [tag("h3", say("data.mapping")), of_class("p", "tw-small", say("data.mapping_hint"))]
            gr.HTML(join(head), padding=False)
            with gr.Row(elem_classes="tw-slots"):
                self.slots = [
                    gr.Dropdown([], visible=False, allow_custom_value=True, filterable=True, min_width=200)
                    for _ in range(MOST_SLOTS)
                ]
            self.anew = gr.Checkbox(label=say("data.anew"), value=True, visible=False)
            self.go = gr.Button(say("data.go"), variant="primary", elem_classes="tw-go")
        self.report = gr.HTML(padding=False)
        outputs = [self.taken, self.told, self.form, self.table, self.anew, self.report, *self.slots]
        view.on(self.file.upload, self._uploaded, [self.file], outputs, "data.load")
        view.on(self.table.input, self._other_table, [self.taken, self.table], outputs, "data.load")
        view.on(
            self.go.click, self._loaded, [self.taken, self.anew, *self.slots], [self.report, self.form], "data.load"
        )

    @property
    def parts(self) -> list[Any]:
        """Everything that opening the page changes."""
        return [self.anew]

    def opened(self, request: gr.Request) -> dict[Any, Any]:
        """Whether there is a demo company that one's own data must not be mixed with."""
        del request
        return {self.anew: gr.Checkbox(visible=self._is_demo())}

    def _is_demo(self) -> bool:
        return snapshot_info(self.view.room.settings.warehouse).kind == "demo"

    def _uploaded(self, request: gr.Request, path: str | None) -> dict[Any, Any]:
        del request
        if not path:
            return {}
        place = take_in(self.view.room.settings, Path(path), Path(path).name)
        return self._proposed(place, "")

    def _other_table(self, request: gr.Request, taken: Taken, table: str | None) -> dict[Any, Any]:
        del request
        return self._proposed(taken.path, table or "") if taken.path else {}

    def _proposed(self, path: Path, table: str) -> dict[Any, Any]:
        look = self.view.room.look
        proposal = propose(path, table)
        slots = slots_of(proposal)[:MOST_SLOTS]
        shown = {box: self._box(slot, proposal) for box, slot in zip(self.slots, slots, strict=False)}
        shown |= {box: gr.Dropdown(visible=False, value=None) for box in self.slots[len(slots) :]}
        return {
            self.taken: Taken(path, proposal, tuple(slot.name for slot in slots)),
            self.told: data_cards.preview_card(proposal, path.name, look),
            self.form: gr.Column(visible=True),
            self.table: gr.Dropdown(value=proposal.table),
            self.anew: gr.Checkbox(visible=self._is_demo()),
            self.report: "",
            **shown,
        }

    def _box(self, slot: Slot, proposal: Proposal) -> gr.Dropdown:
        star, doubt = " *" if slot.required else "", "" if slot.sure else f" ({self.view.room.say('data.unsure')})"
        label, info = f"{slot.name.replace('_', ' ').capitalize()}{star}{doubt}", slot.comment.removeprefix("key; ")
        choices = [("–", ""), *zip(_shown(proposal), proposal.header, strict=True)]
        return gr.Dropdown(choices, value=slot.source, label=label, info=info, visible=True)

    def _loaded(self, request: gr.Request, taken: Taken, anew: bool, *chosen: str | None) -> Iterator[dict[Any, Any]]:
        del request
        room = self.view.room
        if taken.proposal is None:
            return
        said = {name: str(text or "") for name, text in zip(taken.names, chosen, strict=False)}
        name = declare(room.settings, *corrected(taken.proposal, said))
        running = steps(room, lambda step: load(room.settings, (name,), step, self._is_demo() and anew))
        for line in running:
            yield {self.report: customers_cards.noted(line)}
        yield {self.report: data_cards.report_card(running.report, room.look), self.form: gr.Column(visible=False)}


def _shown(proposal: Proposal) -> list[str]:
    """Each column of the file with its first value, by which people know it.

    The name alone would not do: Gradio takes some words, such as "status", for texts of its own.
    """
    first = proposal.rows[0] if proposal.rows else ("",) * len(proposal.header)
    return [f"{name} · {data_cards.cut(value)}" for name, value in zip(proposal.header, first, strict=True)]
