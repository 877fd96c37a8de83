"""A gold's SQL taken apart at its order and its limit, so that ties and order can be judged on the order keys.

`SELECT city FROM t GROUP BY city ORDER BY count(*) DESC LIMIT 3` becomes the same query without the limit and with the
keys as further columns; the rank of every row follows from the keys, and the cut is applied by the comparator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from evals.comparison import Cut

_ASKS_ORDER = re.compile(
    r"""\b(order(ed|ing)?|sort(ed|ing)?|rank(ed|ing)?|arrang(e|ed|ing)|list(ed)?)\s+
        ((them|it|these|those|the\s+results?|results?)\s+)?(by|from|in|according|alphabetically|chronologically)\b
      | \b(sort|rank|arrange)\b
      | \bin\s+(\w+\s+){0,2}order\b
      | \b(ascending|descending|alphabetical(ly)?|chronological(ly)?)\b
      | \b(highest|largest|biggest|most|best|greatest|latest|newest|oldest|earliest|top|high|a)\s+to\s+
        (the\s+)?(lowest|smallest|least|fewest|worst|earliest|oldest|newest|latest|bottom|low|z)\b
      | \b(lowest|smallest|least|fewest|worst|low)\s+to\s+(the\s+)?(highest|largest|biggest|most|best|high)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_AN_ORDER = re.compile(r"\b(per|average|avg|mean|median|each|every|first|last)\s+order\s+by\b", re.IGNORECASE)
_KEY = "_order_key_"


@dataclass(frozen=True)
class OpenedQuery:
    """A query without its cut: SQL to run, where the order keys stand in its rows, and the cut.

    `key_positions` is None when the query has no order; `hidden` columns at the end were added for the keys.
    `strict` tells that the keys could not be taken out, so that the rows count in the order in which they came.
    """

    sql: str
    key_positions: tuple[int, ...] | None = None
    hidden: int = 0
    cut: Cut = Cut()  # noqa: RUF009 - frozen value without state
    strict: bool = False


def asks_order(question: str) -> bool:
    """Whether the wording asks for rows in an order ("sorted by", "in descending order", "highest to lowest")."""
    return bool(_ASKS_ORDER.search(_NOT_AN_ORDER.sub(" ", question)))


def freeze_today(sql: str, as_of: date | None) -> str:
    """The SQL with every "now" replaced by the frozen day (its noon for timestamps)."""
    if as_of is None:
        return sql
    tree = parse(sql)
    if tree is None or not list(_nows(tree)):
        return sql
    day = exp.cast(exp.Literal.string(as_of.isoformat()), "DATE")
    noon = exp.cast(exp.Literal.string(f"{as_of.isoformat()} 12:00:00"), "TIMESTAMP")
    for node in list(_nows(tree)):
        node.replace((day if _is_day(node) else noon).copy())
    return tree.sql(dialect="duckdb")


def depends_on_today(sql: str) -> bool:
    """Whether the SQL reads the clock."""
    tree = parse(sql)
    return tree is not None and any(True for _ in _nows(tree))


def _nows(tree: exp.Expr) -> Any:
    """Nodes that read the clock."""
    for node in tree.walk():
        named = isinstance(node, exp.Anonymous) and node.name.lower() in ("now", "today", "get_current_timestamp")
        if named or isinstance(node, exp.CurrentDate | exp.CurrentTimestamp | exp.CurrentTime | exp.Localtimestamp):
            yield node


def _is_day(node: exp.Expr) -> bool:
    return isinstance(node, exp.CurrentDate) or (isinstance(node, exp.Anonymous) and node.name.lower() == "today")


def parse(sql: str) -> exp.Expr | None:
    """The tree of one statement, or None when it cannot be read."""
    try:
        return sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError:
        return None


def open_query(sql: str) -> OpenedQuery:
    """The query without its outermost limit and with its order keys as columns; as it is where that cannot be done."""
    tree = parse(sql)
    if not isinstance(tree, exp.Query):
        return OpenedQuery(sql)
    order = tree.args.get("order")
    cut = _cut_of(tree)
    if cut is None:
        return OpenedQuery(sql, strict=order is not None)
    if order is None:
        return OpenedQuery(_without_cut(tree).sql(dialect="duckdb"), (), 0, cut) if cut != Cut() else OpenedQuery(sql)
    return _with_keys(tree, order, cut) or OpenedQuery(sql, strict=True)


def _cut_of(tree: exp.Query) -> Cut | None:
    """The outermost LIMIT and OFFSET when they are plain numbers, an empty cut when absent, None otherwise."""
    numbers: list[int | None] = []
    for name in ("offset", "limit"):
        node = tree.args.get(name)
        if node is None:
            numbers.append(None)
            continue
        value = _plain_number(node)
        if value is None:
            return None
        numbers.append(value)
    return Cut(numbers[0] or 0, numbers[1])


def _plain_number(node: exp.Expr) -> int | None:
    """The number of rows of a LIMIT or OFFSET; None for a share, an expression, or FETCH."""
    value = node.expression if isinstance(node, exp.Limit | exp.Offset) else None
    options = node.args.get("limit_options")
    share = options is not None and bool(options.args.get("percent"))
    if not isinstance(value, exp.Literal) or share or not str(value.this).isdigit():
        return None
    return int(str(value.this))


def _without_cut(tree: exp.Query) -> exp.Query:
    bare = tree.copy()
    bare.set("limit", None)
    bare.set("offset", None)
    return bare


def _with_keys(tree: exp.Query, order: exp.Expr, cut: Cut) -> OpenedQuery | None:
    """The query without its cut, keys found among its columns or added; None when neither is possible."""
    bare = _without_cut(tree)
    names = [item.alias_or_name.lower() for item in bare.selects]
    width, hidden, positions = len(names), 0, []
    if any(item.is_star for item in bare.selects):
        return None
    for ordered in order.expressions:
        at = _position(ordered.this, bare, names)
        if at is None:
            if not _may_add(bare, ordered.this):
                return None
            bare.select(exp.alias_(ordered.this.copy(), f"{_KEY}{hidden}"), copy=False)
            at, hidden = width + hidden, hidden + 1
        positions.append(at)
    return OpenedQuery(bare.sql(dialect="duckdb"), tuple(positions), hidden, cut)


def _position(key: exp.Expr, tree: exp.Query, names: Sequence[str]) -> int | None:
    """Where the key already stands among the columns: by number, by name, or as the same expression."""
    if isinstance(key, exp.Literal) and not key.is_string:
        at = int(str(key.this)) - 1
        return at if 0 <= at < len(names) else None
    for at, item in enumerate(tree.selects):
        if item.unalias() == key:
            return at
    if isinstance(key, exp.Column) and not key.table and key.name.lower() in names:
        return names.index(key.name.lower())
    return None


def _may_add(tree: exp.Query, key: exp.Expr) -> bool:
    """Whether a key can stand as one more column without changing the rows."""
    if not isinstance(tree, exp.Select) or tree.args.get("distinct"):
        return False
    group = tree.args.get("group")
    if group is not None and group.args.get("all"):
        return key.find(exp.AggFunc) is not None
    return not (isinstance(key, exp.Column) and key.name.lower() == "all")


def ranks(rows: Sequence[Sequence[Any]], positions: Sequence[int]) -> tuple[int, ...]:
    """The dense rank of every row, counted along rows that are already sorted by their keys."""
    found: list[int] = []
    previous: list[Any] | None = None
    for row in rows:
        key = [row[at] for at in positions]
        if previous is None:
            found.append(0)
        else:
            found.append(found[-1] + (0 if key == previous else 1))
        previous = key
    return tuple(found)
