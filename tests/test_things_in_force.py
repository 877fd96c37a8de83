"""Things that run from one day to another, and lists with what is asked of each of their rows."""

from datetime import date

import pytest

from assistant.answer import Refusal
from assistant.understanding import Understanding
from semantic_layer import Filter
from tests.foreign import assert_same_rows, foreign
from tests.understanding_layer import read, shipped

VALUES = {
    "campaign.campaign_channel": (("Email", 9), ("Display", 8)),
    "campaign.campaign_country": (("Germany", 9), ("France", 8)),
    "customer.city": (("Berlin", 9), ("Kiel", 8)),
    "loyalty_account.tier": (("Gold", 3), ("Platinum", 4)),
    "subscription.subscription_status": (("active", 3), ("cancelled", 4)),
}
BEGUN, ENDED = "campaign.campaign_start", "campaign.campaign_end"


@pytest.fixture(scope="module")
def company() -> Understanding:
    return shipped(VALUES)


def _between(first: date, behind: date) -> tuple[Filter, ...]:
    """Begun before a day, and not ended before another one."""
    open_ = Filter(field=ENDED, op="is_null")
    return Filter(field=BEGUN, op="lt", values=(behind,)), Filter(
        field=ENDED, op="ge", values=(first,), any_of=(open_,)
    )


@pytest.mark.parametrize(
    ("question", "first", "behind"),
    [
        ("which campaigns are running right now", date(2026, 6, 30), date(2026, 7, 1)),
        ("which campaigns are active", date(2026, 6, 30), date(2026, 7, 1)),
        ("current campaigns", date(2026, 6, 30), date(2026, 7, 1)),
        ("campaigns that were live in may", date(2026, 5, 1), date(2026, 6, 1)),
        ("which campaigns ran in 2025", date(2025, 1, 1), date(2026, 1, 1)),
    ],
)
def test_what_runs_had_begun_and_not_ended(company: Understanding, question: str, first: date, behind: date):
    query = read(company, question)
    assert (query.entity, query.metrics, query.filters) == ("campaign", (), _between(first, behind))


def test_how_many_run_is_a_number_under_the_other_conditions(company: Understanding):
    query = read(company, "how many email campaigns are live")
    assert query.metrics == ("count_of_campaign_rows",)
    assert query.filters[1:] == _between(date(2026, 6, 30), date(2026, 7, 1))
    assert query.filters[0].values == ("Email",)


@pytest.mark.parametrize(("question", "metric"), [("active subscriptions", "active_subscriptions")])
def test_what_has_a_number_of_its_own_keeps_it(company: Understanding, question: str, metric: str):
    assert read(company, question).metrics == (metric,)


def test_what_is_asked_of_each_row_is_shown_beside_it(company: Understanding):
    shown = [group.field for group in read(company, "top 10 customers by revenue in 2026 with their city").group_by]
    assert "customer.city" in shown


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("top 10 customers by revenue in 2026 with their city and email", "E-mail address"),
        ("names and emails of all customers in Berlin", "E-mail address"),
        ("emails of platinum members in Kiel", "E-mail address"),
        ("list the emails of customers in Berlin", "E-mail address"),
        ("list customers in Berlin who ordered in june with their phone number", "Phone number"),
    ],
)
def test_personal_data_is_not_listed_by_any_form(company: Understanding, question: str, field: str):
    refused = company.plan(question)
    assert isinstance(refused, Refusal)
    assert refused.code == "NOT_AVAILABLE"
    assert refused.sentence.startswith(f"{field} is personal data")


POLICIES = """
CREATE TABLE policy_state (state_code VARCHAR PRIMARY KEY, state_name VARCHAR);
INSERT INTO policy_state VALUES ('A', 'Active'), ('L', 'Lapsed');
CREATE TABLE policy (policy_id INTEGER PRIMARY KEY, holder VARCHAR, state_code VARCHAR REFERENCES policy_state,
  start_date DATE, end_date DATE);
INSERT INTO policy VALUES (1, 'Ann', 'A', '2025-01-01', '2026-01-01'), (2, 'Bo', 'L', '2026-01-01', NULL),
  (3, 'Cy', 'A', '2026-05-01', NULL), (4, 'Di', 'A', '2026-02-01', '2027-01-31'),
  (5, 'Ed', 'A', '2024-02-01', '2025-01-31');
"""


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many policies are active?", "SELECT count(*) FROM policy WHERE state_code = 'A'"),
        (
            "How many policies were active in March 2026?",
            "SELECT count(*) FROM policy"
            " WHERE start_date < '2026-04-01' AND (end_date >= '2026-03-01' OR end_date IS NULL)",
        ),
    ],
)
def test_a_stored_state_of_today_goes_before_the_days(
    tmp_path_factory: pytest.TempPathFactory, question: str, sql: str
) -> None:
    with foreign(tmp_path_factory.mktemp("policies"), POLICIES, date(2026, 6, 30)) as world:
        assert_same_rows(world, question, sql)
