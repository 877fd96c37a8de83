"""`tellwise init`: the file it writes, what a second run adds and keeps, and what becomes of lost columns."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from assistant.service.cli import main
from semantic_layer import load_workspace
from semantic_layer.bootstrap import Memory, merge, read_memory
from tests.bootstrap_tables import table
from warehouse import DuckDBEngine, live_path, publish

CUSTOMERS = table("customers", 20, customer_id="i", city="['Rome', 'Oslo'][1 + i % 2]", discount="i")
ORDERS = table("orders", 50, order_id="i", customer_id="1 + i % 20", ordered_at="DATE '2024-01-01'", amount="i * 2.0")
TODAY = date.today().isoformat()


class Workspace:
    """A workspace with tables, and the command run in it."""

    def __init__(self, home: Path, *statements: str):
        self.home = home
        self.file = home / "definitions" / "tables.yml"
        self.record = home / "definitions" / "tables.proposed.json"
        self.run_sql(*statements)

    def run_sql(self, *statements: str) -> None:
        if not statements:
            return
        with publish(self.home / "warehouse", start="copy") as connection:
            for statement in statements:
                connection.execute(statement)

    def init(self, *options: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(self.home), "init", *options])

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def edit(self, old: str, new: str) -> None:
        assert old in self.text
        self.file.write_text(self.text.replace(old, new), encoding="utf-8")

    def drop(self, section: str, name: str, dataset: str = "") -> None:
        """Delete an entry as a person would, by taking it out of the file."""
        data = yaml.safe_load(self.text)
        owner = next(one for one in data["datasets"] if one["name"] == dataset) if dataset else data
        owner[section] = [one for one in owner[section] if one["name"] != name]
        self.file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    @property
    def layer(self):
        engine = DuckDBEngine(live_path(self.home / "warehouse"))
        try:
            return load_workspace(self.home, engine.schema)
        finally:
            engine.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first run, of which every test has a copy."""
    workspace = Workspace(tmp_path_factory.mktemp("written"), CUSTOMERS, ORDERS)
    result = workspace.init()
    assert result.exit_code == 0, result.output
    return workspace.home


@pytest.fixture
def shop(written: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(written, tmp_path / "home")))


def test_the_first_run_writes_a_model_that_loads(shop: Workspace) -> None:
    assert {"customers", "orders", "total_amount"} <= set(shop.layer.metrics)
    assert set(shop.layer.relationships) == {"orders_customer"}
    assert "extends: none" in shop.text


def test_it_says_what_it_wrote_and_is_unsure_of(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, CUSTOMERS, table("tickets", 9, id="i", assigned_to="i", client_id="i"))
    output = workspace.init().output
    assert f"Wrote {workspace.file}: 2 datasets, 1 link" in output
    assert "  - link ticket_customer, tickets.client_id to customers.customer_id: the names only suggest it." in output


def test_a_second_run_without_changes_changes_nothing(shop: Workspace) -> None:
    before = shop.text
    result = shop.init()
    assert "0 added, 0 changed" in result.output
    assert shop.text == before


def test_what_a_person_edited_stays(shop: Workspace) -> None:
    shop.edit("label: Total amount", "label: Umsatz  # as finance says")
    shop.edit("label: City", "label: Town")
    shop.run_sql("INSERT INTO customers VALUES (21, 'Lima', 3)", "ALTER TABLE customers ADD COLUMN segment VARCHAR")
    shop.run_sql("UPDATE customers SET segment = 'a' || customer_id % 2")
    result = shop.init()
    assert result.exit_code == 0, result.output
    assert "label: Umsatz  # as finance says" in shop.text
    assert shop.layer.metrics["total_amount"].label == "Umsatz"
    assert shop.layer.fields["customer.city"].label == "Town"
    # what nobody touched follows the data
    assert shop.layer.fields["customer.segment"].description == "a0, a1."
    assert shop.layer.fields["customer.city"].description == "Lima, Oslo, Rome."


def test_what_a_person_deleted_does_not_come_back(shop: Workspace) -> None:
    shop.drop("metrics", "average_amount")
    shop.drop("fields", "city", "customer")
    shop.drop("relationships", "orders_customer")
    result = shop.init()
    assert "3 entries that you deleted stayed deleted" in result.output
    assert "average_amount" not in shop.layer.metrics
    assert "customer.city" not in shop.layer.fields
    assert not shop.layer.relationships


def test_what_a_person_added_stays(shop: Workspace) -> None:
    shop.file.write_text(
        shop.text + "  # mine\n  - {name: per_order, type: ratio, numerator: total_amount, denominator: orders}\n",
        encoding="utf-8",
    )
    shop.run_sql(table("stores", 4, store_id="i", name="'S' || i"))
    assert shop.init().exit_code == 0
    assert "# mine" in shop.text
    assert {"per_order", "stores"} <= set(shop.layer.metrics)


@pytest.mark.deep
def test_new_tables_and_links_are_added_and_dated(shop: Workspace) -> None:
    shop.run_sql(
        table("returns", 10, return_id="i", order_id="i", returned_on="DATE '2024-02-01'", reason="'r' || i % 2")
    )
    result = shop.init()
    assert "  added datasets/returns" in result.output
    assert f"# new on {TODAY}" in shop.text
    assert "return_orders" in shop.layer.relationships
    assert shop.layer.graph.reaches("return", "customer")


@pytest.mark.deep
def test_a_dataset_renamed_by_a_person_keeps_its_name(shop: Workspace) -> None:
    for old, new in (
        ("name: customer\n", "name: client\n"),
        ("measure: customer.", "measure: client."),
        ("to: customer\n", "to: client\n"),
    ):
        shop.edit(old, new)
    shop.run_sql("ALTER TABLE customers ADD COLUMN age INTEGER", "UPDATE customers SET age = customer_id + 20")
    shop.run_sql(table("visits", 30, visit_id="i", customer_id="1 + i % 20", visited_at="DATE '2024-01-03'"))
    result = shop.init()
    assert result.exit_code == 0, result.output
    assert "customer" not in shop.layer.datasets
    assert shop.layer.metrics["average_age"].measure == "client.average_age"
    assert shop.layer.relationships["visit_customer"].to == "client"


def test_a_lost_column_is_commented_out_with_what_stands_on_it(shop: Workspace) -> None:
    shop.file.write_text(
        shop.text + "  - {name: mine, type: derived, expression: total_amount * 2}\n", encoding="utf-8"
    )
    shop.run_sql("ALTER TABLE orders DROP COLUMN amount", "ALTER TABLE orders DROP COLUMN ordered_at")
    result = shop.init()
    assert result.exit_code == 0, result.output
    assert "commented out: datasets/orders/fields/amount: table `orders` has no column `amount`." in result.output
    assert f"# out of use since {TODAY}: table `orders` has no column `amount`." in shop.text
    assert "  # - {name: mine, type: derived, expression: total_amount * 2}" in shop.text
    assert "# time: ordered_at" in shop.text
    assert set(shop.layer.metrics) >= {"customers", "orders"}
    assert "total_amount" not in shop.layer.metrics


@pytest.mark.deep
def test_a_column_that_returns_is_proposed_again(shop: Workspace) -> None:
    shop.run_sql("ALTER TABLE orders DROP COLUMN amount")
    assert shop.init().exit_code == 0
    shop.run_sql("ALTER TABLE orders ADD COLUMN amount DOUBLE", "UPDATE orders SET amount = order_id")
    assert shop.init().exit_code == 0
    assert {"total_amount", "average_amount"} <= set(shop.layer.metrics)


def test_a_lost_table_takes_its_links_and_metrics_along(shop: Workspace) -> None:
    shop.run_sql("DROP TABLE customers")
    result = shop.init()
    assert result.exit_code == 0, result.output
    assert "commented out: datasets/customers: there is no table `customers`." in result.output
    assert set(shop.layer.datasets) == {"orders"}
    # nothing is lost of the text
    assert "#   source: customers" in shop.text


def test_a_persons_own_mistake_is_told_and_nothing_changes(shop: Workspace) -> None:
    shop.edit("measure: orders.total_amount", "measure: orders.totl_amount")
    before = shop.text
    shop.run_sql("ALTER TABLE customers DROP COLUMN discount")
    result = shop.init()
    assert result.exit_code == 1
    assert "totl_amount" in result.output
    assert f"{shop.file}:" in result.output
    assert shop.text == before


def test_broken_yaml_is_told_by_file_and_line(shop: Workspace) -> None:
    shop.file.write_text("version: 1\ndatasets: [\n", encoding="utf-8")
    result = shop.init()
    assert result.exit_code == 1
    assert f"{shop.file}:" in result.output
    assert "not valid YAML" in result.output


def test_force_writes_anew_and_keeps_a_copy(shop: Workspace) -> None:
    shop.edit("label: City", "label: Town")
    edited = shop.text
    result = shop.init("--force")
    assert shop.layer.fields["customer.city"].label == "City"
    assert shop.file.with_suffix(".yml.bak").read_text(encoding="utf-8") == edited
    assert "kept as" in result.output


@pytest.mark.deep
def test_without_the_record_everything_in_the_file_is_the_persons(shop: Workspace) -> None:
    shop.edit("label: City", "label: Town")
    shop.record.unlink()
    shop.run_sql(table("stores", 4, store_id="i", name="'S' || i"))
    assert shop.init().exit_code == 0
    assert shop.layer.fields["customer.city"].label == "Town"
    assert "stores" in shop.layer.metrics


def test_a_broken_record_is_told(shop: Workspace) -> None:
    shop.record.write_text("{", encoding="utf-8")
    result = shop.init()
    assert result.exit_code == 1
    assert str(shop.record) in result.output
    assert "Delete it to go on" in result.output


def test_no_tables_and_no_data(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(tmp_path / "none"), "init"])
    assert result.exit_code == 1
    empty = Workspace(tmp_path / "empty")
    result = empty.init()
    assert result.exit_code == 1
    assert "tellwise load" in result.output
    assert not empty.file.exists()


def test_a_key_that_no_longer_holds_is_told(shop: Workspace) -> None:
    shop.edit("primary_key: [order_id]", "primary_key: [customer_id]")
    assert "stand more than once in `orders`" in shop.init().output


@pytest.mark.deep
def test_a_metric_that_gets_a_better_owner_moves_there(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, ORDERS)
    workspace.init()
    assert workspace.layer.metrics["customers"].measure == "orders.customers"
    workspace.run_sql(CUSTOMERS)
    result = workspace.init()
    assert "changed metrics/customers: measure" in result.output
    assert workspace.layer.metrics["customers"].measure == "customer.customers"


def test_merging_is_plain_text_in_and_out() -> None:
    from semantic_layer.bootstrap import Evidence, propose

    proposal = propose({}, Evidence())
    merged = merge("# my file\nversion: 1\nextends: none\nmetrics: []\n", proposal, Memory(), "2024-05-06")
    assert merged.text.startswith("# my file\nversion: 1\n")


def test_the_record_survives_a_round_trip(shop: Workspace) -> None:
    memory = read_memory(shop.record.read_text(encoding="utf-8"))
    assert memory.entries["datasets/customers/fields/city"]["label"] == "City"
    assert read_memory(memory.to_json()) == memory
    assert memory.schema["customers"]["city"] == "VARCHAR"


def test_beside_the_customer_model_no_name_is_taken_from_it(tmp_path: Path) -> None:
    workspace = Workspace(
        tmp_path,
        "CREATE TABLE core.customer (customer_id INTEGER, segment VARCHAR, is_internal BOOLEAN, is_deleted BOOLEAN)",
        CUSTOMERS,
    )
    assert workspace.init().exit_code == 0
    assert "extends: shipped" in workspace.text
    layer = workspace.layer
    assert layer.datasets["customer"].source == "customer"
    assert layer.datasets["customers"].source == "customers"
    assert layer.metrics["customers"].measure == "customer.customers"
    assert layer.metrics["customers_2"].measure == "customers.customers"
