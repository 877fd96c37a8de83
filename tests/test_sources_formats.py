"""The same two orders in every form that a source may have them in."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.sources_world import GOOD, World
from warehouse import LoadError

WANTED = [
    ("1", datetime(2026, 1, 5), Decimal("10.50"), "completed"),
    ("2", datetime(2026, 1, 6), Decimal(20), "cancelled"),
]
RECORDS = [
    {"no": 1, "day": "2026-01-05", "total": 10.5, "state": "paid"},
    {"no": 2, "day": "2026-01-06", "total": 20, "state": "void"},
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def parquet() -> bytes:
    columns = {
        "no": [1, 2],
        "day": [datetime(2026, 1, 5), datetime(2026, 1, 6)],
        "total": [10.5, 20.0],
        "state": ["paid", "void"],
    }
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        first, second = GOOD.splitlines()[1:]
        header = GOOD.splitlines()[0]
        archive.writestr("a/1.csv", f"{header}\n{first}\n")
        archive.writestr("b/2.csv", f"{header}\n{second}\n")
        archive.writestr("__MACOSX/._1.csv", b"\0")
    return out.getvalue()


def zstandard() -> bytes:
    return pyarrow.compress(GOOD.encode(), codec="zstd", asbytes=True)


FORMS: dict[str, Callable[[], bytes]] = {
    "o.csv": lambda: GOOD.encode(),
    "o.txt": lambda: GOOD.replace(",", ";").encode("utf-16"),
    "o.tsv": lambda: GOOD.replace(",", "\t").encode(),
    "o[1].csv": lambda: GOOD.encode(),
    "o.csv.gz": lambda: gzip.compress(GOOD.encode()),
    "o.csv.bz2": lambda: bz2.compress(GOOD.encode()),
    "o.csv.xz": lambda: lzma.compress(GOOD.encode()),
    "o.csv.zst": zstandard,
    "o.zip": zipped,
    "o.jsonl": lambda: "\n".join(map(json.dumps, RECORDS)).encode(),
    "o.jsonl.gz": lambda: gzip.compress("\n".join(map(json.dumps, RECORDS)).encode()),
    "o.json": lambda: json.dumps(RECORDS, indent=1).encode(),
    "o.parquet": parquet,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_rows(world: World, name: str) -> None:
    world.write(name, FORMS[name]())
    world.orders_from(f"'{name}'")
    assert world.load().loaded[0].counts.inserted == 2
    assert world.rows("SELECT order_id, ordered_at, gross_amount, status FROM core.orders ORDER BY 1") == WANTED


# ---- workbooks: the smallest files that the format allows, written by hand

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: list[list[object]], merged: str = "") -> bytes:
    out = io.BytesIO()
    cells = "".join(f"<row r='{at}'>{''.join(map(cell, row))}</row>" for at, row in enumerate(rows, 1))
    merge = f"<mergeCells count='1'><mergeCell ref='{merged}'/></mergeCells>" if merged else ""
    relation = (
        f"<Relationships xmlns='{_RELATIONS}'><Relationship Id='r1' Type='{_OFFICE}/%s' Target='%s'/>%s</Relationships>"
    )
    styles = f"<Relationship Id='r2' Type='{_OFFICE}/styles' Target='styles.xml'/>"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", relation % ("officeDocument", "xl/workbook.xml", ""))
        archive.writestr("xl/_rels/workbook.xml.rels", relation % ("worksheet", "worksheets/sheet1.xml", styles))
        sheets = "<sheets><sheet name='Orders' sheetId='1' r:id='r1'/></sheets>"
        archive.writestr("xl/workbook.xml", f"<workbook xmlns='{_MAIN}' xmlns:r='{_OFFICE}'>{sheets}</workbook>")
        formats = "<cellXfs count='2'><xf numFmtId='0'/><xf numFmtId='14' applyNumberFormat='1'/></cellXfs>"
        archive.writestr("xl/styles.xml", f"<styleSheet xmlns='{_MAIN}'>{formats}</styleSheet>")
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet xmlns='{_MAIN}'><sheetData>{cells}</sheetData>{merge}</worksheet>"
        )
    return out.getvalue()


def cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"<c s='1'><v>{(value - datetime(1899, 12, 30)).days}</v></c>"
    if isinstance(value, (int, float)):
        return f"<c><v>{value}</v></c>"
    return f"<c t='inlineStr'><is><t>{value}</t></is></c>"


SHEET: list[list[object]] = [
    ["no", "day", "total", "state"],
    [1, datetime(2026, 1, 5), 10.5, "paid"],
    [2, datetime(2026, 1, 6), 20, "void"],
]


def test_a_workbook_gives_days_and_whole_numbers_as_they_are(world: World) -> None:
    world.write("o.xlsx", workbook(SHEET))
    world.orders_from("o.xlsx")
    world.load()
    assert world.rows("SELECT order_id, ordered_at, gross_amount, status FROM core.orders ORDER BY 1") == WANTED
    assert world.rows("SELECT DISTINCT _file FROM raw.shop_orders") == [("o.xlsx#Orders",)]


def test_rows_of_a_workbook_that_cannot_be_taken_keep_their_row_number(world: World) -> None:
    world.write("o.xlsx", workbook([*SHEET, [3, "soon", 1, "paid"], [4, datetime(2026, 1, 1), 1, "paid", "beyond"]]))
    world.orders_from("o.xlsx")
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.loaded) == (4, 2)
    assert world.rows("SELECT line FROM raw.quarantine ORDER BY 1") == [(4,), (5,)]


@pytest.mark.parametrize(
    ("rows", "merged", "words"),
    [
        (SHEET, "B1:C1", "the cells B1:C1 of the header are merged"),
        ([["no", "day", "", "state"], [1, "x", 2, "y"]], "", "no name for column C"),
        ([["no", "no"], [1, 2]], "", "names columns alike: no"),
        ([], "", "the sheet is empty"),
        ([["Sales of 2026"], [], *SHEET], "", r"line 3, say so with skip: 2 \(--skip 2\)"),
    ],
)
def test_a_workbook_whose_header_is_unclear_is_refused(
    world: World, rows: list[list[object]], merged: str, words: str
) -> None:
    world.write("o.xlsx", workbook(rows, merged))
    world.orders_from("o.xlsx")
    with pytest.raises(LoadError, match=words):
        world.load()


def test_a_sheet_that_is_not_there_names_those_that_are(world: World) -> None:
    world.write("o.xlsx", workbook(SHEET))
    world.orders_from("o.xlsx", "    sheet: Kunden\n")
    with pytest.raises(LoadError, match=r"no sheet Kunden\. There are Orders"):
        world.load()


# ---- databases

DATABASE = """
sources:
  shop_orders:
    system: shop
    table: orders
    database: {address}
    query: {query}
    watermark: changed
    columns:
      order_id: no
      ordered_at: day
      gross_amount: total
      status: {{from: state, values: {{paid: completed, void: cancelled}}}}
      channel: {{value: web}}
      currency: {{value: EUR}}
"""


def make_sqlite(world: World) -> sqlite3.Connection:
    connection = sqlite3.connect(world.folder / "shop.db", isolation_level=None)
    connection.execute("CREATE TABLE orders (no INTEGER, day TEXT, total NUMERIC, state TEXT, changed TEXT)")
    connection.execute("INSERT INTO orders VALUES (1, '2026-01-05', 10.5, 'paid', '2026-02-01 10:00:00')")
    connection.execute("INSERT INTO orders VALUES (2, '2026-01-06', 20, 'void', '2026-02-02 10:00:00')")
    return connection


def test_sqlite_is_read_from_the_watermark_on(world: World) -> None:
    connection = make_sqlite(world)
    world.declare(DATABASE.format(address="sqlite:///shop.db", query="orders"))
    assert world.load().loaded[0].counts.inserted == 2
    assert world.rows("SELECT order_id, ordered_at, gross_amount, status FROM core.orders ORDER BY 1") == WANTED
    connection.execute("UPDATE orders SET total = 21, changed = '2026-02-03 10:00:00' WHERE no = 1")
    connection.execute("INSERT INTO orders VALUES (3, '2026-01-07', 5, 'paid', '2026-02-02 10:00:00')")
    connection.close()
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.inserted, counts.updated, counts.unchanged) == (3, 1, 1, 1)
    assert world.rows("SELECT gross_amount FROM core.orders WHERE order_id = '1'") == [(Decimal(21),)]


@pytest.mark.parametrize(
    ("address", "query", "words"),
    [
        ("sqlite:///gone.db", "orders", "does not exist"),
        ("sqlite:///shop.db", "nothing_there", "no such table"),
        ("sqlite:///shop.db", "'DELETE FROM orders'", "readonly|column no|missing|no rows"),
        ("'sqlite:///${NO_SUCH_VARIABLE}'", "orders", "the environment has no NO_SUCH_VARIABLE"),
    ],
)
def test_a_database_that_cannot_be_read_is_a_named_error(world: World, address: str, query: str, words: str) -> None:
    make_sqlite(world).close()
    world.declare(DATABASE.format(address=address, query=query))
    with pytest.raises(LoadError, match=words):
        world.load()
    with sqlite3.connect(world.folder / "shop.db") as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (2,)
    connection.close()
