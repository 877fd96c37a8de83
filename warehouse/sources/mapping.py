"""Source cells made core values: the SQL of each value, and of the reason why a row cannot be taken.

Cells are text. A cell that its column's type cannot hold exactly is never rounded, shifted or dropped: the row goes
to quarantine with the reason. The one exception is money with more than two decimals, which is rounded and told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse.build import identifier, literal
from warehouse.sources.core_tables import CoreColumn, CoreTable
from warehouse.sources.declared import ColumnMap, Source
from warehouse.sources.text_kinds import NumberStyle

_FILLED = {
    ("*", "is_test"): "false",
    ("*", "is_internal"): "false",
    ("*", "is_deleted"): "false",
    ("*", "is_bot"): "false",
    ("*", "is_machine_open"): "false",
    ("*", "discount_amount"): "0",
    ("*", "refund_amount"): "0",
    ("orders", "tax_amount"): "0",
    ("orders", "shipping_amount"): "0",
    ("orders", "net_amount"): "gross_amount - discount_amount - refund_amount",
    ("order_item", "net_amount"): "quantity * unit_price - discount_amount - refund_amount",
}
"""What required columns hold that no source column fills, as SQL over the other columns of the row."""

_WORDS = {"BOOLEAN": "true or false", "DATE": "a date", "TIMESTAMP": "a time", "DOUBLE": "a number"}
_TRUE, _FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_NUMBER = "[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?"
_BLANKS = ("' '", "chr(9)", "chr(160)")
_YEARS = "BETWEEN TIMESTAMP '1000-01-01' AND TIMESTAMP '9999-12-31 23:59:59'"
_ISO = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.]\d+)?)?)?"
_ISO_OFFSET = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.]\d+)?)? ?(Z|[-+]\d\d(:?\d\d)?)"


def filled(table: str, column: str) -> str | None:
    """SQL of what a core column holds when nothing is mapped to it; None when it must be mapped."""
    return _FILLED.get((table, column), _FILLED.get(("*", column)))


@dataclass(frozen=True)
class Mapped:
    """One core column and the SQL of its value, in steps that each name the one before, so that none is done twice.

    `text` is the cell as written, over the cleaned cells; `said` its translation, over `_text{at}`; `form` what the
    type is read from, over `_said{at}`; `value` over `_said{at}` and `_form{at}`.
    """

    column: CoreColumn
    at: int
    text: str
    said: str
    form: str
    value: str
    may_round: bool

    @property
    def rounded(self) -> str:
        """SQL of whether the value was rounded, over `_form{at}` and the core column."""
        name = identifier(self.column.name)
        return f"coalesce({name} <> TRY_CAST(_form{self.at} AS DECIMAL(38,10)), false)"

    @property
    def reason(self) -> str:
        """SQL of the reason why this cell keeps its row out, NULL when it does not."""
        name, word, text = self.column.name, _word(self.column.type), f"_text{self.at}"
        value = identifier(name)
        told = f"concat('{name}: ''', left({text}, 60), ''' is not {word}.')"
        wrong = f"WHEN {text} IS NOT NULL AND {value} IS NULL THEN {told}"
        missing = f" WHEN {value} IS NULL THEN '{name}: the value is missing.'" if self.column.required else ""
        return f"CASE {wrong}{missing} END"


def mapped_columns(source: Source, table: CoreTable, cells: Mapping[str, str]) -> tuple[Mapped, ...]:
    """The core columns that the source fills, in the order of the table; `cells` names the cleaned source cells."""
    pairs = ((column, source.columns.get(column.name)) for column in table.columns)
    given = [(column, one) for column, one in pairs if one is not None]
    return tuple(_mapped(source, (table.name, column), (at, one), cells) for at, (column, one) in enumerate(given))


def filled_columns(source: Source, table: CoreTable) -> tuple[tuple[str, str], ...]:
    """(core column, SQL over the row's other core columns) for what is not mapped and can be filled."""
    found = ((column.name, filled(table.name, column.name)) for column in table.columns)
    return tuple((name, sql) for name, sql in found if sql is not None and name not in source.columns)


def cleaned(column: str) -> str:
    """SQL of a source cell without outer blanks, NULL when nothing is left.

    Few cells have any, and looking for them is quicker than cutting them off.
    """
    cell = identifier(column)
    marks = " OR ".join(f"suffix({cell}, {blank})" for blank in _BLANKS)
    outer = f"{cell} < '!' OR {marks} OR prefix({cell}, chr(160))"
    return f"CASE WHEN {outer} THEN nullif(trim({cell}, {' || '.join(_BLANKS)}), '') ELSE {cell} END"


def joined(cells: Sequence[str]) -> str:
    """SQL of several cleaned cells as one text, NULL when one of them is missing."""
    return " || '-' || ".join(cells)


def watermark_value(source: Source, cell: str) -> str:
    """SQL of the moment or number that tells which of two rows of one key is newer; `cell` is the cleaned cell."""
    moment = _time(cell, source.date_format)
    return f"coalesce(epoch({_in_years(moment)}), TRY_CAST({cell} AS DOUBLE))"


def _mapped(
    source: Source, place: tuple[str, CoreColumn], mapping: tuple[int, ColumnMap], cells: Mapping[str, str]
) -> Mapped:
    (table, column), (at, given) = place, mapping
    if given.source:
        text = _without_nulls(joined([cells[name] for name in given.source]), [*source.nulls, *given.nulls])
    else:
        text = literal(given.value or "")
    decimal = source.decimal if given.decimal is None else given.decimal
    thousands = source.thousands if given.thousands is None else given.thousands
    said, form = f"_said{at}", f"_form{at}"
    prepared = _form(column.type, said, NumberStyle(decimal, thousands), given.date_format or source.date_format)
    value = _value(column.type, form)
    fill = filled(table, column.name)
    if column.required and fill in ("0", "false"):
        value = f"CASE WHEN {said} IS NULL THEN {fill} ELSE {value} END"
    may_round = column.type.startswith("DECIMAL") and bool(given.source)
    return Mapped(column, at, text, _translated(f"_text{at}", given), prepared, value, may_round)


def _without_nulls(text: str, nulls: Sequence[str]) -> str:
    return f"CASE WHEN {text} NOT IN ({', '.join(map(literal, nulls))}) THEN {text} END" if nulls else text


def _translated(text: str, given: ColumnMap) -> str:
    if not given.values:
        return text
    cases = " ".join(f"WHEN {literal(cell)} THEN {literal(value)}" for cell, value in given.values.items())
    if given.other is None:
        return f"CASE {text} {cases} END"
    return f"CASE WHEN {text} IS NOT NULL THEN CASE {text} {cases} ELSE {literal(given.other)} END END"


def _form(kind: str, text: str, style: NumberStyle, formats: Sequence[str]) -> str:
    """SQL of what a value is read from: the moment of a time, the plain spelling of a number, else the text."""
    if kind in ("TIMESTAMP", "DATE"):
        return _time(text, formats)
    if kind in ("BOOLEAN", "JSON") or kind.startswith(("VARCHAR", "CHAR")):
        return text
    return _number_text(text, style)


def _value(kind: str, form: str) -> str:
    if kind == "BOOLEAN":
        return f"CASE WHEN lower({form}) IN {_TRUE} THEN true WHEN lower({form}) IN {_FALSE} THEN false END"
    if kind == "TIMESTAMP":
        return _in_years(form)
    if kind == "DATE":
        return f"CAST({_in_years(form)} AS DATE)"
    if kind == "JSON":
        return f"CASE WHEN json_valid({form}) THEN CAST({form} AS JSON) END"
    if kind.startswith(("VARCHAR", "CHAR")):
        return form
    return _number(kind, form)


def _number(kind: str, number: str) -> str:
    if kind == "DOUBLE":
        double = f"TRY_CAST({number} AS DOUBLE)"
        return f"CASE WHEN regexp_full_match({number}, '{_NUMBER}') AND isfinite({double}) THEN {double} END"
    if kind.startswith("DECIMAL"):
        return f"CASE WHEN regexp_full_match({number}, '{_NUMBER}') THEN TRY_CAST({number} AS {kind}) END"
    # spreadsheets write 3.0 for 3
    return f"CASE WHEN regexp_full_match({number}, '[-+]?[0-9]+([.]0*)?') THEN TRY_CAST({number} AS {kind}) END"


def _number_text(text: str, style: NumberStyle) -> str:
    """SQL of the number as the database writes it, NULL where the marks stand in wrong places."""
    if style.plain:
        return text
    mark, point = re.escape(style.thousands), re.escape(style.decimal)
    groups = f"[0-9]{{1,3}}({mark}[0-9]{{3}})+|[0-9]+" if style.thousands else "[0-9]+"
    bare = f"replace({text}, {literal(style.thousands)}, '')" if style.thousands else text
    pattern = literal(f"[-+]?({groups})({point}[0-9]*)?")
    return f"CASE WHEN regexp_full_match({text}, {pattern}) THEN replace({bare}, {literal(style.decimal)}, '.') END"


def _time(text: str, formats: Sequence[str]) -> str:
    """SQL of the moment in UTC: the declared formats, and ISO 8601 where no declared format begins with a year."""
    moments: list[str] = []
    if not any(pattern.startswith("%Y") for pattern in formats):
        moments.append(f"CASE WHEN regexp_full_match({text}, '{_ISO}') THEN TRY_CAST({text} AS TIMESTAMP) END")
        offset = f"timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ))"
        moments.append(f"CASE WHEN regexp_full_match({text}, '{_ISO_OFFSET}') THEN {offset} END")
    moments += [f"try_strptime({text}, {literal(pattern)})" for pattern in formats]
    return f"coalesce({', '.join(moments)})" if len(moments) > 1 else moments[0]


def _in_years(moment: str) -> str:
    return f"CASE WHEN {moment} {_YEARS} THEN {moment} END"


def _word(kind: str) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    if kind.startswith("DECIMAL"):
        return "an amount"
    if kind.startswith(("VARCHAR", "CHAR")):
        return "a value that the mapping knows"
    return "JSON" if kind == "JSON" else "a whole number"
