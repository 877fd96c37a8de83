"""What an assistant must know of the data before the first question: its words."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer import SemanticLayer, value_queries
from warehouse import Engine, Policy, SQLRejected, validate


def read_values(engine: Engine, layer: SemanticLayer, policy: Policy) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """The words of the data: (value, rows) of every categorical field that the policy lets be seen."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for field, sql in value_queries(layer).items():
        try:
            rows = engine.run(validate(sql, engine.schema, policy)).rows
        except SQLRejected:
            continue  # a field that this viewer may not see has no words
        found[field] = tuple((str(value), int(n)) for value, n in rows)
    return found
