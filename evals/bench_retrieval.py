"""Whether the part of a large catalogue that a model is shown holds what the question is about.

`python -m evals.bench_retrieval` puts the in-domain questions of the developing suites to the retrieval of the demo
company's catalogue, as it is and among 1,000 more metrics and 5,000 more dimensions that are made of the words of other
trades and of the company's own ("supplier invoice revenue", "warehouse shipment country"). A question counts when every
metric, dimension and segment of the plan that the embedded engine is sure of stands in the part that is shown, whose
size is the same in both. Prints shares and prompt tokens. Exit status: 0 every aim is met, 1 one is missed.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import click

from assistant.agent import Catalogue
from assistant.agent.retrieval import Excerpt
from assistant.agent.shape import schema_of
from assistant.agent.telling import notes_of
from assistant.answer import Plan
from assistant.assistant import Assistant
from assistant.config import Settings, read_settings
from evals.databases import Wanted, prepare
from evals.loader import load_suite
from semantic_layer import SemanticLayer, SemanticQuery, load_workspace, with_implied

SUITES = Path(__file__).parent / "suites"
AS_OF = date(2026, 6, 30)
LEAST = 0.97
OWNERS = (
    "supplier",
    "warehouse",
    "partner",
    "employee",
    "vehicle",
    "machine",
    "project",
    "contract",
    "vendor",
    "branch",
)
DEEDS = (
    "invoice",
    "shipment",
    "delivery",
    "inspection",
    "claim",
    "booking",
    "payment",
    "transfer",
    "audit",
    "incident",
)
SIDES = ("billing", "shipping", "original", "primary", "expected")
FIELDS = ("country", "region", "city", "channel", "segment", "brand", "category", "status", "type", "priority")
MEASURES = (
    "revenue", "cost", "count", "average value", "margin", "discount", "refund amount", "open rate", "duration",
    "churn rate",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """A question, and the names that its plan is made of."""

    question: str
    names: frozenset[str]


def more_definitions() -> dict[str, Any]:
    """100 datasets with 50 dimensions and 10 metrics each, as a definition file."""
    pairs = list(product(OWNERS, DEEDS))
    return {
        "version": 1,
        "datasets": [_dataset(owner, deed) for owner, deed in pairs],
        "metrics": [_metric(owner, deed, measure) for owner, deed in pairs for measure in MEASURES],
    }


def _dataset(owner: str, deed: str) -> dict[str, Any]:
    name = f"{owner}_{deed}"
    fields = [
        {"name": f"{side}_{field}", "label": f"{side} {field} of the {owner} {deed}".capitalize()}
        for side, field in product(SIDES, FIELDS)
    ]
    key = {"name": f"{name}_id", "label": f"{owner} {deed} id".capitalize()}
    measures = [{"name": _name(measure), "agg": "count"} for measure in MEASURES]
    known = {
        "name": name,
        "source": name,
        "primary_key": [f"{name}_id"],
        "fields": [key, *fields],
        "measures": measures,
    }
    return known | {"description": f"{owner} {deed}s.".capitalize()}


def _metric(owner: str, deed: str, measure: str) -> dict[str, Any]:
    said = f"{owner} {deed} {measure}"
    told = f"{measure.capitalize()} of {owner} {deed}s in the period."
    return {
        "name": _name(said),
        "measure": f"{owner}_{deed}.{_name(measure)}",
        "label": said.capitalize(),
        "description": told,
        "ai_context": {"synonyms": [f"{deed} {measure} by {owner}", f"{measure} of {owner}s"]},
    }


def _name(text: str) -> str:
    return text.replace(" ", "_")


def wishes(assistant: Assistant) -> list[Wish]:
    """The in-domain questions that the embedded engine is sure of, with the names of their plans."""
    found: list[Wish] = []
    for path in (SUITES / "in_domain_dev.yml", SUITES / "in_domain_more_dev.yml"):
        for case in load_suite(path).suite.cases:
            for question in (case.question, *case.paraphrases):
                plan = assistant.understanding.plan(question)
                if isinstance(plan, Plan):
                    found.append(Wish(question, frozenset(_names(plan.asked or plan.query, assistant.layer))))
    return found


def _names(query: SemanticQuery, layer: SemanticLayer) -> Iterator[str]:
    known = {**layer.fields, **layer.segments, **layer.metrics}
    said = [*query.metrics, *(one.field for one in query.group_by), *(one.field for one in query.filters)]
    yield from (name for name in said if name in known)


@dataclass(frozen=True)
class Found:
    """How it went over one catalogue: its size, the share found, prompt tokens, milliseconds, what was missed."""

    metrics: int
    dimensions: int
    share: float
    tokens: float
    milliseconds: float
    missed: tuple[tuple[str, frozenset[str]], ...]


def found_in(catalogue: Catalogue, asked: Sequence[Wish]) -> Found:
    """What the retrieval shows for each question, held against what its plan is made of."""
    catalogue.excerpt(asked[0].question)  # the index is made
    began = time.perf_counter()
    shown = {one.question: catalogue.excerpt(one.question) for one in asked}
    took = (time.perf_counter() - began) / len(shown) * 1000
    missed = tuple((one.question, lost) for one in asked if (lost := one.names - _shown(shown[one.question])))
    tokens = statistics.median(_tokens(catalogue.layer, one) for one in shown.values())
    share = 1 - len(missed) / len(asked)
    return Found(len(catalogue.layer.metrics), len(catalogue.layer.fields), share, tokens, took, missed)


def _shown(excerpt: Excerpt) -> frozenset[str]:
    return frozenset((*excerpt.metrics, *excerpt.fields, *excerpt.segments))


def _tokens(layer: SemanticLayer, excerpt: Excerpt) -> int:
    return (len(notes_of(layer, excerpt)) + len(json.dumps(schema_of(excerpt), separators=(",", ":")))) // 4


def larger(layer_home: Path, schema: Mapping[str, Mapping[str, str]]) -> SemanticLayer:
    """The workspace's layer with the further definitions, whose tables are there by name only."""
    more = more_definitions()
    (layer_home / "definitions").mkdir(exist_ok=True)
    (layer_home / "definitions" / "more.yml").write_text(json.dumps(more), encoding="utf-8")
    tables = {
        one["source"]: {field["name"]: "VARCHAR" for field in one["fields"]} | {"amount": "DOUBLE"}
        for one in more["datasets"]
    }
    return with_implied(load_workspace(layer_home, {**schema, **tables}))


@click.command()
@click.option("--missed", is_flag=True, help="List the questions that were missed.")
def main(missed: bool) -> None:
    """Print the share of questions whose concepts are retrieved, from the catalogue and from a much larger one."""
    prepared = prepare(Wanted("demo", AS_OF), read_settings().home, click.echo)
    results = run(prepared.home)
    click.echo(report(results))
    for question, names in results[-1].missed if missed else ():
        click.echo(f"  {question}: {', '.join(sorted(names))}")
    sys.exit(0 if results[-1].share >= LEAST else 1)


def run(home: Path) -> tuple[Found, Found]:
    """The catalogue of a workspace, and the larger one."""
    with closing(Assistant.open(Settings(home=home, as_of=AS_OF, workers=1))) as assistant:
        asked = wishes(assistant)
        small = found_in(Catalogue(assistant.layer, assistant.values), asked)
        with tempfile.TemporaryDirectory() as room:
            large = found_in(Catalogue(larger(Path(room), assistant.engine.schema), assistant.values), asked)
    return small, large


def report(results: Sequence[Found]) -> str:
    """A line for each catalogue, then the aim."""
    lines = [
        f"{one.metrics:,} metrics and {one.dimensions:,} dimensions: {one.share:.1%} of the questions, "
        f"{one.tokens:,.0f} tokens shown (median), {one.milliseconds:.1f} ms a question"
        for one in results
    ]
    met = "met   " if results[-1].share >= LEAST else "MISSED"
    return "\n".join([*lines, f"{met} {results[-1].share:.1%} from the large one, at least {LEAST:.0%}"])


if __name__ == "__main__":
    main()
