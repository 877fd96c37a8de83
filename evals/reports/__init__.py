"""Results as people and programs read them."""

from evals.reports.terminal import terminal

__all__ = ["terminal"]
