"""Apache Ossie in and out: both root shapes, questions answered over an imported model, the round trip of our own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from semantic_layer import (
    DefinitionError,
    Definitions,
    Imported,
    SemanticLayer,
    SemanticQuery,
    export_ossie,
    import_model,
    load,
    shipped_definitions,
    to_sql,
)
from tests.interchange_world import AS_OF, FIXTURES, answer, give_views, plain, schema, truth

SPEC = Path(os.environ.get("SAMPLE_DATA", "sample-data")) / "ossie_spec"
EXAMPLES = {
    "one model as the root": SPEC / "one_model_per_file" / "tpcds_one_object.yaml",
    "a list of models": SPEC / "main_2026-07-31" / "examples" / "tpcds_semantic_model.yaml",
}
_SECTIONS = ("datasets", "relationships", "metrics", "segments", "calendars")
_SALES = """
CREATE TABLE date_dim AS SELECT i AS d_date_sk, DATE '2024-01-01' + i::INT AS d_date, 2024 + i // 366 AS d_year
  FROM range(0, 700) t(i);
CREATE TABLE customer AS SELECT i AS c_customer_sk, 'C' || i AS c_customer_id, 'Ann' AS c_first_name,
  'No ' || i AS c_last_name, i || '@example.com' AS c_email_address FROM range(1, 21) t(i);
CREATE TABLE item AS SELECT i AS i_item_sk, 'I' || i AS i_item_id, (['north', 'south', NULL])[1 + i % 3] AS i_brand,
  (['toys', 'food'])[1 + i % 2] AS i_category, 'x' AS i_item_desc, 1.5 AS i_current_price FROM range(1, 11) t(i);
CREATE TABLE store AS SELECT i AS s_store_sk, 'S' || i AS s_store_id, 'Store ' || i AS s_store_name, 'Rome' AS s_city,
  (['CA', 'NY'])[1 + i % 2] AS s_state, 5 * i AS s_number_employees FROM range(1, 5) t(i);
CREATE TABLE store_sales AS SELECT i AS ss_ticket_number, i * 7 % 680 AS ss_sold_date_sk, 1 + i % 11 AS ss_item_sk,
  CASE WHEN i % 9 = 0 THEN NULL ELSE 1 + i % 20 END AS ss_customer_sk, 1 + i % 5 AS ss_store_sk,
  1 + i % 3 AS ss_quantity, CAST(i % 50 AS DECIMAL(10, 2)) AS ss_sales_price,
  CAST(i % 50 * (1 + i % 3) AS DECIMAL(10, 2)) AS ss_ext_sales_price,
  CAST(i % 17 - 4 AS DECIMAL(10, 2)) AS ss_net_profit FROM range(1, 501) t(i);
"""
_FACTS = (
    "store_sales s LEFT JOIN item i ON i.i_item_sk = s.ss_item_sk"
    " LEFT JOIN date_dim d ON d.d_date_sk = s.ss_sold_date_sk"
    " LEFT JOIN store t ON t.s_store_sk = s.ss_store_sk LEFT JOIN customer c ON c.c_customer_sk = s.ss_customer_sk"
)
_needs_spec = pytest.mark.skipif(not SPEC.is_dir(), reason="SAMPLE_DATA names no folder of public data sets")


@pytest.fixture(scope="module")
def imported() -> Imported:
    found = import_model("ossie", FIXTURES / "ossie.yaml", schema())
    give_views(found)
    return found


@pytest.fixture(scope="module")
def shipped() -> SemanticLayer:
    return load(shipped_definitions())


def by(field: str, *metrics: str, **more: Any) -> dict[str, Any]:
    return {"metrics": metrics, "group_by": [{"field": field}], **more}


CASES = {
    "every aggregation": (
        by("orders.status", "revenue", "order_count", "buyers", "mean", "middle", "p90", "largest", "open_count"),
        "SELECT status, sum(amount - discount), count(id), count(DISTINCT customer_id), avg(amount), median(amount),"
        " quantile_cont(amount::DOUBLE, 0.9), max(amount), count(*) FILTER (status = 'open') FROM orders"
        " GROUP BY 1 ORDER BY 1",
    ),
    "ratio over two datasets": (
        {"metrics": ["revenue_per_customer"]},
        "SELECT (SELECT sum(amount - discount) FROM orders) / (SELECT count(DISTINCT id) FROM customers)",
    ),
    "metric over metrics": (
        by("orders.status", "twice"),
        "SELECT status, 2 * sum(amount - discount) + count(id) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "condition over a link": (
        {"metrics": ["german_revenue"]},
        "SELECT sum(amount) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE country = 'DE'",
    ),
    "window as a field": (
        by("orders.rank_of_customer", "order_count", limit=1),
        "SELECT 1, count(DISTINCT coalesce(customer_id, -1)) FROM orders",
    ),
    "window over computed fields": (
        by("orders.rank_by_net", "largest", limit=3),
        "SELECT n, max(amount) FROM (SELECT amount, rank() OVER (PARTITION BY status ORDER BY amount - discount DESC"
        " NULLS FIRST) AS n FROM orders) GROUP BY 1 ORDER BY 1 LIMIT 3",
    ),
    "in another dialect": (
        by("customers.initial", "customer_count", limit=2),
        "SELECT left(country, 1), count(*) FROM customers GROUP BY 1 ORDER BY 1 LIMIT 2",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_answers_equal_hand_written_sql(imported: Imported, case: str):
    query, sql = CASES[case]
    found = answer(imported.layer, **query)
    assert found == truth(sql)
    assert found


def test_what_cannot_be_carried_over_is_listed_with_its_place(imported: Imported):
    assert {(one.what, one.code): one.line for one in imported.lost} == {
        ("shop: LOOKER", "extension"): 1,
        ("field status: label", "key"): 23,
        ("field orders.in_mdx", "dialect"): 31,
        ("field orders.rank_of_rank", "nested_window"): 6,
        ("initial: SNOWFLAKE", "dialect"): 62,
        ("field customers.of_orders", "finer_grain"): 68,
        ("metric unknown_aggregate", "aggregate"): 90,
        ("metric nested", "nested_aggregate"): 91,
        ("metric templated", "template"): 92,
        ("relationship nowhere", "unknown_name"): 73,
        ("relationship orders_customer: ai_context", "key"): 72,
    }


def test_types_and_words_come_along(imported: Imported):
    layer = imported.layer
    assert layer.fields["orders.ordered_at"].kind == "time"
    assert layer.datasets["orders"].time == "ordered_at"
    assert layer.fields["customers.is_business"].kind == "boolean"
    assert layer.metrics["revenue"].synonyms == ("sales", "turnover")
    assert layer.definitions.ai_context.instructions == "Amounts are in euros."


def test_the_older_root_gives_the_same_model(tmp_path: Path, imported: Imported):
    document = yaml.load((FIXTURES / "ossie.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    version = document.pop("version")
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"version": version, "semantic_model": [document]}), encoding="utf-8")
    assert import_model("ossie", path, schema()).layer.definitions == imported.layer.definitions


def test_the_written_file_loads_and_names_its_origin(imported: Imported, tmp_path: Path):
    path = tmp_path / "written.yml"
    path.write_text(imported.text, encoding="utf-8")
    assert load([path]).definitions == imported.layer.definitions
    assert "# from ossie.yaml:" in imported.text
    assert "left out: metric nested" in " ".join(imported.text.replace("\n#  ", "").split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 0.2.0.dev0\nname: x\nontology: []\n", "no semantic model of Ossie"),
        ("version: [unclosed\n", "not valid YAML"),
        ("- a\n", "must hold a mapping"),
        ("name: x\ndatasets: 5\n", "expected a list"),
        ("name: x\ndatasets: [{name: a, source: 'a; DROP TABLE b'}]\n", ""),
    ],
)
def test_a_file_that_is_no_model_is_told_or_harmless(tmp_path: Path, text: str, message: str):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    if not message:
        assert import_model("ossie", path).layer.datasets["a"].source == "a; DROP TABLE b"  # a name, quoted in SQL
        return
    with pytest.raises(DefinitionError, match=message) as caught:
        import_model("ossie", path)
    assert all(one.file == str(path) and one.line >= 1 and one.remedy for one in caught.value.faults)


def differences(before: Definitions, after: Definitions) -> set[str]:
    """The places in which two models differ."""
    left, right = (one.model_dump(by_alias=True, exclude_defaults=True) for one in (before, after))
    found = {f"model.{key}" for key in left.keys() | right.keys() - set(_SECTIONS) if key not in _SECTIONS}
    found = {place for place in found if left.get(place[6:]) != right.get(place[6:])}
    for section in _SECTIONS:
        found |= _named(section, left.get(section, ()), right.get(section, ()))
    return found


def _named(place: str, left: Any, right: Any) -> set[str]:
    ours, theirs = ({one["name"]: one for one in entries} for entries in (left, right))
    found = {f"{place}.{name}" for name in ours.keys() ^ theirs.keys()}
    for name in ours.keys() & theirs.keys():
        one, other = ours[name], theirs[name]
        for key in (one.keys() | other.keys()) - {"fields", "measures"}:
            if one.get(key) != other.get(key):
                found.add(f"{place}.{name}.{key}")
        for key in ("fields", "measures"):
            found |= _named(f"{place}.{name}.{key}", one.get(key, ()), other.get(key, ()))
    return found


def test_our_own_model_comes_back_whole(tmp_path: Path, shipped: SemanticLayer):
    path = tmp_path / "own.yaml"
    path.write_text(export_ossie(shipped).text, encoding="utf-8")
    back = import_model("ossie", path)
    assert differences(shipped.definitions, back.layer.definitions) <= {"model.extends"}
    assert not back.remarks
    assert len(back.layer.metrics) == len(shipped.metrics) > 40


def test_the_older_root_comes_back_whole(tmp_path: Path, imported: Imported):
    path = tmp_path / "own.yaml"
    text = export_ossie(imported.layer, root="list").text
    path.write_text(text, encoding="utf-8")
    assert text.startswith("version: 0.2.0.dev0\nsemantic_model:")
    assert not differences(imported.layer.definitions, import_model("ossie", path).layer.definitions)


def test_without_the_extension_everything_that_differs_is_listed(tmp_path: Path, shipped: SemanticLayer):
    path = tmp_path / "plain.yaml"
    made = export_ossie(shipped, extensions=False)
    path.write_text(made.text, encoding="utf-8")
    back = import_model("ossie", path)
    listed = {one.place for one in (*made.remarks, *back.remarks) if one.place} | {"model.extends"}
    found = differences(shipped.definitions, back.layer.definitions)
    unlisted = {one for one in found if not any(one == place or one.startswith(f"{place}.") for place in listed)}
    assert not unlisted
    assert len(found) > 100


def test_a_plain_export_computes_the_same(tmp_path: Path, imported: Imported):
    path = tmp_path / "plain.yaml"
    path.write_text(export_ossie(imported.layer, extensions=False).text, encoding="utf-8")
    back = import_model("ossie", path, schema())
    for query, sql in (CASES["every aggregation"], CASES["ratio over two datasets"], CASES["condition over a link"]):
        assert answer(back.layer, **query) == truth(sql)


def test_sql_that_somebody_changed_wins_over_the_extension(tmp_path: Path, imported: Imported):
    document = yaml.load(export_ossie(imported.layer).text, yaml.CSafeLoader)
    metric = next(one for one in document["metrics"] if one["name"] == "largest")
    metric["expression"]["dialects"][0]["expression"] = "MIN(orders.amount)"
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    back = import_model("ossie", path, schema())
    assert answer(back.layer, metrics=["largest"]) == truth("SELECT min(amount) FROM orders")
    assert "changed" in {one.code for one in back.remarks}


def test_an_extension_made_up_by_somebody_is_checked(tmp_path: Path):
    data = json.dumps({"definition": {"measures": [{"name": "m", "agg": "sum", "expression": "(SELECT 1)"}], "x": 1}})
    entry = {"name": "a", "source": "a", "custom_extensions": [{"vendor_name": "TELLWISE", "data": data}]}
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump({"name": "x", "datasets": [entry, {"name": "b", "source": "b"}]}), encoding="utf-8")
    found = import_model("ossie", path)
    assert "a" not in found.layer.datasets
    assert any(one.code == "refused" and one.place.startswith("datasets.a") for one in found.lost)


@_needs_spec
@pytest.mark.parametrize("form", EXAMPLES)
def test_the_example_models_answer_questions(form: str):
    connection = duckdb.connect()
    connection.execute(_SALES)
    layer = import_model("ossie", EXAMPLES[form]).layer

    def ask(**query: Any) -> list[tuple[Any, ...]]:
        made = to_sql(layer, SemanticQuery.model_validate(query), as_of=AS_OF)
        return plain(connection.execute(made.sql).fetchall())

    def sql(text: str) -> list[tuple[Any, ...]]:
        return plain(connection.execute(text).fetchall())

    month = {"field": "metric_time", "grain": "month"}
    brands = [{"field": "item.i_brand"}, {"field": "store.s_state"}]
    assert ask(metrics=["total_sales", "total_profit"], group_by=brands) == (
        sql(f"SELECT i_brand, s_state, sum(ss_ext_sales_price), sum(ss_net_profit) FROM {_FACTS} GROUP BY 1, 2"
            " ORDER BY 1 NULLS LAST, 2 NULLS LAST")
    )  # fmt: skip
    assert ask(metrics=["total_sales"], group_by=[month], time_range={"start": "2024-01-01", "end": "2024-07-01"}) == (
        sql(f"SELECT date_trunc('month', d_date)::DATE, sum(ss_ext_sales_price) FROM {_FACTS}"
            " WHERE d_date < '2024-07-01' GROUP BY 1 ORDER BY 1")
    )  # fmt: skip
    assert ask(metrics=["customer_lifetime_value", "store_productivity"]) == sql(
        "SELECT n / (SELECT count(DISTINCT c_customer_sk) FROM customer),"
        " n / (SELECT sum(s_number_employees) FROM store)"
        " FROM (SELECT sum(ss_ext_sales_price) AS n FROM store_sales)"
    )


@_needs_spec
def test_an_ontology_is_told_to_be_none():
    with pytest.raises(DefinitionError, match="no `datasets`"):
        import_model("ossie", SPEC / "main_2026-07-31" / "examples" / "flights.yaml")


@_needs_spec
@pytest.mark.parametrize("extensions", [True, False])
def test_an_export_keeps_to_the_schema(shipped: SemanticLayer, extensions: bool):
    jsonschema = pytest.importorskip("jsonschema")
    folder = {"model": "one_model_per_file/ossie-schema.json", "list": "main_2026-07-31/osi-schema.json"}
    for root, name in folder.items():
        rules = json.loads((SPEC / name).read_text(encoding="utf-8"))
        text = export_ossie(shipped, extensions=extensions, root=root).text  # type: ignore[arg-type]  # a literal
        jsonschema.Draft202012Validator(rules).validate(yaml.load(text, yaml.CSafeLoader))


def test_a_bridge_counts_each_row_once_for_each_value(tmp_path: Path):
    """Orders by the category of their products: an order with two toys counts once among the toys."""
    links = [
        {"name": "line_order", "from": "lines", "to": "orders", "from_columns": ["order_id"], "to_columns": ["id"]},
        {"name": "line_item", "from": "lines", "to": "products", "from_columns": ["product_id"], "to_columns": ["id"]},
    ]
    model = {
        "name": "bridged",
        "datasets": [
            {"name": "orders", "source": "orders", "primary_key": ["id"]},
            {"name": "lines", "source": "order_items", "primary_key": ["id"], "role": "bridge"},
            {
                "name": "products",
                "source": "products",
                "primary_key": ["id"],
                "fields": [{"name": "category", "expression": "category"}],
            },
        ],
        "relationships": links,
        "metrics": [{"name": "amount", "expression": "SUM(orders.amount)"}],
    }
    path = tmp_path / "bridged.yaml"
    path.write_text(yaml.safe_dump(model), encoding="utf-8")
    layer = import_model("ossie", path, schema()).layer
    expected = truth(
        "SELECT category, sum(amount) FROM orders o LEFT JOIN (SELECT DISTINCT order_id, category FROM order_items i"
        " LEFT JOIN products p ON p.id = i.product_id) x ON x.order_id = o.id GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    assert answer(layer, **by("products.category", "amount")) == expected
