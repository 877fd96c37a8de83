"""Small SQL trees: the vocabulary that every pass of the compiler builds with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlglot import exp

from semantic_layer.identifiers import needs_quotes
from semantic_layer.query import Scalar, TimeGrain
from semantic_layer.spans import COMMON_CALENDAR, CalendarRules, Shift, previous_bucket

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


def truncated(tree: exp.Expr, grain: TimeGrain, rules: CalendarRules = COMMON_CALENDAR) -> exp.Expr:
    """The start of the bucket a time falls in: a TIMESTAMP for hours, else a DATE. Weeks start on Monday (ISO)."""
    if grain == "hour":
        return _floor(tree, "HOUR")
    if grain == "day":
        return cast(tree, exp.DType.DATE)
    if grain == "half":
        return _half_year(tree)
    if grain.startswith("fiscal_"):
        return _moved(tree, grain.removeprefix("fiscal_"), rules.fiscal_start_month - 1, "month")
    if grain == "week" and rules.sunday_first:
        return _moved(tree, "week", -1, "day")
    return cast(_floor(tree, grain.upper()), exp.DType.DATE)


def _floor(tree: exp.Expr, unit: str) -> exp.Expr:
    return exp.TimestampTrunc(this=tree, unit=exp.Var(this=unit))


def _moved(tree: exp.Expr, unit: str, count: int, by: str) -> exp.Expr:
    """The bucket of a calendar that starts `count` units later than the common one."""
    if count == 0:
        return cast(_floor(tree, unit.upper()), exp.DType.DATE)
    return cast(moved(_floor(moved(bracketed(tree), -count, by), unit.upper()), count, by), exp.DType.DATE)


def _half_year(tree: exp.Expr) -> exp.Expr:
    """1 January or 1 July: the quarter's start, less a quarter when that is the second or fourth."""
    before = exp.Sub(this=exp.Quarter(this=tree.copy()), expression=integer(1))
    odd = exp.Mod(this=exp.Paren(this=before), expression=integer(2))
    months = exp.Mul(this=integer(3), expression=exp.Paren(this=odd))
    back = exp.Anonymous(this="to_months", expressions=[months])
    return cast(exp.Sub(this=_floor(tree, "QUARTER"), expression=back), exp.DType.DATE)


def moved(tree: exp.Expr, count: int, unit: str) -> exp.Expr:
    """The moment `count` units after `tree`, before it when negative; clamped to the end of a shorter month."""
    span = exp.Interval(this=text(str(abs(count))), unit=exp.Var(this=unit.upper()))
    return exp.Add(this=tree, expression=span) if count >= 0 else exp.Sub(this=tree, expression=span)


def shifted(tree: exp.Expr, count: int, unit: str) -> exp.Expr:
    """The day `count` units after `tree`; the moment when the unit is the hour."""
    found = moved(tree, count, unit)
    return found if unit == "hour" else cast(found, exp.DType.DATE)


def earlier(tree: exp.Expr, shift: Shift, grain: TimeGrain | None) -> exp.Expr:
    """The bucket one shift before the bucket `tree`."""
    found = moved(tree, -shift.count, shift.unit)
    return found if grain == "hour" else cast(found, exp.DType.DATE)


def bucket_end(tree: exp.Expr, grain: TimeGrain) -> exp.Expr:
    """The first moment after the bucket `tree`."""
    one = previous_bucket(grain)
    return shifted(tree, one.count, one.unit)


def zoned(tree: exp.Expr, stored_in: str, zone: str) -> exp.Expr:
    """The clock of `zone` for a time on the clock of `stored_in` (empty: a time that knows its zone)."""
    aware = exp.Anonymous(this="timezone", expressions=[text(stored_in), tree]) if stored_in else tree
    return exp.Anonymous(this="timezone", expressions=[text(zone), aware])


def selected(columns: Iterable[exp.Expr], source: exp.Expr) -> exp.Select:
    """`SELECT columns FROM source`."""
    return exp.Select(expressions=list(columns), from_=exp.From(this=source))


def joined(select: exp.Select, source: exp.Expr, on: exp.Expr | None, side: str) -> None:
    """Add a LEFT, FULL or INNER join on a condition, or a CROSS join, to `select`."""
    if side in ("LEFT", "FULL"):
        select.append("joins", exp.Join(this=source, on=on, side=side))
    elif side == "INNER":
        select.append("joins", exp.Join(this=source, on=on))
    else:
        select.append("joins", exp.Join(this=source, kind="CROSS"))


def filtered(select: exp.Select, conditions: Iterable[exp.Expr]) -> None:
    """Add conditions to the WHERE of `select`."""
    where = both(conditions)
    if where is not None:
        select.set("where", exp.Where(this=where))


def grouped(select: exp.Select, count: int) -> None:
    """Group by the first `count` columns."""
    if count:
        select.set("group", exp.Group(expressions=[integer(index + 1) for index in range(count)]))


def is_known(tree: exp.Expr) -> exp.Expr:
    """`tree IS NOT NULL`."""
    return exp.Not(this=exp.Is(this=tree, expression=exp.Null()))


def rows() -> exp.Expr:
    """`COUNT(*)`."""
    return exp.Count(this=exp.Star(), big_int=True)


def when(condition: exp.Expr, value: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """`CASE WHEN condition THEN value ELSE otherwise END`."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=otherwise)


def ordered(tree: exp.Expr, descending: bool) -> exp.Ordered:
    """A sort key with NULLs last."""
    return exp.Ordered(this=tree, desc=descending, nulls_first=False)
