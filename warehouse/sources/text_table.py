"""A delimited file as a typed relation: which type each column gets, and the SQL that reads it so.

Every cell counts. A column in which a few cells break the type of all others is an error at the first of them; a
column that is of mixed kinds stays text; a date that can be read in two ways is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from warehouse.build import identifier, literal
from warehouse.errors import LoadError
from warehouse.sources.column_types import SAMPLE, Cells, examine
from warehouse.sources.load_request import ReadOptions
from warehouse.sources.text_encoding import line_of_byte
from warehouse.sources.text_file import TextFile, line_of_record, line_of_stray_return
from warehouse.sources.text_kinds import (
    OFFSET,
    Kind,
    NumberStyle,
    cell_text,
    converted,
    declared_kinds,
    number_condition,
)

NULL_WORDS = frozenset(
    {"na", "n/a", "#n/a", "#na", "<na>", "nan", "null", "(null)", "none", "nil", "missing", "unknown", "undefined"}
    | {"?", "-", "--", ".", "\\n", "inf", "-inf", "#value!", "#ref!", "#div/0!"}
)
COMMA = NumberStyle(",", ".")
_SURE_COMMA = "regexp_full_match($t, '[-+]?[0-9.]*,([0-9]{1,2}|[0-9]{4,})')"
"""A comma that cannot stand between thousands: behind it are other than three digits."""
_GROUPED, _NOT_BELOW_ONE = "contains($t, '.')", "NOT regexp_matches($t, '^[-+]?0[.]')"
_SAME_MEANING = {"int": "integer", "bigint": "integer", "float": "number", "double": "number", "decimal": "number",
                 "string": "text", "varchar": "text", "bool": "boolean", "datetime": "timestamp"}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its name in the file, the kind of its values (None: text), whether outer blanks are cut off.

    `filled` is False when no cell of it has a value, so that any type would do; `comma` tells that its numbers were
    found to have a decimal comma, which nobody had said.
    """

    name: str
    kind: Kind | None
    trim: bool
    filled: bool = True
    comma: bool = False

    @property
    def type(self) -> str:
        """Type in the database."""
        return self.kind.type if self.kind else "VARCHAR"


@dataclass(frozen=True)
class TextTable:
    """A delimited file with the types of its columns."""

    text: TextFile
    options: ReadOptions
    columns: tuple[Column, ...]

    def select(self) -> str:
        """SQL of the typed rows; raises in the database at the first cell that is not of its column's kind."""
        cells = (
            converted(f"c{number}", column.kind, column.trim) if column.filled else "NULL"
            for number, column in enumerate(self.columns)
        )
        named = (f"{cell} AS {identifier(column.name)}" for cell, column in zip(cells, self.columns, strict=True))
        return f"SELECT {', '.join(named)} FROM {raw_relation(self.text, self.options)}"

    @property
    def source(self) -> Path:
        """The file as the person named it."""
        return self.text.source

    @property
    def path(self) -> Path:
        """The file as the database reads it."""
        return self.text.path

    def notes(self) -> Iterator[str]:
        """Sentences about how the file was read where the person may want to know."""
        yield from self.text.notes
        if self.text.blank_after_delimiter:
            yield "Blanks around the values were cut off, and blank cells read as missing."
        for column in self.columns:
            if column.comma:
                yield f"Column {column.name}: its numbers are read with a decimal comma."
            if column.kind and (column.kind.date_format or (column.trim and not self.text.blank_after_delimiter)):
                yield from _column_notes(column, column.kind)

    def with_text(self, names: Collection[str]) -> TextTable:
        """The same table with these columns (names casefolded) left as text."""
        columns = (replace(column, kind=None) if column.name.casefold() in names else column for column in self.columns)
        return replace(self, columns=tuple(columns))


def _column_notes(column: Column, kind: Kind) -> Iterator[str]:
    if kind.date_format == OFFSET:
        yield f"Column {column.name}: times with an offset were converted to UTC."
    elif "%y" in kind.date_format:
        yield f"Column {column.name}: dates read as {kind.date_format}; years 69 to 99 mean 19.., others 20.."
    elif kind.date_format:
        yield f"Column {column.name}: dates read as {kind.date_format}."
    if column.trim:
        yield f"Column {column.name}: blanks around its values were cut off, and blank cells read as missing."


def raw_relation(text: TextFile, options: ReadOptions, extra: str = "") -> str:
    """SQL that reads the file's cells as text; nothing is left to the database's sniffer."""
    dialect = text.dialect
    names = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(text.names)))
    nulls = ", ".join(literal(null) for null in ("", *options.nulls))
    return (
        f"read_csv({literal(str(text.path))}, auto_detect = false, header = {str(text.header).lower()},"
        f" delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)}, escape = {literal(dialect.escape)},"
        f" nullstr = [{nulls}], columns = {{{names}}}{extra})"
    )


def type_columns(con: duckdb.DuckDBPyConnection, text: TextFile, options: ReadOptions) -> TextTable:
    """The file with a type for each column, from its first records, or from all where those do not decide.

    Raises LoadError naming line, column and remedy for cells that break their column's type, for dates with two
    readings, and for unknown types.
    """
    _check_options(con, text, options)
    raw = raw_relation(text, options)
    con.execute(f"CREATE OR REPLACE TEMP TABLE loading_sample AS SELECT * FROM {raw} LIMIT {SAMPLE + 1}")
    whole = con.execute("SELECT count(*) <= ? FROM temp.loading_sample", [SAMPLE]).fetchone() == (True,)
    found = _Typing(con, text, options, "temp.loading_sample", whole).columns(range(len(text.names)))
    columns = _with_whole(con, text, options, found)
    return TextTable(text, options, columns)


def retype_columns(con: duckdb.DuckDBPyConnection, table: TextTable) -> TextTable:
    """The table with other types for the columns that have cells which do not fit theirs; raises as `type_columns`."""
    raw = raw_relation(table.text, table.options)
    fitting: dict[int, Column | None] = {}
    for number, column in enumerate(table.columns):
        text = cell_text(f"c{number}", column.trim)
        fits = column.kind.fits.replace("$t", text) if column.kind else "true"
        sql = f"SELECT count(*) FROM {raw} WHERE {text} IS NOT NULL AND ({fits}) IS NOT TRUE"
        fitting[number] = column if not column.kind or con.execute(sql).fetchone() == (0,) else None
    return replace(table, columns=_with_whole(con, table.text, table.options, fitting))


def _with_whole(
    con: duckdb.DuckDBPyConnection, text: TextFile, options: ReadOptions, found: Mapping[int, Column | None]
) -> tuple[Column, ...]:
    """The columns in order, those that are missing found on all records of the file."""
    missing = [number for number, column in found.items() if column is None]
    typing = _Typing(con, text, options, f"(SELECT * FROM {raw_relation(text, options)})", True)
    complete = {**found, **typing.columns(missing)}
    return tuple(column for _, column in sorted(complete.items()) if column)


def _check_options(con: duckdb.DuckDBPyConnection, text: TextFile, options: ReadOptions) -> None:
    for name, word in options.types.items():
        if declared_kinds(_word(word), NumberStyle(), ()) is None:
            remedy = "Types are text, integer, number, boolean, date, timestamp."
            raise LoadError(f"'{word}' is no type.", file=str(text.source), column=name, remedy=remedy)
    if options.date_format is None:
        return
    remedy = "Example: --date-format '%d/%m/%Y' for day/month/year."
    wrong = LoadError(f"'{options.date_format}' is no date format.", file=str(text.source), remedy=remedy)
    if "%" not in options.date_format:
        raise wrong
    try:
        con.execute(f"SELECT try_strptime('', {literal(options.date_format)})")
    except duckdb.Error as error:
        raise wrong from error


def _word(declared: str) -> str:
    return _SAME_MEANING.get(declared.lower(), declared.lower())


@dataclass(frozen=True)
class _Typing:
    """One examination of a relation that holds a file's cells as text, or the first of them if not `whole`."""

    con: duckdb.DuckDBPyConnection
    text: TextFile
    options: ReadOptions
    relation: str
    whole: bool

    @property
    def style(self) -> NumberStyle:
        return NumberStyle(self.options.decimal or ".", self.options.thousands)

    def columns(self, numbers: Sequence[int]) -> dict[int, Column | None]:
        """A type for each of these columns; None where these records do not decide and there are more."""
        cells = examine(self.con, self.relation, [f"c{n}" for n in numbers], self.style, self.options.date_format)
        commas = self._comma_cells({n: cells[f"c{n}"] for n in numbers})
        return {
            n: self._with_comma(n, commas[n])
            if n in commas
            else self._column(f"c{n}", self.text.names[n], cells[f"c{n}"])
            for n in numbers
        }

    def _comma_cells(self, plain: Mapping[int, Cells]) -> dict[int, Cells]:
        """Cells of the columns that have a decimal comma for certain, and of those beside them with whole thousands.

        In a file whose fields end with a comma nothing is certain, nor where the person has said how numbers look.
        """
        if self.options.decimal or self.options.thousands or self.text.dialect.delimiter == ",":
            return {}
        free = {n: cells for n, cells in plain.items() if cells.filled and not self._is_declared(n)}
        sure = [n for n, cells in free.items() if not cells.kinds and self._all_fit(n, _SURE_COMMA, "true")]
        fractions = [n for n, cells in free.items() if sure and cells.kinds and cells.kinds[0].type == "DOUBLE"]
        read = sure + [n for n in fractions if self._all_fit(n, _GROUPED, _NOT_BELOW_ONE)]
        found = examine(self.con, self.relation, [f"c{n}" for n in read], COMMA)
        return {n: found[f"c{n}"] for n in read if found[f"c{n}"].kinds}

    def _is_declared(self, number: int) -> bool:
        return self.text.names[number].casefold() in {name.casefold() for name in self.options.types}

    def _all_fit(self, number: int, one: str, every: str) -> bool:
        """Whether all filled cells are numbers with a comma and meet `every`, and at least one of them meets `one`."""
        text = cell_text(f"c{number}", trim=True)
        all_of, any_of = f"({number_condition(COMMA)}) AND {every}".replace("$t", text), one.replace("$t", text)
        return bool(self._value(f"count({text}) = count(*) FILTER ({all_of}) AND count(*) FILTER ({any_of}) > 0"))

    def _with_comma(self, number: int, cells: Cells) -> Column:
        trim = self.text.blank_after_delimiter or cells.padded > 0
        return Column(self.text.names[number], cells.kinds[0], trim, comma=True)

    def _column(self, key: str, name: str, cells: Cells) -> Column | None:
        declared = {given.casefold(): word for given, word in self.options.types.items()}.get(name.casefold())
        if declared is not None:
            return self._declared(key, name, cells, _word(declared))
        if not self.whole and (not cells.filled or (not cells.kinds and cells.share >= 0.5)):
            return None
        kind = self._chosen(key, name, cells.kinds)
        if kind is None and cells.kinds:
            return None
        if kind is None and cells.share >= 0.5:
            self._refuse_few_odd(key, name, cells)
        trim = self.text.blank_after_delimiter or (kind is not None and cells.padded > 0)
        return Column(name, kind, trim, cells.filled > 0)

    def _declared(self, key: str, name: str, cells: Cells, word: str) -> Column | None:
        formats = [kind.date_format for kind, _ in cells.fitting if kind.is_patterned]
        kinds = declared_kinds(word, self.style, formats) or ()
        if not kinds or not cells.filled:
            return Column(name, kinds[0] if kinds else None, self.text.blank_after_delimiter)
        counts = [self._count(key, kind.fits) for kind in kinds]
        if max(counts) < cells.filled:
            raise self._odd_cell(key, name, kinds[counts.index(max(counts))].fits, word)
        fitting = [kind for kind, count in zip(kinds, counts, strict=True) if count == cells.filled]
        kind = self._chosen(key, name, fitting)
        return Column(name, kind, self.text.blank_after_delimiter or cells.padded > 0) if kind else None

    def _chosen(self, key: str, name: str, fitting: Sequence[Kind]) -> Kind | None:
        """The best of the kinds that all cells fit; None when two readings of a date fit and more records follow."""
        if not fitting or not fitting[0].is_patterned:
            return fitting[0] if fitting else None
        readings = self._readings(key, [kind for kind in fitting if kind.is_patterned])
        if len(readings) == 1:
            return readings[0][1]
        if not self.whole:
            return None
        # the year varies least: 27-11-16 ... 03-01-17 are days of two years, not two days of thirty years
        (fewest, kind), (more, other), *_ = readings
        if more >= 3 * fewest:
            return kind
        raise LoadError(
            f"its dates can be read as {kind.date_format} and as {other.date_format}, and no row decides.",
            file=str(self.text.source),
            column=name,
            remedy=f"Use --date-format '{kind.date_format}' or '{other.date_format}', or --type {name}=text.",
        )

    def _readings(self, key: str, rivals: Sequence[Kind]) -> list[tuple[int, Kind]]:
        """Kinds that give different dates, each with how many years its dates span, the fewest first."""
        text = cell_text(key, trim=True)
        found: list[tuple[int, str, Kind]] = []
        for kind in rivals:
            value = kind.value.replace("$t", text)
            if not any(self._value(f"bool_and({value} = {earlier})") for _, earlier, _ in found):
                found.append((self._value(f"count(DISTINCT year({value}))"), value, kind))
        return [(years, kind) for years, _, kind in sorted(found, key=lambda one: one[0])]

    def _value(self, expression: str) -> int:
        row = self.con.execute(f"SELECT {expression} FROM {self.relation}").fetchone()
        return row[0] if row else 0

    def _count(self, key: str, condition: str) -> int:
        return self._value(f"count(*) FILTER ({condition.replace('$t', cell_text(key, trim=True))})")

    def _refuse_few_odd(self, key: str, name: str, cells: Cells) -> None:
        """Raise LoadError when nearly all cells are numbers or dates and the others are few, or words for missing."""
        numeric = cells.numbers >= cells.dates
        dated = max((pair for pair in cells.fitting if pair[0].is_time), key=lambda pair: pair[1], default=None)
        condition = number_condition(self.style) if numeric or not dated else dated[0].fits
        odd = cells.filled - (cells.numbers if numeric or not dated else dated[1])
        if not odd:
            return  # all are numbers, but some must stay as written: zeros in front, more digits than a number holds
        values = self._odd_values(key, condition)
        all_missing = len(values) <= len(NULL_WORDS) and all(value.casefold() in NULL_WORDS for value in values)
        if all_missing or (odd <= 0.01 * cells.filled and len(values) <= 3):
            raise self._odd_cell(key, name, condition, "number" if numeric or not dated else dated[0].word)

    def _odd_values(self, key: str, condition: str) -> list[str]:
        text = cell_text(key, trim=True)
        where = f"{text} IS NOT NULL AND ({condition.replace('$t', text)}) IS NOT TRUE"
        sql = f"SELECT DISTINCT {text} FROM {self.relation} WHERE {where} LIMIT {len(NULL_WORDS) + 1}"
        return [row[0] for row in self.con.execute(sql).fetchall()]

    def _odd_cell(self, key: str, name: str, condition: str, word: str) -> LoadError:
        """The error for the first cell that does not meet the condition."""
        text = cell_text(key, trim=True)
        where = f"{text} IS NOT NULL AND ({condition.replace('$t', text)}) IS NOT TRUE"
        numbered = f"(SELECT {key}, row_number() OVER () AS record FROM {self.relation})"
        sql = f"SELECT record, {text}, count(*) OVER () FROM {numbered} WHERE {where} ORDER BY record LIMIT 1"
        record, value, count = self.con.execute(sql).fetchone() or (0, "", 0)
        more = f" ({count:,} cells are not)" if count > 1 else ""
        article = "an" if word[0] in "aeiou" else "a"
        return LoadError(
            f"'{value[:60]}' is not {article} {word}{more}.",
            file=str(self.text.source),
            line=line_of_record(self.text, record) or None,
            column=name,
            remedy=f"Use --null '{value[:60]}' if it means missing, or --type {name}=text to keep the column as text.",
        )


def form_error(con: duckdb.DuckDBPyConnection, text: TextFile, options: ReadOptions) -> LoadError | None:
    """The error for the first record that breaks the file's form (cells missing, quotes left open), if one does."""
    extra = ", store_rejects = true, rejects_table = 'loading_errors', rejects_scan = 'loading_scans'"
    sql = (
        "SELECT error_type, error_message, line_byte_position FROM loading_errors"
        " QUALIFY line = min(line) OVER () ORDER BY column_idx DESC LIMIT 1"
    )
    try:
        con.execute(f"SELECT count(*) FROM {raw_relation(text, options, extra)}").fetchall()
    except duckdb.Error:  # the reader lost its way: it does so at a carriage return in the midst of a line
        return _stray_return(text)
    row = con.execute(sql).fetchone()
    con.execute("DROP TABLE loading_errors")
    con.execute("DROP TABLE loading_scans")
    return _form_error(text, *row) if row else None


def _stray_return(text: TextFile) -> LoadError:
    remedy = "Quote the cell, or save the file with one kind of line end."
    reason = "a carriage return stands inside a line, outside quotes."
    return LoadError(reason, file=str(text.source), line=line_of_stray_return(text), remedy=remedy)


def _form_error(text: TextFile, kind: str, message: str, position: int) -> LoadError:
    line = line_of_byte(text.path, position - 1) + text.skipped
    found = re.search(r"Found: (\d+)", message)
    if found:
        cells = f"{found[1]} cell" if found[1] == "1" else f"{found[1]} cells"
        reason = f"this line has {cells}, the header has {len(text.names)}."
        remedy = (
            f"Quote cells that contain '{text.dialect.delimiter}', add what is missing, or use --skip or --delimiter."
        )
    elif kind == "UNQUOTED VALUE":
        reason = "a quote is opened and not closed, or followed by more text."
        remedy = "Close it; a quote inside a quoted cell is written twice."
    else:
        reason, remedy = f"{message.partition(chr(10))[0].rstrip('.')}.", "Mend the line or export the file again."
    return LoadError(reason, file=str(text.source), line=line, remedy=remedy)
