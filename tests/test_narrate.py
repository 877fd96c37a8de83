"""Results in words: what is said, and that every number said is there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistant.narrate import describe, numbers_supported, period_label, record_of, unsupported_numbers
from assistant.shape import Context
from semantic_layer import Column, Comparison, Filter, GroupBy, OrderBy, SemanticQuery, TimeRange
from tests.canned import (
    ADDITIVE,
    AS_OF,
    BASKET,
    BEFORE,
    CATEGORY,
    CHANGE,
    DAY,
    MONTH,
    ORDERS,
    RATE,
    RATIO,
    REGION,
    REVENUE,
    SEPTEMBER,
    result,
)
from warehouse import Result

RATE_BEFORE = Column("rate_previous", "previous", "conversion_rate", "Conversion rate (before)", "", "percent")
RATE_CHANGE = Column("rate_change", "change", "conversion_rate", "Conversion rate (change)", "", "percent")
COMPARED = (REVENUE, BEFORE, CHANGE, RATIO)
QUARTER = TimeRange(start=date(2026, 7, 1), end=date(2026, 10, 1))
SO_FAR = TimeRange(start=date(2026, 11, 1), end=date(2026, 11, 22), partial=True)
DAYS_30 = TimeRange(start=date(2026, 10, 23), end=date(2026, 11, 22), label="last 30 days")
MARCH = TimeRange(start=date(2026, 3, 1), end=date(2026, 4, 1))
THIRD_OF_MAY = TimeRange(start=date(2026, 5, 3), end=date(2026, 5, 4))
MONTHS = TimeRange(start=date(2026, 3, 1), end=date(2026, 6, 1))
BY_CATEGORY = (GroupBy(field="product.category"),)


def query(**parts: Any) -> SemanticQuery:
    return SemanticQuery.model_validate({"metrics": ("net_revenue",), **parts})


def told(columns: tuple[Column, ...], rows: list[tuple[Any, ...]], asked: SemanticQuery | None, **context: Any) -> str:
    """The sentence, after a check that each of its numbers is supported by the record."""
    known = Context(asked, context.get("as_of", AS_OF), ADDITIVE)
    text = describe(columns, result(rows), known)
    assert unsupported_numbers(text, record_of(columns, result(rows), known)) == (), text
    return text


AGE = Column("cohort_age", "dimension", "cohort_age", "Months later", "", "integer", "month")
COHORTS = query(group_by=(GroupBy(field="cohort_age"),))


def test_all_cohorts_are_told_at_some_ages() -> None:
    rows = [(age, 1 / (age + 1)) for age in range(8)]
    text = told((AGE, RATE), rows, COHORTS)
    assert text == "Conversion rate was 50.0% after 1 month, 25.0% after 3 months, and 14.3% after 6 months."


def test_cohorts_by_category_are_told_at_the_first_age() -> None:
    rows = [("North", 0, 1.0), ("North", 1, 0.3), ("South", 0, 1.0), ("South", 1, 0.2)]
    text = told((REGION, AGE, RATE), rows, COHORTS)
    assert text.startswith("After 1 month, conversion rate was highest for North (30.0%)")
    assert "100" not in text


def test_cohorts_that_have_only_begun_are_told_as_they_began() -> None:
    assert told((AGE, RATE), [(0, 1.0)], COHORTS) == "Conversion rate was 100.0% after 0 months."


def money(*values: float) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(value)) for value in values)


# --- one number


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (query(time_range=SEPTEMBER), "Net revenue in September 2026 was €1,234,567."),
        (query(), "Net revenue was €1,234,567."),
        (query(time_range=QUARTER), "Net revenue in Q3 2026 was €1,234,567."),
        (query(time_range=SO_FAR), "Net revenue in November 2026 so far (1–21 Nov 2026) was €1,234,567."),
        (query(time_range=DAYS_30), "Net revenue in the last 30 days (23 Oct – 21 Nov 2026) was €1,234,567."),
        (query(time_range=THIRD_OF_MAY), "Net revenue on 3 May 2026 was €1,234,567."),
        (query(time_range=TimeRange(start=date(2026, 5, 3))), "Net revenue since 3 May 2026 was €1,234,567."),
        (query(time_range=TimeRange(end=date(2026, 5, 4))), "Net revenue until 3 May 2026 was €1,234,567."),
        (query(time_range=MONTHS), "Net revenue from March 2026 to May 2026 was €1,234,567."),
        (
            query(time_range=TimeRange(start=date(2026, 5, 4), end=date(2026, 5, 11))),
            "Net revenue in the week 4–10 May 2026 was €1,234,567.",
        ),
        (
            query(time_range=TimeRange(start=date(2026, 5, 5), end=date(2026, 5, 12))),
            "Net revenue from 5 May 2026 to 11 May 2026 was €1,234,567.",
        ),
    ],
)  # fmt: skip
def test_one_number_names_its_period(asked: SemanticQuery, text: str) -> None:
    assert told((REVENUE,), [money(1234567.40)], asked) == text


def test_filters_are_said() -> None:
    where = (
        Filter(field="customer.country", op="in", values=("Germany", "France")),
        Filter(field="orders.channel", op="ne", values=("Web",)),
        Filter(field="orders.item_count", op="gt", values=(5,)),
    )
    assert (
        told((REVENUE,), [money(12)], query(filters=where))
        == "Net revenue for Germany and France excluding Web where item count is over 5 was €12.00."
    )


def test_conditions_that_open_alike_stand_behind_one_opening() -> None:
    where = (
        Filter(field="orders.coupon_code", op="not_null"),
        Filter(field="orders.item_count", op="gt", values=(5,)),
        Filter(field="orders.amount", op="le", values=(90,)),
    )
    told_of = "Net revenue with coupon code where item count is over 5 and amount is at most 90 was €12.00."
    assert told((REVENUE,), [money(12)], query(filters=where)) == told_of


def test_an_average_that_is_compared_with_is_said() -> None:
    where = (Filter(field="order_line.item_count", op="gt", than="average"),)
    said = told((REVENUE,), [money(12)], query(filters=where))
    assert said == "Net revenue where item count is over the average was €12.00."


def test_many_filter_values_are_not_read_out() -> None:
    where = (Filter(field="customer.country", op="in", values=tuple("ABCDEFGH")),)
    assert (
        told((REVENUE,), [money(12)], query(filters=where)) == "Net revenue for A, B, C, D, E, and others was €12.00."
    )


def test_a_count_reads_as_a_count() -> None:
    assert (
        told((ORDERS,), [(12345,)], query(metrics=("orders",), time_range=SEPTEMBER))
        == "Orders in September 2026: 12,345."
    )


def test_no_value_is_not_zero() -> None:
    assert "was empty" in told((REVENUE,), [(None,)], query(time_range=SEPTEMBER))
    assert told((REVENUE,), [], query(time_range=SEPTEMBER)) == "No data matches net revenue in September 2026."
    assert told((CATEGORY, REVENUE), [], None) == "The query returned no rows."


def test_several_numbers_share_a_sentence() -> None:
    rows = [(*money(1200), 1234, 0.031)]
    text = told(
        (REVENUE, ORDERS, RATE), rows, query(metrics=("net_revenue", "orders", "conversion_rate"), time_range=SEPTEMBER)
    )
    assert text == "In September 2026: net revenue €1,200, orders 1,234, and conversion rate 3.1%."


# --- comparison


@pytest.mark.parametrize(
    ("row", "asked", "text"),
    [
        ((*money(112300, 100000, 12300), 0.123), query(time_range=QUARTER, compare=Comparison()),
         "Net revenue in Q3 2026 was €112,300, up 12.3% (€12,300) on the previous quarter."),
        ((*money(90, 100, -10), -0.1), query(time_range=SEPTEMBER, compare=Comparison(kind="previous_year")),
         "Net revenue in September 2026 was €90.00, down 10.0% (€10.00) on the year before."),
        ((*money(90, 90, 0), 0.0), query(time_range=SEPTEMBER, compare=Comparison()),
         "Net revenue in September 2026 was €90.00, unchanged on the previous month."),
        ((*money(90, 0, 90), None), query(time_range=SEPTEMBER, compare=Comparison()),
         "Net revenue in September 2026 was €90.00, up €90.00 on the previous month."),
        ((*money(90), None, None, None), query(time_range=SEPTEMBER, compare=Comparison()),
         "Net revenue in September 2026 was €90.00, with no value for the previous month to compare it with."),
        ((*money(90, 100, -10), -0.1), query(time_range=SO_FAR, compare=Comparison()),
         "Net revenue in November 2026 so far (1–21 Nov 2026) was €90.00, down 10.0% (€10.00) on the period before."),
        ((*money(90, 100, -10), -0.1),
         query(time_range=SEPTEMBER, compare=Comparison(kind="range", range=MARCH)),
         "Net revenue in September 2026 was €90.00, down 10.0% (€10.00) on March 2026."),
    ],
)  # fmt: skip
def test_a_comparison_says_against_what(row: tuple[Any, ...], asked: SemanticQuery, text: str) -> None:
    assert told(COMPARED, [row], asked) == text


def test_a_share_changes_by_percentage_points() -> None:
    asked = query(metrics=("conversion_rate",), time_range=SEPTEMBER, compare=Comparison())
    text = told((RATE, RATE_BEFORE, RATE_CHANGE), [(0.251, 0.23, 0.021)], asked)
    assert text == "Conversion rate in September 2026 was 25.1%, up 2.1 pp on the previous month."


# --- ranking


def test_a_ranking_names_both_ends_and_the_share() -> None:
    rows = [("Chairs", *money(5000)), ("Tables", *money(3000)), ("Lamps", *money(2000))]
    assert told((CATEGORY, REVENUE), rows, query(group_by=BY_CATEGORY, time_range=SEPTEMBER)) == (
        "Net revenue in September 2026 was highest for Chairs (€5,000, 50.0% of the total shown), "
        "followed by Tables (€3,000), and lowest for Lamps (€2,000)."
    )


def test_a_ranking_of_averages_has_no_share() -> None:
    rows = [("Chairs", *money(50)), ("Tables", *money(30))]
    text = told((CATEGORY, BASKET), rows, query(metrics=("average_order_value",), group_by=BY_CATEGORY))
    assert text == "Average order value was highest for Chairs (€50.00) and lowest for Tables (€30.00)."


def test_two_groups_set_against_each_other_are_told_with_their_difference() -> None:
    two = {"field": "product.category", "op": "in", "values": ["Chairs", "Tables"]}
    rows = [("Chairs", *money(50)), ("Tables", *money(40))]
    asked = query(metrics=("average_order_value",), group_by=BY_CATEGORY, filters=(two,), time_range=SEPTEMBER)
    assert told((CATEGORY, BASKET), rows, asked) == (
        "Average order value in September 2026 was higher for Chairs (€50.00) than for Tables (€40.00), "
        "by €10.00 (25.0%)."
    )
    rates = query(metrics=("conversion_rate",), group_by=BY_CATEGORY, filters=(two,))
    assert told((CATEGORY, RATE), [("Tables", 0.1), ("Chairs", 0.08)], rates) == (
        "Conversion rate was higher for Tables (10.0%) than for Chairs (8.0%), by 2.0 pp."
    )
    less = rates.model_copy(update={"order_by": (OrderBy(by="conversion_rate", descending=False),)})
    assert told((CATEGORY, RATE), [("Tables", 0.1), ("Chairs", 0.08)], less) == (
        "Conversion rate was lower for Chairs (8.0%) than for Tables (10.0%), by 2.0 pp."
    )


def test_one_value_against_all_others_and_those_in_and_out_of_a_segment() -> None:
    apart = query(group_by=({"field": "product.category", "apart": ["Chairs"]},))
    rows = [("(all others)", *money(90)), ("Chairs", *money(30))]
    assert told((CATEGORY, REVENUE), rows, apart) == (
        "Net revenue was higher for all others (€90.00) than for Chairs (€30.00), by €60.00 (200.0%)."
    )
    loyal = Column("loyal", "dimension", "loyal", "Loyal")
    text = told((loyal, REVENUE), [(True, *money(9)), (False, *money(6))], query(group_by=({"field": "loyal"},)))
    assert text == "Net revenue was higher for those loyal (€9.00) than for all others (€6.00), by €3.00 (50.0%)."


def test_a_cut_ranking_does_not_claim_the_other_end() -> None:
    rows = [("Chairs", *money(5000)), ("Tables", *money(4000)), ("Lamps", *money(1000))]
    asked = query(group_by=BY_CATEGORY, order_by=(OrderBy(by="net_revenue"),), limit=3)
    assert told((CATEGORY, REVENUE), rows, asked) == (
        "Net revenue was highest for Chairs (€5,000, 50.0% of the total shown), followed by Tables (€4,000)."
    )


def test_a_ranking_from_below_starts_below() -> None:
    rows = [("Lamps", *money(10)), ("Tables", *money(20)), ("Chairs", *money(30))]
    asked = query(group_by=BY_CATEGORY, order_by=(OrderBy(by="net_revenue", descending=False),), limit=3)
    assert (
        told((CATEGORY, REVENUE), rows, asked)
        == "Net revenue was lowest for Lamps (€10.00), followed by Tables (€20.00)."
    )


def test_the_one_asked_for_is_named() -> None:
    asked = query(group_by=BY_CATEGORY, order_by=(OrderBy(by="net_revenue"),), limit=1)
    assert told((CATEGORY, REVENUE), [("Chairs", *money(5))], asked) == "Net revenue was highest for Chairs, at €5.00."


def test_ties_are_told_as_ties() -> None:
    rows = [("Chairs", *money(5)), ("Tables", *money(5)), ("Lamps", *money(1))]
    assert told((CATEGORY, REVENUE), rows, query(group_by=BY_CATEGORY)) == (
        "Net revenue was highest for Chairs and Tables (€5.00 each) and lowest for Lamps (€1.00)."
    )
    assert (
        told((CATEGORY, REVENUE), rows[:2], query(group_by=BY_CATEGORY))
        == "Net revenue was €5.00 for each of the 2 groups."
    )


def test_groups_without_a_name_or_a_value_are_told() -> None:
    rows = [(None, *money(5)), ("Tables", None), ("Lamps", *money(1))]
    assert told((CATEGORY, REVENUE), rows, query(group_by=BY_CATEGORY)) == (
        "Net revenue was highest for (none) (€5.00, 83.3% of the total shown) and lowest for Lamps (€1.00). "
        "One of 3 has no value."
    )


def test_rows_without_the_field_are_no_group_of_the_ranking() -> None:
    rows = [(None, *money(5)), ("Tables", *money(3)), ("Lamps", *money(2))]
    assert told((CATEGORY, REVENUE), rows, query(group_by=BY_CATEGORY)) == (
        "Net revenue was highest for Tables (€3.00, 30.0% of the total shown) and lowest for Lamps (€2.00). "
        "Without category: €5.00 (50.0% of the total shown)."
    )


@pytest.mark.parametrize(
    ("op", "patterns", "said"),
    [
        ("like", ("J%", "%ez"), "starts with 'J' or ends with 'ez'"),
        ("like", ("%ann%",), "contains 'ann'"),
        ("not_like", ("J%", "%ez"), "does not start with 'J' and does not end with 'ez'"),
        ("like", ("a_c%",), "is like 'a_c'"),
    ],
)
def test_letters_are_told_in_words(op: str, patterns: tuple[str, ...], said: str) -> None:
    asked = query(filters=(Filter.model_validate({"field": "c.kind", "op": op, "values": patterns}),))
    assert told((ORDERS,), [(4,)], asked) == f"Orders where kind {said}: 4."


def test_a_compared_ranking_names_who_moved() -> None:
    rows = [("North", *money(50, 40, 10), 0.25), ("South", *money(20, 45, -25), -0.5556)]
    asked = query(group_by=BY_CATEGORY, time_range=SEPTEMBER, compare=Comparison())
    assert told((REGION, *COMPARED), rows, asked).endswith(
        "Against the previous month, North rose most (+€10.00) and South fell most (-€25.00)."
    )


def by_change(descending: bool) -> SemanticQuery:
    order = (OrderBy(by="net_revenue", column="change", descending=descending),)
    return query(group_by=BY_CATEGORY, time_range=SEPTEMBER, compare=Comparison(), order_by=order)


def test_a_ranking_by_change_tells_who_rose_or_fell_most() -> None:
    rows = [("North", *money(50, 40, 10), 0.25), ("South", *money(20, 45, -25), -0.5556)]
    assert told((REGION, *COMPARED), rows, by_change(descending=True)) == (
        "Against the previous month, net revenue in September 2026 rose most for North (+€10.00), "
        "followed by South (-€25.00)."
    )
    assert told((REGION, *COMPARED), rows, by_change(descending=False)).startswith(
        "Against the previous month, net revenue in September 2026 fell most for South (-€25.00)"
    )


def test_that_nothing_fell_is_said_before_the_least_rise() -> None:
    rows = [("North", *money(50, 40, 10), 0.25), ("South", *money(46, 45, 1), 0.0222)]
    assert told((REGION, *COMPARED), rows, by_change(descending=False)) == (
        "Against the previous month, net revenue in September 2026 fell for none of the 2 groups shown; "
        "nearest to it is South (+€1.00), followed by North (+€10.00)."
    )


def test_metrics_left_out_are_pointed_to() -> None:
    rows = [("Chairs", 4, *money(3)), ("Tables", 3, *money(5))]
    text = told((CATEGORY, ORDERS, REVENUE), rows, query(metrics=("orders", "net_revenue"), group_by=BY_CATEGORY))
    assert text.endswith("The table also shows net revenue.")


def test_a_long_name_is_cut_and_still_supported() -> None:
    rows = [("Item 12 " * 20, *money(5)), ("Tables", *money(3))]
    assert "…" in told((CATEGORY, REVENUE), rows, query(group_by=BY_CATEGORY))


# --- trend


def by_month(first: int, values: list[float | None]) -> list[tuple[Any, ...]]:
    return [(date(2026, first + i, 1), None if v is None else Decimal(str(v))) for i, v in enumerate(values)]


def test_a_trend_has_its_ends_and_leaves_the_unfinished_month_apart() -> None:
    asked = query(time_range=TimeRange(start=date(2026, 8, 1), end=date(2026, 11, 22), partial=True))
    assert told((MONTH, REVENUE), by_month(8, [100, 300, 150, 20]), asked) == (
        "Net revenue by month from 1 Aug 2026 to 21 Nov 2026 was highest in September 2026 (€300.00) and lowest in "
        "August 2026 (€100.00). October 2026 came to €150.00, up 50.0% (€50.00) on August 2026. November 2026 is not "
        "complete yet (€20.00 so far)."
    )


def test_a_trend_without_a_beginning_does_not_trust_its_first_month() -> None:
    text = told((MONTH, REVENUE), by_month(5, [1, 100, 300, 150]), query())
    assert "lowest in June 2026 (€100.00)" in text
    assert "from June 2026 to August 2026" in text


def test_a_month_cut_by_the_question_is_named() -> None:
    asked = query(time_range=TimeRange(start=date(2026, 3, 15), end=date(2026, 6, 1)))
    text = told((MONTH, REVENUE), by_month(3, [1, 100, 300]), asked)
    assert "lowest in April 2026 (€100.00)" in text
    assert "March 2026 is covered only in part." in text


def test_a_flat_trend_is_flat() -> None:
    assert told((MONTH, REVENUE), by_month(3, [5, 5, 5]), query(time_range=MONTHS)) == (
        "Net revenue by month from March 2026 to May 2026 stayed at €5.00."
    )


def test_empty_months_are_skipped_not_zero() -> None:
    text = told((MONTH, REVENUE), by_month(3, [5, None, 7]), query(time_range=MONTHS))
    assert "lowest in March 2026 (€5.00)" in text


def test_a_compared_trend_speaks_of_its_last_month() -> None:
    rows = [(date(2026, 3 + i, 1), *money(100 + i, 50, 50 + i), 1 + i / 50) for i in range(3)]
    asked = query(time_range=MONTHS, compare=Comparison(kind="previous_year"))
    assert "May 2026 came to €102.00, up 104.0% (€52.00) on the year before." in told((MONTH, *COMPARED), rows, asked)


def test_days_are_on_a_day() -> None:
    rows = [(date(2026, 9, 1 + i), *money(10 + i)) for i in range(3)]
    assert "highest on 3 September 2026" in told((DAY, REVENUE), rows, query(time_range=SEPTEMBER))


def test_a_trend_by_category_ranks_the_last_whole_month() -> None:
    starts = [date(2026, month, 1) for month in (8, 9, 10, 11)]
    rows = [(start, name, Decimal(base + i)) for i, start in enumerate(starts) for name, base in (("N", 10), ("S", 30))]
    asked = query(time_range=TimeRange(start=date(2026, 8, 1), end=date(2026, 12, 1)))
    text = told((MONTH, REGION, REVENUE), rows, asked)
    assert text.startswith("Net revenue in October 2026 was highest for S (€32.00, 72.7% of the total shown)")


# --- rows


def test_free_rows_are_only_counted() -> None:
    rows = [("a", 1), ("b", 2)]
    assert told((CATEGORY, ORDERS), rows, None) == "The query returned 2 rows."
    assert told((CATEGORY, ORDERS), rows[:1], None) == "The query returned 1 row."
    assert told((ORDERS,), [(7,)], None) == "Orders: 7."


def test_a_cut_result_says_so() -> None:
    rows = [("a", 1), ("b", 2)]
    assert describe((CATEGORY, ORDERS), result(rows, truncated=True)).endswith("Only the first 2 rows are shown.")


def test_the_period_has_a_label() -> None:
    assert period_label(Context(query(time_range=SEPTEMBER), AS_OF)) == "September 2026"
    assert period_label(Context(query(time_range=SO_FAR), AS_OF)) == "November 2026 so far (1–21 Nov 2026)"
    assert period_label(Context(query(), AS_OF)) == "all data"


# --- numbers that are not there


ROWS = [("Chairs", *money(1234567.40, 1100000, 134567.40), 0.1223340), ("A4 paper", *money(40, 50, -10), -0.2)]
ASKED = query(group_by=BY_CATEGORY, time_range=SEPTEMBER, compare=Comparison())
RECORD = record_of((CATEGORY, *COMPARED), result(ROWS), Context(ASKED, AS_OF, ADDITIVE))


@pytest.mark.parametrize(
    "text",
    [
        "Revenue of Chairs was €1,234,567.",
        "about 1.23 million euros",
        "€1.2M against €1.1M",
        "up 12.2% in September 2026",
        "rose by 12%",
        "A4 paper fell by 20% to €40",
        "a drop of 20%",
        "down €10 (-20.0%)",
        "both groups: 2 rows, and all two of them",
        "from 1 to 30 September 2026",
        "on 30 Sep 2026, in Q3",
        "data up to 21 November 2026, 2026-11-21",
        "no numbers at all",
        "the ratio was 0.12",
    ],
)
def test_what_the_record_holds_may_be_said(text: str) -> None:
    assert unsupported_numbers(text, RECORD) == ()
    assert numbers_supported(text, RECORD)


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was €1,234,568.",
        "€1,234,576",
        "1.3 million",
        "1 million",
        "up 12.3%",
        "down 12.2%",
        "A4 paper rose by 20%",
        "+20%",
        "12.2 orders",
        "0.2%",
        "1100000%",
        "in October 2026",
        "on 3 September 2026",
        "in 2025",
        "in Q4 2026",
        "revenue doubled",
        "three categories",
        "a dozen customers",
        "B5 paper sold 77",
        "2025-09-01",
        "€1.1 billion",
    ],
)
def test_what_the_record_does_not_hold_is_named(text: str) -> None:
    assert unsupported_numbers(text, RECORD) != ()
    assert not numbers_supported(text, RECORD)


def test_words_for_a_doubling_need_one() -> None:
    rows = [("Chairs", *money(200, 100, 100), 1.0)]
    record = record_of((CATEGORY, *COMPARED), result(rows), Context(ASKED, AS_OF, ADDITIVE))
    assert numbers_supported("Revenue doubled", record)
    assert not numbers_supported("Revenue tripled", record)


def test_a_table_that_is_named_for_many_is_told_in_one_plural() -> None:
    column = Column("order_id", "dimension", "orders.order_id", "Order id")
    for names, said in ((("a", "b"), "2 orders match."), (("a",), "1 order matches.")):
        found = Result(("order_id",), ("VARCHAR",), tuple((name,) for name in names), False, 0.01)
        assert describe((column,), found, Context(SemanticQuery(entity="orders"))) == said


def test_german_numbers_are_read_the_german_way() -> None:
    record = record_of((CATEGORY, *COMPARED), result(ROWS), Context(ASKED, AS_OF, ADDITIVE, "de"))
    assert numbers_supported("1.234.567 € im September 2026", record)
    assert not numbers_supported("1.234.599 €", record)


@pytest.mark.parametrize(
    ("names", "limit", "said"),
    [
        (["a", "b", "c"], None, "3 customers match."),
        (["a"], None, "1 customer matches."),
        (["a", "b"], 2, "The first 2 customers of the list."),
        (["a", "b"], 5, "2 customers match."),
    ],
)
def test_a_list_of_entities_says_how_many_there_are(names: list[str], limit: int | None, said: str) -> None:
    column = Column("customer_id", "dimension", "customer.customer_id", "Customer id")
    query = SemanticQuery(entity="customer", limit=limit)
    found = Result(("customer_id",), ("VARCHAR",), tuple((name,) for name in names), False, 0.01)
    assert describe((column,), found, Context(query)) == said


def test_an_abbreviation_is_no_plural() -> None:
    column = Column("nps", "metric", "nps", "NPS", "", "decimal")
    found = Result(("nps",), ("DOUBLE",), ((37.7,),), False, 0.01)
    assert describe((column,), found, Context(SemanticQuery(metrics=("nps",)))).startswith("NPS was")


# --- bounds of days, shares


def day_bounds(*bounds: tuple[str, str]) -> SemanticQuery:
    return query(filters=[Filter(field="orders.due", op=op, values=(day,)) for op, day in bounds])  # type: ignore[arg-type]


def test_two_bounds_of_days_are_told_as_the_period_they_leave() -> None:
    asked = day_bounds(("ge", "2026-05-01"), ("lt", "2026-06-01"))
    assert told((ORDERS,), [(4,)], asked) == "Orders where due is in May 2026: 4."


@pytest.mark.parametrize(
    ("bound", "words"),
    [("lt", "before"), ("le", "on or before"), ("gt", "after"), ("ge", "on or after")],
)
def test_one_bound_of_days_is_told_with_its_day(bound: str, words: str) -> None:
    assert told((ORDERS,), [(4,)], day_bounds((bound, "2026-05-02"))) == f"Orders where due is {words} 2 May 2026: 4."


def test_a_share_is_told_as_one() -> None:
    share = Column("net_revenue_share", "share", "net_revenue", "Net revenue (share)", "%", "percent")
    asked = query(
        shares=({"metric": "net_revenue", "apart_from": ("c.kind",)},),
        filters=(Filter(field="c.kind", op="in", values=("new",)),),
    )
    assert told((REVENUE, share), [(Decimal(20), 0.2)], asked) == "Share of net revenue (kind: new) was 20.0%."


def test_an_amount_for_each_one_is_told_by_its_own_name() -> None:
    each = Column("revenue_per_buyer", "share", "net_revenue", "Revenue per buyer", "", "number")
    asked = query(group_by=({"field": "product.category"},), shares=({"metric": "net_revenue", "of": "orders"},))
    rows = [("Chairs", Decimal(9), 6, 1.5), ("Tables", Decimal(7), 14, 0.5)]
    assert told((CATEGORY, REVENUE, ORDERS, each), rows, asked).startswith("Revenue per buyer")


def test_values_that_are_no_names_are_told_with_their_field() -> None:
    told_of = (("kind", ("new",)), ("way", ("web", "app")), ("country", ("Germany",)))
    asked = query(filters=tuple(Filter(field=f"c.{name}", op="in", values=values) for name, values in told_of))
    assert told((ORDERS,), [(4,)], asked) == "Orders (kind: new, way: web and app) for Germany: 4."


def test_one_group_left_in_the_last_month_does_not_repeat_the_others() -> None:
    asked = query(
        group_by=({"field": "metric_time", "grain": "month"}, {"field": "product.category"}),
        filters=(Filter(field="product.category", op="in", values=("Chairs", "Tables")),),
    )
    rows = [(date(2026, 8, 1), "Chairs", Decimal(9)), (date(2026, 9, 1), "Tables", Decimal(7))]
    assert told((MONTH, CATEGORY, REVENUE), rows, asked) == "Net revenue in September 2026 was €7.00 for Tables."


def test_an_hour_of_the_day_is_told_as_a_time() -> None:
    hour = Column("hour_of_day", "dimension", "orders.ordered_at_hour_of_day", "Hour of the order")
    asked = query(group_by=({"field": "orders.ordered_at_hour_of_day"},))
    text = told((hour, ORDERS), [(17, 9), (9, 4), (3, 1)], asked)
    assert text.startswith("Orders were highest for 17:00 (9,")


def test_several_changes_in_brackets_have_no_brackets_within() -> None:
    orders = (Column("orders_previous", "previous", "orders", "Orders (before)", "", "integer"),)
    asked = query(metrics=("net_revenue", "orders"), time_range=SEPTEMBER, compare=Comparison())
    row = (Decimal(120), Decimal(100), Decimal(20), 0.2, 6, 8)
    text = told((*COMPARED, ORDERS, *orders), [row], asked)
    assert text == (
        "In September 2026: net revenue €120.00 (up 20.0% on the previous month) and orders 6 (down 25.0% on the "
        "previous month)."
    )
