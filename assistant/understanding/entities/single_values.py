"""Plans of the ordinary reading that take a value of single rows for a total, or half of a compound for a group."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.entities.dated import is_day
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import SimpleMetric, is_count

BOUNDS = frozenset({"gt", "ge", "lt", "le", "between"})
GATHERED = frozenset({"sum", "average", "max", "min"})


def total_for_value(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "doses with a strength above 100", "schools with a meal count above 500" answered by averages or totals."""
    gathered = {field for one in plan.query.filters if one.op in BOUNDS for field in _gathered(words, one.field)}
    for at, token in enumerate(words.tokens[:-1]) if gathered else ():
        if token.text in words.world.language.words("indefinite"):
            named = {c.target for concepts, _ in words.concepts(at + 1, "dimension") for c in concepts}
            if named & gathered:
                return (words.tokens[at + 1].raw,)
    return ()


def total_for_row(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "who handled the claim with the largest amount" answered by the total of the amounts of each."""
    ranked = {field for one in plan.query.order_by for field in _gathered(words, one.by)} if plan.query.limit else set()
    for at in range(len(words.tokens)) if ranked else ():
        for dataset, behind in words.nouns(at):
            nesting = words.phrase(behind, "nesting") if not words.is_plural(behind - 1) else None
            most = words.phrase(nesting, "most") or words.phrase(nesting, "least") if nesting is not None else None
            named = words.concepts(words.skip(most, "empty"), "dimension") if most is not None else []
            own = {field for field in ranked if field.partition(".")[0] == dataset != plan.query.entity}
            if own & {concept.target for concepts, _ in named for concept in concepts}:
                return tuple(token.raw for token in words.tokens[at:behind])
    return ()


def part_of_a_name(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "entered the Oslo Open" answered by what is in Oslo: a stored name of which words are passed over."""
    taken = {str(value) for one in plan.query.filters for value in one.values}
    for at in range(len(words.tokens)):
        for concepts, behind in words.concepts(at, "value"):
            named = " ".join(token.raw for token in words.tokens[at:behind])
            whole = any(named == concept.value for concept in concepts) and behind > at + 1
            parts = {token.raw for token in words.tokens[at:behind]} & taken
            if whole and parts and not taken & {str(concept.value) for concept in concepts}:
                return (named,)
    return ()


def row_for_kind(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "which make of car got the most fines" answered with the make of the one car that did."""
    query = plan.query
    asked = words.skip(0, "requests", "asking") if query.entity and query.limit == 1 and query.metrics else 0
    for concepts, behind in words.concepts(asked, "dimension") if asked else ():
        told = {c.target for c in concepts} & {group.field for group in query.group_by}
        names = set(words.world.nouns.names(query.entity))
        of = behind < len(words.tokens) and words.tokens[behind].text == "of"
        if of and told and not told & names and (query.entity in {dataset for dataset, _ in words.nouns(behind + 1)}):
            led = words.tokens[behind + 1].text in word_lists()["articles"]
            return () if led else tuple(token.raw for token in words.tokens[asked:behind])
    return ()


def count_for_numbers(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the policy numbers of the policies with two claims" answered with how many policies there are."""
    query = plan.query
    counted = {words.world.nouns.counted.get(name) for name in query.metrics}
    for at, token in enumerate(words.tokens) if counted and not query.group_by else ():
        named = words.concepts(at, "dimension")
        keys = {f"{name}.{key}" for name in counted if name for key in words.world.layer.datasets[name].key_fields}
        for concepts, behind in named:
            last = words.tokens[behind - 1]
            if last.text == "numbers" and token is not last and keys & {concept.target for concept in concepts}:
                return (last.raw,)
    return ()


def field_passed_over(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the make of the car with the most faults" answered with the car alone: a field taken for a verb."""
    fillers = {span.start for span in plan.spans if span.role == "filler"}
    return tuple(
        token.raw for at, token in enumerate(words.tokens) if token.start in fillers and words.is_field_word(at)
    )


def count_for_name(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the name of the manager of the campaign Alpha" answered with how many managers that campaign has."""
    query, world = plan.query, words.world
    start = words.skip(0, "requests", "asking", "being", "articles")
    named = words.phrase(start, "names")
    counted = {name for name in query.metrics if name in world.nouns.counted or is_count(world.layer, name)}
    fixed = {one.field for one in query.filters if one.op == "in" and len(one.values) == 1}
    shown = {group.field for group in query.group_by}
    alone = named is not None and bool(counted) and set(query.metrics) == counted and shown <= fixed
    return (words.tokens[start].raw,) if alone and not query.entity else ()


def year_for_period(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "the returns for the tax year 2024" answered with those filed in 2024: a year that a field of its own tells."""
    if plan.query.time_range is None:
        return ()
    facts = {fact for name in plan.query.metrics for fact in words.world.reach.facts(name)} | {plan.query.entity}
    bounded = {one.field for one in plan.query.filters}
    for at in range(len(words.tokens) - 2):
        for concepts, behind in words.concepts(at, "dimension"):
            years = {c.target for c in concepts if c.target.partition(".")[0] in facts and _is_year(words, c.target)}
            named = behind > at + 1 and words.number(behind) is not None
            if named and years and not years & bounded:
                return tuple(token.raw for token in words.tokens[at:behind])
    return ()


def _is_year(words: Words, field: str) -> bool:
    return words.world.layer.fields[field].kind != "time" and is_day(words.world.layer.fields[field])


def _gathered(words: Words, name: str) -> tuple[str, ...]:
    """The field whose values a metric gathers over rows, nothing for any other metric."""
    layer = words.world.layer
    metric = layer.metrics.get(name)
    if not isinstance(metric, SimpleMetric) or metric.filter:
        return ()
    measure, owner = layer.measures[metric.measure], metric.measure.partition(".")[0]
    return (f"{owner}.{measure.expression}",) if measure.agg in GATHERED and measure.expression else ()


def compound_as_group(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "how many owners are among the account holders" answered for each account."""
    if words.phrase(0, "counting") is None or plan.query.limit:
        return ()
    grouped = {one.field.partition(".")[0] for one in plan.query.group_by}
    for at in range(len(words.tokens) - 1) if grouped else ():
        named = {dataset for dataset, behind in words.nouns(at) if behind == at + 1} & grouped
        headed = {dataset for dataset, _ in words.nouns(at + 1)} - grouped
        if named and headed and not words.is_plural(at) and words.is_plural(at + 1):
            before = words.tokens[at - 1].text if at else ""
            if before in word_lists()["articles"]:
                return (words.tokens[at].raw,)
    return ()


def modifier_counted(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "how many card holders are women" answered with a number of cards."""
    behind = words.phrase(0, "counting")
    if behind is None or behind + 1 >= len(words.tokens) or words.is_plural(behind):
        return ()
    if any(end > behind + 1 for _, end in words.nouns(behind)):
        return ()  # "order items" are things of their own
    named, headed = ({dataset for dataset, _ in words.nouns(at)} for at in (behind, behind + 1))
    counts = {words.world.nouns.count_of(dataset) for dataset in named - headed}
    only = bool(plan.query.metrics) and set(plan.query.metrics) <= counts
    return (words.tokens[behind + 1].raw,) if headed and only and words.is_plural(behind + 1) else ()


def values_for_one(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "what is the fastest lap time" answered with all lap times and how often each stands."""
    query = plan.query
    plain = len(query.group_by) == 1 and not (query.filters or query.limit or query.top or query.time_range)
    counts = {words.world.nouns.count_of(name) for name in words.world.layer.datasets}
    start = words.skip(0, "asking", "being", "articles")
    ranked = [role for role in ("maxima", "minima") if words.phrase(start, role)] or words.extremes(start)
    named = words.concepts(start, "dimension") if plain and set(query.metrics) <= counts else []
    whole = any(words.at_end(end) and query.group_by[0].field in {c.target for c in found} for found, end in named)
    superlative = bool(ranked) or words.tokens[start].text.endswith("est") if whole else False
    return (words.tokens[start].raw,) if superlative else ()
