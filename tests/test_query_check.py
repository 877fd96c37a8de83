"""What a model refuses to answer, by which code, in which words, with which suggestions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from semantic_layer import (
    Definitions,
    QueryError,
    SemanticLayer,
    SemanticQuery,
    UnsafeQuery,
    check,
    data_checks,
    data_faults,
    orphan_checks,
    to_sql,
)
from tests.hard_cases.answers import AS_OF, asked, database, model

MONTH = {"field": "metric_time", "grain": "month"}


def refusal(query: SemanticQuery, layer: SemanticLayer | None = None) -> QueryError:
    with pytest.raises(QueryError) as caught:
        check(layer or model(), query)
    with pytest.raises(type(caught.value)):
        to_sql(layer or model(), query, as_of=AS_OF)
    return caught.value


REFUSED = [
    ({}, "E_EMPTY_AGGREGATION_QUERY", "The query asks for no metric."),
    ({"metrics": ["revenu"]}, "E_NAME_NOT_FOUND", "There is no metric `revenu`. Did you mean revenue"),
    ({"metrics": ["revenue"], "group_by": [{"field": "segment"}]}, "E_NAME_NOT_FOUND",
     "There is no field `segment`. Did you mean customers.segment?"),
    ({"metrics": ["revenue"], "filters": [{"field": "customers.segmnt", "op": "not_null"}]}, "E_NAME_NOT_FOUND",
     "There is no field or metric `customers.segmnt`. Did you mean customers.segment"),
    ({"metrics": ["revenue"], "group_by": [{"field": "regions.region_name", "via": "biling_region"}]},
     "E_NAME_NOT_FOUND", "There is no relationship `biling_region`. Did you mean billing_region"),
    ({"metrics": ["revenue", "revenue"]}, "E_NAME_COLLISION", "`revenue` is asked for more than once."),
    ({"metrics": ["revenue"], "group_by": [MONTH, MONTH]}, "E_NAME_COLLISION", "`metric_time_month` is asked for"),
    ({"metrics": ["revenue"], "group_by": [{"field": "metric_time"}]}, "E_GRAIN_MISSING", "needs a grain"),
    ({"metrics": ["revenue"], "group_by": [{"field": "orders.status", "grain": "day"}]}, "E_GRAIN_NOT_TIME",
     "`orders.status` is not a time and has no day."),
    ({"metrics": ["revenue"], "group_by": [{"field": "customers.signup_date", "grain": "hour"}]}, "E_GRAIN_TOO_FINE",
     "`customers.signup_date` holds days; it has no hours. Did you mean day?"),
    ({"metrics": ["customers"], "group_by": [{"field": "metric_time", "grain": "hour"}]}, "E_GRAIN_TOO_FINE",
     "`customers.signup_date` holds days"),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.status", "op": "in"}]}, "E_FILTER_VALUE",
     "lists no values"),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.status", "op": "eq", "values": ["a", "b"]}]},
     "E_FILTER_VALUE", "`eq` on `orders.status` needs 1 values, not 2."),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.amount", "op": "between", "values": [1]}]},
     "E_FILTER_VALUE", "needs 2 values, not 1."),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.amount", "op": "gt", "values": ["many"]}]},
     "E_FILTER_VALUE", "`orders.amount` is a number; 'many' is not."),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.amount", "op": "gt", "values": [True]}]},
     "E_FILTER_VALUE", "`orders.amount` is a number; True is not."),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.amount", "op": "like", "values": ["1%"]}]},
     "E_FILTER_VALUE", "`like` compares text, but `orders.amount` is a number."),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.ordered_at", "op": "ge", "values": ["last year"]}]},
     "E_FILTER_VALUE", "`orders.ordered_at` is a time; 'last year' is not."),
    ({"metrics": ["revenue"], "filters": [{"field": "orders.is_large", "op": "gt", "values": [True]}]},
     "E_FILTER_VALUE", "cannot compare `orders.is_large`, which is true or false."),
    ({"metrics": ["revenue"], "filters": [{"field": "revenue", "op": "gt", "values": ["x"]}]}, "E_FILTER_VALUE",
     "`revenue` is a number"),
    ({"metrics": ["revenue"], "compare": {}}, "E_COMPARE_NEEDS_PERIOD", "needs a period with a start and an end"),
    ({"metrics": ["revenue"], "compare": {"kind": "range"}}, "E_COMPARE_NEEDS_PERIOD", "needs its start and its end"),
    ({"metrics": ["revenue"], "group_by": [MONTH],
      "compare": {"kind": "range", "range": {"start": "2025-01-01", "end": "2025-02-01"}}}, "E_COMPARE_NEEDS_PERIOD",
     "the query's own period needs a start"),
    ({"metrics": ["revenue"], "compare": {}, "group_by": [MONTH, {"field": "metric_time", "grain": "year"}]},
     "E_COMPARE_GRAINS", "one grain of time only"),
    ({"metrics": ["revenue"], "order_by": [{"by": "orders"}]}, "E_ORDER_NOT_IN_QUERY", "sorted by `orders`"),
    ({"metrics": ["revenue"], "order_by": [{"by": "revenue", "column": "change"}]}, "E_ORDER_NOT_IN_QUERY",
     "`revenue` has no `change` here: nothing is compared."),
    ({"metrics": ["revenue"], "limit": 0}, "E_LIMIT", "A limit of 0 rows leaves nothing."),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code", "words"), REFUSED, ids=[f"{n}-{one[1]}" for n, one in enumerate(REFUSED)])
def test_what_cannot_be_answered_is_refused_with_a_code_and_a_sentence(query, code, words):
    found = refusal(asked(**query))
    assert found.code == code
    assert words in str(found)
    assert not isinstance(found, UnsafeQuery)


def test_every_fault_is_told_at_once():
    found = refusal(asked(metrics=["revenu", "tikets"], group_by=[{"field": "customers.segmet"}]))
    assert [fault.code for fault in found.faults] == ["E_NAME_NOT_FOUND"] * 3
    found = refusal(asked(metrics=["revenue"], group_by=[{"field": "metric_time"}], limit=-1))
    assert [fault.code for fault in found.faults] == ["E_GRAIN_MISSING", "E_LIMIT"]


UNSAFE = [
    ({"metrics": ["revenue"], "group_by": [{"field": "order_items.category"}]}, "E_UNAGGREGATED_FINER_GRAIN_REFERENCE",
     "One row of `orders` can have many rows of `order_items`"),
    ({"metrics": ["customers"], "group_by": [{"field": "orders.status"}]}, "E_UNAGGREGATED_FINER_GRAIN_REFERENCE",
     "One row of `customers` can have many rows of `orders`"),
    ({"metrics": ["average_order", "tickets"], "group_by": [{"field": "orders.status"}]}, "E_NO_PATH",
     "`tickets` has no many-to-one link to `orders`"),
    ({"metrics": ["tickets"], "group_by": [{"field": "regions.region_name", "via": "billing_region"}]}, "E_NO_PATH",
     "`tickets` is not linked to `regions` through `billing_region`."),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code", "words"), UNSAFE)
def test_what_would_repeat_rows_is_unsafe(query, code, words):
    found = refusal(asked(**query))
    assert isinstance(found, UnsafeQuery)
    assert found.code == code
    assert words in str(found)


def test_a_refused_breakdown_names_metrics_of_the_same_unit_that_can_be_broken_down():
    found = refusal(asked(metrics=["revenue"], group_by=[{"field": "order_items.category"}]))
    assert found.faults[0].suggestions == ()
    layer = changed({"order_items.qty": {"unit": "EUR"}})
    found = refusal(asked(metrics=["revenue"], group_by=[{"field": "order_items.category"}]), layer)
    assert found.faults[0].suggestions == ("items",)


def changed(metrics=None, links=None) -> SemanticLayer:
    """The model with some metrics (by measure) and relationships (by name) changed."""
    now = model().definitions
    made = tuple(one.model_copy(update=(metrics or {}).get(getattr(one, "measure", ""), {})) for one in now.metrics)
    linked = tuple(one.model_copy(update=(links or {}).get(one.name, {})) for one in now.relationships)
    return SemanticLayer(now.model_copy(update={"metrics": made, "relationships": linked}), schema=model().schema)


def test_two_ways_to_a_dataset_must_be_told_apart():
    layer = changed(links={name: {"secondary": False} for name in ("billing_region", "shipping_region")})
    found = refusal(asked(metrics=["revenue"], group_by=[{"field": "regions.region_name"}]), layer)
    assert isinstance(found, UnsafeQuery)
    assert found.code == "E_AMBIGUOUS_PATH"
    assert found.faults[0].suggestions == ("billing_region", "shipping_region", "order_customer/customer_region")
    named = asked(
        metrics=["revenue"], group_by=[{"field": "regions.region_name", "via": "order_customer/customer_region"}]
    )
    check(layer, named)


def test_a_metric_without_a_time_has_no_periods():
    layer = SemanticLayer(
        model().definitions.model_copy(
            update={"datasets": tuple(d.model_copy(update={"time": None}) for d in model().definitions.datasets)}
        )
    )
    for part in ({"time_range": {"start": "2025-01-01"}}, {"group_by": [MONTH]}):
        assert refusal(asked(metrics=["customers"], **part), layer).code == "E_NO_TIME"
    check(layer, asked(metrics=["customers"]))


def test_hidden_names_are_unknown_also_in_suggestions():
    now = model().definitions
    datasets = tuple(
        one.model_copy(
            update={"fields": tuple(f.model_copy(update={"hidden": f.name == "segment"}) for f in one.fields)}
        )
        for one in now.datasets
    )
    metrics = tuple(one.model_copy(update={"hidden": one.name == "refunds"}) for one in now.metrics)
    layer = SemanticLayer(now.model_copy(update={"datasets": datasets, "metrics": metrics}))
    found = refusal(asked(metrics=["refunds"], group_by=[{"field": "customers.segment"}, {"field": "segmen"}]), layer)
    assert [fault.code for fault in found.faults] == ["E_NAME_NOT_FOUND"] * 3
    assert not any("segment" in name or "refunds" in name for fault in found.faults for name in fault.suggestions)
    check(layer, asked(metrics=["net_revenue"]))


def test_an_inactive_name_is_refused_with_its_reason():
    layer = SemanticLayer(model().definitions, {"gone": "there is no table `gone`."})
    found = refusal(asked(metrics=["gone"]), layer)
    assert found.code == "E_INACTIVE"
    assert "there is no table `gone`" in str(found)


def test_a_period_that_ends_before_it_starts_cannot_be_written():
    with pytest.raises(ValidationError, match=r"ends .* before it starts"):
        asked(metrics=["revenue"], time_range={"start": "2025-02-01", "end": "2025-01-01"})


def test_data_checks_count_what_breaks_the_models_claims():
    layer = model()
    con = database().cursor()
    results = {name: con.execute(sql).fetchone()[0] for name, sql in data_checks(layer).items()}
    assert set(results.values()) == {0}
    assert data_faults(layer, results) == ()
    con.execute("CREATE OR REPLACE TEMP TABLE customers AS SELECT * FROM main.customers WHERE customer_id <> 7")
    con.execute("INSERT INTO customers SELECT * FROM main.customers WHERE customer_id IN (1, 2)")
    broken = {name: con.execute(sql).fetchone()[0] for name, sql in data_checks(layer).items()}
    con.execute("DROP TABLE temp.customers")
    found = {fault.check: fault for fault in data_faults(layer, broken)}
    lost = con.execute("SELECT count(*) FROM orders WHERE customer_id = 7").fetchone()[0]
    assert found["key:customers:customer_id"].rows == 2
    assert found["key:customers:customer_id"].severe
    assert found["orphans:order_customer"].rows == lost > 0
    assert "point to a `customers` that does not exist" in found["orphans:order_customer"].sentence
    assert data_faults(layer, broken)[0].severe


def test_the_orphan_checks_of_a_query_are_those_of_the_links_it_walks():
    query = asked(metrics=["revenue", "items"], group_by=[{"field": "regions.region_name"}])
    assert set(orphan_checks(model(), query)) == {
        f"orphans:{name}" for name in ("order_customer", "customer_region", "item_order")
    }
    assert orphan_checks(model(), asked(metrics=["revenue"])) == {}
    listed = asked(entity="customers", metrics=["tickets"])
    assert set(orphan_checks(model(), listed)) == {"orphans:ticket_customer"}


def test_a_list_needs_a_key_to_tell_its_rows_apart():
    now = model().definitions
    datasets = tuple(
        one.model_copy(update={"primary_key": ()}) if one.name == "tickets" else one for one in now.datasets
    )
    layer = SemanticLayer(now.model_copy(update={"datasets": datasets}), schema=model().schema)
    assert refusal(asked(entity="tickets"), layer).code == "E_PRIMARY_KEY_REQUIRED"


def test_a_metric_over_entities_is_not_of_a_window():
    per_customer = {
        "name": "x",
        "type": "per_entity",
        "entity": "customers",
        "metric": "running_orders",
        "agg": "average",
    }
    now = model().definitions.model_dump(by_alias=True)
    layer = SemanticLayer(Definitions.model_validate({**now, "metrics": [*now["metrics"], per_customer]}))
    assert refusal(asked(metrics=["x"]), layer).code == "E_NESTED_AGGREGATION_DEFERRED"


def test_every_code_of_a_refusal_is_tested():
    folder = Path(__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in (folder.parent / "semantic_layer").glob("*.py"))
    tests = "".join(path.read_text(encoding="utf-8") for path in folder.glob("test_*.py"))
    assert set(re.findall(r'"(E_[A-Z_]+)"', source)) - set(re.findall(r"E_[A-Z_]+", tests)) == set()
