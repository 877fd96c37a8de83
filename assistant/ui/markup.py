"""Markup made safely: every text is escaped where it enters, so that questions, values and SQL stay text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

_EMPTY = frozenset({"br", "hr", "img", "input", "meta"})
"""Elements that have no content and no end."""


class Markup(str):
    """Text that is HTML already; only `tag` and `join` make it."""

    __slots__ = ()


def text(value: object) -> Markup:
    """The value escaped; markup stays as it is."""
    return value if isinstance(value, Markup) else Markup(escape(str(value), quote=True))


def tag(name: str, content: object = "", attributes: Mapping[str, object] | None = None) -> Markup:
    """An element around escaped content; attributes that are None are left out, those that are True have no value."""
    given = "".join(_attribute(key, value) for key, value in (attributes or {}).items() if value not in (None, False))
    return Markup(f"<{name}{given}>" if name in _EMPTY else f"<{name}{given}>{text(content)}</{name}>")


def join(parts: Iterable[object]) -> Markup:
    """The parts one after the other, each escaped unless it is markup."""
    return Markup("".join(text(part) for part in parts))


def of_class(name: str, css: str, content: object) -> Markup:
    """An element with a class."""
    return tag(name, content, {"class": css})


def whole_numbers(sentence: str) -> Markup:
    """The sentence with each signed number kept on one line: a browser breaks lines behind a hyphen."""
    parts = re.split(r"((?<!\S)\(?[+-]\S+)", sentence)
    return join(of_class("span", "tw-whole", part) if at % 2 else part for at, part in enumerate(parts))


def _attribute(key: str, value: object) -> str:
    return f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'
