"""Follow-ups that once told something else in silence: where those live, one more of those picked, another ranking."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Clarification, Refusal
from assistant.assistant import Assistant
from tests.asking import answered, plain, rows

MAY = "o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"


def ask(shop: Assistant, *turns: str) -> Answer | Clarification | Refusal:
    outcome = shop.ask(turns[-1], conversation=shop.replay(turns[:-1]))
    assert isinstance(outcome, Answer | Clarification | Refusal)
    return outcome


def reading(shop: Assistant, *turns: str) -> str:
    outcome = ask(shop, *turns)
    assert isinstance(outcome, Answer), outcome
    return outcome.interpretation.sentence


def notes(answer: Answer, code: str) -> str:
    return " ".join(caveat.sentence for caveat in answer.caveats if caveat.code == code)


@pytest.mark.parametrize("asked", ["where do they live?", "where are they from?", "and where are those based"])
def test_where_those_of_a_list_live(shop: Assistant, asked: str) -> None:
    outcome = ask(shop, "list customers in Spain with more than 8 orders", asked)
    assert isinstance(outcome, Answer)
    sql = (
        "SELECT c.customer_id, c.city FROM customer c WHERE c.country = 'Spain' AND "
        "(SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id) > 8"
    )
    at = [column.ref for column in outcome.columns].index("customer.city")
    expected = {tuple(row) for row in rows(shop, sql)}
    assert expected
    assert {(row[0], row[at]) for row in outcome.result.rows} == expected


def test_where_those_of_a_ranking_live(shop: Assistant) -> None:
    outcome = ask(shop, "top 3 customers by revenue in 2026", "where do they live?")
    first = answered(shop, "top 3 customers by revenue in 2026")
    assert isinstance(outcome, Answer)
    places = [column.ref for column in outcome.columns]
    told = {row[0]: row[places.index("customer.city")] for row in outcome.result.rows}
    keys = ", ".join(f"'{row[0]}'" for row in first.result.rows)
    assert told == dict(rows(shop, f"SELECT customer_id, city FROM customer WHERE customer_id IN ({keys})"))


def test_where_those_counted_live(shop: Assistant) -> None:
    assert reading(shop, "new customers in May 2026", "where do they live?").startswith("New customers · by country")


def test_what_has_no_place_is_not_merely_told_again(shop: Assistant) -> None:
    assert isinstance(ask(shop, "revenue in May 2026", "where are they?"), Refusal)


def test_the_other_side_of_a_rate_is_no_purpose_of_campaigns(shop: Assistant) -> None:
    told = reading(shop, "churn rate by plan", "retention")
    assert told == "Subscription retention rate · by plan · all time · highest first"


def test_one_more_of_those_that_were_picked(shop: Assistant) -> None:
    picked = ("revenue by country in May 2026", "only Spain", "and France")
    assert "Country: Spain, France" in reading(shop, *picked)
    assert "Country: Spain, France, Italy" in reading(shop, *picked, "and Italy")


def test_another_value_behind_one_picked_of_no_breakdown_stands_instead(shop: Assistant) -> None:
    assert "Country: France" in reading(shop, "customers in Germany", "only Spain", "and France")


def test_a_ranking_by_another_number_is_said_to_be_anew(shop: Assistant) -> None:
    asked = "top 3 products by revenue in May 2026"
    anew, same = ask(shop, asked, "by margin"), ask(shop, asked, "their margin")
    assert isinstance(anew, Answer)
    assert isinstance(same, Answer)
    assert "ranked anew by gross margin" in notes(anew, "READ_AS")
    assert "anew" not in notes(same, "READ_AS")
    assert {row[0] for row in same.result.rows} == {row[0] for row in answered(shop, asked).result.rows}


@pytest.mark.parametrize("first", [1, 3])
def test_a_tie_at_the_cut_is_told(shop: Assistant, first: int) -> None:
    sql = f"SELECT o.customer_id, count(*) AS n FROM orders o WHERE {MAY} AND o.customer_id IS NOT NULL GROUP BY 1"
    counts = sorted((count for _, count in rows(shop, sql)), reverse=True)
    told = notes(answered(shop, f"top {first} customers by number of orders in May 2026"), "TIED")
    assert bool(told) == (counts[first - 1] == counts[first])


def test_every_day_of_one_order_is_a_tie_of_stores(shop: Assistant) -> None:
    """A day is looked for on which the two best stores have as many orders; the other one is named."""
    sql = (
        "SELECT o.ordered_at::DATE AS day, o.store_id, count(*) AS n FROM orders o WHERE o.store_id IS NOT NULL "
        "GROUP BY 1, 2 QUALIFY n = max(n) OVER (PARTITION BY day) ORDER BY day DESC, o.store_id"
    )
    best: dict[object, list[str]] = {}
    for day, store, _ in plain(rows(shop, sql)):
        best.setdefault(day, []).append(store)
    tied = next(day for day, stores in best.items() if len(stores) == 2)
    alone = next(day for day, stores in best.items() if len(stores) == 1)
    found = answered(shop, f"which store had the most orders on {str(tied)[:10]}?")
    (shown,) = {row[0] for row in found.result.rows}
    (other,) = set(best[tied]) - {shown}
    assert other in notes(found, "TIED")
    assert not notes(answered(shop, f"which store had the most orders on {str(alone)[:10]}?"), "TIED")
