"""Clauses that leave things out: with or without something, a value, a number, letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.fields import number_fields, own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import (
    LINKING,
    amount,
    count_of_each,
    fits_deed,
    is_had,
    reaches,
    told_by,
    verb,
)
from assistant.understanding.entities.roles import is_done, own_names
from assistant.understanding.entities.tallied import Span, spans
from assistant.understanding.entities.valued import more_values, value_conditions
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, SimpleMetric, linking

HAD, TIED = 3, 5
MEANS = frozenset({"payment", "pay", "method", "card", "paid"})
OF = frozenset({"of"})
ANY = frozenset({"any", "a"})


def having(words: Words, found: Found) -> Iterator[Found]:
    """ "with at least two orders", "who have no order", "with a cancelled order"."""
    if found.group or words.at_end(found.at):
        return
    at, made = verb(words, found)
    denied = words.phrase(words.skip(found.at, "relatives", "empty"), "denials")
    if denied is not None:
        first = words.skip(found.at, "relatives", "empty")
        verb_at, made = verb(words, found.moved(_past_doing(words, denied)))
        none = found.used(first, denied, "condition", "none")
        yield from things_had(words, none.moved(verb_at), "none", 0, made)
        yield from _never_done(words, none)
        return
    for start in dict.fromkeys((found.at, at)):
        for counted, operator, number in amount(words, found.moved(start)):
            yield from things_had(words, counted, operator, number, made)
            last = words.phrase(counted.at, "times")
            done = made or (words.deed_of_noun(start - 1) if last is not None else "")
            if last is not None and done and is_had(words, done, found.entity):
                yield from _counted(words, counted.moved(last), done, operator, number)
        for counted, span in spans(words, found.moved(start)):
            yield from things_had(words, counted, "between", span, made)
    goes_on = at == found.at and _goes_on(words, found)
    if at > found.at or goes_on:
        plain = words.tokens[found.at].text in OF  # "the team of the player" is first of all the player's
        some = replace(found, at=at, rank=found.rank + plain)
        had = things_had(words, some, "some", 1, made)
        yield from (one for one in had if not (goes_on and _counts_a_part(words, one)))
    if at > found.at and words.phrase(at, "nones") is not None:  # "held by no captain"
        none = found.used(found.at, at + 1, "condition", "none")
        yield from things_had(words, none, "none", 0, made)


def _past_doing(words: Words, denied: int) -> int:
    """The place behind a verb that "do not" denies, also where it is a noun elsewhere: "do not play in any play"."""
    helped = words.phrase(denied - 2, "helped_denials") == denied
    return denied + 1 if helped and words.phrase(denied, "verbs") is not None and not words.deed(denied) else denied


def _counts_a_part(words: Words, found: Found) -> bool:
    """Whether a number that is bounded counts some of the rows only: a subscription may be one that has ended."""
    layer = words.world.layer
    metrics = [metric for one in found.filters if isinstance(metric := layer.metrics.get(one.field), SimpleMetric)]
    return any(metric.filter or layer.measures[metric.measure].filter for metric in metrics)


def _goes_on(words: Words, found: Found) -> bool:
    """ "... had an engine repair and a hull repair": whether another thing had is joined to one before."""
    before = found.at - 1
    while before > 0 and words.phrase(before, "articles") == before + 1:
        before -= 1
    joined = before > 0 and words.phrase(before, "joins") is not None
    last = found.filters[-1] if found.filters else None
    had = last is not None and (bool(last.entity) or last.field in words.world.layer.metrics)
    return joined and had and not _is_nested(words, found)


def _is_nested(words: Words, found: Found) -> bool:
    """ "owners who have boats with a repair and a trip": what follows is of the boats, and of the same ones."""
    nouns = ((dataset, end) for at in range(found.at) for dataset, end in words.nouns(at))
    own = {found.entity, *(dataset for dataset, _ in words.nouns(found.at))}  # "... and a repair that"
    others = (end for dataset, end in nouns if dataset not in own and end < found.at)
    return any(words.phrase(end, "nesting") is not None for end in others)


def _never_done(words: Words, found: Found) -> Iterator[Found]:
    """ "products that were never ordered": without any of what the verb makes."""
    at = words.skip(found.at, "happened")
    made = (words.deed(at) or words.deed_of_noun(at) or words.sold(at)) if at < len(words.tokens) else ""
    made = made or (told_by(words, found.entity) if words.phrase(at, "using") is not None else "")
    more = at + 1 < len(words.tokens) and words.one_on(at + 1, "at_all", "joins", "relatives") == at + 1
    if made and is_had(words, made, found.entity) and not more:  # "never prescribed aspirin" is not never prescribed
        end = words.one_on(at + 1, "at_all")
        flag = _flag_of(words, at, made)
        if flag:  # "never elected" of those with elections in which they were not
            told = Filter(field=flag, op="in", values=(True,), entity=found.entity, none=True)
            yield found.used(at, end, "condition", flag).filtered(told)
            return
        yield from _counted(words, found.used(at, end, "condition", made), made, "none", 0)


def _flag_of(words: Words, at: int, made: str) -> str:
    """The yes or no of rows that a participle says of them ("is elected"); empty without one."""
    flags = [one for one in words.world.layer.datasets[made].fields if one.kind == "boolean" and not one.hidden]
    named = [one.name for one in flags if words.tokens[at].text in one.label.casefold().split()]
    return f"{made}.{named[0]}" if len(named) == 1 else ""


def things_had(words: Words, found: Found, operator: str, number: float | int | Span, made: str) -> Iterator[Found]:
    """Rows that belong to the thing, perhaps of one kind ("orders with status cancelled", "cancelled orders")."""
    start = words.skip(found.at, "empty")
    for described in (found.moved(start), *leading_value(words, found.moved(start))):
        for dataset, behind in words.nouns(described.at):
            if not fits_deed(words, made, dataset, found.entity) or not is_had(words, dataset, found.entity):
                continue
            end = _of_any(words, behind, dataset, found.entity) if operator == "none" else behind
            named = described.used(described.at, end, "dimension", dataset)
            kinds = list(_of_kind(words, named, dataset, operator, number))
            yield from kinds or _counted(words, named, dataset, operator, number)


def _of_any(words: Words, at: int, dataset: str, entity: str) -> int:
    """The place behind "of any committee" where rows tie things to others: no member of any is no member."""
    genitive = words.phrase(at, "genitive")
    if genitive is None or genitive >= len(words.tokens) or words.tokens[genitive].text not in ANY:
        return at
    others = ((one, end) for one, end in words.nouns(genitive + 1) if one != entity)
    return next((end for one, end in others if reaches(words, dataset, one)), at)


def leading_value(words: Words, found: Found) -> Iterator[Found]:
    """ "cancelled orders": a value before the noun that it belongs to, as a filter with the entity "?"."""
    for concepts, behind in words.concepts(found.at, "value"):
        for concept in concepts:
            if words.nouns(words.skip(behind, "empty")):
                marked = found.used(found.at, behind, "value", concept.target)
                mark = Filter(field=concept.target, op="in", values=(concept.value,), entity="?")
                yield marked.filtered(mark).moved(words.skip(behind, "empty"))


def _counted(words: Words, found: Found, dataset: str, operator: str, number: float | int | Span) -> Iterator[Found]:
    count = count_of_each(words, dataset, found.entity)
    if not count or any(one.entity == "?" for one in found.filters):
        return
    op, value = {"none": ("eq", 0), "some": ("ge", 1)}.get(operator, (operator, number))
    told = {"field": count, "op": op, "values": value if isinstance(value, tuple) else (value,)}
    bound = Filter.model_validate({**told, "entity": found.entity if found.counting else ""})
    far = not reaches(words, dataset, found.entity)  # "items" are an order's own before they are the products of these
    yield replace(found, rank=found.rank + far).filtered(bound)


def _of_kind(words: Words, found: Found, dataset: str, operator: str, number: float | int | Span) -> Iterator[Found]:
    """One condition on the rows had: orders with the status "cancelled"."""
    if (operator, number) == ("ge", 1):
        operator = "some"
    marks = [one for one in found.filters if one.entity == "?"]
    owner = marks[0].field.partition(".")[0] if len(marks) == 1 else ""
    if owner and (owner == dataset or (_tells_kind(words, dataset, marks[0].field) and owner != found.entity)):
        kept = replace(found, filters=tuple(one for one in found.filters if one.entity != "?"))
        yield from _kind_had(words, kept, marks[0], (operator, number), dataset)
        return
    if marks:
        return
    linked = words.skip(found.at, "ties", "empty", "relatives")
    for condition in value_conditions(words, found.moved(linked), dataset):
        last = condition.filters[-1]
        if last.op == "in" and last.field.partition(".")[0] == dataset and len(last.values) == 1:
            kept = replace(condition, filters=condition.filters[:-1])
            yield from _kind_had(words, kept, last, (operator, number), dataset)
    if operator in ("none", "some"):
        yield from _with_parts(words, found.moved(linked), dataset, operator)


def _with_parts(words: Words, found: Found, dataset: str, operator: str) -> Iterator[Found]:
    """ "no order of Latte": a condition on what the rows had are of, through the lines that tell it."""
    for condition in value_conditions(words, found, ""):
        last = condition.filters[-1]
        owner = last.field.partition(".")[0]
        rows = linking(words.world.layer, owner, found.entity) if owner not in ("", dataset, found.entity) else ""
        if last.op == "in" and rows not in ("", owner) and words.world.reach.steps(rows, dataset) in (0, 1):
            kept = replace(condition, filters=condition.filters[:-1])
            yield from _kind_had(words, kept, last, (operator, 1), dataset)


def _tells_kind(words: Words, dataset: str, field: str) -> bool:
    """ "a building permit": whether a value is what a table of kinds beside the rows calls one of them."""
    owner = field.partition(".")[0]
    return owner in words.world.layer.datasets and words.world.reach.steps(dataset, owner) == 1


def _kind_had(
    words: Words, found: Found, kind: Filter, bound: tuple[str, float | int | Span], dataset: str
) -> Iterator[Found]:
    """Some or none of a kind, or a number of them: then the kind limits what is counted for each thing."""
    operator, number = bound
    if operator in ("none", "some"):
        told = {"entity": found.entity, "none": operator == "none"}
        yield found.filtered(kind.model_copy(update=told))
        return
    count = words.world.nouns.count_of(dataset) if reaches(words, dataset, found.entity) else ""
    if count and not found.counting and not found.metrics:
        values = number if isinstance(number, tuple) else (number,)
        limit = Filter.model_validate({"field": count, "op": operator, "values": values})
        rows = kind.model_copy(update={"entity": ""})
        yield replace(found, metrics=(count,)).filtered(rows, limit)


def with_value(words: Words, found: Found) -> Iterator[Found]:
    """ "whose status is active", "in France", "with contact channel email"; of what has many, one of them has it."""
    if found.group:
        return
    start = words.skip(found.at, *LINKING)
    whose = [
        (named.used(start, behind, "dimension", dataset).moved(words.skip(behind, *LINKING)), dataset)
        for named in (found,)
        for dataset, behind in words.nouns(start)
        if start > found.at and dataset != found.entity and _is_tied(words, found.entity, dataset)
    ]
    about = words.phrase(words.skip(found.at, "relatives", "happened"), "about")  # "the books about trains"
    firsts = [(found.moved(first), "") for first in dict.fromkeys((found.at, start, about or start))]
    for at, dataset in (*firsts, *whose):
        for condition in value_conditions(words, at, dataset):
            last = condition.filters[-1]
            owner = last.field.partition(".")[0]
            if last.field in own_names(words, found.entity) and is_done(words, found.at, condition.at):
                continue  # "trained by Ann" is not called Ann
            if reaches(words, found.entity, owner):
                if _is_of_deed(words, found, condition.at, owner):
                    continue
                far = words.world.reach.detour((), owner, listed=found.entity)
                yield replace(condition, rank=condition.rank + far)  # a city is first of all their own
            elif _may_limit_rows(words, found, owner):
                if found.each:  # "how many houses does each landlord own in Bath" counts those there
                    yield condition
                continue  # "the most results with status lost" counts only these results
            elif is_had(words, owner, found.entity) and last.op in ("in", "not_in") and not _does(words, start):
                told = {"op": "in", "entity": found.entity, "none": last.op == "not_in"}
                some = (*condition.filters[:-1], last.model_copy(update=told))
                far = HAD if reaches(words, owner, found.entity) else TIED
                tied = replace(condition, filters=some, rank=condition.rank + far)
                yield tied
                yield from _did(words, found, tied)


def _is_of_deed(words: Words, found: Found, behind: int, owner: str) -> bool:
    """ "choirs that have sung in Bath": where they did it, which rows of theirs tell, is not where they are from."""
    acted = any(words.phrase(at, "acting") == at + 1 for at in range(found.at, behind))
    layer = words.world.layer
    had = (name for name in layer.datasets if acted and name not in (owner, found.entity))
    return any(reaches(words, name, found.entity) and _tells_too(words, name, owner, found.entity) for name in had)


def _tells_too(words: Words, rows: str, owner: str, entity: str) -> bool:
    """Whether rows of things belong to something themselves, and not only by the things."""
    links = words.world.layer.relationships.values()
    return any(one.from_ == rows and one.to != entity and reaches(words, one.to, owner) for one in links)


def _may_limit_rows(words: Words, found: Found, owner: str) -> bool:
    """Whether a value is, or may be, one of the rows that are counted for each thing."""
    facts = {fact for name in found.metrics for fact in words.world.reach.facts(name)}
    return any(fact == owner or reaches(words, fact, owner) for fact in facts)


def _does(words: Words, at: int) -> bool:
    """ "orders that arrived late": what things did themselves is not what something of theirs is called."""
    token = words.tokens[at] if at < len(words.tokens) else None
    endings = words.world.language.words("participle_endings")
    return token is not None and at > 0 and token.text.endswith(endings) and words.phrase(at - 1, "relatives") == at


def _did(words: Words, found: Found, tied: Found) -> Iterator[Found]:
    """ "the clubs that Ann has joined", "how many books did Ann write": past a verb at the end that ties the two."""
    asked = words.phrase(found.at, "relatives") or words.phrase(found.at, "doing")
    end = words.skip(tied.at, "ties")
    if asked is not None and end > tied.at and words.at_end(end):
        yield tied.moved(end)


def _is_tied(words: Words, entity: str, dataset: str) -> bool:
    return reaches(words, entity, dataset) or is_had(words, dataset, entity)


def paid_by(words: Words, found: Found) -> Iterator[Found]:
    """ "paid by credit card": a means of payment of theirs; "paid by Acme" is something else."""
    paid = words.phrase(words.skip(found.at, "relatives", "happened"), "paid_by")
    for concepts, behind in words.concepts(words.skip(paid, "empty"), "value") if paid is not None else ():
        for concept in concepts:
            means = MEANS.intersection(re.split(r"[._]", concept.target))
            if means and reaches(words, found.entity, concept.target.partition(".")[0]):
                values, end = more_values(words, concept, behind)
                told = Filter.model_validate({"field": concept.target, "op": "in", "values": values})
                yield found.used(found.at, end, "value", concept.target).filtered(told)


def with_number(words: Words, found: Found) -> Iterator[Found]:
    """ "with a price above 1000", "whose age is between 20 and 30"."""
    if found.group:
        return
    start = words.skip(found.at, *LINKING)
    bare = words.skip(found.at, "relatives", "empty")
    degree = words.degree(start) or words.degree(bare)  # "who earn more than": no mere tie
    number = words.number(degree[2]) if degree is not None else None
    field_name = words.field_called(degree[0], found.entity) if degree is not None else ""
    if degree is not None and number is not None and field_name:
        value, end = words.measured(number[0], words.skip(number[1], "units"), field_name)
        bound = Filter.model_validate({"field": field_name, "op": degree[1], "values": (value,)})
        yield found.used(start, end, "condition", field_name).filtered(bound)
    for bounded, operator, limit in amount(words, found.moved(start)):
        for field, behind in own_fields(words, bounded.at, found.entity):
            if words.world.layer.fields[field].kind == "number":
                bound = Filter.model_validate({"field": field, "op": operator, "values": (limit,)})
                yield bounded.used(bounded.at, behind, "dimension", field).filtered(bound)
    for field, behind in number_fields(words, start, found.entity):
        named = found.used(start, behind, "dimension", field)
        yield from _limits(words, named.moved(words.skip(behind, "empty")), field)


def _limits(words: Words, found: Found, field: str) -> Iterator[Found]:
    for bounded, operator, number in amount(words, found):
        value, end = words.measured(number, bounded.at, field)
        bound = Filter.model_validate({"field": field, "op": operator, "values": (value,)})
        yield bounded.moved(end).filtered(bound)
    between = words.phrase(found.at, "between")
    low = words.number(between) if between is not None else None
    high = words.number(words.skip(low[1], "joins")) if low is not None else None
    if low is not None and high is not None and high[1] > low[1] + 1:
        told = {"field": field, "op": "between", "values": (low[0], high[0])}
        yield found.used(found.at, high[1], "condition", "between").filtered(Filter.model_validate(told))
