"""What an assistant must know of the data before the first question: its words, and how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

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


def read_freshness(engine: Engine) -> Mapping[str, datetime]:
    """How far the events of each table reach; tables without a time are left out."""
    if "source_freshness" not in engine.schema:
        return {}
    sql = "SELECT source, max_event_at FROM source_freshness WHERE max_event_at IS NOT NULL"
    rows = engine.run(validate(sql, engine.schema)).rows
    return {str(source).rsplit(".", 1)[-1]: end for source, end in rows}
