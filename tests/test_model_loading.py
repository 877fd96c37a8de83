"""Definition files: what is read, what is refused, and how the refusal reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from semantic_layer import DefinitionError, load, load_workspace, shipped_definitions
from semantic_layer.expressions import known_functions

SOUND = """\
version: 1
name: shop
datasets:
  - name: orders
    source: orders
    primary_key: [order_id]
    time: ordered_at
    fields:
      - {name: ordered_at, type: time}
      - {name: country, values: {NO: [Norway]}}
      - {name: net, type: number, expression: amount - rebate}
      - {name: big, type: boolean, expression: net > 100}
    measures:
      - {name: net, agg: sum, expression: net}
      - {name: orders, agg: count}
  - name: customer
    source: customer
    primary_key: [customer_id]
    fields:
      - {name: segment}
relationships:
  - {name: order_customer, from: orders, to: customer, from_columns: [customer_id], to_columns: [customer_id]}
metrics:
  - {name: revenue, measure: orders.net}
  - {name: orders, measure: orders.orders}
  - {name: aov, type: ratio, numerator: revenue, denominator: orders}
"""


SHOES = """\
version: 1
datasets:
  - name: orders
    source: orders
    primary_key: [order_id]
    measures:
      - {name: shoes, agg: count, filter: department = 'shoes'}
metrics:
  - {name: shoe_orders, measure: orders.shoes}
"""


def written(directory: Path, text: str, name: str = "shop.yml") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(directory: Path, text: str, schema=None) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load([written(directory, text)], schema)
    return [f"{fault.line}: {fault.message} {fault.remedy}".strip() for fault in caught.value.faults]


def test_a_sound_file_gives_names_to_look_up(tmp_path):
    layer = load([written(tmp_path, SOUND)])
    assert set(layer.metrics) == {"revenue", "orders", "aov"}
    assert layer.fields["orders.net"].sql == "amount - rebate"
    assert layer.measures["orders.orders"].agg == "count"
    assert layer.relationships["order_customer"].to == "customer"


def test_country_codes_and_days_stay_text(tmp_path):
    layer = load([written(tmp_path, SOUND.replace("Norway", "on, 2025-01-01"))])
    assert layer.fields["orders.country"].values == {"NO": ("on", "2025-01-01")}


def test_the_shipped_model_loads():
    layer = load(shipped_definitions())
    assert {"net_revenue", "orders", "tickets"} <= set(layer.metrics)


def test_every_fault_of_every_file_is_told_with_file_line_and_remedy(tmp_path):
    one = written(tmp_path, "version: 1\nmetrics:\n  - {name: a, mesure: orders.net}\n", "a.yml")
    two = written(tmp_path, "version: 1\nmetrics:\n  - {name: b, type: rato}\ndatasets: []\ndatasets: []\n", "b.yml")
    with pytest.raises(DefinitionError) as caught:
        load([one, two])
    told = [str(fault).replace(str(tmp_path), "") for fault in caught.value.faults]
    assert told == [
        "/a.yml:3: the key `measure` is missing. Add `measure:`.",
        "/a.yml:3: unknown key `mesure`. Did you mean `measure`?",
        "/b.yml:3: unknown metric type `rato`. Did you mean `ratio`?",
        "/b.yml:5: the key `datasets` is given twice (first on line 4). Keep one of them.",
    ]


@pytest.mark.parametrize(
    ("find", "put", "line", "message"),
    [
        ("orders.net}", "orders.nett}", 24, "there is no measure `orders.nett`. Did you mean `orders.net`?"),
        ("orders.net}", "ordrs.net}", 24, "there is no dataset `ordrs`. Did you mean `orders`?"),
        ("orders.net}", "net}", 24, "`net` is not a measure. Write `dataset.measure`."),
        ("denominator: orders}", "denominator: order}", 26, "there is no metric `order`. Did you mean `orders`?"),
        ("amount - rebate", "sum(amount)", 11, "`sum(amount)` holds an aggregate; only row-level SQL is allowed here."),
        ("amount - rebate", "(SELECT 1)", 11, "`(SELECT 1)` is not one SQL expression."),
        ("amount - rebate", "amount) FROM x; DROP TABLE y --", 11, "`amount) FROM x; DROP TABLE y --` is not"),
        ("amount - rebate", "row_number() OVER ()", 11, "`row_number() OVER ()` holds a window function"),
        (
            "amount - rebate",
            "rond_even(amount)",
            11,
            "`rond_even(amount)`: there is no function `rond_even`. Did",
        ),
        ("amount - rebate", "big + 1", 11, "field `net` is computed from itself: net -> big -> net."),
        ("amount - rebate", "customer.age", 11, "`customer.age` is not a column of `orders`."),
        ("time: ordered_at", "time: country", 7, "`orders.country` is not a time. Give the field `type: time`."),
        ("to: customer", "to: custmer", 22, "there is no dataset `custmer`. Did you mean `customer`?"),
        ("to_columns: [customer_id]", "to_columns: [mail]", 22, "`to_columns` is not a declared key of `customer`"),
        ("to_columns: [customer_id]", "to_columns: [a, b]", 22, "`from_columns` and `to_columns` differ in number."),
        ("{name: segment}", "{name: segment}\n      - {name: segment}", 21, "`segment` stands twice under `fields`."),
        ("agg: count}", "agg: median}", 15, "measure `orders` has no expression. Say what to aggregate."),
        ("agg: count}", "agg: percentile, expression: net}", 15, "measure `orders`: `percentile` belongs to"),
        ("name: revenue", "name: metric_time", 24, "`metric_time` is a reserved name. Rename the metric."),
        ("type: ratio", "type: derived, expression: aov + 1", 26, "unknown key `numerator`."),
        ("name: aov", "name: revenue", 26, "`revenue` is defined twice under `metrics` (first on line 24)."),
    ],
)
def test_a_wrong_entry_is_told_at_its_line(tmp_path, find, put, line, message):
    assert any(told.startswith(f"{line}: {message}") for told in faults(tmp_path, SOUND.replace(find, put, 1)))


KINDS = """\
  - {name: so_far, type: cumulative, metric: revenue, to_date: month}
  - {name: before, type: offset, metric: aov, offset: 1 month}
  - {name: came_back, type: conversion, base: orders, conversion: orders, entity: customer, window: 30 days}
  - {name: per_customer, type: per_entity, entity: customer, metric: aov, agg: average}
segments:
  - {name: loyal, entity: customer, filters: [{field: orders, op: ge, values: [3]}]}
"""


def test_every_kind_of_metric_and_a_segment_load(tmp_path):
    layer = load([written(tmp_path, SOUND + KINDS)])
    assert {"so_far", "before", "came_back", "per_customer"} <= set(layer.metrics)
    assert layer.segments["loyal"].filters[0].values == (3,)


@pytest.mark.parametrize(
    ("find", "put", "line", "message"),
    [
        ("to_date: month", "to_date: month, window: 7 days", 27, "`window` and `to_date` exclude each other."),
        ("to_date: month", "window: a week", 27, "`window` `a week`: string should match pattern"),
        ("metric: revenue, to_date", "metric: aov, to_date", 27, "`aov` is a ratio metric. Name a simple one."),
        ("metric: aov, offset", "metric: aovs, offset", 28, "there is no metric `aovs`. Did you mean `aov`?"),
        ("base: orders", "base: revenue", 29, "`revenue` does not count events. Name a metric that counts."),
        ("entity: customer, window", "entity: custmer, window", 29, "there is no dataset `custmer`. Did you mean"),
        ("metric: aov, agg: average", "agg: average", 30, "`metric` belongs to the aggregates of a metric"),
        (
            "metric: aov, agg: average",
            "agg: share",
            30,
            "`agg: share` counts what meets a condition. Add `condition:`.",
        ),
        ("metric: aov, agg: average", "agg: count, condition: aovv > 2", 30, "there is no metric `aovv`. Did you mean"),
        ("field: orders, op", "field: ordrs, op", 32, "E_NAME_NOT_FOUND: There is no field or metric `ordrs`. Did you"),
        ("values: [3]", "values: [many]", 32, "E_FILTER_VALUE: `orders` is a number; 'many' is not."),
        ("field: orders, op: ge", "field: loyal, op: eq", 32, "segment `loyal` is made of itself: loyal -> loyal."),
        ("name: loyal", "name: aov", 32, "`aov` is a metric too. Rename the segment."),
        ("op: ge", "op: atleast", 32, "`op` `atleast`: input should be 'in'"),
        ("extends: none", "time_zone: Europe/Belin", 1, "there is no time zone `Europe/Belin`."),
        ("agg: count}", "agg: count, non_additive: {time: country}}", 15, "`orders.country` is not a time."),
        (
            "{name: net, agg: sum",
            "{name: net, agg: max, non_additive: {time: ordered_at}",
            14,
            "measure `net`: only a sum",
        ),
        ("{name: net, agg: sum", "{name: net, agg: sum, non_additive: {time: ordered_at}", 27, "`revenue` is a level"),
    ],
)
def test_a_wrong_kind_or_segment_is_told_at_its_line(tmp_path, find, put, line, message):
    text = SOUND.replace("version: 1", "extends: none", 1) + KINDS
    told = faults(tmp_path, text.replace(find, put, 1))
    assert any(one.startswith(f"{line}: {message}") for one in told), told


def test_a_metric_computed_from_itself_is_told(tmp_path):
    text = (
        SOUND
        + "  - {name: up, type: derived, expression: down + 1}\n  - {name: down, type: derived, expression: up - 1}\n"
    )
    told = faults(tmp_path, text)
    assert told[0] == "27: metric `up` is computed from itself: up -> down -> up. Break the circle."
    assert len(told) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1, 2", "not valid YAML"),
        (b"- 1\n- 2\n", "the file must hold a mapping."),
        (b"a: \xff\xfe", "the file is not UTF-8 text"),
        (b"a: \x00", "not valid YAML"),
        (b"? [a, b]\n: 1\n", "a key must be text."),
        (b"name: !!python/object:os.system x", "the value has an unknown tag"),
    ],
)
def test_a_file_that_is_no_definition_is_told(tmp_path, content, message):
    path = tmp_path / "x.yml"
    path.write_bytes(content)
    with pytest.raises(DefinitionError, match=r"x\.yml") as caught:
        load([path])
    assert caught.value.faults[0].message.startswith(message)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DefinitionError, match="there is no such file"):
        load([tmp_path / "none.yml"])


def test_aliases_of_aliases_do_not_fill_the_memory(tmp_path):
    levels = "".join(f"l{n}: &l{n} [{', '.join(['*l' + str(n - 1)] * 10)}]\n" for n in range(1, 9))
    told = faults(tmp_path, "l0: &l0 [x]\n" + levels)
    assert any("more than 200000 values" in one for one in told)


def test_an_empty_file_is_an_empty_model(tmp_path):
    assert load([written(tmp_path, "# nothing yet\n")]).metrics == {}


def test_a_later_file_replaces_by_name(tmp_path):
    written(tmp_path, SOUND)
    written(tmp_path, "version: 1\nmetrics:\n  - {name: revenue, measure: orders.orders}\n", "z.yml")
    layer = load([tmp_path / "shop.yml", tmp_path / "z.yml"])
    assert layer.metrics["revenue"].measure == "orders.orders"
    assert set(layer.metrics) == {"revenue", "orders", "aov"}


SCHEMA = {
    "orders": {"order_id": "VARCHAR", "ordered_at": "TIMESTAMP", "country": "VARCHAR", "customer_id": "VARCHAR",
               "amount": "DECIMAL(12,2)", "rebate": "DECIMAL(12,2)"},
    "customer": {"customer_id": "VARCHAR", "segment": "VARCHAR"},
}  # fmt: skip


def without(table: str, *columns: str) -> dict[str, dict[str, str]]:
    return {
        name: {c: t for c, t in known.items() if name != table or c not in columns} for name, known in SCHEMA.items()
    }


def test_a_schema_that_has_everything_changes_nothing(tmp_path):
    layer = load([written(tmp_path, SOUND)], SCHEMA)
    assert layer.inactive == {}
    assert layer.schema["orders"]["country"] == "VARCHAR"


def test_missing_columns_are_faults_in_a_users_own_file(tmp_path):
    assert faults(tmp_path, SOUND, without("orders", "rebate")) == ["11: table `orders` has no column `rebate`."]
    near = {**SCHEMA, "orders": {**without("orders", "rebate")["orders"], "rebates": "INTEGER"}}
    assert faults(tmp_path, SOUND, near) == ["11: table `orders` has no column `rebate`. Did you mean `rebates`?"]
    assert faults(tmp_path, SOUND, {"orders": SCHEMA["orders"]}) == ["17: there is no table `customer`."]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The sound file taken for the shipped model."""
    written(tmp_path, SOUND)
    monkeypatch.setattr("semantic_layer.loader._SHIPPED", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("schema", "inactive"),
    [
        (without("orders", "rebate"), {"orders.net", "orders.big", "revenue", "aov"}),
        (without("orders", "ordered_at"), {"orders", "order_customer", "revenue", "aov", "orders.ordered_at"}),
        (without("orders", "customer_id"), {"order_customer"}),
        (without("customer", "customer_id"), {"customer", "order_customer"}),
        ({"customer": SCHEMA["customer"]}, {"orders", "order_customer", "revenue", "aov"}),
    ],
)
def test_the_shipped_model_leaves_out_what_the_data_lacks(shipped, schema, inactive):
    layer = load([shipped / "shop.yml"], schema)
    assert inactive <= set(layer.inactive)
    assert all(layer.inactive.values())
    assert not (set(layer.metrics) | set(layer.relationships)) & inactive or "orders" in inactive


def test_a_users_metric_on_an_inactive_name_is_told_why(shipped, tmp_path):
    own = written(tmp_path / "..", "version: 1\nmetrics:\n  - {name: mine, measure: orders.net}\n", "own.yml")
    with pytest.raises(DefinitionError, match=r"own.yml:3: `orders.net` is not active: table `orders` has no column"):
        load([shipped / "shop.yml", own], without("orders", "rebate"))


def test_a_workspace_overlays_the_shipped_model_unless_it_stands_alone(tmp_path):
    (tmp_path / "definitions").mkdir()
    assert "net_revenue" in load_workspace(tmp_path, None).metrics
    assert "net_revenue" in load_workspace(None, None).metrics
    written(tmp_path / "definitions", SHOES)
    layer = load_workspace(tmp_path, None)
    assert {"net_revenue", "shoe_orders"} <= set(layer.metrics)
    assert {"orders.shoes", "orders.orders"} <= set(layer.measures)
    written(tmp_path / "definitions", "extends: none\n" + SOUND)
    assert set(load_workspace(tmp_path, None).metrics) == {"revenue", "orders", "aov"}


def test_a_dataset_of_another_source_replaces_and_what_stood_on_it_is_inactive(tmp_path):
    (tmp_path / "definitions").mkdir()
    written(tmp_path / "definitions", SHOES.replace("source: orders", "source: till"))
    layer = load_workspace(tmp_path, None)
    assert "shoe_orders" in layer.metrics
    assert layer.inactive["net_revenue"].startswith("there is no measure `orders.net_amount`")


def test_fields_inherited_from_the_shipped_model_may_lack_their_columns(shipped, tmp_path):
    more = "version: 1\ndatasets:\n  - name: orders\n    source: orders\n    fields: [{name: amount, type: number}]\n"
    own = written(tmp_path / "..", more, "more.yml")
    layer = load([shipped / "shop.yml", own], without("orders", "rebate"))
    assert {"orders.amount", "orders.country"} <= set(layer.fields)
    assert {"orders.net", "revenue"} <= set(layer.inactive)
    with pytest.raises(DefinitionError, match=r"more\.yml:5: table `orders` has no column `amount`"):
        load([shipped / "shop.yml", own], without("orders", "amount"))


def test_importing_the_package_stays_light():
    code = "import sys, semantic_layer; print(sorted({'pandas', 'gradio', 'duckdb', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_list_of_functions_is_of_the_database_in_use():
    con = duckdb.connect()
    known = {name for (name,) in con.execute("SELECT function_name FROM duckdb_functions()").fetchall()}
    assert known_functions() <= known
    assert {"date_diff", "list_transform", "jaccard", "to_months"} <= known_functions()
