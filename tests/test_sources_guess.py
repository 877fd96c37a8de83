"""`tellwise load --guess`: from an unknown file to rows in core, by answers alone."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from assistant.service.cli import main
from tests.sources_world import World
from warehouse import guess

ORDERS = "Order No;Order Date;Customer;Total;Order Status\n" + "".join(
    f"A{n};{n:02d}.01.2026;C{n % 3};{n},50;completed\n" for n in range(1, 29)
)
PEOPLE = "id,firstname,Surname,E-Mail,PLZ,city\n1,Ann,Lee,ann@example.org,8010,Graz\n"


def test_orders_are_told_by_names_and_values(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    found = guess(path)
    assert found.table == "orders"
    assert {column.core: column.source for column in found.columns} == {
        "order_id": "Order No",
        "customer_id": "Customer",
        "ordered_at": "Order Date",
        "gross_amount": "Total",
        "status": "Order Status",
    }
    assert next(c.date_formats for c in found.columns if c.core == "ordered_at") == ("%d.%m.%Y",)
    assert [name for name, _ in found.missing] == ["channel", "currency"]
    assert len(found.rows) == 10


def test_people_of_a_system_are_told(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(PEOPLE)
    found = guess(path)
    assert found.table == "person_record"
    assert {(column.core, column.source) for column in found.columns} >= {
        ("record_id", "id"),
        ("first_name", "firstname"),
        ("last_name", "Surname"),
        ("email", "E-Mail"),
        ("postal_code", "PLZ"),
    }


def test_the_wizard_writes_what_loads(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    home = tmp_path / "home"
    command = ["--home", str(home), "load"]
    asked = CliRunner().invoke(main, [*command, "--guess", str(tmp_path / "orders.csv")], input="web\nEUR\ny\n")
    assert asked.exit_code == 0, asked.output
    loaded = CliRunner().invoke(main, command)
    assert "28 rows read = 28 loaded (28 new) + 0 put aside" in loaded.output, loaded.output
    world = World(home)
    assert world.rows("SELECT count(*), sum(gross_amount), max(ordered_at)::DATE::VARCHAR FROM core.orders") == [
        (28, sum(n + 0.5 for n in range(1, 29)), "2026-01-28")
    ]


def test_a_second_guess_is_added_beside_the_first(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    home = tmp_path / "home"
    for _ in range(2):
        result = CliRunner().invoke(
            main, ["--home", str(home), "load", "--guess", "--yes", str(tmp_path / "people.csv")]
        )
        assert result.exit_code == 0, result.output
    text = (home / "sources.yml").read_text()
    assert "  people:\n" in text
    assert "  people_2:\n" in text


def test_no_sources_file_says_how_to_write_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "load"])
    assert result.exit_code == 1
    assert "tellwise load --guess FILE" in result.output
