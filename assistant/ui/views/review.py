"""The Review view: generated SQL in a queue, and one item at a time to check, change and decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from assistant.errors import StoreError
from assistant.review import (
    CannotReview,
    ReviewItem,
    approve_item,
    check_item,
    comment_on,
    decide_all,
    edit_sql,
    history,
    reject_item,
    review_of,
    reviews,
    take_in,
    word_question,
)
from assistant.review.records import LONGEST_COMMENT, LONGEST_QUESTION, ReviewStatus
from assistant.stating import definitions_of
from assistant.ui.deeds import Deed, deed_html, on_deed
from assistant.ui.markup import Markup, join, of_class
from assistant.ui.room import Asked, Room
from assistant.ui.states import Stage, stage
from assistant.ui.views import review_cards as cards


def badge(room: Room, request: Asked) -> int:
    """How many items wait."""
    try:
        return len(reviews(room.store(request)))
    except StoreError:
        return 0


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "review", page) as view:
        ReviewDesk(view)


class ReviewDesk:
    """The queue, or the item that the address names, with the tools to work on it."""

    def __init__(self, view: Stage):
        self.view, self.room = view, view.room
        self.item, self.picked = gr.State(""), gr.State([])
        self.list = gr.HTML(padding=False, visible=False)
        self.queue = deed_html("tw-queue", visible=False)
        self._bulk()
        with gr.Row(visible=False, equal_height=False, elem_classes="tw-review") as self.detail:
            with gr.Column(scale=7, min_width=320):
                self.head = gr.HTML(padding=False, elem_classes="tw-plain-card")
                self.checks = gr.HTML(padding=False, elem_classes="tw-plain-card")
            with gr.Column(scale=5, min_width=320):
                self._tools()
                self.history = gr.HTML(padding=False, elem_classes="tw-plain-card")
        self._wire()

    def _bulk(self) -> None:
        say = self.room.say
        with gr.Group(visible=False, elem_classes="tw-bulk") as self.bulk:
            self.count = gr.HTML(padding=False)
            self.all_comment = gr.Textbox(
                label=say("review.comment"), placeholder=say("review.comment_hint"), lines=1, elem_id="tw-bulk-comment"
            )
            with gr.Row():
                self.approve_all = gr.Button(say("review.approve_all"), size="sm", variant="primary")
                self.reject_all = gr.Button(say("review.reject_all"), size="sm", elem_classes="tw-choice")

    def _tools(self) -> None:
        say = self.room.say
        with gr.Column(elem_classes="tw-tools") as self.tools:
            self.words = gr.Textbox(
                label=say("review.wording"), placeholder=say("review.wording_hint"), lines=2,
                max_length=LONGEST_QUESTION, elem_id="tw-wording",
            )  # fmt: skip
            self.save_words = gr.Button(say("review.save_wording"), size="sm", elem_classes="tw-choice")
            self.sql = gr.Textbox(label=say("review.editor"), lines=10, max_lines=24, elem_id="tw-review-sql")
            with gr.Row():
                self.save_sql = gr.Button(say("review.save_sql"), size="sm", elem_classes="tw-choice")
                self.reset = gr.Button(say("review.reset_sql"), size="sm", elem_classes="tw-choice")
        self.comment = gr.Textbox(
            label=say("review.comment"), placeholder=say("review.comment_hint"), lines=2, max_length=LONGEST_COMMENT,
            elem_id="tw-review-comment",
        )  # fmt: skip
        with gr.Row(elem_classes="tw-decide"):
            self.approve = gr.Button(say("review.approve"), variant="primary", elem_id="tw-approve", min_width=120)
            self.reject = gr.Button(say("review.reject"), elem_id="tw-reject", min_width=120)
            self.add = gr.Button(say("review.add_comment"), elem_id="tw-comment", min_width=120)
        self.used = gr.HTML(padding=False, visible=False)

    @property
    def parts(self) -> list[Any]:
        """Everything that a step changes."""
        return [
            self.item, self.picked, self.list, self.queue, self.bulk, self.count, self.detail, self.head, self.checks,
            self.tools, self.words, self.sql, self.comment, self.approve, self.reject, self.used, self.history,
        ]  # fmt: skip

    def _wire(self) -> None:
        view, item, parts = self.view, self.item, self.parts
        view.load(self._open, parts)
        view.on(item.change, self._checked, [item], [self.checks])
        view.on(self.save_words.click, self._worded, [item, self.words], parts)
        view.on(self.save_sql.click, self._edited, [item, self.sql, self.comment], parts)
        view.on(self.reset.click, self._reset, [item], parts)
        view.on(self.add.click, self._commented, [item, self.comment], parts)
        view.on(self.approve.click, self._approved, [item, self.comment], parts, right="review.approve")
        view.on(self.reject.click, self._rejected, [item, self.comment], parts, right="review.approve")
        on_deed(view, self.queue, self._pick, ((), [self.picked, self.bulk, self.count]), "review.approve")
        for button, approve in ((self.approve_all, True), (self.reject_all, False)):
            decide = self._decider(approve)
            view.on(button.click, decide, [self.picked, self.all_comment], parts, right="review.approve")

    # --- opening

    def _open(self, request: gr.Request) -> dict[Any, Any]:
        asked = dict(request.query_params)
        take_in(self.room.assistant(request), self.room.store(request))
        if asked.get("item"):
            return self._item(request, review_of(self.room.store(request), asked["item"]))
        return self._list(request, cards.state_named(asked.get("state", "")))

    def _list(self, request: gr.Request, state: ReviewStatus, told: Sequence[Markup] = ()) -> dict[Any, Any]:
        store, look = self.room.store(request), self.room.look
        waiting = reviews(store)
        items = waiting if state == "pending" else reviews(store, state)
        shown = cards.queue(items, state, self.room.may(request, "review.approve"), look)
        return {
            self.list: gr.HTML(join([cards.states(state, len(waiting), look), *told]), visible=True),
            self.queue: gr.HTML(shown, visible=True),
            self.detail: gr.Row(visible=False),
            self.bulk: gr.Group(visible=False),
            self.picked: [],
        }

    def _item(self, request: gr.Request, item: ReviewItem, told: str = "") -> dict[Any, Any]:
        look, layer = self.room.look, self.room.assistant(request).layer
        names = tuple(name for name in (item.query.metrics if item.query else ()) if name in layer.metrics)
        pending, may_decide = item.status == "pending", self.room.may(request, "review.approve")
        done = history(self.room.store(request), item.id)
        return {
            self.item: item.id,
            self.detail: gr.Row(visible=True),
            self.head: cards.head(item, definitions_of(layer, names), look),
            self.tools: gr.Column(visible=pending),
            self.words: item.question,
            self.sql: item.sql,
            self.comment: "",
            self.approve: gr.Button(visible=pending and may_decide),
            self.reject: gr.Button(visible=pending and may_decide),
            self.used: gr.HTML(of_class("p", "tw-used", told), visible=bool(told)),
            self.history: cards.history_list(done, look),
        }

    def _checked(self, request: gr.Request, item_id: str) -> Iterator[dict[Any, Any]]:
        """What is found of the item, worked out beside other listeners: what they say meanwhile stays."""
        kept = {self.view.status: gr.skip()}
        if not item_id:
            yield kept
            return
        yield {**kept, self.checks: cards.checking(self.room.look)}
        item = review_of(self.room.store(request), item_id)
        yield {**kept, self.checks: cards.checks(check_item(self.room.assistant(request), item), self.room.look)}

    def _anew(self, request: gr.Request, item: ReviewItem) -> Iterator[dict[Any, Any]]:
        """The item after a step, then its checks, which take a moment."""
        yield {**self._item(request, item), self.checks: cards.checking(self.room.look)}
        yield {self.checks: cards.checks(check_item(self.room.assistant(request), item), self.room.look)}

    # --- working

    def _worded(self, request: gr.Request, item_id: str, words: str) -> dict[Any, Any]:
        return self._item(request, word_question(self.room.store(request), item_id, words or ""))

    def _edited(self, request: gr.Request, item_id: str, sql: str, comment: str) -> Iterator[dict[Any, Any]]:
        store, assistant = self.room.store(request), self.room.assistant(request)
        yield from self._anew(request, edit_sql(assistant, store, item_id, sql or "", comment or ""))

    def _reset(self, request: gr.Request, item_id: str) -> Iterator[dict[Any, Any]]:
        store, assistant = self.room.store(request), self.room.assistant(request)
        generated = review_of(store, item_id).generated
        yield from self._anew(request, edit_sql(assistant, store, item_id, generated))

    def _commented(self, request: gr.Request, item_id: str, comment: str) -> dict[Any, Any]:
        store = self.room.store(request)
        comment_on(store, item_id, comment or "")
        return self._item(request, review_of(store, item_id))

    def _approved(self, request: gr.Request, item_id: str, comment: str) -> dict[Any, Any]:
        store, settings = self.room.store(request), self.room.settings
        done = approve_item(store, settings, item_id, comment or "")
        return self._item(request, done, self.room.say("review.used", {"question": done.question}))

    def _rejected(self, request: gr.Request, item_id: str, comment: str) -> dict[Any, Any]:
        return self._item(request, reject_item(self.room.store(request), item_id, comment or ""))

    # --- several at once

    def _pick(self, request: gr.Request, deed: Deed) -> list[Any]:
        del request
        picked = [one for one in deed.text.split("\n") if one]
        said = of_class("p", "tw-small", self.room.say("review.picked", {"count": len(picked)}))
        return [picked, gr.Group(visible=bool(picked)), said]

    def _decider(self, approve: bool) -> Any:
        def decide(request: gr.Request, picked: list[str], comment: str) -> dict[Any, Any]:
            store, say = self.room.store(request), self.room.say
            made = decide_all(store, self.room.settings, picked, approve, comment or "")
            if made.problems and not made.done:
                raise CannotReview(" ".join(made.problems))
            told = [of_class("p", "tw-used", say("review.bulk_done", {"count": made.done}))]
            told += [of_class("p", "tw-remark", problem) for problem in made.problems]
            return self._list(request, "pending", told)

        return decide
