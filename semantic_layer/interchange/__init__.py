"""Semantic models of other tools, in and out: Apache Ossie, dbt/MetricFlow, Cube, Snowflake, LookML.

Nothing of a foreign file is executed: YAML is read as plain data, SQL is parsed in its own dialect, templating beyond
the plain references of each format is reported. What would change a number is left out, never approximated, and
everything that is left out is listed.
"""

from semantic_layer.interchange.draft import VerifiedQuery, View
from semantic_layer.interchange.finishing import Imported
from semantic_layer.interchange.importing import FORMATS, ImportOptions, import_model
from semantic_layer.interchange.ossie_export import Exported, export_ossie
from semantic_layer.interchange.report import Remark

__all__ = [
    "FORMATS",
    "Exported",
    "ImportOptions",
    "Imported",
    "Remark",
    "VerifiedQuery",
    "View",
    "export_ossie",
    "import_model",
]
