"""What one row is worth: the field that says so, amounts said of it ("over 200 euros"), conditions on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.understanding.draft import World
from assistant.understanding.entities.amounts import WORTH
from assistant.understanding.forms.asking import Asking, phrases
from semantic_layer import Dimension, Filter, SimpleMetric

OPERATORS = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt"}
MINUTES = {"minute": 1.0, "hour": 60.0, "day": 24 * 60.0, "week": 7 * 24 * 60.0}
UNITS = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0, "days": 24 * 60.0}


@dataclass(frozen=True)
class Bound:
    """An amount `[first, behind)` of the words: how it bounds, the numbers, their unit ("currency", "day", "")."""

    first: int
    behind: int
    operator: str
    values: tuple[float, ...]
    unit: str


def bounds(asking: Asking) -> Iterator[Bound]:
    """Every amount that is compared with: "over €200", "between 50 and 100 euros", "3 days or more"."""
    for at in range(len(asking.tokens)):
        between = asking.end(at, "between")
        if between is not None:
            yield from _pair(asking, at, between)
        for role, operator in OPERATORS.items():
            behind = asking.end(at, role)
            number = _number(asking, behind) if behind is not None else None
            if number is not None:
                yield Bound(at, number[2], operator, (number[0],), number[1])
        number = _number(asking, at)
        for role, operator in (("or_more", "ge"), ("or_less", "le")):
            behind = asking.end(number[2], role) if number is not None else None
            if number is not None and behind is not None:
                yield Bound(at, behind, operator, (number[0],), number[1])


def withins(asking: Asking) -> Iterator[Bound]:
    """Every length of time that something is done within: "solved within 24 hours"."""
    for at in range(len(asking.tokens)):
        behind = asking.end(at, "within")
        number = _number(asking, behind) if behind is not None else None
        if number is not None and number[1] in MINUTES:
            yield Bound(at, number[2], "within", (number[0],), number[1])


def _pair(asking: Asking, at: int, start: int) -> Iterator[Bound]:
    low = _number(asking, start)
    joined = low is not None and low[2] < len(asking.tokens) and asking.tokens[low[2]].text in phrases()["pair_joins"]
    high = _number(asking, low[2] + 1) if low is not None and joined else None
    if low is not None and high is not None and low[0] <= high[0] and low[1] in ("", high[1]):
        yield Bound(at, high[2], "between", (low[0], high[0]), high[1])


def _number(asking: Asking, at: int) -> tuple[float, str, int] | None:
    """A number here, its unit and the place behind both."""
    sign = asking.end(at, "currency")
    number = asking.words.number(sign or at) or _one(asking, at)
    if number is None:
        return None
    value, behind = number
    after = asking.end(behind, "currency")
    if sign is not None or after is not None:
        return value, "currency", after or behind
    unit = asking.tokens[behind].plain if behind < len(asking.tokens) else ""
    return (value, unit, behind + 1) if unit in MINUTES else (value, "", behind)


def _one(asking: Asking, at: int) -> tuple[int, int] | None:
    """ "an hour", "a day": one of them."""
    unit = asking.tokens[at + 1].plain if at + 1 < len(asking.tokens) else ""
    return (1, at + 1) if unit in MINUTES and asking.tokens[at].text in phrases()["one_of"] else None


def worth(world: World, dataset: str) -> str:
    """The number field that says what one row of a dataset is worth, empty when there is not just one in money."""
    fields = [one for one in world.layer.datasets[dataset].fields if one.kind == "number" and not one.hidden]
    money = [one.name for one in fields if one.format == "currency"]
    called = [name for name in money if WORTHY.intersection(name.split("_"))]
    found = called if len(called) == 1 else money
    return f"{dataset}.{found[0]}" if len(found) == 1 else ""


def amount_named(asking: Asking, noun: int, dataset: str, place: tuple[int, int]) -> tuple[str, ...] | None:
    """The amount of a row that stands between its noun and the bound ("orders with a discount over 20"), empty where it
    is no field of the row; None when no amount stands there."""
    tokens, lexicon, fields = asking.tokens, asking.world.lexicon, asking.world.layer.fields
    ties = {word for phrase in phrases()["leads"] for word in str(phrase).split()}
    small = asking.world.language.fillers | set(phrases()["helping"]) | ties
    said = [token for token in tokens[place[0] : place[1]] if token.text not in small]
    done = [one for token in tokens[place[0] : place[1]] for one in lexicon.lookup([tokens[noun], token])]
    called = (*lexicon.lookup(said[-1:]), *done) if said else (*done,)
    metrics = asking.world.layer.metrics
    money = {c.target for c in called if c.kind == "metric" and metrics[c.target].format == "currency"}
    own = {c.target for c in called if c.kind == "dimension"}
    own = {name for name in own if name.startswith(f"{dataset}.") and fields[name].format == "currency"}
    if not (money or own):
        return None
    return tuple(own) if len(own) == 1 and len(said) == 1 else ()


def lengths(asking: Asking, dataset: str) -> tuple[str, ...]:
    """The number fields of a dataset that are lengths of time; those of a deed that is named, when one is."""
    language = asking.world.language
    fields = asking.world.layer.datasets[dataset].fields
    timed = [one for one in fields if one.kind == "number" and one.unit in UNITS and not one.hidden]
    said = {word for token in asking.tokens for word in (language.same_deed(token.bare) | {token.bare})}
    named = [one for one in timed if said & _deeds(asking.world, dataset, one)]
    return tuple(f"{dataset}.{one.name}" for one in (named or timed))


def deed_before(asking: Asking, at: int, dataset: str) -> tuple[int, tuple[str, ...]]:
    """Where the verb of a length of time begins that stands before a place ("were answered" of "were answered in"), and
    the lengths it is the verb of; the place itself when there is none."""
    language, world = asking.world.language, asking.world
    verb = at - 1
    while verb > 0 and asking.tokens[verb].text in language.words("length_links"):
        verb -= 1
    done = asking.tokens[max(verb, 0)]
    if verb < 1 or not (done.text in language.forms.verbs or done.text.endswith(language.words("participle_endings"))):
        return at, ()
    said = language.same_deed(done.bare) | {done.bare}
    timed = [one for one in world.layer.datasets[dataset].fields if one.kind == "number" and one.unit in UNITS]
    fields = [one for one in timed if said & (_deeds(world, dataset, one) | _deeds_of_metrics(world, dataset, one))]
    while fields and verb > 1 and asking.tokens[verb - 1].text in language.words("auxiliaries"):
        verb -= 1
    return (verb if fields else at), tuple(f"{dataset}.{one.name}" for one in fields)


def before_denial(asking: Asking, at: int) -> int:
    """Where "that were not" begins before the verb of a length of time; the place itself when nothing is denied."""
    start = next((first for first in (at - 2, at - 1) if asking.end(max(first, 0), "denied_deed") == at), at)
    while at > start > 1 and asking.end(start - 1, "before_denial") == start:
        start -= 1
    return start


def _deeds(world: World, dataset: str, field: Dimension) -> set[str]:
    """The bare words of a length of time that tell it from others: what is done in it."""
    return _telling(world, dataset, (field.name.replace("_", " "), field.title, *field.synonyms))


def _deeds_of_metrics(world: World, dataset: str, field: Dimension) -> set[str]:
    """The bare words in the names of the metrics that a length of time is measured by: "answered" of an answer time."""
    layer, calls = world.layer, list[str]()
    for metric in layer.metrics.values():
        if not isinstance(metric, SimpleMetric) or metric.hidden or not metric.measure.startswith(f"{dataset}."):
            continue
        if layer.measures[metric.measure].expression == (field.expression or field.name):
            calls += (metric.label, *metric.synonyms)
    return _telling(world, dataset, calls)


def _telling(world: World, dataset: str, calls: Iterable[str]) -> set[str]:
    words = {token.bare for call in calls for token in world.language.tokens(call)}
    own = {token.bare for token in world.language.tokens(world.layer.datasets[dataset].title)}
    general = {world.language.bare(word) for word in (*MINUTES, *UNITS, *world.language.function_words, "time")}
    return words - own - general


def limit(asking: Asking, field: str, bound: Bound) -> Filter:
    """The condition that an amount puts on a field, in the unit of the field."""
    own = asking.world.layer.fields[field].unit
    scale = MINUTES[bound.unit] / UNITS[own] if bound.unit in MINUTES and own in UNITS else 1.0
    values = [value * scale for value in bound.values]
    whole = tuple(int(value) if value == int(value) else value for value in values)
    operator = "le" if bound.operator == "within" else bound.operator
    return Filter.model_validate({"field": field, "op": operator, "values": whole})


WORTHY = frozenset(WORTH.split("|"))
