"""Source cells made core values: the SQL of each value, and of the reason why a row cannot be taken.

Cells are text. A cell that its column's type cannot hold exactly is never rounded, shifted or dropped: the row goes
to quarantine with the reason. The one exception is money with more than two decimals, which is rounded and told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_YEARS = "BETWEEN TIMESTAMP '1000-01-01' AND TIMESTAMP '9999-12-31 23:59:59'"
_ISO = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.]\d+)?)?)?"
_ISO_OFFSET = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.]\d+)?)? ?(Z|[-+]\d\d(:?\d\d)?)"


def filled(table: str, column: str) -> str | None:
    """SQL of what a core column holds when nothing is mapped to it; None when it must be mapped."""
    return _FILLED.get((table, column), _FILLED.get(("*", column)))


@dataclass(frozen=True)
class Mapped:
    """One core column: SQL of its text, of its value, and of whether the value was rounded (empty: never)."""

    column: CoreColumn
    text: str
    value: str
    rounded: str

    def reason(self, text: str) -> str:
        """SQL of the reason why this cell keeps its row out, NULL when it does not; `text` is SQL of the cell."""
        name, word = self.column.name, _word(self.column.type)
        value = identifier(name)
        told = f"concat('{name}: ''', left({text}, 60), ''' is not {word}.')"
        wrong = f"WHEN {text} IS NOT NULL AND {value} IS NULL THEN {told}"
        missing = f" WHEN {value} IS NULL THEN '{name}: the value is missing.'" if self.column.required else ""
        return f"CASE {wrong}{missing} END"


def mapped_columns(source: Source, table: CoreTable) -> tuple[Mapped, ...]:
    """The core columns that the source fills, in the order of the table."""
    pairs = ((column, source.columns.get(column.name)) for column in table.columns)
    return tuple(_mapped(source, table.name, column, given) for column, given in pairs if given is not None)


def filled_columns(source: Source, table: CoreTable) -> tuple[tuple[str, str], ...]:
    """(core column, SQL over the row's other core columns) for what is not mapped and can be filled."""
    found = ((column.name, filled(table.name, column.name)) for column in table.columns)
    return tuple((name, sql) for name, sql in found if sql is not None and name not in source.columns)


def key_text(columns: Sequence[str]) -> str:
    """SQL of the cells that identify a row as one text, NULL when one of them is missing."""
    return " || '-' || ".join(f"nullif(trim({identifier(column)}), '')" for column in columns)


def watermark_value(source: Source) -> str:
    """SQL of the moment or number that tells which of two rows of one key is newer."""
    if source.watermark is None:
        return "NULL::DOUBLE"
    text = f"nullif(trim({identifier(source.watermark)}), '')"
    moment = _time(text, source.date_format)
    return f"coalesce(epoch({moment}), TRY_CAST({text} AS DOUBLE))"


def _mapped(source: Source, table: str, column: CoreColumn, given: ColumnMap) -> Mapped:
    if not given.source:
        text = literal(given.value or "")
    else:
        text = _translated(_without_nulls(_joined(given.source), [*source.nulls, *given.nulls]), given)
    decimal = source.decimal if given.decimal is None else given.decimal
    thousands = source.thousands if given.thousands is None else given.thousands
    formats = given.date_format or source.date_format
    style = NumberStyle(decimal, thousands)
    value = _value(column.type, text, style, formats)
    rounded = ""
    if column.type.startswith("DECIMAL") and given.source:
        rounded = f"TRY_CAST({_number_text(text, style)} AS DECIMAL(38,10)) <> {value}"
    fill = filled(table, column.name)
    if column.required and fill in ("0", "false"):
        value = f"CASE WHEN {text} IS NULL THEN {fill} ELSE {value} END"
    return Mapped(column, _untranslated(given, source) or text, value, rounded)


def _joined(columns: Sequence[str]) -> str:
    return " || '-' || ".join(
        rf"nullif(trim({identifier(column)}, ' ' || chr(9) || chr(160)), '')" for column in columns
    )


def _without_nulls(text: str, nulls: Sequence[str]) -> str:
    return f"CASE WHEN {text} NOT IN ({', '.join(map(literal, nulls))}) THEN {text} END" if nulls else text


def _translated(text: str, given: ColumnMap) -> str:
    if not given.values:
        return text
    cases = " ".join(f"WHEN {literal(cell)} THEN {literal(value)}" for cell, value in given.values.items())
    rest = f" WHEN {text} IS NOT NULL THEN {literal(given.other)}" if given.other is not None else ""
    return f"CASE {_switch(text, cases)}{rest} END"


def _switch(text: str, cases: str) -> str:
    return cases.replace("WHEN '", f"WHEN {text} = '")


def _untranslated(given: ColumnMap, source: Source) -> str | None:
    """The cell as written, for the reason; a translation makes NULL of what it does not know."""
    if not given.values or not given.source:
        return None
    return _without_nulls(_joined(given.source), [*source.nulls, *given.nulls])


def _value(kind: str, text: str, style: NumberStyle, formats: Sequence[str]) -> str:
    if kind == "BOOLEAN":
        return f"CASE WHEN lower({text}) IN {_TRUE} THEN true WHEN lower({text}) IN {_FALSE} THEN false END"
    if kind == "TIMESTAMP":
        return _time(text, formats)
    if kind == "DATE":
        return f"CAST({_time(text, formats)} AS DATE)"
    if kind == "JSON":
        return f"CASE WHEN json_valid({text}) THEN CAST({text} AS JSON) END"
    if kind.startswith(("VARCHAR", "CHAR")):
        return text
    return _number(kind, _number_text(text, style))


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
    first = f"coalesce({', '.join(moments)})" if len(moments) > 1 else moments[0]
    return f"CASE WHEN {first} {_YEARS} THEN {first} END"


def _word(kind: str) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    if kind.startswith("DECIMAL"):
        return "an amount"
    if kind.startswith(("VARCHAR", "CHAR")):
        return "a value that the mapping knows"
    return "JSON" if kind == "JSON" else "a whole number"
