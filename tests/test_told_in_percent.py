"""Parts and changes told in percent, words that only judge, and numbers of what is counted right behind them."""

from datetime import date

import pytest

from assistant.answer import Plan
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
