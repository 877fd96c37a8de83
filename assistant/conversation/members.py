"""Follow-ups about those that were counted: who they are, which did not, how many of them are of one more sort."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import merged_filters
from assistant.conversation.phrases import words_of
from assistant.conversation.population import is_cut
from assistant.understanding import Token
from semantic_layer import Filter, GroupBy, SemanticQuery, SimpleMetric

COUNTING = frozenset({"count", "count_distinct"})


def read_members(follow_up: FollowUp) -> Reading | None:
    """ "who are they?" behind a number of customers: their names; None for other words, and for rows of no names."""
    said = (words_of(follow_up.rest), follow_up.words)
    if not any(follow_up.phrases.is_one(words, "members", "names") for words in said):
        return None
    dataset, base = persons_counted(follow_up), follow_up.base
    if base.entity and not base.metrics:
        return Plan(base)  # a list already
    names = follow_up.understanding.world.nouns.names(dataset) if dataset else ()
    if not names or base.compare or base.shares:
        return None
    groups = tuple(GroupBy(field=name) for name in names)
    query = SemanticQuery(entity=dataset, group_by=groups, filters=_membership(follow_up, dataset))
    return Plan(query) if follow_up.stands(query) else None


def read_who_did_not(follow_up: FollowUp) -> Reading | None:
    """ "and the ones who did not?" behind those who ordered in May: those who did not order in May."""
    if not follow_up.phrases.is_one(follow_up.words, "members", "not_them"):
        return None
    dataset, base = persons_counted(follow_up), follow_up.base
    turned = _turned(follow_up)
    if turned is not None:
        return turned
    count = follow_up.understanding.world.nouns.count_of(dataset) if dataset else ""
    deeds = [one for one in base.filters if one.entity == dataset and one.op == "ge" and one.values == (1,)]
    if base.metrics == (count,) and len(deeds) == 1:
        others, did = tuple(one for one in base.filters if one is not deeds[0]), deeds[0]
    elif count and _tells_a_deed(follow_up, dataset):
        *others, did = _membership(follow_up, dataset)
    else:
        return follow_up.refuse("unfollowed")
    none = did.model_copy(update={"op": "eq", "values": (0,), "entity": dataset})
    query = base.model_copy(update={"metrics": (count,), "filters": (*others, none), "order_by": ()})
    query = query if base.metrics == (count,) else query.model_copy(update={"time_range": None})
    if base.compare or base.shares:
        return follow_up.refuse("unfollowed")
    return Plan(query) if follow_up.stands(query) else follow_up.refuse("unfollowed")


def _turned(follow_up: FollowUp) -> Plan | None:
    """ "those who are not" behind customers that are subscribers: the one yes of the conditions made a no."""
    base, layer = follow_up.base, follow_up.understanding.world.layer
    yes_or_no = {*layer.segments, *(name for name, field in layer.fields.items() if field.kind == "boolean")}
    sides = [one for one in base.filters if one.field in yes_or_no]
    if len(sides) != 1 or len(base.filters) != 1 or sides[0].op not in ("in", "eq") or len(sides[0].values) != 1:
        return None
    other = sides[0].model_copy(update={"values": (not sides[0].values[0],)})
    return Plan(base.model_copy(update={"filters": (other,)}))


def some_of_them(follow_up: FollowUp, told: tuple[Token, ...]) -> Plan | None:
    """ "how many of those breached the target?" behind tickets: the metric that counts such rows, under the same
    conditions; None when the words name no number of the very rows."""
    base, world = follow_up.base, follow_up.understanding.world
    if len(base.metrics) != 1 or base.entity or is_cut(base) or base.metrics[0] not in world.nouns.counted:
        return None
    title, said = world.layer.metrics[base.metrics[0]].title.lower(), " ".join(token.raw for token in told)
    read = (follow_up.understanding.plan(f"how many {noun} {said}") for noun in (title, title.split()[-1]))
    plans = [one for one in read if isinstance(one, Plan)]
    alone = min(plans, key=lambda one: len(one.query.filters), default=None)  # a number of its own goes first
    if alone is None or not _counts_some(follow_up, alone.query):
        return None
    filters = merged_filters(base.filters, alone.query.filters, adds=False)
    query = base.model_copy(update={"metrics": alone.query.metrics, "filters": filters})
    return replace(alone, query=query, asked=None) if follow_up.stands(query) else None


def _counts_some(follow_up: FollowUp, query: SemanticQuery) -> bool:
    """Whether a query is nothing but a number of some of the rows that were counted, at the same time of theirs."""
    layer, ours = follow_up.understanding.world.layer, follow_up.base.metrics[0]
    if query != SemanticQuery(metrics=query.metrics, filters=query.filters) or len(query.metrics) != 1:
        return False
    one, other = layer.metrics[ours], layer.metrics[query.metrics[0]]
    if not isinstance(one, SimpleMetric) or not isinstance(other, SimpleMetric) or one.time != other.time:
        return False
    same = one.measure.partition(".")[0] == other.measure.partition(".")[0]
    plain = not layer.measures[one.measure].filter and not one.filter
    return same and plain and layer.measures[other.measure].agg == layer.measures[one.measure].agg == "count"


def persons_counted(follow_up: FollowUp) -> str:
    """The entity whose members the base counts, each by its key; empty for any other answer."""
    base, layer = follow_up.base, follow_up.understanding.world.layer
    metric = layer.metrics[base.metrics[0]] if len(base.metrics) == 1 else None
    if base.entity or is_cut(base) or not isinstance(metric, SimpleMetric):
        return ""
    measure, fact = layer.measures[metric.measure], metric.measure.partition(".")[0]
    if measure.agg not in COUNTING:
        return ""
    if layer.datasets[fact].entity:
        return fact if measure.agg == "count" else ""
    keys = {measure.expression} if measure.agg == "count_distinct" else set(layer.datasets[fact].primary_key)
    links = (link for link in layer.relationships.values() if link.from_ == fact and set(link.from_columns) <= keys)
    return next((link.to for link in links if layer.datasets[link.to].entity), "")


def _tells_a_deed(follow_up: FollowUp, dataset: str) -> bool:
    """Whether the number counts those who did something, each once, so that the others did not."""
    layer = follow_up.understanding.world.layer
    metric = layer.metrics[follow_up.base.metrics[0]]
    assert isinstance(metric, SimpleMetric)
    done = layer.measures[metric.measure].agg == "count_distinct"
    return done and metric.measure.partition(".")[0] != dataset


def _membership(follow_up: FollowUp, dataset: str) -> tuple[Filter, ...]:
    """The conditions by which a member is one of those counted, that on the number itself last."""
    base = follow_up.base
    segments = {name for name, one in follow_up.understanding.world.layer.segments.items() if one.entity == dataset}
    own = tuple(
        one for one in base.filters if one.entity or one.field.partition(".")[0] == dataset or one.field in segments
    )
    where = tuple(one for one in base.filters if one not in own)
    plain = base.metrics[0] == follow_up.understanding.world.nouns.count_of(dataset) and base.time_range is None
    if plain and not where:
        return own
    counted = Filter(field=base.metrics[0], op="ge", values=(1,), time_range=base.time_range, where=where)
    return (*own, counted)
