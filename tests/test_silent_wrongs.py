"""Words that narrow, compare or count something else than what would be answered: refused, or heeded."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding import Understanding
from assistant.understanding.running import still_running
from semantic_layer import Filter, SemanticQuery, load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML, read

PASSES = (
    YAML.replace(
        "relationships:\n",
        """  - name: pass
    source: pass
    label: Passes
    primary_key: [pass_id]
    time: bought_at
    fields:
      - {name: bought_at, label: Day of purchase, type: time}
      - {name: kind, label: Kind of pass, ai_context: {synonyms: [kind]}}
      - {name: pass_state, expression: state, label: Pass state}
    measures:
      - {name: running, agg: count, filter: state = 'running'}
  - name: parcel
    source: parcel
    label: Parcels
    primary_key: [parcel_id]
    time: opened_at
    fields:
      - {name: opened_at, label: Opening date, type: time}
      - {name: parcel_stage, label: Parcel stage}
    measures:
      - {name: won, agg: count, filter: is_won}
relationships:
  - {name: pass_member, from: pass, to: member, from_columns: [member_id], to_columns: [member_id]}
""",
    )
    + """
  - {name: running_passes, measure: pass.running, time: none, label: Running passes, ai_context: {synonyms: [passes]}}
  - {name: parcels_won, measure: parcel.won, label: Parcels won}
  - {name: ride_rate, type: ratio, numerator: aborted_rides, denominator: rides, format: percent, label: Abort rate,
     ai_context: {synonyms: [share of aborted rides, aborting]}}
"""
)
KNOWN = {
    **VALUES,
    "pass.kind": (("Monthly", 5), ("Yearly", 4)),
    "pass.pass_state": (("running", 6), ("ended", 3)),
    "parcel.parcel_stage": (("Won", 3), ("Lost", 4)),
    "member.tier": (("Gold", 5), ("Silver", 9), ("Older", 1)),
}


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path: Path = tmp_path_factory.mktemp("bikes") / "bikes.yml"
    path.write_text(PASSES, encoding="utf-8")
    return Understanding(with_implied(load([path])), KNOWN, TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "current members",
        "older members",
        "shipped rides",
        "average of the average ride distance by city",
        "rides including aborted ones",
        "May rides by year",
        "how often did members repair",
        "rides on Black Friday vs last Black Friday",
        "running passes last year",
        "members who had a Monthly pass",
        "parcels won in stage Lost",
        "which parcel stage has the most parcels won",
        "rides of members with a platform",
    ],
)
def test_what_would_narrow_the_answer_is_not_left_out(bikes: Understanding, question: str) -> None:
    assert isinstance(bikes.plan(question), (Refusal, Clarification))


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("members", "members"),
        ("average ride distance by city", "distance"),
        ("rides without aborted ones", "rides"),
        ("May rides by month", "rides"),
        ("running passes", "running_passes"),
        ("parcels won", "parcels_won"),
        ("what share of rides were aborted", "ride_rate"),
    ],
)
def test_the_same_without_that_word_is_answered(bikes: Understanding, question: str, metric: str) -> None:
    assert metric in read(bikes, question).metrics


def test_a_word_for_fields_behind_a_field_is_no_second_breakdown(bikes: Understanding) -> None:
    assert [group.field for group in read(bikes, "rides for every platform level").group_by] == ["ride.platform"]


def test_what_has_ended_does_not_count_as_had(bikes: Understanding) -> None:
    monthly = Filter(field="pass.kind", op="in", values=("Monthly",), entity="member")
    plan = Plan(SemanticQuery(metrics=("members",), filters=(monthly,)))
    running = monthly.model_copy(update={"field": "pass.pass_state", "values": ("running",)})
    now = still_running(plan, bikes.tokens("members with a monthly pass"), bikes.world)
    then = still_running(plan, bikes.tokens("members who had a monthly pass"), bikes.world)
    assert now.query.filters == (monthly, running)
    assert now.notes
    assert then == plan


def test_a_named_month_against_the_last_one_is_a_year_apart(bikes: Understanding) -> None:
    query = read(bikes, "rides in November compared to last November")
    assert query.time_range is not None
    assert query.compare is not None
    assert query.compare.range is not None
    assert query.time_range.start == date(2026, 11, 1)
    assert query.compare.range.start == date(2025, 11, 1)


def test_by_those_who_did_it_is_no_breakdown(bikes: Understanding) -> None:
    query = read(bikes, "rides aborted by members in Lyon")
    assert query.group_by == ()
    assert Filter(field="ride.town", op="in", values=("Lyon",)) in query.filters or query.filters


def test_the_week_of_a_named_day_is_the_week(bikes: Understanding) -> None:
    query = read(bikes, "rides in the week of Black Friday 2025")
    assert query.time_range is not None
    assert (query.time_range.start, query.time_range.end) == (date(2025, 11, 24), date(2025, 12, 1))
    assert query.filters == ()


@pytest.mark.parametrize(
    "question",
    [
        "repairs of rides started in May",
        "rides in the last days of May",
        "members from cities with more than 3 rides",
    ],
)
def test_what_a_clause_says_of_others_is_not_taken_for_the_number(bikes: Understanding, question: str) -> None:
    outcome = bikes.plan(question)
    assert not isinstance(outcome, Plan) or outcome.query.time_range is None, outcome
