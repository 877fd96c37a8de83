"""What marketers and shop managers ask, beside hand-written SQL: newsletters, customers won, shares and habits."""

import pytest

from assistant.answer import Clarification, Refusal
from assistant.assistant import Assistant
from tests.asking import plain, query_of, rows, rows_to

NEWEST = """SELECT name FROM campaign WHERE name LIKE 'Newsletter%' ORDER BY start_date DESC LIMIT 1"""
OPENED = """SELECT count(DISTINCT e.customer_id) FROM email_event e JOIN campaign c USING (campaign_id)
JOIN customer k ON k.customer_id = e.customer_id WHERE c.name = '{}' AND e.type = 'open'
AND NOT e.is_machine_open AND NOT k.is_deleted AND NOT k.is_internal"""
SINCE = """SELECT round(sum(o.net_amount), 2) FROM orders o JOIN customer k USING (customer_id)
WHERE o.status <> 'cancelled' AND NOT o.is_test AND NOT k.is_internal AND NOT k.is_deleted
AND k.first_order_at >= DATE '2026-05-01' AND k.first_order_at < DATE '2026-06-01'
AND o.ordered_at >= DATE '{}' AND o.ordered_at < DATE '{}'"""


@pytest.mark.parametrize(
    "question",
    ["how many customers opened the last newsletter", "how many customers opened our latest newsletter"],
)
def test_the_last_newsletter_is_the_newest_and_opened_by_itself(shop: Assistant, question: str) -> None:
    ((name,),) = rows(shop, NEWEST)
    assert plain(rows_to(shop, question)) == plain(rows(shop, OPENED.format(name)))


def test_those_who_opened_a_newsletter_are_not_those_it_won(shop: Assistant) -> None:
    (done,) = query_of(shop, "which customers opened the June newsletter").filters
    assert [one.field for one in done.where] == ["campaign.campaign_name"]


@pytest.mark.parametrize(
    "question", ["how much did customers acquired in May spend?", "customers acquired in May: how much did they spend?"]
)
def test_what_customers_won_in_a_month_spent_is_asked_back(shop: Assistant, question: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Clarification)
    spans = [option.plan.query.time_range for option in outcome.options]
    assert [span is None for span in spans] == [False, True]


def test_what_they_spent_in_another_month_is_told(shop: Assistant) -> None:
    found = rows_to(shop, "revenue in June from customers we acquired in May")
    assert plain(found) == plain(rows(shop, SINCE.format("2026-06-01", "2026-07-01")))


@pytest.mark.parametrize("verb", ["ordered", "made an order", "placed an order"])
def test_those_who_order_are_the_same_however_it_is_said(shop: Assistant, verb: str) -> None:
    first = rows_to(shop, "how many customers ordered in May")
    assert rows_to(shop, f"how many customers {verb} in May") == first


def test_a_habit_is_told_per_head(shop: Assistant) -> None:
    found = query_of(shop, "what do subscribers spend compared to everyone else")
    assert found.metrics == ("revenue_per_customer",)


def test_consent_to_emails_is_no_channel(shop: Assistant) -> None:
    (row,) = rows_to(shop, "what share of our customers have opted in to email")
    ((count,),) = rows(
        shop,
        """SELECT count(*) FROM customer_360 p JOIN customer k USING (customer_id)
        WHERE p.consent_email AND NOT k.is_deleted AND NOT k.is_internal""",
    )
    assert row[0] == count


def test_customers_who_buy_regularly_are_not_taken_for_loyal_ones(shop: Assistant) -> None:
    assert isinstance(shop.ask("how many customers buy regularly"), Refusal)


@pytest.mark.parametrize(
    "question",
    [
        "how many people visited the store in Berlin last Saturday",
        "what part of our active customers in Q2 were new ones and what part were returning",
        "orders with more than one discount",
    ],
)
def test_what_the_rows_do_not_tell_is_said(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


def test_women_over_an_age_are_meant_by_their_age(shop: Assistant) -> None:
    gold = """SELECT sum(o.net_amount) / count(*) FROM orders o JOIN customer k USING (customer_id)
    JOIN customer_360 p USING (customer_id) WHERE o.status <> 'cancelled' AND NOT o.is_test
    AND k.gender = 'female' AND p.age > 40"""
    assert plain(rows_to(shop, "average basket of women over 40")) == plain(rows(shop, gold))


def test_a_bound_of_a_breakdown_is_counted_at_its_grain(shop: Assistant) -> None:
    found = query_of(shop, "refund rate by subcategory with more than 20 orders this year")
    assert found.metrics == ("product_refund_rate",)
    assert [one.field for one in found.filters] == ["product_orders"]


def test_shares_of_a_case_are_in_the_order_of_the_shares(shop: Assistant) -> None:
    found = rows_to(shop, "percentage of orders that were placed with a coupon in each country, highest first")
    shares = [row[-1] for row in found]
    assert shares == sorted(shares, reverse=True)


def test_clicks_beside_impressions_are_those_of_ads(shop: Assistant) -> None:
    assert query_of(shop, "clicks and impressions last month").metrics == ("ad_clicks", "impressions")


def test_who_placed_the_biggest_order_is_told_with_it(shop: Assistant) -> None:
    gold = """SELECT order_id, customer_id FROM orders WHERE status <> 'cancelled' AND NOT is_test
    ORDER BY net_amount DESC LIMIT 1"""
    (found,) = rows_to(shop, "who placed the biggest order")
    assert [found[:2]] == rows(shop, gold)
