"""Other orders and forms of a field's words: "delivery date" of the date delivered, "billed amount" of what is billed.

Schemas put words in orders that nobody says; what follows here is what people say for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.bootstrap.naming import is_called
from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import Words, vocabulary

_MOMENTS = frozenset({"datetime", "timestamp"})
_ENDS = {"from": "start", "to": "end"}
_AMOUNTS = frozenset({"amount", "quantity", "value", "number", "price", "cost", "count"})
_SHORTEST_TURNED = 4
_NUMERIC, _PAIR = ("integer", "number"), 2
_MADE, _SHORTEST_VERB = ("ion", "ment"), 5
_TELLING = ("name", "title", "description", "details", "label")


def dates(words: Words) -> Iterator[Words]:
    """ "date of birth" of a birth date, "issue date" and "issued date" of the date issued, "built year" of a year."""
    match words:
        case (*what, moment) if what and moment in _MOMENTS:
            yield (*what, "date")
            yield from dates((*what, "date"))
        case ("date", "of", *what) if what:
            yield (*what, "date")
        case ("date", end) if end in _ENDS:
            yield (_ENDS[end], "date")
        case ("date", *what, done) if what and vocabulary().has("makings", (done,)):
            yield from ((*what, "date"), ("date", "of", *what))
        case ("date", *what, done) if what and is_deed(done):
            yield from _of_deed((), done, "date")
            yield (*what, done, "date")
        case ("date" | "year" as unit, done) if is_deed(done):
            yield from _of_deed((), done, unit)
            yield from ((verb, unit) for verb in _verbs(done))
        case (*what, done, "date") if is_deed(done):
            yield from ((*what, "date"), ("date", "of", *what)) if what and vocabulary().has("makings", (done,)) else ()
            yield from _of_deed(tuple(what), done, "date")
        case (*what, "date") if is_called(tuple(what)):
            yield ("date", "of", *what)
        case _:
            pass


def is_deed(word: str) -> bool:
    """Whether a word says that something was done ("delivered", "paid")."""
    return word in vocabulary().deed_nouns or (len(word) > len("need") and word.endswith("ed"))


def done_to_make(noun: Words) -> str:
    """The verb of a deed by its noun ("adopt" of an adoption, "vaccinate" of a vaccination), empty for other nouns."""
    known, word = vocabulary(), noun[-1] if len(noun) == 1 else ""
    done = next((verb for verb, made in known.deed_nouns.items() if made == word and verb.endswith("ed")), "")
    listed = next((verb for verb in (done[:-2], done[:-1]) if verb in known.known), done[:-2])
    stem = next((word.removesuffix(end) for end in _MADE if word.endswith(end)), "")
    return listed or ("" if len(stem) < _SHORTEST_VERB else f"{stem}e" if stem.endswith("at") else stem)


def _of_deed(before: Words, done: str, unit: str) -> Iterator[Words]:
    """ "delivered date", "delivery date", "date of delivery" for one deed, behind what it is done to."""
    yield from ((*before, done, unit), (done, unit)) if before else ((done, unit),)
    noun = vocabulary().deed_nouns.get(done, "")
    if noun:
        yield from ((*before, noun, unit), (unit, "of", noun))


def _verbs(participle: str) -> tuple[str, ...]:
    """The verb of a regular participle as it stands before a noun ("purchase" of "purchased", "order" of "ordered")."""
    return tuple(verb for verb in (participle[:-1], participle[:-2]) if verb in vocabulary().known)


def amounts(words: Words) -> Iterator[Words]:
    """ "billed amount" and "billing amount" for the amount billed, "payment amount" for the amount payment."""
    match words:
        case (*what, head, done) if head in _AMOUNTS and is_deed(done) and what in ([], ["total"]):
            noun = vocabulary().deed_nouns.get(done, "")
            yield from ((*what, told, head) for told in (done, *_verbs(done), noun) if told)
        case ("amount" as head, what) if is_called((what,), "event_nouns"):
            yield from ((what, head), (head, "of", what))
        case (what, "amount") if what in vocabulary().deed_nouns.values():
            done = [deed for deed, noun in vocabulary().deed_nouns.items() if noun == what]
            yield from ((deed, "amount") for deed in done[:1])  # "invoiced amount" of an invoice amount
        case _:
            pass


def numbers(words: Words, table: Table) -> Iterator[Words]:
    """What else a number is called: "billed amount", "shipping charges", the length of a column of milliseconds."""
    yield from amounts(words)
    if "per" in words[1:-1]:  # "price" of a price per portion
        yield words[: words.index("per")]
    if words[-1:] == ("total",) and len(words) > 1:
        yield ("total", *words[:-1])
    yield from in_stock(words)
    yield from of_money(words, table)
    yield from of_quantity(words, table)
    yield from spelt_right(words)
    yield from of_head(words, table)
    known = vocabulary()
    told = known.bare_units.get(known.singular(words[0]), ()) if len(words) == 1 else ()
    yield from (tuple(text.split()) for text in told)


def of_money(words: Words, table: Table) -> Iterator[Words]:
    """ "freight cost" of the freight charge, "entry cost" of the entry price, where rows have no other such column.

    What something costs the company is not called its price.
    """
    known, ends = vocabulary(), words[-1:]
    rivals = [one for one in table.columns if one.kind in _NUMERIC and known.has("money_heads", one.words[-1:])]
    told = len(words) == _PAIR and known.has("money_heads", ends) and not known.has("qualifiers", words[:1])
    if told and len(rivals) == 1:
        others = known.lists["money_heads"] - {ends, *([("price",)] if ends == ("cost",) else [])}
        yield from (words[:1],) if known.has("money", words[:1]) else ()
        yield from (words[:1] + other for other in sorted(others))


def of_quantity(words: Words, table: Table) -> Iterator[Words]:
    """ "units sold", "quantity ordered", "units ordered" of the ordered quantity, the only one of lines of orders."""
    known = vocabulary()
    several = [one for one in table.columns if "quantity" in one.words or "units" in one.words]
    if words[-1:] != ("quantity",) or len(several) != 1:
        return
    if len(words) == 1:
        yield ("units",)
    if any(known.has("sale_nouns", (word,)) for word in table.noun):
        yield ("units", "sold")
    if len(words) == _PAIR and is_deed(words[0]):
        yield from (("units", words[0]), ("quantity", words[0]))


def in_stock(words: Words) -> Iterator[Words]:
    """ "stock", "pieces in stock" for a stock quantity or a quantity in stock."""
    if set(words) - {"in", "of", "on", "hand"} in ({"quantity", "stock"}, {"stock", "level"}, {"units", "stock"}):
        yield from (("stock",), ("pieces", "in", "stock"), ("units", "in", "stock"), ("quantity", "in", "stock"))


def of_head(words: Words, table: Table) -> Iterator[Words]:
    """ "shipping charges" for the order shipping charges of customer orders, where no other column is called so."""
    noun, rest = table.noun, words[1:]
    others = {told for one in table.columns if one.words != words for told in (one.words, one.own)}
    if len(noun) > 1 and len(rest) > 1 and vocabulary().singular(words[0]) == noun[-1] and rest not in others:
        yield rest


def spelt_right(words: Words) -> Iterator[Words]:
    """The words with two letters changed back that stand in the wrong order in one of them ("paid" of "piad")."""
    known = vocabulary().known
    meant = tuple(word if word in known or not word.isalpha() else _turned_back(word) for word in words)
    if meant != words:
        yield meant


def _turned_back(word: str) -> str:
    """The one known word that this is with two neighbouring letters exchanged; the word itself when there is none."""
    if len(word) < _SHORTEST_TURNED:
        return word
    places = range(1, len(word) - 1)
    turned = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places}
    found = sorted(turned & vocabulary().known)
    return found[0] if len(found) == 1 else word


def codes(words: Words, subject: Subject, column: Column) -> Iterator[Words]:
    """ "role" of a role code, unless another column says the role in words: then it is that one's."""
    coded = words[-1:] == ("code",) and len(words) > 1 and subject.meanings[column.name].role == "category"
    if (coded and not _is_named(column, subject)) or _names_codes(words, subject, column):
        yield words[:-1]


def _is_named(code: Column, subject: Subject) -> bool:
    """Whether what a code stands for has its words in another column, or is the row itself."""
    what = code.words[:-1]
    told = any(one.words[:-1] == what and one.words[-1] in _TELLING for one in subject.having("category"))
    return told or (what in (subject.table.noun, subject.noun) and code not in subject.key)


def _names_codes(words: Words, subject: Subject, column: Column) -> bool:
    """Whether a column of a table of codes has the words for them, one for each: their name, or else a description."""
    key = subject.key[0] if len(subject.key) == 1 else None
    if key is None or len(words) < 2 or key.words != (*words[:-1], "code") or not column.figures.unique:
        return False
    there = {one.words[-1] for one in subject.table.columns if one.words[:-1] == words[:-1]}
    best = next((kind for kind in _TELLING if kind in there), "")
    return words[-1] == best and subject.meanings[column.name].role == "category"


def is_twin(subject: Subject, code: Column) -> bool:
    """Whether a key is a code that says what another column says as well: "Concert", described as "Concert"."""
    if subject.key != (code,) or code.words[-1:] != ("code",) or code.kind != "text":
        return False
    told = (one for one in subject.having("category") if one.own[-1] in _TELLING and one is not code)
    return any(_texts(one) and _texts(one) == _texts(code) for one in told)


def _texts(column: Column) -> frozenset[str]:
    """All values of a column of few, as they are read; none of a column of many."""
    few = column.figures.distinct == len(column.figures.samples)
    return frozenset(text.strip().casefold() for text in column.figures.samples if few)


def of_kind(words: Words, subject: Subject, column: Column) -> Iterator[Words]:
    """ "type", "kind of policy" for the type of policies, which people call by a word that says little alone."""
    known, kind = vocabulary(), words[-1:]
    noun = subject.noun or subject.table.noun
    if subject.meanings[column.name].role != "category" or len(words) < 2 or not known.has("kinds_of_rows", kind):
        return
    rivals = [one for one in subject.having("category") if one is not column and kind[0] in one.words]
    if not rivals and words[:-1] in (noun, noun[-1:]):
        names = ("kind", "type") if kind[0] in ("kind", "type") else kind
        yield from ((name, "of", *noun) for name in names)
        yield from (kind,) if len(names) == 1 else ()
