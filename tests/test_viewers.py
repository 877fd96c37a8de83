"""Viewers: what one may not see is in no answer, no word and no refusal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.errors import SettingsError
from assistant.service.cli import main
from assistant.viewers import read_viewer
from warehouse import query_trusted

RULES = """
version: 1
datasets:
  - name: customer
    source: customer
    policy:
      rows: region = viewer.region
      hidden_fields: [income_band]
      except_roles: [admin]
"""
VIEWER = 'name = "ann"\nroles = ["analyst"]\n[attributes]\nregion = "North"\n'


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """The demo company with a rule: people see the customers of their own region."""
    (tmp_path / "warehouse").mkdir()
    os.link(demo_home / "warehouse" / "live.duckdb", tmp_path / "warehouse" / "live.duckdb")
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "rules.yml").write_text(RULES)
    (tmp_path / "ann.toml").write_text(VIEWER)
    return tmp_path


def ask(home: Path, question: str, *options: str) -> dict[str, object]:
    found = CliRunner().invoke(main, ["--home", str(home), *options, "ask", "--json", question])
    assert found.stdout, found.stderr
    return json.loads(found.stdout)


def test_a_viewer_gets_the_rows_of_their_region_only(home: Path) -> None:
    answer = ask(home, "how many orders do we have", "--as", str(home / "ann.toml"))
    truth = query_trusted(
        home / "warehouse" / "live.duckdb",
        "SELECT count(*) FROM core.orders o JOIN core.customer c USING (customer_id) "
        "WHERE c.region = 'North' AND o.status <> 'cancelled' AND NOT o.is_test",
    ).rows[0][0]
    assert answer["rows"] == [[truth]]
    assert ask(home, "how many orders do we have")["rows"] != [[truth]]


def test_a_hidden_field_is_an_unknown_word(home: Path) -> None:
    answer = ask(home, "customers by income band", "--as", str(home / "ann.toml"))
    assert answer["kind"] != "answer"
    assert "100k" not in json.dumps(answer)


def test_values_of_other_regions_are_not_words(home: Path) -> None:
    assert ask(home, "orders in the South")["kind"] == "answer"
    closed = ask(home, "orders by region", "--as", str(home / "ann.toml"))
    assert [row[0] for row in closed["rows"]] == ["North"]  # type: ignore[union-attr,attr-defined]  # JSON


@pytest.mark.parametrize(
    "content", ["", "name = 3\n", 'name = "x"\nroles = "admin"\n', 'name = "x"\nrights = 1\n', "="]
)
def test_a_file_that_is_no_viewer_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "v.toml").write_text(content)
    with pytest.raises(SettingsError, match=r"v\.toml: .*It should hold"):
        read_viewer(tmp_path / "v.toml")
