"""The comparator: is a table the expected one, and if not, why."""

from evals.comparison.cells import Tolerance
from evals.comparison.compare import compare
from evals.comparison.tables import CompareRules, Comparison, Cut, Expected, Table

__all__ = ["CompareRules", "Comparison", "Cut", "Expected", "Table", "Tolerance", "compare"]
