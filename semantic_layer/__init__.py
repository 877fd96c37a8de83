"""What the business means by its words, and how to compute it: definitions in YAML, queries by name, SQL out.

Nothing here opens a database: the schema comes in as a mapping, SQL goes out as text.
"""

from semantic_layer.catalog import formula, parts, value_queries
from semantic_layer.check import check
from semantic_layer.compiler import Column, Compiled, to_sql
from semantic_layer.data_checks import DataFault, data_checks, data_faults, orphan_checks
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
from semantic_layer.metric_types import (
    ConversionMetric,
    CumulativeMetric,
    OffsetMetric,
    PerEntityMetric,
    RetentionMetric,
)
from semantic_layer.model import (
    AIContext,
    Dataset,
    Definitions,
    DerivedMetric,
    Dimension,
    Measure,
    Metric,
    NonAdditive,
    RatioMetric,
    Relationship,
    RowPolicy,
    Segment,
    SemanticLayer,
    SimpleMetric,
)
from semantic_layer.policies import TableAccess, Viewer, for_viewer, policy_for
from semantic_layer.query import (
    COHORT_AGE,
    METRIC_TIME,
    Comparison,
    Filter,
    GroupBy,
    OrderBy,
    Rank,
    SemanticQuery,
    Share,
    TimeRange,
    Top,
)
from semantic_layer.stand_ins import substitute

__all__ = [
    "COHORT_AGE",
    "METRIC_TIME",
    "AIContext",
    "Column",
    "Comparison",
    "Compiled",
    "ConversionMetric",
    "CumulativeMetric",
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
    "NonAdditive",
    "OffsetMetric",
    "OrderBy",
    "PerEntityMetric",
    "QueryError",
    "QueryFault",
    "Rank",
    "RatioMetric",
    "Relationship",
    "RetentionMetric",
    "RowPolicy",
    "Segment",
    "SemanticLayer",
    "SemanticLayerError",
    "SemanticQuery",
    "Share",
    "SimpleMetric",
    "TableAccess",
    "TimeRange",
    "Top",
    "UnsafeQuery",
    "Viewer",
    "check",
    "data_checks",
    "data_faults",
    "for_viewer",
    "formula",
    "load",
    "load_workspace",
    "orphan_checks",
    "parts",
    "policy_for",
    "shipped_definitions",
    "substitute",
    "suggest",
    "to_sql",
    "value_queries",
]
