"""What lines come to whose price lies in the table of what they are about: quantity times the price there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from semantic_layer.bootstrap.figure import SALES, Figure, sql_name
from semantic_layer.bootstrap.links import Link
from semantic_layer.bootstrap.measures import is_money, quantity_of
from semantic_layer.bootstrap.naming import label, phrase, plain_name, plural
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import vocabulary
from semantic_layer.model import Measure


def values_of_lines(subject: Subject, subjects: Sequence[Subject]) -> Iterator[Figure]:
    """The value of lines at the prices of what they link to; none where a line has an amount or a price of its own."""
    priced = [found for link in subject.links for found in _price_there(link, subjects)]
    own = any(is_money(column) for column in subject.having("number"))
    if own or len(priced) != 1 or not (subject.is_event or len(subject.links) > 1):
        return
    there, price = priced[0]
    quantity = quantity_of(subject) or _seats_of(subject)
    if quantity is not None or (_is_sold(subject) and not subject.having("number")):
        yield _value(subject, there, price, quantity, _are_sales(subject, subjects))


def _seats_of(subject: Subject) -> Column | None:
    """The column that tells for how many people or places a row was sold: the seats of a booking."""
    known = vocabulary()
    found = [one for one in subject.having("number") if known.has("seats_sold", (known.singular(one.own[-1]),))]
    return found[0] if len(found) == 1 else None


def _price_there(link: Link, subjects: Sequence[Subject]) -> Iterator[tuple[Subject, Column]]:
    known = vocabulary()
    there = next(one for one in subjects if one.table.name == link.to.name)
    prices = [one for one in there.having("number") if known.has("line_prices", (known.singular(one.own[-1]),))]
    if len(prices) == 1 and not link.is_self:
        yield there, prices[0]


def _is_sold(subject: Subject) -> bool:
    """Whether each row is one thing sold at its price: a booking, a ticket."""
    known = vocabulary()
    return any(known.has(name, subject.table.noun[-1:]) for name in ("sale_nouns", "sold_rows"))


def _are_sales(subject: Subject, subjects: Sequence[Subject]) -> bool:
    """Whether the lines are of sales of which no other table holds the money."""
    known = vocabulary()
    money = [one for other in subjects if other.is_event for one in other.having("number") if is_money(one)]
    nouns = {*subject.table.noun, *(word for link in subject.links for word in link.to.noun)}
    return not money and any(known.has("sale_nouns", (word,)) for word in nouns)


def _value(subject: Subject, there: Subject, price: Column, quantity: Column | None, sales: bool) -> Figure:
    noun = there.noun or there.table.noun
    things, each = plural(noun), f"{there.name}.{there.field_of(price)}"
    formula = f"{sql_name(subject, quantity)} * {each}" if quantity else each
    told = ("sales", "amount") if sales else ("value", "of", *things.split())
    own = (f"{phrase(noun)} value", f"{phrase(noun)} revenue", f"revenue from {things}", f"{phrase(noun)} sales")
    others = (f"total value of {things}", f"{things} value", f"total {phrase(noun)} value", f"total price of {things}")
    return Figure(
        subject.name,
        Measure(name=plain_name("_".join(told), "value_of_lines"), agg="sum", expression=formula),
        label(told),
        (*(SALES if sales else ()), *own, *others),
        "currency",
        "sum",
        money=True,
        entity=("sales", "amount") if sales else ("value",),
        doubt=f"its rows hold no price, so it is computed as `{formula}` with today's {phrase(price.own)}",
    )
