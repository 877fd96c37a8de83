"""What can be added up, averaged and shared out of a dataset's columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.bootstrap.counts import count_entities, count_linked, count_rows
from semantic_layer.bootstrap.figure import SALES, Figure, sql_name
from semantic_layer.bootstrap.kinds import Adding
from semantic_layer.bootstrap.naming import (
    field_words,
    is_unit_last,
    label,
    phrase,
    plain_name,
    plural,
    synonyms,
    unqualified,
    without_unit,
)
from semantic_layer.bootstrap.outcomes import rates_of_outcomes
from semantic_layer.bootstrap.phrasings import numbers, of_quantity
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.model import Aggregation, Measure
from semantic_layer.nodes import NumberFormat

_MOST_RANGES = 30


@dataclass(frozen=True)
class _End:
    """The largest or the smallest of something: the aggregation, and the words for it."""

    agg: Aggregation
    word: str
    others: tuple[str, ...]


_ENDS = (_End("max", "highest", ("maximum", "max", "largest")), _End("min", "lowest", ("minimum", "min", "smallest")))


def propose_figures(subject: Subject) -> tuple[Figure, ...]:
    """The numbers of one dataset, the count of its rows first."""
    numbers = subject.having("number")
    found = [count_rows(subject), *count_entities(subject), *count_linked(subject)]
    for column in numbers:
        found.extend(_of_number(subject, column, len(numbers) <= _MOST_RANGES))
    return (*found, *_product(subject), *_shares(subject), *rates_of_outcomes(subject))


def _of_number(subject: Subject, column: Column, with_range: bool) -> Iterator[Figure]:
    adding = subject.meanings[column.name].adding
    if adding == "never":
        return
    words = _amount(column, _called(subject, column))
    sums = _is_summed(subject, column, adding)
    if sums:
        yield _sum(subject, column, words)
    yield _average(subject, column, words, bare=not sums)
    if with_range:
        yield from (_range(subject, column, words, end) for end in _ENDS)


def _is_summed(subject: Subject, column: Column, adding: Adding) -> bool:
    """Prices of single pieces and stocks at a moment are not summed, nor what says nothing of itself about things."""
    if adding == "price":
        return subject.is_event and not quantity_of(subject)
    if adding == "level":
        return subject.time is None and subject.calendar is None
    if adding == "average":
        return _is_of_goods(subject, column)
    return adding == "sum" or (adding == "unknown" and subject.is_event)


def _is_of_goods(subject: Subject, column: Column) -> bool:
    """Whether a number tells how much the goods of a row are: the weight of a shipment."""
    known, words = vocabulary(), without_unit(column.own) if is_unit_last(column.own) else column.own
    rows = known.has("goods_rows", subject.table.noun[-1:])
    return rows and known.has("measured_goods", words[-1:]) and column.own[:1] != ("unit",)


def quantity_of(subject: Subject) -> Column | None:
    """The column that tells how many pieces a row is about."""
    known = vocabulary()
    for column in subject.having("number"):
        words = tuple(known.singular(word) for word in column.own)
        if known.ends("quantities", words) and subject.meanings[column.name].adding == "sum":
            return column
    return None


def _sum(subject: Subject, column: Column, words: Words) -> Figure:
    base = _base(words)
    told = words if base != words or words[-1:] == ("total",) else ("total", *words)
    doubt = "it was summed; remove the total if that makes no sense" if _unknown(subject, column) else ""
    return Figure(
        subject.name,
        _measure(subject, column, "sum", told),
        label(told),
        synonyms(
            [
                told,
                *_unitless(told),
                *_of_money_rows(subject, column),
                *_of_table(subject, base),
                base,
                *of_quantity(base, subject.table),
                words,
                *_short(subject, "total", base),
                ("sum", "of", *base),
                *_written(column, words),
            ]
        ),
        _format(column, "sum"),
        "sum",
        unit=_unit(subject, column),
        money=is_money(column),
        doubt=doubt,
        entity=column.own,
    )


def _unitless(words: Words) -> tuple[Words, ...]:
    """ "total weight" for "total weight kg"; nothing for words without a unit at their end."""
    if len(words) > 3 and words[-2] == "in":
        return (words[:-2],)  # "average price" of the prices in dollars
    return (words[:-1],) if len(words) > 2 and is_unit_last(words) else ()


def _short(subject: Subject, kind: str, base: Words) -> tuple[Words, ...]:
    """ "average salary" for the average of a monthly salary, "total billed amount" of amounts billed."""
    short = unqualified(base, subject.table)
    return tuple((kind, *one) for one in (short, *numbers(base, subject.table)) if one)


def _of_what_it_is(subject: Subject, base: Words) -> tuple[Words, ...]:
    """ "average fine" of the amount of fines: rows that are amounts of money by their very name."""
    told = bool(subject.noun) and base[:-1] == subject.noun and base[-1:] in (("amount",), ("value",))
    return (("average", *subject.noun),) if told else ()


def _with_unitless(words: Words) -> tuple[Words, ...]:
    return (words, *_unitless(words))


def _of_table(subject: Subject, base: Words) -> tuple[Words, ...]:
    """ "total shipment price" for the price of shipments; nothing where the words say already whose it is."""
    noun = subject.noun
    return (("total", *noun, *base),) if noun and not set(noun) & set(base) else ()


def _of_money_rows(subject: Subject, column: Column) -> Iterator[Words]:
    """ "total payments" of the one amount that payments have."""
    money = [one for one in subject.having("number") if is_money(one)]
    if money == [column] and vocabulary().has("money_rows", subject.noun[-1:]):
        yield ("total", *plural(subject.noun).split())


def _unknown(subject: Subject, column: Column) -> bool:
    return subject.meanings[column.name].adding == "unknown"


def _base(words: Words) -> Words:
    """The words without those that say that something was added up already."""
    if words[:2] == ("number", "of"):
        return words[2:]
    return words[1:] if words[:1] == ("total",) and len(words) > 1 else words


def _average(subject: Subject, column: Column, words: Words, bare: bool) -> Figure:
    base = words if words[:2] == ("number", "of") else _base(words)
    told = base if base[:1] == ("average",) else ("average", *base)
    others = [
        *_unitless(told),
        ("mean", *base),
        *_short(subject, "average", base),
        *_of_what_it_is(subject, base),
        ("avg", *base),
        *([base] if bare else []),
    ]
    return Figure(
        subject.name,
        _measure(subject, column, "average", told),
        label(told),
        synonyms([told, *others]),
        "currency" if is_money(column) else "decimal",
        "average",
        unit=_unit(subject, column),
        money=is_money(column),
        entity=column.own,
    )


def _range(subject: Subject, column: Column, words: Words, end: _End) -> Figure:
    base = _base(words)
    return Figure(
        subject.name,
        _measure(subject, column, end.agg, (end.word, *base)),
        label((end.word, *base)),
        tuple(
            phrase(one)
            for other in (end.word, *end.others, *_judged(column, end))
            for one in (*_with_unitless((other, *base)), *_short(subject, other, base))
        ),
        _format(column, end.agg),
        "range",
        unit=_unit(subject, column),
        money=is_money(column),
    )


def _judged(column: Column, end: _End) -> tuple[str, ...]:
    """ "best" and "worst" of numbers of which more is better: scores, ratings."""
    merit = vocabulary().has("merits", (vocabulary().singular(column.own[-1]),))
    return ({"highest": "best", "lowest": "worst"}[end.word],) if merit else ()


def _measure(subject: Subject, column: Column, agg: Aggregation, words: Words) -> Measure:
    told = (word if word.isascii() else subject.field_of(column) for word in words)
    name = plain_name("_".join(dict.fromkeys(told)), f"{agg}_{subject.field_of(column)}")
    return Measure(name=name, agg=agg, expression=sql_name(subject, column))


def is_money(column: Column) -> bool:
    """Whether the column's name says that it is an amount of money; a bare total is one."""
    known = vocabulary()
    if column.own[:2] in (("number", "of"), ("count", "of")):
        return False
    last = known.singular(column.own[-1]) if column.own else ""
    if known.has("currency_words", (last,)) or (column.own[-1:] == ("total",) and _is_of_sale(column.own)):
        return True
    return column.own == ("total",) or any(known.has("money", (known.singular(word),)) for word in column.own)


def _is_of_sale(words: Words) -> bool:
    """Whether words in front of the last one name something that is sold or paid: the total of an order."""
    return any(vocabulary().has("sale_nouns", (vocabulary().singular(word),)) for word in words[:-1])


def _amount(column: Column, words: Words) -> Words:
    """ "order amount" for an "order total" of money, which would as well be read as how many orders there are."""
    return (*words[:-1], "amount") if len(words) > 1 and words[-1] == "total" and is_money(column) else words


def _written(column: Column, words: Words) -> tuple[Words, ...]:
    """ "order total" beside an "order amount": the column's words as they are written, where others are told."""
    written = without_currency(column.words)
    return (written,) if written[-1:] == ("total",) and written[:-1] == words[:-1] else ()


def without_currency(words: Words) -> Words:
    """ "order total" of "order total EUR": the words without a currency at their end; "price in euros" is said so."""
    known = vocabulary()
    ends = len(words) > 1 and words[-2] != "in" and known.has("currency_words", (known.singular(words[-1]),))
    return words[:-1] if ends else words


def _called(subject: Subject, column: Column) -> Words:
    """The words of a number without its currency, unless the same is there in another currency, too."""
    words = field_words(column, subject.table)
    short = without_currency(words)
    others = (field_words(one, subject.table) for one in subject.having("number") if one != column)
    return words if any(without_currency(one) == short for one in others) else short


def _format(column: Column, agg: str) -> NumberFormat:
    if is_money(column):
        return "currency"
    return "integer" if column.kind == "integer" and agg != "average" else "decimal"


def _unit(subject: Subject, column: Column) -> str:
    """The currency, when all rows have the same one, or what the column's last word counts."""
    if is_money(column):
        if without_currency(column.words) != column.words and len(column.words[-1]) == len("EUR"):
            return column.words[-1].upper()
        codes = [one for one in subject.table.columns if "currency" in one.words and one.figures.distinct == 1]
        texts = [text for one in codes for text in one.figures.samples[:1]]
        return next((text for text in texts if len(text) == 3 and text.isupper()), "")
    return vocabulary().units.get(vocabulary().singular(column.words[-1]), "")


def _product(subject: Subject) -> Iterator[Figure]:
    """Quantity times price, where no column already holds the amount."""
    quantity, price = quantity_of(subject), _price_of(subject)
    if quantity is None or price is None or not subject.is_event:
        return
    if any(_is_amount(subject, column) for column in subject.having("number")):
        return
    told = ("sales", "amount")
    formula = f"{sql_name(subject, quantity)} * {sql_name(subject, price)}"
    yield Figure(
        subject.name,
        Measure(name="sales_amount", agg="sum", expression=formula),
        label(told),
        (*SALES, "sales value", "total sales amount"),
        "currency",
        "sum",
        unit=_unit(subject, price),
        money=True,
        entity=told,
        doubt=f"no column holds the amount of money, so it is computed as `{quantity.name}` * `{price.name}`",
    )


def _price_of(subject: Subject) -> Column | None:
    known = vocabulary()
    return next((column for column in subject.having("number") if known.singular(column.own[-1]) == "price"), None)


def _is_amount(subject: Subject, column: Column) -> bool:
    known = vocabulary()
    summed = subject.meanings[column.name].adding == "sum"
    return summed and any(known.has("sales_money", (word,)) for word in column.own)


def _shares(subject: Subject) -> Iterator[Figure]:
    """The part of the rows for which a yes-or-no column says yes."""
    for column in subject.having("flag"):
        if column.figures.distinct != 2:
            continue
        words = (*field_words(column, subject.table, is_flag=True), "rate")
        flag = sql_name(subject, column)
        formula = f"CASE WHEN {flag} THEN 1.0 WHEN NOT {flag} THEN 0.0 END"
        short = column.own if column.own != words[:-1] else words[:-1]
        yield Figure(
            subject.name,
            Measure(name=plain_name("_".join(words), "rate"), agg="average", expression=formula),
            label(words),
            synonyms([words, ("share", *short), ("percentage", *short), (*short, "rate"), (*short, "share")]),
            "percent",
            "share",
        )
