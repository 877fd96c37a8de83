"""What is defined, to look up: every metric, dimension, dataset, segment and funnel with its words, tests and use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from assistant.catalogue.records import KINDS, Entry, EntryKind
from assistant.learning import VERIFIED_FILE
from semantic_layer import (
    Dataset,
    Dimension,
    Funnel,
    Metric,
    Segment,
    SemanticLayer,
    SemanticQuery,
    formula,
    funnel_of,
    read_goldens,
    read_verified,
    shipped_goldens,
)

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.store import Store

GOLDENS = "goldens.yml"
LEAST_LIKENESS = 72


def entries(assistant: Assistant, store: Store | None = None) -> tuple[Entry, ...]:
    """Everything that this viewer may ask about, metrics first; without what is hidden or only implied."""
    layer = assistant.layer
    tests, used, funnels = _tests(assistant), usage(store), funnel_usage(layer, store)
    return (
        *(_metric(layer, one, tests, used) for one in layer.metrics.values() if not one.hidden and not one.implied),
        *(_segment(layer, one, tests, used) for one in layer.segments.values() if not one.hidden),
        *(_funnel(layer, one, funnels) for one in layer.funnels.values()),
        *(_dataset(one, used) for one in layer.datasets.values()),
        *_dimensions(assistant, used),
    )


def find_entry(every: Iterable[Entry], kind: str, name: str) -> Entry | None:
    """The entry of that kind and name; None when there is none."""
    return next((one for one in every if (one.kind, one.name) == (kind, name)), None)


def search(every: Sequence[Entry], words: str, kind: EntryKind | None = None) -> tuple[Entry, ...]:
    """The entries that the words fit, the best first; without words all of them, most used and best tested first."""
    kept = [one for one in every if kind is None or one.kind == kind]
    said = " ".join(words.casefold().split())
    if not said:
        return tuple(sorted(kept, key=lambda one: (-one.used, KINDS.index(one.kind), -one.tests)))
    scored = [(fitness(said, one), one) for one in kept]
    found = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], -pair[1].used, pair[1].title))
    return tuple(one for _, one in found)


def fitness(said: str, entry: Entry) -> float:
    """How well words fit an entry: its names count most, then its synonyms, then what is written about it."""
    names = [entry.title.casefold(), entry.name.casefold().replace("_", " "), entry.name.casefold()]
    if said in names:
        return 400.0
    if said in {word.casefold() for word in entry.synonyms}:
        return 300.0
    if any(said in name for name in names):
        return 200.0
    if any(said in word.casefold() for word in entry.synonyms):
        return 150.0
    told = f"{entry.description} {entry.formula} {entry.owner} {entry.dataset}".casefold()
    if all(word in told for word in said.split()):
        return 100.0
    likeness = max(fuzz.ratio(said, name) for name in (*names, *(word.casefold() for word in entry.synonyms)))
    return likeness if likeness >= LEAST_LIKENESS else 0.0


# --- counts


def usage(store: Store | None) -> Counter[str]:
    """In how many answered questions each metric, field, dataset or segment stood."""
    used: Counter[str] = Counter()
    for turn in store.turns() if store is not None else ():
        used.update(set(named_in(turn.query)) if turn.query is not None else ())
    return used


def funnel_usage(layer: SemanticLayer, store: Store | None) -> Counter[str]:
    """In how many answered questions each funnel was shown, with all of its steps or some."""
    queries = (turn.query for turn in store.turns() if turn.query is not None) if store is not None else ()
    shown = (funnel_of(layer, query) for query in queries)
    return Counter(funnel.name for funnel in shown if funnel is not None)


def named_in(query: SemanticQuery) -> Iterator[str]:
    """Every name of the layer that a query uses."""
    yield from query.metrics
    yield from (one.field for one in query.group_by)
    yield from (one.field for one in query.filters)
    yield from [query.entity] if query.entity else ()


def _tests(assistant: Assistant) -> Counter[str]:
    home, tests = assistant.settings.home, Counter[str]()
    shipped = shipped_goldens() if assistant.layer.definitions.extends != "none" else ()
    for golden in read_goldens([*shipped, home / GOLDENS]):
        tests.update([golden.metric, *([golden.segment] if golden.segment else [])])
    for one in read_verified(home / VERIFIED_FILE):
        tests.update(set(named_in(one.query)))
    return tests


# --- one each


def _metric(layer: SemanticLayer, metric: Metric, tests: Counter[str], used: Counter[str]) -> Entry:
    facts = (
        ("unit", metric.unit), ("direction", metric.good_direction if metric.good_direction != "neutral" else ""),
        ("version", str(metric.version)), ("type", metric.type.replace("_", " ")),
    )  # fmt: skip
    return Entry(
        "metric", metric.name, metric.title, metric.description, formula(layer, metric.name), metric.synonyms,
        metric.ai_context.examples, metric.owner, metric.unit, _home_of(layer, metric), tests[metric.name],
        used[metric.name], _given(facts),
    )  # fmt: skip


def _home_of(layer: SemanticLayer, metric: Metric) -> str:
    measure = getattr(metric, "measure", "")
    return layer.datasets[measure.partition(".")[0]].title if measure else ""


def _segment(layer: SemanticLayer, segment: Segment, tests: Counter[str], used: Counter[str]) -> Entry:
    conditions = " and ".join(
        f"{one.field} {one.op} {', '.join(map(str, one.values))}".strip() for one in segment.filters
    )
    return Entry(
        "segment", segment.name, segment.title, segment.description, conditions, segment.synonyms,
        segment.ai_context.examples, segment.owner, "", layer.datasets[segment.entity].title, tests[segment.name],
        used[segment.name], _given((("version", str(segment.version)),)),
    )  # fmt: skip


def _funnel(layer: SemanticLayer, funnel: Funnel, used: Counter[str]) -> Entry:
    counted = layer.datasets[funnel.entity].title if funnel.entity else ""
    steps = tuple((one.metric, one.label or layer.metrics[one.metric].title) for one in funnel.steps)
    return Entry(
        "funnel", funnel.name, funnel.title, funnel.description, "", funnel.synonyms, funnel.ai_context.examples,
        funnel.owner, "", counted, used=used[funnel.name], steps=steps,
    )  # fmt: skip


def _dataset(dataset: Dataset, used: Counter[str]) -> Entry:
    shown = sum(1 for one in dataset.fields if not one.hidden)
    facts = (
        ("table", dataset.source), ("key", ", ".join(dataset.primary_key)), ("time", dataset.time or ""),
        ("fields", str(shown)),
    )  # fmt: skip
    return Entry(
        "dataset", dataset.name, dataset.title, dataset.description, "", dataset.synonyms,
        dataset.ai_context.examples, used=used[dataset.name], facts=_given(facts),
    )  # fmt: skip


def _dimensions(assistant: Assistant, used: Counter[str]) -> Iterator[Entry]:
    for dataset in assistant.layer.datasets.values():
        for field in dataset.fields:
            if not field.hidden and not field.implied:
                yield _dimension(assistant, dataset, field, used)


def _dimension(assistant: Assistant, dataset: Dataset, field: Dimension, used: Counter[str]) -> Entry:
    name = f"{dataset.name}.{field.name}"
    facts = (
        ("type", field.kind),
        ("values", _some(assistant.values.get(name, ()))),
        ("personal", "pii" if field.pii else ""),
    )
    return Entry(
        "dimension", name, field.title, field.description, field.expression, field.synonyms,
        field.ai_context.examples, dataset=dataset.title, used=used[name], facts=_given(facts),
    )  # fmt: skip


def _some(values: Sequence[tuple[str, int]]) -> str:
    """The most frequent values, with dots when there are more."""
    return ", ".join(value for value, _ in values[:8]) + (" …" if len(values) > 8 else "")


def _given(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in facts if value)
