"""Parts and changes told in percent, words that only judge, and sentences whose sides or periods are told before."""

from datetime import date

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {
    "product.category": (("Shoes", 5), ("Beauty", 9)),
    "product.subcategory": (("Coffee", 5),),
    "customer.education": (("master", 5), ("bachelor", 9)),
}


@pytest.fixture(scope="module")
def shop() -> Understanding:
    return shipped(VALUES, date(2026, 6, 30))


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("how many visits turned into orders last month, in percent?", "conversion_rate"),
        ("how many leads became deals in 2025, as a percentage", "lead_conversion_rate"),
        ("how many orders were cancelled in May, in percent", "cancellation_rate"),
    ],
)
def test_a_count_in_percent_is_the_part(shop: Understanding, said: str, rate: str) -> None:
    assert read(shop, said).metrics == (rate,)


@pytest.mark.parametrize(
    "said",
    [
        "share of discounts in gross sales by channel",
        "share of gross sales given away as discounts by channel",
        "how much of gross revenue goes to discounts by channel",
    ],
)
def test_the_part_of_an_amount_is_the_rate_of_the_two(shop: Understanding, said: str) -> None:
    assert read(shop, said).metrics == ("discount_rate",)


def test_what_is_no_part_has_no_share(shop: Understanding) -> None:
    assert isinstance(shop.plan("share of tickets in orders by month"), Refusal)


def test_growth_in_percent_is_no_share(shop: Understanding) -> None:
    query = read(shop, "revenue growth of Beauty from Q1 to Q2 this year in percent")
    assert not query.shares
    assert query.compare is not None
    assert query.compare.range is not None
    assert query.compare.range.start == date(2026, 1, 1)


def test_a_word_that_judges_is_no_slip_for_a_value(shop: Understanding) -> None:
    query = read(shop, "does the household size matter? average order value by household size")
    assert (query.metrics, query.filters) == (("average_order_value",), ())
    assert [group.field for group in query.group_by] == ["customer.household_size"]


def test_a_number_of_units_is_no_amount_of_money(shop: Understanding) -> None:
    plan = shop.plan("orders of more than 3 units of Coffee products in 2026")
    bounds = [one.field for one in plan.query.filters] if isinstance(plan, Plan) else []
    assert "orders.order_amount" not in bounds


@pytest.mark.parametrize(
    "said",
    [
        "what percentage of orders in December had a discount",
        "how many percent of the orders in December were discounted",
    ],
)
def test_a_part_of_the_orders_is_no_part_of_the_money(shop: Understanding, said: str) -> None:
    assert read(shop, said).metrics == ("discounted_order_share",)


def test_the_period_compared_to_is_not_the_one_asked_for(shop: Understanding) -> None:
    query = read(shop, "revenue by product compared to the first half of 2025")
    assert query.time_range is not None
    assert query.time_range.start == date(2026, 1, 1)
    assert query.compare is not None
    assert query.compare.range is not None
    assert query.compare.range.start == date(2025, 1, 1)
    assert not isinstance(shop.plan("revenue by product compared to 2024"), Plan)


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("Do we earn more with Shoes or with Beauty? Net revenue of each in May", ("Shoes", "Beauty")),
        ("Is Shoes doing better than Beauty in May? revenue for both please", ("Shoes", "Beauty")),
    ],
)
def test_both_are_the_two_sides_of_the_sentence_before(shop: Understanding, said: str, values: tuple[str, ...]) -> None:
    query = read(shop, said)
    assert query.metrics == ("product_revenue",)
    assert [one.values for one in query.filters] == [values]
    assert [group.field for group in query.group_by] == ["product.category"]
    assert query.time_range is not None
    assert query.time_range.start == date(2026, 5, 1)
    assert not isinstance(shop.plan("Do new customers buy more Shoes than Beauty? revenue of both"), Plan)


@pytest.mark.parametrize("said", ["average refund per order in 2025", "how many units per order line"])
def test_what_one_is_worth_is_no_count_and_a_line_no_order(shop: Understanding, said: str) -> None:
    assert not isinstance(shop.plan(said), Plan)
