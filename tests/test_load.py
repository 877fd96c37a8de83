"""Loading files: right types or an error that names its place, every record counted, nothing half done."""

from __future__ import annotations

import gzip
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from warehouse import (
    LoadError,
    LoadReport,
    LoadRequest,
    ReadOptions,
    live_path,
    load_files,
    load_many,
    load_sources,
    publish,
    read_sources,
    set_snapshot,
    snapshot_info,
)

DATA = Path(os.environ.get("SAMPLE_DATA", "sample-data"))  # public data sets, for those who have them
Rows = list[tuple[Any, ...]]
SOURCE = "sources:\n  shop:\n    files: o.csv\n    key: [order_id]\n"


def write(directory: Path, name: str, content: str | bytes) -> Path:
    path = directory / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


def query(home: Path, sql: str) -> Rows:
    with duckdb.connect(str(live_path(home)), read_only=True) as con:
        return con.execute(sql).fetchall()


def load(home: Path, *files: str | Path, view: str | None = None, **options: Any) -> LoadReport:
    return load_files(home, LoadRequest("thing", files, view_sql=view, options=ReadOptions(**options)))


def loaded(home: Path, content: str | bytes, name: str = "things.csv", **options: Any) -> Rows:
    """Rows of the table made from this one file, as the database gives them."""
    home.parent.mkdir(exist_ok=True)
    load(home, write(home.parent, name, content), **options)
    return query(home, "FROM main.thing")


def types(home: Path) -> dict[str, str]:
    return dict(query(home, "SELECT column_name, column_type FROM (DESCRIBE main.thing)"))


def refusal(home: Path, content: str | bytes, name: str = "things.csv", **options: Any) -> LoadError:
    with pytest.raises(LoadError) as caught:
        loaded(home, content, name, **options)
    assert not live_path(home).exists(), "a refused load must publish nothing"
    assert not list(home.glob("building-*"))
    return caught.value


# --- types ---


def test_a_plain_file_gets_the_types_of_its_cells(home: Path) -> None:
    text = (
        "id,name,price,day,sold_at,ok,note\n"
        "1,Ann,2.50,2026-01-31,2026-01-31 10:20:30,true,\n"
        '-2,"Bob, jr.",3,2026-02-01,2026-02-01 00:00:00,FALSE,"says ""hi"""\n'
    )
    rows = loaded(home, text)
    assert rows == [
        (1, "Ann", 2.5, date(2026, 1, 31), datetime(2026, 1, 31, 10, 20, 30), True, None),
        (-2, "Bob, jr.", 3.0, date(2026, 2, 1), datetime(2026, 2, 1), False, 'says "hi"'),
    ]
    assert types(home) == {
        "id": "BIGINT",
        "name": "VARCHAR",
        "price": "DOUBLE",
        "day": "DATE",
        "sold_at": "TIMESTAMP",
        "ok": "BOOLEAN",
        "note": "VARCHAR",
    }


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["007", "123"], "VARCHAR", ["007", "123"]),  # a code, not a number
        (["0", "10"], "BIGINT", [0, 10]),
        (["1", "1.5"], "DOUBLE", [1.0, 1.5]),  # 1.5 is not rounded to 2
        (["0.5", "-0.25"], "DOUBLE", [0.5, -0.25]),
        ([".5", "1e3"], "DOUBLE", [0.5, 1000.0]),
        (["12345678901234567890", "1"], "VARCHAR", ["12345678901234567890", "1"]),  # more digits than a double holds
        (["9223372036854775807"], "BIGINT", [9223372036854775807]),
        (["1e400", "1"], "VARCHAR", ["1e400", "1"]),  # not infinity
        (["1e30", "-2.5E-3", "7"], "DOUBLE", [1e30, -0.0025, 7.0]),
        (["0x1F", "10"], "VARCHAR", ["0x1F", "10"]),
        (["1_000", "2"], "VARCHAR", ["1_000", "2"]),
        (["+4917", "+4918"], "VARCHAR", ["+4917", "+4918"]),  # a telephone number keeps its plus
        (["1", "0", "1"], "BIGINT", [1, 0, 1]),
        (["t", "f"], "VARCHAR", ["t", "f"]),
        (["epoch", "infinity"], "VARCHAR", ["epoch", "infinity"]),
        (["2026-01-31", "2026-02-30"], "VARCHAR", ["2026-01-31", "2026-02-30"]),
        (["2026-01-31 10:00", "2026-01-31T11:30:15.250"], "TIMESTAMP",
         [datetime(2026, 1, 31, 10), datetime(2026, 1, 31, 11, 30, 15, 250_000)]),
        (["2026-01-31T10:00:00+02:00", "2026-01-31T10:00:00Z"], "TIMESTAMP",
         [datetime(2026, 1, 31, 8), datetime(2026, 1, 31, 10)]),  # to UTC, the offset is not dropped
        (["31/01/2026", "01/02/2026"], "DATE", [date(2026, 1, 31), date(2026, 2, 1)]),
        (["01/31/2026", "02/01/2026"], "DATE", [date(2026, 1, 31), date(2026, 2, 1)]),
        (["31.1.2026 9:05", "1.2.2026 18:00"], "TIMESTAMP", [datetime(2026, 1, 31, 9, 5), datetime(2026, 2, 1, 18)]),
        (["5 Mar 2026", "17 Apr 2025"], "DATE", [date(2026, 3, 5), date(2025, 4, 17)]),
        (["19970131", "19970228"], "DATE", [date(1997, 1, 31), date(1997, 2, 28)]),
        (["19970131", "19970231"], "BIGINT", [19970131, 19970231]),
        ([" 12", "7 "], "BIGINT", [12, 7]),
        (["12.5", " "], "DOUBLE", [12.5, None]),  # a blank cell is a missing number
        (["Anna ", " Bob"], "VARCHAR", ["Anna ", " Bob"]),  # text stays as written
    ],
)  # fmt: skip
def test_a_column_has_the_type_that_all_its_cells_have_exactly(
    home: Path, cells: list[str], kind: str, values: list[Any]
) -> None:
    text = "n,cell\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells))
    assert [row[1] for row in loaded(home, text)] == values
    assert types(home)["cell"] == kind


def test_two_digit_years_take_the_reading_with_fewer_years(home: Path) -> None:
    days = "".join(f"{n},{day:02}-{1 + day % 3:02}-16\n" for n, day in enumerate(range(1, 31)) if day < 29)
    rows = loaded(home, "n,day\n" + days)
    assert rows[26][1] == date(2016, 1, 27)  # not 2027-01-16
    assert {row[1].year for row in rows} == {2016}


def test_dates_with_two_readings_are_asked_about(home: Path) -> None:
    text = "n,day\n1,03/04/2026\n2,05/06/2026\n"
    error = refusal(home, text)
    assert (error.column, error.file) == ("day", str(home.parent / "things.csv"))
    assert "%d/%m/%Y" in str(error)
    assert "%m/%d/%Y" in str(error)
    assert [row[1] for row in loaded(home, text, date_format="%d/%m/%Y")] == [date(2026, 4, 3), date(2026, 6, 5)]
    assert [row[1] for row in loaded(home, text, date_format="%m/%d/%Y")] == [date(2026, 3, 4), date(2026, 5, 6)]
    assert [row[1] for row in loaded(home, text, types={"day": "text"})] == ["03/04/2026", "05/06/2026"]


def test_a_word_for_missing_in_a_number_column_is_an_error_with_its_line(home: Path) -> None:
    text = "id,price\n" + "".join(f"{n},{n}.5\n" for n in range(1, 300)) + "300,n/a\n301,n/a\n"
    error = refusal(home, text)
    assert (error.line, error.column) == (301, "price")
    assert str(error) == (
        f"{home.parent / 'things.csv'}:301, column price: 'n/a' is not a number (2 cells are not)."
        " Use --null 'n/a' if it means missing, or --type price=text to keep the column as text."
    )
    assert loaded(home, text, nulls=("n/a",))[-1] == (301, None)
    assert loaded(home, text, types={"price": "text"})[-1] == (301, "n/a")


def test_words_for_missing_are_an_error_however_many(home: Path) -> None:
    error = refusal(home, "id,n\n1,5\n2,N/A\n3,-\n4,7\n5,unknown\n6,8\n")
    assert (error.line, error.column, error.reason) == (3, "n", "'N/A' is not a number (3 cells are not).")
    assert loaded(home, "id,n\n1,5\n2,12b\n3,7\n")[1] == (2, "12b")  # a code stays text


@pytest.mark.parametrize("at", [5, 150_000])
def test_a_single_odd_cell_is_found_wherever_it_stands(home: Path, at: int) -> None:
    rows = [f"{n},{n % 97}\n" for n in range(200_000)]
    rows[at] = f"{at},12O4\n"
    error = refusal(home, "id,count\n" + "".join(rows))
    assert (error.line, error.column) == (at + 2, "count")
    assert "'12O4' is not a number" in str(error)


@pytest.mark.parametrize(("late", "kind"), [("1.5", "DOUBLE"), ("007", "VARCHAR"), (" 8", "BIGINT")])
def test_a_late_cell_changes_the_type_and_is_not_bent_to_the_first_ones(home: Path, late: str, kind: str) -> None:
    rows = "".join(f"{n}\n" for n in range(50_000))
    found = loaded(home, f"n\n{rows}{late}\n")
    assert types(home) == {"n": kind}
    assert found[-1][0] == {"1.5": 1.5, "007": "007", " 8": 8}[late]


def test_a_column_that_begins_empty_gets_the_type_of_its_late_values(home: Path) -> None:
    found = loaded(home, "id,v\n" + "".join(f"{n},\n" for n in range(20_000)) + "20000,2026-01-31\n")
    assert found[-1] == (20_000, date(2026, 1, 31))


def test_mixed_columns_stay_text_and_are_told(home: Path) -> None:
    rows = "".join(f"{'A' if n % 5 == 0 else ''}{n + 100},{n},2026-01-{n % 28 + 1:02}\n" for n in range(100))
    path = write(home.parent, "t.csv", "code,mixed,day\n" + rows.replace(",2026-01-05", ",05.01.2026"))
    report = load(home, path)
    assert types(home) == {"code": "VARCHAR", "mixed": "BIGINT", "day": "VARCHAR"}
    assert "Column code is text, but 80% of its values are numbers." in report.warnings
    assert "Column day is text: its dates are written in different formats." in report.warnings


def test_zeros_in_front_are_kept_and_told(home: Path) -> None:
    report = load(home, write(home.parent, "t.csv", "zip,n\n01234,1\n98765,2\n"))
    assert query(home, "FROM thing") == [("01234", 1), ("98765", 2)]
    assert any("zip stays text: its numbers begin with zeros" in warning for warning in report.warnings)


def test_amounts_with_signs_are_told(home: Path) -> None:
    report = load(home, write(home.parent, "t.csv", 'id,price,share\n1,$45.00,45%\n2,"$1,250.00",5.5 %\n'))
    for name in ("price", "share"):
        assert any(note.startswith(f"Column {name} is text, but its values are amounts") for note in report.warnings)


def test_a_date_format_that_is_none_is_refused(home: Path) -> None:
    for pattern in ("%Q", "DD/MM/YYYY"):
        with pytest.raises(LoadError, match=f"'{pattern}' is no date format.*Example"):
            loaded(home, "day\n03/04/2026\n", date_format=pattern)


def test_decimal_commas_that_can_be_nothing_else_are_read(home: Path) -> None:
    text = "id;price;weight;share;code\n1;1.234,50;4.900;0.125;1.5\n2;12,5;12.500;0.250;2\n3;-7;800;0.5;3\n"
    report = load(home, write(home.parent, "t.csv", text))
    assert query(home, "FROM thing") == [(1, 1234.5, 4900, 0.125, 1.5), (2, 12.5, 12500, 0.25, 2), (3, -7, 800, 0.5, 3)]
    assert "t.csv: Column price: its numbers are read with a decimal comma." in report.warnings
    assert loaded(home, "id;price\n1;1.234,50\n", decimal=",", thousands=".") == [(1, 1234.5)]


def test_decimal_commas_that_could_be_thousands_are_told_and_read_when_asked(home: Path) -> None:
    for text in ("id;price\n1;1,234\n2;12,500\n", 'id,price\n1,"12,50"\n2,"3,5"\n'):
        report = load(home, write(home.parent, "t.csv", text))
        assert types(home)["price"] == "VARCHAR"
        assert "Column price is text, but its values look like numbers: use --decimal ,." in report.warnings
    assert loaded(home, "id;price\n1;12,500\n", decimal=",") == [(1, 12.5)]


def test_a_late_cell_that_is_no_number_keeps_a_comma_column_text(home: Path) -> None:
    lines = "".join(f"{number};{number},5\n" for number in range(3000))
    load(home, write(home.parent, "t.csv", f"id;price\n{lines}3000;on request\n"))
    assert types(home)["price"] == "VARCHAR"


def test_thousands_marks_are_read_when_asked(home: Path) -> None:
    assert loaded(home, 'id,n\n1,"1,234"\n2,"12"\n3,"1,234,567"\n', thousands=",") == [(1, 1234), (2, 12), (3, 1234567)]
    assert refused_mark(home) == "1,23"


def refused_mark(home: Path) -> str:
    """A mark in a wrong place is no thousands mark: the column stays text."""
    return loaded(home, 'id,n\n1,"1,23"\n2,"12"\n3,"1,234,567"\n4,5\n', thousands=",")[0][1]


def test_a_column_that_begins_empty_and_holds_odd_dates(home: Path) -> None:
    found = loaded(home, "id,v\n" + "".join(f"{n},\n" for n in range(20_000)) + "20000,31.01.2026\n")
    assert found[-1] == (20_000, date(2026, 1, 31))


def test_several_columns_are_mended_at_once(home: Path) -> None:
    found = loaded(home, "a,b,c\n" + "1,2,3\n" * 20_000 + "1.5,007,4\n")
    assert found[-1] == (1.5, "007", 4)


def test_many_columns(home: Path) -> None:
    names = [f"c{n}" for n in range(60)]
    rows = [",".join(f"{row}" if n % 2 else f"2026-01-{row % 28 + 1:02}" for n in range(60)) for row in range(3000)]
    found = loaded(home, ",".join(names) + "\n" + "\n".join(rows))
    assert found[29][:2] == (date(2026, 1, 2), 29)
    assert list(types(home).values()) == ["DATE", "BIGINT"] * 30


def test_declared_types_hold_or_name_the_cell(home: Path) -> None:
    text = "id,flag,when\n007,yes,2026-01-31\n8,no,2026-02-01\n"
    declared = {"ID": "integer", "flag": "boolean", "when": "timestamp"}
    assert loaded(home, text, types=declared)[0] == (7, True, datetime(2026, 1, 31))
    with pytest.raises(LoadError, match=r"things.csv:3, column flag: 'no' is not a number"):
        loaded(home, text.replace("yes", "1"), types={"flag": "number"})
    with pytest.raises(LoadError, match=r"no column fleg to give a type. Did you mean flag\?"):
        loaded(home, text, types={"fleg": "number"})
    with pytest.raises(LoadError, match=r"'money' is no type\. Types are text, integer"):
        loaded(home, text, types={"flag": "money"})


# --- form of the file ---


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a;b\np,q;x\n2;y\n", "semicolon.csv"),
        ("a\tb\np,q\tx\n2\ty\n", "tab.tsv"),
        ("a|b\np,q|x\n2|y\n", "pipe.txt"),
        ("a,b\r\n\"p,q\",x\r\n2,y\r\n", "windows.csv"),
        ("a,b\r\"p,q\",x\r2,y\r", "macintosh.csv"),
        ("a,b\n\"p,q\",x\r\n2,y\n", "both_line_ends.csv"),
        ("\ufeffa,b\n\"p,q\",x\n2,y", "mark_and_no_last_line_end.csv"),
        ("\n\na,b\n\n\"p,q\",x\n\n2,y\n\n", "blank_lines.csv"),
        ("a,b\n'p,q',x\n2,'y'\n", "single_quotes.csv"),
        ("a, b\n\"p,q\", x\n2, y\n", "blanks_after_commas.csv"),
    ],
)  # fmt: skip
def test_dialects_are_found(home: Path, text: str, name: str) -> None:
    assert loaded(home, text, name) == [("p,q", "x"), ("2", "y")]
    assert list(types(home)) == ["a", "b"]


def test_backslash_escapes_and_line_breaks_within_quotes(home: Path) -> None:
    assert loaded(home, 'a,b\n1,"he said \\"hi\\", x"\n2,"y"\n')[0] == (1, 'he said "hi", x')
    assert loaded(home, 'a,b\r\n1,"x\ny"\r\n2,"z\r\n"\r\n') == [(1, "x\ny"), (2, "z\n")]
    assert loaded(home, 'a,b\n1,"x\ny"\n2,"\n"\n') == [(1, "x\ny"), (2, "\n")]


def test_any_delimiter_can_be_named(home: Path) -> None:
    assert loaded(home, "a~b\n1~x\n", delimiter="~") == [(1, "x")]
    with pytest.raises(LoadError, match=r"'ab' cannot separate columns\. Give one character, or the word tab"):
        loaded(home, "a~b\n1~x\n", delimiter="ab")


def test_one_column_of_free_text_is_not_cut_at_its_commas(home: Path) -> None:
    assert loaded(home, "review\nGood\nWell, fine\nBad\nSo so\nOh, no, really\n")[1] == ("Well, fine",)


def test_columns_set_by_runs_of_blanks(home: Path) -> None:
    assert loaded(home, "id  day       n\n 001 19970101   2\n 002 19970102  11\n", "t.txt") == [
        ("001", date(1997, 1, 1), 2),
        ("002", date(1997, 1, 2), 11),
    ]


def test_tab_separated_text_without_quoting_keeps_its_quotes(home: Path) -> None:
    text = 'text\tn\n"Fine, he said\t1\n12" pipe\t0\n"Odd" word\t1\n'
    assert [row[0] for row in loaded(home, text, "t.tsv")] == ['"Fine, he said', '12" pipe', '"Odd" word']


@pytest.mark.parametrize(
    ("codec", "prefix"),
    [("utf-16", b""), ("utf-16-le", b""), ("utf-16-be", b""), ("cp1252", b""), ("utf-8", b"\xef\xbb\xbf")],
)
def test_encodings_are_found(home: Path, codec: str, prefix: bytes) -> None:
    text = "name,price\nCafé “Zoë”,1\n" + "".join(f"Thing,{n}\n" for n in range(50))
    rows = loaded(home, prefix + text.encode(codec))
    assert (rows[0], len(rows)) == (("Café “Zoë”", 1), 51)


def test_latin_1_is_read_and_told(home: Path) -> None:
    report = load(home, write(home.parent, "t.csv", "name,n\nAnn,1\nCafé,2\n".encode("latin-1")))
    assert query(home, "SELECT name FROM thing WHERE n = 2") == [("Café",)]
    assert report.warnings[0].startswith("t.csv: Not UTF-8 (first at line 3): read as Latin-1.")
    assert report.files[0].encoding == "iso8859-1"


def test_a_named_encoding_is_used(home: Path) -> None:
    assert loaded(home, "name\n日本\n".encode("shift_jis"), encoding="shift_jis") == [("日本",)]


@pytest.mark.parametrize("unpacked", ["a,b\n1,x\n", "a,b\r\n1,x\n2,y\r\n"])
def test_gzip_is_read(home: Path, unpacked: str) -> None:
    assert loaded(home, gzip.compress(unpacked.encode()), "t.csv.gz")[0] == (1, "x")


def test_header_options(home: Path) -> None:
    assert loaded(home, "Report\n2026\na,b\n1,2\n", skip=2) == [(1, 2)]
    assert loaded(home, "1,x\n2,y\n", header=False) == [(1, "x"), (2, "y")]
    assert list(types(home)) == ["column1", "column2"]
    assert loaded(home, "2024,2025\n1,2\n", header=True) == [(1, 2)]
    assert list(types(home)) == ["c_2024", "c_2025"]


def test_names_are_kept_or_made_valid(home: Path) -> None:
    loaded(home, "Customer ID,prix (€),order,at,größe,,2024\n1,2,3,4,5,6,7\n")
    assert list(types(home)) == ["Customer_ID", "prix", "order_", "at_", "größe", "column6", "c_2024"]


def test_a_header_alone_makes_an_empty_table_and_says_so(home: Path) -> None:
    report = load(home, write(home.parent, "t.csv", "a,b\n"))
    assert (report.rows, list(types(home))) == (0, ["a", "b"])
    assert any("empty" in warning for warning in report.warnings)


def test_symbolic_links_and_names_full_of_wildcards(home: Path, tmp_path: Path) -> None:
    odd = write(tmp_path, "a [1]*?'x.csv", "a\n1\n")
    link = tmp_path / "link.csv"
    link.symlink_to(odd)
    assert load(home, odd).rows == 1
    assert load(home, link).rows == 1


FAULTS: list[tuple[str, str | bytes, int | None, str, str]] = [
    ("ragged short", "a,b,c\n1,2,3\n1,2\n4,5,6\n", 3, "this line has 2 cells, the header has 3", "--delimiter"),
    ("ragged long", "a,b,c\n1,2,3\n1,2,3,4\n", 3, "this line has 4 cells, the header has 3", "Quote cells"),
    ("ragged after a break in quotes", 'a,b\n1,"x\ny"\n2,"p\nq"\n3\n4,z\n', 6, "this line has 1 cell,", "add what is"),
    ("ragged at the end", "a,b\n1,2\n3", 3, "this line has 1 cell, the header has 2", "add what is missing"),
    ("unclosed quote", 'a,b\n1,x\n2,"y\n3,z\n', 3, "a quote is opened and not closed", "written twice"),
    ("text after a quote", 'a,b\n1,x\n2,"y"z\n', 3, "or followed by more text", "written twice"),
    ("twice the same name", "a,b,A\n1,2,3\n", 1, "names 2 columns alike: a, A", "name of its own"),
    ("zero byte", b"a,b\n1,x\n2,\x00\n", 3, "zero byte", "export it again"),
    ("empty", "", None, "the file is empty", "header line"),
    ("only blank lines", "\n \n\n", None, "the file is empty", "header line"),
    ("title above the header", "Report\na,b,c\n1,2,3\n4,5,6\n", 1, "first line has one column", "--skip 1"),
    ("no header", "1,2026-01-31\n2,2026-02-01\n", 1, "looks like data", "--no-header"),
    ("stray carriage return", "a,b\n1,x\ry\n2,z\n", 2, "carriage return", "line end"),
    ("two encodings", "a,b\n1,Zoë\n2,x\n".encode() + "3,Café\n".encode("latin-1"), 4, "mixes UTF-8", "--encoding"),
    ("not even Windows-1252", b"a,b\n1,\x81\x8d\n", 2, "not cp1252 text", "--encoding"),
    ("a workbook", b"PK\x03\x04" + b"\0" * 40, None, "Excel workbook", "save the sheet as CSV"),
    ("JSON", '[{"a": 1}]', None, "JSON", "Convert it"),
    ("line beyond all measure", "a,b\n1," + "x" * 3_000_000 + "\n", 2, "Maximum line size", "export"),
    ("name that is no name twice", "a b,a-b\n1,2\n", None, "have one name: 'a b', 'a-b'", "name of its own"),
]


@pytest.mark.parametrize(
    ("content", "line", "reason", "remedy"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_broken_file_is_refused_with_place_and_remedy(
    home: Path, content: str | bytes, line: int | None, reason: str, remedy: str
) -> None:
    error = refusal(home, content)
    assert error.file == str(home.parent / "things.csv")
    assert error.line == line
    assert reason in error.reason
    assert remedy in error.remedy


def test_wrong_encoding_named_by_the_person(home: Path) -> None:
    error = refusal(home, "a\nx\nCafé\n".encode("latin-1"), encoding="utf-8")
    assert (error.line, "not utf-8 text" in error.reason) == (3, True)
    assert "there is no encoding 'klingon'" in str(refusal(home, "a\n1\n", encoding="klingon"))


def test_damaged_archives_and_parquet(home: Path) -> None:
    assert "damaged" in str(refusal(home, gzip.compress(b"a,b\n1,2\n" * 1000)[:-20], "t.csv.gz"))
    assert "damaged" in str(refusal(home, b"not packed", "t.csv.gz"))
    assert "not a Parquet file" in str(refusal(home, "a,b\n1,2\n", "t.parquet"))
    assert "not a Parquet file" in str(refusal(home, b"PAR1" + b"\0" * 100 + b"PAR1", "t.parquet"))
    assert "not a workbook" in str(refusal(home, b"PK", "t.xlsx"))
    assert "feather files are not read" in str(refusal(home, b"PK", "t.feather"))


def test_missing_files_and_directories(home: Path, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"nowhere.csv: the file does not exist. Check the path"):
        load(home, tmp_path / "nowhere.csv")
    with pytest.raises(LoadError, match=r"no file has such a name"):
        load(home, f"{tmp_path}/*.csv")
    with pytest.raises(LoadError, match=r"it is a directory. Name its files, such as '.*/\*.csv'"):
        load(home, tmp_path)
    with pytest.raises(LoadError, match="not a plain file"):
        load(home, "/dev/null")
    with pytest.raises(LoadError, match="no file is named"):
        load(home)


def test_a_refused_load_leaves_the_old_snapshot(home: Path) -> None:
    loaded(home, "a\n1\n")
    before = live_path(home).read_bytes()
    with pytest.raises(LoadError):
        loaded(home, "a,b\n1\n")
    assert live_path(home).read_bytes() == before


# --- counting ---


def test_records_that_the_database_does_not_see_are_noticed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.sources import file_job

    honest = file_job.union
    monkeypatch.setattr(file_job, "union", lambda tables: f"SELECT * FROM ({honest(tables)}) LIMIT 2")
    monkeypatch.setattr(file_job, "raw_relation", lambda *_: "(SELECT 1 UNION ALL SELECT 2)")
    error = refusal(home, "a\n1\n2\n3\n")
    assert "the file holds 3 records, but 2 could be read" in str(error)


@pytest.mark.parametrize("text", ['a,b\n1,5" pipe\n2,y\n', "a,b\n\n1,x\n\n\n2,y\n", 'a,b\n"1","x\n\ny"\n2,""\n'])
def test_stray_quotes_and_blank_lines_do_not_disturb_the_count(home: Path, text: str) -> None:
    report = load(home, write(home.parent, "t.csv", text))
    assert [file.rows for file in report.files] == [2]
    assert report.rows == 2


# --- several files ---


def test_files_are_united_by_column_name(home: Path, tmp_path: Path) -> None:
    one = write(tmp_path, "one.csv", "id,name,day\n1,x,2026-01-01\n")
    two = write(tmp_path, "two.csv", "NAME,id,extra\ny,2.5,z\n")
    report = load(home, one, two)
    assert query(home, "FROM thing ORDER BY id") == [(1.0, "x", date(2026, 1, 1), None), (2.5, "y", None, "z")]
    assert [(file.path, file.rows) for file in report.files] == [(one, 1), (two, 1)]


def test_a_column_that_is_text_in_one_file_is_text_as_written_in_all(home: Path, tmp_path: Path) -> None:
    one = write(tmp_path, "one.csv", "Code No\n1.50\n2\n")
    two = write(tmp_path, "two.csv", "Code No\n007\n")
    report = load(home, one, two)
    assert query(home, "FROM thing") == [("1.50",), ("2",), ("007",)]
    assert "Column Code_No is of different types in different files: kept as text." in report.warnings


def test_a_glob_is_one_input(home: Path, tmp_path: Path) -> None:
    for year in (2025, 2024):
        write(tmp_path, f"y_{year}.csv", f"year,n\n{year},1\n{year},2\n")
    assert load(home, f"{tmp_path}/y_*.csv").rows == 4
    assert query(home, "SELECT year, sum(n) FROM thing GROUP BY year ORDER BY year") == [(2024, 3), (2025, 3)]
    assert load(home, f"{tmp_path}/y_*.csv", view="SELECT max(year) AS last FROM file1").rows == 1


def test_the_files_of_a_union_that_fails_are_named(home: Path, tmp_path: Path) -> None:
    good = write(tmp_path, "good.csv", "a,b\n1,2\n")
    bad = write(tmp_path, "bad.csv", "a,b\n" + "1,2\n" * 5000 + "3\n")
    with pytest.raises(LoadError, match=r"bad.csv:5002: this line has 1 cell,"):
        load(home, good, bad)


def parquet(path: Path, select: str) -> Path:
    duckdb.connect().execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet_keeps_its_types_and_times_become_utc(home: Path, tmp_path: Path) -> None:
    source = parquet(
        tmp_path / "p.parquet",
        "SELECT 1::INTEGER AS id, 2.50::DECIMAL(9,2) AS price, TIMESTAMPTZ '2026-01-01 10:00:00+02' AS sold_at,"
        " '2026-01-01' AS day, [1, 2] AS list, NULL AS nothing, TIMESTAMP_NS '2026-01-01 00:00:00.5' AS ns",
    )
    report = load(home, source)
    assert types(home) == {
        "id": "INTEGER",
        "price": "DECIMAL(9,2)",
        "sold_at": "TIMESTAMP",
        "day": "VARCHAR",
        "list": "INTEGER[]",
        "nothing": "VARCHAR",
        "ns": "TIMESTAMP",
    }
    assert query(home, "SELECT sold_at, day, ns FROM thing") == [
        (datetime(2026, 1, 1, 8), "2026-01-01", datetime(2026, 1, 1, 0, 0, 0, 500_000))
    ]
    assert (
        "Column day is text, but all its values are DATE: convert it in a view, CAST(day AS DATE)." in report.warnings
    )


def test_text_dates_of_parquet_are_told_with_their_readings(home: Path, tmp_path: Path) -> None:
    source = parquet(tmp_path / "p.parquet", "SELECT '03/04/2026' AS day")
    assert load(home, source).warnings == (
        "Column day is text, but all its values are DATE: convert it in a view, strptime(day, '%d/%m/%Y') or"
        " strptime(day, '%m/%d/%Y').",
    )


def test_csv_and_parquet_together(home: Path, tmp_path: Path) -> None:
    source = parquet(tmp_path / "p.parquet", "SELECT 1 AS id, 'x' AS name")
    report = load(home, source, write(tmp_path, "c.csv", "id,name\n2,y\n"))
    assert query(home, "FROM thing ORDER BY id") == [(1, "x"), (2, "y")]
    assert [file.rows for file in report.files] == [1, 1]


# --- views ---


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, Path]:
    orders = write(tmp_path, "orders 2026.csv", "order no,Amount,customer\n1,10,7\n2,20,8\n3,-5,7\n")
    return orders, write(tmp_path, "people.csv", "id,name\n7,Ann\n8,Bob\n")


def test_a_view_makes_the_table(home: Path, shop: tuple[Path, Path]) -> None:
    view = """
        WITH kept AS (SELECT * FROM file1 WHERE Amount > 0)  -- no refunds
        SELECT p.name, sum(k.Amount) AS total, count("order no") AS "no. of orders"
        FROM kept AS k JOIN people AS p ON p.id = k.customer GROUP BY ALL ORDER BY total; -- done
    """
    report = load(home, *shop, view=view)
    assert query(home, "FROM thing") == [("Ann", 10, 1), ("Bob", 20, 1)]
    assert list(types(home)) == ["name", "total", "no_of_orders"]
    assert (report.rows, [file.rows for file in report.files]) == (2, [3, 2])


def test_inputs_have_the_name_of_their_file_too(home: Path, shop: tuple[Path, Path]) -> None:
    assert load(home, *shop, view="SELECT count(*) AS n FROM orders_2026, FILE2").rows == 1
    assert query(home, "FROM thing") == [(6,)]


def test_a_late_cell_mends_the_types_under_a_view_too(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path, "t.csv", "n\n" + "1\n" * 30_000 + "0.5\n")
    load(home, source, view="SELECT sum(n) AS total FROM t")
    assert query(home, "FROM thing") == [(30_000.5,)]


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("SELECT * FROM secret", "no input named secret. It may read: file1, orders_2026, file2, people."),
        ("SELECT * FROM core.customer", "no input named core.customer"),
        ("SELECT * FROM '/etc/passwd'", "no input named"),
        ("SELECT * FROM read_csv('/etc/passwd')", "may not read from READ_CSV"),
        ("SELECT * FROM read_text('/etc/passwd')", "may not read from"),
        ("SELECT * FROM glob('*')", "may not read from GLOB"),
        ("SELECT * FROM query('SELECT 1')", "may not read from QUERY"),
        ("SELECT (SELECT count(*) FROM duckdb_settings())", "may not read from DUCKDB_SETTINGS"),
        ("WITH d AS (DELETE FROM file1 RETURNING *) SELECT * FROM d", "may only select, not DELETE"),
        ("COPY file1 TO 'x.csv'", "not a SELECT"),
        ("ATTACH 'x.duckdb'", "not a SELECT"),
        ("CREATE TABLE x AS SELECT 1", "not a SELECT"),
        ("SELECT 1; SELECT 2", "holds 2 statements"),
        ("SELECT 1); DROP TABLE meta.snapshot; --", "cannot be understood"),
        ("SELECT FROM WHERE", "cannot be understood"),
        ("", "holds 0 statements"),
        ("(" * 3000 + "SELECT 1" + ")" * 3000, "nested too deeply"),
        ("SELECT amuont FROM file1", "amuont"),
        ("SELECT Amount, Amount FROM file1", "have one name: 'Amount', 'Amount'"),
        ("SELECT * FROM file1 a JOIN file1 b USING (customer)", "have one name"),
        ("SELECT CAST(name AS INTEGER) FROM people", "Could not convert"),
    ],
)
def test_a_view_that_is_not_one_select_over_the_inputs_is_refused(
    home: Path, shop: tuple[Path, Path], view: str, words: str
) -> None:
    with pytest.raises(LoadError) as caught:
        load(home, *shop, view=view)
    assert caught.value.file == "the view's SQL"
    assert words in str(caught.value)
    assert not live_path(home).exists()


def test_even_an_unchecked_view_could_open_no_other_file(
    home: Path, shop: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse.sources import file_job

    write(tmp_path, "other.csv", "a\n1\n")
    monkeypatch.setattr(file_job, "check_view", lambda *_: ("a",))
    for sql in (f"SELECT * FROM '{tmp_path}/other.csv'", f"SELECT * FROM read_text('{tmp_path}/other.csv')"):
        with pytest.raises(LoadError, match="disabled by configuration"):
            load(home, *shop, view=sql)


# --- names, freshness, snapshot ---


def test_the_table_has_a_safe_name(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path, "t.csv", "a\n1\n")
    given = {"Online Retail II": "online_retail_ii", "TelcoChurn": "telco_churn", "2026-sales": "t_2026_sales"}
    for name, safe in given.items():
        assert load_files(home, LoadRequest(name, (source,))).table == safe
    with pytest.raises(LoadError, match="'select' is a word of SQL"):
        load_files(home, LoadRequest("Select", (source,)))
    with pytest.raises(LoadError, match="cannot name a table"):
        load_files(home, LoadRequest("--", (source,)))


def test_taken_names_ask_for_replace(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path, "t.csv", "a\n1\n")
    with publish(home) as con:
        con.execute("CREATE TABLE core.customer AS SELECT 1 AS customer_id")
    for name in ("customer", "order_item"):  # there, and one that the warehouse will make
        with pytest.raises(LoadError, match=rf"'{name}' is a table of the customer warehouse\. .*--replace"):
            load_files(home, LoadRequest(name, (source,)))
    report = load_files(home, LoadRequest("customer", (source,), replace=True))
    assert report.warnings == ("Table customer is now read in place of core.customer.",)
    load_files(home, LoadRequest("mine", (source,)))
    load_files(home, LoadRequest("mine", (write(tmp_path, "u.csv", "a\n2\n"),)))
    assert query(home, "FROM main.mine") == [(2,)]
    with pytest.raises(LoadError, match=r"the table mine is there already\. Use --replace"):
        load_files(home, LoadRequest("mine", (source,), replace=False))
    with pytest.raises(LoadError, match="a table of the snapshot itself"):
        load_files(home, LoadRequest("source_freshness", (source,), replace=True))


def test_a_name_of_the_customer_tables_is_free_where_there_are_none(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path, "t.csv", "a\n1\n")
    assert load_files(home, LoadRequest("orders", (source,), fresh=True)).table == "orders"
    declared = read_sources(write(tmp_path, "sources.yml", SOURCE))
    write(tmp_path, "o.csv", "order_id,customer_id,ordered_at\n1,1,2026-01-01\n")
    with pytest.raises(LoadError, match="the table orders, loaded by itself, has the name of a table of the customer"):
        load_sources(home, declared, lambda _what, _share: None)


def test_a_sheet_is_loaded_with_its_types(home: Path, tmp_path: Path) -> None:
    book = tmp_path / "Members 2026.xlsx"
    with xlsxwriter.Workbook(book) as made:
        for name, rows in {"Members": [["Member ID", "Joined", "Fee"], [7, "31/12/2025", 19.5], [8, "01/02/2026", 29]],
                           "Notes": [["text"], ["hello"]]}.items():  # fmt: skip
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    report = load(home, book)
    assert query(home, "FROM thing") == [(7, date(2025, 12, 31), 19.5), (8, date(2026, 2, 1), 29.0)]
    assert "Members 2026.xlsx: Only the sheet Members is read; --sheet names another: Notes." in report.warnings
    load(home, book, sheet="Notes")
    assert query(home, "FROM thing") == [("hello",)]


def test_json_objects_are_loaded_with_their_types(home: Path) -> None:
    assert loaded(home, '{"id": 1, "at": {"day": "2026-01-02"}}\n{"id": 2}\n', "t.jsonl") == [
        (1, date(2026, 1, 2)),
        (2, None),
    ]


def test_per_cent_stay_in_the_name_of_a_column(home: Path) -> None:
    load(home, write(home.parent, "t.csv", "id,Discount %,%share\n1,5,2\n"))
    assert list(types(home)) == ["id", "Discount_pct", "pct_share"]


def test_samples_of_long_texts_are_one_short_line(home: Path) -> None:
    text = 'id,body\n1,"<p>Hello,</p>\n<div>this is told on and on and on</div>"\n'
    report = load(home, write(home.parent, "t.csv", text))
    assert report.columns[1].samples == ("<p>Hello,</p> <div>this is told on and…",)


def test_freshness_and_snapshot_are_noted(home: Path, tmp_path: Path) -> None:
    text = "bought,due,n\n2026-01-31 10:00:00,2099-01-01,1\n2026-01-30 11:00:00,2098-01-01,2\n"
    source = write(tmp_path, "t.csv", text)
    before = datetime.now()
    report = load_files(home, LoadRequest("thing", (source,), as_of=date(2026, 2, 1)))
    assert report.latest == datetime(2026, 1, 31, 10)  # what is due in 2099 does not make the data fresh
    load(home, source)
    rows = query(home, "SELECT source, max_event_at, rows, last_loaded_at FROM meta.source_freshness")
    assert [row[:3] for row in rows] == [("thing", datetime(2026, 1, 31, 10), 2)]
    assert abs((rows[0][3] - before).total_seconds()) < 15 * 3600
    info = snapshot_info(home)
    assert (info.kind, info.as_of) == ("files", date(2026, 2, 1))


def test_the_demo_company_in_the_snapshot_is_told_and_left_out_when_asked(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path, "t.csv", "a\n1\n")
    with publish(home) as con:
        con.execute("CREATE TABLE core.customer AS SELECT 1 AS customer_id")
        set_snapshot(con, "demo", date(2026, 10, 31))
    assert load(home, source).warnings == (
        "The snapshot also holds the demo company, and 2026-10-31 counts as today: use --fresh to begin with your own"
        " data alone.",
    )
    assert query(home, "SELECT count(*) FROM core.customer") == [(1,)]
    load_files(home, LoadRequest("thing", (source,), fresh=True))
    assert query(home, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'core'") == [(0,)]
    assert snapshot_info(home).as_of is None


def test_several_loads_are_published_together_or_not_at_all(home: Path, tmp_path: Path) -> None:
    good, bad = write(tmp_path, "good.csv", "a\n1\n"), write(tmp_path, "bad.csv", "a,b\n1\n")
    with pytest.raises(LoadError):
        load_many(home, [LoadRequest("good", (good,)), LoadRequest("bad", (bad,))])
    assert not live_path(home).exists()
    one, two = load_many(
        home, [LoadRequest("one", (good,)), LoadRequest("two", (good,), view_sql="SELECT 2 FROM good")]
    )
    assert (one.table, two.table) == ("one", "two")
    assert query(home, "SELECT * FROM one, two") == [(1, 2)]


def test_the_report_describes_the_columns(home: Path, tmp_path: Path) -> None:
    text = "n,city,day\n1,Rome,2026-01-02\n5,Rome,2026-01-01\n,Oslo,\n"
    report = load(home, write(tmp_path, "t.csv", text))
    figures = [(c.name, c.type, c.nulls, c.minimum, c.maximum, c.samples) for c in report.columns]
    assert figures == [
        ("n", "BIGINT", 1, 1, 5, ()),
        ("city", "VARCHAR", 0, None, None, ("Rome", "Oslo")),
        ("day", "DATE", 1, date(2026, 1, 1), date(2026, 1, 2), ()),
    ]
    assert (report.table, report.rows, report.files[0].delimiter) == ("thing", 3, ",")
    assert report.seconds > 0


def test_words_for_missing_and_empty_columns_are_told(home: Path, tmp_path: Path) -> None:
    report = load(home, write(tmp_path, "t.csv", "city,none\nRome,\nNULL,\nOslo,\nNULL,\n"))
    assert "Column city holds 'NULL' as text in 2 cells: use --null 'NULL' if it means missing." in report.warnings
    assert "Column none has no value at all." in report.warnings


def test_progress_runs_from_reading_to_done(home: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    load_files(
        home, LoadRequest("t", (write(tmp_path, "t.csv", "a\n1\n"),)), lambda what, share: seen.append((what, share))
    )
    assert [what for what, _ in seen] == ["Reading t.csv", "Loading t", "Publishing", "Done"]
    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert seen[-1][1] == 1.0


def test_nothing_of_the_load_stays_in_the_directory(home: Path, tmp_path: Path) -> None:
    load(home, write(tmp_path, "t.csv", "a\nCafé\n".encode("latin-1")))
    assert sorted(os.listdir(home)) == ["builder.lock", "live.duckdb"]
    with duckdb.connect(str(live_path(home)), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        views = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    assert (tables, views) == ([("main", "thing"), ("meta", "snapshot"), ("meta", "source_freshness")], [])


# --- real files ---

RETAIL = DATA / "online_retail"


@pytest.mark.deep
@pytest.mark.skipif(not RETAIL.is_dir(), reason="SAMPLE_DATA names no folder of public data sets")
def test_two_real_files_of_different_names_become_one_table(home: Path) -> None:
    view = """
        SELECT InvoiceNo AS invoice, InvoiceDate AS sold_at, Quantity * UnitPrice AS amount, Country FROM file1
        UNION ALL
        SELECT Invoice, CAST(InvoiceDate AS TIMESTAMP), Quantity * Price, Country FROM file2
        WHERE CAST(InvoiceDate AS TIMESTAMP) < TIMESTAMP '2010-12-01'
    """
    files = (RETAIL / "online_retail_2010_2011.parquet", RETAIL / "online_retail_II_2009_2010.parquet")
    report = load(home, *files, view=view)
    assert (report.rows, [file.rows for file in report.files]) == (1_044_847, [541_909, 525_461])
    recent = query(home, "SELECT round(sum(amount), 2) FROM thing WHERE sold_at >= TIMESTAMP '2010-12-01'")
    assert recent == [(9_747_747.93,)]
