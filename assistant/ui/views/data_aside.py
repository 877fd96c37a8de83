"""Rows that were put aside: where they stand and why; those of files that were taken in here are mended here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.data_intake import can_mend, line_of, load, mend_line
from assistant.retelling import retold
from assistant.ui.markup import join, of_class, tag
from assistant.ui.states import Stage
from assistant.ui.views import customers_cards, data_cards
from assistant.ui.views.data_load import steps
from warehouse import OPEN, QuarantinedRow, live_path, quarantined

MOST = 200


class AsideDesk:
    """The table of rows, and the form that mends one."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.rows = gr.HTML(padding=False)
        self.told = gr.HTML(padding=False)
        with gr.Column(visible=False) as self.form:
            gr.HTML(tag("h3", say("data.mend")), padding=False)
            self.which = gr.Dropdown([], label=say("data.mend_which"))
            self.line = gr.Textbox(label=say("data.mend_line"), lines=2, max_lines=4, max_length=20_000)
            self.save = gr.Button(say("data.mend_go"), size="sm")
        view.on(self.which.change, self._chosen, [self.which], [self.line], "data.load")
        outputs = [self.told, self.rows, self.form, self.which, self.line]
        view.on(self.save.click, self._saved, [self.which, self.line], outputs, "data.load")

    @property
    def parts(self) -> list[Any]:
        """Everything that opening the page changes."""
        return [self.told, self.rows, self.form, self.which]

    def opened(self, request: gr.Request) -> dict[Any, Any]:
        """The rows as they are now, and the form where the viewer may mend some of them."""
        room = self.view.room
        found = self._found()
        told = room.assistant(request).policy == OPEN
        mendable = [self._choice(one) for one in found if can_mend(room.settings, one)] if told else []
        edits = bool(mendable) and room.may(request, "data.load")
        elsewhere = found and told and not edits and room.may(request, "data.load")
        hint = of_class("p", "tw-small", room.say("data.mend_elsewhere")) if elsewhere else ""
        return {
            self.told: hint,
            self.rows: data_cards.aside_card(found, told, room.look),
            self.form: gr.Column(visible=edits),
            self.which: gr.Dropdown(mendable, value=None),
        }

    def _found(self) -> tuple[QuarantinedRow, ...]:
        return quarantined(live_path(self.view.room.settings.warehouse), limit=MOST)

    def _choice(self, row: QuarantinedRow) -> tuple[str, str]:
        look = self.view.room.look
        return f"{data_cards.place(row, look)}: {retold(row.reason, look.locale)}", _key(row)

    def _row(self, key: str | None) -> QuarantinedRow | None:
        return next((one for one in self._found() if _key(one) == key), None)

    def _chosen(self, request: gr.Request, key: str | None) -> Any:
        del request
        row = self._row(key)
        line = "" if row is None else line_of(self.view.room.settings, row)
        return {self.view.status: gr.skip(), self.line: line}  # also when the page opens: what is said meanwhile stays

    def _saved(self, request: gr.Request, key: str | None, text: str) -> Iterator[dict[Any, Any]]:
        room = self.view.room
        row = self._row(key)
        if row is None:
            return
        mend_line(room.settings, row, text or "")
        running = steps(room, lambda step: load(room.settings, (row.source,), step))
        for line in running:
            yield {self.told: customers_cards.noted(line)}
        told = join([customers_cards.noted(room.say("data.mended")), data_cards.report_card(running.report, room.look)])
        yield {**self.opened(request), self.told: told, self.line: ""}


def _key(row: QuarantinedRow) -> str:
    return f"{row.source}\t{row.file}\t{row.line}"
