"""Kinds of broken input: each is a named error, or rows put aside with reason and line, and the counts add up."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources_world import GOOD, HEADER, World
from warehouse import LoadError
from warehouse.sources import unpacking

ROW = "3,2026-01-07,5,paid\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# name -> (content after the two good rows, lines put aside, a word of their reason)
BAD_ROWS = {
    "a quote never closed": ('7,"open,5,paid\n' + ROW, [4], "quote"),
    "a quote closed too early": ('7,"2026-01-01"x,5,paid\n' + ROW, [4], "quote"),
    "a cell too few": ("7,2026-01-01,5\n" + ROW, [4], "3 cells, the header has 4"),
    "a cell too many": ("7,2026-01-01,5,paid,x\n" + ROW, [4], "5 cells"),
    "a key twice in another row": (
        "1,2026-01-01,5,paid\n" + ROW,
        [4],
        "the key '1' stands in line 2 already, in another",
    ),
    "a row twice": (GOOD.splitlines()[1] + "\n" + ROW, [4], "in the same row"),
    "a key missing": (",2026-01-01,5,paid\n" + ROW, [4], "the key is missing"),
    "dates in other formats": (
        "7,01/02/2026,5,paid\n8,2.1.2026,5,paid\n9,Jan 3 2026,5,paid\n" + ROW,
        [4, 5, 6],
        "time",
    ),
    "a day that is not": ("7,2026-02-30,5,paid\n" + ROW, [4], "'2026-02-30' is not a time"),
    "a number beyond all": ("7,2026-01-01,1e400,paid\n" + ROW, [4], "'1e400' is not an amount"),
    "a number that is none": ("7,2026-01-01,NaN,paid\n8,2026-01-01,12abc,paid\n" + ROW, [4, 5], "is not an amount"),
    "an amount missing": ("7,2026-01-01,,paid\n" + ROW, [4], "gross_amount: the value is missing"),
    "a word the mapping does not know": ("7,2026-01-01,5,lost\n" + ROW, [4], "'lost' is not a value"),
    "a header in the midst": (HEADER + ROW, [4], "is not"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_bad_rows_are_put_aside_with_their_line_and_the_others_loaded(world: World, kind: str) -> None:
    more, lines, reason = BAD_ROWS[kind]
    world.write("orders.csv", GOOD + more)
    world.orders_from("orders.csv")
    counts = world.load().loaded[0].counts
    assert (counts.loaded, counts.quarantined) == (3, len(lines))
    assert counts.rows_in == len((GOOD + more).splitlines()) - 1
    found = world.rows('SELECT line, reason, "row", file FROM raw.quarantine ORDER BY line')
    assert [row[0] for row in found] == lines
    assert all(reason in row[1] for row in found), found
    assert all(row[2] and row[3] == "orders.csv" for row in found)
    assert world.rows("SELECT order_id FROM core.orders ORDER BY 1") == [("1",), ("2",), ("3",)]


# name -> (the file, rows loaded, lines put aside): odd, but no row of it may be lost
ODD_FILES: dict[str, tuple[bytes, int, list[int]]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 2, []),
    "mixed line ends": (GOOD.replace("paid\n", "paid\r\n").encode() + b"3,2026-01-07,x,paid\n", 2, [4]),
    "line ends of old": (GOOD.replace("\n", "\r").encode(), 2, []),
    "no line end at the end": (GOOD.rstrip().encode() + b"\n3,2026-01-07,x,paid", 2, [4]),
    "blank lines": (GOOD.encode() + b"\n\n3,2026-01-07,x,paid\n", 2, [6]),
    "a header alone": (HEADER.encode(), 0, []),
    "signs of thousands": (GOOD.encode() + b'3,2026-01-07,"1,234.50",paid\n', 2, [4]),
    "ragged rows": (GOOD.encode() + b"3\n4,2026-01-07\n5,2026-01-07,5,paid,,\n6,2026-01-07,5,paid\n", 3, [4, 5, 6]),
    "a huge cell": (GOOD.encode() + b'3,2026-01-07,"' + b"9" * 3_000_000 + b'",paid\n4,2026-01-07,1,paid\n', 3, [4]),
    "bytes of Windows": (GOOD.encode() + "3,2026-01-07,5,bezahlt für\n".encode("cp1252"), 2, [4]),
}


@pytest.mark.parametrize("kind", ODD_FILES)
def test_odd_files_lose_no_row(world: World, kind: str) -> None:
    content, loaded, lines = ODD_FILES[kind]
    world.write("orders.csv", content)
    world.orders_from("orders.csv")
    counts = world.load().loaded[0].counts
    assert (counts.loaded, counts.quarantined, counts.rows_in) == (loaded, len(lines), loaded + len(lines))
    there = "SELECT (SELECT count(*) FROM core.orders), (SELECT list(line ORDER BY line) FROM raw.quarantine)"
    assert world.rows(there) == [(loaded, lines or None)]


def test_an_encoding_that_is_not_the_files_is_told_with_the_line(world: World) -> None:
    world.write("orders.csv", GOOD.encode() + "3,2026-01-07,5,für\n".encode("cp1252"))
    world.orders_from("orders.csv", "    encoding: utf-8\n")
    with pytest.raises(LoadError, match=r"orders\.csv:4: the bytes are not utf-8 text"):
        world.load()


def test_a_file_that_may_not_be_read_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("orders.csv", GOOD)
    world.orders_from("orders.csv")
    opened = Path.open

    def refuse(path: Path, *mode: str, **more: str) -> object:
        if path.name == "orders.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, *mode, **more)

    monkeypatch.setattr(Path, "open", refuse)  # the rights of a file do not stop the superuser
    with pytest.raises(LoadError, match=r"orders\.csv: it cannot be read: Permission denied"):
        world.load()


def test_lines_are_told_of_the_file_that_they_stand_in(world: World) -> None:
    world.write("a.csv", GOOD)
    world.write("b.csv", HEADER + "3,2026-01-07,x,paid\n4,2026-01-07,5,paid\n")
    world.write("c.csv", HEADER + '5,2026-01-07,5,paid\n6,"2026-01-07,5,paid\n7,2026-01-07,y,paid\n')
    world.orders_from("'*.csv'")
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (7, 4, 3)
    assert world.rows("SELECT file, line FROM raw.quarantine ORDER BY ALL") == [
        ("b.csv", 2),
        ("c.csv", 3),
        ("c.csv", 4),
    ]
    found = world.rows("SELECT no, _file, _line FROM raw.shop_orders ORDER BY no")
    assert found == [("1", "a.csv", 2), ("2", "a.csv", 3), ("4", "b.csv", 3), ("5", "c.csv", 2)]


def test_a_record_of_several_lines_is_one_row_and_later_lines_keep_their_numbers(world: World) -> None:
    world.write("orders.csv", 'no,day,total,state,note\n1,2026-01-05,1,paid,"two\nlines"\n\n2,x,2,paid,n\n')
    world.orders_from("orders.csv")
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.loaded) == (2, 1)
    assert world.rows("SELECT note, _line FROM raw.shop_orders") == [("two\nlines", 2)]
    assert world.rows("SELECT line FROM raw.quarantine") == [(5,)]


def zipped(world: World, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(world.folder / "orders.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def link_out(world: World) -> None:
    outside = world.folder / "outside.csv"
    outside.write_text(GOOD)
    (world.folder / "in").mkdir()
    (world.folder / "in" / "a.csv").symlink_to(outside)


# name -> (how it is made, what sources.yml names, words of the error)
BROKEN_FILES: dict[str, tuple[Callable[[World], object], str, str]] = {
    "mixed encodings": (
        lambda w: w.write(
            "o.csv", HEADER.encode() + "1,2026-01-01,1,é\n".encode() + "2,2026-01-01,1,é\n".encode("cp1252")
        ),
        "o.csv",
        "mixes UTF-8",
    ),
    "zero bytes": (
        lambda w: w.write("o.csv", GOOD.encode() + b"3,2026\0,1,paid\n"),
        "o.csv",
        "o.csv:4: there is a zero byte",
    ),
    "an empty file": (lambda w: w.write("o.csv", b""), "o.csv", "the file is empty"),
    "a file of blanks": (lambda w: w.write("o.csv", b"\n\n  \n"), "o.csv", "the file is empty"),
    "a directory": (lambda w: (w.folder / "d").mkdir(), "d", "it is a directory"),
    "no such file": (lambda w: w.folder, "gone.csv", "does not exist"),
    "a pattern without files": (lambda w: w.folder, "'gone-*.csv'", "no file has such a name"),
    "a pipe": (lambda w: os.mkfifo(w.folder / "p.csv"), "p.csv", "not a plain file"),
    "a link out of the folder": (link_out, "'in/*.csv'", "link that leads out"),
    "a missing column": (lambda w: w.write("o.csv", GOOD.replace("total", "totals")), "o.csv", "Is it totals now"),
    "a column twice": (lambda w: w.write("o.csv", GOOD.replace("state", "no")), "o.csv", "columns alike: no"),
    "a column named like ours": (
        lambda w: w.write("o.csv", GOOD.replace("state", "state,_key")),
        "o.csv",
        "may not be named",
    ),
    "a damaged gzip": (lambda w: w.write("o.csv.gz", gzip.compress(GOOD.encode())[:-9]), "o.csv.gz", "damaged"),
    "a damaged zip": (lambda w: w.write("o.zip", b"PK\x03\x04broken"), "o.zip", "damaged"),
    "a zip bomb": (lambda w: zipped(w, {"a.csv": b"0" * 300_000}), "orders.zip", "which no table does"),
    "a zip in a zip": (lambda w: zipped(w, {"a.zip": b"x"}), "orders.zip", "packed file in a packed file"),
    "an empty zip": (lambda w: zipped(w, {}), "orders.zip", "archive is empty"),
    "a workbook that is none": (lambda w: w.write("o.xlsx", b"PK\x03\x04no"), "o.xlsx", "not a workbook"),
    "a Parquet file that is none": (lambda w: w.write("o.parquet", b"PAR1no"), "o.parquet", "not a Parquet file"),
    "JSON that is none": (lambda w: w.write("o.json", b"[{]"), "o.json", "o.json:1: it is not JSON"),
    "JSON without objects": (lambda w: w.write("o.jsonl", b"1\n2\n"), "o.jsonl", "no JSON objects"),
    "another kind of file": (lambda w: w.write("o.pdf", b"%PDF"), "o.pdf", ".pdf files are not read"),
}


@pytest.mark.parametrize("kind", BROKEN_FILES)
def test_broken_files_are_named_errors_and_nothing_is_published(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "SUSPICIOUS_BYTES", 100_000)
    make, files, words = BROKEN_FILES[kind]
    make(world)
    world.orders_from(files)
    with pytest.raises(LoadError) as caught:
        world.load()
    assert words in str(caught.value)
    assert str(world.warehouse) not in str(caught.value)
    assert not (world.warehouse / "live.duckdb").exists()
    assert [path.name for path in world.warehouse.iterdir()] == ["builder.lock"]


def test_lines_of_json_that_are_broken_are_put_aside(world: World) -> None:
    good = {"no": 1, "day": "2026-01-05T10:00:00Z", "total": 10.5, "state": "paid", "who": {"city": "Graz"}}
    lines = [
        json.dumps(good),
        '{"no": 2, "day"',
        "[1]",
        '{"no": 3, "day": "2026-01-05", "total": 1e400, "state": "paid"}',
    ]
    world.write("o.jsonl", "\n".join([*lines, '{"no": NaN}']).encode() + b'\n{"no": "\xff"}\n')
    world.orders_from("o.jsonl")
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (6, 1, 5)
    assert world.rows('SELECT "who.city" FROM raw.shop_orders') == [("Graz",)]
    reasons = dict(world.rows("SELECT line, reason FROM raw.quarantine"))
    assert sorted(reasons) == [2, 3, 4, 5, 6]
    assert "'1e400' is not an amount" in reasons[4]
    assert "not UTF-8" in reasons[6]


def test_what_a_file_left_in_quarantine_is_replaced_when_it_is_mended(world: World) -> None:
    world.write("orders.csv", GOOD + "3,2026-01-07,x,paid\n4,2026-01-07,y,paid\n")
    world.orders_from("orders.csv")
    world.load()
    world.load()
    assert world.rows("SELECT count(*) FROM raw.quarantine") == [(2,)]
    world.write("orders.csv", GOOD + "3,2026-01-07,7,paid\n4,2026-01-07,y,paid\n")
    world.load()
    assert world.rows("SELECT line FROM raw.quarantine") == [(5,)]
