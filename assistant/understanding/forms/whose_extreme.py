"""Who or what has the largest or first single one: "which customer placed the largest order", "who made the last one".

That is one row with what it belongs to, and never the one who has the most of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.amounts import worth
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.listed_rows import Sorting, counted, day_of, listed
from assistant.understanding.tokens import Token
from semantic_layer import GroupBy

MOST_BETWEEN = 2
"""How many words stand at most between the size and the thing: "the largest open deal"."""
ONE = 1
SORTED = (("largest", True), ("smallest", False), ("single_first", False), ("single_last", True))


def whose_extreme(asking: Asking) -> Plan | None:
    """The largest, smallest, first or last row of a thing with those asked for beside it; None for other questions."""
    start = asking.end(0, "which_one") or asking.end(0, "asking_who")
    if start is None:
        return None
    for name, descending in SORTED:
        for at, behind in asking.found(name):
            dataset = _single_thing(asking, behind)
            asked = _asked_for(asking, start, at) if dataset else None
            if asked is not None:
                fields, end = asked
                rest = (*asking.tokens[behind:], *_told(asking, end, at))
                return _one(asking, rest, dataset, (name, descending), fields)
    return None


def _single_thing(asking: Asking, behind: int) -> str:
    """The rows named in the singular right behind the size, which each have a worth and a time; empty without."""
    layer = asking.world.layer
    for at in range(behind, min(behind + MOST_BETWEEN + 1, len(asking.tokens))):
        for dataset, end in asking.words.nouns(at):
            table, single = layer.datasets[dataset], not asking.words.is_plural(end - 1)
            if single and table.time and not table.entity and (worth(asking.world, dataset) or table.primary_key):
                return dataset
    return ""


def _asked_for(asking: Asking, start: int, before: int) -> tuple[tuple[str, ...], int] | None:
    """The fields that show what is asked for ("which customer"), and the place behind its words.

    "Who placed" asks for the one kind of persons that a row belongs to.
    """
    if asking.end(0, "asking_who") is not None:
        persons = [name for name, one in asking.world.layer.datasets.items() if one.entity]
        placed = start < before and asking.tokens[start].text in phrases()["placing"]
        return (tuple(_fields(asking, "noun", persons[0])), start) if placed and len(persons) == ONE else None
    for end in range(before, start, -1):
        for concept in asking.world.lexicon.lookup(asking.tokens[start:end]):
            fields = tuple(_fields(asking, concept.kind, concept.target))
            if fields:
                return fields, end
    return None


def _fields(asking: Asking, kind: str, target: str) -> Iterator[str]:
    layer, nouns = asking.world.layer, asking.world.nouns
    if kind == "dimension" and target in layer.fields and layer.fields[target].kind == "categorical":
        yield target
    dataset = target if kind == "noun" else nouns.counted.get(target, "") if kind == "metric" else ""
    if dataset:
        keys = (f"{dataset}.{column}" for column in layer.datasets[dataset].primary_key)
        yield from dict.fromkeys((*(key for key in keys if key in layer.fields), *nouns.names(dataset)))


def _told(asking: Asking, start: int, end: int) -> Sequence[Token]:
    """What else is told of the rows between those asked for and the size: "in Germany", but no verb of having."""
    return [token for token in asking.tokens[start:end] if token.text not in phrases()["having_one"]]


def _one(
    asking: Asking, rest: Sequence[Token], dataset: str, sort: tuple[str, bool], fields: tuple[str, ...]
) -> Plan | None:
    """The first row of those that the rest of the question counts, with the fields in front."""
    plan = asking.read([*asking.made("number of", 0), *rest])
    if plan is None or counted(plan, asking.world) != dataset:
        return None
    name, descending = sort
    by_day = name.startswith("single_")
    field = _day(asking, dataset, plan.query.metrics[0]) if by_day else worth(asking.world, dataset)
    found = listed(asking, plan, Sorting(field, descending, ONE)) if field.startswith(f"{dataset}.") else None
    if found is None:
        return None
    kept = tuple(group for group in found.query.group_by if group.field not in fields)
    query = found.query.model_copy(update={"group_by": (*(GroupBy(field=name) for name in fields), *kept)})
    return replace(found, query=query) if asking.stands(query) else None


def _day(asking: Asking, dataset: str, metric: str) -> str:
    """The field with the day that rows count by; empty for those of some kind, which may have become so later."""
    plain = asking.world.nouns.count_of(dataset) == metric
    return day_of(asking.world, dataset, metric) if plain else ""
