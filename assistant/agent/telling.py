"""What a model is shown of the house: an excerpt of the catalogue, rows of a result; always marked as data, masked."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from assistant.agent.audit import masked
from assistant.agent.retrieval import Excerpt
from assistant.answer import Answer
from semantic_layer import SemanticLayer, SemanticQuery

ROWS, CELL, LONGEST = 20, 60, 2_000
"""Rows of a result, characters of a cell and of a whole tool reply that a model is shown."""


def names_of(layer: SemanticLayer, excerpt: Excerpt) -> str:
    """The metrics, fields with values, and segments of an excerpt, a line each; what a name says is not repeated."""
    lines = ["Metrics:"]
    lines += [f"- {name}: {short(layer.metrics[name].description)}" for name in excerpt.metrics]
    lines.append("Fields (type) = values:")
    lines += [_field(layer, name, excerpt.values.get(name, ())) for name in excerpt.fields]
    if excerpt.segments:
        lines.append("Segments (filter eq true or false):")
        lines += [f"- {name}: {short(layer.segments[name].description)}" for name in excerpt.segments]
    return "\n".join(lines)


def _field(layer: SemanticLayer, name: str, values: Sequence[str]) -> str:
    field, own = layer.fields[name], name.rpartition(".")[2].replace("_", " ")
    kind = "" if field.kind == "categorical" else f" ({field.kind})"
    title = "" if field.title.casefold() in (own, name.replace(".", " ").replace("_", " ")) else f": {field.title}"
    known = f" = {', '.join(plain(value) for value in values)}" if values else ""
    return f"- {name}{kind}{title}{known}"


def short(text: str, most: int = 80) -> str:
    """The first sentence of a description, cut at a word."""
    first = text.split(". ")[0]
    return first if len(first) <= most else first[: most - 1].rsplit(" ", 1)[0] + "…"


def told(answer: Answer) -> str:
    """An answer as a tool's reply: its sentence and its first rows, as data."""
    shown = io.StringIO()
    writer = csv.writer(shown, lineterminator="\n")
    writer.writerow([column.name for column in answer.columns])
    writer.writerows([_cell(value) for value in row] for row in answer.result.rows[:ROWS])
    rest = len(answer.result.rows) - ROWS
    more = f"\n({rest} more rows)" if rest > 0 else ""
    return marked(f"{masked(answer.sentence)}\n{shown.getvalue()}{more}")


def marked(text: str) -> str:
    """A text from the data, between marks that it cannot write itself, cut to a length."""
    inside = re.sub(r"</?data>", "", text, flags=re.IGNORECASE)[:LONGEST]
    return f"<data>\n{inside}\n</data>"


def plain(text: object) -> str:
    """A value from the data in one line, without signs that could be taken for the prompt's own."""
    kept = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in str(text))
    one = masked(" ".join(kept.replace("<", "‹").replace(">", "›").split()))
    return one if len(one) <= CELL else one[: CELL - 1] + "…"


def _cell(value: Any) -> str:
    return "" if value is None else plain(value)


def written(query: SemanticQuery) -> str:
    """A query as a model may have written it."""
    return query.model_dump_json(exclude_defaults=True)


def listed(names: Sequence[str]) -> str:
    """Names in quotes."""
    return ", ".join(f"'{name}'" for name in names)
