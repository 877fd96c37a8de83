"""What a model is shown of the house: an excerpt of the catalogue, rows of a result; always marked as data, masked."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from assistant.agent.audit import masked
from assistant.agent.retrieval import Excerpt, stem, words_of
from assistant.answer import Answer
from semantic_layer import SemanticLayer, SemanticQuery

ROWS, CELL, LONGEST = 20, 60, 2_000
"""Rows of a result, characters of a cell and of a whole tool reply that a model is shown."""


def names_of(layer: SemanticLayer, excerpt: Excerpt) -> str:
    """The metrics, fields with values, and segments of an excerpt, a line each."""
    lines = ["Metrics:", *(_metric(layer, name) for name in excerpt.metrics), "Fields (type) = values:"]
    lines += [f"{name}{_about(layer, name, excerpt.values.get(name, ()))}" for name in excerpt.fields]
    return "\n".join([*lines, *_segments(layer, excerpt)])


def notes_of(layer: SemanticLayer, excerpt: Excerpt) -> str:
    """What is to be known of an excerpt whose names the model has before it in a schema; nothing is said twice."""
    told = [_metric(layer, name) for name in excerpt.metrics if not layer.metrics[name].implied]
    about = [(name, _about(layer, name, excerpt.values.get(name, ()))) for name in excerpt.fields]
    fields = [f"{name}{said}" for name, said in about if said]
    return "\n".join(["Metrics:", *told, "Fields (type) = values:", *fields, *_segments(layer, excerpt)])


def _metric(layer: SemanticLayer, name: str) -> str:
    return f"{name}: {short(layer.metrics[name].description)}"


def _segments(layer: SemanticLayer, excerpt: Excerpt) -> list[str]:
    if not excerpt.segments:
        return []
    told = [f"{name}: {short(layer.segments[name].description)}" for name in excerpt.segments]
    return ["Segments (filter eq true or false):", *told]


def _about(layer: SemanticLayer, name: str, values: Sequence[str]) -> str:
    """What a field's name leaves open: its type, its label where that differs, values."""
    field = layer.fields[name]
    kind = "" if field.kind == "categorical" else f" ({field.kind})"
    title = "" if _says(name, field.title) else f": {field.title}"
    known = f" = {', '.join(plain(value) for value in values)}" if values else ""
    return f"{kind}{title}{known}"


def _says(name: str, text: str) -> bool:
    """Whether every word of a text that says what it is about stands in a name already."""
    own = {stem(word) for word in words_of(name.replace("_", " "))}
    return all(stem(word) in own for word in words_of(text))


def short(text: str, most: int = 64) -> str:
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
