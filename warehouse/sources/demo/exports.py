"""The files that the company's systems hand out: one folder a system, each in the format that such systems use.

    crm/       contacts.jsonl, customers.csv, accounts.jsonl, leads.jsonl, opportunities.jsonl, stages.jsonl,
               consents.csv
    shop/      accounts.csv and orders.csv (cp1252, semicolons, decimal commas, days first; later files correct and
               complete earlier ones), order-lines.csv.gz, refunds.csv, products.csv, reviews.csv, carts.parquet
    payments/  payments.csv.gz              web/       sessions.parquet, touchpoints.parquet
    helpdesk/  helpdesk.sqlite              mail/      subscribers.tsv.gz, events.parquet
    loyalty/   members.csv, movements.csv, movements-till.csv (broken: a till that writes nonsense)
    billing/   payers.json, subscriptions.json, events.json
    survey/    answers.csv                  marketing/ campaigns.csv, spend.csv         planning/ calendar.csv

Facts name their customer by the id that the system has for them, or by e-mail address.
"""

# pyarrow ships without types, so everything it returns is unknown to the checker in this file
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false, reportUnknownParameterType=false

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def write_parquet(path: Path, table: Any) -> None:
    """The table as Parquet; the same table gives the same bytes."""
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path, compression="zstd")


def write_csv(path: Path, table: Any, delimiter: str = ",", encoding: str = "utf-8") -> None:
    """The table as delimited text, packed when the name ends in .gz; moments that are no text are written as ISO."""
    import pyarrow as pa
    from pyarrow import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    sink = pa.BufferOutputStream()
    csv.write_csv(_plain(table), sink, csv.WriteOptions(delimiter=delimiter, quoting_style="needed"))
    content = sink.getvalue().to_pybytes()
    if encoding != "utf-8":
        content = content.decode().encode(encoding, "replace")
    path.write_bytes(gzip.compress(content, 1, mtime=0) if path.suffix == ".gz" else content)


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line; what is missing is null, so that every line has every field."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


def write_json(path: Path, rows: Rows) -> None:
    """One JSON array of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(rows), ensure_ascii=False, default=str, indent=0), encoding="utf-8")


def write_sqlite(path: Path, tables: Mapping[str, Any]) -> None:
    """A new SQLite database with these tables, moments as ISO text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as con, con:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}"' for column in table.column_names)
            con.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" for _ in table.column_names)
            values = [[_cell(cell) for cell in column.to_pylist()] for column in table.columns]
            con.executemany(f'INSERT INTO "{name}" VALUES ({marks})', zip(*values, strict=True))


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _plain(table: Any) -> Any:
    """The table with words instead of positions in a vocabulary, which the CSV writer does not know."""
    import pyarrow as pa

    columns = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))
