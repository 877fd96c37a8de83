"""A mapping proposed for a file nobody has described: which core table it is, and which column fills which.

Names decide, by words and by what such columns are usually called; values must fit the type. A guess is only ever a
proposal: the text of it is shown to a person, who corrects what is wrong and fills in what no column holds.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rapidfuzz import fuzz

from warehouse.build import identifier
from warehouse.sources.column_types import Cells, examine
from warehouse.sources.core_tables import CoreColumn, CoreTable, core_tables
from warehouse.sources.declared import Source
from warehouse.sources.mapping import filled
from warehouse.sources.readers import read_file
from warehouse.sources.source_files import source_files
from warehouse.sources.staging import BATCH, Batch, stage
from warehouse.sources.text_kinds import NumberStyle

_BothStyles = tuple[Cells, Cells]
"""A column's cells, numbers read with a decimal point and with a decimal comma."""

_ENOUGH = 0.72
_ROWS = 50_000
_CALLED = {
    "email": "mail e_mail email_address primary_email contact_email",
    "primary_email": "email mail e_mail email_address",
    "primary_phone": "phone telephone tel mobile phone_number",
    "phone": "telephone tel mobile phone_number primary_phone",
    "first_name": "given_name forename firstname vorname",
    "last_name": "family_name surname lastname nachname",
    "postal_code": "zip zipcode zip_code plz postcode",
    "country_code": "country iso_country",
    "birth_date": "birthday dob date_of_birth",
    "order_id": "order_no order_number invoice invoice_no order",
    "customer_id": "customer customer_no client_id user_id buyer_id member_id",
    "product_id": "product product_no item_id article article_no sku stock_code",
    "ordered_at": "order_date date created created_at invoice_date placed_at purchased_at",
    "gross_amount": "total amount order_total gross price_total subtotal",
    "discount_amount": "discount",
    "tax_amount": "tax vat",
    "shipping_amount": "shipping freight",
    "status": "state order_status ticket_status",
    "quantity": "qty units count",
    "unit_price": "price",
    "created_at": "created opened opened_at date_created signup_date",
    "updated_at": "changed modified last_modified changed_at",
    "paid_at": "payment_date",
    "at": "date time timestamp happened_at",
    "rating": "stars score",
    "body": "text comment message review",
    "record_id": "id user_id customer_id contact_id",
}


@dataclass(frozen=True)
class ColumnGuess:
    """A source column proposed for a core column: how sure (0 to 1), and how its dates are written if not as ISO."""

    core: str
    source: str
    score: float
    date_formats: tuple[str, ...] = ()
    decimal_comma: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a file seems to be: core table, columns, ten of its rows, and what must be filled by hand.

    `missing` are required core columns with what they hold; `unused` are source columns that fill nothing.
    """

    name: str
    pattern: str
    table: str
    columns: tuple[ColumnGuess, ...]
    missing: tuple[tuple[str, str], ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """Source columns that no core column takes."""
        used = {column.source for column in self.columns}
        return tuple(name for name in self.header if name not in used)


def guess(path: Path, table: str | None = None) -> Proposal:
    """A proposal for one file (first of its sheets or members); raises LoadError when it cannot be read."""
    with duckdb.connect(":memory:") as con, tempfile.TemporaryDirectory() as room:
        batch = Batch(con)
        file = source_files(path.parent.resolve(), [path.name])[0]
        stage(batch, next(read_file(con, file, Source(), Path(room))), 1)
        sample = f"(SELECT * FROM {BATCH} LIMIT {_ROWS})"
        plain, comma = examine(con, sample, batch.names), examine(con, sample, batch.names, NumberStyle(",", "."))
        cells = {name: (plain[name], comma[name]) for name in batch.names}
        shown = ", ".join(map(identifier, batch.names))
        rows = con.execute(f"SELECT {shown} FROM {BATCH} ORDER BY rowid LIMIT 10").fetchall()
    tables = [core_tables()[table]] if table else list(core_tables().values())
    scored = [(_table_score(one, found := _assign(one, cells), path.stem), one, found) for one in tables]
    _, best, columns = max(scored, key=lambda entry: (entry[0], entry[1].name))
    mapped = {column.core for column in columns}
    missing = (
        (column.name, column.comment)
        for column in best.columns
        if column.required and column.name not in mapped and filled(best.name, column.name) is None
    )
    name = re.sub(r"\W+|_+", "_", path.name.partition(".")[0].lower()).strip("_") or "source"
    name = name if name[0].isalpha() else f"s_{name}"
    return Proposal(name, str(path.resolve()), best.name, columns, tuple(missing), batch.names, tuple(map(tuple, rows)))


def proposal_text(proposal: Proposal, values: Mapping[str, str], system: str = "") -> str:
    """The proposal as a block of sources.yml; `values` are what people gave for core columns without a source."""
    lines = [f"  {proposal.name}:", *([f"    system: {json.dumps(system)}"] if system else [])]
    lines += [f"    table: {proposal.table}", f"    files: {json.dumps(proposal.pattern)}", "    columns:"]
    lines += [f"      {column.core}: {_column_text(column)}" for column in proposal.columns]
    for name, comment in proposal.missing:
        given = f"      {name}: {{value: {json.dumps(values[name])}}}" if name in values else None
        lines.append(given or f"      # {name}: {{value: ...}}  # must be filled: {comment}")
    if proposal.unused:
        lines.append(f"    # kept in raw alone: {', '.join(proposal.unused)}")
    return "\n".join(lines) + "\n"


def _column_text(column: ColumnGuess) -> str:
    source = json.dumps(column.source, ensure_ascii=False)
    more = [f"date_format: {json.dumps(column.date_formats[0])}"] if column.date_formats else []
    more += ['decimal: ",", thousands: "."'] if column.decimal_comma else []
    text = f"{{from: {source}, {', '.join(more)}}}" if more else source
    doubt = f"  # or {column.date_formats[1]}: check which" if len(column.date_formats) > 1 else ""
    return text + doubt


def _assign(table: CoreTable, cells: Mapping[str, _BothStyles]) -> tuple[ColumnGuess, ...]:
    """Core columns with their best source columns, each source column used once."""
    pairs = sorted(_pairs(table, cells), key=lambda pair: (-pair.score, pair.core, pair.source))
    taken: dict[str, ColumnGuess] = {}
    for pair in pairs:
        if pair.core not in taken and all(pair.source != other.source for other in taken.values()):
            taken[pair.core] = pair
    return tuple(taken[column.name] for column in table.columns if column.name in taken)


def _pairs(table: CoreTable, cells: Mapping[str, _BothStyles]) -> Iterator[ColumnGuess]:
    for column in table.columns:
        for name, found in cells.items():
            score = _name_score(table, column, _words(name))
            if score >= _ENOUGH and (fit := _fit(column, name, found, score)):
                yield fit


def _words(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+|_+", "_", spaced).strip("_").lower()


def _name_score(table: CoreTable, column: CoreColumn, words: str) -> float:
    if words == column.name:
        return 1.0
    if words in _CALLED.get(column.name, "").split():
        return 0.95
    singular = table.name.removesuffix("s")
    if f"{singular}_{words}" == column.name or words == f"{singular}_{column.name}":
        return 0.9
    return 0.85 * fuzz.ratio(words, column.name) / 100


def _fit(column: CoreColumn, name: str, styles: _BothStyles, score: float) -> ColumnGuess | None:
    """The guess, if the cells can be of the column's type; a few bad cells do not speak against it."""
    cells, comma = styles
    if not cells.filled or column.type in ("VARCHAR", "BOOLEAN", "JSON"):
        return ColumnGuess(column.name, name, score)
    if column.is_time:
        best = max((count for kind, count in cells.fitting if kind.is_time), default=0)
        formats = [k.date_format for k, count in cells.fitting if k.is_time and count == best and k.is_patterned]
        plain = any(k.is_time and not k.is_patterned and count == best for k, count in cells.fitting)
        wanted = () if plain else tuple(formats[:2])
        return ColumnGuess(column.name, name, score, wanted) if best >= 0.5 * cells.filled else None
    best = max(cells.numbers, comma.numbers)
    guessed = ColumnGuess(column.name, name, score, decimal_comma=comma.numbers > cells.numbers)
    return guessed if best >= 0.5 * cells.filled else None


def _table_score(table: CoreTable, columns: Sequence[ColumnGuess], stem: str) -> float:
    """How well a table suits: columns found, required ones missed, and what the file is called."""
    mapped = {column.core for column in columns}
    required = [c for c in table.columns if c.required and filled(table.name, c.name) is None]
    missed = sum(column.name not in mapped for column in required)
    called = fuzz.partial_ratio(_words(stem), table.name) / 100
    return sum(column.score for column in columns) - 0.5 * missed + 2 * called
