"""Breakdowns by the many side that a model declares to have a meaning: de-duplicated, or weighted through a bridge."""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.errors import UnsafeQuery
from semantic_layer.model import SemanticLayer
from semantic_layer.query import METRIC_TIME
from semantic_layer.resolution import route_to


@dataclass(frozen=True)
class ManySide:
    """How rows of a fact meet several rows of another dataset: through `dataset`, whose rows belong to one `of` each.

    `weight` is SQL over `dataset` that tells which part of the `of` row a row stands for; empty where each distinct
    value counts the whole row once.
    """

    dataset: str
    of: str
    weight: str = ""


def many_side(layer: SemanticLayer, fact: str, ref: str, via: str = "") -> ManySide | None:
    """How `fact` can be grouped by `ref` although it has several of it; None when it has one, or must not be."""
    if (
        "." not in ref
        or ref == METRIC_TIME
        or ref.partition(".")[0] not in layer.datasets
        or _has_one(layer, fact, ref, via)
    ):
        return None
    return _deduped(layer, fact, ref) or _bridged(layer, fact, ref)


def _has_one(layer: SemanticLayer, fact: str, ref: str, via: str) -> bool:
    try:
        route_to(layer, fact, ref, via)
    except UnsafeQuery as error:
        return error.code == "E_AMBIGUOUS_PATH"
    return True


def _deduped(layer: SemanticLayer, fact: str, ref: str) -> ManySide | None:
    """The field's own dataset, or the one that links it with the fact, when all links from there are `dedupe`."""
    target = ref.partition(".")[0]
    if not layer.datasets[fact].primary_key:
        return None
    if _all_dedupe(layer, target, fact):
        return ManySide(target, fact)
    linking = [one for one in layer.datasets if _all_dedupe(layer, one, fact) and layer.graph.reaches(one, target)]
    return ManySide(linking[0], fact) if len(linking) == 1 else None


def _all_dedupe(layer: SemanticLayer, dataset: str, fact: str) -> bool:
    walks = [path for path in layer.graph.walks(dataset, fact) if path.links]
    return len(walks) == 1 and all(one.dedupe for one in walks[0].links)


def _bridged(layer: SemanticLayer, fact: str, ref: str) -> ManySide | None:
    """The one bridge that leads from something the fact has to the field's dataset."""
    target = ref.partition(".")[0]
    found = [
        ManySide(name, dataset.bridge.of, dataset.bridge.weight)
        for name, dataset in layer.datasets.items()
        if dataset.bridge and layer.graph.reaches(fact, dataset.bridge.of) and layer.graph.reaches(name, target)
    ]
    return found[0] if len(found) == 1 else None
