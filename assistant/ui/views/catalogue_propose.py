"""The form in which a better definition is written, in words or as YAML, with its effects before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.catalogue import (
    CannotChange,
    Change,
    Entry,
    Words,
    drafted,
    effects_of,
    entry_yaml,
    propose_change,
    with_words,
)
from assistant.catalogue.changes import LONGEST_REASON
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import Stage, link
from assistant.ui.views import catalogue_cards as cards
from semantic_layer import load_workspace

if TYPE_CHECKING:
    from assistant.assistant import Assistant


class ProposeDesk:
    """The form beside an entry."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.about = gr.State(("", ""))
        self.before = gr.State(("", "", "", "", ""))
        with gr.Column(visible=False, elem_classes="tw-tools") as self.form:
            gr.HTML(
                join([tag("h3", say("catalogue.propose")), of_class("p", "tw-small", say("catalogue.propose_text"))]),
                padding=False,
                elem_classes="tw-plain-card",
            )
            with gr.Tabs(elem_classes="tw-tabs"):
                with gr.Tab(say("catalogue.words")):
                    self._words()
                # drawn at once: a box that is drawn when its tab is opened may overwrite what is typed right after
                with gr.Tab(say("catalogue.yaml"), render_children=True):
                    self.yaml = gr.Textbox(
                        label=say("catalogue.yaml"), lines=14, max_lines=30, elem_classes="tw-mono", elem_id="tw-yaml"
                    )
            self.reason = gr.Textbox(
                label=say("catalogue.reason"), lines=2, max_length=LONGEST_REASON, elem_id="tw-reason"
            )
            with gr.Row(elem_classes="tw-decide"):
                self.preview = gr.Button(say("catalogue.preview"), elem_id="tw-preview-change")
                self.send = gr.Button(say("catalogue.send"), variant="primary", elem_id="tw-propose")
            self.effects = gr.HTML(padding=False, elem_classes="tw-plain-card")
        typed = [self.about, self.before, *self.typed, self.reason]
        view.on(self.preview.click, self._preview, typed, [self.effects], right="catalogue.propose")
        view.on(self.send.click, self._send, typed, [self.effects], right="catalogue.propose")

    def _words(self) -> None:
        say = self.view.room.say
        self.description = gr.Textbox(label=say("catalogue.description"), lines=3, elem_id="tw-description")
        self.synonyms = gr.Textbox(
            label=say("catalogue.synonyms"), info=say("catalogue.synonyms_hint"), lines=4, elem_id="tw-synonyms"
        )
        self.examples = gr.Textbox(label=say("catalogue.examples"), info=say("catalogue.examples_hint"), lines=3)
        self.owner = gr.Textbox(label=say("catalogue.owner"), lines=1, max_lines=1)

    @property
    def typed(self) -> list[Any]:
        """The boxes in the order in which they are remembered."""
        return [self.description, self.synonyms, self.examples, self.owner, self.yaml]

    @property
    def parts(self) -> list[Any]:
        """Everything that opening an entry changes."""
        return [self.about, self.before, self.form, *self.typed, self.reason, self.effects]

    def hidden(self) -> dict[Any, Any]:
        """No form for who may not propose."""
        return {self.form: gr.Column(visible=False)}

    def opened(self, assistant: Assistant, entry: Entry) -> dict[Any, Any]:
        """The form filled with the present definition; none for what has no definition of its own."""
        layer = load_workspace(assistant.settings.home, assistant.engine.schema)
        try:
            text = entry_yaml(layer, entry.kind, entry.name)
        except CannotChange:
            return self.hidden()
        before = (entry.description, "\n".join(entry.synonyms), "\n".join(entry.examples), entry.owner, text)
        boxes = dict(zip(self.typed, before, strict=True))
        about = (entry.kind, entry.name)
        return {
            self.about: about,
            self.before: before,
            self.form: gr.Column(visible=True),
            **boxes,
            self.reason: "",
            self.effects: "",
        }

    def _drafted(self, about: tuple[Any, str], before: tuple[str, ...], now: tuple[str, ...]) -> Change:
        """The change as it was typed: in words, or as YAML."""
        *_, reason = now
        after, words_changed = now[4] or "", now[:4] != before[:4]
        if words_changed and after.strip() != before[4].strip():
            raise CannotChange(self.view.room.say("catalogue.both"))
        if words_changed:
            words = Words(now[0] or "", _lines(now[1]), _lines(now[2]), now[3] or "")
            after = with_words(before[4], words)
        return drafted(about[0], about[1], after, reason or "")

    def _preview(self, request: gr.Request, about: tuple[Any, str], before: Any, *now: str) -> Iterator[Markup]:
        change = self._drafted(about, tuple(before), now)
        room = self.view.room
        yield cards.computing(room.look)
        yield cards.effects(effects_of(room.assistant(request), room.store(request), change), room.look)

    def _send(self, request: gr.Request, about: tuple[Any, str], before: Any, *now: str) -> Markup:
        room = self.view.room
        made = propose_change(room.assistant(request), room.store(request), self._drafted(about, tuple(before), now))
        said = of_class("p", "tw-used", room.say("catalogue.sent"))
        return join([said, link(room.say("catalogue.open_proposal"), f"catalogue?change={made.id}")])


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))
