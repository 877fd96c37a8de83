"""Tables of what is sold: orders, their lines, refunds and payments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.basket import REASONS, Items, Refunds, totals
from warehouse.sources.demo.catalogue import Catalogue
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, pick, pick_by_row
from warehouse.sources.demo.frame import NEVER, Bools, Coded, Const, Frame, Ints, Key, Masked, money, when
from warehouse.sources.demo.people import CITY_COUNTRY, People, city_weights
from warehouse.sources.demo.purchases import COMPLETED, PENDING, REFUNDED, STATUSES, Orders
from warehouse.sources.demo.season import CHANNELS, STORE
from warehouse.sources.demo.vocabulary import CITIES, COUNTRIES
from warehouse.sources.demo.web import Links

FREE_SHIPPING, SHIPPING = 4900, 490  # cents: orders from here on travel free, others pay this
METHODS = ("card", "paypal", "invoice", "wallet", "gift card", "cash")
METHOD_ODDS = np.array([[44, 27, 14, 12, 3, 0], [52, 0, 0, 15, 3, 30]], dtype=float)  # elsewhere, in stores
FEES = np.array([0.014, 0.025, 0.020, 0.012, 0.0, 0.003])  # share of the amount, by method


@dataclass(frozen=True)
class Ledger:
    """What each order amounts to, in cents; `method` is how it is paid, `store` where (-1 outside stores)."""

    gross: Ints
    discount: Ints
    refund: Ints
    tax: Ints
    shipping: Ints
    method: Ints
    store: Ints

    @property
    def paid(self) -> Ints:
        """Cents the customer pays: goods after discount, shipping and tax."""
        return self.gross - self.discount + self.shipping + self.tax


def ledger(config: DemoConfig, crowd: People, done: Orders, lines: Items, back: Refunds) -> Ledger:
    """The money of every order."""
    size = len(done)
    gross, discount = totals(lines, lines.gross, size), totals(lines, lines.discount, size)
    refund = totals(lines, refunded(lines, back), size)
    in_store = done.channel == STORE
    shipping = np.where(in_store | (gross - discount >= FREE_SHIPPING), 0, SHIPPING)
    rate = np.array([country[5] for country in COUNTRIES])
    place = _places(config, crowd, done)
    tax = np.rint((gross - discount + shipping) * rate[CITY_COUNTRY[place]]).astype(np.int64)
    method = pick_by_row(config.rng("methods"), METHOD_ODDS, in_store.astype(np.int64))
    return Ledger(gross, discount, refund, tax, shipping, method, np.where(in_store, place, -1))


def order_frame(
    config: DemoConfig, done: Orders, book: Ledger, came: Links, coupon: tuple[Ints, tuple[str, ...]]
) -> Frame:
    """The orders table."""
    code, codes = coupon
    rng, size = config.rng("order costs"), len(done)
    counted = done.sequence > 0
    carried = np.rint(np.exp(rng.normal(np.log(520), 0.18, size))).astype(np.int64)
    fee = np.rint(book.paid * FEES[book.method] + 25 * (book.method < 4)).astype(np.int64)
    return {
        "order_id": Key("O", np.arange(size) + 1),
        "customer_id": Key("C", np.where(done.customer < 0, -1, done.customer + 1), 6),
        "ordered_at": when(done.second),
        "status": Coded(_status(done, book), STATUSES),
        "channel": Coded(done.channel, CHANNELS),
        "store_id": Coded(book.store, [f"{city[1]}-{city[0].replace(' ', '-')}" for city in CITIES]),
        "currency": Const("EUR"),
        "gross_amount": money(book.gross),
        "discount_amount": money(book.discount),
        "tax_amount": money(book.tax),
        "shipping_amount": money(book.shipping),
        "refund_amount": money(book.refund),
        "net_amount": money(book.gross - book.discount - book.refund),
        "shipping_cost": money(np.where(book.store >= 0, 0, carried)),
        "payment_fee": money(np.where(done.kept, fee, 0)),
        "coupon_code": Coded(code, codes),
        "cart_id": Key("B", np.where(came.cart < 0, -1, came.cart + 1)),
        "session_id": Key("S", np.where(came.session < 0, -1, came.session + 1)),
        "campaign_id": Key("K", np.where(came.campaign < 0, -1, came.campaign + 1), 4),
        "order_seq": Masked(done.sequence, counted),
        "is_first_order": Masked(done.sequence == 1, counted),
        "is_test": done.is_test,
    }


def item_frame(lines: Items, back: Refunds, goods: Catalogue) -> Frame:
    """The order_item table."""
    given = refunded(lines, back)
    return {
        "order_item_id": Key("I", np.arange(len(lines)) + 1),
        "order_id": Key("O", lines.order + 1),
        "line_no": lines.line,
        "product_id": Key("P", lines.product + 1, 5),
        "quantity": lines.quantity,
        "unit_price": money(lines.price),
        "discount_amount": money(lines.discount),
        "refund_amount": money(given),
        "net_amount": money(lines.gross - lines.discount - given),
        "unit_cost": money(goods.cost[lines.product]),
    }


def refund_frame(lines: Items, back: Refunds) -> Frame:
    """The refund table."""
    return {
        "refund_id": Key("R", np.arange(len(back.item)) + 1, 6),
        "order_id": Key("O", lines.order[back.item] + 1),
        "order_item_id": Key("I", back.item + 1),
        "quantity": back.quantity,
        "amount": money(back.amount),
        "reason": Coded(back.reason, REASONS),
        "refunded_at": when(back.second),
    }


def payment_frame(config: DemoConfig, done: Orders, book: Ledger) -> Frame:
    """The payment table: one row for each order paid by the end of the history; invoices are paid within weeks."""
    rng, size = config.rng("payments"), len(done)
    wait = np.where(book.method == METHODS.index("invoice"), rng.integers(2 * DAY, 28 * DAY, size), 30)
    paid_at = done.second + wait
    order = np.flatnonzero(done.kept & (done.status != PENDING) & (paid_at < config.end))
    order = order[np.argsort(paid_at[order], kind="stable")]
    parts = chance(rng, 0.2, len(order)) & (book.paid[order] > 20_000) & (book.method[order] < 3)
    return {
        "payment_id": Key("Y", np.arange(len(order)) + 1),
        "order_id": Key("O", order + 1),
        "method": Coded(book.method[order], METHODS),
        "instalments": np.where(parts, pick(rng, (0.0, 0.6, 0.4), len(order)) * 3, 1),
        "amount": money(book.paid[order]),
        "paid_at": when(paid_at[order]),
    }


def refunded(lines: Items, back: Refunds) -> Ints:
    """Cents refunded on each line."""
    given = np.zeros(len(lines), dtype=np.int64)
    given[back.item] = back.amount
    return given


def order_span(done: Orders, chosen: Bools, count: int) -> tuple[Ints, Ints]:
    """Seconds of the first and the last chosen order of each of `count` customers; NEVER when there is none."""
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, NEVER)
    known = chosen & (done.customer >= 0)
    np.minimum.at(first, done.customer[known], done.second[known])
    np.maximum.at(last, done.customer[known], done.second[known])
    return np.where(last == NEVER, NEVER, first), last


def _status(done: Orders, book: Ledger) -> Ints:
    """Status of each order, now that refunds are known: refunded when all goods were given back."""
    whole = (book.refund > 0) & (book.refund == book.gross - book.discount) & (done.status == COMPLETED)
    return np.where(whole, REFUNDED, done.status)


def _places(config: DemoConfig, crowd: People, done: Orders) -> Ints:
    """City where each order is delivered or handed over: the customer's, or any for the unknown."""
    drawn = pick(config.rng("places"), city_weights(), len(done))
    return np.where(done.customer < 0, drawn, crowd.city[done.customer])
