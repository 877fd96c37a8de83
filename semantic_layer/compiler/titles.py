"""What the values of fields are called in the labels of columns, by the common rules of English."""

from __future__ import annotations

from collections.abc import Sequence

from semantic_layer.model import SemanticLayer


def thing(layer: SemanticLayer, fields: Sequence[str]) -> str:
    """What one of the values is called: the thing whose key they are, else the field."""
    dataset = layer.datasets.get(fields[0].partition(".")[0])
    if dataset is not None and {name.partition(".")[2] for name in fields} & set(dataset.key_fields):
        return _singular(inside(dataset.title))
    return inside(layer.fields[fields[0]].title)


def inside(title: str) -> str:
    """A title inside a label: "Net revenue" becomes "net revenue", "NPS" stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def of_so_many(title: str, number: int) -> str:
    """What something is told per: "session", "1,000 orders"."""
    return _singular(inside(title)) if number == 1 else f"{number:,} {inside(title)}"


def plural(title: str) -> str:
    """Several of what a title names."""
    if title.endswith("y") and title[-2:-1] not in "aeiou":
        return f"{title[:-1]}ies"
    if title.endswith("s") and not title.endswith("ss"):
        return title
    return f"{title}es" if title.endswith(("s", "x", "ch", "sh")) else f"{title}s"


def _singular(title: str) -> str:
    if title.endswith("ies"):
        return f"{title[:-3]}y"
    return title[:-1] if title.endswith("s") and not title.endswith("ss") else title
