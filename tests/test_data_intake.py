"""A file taken in on the screen: described, corrected, declared, loaded; what is broken is told, mended and loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import Settings, read_settings
from assistant.data_intake import (
    IntakeError,
    can_mend,
    corrected,
    declare,
    line_of,
    load,
    mend_line,
    propose,
    slots_of,
    take_in,
)
from warehouse import LoadError, SourcesInvalid, quarantined, query_trusted

HEAD = "order_id,customer_id,ordered_at,status,gross_amount,net_amount\n"
BROKEN = (
    HEAD + "1,A1,2026-05-01,completed,10.50,9.50\n2,A2,2026-05-32,completed,20.00,19.00\n3,A1,2026-05-03,open,5,4\n"
)
GIVEN = {"channel": "web", "currency": "EUR"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(home=tmp_path / "home")


def upload(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "upload"
    path.write_text(text, encoding="utf-8")
    return path


def declared(settings: Settings, tmp_path: Path, text: str = BROKEN) -> str:
    proposal = propose(take_in(settings, upload(tmp_path, text), "May orders.csv"))
    chosen = {one.name: one.source or GIVEN.get(one.name, "") for one in slots_of(proposal)}
    return declare(settings, *corrected(proposal, chosen))


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    return list(query_trusted(settings.warehouse / "live.duckdb", sql).rows)


def test_a_broken_file_is_loaded_mended_and_loaded_again(settings: Settings, tmp_path: Path) -> None:
    name = declared(settings, tmp_path)
    load(settings, (name,), lambda *_: None)
    assert rows(settings, "SELECT order_id, channel FROM orders ORDER BY 1") == [("1", "web"), ("3", "web")]
    (bad,) = quarantined(settings.warehouse / "live.duckdb")
    assert (bad.line, bad.reason) == (3, "ordered_at: '2026-05-32' is not a time.")
    assert can_mend(settings, bad)
    assert line_of(settings, bad) == "2,A2,2026-05-32,completed,20.00,19.00"
    for wrong in ("", "two\nlines"):
        with pytest.raises(IntakeError):
            mend_line(settings, bad, wrong)
    mend_line(settings, bad, "2,A2,2026-05-30,completed,20.00,19.00")
    load(settings, (name,), lambda *_: None)
    assert rows(settings, "SELECT count(*), sum(net_amount) FROM orders") == [(3, 32.5)]
    assert quarantined(settings.warehouse / "live.duckdb") == ()


def test_a_mended_export_takes_the_place_of_the_broken_one(settings: Settings, tmp_path: Path) -> None:
    first = declared(settings, tmp_path)
    again = declared(settings, tmp_path, BROKEN.replace("05-32", "05-31"))
    assert first == again == "may_orders"
    assert (settings.home / "sources.yml").read_text(encoding="utf-8").count("table: orders") == 1
    load(settings, (again,), lambda *_: None)
    assert rows(settings, "SELECT count(*) FROM orders") == [(3,)]


def test_what_must_be_filled_is_asked_for_and_nothing_is_written(settings: Settings, tmp_path: Path) -> None:
    proposal = propose(take_in(settings, upload(tmp_path, BROKEN), "orders.csv"))
    assert {one.name for one in slots_of(proposal) if one.required and not one.source} == {"channel", "currency"}
    with pytest.raises(SourcesInvalid, match=r"orders\.channel must be filled"):
        declare(settings, *corrected(proposal, {one.name: one.source for one in slots_of(proposal)}))
    assert [path.name for path in settings.home.iterdir()] == ["files"]


def test_a_person_maps_columns_otherwise(settings: Settings, tmp_path: Path) -> None:
    proposal = propose(take_in(settings, upload(tmp_path, BROKEN), "orders.csv"))
    chosen = {one.name: one.source for one in slots_of(proposal)} | GIVEN
    mapped, values = corrected(proposal, chosen | {"net_amount": "gross_amount", "gross_amount": ""})
    pairs = {column.core: column.source for column in mapped.columns}
    assert pairs["net_amount"] == "gross_amount"
    assert "gross_amount" not in pairs
    assert values == GIVEN
    assert propose(settings.home / "files" / "orders.csv", "payment").table == "payment"


def test_what_cannot_be_read_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"a\x00b,c\n1,2\n")
    with pytest.raises(LoadError, match=r"bad\.csv:1: there is a zero byte"):
        propose(take_in(settings, tmp_path / "bad", "bad.csv"))
    for name in ("script.exe", "../../etc/passwd"):
        with pytest.raises(IntakeError):
            take_in(settings, tmp_path / "bad", name)
    assert take_in(settings, tmp_path / "bad", "../up.csv").parent == settings.home / "files"
