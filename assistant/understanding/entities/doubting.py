"""Plans of the ordinary reading that pass over what a word belongs to; questions about single things show them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.entities.dated import told_by_another_day
from assistant.understanding.entities.fields import details_of
from assistant.understanding.entities.misshapen import SHAPES
from assistant.understanding.entities.owners import said_of_others
from assistant.understanding.entities.reading import plan_entities
from assistant.understanding.entities.roles import called_for_another
from assistant.understanding.entities.shapes_of_counts import asks_for_rows
from assistant.understanding.entities.single_values import (
    compound_as_group,
    count_for_name,
    count_for_numbers,
    field_passed_over,
    modifier_counted,
    part_of_a_name,
    total_for_row,
    total_for_value,
    values_for_one,
    year_for_period,
)
from assistant.understanding.entities.ways import wrong_way
from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.tokens import Token


def doubted(plan: Plan, tokens: Sequence[Token], world: World) -> tuple[str, ...]:
    """The words that a plan uses for something else than they say, none for a plan that stands."""
    words = Words(tuple(tokens), world)
    tests = (
        _named_of_others,
        _field_of_others,
        _details_passed_over,
        _said_twice,
        _sorted_by_one_of_two,
        _counted_for_measured,
        _sorted_otherwise,
        _apart,
        _columns_as_conditions,
    )
    tests += (
        total_for_value,
        total_for_row,
        count_for_name,
        count_for_numbers,
        field_passed_over,
        compound_as_group,
        modifier_counted,
        values_for_one,
        part_of_a_name,
        year_for_period,
        told_by_another_day,
        called_for_another,
        wrong_way,
        said_of_others,
        *SHAPES,
    )
    return (*(word for test in tests for word in test(plan, words)), *_one_of_many(plan, world))


def _sorted_otherwise(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "sorted by price" answered with groups by price in another order."""
    for at in range(len(words.tokens)):
        sorting = words.phrase(at, "sorting") if not _is_a_thing(words, at) else None
        sorting = sorting or _listed_by(words, at)
        by = words.skip(sorting, "empty", "by") if sorting is not None else len(words.tokens)
        named = {c.target for concepts, _ in words.concepts(by, "dimension") for c in concepts}
        order = {one.by for one in plan.query.order_by}
        if named and named & {group.field for group in plan.query.group_by} and not named & order:
            return (words.tokens[at].raw,)
    return ()


def _is_a_thing(words: Words, at: int) -> bool:
    """Whether a word that may sort is a thing: "units per order by channel"."""
    language = words.world.language
    return at > 0 and words.tokens[at - 1].text in {
        *language.words("per_words"),
        *language.determiners,
        "each",
        "every",
    }


def _listed_by(words: Words, at: int) -> int | None:
    """The place behind "by" in "list the products by price"."""
    listing = bool(words.tokens) and words.tokens[0].text == "list" and words.tokens[at].text == "by"
    fields = words.world.layer.fields
    named = [c.target for concepts, _ in words.concepts(at + 1, "dimension") for c in concepts] if listing else []
    return at + 1 if any(fields[name].kind in ("number", "time") for name in named) else None


def _columns_as_conditions(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "customers with their country" answered for those whose country is known, without showing it."""
    shown = {group.field for group in plan.query.group_by}
    hidden = {one.field for one in plan.query.filters if one.op == "not_null"} - shown
    for at in range(len(words.tokens)):
        start = words.phrase(at, "columns")
        named = (
            {c.target for concepts, _ in words.concepts(start, "dimension") for c in concepts} if start else set[str]()
        )
        if named & hidden:
            return (words.tokens[at].raw,)
    return ()


def _apart(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the customers and the number of their orders" answered with two totals."""
    if plan.query.group_by or plan.query.entity or len(plan.query.metrics) <= 1:
        return ()
    for at, token in enumerate(words.tokens):
        before = words.tokens[at - 1].text if at else ""
        if words.phrase(at, "possessives") is not None and before in ("of", "and", ","):
            return (token.raw,)
    return ()


def _named_of_others(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the names of the members" with the titles of books: the name of something else."""
    fields = {group.field for group in plan.query.group_by}
    shown = {name.partition(".")[0] for name in fields} | {plan.query.entity}
    for at in range(len(words.tokens)):
        for role in ("names", "keys"):
            behind = words.phrase(at, role)
            genitive = words.phrase(behind, "genitive") if behind is not None else None
            owners = _longest_nouns(words, words.skip(genitive, "empty")) if genitive else []
            if behind is not None and not owners:  # "class names"
                owners = [dataset for dataset, end in words.nouns(max(0, at - 1)) if end == at]
            if owners and shown - {""} and not shown.intersection(owners):
                return (words.tokens[at].raw,)
            own = (
                {name for dataset in owners for name in words.world.nouns.names(dataset)} if role == "names" else set()
            )
            if own and fields and not fields & own and _are_names(fields - _keys(words, owners), words):
                return (words.tokens[at].raw,)
    return ()


def _longest_nouns(words: Words, at: int) -> list[str]:
    """The datasets that the longest noun here names: product groups and not products."""
    found = words.nouns(at)
    return [dataset for dataset, end in found if end == found[0][1]]


def _field_of_others(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the description of the soil type" with the descriptions of crops: a field like that of something else."""
    fields = {group.field for group in plan.query.group_by}
    for at in range(len(words.tokens)):
        for concepts, behind in words.concepts(at, "dimension"):
            genitive = behind + 1 if words.tokens[behind : behind + 1] and words.tokens[behind].text == "of" else None
            owners = _longest_nouns(words, words.skip(genitive, "empty")) if genitive is not None else []
            before = {name for place in range(max(0, at - 2), at) for name, end in words.nouns(place) if end == at}
            owners = owners or sorted(before)  # "type description" of vehicle types
            said = words.tokens[behind - 1].plain
            own = {f"{owner}.{one.name}" for owner in owners for one in words.world.layer.datasets[owner].fields}
            like = {name for name in own if name.rpartition(".")[2].rpartition("_")[2] == said}
            others = fields.intersection(concept.target for concept in concepts) - own
            once = sum(token.plain == said for token in words.tokens) == 1
            if like and others and (once or not fields & like):
                return (words.tokens[at].raw,)
    return ()


def _details_passed_over(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the details of the complaints" answered without the details that they have."""
    shown = {group.field for group in plan.query.group_by}
    for at, token in enumerate(words.tokens[:-2]):
        genitive = token.plain == "detail" and words.tokens[at + 1].text == "of"
        owners = _longest_nouns(words, words.skip(at + 2, "empty")) if genitive else []
        told = {name for owner in owners if (name := details_of(words, owner))}
        if told and not told & shown:
            return (token.raw,)
    return ()


def _said_twice(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the data types and how many there are for each type" answered by data type and by another type as well."""
    spans = [span for span in plan.spans if span.role == "dimension"]
    twice = [span for span in spans if sum(other.target == span.target for other in spans) > 1]
    owners = {span.target.partition(".")[0] for span in spans}
    others = [one.field for one in plan.query.group_by if one.field.partition(".")[0] not in owners]
    fields = [name for name in others if name in words.world.layer.fields]
    return (twice[-1].text,) if twice and fields else ()


def _sorted_by_one_of_two(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "in descending order of the number" where two numbers are shown: which one is not said."""
    last = words.tokens[-1:]
    meant = bool(last) and last[0].text in word_lists()["own_number"] and len(plan.query.metrics) > 1
    roles = ("sorting", "ascending", "descending")
    said = any(words.phrase(at, role) for at in range(len(words.tokens) - 1) for role in roles) if meant else False
    return (last[0].raw,) if said else ()


def _keys(words: Words, owners: Sequence[str]) -> set[str]:
    datasets = words.world.layer.datasets
    return {f"{name}.{key}" for name in owners for key in datasets[name].key_fields}


def _are_names(fields: Set[str], words: Words) -> bool:
    """Whether fields are what things are called by."""
    named = {name for dataset in words.world.layer.datasets for name in words.world.nouns.names(dataset)}
    return bool(fields) and fields <= named


def _counted_for_measured(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the most expensive product" as the one of which there are most."""
    counts = {words.world.nouns.count_of(name) for name in words.world.layer.datasets} | set(words.world.nouns.counted)
    if not (plan.query.limit and plan.query.order_by and plan.query.order_by[0].by in counts):
        return ()
    for at in range(len(words.tokens)):
        for measure, _, end in words.extremes(at):
            if measure != "size" and words.nouns(words.skip(end, "empty")):
                return tuple(token.raw for token in words.tokens[at:end])
    return ()


def _one_of_many(plan: Plan, world: World) -> tuple[str, ...]:
    """ "by type" where several things that are equally near have a type."""
    facts = {fact for name in plan.query.metrics for fact in world.reach.facts(name)} | {plan.query.entity} - {""}
    grouped = {group.field for group in plan.query.group_by}
    for span in plan.spans:
        found = world.lexicon.lookup(world.language.tokens(span.text)) if span.role == "dimension" else ()
        named = [concept for concept in found if concept.kind == "dimension"]
        if not named or max(concept.weight for concept in named) > HEAD_WORD:
            continue
        steps = {c.target: [world.reach.steps(fact, c.target.partition(".")[0]) for fact in facts] for c in named}
        near = {target: max(one or 0 for one in far) for target, far in steps.items() if None not in far}
        taken = [target for target in near if target in grouped]
        rivals = [target for target in near if taken and target not in taken and near[target] <= near[taken[0]]]
        if taken and near[taken[0]] > 0 and rivals:
            return (span.text,)
    return ()


def listed_instead(plan: Plan, tokens: Sequence[Token], world: World) -> Plan | None:
    """The list of rows that was asked for where a plan counts rows by their fields, None where it was not.

    "The deposits of the active leases" are those of each lease; one field in words alone ("the brands of the
    products") is told by its values.
    """
    query, fields = plan.query, world.layer.fields
    words, counts = Words(tuple(tokens), world), {world.nouns.count_of(name) for name in world.layer.datasets}
    asked = any(words.phrase(at, role) is not None for at in range(len(tokens)) for role in ("counting", "distinct"))
    grouped = bool(query.group_by) or asks_for_rows(plan, words)
    plain = not (asked or query.limit or query.time_range) and grouped and query.metrics
    listed = plan_entities(tokens, world) if plain and set(query.metrics) <= counts else None
    if listed is None or listed.query.metrics or not listed.query.entity:
        return None
    groups, shown = ({group.field for group in one.query.group_by} for one in (plan, listed))
    told = len(shown) > 1 or any(fields[name].kind in ("number", "time") or fields[name].listable for name in shown)
    kept = len(listed.query.filters) >= len(query.filters)
    told = told or not query.group_by or shown == set(world.nouns.names(listed.query.entity))
    return listed if told and kept and groups <= shown else None


def told_by_rows(plan: Plan, tokens: Sequence[Token], world: World) -> Plan:
    """The plan with a bound on each single thing where a list of them is asked for by names that several may share.

    "The titles of albums with more than 4 tracks" are those of such albums, not of all albums of one title together.
    """
    query, groups = plan.query, {group.field for group in plan.query.group_by}
    bounded = any(one.field in world.layer.metrics and not one.entity for one in query.filters)
    if query.entity or query.limit or query.time_range or not (bounded and groups):
        return plan
    owners = [name for name in world.layer.datasets if set(world.nouns.names(name)) == groups]
    listed = plan_entities(tokens, world) if len(owners) == 1 and world.nouns.identity(owners[0]) else None
    kept = [sorted(filter_.model_dump_json() for filter_ in one.query.filters) for one in (plan, listed or plan)]
    if listed is None or listed.query.entity != owners[0] or kept[0] != kept[1]:
        return plan
    return replace(plan, query=query.model_copy(update={"entity": owners[0]}))
