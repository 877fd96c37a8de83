"""Ratios whose parts mean different things by one field are refused; those that mean the same are not."""

from __future__ import annotations

import pytest

from semantic_layer import GroupBy, SemanticLayer, SemanticQuery, UnsafeQuery, check, load

MODEL = """
version: 1
datasets:
  - {name: campaign, source: campaign, primary_key: [id], fields: [{name: id}, {name: title}]}
  - {name: customer, source: customer, entity: true, primary_key: [id], fields: [{name: id}, {name: country}]}
  - {name: sale, source: sale, primary_key: [id], fields: [{name: id}], measures: [{name: sales, agg: count}]}
  - {name: visit, source: visit, primary_key: [id], fields: [{name: id}], measures: [{name: visits, agg: count}]}
  - name: spend
    source: spend
    primary_key: [id]
    fields: [{name: id}]
    measures: [{name: spent, agg: sum, expression: amount}]
relationships:
  - {name: sale_campaign, from: sale, to: campaign, from_columns: [campaign_id], to_columns: [id]}
  - {name: sale_customer, from: sale, to: customer, from_columns: [customer_id], to_columns: [id]}
  - {name: visit_customer, from: visit, to: customer, from_columns: [customer_id], to_columns: [id]}
  - name: customer_campaign
    from: customer
    to: campaign
    from_columns: [campaign_id]
    to_columns: [id]
    secondary: true
  - {name: spend_campaign, from: spend, to: campaign, from_columns: [campaign_id], to_columns: [id]}
metrics:
  - {name: sales, type: simple, measure: sale.sales}
  - {name: visits, type: simple, measure: visit.visits}
  - {name: spent, type: simple, measure: spend.spent}
  - {name: conversion, type: ratio, numerator: sales, denominator: visits}
  - {name: cost_per_sale, type: ratio, numerator: spent, denominator: sales}
"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> SemanticLayer:
    path = tmp_path_factory.mktemp("roles") / "model.yml"
    path.write_text(MODEL, encoding="utf-8")
    return load([path])


def asked(metric: str, field: str, via: str = "") -> SemanticQuery:
    return SemanticQuery(metrics=(metric,), group_by=(GroupBy(field=field, via=via),))


def test_a_sale_has_its_own_campaign_and_a_visit_that_of_its_customer(layer: SemanticLayer) -> None:
    with pytest.raises(UnsafeQuery) as caught:
        check(layer, asked("conversion", "campaign.title"))
    assert [fault.code for fault in caught.value.faults] == ["E_MIXED_ROLES"]


@pytest.mark.parametrize(
    ("metric", "field"),
    [("conversion", "customer.country"), ("cost_per_sale", "campaign.title"), ("sales", "campaign.title")],
)
def test_the_customer_and_whose_money_it_was_are_one_thing(layer: SemanticLayer, metric: str, field: str) -> None:
    check(layer, asked(metric, field))


def test_a_way_that_is_named_is_meant(layer: SemanticLayer) -> None:
    check(layer, asked("conversion", "campaign.title", "customer_campaign"))
