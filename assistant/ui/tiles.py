"""One number, or a few, large: with the change where the question compares."""

from __future__ import annotations

from assistant.answer import Answer
from assistant.formatting import Style, cell, is_number, number, signed
from assistant.shape import Context, Numbers, Shape, shape_of
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag, text


def tiles(answer: Answer, look: Look) -> Markup:
    """A tile for each number of the answer's only row, under the row's categories."""
    shape = shape_of(answer.columns, answer.result, Context(locale=look.locale))
    row = shape.rows[0]
    group = " / ".join(cell(row[i], shape.columns[i], shape.style(i)) for i in shape.dimensions)
    shown = [_tile(shape, item, look) for item in shape.numbers if is_number(row[item.value])]
    return of_class("div", "tw-tiles", join([of_class("p", "tw-group", group) if group else "", *shown]))


def _tile(shape: Shape, item: Numbers, look: Look) -> Markup:
    row = shape.rows[0]
    value = number(row[item.value], shape.style(item.value))
    if item.share is not None and is_number(row[item.share]):
        return _share(shape, item, value)
    label = of_class("span", "tw-label", item.column.label or item.column.name)
    return of_class("div", "tw-tile", join([label, of_class("span", "tw-value", value), _change(shape, item, look)]))


def _share(shape: Shape, item: Numbers, amount: str) -> Markup:
    """What was asked for is the share; the amount stands small beside it."""
    place = item.share or 0
    label = of_class("span", "tw-label", shape.columns[place].label or shape.columns[place].name)
    value = of_class("span", "tw-value", number(shape.rows[0][place], shape.style(place)))
    return of_class("div", "tw-tile", join([label, value, of_class("span", "tw-small", amount)]))


def _change(shape: Shape, item: Numbers, look: Look) -> Markup:
    row = shape.rows[0]
    if item.previous is None or not is_number(row[item.previous]):
        return text("")
    difference = row[item.value] - row[item.previous]
    arrow = tag("span", "▲" if difference > 0 else "▼" if difference < 0 else "=", {"aria-hidden": "true"})
    before = look.say("answer.from", {"value": number(row[item.previous], shape.style(item.value))})
    return of_class(
        "span", "tw-change", join([arrow, " ", _amount(shape, item), " ", of_class("span", "tw-small", before)])
    )


def _amount(shape: Shape, item: Numbers) -> str:
    """The relative change; percentage points for shares, the amount when there is no ratio."""
    row = shape.rows[0]
    ratio = row[item.ratio] if item.ratio is not None else None
    if is_number(ratio) and shape.style(item.value).kind != "percent":
        return signed(ratio, Style("percent", locale=shape.context.locale))
    if item.change is None:
        return ""
    return signed(row[item.change], shape.style(item.change))
