"""A question becomes a typed plan with no model: `Understanding.plan`, and `interpret` for any query in words."""

from assistant.understanding.interpretation import interpret, period_label
from assistant.understanding.understanding import Trace, Understanding

__all__ = ["Trace", "Understanding", "interpret", "period_label"]
