"""Plans of the ordinary reading that take one word of two for what the whole says."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.words import Words


def degree_as_count(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "musicians who earn more than 80000" answered with how many musicians there are."""
    counts = {words.world.nouns.count_of(name) for name in words.world.layer.datasets}
    bounds = {one.values for one in plan.query.filters if one.field in counts}
    for at in range(len(words.tokens)) if bounds else ():
        degree = words.degree(at)
        number = words.number(degree[2]) if degree is not None else None
        if number is not None and (number[0],) in bounds and not words.nouns(number[1]):
            return (words.tokens[at].raw,)
    return ()


def kind_passed_over(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "live concerts" answered for all of them, where some are kept as live: the word is no verb there."""
    said = {one.field for one in plan.query.filters} | {group.field for group in plan.query.group_by}
    for at in range(len(words.tokens) - 1):
        kinds = words.world.lexicon.fields_with(words.tokens[at].text)
        for dataset, _ in words.nouns(at + 1) if kinds else ():
            own = {name for name in kinds if name.partition(".")[0] == dataset}
            if own and not own & said:
                return (words.tokens[at].raw,)
    return ()


def field_as_group(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "more than one aircraft model" answered by model, with those of which there are several."""
    bounded = {one.field for one in plan.query.filters}
    grouped = {group.field for group in plan.query.group_by}
    for at in range(1, len(words.tokens)) if len(grouped) > 1 else ():
        counted = words.number(at - 1) is not None
        for dataset, behind in words.nouns(at) if counted else ():
            named = {c.target for concepts, _ in words.concepts(behind, "dimension") for c in concepts}
            if words.world.nouns.count_of(dataset) in bounded and named & grouped:
                return (words.tokens[behind].raw,)
    return ()


def doer_as_group(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "trips made by ships of Acme" answered for each of these ships: who did it, and nothing to split by."""
    grouped = {group.field.partition(".")[0] for group in plan.query.group_by}
    for at in range(1, len(words.tokens) - 1):
        told_so = words.phrase(at - 1, "verbs") is not None or words.phrase(at - 1, "passive") == at + 1
        done = words.tokens[at].text == "by" and told_so and not words.nouns(at - 1)  # "orders by customers"
        for dataset, behind in words.nouns(at + 1) if done else ():
            told = words.phrase(behind, "genitive") or words.phrase(behind, "relatives")
            if dataset in grouped and told is not None:
                return (words.tokens[at + 1].raw,)
    return ()


def group_as_condition(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "orders by product" answered with how many orders have any: for each product is what that says."""
    shown = {group.field.partition(".")[0] for group in plan.query.group_by}
    had = any(one.op == "ge" and one.values == (1,) for one in plan.query.filters)
    for at in range(1, len(words.tokens) - 1) if had else ():
        token = words.tokens[at]
        things = words.nouns(at - 1) if token.text == "by" else []
        for dataset, behind in words.nouns(at + 1) if things else ():
            single = words.tokens[behind - 1].text == words.tokens[behind - 1].plain
            if single and dataset not in shown:
                return (token.raw,)
    return ()


def field_of_others(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "which addresses have no gold member" answered for shops, which nobody named: members have an address, too."""
    entity, datasets = plan.query.entity, words.world.layer.datasets
    named = any(dataset == entity for at in range(len(words.tokens)) for dataset, _ in words.nouns(at))
    tails = {one.field.rpartition(".")[2] for one in plan.query.group_by} if entity and not named else set[str]()
    owners = {one.field.partition(".")[0] for one in plan.query.filters if one.entity == entity} - {entity}
    for owner in owners & set(datasets):
        both = tails & {one.name for one in datasets[owner].fields if not one.hidden}
        if both:
            return (min(both),)
    return ()
