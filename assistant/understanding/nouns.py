"""What the nouns of a layer ("orders", "customers") count, and which fields name one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from assistant.understanding.language import Language
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import tokenize
from semantic_layer import Dataset, Dimension, SemanticLayer, SimpleMetric, implied_metric

SHORTEST_STEM = 3
FEWEST_APART = 4
Values = Mapping[str, Sequence[tuple[str, int]]]


class Nouns:
    """Per layer: `counted` maps a metric that counts a dataset's rows, under the dataset's own name, to the dataset."""

    def __init__(self, layer: SemanticLayer, lexicon: Lexicon, language: Language, values: Values | None = None):
        self._layer, self._language, self._values = layer, language, values or {}
        self.counted: dict[str, str] = {}
        for dataset in layer.datasets.values():
            for name in self._metrics_named(dataset, lexicon):
                self.counted.setdefault(name, dataset.name)
        self._names: dict[str, tuple[str, ...]] = {}
        self._identities: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._counts: dict[str, str] = {}
        for name, dataset_name in self.counted.items():
            self._counts.setdefault(dataset_name, name)
        for dataset in layer.datasets:
            implied = implied_metric(layer, f"{dataset}.rows", "count")
            if implied:
                self._counts.setdefault(dataset, implied)

    @cached_property
    def doers(self) -> Mapping[str, str]:
        """The things that are called by what they do, by the bare form of their verb: "set" and setters."""
        found: dict[str, list[str]] = {}
        for dataset in (one for one in self._layer.datasets.values() if one.entity):
            words = self._language.tokens(dataset.own_title)
            verb = self._language.agent_verb(words[0]) if len(words) == 1 else ""
            if verb:
                found.setdefault(verb, []).append(dataset.name)
        return {verb: names[0] for verb, names in found.items() if len(names) == 1}

    def count_of(self, dataset: str) -> str:
        """The metric that counts a dataset's rows, empty when the layer has none."""
        return self._counts.get(dataset, "")

    def identity(self, dataset_name: str) -> tuple[tuple[str, ...], ...]:
        """Fields that tell the rows of a dataset apart: its key, with its name beside it when it has one."""
        if dataset_name not in self._identities:
            self._identities[dataset_name] = self._key_and_name(dataset_name)
        return self._identities[dataset_name]

    def _key_and_name(self, dataset_name: str) -> tuple[tuple[str, ...], ...]:
        dataset = self._layer.datasets[dataset_name]
        if not dataset.entity:  # a list of single orders or tickets is never what "by order" asks for
            return ()
        visible = {field.name for field in dataset.fields if not field.hidden}
        if len(dataset.key_fields) != 1 or dataset.key_fields[0] not in visible:
            return ()
        key = f"{dataset.name}.{dataset.key_fields[0]}"
        return ((key, *self.names(dataset_name)),)

    def names(self, dataset_name: str) -> tuple[str, ...]:
        """Fields that a row of a dataset is called by, its key apart: those of a person's name, or its own name.

        None for a name that is no dataset's: a value may be a segment's.
        """
        if dataset_name not in self._layer.datasets:
            return ()
        if dataset_name not in self._names:
            self._names[dataset_name] = self._fields_called_by(dataset_name) or self._of_whole(dataset_name)
        return self._names[dataset_name]

    def _of_whole(self, dataset_name: str) -> tuple[str, ...]:
        """What rows are called as what they are a kind of, with the same key: the players as persons."""
        keys = {name: dataset.primary_key for name, dataset in self._layer.datasets.items()}
        links = [link for link in self._layer.relationships.values() if link.from_ == dataset_name != link.to]
        shared = [one.to for one in links if (one.from_columns, one.to_columns) == (keys[one.from_], keys[one.to])]
        return self._fields_called_by(shared[0]) if len(shared) == 1 and keys[dataset_name] else ()

    def _fields_called_by(self, dataset_name: str) -> tuple[str, ...]:
        dataset = self._layer.datasets[dataset_name]
        shown = [field for field in dataset.fields if not field.hidden and (field.listable or not field.pii)]
        persons = [field for field in shown if field.listable and field.kind == "categorical"]
        people = [field.name for field in persons if self._names_its_rows(dataset, field)]
        own = [field.name for field in shown if self._is_name(dataset, field)]
        told = [field.name for field in shown if self._tells(dataset, field)] if not (persons or own) else []
        others = [field.name for field in persons] or ([] if own else self._sole_name(dataset, shown))
        named = people or own[:1] or others or (told if len(told) == 1 else self._told_apart_by(dataset, shown))
        return tuple(f"{dataset_name}.{name}" for name in named)

    def _names_its_rows(self, dataset: Dataset, field: Dimension) -> bool:
        """Whether a person's name is that of the rows themselves: a branch is not called like its manager."""
        said = set(field.label.casefold().split()) - set(self._language.words("naming_words"))
        nouns = {*dataset.name.split("_"), *dataset.own_title.casefold().split()}
        return said <= nouns

    def _sole_name(self, dataset: Dataset, shown: Sequence[Dimension]) -> list[str]:
        """The only field of things that ends like a name ("company name" of suppliers), empty without one."""
        found = [one.name for one in shown if not one.implied and self._ends_like_a_name(one)]
        return found if dataset.entity and len(found) == 1 else []

    def _told_apart_by(self, dataset: Dataset, shown: Sequence[Dimension]) -> list[str]:
        """The names of things that have several ("latin name"), else their first words where no two have the same."""
        texts = [one for one in shown if one.kind == "categorical" and not (one.implied or one.pii)]
        texts = [one for one in texts if one.name not in self._linking(dataset)] if dataset.entity else []
        named = [one.name for one in texts if self._ends_like_a_name(one)]
        counts = [count for _, count in self._values.get(f"{dataset.name}.{texts[0].name}", ())] if texts else []
        apart = len(counts) >= FEWEST_APART and set(counts) == {1}
        return named or ([texts[0].name] if apart else [])

    def _linking(self, dataset: Dataset) -> set[str]:
        """The columns of a dataset's key, and those that lead elsewhere."""
        links = self._layer.relationships.values()
        return {
            *dataset.key_fields,
            *(column for one in links if one.from_ == dataset.name for column in one.from_columns),
        }

    def _ends_like_a_name(self, field: Dimension) -> bool:
        return not set(field.label.casefold().split()[-1:]).isdisjoint(self._language.words("name_words"))

    def _is_name(self, dataset: Dataset, field: Dimension) -> bool:
        """Whether a field is called the name or title of its rows, also where its column shortens the noun."""
        said, parts = {field.name.replace("_", " "), field.label.casefold()}, dataset.name.split("_")
        nouns = [" ".join(parts[at:]) for at in range(len(parts))]  # "plan name" of an insurance plan
        names = self._language.words("name_words")
        first, _, rest = field.label.casefold().partition(" ")
        if rest in names and len(first) >= SHORTEST_STEM and parts[-1].startswith(first):  # "cert title"
            return True
        return any(not said.isdisjoint((name, *(f"{noun} {name}" for noun in nouns))) for name in names)

    def _tells(self, dataset: Dataset, field: Dimension) -> bool:
        """Whether a field describes the rows of a dataset that have no name ("speciality description")."""
        key = (field.sql,) == dataset.primary_key
        last = {field.name.rpartition("_")[2], field.label.casefold().rpartition(" ")[2]}
        telling = not last.isdisjoint(self._language.words("detail_words"))
        return dataset.entity and field.kind == "categorical" and not key and telling

    def _metrics_named(self, dataset: Dataset, lexicon: Lexicon) -> list[str]:
        """Metrics that count this dataset and are called like it."""
        found: list[str] = []
        for phrase in (dataset.name.replace("_", " "), dataset.own_title, *dataset.synonyms):
            concepts = lexicon.lookup(tokenize(phrase, self._language.forms))
            found.extend(c.target for c in concepts if c.kind == "metric" and self._counts_rows(c.target, dataset))
        return list(dict.fromkeys(found))

    def _counts_rows(self, name: str, dataset: Dataset) -> bool:
        metric = self._layer.metrics[name]
        if not isinstance(metric, SimpleMetric) or metric.filter:
            return False
        measure = self._layer.measures[metric.measure]
        owner = metric.measure.partition(".")[0]
        return owner == dataset.name and measure.agg in ("count", "count_distinct")
