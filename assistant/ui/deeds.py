"""Buttons and forms inside our own markup: a click on one that carries `data-deed` reaches the server as an event.

Gradio's own buttons cannot stand inside a list whose length changes; these can, and keep the focus when it is redrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import isgeneratorfunction
from typing import Any

import gradio as gr

from assistant.people import Right
from assistant.ui.markup import Markup, tag
from assistant.ui.states import Stage, guarded

_LISTEN = """
let held = '';
const send = (source) => {
    const form = source.closest('form');
    const text = form ? Array.from(new FormData(form).values()).join('\\n') : '';
    held = source.id || '';
    trigger('click', {deed: source.dataset.deed, target: source.dataset.target || '', text});
};
element.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-deed]');
    if (button && button.type !== 'submit') { event.preventDefault(); send(button); }
});
element.addEventListener('submit', (event) => {
    const button = event.target.querySelector('[data-deed]');
    if (button) { event.preventDefault(); send(button); }
});
element.addEventListener('change', (event) => {
    if (event.target.matches('[data-picks]')) {
        const picked = element.querySelectorAll('[data-picks]:checked');
        trigger('click', {deed: 'pick', target: '', text: Array.from(picked, (one) => one.value).join('\\n')});
    }
});
watch('value', () => { if (held) { element.querySelector('#' + CSS.escape(held))?.focus(); held = ''; } });
"""


@dataclass(frozen=True)
class Deed:
    """What somebody did in the markup: the name of the deed, what it was done to, and what they typed."""

    name: str
    target: str
    text: str


def deed_html(elem_id: str, visible: bool = True) -> gr.HTML:
    """A place for markup whose buttons do something; connect it with `on_deed`."""
    return gr.HTML(padding=False, elem_id=elem_id, js_on_load=_LISTEN, visible=visible)


def deed_button(label: str, deed: str, target: str = "", css: str = "tw-deed") -> Markup:
    """A button whose click is a deed; its id keeps the focus when the markup is drawn anew."""
    given = {"type": "button", "class": css, "data-deed": deed, "data-target": target, "id": f"do-{deed}-{target}"}
    return tag("button", label, given)


def on_deed(
    view: Stage, place: gr.HTML, handler: Callable[..., Any], ports: tuple[Sequence[Any], Sequence[Any]], right: Right
) -> Any:
    """Listen to the deeds in a place with `handler(request, deed, *inputs)`; `ports` are (inputs, outputs)."""
    inputs, outputs = ports
    run = guarded(view.room, right, handler, view.status)

    def deed_of(event: gr.EventData) -> Deed:
        told: dict[str, Any] = event._data or {}  # pyright: ignore[reportPrivateUsage]  # its attributes fail when absent
        return Deed(*(str(told.get(key) or "") for key in ("deed", "target", "text")))

    def follow(request: gr.Request, event: gr.EventData, *values: Any) -> Iterator[Any]:
        yield from run(request, deed_of(event), *values)

    def answer(request: gr.Request, event: gr.EventData, *values: Any) -> Any:
        return run(request, deed_of(event), *values)

    listen = follow if isgeneratorfunction(run) else answer
    return place.click(listen, list(inputs), [view.status, *outputs], api_visibility="private", show_progress="hidden")
