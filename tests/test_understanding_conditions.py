"""Conditions with numbers and deeds, lists, shares, words that lie apart, and questions about meanings."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.understanding import Understanding, interpret
from semantic_layer import Comparison, Filter, GroupBy, OrderBy, SemanticQuery, Share, TimeRange
from tests.understanding_layer import TODAY, rental, rental_layer

CITY, MONTH = GroupBy(field="ride.town"), GroupBy(field="metric_time", grain="month")
LAST_YEAR = TimeRange(start=date(2025, 1, 1), end=date(2026, 1, 1))
RUNNING_YEAR = TimeRange(start=date(2026, 1, 1), end=date(2026, 11, 22), partial=True)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return rental(tmp_path_factory.mktemp("layer"))


def plain(span: TimeRange | None) -> TimeRange | None:
    return span.model_copy(update={"label": ""}) if span else None


def meant(room: Understanding, question: str) -> SemanticQuery:
    plan = room.plan(question)
    assert isinstance(plan, Plan), plan
    query = plan.query
    filters = tuple(f.model_copy(update={"time_range": plain(f.time_range)}) for f in query.filters)
    return query.model_copy(update={"time_range": plain(query.time_range), "filters": filters})


def per_member(metric: str, op: str, *values: float, **parts: object) -> Filter:
    return Filter.model_validate({"field": metric, "op": op, "values": values, "entity": "member", **parts})


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("how many members took a ride at least twice", (per_member("rides", "gt", 1),)),
        ("members with more than 5 rides", (per_member("rides", "gt", 5),)),
        ("how many members have exactly one ride", (per_member("rides", "eq", 1),)),
        ("members with between 3 and 5 rides", (per_member("rides", "between", 3, 5),)),
        ("members with 1,000 or more rides", (per_member("rides", "ge", 1000),)),
        ("members with rides", (per_member("rides", "ge", 1),)),
        ("members without rides", (per_member("rides", "eq", 0),)),
        ("members with 20 rides", None),
        ("members with takings over €500 in 2025", (per_member("ride_fees", "gt", 500, time_range=LAST_YEAR),)),
        ("how many members have no more than 2 rides", (per_member("rides", "le", 2),)),
    ],
)
def test_a_condition_on_each_member(room: Understanding, question: str, filters: tuple[Filter, ...] | None) -> None:
    if filters is None:
        assert not isinstance(room.plan(question), Plan)
    else:
        assert meant(room, question) == SemanticQuery(metrics=("members",), filters=filters)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "cities with takings below 2k last year",
            SemanticQuery(
                metrics=("ride_fees",),
                group_by=(CITY,),
                filters=(Filter(field="ride_fees", op="lt", values=(2000,)),),
                time_range=LAST_YEAR,
                order_by=(OrderBy(by="ride_fees"),),
            ),
        ),
        (
            "months with more than 50 rides",
            SemanticQuery(
                metrics=("rides",), group_by=(MONTH,), filters=(Filter(field="rides", op="gt", values=(50,)),)
            ),
        ),
        (
            "repairs without a workshop",
            SemanticQuery(metrics=("repairs",), filters=(Filter(field="repair.workshop", op="is_null"),)),
        ),
        (
            "repairs with a workshop",
            SemanticQuery(metrics=("repairs",), filters=(Filter(field="repair.workshop", op="not_null"),)),
        ),
        (
            "which members had takings over 100 this year",
            SemanticQuery(
                entity="member",
                metrics=("ride_fees",),
                filters=(Filter(field="ride_fees", op="gt", values=(100,)),),
                time_range=RUNNING_YEAR,
                order_by=(OrderBy(by="ride_fees"),),
            ),
        ),
        (
            "list all silver members",
            SemanticQuery(entity="member", filters=(Filter(field="member.tier", op="in", values=("Silver",)),)),
        ),
        (
            "share of takings by city",
            SemanticQuery(
                metrics=("ride_fees",),
                group_by=(CITY,),
                shares=(Share(metric="ride_fees"),),
                order_by=(OrderBy(by="ride_fees"),),
            ),
        ),
        (
            "takings growth by month in 2025",
            SemanticQuery(
                metrics=("ride_fees",),
                group_by=(MONTH,),
                time_range=LAST_YEAR,
                compare=Comparison(kind="previous_period"),
            ),
        ),
        (
            "takings this year vs the same period last year",
            SemanticQuery(metrics=("ride_fees",), time_range=RUNNING_YEAR, compare=Comparison(kind="previous_year")),
        ),
        ("how much did riders spend last year", None),
        (
            "how many rides were there 2 months ago",
            SemanticQuery(metrics=("rides",), time_range=TimeRange(start=date(2026, 9, 1), end=date(2026, 10, 1))),
        ),
    ],
)
def test_conditions_lists_and_shares(room: Understanding, question: str, expected: SemanticQuery | None) -> None:
    if expected is None:
        assert not isinstance(room.plan(question), Plan)
    else:
        assert meant(room, question) == expected


@pytest.mark.parametrize("question", ["rides over 5", "takings above €5", "cities with more than 5 apples"])
def test_a_number_without_anything_to_pick_from_is_refused(room: Understanding, question: str) -> None:
    assert isinstance(room.plan(question), Refusal)


def test_a_currency_that_the_metric_is_not_in_is_refused(room: Understanding) -> None:
    assert isinstance(room.plan("cities with takings over $500"), Refusal)


def test_a_period_that_may_hold_for_the_condition_too_is_asked_back(room: Understanding) -> None:
    outcome = room.plan("takings of members with more than 5 rides in 2025")
    assert isinstance(outcome, Clarification)
    assert [option.plan.query.filters[0].time_range is None for option in outcome.options] == [True, False]


def test_the_share_of_one_case_is_that_in_all_cases(room: Understanding) -> None:
    read = meant(room, "share of rides by gold members")
    assert read.shares == (Share(metric="rides", apart_from=("member.tier",)),)
    assert [one.field for one in read.filters] == ["member.tier"]


def test_words_behind_the_verb_are_the_case(room: Understanding) -> None:
    read = meant(room, "what percent of gold rides are from the web")
    assert read.shares == (Share(metric="rides", apart_from=("ride.platform",)),)


def test_two_conditions_without_a_verb_could_both_be_the_case(room: Understanding) -> None:
    assert not isinstance(room.plan("share of gold web rides"), Plan)


@pytest.mark.parametrize(
    ("question", "skip"), [("second best city by takings", 1), ("third largest city by takings", 2)]
)
def test_an_ordinal_asks_for_one_row(room: Understanding, question: str, skip: int) -> None:
    read = meant(room, question)
    assert (read.skip, read.limit) == (skip, 1)


def test_a_value_owned_by_somebody_is_no_condition(room: Understanding) -> None:
    assert isinstance(room.plan("list all members with their silver"), Refusal)


def test_the_same_number_of_days_before_is_another_period(room: Understanding) -> None:
    query = meant(room, "takings last 30 days vs previous 30 days")
    assert plain(query.time_range) == TimeRange(start=date(2026, 10, 23), end=date(2026, 11, 22))
    assert query.compare is not None
    assert plain(query.compare.range) == TimeRange(start=date(2026, 9, 23), end=date(2026, 10, 23))


def test_a_condition_says_its_entity_and_its_time(tmp_path: Path) -> None:
    filters = (per_member("rides", "ge", 2, time_range=LAST_YEAR),)
    query = SemanticQuery(metrics=("members",), filters=filters)
    assert (
        interpret(rental_layer(tmp_path), query, TODAY).sentence == "Members · Rides: ≥ 2 per member in 2025 · all time"
    )


def test_a_meaning_is_explained_with_its_parts(room: Understanding) -> None:
    for question in ("what do you mean by fee level?", "how is the fee level calculated", "fee level definition"):
        outcome = room.plan(question)
        assert isinstance(outcome, Explanation), question
        assert [item.name for item in outcome.definitions] == ["fee_per_ride", "ride_fees", "rides"]


def test_an_unknown_word_has_no_meaning(room: Understanding) -> None:
    outcome = room.plan("what do you mean by zebra?")
    assert isinstance(outcome, Refusal)
    assert outcome.words == ("zebra",)


def test_the_data_and_greetings_are_answered_in_words(room: Understanding) -> None:
    fresh, hello = room.plan("how fresh is the data?"), room.plan("hello")
    assert isinstance(fresh, Explanation)
    assert "21 November 2026" in fresh.sentence
    assert isinstance(hello, Explanation)


def test_words_that_lie_apart_are_one_name_only_when_nothing_else_explains_them(room: Understanding) -> None:
    assert meant(room, "how many rides did each city abort").metrics == ("aborted_rides",)
    assert meant(room, "aborted rides by city").metrics == ("aborted_rides",)
    listed = room.plan("which rides did members abort")  # the rows, and never how many rides there were
    assert isinstance(listed, Plan)
    assert (listed.query.entity, [one.field for one in listed.query.filters]) == ("ride", ["aborted_rides"])


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("which members have not journeyed in 90 days", Filter(field="rides", op="eq", values=(0,), last="90 days")),
        ("which members never ride", Filter(field="rides", op="eq", values=(0,))),
        (
            "which members journeyed in 2025",
            Filter(field="rides", op="ge", values=(1,), time_range=LAST_YEAR),
        ),
    ],
)
def test_members_told_apart_by_what_they_did(room: Understanding, question: str, condition: Filter) -> None:
    assert meant(room, question) == SemanticQuery(entity="member", filters=(condition,))


def test_a_deed_done_in_one_period_and_not_in_another(room: Understanding) -> None:
    done, undone = meant(room, "which members journeyed in 2025 but not this year").filters
    assert (done.op, done.values, done.time_range) == ("ge", (1,), LAST_YEAR)
    assert (undone.op, undone.values, undone.time_range) == ("eq", (0,), RUNNING_YEAR)
