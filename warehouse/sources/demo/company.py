"""All tables of the demo company, each made when it is asked for, in an order in which a reader can follow them."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.sources.demo import (
    basket,
    campaigns,
    catalogue,
    customers,
    deals,
    loyalty,
    members,
    outreach,
    people,
    purchases,
    sales,
    season,
    service,
    visits,
    voice,
    web,
)
from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.frame import Frame

Tables = Iterator[tuple[str, Frame]]


def tables(config: DemoConfig) -> Tables:
    """Name and content of every core table of the company."""
    year = season.season(config)
    crowd, goods, run = people.people(config, year), catalogue.catalogue(config), campaigns.campaigns(config)
    firms = deals.accounts(config, crowd)
    done, lost = purchases.orders(config, crowd, year)
    seen = visits.visits(config, crowd, year, (done, lost))
    brought = web.visit_campaigns(config, crowd, run, seen)
    came = web.links(seen, brought, len(done))
    since = customers.first_seen(config, crowd, done, seen)
    times = customers.contact_times(crowd, done, since, web.last_visits(seen, len(crowd)))
    yield "customer", customers.customer_frame(config, crowd, firms, run, times)
    yield "account", deals.account_frame(config, firms)
    yield "product", catalogue.product_frame(config, goods)
    yield "annotation", season.annotation_frame(config)
    percent, code, codes = basket.coupons(config, year, done)
    lines = basket.items(config, crowd, goods, done, percent)
    back = basket.refunds(config, goods, done, lines)
    book = sales.ledger(config, crowd, done, lines, back)
    yield "orders", sales.order_frame(config, done, book, came, (code, codes))
    yield "order_item", sales.item_frame(lines, back, goods)
    yield "refund", sales.refund_frame(lines, back)
    yield "payment", sales.payment_frame(config, done, book)
    yield "session", web.session_frame(config, seen, brought)
    yield "cart", web.cart_frame(config, seen, lines, len(done))
    yield from _reach(config, crowd, run, (done, seen, came), year)
    yield from _business(config, firms, run, year, len(goods))
    yield from _membership(config, crowd, firms, (done, book), (since, run))
    asked = service.tickets(config, crowd, done)
    told = voice.surveys(config, crowd, done, asked)
    yield "agent", service.agent_frame(config)
    yield "ticket", service.ticket_frame(config, asked, lines, told.ticket_scores(len(asked.created)))
    yield "survey_response", voice.survey_frame(config, told)
    yield "review", voice.review_frame(config, crowd, goods, (done, lines, back))


def _reach(
    config: DemoConfig,
    crowd: people.People,
    run: campaigns.Campaigns,
    traffic: tuple[purchases.Orders, visits.Visits, web.Links],
    year: season.Season,
) -> Tables:
    yield "campaign", campaigns.campaign_frame(config, run)
    yield "marketing_spend", campaigns.spend_frame(config, run, year)
    yield "touchpoint", outreach.touchpoint_frame(config, crowd, run, traffic)


def _business(
    config: DemoConfig, firms: deals.Accounts, run: campaigns.Campaigns, year: season.Season, products: int
) -> Tables:
    found = deals.leads(config, year, firms)
    won = deals.deals(config, firms, found)
    yield "lead", deals.lead_frame(config, run, found, firms, won)
    yield "opportunity", deals.opportunity_frame(config, firms, won, products)
    yield "opportunity_stage_history", deals.stage_frame(won)


def _membership(
    config: DemoConfig,
    crowd: people.People,
    firms: deals.Accounts,
    sold: tuple[purchases.Orders, sales.Ledger],
    reach: tuple[loyalty.Ints, campaigns.Campaigns],
) -> Tables:
    since, run = reach
    held = members.contracts(config, crowd)
    yield "subscription", members.subscription_frame(config, crowd, firms.of, held)
    yield "subscription_event", members.subscription_event_frame(held)
    club = loyalty.club(config, crowd, *sold)
    yield "loyalty_account", loyalty.loyalty_frame(club)
    yield "loyalty_transaction", loyalty.loyalty_transaction_frame(club)
    mail = loyalty.permissions(config, crowd, since)
    yield "consent", loyalty.consent_frame(config, mail)
    yield "email_event", outreach.email_frame(config, crowd, run, mail)
