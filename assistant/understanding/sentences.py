"""Questions whose last sentence tells what to show: "Which shops sell the most? Return the shop and its revenue.\""""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan, Span
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import World
from assistant.understanding.entities.words import word_lists
from assistant.understanding.rewriting import rewritten
from assistant.understanding.tokens import Token, tokenize
from assistant.understanding.told_columns import (
    Planner,
    arranged,
    asked_alone,
    each_of,
    group_words,
    is_group,
    number_told,
    shown_as,
    told,
    unit_of,
)
from semantic_layer import GroupBy, SemanticQuery, SimpleMetric, stands

SHOWING = frozenset({"metric", "dimension", "filler", "value", "condition", "time"})


def names_columns(sentence: str, world: World) -> bool:
    """Whether a sentence tells what to show: "Return the name and the number of orders"."""
    tokens = tokenize(sentence, world.language.forms)
    return bool(tokens) and tokens[0].text in world.language.words("column_verbs")


def with_order(first: str, last: str, world: World) -> str:
    """The first sentence with the order that the last one tells ("List them in alphabetical order"), or nothing."""
    tokens, language, lists = tokenize(last, world.language.forms), world.language, word_lists()
    passed = {*language.determiners, *language.words("possessives"), *lists["names"], *lists["requests"], "them"}
    at = next((place for place, token in enumerate(tokens) if token.text not in passed), 0)
    said = " ".join(token.text for token in tokens[at:] if token.text.isalpha())
    told = bool(at) and any(said in lists[role] for role in ("ascending", "descending"))
    return f"{first.rstrip(' ?.!')} {last[tokens[at].start :]}" if told else ""


def with_columns(plan: Plan, sentence: str, world: World, planner: Planner) -> Plan | None:
    """The plan with the numbers and fields that a sentence names, the first few and in the order that it tells.

    None when one of them cannot be shown with it.
    """
    said = told(_named(sentence, world), world)
    if said is None or (said.limits and not each_of(said.limits)):
        return None
    query = plan.query
    passed = {
        *world.language.determiners,
        *world.language.words("possessives"),
        *world.language.words("distinct_words"),
    }
    for item in said.items:
        bare = [token for token in item if token.text not in passed]
        unit = unit_of(item, world)
        same = _is_said_before(bare, plan) or bool(unit and unit in {group.grain for group in query.group_by})
        changed = query if same else _shown(query, bare, world)
        number = number_told(item, planner, world, plan.query.filters) if changed is None else ""
        changed = _with_number(query, number, world) if changed is None else changed
        if changed is None:
            return None
        query = changed
    shown = replace(plan, query=query)
    if said.cut is None and said.order is None:
        return shown if stands(world.layer, query) else None
    return arranged(shown, said, planner, world)


def _with_number(query: SemanticQuery, name: str, world: World) -> SemanticQuery | None:
    """The query showing a number, which is of every row of it; None without one."""
    shown = shown_as(name, query, world) if name else ""
    if shown in query.metrics or not name:
        return query if name else None
    near = not query.entity or world.reach.distance([name], query.entity) is not None
    return query.model_copy(update={"metrics": (*query.metrics, name)}) if near else None


def columns_alone(sentence: str, planner: Planner, world: World) -> Plan | None:
    """The plan of a sentence that is the whole question: the numbers that it tells by its fields."""
    return asked_alone(_named(sentence, world), planner, world)


def groups_told(sentence: str, world: World) -> str:
    """The fields that a sentence tells, as words behind "by"; empty without one."""
    said = told(_named(sentence, world), world)
    groups = [group_words(item, world) for item in said.items if is_group(item, world)] if said else []
    return " and ".join(dict.fromkeys(groups))


def _named(sentence: str, world: World) -> list[Token]:
    """The words behind the verb, in the wording that the reader knows where the verb is kept in it."""
    said = tokenize(sentence, world.language.forms)
    plain = rewritten(said, world.language)
    return plain[1:] if plain[:1] and plain[0].text == said[0].text else said[1:]


def _is_said_before(item: list[Token], plan: Plan) -> bool:
    """Whether the words stand in the question already, where they were read as a number or field that is shown."""
    shown = {*plan.query.metrics, *(group.field for group in plan.query.group_by)}
    read = [(word, span) for span in sorted(plan.spans, key=_start) for word in span.text.casefold().split()]
    words = [token.text for token in item]
    places = range(len(read) - len(words) + 1)
    parts = ([span for _, span in read[at : at + len(words)]] for at in places if _words(read, at, words) == words)
    return any(
        any(span.target in shown for span in part) and all(span.role in SHOWING for span in part) for part in parts
    )


def _start(span: Span) -> int:
    return span.start


def _words(read: list[tuple[str, Span]], at: int, like: list[str]) -> list[str]:
    return [word for word, _ in read[at : at + len(like)]]


def _shown(query: SemanticQuery, item: list[Token], world: World) -> SemanticQuery | None:
    """The query showing one more thing, as it is when that is shown already."""
    linked = _called_by(query, item, world)
    if linked:
        return query.model_copy(update={"group_by": (*query.group_by, *(GroupBy(field=name) for name in linked))})
    concepts = _meanings(item, world)
    metrics = [shown_as(concept.target, query, world) for concept in concepts if concept.kind == "metric"]
    fields = [concept.target for concept in concepts if concept.kind == "dimension"]
    grouped = [group.field for group in query.group_by]
    if set(metrics) & set(query.metrics) or set(fields) & set(grouped):
        return query
    if _is_the_count(item, query, world) or _is_the_name(item, grouped, world):
        return query
    if len(set(metrics)) == 1 and (not query.entity or world.reach.distance(metrics, query.entity) is not None):
        return query.model_copy(update={"metrics": (*query.metrics, metrics[0])})
    if query.entity:
        keys = {f"{query.entity}.{name}" for name in world.layer.datasets[query.entity].key_fields}
        if keys & set(fields):  # which a list of things always shows
            return query
        near = [field for field in fields if field.partition(".")[0] == query.entity and _may_show(field, world)]
        fresh = query.model_copy(update={"group_by": (*query.group_by, *(GroupBy(field=field) for field in near))})
        return fresh if len(set(near)) == 1 and not query.compare else None
    own = [field for field in fields if any(field.partition(".")[0] == name.partition(".")[0] for name in grouped)]
    if len(set(own)) == 1 and not query.compare and query.top is None and _told_apart(query, own[0], world):
        return query.model_copy(update={"group_by": (*query.group_by, GroupBy(field=own[0]))})
    return None


def _called_by(query: SemanticQuery, item: list[Token], world: World) -> list[str]:
    """What the one thing is called that each row listed belongs to, where an item names it: the owner of boats."""
    things = {concept.target for concept in world.lexicon.lookup(item) if concept.kind == "noun"}
    reach = world.reach
    near = [one for one in things - {query.entity} if query.entity and reach.steps(query.entity, one) is not None]
    names = world.nouns.names(near[0]) if len(things) == len(near) == 1 else ()
    return (
        [name for name in names if _may_show(name, world)] if len(item) == 1 and item[0].text == item[0].plain else []
    )


def _meanings(item: list[Token], world: World) -> tuple[Concept, ...]:
    """What an item means: as said, or without a last "name" ("country name") or a first "total"."""
    found = world.lexicon.lookup(item)
    if not found and len(item) > 1 and item[-1].text in world.language.words("name_words"):
        found = world.lexicon.lookup(item[:-1])
    if not found and len(item) > 1 and item[0].text in world.language.words("sum_words"):
        found = world.lexicon.lookup(item[1:])
    counted = tuple(_count(concept, world) for concept in found if concept.kind == "noun")
    return (*found, *(concept for concept in counted if concept is not None))


def _count(noun: Concept, world: World) -> Concept | None:
    name = world.nouns.count_of(noun.target)
    return Concept("metric", name) if name else None


def _is_the_count(item: list[Token], query: SemanticQuery, world: World) -> bool:
    """ "the count", "the number" of what is counted anyway; "the total" of what is added up."""
    said = [token.text for token in item]
    whole = len(query.metrics) == 1 and world.layer.metrics[query.metrics[0]].format == "integer"
    added = len(query.metrics) == 1 and said == ["total"] and _is_sum(query.metrics[0], world)
    return added or (whole and said in (["count"], ["number"], ["total"])) or _shortens(item, query, world)


def _is_sum(name: str, world: World) -> bool:
    metric = world.layer.metrics[name]
    return isinstance(metric, SimpleMetric) and world.layer.measures[metric.measure].agg == "sum"


def _is_the_name(item: list[Token], grouped: list[str], world: World) -> bool:
    """ "the name", "the name of the patient" where what they are called by is shown already."""
    said = [token for token in item if token.text not in world.language.words("genitive")]
    named = {field for dataset in world.layer.datasets for field in world.nouns.names(dataset)} & set(grouped)
    if said[0].plain not in world.language.words("name_words") or not named:
        return False
    owners = {concept.target for concept in world.lexicon.lookup(said[1:])} if said[1:] else set[str]()
    datasets = {field.partition(".")[0] for field in named}
    return (not said[1:] and len(datasets) == 1) or bool(datasets & owners)


def _shortens(item: list[Token], query: SemanticQuery, world: World) -> bool:
    """ "total amount" beside "total transaction amount": words of one metric that is shown, its last one among them."""
    titles = [tokenize(world.layer.metrics[name].title, world.language.forms) for name in query.metrics]
    words = {token.bare for token in item}
    meant = [title for title in titles if words <= {token.bare for token in title} and item[-1].bare == title[-1].bare]
    return len(meant) == 1 and len(words) > 1


def _may_show(field: str, world: World) -> bool:
    found = world.layer.fields[field]
    return found.listable or not found.pii


def _told_apart(query: SemanticQuery, field: str, world: World) -> bool:
    """Whether the groups are single rows of the field's dataset, so that one more field of it splits nothing."""
    dataset = world.layer.datasets[field.partition(".")[0]]
    keys = {f"{dataset.name}.{column}" for column in dataset.key_fields}
    return bool(keys) and keys <= {group.field for group in query.group_by} and _may_show(field, world)
