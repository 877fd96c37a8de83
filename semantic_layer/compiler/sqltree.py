"""Small SQL trees: the vocabulary that every pass of the compiler builds with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlglot import exp

from semantic_layer.identifiers import needs_quotes
from semantic_layer.query import Scalar, TimeGrain

DIALECT = "duckdb"
_OPERATIONS = exp.Binary | exp.Connector | exp.Neg | exp.Not | exp.Between | exp.In


def name_of(text: str) -> exp.Identifier:
    """The identifier, quoted where DuckDB needs it."""
    return exp.Identifier(this=text, quoted=needs_quotes(text))


def column(name: str, table: str = "") -> exp.Column:
    """A column reference."""
    return exp.Column(this=name_of(name), table=name_of(table) if table else None)


def table(name: str, alias: str = "") -> exp.Table:
    """A table reference, with an alias when it differs from the name."""
    found = exp.Table(this=name_of(name))
    if alias and alias != name:
        found.set("alias", exp.TableAlias(this=name_of(alias)))
    return found


def named(tree: exp.Expr, name: str) -> exp.Expr:
    """`tree AS name`; the tree alone when it is a column of that name."""
    if isinstance(tree, exp.Column) and tree.name == name:
        return tree
    return exp.Alias(this=tree, alias=name_of(name))


def text(value: str) -> exp.Literal:
    """A text literal."""
    return exp.Literal(this=value, is_string=True)


def integer(value: int) -> exp.Expr:
    """A whole number."""
    literal = exp.Literal(this=str(abs(value)), is_string=False)
    return exp.Neg(this=literal) if value < 0 else literal


def moment(value: date) -> exp.Cast:
    """A DATE or TIMESTAMP literal."""
    if isinstance(value, datetime):
        return cast(text(value.isoformat(sep=" ")), exp.DType.TIMESTAMP)
    return cast(text(value.isoformat()), exp.DType.DATE)


def literal(value: Scalar) -> exp.Expr:
    """A literal of any value a query may hold."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, date):
        return moment(value)
    if isinstance(value, str):
        return text(value)
    digits = exp.Literal(this=repr(abs(value)), is_string=False)
    return exp.Neg(this=digits) if value < 0 else digits


def cast(tree: exp.Expr, kind: exp.DType) -> exp.Cast:
    """`CAST(tree AS kind)`."""
    return exp.Cast(this=tree, to=exp.DataType(this=kind, nested=False))


def both(conditions: Iterable[exp.Expr]) -> exp.Expr | None:
    """All conditions joined by AND, each in brackets where it needs them; None when there is none."""
    found: exp.Expr | None = None
    for one in conditions:
        found = _bracketed(one) if found is None else exp.And(this=found, expression=_bracketed(one))
    return found


def any_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """The conditions joined by OR, each in brackets where it needs them."""
    found = conditions[0] if len(conditions) == 1 else bracketed(conditions[0])
    for one in conditions[1:]:
        found = exp.Or(this=found, expression=bracketed(one))
    return found


def _bracketed(tree: exp.Expr) -> exp.Expr:
    return exp.Paren(this=tree) if isinstance(tree, exp.Or | exp.Xor) else tree


def bracketed(tree: exp.Expr) -> exp.Expr:
    """The tree in brackets when it is an operation, so that it can stand inside another one."""
    return exp.Paren(this=tree) if isinstance(tree, _OPERATIONS) else tree


def same(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """`left IS NOT DISTINCT FROM right`: equal, or both NULL."""
    return exp.NullSafeEQ(this=left, expression=right)


def first_known(trees: Sequence[exp.Expr]) -> exp.Expr:
    """`COALESCE` of the trees; the tree itself when it is the only one."""
    return trees[0] if len(trees) == 1 else exp.Coalesce(this=trees[0], expressions=list(trees[1:]))


def or_zero(tree: exp.Expr) -> exp.Expr:
    """The tree, or 0 where it is NULL."""
    return exp.Coalesce(this=tree, expressions=[integer(0)])


def divided(numerator: exp.Expr, denominator: exp.Expr) -> exp.Expr:
    """A DOUBLE: numerator over denominator, NULL where the denominator is 0 or NULL."""
    whole = exp.Nullif(this=denominator, expression=integer(0))
    return exp.Div(this=cast(numerator, exp.DType.DOUBLE), expression=whole, typed=False, safe=False)


def truncated(tree: exp.Expr, grain: TimeGrain) -> exp.Expr:
    """The start of the bucket a time falls in: a TIMESTAMP for hours, else a DATE. Weeks start on Monday (ISO)."""
    if grain == "hour":
        return exp.TimestampTrunc(this=tree, unit=exp.Var(this="HOUR"))
    if grain == "day":
        return cast(tree, exp.DType.DATE)
    if grain == "half":
        return _half_year(tree)
    return cast(exp.TimestampTrunc(this=tree, unit=exp.Var(this=grain.upper())), exp.DType.DATE)


def _half_year(tree: exp.Expr) -> exp.Expr:
    """1 January or 1 July: the quarter's start, less a quarter when that is the second or fourth."""
    quarter = exp.TimestampTrunc(this=tree, unit=exp.Var(this="QUARTER"))
    before = exp.Sub(this=exp.Quarter(this=tree.copy()), expression=integer(1))
    odd = exp.Mod(this=exp.Paren(this=before), expression=integer(2))
    months = exp.Mul(this=integer(3), expression=exp.Paren(this=odd))
    return cast(exp.Sub(this=quarter, expression=_to_months(months)), exp.DType.DATE)


def _to_months(count: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="to_months", expressions=[count])


def shifted(tree: exp.Expr, count: int, unit: str) -> exp.Expr:
    """The DATE `count` units after `tree` (before it when negative); clamped to the end of a shorter month."""
    interval = exp.Interval(this=text(str(abs(count))), unit=exp.Var(this=unit.upper()))
    kind = exp.Add if count >= 0 else exp.Sub
    return cast(kind(this=tree, expression=interval), exp.DType.DATE)


def selected(columns: Iterable[exp.Expr], source: exp.Expr) -> exp.Select:
    """`SELECT columns FROM source`."""
    return exp.Select(expressions=list(columns), from_=exp.From(this=source))


def joined(select: exp.Select, source: exp.Expr, on: exp.Expr | None, side: str) -> None:
    """Add a LEFT or FULL join on a condition, or a CROSS join, to `select`."""
    found = exp.Join(this=source, on=on, side=side) if side in ("LEFT", "FULL") else exp.Join(this=source, kind=side)
    select.append("joins", found)


def filtered(select: exp.Select, conditions: Iterable[exp.Expr]) -> None:
    """Add conditions to the WHERE of `select`."""
    where = both(conditions)
    if where is not None:
        select.set("where", exp.Where(this=where))


def ordered(tree: exp.Expr, descending: bool) -> exp.Ordered:
    """A sort key with NULLs last."""
    return exp.Ordered(this=tree, desc=descending, nulls_first=False)
