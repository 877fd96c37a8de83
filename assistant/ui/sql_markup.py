"""SQL as markup: coloured, and as a difference line by line."""

from __future__ import annotations

import difflib

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SqlLexer, YamlLexer

from assistant.ui.markup import Markup, join, tag

_SIGNS = {"+": "tw-diff-add", "-": "tw-diff-gone"}
_CONTEXT = 3


def sql_block(sql: str) -> Markup:
    """SQL with its parts coloured; the highlighter escapes what it is given."""
    colored = Markup(highlight(sql, SqlLexer(), HtmlFormatter(nowrap=True, classprefix="tw-sql-")))
    return tag("pre", tag("code", colored), {"class": "tw-sql", "tabindex": "0"})


def yaml_block(text: str) -> Markup:
    """YAML with its parts coloured."""
    colored = Markup(highlight(text, YamlLexer(), HtmlFormatter(nowrap=True, classprefix="tw-sql-")))
    return tag("pre", tag("code", colored), {"class": "tw-sql", "tabindex": "0"})


def difference_block(before: str, after: str, label: str) -> Markup:
    """What changed, line by line: each line that came or went begins with its sign, so that colour is not needed."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT))[2:]
    rows = [tag("span", line or " ", {"class": _SIGNS.get(line[:1], "tw-diff-same")}) for line in lines]
    return tag("pre", join(rows), {"class": "tw-sql tw-diff", "tabindex": "0", "aria-label": label})
