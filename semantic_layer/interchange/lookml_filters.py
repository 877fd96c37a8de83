"""Looker's filter expressions (`"complete,-open"`, `">=5"`, `"yes"`) as SQL conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.interchange.naming import NotCarried

_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
_COMPARED = re.compile(r"^(>=|<=|<>|!=|>|<)\s*(-?\d+(?:\.\d+)?)$")
_BETWEEN = re.compile(r"^(-?\d+(?:\.\d+)?)\s+to\s+(-?\d+(?:\.\d+)?)$", re.IGNORECASE)
_UNREAD = re.compile(r"[%_^\[\]()\"]|\bEMPTY\b|\bOR\b|\bAND\b|\{")
_OPERATIONS: dict[str, type[exp.Expr]] = {
    ">=": exp.GTE,
    "<=": exp.LTE,
    ">": exp.GT,
    "<": exp.LT,
    "<>": exp.NEQ,
    "!=": exp.NEQ,
}


def filter_condition(tree: exp.Expr, kind: str, text: str) -> exp.Expr:
    """The filter expression `text` on a field of our type `kind` as a condition on its SQL.

    Raises NotCarried for what is not read: dates in words, patterns, intervals, OR and AND.
    """
    said = text.strip()
    if kind == "boolean":
        return _boolean(tree, said)
    if kind == "time":
        raise NotCarried(f"the filter `{said}` is about dates in Looker's words, which are not read.", "filter")
    if not said:
        raise NotCarried("an empty filter means any value.", "filter")
    if said.upper() in ("NULL", "-NULL", "NOT NULL"):
        empty = exp.Is(this=tree.copy(), expression=exp.null())
        return empty if said.upper() == "NULL" else exp.Not(this=empty)
    return _number(tree, said) if kind == "number" else _text(tree, said)


def _boolean(tree: exp.Expr, said: str) -> exp.Expr:
    if said.lower() not in ("yes", "no", "true", "false"):
        raise NotCarried(f"the filter `{said}` is neither yes nor no.", "filter")
    if said.lower() in ("yes", "true"):
        return tree.copy()
    return exp.Not(this=exp.func("COALESCE", tree.copy(), exp.false()))  # Looker: no means not yes


def _number(tree: exp.Expr, said: str) -> exp.Expr:
    if between := _BETWEEN.match(said):
        low, high = (exp.Literal.number(one) for one in between.groups())
        return exp.Between(this=tree.copy(), low=low, high=high)
    if compared := _COMPARED.match(said):
        sign, value = compared.groups()
        return _OPERATIONS[sign](this=tree.copy(), expression=exp.Literal.number(value))
    values = [one.strip() for one in said.split(",")]
    if not all(_NUMBER.match(one) for one in values):
        raise NotCarried(f"the filter `{said}` is not read; write it as SQL in `CASE WHEN`.", "filter")
    return _in(tree, [exp.Literal.number(one) for one in values])


def _text(tree: exp.Expr, said: str) -> exp.Expr:
    if _UNREAD.search(said):
        raise NotCarried(f"the filter `{said}` is not read; write it as SQL in `CASE WHEN`.", "filter")
    values = [one.strip() for one in said.split(",") if one.strip()]
    without = [exp.Literal.string(one[1:]) for one in values if one.startswith("-")]
    within = [exp.Literal.string(one) for one in values if not one.startswith("-")]
    parts: list[exp.Expr] = [_in(tree, within)] if within else []
    if without:
        other = exp.Not(this=_in(tree, without))
        empty = exp.Is(this=tree.copy(), expression=exp.null())
        parts.append(other if within else exp.paren(exp.or_(other, empty)))
    return exp.and_(*parts)


def _in(tree: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
    if len(values) == 1:
        return exp.EQ(this=tree.copy(), expression=values[0])
    return exp.In(this=tree.copy(), expressions=values)
