"""One number per another, gaps, rises and falls: questions of these forms, held against SQL written by hand."""

from typing import Any

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from tests.asking import answered, rows

KEPT = "o.status <> 'cancelled' AND NOT o.is_test"
THIS_YEAR = "{0} >= DATE '2026-01-01' AND {0} < DATE '2026-07-01'"


def column(shop: Assistant, question: str, name: str) -> list[Any]:
    answer = answered(shop, question)
    at = [one.name for one in answer.columns].index(name)
    return [row[at] for row in answer.result.rows]


RATIOS = [
    (
        "How much revenue do we make per visit?",
        "net_revenue_per_sessions",
        f"SELECT (SELECT sum(o.net_amount) FROM orders o WHERE {KEPT}) / (SELECT count(*) FROM session"
        " WHERE NOT is_bot)",
    ),
    (
        "How many complaints do we get per thousand orders?",
        "tickets_per_orders",
        f"SELECT 1000 * (SELECT count(*) FROM ticket) / (SELECT count(*) FROM orders o WHERE {KEPT})",
    ),
    (
        "what's the ratio of carts to visits",
        "carts_per_sessions",
        "SELECT (SELECT count(*) FROM cart) / (SELECT count(*) FROM session WHERE NOT is_bot)",
    ),
    (
        "how many units does the average customer buy",
        "units_sold_per_active_customers",
        "SELECT sum(i.quantity) / count(DISTINCT o.customer_id) FROM orders o JOIN order_item i USING (order_id)"
        f" WHERE {KEPT} AND o.customer_id IS NOT NULL",
    ),
]


@pytest.mark.parametrize(("question", "name", "sql"), RATIOS)
def test_one_number_is_told_per_another(shop: Assistant, question: str, name: str, sql: str) -> None:
    (found,), ((expected,),) = column(shop, question, name), rows(shop, sql)
    assert float(found) == pytest.approx(float(expected))


@pytest.mark.parametrize(
    "question", ["tickets about delivery per thousand orders", "revenue per smile", "orders per loyal visit"]
)
def test_a_ratio_with_a_word_that_fits_one_side_only_is_refused(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


def test_the_best_and_the_worst_are_told_with_the_gap_between_them(shop: Assistant) -> None:
    outcome = shop.ask("How far apart are our best and our worst country when it comes to orders this year?")
    assert isinstance(outcome, Answer), outcome
    expected = rows(
        shop,
        "SELECT max(n) - min(n), max(n), min(n) FROM (SELECT count(*) n FROM orders o JOIN customer USING (customer_id)"
        f" WHERE country IS NOT NULL AND {KEPT} AND {THIS_YEAR.format('o.ordered_at')} GROUP BY country)",
    )
    assert [tuple(map(int, row)) for row in outcome.result.rows] == [tuple(map(int, row)) for row in expected]


MOVED = [
    ("Which channels saw their orders fall last month?", "<"),
    ("in which channels did orders go up last month", ">"),
]


@pytest.mark.parametrize(("question", "sign"), MOVED)
def test_groups_asked_for_by_a_change_are_only_those_that_moved_so(shop: Assistant, question: str, sign: str) -> None:
    month = "count(*) FILTER (o.ordered_at >= DATE '2026-0{}-01' AND o.ordered_at < DATE '2026-0{}-01')"
    expected = rows(
        shop,
        f"SELECT channel FROM orders o WHERE {KEPT} GROUP BY 1 HAVING {month.format(5, 6)} {sign} {month.format(4, 5)}",
    )
    assert set(column(shop, question, "channel")) == {row[0] for row in expected}


MOVED_BY = [
    ("channels that grew by more than 20% this year compared to last year", "channel", "net_amount", "a > 1.2 * b"),
    ("channels whose revenue doubled this year compared to last year", "channel", "net_amount", "a >= 2 * b"),
    ("customers who spent less in 2025 than in 2024", "customer_id", "net_amount", "coalesce(b, 0) < coalesce(c, 0)"),
    ("customers who ordered less often in 2025 than in 2024", "customer_id", "1", "coalesce(b, 0) < coalesce(c, 0)"),
]


@pytest.mark.parametrize(("question", "field", "amount", "condition"), MOVED_BY)
def test_groups_are_told_apart_by_how_far_they_moved(
    shop: Assistant, question: str, field: str, amount: str, condition: str
) -> None:
    """`a` is the first half of 2026; `b` that of 2025, or all of 2025 beside all of 2024 in `c`."""
    until = 7 if "this year" in question else 13
    said = f"sum({amount}) FILTER (year(o.ordered_at) = {{}} AND month(o.ordered_at) < {until})"
    spans = ", ".join(f"{said.format(year)} {name}" for name, year in (("a", 2026), ("b", 2025), ("c", 2024)))
    expected = rows(
        shop,
        f"SELECT k FROM (SELECT {field} k, {spans} FROM orders o WHERE {KEPT} AND {field} IS NOT NULL GROUP BY 1)"
        f" WHERE {condition}",
    )
    assert set(column(shop, question, field)) == {row[0] for row in expected}


def test_what_got_better_or_worse_goes_the_way_that_is_good_for_it(shop: Assistant) -> None:
    worse, better = (
        column(shop, f"agents whose resolution time got {way} last month", "resolution_time_change")
        for way in ("worse", "better")
    )
    assert min(worse) > 0 > max(better)


def test_those_who_did_more_than_before_are_counted_and_not_what_they_did(shop: Assistant) -> None:
    (found,) = column(shop, "how many customers spent more in 2025 than in 2024?", "groups")
    spent = "coalesce(sum(net_amount) FILTER (year(ordered_at) = {}), 0)"
    ((expected,),) = rows(
        shop,
        f"SELECT count(*) FROM (SELECT customer_id FROM orders o WHERE {KEPT} AND customer_id IS NOT NULL GROUP BY 1"
        f" HAVING {spent.format(2025)} > {spent.format(2024)})",
    )
    assert int(found) == int(expected)


@pytest.mark.parametrize(
    "question",
    [
        "new brands that grew by more than 10% this year",
        "brands that nearly doubled this year",
        "big cities where sales doubled in 2025",
        "countries whose real orders dropped in May",
        "categories that grew by less than 10% this year",
    ],
)
def test_a_move_with_a_word_more_than_is_understood_is_refused(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


EVERY = [
    ("customers who ordered every month this year", "month", THIS_YEAR.format("o.ordered_at"), 6),
    ("who bought something in each of the last three quarters?", "quarter",
     "o.ordered_at >= DATE '2025-07-01' AND o.ordered_at < DATE '2026-04-01'", 3),
]  # fmt: skip


@pytest.mark.parametrize(("question", "unit", "period", "parts"), EVERY)
def test_who_did_something_in_every_part_of_a_period(
    shop: Assistant, question: str, unit: str, period: str, parts: int
) -> None:
    expected = rows(
        shop,
        f"SELECT customer_id FROM orders o JOIN customer c USING (customer_id) WHERE {KEPT} AND NOT c.is_internal"
        f" AND NOT c.is_deleted AND {period} GROUP BY 1"
        f" HAVING count(DISTINCT date_trunc('{unit}', o.ordered_at)) = {parts}",
    )
    assert set(column(shop, question, "customer_id")) == {row[0] for row in expected}


@pytest.mark.parametrize(
    "question",
    [
        "customers who ordered every month",
        "customers who ordered every Monday",
        "new customers who ordered every month this year",
        "customers who didn't order every month this year",
        "customers who always ordered every month this year",
    ],
)
def test_every_part_of_what_is_not_understood_is_refused(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


FIRSTS = [
    ("which month was best in each year for revenue?", "sum(o.net_amount)", "year(o.ordered_at)", "DESC"),
    ("the month with the fewest orders in each channel in 2025", "count(*)", "o.channel", "ASC"),
]


@pytest.mark.parametrize(("question", "number", "group", "order"), FIRSTS)
def test_the_best_month_of_each_year_or_group_is_told(
    shop: Assistant, question: str, number: str, group: str, order: str
) -> None:
    period = "year(o.ordered_at) = 2025" if "2025" in question else "true"
    expected = rows(
        shop,
        f"SELECT m FROM (SELECT {group} g, date_trunc('month', o.ordered_at) m, {number} n FROM orders o WHERE {KEPT}"
        f" AND {period} GROUP BY 1, 2) QUALIFY row_number() OVER (PARTITION BY g ORDER BY n {order}, m) = 1",
    )
    answer = answered(shop, question)
    at = [one.grain for one in answer.columns].index("month")
    assert sorted(str(row[at])[:7] for row in answer.result.rows) == sorted(str(row[0])[:7] for row in expected)
    assert answer.sentence.startswith("Highest" if order == "DESC" else "Lowest")


@pytest.mark.parametrize(
    "question", ["top trusted country per month by revenue", "best new product per month this year"]
)
def test_the_first_of_what_is_not_understood_is_refused(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


TURNS = [
    ("how many second orders did we get in May?", "count(*)", "o.order_seq = 2 AND month(o.ordered_at) = 5"),
    ("revenue from third orders in May", "sum(o.net_amount)", "o.order_seq = 3 AND month(o.ordered_at) = 5"),
    ("how many customers placed their second order in May?", "count(*)", "o.order_seq = 2 AND month(o.ordered_at) = 5"),
]


@pytest.mark.parametrize(("question", "number", "condition"), TURNS)
def test_second_and_third_orders_are_told_apart(shop: Assistant, question: str, number: str, condition: str) -> None:
    ((found,),) = answered(shop, question).result.rows
    sql = f"SELECT {number} FROM orders o WHERE {KEPT} AND year(o.ordered_at) = 2026 AND {condition}"
    ((expected,),) = rows(shop, sql)
    assert float(found) == pytest.approx(float(expected))


def test_new_customers_of_one_time_who_came_back_in_another_are_counted(shop: Assistant) -> None:
    ((found,),) = answered(shop, "how many new customers of 2025 ordered again in 2026?").result.rows
    ((expected,),) = rows(
        shop,
        "SELECT count(*) FROM customer c WHERE NOT is_internal AND NOT is_deleted AND year(first_order_at) = 2025"
        f" AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id AND {KEPT}"
        " AND year(o.ordered_at) = 2026)",
    )
    assert int(found) == int(expected)


@pytest.mark.parametrize(
    "question",
    [
        "customers who bought more in Q2 than in Q1",
        "customers who haven't ordered shoes for more than a year",
        "agents with a CSAT above 4",
        "orders in Berlin or in Graz, Austria",
        "customers by country and how many of them are subscribers",
        "campaigns without clicks",
        "best hour on Saturdays",
    ],
)
def test_a_word_that_may_be_said_of_either_side_is_asked_back(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


def test_the_best_hour_of_a_weekday_is_an_hour_of_the_day(shop: Assistant) -> None:
    ((hour, _),) = answered(shop, "best hour on weekends for orders").result.rows
    ((expected, _),) = rows(
        shop,
        f"SELECT hour(o.ordered_at), count(*) FROM orders o WHERE {KEPT} AND isodow(o.ordered_at) > 5 GROUP BY 1"
        " ORDER BY 2 DESC LIMIT 1",
    )
    assert int(hour) == int(expected)


def test_those_at_the_top_by_a_time_need_the_least_of_it(shop: Assistant) -> None:
    top, bottom = (column(shop, f"{end} 3 agents by resolution time", "resolution_time") for end in ("top", "bottom"))
    assert max(top) < min(bottom)


def test_a_number_that_another_is_said_to_have_changed_is_not_answered_by_the_other(shop: Assistant) -> None:
    assert isinstance(shop.ask("did the discount campaign in May increase orders?"), Refusal)


def test_the_effect_of_a_day_is_told_by_as_many_days_before_and_after_it(shop: Assistant) -> None:
    (found,) = column(shop, "What was the effect of Black Friday on our order count?", "orders_change")
    counted = "count(*) FILTER (o.ordered_at >= DATE '{}' AND o.ordered_at < DATE '{}')"
    after, before = counted.format("2025-11-28", "2025-12-26"), counted.format("2025-10-31", "2025-11-28")
    ((expected,),) = rows(shop, f"SELECT {after} - {before} FROM orders o WHERE {KEPT}")
    assert int(found) == int(expected)


def test_weekdays_and_weekends_are_set_beside_each_other(shop: Assistant) -> None:
    found = column(shop, "How do weekends compare with weekdays for orders this year?", "orders")
    sql = f"SELECT count(*) FROM orders o WHERE {KEPT} AND {THIS_YEAR.format('o.ordered_at')}"
    expected = rows(shop, f"{sql} GROUP BY isodow(o.ordered_at) >= 6 ORDER BY 1 DESC")
    assert [int(one) for one in found] == [int(row[0]) for row in expected]


def test_the_average_revenue_of_a_group_is_that_of_the_groups_that_have_any(shop: Assistant) -> None:
    (found,) = column(shop, "average revenue per country this year", "net_revenue")
    inner = f"SELECT sum(o.net_amount) v FROM orders o JOIN customer USING (customer_id) WHERE {KEPT}"
    sql = (
        f"SELECT avg(v) FROM ({inner} AND country IS NOT NULL AND {THIS_YEAR.format('o.ordered_at')} GROUP BY country)"
    )
    ((expected,),) = rows(shop, sql)
    assert float(found) == pytest.approx(float(expected))


RESTATED = [
    ("In terms of orders, which country came out on top this year?", "Which country had the most orders this year?"),
    ("In terms of resolution time, how did the teams compare in May?", "resolution time by team in May"),
    ("orders in the last 30 days compared with the 30 before", "orders in the last 30 days vs the previous 30 days"),
    ("orders in the first quarter of 2026 vs the same quarter of 2025", "orders in Q1 2026 vs Q1 2025"),
    ("What percentage of tickets come from just the top 3 topics?", "share of tickets from the top 3 topics"),
    ("How quickly is revenue growing in Austria?", "How has revenue in Austria developed?"),
    ("What's last month's revenue in thousands of euros?", "revenue last month"),
]


@pytest.mark.parametrize(("question", "plain"), RESTATED)
def test_a_question_said_in_another_order_is_read_alike(shop: Assistant, question: str, plain: str) -> None:
    read, expected = (shop.ask(one) for one in (question, plain))
    assert isinstance(read, Answer), read
    assert isinstance(expected, Answer), expected
    assert read.result.rows == expected.result.rows


def test_half_a_month_is_its_first_fifteen_days_or_the_rest(shop: Assistant) -> None:
    (found,) = column(
        shop, "How did orders in the first half of June compare with the second half of May?", "orders_change"
    )
    counted = "count(*) FILTER (o.ordered_at >= DATE '{}' AND o.ordered_at < DATE '{}')"
    halves = counted.format("2026-06-01", "2026-06-16"), counted.format("2026-05-16", "2026-06-01")
    ((expected,),) = rows(shop, f"SELECT {halves[0]} - {halves[1]} FROM orders o WHERE {KEPT}")
    assert int(found) == int(expected)


def test_a_breakdown_by_what_the_number_leaves_out_shows_that_too(shop: Assistant) -> None:
    expected = rows(shop, "SELECT status, count(*) FROM orders o WHERE NOT o.is_test GROUP BY 1")
    outcome = shop.ask("orders by status")
    assert isinstance(outcome, Answer), outcome
    assert {row[0]: int(row[1]) for row in outcome.result.rows} == {row[0]: int(row[1]) for row in expected}
    assert any("cancelled" in one.sentence for one in outcome.caveats)
