"""What marketers and founders ask of campaigns, orders, deals and subscriptions, held against SQL by hand."""

from __future__ import annotations

import pytest

from assistant.answer import Clarification, Plan, Refusal
from assistant.assistant import Assistant
from tests.asking import plain, rows, rows_to

KEPT = "o.status <> 'cancelled' AND NOT o.is_test"
MAY = "o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"
MAILS = "count(*) FILTER (WHERE e.type = 'sent'), count(*) FILTER (WHERE e.type IN ('bounce_hard', 'bounce_soft'))"
WON = "FROM opportunity WHERE stage = 'Won' AND closed_at >= DATE '2026-01-01' AND closed_at < DATE '2026-07-01'"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("annual recurring revenue", "SELECT 12 * sum(mrr) FROM subscription WHERE status = 'active'"),
        (
            "clicks of the May newsletter",
            "SELECT count(DISTINCT e.message_id) FROM email_event e JOIN campaign c USING (campaign_id)"
            " WHERE c.name = 'Newsletter May 2026' AND e.type = 'click'",
        ),
        (
            "how many emails did we send in May and how many bounced",
            f"SELECT {MAILS} FROM email_event e WHERE e.at >= DATE '2026-05-01' AND e.at < DATE '2026-06-01'",
        ),
        (
            "orders with a discount over 20 euros in May",
            f"SELECT count(*) FROM orders o WHERE {KEPT} AND {MAY} AND o.discount_amount > 20",
        ),
        ("orders that cost over 200 euros", f"SELECT count(*) FROM orders o WHERE {KEPT} AND o.net_amount > 200"),
        (
            "revenue from repeat orders in May",
            f"SELECT sum(o.net_amount) FROM orders o WHERE {KEPT} AND {MAY} AND o.order_seq > 1",
        ),
        (
            "sales over Easter 2026",
            f"SELECT sum(o.net_amount) FROM orders o WHERE {KEPT}"
            " AND o.ordered_at >= DATE '2026-04-03' AND o.ordered_at < DATE '2026-04-07'",
        ),
        (
            "average value of deals won this year",
            f"SELECT sum(amount) / count(*) {WON}",
        ),
        (
            "campaigns with spend over 500 euros",
            "SELECT count(*) FROM (SELECT campaign_id FROM marketing_spend GROUP BY 1 HAVING sum(cost) > 500)",
        ),
    ],
)
def test_numbers_of_campaigns_orders_and_deals(shop: Assistant, question: str, sql: str) -> None:
    assert plain(row[-len(rows(shop, sql)[0]) :] for row in rows_to(shop, question)) == plain(rows(shop, sql))


@pytest.mark.parametrize(
    "question",
    [
        "how many people unsubscribed after the May newsletter",
        "sales since the January sale",
        "how many subscriptions renew in Q3",
        "how many tickets were reopened and how long did they take to solve",
        "campaigns that cost over 5000 euros",
        "which audience did the best campaigns target",
        "app conversion rate vs web conversion rate",
        "reasons for cancelling, Pro plan only",
        "the ten new customers that spent the most in 2025",
        "are we getting more big orders than last month",
        "best new newsletter by open rate",
        "cheapest new leads by channel",
        "revenue from big repeat orders",
        "net of tax, what did we make in May",
        "what does a Pro plan cost us",
        "the ten customers who ordered the most shoes",
    ],
)
def test_what_is_of_another_day_row_or_side_is_asked_back(shop: Assistant, question: str) -> None:
    assert isinstance(shop.understanding.plan(question), (Refusal, Clarification))


def test_a_quarter_said_once_is_of_both_years(shop: Assistant) -> None:
    outcome = shop.understanding.plan("revenue in May by country, 2025 vs 2026")
    assert isinstance(outcome, Plan)
    span, other = outcome.query.time_range, outcome.query.compare
    assert span is not None
    assert other is not None
    assert other.range is not None
    assert (str(span.start), str(other.range.start)) == ("2026-05-01", "2025-05-01")


def test_the_address_of_a_page_is_that_page(shop: Assistant) -> None:
    outcome = shop.understanding.plan("bounce rate on the /sale landing page")
    assert isinstance(outcome, Plan)
    assert [(one.field, one.values) for one in outcome.query.filters] == [("session.landing_page", ("/sale",))]
