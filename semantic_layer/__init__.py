"""What the business means by its words, and how to compute it: definitions in YAML, queries by name, SQL out.

Nothing here opens a database: the schema comes in as a mapping, SQL goes out as text.
"""

from semantic_layer.catalog import formula, parts, value_queries
from semantic_layer.check import check
from semantic_layer.compiler import Column, Compiled, to_sql
from semantic_layer.data_checks import DataFault, data_checks, data_faults
from semantic_layer.errors import (
    DefinitionError,
    Fault,
    QueryError,
    QueryFault,
    SemanticLayerError,
    UnsafeQuery,
    suggest,
)
from semantic_layer.loader import load, load_workspace, shipped_definitions
from semantic_layer.model import (
    AIContext,
    Dataset,
    Definitions,
    DerivedMetric,
    Dimension,
    Measure,
    Metric,
    RatioMetric,
    Relationship,
    SemanticLayer,
    SimpleMetric,
)
from semantic_layer.query import METRIC_TIME, Comparison, Filter, GroupBy, OrderBy, SemanticQuery, TimeRange
from semantic_layer.stand_ins import substitute

__all__ = [
    "METRIC_TIME",
    "AIContext",
    "Column",
    "Comparison",
    "Compiled",
    "DataFault",
    "Dataset",
    "DefinitionError",
    "Definitions",
    "DerivedMetric",
    "Dimension",
    "Fault",
    "Filter",
    "GroupBy",
    "Measure",
    "Metric",
    "OrderBy",
    "QueryError",
    "QueryFault",
    "RatioMetric",
    "Relationship",
    "SemanticLayer",
    "SemanticLayerError",
    "SemanticQuery",
    "SimpleMetric",
    "TimeRange",
    "UnsafeQuery",
    "check",
    "data_checks",
    "data_faults",
    "formula",
    "load",
    "load_workspace",
    "parts",
    "shipped_definitions",
    "substitute",
    "suggest",
    "to_sql",
    "value_queries",
]
