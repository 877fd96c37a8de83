"""`tellwise import` and `tellwise export`: what is written, what is told, and that nothing is lost when it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.service.cli import main
from semantic_layer import load, load_workspace
from tests.interchange_world import FIXTURES, TABLES, schema
from warehouse import publish


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the shop's tables."""
    home = tmp_path_factory.mktemp("interchange")
    with publish(home / "warehouse", start="empty") as connection:
        connection.execute(TABLES)
    return home / "warehouse"


@pytest.fixture
def home(tmp_path: Path, data: Path) -> Path:
    (tmp_path / "warehouse").symlink_to(data)
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


def test_an_import_becomes_the_workspaces_definitions(home: Path):
    done = run(home, "import", "dbt", str(FIXTURES / "dbt"), "--name", "shop")
    assert done.exit_code == 0, done.output
    assert "Read 4 datasets, 3 relationships" in done.output
    assert "orders.yml:32: measure orders.discrete_p90: a discrete percentile" in done.output
    layer = load_workspace(home, schema())
    assert {"revenue", "phone_share"} <= layer.metrics.keys()
    report = (home / "imports" / "shop.report.txt").read_text(encoding="utf-8")
    assert "lost:" in report
    listed = run(home, "metrics")
    assert "phone_share" in listed.output


def test_nothing_is_written_over_without_being_told(home: Path):
    arguments = ("import", "ossie", str(FIXTURES / "ossie.yaml"), "--only-loaded", "--name", "shop")
    assert run(home, *arguments).exit_code == 0
    path = home / "definitions" / "shop.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    again = run(home, *arguments)
    assert again.exit_code == 1
    assert "--replace" in again.output
    assert path.read_text(encoding="utf-8").endswith("# mine\n")
    assert run(home, *arguments, "--replace").exit_code == 0
    assert path.with_suffix(".yml.bak").read_text(encoding="utf-8").endswith("# mine\n")


def test_tables_that_are_not_loaded_refuse_and_say_what_to_do(home: Path):
    done = run(home, "import", "ossie", str(FIXTURES / "ossie.yaml"))
    assert done.exit_code == 1
    assert f"{FIXTURES / 'ossie.yaml'}:6: there is no table `orders_windows`" in done.output
    assert "--only-loaded" in done.output
    assert not (home / "definitions").exists()


def test_only_loaded_leaves_out_what_stands_on_other_tables(home: Path):
    done = run(home, "import", "ossie", str(FIXTURES / "ossie.yaml"), "--only-loaded", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["datasets"] == ["customers"]
    assert told["views"][0]["name"] == "orders_windows"
    assert any(one["what"] == "dataset orders" and one["kind"] == "lost" for one in told["remarks"])


def test_a_folder_of_ones_own_and_a_mere_report(home: Path, tmp_path: Path):
    arguments = ("import", "snowflake", str(FIXTURES / "snowflake.yaml"))
    assert "Nothing was written." in run(home, *arguments, "--report").output
    assert not (home / "definitions").exists()
    done = run(home, *arguments, "--into", str(tmp_path / "mine"))
    assert done.exit_code == 0, done.output
    assert load([tmp_path / "mine" / "snowflake.yml"]).metrics["net_revenue"]
    assert "CREATE VIEW lines AS" in (tmp_path / "mine" / "snowflake.views.sql").read_text(encoding="utf-8")
    verified = json.loads((tmp_path / "mine" / "snowflake.verified.json").read_text(encoding="utf-8"))
    assert verified[0]["question"] == "What is the net revenue by country?"


def test_the_dialect_of_the_original_is_read(home: Path, tmp_path: Path):
    cube = (
        'cubes: [{name: orders, sql_table: orders, measures: [{name: n, type: sum, sql: "IFNULL({CUBE}.amount, 0)"}]}]'
    )
    (tmp_path / "o.yml").write_text(cube, encoding="utf-8")
    assert run(home, "import", "cube", str(tmp_path / "o.yml"), "--dialect", "bigquery").exit_code == 0
    assert load_workspace(home, schema()).measures["orders.n"].expression == "COALESCE(amount, 0)"
    wrong = run(home, "import", "cube", str(tmp_path / "o.yml"), "--dialect", "klingon")
    assert wrong.exit_code == 2
    assert "there is no dialect klingon" in wrong.output


def test_a_broken_file_is_told_with_file_and_line(home: Path, tmp_path: Path):
    (tmp_path / "x.yaml").write_text("name: x\ndatasets:\n  - {name: a\n", encoding="utf-8")
    done = run(home, "import", "ossie", str(tmp_path / "x.yaml"))
    assert done.exit_code == 1
    assert f"{tmp_path / 'x.yaml'}:" in done.output
    assert "not valid YAML" in done.output


def test_an_export_can_be_imported_again(home: Path, tmp_path: Path):
    assert run(home, "import", "dbt", str(FIXTURES / "dbt"), "--name", "shop").exit_code == 0
    before = load_workspace(home, schema()).definitions
    path = tmp_path / "out.yaml"
    done = run(home, "export", "ossie", str(path))
    assert done.exit_code == 0, done.output
    assert "Ossie has no words for a metric of type `cumulative`" in done.output
    assert "there already" in run(home, "export", "ossie", str(path)).output
    again = run(home, "import", "ossie", str(path), "--name", "shop", "--replace")
    assert again.exit_code == 0, again.output
    after = load_workspace(home, schema()).definitions
    assert {one.name: one for one in after.metrics} == {one.name: one for one in before.metrics}
    assert after.datasets == before.datasets


def test_help_teaches():
    text = CliRunner().invoke(main, ["import", "--help"]).output
    assert all(word in text for word in ("ossie", "dbt", "cube", "snowflake", "lookml", "Examples:", "--only-loaded"))
