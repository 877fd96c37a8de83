"""One side that has something against one that has not, and words that would narrow otherwise than they say."""

import pytest

from assistant.answer import Refusal
from assistant.caveats import base_counts
from assistant.understanding import Understanding
from semantic_layer import Filter, SemanticLayer, load, shipped_definitions, with_implied
from tests.understanding_layer import read, shipped

VALUES = {
    "orders.coupon_code": (("SAVE10", 3), ("TREAT15", 2)),
    "orders.channel": (("web", 9), ("store", 5)),
    "loyalty_account.tier": (("Gold", 3), ("Platinum", 4)),
    "customer_360.loyalty_tier": (("Gold", 3), ("Platinum", 4)),
    "account.employee_count": (("12", 2), ("50", 1)),
}
KNOWN = Filter(field="orders.coupon_code", op="not_null"), Filter(field="orders.coupon_code", op="is_null")
HAD = (
    Filter(field="tickets", op="ge", values=(1,), entity="customer"),
    Filter(field="tickets", op="eq", values=(0,), entity="customer"),
)


@pytest.fixture(scope="module")
def company() -> Understanding:
    return shipped(VALUES)


@pytest.fixture(scope="module")
def layer() -> SemanticLayer:
    return with_implied(load(shipped_definitions()))


@pytest.mark.parametrize(
    ("question", "metric", "sides"),
    [
        ("revenue with a coupon vs without", "net_revenue", KNOWN),
        ("average order value with a coupon compared to orders without", "average_order_value", KNOWN),
        ("revenue of orders with a coupon and without by month", "net_revenue", KNOWN),
        ("nps of customers who had a ticket vs those who had none", "nps", HAD),
        ("nps of customers who had a ticket vs those who did not", "nps", HAD),
        ("churn rate of customers with a ticket versus without a ticket", "churn_rate", HAD),
    ],
)
def test_a_side_is_set_against_the_one_without(
    company: Understanding, question: str, metric: str, sides: tuple[Filter, Filter]
):
    query = read(company, question)
    assert query.metrics == (metric,)
    assert [case.filters for case in query.cases] == [(side,) for side in sides]


def test_a_ratio_in_columns_of_its_own_rests_on_no_one_number_of_rows(company: Understanding, layer: SemanticLayer):
    assert base_counts(layer, read(company, "average order value with and without coupon")) is None
    assert base_counts(layer, read(company, "average order value by month")) is not None


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("discount % by channel", "discount_rate"),
        ("avg number of days between first and second purchase", "average_days_to_second_order"),
        ("cohort table", "cohort_retention"),
        ("revenue ytd vs prior ytd", "net_revenue"),
    ],
)
def test_short_words_of_people_name_their_number(company: Understanding, question: str, metric: str):
    assert read(company, question).metrics == (metric,)


def test_a_card_is_that_of_its_tier(company: Understanding):
    assert [one.values for one in read(company, "how many customers have a gold card").filters] == [("Gold",)]


@pytest.mark.parametrize("question", ["customers whose month of birth is July", "employees turnover"])
def test_what_narrows_otherwise_than_it_says_is_refused(company: Understanding, question: str):
    assert isinstance(company.plan(question), Refusal)
