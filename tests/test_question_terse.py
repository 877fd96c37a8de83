"""How support leads and analysts type, held against SQL written by hand; and what their words must not lose."""

import pytest

from assistant.answer import Clarification, Refusal
from assistant.assistant import Assistant
from tests.asking import rows, rows_to

KEPT = "o.status <> 'cancelled' AND NOT o.is_test"
MAY = "t.created_at >= DATE '2026-05-01' AND t.created_at < DATE '2026-06-01'"
REPLY = "date_diff('minute', t.created_at, t.first_reply_at)"
SOLUTION = "date_diff('minute', t.created_at, t.solved_at)"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how many tickets weren't answered within 4 hours in May",
            f"SELECT count(*) FROM ticket t WHERE ({REPLY} > 240 OR t.first_reply_at IS NULL) AND {MAY}",
        ),
        (
            "how many tickets were not solved within 2 days",
            f"SELECT count(*) FROM ticket t WHERE {SOLUTION} > 2880 OR t.solved_at IS NULL",
        ),
        (
            "chat tickets answered within 10 minutes",
            f"SELECT count(*) FROM ticket t WHERE t.channel = 'chat' AND {REPLY} <= 10",
        ),
        ("tickets by channel x hour of day", "SELECT channel, hour(created_at), count(*) FROM ticket GROUP BY 1, 2"),
        (
            "tickets by weekday x hour",
            "SELECT dayname(created_at), hour(created_at), count(*) FROM ticket GROUP BY 1, 2",
        ),
        (
            "median, p90 and average resolution time",
            f"SELECT median({SOLUTION}), quantile_cont({SOLUTION}, 0.9), avg({SOLUTION}) FROM ticket t",
        ),
        (
            "who on the Frontline team solved the most tickets",
            "SELECT a.name, count(*) AS n FROM ticket t JOIN agent a USING (agent_id) WHERE a.team = 'Frontline'"
            " AND t.solved_at IS NOT NULL GROUP BY 1 ORDER BY n DESC LIMIT 1",
        ),
        (
            "max order value by sales channel, store sales excluded",
            f"SELECT o.channel, max(o.net_amount) FROM orders o WHERE {KEPT} AND o.channel <> 'store' GROUP BY 1",
        ),
        (
            "orders and discounts by sales channel, sorted by discounts asc",
            f"SELECT o.channel, count(*), sum(o.discount_amount) FROM orders o WHERE {KEPT} GROUP BY 1",
        ),
        (
            "top 2 sales channels and the rest by orders",
            f"SELECT CASE WHEN o.channel IN ('web', 'store') THEN o.channel ELSE '(all others)' END, count(*)"
            f" FROM orders o WHERE {KEPT} GROUP BY 1",
        ),
    ],
)
def test_terse_questions_are_told_as_by_hand(shop: Assistant, question: str, sql: str) -> None:
    assert sorted(rows_to(shop, question), key=str) == sorted(rows(shop, sql), key=str)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "share of tickets answered within 1 hour by contact channel",
            f"SELECT t.channel, count(*) FILTER (WHERE {REPLY} <= 60) / count(*) FROM ticket t GROUP BY 1",
        ),
        (
            "% of orders with a discount by sales channel",
            f"SELECT o.channel, avg((o.discount_amount > 0)::INT) FROM orders o WHERE {KEPT} GROUP BY 1",
        ),
    ],
)
def test_a_share_by_group_is_a_part_of_each_group(shop: Assistant, question: str, sql: str) -> None:
    told = {row[0]: row[-1] for row in rows_to(shop, question)}
    assert told == pytest.approx(dict(rows(shop, sql)))


def test_a_month_is_not_set_beside_itself(shop: Assistant) -> None:
    (row,) = rows_to(shop, "compare tickets in May to May 2025")
    by_hand = "SELECT count(*) FROM ticket t WHERE {0} >= DATE '{1}-05-01' AND {0} < DATE '{1}-06-01'"
    assert [row[0], row[1]] == [rows(shop, by_hand.format("t.created_at", year))[0][0] for year in (2026, 2025)]


@pytest.mark.parametrize(
    "question",
    [
        "orders by city, top 5 vips, 2025",
        "how many new tickets were not answered within 4 hours in May",
        "share of big tickets answered within 1 hour",
        "orders and smiles by country",
        "revenue and spend by month",
        "list the latest 20 angry tickets",
        "median order value by country, n >= 100",
        "average order value in hours",
        "max handle time by agent in May",
        "how much time did agents spend on tickets in total in May",
        "average order value of orders above 100 by sales channel",
        "average number of days between order and ticket",
        "share of tickets by country, Germany only",
        "top 5 countries and the rest of Europe by revenue",
    ],
)
def test_words_that_would_be_lost_are_refused_or_asked_back(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal | Clarification)
