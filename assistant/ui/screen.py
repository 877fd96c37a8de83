"""The parts of the page that a turn changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui.turns import MOST_CHOICES

VERDICT_PARTS = 7
CONVERSATION_PARTS = 5 + MOST_CHOICES + VERDICT_PARTS
EFFECT_PARTS = CONVERSATION_PARTS + 3


@dataclass(frozen=True)
class Verdict:
    """What asks whether the last answer is right."""

    row: gr.Row
    right: gr.Button
    wrong: gr.Button
    reason: gr.Textbox
    correction: gr.Textbox
    send: gr.Button
    noted: gr.HTML

    @property
    def parts(self) -> list[Any]:
        """Everything of it that changes."""
        return [self.row, self.right, self.wrong, self.reason, self.correction, self.send, self.noted]


@dataclass(frozen=True)
class Backstage:
    """Parts that nobody sees: what clicks on cards send, the file they ask for, the words for completion."""

    act: gr.Textbox
    file: gr.DownloadButton
    words: gr.HTML


@dataclass(frozen=True)
class Screen:
    """The page's components by what they are for."""

    chat: gr.Chatbot
    welcome: gr.Column
    starters: tuple[gr.Button, ...]
    choices: tuple[gr.Button, ...]
    ask: gr.Textbox
    sql: gr.Code
    run: gr.Button
    sql_outcome: gr.HTML
    rows_title: gr.HTML
    rows: gr.Dataframe
    download: gr.DownloadButton
    session: gr.State
    shown: gr.State
    verdict: Verdict
    talks: gr.HTML
    menu: gr.HTML
    backstage: Backstage

    @property
    def conversation(self) -> list[Any]:
        """What a turn changes while it goes on."""
        return [self.session, self.shown, self.chat, self.welcome, self.ask, *self.choices, *self.verdict.parts]

    @property
    def effects(self) -> list[Any]:
        """What a click on a card changes: the conversation, the menu, the file, the list of conversations."""
        return [*self.conversation, self.menu, self.backstage.file, self.talks]

    @property
    def result(self) -> list[Any]:
        """What shows the rows of the last answer."""
        return [self.rows_title, self.rows, self.download]
