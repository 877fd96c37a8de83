"""Plans of the ordinary reading that pass over of what something is said: of which thing, of how many."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import Filter

RANKING = ("most", "least")
BOUNDS = frozenset({"gt", "ge", "lt", "le"})


def both_as_either(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "which cities have both open and closed shops" answered with the shops that are one or the other, by city."""
    grouped = {one.field for one in plan.query.group_by}
    either = [one for one in plan.query.filters if one.op == "in" and len(one.values) > 1 and one.field not in grouped]
    for at in range(1, len(words.tokens)) if either and (grouped or plan.query.entity) else ():
        before = words.tokens[at - 1].text
        tied = before in word_lists()["having"] or words.skip(at - 1, "ties") == at
        if words.phrase(at, "both") is not None and tied:
            return (words.tokens[at].raw,)
    return ()


def both_or_both(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "both a garden and a pool or a garden and a view" answered with what has all of them."""
    texts = [token.text for token in words.tokens]
    rest = texts[texts.index("both") :] if "both" in texts else []
    mixed = "or" in rest and rest[: rest.index("or")].count("and") and rest[rest.index("or") :].count("and")
    return ("or",) if mixed and any(one.entity for one in plan.query.filters) else ()


def row_for_total(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "clubs whose players scored more than 100 goals in total" answered with those of which one player did."""
    fields = words.world.layer.fields
    some = [one for one in plan.query.filters if one.entity and one.field in fields and one.op in BOUNDS]
    if not any(fields[one.field].kind == "number" for one in some):
        return ()
    ends = (at for at in range(len(words.tokens)) if words.phrase(at, "in_all") is not None)
    return next(((words.tokens[at].raw,) for at in ends), ())


def all_for_one(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the name of the boat with the highest total cost" answered with all boats in their order."""
    query = plan.query
    if query.limit or query.top or not (query.group_by and query.order_by and query.metrics):
        return ()
    for at in range(len(words.tokens)):
        genitive = words.phrase(at, "genitive")
        for _, behind in words.nouns(words.skip(genitive, "empty")) if genitive is not None else ():
            first = words.tokens[behind : behind + 1]
            having = bool(first) and first[0].text in word_lists()["having"] | {"that", "which", "who"}
            tied = words.skip(behind, "relatives", "ties")
            ranked = words.phrase(tied, "most") or words.phrase(tied, "least")
            if having and ranked is not None and not words.is_plural(behind - 1):
                return (words.tokens[tied].raw,)
    return ()


def value_for_thing(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the city of the customer with the most orders" answered with the city that has the most orders."""
    query = plan.query
    if not (query.limit == 1 and query.order_by and len(query.group_by) == 1 and not query.entity):
        return ()
    group = query.group_by[0].field
    for at in range(len(words.tokens)):
        genitive = at + 1 if words.tokens[at].text == "of" else None
        for dataset, behind in words.nouns(words.skip(genitive, "empty")) if genitive is not None else ():
            naming = {name for names in words.world.nouns.identity(dataset) for name in names}
            own = group.partition(".")[0] == dataset and group not in naming
            ranked = any(words.phrase(place, role) for place in range(behind, len(words.tokens)) for role in RANKING)
            if own and ranked and not words.is_plural(behind - 1):
                return (words.tokens[behind - 1].raw,)
    return ()


def flag_of_another(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "active matters" answered with the matters of active clients: what is said right before a noun is said of it."""
    fields = words.world.layer.fields
    flags = {one.field for one in plan.query.filters if one.field in fields and fields[one.field].kind == "boolean"}
    for at in range(len(words.tokens)) if flags else ():
        for concepts, behind in words.concepts(at, "dimension"):
            meant = {concept.target for concept in concepts} & flags
            owners = {dataset for dataset, _ in words.nouns(behind)}
            if meant and owners and not owners.intersection(name.partition(".")[0] for name in meant):
                return (words.tokens[at].raw,)
    return ()


def some_and_none(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "actors who do not play in any play" answered with those who play in none and in some."""
    none = [one.model_copy(update={"op": "ge", "values": (1,)}) for one in plan.query.filters if _is_none(one)]
    clash = [one.field for one in plan.query.filters if one in none]
    return (words.world.layer.metrics[clash[0]].title,) if clash else ()


def _is_none(one: Filter) -> bool:
    return "." not in one.field and (one.op, one.values) == ("eq", (0,))


def which_for_number(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "which members have an open booking" answered with how many bookings there are."""
    if plan.query.group_by or plan.query.entity or not words.tokens or words.tokens[0].text != "which":
        return ()
    flags = [c for concepts, _ in words.concepts(1, "dimension") for c in concepts]
    people = any(words.world.layer.fields[concept.target].kind == "boolean" for concept in flags)
    return (words.tokens[0].raw,) if words.nouns(1) or people else ()


def paid_twice(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "paid with Visa" answered with what is paid and, besides, whose card is Visa: "paid" only says the latter."""
    taken = {str(value).casefold() for one in plan.query.filters if one.op == "in" for value in one.values}
    for at, token in enumerate(words.tokens):
        by = words.phrase(at, "paid_by")
        named = words.concepts(words.skip(by, "empty"), "value") if by is not None else []
        said = {str(concept.value).casefold() for concepts, _ in named for concept in concepts}
        if token.text in taken and said & taken:
            return (token.raw,)
    return ()
