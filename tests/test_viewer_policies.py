"""Row and column rules bound to a viewer: what follows from them for every table, and for the names a viewer knows."""

from __future__ import annotations

import pytest

from semantic_layer import DefinitionError, QueryError, SemanticLayer, Viewer, check, for_viewer, load, policy_for
from semantic_layer.model import RowPolicy
from tests.hard_cases.answers import FOLDER, asked, compiled, database, model, truth
from tests.hard_cases.data import schema
from tests.hard_cases.views import under

EVA = Viewer("Eva", attributes={"region": "EU"})
EU_CUSTOMERS = "(SELECT customer_id FROM customers WHERE region_id = 1)"


def protected(**policies) -> SemanticLayer:
    """The model with a rule on each dataset named."""
    now = model().definitions
    datasets = tuple(
        one.model_copy(update={"policy": RowPolicy(**policies[one.name])}) if one.name in policies else one
        for one in now.datasets
    )
    return SemanticLayer(now.model_copy(update={"datasets": datasets}), schema=schema())


def seen(layer, viewer, query):
    sql = under(compiled(query, layer).sql, policy_for(layer, viewer))
    return database().execute(sql).fetchall()


REGIONS = {"rows": "region_name = viewer.region", "except_roles": ("admin",)}


@pytest.mark.parametrize(
    ("metric", "sql"),
    [
        ("revenue", f"SELECT sum(amount) FROM orders WHERE customer_id IN {EU_CUSTOMERS}"),
        ("items", f"SELECT sum(qty) FROM order_items JOIN orders USING (order_id) WHERE customer_id IN {EU_CUSTOMERS}"),
        ("tickets", f"SELECT count(*) FROM tickets WHERE customer_id IN {EU_CUSTOMERS}"),
        ("customers", "SELECT count(*) FROM customers WHERE region_id = 1"),
    ],
)
def test_a_rule_holds_for_everything_that_belongs_to_the_protected_rows(metric, sql):
    layer = protected(regions=REGIONS)
    assert seen(layer, EVA, asked(metrics=[metric])) == truth(sql)


def test_hard_case_23_the_query_does_not_touch_the_protected_table():
    layer = protected(regions=REGIONS)
    made = compiled(asked(metrics=["revenue"]), layer)
    assert "regions" not in made.sql
    own = truth("SELECT sum(amount) FROM orders JOIN customers USING (customer_id) WHERE region_id = 1")
    assert seen(layer, EVA, asked(metrics=["revenue"])) == own
    assert own != truth("SELECT sum(amount) FROM orders")


def test_a_role_of_the_same_dataset_opens_nothing():
    """Orders shipped to the EU by customers elsewhere stay hidden."""
    layer = protected(regions=REGIONS)
    query = asked(metrics=["orders"], group_by=[{"field": "regions.region_name", "via": "shipping_region"}])
    found = dict(seen(layer, EVA, query))
    assert sum(found.values()) == truth(f"SELECT count(*) FROM orders WHERE customer_id IN {EU_CUSTOMERS}")[0][0]


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (Viewer("nobody"), False),
        (Viewer("wrong attribute", attributes={"country": "EU"}), False),
        (Viewer("empty list", attributes={"region": ()}), False),
        (Viewer("a list where one value is compared", attributes={"region": ("EU", "US")}), False),
        (Viewer("Ada", frozenset({"admin"})), True),
        (Viewer("other role", frozenset({"analyst"})), False),
    ],
    ids=lambda part: part.name if isinstance(part, Viewer) else "",
)
def test_what_is_not_known_is_closed(viewer, sees):
    layer = protected(regions=REGIONS)
    for metric in ("orders", "customers", "tickets"):
        assert bool(seen(layer, viewer, asked(metrics=[metric]))[0][0]) is sees


def test_lists_of_values_and_quotes_in_them():
    layer = protected(regions={"rows": "region_name IN viewer.regions"})
    two = Viewer("two", attributes={"regions": ["EU", "US"]})
    sql = "SELECT count(*) FROM customers WHERE region_id IN (1, 2)"
    assert seen(layer, two, asked(metrics=["customers"])) == truth(sql)
    sly = Viewer("sly", attributes={"regions": ["EU') OR ('1' = '1"]})
    assert seen(layer, sly, asked(metrics=["customers"])) == [(0,)]


def test_two_rules_hold_together():
    layer = protected(regions=REGIONS, customers={"rows": "segment = viewer.segment"})
    viewer = Viewer("both", attributes={"region": "EU", "segment": "smb"})
    sql = "SELECT count(*) FROM orders JOIN customers USING (customer_id) WHERE region_id = 1 AND segment = 'smb'"
    assert seen(layer, viewer, asked(metrics=["orders"])) == truth(sql)


def test_tables_outside_the_model_are_closed_with_any_rule():
    layer = protected(regions=REGIONS)
    assert policy_for(layer, EVA)["time_spine"].rows == "FALSE"
    assert policy_for(model(), EVA) == {}


def test_tables_that_belong_to_nothing_protected_stay_open():
    layer = protected(order_items={"rows": "category = viewer.category"})
    assert "orders" not in policy_for(layer, EVA)


def test_a_field_in_a_rule_is_written_out_in_columns():
    layer = protected(orders={"rows": "is_large = viewer.large"})
    viewer = Viewer("large", attributes={"large": True})
    sql = "SELECT count(*) FROM orders WHERE amount - coalesce(refund, 0) >= 250"
    assert seen(layer, viewer, asked(metrics=["orders"])) == truth(sql)


def test_hidden_fields_and_what_is_computed_from_them_are_unknown():
    layer = for_viewer(protected(orders={"hidden_fields": ("amount",)}), EVA)
    assert policy_for(layer, EVA)["orders"].hidden == {"amount"}
    for name in ("revenue", "average_order", "running_revenue", "net_amount"):
        with pytest.raises(QueryError) as caught:
            check(layer, asked(metrics=[name]))
        assert caught.value.code == "E_NAME_NOT_FOUND"
        assert not {"revenue", "net_amount", "paid_revenue"} & set(caught.value.faults[0].suggestions)
    for name in ("amount", "net_of_refund", "is_large"):
        with pytest.raises(QueryError) as caught:
            check(layer, asked(metrics=["orders"], group_by=[{"field": f"orders.{name}"}]))
        assert caught.value.code == "E_NAME_NOT_FOUND"
    check(layer, asked(metrics=["orders", "buyers"]))


def test_a_segment_on_a_hidden_field_is_unknown():
    layer = for_viewer(protected(orders={"hidden_fields": ("status",)}), EVA)
    with pytest.raises(QueryError, match="E_NAME_NOT_FOUND"):
        check(layer, asked(entity="customers", filters=[{"field": "cancelled_once", "op": "eq", "values": [True]}]))


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("rows: customers.segment = viewer.x", "`customers.segment` is not a column of `regions`, nor of the viewer"),
        ("rows: regon_name = viewer.x", "table `regions` has no column `regon_name`"),
        ("rows: (SELECT true)", "is not one SQL expression"),
        ("hidden_fields: [regin_name]", "there is no field `regions.regin_name`. Did you mean `region_name`"),
        ("hidden_fields: [region_id]", "`region_id` is a key or a link"),
        ("row: x", "unknown key `row`. Did you mean `rows`"),
    ],
)
def test_a_wrong_rule_is_told(tmp_path, policy, message):
    text = (FOLDER / "model.yml").read_text(encoding="utf-8")
    start = "    source: regions\n"
    changed = text.replace(start, f"{start}    policy: {{{policy}}}\n").replace(
        "{name: region_name}", "{name: region_name}\n      - {name: region_id}"
    )
    path = tmp_path / "model.yml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load([path], schema())
    assert message in str(caught.value)
