"""Levels that stand in for a number of today by time, and words that keep their own meaning inside longer names."""

from pathlib import Path

import pytest

from assistant.answer import Plan
from assistant.understanding import Understanding
from semantic_layer import load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML, read

LEVELS = YAML.replace(
    "relationships:\n",
    """  - name: pass
    source: pass
    label: Passes
    primary_key: [pass_id]
    time: sold_at
    fields:
      - {name: sold_at, label: Sale date, type: time}
      - {name: plan, label: Plan, ai_context: {synonyms: [kind of pass]}}
      - {name: end_reason, label: End reason}
    measures:
      - {name: running, agg: count, filter: ended_at IS NULL}
      - {name: sold, agg: count}
  - name: pass_month
    source: pass_month
    label: Passes by month
    primary_key: [month, pass_id]
    time: month_end
    fields:
      - {name: month_end, expression: month, type: time, label: Month end}
    measures:
      - {name: level, agg: count, non_additive: {time: month_end}}
relationships:
  - {name: pass_month_pass, from: pass_month, to: pass, from_columns: [pass_id], to_columns: [pass_id]}
""",
).replace(
    "metrics:\n",
    """metrics:
  - {name: running_passes, measure: pass.running, time: none, stand_ins: [passes_at_month_end], label: Running passes}
  - {name: passes_at_month_end, measure: pass_month.level, label: Passes at month end}
  - {name: new_passes, measure: pass.sold, label: New passes}
""",
)
PLANS = {**VALUES, "pass.plan": (("Weekly rider", 3), ("Basic", 4)), "pass.end_reason": (("moved away", 2),)}


@pytest.fixture(scope="module")
def passes(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path: Path = tmp_path_factory.mktemp("passes") / "passes.yml"
    path.write_text(LEVELS, encoding="utf-8")
    return Understanding(with_implied(load([path])), PLANS, TODAY)


@pytest.mark.parametrize(
    ("question", "start", "grain"),
    [
        ("running passes at the end of 2025", "2025-01-01", ""),
        ("running passes at the end of each quarter in 2025", "2025-01-01", "quarter"),
        ("running passes by month in 2025", "2025-01-01", "month"),
    ],
)
def test_a_number_of_today_is_told_of_the_past_by_its_level(
    passes: Understanding, question: str, start: str, grain: str
) -> None:
    query = read(passes, question)
    assert query.metrics == ("passes_at_month_end",)
    assert query.time_range is not None
    assert str(query.time_range.start) == start
    assert [group.grain for group in query.group_by] == ([grain] if grain else [])


def test_without_a_time_it_stays_the_number_of_today(passes: Understanding) -> None:
    assert read(passes, "running passes by plan").metrics == ("running_passes",)


@pytest.mark.parametrize(
    "question",
    [
        "takings at the end of 2025",  # what is added up has no end
        "running passes by end reason in 2025",  # what ran has not ended
    ],
)
def test_a_level_answers_for_nothing_else(passes: Understanding, question: str) -> None:
    assert not isinstance(passes.plan(question), Plan)


def test_a_value_inside_a_name_is_a_condition(passes: Understanding) -> None:
    query = read(passes, "new Basic passes in 2025")
    assert query.metrics == ("new_passes",)
    assert [(one.field, one.values) for one in query.filters] == [("pass.plan", ("Basic",))]
