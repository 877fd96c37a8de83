"""What of an answer's card can be clicked: its chips, its pictures, its files, and what to ask next.

A click sends a short message (`act`) that names the card and the wish; what is meant is looked up on the server, so
that nothing that a browser sends is trusted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.answer import Answer, ChartKind
from assistant.charts import possible
from assistant.people import Right
from assistant.refining import Choice, World, next_steps
from assistant.shape import Context, context
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag, text
from semantic_layer import Logged, changes_of

if TYPE_CHECKING:
    from assistant.assistant import Assistant


@dataclass(frozen=True)
class Frame:
    """The clickable parts of a card: `key` names it, `charts` are its possible pictures, `steps` go on from it."""

    key: str
    charts: tuple[ChartKind, ...] = ()
    steps: tuple[Choice, ...] = ()
    rights: frozenset[Right] = frozenset()
    history: tuple[tuple[Logged, Logged], ...] = ()
    note: Markup = field(default_factory=Markup)


def frame_of(answer: Answer, key: str, assistant: Assistant, rights: frozenset[Right]) -> Frame:
    """The frame of an answer: next questions and changes of definitions are those of who asked."""
    query = answer.plan.query if answer.plan is not None else None
    steps = next_steps(world_of(assistant), query) if query is not None else ()
    names = query.metrics if query is not None else ()
    history = tuple(change for name in names for change in changes_of(assistant.history, name))
    return Frame(key, possible(answer.columns, answer.result, context_of(assistant, answer)), steps, rights, history)


def world_of(assistant: Assistant) -> World:
    """What alternatives are made from, as the assistant's viewer may see it."""
    return World(assistant.layer, assistant.values, assistant.as_of)


def context_of(assistant: Assistant, answer: Answer) -> Context:
    """What a picture of the answer needs to know beside its rows."""
    query = answer.plan.query if answer.plan is not None else None
    return context(assistant.layer, query, assistant.as_of, assistant.settings.locale)


def button(label: object, act: Mapping[str, object], css: str, more: Mapping[str, object] | None = None) -> Markup:
    """A button that sends `act`."""
    said = json.dumps(act, separators=(",", ":"), ensure_ascii=False)
    return tag("button", label, {"type": "button", "class": css, "data-act": said, **(more or {})})


# --- parts of the card


def chips(answer: Answer, frame: Frame, look: Look) -> Markup:
    """The reading as chips, each of which opens its alternatives; then what can be added."""
    parts = answer.interpretation.parts
    opens = {"aria-haspopup": "dialog"}
    items = [
        button(part.label, _menu(frame, str(place)), f"tw-chip tw-{part.kind}", opens)
        for place, part in enumerate(parts)
    ]
    added = ["dimension", "filter"]
    added += ["comparison"] if all(part.kind != "comparison" for part in parts) else []
    items += [button(look.say(f"chip.add_{kind}"), _menu(frame, f"+{kind}"), "tw-chip tw-add", opens) for kind in added]
    listed = join(tag("li", item) for item in items)
    return tag("ul", listed, {"class": "tw-chips", "aria-label": look.say("answer.read_as")})


def tools(answer: Answer, frame: Frame, look: Look) -> Markup:
    """Under the picture: how to draw it, full screen, files, and where to keep it."""
    kinds = [
        button(
            look.say(f"chart.{kind}"),
            {"do": "chart", "card": frame.key, "kind": kind},
            "tw-tool",
            {"aria-pressed": "true" if kind == answer.chart.kind else "false"},
        )
        for kind in frame.charts
    ]
    group = tag("span", join(kinds), {"class": "tw-kinds", "role": "group", "aria-label": look.say("chart.kinds")})
    full = tag("button", look.say("chart.full"), {"type": "button", "class": "tw-tool tw-full"})
    opens = {"aria-haspopup": "dialog"}
    rest = [button(look.say("tool.export"), _menu(frame, "export"), "tw-tool", opens)]
    if answer.plan is not None:
        if "boards.edit" in frame.rights:
            rest.append(button(look.say("tool.pin"), _menu(frame, "pin"), "tw-tool", opens))
        rest.append(button(look.say("tool.share"), {"do": "share", "card": frame.key}, "tw-tool"))
    if "review" in frame.rights:
        rest.append(button(look.say("tool.review"), {"do": "review", "card": frame.key}, "tw-tool"))
    shown = [group if kinds else "", full if answer.chart.spec is not None else "", *rest]
    return tag("div", join(shown), {"class": "tw-tools", "role": "group", "aria-label": look.say("tool.label")})


def steps(frame: Frame, look: Look) -> Markup:
    """Questions that go on from this answer."""
    if not frame.steps:
        return text("")
    made = [
        button(wording_of(one, look, "step"), {"do": "step", "card": frame.key, "choice": one.id}, "tw-step")
        for one in frame.steps
    ]
    return of_class("div", "tw-steps", join([of_class("span", "tw-small", look.say("step.label")), *made]))


def wording_of(choice: Choice, look: Look, stem: str = "menu") -> str:
    """What a choice says: the kind of change in the page's words, with the name that the data have for it."""
    key = f"step.{choice.key}" if stem == "step" else f"menu.{choice.key}"
    return look.say(key, {"label": choice.label})


def _menu(frame: Frame, place: str) -> dict[str, object]:
    return {"do": "menu", "card": frame.key, "place": place}
