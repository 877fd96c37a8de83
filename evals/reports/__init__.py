"""Results as people and programs read them."""

from evals.reports.counterexample import write_counterexamples
from evals.reports.html import html
from evals.reports.junit import junit
from evals.reports.markdown import markdown
from evals.reports.terminal import terminal

__all__ = ["html", "junit", "markdown", "terminal", "write_counterexamples"]
