"""Who or what "how many" asks to be counted: "how many women ordered" counts women, not orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft, World
from assistant.understanding.phrase_lists import longest_at
from assistant.understanding.segments import owner
from assistant.understanding.tokens import Token, tokenize
from semantic_layer import Filter, RatioMetric, SemanticQuery, SimpleMetric, is_count

COUNTING = ("count", "count_distinct")
NO_COUNT = ("currency", "duration")
LONGEST_SUBJECT, MOST_WORDS_BEFORE = 3, 6
ANYBODY = "*"


@dataclass(frozen=True)
class Subject:
    """What is to be counted: the dataset of it (`ANYBODY` for "people"), and the metrics that its own words name.

    `picked` tells that the things were picked before ("of the orders in May, how many ..."): only a number of these
    very things answers that.
    """

    dataset: str
    metrics: frozenset[str] = frozenset()
    word: str = ""
    behind: int = 0
    picked: bool = False


def asked_subject(draft: Draft) -> Subject | None:
    """The thing that the words behind "how many" name in the plural; None when they name none of the layer."""
    tokens, world = draft.tokens, draft.world
    at = _behind_count_words(tokens, world)
    if at is None:
        return None
    picked = _subject(tokens, 1, world) if tokens[0].text == "of" and at > 1 else None
    if picked is not None:
        return replace(picked, metrics=frozenset(), picked=True)
    found = _subject(tokens, at, world)
    return replace(found, picked=True) if found and _is_picked(tokens, at, found, world) else found


def _is_picked(tokens: Sequence[Token], at: int, found: Subject, world: World) -> bool:
    """ "how many of the orders in May were returned": the things with their period, then what became of them."""
    behind = found.behind
    told = tokens[at].text == "of" and behind < len(tokens)
    return told and tokens[behind].text in world.language.links["any"] | world.language.links["time"]


def _behind_count_words(tokens: Sequence[Token], world: World) -> int | None:
    """The place behind the first words that ask for a number of things."""
    phrases, begun = world.language.cued("how_many"), world.language.cue_openings("how_many")
    ends = (longest_at(tokens, at, phrases, begun) for at in range(len(tokens)))
    return next((behind for behind in ends if behind is not None), None)


def _subject(tokens: Sequence[Token], at: int, world: World) -> Subject | None:
    """The first thing in the plural from here on, past what describes it; None at the first word that cannot."""
    for _ in range(MOST_WORDS_BEFORE):
        found = _longest(tokens, at, world)
        if found is None:
            if at >= len(tokens) or not _may_stand_before(tokens[at], world):
                return None
            at += 1
            continue
        behind, concepts = found
        last = tokens[behind - 1]
        if last.text in world.language.persons:
            return Subject(ANYBODY, frozenset(c.target for c in concepts if c.kind == "metric"), last.plain, behind)
        dataset = _dataset(concepts, last, world)
        if dataset and last.text != last.plain:
            return Subject(dataset, frozenset(c.target for c in concepts if c.kind == "metric"), last.plain, behind)
        if not all(concept.kind in ("value", "dimension", "noun") for concept in concepts):
            return None
        at = behind
    return None


def _longest(tokens: Sequence[Token], at: int, world: World) -> tuple[int, tuple[Concept, ...]] | None:
    """The longest phrase from here that means something in the layer, and the place behind it."""
    for behind in range(min(at + LONGEST_SUBJECT, len(tokens)), at, -1):
        concepts = tuple(c for c in world.lexicon.lookup(tokens[at:behind]) if not c.inflected)
        if concepts or (behind == at + 1 and tokens[at].text in world.language.persons):
            return behind, concepts
    return None


def _may_stand_before(token: Token, world: World) -> bool:
    """ "of our", "the", "different": words between "how many" and what is counted."""
    cues = world.language.cues.get(token.text, ())
    if any(concept.inflected for concept in world.lexicon.lookup([token])):
        return True  # "returned orders"
    return token.text in world.language.determiners or token.text == "of" or "each_one" in cues


def _dataset(concepts: Sequence[Concept], last: Token, world: World) -> str:
    """The dataset that a phrase names rows of: by a noun, as people of a kind, or by the last word of a metric."""
    named = any(c.kind == "dimension" for c in concepts)  # "stores" are all of them, not what is called so somewhere
    owners = {owner(world.layer, c.target) for c in concepts if c.kind == "value" and not named}
    nouns = [name for name in sorted(owners) if world.layer.datasets[name].entity]
    if not nouns:
        nouns = [c.target for c in concepts if c.kind == "noun"]
        nouns += [world.nouns.counted[c.target] for c in concepts if c.target in world.nouns.counted]
    if not nouns and any(c.kind == "metric" for c in concepts):
        nouns = list(_noun_datasets(last, world))
    return nouns[0] if nouns else ""


def _noun_datasets(token: Token, world: World) -> Iterator[str]:
    for concept in world.lexicon.lookup([token]):
        if concept.kind == "noun":
            yield concept.target
        elif concept.target in world.nouns.counted:
            yield world.nouns.counted[concept.target]


def of_the_same(world: World, query: SemanticQuery, before: SemanticQuery) -> SemanticQuery | None:
    """The query of "how many are ..." as a number of the very things counted or listed before; None when it is not."""
    known = [world.nouns.counted.get(name, "") for name in before.metrics]
    dataset = before.entity or next(iter(known), "")
    subject = Subject(dataset)
    if not dataset or query.metrics == before.metrics or all(_is_of(world, name, dataset) for name in query.metrics):
        return query
    return counted_instead(world, query, subject)


def _is_of(world: World, name: str, dataset: str) -> bool:
    """Whether a metric is a number of the very things, whatever else it is called ("subscribers" of subscriptions)."""
    return counts(world, name, Subject(dataset, picked=True)) or _counts_rows(world, name, dataset)


def counts(world: World, name: str, subject: Subject) -> bool:
    """Whether a metric is a number of such things: it counts their rows or keys, or is called a number of them."""
    if subject.picked and _counts_some(world, name, subject.dataset):
        return True
    if subject.picked:
        return name == world.nouns.count_of(subject.dataset) or world.nouns.counted.get(name) == subject.dataset
    if name in subject.metrics:
        return True
    datasets = {n for n, d in world.layer.datasets.items() if d.entity}
    datasets = datasets if subject.dataset == ANYBODY else {subject.dataset}
    return any(_counts_rows(world, name, one) or _is_called(world, name, one, subject.word) for one in datasets)


def counts_per(world: World, name: str, subject: Subject, tokens: Sequence[Token]) -> bool:
    """Whether a ratio is the number of such things per something else, as was asked: "how many tickets per order"."""
    metric = world.layer.metrics[name]
    behind = [token.text for token in tokens[subject.behind : subject.behind + 2]]
    units = world.language.unit_names
    per = len(behind) == 2 and "per" in world.language.cues.get(behind[0], ()) and behind[1] not in units
    return per and isinstance(metric, RatioMetric) and counts(world, metric.numerator, subject)


def _counts_some(world: World, name: str, dataset: str) -> bool:
    """Whether a metric counts those of the very things that meet a condition of its own, at the same time."""
    metric = world.layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or metric.measure.partition(".")[0] != dataset:
        return False
    own = metric.time.partition(".")[2] if metric.time else world.layer.datasets[dataset].time
    return world.layer.measures[metric.measure].agg == "count" and own == world.layer.datasets[dataset].time


def _counts_rows(world: World, name: str, dataset: str) -> bool:
    """Whether the metric counts rows of the dataset, its keys, or what links other rows to it."""
    metric = world.layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return False
    measure, fact = world.layer.measures[metric.measure], metric.measure.partition(".")[0]
    if measure.agg not in COUNTING:
        return False
    links = [link for link in world.layer.relationships.values() if link.from_ == fact and link.to == dataset]
    keys = {column for link in links for column in link.from_columns}
    return fact == dataset or (measure.agg == "count_distinct" and measure.expression in keys)


def _is_called(world: World, name: str, dataset: str, word: str) -> bool:
    """Whether one of the metric's names is a number of such things: "lost customers", "customers who left"."""
    metric, language = world.layer.metrics[name], world.language
    if metric.format in NO_COUNT:
        return False  # "time to solve tickets" is no number of tickets
    breaks = {*language.words("relatives"), *language.links["any"], "with"}
    for phrase in (metric.title, *metric.synonyms):
        tokens = tokenize(phrase, language.forms)
        tokens = tokens[_behind_count_words(tokens, world) or 0 :]
        cut = next((i for i, token in enumerate(tokens) if token.text in breaks), len(tokens))
        last = next((token for token in reversed(tokens[:cut]) if _is_thing(token, word, world)), None)
        if last is None:
            continue
        # "people subscribe to" names a deed; other nouns may be shared: "refund transactions" are no orders
        person = world.layer.datasets[dataset].entity and last.text not in language.persons
        if last.plain == word or (person and dataset in _noun_datasets(last, world)):
            return True
    return False


def _is_thing(token: Token, word: str, world: World) -> bool:
    """Whether a word is a noun of the layer in the plural, or the very word asked for."""
    return token.plain == word or (token.text != token.plain and any(_noun_datasets(token, world)))


def counted_instead(world: World, query: SemanticQuery, subject: Subject) -> SemanticQuery | None:
    """The query that counts the things asked for under the condition that they did what was counted; None without one.

    "how many women ordered in May" counts women with at least one order in May.
    """
    dataset = _one_entity(world, subject)
    count = world.nouns.count_of(dataset) if dataset and not subject.picked else ""
    if not count or not _is_deed(world, query, dataset):
        return None
    own = [f for f in query.filters if not _same_deed(f, query.metrics[0], dataset)]
    done = Filter(field=query.metrics[0], op="ge", values=(1,), entity=dataset, time_range=query.time_range)
    order = tuple(o.model_copy(update={"by": count if o.by == query.metrics[0] else o.by}) for o in query.order_by)
    parts = {"metrics": (count,), "filters": (*own, done), "time_range": None, "order_by": order}
    return query.model_copy(update=parts)


def _one_entity(world: World, subject: Subject) -> str:
    entities = [name for name, dataset in world.layer.datasets.items() if dataset.entity]
    if subject.dataset != ANYBODY:
        return subject.dataset if subject.dataset in entities else ""
    return entities[0] if len(entities) == 1 else ""


def _is_deed(world: World, query: SemanticQuery, dataset: str) -> bool:
    """Whether the query is a plain count of rows that belong to the entity, with conditions on the entity alone."""
    if len(query.metrics) != 1 or not is_count(world.layer, query.metrics[0]):
        return False
    metric = world.layer.metrics[query.metrics[0]]
    if metric.implied and metric.name not in (world.nouns.count_of(name) for name in world.layer.datasets):
        return False  # different values are not done
    plain = query.compare is None and not query.shares and query.limit is None and query.top is None
    fields = [f.field for f in query.filters if not f.entity] + [g.field for g in query.group_by]
    own = all(_belongs(world, dataset, field) for field in fields)
    return plain and own and world.reach.distance(query.metrics, dataset) is not None


def _belongs(world: World, dataset: str, field: str) -> bool:
    """Whether a field or segment says something of the entity itself, and not of what it did."""
    known = field in world.layer.segments or "." in field
    return known and world.reach.steps(dataset, owner(world.layer, field)) is not None


def _same_deed(condition: Filter, metric: str, dataset: str) -> bool:
    done = (condition.op, condition.values) == ("ge", (1,))
    return done and condition.entity == dataset and condition.field == metric
