"""What a model implies is named by its tables and columns, however long those are."""

from __future__ import annotations

import re

import pytest

from semantic_layer import implied_metric, load, with_implied

TABLE, AMOUNT, KIND, DAY = "t" * 78, "a" * 78, "k" * 78, "d" * 78
YAML = f"""
datasets:
  - name: {TABLE}
    source: core.long
    primary_key: [id]
    time: {DAY}
    description: Rows of a table with a long name.
    fields:
      - {{name: {AMOUNT}, expression: amount, kind: number, description: An amount.}}
      - {{name: {AMOUNT}x, expression: amount_x, kind: number, description: Another amount.}}
      - {{name: {KIND}, expression: kind, kind: categorical, description: A kind.}}
      - {{name: {DAY}, expression: day, kind: time, description: A day.}}
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("long") / "long.yml"
    path.write_text(YAML)
    return with_implied(load([path]))


def test_names_too_long_for_a_definition_are_cut_and_stay_names(model) -> None:
    made = [one for one in model.metrics if re.search(r"^(sum|average|count|count_distinct)_of_", one)]
    assert made
    assert all(len(one) <= 80 for one in made)


def test_two_long_names_that_begin_alike_stay_two(model) -> None:
    sums = {implied_metric(model, f"{TABLE}.{field}", "sum") for field in (AMOUNT, f"{AMOUNT}x")}
    assert len(sums - {""}) == 2


def test_the_weekday_of_a_long_time_is_still_found_by_its_end(model) -> None:
    assert [one.name for one in model.datasets[TABLE].fields if one.name.endswith("_weekday")]
