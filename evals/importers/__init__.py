"""Public question sets -> suite files: Spider, BIRD, Defog, dbt's benchmark, and plain JSON lines."""

from evals.importers.formats import FORMATS, read_cases
from evals.importers.writing import Imported, ImportOptions, import_suites, summary

__all__ = ["FORMATS", "ImportOptions", "Imported", "import_suites", "read_cases", "summary"]
