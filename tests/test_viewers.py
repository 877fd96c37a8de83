"""Viewers: what one may not see is in no answer, no word and no refusal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.errors import SettingsError
from assistant.service.cli import main
from assistant.viewers import read_viewer
from tests.asking import rows_to
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


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with a rule: people see the customers of their own region."""
    home = tmp_path_factory.mktemp("viewers")
    (home / "warehouse").mkdir()
    os.link(demo_home / "warehouse" / "live.duckdb", home / "warehouse" / "live.duckdb")
    (home / "definitions").mkdir()
    (home / "definitions" / "rules.yml").write_text(RULES)
    (home / "ann.toml").write_text(VIEWER)
    return home


@pytest.fixture(scope="module")
def ann(home: Path) -> Iterator[Assistant]:
    opened = Assistant.open(replace(read_settings({}, home), viewer=str(home / "ann.toml")))
    yield opened
    opened.close()


def test_a_viewer_gets_the_rows_of_their_region_only(home: Path, shop: Assistant) -> None:
    question = "how many orders do we have"
    told = CliRunner().invoke(main, ["--home", str(home), "--as", str(home / "ann.toml"), "ask", "--json", question])
    answer = json.loads(told.stdout)
    truth = query_trusted(
        home / "warehouse" / "live.duckdb",
        "SELECT count(*) FROM core.orders o JOIN core.customer c USING (customer_id) "
        "WHERE c.region = 'North' AND o.status <> 'cancelled' AND NOT o.is_test",
    ).rows[0][0]
    assert answer["rows"] == [[truth]]
    assert rows_to(shop, question) != [(truth,)]


def test_a_hidden_field_is_an_unknown_word(ann: Assistant) -> None:
    outcome = ann.ask("customers by income band")
    assert not isinstance(outcome, Answer)
    assert "100k" not in repr(outcome)


def test_values_of_other_regions_are_not_words(ann: Assistant, shop: Assistant) -> None:
    assert isinstance(shop.ask("orders in the South"), Answer)
    assert [row[0] for row in rows_to(ann, "orders by region")] == ["North"]


@pytest.mark.parametrize(
    "content", ["", "name = 3\n", 'name = "x"\nroles = "admin"\n', 'name = "x"\nrights = 1\n', "="]
)
def test_a_file_that_is_no_viewer_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "v.toml").write_text(content)
    with pytest.raises(SettingsError, match=r"v\.toml: .*It should hold"):
        read_viewer(tmp_path / "v.toml")
