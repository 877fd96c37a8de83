"""Funnels: defined with file and line, asked for in plain English, told honestly, held against SQL by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer, Clarification, Refusal
from assistant.assistant import Assistant
from assistant.caveats import of_result
from assistant.charts import choose
from assistant.conversation import Conversation
from assistant.narrate import numbers_supported, record_of
from assistant.refining import World, alternatives
from assistant.service.terminal import catalogue, render_catalogue
from assistant.shape import context
from assistant.ui.tables import lines_of, short_table
from semantic_layer import (
    Column,
    DefinitionError,
    Ground,
    RowPolicy,
    SemanticLayer,
    SemanticQuery,
    Viewer,
    bond,
    for_viewer,
    funnel_of,
    in_language,
    is_funnel,
    lint,
    load,
    load_workspace,
    shipped_definitions,
    step_shares,
)
from tests.asking import answered, plain, rows
from warehouse import Result

MAY = "{} >= DATE '2026-05-01' AND {} < DATE '2026-06-01'"
SOLD = "o.status <> 'cancelled' AND NOT o.is_test"
OWN = """
version: 1
extends: none
datasets:
  - name: visit
    source: visit
    label: Visits
    primary_key: [id]
    time: day
    fields: [{name: day, type: time}, {name: device}]
    measures: [{name: all, agg: count}, {name: bought, agg: count, filter: bought_at IS NOT NULL}]
metrics:
  - {name: visits, measure: visit.all, unit: visits, format: integer}
  - {name: buying_visits, measure: visit.bought, unit: visits, format: integer}
  - {name: share_buying, type: ratio, numerator: buying_visits, denominator: visits, unit: '%', format: percent}
funnels:
"""


def in_may(column: str) -> str:
    return MAY.format(column, column)


def shop_steps(group: str = "", more: str = "TRUE", days: tuple[str, str, str] | None = None) -> str:
    """Visits, visits with a cart and with an order by their own days, and the shares that a funnel shows of them."""
    visit, cart, order = days or tuple(in_may(one) for one in ("s.started_at", "c.created_at", "o.ordered_at"))
    key = f"{group} AS k," if group else "1 AS k,"
    shown = "k," if group else ""
    return f"""
        WITH a AS (SELECT {key} count(*) AS n FROM session s WHERE NOT s.is_bot AND {more} AND {visit} GROUP BY 1),
        b AS (SELECT {key} count(DISTINCT c.session_id) AS n FROM cart c JOIN session s USING (session_id)
              WHERE {more} AND {cart} GROUP BY 1),
        d AS (SELECT {key} count(DISTINCT o.session_id) AS n FROM orders o JOIN session s USING (session_id)
              WHERE {SOLD} AND {more} AND {order} GROUP BY 1)
        SELECT {shown} a.n, b.n, d.n, b.n / a.n, d.n / b.n, d.n / a.n FROM a JOIN b USING (k) JOIN d USING (k)
    """


LEADS = """
    SELECT count(*) AS a, count(l.qualified_at) AS b, count(*) FILTER (l.status = 'converted') AS c,
           count(*) FILTER (d.is_won) AS d
    FROM lead l LEFT JOIN opportunity d USING (opportunity_id) WHERE year(l.created_at) = 2025
"""
MAILS = """
    SELECT count(DISTINCT message_id) FILTER (type = 'sent') AS a,
           count(DISTINCT message_id) FILTER (type = 'open' AND NOT is_machine_open) AS b,
           count(DISTINCT message_id) FILTER (type = 'click') AS c
    FROM email_event WHERE year("at") = 2025
"""


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("checkout funnel in May", shop_steps()),
        ("show me the funnel from visit to order in May", shop_steps()),
        ("how do visits turn into orders step by step in May?", shop_steps()),
        ("biggest drop-off in the checkout funnel in May", shop_steps()),
        ("where do we lose people between visit, cart and order in May?", shop_steps()),
        ("shop funnel by device in May", shop_steps("s.device")),
        (
            "visit to cart to order funnel on weekends in May",
            shop_steps(more="dayofweek(s.started_at) IN (0, 6)"),
        ),
        ("web funnel for mobile visitors in May", shop_steps(more="s.device = 'mobile'")),
        (
            "how many leads get qualified, become deals and are won in 2025, stage by stage?",
            f"SELECT a, b, c, d, b / a, c / b, d / c, d / a FROM ({LEADS})",
        ),
        ("checkout funnel on mobile in May", shop_steps(more="s.device = 'mobile'")),
        ("sales funnel in 2025", f"SELECT a, b, c, d, b / a, c / b, d / c, d / a FROM ({LEADS})"),
        (
            "what share of leads in 2025 become won deals, stage by stage",
            f"SELECT a, b, c, d, b / a, c / b, d / c, d / a FROM ({LEADS})",
        ),
        ("email funnel: sent, opened, clicked in 2025", f"SELECT a, b, c, b / a, c / b, c / a FROM ({MAILS})"),
        ("lead funnel from lead to deal in 2025", f"SELECT a, b, c, b / a, c / b, c / a FROM ({LEADS})"),
        ("lead funnel from qualified to deal in 2025", f"SELECT b, c, c / b FROM ({LEADS})"),
    ],
)
def test_each_step_stands_beside_its_share_of_the_step_before(shop: Assistant, question: str, sql: str) -> None:
    assert plain(answered(shop, question).result.rows) == plain(rows(shop, sql))


def test_two_periods_are_compared_step_by_step(shop: Assistant) -> None:
    found = answered(shop, "checkout funnel in May vs April")
    assert found.plan is not None
    assert found.plan.query.compare is not None
    assert is_funnel(found.plan.query)
    april = [MAY.format(one, one).replace("05-01", "04-01").replace("06-01", "05-01") for one in ("s.started_at",) * 3]
    april = [one.replace("s.started_at", day) for one, day in zip(april, DAYS, strict=True)]
    now, then = (rows(shop, sql)[0] for sql in (shop_steps(), shop_steps(days=(april[0], april[1], april[2]))))
    names = [column.name for column in found.columns]
    told = dict(zip(names, found.result.rows[0], strict=True))
    steps = found.plan.query.metrics
    assert [told[name] for name in steps] == list(now[:3])
    assert [told[f"{name}_previous"] for name in steps] == list(then[:3])
    assert found.chart.kind == "funnel"
    assert "against" in found.sentence


DAYS = ("s.started_at", "c.created_at", "o.ordered_at")


def test_the_largest_loss_is_told_and_first_where_it_is_asked_for(shop: Assistant) -> None:
    visits, carts = rows(shop, shop_steps())[0][:2]
    lost = f"The largest drop is between visits and visits with a cart: {visits - carts:,} fewer"
    asked, whole = (answered(shop, f"{one} checkout funnel in May") for one in ("biggest drop-off in the", "the"))
    assert asked.sentence.startswith(lost)
    assert lost in whole.sentence
    assert whole.sentence.startswith(f"Of {visits:,}")
    for found in (asked, whole):
        assert found.plan is not None
        known = context(shop.layer, found.plan.query, shop.as_of)
        assert numbers_supported(found.sentence, record_of(found.columns, found.result, known))


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("checkout funnel in May", "FUNNEL_DAYS"),
        ("sales funnel in 2025", "FUNNEL_SAME"),
        ("deal funnel in 2025", "FUNNEL_APART"),
        ("email funnel in 2025", "FUNNEL_DAYS"),
    ],
)
def test_the_answer_says_whether_the_same_ones_go_through(shop: Assistant, question: str, code: str) -> None:
    assert [one.code for one in answered(shop, question).caveats if one.code.startswith("FUNNEL")] == [code]


def test_a_step_with_more_than_the_one_before_says_why() -> None:
    columns = (
        Column("deals_won", "metric", "deals_won", "Deals won"),
        Column("leads", "metric", "leads", "Leads"),
        Column("leads_of_deals_won", "share", "leads", "Leads as a share of deals won", "%", "percent"),
    )
    names = tuple(one.name for one in columns)
    for row, codes in (((2, 5, 2.5), ["FUNNEL_OVER"]), ((0, 5, None), ["FUNNEL_OVER"]), ((5, 2, 0.4), [])):
        told = of_result(columns, Result(names, (), (row,), truncated=False, seconds=0.0))
        assert [one.code for one in told] == codes


def test_what_is_not_defined_is_refused_with_what_is(shop: Assistant) -> None:
    for question in ("funnel of refunds", "customer onboarding funnel", "support ticket funnel last month"):
        outcome = shop.ask(question)
        assert isinstance(outcome, Refusal), outcome
        assert "Shop funnel" in outcome.sentence
    lacking = shop.ask("email funnel: sent, opened, ordered")
    assert isinstance(lacking, Refusal)
    assert "E-mail funnel" in lacking.sentence


@pytest.mark.parametrize(
    "question",
    [
        "sales funnel by device",  # leads have none
        "checkout funnel on full moons",
        "sales funnel deals in 2025",
        "smallest drop-off in the checkout funnel",
        "checkout funnel of customers who returned something twice",
        "where do we lose people between order and visit?",
        "email funnel with opens, clicks and unsubscribes",
    ],
)
def test_words_that_no_step_has_a_use_for_are_no_funnel(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


def test_which_funnel_is_asked_where_several_could_be_meant(shop: Assistant) -> None:
    outcome = shop.ask("show me the funnel for 2025")
    assert isinstance(outcome, Clarification)
    assert [one.label for one in outcome.options] == [one.title for one in shop.layer.funnels.values()]
    by_device = answered(shop, "funnel by device")  # which only visits have
    assert by_device.plan is not None
    assert funnel_of(shop.layer, by_device.plan.query) == shop.layer.funnels["shop_funnel"]


@pytest.mark.parametrize(
    ("question", "funnel"),
    [
        ("in which step do we lose the most visitors?", "shop_funnel"),
        ("in which stage do we lose most leads", "sales_funnel"),
    ],
)
def test_who_gets_lost_names_the_funnel(shop: Assistant, question: str, funnel: str) -> None:
    found = answered(shop, question)
    assert found.plan is not None
    assert funnel_of(shop.layer, found.plan.query) == shop.layer.funnels[funnel]


@pytest.mark.parametrize(
    "question",
    [
        "how much are our open deals worth in total, stage by stage?",
        "lost deals by reason in 2025",
        "which stage loses the most deals",  # of which the deal funnel follows none
        "visits, carts and orders in May",
        "how many customers did we lose in May?",
        "visits that ended in an order last month",
    ],
)
def test_other_questions_with_such_words_are_no_funnels(shop: Assistant, question: str) -> None:
    outcome = shop.ask(question)
    assert not (isinstance(outcome, Answer) and outcome.plan and is_funnel(outcome.plan.query))


def test_a_conversation_goes_on_about_the_steps(shop: Assistant) -> None:
    talk = Conversation()
    told = [shop.ask(one, conversation=talk) for one in ("checkout funnel in May", "by device", "only mobile")]
    assert all(isinstance(one, Answer) and one.plan and is_funnel(one.plan.query) for one in told)
    assert isinstance(told[1], Answer)
    assert plain(told[1].result.rows) == plain(rows(shop, shop_steps("s.device")))
    other = shop.ask("and the sales funnel?", conversation=talk)
    assert isinstance(other, Answer)
    assert other.plan is not None
    assert other.plan.query.metrics == shop.layer.funnels["sales_funnel"].metrics
    assert other.plan.query.time_range is not None
    assert other.plan.query.time_range.label == "May 2026"


def test_a_chip_takes_a_step_away_or_puts_another_in_its_place(shop: Assistant) -> None:
    world = World(shop.layer, shop.values, shop.as_of)
    asked = answered(shop, "sales funnel in 2025").plan
    assert asked is not None
    offered = alternatives(world, asked.query, 1)
    assert all(is_funnel(one.query) for one in offered)
    assert "leads_accepted" not in next(one.query.metrics for one in offered if one.key == "remove")
    assert any(one.key == "metric" for one in offered)


def test_a_bar_and_a_row_for_each_step(shop: Assistant) -> None:
    found = answered(shop, "checkout funnel in May")
    assert found.chart.kind == "funnel"
    assert found.chart.spec is not None
    bars = found.chart.spec["data"]["values"]
    assert [bar["v"] for bar in bars] == [float(one) for one in rows(shop, shop_steps())[0][:3]]
    assert "%" in bars[1]["text"]
    assert "%" not in bars[0]["text"]
    table = short_table(found, "en")
    assert lines_of(found) == 3
    assert table.count("<tr>") == 4
    assert "Of the step before" in table
    groups = answered(shop, "checkout funnel by device in May").chart
    assert groups.kind == "grouped_bar"
    assert groups.spec is not None
    assert {bar["s"] for bar in groups.spec["data"]["values"]} == {"Visits with a cart", "Visits with an order"}


def test_nothing_is_lost_of_nothing(shop: Assistant) -> None:
    found = answered(shop, "sales funnel in 2020")
    assert "%" not in found.sentence
    assert choose(found.columns, found.result, context(shop.layer, found.plan.query if found.plan else None)).kind


# --- definitions


def made(tmp_path: Path, funnels: str) -> SemanticLayer:
    path = tmp_path / "own.yml"
    path.write_text(OWN + funnels, encoding="utf-8")
    return load([path])


def test_a_funnel_of_ones_own_is_loaded(tmp_path: Path) -> None:
    layer = made(
        tmp_path, "  - {name: buying, entity: visit, steps: [{metric: visits}, {metric: buying_visits, label: Buys}]}\n"
    )
    assert layer.funnels["buying"].metrics == ("visits", "buying_visits")
    assert bond(layer, layer.funnels["buying"].metrics) == "same"
    query = SemanticQuery(metrics=("visits", "buying_visits"), shares=step_shares(("visits", "buying_visits")))
    assert funnel_of(layer, query) == layer.funnels["buying"]
    assert not is_funnel(query.model_copy(update={"metrics": ("buying_visits", "visits")}))


@pytest.mark.parametrize(
    ("funnels", "told"),
    [
        ("  - {name: a, steps: [{metric: visits}, {metric: buying_visit}]}\n", "Did you mean `buying_visits`"),
        ("  - {name: a, steps: [{metric: visits}, {metric: visits}]}\n", "`visits` is a step twice"),
        ("  - {name: a, steps: [{metric: visits}]}\n", "at least 2 items"),
        ("  - {name: visits, steps: [{metric: visits}, {metric: buying_visits}]}\n", "`visits` is called so already"),
        ("  - {name: a, entity: visits, steps: [{metric: visits}, {metric: buying_visits}]}\n", "no dataset `visits`"),
        ("  - {name: a, step: []}\n", "unknown key `step`. Did you mean `steps`"),
        ("  - {name: a, steps: [{metric: visits}, {metric: share_buying}]}\n", "different units"),
    ],
)  # fmt: skip
def test_a_wrong_funnel_is_told_with_file_and_line(tmp_path: Path, funnels: str, told: str) -> None:
    with pytest.raises(DefinitionError) as error:
        made(tmp_path, funnels)
    assert told in str(error.value)
    assert "own.yml:" in str(error.value)


def test_a_step_of_other_things_is_a_fault_where_an_entity_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.yml"
    path.write_text(
        "version: 1\nfunnels:\n  - {name: mixed, entity: session, steps: [{metric: sessions}, {metric: leads}]}\n",
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError, match="`leads` does not count rows of `session`"):
        load([*shipped_definitions(), path])


def test_shipped_funnels_go_with_the_data_they_need() -> None:
    layer = load_workspace(None, {"session": {"session_id": "VARCHAR", "started_at": "TIMESTAMP"}})
    assert "shop_funnel" not in layer.funnels
    assert "shop_funnel" in layer.inactive


def test_the_steps_are_called_in_the_readers_language() -> None:
    layer = in_language(load_workspace(None, None, reader="de"), "de")
    assert layer.funnels["shop_funnel"].title == "Shop-Trichter"
    assert [one.label or layer.metrics[one.metric].title for one in layer.funnels["shop_funnel"].steps] == [
        "Besuche",
        "Besuche mit Warenkorb",
        "Besuche mit Bestellung",
    ]


def test_the_catalogue_lists_funnels_with_what_breaks_down_all_steps(shop: Assistant) -> None:
    names = [entry["name"] for entry in catalogue(shop.layer, None)]
    assert names[-len(shop.layer.funnels) :] == list(shop.layer.funnels)
    (entry,) = catalogue(shop.layer, "sales_funnel")
    assert "lead.channel" in entry["dimensions"]
    assert "session.device" not in entry["dimensions"]
    assert render_catalogue([entry]).startswith("Sales funnel (sales_funnel), funnel")


def test_who_may_not_see_a_step_does_not_see_the_funnel() -> None:
    layer = load(shipped_definitions())
    leads = layer.datasets["lead"]
    hiding = leads.model_copy(update={"policy": RowPolicy(hidden_fields=("lead_status",))})
    datasets = tuple(hiding if one.name == "lead" else one for one in layer.definitions.datasets)
    bound = SemanticLayer(layer.definitions.model_copy(update={"datasets": datasets}), layer.inactive, layer.schema)
    seen = for_viewer(bound, Viewer("ann"))
    assert "sales_funnel" not in seen.funnels
    assert "shop_funnel" in seen.funnels


def test_lint_tells_of_a_step_without_data_and_an_example_read_otherwise() -> None:
    whole = load(shipped_definitions())
    funnels = (whole.funnels["sales_funnel"],)
    layer = SemanticLayer(whole.definitions.model_copy(update={"funnels": funnels}), whole.inactive, whole.schema)
    ground = Ground(layer, date(2026, 6, 30), rows=lambda _: [(5, 3, 0, 0)], reads=lambda _: SemanticQuery())
    found = {(one.code, one.name) for one in lint(ground) if one.section == "funnels"}
    assert {("FUNNEL_EMPTY_STEP", "sales_funnel"), ("EXAMPLE_UNREAD", "sales_funnel")} <= found
