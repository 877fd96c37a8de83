"""The demo company: whole, consistent, repeatable, plausible, and true to the stories planted in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from warehouse import BuildError
from warehouse.sources.demo import DemoConfig, Story, Truth, build_demo

SCHEMA = Path(__file__).parent.parent / "warehouse" / "schema" / "core"
FIXTURES = Path(__file__).parent / "fixtures"
RESOLVED = {
    "person_record", "customer_identity", "identity_match", "identity_merge_log", "household", "household_member",
    "call", "cart_item", "conversion", "customer_attribute", "customer_change", "event", "experiment",
    "experiment_assignment", "interaction",
    "market_signal", "product_usage", "social_post", "survey", "ticket_message", "wallet_estimate",
}  # not demo's  # fmt: skip
TABLES = sorted(path.stem for path in SCHEMA.glob("*.sql") if path.stem not in RESOLVED)
SMALL = DemoConfig(as_of=date(2026, 3, 17), seed=11, customers=800, days=400)
FULL = DemoConfig(as_of=date(2026, 9, 30))


def statements(name: str) -> dict[str, str]:
    """The statements of a fixture by the comment line above each."""
    blocks = (FIXTURES / name).read_text(encoding="utf-8").split("\n\n")[1:]
    return {title.removeprefix("-- "): sql for title, sql in (block.split("\n", 1) for block in blocks)}


RULES = statements("demo_rules.sql")
AWKWARD = statements("demo_awkward_cases.sql")
FIGURES = statements("demo_figures.sql")


@dataclass(frozen=True)
class Company:
    con: duckdb.DuckDBPyConnection
    config: DemoConfig
    truth: Truth

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.con.execute(sql, list(values)).fetchall()

    def value(self, sql: str, *values: object) -> float:
        (answer,) = self.rows(sql, *values)[0]
        assert answer is not None, sql
        return float(answer)  # type: ignore[arg-type]  # every query given here answers with a number

    def story(self, name: str) -> Story:
        return next(story for story in self.truth.stories if story.name == name)


def build(config: DemoConfig) -> Company:
    con = duckdb.connect()
    truth = build_demo(con, config)
    con.execute("SET search_path = 'core'")
    con.execute("SET VARIABLE as_of = ?::DATE", [config.as_of])
    con.execute("CREATE TEMP VIEW real_orders AS FROM core.orders WHERE status <> 'cancelled' AND NOT is_test")
    return Company(con, config, truth)


@pytest.fixture(scope="module")
def small() -> Iterator[Company]:
    company = build(SMALL)
    yield company
    company.con.close()


@pytest.fixture(scope="module")
def full() -> Iterator[Company]:
    company = build(FULL)
    yield company
    company.con.close()


def content(company: Company) -> dict[str, object]:
    """A digest of every table, its rows in the order in which they lie."""
    digest = "SELECT md5(string_agg(t::VARCHAR, chr(10) ORDER BY rowid)) FROM core.{} t"
    return {table: company.rows(digest.format(table))[0][0] for table in TABLES}


# what there is


@pytest.mark.xdist_group("demo-small")
@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_the_schema_has_rows_with_their_origin(small: Company, table: str) -> None:
    key = small.rows(f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{table}' AND column_index = 1")[0][
        0
    ]
    assert small.value(f"SELECT count(*) FROM core.{table}") > 0
    told = f"source_system <> '' AND source_id = \"{key}\" AND ingested_at > TIMESTAMP '{SMALL.as_of}'"
    assert small.value(f"SELECT count(*) FROM core.{table} WHERE NOT ({told})") == 0


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_means(table: str) -> None:
    lines = (SCHEMA / f"{table}.sql").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("-- ")
    assert lines[1] == f"CREATE TABLE core.{table} ("
    assert [line for line in lines[2:-1] if "-- " not in line] == []


@pytest.mark.xdist_group("demo-small")
def test_freshness_tells_rows_and_reach_of_every_table(small: Company) -> None:
    told = {
        str(source): (rows, reach)
        for source, rows, reach in small.rows("SELECT source, rows, max_event_at FROM meta.source_freshness")
    }
    assert sorted(told) == [f"core.{table}" for table in TABLES]
    for table in TABLES:
        assert told[f"core.{table}"][0] == small.value(f"SELECT count(*) FROM core.{table}")
    assert told["core.orders"][1] == small.rows("SELECT max(ordered_at) FROM orders")[0][0]


UNIQUE = {
    "email_event": "id", "loyalty_transaction": "id", "opportunity_stage_history": "id", "subscription_event": "id",
    "account": "account_id", "agent": "agent_id", "annotation": "annotation_id", "campaign": "campaign_id",
    "cart": "cart_id", "consent": "(customer_id, purpose, channel, valid_from)", "customer": "customer_id",
    "lead": "lead_id", "loyalty_account": "loyalty_id", "marketing_spend": "(campaign_id, date, channel)",
    "opportunity": "opportunity_id", "order_item": "order_item_id", "orders": "order_id", "payment": "payment_id",
    "product": "product_id", "refund": "refund_id", "review": "review_id", "session": "session_id",
    "subscription": "subscription_id", "survey_response": "response_id", "ticket": "ticket_id",
    "touchpoint": "touch_id",
}  # fmt: skip


@pytest.mark.xdist_group("demo-small")
@pytest.mark.parametrize("table", TABLES)
def test_keys_are_unique(small: Company, table: str) -> None:
    key = UNIQUE[table]
    assert small.value(f"SELECT count(*) - count(DISTINCT {key}) FROM core.{table}") == 0


REFERENCES = [
    "account.parent_account_id -> account.account_id", "cart.customer_id -> customer.customer_id",
    "cart.session_id -> session.session_id", "cart.order_id -> orders.order_id",
    "consent.customer_id -> customer.customer_id", "customer.account_id -> account.account_id",
    "customer.acquisition_campaign_id -> campaign.campaign_id", "email_event.customer_id -> customer.customer_id",
    "email_event.campaign_id -> campaign.campaign_id", "lead.account_id -> account.account_id",
    "lead.campaign_id -> campaign.campaign_id", "lead.customer_id -> customer.customer_id",
    "lead.opportunity_id -> opportunity.opportunity_id", "loyalty_account.customer_id -> customer.customer_id",
    "loyalty_transaction.loyalty_id -> loyalty_account.loyalty_id", "loyalty_transaction.order_id -> orders.order_id",
    "marketing_spend.campaign_id -> campaign.campaign_id", "opportunity.account_id -> account.account_id",
    "opportunity.customer_id -> customer.customer_id", "opportunity.product_id -> product.product_id",
    "opportunity_stage_history.opportunity_id -> opportunity.opportunity_id", "order_item.order_id -> orders.order_id",
    "order_item.product_id -> product.product_id", "orders.campaign_id -> campaign.campaign_id",
    "orders.cart_id -> cart.cart_id", "orders.customer_id -> customer.customer_id",
    "orders.session_id -> session.session_id", "payment.order_id -> orders.order_id",
    "refund.order_id -> orders.order_id", "refund.order_item_id -> order_item.order_item_id",
    "review.customer_id -> customer.customer_id", "review.product_id -> product.product_id",
    "session.customer_id -> customer.customer_id", "session.utm_campaign -> campaign.campaign_id",
    "subscription.account_id -> account.account_id", "subscription.customer_id -> customer.customer_id",
    "subscription_event.subscription_id -> subscription.subscription_id",
    "survey_response.customer_id -> customer.customer_id", "survey_response.order_id -> orders.order_id",
    "survey_response.ticket_id -> ticket.ticket_id", "ticket.agent_id -> agent.agent_id",
    "ticket.customer_id -> customer.customer_id", "ticket.order_id -> orders.order_id",
    "ticket.product_id -> product.product_id", "touchpoint.campaign_id -> campaign.campaign_id",
    "touchpoint.customer_id -> customer.customer_id", "touchpoint.session_id -> session.session_id",
]  # fmt: skip


@pytest.mark.xdist_group("demo-small")
@pytest.mark.parametrize("reference", REFERENCES)
def test_references_hold_and_are_used(small: Company, reference: str) -> None:
    (child, column), (parent, key) = (side.split(".") for side in reference.split(" -> "))
    known = f"EXISTS (FROM {parent} p WHERE p.{key} = c.{column})"
    assert small.value(f"SELECT count(*) FROM {child} c WHERE {column} IS NOT NULL AND NOT {known}") == 0
    assert small.value(f"SELECT count({column}) FROM {child}") > 0


@pytest.mark.xdist_group("demo-small")
def test_nothing_happens_before_the_first_or_after_the_last_day(small: Company) -> None:
    columns = small.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'core' AND data_type = 'TIMESTAMP' "
        "AND column_name <> 'ingested_at' UNION ALL VALUES ('marketing_spend', 'date'), ('annotation', 'day')"
    )
    assert len(columns) > 30
    for table, column in columns:
        outside = f'SELECT count(*) FROM {table} WHERE "{column}" < ?::DATE OR "{column}" >= ?::DATE + 1'
        assert small.value(outside, SMALL.first_day, SMALL.as_of) == 0, (table, column)
    assert small.rows("SELECT max(ordered_at)::DATE, min(ordered_at)::DATE FROM orders")[0] == (
        SMALL.as_of,
        SMALL.first_day,
    )


@pytest.mark.xdist_group("demo-small")
@pytest.mark.parametrize("rule", RULES)
def test_tables_agree_with_each_other(small: Company, rule: str) -> None:
    assert small.rows(RULES[rule])[:3] == []


@pytest.mark.xdist_group("demo-small")
@pytest.mark.parametrize("case", AWKWARD)
def test_the_awkward_cases_are_there(small: Company, case: str) -> None:
    assert small.value(AWKWARD[case]) > 0


# the same again, and another


@pytest.mark.xdist_group("demo-small")
def test_same_settings_give_the_same_company(small: Company) -> None:
    assert content(build(SMALL)) == content(small)


@pytest.mark.xdist_group("demo-small")
def test_another_seed_gives_another_company_of_the_same_size(small: Company) -> None:
    other = build(DemoConfig(SMALL.as_of, seed=12, customers=SMALL.customers, days=SMALL.days))
    ours, theirs = content(small), content(other)
    assert [table for table in TABLES if ours[table] == theirs[table]] == ["annotation", "campaign"]
    assert other.value("SELECT count(*) FROM customer") == SMALL.customers


def test_building_again_replaces_and_progress_rises_to_one() -> None:
    config = DemoConfig(SMALL.as_of, customers=120, days=210)
    con, heard = duckdb.connect(), list[tuple[str, float]]()
    build_demo(con, config)
    con.execute("INSERT INTO meta.source_freshness VALUES ('mine', NULL, NULL, 3)")
    before = con.execute("SELECT count(*), sum(net_amount) FROM core.orders").fetchone()
    build_demo(con, config, lambda table, share: heard.append((table, share)))
    assert con.execute("SELECT count(*), sum(net_amount) FROM core.orders").fetchone() == before
    assert con.execute("SELECT count(*) FROM meta.source_freshness").fetchone() == (len(TABLES) + 1,)
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    mart = [f"mart.{path.stem}" for path in (SCHEMA.parent / "mart").glob("*.sql")]
    assert sorted(table for table, _ in heard[:-1]) == sorted([*TABLES, *mart])


@pytest.mark.parametrize(("customers", "days"), [(50, 200), (51, 733), (300, 1500)])
def test_odd_sizes_build_too(customers: int, days: int) -> None:
    company = build(DemoConfig(date(2024, 2, 29), seed=0, customers=customers, days=days))
    assert company.value("SELECT count(*) FROM customer") == customers
    for rule in ("lines make the order", "order numbers", "cart of an order"):
        assert company.rows(RULES[rule])[:3] == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"customers": 49}, "at least 50 customers"), ({"days": 199}, "at least 200 days"), ({"seed": -1}, "negative")],
)
def test_impossible_settings_are_refused(wrong: dict[str, int], words: str) -> None:
    with pytest.raises(BuildError, match=words):
        DemoConfig(as_of=date(2026, 1, 1), **wrong)


def test_the_door_of_the_demo_is_light() -> None:
    code = (
        "import sys, warehouse; known = set(sys.modules); import warehouse.sources.demo; "
        "print(sorted({m.split('.')[0] for m in set(sys.modules) - known} & {'numpy', 'pyarrow', 'pandas'}))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


# a company one could believe in: from the whole of it, tests and cancelled orders left out


@pytest.mark.xdist_group("demo-full")
@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_plausible(full: Company, figure: str) -> None:
    low, high = figure.rsplit(": ", 1)[1].split(" to ")
    assert float(low) <= full.value(FIGURES[figure]) <= float(high)


@pytest.mark.xdist_group("demo-full")
def test_high_earning_millennials_prefer_outdoor(full: Company) -> None:
    favourite = (
        "SELECT category FROM order_item i JOIN orders USING (order_id) JOIN customer USING (customer_id) "
        "JOIN product USING (product_id) WHERE income_band IN ('75k-100k', 'over 100k') AND year(birth_date) {} "
        "GROUP BY category ORDER BY sum(i.net_amount) DESC LIMIT 1"
    )
    assert full.rows(favourite.format("BETWEEN 1981 AND 1996")) == [("Outdoor",)]
    assert full.rows(favourite.format("< 1965")) != [("Outdoor",)]


# the stories: what changed in the slice, against the days before and against everything else


def level(company: Company, sql: str, story: Story, before: int, since: date | None = None) -> float:
    """A figure from `since` (default: the start) to the end of the story, over that of the days before the story.

    `sql` gives the figure for the days from ? to ?, the last one included.
    """
    during = company.value(sql, since or story.start, story.end)
    return during / company.value(sql, story.start - timedelta(days=before), story.start - timedelta(days=1))


def pace(company: Company, sql: str, story: Story, before: int, since: date | None = None) -> float:
    """Like `level`, for sums and counts: a day of the story over a day before it."""
    length = (story.end - (since or story.start)).days + 1
    return level(company, sql, story, before, since) * before / length


def check_north(company: Company) -> None:
    story = company.story("north_repeat_orders")
    sql = (
        "SELECT count(*) FROM orders JOIN customer USING (customer_id) WHERE order_seq > 1 AND NOT is_test AND {} "
        "AND ordered_at::DATE BETWEEN ? AND ?"
    )
    fell = {
        region: pace(company, sql.format(f"region = '{region}'"), story, 84)
        for region in ("North", "South", "East", "West", "Central")
    }
    rest = pace(company, sql.format("region <> 'North'"), story, 84)
    assert 0.70 <= fell["North"] / rest <= 0.92
    assert min(fell, key=fell.__getitem__) == "North"


def check_checkout(company: Company) -> None:
    story = company.story("ios_checkout_bug")
    sql = (
        "SELECT avg((c.status = 'abandoned')::INT) FROM cart c JOIN session USING (session_id) "
        "WHERE c.status <> 'open' AND {} AND created_at::DATE BETWEEN ? AND ?"
    )
    assert 1.15 <= level(company, sql.format("os = 'iOS'"), story, 56) <= 1.32
    assert 0.95 <= level(company, sql.format("os <> 'iOS'"), story, 56) <= 1.05
    orders = (
        "SELECT count(*) FROM orders JOIN session USING (session_id) WHERE os {} AND ordered_at::DATE BETWEEN ? AND ?"
    )
    lost = pace(company, orders.format("= 'iOS'"), story, 56) / pace(company, orders.format("<> 'iOS'"), story, 56)
    assert 0.38 <= lost <= 0.62


def check_refunds(company: Company) -> None:
    story = company.story("strideon_refunds")
    sql = (
        "SELECT sum(amount) FROM refund JOIN order_item USING (order_item_id) JOIN product USING (product_id) WHERE {} "
        "AND refunded_at::DATE BETWEEN ? AND ?"
    )
    assert 4.0 <= pace(company, sql.format("brand = 'Strideon' AND category = 'Shoes'"), story, 126) <= 9.0
    assert 0.65 <= pace(company, sql.format("brand <> 'Strideon'"), story, 126) <= 1.45
    assert company.value("SELECT count(DISTINCT category) FROM product WHERE brand = 'Strideon'") == 1


def check_search(company: Company) -> None:
    story = company.story("germany_paid_search_cost")
    cost = (
        "SELECT sum(cost) FROM marketing_spend JOIN campaign USING (campaign_id) "
        "WHERE campaign.channel = 'Paid Search' AND country {} AND date BETWEEN ? AND ?"
    )
    won = (
        "SELECT count(*) FROM customer WHERE acquisition_channel = 'Paid Search' AND country {} "
        "AND first_order_at::DATE BETWEEN ? AND ?"
    )
    click = cost.replace("sum(cost)", "sum(cost) / sum(clicks)")
    last_week = story.end - timedelta(days=6)
    for whom, cpa_low, cpa_high, click_low, click_high in (
        ("= 'Germany'", 1.2, 1.7, 1.65, 1.85),
        ("<> 'Germany'", 0.8, 1.2, 0.93, 1.07),
    ):
        cpa = pace(company, cost.format(whom), story, 84) / pace(company, won.format(whom), story, 84)
        assert cpa_low <= cpa <= cpa_high, whom
        assert click_low <= level(company, click.format(whom), story, 84, last_week) <= click_high, whom


def check_delivery(company: Company) -> None:
    story = company.story("delivery_outage")
    sql = "SELECT count(*) FROM ticket WHERE topic {} AND created_at::DATE BETWEEN ? AND ?"
    wait = sql.replace("count(*)", "median(date_diff('second', created_at, first_reply_at))")
    assert 2.4 <= pace(company, sql.format("= 'delivery'"), story, 84) <= 4.2
    assert 0.6 <= pace(company, sql.format("<> 'delivery'"), story, 84) <= 1.4
    assert 2.0 <= level(company, wait.format("= 'delivery'"), story, 84) <= 4.5
    assert 0.5 <= level(company, wait.format("<> 'delivery'"), story, 84) <= 1.8


def check_stores(company: Company) -> None:
    story = company.story("netherlands_store_growth")
    last = story.end - timedelta(days=41)

    def grown(figure: str, whose: str) -> float:
        sql = (
            f"SELECT {figure} FROM orders JOIN customer USING (customer_id) WHERE status <> 'cancelled' AND {whose} "
            "AND ordered_at::DATE BETWEEN ? AND ?"
        )
        return pace(company, sql, story, 84, last)

    dutch, others = "channel = 'store' AND country = 'Netherlands'", "channel = 'store' AND country <> 'Netherlands'"
    assert 1.45 <= grown("count(*)", dutch) / grown("count(*)", others) <= 2.6
    assert 1.3 <= grown("sum(net_amount)", dutch) / grown("sum(net_amount)", others) <= 3.0
    assert grown("count(*)", dutch) > 1.3 * grown("count(*)", "channel = 'web' AND country = 'Netherlands'")


STORIES = {
    "north_repeat_orders": check_north,
    "ios_checkout_bug": check_checkout,
    "strideon_refunds": check_refunds,
    "germany_paid_search_cost": check_search,
    "delivery_outage": check_delivery,
    "netherlands_store_growth": check_stores,
}


@pytest.mark.xdist_group("demo-full")
@pytest.mark.parametrize("name", STORIES)
def test_the_story_is_in_the_data(full: Company, name: str) -> None:
    STORIES[name](full)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("as_of", "seed"), [(date(2025, 1, 12), 7), (date(2026, 4, 8), 1), (date(2026, 11, 20), 7), (date(2027, 7, 3), 2)]
)
def test_the_stories_are_in_the_data_on_any_day(as_of: date, seed: int) -> None:
    company = build(DemoConfig(as_of=as_of, seed=seed))
    for check in STORIES.values():
        check(company)


@pytest.mark.xdist_group("demo-small")
def test_the_truth_names_every_story_with_slice_days_and_effect(small: Company) -> None:
    told = json.loads(small.truth.to_json())
    assert (told["as_of"], told["seed"], told["customers"], told["days"]) == ("2026-03-17", 11, 800, 400)
    assert [story["name"] for story in told["stories"]] == list(STORIES)
    back = {
        story.name: ((SMALL.as_of - story.start).days, (SMALL.as_of - story.end).days) for story in small.truth.stories
    }
    assert back["north_repeat_orders"] == (41, 0)
    assert back["ios_checkout_bug"] == (19, 11)
    for story in told["stories"]:
        assert datetime.fromisoformat(story["start"]) <= datetime.fromisoformat(story["end"])
        assert story["sentence"].endswith(".")
        assert abs(story["effect"]) >= 0.1
        for column, word in story["slice"].items():
            table, name = column.split(".")
            assert small.value(f"SELECT count(*) FROM {table} WHERE {name} = ?", word) > 0
