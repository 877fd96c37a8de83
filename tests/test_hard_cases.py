"""The hard cases: each equal to hand-written SQL, or refused where refusing is right."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from semantic_layer import SemanticLayer, SemanticQuery, UnsafeQuery
from tests.hard_cases.answers import FOLDER, compiled, model, rows_of, same_rows, truth

CASES = yaml.safe_load(Path(FOLDER / "cases.yml").read_text(encoding="utf-8"))


def layer_of(case) -> SemanticLayer:
    month = case.get("fiscal_year_start_month")
    if month is None:
        return model()
    changed = model().definitions.model_copy(update={"fiscal_year_start_month": month})
    return SemanticLayer(changed, schema=model().schema)


@pytest.mark.parametrize("case", [one for one in CASES if "viewer" not in one], ids=lambda case: case["case"])
def test_hard_case(case):
    query, layer = SemanticQuery.model_validate(case["query"]), layer_of(case)
    if "refused" in case:
        with pytest.raises(UnsafeQuery) as caught:
            compiled(query, layer)
        assert caught.value.code == case["refused"]
        return
    found = rows_of(query, layer)
    assert same_rows(found, truth(case["truth"])), compiled(query, layer).sql
    assert found
    assert len(found) == case.get("rows", len(found))
    for name, values in case.get("column", {}).items():
        place = [column.name for column in compiled(query, layer).columns].index(name)
        assert [row[place] for row in found] == values


def test_all_are_there():
    assert [case["case"] for case in CASES] == [f"H{number:02d}" for number in range(1, 29)]
