"""One word that changes the answer: it is heeded, or the question is refused; who "how many" asks for is counted."""

from datetime import date

import pytest

from assistant.answer import Clarification, Plan
from assistant.understanding import Understanding
from semantic_layer import Filter, SemanticQuery, TimeRange, load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML, rental

IN_2025 = TimeRange(start=date(2025, 1, 1), end=date(2026, 1, 1), label="2025")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return rental(tmp_path_factory.mktemp("idle"))


def did(metric: str, period: TimeRange | None = IN_2025) -> Filter:
    return Filter(field=metric, op="ge", values=(1,), entity="member", time_range=period)


GOLD = Filter(field="member.tier", op="in", values=("Gold",))


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("how many members had rides in 2025", (did("rides"),)),
        ("how many gold members with rides in 2025", (GOLD, did("rides"))),
        ("number of cyclists with repairs", (did("repairs", None),)),
    ],
)
def test_how_many_counts_what_it_names(room: Understanding, question: str, filters: tuple[Filter, ...]) -> None:
    plan = room.plan(question)
    assert isinstance(plan, Plan), plan
    assert plan.query == SemanticQuery(metrics=("members",), filters=filters)


def test_where_they_rode_is_not_where_the_takings_are_from(room: Understanding) -> None:
    plan = room.plan("takings of members who had rides in Lyon")
    ridden = did("rides", None).model_copy(update={"where": (Filter(field="ride.town", op="in", values=("Lyon",)),)})
    assert isinstance(plan, Plan), plan
    assert plan.query == SemanticQuery(metrics=("ride_fees",), filters=(ridden,))


@pytest.mark.parametrize(
    "question",
    [
        "how many rides does a member take in 2025",  # of one, not of all
        "how many repairs did a member have in 2025",
        "takings per web ride",
        "takings per aborted ride",
        "takings each Monday",
        "takings from members who only had rides on the web",
        "total of takings and repair cost in 2025",
        "which town has the most rides and the fewest repairs",
        "rides in April or May 2026",  # one number, not one for each month
        "members at the end of 2025",
        "of the rides in 2025, how many had repairs in May",
        "how much does a member bring in",
        "do members like us",
        "what do gold members repair",
        "how many members can we web",  # a value as a verb
        "most expensive platform by rides",
    ],
)
def test_a_word_that_would_change_nothing_is_refused(room: Understanding, question: str) -> None:
    assert not isinstance(room.plan(question), Plan)


def test_a_period_beside_what_is_counted_is_its_own(room: Understanding) -> None:
    plan = room.plan("how many rides in 2025 had repairs")
    assert isinstance(plan, Plan), plan
    had = Filter(field="repairs", op="ge", values=(1,), entity="ride")
    assert plan.query == SemanticQuery(metrics=("rides",), filters=(had,), time_range=IN_2025)


def test_a_period_behind_two_things_that_happen_is_asked_back(room: Understanding) -> None:
    asked = room.plan("how many rides had repairs in 2025")
    assert isinstance(asked, Clarification)
    assert {option.plan.query.time_range for option in asked.options} == {None, IN_2025}


PARTS = YAML.replace(
    "      - {name: joined_at, label: Joining date, type: time}\n",
    "      - {name: joined_at, label: Joining date, type: time}\n"
    "      - {name: likes, label: Favourite part}\n      - {name: near, label: Nearest workshop}\n",
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path = tmp_path_factory.mktemp("parts") / "parts.yml"
    path.write_text(PARTS, encoding="utf-8")
    return Understanding(with_implied(load([path])), VALUES, TODAY)


@pytest.mark.parametrize("question", ["takings by part", "top 2 parts by takings", "how many rides by part"])
def test_a_part_of_a_name_gives_way_to_a_whole_name(parts: Understanding, question: str) -> None:
    """Takings cannot be split by the part that was repaired; the members' favourite part is another thing."""
    plan = parts.plan(question)
    assert not isinstance(plan, Plan) or "member.likes" not in {group.field for group in plan.query.group_by}


def test_the_whole_name_is_still_read(parts: Understanding) -> None:
    plan = parts.plan("takings by favourite part")
    assert isinstance(plan, Plan), plan
    assert [group.field for group in plan.query.group_by] == ["member.likes"]
    repaired = parts.plan("repair cost by part")
    assert isinstance(repaired, Plan), repaired
    assert [group.field for group in repaired.query.group_by] == ["repair.part"]


@pytest.mark.parametrize(
    "question",
    ["takings by city", "takings per web ride", "gross web yield by place last month vs the month before, what?"],
)
def test_a_trace_is_short_enough_to_read(room: Understanding, question: str) -> None:
    told = str(room.explain(question)).splitlines()
    assert len(told) <= 25
    assert all(len(line) <= 160 for line in told)


def test_a_trace_tells_why_the_losers_lost(room: Understanding) -> None:
    assert any("behind" in line for line in room.explain("takings by city").lost)
    assert "no use for: per" in room.explain("takings per web ride").lost
