"""The model while an importer puts it together: entries as our YAML spells them, each with the place it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.naming import Names, NotCarried, clean_name
from semantic_layer.interchange.report import Remark
from semantic_layer.interchange.sqltext import to_duckdb
from semantic_layer.model import Relationship
from semantic_layer.paths import Graph

_ABOUT = ("name", "label", "description", "ai_context", "hidden", "unit", "format", "decimals")  # not what it computes
Path = tuple[str, ...]
Schema = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Origin:
    """Where something stands in the file it was read from."""

    file: str
    line: int


@dataclass(frozen=True)
class View:
    """A SELECT that a dataset stands on; the warehouse must be given it as a table of that name."""

    name: str
    sql: str
    why: str
    origin: Origin


@dataclass(frozen=True)
class VerifiedQuery:
    """A question with the SQL that was found right for it, as the other tool keeps it."""

    name: str
    question: str
    sql: str
    verified_by: str = ""
    verified_at: str = ""


@dataclass
class Draft:
    """Entries by name, in the order in which they were read.

    `dialect` is that of the original's database, `schema` are the tables of the warehouse, when known. `parts` are
    metrics made for others, `own` datasets that Tellwise itself wrote, `bridges` those that link many with many.
    """

    name: str = "imported"
    dialect: str = ""
    schema: Schema = field(default_factory=dict[str, Mapping[str, str]])
    header: Plain = field(default_factory=dict[str, Any])
    datasets: dict[str, Plain] = field(default_factory=dict[str, Plain])
    relationships: dict[str, Plain] = field(default_factory=dict[str, Plain])
    metrics: dict[str, Plain] = field(default_factory=dict[str, Plain])
    segments: dict[str, Plain] = field(default_factory=dict[str, Plain])
    calendars: dict[str, Plain] = field(default_factory=dict[str, Plain])
    views: list[View] = field(default_factory=list[View])
    verified: list[VerifiedQuery] = field(default_factory=list[VerifiedQuery])
    remarks: list[Remark] = field(default_factory=list[Remark])
    origins: dict[Path, Origin] = field(default_factory=dict[Path, Origin])
    names: Names = field(default_factory=Names)
    parts: set[str] = field(default_factory=set[str])
    own: set[str] = field(default_factory=set[str])
    bridges: set[str] = field(default_factory=set[str])

    def add_dataset(self, item: Item, original: str, entry: Plain) -> str:
        """Take in a dataset under a name of ours; raises NotCarried when another has it."""
        name = self._free("datasets", original, item)
        self.datasets[name] = {"name": name, **entry, "fields": [], "measures": []}
        self.origins["datasets", name] = Origin(item.file, item.line())
        self.names.datasets[original.lower()] = name
        self.names.columns[name] = {one.lower() for one in self.schema.get(entry["source"], {})}
        return name

    def add_field(self, item: Item, dataset: str, original: str, entry: Plain) -> str:
        """Take in a field of a dataset; raises NotCarried when it has one of that name."""
        name = self._free(("datasets", dataset, "fields"), original, item)
        self.datasets[dataset]["fields"].append({"name": name, **entry})
        self.origins["datasets", dataset, "fields", name] = Origin(item.file, item.line())
        self.names.add_field(dataset, original, name)
        return name

    def add_measure(self, item: Item, dataset: str, wanted: str, entry: Plain) -> str:
        """The name `dataset.measure` of such a measure: one that is there already, or a new one."""
        measures: list[Plain] = self.datasets[dataset]["measures"]
        for one in measures:
            if _computes(one) == _computes(entry):
                return f"{dataset}.{one['name']}"
        taken = {one["name"] for one in measures}
        name = _numbered(clean_name(wanted), taken)
        measures.append({"name": name, **entry})
        self.origins["datasets", dataset, "measures", name] = Origin(item.file, item.line())
        return f"{dataset}.{name}"

    def add_relationship(self, item: Item, original: str, entry: Plain) -> str:
        """Take in a relationship; raises NotCarried when another has its name, or when its columns do not pair."""
        if not entry["from_columns"] or len(entry["from_columns"]) != len(entry["to_columns"]):
            raise NotCarried("the columns of its two sides do not pair.", "link")
        name = self._free("relationships", original, item)
        self.relationships[name] = {"name": name, **entry}
        self.origins["relationships", name] = Origin(item.file, item.line())
        return name

    def add_metric(self, item: Item, original: str, entry: Plain) -> str:
        """Take in a metric; raises NotCarried when another has its name."""
        name = self._free("metrics", original, item)
        self.metrics[name] = {"name": name, **entry}
        self.origins["metrics", name] = Origin(item.file, item.line())
        self.names.metrics[original.lower()] = name
        return name

    def add_part(self, item: Item, wanted: str, entry: Plain) -> str:
        """The name of a hidden metric that others are computed from: one that says the same, or a new one."""
        for name, one in self.metrics.items():
            if _computes(one) == _computes(entry):
                return name
        name = _numbered(clean_name(wanted), self.metrics)
        self.metrics[name] = {"name": name, **entry, "hidden": True}
        self.parts.add(name)
        self.origins["metrics", name] = Origin(item.file, item.line())
        return name

    def add_view(self, item: Item, name: str, query: exp.Query, why: str) -> str:
        """The name of a table that holds what `query` selects."""
        taken = {one.name for one in self.views} | {one.name.lower() for one in query.find_all(exp.Table)}
        name = _numbered(clean_name(name), taken | {one.lower() for one in self.schema})
        self.views.append(View(name, query.sql("duckdb", pretty=True), why, Origin(item.file, item.line())))
        item.changed(f"dataset {name}", f"{why} Give the warehouse the SELECT as table `{name}` (see `views`).", "view")
        return name

    def field(self, dataset: str, name: str) -> Plain | None:
        """The field `name` of the dataset; None when there is none."""
        fields: list[Plain] = self.datasets[dataset]["fields"] if dataset in self.datasets else []
        return next((one for one in fields if one["name"] == name), None)

    def graph(self) -> Graph:
        """The relationships as walks between datasets."""
        links = [Relationship.model_validate(one) for one in self.relationships.values()]
        return Graph(one for one in links if {one.from_, one.to} <= self.datasets.keys())

    def column_type(self, dataset: str, column: str) -> str:
        """The type of a column of the dataset's table, in upper case; empty when the table is not known."""
        table = self.schema.get(self.datasets[dataset]["source"].lower(), {})
        return {name.lower(): kind for name, kind in table.items()}.get(column.lower(), "").upper()

    def _free(self, section: str | Path, original: str, item: Item) -> str:
        """The name of ours for something, when nobody has it; tells when it is another."""
        name = clean_name(original)
        taken = self._taken(section)
        if not original or name in taken:
            kind = section if isinstance(section, str) else section[-1]
            raise NotCarried(f"the name `{original}` is given twice among the {kind}; rename one.", "name_collision")
        if name != original:
            item.changed(original, f"is named `{name}` here (lower case, digits and underscores).", "renamed")
        return name

    def _taken(self, section: str | Path) -> set[str]:
        if isinstance(section, str):
            return set(getattr(self, section))
        return {one["name"] for one in self.datasets[section[1]]["fields"]}


def _numbered(name: str, taken: Mapping[str, object] | set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{number}" for number in range(2, 10_000) if f"{name}_{number}" not in taken)


def _computes(entry: Plain) -> Plain:
    """What an entry computes, without what it says about itself."""
    return {key: value for key, value in entry.items() if key not in _ABOUT}


def described(item: Item, original: str = "", label: str = "") -> Plain:
    """The keys `label` and `description` of an entry, when there is something to say.

    A name with spaces is kept as the label.
    """
    entry: Plain = {}
    if label or " " in original.strip():
        entry["label"] = label or original
    if text := item.text("description"):
        entry["description"] = text
    return entry


def words(synonyms: list[str], instructions: str = "", examples: list[str] | None = None) -> Plain:
    """The key `ai_context`, when there is something to say."""
    context: Plain = {"synonyms": synonyms, "instructions": instructions, "examples": examples or []}
    kept = {key: value for key, value in context.items() if value}
    return {"ai_context": kept} if kept else {}


def expression_of(tree: exp.Expr, name: str) -> Plain:
    """The key `expression`, unless it is the column of the same name."""
    text = to_duckdb(tree)
    return {} if text == name else {"expression": text}
