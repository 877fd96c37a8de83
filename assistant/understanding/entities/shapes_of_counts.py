"""Plans of the ordinary reading that count something else than was asked for, or bound a count that is always one."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.words import Words

BOUNDS = frozenset({"gt", "ge", "lt", "le", "eq", "between"})


def owner_counted(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "how many Acme invoices" answered with the number of customers called Acme."""
    counted = set(plan.query.metrics) if len(plan.query.metrics) == 1 else set[str]()
    for at in range(len(words.tokens)) if counted else ():
        counting = words.phrase(at, "counting")
        named = words.concepts(words.skip(counting, "empty"), "value") if counting is not None else []
        for concepts, behind in named:
            owners = {words.world.nouns.count_of(c.target.partition(".")[0]) for c in concepts if "." in c.target}
            meant = {words.world.nouns.count_of(dataset) for dataset, _ in words.nouns(behind)}
            if meant and counted <= owners - meant:
                return (words.tokens[behind].raw,)
    return ()


def bounded_by_itself(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the ids of shops in cities with more than two shops" answered with shops that are more than two each."""
    layer, shown = words.world.layer, {group.field for group in plan.query.group_by}
    bounded = {one.field for one in plan.query.filters if one.op in BOUNDS}
    for dataset, found in layer.datasets.items() if bounded else ():
        keys = {f"{dataset}.{key}" for key in found.key_fields}
        count = words.world.nouns.count_of(dataset)
        if count in bounded and keys and keys <= shown:
            return (layer.metrics[count].title,)
    return ()


def counted_without(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the district of the shops that have no closed branch" answered with how many branches there are by district."""
    query = plan.query
    asked = any(words.phrase(at, "counting") is not None for at in range(len(words.tokens)))
    without = {words.world.nouns.count_of(one.field.partition(".")[0]) for one in query.filters if one.none}
    without |= {one.field for one in query.filters if (one.op, one.values) == ("eq", (0,))}
    contrary = query.group_by and not asked and len(query.metrics) == 1 and query.metrics[0] in without
    return (words.world.layer.metrics[query.metrics[0]].title,) if contrary else ()


def asks_for_rows(plan: Plan, words: Words) -> bool:
    """Whether "find all shops that ...", "give the shop with ..." is answered with how many of them there are."""
    start = words.phrase(0, "requests")
    nouns = words.nouns(words.skip(start, "requests", "empty")) if start is not None else []
    listed = [name for name, _ in nouns if words.world.nouns.names(name)]
    counts = {(words.world.nouns.count_of(name),) for name in listed}
    return plan.query.metrics in counts and bool(plan.query.filters) and not plan.query.group_by
